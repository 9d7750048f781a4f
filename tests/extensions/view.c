// SPDX-License-Identifier: GPL-2.0
/*
 * docs/interface.md, Views: other dma-bufs over a buffer's memory, with access
 * modes of their own.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <linux/dma-heap.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "harness.h"
#include "vgem.h"
#include "views.h"

#define PAGES(n) ((n) * page_size())

TEST(view_shows_its_part_of_the_buffer)
{
	int buf = alloc(heap, PAGES(4), O_RDWR);
	int view = make_view(heap, buf, PAGES(1), PAGES(2), O_RDWR);
	uint32_t *mem = map(buf, PAGES(4), PROT_READ | PROT_WRITE);
	uint32_t *part = map(view, PAGES(2), PROT_READ | PROT_WRITE);

	CHECK_EQUAL(lseek(view, 0, SEEK_END), (long long)PAGES(2));
	CHECK_MAP_ERRNO(mmap(NULL, PAGES(3), PROT_READ, MAP_SHARED, view, 0),
			EINVAL);
	fill(mem, PAGES(4), 1);
	check_filled(part, PAGES(2), page_size() / 4, 1);

	/* The other way round, and nothing beside it. */
	memset(part, 0, PAGES(2));
	check_filled(mem, PAGES(1), 0, 1);
	CHECK(is_zero((char *)mem + PAGES(1), PAGES(2)));
	check_filled((char *)mem + PAGES(3), PAGES(1), 3 * page_size() / 4, 1);
}

TEST(view_shows_all_of_a_large_buffer)
{
	const size_t len = MIB(5);
	int buf = alloc(heap, len, O_RDWR);
	int view = make_view(heap, buf, 0, len, O_RDONLY);
	int end = make_view(heap, buf, len - PAGES(1), PAGES(1), O_RDONLY);

	fill(map(buf, len, PROT_READ | PROT_WRITE), len, 2);
	check_filled(map(view, len, PROT_READ), len, 0, 2);
	check_filled(map(end, PAGES(1), PROT_READ), PAGES(1),
		     (len - PAGES(1)) / 4, 2);
}

TEST(view_has_an_access_mode_of_its_own)
{
	int buf = alloc(heap, PAGES(1), O_RDWR);
	int reader = make_view(heap, buf, 0, PAGES(1), O_RDONLY);
	int writer = make_view(heap, buf, 0, PAGES(1), O_WRONLY);
	void *mem = map(reader, PAGES(1), PROT_READ);

	CHECK_EQUAL(fcntl(reader, F_GETFL) & O_ACCMODE, O_RDONLY);
	CHECK_MAP_ERRNO(mmap(NULL, PAGES(1), PROT_READ | PROT_WRITE, MAP_SHARED,
			     reader, 0), EACCES);
	CHECK_ERRNO(mprotect(mem, PAGES(1), PROT_READ | PROT_WRITE), EACCES);
	CHECK_EQUAL(fcntl(writer, F_GETFL) & O_ACCMODE, O_WRONLY);
	CHECK_MAP_ERRNO(mmap(NULL, PAGES(1), PROT_READ, MAP_SHARED, writer, 0),
			EACCES);
	map(buf, PAGES(1), PROT_READ | PROT_WRITE);
}

