// SPDX-License-Identifier: GPL-2.0
/*
 * docs/ABI/sysfs-class-dmabuf_heap, limit: memory counts for who asked for it
 * until the last reference to it is gone, whoever has that then, and no longer.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../kernel/tests/dmabuf_heaps_importer.h"
#include "../uapi/harness.h"
#include "../uapi/message.h"
#include "../uapi/sysfs.h"
#include "../uapi/views.h"
#include "units.h"
#include "users.h"

/* Of the last page of a buffer, or of a view of one. */
static int last_page_of(const struct heap *heap, int buf, size_t len)
{
	return make_view(heap, buf, len - page_size(), page_size(), O_RDONLY);
}

/* Buffers from a socket, each held as soon as it is there. */
static void receive_units(const struct heap *heap, int socket)
{
	int bufs[UNITS + 1];

	become(BOB);
	for (int i = 0; i < UNITS; i++)
		receive_fd(socket);
	CHECK_EQUAL(take_units(heap, bufs), UNITS);
	hold();
}

TEST(passed_buffer_stays_charged_to_who_asked)
{
	int bufs[UNITS + 1], sockets[2];
	pid_t pid;

	begin_with_units(heap);
	CHECK_EQUAL(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, sockets), 0);
	prepare_holders();
	pid = fork_child();
	if (!pid)
		receive_units(heap, sockets[1]);

	become(ALICE);
	CHECK_EQUAL(take_units(heap, bufs), UNITS);
	for (int i = 0; i < UNITS; i++) {
		send_fd(sockets[0], bufs[i]);
		close(bufs[i]);
	}
	wait_for_holders(1);
	CHECK_EQUAL(take_units(heap, bufs), 0);
	become(0);
	end_holder(pid);
	wait_for_attribute(heap, "used", 0);
	become(ALICE);
	check_full_share(heap);
}

TEST(buffer_in_a_message_stays_charged)
{
	int bufs[UNITS + 1], sockets[2];
	pid_t pid;

	begin_with_units(heap);
	CHECK_EQUAL(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, sockets), 0);
	pid = fork_child();
	if (!pid) {
		become(ALICE);
		for (int i = 0; i < UNITS / 2; i++)
			send_fd(sockets[1], take_unit(heap));
		exit(0);
	}
	check_child(pid);

	become(ALICE);
	CHECK_EQUAL(take_units(heap, bufs), UNITS / 2);
	close(receive_fd(sockets[0]));
	take_unit(heap);
	check_no_unit(heap);
	/* The rest goes with the socket. */
	close(sockets[0]);
	close(sockets[1]);
	wait_for_attribute(heap, "buffers", UNITS / 2 + 1);
	CHECK_EQUAL(take_units(heap, bufs), UNITS / 2 - 1);
}

TEST(view_keeps_the_whole_buffer_charged)
{
	int buf, view, part, bufs[UNITS + 1];

	begin_with_units(heap);
	become(ALICE);
	buf = alloc(heap, UNITS * UNIT, O_RDWR);
	view = last_page_of(heap, buf, UNITS * UNIT);
	part = last_page_of(heap, view, page_size());
	close(buf);
	close(view);
	CHECK_EQUAL(attribute(heap, "used"), UNITS * UNIT);
	CHECK_EQUAL(attribute(heap, "buffers"), 1);
	CHECK_EQUAL(take_units(heap, bufs), 0);
	close(part);
	CHECK_EQUAL(attribute(heap, "used"), 0);
	check_full_share(heap);
}

/* Views are made by another user, who pays for nothing. */
TEST(view_is_not_charged_to_who_makes_it)
{
	int buf, bufs[UNITS + 1];

	begin_with_units(heap);
	become(ALICE);
	buf = alloc(heap, UNITS * UNIT, O_RDWR);
	become(BOB);
	last_page_of(heap, buf, UNITS * UNIT);
	close(buf);
	CHECK_EQUAL(take_units(heap, bufs), UNITS);
	become(ALICE);
	CHECK_EQUAL(take_units(heap, bufs), 0);
}

TEST(mapping_keeps_a_buffer_charged)
{
	char *mem;
	int bufs[UNITS + 1];

	begin_with_units(heap);
	become(ALICE);
	mem = alloc_mapped(heap, UNITS * UNIT);
	CHECK_EQUAL(take_units(heap, bufs), 0);
	CHECK_EQUAL(munmap(mem, UNITS * UNIT - page_size()), 0);
	CHECK_EQUAL(attribute(heap, "used"), UNITS * UNIT);
	CHECK_EQUAL(take_units(heap, bufs), 0);
	CHECK_EQUAL(munmap(mem + UNITS * UNIT - page_size(), page_size()), 0);
	CHECK_EQUAL(attribute(heap, "used"), 0);
	check_full_share(heap);
}

