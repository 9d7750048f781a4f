// SPDX-License-Identifier: GPL-2.0
/*
 * docs/interface.md, Pools: memory that is kept for the next request of its
 * size is zeros, and is in nobody's way.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-heap.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"
#include "sysfs.h"

#define PAGES(n) ((n) * page_size())

/* In the background something comes true soon, or never. */
#define WAIT_FOR(condition)						\
	do {								\
		int tries_;						\
									\
		for (tries_ = 0; !(condition) && tries_ < 1000; tries_++) \
			usleep(10000);					\
		CHECK(condition);					\
	} while (0)

/* A pool that keeps as much as @limit says, and for long. */
static void begin(const struct heap *heap, const char *limit)
{
	/* The size of one that has to be searched for. */
	close(alloc(heap, 1, O_RDWR));
	set_attribute(heap, "pool_prepared", "\n");
	set_attribute(heap, "pooled", "0");
	set_attribute(heap, "pool_idle", "600000");
	set_attribute(heap, "pool_limit", limit);
	CHECK_EQUAL(attribute(heap, "pooled"), 0);
}

/* For the next test, as for other programs, there is none. */
static void end(const struct heap *heap)
{
	set_attribute(heap, "pool_prepared", "\n");
	set_attribute(heap, "pool_limit", "0");
	set_attribute(heap, "pooled", "0");
	set_attribute(heap, "pool_idle", "2000");
	CHECK_EQUAL(attribute(heap, "pooled"), 0);
}

static void dirty(int buf, size_t len)
{
	void *mem = map(buf, len, PROT_READ | PROT_WRITE);

	fill(mem, len, 7);
	munmap(mem, len);
}

static void check_zero(int buf, size_t len)
{
	void *mem = map(buf, len, PROT_READ);

	CHECK(is_zero(mem, len));
	munmap(mem, len);
}

/* Is it cleared? Then the next request of that size is a hit. */
static void check_hit(const struct heap *heap, size_t len, int *buf)
{
	long long hits = attribute(heap, "pool_hits");

	for (int i = 0; i < 100; i++) {
		*buf = alloc(heap, len, O_RDWR);
		check_zero(*buf, len);
		if (attribute(heap, "pool_hits") > hits)
			return;
		/* It was not yet. */
		dirty(*buf, len);
		close(*buf);
		usleep(100000);
	}
	fail(__FILE__, __LINE__, "no request was met by the pool");
}

TEST(pool_is_off_until_it_is_said_otherwise)
{
	check_attribute(heap, "pool_limit", "0");
	check_attribute(heap, "pool_idle", "2000");
	check_attribute(heap, "pool_prepared", "");
}

TEST(without_a_limit_nothing_is_kept)
{
	int buf;

	begin(heap, "0");
	buf = alloc(heap, MIB(2), O_RDWR);
	close(buf);
	CHECK_EQUAL(attribute(heap, "pooled"), 0);
	CHECK_EQUAL(attribute(heap, "used"), 0);
}

TEST(kept_memory_is_zero_for_the_next)
{
	int buf;

	begin(heap, "32M");
	buf = alloc(heap, MIB(3), O_RDWR);
	dirty(buf, MIB(3));
	close(buf);
	CHECK_EQUAL(attribute(heap, "pooled"), (long long)MIB(3));
	CHECK_EQUAL(attribute(heap, "used"), 0);
	/* A request that came while it was being cleared was given another. */
	check_hit(heap, MIB(3), &buf);
	CHECK_EQUAL(attribute(heap, "pooled") % (long long)MIB(3), 0);
	CHECK_EQUAL(attribute(heap, "used"), (long long)MIB(3));
	end(heap);
}

TEST(uncleared_memory_is_cleared_for_next_request)
{
	begin(heap, "32M");
	for (int i = 0; i < 20; i++) {
		int buf = alloc(heap, MIB(4), O_RDWR);

		check_zero(buf, MIB(4));
		dirty(buf, MIB(4));
		close(buf);
	}
	end(heap);
}

