// SPDX-License-Identifier: GPL-2.0
/*
 * Counts the bytes of cache maintenance that a frame costs, with our exporter
 * and with the kernel's own, driven by the test importer.
 *
 * A row for each path and count: path, bytes of a frame, count, ours,
 * mainline's; "-" where the frame could not be mapped for the device.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <linux/dma-heap.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../kernel/tests/dmabuf_heaps_importer.h"
#include "heaps.h"
#include "probes.h"

/* Frames that are counted. */
#define FRAMES 4

/* Any device can map as much. */
#define CHECK_BYTES 65536

/* On every machine, before a device has a frame and after it. */
#define PROBES 2

#define MOST_DEVICES 2

/* As enum dma_data_direction has it, but for the last. */
enum device { BIDIRECTIONAL, TO_DEVICE, FROM_DEVICE, NONE };

/* What the CPU gets at the frame through; mainline has the buffer only. */
enum through { BUFFER, READ_ONLY_VIEW, VIEW_OF_A_THIRD };

/**
 * struct path - a way that frames go
 * @name: of the row.
 * @mode: the buffer's access mode.
 * @devices: direction that each one maps it in, up to the first NONE.
 * @each_frame: mapped for each frame, and not once for all.
 * @access: of the CPU to each frame, as it declares it; or 0.
 * @through: what the CPU gets at it through.
 * @first: a new buffer's allocation and its first mapping are counted, and no
 *	frames after them.
 */
struct path {
	const char *name;
	int mode;
	enum device devices[MOST_DEVICES];
	bool each_frame;
	uint64_t access;
	enum through through;
	bool first;
};

static const struct path paths[] = {
	{ "first_map", O_RDWR, { FROM_DEVICE, NONE }, .first = true },
	{ "camera_mapped_once", O_RDWR, { FROM_DEVICE, NONE },
	  .access = DMA_BUF_SYNC_READ },
	{ "camera_mapped_per_frame", O_RDWR, { FROM_DEVICE, NONE },
	  .access = DMA_BUF_SYNC_READ, .each_frame = true },
	{ "display", O_RDWR, { TO_DEVICE, NONE },
	  .access = DMA_BUF_SYNC_WRITE },
	{ "camera_to_encoder", O_RDWR, { FROM_DEVICE, TO_DEVICE },
	  .access = DMA_BUF_SYNC_READ },
	{ "read_only_view", O_RDWR, { FROM_DEVICE, NONE },
	  .access = DMA_BUF_SYNC_RW, .through = READ_ONLY_VIEW },
	{ "read_only_buffer", O_RDONLY, { FROM_DEVICE, NONE },
	  .access = DMA_BUF_SYNC_RW },
	{ "read_only_buffer_mapped_per_frame", O_RDONLY, { FROM_DEVICE, NONE },
	  .access = DMA_BUF_SYNC_RW, .each_frame = true },
	{ "two_devices_write", O_RDWR, { BIDIRECTIONAL, BIDIRECTIONAL },
	  .access = DMA_BUF_SYNC_WRITE },
	{ "two_devices_read_write", O_RDWR, { BIDIRECTIONAL, BIDIRECTIONAL },
	  .access = DMA_BUF_SYNC_RW },
	{ "one_plane", O_RDWR, { FROM_DEVICE, NONE },
	  .access = DMA_BUF_SYNC_READ, .through = VIEW_OF_A_THIRD },
};

/* Non-coherent devices: what is done to the CPU's caches. */
static const struct probe caches[PROBES] = {
	{ "cleaned", "arch_sync_dma_for_device size=$arg2:u64 dir=$arg3:u32" },
	/* The function returns at once if the device only reads. */
	{ "invalidated", "arch_sync_dma_for_cpu size=$arg2:u64 dir=$arg3:u32",
	  " && dir != 1" },
};

/* Copies to where a device gets at them, and back. */
static const struct probe bounces[PROBES] = {
	{ "bounced_out", "swiotlb_bounce size=$arg3:u64 dir=$arg4:u32",
	  " && dir == 1" },
	{ "bounced_in", "swiotlb_bounce size=$arg3:u64 dir=$arg4:u32",
	  " && dir == 2" },
};

static const struct probe *probes;
static int heaps[SIDES];