TEST(device_keeps_a_buffer_charged)
{
	int buf, bufs[UNITS + 1], mapping, node;

	begin_with_units(heap);
	node = open(IMPORTER_NODE, O_RDWR | O_CLOEXEC);
	CHECK(node >= 0);
	become(ALICE);
	buf = alloc(heap, UNITS * UNIT, O_RDWR);
	CHECK_EQUAL(ioctl(node, IMPORTER_ATTACH, buf), 0);
	mapping = ioctl(node, IMPORTER_MAP, 0);
	CHECK(mapping >= 0);
	close(buf);
	CHECK_EQUAL(attribute(heap, "used"), UNITS * UNIT);
	CHECK_EQUAL(take_units(heap, bufs), 0);
	CHECK_EQUAL(ioctl(node, IMPORTER_UNMAP, mapping), 0);
	CHECK_EQUAL(take_units(heap, bufs), 0);
	CHECK_EQUAL(ioctl(node, IMPORTER_DETACH), 0);
	wait_for_attribute(heap, "used", 0);
	check_full_share(heap);
}

/* The descriptors of one child, the mappings of the other. */
TEST(forked_child_keeps_buffers_charged)
{
	int bufs[UNITS + 1];
	void *mem;
	pid_t pid;

	begin_with_units(heap);
	prepare_holders();
	become(ALICE);
	CHECK_EQUAL(take_units(heap, bufs), UNITS);
	close(bufs[0]);
	mem = alloc_mapped(heap, UNIT);
	pid = fork_child();
	if (!pid)
		hold();
	wait_for_holders(1);
	give_back(bufs + 1, UNITS - 1);
	CHECK_EQUAL(munmap(mem, UNIT), 0);
	CHECK_EQUAL(attribute(heap, "used"), UNITS * UNIT);
	CHECK_EQUAL(take_units(heap, bufs), 0);
	end_holder(pid);
	wait_for_attribute(heap, "used", 0);
	check_full_share(heap);
}

TEST(exec_gives_back_what_is_closed_by_it)
{
	int buf, bufs[UNITS + 1], running[2];
	char byte;
	pid_t pid;

	begin_with_units(heap);
	CHECK_EQUAL(pipe2(running, O_CLOEXEC), 0);
	pid = fork_child();
	if (!pid) {
		become(ALICE);
		/* One that is kept, among those that are not. */
		buf = alloc(heap, UNIT, O_RDWR);
		CHECK_EQUAL(take_units(heap, bufs), UNITS - 1);
		map(buf, UNIT, PROT_READ);
		execlp("sleep", "sleep", "1000", NULL);
		fail(__FILE__, __LINE__, "there is no sleep");
	}
	close(running[1]);
	CHECK_EQUAL(read(running[0], &byte, 1), 0);
	wait_for_attribute(heap, "used", UNIT);
	/* A buffer is out of the count before its memory is free. */
	usleep(100000);
	become(ALICE);
	CHECK_EQUAL(take_units(heap, bufs), UNITS - 1);
	give_back(bufs, UNITS - 1);
	become(0);
	end_holder(pid);
	wait_for_attribute(heap, "used", 0);
}

/* Asks for large buffers and seldom gives one back itself. */
static void ask_for_ever(const struct heap *heap)
{
	int buf;

	for (;;)
		if (try_alloc(heap, UNITS * UNIT / 2, O_RDWR, 0, &buf))
			CHECK_EQUAL(errno, ENOMEM);
		else if (random() % 2)
			close(buf);
}

TEST(killed_processes_leave_nothing_charged)
{
	begin_with_units(heap);
	for (useconds_t i = 0; i < 20; i++) {
		pid_t pids[3];

		for (size_t n = 0; n < ARRAY_SIZE(pids); n++) {
			pids[n] = fork_child();
			if (!pids[n]) {
				srandom(i + (unsigned int)n);
				become(ALICE);
				ask_for_ever(heap);
			}
		}
		usleep(5000 + i * 2000);
		for (size_t n = 0; n < ARRAY_SIZE(pids); n++)
			end_holder(pids[n]);
	}
	wait_for_attribute(heap, "used", 0);
	CHECK_EQUAL(attribute(heap, "buffers"), 0);
	become(ALICE);
	check_full_share(heap);
}
