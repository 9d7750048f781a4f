// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Guard for heaps that take system memory without a limit.
 *
 * The kernel's own system heap and udmabuf allocate until the OOM killer runs,
 * and the OOM killer does not know who holds a dma-buf. These heaps are
 * therefore asked only for memory that the kernel reports as available.
 */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/dma-heap.h>

#include "internal.h"

/* Share of all memory, and of a cgroup's limit, that stays available. */
#define SHARE_LEFT 8

#define CGROUP_ROOT "/sys/fs/cgroup"

/* Most of a file that is read: these and the lines wanted are shorter. */
#define MOST_TEXT 4096

static uint64_t min(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t subtract(uint64_t from, uint64_t value)
{
	return from - min(from, value);
}

/* Read the number after @key; 0 if there is none. */
static uint64_t number_after(const char *text, const char *key)
{
	const char *line = strstr(text, key);

	return line ? strtoull(line + strlen(key), NULL, 10) : 0;
}

static uint64_t kib_after(const char *text, const char *key)
{
	return number_after(text, key) * 1024;
}

/* Sum the free pages in a line of /proc/buddyinfo: a count for each order. */
static uint64_t free_pages(const char *counts)
{
	uint64_t pages = 0;
	char *end;

	for (unsigned int order = 0; order < 32; order++, counts = end) {
		const uint64_t blocks = strtoull(counts, &end, 10);

		if (end == counts)
			break;
		pages += blocks << order;
	}
	return pages;
}

/* Count the free bytes of zones that only movable pages may use. */
static uint64_t free_movable(void)
{
	static const char zone[] = "zone  Movable";
	const char *line;
	char text[MOST_TEXT];
	uint64_t pages = 0;

	if (dmaheap__read_text(AT_FDCWD, "/proc/buddyinfo", text, sizeof(text)))
		return 0;
	for (line = text; (line = strstr(line, zone));) {
		line += strlen(zone);
		pages += free_pages(line);
	}
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

/*
 * MemAvailable includes free memory and page cache of CMA areas and movable
 * zones, where pages of a dma-buf cannot be placed. It is not reported where
 * the page cache is, so as much as fits is taken to be there.
 */
static uint64_t out_of_reach(const char *meminfo)
{
	const uint64_t cma_total = kib_after(meminfo, "CmaTotal:");
	const uint64_t cma_free = kib_after(meminfo, "CmaFree:");
	const uint64_t movable = free_movable();
	uint64_t cache;

	cache = kib_after(meminfo, "\nActive(file):") +
		kib_after(meminfo, "Inactive(file):");
	if (!movable)
		cache = min(cache, subtract(cma_total, cma_free));
	return cma_free + movable + cache;
}

static bool exceeds_machine(uint64_t size)
{
	uint64_t total, available;
	char text[MOST_TEXT];

	/* Without /proc nothing is known, and nothing is refused. */
	if (dmaheap__read_text(AT_FDCWD, "/proc/meminfo", text, sizeof(text)))
		return false;
	total = kib_after(text, "MemTotal:");
	available = kib_after(text, "MemAvailable:");
	if (!total || !available)
		return false;

	available = subtract(available, total / SHARE_LEFT);
	return size > available ||
	       size > subtract(available, out_of_reach(text));
}

static int read_group(const char *group, const char *file,
		      char text[MOST_TEXT])
{
	char path[PATH_MAX];
	int len;

	len = snprintf(path, sizeof(path), "%s/%s", group, file);
	if (len >= (int)sizeof(path))
		return -ENAMETOOLONG;
	return dmaheap__read_text(AT_FDCWD, path, text, MOST_TEXT);
}

/* Page cache is charged to a cgroup, but reclaimed at its limit. */
static uint64_t cache_of_group(const char *group)
{
	char text[MOST_TEXT];

	if (read_group(group, "memory.stat", text))
		return 0;
	return number_after(text, "\nactive_file ") +
	       number_after(text, "\ninactive_file ");
}

static bool exceeds_group(const char *group, uint64_t size)
{
	uint64_t limit, available, used;
	char text[MOST_TEXT];

	/* A group without the memory controller has no limit of its own. */
	if (read_group(group, "memory.max", text) || !strncmp(text, "max", 3))
		return false;
	limit = strtoull(text, NULL, 10);
	if (read_group(group, "memory.current", text))
		return false;
	used = strtoull(text, NULL, 10);

	available = limit - limit / SHARE_LEFT;
	if (size <= subtract(available, used))
		return false;
	used = subtract(used, cache_of_group(group));
	return size > subtract(available, used);
}

/* Check the limits of the own cgroup and of each above it that can be seen. */
static bool exceeds_groups(uint64_t size)
{
	char text[MOST_TEXT] = "\n", path[MOST_TEXT + sizeof(CGROUP_ROOT)];
	const char *own;
	char *slash;

	if (dmaheap__read_text(AT_FDCWD, "/proc/self/cgroup", text + 1,
			       sizeof(text) - 1))
		return false;
	own = strstr(text, "\n0::/");
	if (!own)
		return false;
	strcpy(path, CGROUP_ROOT);
	dmaheap__copy_line(path + strlen(path), MOST_TEXT, own + strlen("\n0::"));

	while ((slash = strrchr(path, '/')) >= path + strlen(CGROUP_ROOT)) {
		if (slash[1] && exceeds_group(path, size))
			return true;
		*slash = '\0';
	}
	return exceeds_group(path, size);
}

/* The kernel's heap charges cgroups only if its administrator asks for it. */
static bool is_charged(const struct dmaheap *heap)
{
	char text[2];

	return heap->udmabuf ||
	       (!dmaheap__read_text(AT_FDCWD,
				    "/sys/module/dma_heap/parameters/mem_accounting",
				    text, sizeof(text)) && text[0] == 'Y');
}

bool dmaheap__is_unlimited(const struct dmaheap *heap)
{
	struct dma_heap_query_data data;

	/* Heaps of the modules have an ID, and a limit in the kernel. */
	return heap->udmabuf || (!dmaheap__query(heap, 0, &data) && !data.id &&
				 !strcmp(data.type, "system"));
}

int dmaheap__check_memory(const struct dmaheap *heap, uint64_t size)
{
	const uint64_t rest = (uint64_t)sysconf(_SC_PAGESIZE) - 1;

	size = (size + rest) & ~rest;
	/* The kernel answers EINVAL to such a size, and allocates nothing. */
	if (!size)
		return 0;
	if (exceeds_machine(size) ||
	    (exceeds_groups(size) && is_charged(heap)))
		return -ENOMEM;
	return 0;
}
