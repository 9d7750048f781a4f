// SPDX-License-Identifier: GPL-2.0
/*
 * docs/ABI/sysfs-class-dmabuf_heap, limit: memory counts for the user who asks
 * for it, by whatever process and in whatever user namespace.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../uapi/harness.h"
#include "../uapi/sysfs.h"
#include "units.h"
#include "users.h"

#define PROCESSES 1000
#define LEVELS 8

/* Effective capabilities of this process, which has all of them permitted. */
static void set_capabilities(uint64_t effective)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];

	CHECK_EQUAL(syscall(SYS_capget, &header, data), 0);
	for (int i = 0; i < 2; i++)
		data[i].effective = data[i].permitted &
				    (uint32_t)(effective >> (32 * i));
	CHECK_EQUAL(syscall(SYS_capset, &header, data), 0);
}

TEST(each_user_has_a_share)
{
	int bufs[UNITS + 1];

	begin_with_units(heap);
	become(ALICE);
	CHECK_EQUAL(take_units(heap, bufs), UNITS);
	become(BOB);
	CHECK_EQUAL(take_units(heap, bufs), UNITS);
	become(ALICE);
	CHECK_EQUAL(take_units(heap, bufs), 0);
	CHECK_EQUAL(attribute(heap, "used"), 2 * UNITS * UNIT);
}

/* What was charged to one of them is not charged again to the next. */
TEST(share_is_that_of_the_real_user)
{
	int bufs[UNITS + 1], one;

	begin_with_units(heap);
	become(ALICE);
	CHECK_EQUAL(take_units(heap, bufs), UNITS);
	become_with_effective(ALICE, BOB);
	CHECK_EQUAL(take_units(heap, bufs), 0);
	become_with_effective(BOB, ALICE);
	one = take_unit(heap);
	become(ALICE);
	CHECK_EQUAL(take_units(heap, bufs), 0);
	close(one);
	CHECK_EQUAL(take_units(heap, bufs), 0);
}

/* Not that of whoever opened the heap. */
TEST(node_of_another_user_gives_no_second_share)
{
	struct heap own = *heap;
	char path[512];
	int bufs[UNITS + 1];

	begin_with_units(heap);
	snprintf(path, sizeof(path), HEAPS "/%s", heap->name);
	CHECK_EQUAL(chmod(path, 0666), 0);
	become(ALICE);
	own.fd = open_heap(heap->name);
	CHECK_EQUAL(take_units(&own, bufs), UNITS);
	CHECK_EQUAL(take_units(heap, bufs), 0);
	become(0);
	CHECK_EQUAL(chmod(path, 0600), 0);
}

/* Buffers until one is refused: how many. For a process that only does this. */
static unsigned int take(const struct heap *heap)
{
	unsigned int n = 0;
	int buf;

	while (!try_alloc(heap, UNIT, O_RDWR, 0, &buf))
		n++;
	CHECK_EQUAL(errno, ENOMEM);
	return n;
}

