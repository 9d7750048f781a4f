// SPDX-License-Identifier: GPL-2.0
/*
 * docs/testing.md, Time and machines: processors, memory and power come and go
 * while buffers are used, and what is lent stays what it was.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../dma/device.h"
#include "sysfs.h"

#define CPU1 "/sys/devices/system/cpu/cpu1/online"
#define MEMORY "/sys/devices/system/memory"
#define POWER "/sys/power"
#define TEST_DELAY "/sys/module/suspend/parameters/pm_test_delay"

#define WORKERS 3

/* 0, or -1 and errno. */
static int try_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n;

	CHECK(fd >= 0);
	n = write(fd, text, strlen(text));
	close(fd);
	return n < 0 ? -1 : 0;
}

static void write_file(const char *path, const char *text)
{
	if (try_write(path, text))
		fail(__FILE__, __LINE__, "%s: %s: %s", path, text,
		     strerrorname_np(errno));
}

/* Takes, checks, fills and gives back, until it is killed. */
__attribute__((noreturn))
static void work(const struct heap *heap, unsigned int seed)
{
	srandom(seed);
	for (;;) {
		const size_t len = page_size() * (1 + (size_t)random() % 300);
		void *mem;
		int buf;

		if (try_alloc(heap, len, O_RDWR, 0, &buf)) {
			CHECK_EQUAL(errno, ENOMEM);
			continue;
		}
		mem = map(buf, len, PROT_READ | PROT_WRITE);
		close(buf);
		CHECK(is_zero(mem, len));
		fill(mem, len, seed);
		check_filled(mem, len, 0, seed);
		munmap(mem, len);
	}
}

static void begin_work(const struct heap *heap, pid_t pids[WORKERS])
{
	for (unsigned int i = 0; i < WORKERS; i++) {
		pids[i] = fork_child();
		if (!pids[i])
			work(heap, i + 1);
	}
}

/* None has ended by itself, as one does that sees something wrong. */
static void end_work(const pid_t pids[WORKERS])
{
	int status;

	for (int i = 0; i < WORKERS; i++) {
		CHECK_EQUAL(waitpid(pids[i], &status, WNOHANG), 0);
		kill(pids[i], SIGKILL);
		CHECK_EQUAL(waitpid(pids[i], &status, 0), pids[i]);
	}
}

TEST(processors_come_and_go)
{
	void *mem = alloc_mapped(heap, MIB(1));
	pid_t pids[WORKERS];

	fill(mem, MIB(1), 9);
	begin_work(heap, pids);
	for (int i = 0; i < 4; i++) {
		write_file(CPU1, "0");
		usleep(100000);
		write_file(CPU1, "1");
		usleep(100000);
	}
	end_work(pids);
	check_filled(mem, MIB(1), 0, 9);
}

/*
 * As deep as /sys/power/pm_test is to try it: PM_TEST, "freezer" unless there is
 * one. From "devices" on the device loses its power while it has a mapping.
 */
static void sleep_a_while(void)
{
	const char *level = getenv("PM_TEST");

	write_file(TEST_DELAY, "1");
	write_file(POWER "/pm_test", level ? level : "freezer");
	write_file(POWER "/state", "mem");
}

TEST(sleep_changes_no_buffer_pool_or_mapping)
{
	const struct buffer buffer = new_buffer(heap, BUFFER_LEN, O_RDWR);
	const struct device camera = attach(&buffer, WRITES);
	const bool has_pool = has_attribute(heap, "pooled");
	long long pooled = 0;
	pid_t pids[WORKERS];

	device_writes(&camera, 0, MOST_MOVED, 9);
	cpu_draws(&buffer, KIB(8), 64, 8);
	if (has_pool) {
		/* An age that it would reach meanwhile is no reason to go at once. */
		set_attribute(heap, "pool_prepared", "2x64K");
		wait_for_attribute(heap, "pooled", KIB(128));
		pooled = attribute(heap, "pooled");
	}
	begin_work(heap, pids);
	for (unsigned int i = 0; i < 2; i++) {
		sleep_a_while();
		device_writes(&camera, KIB(4), MOST_MOVED, i);
	}
	end_work(pids);
	check_cpu_reads(&buffer);
	if (has_pool) {
		wait_for_attribute(heap, "pooled", pooled);
		set_attribute(heap, "pool_prepared", "\n");
		wait_for_attribute(heap, "pooled", 0);
	}
}

