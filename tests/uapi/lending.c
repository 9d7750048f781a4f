// SPDX-License-Identifier: GPL-2.0
/*
 * docs/interface.md, Lists, and docs/ABI/sysfs-class-dmabuf_heap: what a heap
 * tells of the memory that it has lent.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/dma-heap.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "harness.h"

#define PAGES(n) ((n) * page_size())
#define SOMEBODY 1000

/* Counts and their attributes, in bytes or by number. */
struct counts {
	long long used, peak, buffers, allocations, largest_success,
		  smallest_failure, failures_limit, failures_memory,
		  failures_other;
};

static long long attribute(const struct heap *heap, const char *name)
{
	char path[512];

	snprintf(path, sizeof(path), CLASS "/%s/%s", heap->name, name);
	return file_number(path);
}

static struct counts read_counts(const struct heap *heap)
{
	return (struct counts){
		.used = attribute(heap, "used"),
		.peak = attribute(heap, "peak"),
		.buffers = attribute(heap, "buffers"),
		.allocations = attribute(heap, "allocations"),
		.largest_success = attribute(heap, "largest_success"),
		.smallest_failure = attribute(heap, "smallest_failure"),
		.failures_limit = attribute(heap, "failures_limit"),
		.failures_memory = attribute(heap, "failures_memory"),
		.failures_other = attribute(heap, "failures_other"),
	};
}

static void check_counts(const struct heap *heap, const struct counts *expected)
{
	const struct counts seen = read_counts(heap);

	CHECK_EQUAL(seen.used, expected->used);
	CHECK_EQUAL(seen.peak, expected->peak);
	CHECK_EQUAL(seen.buffers, expected->buffers);
	CHECK_EQUAL(seen.allocations, expected->allocations);
	CHECK_EQUAL(seen.largest_success, expected->largest_success);
	CHECK_EQUAL(seen.smallest_failure, expected->smallest_failure);
	CHECK_EQUAL(seen.failures_limit, expected->failures_limit);
	CHECK_EQUAL(seen.failures_memory, expected->failures_memory);
	CHECK_EQUAL(seen.failures_other, expected->failures_other);
}

/* What counts must be after a buffer of @len bytes. */
static void count_buffer(struct counts *counts, long long len)
{
	counts->used += len;
	if (counts->peak < counts->used)
		counts->peak = counts->used;
	if (counts->largest_success < len)
		counts->largest_success = len;
	counts->buffers++;
	counts->allocations++;
}

static int make_view(const struct heap *heap, int buf, size_t offset, size_t len)
{
	struct dma_heap_view_data data = {
		.offset = offset,
		.len = len,
		.buffer_fd = (uint32_t)buf,
		.fd_flags = O_RDONLY,
	};

	CHECK_EQUAL(ioctl(heap->fd, DMA_HEAP_IOCTL_VIEW, &data), 0);
	return (int)data.fd;
}

TEST(counts_follow_buffers)
{
	const size_t sizes[] = { 1, PAGES(3), MIB(1) + 1, MIB(6) };
	const long long rounded[] = { PAGES(1), PAGES(3), MIB(1) + PAGES(1),
				      MIB(6) };
	struct counts counts = read_counts(heap);
	int bufs[ARRAY_SIZE(sizes)];

	CHECK_EQUAL(counts.used, 0);
	CHECK_EQUAL(counts.buffers, 0);

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		bufs[i] = alloc(heap, sizes[i], O_RDWR);
		count_buffer(&counts, rounded[i]);
		check_counts(heap, &counts);
	}
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		close(bufs[i]);
		counts.used -= rounded[i];
		counts.buffers--;
		check_counts(heap, &counts);
	}
}

TEST(memory_is_used_until_the_last_reference)
{
	int buf = alloc(heap, PAGES(4), O_RDWR);
	int view = make_view(heap, buf, PAGES(1), PAGES(1));
	void *mem = map(buf, PAGES(1), PROT_READ);
	int copy = dup(buf);

	close(buf);
	close(copy);
	CHECK_EQUAL(attribute(heap, "used"), (long long)PAGES(4));
	munmap(mem, PAGES(1));
	CHECK_EQUAL(attribute(heap, "used"), (long long)PAGES(4));
	CHECK_EQUAL(attribute(heap, "buffers"), 1);
	close(view);
	CHECK_EQUAL(attribute(heap, "used"), 0);
	CHECK_EQUAL(attribute(heap, "buffers"), 0);
}

TEST(views_are_no_buffers)
{
	int buf = alloc(heap, PAGES(2), O_RDWR);
	const struct counts counts = read_counts(heap);

	for (int i = 0; i < 8; i++)
		make_view(heap, buf, 0, PAGES(2));
	check_counts(heap, &counts);
}