TEST(kept_memory_is_not_a_users)
{
	int buf;

	begin(heap, "32M");
	close(alloc(heap, MIB(2), O_RDWR));
	CHECK_EQUAL(attribute(heap, "pooled"), (long long)MIB(2));
	CHECK_EQUAL(attribute(heap, "used"), 0);
	CHECK_EQUAL(attribute(heap, "buffers"), 0);
	buf = alloc(heap, MIB(1), O_RDWR);
	CHECK_EQUAL(attribute(heap, "pooled"), (long long)MIB(2));
	CHECK_EQUAL(attribute(heap, "used"), (long long)MIB(1));
	close(buf);
	end(heap);
}

TEST(limit_of_the_pool_is_kept)
{
	int bufs[8];

	begin(heap, "5M");
	for (int i = 0; i < 8; i++)
		bufs[i] = alloc(heap, MIB(2), O_RDWR);
	for (int i = 0; i < 8; i++) {
		close(bufs[i]);
		CHECK(attribute(heap, "pooled") <= (long long)MIB(5));
	}
	WAIT_FOR(attribute(heap, "pooled") == (long long)MIB(4));

	/* What is too large for it is not kept, and nothing goes for it. */
	close(alloc(heap, MIB(6), O_RDWR));
	CHECK_EQUAL(attribute(heap, "pooled"), (long long)MIB(4));
	set_attribute(heap, "pool_limit", "3M");
	CHECK_EQUAL(attribute(heap, "pooled"), (long long)MIB(2));
	end(heap);
}

/* One buffer is being cleared, the other one waits for that. */
TEST(lowered_limit_includes_what_is_being_cleared)
{
	int bufs[2];

	for (int i = 0; i < 20; i++) {
		begin(heap, "4M");
		for (int k = 0; k < 2; k++) {
			bufs[k] = alloc(heap, MIB(2), O_RDWR);
			dirty(bufs[k], MIB(2));
		}
		for (int k = 0; k < 2; k++)
			close(bufs[k]);
		set_attribute(heap, "pool_limit", "3M");
		CHECK(attribute(heap, "pooled") <= (long long)MIB(3));
		end(heap);
	}
}

TEST(the_oldest_makes_room)
{
	int bufs[3];
	long long hits;

	begin(heap, "4M");
	for (int i = 0; i < 3; i++)
		bufs[i] = alloc(heap, MIB(1 + (i > 0)), O_RDWR);
	for (int i = 0; i < 3; i++) {
		hits = attribute(heap, "pool_hits");
		close(bufs[i]);
		/* Only what is clear can be the oldest. */
		usleep(500000);
	}
	CHECK_EQUAL(attribute(heap, "pooled"), (long long)MIB(4));
	hits = attribute(heap, "pool_hits");
	close(alloc(heap, MIB(1), O_RDWR));
	CHECK_EQUAL(attribute(heap, "pool_hits"), hits);
	end(heap);
}

TEST(kept_memory_goes_after_a_while)
{
	begin(heap, "32M");
	close(alloc(heap, MIB(2), O_RDWR));
	CHECK_EQUAL(attribute(heap, "pooled"), (long long)MIB(2));
	set_attribute(heap, "pool_idle", "50");
	WAIT_FOR(!attribute(heap, "pooled"));
	end(heap);
}

TEST(kept_memory_goes_on_demand)
{
	begin(heap, "32M");
	for (int i = 1; i < 5; i++)
		close(alloc(heap, MIB(i), O_RDWR));
	CHECK(attribute(heap, "pooled") > 0);
	CHECK_ERRNO(try_set_attribute(heap, "pooled", "1"), EINVAL);
	set_attribute(heap, "pooled", "0");
	CHECK_EQUAL(attribute(heap, "pooled"), 0);
	end(heap);
}

