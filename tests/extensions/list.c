// SPDX-License-Identifier: GPL-2.0
/* docs/interface.md, Lists: what dma-bufs there are over memory of a heap. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/dma-heap.h>
#include <linux/userfaultfd.h>
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
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"
#include "sysfs.h"
#include "views.h"

#define PAGES(n) ((n) * page_size())
#define SOMEBODY 1000

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
	view = make_view(heap, first, PAGES(1), PAGES(3), O_RDONLY);
	part = make_view(heap, view, PAGES(2), PAGES(1), O_RDONLY);

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
	wrong = data;
	wrong.entry_size = 4096 + 8;
	CHECK_ERRNO(ioctl(heap->fd, DMA_HEAP_IOCTL_LIST, &wrong), EINVAL);
	CHECK_ERRNO(ioctl(heap->fd, shorter, &data), EINVAL);
	CHECK_ERRNO(ioctl(heap->fd, DMA_HEAP_IOCTL_LIST, NULL), EFAULT);

	alloc(heap, 1, O_RDWR);
	wrong = data;
	wrong.entries = 1;
	CHECK_ERRNO(ioctl(heap->fd, DMA_HEAP_IOCTL_LIST, &wrong), EFAULT);
	CHECK_ERRNO(ioctl(heap->fd, DMA_HEAP_IOCTL_LIST,
			  read_only_copy(&data, sizeof(data))), EFAULT);
	CHECK_EQUAL(ioctl(heap->fd, DMA_HEAP_IOCTL_LIST, &data), 0);
}

TEST(list_answer_on_read_only_page_is_efault)
{
	struct dma_heap_list_entry entry;
	const struct dma_heap_list_data data = {
		.entries = (uintptr_t)&entry,
		.nr_entries = 2,
		.entry_size = sizeof(entry),
	};

	alloc(heap, 1, O_RDWR);
	CHECK_EQUAL(fail_across_pages(heap, DMA_HEAP_IOCTL_LIST, &data,
				      sizeof(data)), 2 * (sizeof(data) - 1));
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

/* A child whose descriptors are those of this process. */
static pid_t fork_with_files(void)
{
	pid_t pid;

	fflush(stdout);
	pid = (pid_t)syscall(SYS_clone, CLONE_FILES | SIGCHLD, NULL, NULL, NULL,
			     NULL);
	CHECK(pid >= 0);
	return pid;
}

TEST(list_knows_who_has_gone)
{
	struct dma_heap_list_entry entries[2];
	pid_t pid;

	pid = fork_with_files();
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

/* More than the kernel may visit in one go. */
#define MANY 100

/* A page that is not there before add_page(). */
static void *missing_page(int *uffd)
{
	struct uffdio_register range = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	struct uffdio_api api = { .api = UFFD_API };
	void *page = mmap(NULL, page_size(), PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(page != MAP_FAILED);
	*uffd = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
	CHECK(*uffd >= 0);
	CHECK_EQUAL(ioctl(*uffd, UFFDIO_API, &api), 0);
	range.range.start = (uintptr_t)page;
	range.range.len = page_size();
	CHECK_EQUAL(ioctl(*uffd, UFFDIO_REGISTER, &range), 0);
	return page;
}

/* A child that lists into a missing page, and has to see @n entries. */
static pid_t start_list(const struct heap *heap, bool somebody, int n,
			int *uffd)
{
	const size_t room = page_size() / sizeof(struct dma_heap_list_entry);
	int ends[2];
	pid_t pid;

	CHECK_EQUAL(pipe(ends), 0);
	pid = fork_with_files();
	if (!pid) {
		void *page = missing_page(uffd);

		CHECK_EQUAL(write(ends[1], uffd, sizeof(*uffd)),
			    sizeof(*uffd));
		if (somebody)
			become_somebody();
		CHECK_EQUAL(list(heap, page, (uint32_t)room), n);
		_exit(0);
	}
	CHECK_EQUAL(read(ends[0], uffd, sizeof(*uffd)), sizeof(*uffd));
	return pid;
}

static uint64_t wait_for_access(int uffd)
{
	struct uffd_msg msg;

	CHECK_EQUAL(read(uffd, &msg, sizeof(msg)), sizeof(msg));
	CHECK_EQUAL(msg.event, UFFD_EVENT_PAGEFAULT);
	return msg.arg.pagefault.address & ~(page_size() - 1);
}

static void add_page(int uffd, uint64_t page)
{
	struct uffdio_zeropage zero = {
		.range = { .start = page, .len = page_size() },
	};

	CHECK_EQUAL(ioctl(uffd, UFFDIO_ZEROPAGE, &zero), 0);
}

/* While a list waits for its array, @last goes: it must not have been visited. */
static void check_batches(const struct heap *heap, bool somebody, int last,
			  int n)
{
	int uffd;
	pid_t pid = start_list(heap, somebody, n, &uffd);
	const uint64_t page = wait_for_access(uffd);

	close(last);
	alloc(heap, 1, O_RDWR);
	CHECK(list(heap, NULL, 0) > MANY);
	add_page(uffd, page);
	check_child(pid);
}

static int make_views(const struct heap *heap)
{
	int buf = alloc(heap, 1, O_RDWR), view = -1;

	for (int i = 0; i < MANY; i++)
		view = make_view(heap, buf, 0, PAGES(1), O_RDONLY);
	return view;
}

static int alloc_by_somebody(const struct heap *heap)
{
	pid_t pid = fork_with_files();
	int status;

	if (!pid) {
		become_somebody();
		_exit(alloc(heap, 1, O_RDWR));
	}
	CHECK_EQUAL(waitpid(pid, &status, 0), pid);
	CHECK(WIFEXITED(status));
	return WEXITSTATUS(status);
}

TEST(list_of_many_views_is_made_in_batches)
{
	check_batches(heap, false, make_views(heap), MANY);
}

/* What a user does not see takes time as well. */
TEST(list_of_few_among_many_is_made_in_batches)
{
	alloc_by_somebody(heap);
	make_views(heap);
	check_batches(heap, true, alloc_by_somebody(heap), 1);
}