TEST(view_allows_no_more_than_what_it_was_made_from)
{
	const struct {
		int buffer, view, error;
	} modes[] = {
		{ O_RDONLY, O_RDONLY, 0 },
		{ O_RDONLY, O_WRONLY, EACCES },
		{ O_RDONLY, O_RDWR, EACCES },
		{ O_WRONLY, O_RDONLY, EACCES },
		{ O_WRONLY, O_WRONLY, 0 },
		{ O_WRONLY, O_RDWR, EACCES },
		{ O_RDWR, O_RDONLY, 0 },
		{ O_RDWR, O_WRONLY, 0 },
		{ O_RDWR, O_RDWR, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		int buf = alloc(heap, PAGES(1), modes[i].buffer);
		int ret, view;

		ret = try_view(heap, buf, 0, PAGES(1), (uint32_t)modes[i].view,
			       &view);
		if (modes[i].error)
			CHECK_ERRNO(ret, modes[i].error);
		else
			CHECK_EQUAL(ret, 0);
		close(buf);
	}
}

TEST(view_of_a_read_only_view_is_read_only)
{
	int buf = alloc(heap, PAGES(1), O_RDWR);
	int reader = make_view(heap, buf, 0, PAGES(1), O_RDONLY);
	int view;

	CHECK_ERRNO(try_view(heap, reader, 0, PAGES(1), O_RDWR, &view), EACCES);
	make_view(heap, reader, 0, PAGES(1), O_RDONLY);
}

TEST(view_of_a_view_begins_where_that_does)
{
	int buf = alloc(heap, PAGES(6), O_RDWR);
	int view = make_view(heap, buf, PAGES(1), PAGES(4), O_RDWR);
	int part = make_view(heap, view, PAGES(2), PAGES(1), O_RDONLY);
	int out;

	fill(map(buf, PAGES(6), PROT_READ | PROT_WRITE), PAGES(6), 3);
	check_filled(map(part, PAGES(1), PROT_READ), PAGES(1), PAGES(3) / 4, 3);

	/* Its end counts, not the buffer's. */
	CHECK_ERRNO(try_view(heap, view, PAGES(3), PAGES(2), O_RDONLY, &out),
		    EINVAL);
}

TEST(view_keeps_the_memory)
{
	int bufs[MOST_BUFFERS];
	int n = take_all(heap, MIB(2), bufs);
	int view = make_view(heap, bufs[0], PAGES(1), PAGES(1), O_RDONLY);
	void *mem = map(bufs[0], MIB(2), PROT_READ | PROT_WRITE);
	int buf;

	fill(mem, MIB(2), 4);
	munmap(mem, MIB(2));
	close(bufs[0]);
	if (has_region(heap))
		CHECK_ERRNO(try_alloc(heap, MIB(2), O_RDWR, 0, &buf), ENOMEM);
	check_filled(map(view, PAGES(1), PROT_READ), PAGES(1), PAGES(1) / 4, 4);
	give_back(bufs + 1, n - 1);
}

TEST(memory_comes_back_after_the_last_view)
{
	int bufs[MOST_BUFFERS], views[MOST_BUFFERS];
	int n = take_all(heap, MIB(2), bufs);

	for (int i = 0; i < n; i++)
		views[i] = make_view(heap, bufs[i], 0, MIB(2), O_RDONLY);
	give_back(bufs, n);
	give_back(views, n);
	CHECK_EQUAL(take_all(heap, MIB(2), bufs), n);
}

TEST(buffer_outlives_its_views)
{
	int buf = alloc(heap, PAGES(2), O_RDWR);
	uint32_t *mem = map(buf, PAGES(2), PROT_READ | PROT_WRITE);

	close(make_view(heap, buf, 0, PAGES(1), O_RDWR));
	fill(mem, PAGES(2), 5);
	check_filled(mem, PAGES(2), 0, 5);
}

TEST(view_tells_its_size_and_heap)
{
	int buf = alloc(heap, PAGES(3), O_RDWR);
	int view = make_view(heap, buf, 0, PAGES(2), O_RDONLY);
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", view);
	CHECK_EQUAL(proc_number(path, "size:"), (long long)PAGES(2));
	CHECK_EQUAL(ioctl(view, DMA_BUF_SET_NAME, "plane"), 0);
}

TEST(view_can_be_bracketed)
{
	const uint64_t flags[] = {
		DMA_BUF_SYNC_READ, DMA_BUF_SYNC_WRITE, DMA_BUF_SYNC_RW,
	};
	int buf = alloc(heap, PAGES(2), O_RDWR);
	int views[] = {
		make_view(heap, buf, 0, PAGES(1), O_RDONLY),
		make_view(heap, buf, PAGES(1), PAGES(1), O_RDWR),
	};

	for (size_t v = 0; v < ARRAY_SIZE(views); v++)
		for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
			struct dma_buf_sync sync = {
				.flags = flags[i] | DMA_BUF_SYNC_START,
			};

			CHECK_EQUAL(ioctl(views[v], DMA_BUF_IOCTL_SYNC, &sync),
				    0);
			sync.flags = flags[i] | DMA_BUF_SYNC_END;
			CHECK_EQUAL(ioctl(views[v], DMA_BUF_IOCTL_SYNC, &sync),
				    0);
		}
}