/* As the kernel does when it is short of memory. */
static void reclaim(void)
{
	const int fd = open("/proc/sys/vm/drop_caches", O_WRONLY | O_CLOEXEC);

	CHECK(fd >= 0);
	CHECK_EQUAL(write(fd, "2", 1), 1);
	close(fd);
}

/* What others could use is given back; what nobody could is not. */
TEST(pool_shrinks_when_kernel_is_short_of_memory)
{
	char type[MOST_TEXT];
	int buf;

	begin(heap, "32M");
	attribute_text(heap, "type", type);
	buf = alloc(heap, MIB(4), O_RDWR);
	close(alloc(heap, MIB(3), O_RDWR));
	close(buf);
	CHECK_EQUAL(attribute(heap, "pooled"), (long long)MIB(7));
	if (strcmp(type, "cma")) {
		reclaim();
		CHECK_EQUAL(attribute(heap, "pooled"), (long long)MIB(7));
	} else {
		/* Reclaim waits for nobody, so it may have to come again. */
		for (int i = 0; attribute(heap, "pooled") && i < 100; i++)
			reclaim();
		CHECK_EQUAL(attribute(heap, "pooled"), 0);
	}
	end(heap);
}

TEST(limit_in_per_cent_is_of_the_region)
{
	const size_t tenth = (size_t)attribute(heap, "total") / 10 /
			     page_size() * page_size();
	long long misses = attribute(heap, "pool_misses");

	begin(heap, "10%");
	check_attribute(heap, "pool_limit", "10%");
	close(alloc(heap, tenth, O_RDWR));
	CHECK_EQUAL(attribute(heap, "pooled"), (long long)tenth);
	close(alloc(heap, tenth + page_size(), O_RDWR));
	CHECK_EQUAL(attribute(heap, "pooled"), (long long)tenth);
	CHECK(attribute(heap, "pool_misses") > misses);
	end(heap);
}

TEST(kept_memory_is_in_no_requests_way)
{
	int bufs[MOST_BUFFERS];
	int n, m;

	begin(heap, "0");
	n = take_all(heap, MIB(8), bufs);
	give_back(bufs, n);

	set_attribute(heap, "pool_limit", "1G");
	m = take_all(heap, MIB(1), bufs);
	give_back(bufs, m);
	CHECK(attribute(heap, "pooled") > (long long)MIB(m) / 2);
	CHECK_EQUAL(take_all(heap, MIB(8), bufs), n);
	give_back(bufs, n);
	CHECK_EQUAL(take_all(heap, MIB(1), bufs), m);
	give_back(bufs, m);
	end(heap);
}

/* What is lent, and how many buffers that are. */
static int list(const struct heap *heap,
		struct dma_heap_list_entry entries[MOST_BUFFERS])
{
	struct dma_heap_list_data data = {
		.entries = (uintptr_t)entries,
		.nr_entries = MOST_BUFFERS,
		.entry_size = sizeof(entries[0]),
	};

	CHECK_EQUAL(ioctl(heap->fd, DMA_HEAP_IOCTL_LIST, &data), 0);
	CHECK(data.nr_entries <= MOST_BUFFERS);
	return (int)data.nr_entries;
}

/* The longest piece that nobody has lent, which could have met a request. */
static uint64_t longest_gap(const struct heap *heap, uint64_t len)
{
	struct dma_heap_list_entry entries[MOST_BUFFERS];
	const uint64_t total = (uint64_t)attribute(heap, "total");
	const uint64_t align = len >= MIB(8) ? MIB(2) : MIB(1);
	const int n = list(heap, entries);
	uint64_t longest = 0, at = 0;

	/* By place: nobody is sorted, and there are few. */
	while (at < total) {
		uint64_t next = total, after = total;

		for (int i = 0; i < n; i++)
			if (entries[i].region_offset >= at &&
			    entries[i].region_offset < next) {
				next = entries[i].region_offset;
				after = next + entries[i].buffer_len;
			}
		/* Regions begin where any buffer may. */
		at = (at + align - 1) / align * align;
		if (next > at && next - at > longest)
			longest = next - at;
		at = after;
	}

	return longest;
}

