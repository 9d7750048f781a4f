// SPDX-License-Identifier: GPL-2.0
/*
 * docs/ABI/sysfs-class-dmabuf_heap, limit: shares of a region, to the page, with
 * the limit that is set by default.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../uapi/harness.h"
#include "../uapi/sysfs.h"
#include "units.h"
#include "users.h"

/* A frame of 1920 by 1080 pixels, as NV12 has it. */
#define FRAME 3110400ull

/* All pages of the region can be had one by one, if not at once. */
static const uint64_t lengths[] = { FRAME, KIB(256), KIB(16), KIB(4) };

static uint64_t pages(uint64_t bytes)
{
	return bytes / page_size() * page_size();
}

static uint64_t used(const struct heap *heap)
{
	return (uint64_t)attribute(heap, "used");
}

static uint64_t total(const struct heap *heap)
{
	return (uint64_t)attribute(heap, "total");
}

/* Buffers of a length until no more can be had: how many. */
static unsigned int take_frames(const struct heap *heap, uint64_t len)
{
	unsigned int n = 0;
	int buf;

	while (!try_alloc(heap, len, O_RDWR, 0, &buf))
		n++;
	CHECK_EQUAL(errno, ENOMEM);
	CHECK(used(heap) <= total(heap));
	return n;
}

/* As much as can be had at all, and how many bytes it is. */
static uint64_t take_up(const struct heap *heap)
{
	uint64_t before = used(heap);

	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++)
		take_frames(heap, lengths[i]);
	return used(heap) - before;
}

static void begin(const struct heap *heap, const char *text)
{
	wait_for_attribute(heap, "used", 0);
	set_attribute(heap, "limit", text);
}

/* The running user takes up its share, for which the limit is the reason. */
static void check_share(const struct heap *heap, unsigned int percent)
{
	uint64_t left = total(heap) - used(heap);
	long long refused = attribute(heap, "failures_memory");

	CHECK_EQUAL(take_up(heap), pages(left * percent / 100));
	CHECK_EQUAL(attribute(heap, "failures_memory"), refused);
}

TEST(one_user_takes_70_percent_by_default)
{
	begin(heap, "70%");
	become(ALICE);
	check_share(heap, 70);
	CHECK(used(heap) * 100 <= total(heap) * 70);
	CHECK(used(heap) * 100 > total(heap) * 65);
}

TEST(second_and_third_user_get_frames_by_default)
{
	uint64_t left;

	begin(heap, "70%");
	become(ALICE);
	take_frames(heap, FRAME);
	become(BOB);
	left = total(heap) - used(heap);
	CHECK(take_frames(heap, FRAME) > 1);
	CHECK((total(heap) - used(heap)) * 100 >= left * 30);
	become(CAROL);
	CHECK(take_frames(heap, FRAME) > 0);
}

TEST(per_cent_are_of_what_others_leave)
{
	static const unsigned int percents[] = { 1, 10, 33, 50 };

	for (size_t i = 0; i < ARRAY_SIZE(percents); i++) {
		char text[8];
		pid_t pid;

		snprintf(text, sizeof(text), "%u%%", percents[i]);
		begin(heap, text);
		pid = fork_child();
		if (!pid) {
			/* Who is exempt leaves less, as everybody. */
			alloc(heap, MIB(8), O_RDWR);
			become(ALICE);
			check_share(heap, percents[i]);
			become(BOB);
			check_share(heap, percents[i]);
			exit(0);
		}
		check_child(pid);
	}
}

TEST(share_of_who_has_some_counts_that)
{
	begin(heap, "100%");
	become(ALICE);
	alloc(heap, MIB(16), O_RDWR);
	become(0);
	set_attribute(heap, "limit", "50%");
	become(ALICE);
	take_up(heap);
	CHECK_EQUAL(used(heap), pages(total(heap) / 2));
	become(BOB);
	check_share(heap, 50);
}

/* Nobody can have more than there is, by whatever limit. */
TEST(whole_region_is_no_more_than_total)
{
	begin(heap, "max");
	become(ALICE);
	take_up(heap);
	become(0);
	take_up(heap);
	CHECK(used(heap) <= total(heap));
}