/* Whether a block of memory is for what can be moved only. */
static bool is_movable(const char *block)
{
	char path[512], zone[32] = "";
	FILE *file;

	snprintf(path, sizeof(path), "%s/valid_zones", block);
	file = fopen(path, "re");
	CHECK(file);
	CHECK(fscanf(file, "%31s", zone) == 1);
	fclose(file);
	return !strcmp(zone, "Movable");
}

/*
 * False if that can't be, as the block has a CMA area or a hole. The kernel may
 * need a few attempts to move what is there.
 */
static bool take_away(const char *block)
{
	char path[512];
	int tries = 5;

	snprintf(path, sizeof(path), "%s/state", block);
	while (try_write(path, "offline")) {
		if (errno != EBUSY && errno != EINVAL)
			fail(__FILE__, __LINE__, "%s: %s", path,
			     strerrorname_np(errno));
		if (errno == EINVAL || !--tries)
			return false;
	}
	write_file(path, "online_movable");
	return true;
}

/* How many blocks can be. */
static int take_each_away(void)
{
	int taken = 0;
	glob_t blocks;

	CHECK_EQUAL(glob(MEMORY "/memory[0-9]*", 0, NULL, &blocks), 0);
	for (size_t i = 0; i < blocks.gl_pathc; i++)
		taken += is_movable(blocks.gl_pathv[i]) &&
			 take_away(blocks.gl_pathv[i]);
	globfree(&blocks);
	return taken;
}

/*
 * Memory that only movable pages may use is never lent: as much of it can be
 * taken away while a heap has lent what it has.
 */
TEST(movable_memory_is_not_lent)
{
	const int taken = take_each_away();
	static int bufs[MOST_BUFFERS];
	int n;

	printf("# %d blocks\n", taken);
	CHECK(taken > 0);
	/* More than the page allocator has in one piece. */
	n = take_all(heap, MIB(16), bufs);
	CHECK_EQUAL(take_each_away(), taken);
	give_back(bufs, n);
}

/* Where the region begins, which is in the name of its node. */
static unsigned long long address_of_region(const struct heap *heap)
{
	const char *at = strchr(heap->name, '@');

	CHECK(at);
	return strtoull(at + 1, NULL, 16);
}

static void check_stays(const char *path)
{
	CHECK_EQUAL(try_write(path, "offline"), -1);
	CHECK(errno == EBUSY || errno == EINVAL);
}

/* Neither what is lent of it, nor what is not. */
TEST(memory_of_a_region_cannot_be_taken_away)
{
	const unsigned long long address = address_of_region(heap);
	void *mem = alloc_mapped(heap, MIB(1));
	unsigned long long size;
	char path[512];
	FILE *file;

	file = fopen(MEMORY "/block_size_bytes", "re");
	CHECK(file);
	CHECK_EQUAL(fscanf(file, "%llx", &size), 1);
	fclose(file);
	snprintf(path, sizeof(path), MEMORY "/memory%llu/state", address / size);

	fill(mem, MIB(1), 9);
	check_stays(path);
	check_filled(mem, MIB(1), 0, 9);
	munmap(mem, MIB(1));
	check_stays(path);
	close(alloc(heap, MIB(1), O_RDWR));
}

/* In bytes. */
static long long free_on_node(int node)
{
	char path[128], line[128];
	long long kilobytes = -1;
	FILE *file;

	snprintf(path, sizeof(path), "/sys/devices/system/node/node%d/meminfo",
		 node);
	file = fopen(path, "re");
	CHECK(file);
	while (kilobytes < 0 && fgets(line, sizeof(line), file))
		if (sscanf(line, "Node %*d MemFree: %lld", &kilobytes) != 1)
			kilobytes = -1;
	fclose(file);
	CHECK(kilobytes >= 0);
	return kilobytes << 10;
}

/* Each node has a CMA area, too, if the kernel knows that; it is in nobody's way. */
TEST(memory_of_every_node_is_lent)
{
	static int bufs[MOST_BUFFERS];
	long long before[2];
	int n;

	for (int node = 0; node < 2; node++)
		before[node] = free_on_node(node);
	n = take_all(heap, MIB(16), bufs);
	for (int node = 0; node < 2; node++)
		CHECK(before[node] - free_on_node(node) > (long long)MIB(64));
	give_back(bufs, n);
}