TEST(no_request_fails_that_the_region_could_meet)
{
	struct {
		int buf;
		size_t len;
	} held[24] = { 0 };
	unsigned int failed = 0;

	begin(heap, "1G");
	srandom(20261123);
	for (int round = 0; round < 1500; round++) {
		const size_t i = (size_t)random() % ARRAY_SIZE(held);
		const size_t len = MIB(1 + random() % (random() % 4 ? 4 : 16));
		int buf;

		if (held[i].len) {
			dirty(held[i].buf, page_size());
			close(held[i].buf);
			held[i].len = 0;
			continue;
		}
		if (!try_alloc(heap, len, O_RDWR, 0, &buf)) {
			check_zero(buf, page_size());
			held[i].buf = buf;
			held[i].len = len;
			continue;
		}
		CHECK_EQUAL(errno, ENOMEM);
		failed++;
		CHECK(attribute(heap, "pooled") == 0);
		/* Drivers may have some of an area that is theirs as well. */
		CHECK(longest_gap(heap, len) < len + MIB(2));
	}
	printf("# %u of the requests failed, as they had to\n", failed);
	/* One with a reserve has more to give to root. */
	CHECK(failed || !has_region(heap));
	end(heap);
}

TEST(nobody_sees_what_was_there_before)
{
	pid_t pids[4];

	begin(heap, "24M");
	for (size_t i = 0; i < ARRAY_SIZE(pids); i++) {
		pids[i] = fork_child();
		if (pids[i])
			continue;
		srandom((unsigned int)i);
		for (int round = 0; round < 60; round++) {
			const size_t len = MIB(1) << random() % 3;
			int buf;

			if (try_alloc(heap, len, O_RDWR, 0, &buf)) {
				CHECK_EQUAL(errno, ENOMEM);
				continue;
			}
			check_zero(buf, len);
			dirty(buf, len);
			close(buf);
		}
		exit(0);
	}
	for (size_t i = 0; i < ARRAY_SIZE(pids); i++)
		check_child(pids[i]);
	end(heap);
}

TEST(prepared_buffers_are_ready)
{
	long long hits;
	int bufs[4];

	begin(heap, "0");
	set_attribute(heap, "pool_prepared", "3x2M 1x4096\n");
	check_attribute(heap, "pool_prepared", "3x2097152 1x4096");
	WAIT_FOR(attribute(heap, "pooled") == (long long)MIB(6) + 4096);
	CHECK_EQUAL(attribute(heap, "used"), 0);

	hits = attribute(heap, "pool_hits");
	bufs[0] = alloc(heap, MIB(2), O_RDWR);
	check_zero(bufs[0], MIB(2));
	CHECK_EQUAL(attribute(heap, "pool_hits"), hits + 1);
	/* There are to be three again. */
	WAIT_FOR(attribute(heap, "pooled") == (long long)MIB(6) + 4096);
	/* And no more. */
	dirty(bufs[0], MIB(2));
	close(bufs[0]);
	WAIT_FOR(attribute(heap, "pooled") == (long long)MIB(6) + 4096);

	/* They do not age, but can be done without. */
	set_attribute(heap, "pool_idle", "1");
	usleep(300000);
	CHECK_EQUAL(attribute(heap, "pooled"), (long long)MIB(6) + 4096);
	/* At once: the limit is for all that need not be ready. */
	set_attribute(heap, "pool_idle", "600000");
	set_attribute(heap, "pool_prepared", "\n");
	WAIT_FOR(!attribute(heap, "pooled"));
	end(heap);
}

