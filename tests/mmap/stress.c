// SPDX-License-Identifier: GPL-2.0
/*
 * Page faults of several threads in the same slots of a mapping, the ranges of
 * one page table each, while another thread changes the mapping in every way
 * that the kernel offers. The threads check that each page is the right one. The
 * kernel must not warn.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mmap.h"

#define NR_SLOTS 4
#define LEN (NR_SLOTS * SLOT)
#define MOST_PAGES (LEN / 4096)
#define NR_PAGES (LEN / PAGE)
/* Address space: the mapping, a page more, and as much to move it to. */
#define ROOM (4 * LEN)

#define NR_THREADS 3
#define TOUCHES 24
/* Races for an empty slot in a round */
#define NR_RACES 16
#define MOST_FAILURES 8
/* At least, however slow the machine is */
#define LEAST_ROUNDS 30

static char *room, *mapping;
static int buf;
static bool may_fail[MOST_PAGES];
static pthread_barrier_t round_begins, round_ends;
static atomic_uint nr_signals;
static atomic_uint nr_met, nr_racing;
static bool racing, stop;
/* The first thing that was wrong. */
static const char *_Atomic wrong;
static __thread sigjmp_buf after_touch;

static void say_wrong(const char *what)
{
	const char *none = NULL;

	atomic_compare_exchange_strong(&wrong, &none, what);
}

/* A page that is not mapped now is as good as one that is. */
static void on_signal(int sig, siginfo_t *info, void *context)
{
	const size_t page = ((size_t)info->si_addr - (size_t)mapping) / PAGE;

	if (sig == SIGBUS && (info->si_code != BUS_MCEERR_AR ||
			      page >= NR_PAGES || !may_fail[page]))
		say_wrong("SIGBUS for a page that has not failed");
	atomic_fetch_add(&nr_signals, 1);
	siglongjmp(after_touch, 1);
}

/* Each page begins with its number; each thread writes to a word of its own. */
static void touch(size_t page, unsigned int thread, bool writing)
{
	volatile uint32_t *words = (uint32_t *)(mapping + page * PAGE);

	if (sigsetjmp(after_touch, 0))
		return;
	if (writing)
		words[1 + thread] = (uint32_t)page;
	if (words[0] != page)
		say_wrong("the wrong page is mapped");
}

static void touch_all_slots(unsigned int thread, unsigned int *seed)
{
	for (size_t i = 0; i < TOUCHES; i++) {
		const size_t page = (i % NR_SLOTS * SLOT / PAGE +
				     (size_t)rand_r(seed) % (SLOT / PAGE));

		/* The kernel logs each signal for a failed page. */
		if (!may_fail[page] || !(rand_r(seed) % 64))
			touch(page, thread, rand_r(seed) % 2);
	}
}

static void map_part(char *part, size_t len, int flags)
{
	CHECK(mmap(part, len, PROT_READ | PROT_WRITE,
		   MAP_SHARED | MAP_FIXED | flags, buf,
		   part - mapping) == part);
}

/* Go on as soon as the other thread of a race does, without a system call. */
static void meet(unsigned int both)
{
	atomic_fetch_add(&nr_met, 1);
	for (unsigned int i = 1; atomic_load(&nr_met) < both; i++)
		if (i % 512 == 0)
			sched_yield();
}

/* Two threads fault in an empty slot at the same time. */
static void race(unsigned int thread, unsigned int *seed)
{
	for (unsigned int i = 0; i < NR_RACES; i++) {
		const size_t slot = i % NR_SLOTS;

		if (thread == 0)
			map_part(mapping + slot * SLOT, SLOT, 0);
		meet(4 * i + 2);
		for (int wait = rand_r(seed) % 200; wait > 0; wait--)
			atomic_load(&nr_met);
		touch(slot * SLOT / PAGE + thread, thread, true);
		meet(4 * i + 4);
	}
	atomic_fetch_sub(&nr_racing, 1);
}

