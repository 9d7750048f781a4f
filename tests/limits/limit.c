// SPDX-License-Identifier: GPL-2.0
/*
 * docs/ABI/sysfs-class-dmabuf_heap, limit: how it is read and written, and what
 * a new one does to those who have memory already.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../uapi/harness.h"
#include "attributes.h"
#include "users.h"

static void check_limit(const struct heap *heap, const char *text)
{
	if (strcmp(limit(heap), text))
		fail(__FILE__, __LINE__, "limit is '%s', not '%s'", limit(heap),
		     text);
}

static void check_becomes(const struct heap *heap, const char *written,
			  const char *text)
{
	set_limit(heap, written);
	check_limit(heap, text);
}

TEST(limit_is_read_as_it_was_written)
{
	check_becomes(heap, "max", "max");
	check_becomes(heap, "1%", "1%");
	check_becomes(heap, "100%", "100%");
	check_becomes(heap, "70%\n", "70%");
	check_becomes(heap, "4096", "4096");
	check_becomes(heap, "4194304\n", "4194304");
	check_becomes(heap, "64K", "65536");
	check_becomes(heap, "3M", "3145728");
	check_becomes(heap, "2G\n", "2147483648");
	check_becomes(heap, "4198399", "4194304");
	check_becomes(heap, "max\n", "max");
}

TEST(limit_that_makes_no_sense_is_einval)
{
	static const char *const texts[] = {
		"\n", " ", "%", "0%", "101%", "1000%", "-1%", "70 %", "70%%",
		"70%x", "1.5%", "-1", "5x", "5KK", "M", "maximum", "MAX", "none",
		"18446744073709551616", "17179869184G", "99999999999999999999%",
	};

	set_limit(heap, "1236K");
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		if (!try_set_limit(heap, texts[i]) || errno != EINVAL)
			fail(__FILE__, __LINE__, "'%s' is not refused", texts[i]);
		check_limit(heap, "1265664");
	}
}

/* Be it that they are root in a namespace of their own. */
TEST(only_root_writes_the_limit)
{
	pid_t pid;

	set_limit(heap, "1M");
	become(ALICE);
	CHECK_ERRNO(try_set_limit(heap, "max"), EACCES);
	become(0);
	pid = fork_into_namespace(ALICE, SUBORDINATE, SUBORDINATES);
	if (!pid) {
		CHECK_ERRNO(try_set_limit(heap, "max"), EACCES);
		exit(0);
	}
	check_child(pid);
	check_limit(heap, "1048576");
}

TEST(counts_are_for_reading_alone)
{
	static const char *const names[] = {
		"used", "peak", "buffers", "allocations", "largest_success",
		"smallest_failure", "failures_limit", "failures_memory",
		"failures_other", "contiguous",
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
	set_limit(heap, "2M");
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
	set_limit(heap, "1M");
	become(ALICE);
	CHECK_EQUAL(take_units(heap, bufs), UNITS / 4);
	become(0);
	set_limit(heap, "2M");
	become(ALICE);
	CHECK_EQUAL(take_units(heap, bufs), UNITS / 4);
	become(0);
	set_limit(heap, "max");
	become(ALICE);
	for (int i = 0; i < 2 * UNITS; i++)
		take_unit(heap);
}