/* Preallocated memory is for requests of its size: no other one drains it. */
TEST(preallocated_other_request_fails_unchanged)
{
	const long long prepared = (long long)MIB(12);
	int bufs[MOST_BUFFERS];
	int n;

	begin(heap, "1G");
	close(alloc(heap, MIB(2), O_RDWR));
	set_attribute(heap, "pool_prepared", "4x3M");
	WAIT_FOR(attribute(heap, "pooled") == prepared + (long long)MIB(2));

	n = take_all(heap, MIB(1), bufs);
	CHECK(attribute(heap, "pooled") >= prepared);
	/* A heap with a reserve finds more memory elsewhere, and drains nothing. */
	if (has_region(heap))
		CHECK_EQUAL(attribute(heap, "pooled"), prepared);
	give_back(bufs, n);
	n = take_all(heap, MIB(3), bufs);
	CHECK(n >= 4);
	give_back(bufs, n);
	WAIT_FOR(attribute(heap, "pooled") >= prepared);
	end(heap);
}

TEST(request_larger_than_region_pool_unchanged)
{
	const uint64_t total = (uint64_t)attribute(heap, "total");
	int buf;

	begin(heap, "16M");
	close(alloc(heap, MIB(3), O_RDWR));
	/* A heap with a reserve may find it elsewhere. */
	if (!try_alloc(heap, total + PAGES(1), O_RDWR, 0, &buf))
		close(buf);
	else
		CHECK_EQUAL(errno, ENOMEM);
	CHECK_EQUAL(attribute(heap, "pooled"), (long long)MIB(3));
	end(heap);
}

TEST(preallocation_above_bounds_einval)
{
	const long long pages = attribute(heap, "total") / (long long)page_size();
	char text[64];

	begin(heap, "0");
	CHECK_ERRNO(try_set_attribute(heap, "pool_prepared", "4097x4096"),
		    EINVAL);
	CHECK_ERRNO(try_set_attribute(heap, "pool_prepared",
				      "4000x4096 97x8192"), EINVAL);
	snprintf(text, sizeof(text), "1x%lldK", (pages + 1) * 4);
	CHECK_ERRNO(try_set_attribute(heap, "pool_prepared", text), EINVAL);
	snprintf(text, sizeof(text), "1x%lldK 1x4K", pages * 4);
	CHECK_ERRNO(try_set_attribute(heap, "pool_prepared", text), EINVAL);
	check_attribute(heap, "pool_prepared", "");
	snprintf(text, sizeof(text), "1x%lldK 1x4K", (pages - 1) * 4);
	set_attribute(heap, "pool_prepared", text);
	end(heap);
}

/* The shortest of some requests of 4096 bytes, with their release, in nanoseconds. */
static long long shortest_request(const struct heap *heap)
{
	long long shortest = -1;

	for (int i = 0; i < 200; i++) {
		const long long start = nanoseconds();
		long long took;

		close(alloc(heap, 4096, O_RDWR));
		took = nanoseconds() - start;
		if (shortest < 0 || took < shortest)
			shortest = took;
	}
	return shortest;
}

TEST(preallocation_of_4096_request_not_slower)
{
	long long few, many;

	begin(heap, "0");
	set_attribute(heap, "pool_prepared", "1x4096");
	WAIT_FOR(attribute(heap, "pooled") == 4096);
	few = shortest_request(heap);
	set_attribute(heap, "pool_prepared", "4096x4096");
	/* Longer than usual, for a machine that is busy. */
	for (int i = 0; attribute(heap, "pooled") < (4096 << 12) && i < 600; i++)
		usleep(100000);
	CHECK_EQUAL(attribute(heap, "pooled"), 4096 << 12);
	many = shortest_request(heap);
	printf("# %lld ns with one buffer, %lld ns with 4096\n", few, many);
	CHECK(many < 2 * few);
	end(heap);
}

