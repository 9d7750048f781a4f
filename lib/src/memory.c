// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * How much ordinary memory there is. The kernel's own heap of it, and udmabuf,
 * do not look: they take what is asked for until processes are killed.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* This part of all memory stays available for everybody else. */
#define KEPT_AVAILABLE 8

/* A line of /proc/meminfo, in bytes; 0 if there is none. */
static uint64_t find_value(const char *text, const char *key)
{
	const char *line = strstr(text, key);

	return line ? strtoull(line + strlen(key), NULL, 10) * 1024 : 0;
}

int dmaheap__check_memory(uint64_t size)
{
	uint64_t total, available;
	char text[256];

	/* Nobody is refused because of what can't be known. */
	if (dmaheap__read_text(AT_FDCWD, "/proc/meminfo", text, sizeof(text)))
		return 0;
	total = find_value(text, "MemTotal:");
	available = find_value(text, "MemAvailable:");
	if (!total || !available)
		return 0;

	available -= total / KEPT_AVAILABLE < available ?
		     total / KEPT_AVAILABLE : available;
	return size > available ? -ENOMEM : 0;
}
