// SPDX-License-Identifier: GPL-2.0
/*
 * docs/ABI/sysfs-class-dmabuf_heap, limit: who writes it, and what a new one does
 * to those who have memory already.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../uapi/harness.h"
#include "../uapi/sysfs.h"
#include "units.h"
#include "users.h"

/* Be it that they are root in a namespace of their own. */
TEST(only_root_writes_the_limit)
{
	pid_t pid;

	set_attribute(heap, "limit", "1M");
	become(ALICE);
	CHECK_ERRNO(try_set_attribute(heap, "limit", "max"), EACCES);
	become(0);
	pid = fork_into_namespace(ALICE, SUBORDINATE, SUBORDINATES);
	if (!pid) {
		CHECK_ERRNO(try_set_attribute(heap, "limit", "max"), EACCES);
		exit(0);
	}
	check_child(pid);
	check_attribute(heap, "limit", "1048576");
}

TEST(counts_are_for_reading_alone)
{
	static const char *const names[] = {
		"used", "peak", "buffers", "allocations", "largest_success",
		"smallest_failure", "failures_limit", "failures_memory",
		"failures_busy", "failures_other", "contiguous",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		char path[512];

		snprintf(path, sizeof(path), CLASS "/%s/%s", heap->name,
			 names[i]);
		CHECK_ERRNO(open(path, O_WRONLY), EACCES);
		CHECK(attribute(heap, names[i]) >= 0);
	}
}

TEST(limit_is_exact_to_the_byte)
{
	int buf;

	begin_with_units(heap);
	become(ALICE);
	CHECK_ERRNO(try_alloc(heap, UNITS * UNIT + 1, O_RDWR, 0, &buf), ENOMEM);
	buf = alloc(heap, UNITS * UNIT, O_RDWR);
	CHECK_ERRNO(try_alloc(heap, 1, O_RDWR, 0, &buf), ENOMEM);
}

TEST(lower_limit_takes_nothing_away_and_gives_no_more)
{
	int bufs[UNITS + 1];

	begin_with_units(heap);
	become(ALICE);
	CHECK_EQUAL(take_units(heap, bufs), UNITS);
	become(0);
	set_attribute(heap, "limit", "2M");
	become(ALICE);
	CHECK_EQUAL(attribute(heap, "used"), UNITS * UNIT);
	give_back(bufs, UNITS / 2);
	check_no_unit(heap);
	close(bufs[UNITS / 2]);
	close(take_unit(heap));
	become(BOB);
	CHECK_EQUAL(take_units(heap, bufs), UNITS / 2);
}

TEST(higher_limit_holds_at_once)
{
	int bufs[UNITS + 1];

	begin_with_units(heap);
	set_attribute(heap, "limit", "1M");
	become(ALICE);
	CHECK_EQUAL(take_units(heap, bufs), UNITS / 4);
	become(0);
	set_attribute(heap, "limit", "2M");
	become(ALICE);
	CHECK_EQUAL(take_units(heap, bufs), UNITS / 4);
	become(0);
	set_attribute(heap, "limit", "max");
	become(ALICE);
	for (int i = 0; i < 2 * UNITS; i++)
		take_unit(heap);
}