TEST(thousand_processes_have_one_share)
{
	unsigned int *taken = mmap(NULL, page_size(), PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pids[PROCESSES];
	int go[2], bufs[UNITS + 1];
	char byte;

	begin_with_units(heap);
	CHECK(taken != MAP_FAILED);
	CHECK_EQUAL(pipe(go), 0);
	prepare_holders();
	for (int i = 0; i < PROCESSES; i++) {
		pids[i] = fork_child();
		if (pids[i])
			continue;
		become(ALICE);
		/* All begin when the other end is closed. */
		close(go[1]);
		CHECK_EQUAL(read(go[0], &byte, 1), 0);
		__atomic_add_fetch(taken, take(heap), __ATOMIC_RELAXED);
		hold();
	}
	close(go[1]);
	wait_for_holders(PROCESSES);

	CHECK_EQUAL(*taken, UNITS);
	CHECK_EQUAL(attribute(heap, "buffers"), UNITS);
	become(ALICE);
	CHECK_EQUAL(take_units(heap, bufs), 0);
	become(BOB);
	check_full_share(heap);
	become(0);
	for (int i = 0; i < PROCESSES; i++)
		end_holder(pids[i]);
	wait_for_attribute(heap, "used", 0);
	become(ALICE);
	check_full_share(heap);
}

/* Every sixteenth of them asks for one unit, the first get theirs. */
static void take_as_subordinates(const struct heap *heap)
{
	int buf, taken = 0;

	for (uid_t id = 0; id < SUBORDINATES; id += 16) {
		become(id);
		if (!try_alloc(heap, UNIT, O_RDWR, 0, &buf))
			taken++;
		else
			CHECK_EQUAL(errno, ENOMEM);
	}
	CHECK_EQUAL(taken, UNITS);
}

TEST(subordinate_ids_share_with_their_owner)
{
	int bufs[UNITS + 1];
	pid_t pid;

	begin_with_units(heap);
	prepare_holders();
	pid = fork_into_namespace(ALICE, SUBORDINATE, SUBORDINATES);
	if (!pid) {
		take_as_subordinates(heap);
		hold();
	}
	wait_for_holders(1);
	become(ALICE);
	CHECK_EQUAL(take_units(heap, bufs), 0);
	become(0);
	end_holder(pid);
	wait_for_attribute(heap, "used", 0);
	become(ALICE);
	check_full_share(heap);
}

/* One after the other, all of which live. */
TEST(many_namespaces_share_with_their_owner)
{
	pid_t pids[UNITS];
	int bufs[UNITS + 1];

	begin_with_units(heap);
	prepare_holders();
	for (int i = 0; i < UNITS; i++) {
		pids[i] = fork_into_namespace(ALICE, SUBORDINATE + (uid_t)i, 1);
		if (!pids[i]) {
			take_unit(heap);
			hold();
		}
	}
	wait_for_holders(UNITS);
	become(ALICE);
	CHECK_EQUAL(take_units(heap, bufs), 0);
	become(0);
	for (int i = 0; i < UNITS; i++)
		end_holder(pids[i]);
	become(ALICE);
	check_full_share(heap);
}

/* In each namespace, the owner of the next and its root are other users. */
static void take_at_every_level(const struct heap *heap, unsigned int level)
{
	pid_t pid;

	for (int i = 0; i < UNITS / LEVELS; i++)
		take_unit(heap);
	if (level == LEVELS) {
		check_no_unit(heap);
		return;
	}
	pid = fork_into_namespace(1, 2, SUBORDINATES - 2 * level);
	if (!pid) {
		take_at_every_level(heap, level + 1);
		exit(0);
	}
	check_child(pid);
}

TEST(nested_namespaces_share_with_the_outermost_owner)
{
	pid_t pid;

	begin_with_units(heap);
	pid = fork_into_namespace(ALICE, SUBORDINATE, SUBORDINATES);
	if (!pid) {
		take_at_every_level(heap, 1);
		exit(0);
	}
	check_child(pid);
	wait_for_attribute(heap, "used", 0);
	become(ALICE);
	check_full_share(heap);
}

/* Alice owns the outer namespace, a user of hers the one in it. */
TEST(nested_namespaces_share_with_each_owner_between)
{
	pid_t pid;

	begin_with_units(heap);
	become(SUBORDINATE + 1);
	for (int i = 0; i < UNITS / 2; i++)
		take_unit(heap);
	become(0);
	pid = fork_into_namespace(ALICE, SUBORDINATE, SUBORDINATES);
	if (!pid) {
		pid = fork_into_namespace(1, 2, 1);
		if (!pid) {
			for (int i = 0; i < UNITS / 2; i++)
				take_unit(heap);
			check_no_unit(heap);
			exit(0);
		}
		check_child(pid);
		/* Which is not because of Alice. */
		for (int i = 0; i < UNITS; i++)
			take_unit(heap);
		check_no_unit(heap);
		exit(0);
	}
	check_child(pid);
}

TEST(resource_capability_is_exempt_and_not_counted)
{
	int bufs[UNITS + 1];

	begin_with_units(heap);
	for (int i = 0; i < 2 * UNITS; i++)
		take_unit(heap);

	/* Root without it is a user as any other. */
	set_capabilities(~(1ull << CAP_SYS_RESOURCE));
	CHECK_EQUAL(take_units(heap, bufs), UNITS);
	set_capabilities(~0ull);
	take_unit(heap);

	/* And with it, so is any other user. */
	become(ALICE);
	CHECK_EQUAL(take_units(heap, bufs), UNITS);
	set_capabilities(1ull << CAP_SYS_RESOURCE);
	take_unit(heap);
	give_back(bufs, 1);
	set_capabilities(0);
	take_unit(heap);
	check_no_unit(heap);
}

/* Not even of one that root has made, and where its IDs are the same. */
TEST(capability_in_a_namespace_is_not_enough)
{
	pid_t pid;

	begin_with_units(heap);
	pid = fork_into_namespace(0, 0, SUBORDINATES);
	if (!pid) {
		for (int i = 0; i < UNITS; i++)
			take_unit(heap);
		check_no_unit(heap);
		exit(0);
	}
	check_child(pid);
}
