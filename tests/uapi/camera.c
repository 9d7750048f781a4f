// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <linux/videodev2.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "camera.h"
#include "harness.h"

#define NODES 64

int open_camera(const char *bus)
{
	for (int i = 0; i < NODES; i++) {
		struct v4l2_capability camera;
		char path[32];
		int fd;

		snprintf(path, sizeof(path), "/dev/video%d", i);
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd < 0)
			continue;
		if (!ioctl(fd, VIDIOC_QUERYCAP, &camera) &&
		    camera.device_caps & V4L2_CAP_VIDEO_CAPTURE &&
		    !strcmp((char *)camera.bus_info, bus))
			return fd;
		close(fd);
	}
	skip("no %s (modprobe vivid n_devs=2 allocators=1,0)", bus);
}

size_t frame_size(int camera)
{
	struct v4l2_format format = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE };

	CHECK_EQUAL(ioctl(camera, VIDIOC_G_FMT, &format), 0);
	return format.fmt.pix.sizeimage;
}

void request_frames(int camera, uint32_t count)
{
	struct v4l2_requestbuffers request = {
		.count = count,
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		.memory = V4L2_MEMORY_DMABUF,
	};

	CHECK_EQUAL(ioctl(camera, VIDIOC_REQBUFS, &request), 0);
	CHECK_EQUAL(request.count, count);
}

int queue_frame(int camera, uint32_t index, int buf)
{
	struct v4l2_buffer frame = {
		.index = index,
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		.memory = V4L2_MEMORY_DMABUF,
		.m.fd = buf,
	};

	return ioctl(camera, VIDIOC_QBUF, &frame);
}
