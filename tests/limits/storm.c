// SPDX-License-Identifier: GPL-2.0
/*
 * docs/ABI/sysfs-class-dmabuf_heap: what is read while many allocate and free is
 * never more, nor less, than what they know to be lent; and afterwards every
 * request is counted once.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../uapi/harness.h"
#include "../uapi/sysfs.h"
#include "units.h"
#include "users.h"

#define WORKERS 6
#define BUFFERS 8
#define STORM_NS 3000000000ll

/*
 * Amounts that only grow, written by all workers: bytes of requests that have
 * begun, were met, were refused; and of buffers whose end has begun, and that
 * are gone. How many is the same with 1 in place of the length.
 */
struct amounts {
	long long asked;
	long long met;
	long long refused;
	long long ending;
	long long ended;
};

struct storm {
	struct amounts bytes;
	struct amounts buffers;
	bool over;
};

static void add(long long *amount, long long n)
{
	__atomic_add_fetch(amount, n, __ATOMIC_SEQ_CST);
}

static long long get(const long long *amount)
{
	return __atomic_load_n(amount, __ATOMIC_SEQ_CST);
}

static void count(struct storm *storm, size_t amount, size_t len)
{
	add((long long *)((char *)&storm->bytes + amount), (long long)len);
	add((long long *)((char *)&storm->buffers + amount), 1);
}

#define COUNT(storm, name, len)						\
	count(storm, offsetof(struct amounts, name), len)

static int ask(const struct heap *heap, struct storm *storm, size_t len)
{
	int buf;

	COUNT(storm, asked, len);
	if (try_alloc(heap, len, O_RDWR, 0, &buf)) {
		CHECK_EQUAL(errno, ENOMEM);
		COUNT(storm, refused, len);
		return -1;
	}
	COUNT(storm, met, len);
	return buf;
}

static void end(struct storm *storm, int buf, size_t len)
{
	COUNT(storm, ending, len);
	close(buf);
	COUNT(storm, ended, len);
}

static void rage(const struct heap *heap, struct storm *storm, unsigned int own)
{
	size_t lens[BUFFERS] = { 0 };
	int bufs[BUFFERS];

	srandom(own);
	become(ALICE + own % 3);
	while (!__atomic_load_n(&storm->over, __ATOMIC_SEQ_CST)) {
		size_t i = (size_t)random() % BUFFERS;

		if (lens[i]) {
			end(storm, bufs[i], lens[i]);
			lens[i] = 0;
			continue;
		}
		lens[i] = (size_t)(1 + random() % 256) * page_size();
		bufs[i] = ask(heap, storm, lens[i]);
		if (bufs[i] < 0)
			lens[i] = 0;
	}
}

/* One look, between two at what the workers know. */
static void check_within(const struct heap *heap, const char *name,
			 const struct amounts *amounts)
{
	long long met = get(&amounts->met), refused = get(&amounts->refused);
	long long ended = get(&amounts->ended);
	long long seen = attribute(heap, name);

	CHECK(seen >= met - get(&amounts->ending));
	CHECK(seen <= get(&amounts->asked) - refused - ended);
}

static void check_all(const struct heap *heap, const struct storm *storm)
{
	long long used = attribute(heap, "used");

	CHECK(used <= attribute(heap, "peak"));
	CHECK(used <= (long long)(3 * UNITS * UNIT));
	check_within(heap, "used", &storm->bytes);
	check_within(heap, "buffers", &storm->buffers);
}

static struct storm *new_storm(void)
{
	struct storm *storm = mmap(NULL, page_size(), PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	CHECK(storm != MAP_FAILED);
	return storm;
}

static long long refused(const struct heap *heap)
{
	return attribute(heap, "failures_limit") +
	       attribute(heap, "failures_memory") +
	       attribute(heap, "failures_busy");
}

/* However slow the machine is: enough of everything. */
static bool has_raged(const struct storm *storm)
{
	return get(&storm->buffers.met) > 10 * WORKERS * BUFFERS &&
	       get(&storm->buffers.refused) > 10;
}

TEST(counts_hold_during_a_storm_and_after_it)
{
	const long long allocations = attribute(heap, "allocations");
	const long long failures = refused(heap);
	const long long other = attribute(heap, "failures_other");
	struct storm *storm = new_storm();
	pid_t pids[WORKERS];
	long long start;

	begin_with_units(heap);
	for (unsigned int i = 0; i < WORKERS; i++) {
		pids[i] = fork_child();
		if (!pids[i]) {
			rage(heap, storm, i);
			exit(0);
		}
	}
	start = nanoseconds();
	while (nanoseconds() - start < STORM_NS || !has_raged(storm))
		check_all(heap, storm);
	__atomic_store_n(&storm->over, true, __ATOMIC_SEQ_CST);
	for (int i = 0; i < WORKERS; i++)
		check_child(pids[i]);

	CHECK_EQUAL(attribute(heap, "used"), 0);
	CHECK_EQUAL(attribute(heap, "buffers"), 0);
	CHECK_EQUAL(attribute(heap, "allocations") - allocations,
		    get(&storm->buffers.met));
	CHECK_EQUAL(refused(heap) - failures, get(&storm->buffers.refused));
	CHECK_EQUAL(attribute(heap, "failures_other"), other);
}

/* Whoever is killed while it asks has been answered, or not been heard. */
TEST(killed_requests_are_counted_once)
{
	const long long before = attribute(heap, "allocations") +
				 refused(heap) +
				 attribute(heap, "failures_other");
	struct storm *storm = new_storm();
	long long counted, answered;

	begin_with_units(heap);
	for (useconds_t i = 0; i < 20; i++) {
		pid_t pids[3];

		for (unsigned int n = 0; n < ARRAY_SIZE(pids); n++) {
			pids[n] = fork_child();
			if (!pids[n])
				rage(heap, storm, i + n);
		}
		usleep(10000 + i * 1000);
		for (size_t n = 0; n < ARRAY_SIZE(pids); n++)
			end_holder(pids[n]);
	}
	wait_for_attribute(heap, "used", 0);
	CHECK_EQUAL(attribute(heap, "buffers"), 0);
	counted = attribute(heap, "allocations") + refused(heap) +
		  attribute(heap, "failures_other") - before;
	answered = get(&storm->buffers.met) + get(&storm->buffers.refused);
	CHECK(counted >= answered);
	CHECK(counted <= get(&storm->buffers.asked));
	CHECK(answered > 0);
}
