// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../uapi/views.h"
#include "device.h"

/* A prime: no two pages of a buffer are alike. */
#define PERIOD 251

/* What the window holds: the pattern of a seed, or anything. */
#define ANYTHING 0
static unsigned int in_window = ANYTHING;

static unsigned char pattern(size_t position, unsigned int seed)
{
	return (unsigned char)(position % PERIOD + seed * 29);
}

static void draw(unsigned char *mem, size_t offset, size_t len,
		 unsigned int seed)
{
	for (size_t i = offset; i < offset + len; i++)
		mem[i] = pattern(i, seed);
}

static void *map_as(int buf, size_t len, int access_mode)
{
	return map(buf, len, access_mode == O_RDONLY ?
		   PROT_READ : PROT_READ | PROT_WRITE);
}

struct buffer new_buffer(const struct heap *heap, size_t len, int access_mode)
{
	struct buffer buffer = { .len = len };

	buffer.fd = alloc(heap, len, access_mode | O_CLOEXEC);
	buffer.mem = map_as(buffer.fd, len, access_mode);
	buffer.expected = mmap(NULL, len, PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(buffer.expected != MAP_FAILED);
	return buffer;
}

struct buffer new_view(const struct heap *heap, const struct buffer *buffer,
		       size_t offset, size_t len, int access_mode)
{
	struct buffer view = { .len = len };

	view.fd = make_view(heap, buffer->fd, offset, len,
			    (uint32_t)(access_mode | O_CLOEXEC));
	view.mem = map_as(view.fd, len, access_mode);
	view.expected = buffer->expected + offset;
	return view;
}

static void bracket(const struct buffer *buffer, uint64_t flags)
{
	struct dma_buf_sync sync = { .flags = flags };

	CHECK_EQUAL(ioctl(buffer->fd, DMA_BUF_IOCTL_SYNC, &sync), 0);
}

void begin_access(const struct buffer *buffer, uint64_t what)
{
	bracket(buffer, DMA_BUF_SYNC_START | what);
}

void end_access(const struct buffer *buffer, uint64_t what)
{
	bracket(buffer, DMA_BUF_SYNC_END | what);
}

void cpu_draws(const struct buffer *buffer, size_t offset, size_t len,
	       unsigned int seed)
{
	draw(buffer->mem, offset, len, seed);
	draw(buffer->expected, offset, len, seed);
}

static void check_same(const char *who, const unsigned char *seen,
		       const struct buffer *buffer, size_t offset, size_t len)
{
	const unsigned char *expected = buffer->expected + offset;
	size_t i = 0;

	while (i < len && seen[i] == expected[i])
		i++;
	if (i < len)
		fail(__FILE__, __LINE__, "%s sees %#x at %zu, not %#x", who,
		     seen[i], offset + i, expected[i]);
}

void check_cpu_sees(const struct buffer *buffer)
{
	check_same("the processor", buffer->mem, buffer, 0, buffer->len);
}

void check_cpu_reads(const struct buffer *buffer)
{
	begin_access(buffer, DMA_BUF_SYNC_READ);
	check_cpu_sees(buffer);
	end_access(buffer, DMA_BUF_SYNC_READ);
}

int open_edu(void)
{
	int node = open(EDU_NODE, O_RDWR | O_CLOEXEC);

	if (node < 0)
		fail(__FILE__, __LINE__, EDU_NODE ": %s (vm/run --device edu)",
		     strerrorname_np(errno));
	return node;
}

static int map_for(int node, enum direction direction)
{
	int mapping = ioctl(node, IMPORTER_MAP, direction);

	if (mapping < 0)
		fail(__FILE__, __LINE__, "mapping for a device: %s",
		     strerrorname_np(errno));
	return mapping;
}

static struct device attach_node(int node, const struct buffer *buffer,
				 enum direction direction)
{
	struct device device = { .buffer = buffer, .node = node };

