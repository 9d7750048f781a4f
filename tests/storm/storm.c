// SPDX-License-Identifier: GPL-2.0
/*
 * storm [-s SEED] [-n OPERATIONS] [-t SECONDS] [-b STORMS] [-o LIST] [-v]:
 * storms, one after the other. Prints KTAP.
 */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "heaps.h"
#include "processes.h"
#include "worker.h"

struct storm_options options = { .seed = 1, .nr_ops = 400, .beside = 1 };

static const struct operation *const tables[] = {
	buffer_operations, process_operations, device_operations,
	heap_operations,
};

#define MOST_OPERATIONS 64
static const struct operation *operations[MOST_OPERATIONS];
static unsigned int nr_operations, all_weights;

/* How often each was carried out, by all storms; rounds; and failures. */
static struct tally {
	unsigned int done[MOST_OPERATIONS];
	unsigned int rounds;
	unsigned int failures;
} *tally;

/* What was done last, for whoever looks into a failure. */
#define LAST 16
static char last[LAST][160];
static uint64_t round_seed;
static unsigned int current;
static const char *current_name = "none";

void say(const char *format, ...)
{
	char *line = last[current % LAST];
	va_list args;
	int n;

	n = snprintf(line, sizeof(last[0]), "%u %s: ", current, current_name);
	va_start(args, format);
	vsnprintf(line + n, sizeof(last[0]) - (size_t)n, format, args);
	va_end(args);
	if (options.trace)
		printf("# %s\n", line);
}

static void end_all_workers(void)
{
	for (int i = 0; i < NR_WORKERS; i++)
		if (workers[i].pid)
			kill(workers[i].pid, SIGKILL);
}

/* Says which storm it was, and ends it. In a worker, there is more than one. */
static void tell_failure(void)
{
	for (unsigned int i = 1; i <= LAST; i++)
		if (*last[(current + i) % LAST])
			printf("# %s\n", last[(current + i) % LAST]);
	printf("# operation %u (%s)\nnot ok seed %llu%s\n", current,
	       current_name, (unsigned long long)round_seed,
	       is_alone() ? "" : ", beside others");
	__atomic_add_fetch(&tally->failures, 1, __ATOMIC_SEQ_CST);
	end_all_workers();
}

static void gather_operations(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
		for (const struct operation *op = tables[i]; op->name; op++) {
			if (op->alone && !is_alone())
				continue;
			operations[nr_operations++] = op;
			all_weights += op->weight;
		}
}

/* The same number for the same arguments, and no other way to tell it. */
static uint64_t draw(uint64_t seed, uint64_t operation, uint64_t n)
{
	uint64_t x = seed * 0x9e3779b97f4a7c15 + operation * 0xd1b54a32d192ed03 +
		     n * 0x8cb92ba72f3d8dd7;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	x = (x ^ x >> 31) * 0xbf58476d1ce4e5b9;
	return (x ^ x >> 29) >> 1;
}

static unsigned int draw_operation(uint64_t seed, unsigned int number)
{
	uint64_t place = draw(seed, number, NR_DRAWS) % all_weights;
	unsigned int i = 0;

	while (place >= operations[i]->weight)
		place -= operations[i++]->weight;
	return i;
}

/* Is a number in a list like "1,3-5"? */
static bool is_listed(const char *list, unsigned int number)
{
	while (list && *list) {
		char *end;
		unsigned long from = strtoul(list, &end, 10), to = from;

		if (*end == '-')
			to = strtoul(end + 1, &end, 10);
		if (number >= from && number <= to)
			return true;
		list = *end ? end + 1 : end;
	}
	return false;
}

static void run_operation(unsigned int number)
{
	const unsigned int i = draw_operation(round_seed, number);
	uint64_t draws[NR_DRAWS];

	for (unsigned int n = 0; n < NR_DRAWS; n++)
		draws[n] = draw(round_seed, number, n);
	current = number;
	current_name = operations[i]->name;
	*last[current % LAST] = '\0';
	if (operations[i]->run(draws))
		__atomic_add_fetch(&tally->done[i], 1, __ATOMIC_SEQ_CST);
}