static void *run_thread(void *arg)
{
	const unsigned int thread = (unsigned int)(uintptr_t)arg;
	unsigned int seed = thread;

	for (;;) {
		pthread_barrier_wait(&round_begins);
		if (stop)
			return NULL;
		if (!racing)
			touch_all_slots(thread, &seed);
		else if (thread < 2)
			race(thread, &seed);
		pthread_barrier_wait(&round_ends);
	}
}

static char *random_slot(void)
{
	return mapping + (size_t)random() % NR_SLOTS * SLOT;
}

static void switch_thp_of_process(void)
{
	for (unsigned long i = 0; i < 2; i++)
		CHECK_EQUAL(prctl(PR_SET_THP_DISABLE, i % 2, 0, 0, 0), 0);
}

static void switch_thp_of_system(void)
{
	static const char *const settings[] = { "never", "always" };

	for (size_t i = 0; i < ARRAY_SIZE(settings); i++)
		write_text(THP, settings[i]);
}

static void protect(void)
{
	const bool whole = random() % 2;
	char *part = random_slot() + (whole ? 0 : PAGE);
	const size_t len = whole ? SLOT : PAGE;

	CHECK_EQUAL(mprotect(part, len, random() % 2 ? PROT_READ : PROT_NONE),
		    0);
	CHECK_EQUAL(mprotect(part, len, PROT_READ | PROT_WRITE), 0);
}

static void unmap_and_map(void)
{
	const size_t len = random() % 2 ? SLOT : PAGE;
	char *part = random_slot();

	CHECK_EQUAL(munmap(part, len), 0);
	map_part(part, len, 0);
}

static void map_again(void)
{
	map_part(mapping, LEN, random() % 2 ? MAP_LOCKED : 0);
}

/* There and back, sometimes to where no huge entry fits. */
static void move(void)
{
	char *there = room + 2 * LEN + (random() % 2 ? PAGE : 0);

	map_part(mapping, LEN, 0);
	CHECK(mremap(mapping, LEN, LEN, MREMAP_MAYMOVE | MREMAP_FIXED, there) ==
	      there);
	CHECK(mremap(there, LEN, LEN, MREMAP_MAYMOVE | MREMAP_FIXED, mapping) ==
	      mapping);
}

/* Most of these are refused for such a mapping. */
static void advise(void)
{
	static const int advice[] = {
		MADV_DONTNEED, MADV_FREE, MADV_COLD, MADV_PAGEOUT,
		MADV_WILLNEED, MADV_HUGEPAGE, MADV_NOHUGEPAGE, MADV_COLLAPSE,
		MADV_POPULATE_READ, MADV_POPULATE_WRITE, MADV_DONTFORK,
		MADV_DOFORK, MADV_REMOVE, MADV_MERGEABLE,
	};

	for (size_t i = 0; i < ARRAY_SIZE(advice); i++)
		madvise(random_slot(), SLOT, advice[i]);
	madvise(mapping, LEN, MADV_DOFORK);
}

/* Both processes fault in what was copied or left out. */
static void duplicate(void)
{
	unsigned int seed = (unsigned int)random();
	const pid_t pid = fork();
	int status;

	CHECK(pid >= 0);
	if (!pid) {
		touch_all_slots(NR_THREADS, &seed);
		_exit(atomic_load(&wrong) ? 1 : 0);
	}
	CHECK_EQUAL(waitpid(pid, &status, 0), pid);
	CHECK_EQUAL(status, 0);
}

/* From here on entries are read-only until the first write. */
static void track_writes(void)
{
	write_text("/proc/self/clear_refs", "4");
}

static void lock_and_unlock(void)
{
	CHECK_EQUAL(mlock(mapping, LEN), 0);
	CHECK_EQUAL(munlock(mapping, LEN), 0);
}

static void (*const changes[])(void) = {
	switch_thp_of_process, switch_thp_of_system, protect, unmap_and_map,
	map_again, move, advise, duplicate, track_writes, lock_and_unlock,
};

/* One that goes on from the last, or from nothing mapped. */
static void begin_round(void)
{
	if (random() % 4) {
		mapping = room + (random() % 4 ? 0 : PAGE);
		CHECK(mmap(room, ROOM, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS |
			   MAP_NORESERVE | MAP_FIXED, -1, 0) == room);
		map_part(mapping, LEN, 0);
	}
	atomic_store(&nr_met, 0);
	atomic_store(&nr_racing, 2);
	racing = random() % 4 == 0;
	pthread_barrier_wait(&round_begins);
}

