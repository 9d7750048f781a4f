// SPDX-License-Identifier: GPL-2.0
/*
 * Promise: memory of the system heaps is charged to the memory cgroup of who
 * asks for it, and at the limit of that the request fails, and nobody is ended.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../uapi/harness.h"
#include "../uapi/message.h"
#include "../uapi/sysfs.h"
#include "../uapi/views.h"
#include "cgroups.h"
#include "units.h"
#include "users.h"

/* Charges are made, and given back, some pages at a time. */
#define SLACK_BYTES (long long)MIB(2)

#define MAX_BYTES (long long)MIB(32)

static long long charged(const char *group)
{
	return group_number(group, "memory.current");
}

static void wait_until_charged_at_most(const char *group, long long bytes)
{
	for (int ms = 0; ms < 5000 && charged(group) > bytes; ms++)
		usleep(1000);
	CHECK(charged(group) <= bytes);
}

TEST(buffer_is_charged_to_the_group_of_who_asks)
{
	long long before;
	int buf;

	make_group("asker");
	enter_group("asker");
	before = charged("asker");
	buf = alloc(heap, MIB(16), O_RDWR);
	CHECK(charged("asker") - before >= (long long)MIB(16) - SLACK_BYTES);
	CHECK(charged("asker") - before <= (long long)MIB(16) + SLACK_BYTES);
	close(buf);
	wait_until_charged_at_most("asker", before + SLACK_BYTES);
}

TEST(limit_of_a_group_refuses_and_ends_nobody)
{
	struct counts counts = read_counts(heap);
	const long long kills = proc_number("/proc/vmstat", "oom_kill");
	int buf;

	make_group("asker");
	write_group("asker", "memory.max", "32M");
	enter_group("asker");
	while (!try_alloc(heap, MIB(1), O_RDWR, 0, &buf))
		CHECK(attribute(heap, "used") <= MAX_BYTES);
	CHECK_EQUAL(errno, ENOMEM);
	CHECK(attribute(heap, "used") >= MAX_BYTES / 2);
	/* A smaller request would not have been met either. */
	CHECK_EQUAL(attribute(heap, "failures_limit"),
		    counts.failures_limit + 1);
	CHECK_EQUAL(attribute(heap, "failures_memory"), counts.failures_memory);
	CHECK_EQUAL(attribute(heap, "smallest_failure"),
		    counts.smallest_failure);
	CHECK_EQUAL(proc_number("/proc/vmstat", "oom_kill"), kills);

	/* Who is in no such group has all the memory. */
	leave_group();
	alloc(heap, 2 * (size_t)MAX_BYTES, O_RDWR);
}

/* For another's group, its end, and for its maker's leaving. */
TEST(passed_buffer_stays_charged_to_the_group)
{
	long long before, others;
	int sockets[2];
	pid_t pid;

	make_group("asker");
	make_group("receiver");
	CHECK_EQUAL(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, sockets), 0);
	prepare_holders();
	pid = fork_child();
	if (!pid) {
		enter_group("receiver");
		map(receive_fd(sockets[1]), MIB(16), PROT_READ);
		hold();
	}
	others = charged("receiver");
	enter_group("asker");
	before = charged("asker");
	send_fd(sockets[0], alloc(heap, MIB(16), O_RDWR));
	leave_group();
	wait_for_holders(1);
	CHECK(charged("asker") - before >= (long long)MIB(15));
	CHECK(charged("receiver") - others <= SLACK_BYTES);
	end_holder(pid);
}

/* Have the kernel free what KASAN keeps of accounted kmalloc caches for a while. */
static void shrink_accounted(void)
{
	glob_t caches;

	CHECK_EQUAL(glob("/sys/kernel/slab/kmalloc-cg-*/shrink", 0, NULL, &caches),
		    0);
	for (size_t i = 0; i < caches.gl_pathc; i++) {
		int fd = open(caches.gl_pathv[i], O_WRONLY | O_CLOEXEC);

		CHECK(fd >= 0);
		CHECK_EQUAL(write(fd, "1", 1), 1);
		close(fd);
	}
	globfree(&caches);
}

/*
 * Count the objects in accounted kmalloc caches. The kernel counts objects on the
 * lists of processors as active, so the number is not quite exact.
 */
static long long accounted_objects(void)
{
	long long n = 0, active;
	char line[512];
	FILE *file;

	shrink_accounted();
	file = fopen("/proc/slabinfo", "re");
	CHECK(file);
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "kmalloc-cg-%*s %lld", &active) == 1)
			n += active;
	fclose(file);
	return n;
}

#define VIEWS 20000

/*
 * A mapping keeps a view without a descriptor. Each is one object of ours, and
 * a file, an inode and a directory entry, which the kernel charges.
 */
TEST(view_memory_is_charged_to_the_group)
{
	long long before, objects;
	int buf, view;

	make_group("asker");
	enter_group("asker");
	buf = alloc(heap, 1, O_RDWR);
	objects = accounted_objects();
	before = charged("asker");
	for (int i = 0; i < VIEWS; i++) {
		view = make_view(heap, buf, 0, page_size(), O_RDONLY);
		map(view, page_size(), PROT_READ);
		close(view);
	}
	objects = accounted_objects() - objects;
	printf("# %lld accounted objects for %d views\n", objects, VIEWS);
	CHECK(objects >= VIEWS / 10 * 9);
	CHECK(charged("asker") - before >= VIEWS * 1000ll);
}