TEST(view_answer_changes_the_descriptor_only)
{
	int buf = alloc(heap, PAGES(2), O_RDWR);
	struct dma_heap_view_data data = {
		.offset = PAGES(1),
		.len = PAGES(1),
		.buffer_fd = (uint32_t)buf,
		.fd_flags = O_RDONLY | O_CLOEXEC,
	};
	struct dma_heap_view_data expected = data;

	CHECK_EQUAL(ioctl(heap->fd, DMA_HEAP_IOCTL_VIEW, &data), 0);
	CHECK_EQUAL(fcntl((int)data.fd, F_GETFD), FD_CLOEXEC);
	expected.fd = data.fd;
	CHECK(!memcmp(&data, &expected, sizeof(data)));
	CHECK_EQUAL(fcntl(make_view(heap, buf, 0, PAGES(1), O_RDONLY), F_GETFD),
		    0);
}

TEST(view_of_a_bad_range_is_einval)
{
	int buf = alloc(heap, PAGES(4), O_RDWR);
	const struct {
		uint64_t offset, len;
	} ranges[] = {
		{ 0, 0 },
		{ 0, PAGES(5) },
		{ PAGES(1), PAGES(4) },
		{ PAGES(4), PAGES(1) },
		{ PAGES(5), PAGES(1) },
		{ 0, PAGES(1) - 1 },
		{ 0, PAGES(1) + 1 },
		{ 1, PAGES(1) },
		{ PAGES(1), UINT64_MAX },
		{ PAGES(1), -(uint64_t)PAGES(1) },
		{ -(uint64_t)PAGES(1), PAGES(1) },
		{ -(uint64_t)PAGES(1), PAGES(2) },
		{ 1ull << 32, PAGES(1) },
		{ 0, (1ull << 32) + PAGES(1) },
	};
	const unsigned int fds = count_fds();
	int view;

	for (size_t i = 0; i < ARRAY_SIZE(ranges); i++)
		CHECK_ERRNO(try_view(heap, buf, ranges[i].offset, ranges[i].len,
				     O_RDONLY, &view), EINVAL);
	CHECK_EQUAL(count_fds(), fds);
}

TEST(view_with_a_bad_field_is_einval)
{
	struct dma_heap_view_data good = {
		.len = PAGES(1),
		.buffer_fd = (uint32_t)alloc(heap, PAGES(1), O_RDWR),
		.fd_flags = O_RDWR,
	};
	const unsigned int fds = count_fds();
	struct dma_heap_view_data data = good;

	data.fd = 1;
	CHECK_ERRNO(ioctl(heap->fd, DMA_HEAP_IOCTL_VIEW, &data), EINVAL);
	data = good;
	data.fd_flags = O_ACCMODE;
	CHECK_ERRNO(ioctl(heap->fd, DMA_HEAP_IOCTL_VIEW, &data), EINVAL);
	for (int bit = 0; bit < 32; bit++) {
		data = good;
		data.flags = 1u << bit;
		CHECK_ERRNO(ioctl(heap->fd, DMA_HEAP_IOCTL_VIEW, &data), EINVAL);
		data = good;
		data.fd_flags |= 1u << bit;
		if (!(1u << bit & (O_CLOEXEC | O_ACCMODE)))
			CHECK_ERRNO(ioctl(heap->fd, DMA_HEAP_IOCTL_VIEW, &data),
				    EINVAL);
	}
	CHECK_EQUAL(count_fds(), fds);
}

TEST(view_structure_may_be_longer_and_not_shorter)
{
	struct {
		struct dma_heap_view_data data;
		uint64_t more;
	} request = {
		.data = {
			.len = PAGES(1),
			.buffer_fd = (uint32_t)alloc(heap, PAGES(1), O_RDWR),
			.fd_flags = O_RDWR,
		},
		.more = UINT64_MAX,
	};

	for (unsigned int size = 0; size < sizeof(request.data); size++)
		CHECK_ERRNO(ioctl(heap->fd, _IOC(_IOC_READ | _IOC_WRITE,
						 DMA_HEAP_IOC_MAGIC,
						 _IOC_NR(DMA_HEAP_IOCTL_VIEW),
						 size), &request), EINVAL);
	CHECK_EQUAL(ioctl(heap->fd, _IOC(_IOC_READ | _IOC_WRITE,
					 DMA_HEAP_IOC_MAGIC,
					 _IOC_NR(DMA_HEAP_IOCTL_VIEW),
					 sizeof(request)), &request), 0);
	CHECK(request.more == UINT64_MAX);
}

