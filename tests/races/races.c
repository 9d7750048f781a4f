// SPDX-License-Identifier: GPL-2.0
/*
 * docs/testing.md, Races: all that a heap, its attributes and one buffer offer,
 * by several processes at once. What comes of it is others' to test: here, the
 * kernel looks on.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <linux/dma-heap.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../kernel/tests/dmabuf_heaps_importer.h"
#include "harness.h"
#include "sysfs.h"
#include "views.h"

#define WORKERS 4
#define STORM_NS 15000000000ll

/* What every worker has: one buffer of the heap. */
#define LEN MIB(1)

static void allocating(const struct heap *heap, int buf)
{
	int other;

	if (!try_alloc(heap, page_size() << random() % 9, O_RDWR, 0, &other))
		close(other);
}

static void viewing(const struct heap *heap, int buf)
{
	int view;

	if (!try_view(heap, buf, page_size(), page_size() * 4, O_RDWR, &view)) {
		munmap(map(view, page_size(), PROT_READ), page_size());
		close(view);
	}
}

static void touching(const struct heap *heap, int buf)
{
	char *mem = map(buf, LEN, PROT_READ | PROT_WRITE);

	for (size_t i = 0; i < LEN; i += page_size())
		mem[i] = 1;
	munmap(mem, LEN);
}

static void bracketing(const struct heap *heap, int buf)
{
	struct dma_buf_sync sync = {
		.flags = (uint64_t)(1 + random() % 3),
	};

	CHECK_EQUAL(ioctl(buf, DMA_BUF_IOCTL_SYNC, &sync), 0);
	sync.flags |= DMA_BUF_SYNC_END;
	CHECK_EQUAL(ioctl(buf, DMA_BUF_IOCTL_SYNC, &sync), 0);
}

static void importing(const struct heap *heap, int buf)
{
	int importer = open(IMPORTER_NODE, O_RDWR | O_CLOEXEC);

	CHECK(importer >= 0);
	CHECK_EQUAL(ioctl(importer, IMPORTER_ATTACH, buf), 0);
	CHECK_EQUAL(ioctl(importer, IMPORTER_MAP, (int)(random() % 3)), 0);
	CHECK_EQUAL(ioctl(importer, IMPORTER_VMAP), 0);
	CHECK_EQUAL(ioctl(importer, IMPORTER_BEGIN, 0), 0);
	CHECK_EQUAL(ioctl(importer, IMPORTER_END, 0), 0);
	/* Undoes everything. */
	close(importer);
}

static void listing(const struct heap *heap, int buf)
{
	struct dma_heap_list_entry entries[16];
	struct dma_heap_list_data data = {
		.entries = (uintptr_t)entries,
		.nr_entries = ARRAY_SIZE(entries),
		.entry_size = sizeof(entries[0]),
	};

	CHECK_EQUAL(ioctl(heap->fd, DMA_HEAP_IOCTL_LIST, &data), 0);
}

static void reading(const struct heap *heap, int buf)
{
	static const char *const names[] = {
		"total", "limit", "used", "peak", "buffers", "allocations",
		"failures_limit", "pooled", "pool_limit", "pool_idle",
		"pool_prepared", "pool_hits", "pool_misses",
	};
	const char *name = names[(size_t)random() % ARRAY_SIZE(names)];
	char text[MOST_TEXT];

	if (has_attribute(heap, name))
		attribute_text(heap, name, text);
}

static void setting(const struct heap *heap, int buf)
{
	static const struct {
		const char *name;
		const char *text;
	} settings[] = {
		{ "limit", "70%" }, { "limit", "60%" }, { "limit", "max" },
		{ "pool_limit", "8M" }, { "pool_limit", "0" },
		{ "pool_limit", "2M" }, { "pool_idle", "1" },
		{ "pool_idle", "2000" }, { "pool_prepared", "2x64K" },
		{ "pool_prepared", "\n" }, { "pooled", "0" },
	};
	const size_t i = (size_t)random() % ARRAY_SIZE(settings);

	if (has_attribute(heap, settings[i].name))
		set_attribute(heap, settings[i].name, settings[i].text);
}

static void (*const calls[])(const struct heap *heap, int buf) = {
	allocating, allocating, allocating, viewing, touching, bracketing,
	importing, listing, reading, setting,
};

TEST(everything_at_once)
{
	const long long end = nanoseconds() + STORM_NS;
	const int buf = alloc(heap, LEN, O_RDWR);
	pid_t pids[WORKERS];

	for (unsigned int i = 0; i < WORKERS; i++) {
		pids[i] = fork_child();
		if (pids[i])
			continue;
		srandom(i);
		/* Of some limit, too. */
		if (i % 2)
			CHECK_EQUAL(setreuid(1000 + i, 0), 0);
		while (nanoseconds() < end)
			calls[(size_t)random() % ARRAY_SIZE(calls)](heap, buf);
		exit(0);
	}
	for (int i = 0; i < WORKERS; i++)
		check_child(pids[i]);
	if (has_attribute(heap, "pooled")) {
		set_attribute(heap, "pool_prepared", "\n");
		set_attribute(heap, "pool_limit", "0");
		set_attribute(heap, "pool_idle", "2000");
	}
	set_attribute(heap, "limit", "70%");
}