TEST(failures_are_counted)
{
	struct counts counts = read_counts(heap);
	int buf;

	/* It need not be the first: a smaller one may have failed before. */
	counts.failures_memory++;
	CHECK_ERRNO(try_alloc(heap, 1ULL << 40, O_RDWR, 0, &buf), ENOMEM);
	if (!counts.smallest_failure || counts.smallest_failure > 1LL << 40)
		counts.smallest_failure = 1LL << 40;
	if (sizeof(long) > 4)
		check_counts(heap, &counts);
}

TEST(what_makes_no_sense_is_not_counted)
{
	const struct counts counts = read_counts(heap);
	struct dma_heap_allocation_data data = { .len = 1, .fd_flags = O_RDWR };
	struct dma_heap_allocation_data *unmapped = (void *)1;
	int buf;

	CHECK_ERRNO(try_alloc(heap, 0, O_RDWR, 0, &buf), EINVAL);
	CHECK_ERRNO(try_alloc(heap, 1, O_ACCMODE, 0, &buf), EINVAL);
	CHECK_ERRNO(try_alloc(heap, 1, O_RDWR, 1, &buf), EINVAL);
	data.fd = 1;
	CHECK_ERRNO(ioctl(heap->fd, DMA_HEAP_IOCTL_ALLOC, &data), EINVAL);
	CHECK_ERRNO(ioctl(heap->fd, DMA_HEAP_IOCTL_ALLOC, unmapped), EFAULT);
	check_counts(heap, &counts);
}

TEST(attributes_tell_the_region)
{
	const bool in_pieces = may_be_in_pieces(heap);
	char path[512];

	CHECK_EQUAL(attribute(heap, "contiguous"), !in_pieces);

	/* One that has to be searched for is known with the first request. */
	close(alloc(heap, 1, O_RDWR));
	snprintf(path, sizeof(path), CLASS "/%s/total", heap->name);
	if (has_region(heap)) {
		int bufs[MOST_BUFFERS];
		int n = take_all(heap, MIB(1), bufs);

		CHECK(attribute(heap, "total") >= (long long)MIB(n));
		CHECK(attribute(heap, "total") < (long long)MIB(n + 5));
		CHECK_EQUAL(attribute(heap, "used"), (long long)MIB(n));
		give_back(bufs, n);
	} else if (in_pieces) {
		CHECK_ERRNO(access(path, F_OK), ENOENT);
	}
}

/* As written, or the test has failed. */
static void set_limit(const struct heap *heap, const char *text)
{
	char path[512];
	int fd;

	snprintf(path, sizeof(path), CLASS "/%s/limit", heap->name);
	fd = open(path, O_WRONLY);
	CHECK(fd >= 0);
	CHECK_EQUAL(write(fd, text, strlen(text)), (long long)strlen(text));
	close(fd);
}

static void check_limit(const struct heap *heap, const char *expected)
{
	char path[512], text[64] = "";
	FILE *file;

	snprintf(path, sizeof(path), CLASS "/%s/limit", heap->name);
	file = fopen(path, "re");
	CHECK(file);
	CHECK(fgets(text, sizeof(text), file));
	fclose(file);
	text[strcspn(text, "\n")] = 0;
	if (strcmp(text, expected))
		fail(__FILE__, __LINE__, "the limit is %s, not %s", text,
		     expected);
}

TEST(limit_is_read_as_it_was_written)
{
	const struct {
		const char *written, *read;
	} limits[] = {
		{ "max", "max" },
		{ "max\n", "max" },
		{ "0", "0" },
		{ "1048576", "1048576" },
		{ "1M", "1048576" },
		{ "3g\n", "3221225472" },
		{ "68k", "69632" },
		{ "8191", "4096" },
		{ "1%", "1%" },
		{ "100%\n", "100%" },
		{ "70%", "70%" },
	};

	check_limit(heap, "70%");
	/* The last one is what it was. */
	for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
		set_limit(heap, limits[i].written);
		check_limit(heap, limits[i].read);
	}
}

TEST(limit_refuses_what_is_none)
{
	const char *const texts[] = {
		"", "\n", " 1", "1 ", "-1", "+1", "0x10", "1T", "1KB", "5x", "K",
		"%", "0%", "101%", "-1%", "1.5%", "maximum", "MAX", "1\n2",
		"18446744073709551616", "18014398509481984K", "99999999999G",
		"0000000000000000000000000000000001",
	};
	char path[512];
	int fd;

	snprintf(path, sizeof(path), CLASS "/%s/limit", heap->name);
	fd = open(path, O_WRONLY);
	CHECK(fd >= 0);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		if (*texts[i])
			CHECK_ERRNO(pwrite(fd, texts[i], strlen(texts[i]), 0),
				    EINVAL);
	check_limit(heap, "70%");
}