TEST(preallocation_of_300_pool_limit_holds)
{
	const long long prepared = 300 * 4096;

	begin(heap, "4M");
	set_attribute(heap, "pool_prepared", "300x4096");
	WAIT_FOR(attribute(heap, "pooled") == prepared);
	close(alloc(heap, MIB(3), O_RDWR));
	CHECK_EQUAL(attribute(heap, "pooled"), prepared + (long long)MIB(3));
	close(alloc(heap, MIB(5), O_RDWR));
	CHECK_EQUAL(attribute(heap, "pooled"), prepared + (long long)MIB(3));
	end(heap);
}

/* They are kept beside what the limit is for. */
TEST(prepared_buffers_stay_when_the_limit_falls)
{
	const long long prepared = (long long)MIB(2);
	int bufs[4];

	begin(heap, "4M");
	set_attribute(heap, "pool_prepared", "2x1M");
	WAIT_FOR(attribute(heap, "pooled") == prepared);
	for (size_t i = 0; i < ARRAY_SIZE(bufs); i++)
		bufs[i] = alloc(heap, KIB(64), O_RDWR);
	give_back(bufs, ARRAY_SIZE(bufs));
	WAIT_FOR(attribute(heap, "pooled") == prepared + (long long)KIB(256));
	set_attribute(heap, "pool_limit", "0");
	/* Not given back and made again. What is being cleared goes after that. */
	CHECK(attribute(heap, "pooled") >= prepared);
	WAIT_FOR(attribute(heap, "pooled") == prepared);
	end(heap);
}

/* As many as it can look through for each request; the oldest make room. */
TEST(no_more_than_256_buffers_are_kept)
{
	const size_t page = page_size();
	static int bufs[300];
	int buf;

	begin(heap, "16M");
	for (size_t i = 0; i < ARRAY_SIZE(bufs); i++)
		bufs[i] = alloc(heap, page, O_RDWR);
	give_back(bufs, ARRAY_SIZE(bufs));
	CHECK(attribute(heap, "pooled") <= (long long)PAGES(256));
	WAIT_FOR(attribute(heap, "pooled") == (long long)PAGES(256));
	/* Only one that is cleared makes room. */
	for (int tries = 0; tries < 1000; tries++) {
		close(alloc(heap, KIB(64), O_RDWR));
		if (attribute(heap, "pooled") != (long long)PAGES(256))
			break;
		usleep(10000);
	}
	CHECK_EQUAL(attribute(heap, "pooled"), (long long)PAGES(255 + 16));
	check_hit(heap, KIB(64), &buf);
	close(buf);
	end(heap);
}

/* Whether it waits for memory that is being cleared, or clears it itself. */
TEST(killed_caller_takes_nothing_along)
{
	int bufs[MOST_BUFFERS];
	const int n = take_all(heap, MIB(1), bufs);

	give_back(bufs, n);
	begin(heap, "32M");
	for (useconds_t i = 0; i < 20; i++)
		kill_while_it_allocates(heap, MIB(16), 5000 + i * 1000);
	wait_for_attribute(heap, "used", 0);
	end(heap);
	CHECK_EQUAL(take_all(heap, MIB(1), bufs), n);
	give_back(bufs, n);
}

TEST(what_makes_no_sense_for_a_pool_is_refused)
{
	const char *const prepared[] = {
		"4", "x", "4x", "x4096", "0x4096", "4x0", "-1x4096", "4x-1",
		"4x4096,", "4x4096 4", "4x4096x", "1x4096 2x4096",
		"1x18446744073709551615", "1x1T", "1x0x1000", "1x010000",
		"01x4096", "1Kx4096", "+1x4096", "1x+4096",
		/* These wrap to 4096 in 64 bits. */
		"1x18446744073709555712", "1x18014398509481988K", "a",
		"1x4K 1x8K 1x12K 1x16K 1x20K 1x24K 1x28K 1x32K 1x36K",
	};
	const char *const idle[] = { "", "-1", "3600001", "1s", "x" };

	begin(heap, "0");
	for (size_t i = 0; i < ARRAY_SIZE(prepared); i++)
		CHECK_ERRNO(try_set_attribute(heap, "pool_prepared", prepared[i]), EINVAL);
	for (size_t i = 0; i < ARRAY_SIZE(idle); i++)
		if (*idle[i])
			CHECK_ERRNO(try_set_attribute(heap, "pool_idle", idle[i]), EINVAL);
	CHECK_ERRNO(try_set_attribute(heap, "pool_limit", "101%"), EINVAL);
	check_attribute(heap, "pool_prepared", "");
	end(heap);
}

