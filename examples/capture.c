// SPDX-License-Identifier: GPL-2.0
/*
 * Captures frames without copying them: capture [CAMERA [HEAP]]
 *
 * The heap's buffers are given to the camera (V4L2, memory by dma-buf), which
 * writes its frames into them, and are read where they are. Prints how bright
 * each frame is. The camera has to give YUYV; vivid (modprobe vivid) does.
 */
#include <dmaheap.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define BUFFERS 4
#define FRAMES 10

struct frame {
	int buf;
	const unsigned char *pixels;
};

__attribute__((noreturn))
static void die(const char *what, int error)
{
	fprintf(stderr, "capture: %s: %s\n", what, strerror(error));
	exit(1);
}

static void ask(int camera, const char *what, unsigned long request, void *arg)
{
	if (ioctl(camera, request, arg))
		die(what, errno);
}

/* Returns how many bytes a frame has. */
static size_t set_format(int camera)
{
	struct v4l2_format format = {
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		.fmt.pix = {
			.width = 1280,
			.height = 720,
			.pixelformat = V4L2_PIX_FMT_YUYV,
		},
	};

	ask(camera, "set the format", VIDIOC_S_FMT, &format);
	if (format.fmt.pix.pixelformat != V4L2_PIX_FMT_YUYV)
		die("YUYV", EOPNOTSUPP);
	return format.fmt.pix.sizeimage;
}

static void make_room(int camera)
{
	struct v4l2_requestbuffers request = {
		.count = BUFFERS,
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		.memory = V4L2_MEMORY_DMABUF,
	};

	ask(camera, "request buffers", VIDIOC_REQBUFS, &request);
	if (request.count < BUFFERS)
		die("buffers", ENOBUFS);
}

static struct frame get_memory(struct dmaheap *heap, size_t bytes)
{
	struct frame frame;
	void *mem;
	int ret;

	frame.buf = dmaheap_alloc(heap, bytes, O_RDWR | O_CLOEXEC);
	if (frame.buf < 0)
		die("allocate", -frame.buf);
	ret = dmaheap_map(frame.buf, bytes, PROT_READ, &mem);
	if (ret)
		die("map", -ret);
	frame.pixels = mem;
	return frame;
}

/* Now the camera may write to it. */
static void queue(int camera, uint32_t index, const struct frame *frame)
{
	struct v4l2_buffer buffer = {
		.index = index,
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		.memory = V4L2_MEMORY_DMABUF,
		.m.fd = frame->buf,
	};

	ask(camera, "queue a buffer", VIDIOC_QBUF, &buffer);
}

/* Of 255. Every second byte is a pixel's brightness. */
static double brightness(const struct frame *frame, size_t bytes)
{
	uint64_t sum = 0;
	int ret;

	ret = dmaheap_begin(frame->buf, DMAHEAP_READ);
	if (ret)
		die("begin to read", -ret);
	for (size_t i = 0; i < bytes; i += 2)
		sum += frame->pixels[i];
	ret = dmaheap_end(frame->buf, DMAHEAP_READ);
	if (ret)
		die("end reading", -ret);
	return (double)sum / (double)(bytes / 2);
}

static void capture(int camera, const struct frame *frames, size_t bytes)
{
	int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;

	ask(camera, "start", VIDIOC_STREAMON, &type);
	for (int i = 0; i < FRAMES; i++) {
		struct v4l2_buffer buffer = {
			.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
			.memory = V4L2_MEMORY_DMABUF,
		};

		ask(camera, "wait for a frame", VIDIOC_DQBUF, &buffer);
		printf("frame %u: %u bytes in buffer %u, brightness %.1f\n",
		       buffer.sequence, buffer.bytesused, buffer.index,
		       brightness(&frames[buffer.index], bytes));
		queue(camera, buffer.index, &frames[buffer.index]);
	}
	ask(camera, "stop", VIDIOC_STREAMOFF, &type);
}

int main(int argc, char **argv)
{
	const char *device = argc > 1 ? argv[1] : "/dev/video0";
	const char *name = argc > 2 ? argv[2] : "default_cma_region";
	struct frame frames[BUFFERS];
	struct dmaheap *heap;
	size_t bytes;
	int camera, ret;

	ret = dmaheap_open(name, &heap);
	if (ret)
		die(name, -ret);
	camera = open(device, O_RDWR | O_CLOEXEC);
	if (camera < 0)
		die(device, errno);
	bytes = set_format(camera);
	make_room(camera);
	for (uint32_t i = 0; i < BUFFERS; i++) {
		frames[i] = get_memory(heap, bytes);
		queue(camera, i, &frames[i]);
	}
	capture(camera, frames, bytes);
	dmaheap_close(heap);
	return 0;
}
