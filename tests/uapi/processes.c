// SPDX-License-Identifier: GPL-2.0
/*
 * docs/interface.md, Lifetime: a buffer lives as long as anybody holds it, and
 * no longer, however its users end.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"
#include "message.h"

TEST(buffer_outlives_its_maker)
{
	const size_t len = MIB(2);
	int sockets[2], buf;
	pid_t pid;

	CHECK_EQUAL(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, sockets), 0);
	pid = fork_child();
	if (!pid) {
		buf = alloc(heap, len, O_RDWR);
		fill(map(buf, len, PROT_READ | PROT_WRITE), len, 1);
		send_fd(sockets[1], buf);
		_exit(0);
	}
	check_child(pid);

	/* Nobody but the message has held it. Somebody else now asks. */
	memset(alloc_mapped(heap, len), 0xff, len);
	buf = receive_fd(sockets[0]);
	check_filled(map(buf, len, PROT_READ), len, 0, 1);
}

TEST(buffer_is_whole_while_its_heap_is_closed)
{
	const size_t len = MIB(2);
	char *mem = alloc_mapped(heap, len);

	close(heap->fd);
	fill(mem, len, 2);
	check_filled(mem, len, 0, 2);
}

/* Takes, checks, writes, checks again and gives back. */
static void work(const struct heap *heap, uint32_t own)
{
	srandom(own);
	for (int i = 0; i < 30; i++) {
		size_t len = (size_t)(1 + random() % 256) * page_size();
		char *mem = alloc_mapped(heap, len);

		CHECK(is_zero(mem, len));
		fill(mem, len, own);
		sched_yield();
		check_filled(mem, len, 0, own);
		munmap(mem, len);
	}
}

TEST(eight_processes_do_not_meet)
{
	pid_t pids[8];

	for (size_t i = 0; i < ARRAY_SIZE(pids); i++) {
		pids[i] = fork_child();
		if (!pids[i]) {
			work(heap, (uint32_t)i + 1);
			_exit(0);
		}
	}
	for (size_t i = 0; i < ARRAY_SIZE(pids); i++)
		check_child(pids[i]);
}

/* Asks for large buffers and never gives one back itself. */
static void ask_for_ever(const struct heap *heap)
{
	int buf;

	for (;;)
		if (try_alloc(heap, MIB(4), O_RDWR, 0, &buf))
			CHECK_EQUAL(errno, ENOMEM);
		else if (random() % 2)
			close(buf);
}

TEST(killed_processes_leave_nothing)
{
	int bufs[MOST_BUFFERS], n = take_all(heap, MIB(4), bufs);

	give_back(bufs, n);
	for (useconds_t i = 0; i < 40; i++) {
		pid_t pid = fork_child();
		int status;

		if (!pid) {
			srandom(i);
			ask_for_ever(heap);
		}
		usleep(1000 + i * 1500);
		CHECK_EQUAL(kill(pid, SIGKILL), 0);
		CHECK_EQUAL(waitpid(pid, &status, 0), pid);
		CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	}
	CHECK_EQUAL(take_all(heap, MIB(4), bufs), n);
}
