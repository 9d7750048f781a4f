// SPDX-License-Identifier: GPL-2.0
/*
 * Promise: who asks for too much gets ENOMEM, at once, and nobody else notices.
 * For heaps of ordinary memory, in a machine that has little of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../uapi/harness.h"

/* What somebody else has in use all the time. */
#define BYSTANDER_BYTES MIB(64)

/* "At once", on an emulated machine with two processors. */
#define AT_ONCE_MS 500

/* Part of all memory that heaps leave alone, and how exact that is. */
#define KEPT_PART 8
#define SLACK_BYTES MIB(24)

#define ASKERS 8

/* A process that minds its own business, and how often it went round. */
struct bystander {
	pid_t pid;
	volatile unsigned long *rounds;
};

static uint64_t mem_total(void)
{
	return (uint64_t)proc_number("/proc/meminfo", "MemTotal:") << 10;
}

static uint64_t mem_available(void)
{
	return (uint64_t)proc_number("/proc/meminfo", "MemAvailable:") << 10;
}

static long long oom_kills(void)
{
	return proc_number("/proc/vmstat", "oom_kill");
}

static long long milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ll + now.tv_nsec / 1000000;
}

static void mind_own_business(volatile unsigned long *rounds)
{
	unsigned char *mem = mmap(NULL, BYSTANDER_BYTES, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(mem != MAP_FAILED);
	for (;;) {
		unsigned char mark = (unsigned char)(*rounds + 1);

		for (size_t i = 0; i < BYSTANDER_BYTES; i += page_size()) {
			CHECK_EQUAL(mem[i], (unsigned char)*rounds);
			mem[i] = mark;
		}
		++*rounds;
	}
}

static struct bystander begin_bystander(void)
{
	struct bystander bystander;

	bystander.rounds = mmap(NULL, page_size(), PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(bystander.rounds != MAP_FAILED);
	bystander.pid = fork_child();
	if (!bystander.pid)
		mind_own_business(bystander.rounds);
	while (!*bystander.rounds)
		usleep(1000);
	return bystander;
}

static void check_unharmed(const struct bystander *bystander, long long kills)
{
	unsigned long before = *bystander->rounds;
	long long start = milliseconds();

	while (*bystander->rounds < before + 2) {
		CHECK_EQUAL(waitpid(bystander->pid, NULL, WNOHANG), 0);
		CHECK(milliseconds() - start < 20000);
		usleep(1000);
	}
	CHECK_EQUAL(oom_kills(), kills);
}

static void check_refused_at_once(const struct heap *heap, uint64_t len)
{
	long long start = milliseconds();
	int buf;

	CHECK_ERRNO(try_alloc(heap, len, O_RDWR, 0, &buf), ENOMEM);
	CHECK(milliseconds() - start < AT_ONCE_MS);
}

TEST(absurd_length_fails_at_once)
{
	struct bystander bystander = begin_bystander();
	long long kills = oom_kills();

	check_refused_at_once(heap, 1ull << 40);
	check_refused_at_once(heap, 1ull << 62);
	check_refused_at_once(heap, mem_total());
	check_refused_at_once(heap, mem_total() / 10 * 9);
	check_refused_at_once(heap, mem_total() / 100 * 51);
	check_unharmed(&bystander, kills);
}

TEST(many_buffers_stop_before_memory_is_out)
{
	struct bystander bystander = begin_bystander();
	long long kills = oom_kills();
	int buf, n = 0;

	while (!try_alloc(heap, MIB(1), O_RDWR, 0, &buf))
		n++;
	CHECK_EQUAL(errno, ENOMEM);
	CHECK(n > 0);
	CHECK(mem_available() + SLACK_BYTES > mem_total() / KEPT_PART);
	check_unharmed(&bystander, kills);
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
	const uint64_t len = mem_total() / 5;
	long long kills = oom_kills();
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

	/* Together they ask for 160 %: some get it, the others do not. */
	CHECK(got > 0);
	CHECK(refused > 0);
	CHECK(mem_available() + SLACK_BYTES > mem_total() / KEPT_PART);
	check_unharmed(&bystander, kills);
}

TEST(memory_comes_back)
{
	uint64_t before = mem_available();

	for (int i = 0; i < 20; i++)
		close(alloc(heap, mem_total() / 8, O_RDWR));
	CHECK(mem_available() + SLACK_BYTES > before);
}
