// SPDX-License-Identifier: GPL-2.0
/* A heap's attributes and its region's figures, from sysfs. */

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "attributes.h"
#include "escape.h"
#include "size.h"

/*
 * Read the first line of a file, without its newline. It is empty if the file cannot
 * be read, and if it has what is not to be printed.
 */
static void read_line(const char *path, char *line, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? 0 : read(fd, line, size - 1);

	if (fd >= 0)
		close(fd);
	line[len > 0 ? len : 0] = '\0';
	line[strcspn(line, "\n")] = '\0';
	if (!is_plain(line))
		line[0] = '\0';
}

static void read_heap_attribute(dev_t heap, const char *name, char *line,
				size_t size)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "/sys/dev/char/%u:%u/%s", major(heap),
		 minor(heap), name);
	read_line(path, line, size);
}

static void read_figure(dev_t heap, const char *name,
			struct attributes *attributes, enum figure figure)
{
	char line[32];

	read_heap_attribute(heap, name, line, sizeof(line));
	attributes->figures[figure].known =
		!parse_size(line, &attributes->figures[figure].value);
}

/* A count of pages that CMA tells, as bytes; unless the figure is known. */
static void read_area(const char *name, struct attributes *attributes,
		      enum figure figure)
{
	char path[PATH_MAX], line[32];
	uint64_t pages;

	if (attributes->figures[figure].known)
		return;
	snprintf(path, sizeof(path), "/sys/kernel/mm/cma/%s/%s",
		 attributes->region, name);
	read_line(path, line, sizeof(line));
	if (parse_size(line, &pages))
		return;
	attributes->figures[figure].known = true;
	attributes->figures[figure].value = pages * sysconf(_SC_PAGESIZE);
}

static bool is_known(const struct attributes *attributes, enum figure figure)
{
	return attributes->figures[figure].known;
}

/* What the heap has not lent of its region, or 0 if that is not known. */
static uint64_t count_rest(const struct attributes *attributes)
{
	const uint64_t total = attributes->figures[FIGURE_TOTAL].value;
	const uint64_t used = attributes->figures[FIGURE_USED].value;

	return total > used ? total - used : 0;
}

/*
 * Of a carveout nobody else has anything. For CMA what the heap's pool keeps is
 * taken, but it is nobody's. It may have been given back since it was counted:
 * there is no more than what is not lent.
 */
static void count_free(struct attributes *attributes)
{
	const uint64_t rest = count_rest(attributes);
	uint64_t *free = &attributes->figures[FIGURE_FREE].value;

	if (!is_known(attributes, FIGURE_TOTAL) ||
	    !is_known(attributes, FIGURE_USED))
		return;
	if (!strcmp(attributes->type, "carveout")) {
		attributes->figures[FIGURE_FREE].known = true;
		*free = rest;
	} else if (is_known(attributes, FIGURE_FREE)) {
		*free += attributes->figures[FIGURE_POOLED].value;
		if (*free > rest)
			*free = rest;
	}
}

void read_attributes(dev_t heap, struct attributes *attributes)
{
	static const char * const names[N_FIGURES] = {
		[FIGURE_TOTAL] = "total",
		[FIGURE_USED] = "used",
		[FIGURE_PEAK] = "peak",
		[FIGURE_BUFFERS] = "buffers",
		[FIGURE_ALLOCATIONS] = "allocations",
		[FIGURE_LARGEST_SUCCESS] = "largest_success",
		[FIGURE_SMALLEST_FAILURE] = "smallest_failure",
		[FIGURE_FAILURES_LIMIT] = "failures_limit",
		[FIGURE_FAILURES_MEMORY] = "failures_memory",
		[FIGURE_FAILURES_BUSY] = "failures_busy",
		[FIGURE_FAILURES_OTHER] = "failures_other",
		[FIGURE_POOLED] = "pooled",
		[FIGURE_POOL_HITS] = "pool_hits",
		[FIGURE_POOL_MISSES] = "pool_misses",
		[FIGURE_CONTIGUOUS] = "contiguous",
		[FIGURE_CPU_ACCESS] = "cpu_access",
	};

	*attributes = (struct attributes) { 0 };
	read_heap_attribute(heap, "type", attributes->type,
			    sizeof(attributes->type));
	read_heap_attribute(heap, "region", attributes->region,
			    sizeof(attributes->region));
	read_heap_attribute(heap, "limit", attributes->limit,
			    sizeof(attributes->limit));
	for (size_t i = 0; i < N_FIGURES; i++) {
		if (names[i])
			read_figure(heap, names[i], attributes, i);
	}

	if (attributes->region[0]) {
		read_area("total_pages", attributes, FIGURE_TOTAL);
		read_area("available_pages", attributes, FIGURE_FREE);
	}
	count_free(attributes);
}
