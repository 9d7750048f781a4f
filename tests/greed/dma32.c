// SPDX-License-Identifier: GPL-2.0
/*
 * Promise: an eighth of the memory below 4 GiB is left to the rest of the system by
 * whoever takes all that a heap of such memory lends. For a 64-bit machine with memory
 * above 4 GiB, which counts for nothing here.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "../uapi/harness.h"
#include "bystander.h"

/* Part of the memory that heaps leave alone, and how exact that is. */
#define KEPT_PART 8
#define SLACK_BYTES MIB(32)

#define ABOVE_BYTES MIB(1024)

/* Sum of a figure of zones, in bytes: of those below 4 GiB, or of the others. */
static size_t sum_of_zones(const char *figure, bool below)
{
	FILE *file = fopen("/proc/zoneinfo", "re");
	char line[256], name[32];
	size_t sum = 0, pages;
	bool is_below = false;

	CHECK(file);
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "Node %*d, zone %31s", name) == 1)
			is_below = !strncmp(name, "DMA", 3);
		else if (is_below == below &&
			 (sscanf(line, " pages %31s %zu", name, &pages) == 2 ||
			  sscanf(line, " %31s %zu", name, &pages) == 2) &&
			 !strcmp(name, figure))
			sum += pages * page_size();
	}
	fclose(file);
	return sum;
}

static void take_until_refused(const struct heap *heap, size_t len)
{
	int buf;

	while (!try_alloc(heap, len, O_RDWR, 0, &buf))
		;
	CHECK_EQUAL(errno, ENOMEM);
}

TEST(memory_below_4_gib_is_left_to_others)
{
	const size_t kept = sum_of_zones("managed", true) / KEPT_PART;
	struct bystander bystander;

	CHECK(sum_of_zones("free", false) >= ABOVE_BYTES);
	bystander = begin_bystander();
	take_until_refused(heap, MIB(64));
	take_until_refused(heap, MIB(1));
	printf("# free below 4 GiB: %zu bytes; to be left: %zu\n",
	       sum_of_zones("free", true), kept);
	CHECK(sum_of_zones("free", true) + SLACK_BYTES > kept);
	/* The heap gave most of the rest. */
	CHECK(sum_of_zones("free", true) < 2 * kept);
	check_unharmed(&bystander);
}