/* How many entries there are, or -1 and errno. */
static int try_list(const struct heap *heap, void *entries, uint32_t room,
		    uint32_t entry_size)
{
	struct dma_heap_list_data data = {
		.entries = (uintptr_t)entries,
		.nr_entries = room,
		.entry_size = entry_size,
	};

	if (ioctl(heap->fd, DMA_HEAP_IOCTL_LIST, &data))
		return -1;
	return (int)data.nr_entries;
}

static int list(const struct heap *heap, struct dma_heap_list_entry *entries,
		uint32_t room)
{
	int n = try_list(heap, entries, room, sizeof(*entries));

	CHECK(n >= 0);
	return n;
}

static void check_entry(const struct dma_heap_list_entry *entry, int buf,
			size_t buffer_len, size_t offset, size_t len)
{
	struct stat stat;

	CHECK_EQUAL(fstat(buf, &stat), 0);
	CHECK_EQUAL(entry->inode, stat.st_ino);
	CHECK_EQUAL(entry->buffer_len, buffer_len);
	CHECK_EQUAL(entry->offset, offset);
	CHECK_EQUAL(entry->len, len);
	CHECK_EQUAL(entry->uid, getuid());
	CHECK_EQUAL(entry->pid, getpid());
	CHECK(!strcmp(entry->comm, "lender"));
}

TEST(list_has_every_buffer_and_view)
{
	struct dma_heap_list_entry entries[8];
	int first, second, view, part;

	prctl(PR_SET_NAME, "lender");
	CHECK_EQUAL(list(heap, entries, 8), 0);
	first = alloc(heap, PAGES(4), O_RDWR);
	second = alloc(heap, 1, O_RDWR);
	view = make_view(heap, first, PAGES(1), PAGES(3));
	part = make_view(heap, view, PAGES(2), PAGES(1));

	CHECK_EQUAL(list(heap, entries, 8), 4);
	check_entry(&entries[0], first, PAGES(4), 0, PAGES(4));
	check_entry(&entries[1], view, PAGES(4), PAGES(1), PAGES(3));
	check_entry(&entries[2], part, PAGES(4), PAGES(3), PAGES(1));
	check_entry(&entries[3], second, PAGES(1), 0, PAGES(1));
	CHECK_EQUAL(entries[1].buffer, entries[0].buffer);
	CHECK_EQUAL(entries[2].buffer, entries[0].buffer);
	CHECK(entries[3].buffer > entries[0].buffer);

	/* A buffer is there as long as one of its views. */
	close(first);
	close(part);
	CHECK_EQUAL(list(heap, entries, 8), 2);
	check_entry(&entries[0], view, PAGES(4), PAGES(1), PAGES(3));
	close(view);
	CHECK_EQUAL(list(heap, entries, 8), 1);
	check_entry(&entries[0], second, PAGES(1), 0, PAGES(1));
}

TEST(list_tells_where_buffers_are)
{
	const size_t sizes[] = { MIB(1), PAGES(1), MIB(2), PAGES(5) };
	struct dma_heap_list_entry entries[ARRAY_SIZE(sizes)];

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
		alloc(heap, sizes[i], O_RDWR);
	CHECK_EQUAL(list(heap, entries, ARRAY_SIZE(sizes)), ARRAY_SIZE(sizes));

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		const uint64_t place = entries[i].region_offset;

		if (!has_region(heap)) {
			if (may_be_in_pieces(heap))
				CHECK(place == DMA_HEAP_NOWHERE);
			continue;
		}
		CHECK(place + sizes[i] <= (uint64_t)attribute(heap, "total"));
		CHECK_EQUAL(place % PAGES(1), 0);
		for (size_t j = 0; j < i; j++)
			CHECK(place + sizes[i] <= entries[j].region_offset ||
			      entries[j].region_offset + sizes[j] <= place);
	}
}

TEST(list_writes_what_there_is_room_for)
{
	struct dma_heap_list_entry entries[4];

	for (int i = 0; i < 3; i++)
		alloc(heap, 1, O_RDWR);
	CHECK_EQUAL(try_list(heap, NULL, 0, sizeof(*entries)), 3);
	memset(entries, 0x55, sizeof(entries));
	CHECK_EQUAL(list(heap, entries, 2), 3);
	CHECK_EQUAL(entries[1].len, page_size());
	CHECK_EQUAL(entries[2].len, 0x5555555555555555);
}

