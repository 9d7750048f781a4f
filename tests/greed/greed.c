// SPDX-License-Identifier: GPL-2.0
/*
 * Promise: who asks for too much gets ENOMEM, soon, and nobody else notices.
 * For heaps of ordinary memory, in a machine that has little of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../uapi/harness.h"
#include "../uapi/tracing.h"
#include "bystander.h"

/* "At once", on an emulated machine with two processors. */
#define AT_ONCE_MS 500

/* Part of all memory that heaps leave alone, and how exact that is. */
#define KEPT_PART 8
#define SLACK_BYTES MIB(24)

/* Together they ask for 160 % of all memory. A twentieth is often left in one piece. */
#define ASKERS 32
#define ASKED_PART 20

/* A large request's memory is tried to be had so often from each place. */
#define MOST_OVERLAPS 8
#define ONE_USER 1000
#define OTHER_USER 1001

#define PROBE "greed_tests_empty"

static uint64_t mem_total(void)
{
	return (uint64_t)proc_number("/proc/meminfo", "MemTotal:") << 10;
}

static uint64_t mem_available(void)
{
	return (uint64_t)proc_number("/proc/meminfo", "MemAvailable:") << 10;
}

static void check_refused_at_once(const struct heap *heap, uint64_t len)
{
	long long start = nanoseconds();
	int buf;

	CHECK_ERRNO(try_alloc(heap, len, O_RDWR, 0, &buf), ENOMEM);
	CHECK(nanoseconds() - start < AT_ONCE_MS * 1000000ll);
}

TEST(absurd_length_fails_at_once)
{
	struct bystander bystander = begin_bystander();

	check_refused_at_once(heap, 1ull << 40);
	check_refused_at_once(heap, 1ull << 62);
	check_refused_at_once(heap, mem_total());
	check_refused_at_once(heap, mem_total() / 10 * 9);
	check_refused_at_once(heap, mem_total() / 100 * 51);
	check_unharmed(&bystander);
}

TEST(many_buffers_stop_before_memory_is_out)
{
	struct bystander bystander = begin_bystander();
	int buf, n = 0;

	while (!try_alloc(heap, MIB(1), O_RDWR, 0, &buf))
		n++;
	CHECK_EQUAL(errno, ENOMEM);
	CHECK(n > 0);
	CHECK(mem_available() + SLACK_BYTES > mem_total() / KEPT_PART);
	check_unharmed(&bystander);
}

/* Exit status: what became of the request. */
enum answer { GOT, REFUSED, BROKEN };

static enum answer ask(const struct heap *heap, uint64_t len, int go, int done)
{
	char byte;
	int buf;

	/* All begin when the other ends are closed, and hold what they got. */
	CHECK_EQUAL(read(go, &byte, 1), 0);
	if (try_alloc(heap, len, O_RDWR, 0, &buf))
		return errno == ENOMEM ? REFUSED : BROKEN;
	CHECK_EQUAL(write(done, "x", 1), 1);
	pause();
	return GOT;
}

TEST(many_askers_at_once_harm_nobody)
{
	struct bystander bystander = begin_bystander();
	const uint64_t len = mem_total() / ASKED_PART;
	int go[2], done[2], refused = 0, got = 0;
	pid_t pids[ASKERS];

	CHECK_EQUAL(pipe(go), 0);
	CHECK_EQUAL(pipe2(done, O_NONBLOCK), 0);
	for (int i = 0; i < ASKERS; i++) {
		pids[i] = fork_child();
		if (!pids[i]) {
			close(go[1]);
			_exit(ask(heap, len, go[0], done[1]));
		}
	}
	close(go[1]);

	while (refused + got < ASKERS) {
		int status;
		char byte;

		for (int i = 0; i < ASKERS; i++) {
			if (!pids[i] || waitpid(pids[i], &status, WNOHANG) <= 0)
				continue;
			CHECK(WIFEXITED(status));
			CHECK_EQUAL(WEXITSTATUS(status), REFUSED);
			pids[i] = 0;
			refused++;
		}
		if (read(done[0], &byte, 1) == 1)
			got++;
		usleep(1000);
	}

	printf("# %d of %d requests succeed\n", got, ASKERS);
	CHECK(got > 0);
	CHECK(refused > 0);
	CHECK(mem_available() + SLACK_BYTES > mem_total() / KEPT_PART);
	check_unharmed(&bystander);
}

