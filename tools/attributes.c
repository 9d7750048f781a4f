// SPDX-License-Identifier: GPL-2.0
/* A heap's attributes and its region's figures, from sysfs. */

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "attributes.h"
#include "size.h"

/* The first line of a file without its newline; empty if it can't be read. */
static void read_line(const char *path, char *line, size_t size)
{
	FILE *file = fopen(path, "re");

	if (!file || !fgets(line, size, file))
		line[0] = '\0';
	if (file)
		fclose(file);
	line[strcspn(line, "\n")] = '\0';
}

static void read_heap_attribute(dev_t heap, const char *name, char *line,
				size_t size)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "/sys/dev/char/%u:%u/%s", major(heap),
		 minor(heap), name);
	read_line(path, line, size);
}

/* A count of pages, as bytes. */
static bool read_region_bytes(const char *region, const char *name,
			      uint64_t *bytes)
{
	char path[PATH_MAX], line[32];
	uint64_t pages;

	snprintf(path, sizeof(path), "/sys/kernel/mm/cma/%s/%s", region, name);
	read_line(path, line, sizeof(line));
	if (parse_size(line, &pages))
		return false;
	*bytes = pages * sysconf(_SC_PAGESIZE);
	return true;
}

void read_attributes(dev_t heap, struct attributes *attributes)
{
	*attributes = (struct attributes) { 0 };
	read_heap_attribute(heap, "type", attributes->type,
			    sizeof(attributes->type));
	read_heap_attribute(heap, "region", attributes->region,
			    sizeof(attributes->region));
	if (!attributes->region[0])
		return;

	attributes->has_total = read_region_bytes(attributes->region,
						  "total_pages",
						  &attributes->total);
	attributes->has_free = read_region_bytes(attributes->region,
						 "available_pages",
						 &attributes->free);
}