/* What decides about huge entries in other mappings changes all the time. */
static void switch_thp_during_races(void)
{
	while (atomic_load(&nr_racing))
		changes[(size_t)random() % 2]();
}

static void make_buffer(const struct heap *heap)
{
	uint32_t *words;

	if (buf)
		close(buf);
	/* The last mapping of it goes with the next round's. */
	CHECK(mmap(room, ROOM, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS |
		   MAP_NORESERVE | MAP_FIXED, -1, 0) == room);
	memset(may_fail, 0, sizeof(may_fail));
	buf = alloc(heap, LEN, O_RDWR);
	words = map(buf, LEN, PROT_READ | PROT_WRITE);
	for (size_t i = 0; i < NR_PAGES; i++)
		words[i * PAGE / sizeof(*words)] = (uint32_t)i;
	CHECK_EQUAL(munmap(words, LEN), 0);
	mapping = room;
	map_part(mapping, LEN, 0);
}

static void fail_some_page(const struct heap *heap)
{
	const size_t page = (size_t)random() % NR_PAGES;

	may_fail[page] = true;
	fail_page(heap, page);
}

static void stress(const struct heap *heap, long long ns, bool failures)
{
	const long long begin = nanoseconds(), step = ns / MOST_FAILURES;
	long long next_buffer = begin + step, next_failure = begin + step / 2;
	unsigned int nr_rounds = 0, nr_failures = 0;

	make_buffer(heap);
	for (long long now = begin; now < begin + ns || nr_rounds < LEAST_ROUNDS;
	     now = nanoseconds()) {
		begin_round();
		if (racing) {
			switch_thp_during_races();
		} else if (failures && now >= next_failure) {
			fail_some_page(heap);
			nr_failures++;
			next_failure += step;
		} else {
			changes[(size_t)random() % ARRAY_SIZE(changes)]();
		}
		pthread_barrier_wait(&round_ends);
		nr_rounds++;
		if (atomic_load(&wrong))
			fail(__FILE__, __LINE__, "%s", atomic_load(&wrong));
		if (now >= next_buffer) {
			make_buffer(heap);
			next_buffer += step;
		}
	}
	printf("# %u rounds, %u signals, %u pages failed\n",
	       nr_rounds, atomic_load(&nr_signals), nr_failures);
	CHECK_EQUAL(nr_failures > 0, failures);
}

/* How long, in seconds, is in the environment. */
TEST(threads_fault_while_mapping_changes)
{
	const char *seconds = getenv("MMAP_SECONDS") ?: "5";
	const struct sigaction action = {
		.sa_sigaction = on_signal,
		.sa_flags = SA_SIGINFO | SA_NODEFER,
	};
	pthread_t threads[NR_THREADS];

	alarm((unsigned int)atoi(seconds) + 120);
	CHECK_EQUAL(sigaction(SIGSEGV, &action, NULL), 0);
	CHECK_EQUAL(sigaction(SIGBUS, &action, NULL), 0);
	room = mmap(NULL, ROOM + SLOT, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS |
		    MAP_NORESERVE, -1, 0);
	CHECK(room != MAP_FAILED);
	room += SLOT - (uintptr_t)room % SLOT;
	CHECK_EQUAL(pthread_barrier_init(&round_begins, NULL, NR_THREADS + 1), 0);
	CHECK_EQUAL(pthread_barrier_init(&round_ends, NULL, NR_THREADS + 1), 0);
	for (uintptr_t i = 0; i < NR_THREADS; i++)
		CHECK_EQUAL(pthread_create(&threads[i], NULL, run_thread,
					   (void *)i), 0);
	stress(heap, atoll(seconds) * 1000000000, can_fail_page(heap));
	stop = true;
	pthread_barrier_wait(&round_begins);
	for (size_t i = 0; i < NR_THREADS; i++)
		CHECK_EQUAL(pthread_join(threads[i], NULL), 0);
}