	CHECK_EQUAL(ioctl(node, IMPORTER_ATTACH, buffer->fd), 0);
	device.mapping = map_for(node, direction);
	return device;
}

struct device attach(const struct buffer *buffer, enum direction direction)
{
	return attach_node(open_edu(), buffer, direction);
}

struct device attach_idle(const struct buffer *buffer,
			  enum direction direction)
{
	int node = open(IMPORTER_NODE, O_RDWR | O_CLOEXEC);

	CHECK(node >= 0);
	return attach_node(node, buffer, direction);
}

struct device map_again(const struct device *device, enum direction direction)
{
	struct device again = *device;

	again.mapping = map_for(device->node, direction);
	return again;
}

void unmap(const struct device *device)
{
	CHECK_EQUAL(ioctl(device->node, IMPORTER_UNMAP, device->mapping), 0);
}

/* Once for all that is written with one seed: each time takes a while. */
static void load_window(int node, unsigned int seed)
{
	unsigned char window[EDU_WINDOW];

	if (in_window == seed)
		return;
	draw(window, 0, sizeof(window), seed);
	CHECK_EQUAL(pwrite(node, window, sizeof(window), 0), EDU_WINDOW);
	in_window = seed;
}

struct importer_segment piece_at(const struct device *device, size_t offset)
{
	struct importer_segment piece = {
		.mapping = (uint64_t)device->mapping,
		.offset = offset,
	};

	CHECK_EQUAL(ioctl(device->node, IMPORTER_SEGMENT, &piece), 0);
	CHECK(piece.offset <= offset && offset - piece.offset < piece.len);
	return piece;
}

/* Piece by piece. */
static void move(const struct device *device, unsigned long cmd, size_t offset,
		 size_t len)
{
	struct importer_transfer transfer = {
		.offset = offset,
		.window = offset % PERIOD,
		.mapping = (uint32_t)device->mapping,
	};
	const size_t end = offset + len;

	CHECK(len <= MOST_MOVED);
	while (transfer.offset < end) {
		struct importer_segment piece = piece_at(device, transfer.offset);

		transfer.len = piece.offset + piece.len - transfer.offset;
		if (transfer.len > end - transfer.offset)
			transfer.len = end - transfer.offset;
		CHECK_EQUAL(ioctl(device->node, cmd, &transfer), 0);
		transfer.offset += transfer.len;
		transfer.window += transfer.len;
	}
}

void device_writes(const struct device *device, size_t offset, size_t len,
		   unsigned int seed)
{
	load_window(device->node, seed);
	move(device, IMPORTER_DMA_WRITE, offset, len);
	draw(device->buffer->expected, offset, len, seed);
}

void check_device_sees(const struct device *device, size_t offset, size_t len)
{
	unsigned char seen[MOST_MOVED];

	in_window = ANYTHING;
	move(device, IMPORTER_DMA_READ, offset, len);
	CHECK_EQUAL(pread(device->node, seen, len, (off_t)(offset % PERIOD)),
		    (long long)len);
	check_same("the device", seen, device->buffer, offset, len);
}

void map_in_kernel(const struct device *device)
{
	CHECK_EQUAL(ioctl(device->node, IMPORTER_VMAP), 0);
}

void kernel_draws(const struct device *device, size_t offset, size_t len,
		  unsigned char value)
{
	struct importer_fill fill = {
		.offset = offset,
		.len = (uint32_t)len,
		.value = value,
	};

	CHECK_EQUAL(ioctl(device->node, IMPORTER_BEGIN, READS_AND_WRITES), 0);
	CHECK_EQUAL(ioctl(device->node, IMPORTER_FILL, &fill), 0);
	CHECK_EQUAL(ioctl(device->node, IMPORTER_END, READS_AND_WRITES), 0);
	memset(device->buffer->expected + offset, value, len);
}

bool bounces(void)
{
	char text[4096] = "";
	FILE *file = fopen("/proc/cmdline", "re");

	CHECK(file);
	CHECK(fgets(text, sizeof(text), file));
	fclose(file);
	return strstr(text, "swiotlb=force");
}

bool is_coherent(void)
{
#if defined(__aarch64__) || defined(__arm__)
	return !access("/sys/firmware/devicetree/base/pcie@10000000/dma-coherent",
		       F_OK);
#else
	return true;
#endif
}