#define FAIL "/sys/devices/system/memory/hard_offline_page"

/* The page frame where a buffer begins, in a region with its address in its name. */
static uint64_t first_frame(const struct heap *heap, int buf)
{
	struct dma_heap_list_entry entries[MOST_BUFFERS];
	const char *at = strchr(heap->name, '@');
	const int n = list(heap, entries);
	struct stat st;

	CHECK(at);
	CHECK_EQUAL(fstat(buf, &st), 0);
	for (int i = 0; i < n; i++)
		if (entries[i].inode == st.st_ino)
			return (strtoull(at + 1, NULL, 16) +
				entries[i].region_offset) / page_size();
	fail(__FILE__, __LINE__, "the buffer is not listed");
}

static void check_without(const struct heap *heap, int buf, size_t len,
			  uint64_t failed)
{
	const uint64_t first = first_frame(heap, buf);

	CHECK(failed < first || failed >= first + len / page_size());
}

/* Have the kernel mark a page frame as failed. */
static void fail_frame(uint64_t frame)
{
	const int fd = open(FAIL, O_WRONLY | O_CLOEXEC);
	char text[32];

	CHECK(fd >= 0);
	snprintf(text, sizeof(text), "%#llx",
		 (unsigned long long)(frame * page_size()));
	/* The page is marked even if the kernel cannot isolate it. */
	if (write(fd, text, strlen(text)) < 0)
		printf("# the kernel says: %s\n", strerrorname_np(errno));
	close(fd);
}

/* No buffer has the frame, be they large or small. */
static void check_never_allocated(const struct heap *heap, uint64_t failed)
{
	static const size_t lens[] = { MIB(1), KIB(256) };
	int bufs[MOST_BUFFERS];

	for (size_t i = 0; i < ARRAY_SIZE(lens); i++) {
		const int n = take_all(heap, lens[i], bufs);

		CHECK(n > 0);
		for (int j = 0; j < n; j++)
			check_without(heap, bufs[j], lens[i], failed);
		give_back(bufs, n);
	}
}

/* From here on regions are not whole any more: what needs them so comes before. */
TEST(failed_page_pool_off_not_allocated)
{
	uint64_t failed;
	int buf;

	begin(heap, "0");
	buf = alloc(heap, MIB(1), O_RDWR);
	failed = first_frame(heap, buf) + 2;
	fail_frame(failed);
	close(buf);
	check_never_allocated(heap, failed);
	end(heap);
}

TEST(failed_page_while_free_not_allocated)
{
	uint64_t failed;
	int buf;

	begin(heap, "0");
	buf = alloc(heap, MIB(1), O_RDWR);
	failed = first_frame(heap, buf) + 2;
	close(buf);
	fail_frame(failed);
	check_never_allocated(heap, failed);
	end(heap);
}

TEST(failed_page_freed_to_pool_not_allocated)
{
	uint64_t failed;
	int buf;

	begin(heap, "32M");
	buf = alloc(heap, MIB(1), O_RDWR);
	failed = first_frame(heap, buf) + 2;
	fail_frame(failed);
	close(buf);
	WAIT_FOR(!attribute(heap, "pooled"));
	check_never_allocated(heap, failed);
	end(heap);
}

