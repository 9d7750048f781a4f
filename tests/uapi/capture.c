// SPDX-License-Identifier: GPL-2.0
/*
 * docs/interface.md, Devices: a camera can put its frames into a buffer. The
 * cameras are two of vivid's, which works with dma-bufs in two ways: the first
 * maps them for a device that can't scatter, the second in the kernel alone.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "camera.h"
#include "harness.h"

#define FRAMES 3

static void wait_for_frame(int camera)
{
	struct pollfd poller = { .fd = camera, .events = POLLIN };

	CHECK_EQUAL(poll(&poller, 1, 20000), 1);
	CHECK_EQUAL(poller.revents & (POLLIN | POLLERR), POLLIN);
}

/*
 * Frames of a test picture; what was there before is overwritten. A device
 * that can't scatter may refuse a buffer in pieces.
 */
static void capture(int camera, const struct heap *heap, bool takes_pieces)
{
	const int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
	const size_t len = frame_size(camera);
	struct v4l2_buffer frame = {
		.type = type,
		.memory = V4L2_MEMORY_DMABUF,
	};
	unsigned char *mem[FRAMES];

	request_frames(camera, FRAMES);
	for (uint32_t i = 0; i < FRAMES; i++) {
		int buf = alloc(heap, len, O_RDWR | O_CLOEXEC);

		mem[i] = map(buf, len, PROT_READ);
		if (queue_frame(camera, i, buf)) {
			CHECK(!takes_pieces && may_be_in_pieces(heap));
			CHECK_EQUAL(errno, EFAULT);
			return;
		}
		/* The camera has it. */
		close(buf);
	}
	CHECK_EQUAL(ioctl(camera, VIDIOC_STREAMON, &type), 0);
	for (int i = 0; i < FRAMES; i++) {
		wait_for_frame(camera);
		CHECK_EQUAL(ioctl(camera, VIDIOC_DQBUF, &frame), 0);
		CHECK(!(frame.flags & V4L2_BUF_FLAG_ERROR));
		CHECK_EQUAL(frame.bytesused, (long long)len);
		CHECK(!is_zero(mem[frame.index], len / 2));
		CHECK(!is_zero(mem[frame.index] + len / 2, len / 2));
	}
	CHECK_EQUAL(ioctl(camera, VIDIOC_STREAMOFF, &type), 0);
}

TEST(frames_reach_a_buffer_through_a_device_mapping)
{
	capture(open_camera("platform:vivid-000"), heap, false);
}

TEST(frames_reach_a_buffer_through_a_kernel_mapping)
{
	capture(open_camera("platform:vivid-001"), heap, true);
}
