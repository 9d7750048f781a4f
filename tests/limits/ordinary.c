// SPDX-License-Identifier: GPL-2.0
/*
 * docs/ABI/sysfs-class-dmabuf_heap, limit: the heaps that take ordinary memory
 * have one limit in common, and nobody gets past it, be it by a thousand
 * processes, nor harms the machine. With the limit that is set by default.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../uapi/harness.h"
#include "../uapi/sysfs.h"
#include "bystander.h"
#include "units.h"
#include "users.h"

#define FRAME 3110400ull

/* How much the rest of the machine may need or leave meanwhile. */
#define SLACK_BYTES (long long)MIB(24)

/* All of them, by the names that they have here. */
static struct heap heaps[3];
static size_t nr_heaps;

static void open_heaps(void)
{
	static const char *const names[] = {
		"system-ext", "system", "system-dma32", "system-contiguous",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		char path[512];

		/* The kernel's own heap is none of ours. */
		snprintf(path, sizeof(path), CLASS "/%s", names[i]);
		if (access(path, F_OK))
			continue;
		CHECK(nr_heaps < ARRAY_SIZE(heaps));
		heaps[nr_heaps].name = names[i];
		heaps[nr_heaps++].fd = open_heap(names[i]);
	}
	CHECK_EQUAL(nr_heaps, ARRAY_SIZE(heaps));
}

static long long used(void)
{
	long long sum = 0;

	for (size_t i = 0; i < nr_heaps; i++)
		sum += attribute(&heaps[i], "used");
	return sum;
}

static void begin(void)
{
	open_heaps();
	for (size_t i = 0; i < nr_heaps; i++)
		wait_for_attribute(&heaps[i], "used", 0);
	set_attribute(&heaps[0], "limit", "70%");
}

/* In turns, until none of them gives any more: how many. */
static unsigned int take_frames(void)
{
	unsigned int n = 0, refused = 0;
	int buf;

	for (size_t i = 0; refused < nr_heaps; i = (i + 1) % nr_heaps) {
		if (!try_alloc(&heaps[i], FRAME, O_RDWR, 0, &buf)) {
			n++;
			refused = 0;
			continue;
		}
		CHECK_EQUAL(errno, ENOMEM);
		refused++;
	}
	return n;
}

/* What there is for heaps: as much as somebody gets who is exempt. */
static long long all_there_is(void)
{
	long long *all = mmap(NULL, page_size(), PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid;

	CHECK(all != MAP_FAILED);
	pid = fork_child();
	if (!pid) {
		take_frames();
		*all = used();
		exit(0);
	}
	check_child(pid);
	return *all;
}

TEST(limit_is_one_for_all_of_them)
{
	begin();
	for (size_t i = 0; i < nr_heaps; i++) {
		char text[32];

		snprintf(text, sizeof(text), "%zu%%", 30 + i);
		set_attribute(&heaps[i], "limit", text);
		for (size_t j = 0; j < nr_heaps; j++)
			check_attribute(&heaps[j], "limit", text);
	}
}

TEST(what_a_user_has_of_them_is_added_up)
{
	begin();
	set_attribute(&heaps[0], "limit", "12M");
	become(ALICE);
	for (size_t i = 0; i < nr_heaps; i++)
		alloc(&heaps[i], MIB(4), O_RDWR);
	for (size_t i = 0; i < nr_heaps; i++)
		check_no_unit(&heaps[i]);
	become(BOB);
	alloc(&heaps[0], MIB(12), O_RDWR);
	for (size_t i = 0; i < nr_heaps; i++)
		check_no_unit(&heaps[i]);
}

TEST(one_user_takes_70_percent_by_default)
{
	long long all, refused;

	begin();
	all = all_there_is();
	refused = attribute(&heaps[0], "failures_limit");
	become(ALICE);
	take_frames();
	CHECK(used() <= all / 100 * 70 + SLACK_BYTES);
	CHECK(used() >= all / 100 * 65 - SLACK_BYTES);
	CHECK(attribute(&heaps[0], "failures_limit") > refused);
}

TEST(second_and_third_user_get_frames_by_default)
{
	long long left, before;

	begin();
	/* Who takes all leaves the machine more than there was, or less. */
	left = all_there_is();
	for (int i = 0; i < 2; i++) {
		const long long all = all_there_is();

		if (all > left)
			left = all;
	}
	become(ALICE);
	take_frames();
	left -= used();
	before = used();
	become(BOB);
	CHECK(take_frames() > 1);
	printf("# %lld MiB of %lld MiB\n", (used() - before) >> 20, left >> 20);
	CHECK(used() - before <= left / 100 * 70 + SLACK_BYTES);
	become(CAROL);
	CHECK(take_frames() > 0);
}

/* With a bystander who is not harmed. */
#define PROCESSES 1000

/* Processes of Alice's, and every fourth of a subordinate's. */
static pid_t start_asker(int i, int go)
{
	char byte;
	pid_t pid;

	if (i % 4) {
		pid = fork_child();
		if (pid)
			return pid;
		become(ALICE);
	} else {
		pid = fork_into_namespace(ALICE, SUBORDINATE + (uid_t)i, 1);
		if (pid)
			return pid;
	}
	CHECK_EQUAL(read(go, &byte, 1), 1);
	take_frames();
	hold();
}

TEST(thousand_processes_have_one_share)
{
	struct bystander bystander = begin_bystander();
	static char bytes[PROCESSES];
	pid_t pids[PROCESSES];
	long long all;
	int go[2];

	begin();
	all = all_there_is();
	CHECK_EQUAL(pipe(go), 0);
	prepare_holders();
	for (int i = 0; i < PROCESSES; i++)
		pids[i] = start_asker(i, go[0]);
	CHECK_EQUAL(write(go[1], bytes, PROCESSES), PROCESSES);
	wait_for_holders(PROCESSES);

	CHECK(used() <= all / 100 * 70 + SLACK_BYTES);
	check_unharmed(&bystander);
	become(BOB);
	alloc(&heaps[0], FRAME, O_RDWR);
	become(CAROL);
	alloc(&heaps[0], FRAME, O_RDWR);
	become(0);
	for (int i = 0; i < PROCESSES; i++)
		end_holder(pids[i]);
	check_unharmed(&bystander);
	become(ALICE);
	CHECK(take_frames() > 1);
}