TEST(failed_page_while_pooled_not_allocated)
{
	uint64_t failed;
	int buf;

	begin(heap, "32M");
	check_hit(heap, MIB(1), &buf);
	failed = first_frame(heap, buf) + 2;
	close(buf);
	/* It is zeroed, and the newest of its size, by then. */
	usleep(500000);
	CHECK(attribute(heap, "pooled") >= (long long)MIB(1));
	fail_frame(failed);
	buf = alloc(heap, MIB(1), O_RDWR);
	check_without(heap, buf, MIB(1), failed);
	check_zero(buf, MIB(1));
	close(buf);
	set_attribute(heap, "pool_limit", "0");
	check_never_allocated(heap, failed);
	end(heap);
}

TEST(failed_page_preallocated_not_allocated)
{
	long long hits;
	uint64_t failed;
	int buf;

	begin(heap, "0");
	buf = alloc(heap, MIB(1), O_RDWR);
	failed = first_frame(heap, buf) + 2;
	close(buf);
	/* All is free, so that it is taken from the same place. */
	set_attribute(heap, "pool_prepared", "1x1M");
	WAIT_FOR(attribute(heap, "pooled") == (long long)MIB(1));
	hits = attribute(heap, "pool_hits");
	fail_frame(failed);
	buf = alloc(heap, MIB(1), O_RDWR);
	check_without(heap, buf, MIB(1), failed);
	check_zero(buf, MIB(1));
	CHECK_EQUAL(attribute(heap, "pool_hits"), hits);
	close(buf);
	set_attribute(heap, "pool_prepared", "\n");
	check_never_allocated(heap, failed);
	end(heap);
}

#define MOST_PROCESSORS 16

/* From here on this process runs before all others, on one processor. */
static void come_first_on(int processor)
{
	const struct sched_param first = { .sched_priority = 1 };
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(processor, &set);
	CHECK_EQUAL(sched_setaffinity(0, sizeof(set), &set), 0);
	CHECK_EQUAL(sched_setscheduler(0, SCHED_FIFO, &first), 0);
}

/*
 * Nobody else gets a processor, for as long as the kernel lets that go on: what it
 * is to do in the background has to wait. Returns how many processors there are;
 * the first has no helper.
 */
static int hold_processors(pid_t helpers[MOST_PROCESSORS])
{
	const int n = (int)sysconf(_SC_NPROCESSORS_ONLN);

	CHECK(n <= MOST_PROCESSORS);
	for (int i = 1; i < n; i++) {
		helpers[i] = fork_child();
		if (!helpers[i]) {
			/* A buffer that is closed is to be gone. */
			close_range(STDERR_FILENO + 1, ~0u, 0);
			come_first_on(i);
			for (;;)
				;
		}
		WAIT_FOR(sched_getscheduler(helpers[i]) == SCHED_FIFO);
	}
	come_first_on(0);
	return n;
}

static void release_processors(const pid_t helpers[MOST_PROCESSORS], int n)
{
	const struct sched_param other = { 0 };

	CHECK_EQUAL(sched_setscheduler(0, SCHED_OTHER, &other), 0);
	for (int i = 1; i < n; i++) {
		kill(helpers[i], SIGKILL);
		CHECK_EQUAL(waitpid(helpers[i], NULL, 0), helpers[i]);
	}
}

/* The request comes before the worker can find the failed page. */
TEST(failed_page_request_at_once_not_allocated)
{
	pid_t helpers[MOST_PROCESSORS];
	uint64_t failed;
	int buf, n;

	begin(heap, "32M");
	buf = alloc(heap, MIB(1), O_RDWR);
	failed = first_frame(heap, buf) + 2;
	fail_frame(failed);
	n = hold_processors(helpers);
	close(buf);
	CHECK_EQUAL(attribute(heap, "pooled"), MIB(1));
	buf = alloc(heap, MIB(1), O_RDWR);
	release_processors(helpers, n);

	check_zero(buf, MIB(1));
	check_without(heap, buf, MIB(1), failed);
	CHECK_EQUAL(attribute(heap, "pooled"), 0);
	close(buf);
	end(heap);
}