/**
 * struct frame - a buffer on its path
 * @buf: The buffer.
 * @cpu: What the CPU uses: @buf or a view of it.
 * @bytes: Size of @cpu.
 * @mem: Where the CPU sees @cpu.
 * @devices: The importer's nodes, one for each device.
 * @mappings: The mapping of each, as the importer numbers them.
 * @nr_devices: How many.
 */
struct frame {
	int buf;
	int cpu;
	size_t bytes;
	void *mem;
	int devices[MOST_DEVICES];
	int mappings[MOST_DEVICES];
	unsigned int nr_devices;
};

static void call(int fd, unsigned long request, unsigned long arg,
		 const char *what)
{
	if (ioctl(fd, request, arg) < 0)
		die_errno(what);
}

static int view(int heap, int buf, size_t bytes, int mode)
{
	struct dma_heap_view_data data = {
		.buffer_fd = buf,
		.len = bytes,
		.fd_flags = mode | O_CLOEXEC,
	};

	if (ioctl(heap, DMA_HEAP_IOCTL_VIEW, &data))
		die_errno("view");
	return (int)data.fd;
}

static void open_for_cpu(struct frame *frame, enum side side,
			 const struct path *path, size_t bytes)
{
	int mode = path->mode;

	frame->cpu = frame->buf;
	frame->bytes = bytes;
	if (side == OURS && path->through == READ_ONLY_VIEW) {
		mode = O_RDONLY;
		frame->cpu = view(heaps[side], frame->buf, bytes, mode);
	} else if (side == OURS && path->through == VIEW_OF_A_THIRD) {
		frame->bytes = bytes / 3;
		frame->cpu = view(heaps[side], frame->buf, frame->bytes, mode);
	}

	frame->mem = mmap(NULL, frame->bytes, mode == O_RDONLY ? PROT_READ :
			  PROT_READ | PROT_WRITE, MAP_SHARED, frame->cpu, 0);
	if (frame->mem == MAP_FAILED)
		die_errno("mmap");
}

static void attach(struct frame *frame)
{
	int device = open(IMPORTER_NODE, O_RDWR | O_CLOEXEC);

	if (device < 0)
		die_errno(IMPORTER_NODE);
	call(device, IMPORTER_ATTACH, (unsigned long)frame->buf, "attach");
	frame->devices[frame->nr_devices++] = device;
}

/* A frame that is too large to be bounced can't be mapped. */
static bool map(struct frame *frame, const struct path *path)
{
	for (unsigned int i = 0; i < frame->nr_devices; i++) {
		frame->mappings[i] = ioctl(frame->devices[i], IMPORTER_MAP,
					   path->devices[i]);
		if (frame->mappings[i] >= 0)
			continue;
		if (errno == ENOMEM)
			return false;
		die_errno("map");
	}
	return true;
}

static void unmap(const struct frame *frame)
{
	for (unsigned int i = 0; i < frame->nr_devices; i++)
		call(frame->devices[i], IMPORTER_UNMAP,
		     (unsigned long)frame->mappings[i], "unmap");
}

static void sync_access(const struct frame *frame, uint64_t flags)
{
	struct dma_buf_sync sync = { .flags = flags };

	if (ioctl(frame->cpu, DMA_BUF_IOCTL_SYNC, &sync))
		die_errno("CPU access");
}

/* One word of each page, as far as the access mode lets it. */
static void touch(const struct frame *frame, const struct path *path)
{
	const size_t step = (size_t)getpagesize() / sizeof(uint32_t);
	volatile uint32_t *words = frame->mem;
	const bool writes = path->access & DMA_BUF_SYNC_WRITE &&
			    path->mode == O_RDWR && path->through == BUFFER;

	for (size_t i = 0; i < frame->bytes / sizeof(*words); i += step) {
		if (writes)
			words[i] = (uint32_t)i;
		else
			(void)words[i];
	}
}

static void pass(struct frame *frame, const struct path *path)
{
	/* The device has it, and gives it back. */
	if (path->each_frame) {
		if (!map(frame, path))
			die(path->name, "can't be mapped again");
		unmap(frame);
	}
	sync_access(frame, path->access | DMA_BUF_SYNC_START);
	touch(frame, path);
	sync_access(frame, path->access | DMA_BUF_SYNC_END);
}