TEST(list_fills_longer_entries_with_zeros)
{
	struct {
		struct dma_heap_list_entry entry;
		uint64_t more[3];
	} entries[3];

	alloc(heap, PAGES(1), O_RDWR);
	alloc(heap, PAGES(2), O_RDWR);
	memset(entries, 0x55, sizeof(entries));
	CHECK_EQUAL(try_list(heap, entries, 3, sizeof(entries[0])), 2);
	CHECK_EQUAL(entries[0].entry.len, PAGES(1));
	CHECK_EQUAL(entries[1].entry.len, PAGES(2));
	CHECK(is_zero(entries[0].more, sizeof(entries[0].more)));
	CHECK(is_zero(entries[1].more, sizeof(entries[1].more)));
	CHECK_EQUAL(entries[2].entry.len, 0x5555555555555555);
}

TEST(list_refuses_what_makes_no_sense)
{
	struct dma_heap_list_entry entry;
	struct dma_heap_list_data data = {
		.entries = (uintptr_t)&entry,
		.nr_entries = 1,
		.entry_size = sizeof(entry),
	};
	const unsigned long shorter =
		_IOC(_IOC_READ | _IOC_WRITE, 'H', 0x81, sizeof(data) - 1);
	struct dma_heap_list_data wrong;

	wrong = data;
	wrong.flags = 1;
	CHECK_ERRNO(ioctl(heap->fd, DMA_HEAP_IOCTL_LIST, &wrong), EINVAL);
	wrong = data;
	wrong.reserved = 1;
	CHECK_ERRNO(ioctl(heap->fd, DMA_HEAP_IOCTL_LIST, &wrong), EINVAL);
	wrong = data;
	wrong.entry_size -= 8;
	CHECK_ERRNO(ioctl(heap->fd, DMA_HEAP_IOCTL_LIST, &wrong), EINVAL);
	wrong = data;
	wrong.entry_size++;
	CHECK_ERRNO(ioctl(heap->fd, DMA_HEAP_IOCTL_LIST, &wrong), EINVAL);
	CHECK_ERRNO(ioctl(heap->fd, shorter, &data), EINVAL);
	CHECK_ERRNO(ioctl(heap->fd, DMA_HEAP_IOCTL_LIST, NULL), EFAULT);

	alloc(heap, 1, O_RDWR);
	wrong = data;
	wrong.entries = 1;
	CHECK_ERRNO(ioctl(heap->fd, DMA_HEAP_IOCTL_LIST, &wrong), EFAULT);
	CHECK_EQUAL(ioctl(heap->fd, DMA_HEAP_IOCTL_LIST, &data), 0);
}

static void become_somebody(void)
{
	CHECK_EQUAL(setgroups(0, NULL), 0);
	CHECK_EQUAL(setresgid(SOMEBODY, SOMEBODY, SOMEBODY), 0);
	CHECK_EQUAL(setresuid(SOMEBODY, SOMEBODY, SOMEBODY), 0);
}

TEST(list_shows_users_their_own)
{
	struct dma_heap_list_entry entries[4];
	pid_t pid;

	alloc(heap, 1, O_RDWR);
	pid = fork_child();
	if (!pid) {
		int buf;

		prctl(PR_SET_NAME, "lender");
		become_somebody();
		CHECK_EQUAL(list(heap, entries, 4), 0);
		buf = alloc(heap, PAGES(2), O_RDWR);
		CHECK_EQUAL(list(heap, entries, 4), 1);
		check_entry(&entries[0], buf, PAGES(2), 0, PAGES(2));
		CHECK(entries[0].region_offset == DMA_HEAP_NOWHERE);
		exit(0);
	}
	check_child(pid);
	CHECK_EQUAL(list(heap, entries, 4), 1);
}

TEST(list_knows_who_has_gone)
{
	struct dma_heap_list_entry entries[2];
	pid_t pid;

	/* The child's descriptors are this process's as well. */
	fflush(stdout);
	pid = (pid_t)syscall(SYS_clone, CLONE_FILES | SIGCHLD, NULL, NULL, NULL,
			     NULL);
	CHECK(pid >= 0);
	if (!pid) {
		prctl(PR_SET_NAME, "lender");
		alloc(heap, 1, O_RDWR);
		_exit(0);
	}
	check_child(pid);
	CHECK_EQUAL(list(heap, entries, 2), 1);
	CHECK_EQUAL(entries[0].pid, 0);
	CHECK(!strcmp(entries[0].comm, "lender"));
}