TEST(view_of_a_foreign_buffer_is_einval)
{
	int view;

	CHECK_ERRNO(try_view(heap, export_from_vgem(PAGES(1)), 0, PAGES(1),
			     O_RDONLY, &view), EINVAL);
}

TEST(view_of_what_is_no_buffer_is_refused)
{
	int view;

	CHECK_ERRNO(try_view(heap, heap->fd, 0, PAGES(1), O_RDONLY, &view),
		    EINVAL);
	CHECK_ERRNO(try_view(heap, -1, 0, PAGES(1), O_RDONLY, &view), EBADF);
	CHECK_ERRNO(try_view(heap, 1000, 0, PAGES(1), O_RDONLY, &view), EBADF);
}

TEST(view_errors_have_an_order)
{
	int buf = alloc(heap, PAGES(2), O_RDONLY), view;

	CHECK_ERRNO(try_view(heap, -1, 0, PAGES(1), O_ACCMODE, &view), EINVAL);
	CHECK_ERRNO(try_view(heap, -1, PAGES(9), PAGES(1), O_RDWR, &view), EBADF);
	CHECK_ERRNO(try_view(heap, buf, PAGES(9), PAGES(1), O_RDWR, &view),
		    EINVAL);
	CHECK_ERRNO(try_view(heap, buf, 0, PAGES(1), O_RDWR, &view), EACCES);
}

/* Two names of one heap have the same buffers: none of the others will do. */
TEST(view_of_another_heaps_buffer_is_exdev)
{
	DIR *dir = opendir(CLASS);
	struct dirent *entry;
	int others = 0, view;

	CHECK(dir);
	while ((entry = readdir(dir))) {
		struct heap other = { .name = entry->d_name };
		char path[512], kind[2][64] = { "", "" };

		if (entry->d_name[0] == '.')
			continue;
		for (int i = 0; i < 2; i++) {
			FILE *file;

			snprintf(path, sizeof(path), CLASS "/%s/type",
				 i ? other.name : heap->name);
			file = fopen(path, "r");
			CHECK(file && fgets(kind[i], sizeof(kind[i]), file));
			fclose(file);
		}
		if (!strcmp(kind[0], kind[1]))
			continue;
		other.fd = open_heap(other.name);
		CHECK_ERRNO(try_view(heap, alloc(&other, PAGES(1), O_RDWR), 0,
				     PAGES(1), O_RDONLY, &view), EXDEV);
		others++;
	}
	closedir(dir);
	CHECK(others);
}

TEST(view_bad_pointer_is_efault_and_leaves_nothing)
{
	const struct dma_heap_view_data request = {
		.len = PAGES(1),
		.buffer_fd = (uint32_t)alloc(heap, PAGES(1), O_RDWR),
		.fd_flags = O_RDWR,
	};
	const unsigned int fds = count_fds();

	CHECK_ERRNO(ioctl(heap->fd, DMA_HEAP_IOCTL_VIEW, NULL), EFAULT);
	CHECK_ERRNO(ioctl(heap->fd, DMA_HEAP_IOCTL_VIEW,
			  read_only_copy(&request, sizeof(request))), EFAULT);
	CHECK_EQUAL(count_fds(), fds);
}

/* The answer is fd alone: of 2 * 31 tries, it can be written in 20 + 8. */
TEST(view_answer_on_read_only_page_is_efault)
{
	const struct dma_heap_view_data request = {
		.len = PAGES(1),
		.buffer_fd = (uint32_t)alloc(heap, PAGES(1), O_RDWR),
		.fd_flags = O_RDWR,
	};

	CHECK_EQUAL(fail_across_pages(heap, DMA_HEAP_IOCTL_VIEW, &request,
				      sizeof(request)), 2 * 31 - 20 - 8);
}

TEST(view_without_a_free_descriptor_is_emfile)
{
	int buf = alloc(heap, PAGES(1), O_RDWR), view;
	struct rlimit limit = { .rlim_cur = count_fds() + 3, .rlim_max = 4096 };

	CHECK_EQUAL(setrlimit(RLIMIT_NOFILE, &limit), 0);
	while (dup(heap->fd) >= 0)
		;
	CHECK_ERRNO(try_view(heap, buf, 0, PAGES(1), O_RDONLY, &view), EMFILE);
	close((int)limit.rlim_cur - 1);
	make_view(heap, buf, 0, PAGES(1), O_RDONLY);
}