/* A new buffer; false if its devices can't map it. */
static bool begin(struct frame *frame, enum side side, const struct path *path,
		  size_t bytes)
{
	frame->buf = alloc(heaps[side], bytes, path->mode);
	frame->nr_devices = 0;
	open_for_cpu(frame, side, path, bytes);
	while (frame->nr_devices < MOST_DEVICES &&
	       path->devices[frame->nr_devices] != NONE)
		attach(frame);
	return map(frame, path);
}

static void end(struct frame *frame)
{
	for (unsigned int i = 0; i < frame->nr_devices; i++)
		close(frame->devices[i]);
	munmap(frame->mem, frame->bytes);
	if (frame->cpu != frame->buf)
		close(frame->cpu);
	close(frame->buf);
}

static void read_probes(uint64_t *bytes)
{
	for (unsigned int i = 0; i < PROBES; i++)
		bytes[i] = probe_read(&probes[i]);
}

/* Runs a path and says what was counted in one frame; false if it can't be. */
static bool count(enum side side, const struct path *path, size_t bytes,
		  uint64_t *counts)
{
	const unsigned int frames = path->first ? 1 : FRAMES;
	uint64_t before[PROBES];
	struct frame frame;
	bool mapped;

	read_probes(before);
	mapped = begin(&frame, side, path, bytes);
	if (mapped && path->each_frame)
		unmap(&frame);
	if (mapped && !path->first) {
		/* What the first frame costs more is not every frame's. */
		pass(&frame, path);
		read_probes(before);
		for (unsigned int i = 0; i < FRAMES; i++)
			pass(&frame, path);
	}
	read_probes(counts);
	end(&frame);

	for (unsigned int i = 0; i < PROBES; i++) {
		counts[i] -= before[i];
		if (mapped && counts[i] % frames)
			die(path->name, "frames are not alike");
		counts[i] /= frames;
	}
	return mapped;
}

static void print_count(bool counted, uint64_t bytes)
{
	if (counted)
		printf("\t%llu", (unsigned long long)bytes);
	else
		printf("\t-");
}

static void compare(const struct path *path, size_t bytes)
{
	uint64_t counts[SIDES][PROBES];
	bool counted[SIDES];

	for (enum side side = OURS; side < SIDES; side++)
		counted[side] = count(side, path, bytes, counts[side]);

	for (unsigned int i = 0; i < PROBES; i++) {
		printf("%s\t%zu\t%s", path->name, bytes, probes[i].name);
		for (enum side side = OURS; side < SIDES; side++)
			print_count(counted[side], counts[side][i]);
		printf("\n");
	}
}

/*
 * A probe that counts nothing looks like maintenance that is spared. Mainline's
 * exporter spares none when a device maps a buffer and unmaps it, so that each
 * probe sees all of it once.
 */
static void check_probes(void)
{
	static const struct path path = {
		"check", O_RDWR, { BIDIRECTIONAL, NONE }
	};
	uint64_t before[PROBES], after[PROBES];
	struct frame frame;

	read_probes(before);
	if (!begin(&frame, MAINLINE, &path, CHECK_BYTES))
		die_errno("map");
	unmap(&frame);
	read_probes(after);
	end(&frame);

	for (unsigned int i = 0; i < PROBES; i++)
		if (after[i] - before[i] != CHECK_BYTES)
			die(probes[i].name, "the probe does not count right");
}

static void choose_probes(const char *kind)
{
	if (!strcmp(kind, "caches"))
		probes = caches;
	else if (!strcmp(kind, "bounces"))
		probes = bounces;
	else
		die(kind, "neither \"caches\" nor \"bounces\"");
}

int main(int argc, char **argv)
{
	size_t bytes, nr_compared = 0;

	if (argc < 5) {
		fprintf(stderr, "usage: bench-sync caches|bounces OURS MAINLINE BYTES [PATH]\n");
		return 2;
	}
	choose_probes(argv[1]);
	for (enum side side = OURS; side < SIDES; side++)
		heaps[side] = open_heap(argv[2 + side], side);
	bytes = strtoul(argv[4], NULL, 10);

	for (unsigned int i = 0; i < PROBES; i++)
		probe_add(&probes[i]);
	check_probes();
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		if (argc == 5 || !strcmp(argv[5], paths[i].name)) {
			compare(&paths[i], bytes);
			nr_compared++;
		}
	if (!nr_compared)
		die(argv[5], "there is no such path");
	return 0;
}