static void run_round(uint64_t seed)
{
	round_seed = seed;
	current_name = "begin";
	model_start();
	find_heaps();
	spawn_worker(0);
	spawn_worker(2);
	for (unsigned int i = 0; i < options.nr_ops; i++) {
		if (options.only && !is_listed(options.only, i))
			continue;
		run_operation(i);
		if (i % 16 == 0)
			check_all_heaps();
	}
	current = options.nr_ops;
	current_name = "end";
	empty_mail();
	for (int i = 0; i < NR_WORKERS; i++)
		if (workers[i].pid)
			end_worker(i);
	check_all_heaps();
	leave_heaps();
	__atomic_add_fetch(&tally->rounds, 1, __ATOMIC_SEQ_CST);
	printf("ok seed %llu%s\n", (unsigned long long)seed,
	       is_alone() ? "" : ", beside others");
	fflush(stdout);
}

static time_t seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

/* How often the rarest kind has to be drawn for its count to say something. */
#define ENOUGH 32

static bool has_enough(void)
{
	return tally->rounds * options.nr_ops * RAREST >= ENOUGH * all_weights;
}

/*
 * A storm of its own process: rounds until the time is over; if the machine is
 * slow, longer.
 */
static void run_rounds(unsigned int number)
{
	const time_t start = seconds();
	uint64_t seed = options.seed + number;

	workers_start();
	do {
		run_round(seed);
		seed += options.beside;
	} while (options.seconds && !tally->failures &&
		 (seconds() - start < options.seconds || !has_enough()));
}

static void run_beside(void)
{
	int status;

	for (unsigned int i = 0; i < options.beside; i++) {
		pid_t pid = fork();

		CHECK(pid >= 0);
		if (!pid) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			run_rounds(i);
			exit(0);
		}
	}
	while (wait(&status) > 0)
		if (status && !tally->failures)
			fail(__FILE__, __LINE__, "a storm ended with %#x",
			     status);
}

/*
 * Of each kind there has to be some part of what its weight promises: not always
 * is there something to do it with.
 */
static bool check_tally(void)
{
	const unsigned int all = tally->rounds * options.nr_ops;
	bool enough = true;

	for (unsigned int i = 0; i < nr_operations; i++) {
		unsigned int least = all * operations[i]->weight / all_weights / 32;

		printf("# %s: %u\n", operations[i]->name, tally->done[i]);
		if (tally->done[i] < least) {
			printf("# that is too few: at least %u\n", least);
			enough = false;
		}
	}
	printf("%s enough of every operation in %u rounds%s\n",
	       enough ? "ok" : "not ok", tally->rounds,
	       is_alone() ? "" : ", beside others");
	return enough;
}

static void parse(int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "s:n:t:b:o:v")) != -1) {
		switch (option) {
		case 's':
			options.seed = strtoull(optarg, NULL, 10);
			break;
		case 'n':
			options.nr_ops = (unsigned int)strtoul(optarg, NULL, 10);
			break;
		case 't':
			options.seconds = (unsigned int)strtoul(optarg, NULL, 10);
			break;
		case 'b':
			options.beside = (unsigned int)strtoul(optarg, NULL, 10);
			break;
		case 'o':
			options.only = optarg;
			break;
		case 'v':
			options.trace = true;
			break;
		default:
			exit(2);
		}
	}
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "--worker"))
		worker_main(atoi(argv[2]));

	parse(argc, argv);
	gather_operations();
	tally = mmap(NULL, sizeof(*tally), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (tally == MAP_FAILED)
		return 1;

	at_failure = tell_failure;
	printf("KTAP version 1\n");
	fflush(stdout);
	if (is_alone())
		run_rounds(0);
	else
		run_beside();
	if (tally->failures)
		return 1;
	return options.seconds && !check_tally();
}
