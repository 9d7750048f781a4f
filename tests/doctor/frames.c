// SPDX-License-Identifier: GPL-2.0
/*
 * Buffers that a camera driver holds after their descriptors are closed:
 * doctor-frames KIND HEAP VIDEO. KIND says which and who allocates them:
 *
 *	own	two buffers, and this process allocates them
 *	other	two buffers, and a process that ends does
 *	views	two views of one buffer, and a process that ends does
 *
 * The command prints "ready" and waits for a signal.
 */
#include <err.h>
#include <fcntl.h>
#include <linux/dma-heap.h>
#include <linux/videodev2.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define N_FRAMES 2u
#define PAGE_BYTES 4096u

static int open_node(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		err(1, "failed to open %s", path);
	return fd;
}

static int open_camera(const char *path)
{
	struct v4l2_requestbuffers request = {
		.count = N_FRAMES,
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		.memory = V4L2_MEMORY_DMABUF,
	};
	int camera = open_node(path);

	if (ioctl(camera, VIDIOC_REQBUFS, &request))
		err(1, "VIDIOC_REQBUFS");
	return camera;
}

/* Get the size of a frame, rounded up to pages as a view has to be. */
static uint32_t frame_bytes(int camera)
{
	struct v4l2_format format = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE };

	if (ioctl(camera, VIDIOC_G_FMT, &format))
		err(1, "VIDIOC_G_FMT");
	return (format.fmt.pix.sizeimage + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
}

static int alloc(int heap, uint32_t bytes)
{
	struct dma_heap_allocation_data data = {
		.len = bytes,
		.fd_flags = O_RDWR | O_CLOEXEC,
	};

	if (ioctl(heap, DMA_HEAP_IOCTL_ALLOC, &data))
		err(1, "DMA_HEAP_IOCTL_ALLOC");
	return (int)data.fd;
}

static int make_view(int heap, int buf, uint32_t offset, uint32_t bytes)
{
	struct dma_heap_view_data data = {
		.offset = offset,
		.len = bytes,
		.buffer_fd = (uint32_t)buf,
		.fd_flags = O_RDWR | O_CLOEXEC,
	};

	if (ioctl(heap, DMA_HEAP_IOCTL_VIEW, &data))
		err(1, "DMA_HEAP_IOCTL_VIEW");
	return (int)data.fd;
}

/* Queue a buffer and close it. */
static void queue(int camera, uint32_t index, int buf)
{
	struct v4l2_buffer frame = {
		.index = index,
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		.memory = V4L2_MEMORY_DMABUF,
		.m.fd = buf,
	};

	if (ioctl(camera, VIDIOC_QBUF, &frame))
		err(1, "VIDIOC_QBUF");
	close(buf);
}

static void queue_buffers(int camera, int heap)
{
	for (uint32_t i = 0; i < N_FRAMES; i++)
		queue(camera, i, alloc(heap, frame_bytes(camera)));
}

static void queue_views(int camera, int heap)
{
	uint32_t bytes = frame_bytes(camera);
	int buf = alloc(heap, N_FRAMES * bytes);

	for (uint32_t i = 0; i < N_FRAMES; i++)
		queue(camera, i, make_view(heap, buf, i * bytes, bytes));
	close(buf);
}

int main(int argc, char **argv)
{
	int camera, heap, status;
	bool is_own;

	if (argc != 4)
		errx(2, "usage: doctor-frames own|other|views HEAP VIDEO");
	is_own = !strcmp(argv[1], "own");
	heap = open_node(argv[2]);
	camera = open_camera(argv[3]);
	if (is_own || !fork()) {
		if (!strcmp(argv[1], "views"))
			queue_views(camera, heap);
		else
			queue_buffers(camera, heap);
		if (!is_own)
			return 0;
	} else if (wait(&status) < 0 || status) {
		errx(1, "no frame was queued");
	}
	puts("ready");
	fflush(stdout);
	pause();
	return 0;
}