/* As large as possible, over and over: a byte into @done for each buffer. */
static void keep_asking(const struct heap *heap, int done)
{
	uint64_t len = mem_total() / 2;
	int buf;

	CHECK_EQUAL(setresuid(ONE_USER, ONE_USER, ONE_USER), 0);
	while (try_alloc(heap, len, O_RDWR, 0, &buf))
		len -= len / 16;
	close(buf);
	for (;;) {
		if (try_alloc(heap, len, O_RDWR, 0, &buf))
			continue;
		CHECK_EQUAL(write(done, "x", 1), 1);
		close(buf);
	}
}

/* What one user is about to get must not be counted twice. */
TEST(others_get_a_page_while_one_gets_much)
{
	const long long end = nanoseconds() + 4000000000ll;
	int done[2];
	char byte;

	CHECK_EQUAL(pipe2(done, O_NONBLOCK), 0);
	if (!fork_child())
		keep_asking(heap, done[1]);
	CHECK_EQUAL(setresuid(OTHER_USER, OTHER_USER, OTHER_USER), 0);
	while (nanoseconds() < end)
		close(alloc(heap, 1, O_RDWR));
	CHECK_EQUAL(read(done[0], &byte, 1), 1);
}

/* Every fourth is kept, so that the gaps are small, wherever they are. */
static void leave_gaps(const struct heap *heap)
{
	int bufs[MOST_BUFFERS], n = 0;

	while (n < MOST_BUFFERS && !try_alloc(heap, MIB(1), O_RDWR, 0, &bufs[n]))
		n++;
	for (int i = 0; i < n; i++)
		if (i % 4)
			close(bufs[i]);
}

static int count_tries(void)
{
	FILE *trace = end_tracing("kprobes/" PROBE);
	char line[MOST_EVENT];
	int n = 0;

	while (next_event(trace, line))
		n++;
	fclose(trace);
	return n;
}

/*
 * For heaps whose buffers are in one piece. Who looks in each place, for what is
 * large, takes minutes in a large machine.
 */
static void check_few_places(const struct heap *heap, uint64_t len)
{
	int buf, tries;

	write_tracing(TRACING "kprobe_events",
		      "p:" PROBE " alloc_contig_range_noprof\n");
	begin_tracing("kprobes/" PROBE);
	CHECK_ERRNO(try_alloc(heap, len, O_RDWR, 0, &buf), ENOMEM);
	tries = count_tries();
	write_tracing(TRACING "kprobe_events", "-:" PROBE "\n");

	printf("# %" PRIu64 " bytes in %d places\n", len, tries);
	CHECK(tries > 0);
	CHECK(tries <= MOST_OVERLAPS * (int)(mem_total() / len + 1));
}

/*
 * The second is a frame of 7680 x 4320, two bytes a pixel. An eighth of it is no
 * multiple of 2 MiB, and it does not fit into what heaps leave alone.
 */
TEST(large_request_is_tried_in_few_places)
{
	leave_gaps(heap);
	check_few_places(heap, MIB(128));
	check_few_places(heap, 66355200);
}

/*
 * Pages that were just given back are kept at hand by processors for a moment, and
 * do not count as free meanwhile.
 */
static int alloc_soon(const struct heap *heap, uint64_t len)
{
	int buf;

	for (int i = 0; i < 50; i++) {
		if (!try_alloc(heap, len, O_RDWR, 0, &buf))
			return buf;
		CHECK_EQUAL(errno, ENOMEM);
		usleep(20000);
	}
	return alloc(heap, len, O_RDWR);
}

/* What is available, with the pages that processors keep at hand. */
static uint64_t mem_unused(void)
{
	FILE *zones = fopen("/proc/zoneinfo", "r");
	uint64_t nr_pages = 0, n;
	char line[256];

	CHECK(zones);
	while (fgets(line, sizeof(line), zones))
		if (sscanf(line, " count: %" SCNu64, &n) == 1)
			nr_pages += n;
	fclose(zones);
	return mem_available() + nr_pages * page_size();
}

TEST(memory_comes_back)
{
	uint64_t before = mem_unused();

	/* Twice as much as there is. */
	for (int i = 0; i < 2 * ASKED_PART; i++)
		close(alloc_soon(heap, mem_total() / ASKED_PART));
	CHECK(mem_unused() + SLACK_BYTES > before);
}
