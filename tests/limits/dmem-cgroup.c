// SPDX-License-Identifier: GPL-2.0
/*
 * Promise: where the kernel has the dmem controller, a heap's region is one of
 * its regions, "dma_heap/" and the heap's name, and what is lent of it is
 * charged to the cgroup of who asks, to the page.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../uapi/harness.h"
#include "../uapi/message.h"
#include "../uapi/sysfs.h"
#include "cgroups.h"
#include "units.h"
#include "users.h"

/* The number that a file has for the heap, in its line. */
static long long dmem(const struct heap *heap, const char *group,
		      const char *file)
{
	char text[4096], name[512];
	size_t len;

	read_group(group, file, text, sizeof(text));
	len = (size_t)snprintf(name, sizeof(name), "dma_heap/%s ", heap->name);
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		if (!strncmp(line, name, len))
			return atoll(line + len);
	fail(__FILE__, __LINE__, "%s has no %s", file, name);
}

static long long charged(const struct heap *heap, const char *group)
{
	return dmem(heap, group, "dmem.current");
}

static void set_max(const struct heap *heap, const char *group,
		    const char *max)
{
	char text[512];

	snprintf(text, sizeof(text), "dma_heap/%s %s", heap->name, max);
	write_group(group, "dmem.max", text);
}

TEST(capacity_is_the_total)
{
	CHECK_EQUAL(dmem(heap, ".", "dmem.capacity"), attribute(heap, "total"));
}

/* Which holds for those, too, whom the heap's own limit exempts. */
TEST(maximum_of_a_group_holds_to_the_byte)
{
	const long long refused = attribute(heap, "failures_limit");
	const long long smallest = attribute(heap, "smallest_failure");
	int bufs[UNITS + 1];

	make_group("asker");
	set_max(heap, "asker", "4194304");
	enter_group("asker");
	CHECK_EQUAL(take_units(heap, bufs), UNITS);
	CHECK_EQUAL(charged(heap, "asker"), UNITS * UNIT);
	CHECK_EQUAL(attribute(heap, "failures_limit"), refused + 2);
	CHECK_EQUAL(attribute(heap, "smallest_failure"), smallest);
	CHECK_EQUAL(charged(heap, "asker"), UNITS * UNIT);
	close(bufs[0]);
	CHECK_EQUAL(charged(heap, "asker"), (UNITS - 1) * UNIT);
	take_unit(heap);
	check_no_unit(heap);

	leave_group();
	take_unit(heap);
}

TEST(group_limit_counts_its_own_processes_only)
{
	int bufs[UNITS + 1];
	pid_t pid;

	make_group("asker");
	make_group("other");
	set_max(heap, "asker", "4194304");
	set_max(heap, "other", "4194304");
	prepare_holders();
	pid = fork_child();
	if (!pid) {
		enter_group("asker");
		for (int i = 0; i < UNITS / 2; i++)
			take_unit(heap);
		hold();
	}
	wait_for_holders(1);
	enter_group("asker");
	CHECK_EQUAL(take_units(heap, bufs), UNITS / 2);
	enter_group("other");
	CHECK_EQUAL(take_units(heap, bufs), UNITS);
	end_holder(pid);
	CHECK_EQUAL(charged(heap, "asker"), UNITS / 2 * UNIT);
	CHECK_EQUAL(charged(heap, "other"), UNITS * UNIT);
}

/* Its process has moved, passed it on, and ended; another one frees it. */
TEST(buffer_stays_charged_to_its_first_group)
{
	int sockets[2], buf;
	pid_t pid;

	make_group("asker");
	make_group("other");
	CHECK_EQUAL(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, sockets), 0);
	enter_group("other");
	pid = fork_child();
	if (!pid) {
		enter_group("asker");
		buf = take_unit(heap);
		enter_group("other");
		CHECK_EQUAL(charged(heap, "asker"), UNIT);
		CHECK_EQUAL(charged(heap, "other"), 0);
		send_fd(sockets[1], buf);
		exit(0);
	}
	check_child(pid);
	buf = receive_fd(sockets[0]);
	CHECK_EQUAL(charged(heap, "asker"), UNIT);
	CHECK_EQUAL(charged(heap, "other"), 0);
	close(buf);
	CHECK_EQUAL(charged(heap, "asker"), 0);
	CHECK_EQUAL(charged(heap, "other"), 0);
}

/* A group can go while what was asked for in it lives. */
TEST(group_goes_before_its_buffers)
{
	int buf;

	make_group("asker");
	enter_group("asker");
	buf = take_unit(heap);
	leave_group();
	/* Which removes it, and makes one of the same name. */
	make_group("asker");
	CHECK_EQUAL(charged(heap, "asker"), 0);
	close(buf);
	CHECK_EQUAL(charged(heap, "asker"), 0);
	CHECK_EQUAL(attribute(heap, "used"), 0);
}

/* What the heap can't give after all was charged, and is given back. */
TEST(refused_request_is_not_charged)
{
	int buf;

	make_group("asker");
	enter_group("asker");
	CHECK_ERRNO(try_alloc(heap, 1ull << 40, O_RDWR, 0, &buf), ENOMEM);
	CHECK_EQUAL(charged(heap, "asker"), 0);
	alloc(heap, (size_t)attribute(heap, "total") / 2, O_RDWR);
	alloc(heap, UNIT, O_RDWR);
	CHECK_ERRNO(try_alloc(heap, (size_t)attribute(heap, "total") / 2,
			      O_RDWR, 0, &buf), ENOMEM);
	CHECK_EQUAL(charged(heap, "asker"), attribute(heap, "used"));
}
