// SPDX-License-Identifier: GPL-2.0
/* docs/interface.md, Queries: what a heap is, and where a buffer is. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-heap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "harness.h"
#include "sysfs.h"
#include "vgem.h"
#include "views.h"

#define PAGES(n) ((n) * page_size())
#define SOMEBODY 1000

#define QUERY_OF(size)							\
	_IOC(_IOC_READ | _IOC_WRITE, DMA_HEAP_IOC_MAGIC, 0x82, (size))
#define QUERY_BUFFER_OF(size)						\
	_IOC(_IOC_READ | _IOC_WRITE, DMA_HEAP_IOC_MAGIC, 0x83, (size))

static struct dma_heap_query_data query(const struct heap *heap, uint64_t len)
{
	struct dma_heap_query_data data = { .len = len };

	CHECK_EQUAL(ioctl(heap->fd, DMA_HEAP_IOCTL_QUERY, &data), 0);
	CHECK_EQUAL(data.len, len);
	CHECK_EQUAL(data.reserved, 0);
	return data;
}

static int try_phase(const struct heap *heap, int buf, uint64_t *phase)
{
	struct dma_heap_query_buffer_data data = { .buffer_fd = (uint32_t)buf };

	if (ioctl(heap->fd, DMA_HEAP_IOCTL_QUERY_BUFFER, &data))
		return -1;
	*phase = data.phase;
	return 0;
}

static uint64_t phase_of(const struct heap *heap, int buf)
{
	uint64_t phase;

	CHECK_EQUAL(try_phase(heap, buf, &phase), 0);
	CHECK(phase < DMA_HEAP_PHASES);
	CHECK_EQUAL(phase % page_size(), 0);
	return phase;
}

TEST(query_tells_what_attributes_tell)
{
	struct dma_heap_query_data data;
	char type[MOST_TEXT];

	/* Where it is not known before, a request finds the region. */
	close(alloc(heap, 1, O_RDWR));
	data = query(heap, 0);
	attribute_text(heap, "type", type);
	CHECK(!strcmp(data.type, type));
	CHECK_EQUAL(!!(data.flags & DMA_HEAP_QUERY_CONTIGUOUS),
		    attribute(heap, "contiguous"));
	CHECK_EQUAL(!!(data.flags & DMA_HEAP_QUERY_CPU_ACCESS),
		    attribute(heap, "cpu_access"));
	CHECK_EQUAL(data.flags & ~(DMA_HEAP_QUERY_CONTIGUOUS |
				   DMA_HEAP_QUERY_CPU_ACCESS), 0);
	if (has_attribute(heap, "total"))
		CHECK_EQUAL(data.region_len, attribute(heap, "total"));
	else
		CHECK_EQUAL(data.region_len, 0);
}

/* Names of one region are one heap's; without a region each is a heap. */
static bool same_heap(const struct heap *heap, const struct heap *other)
{
	char regions[2][MOST_TEXT];

	if (!has_attribute(heap, "region") || !has_attribute(other, "region"))
		return !strcmp(heap->name, other->name);
	attribute_text(heap, "region", regions[0]);
	attribute_text(other, "region", regions[1]);
	return !strcmp(regions[0], regions[1]);
}

TEST(query_tells_names_of_one_heap_from_heaps)
{
	const uint64_t id = query(heap, 0).id;
	DIR *dir = opendir(CLASS);
	struct dirent *entry;
	int names = 0;

	CHECK(dir);
	while ((entry = readdir(dir))) {
		struct heap other = { .name = entry->d_name };

		if (entry->d_name[0] == '.')
			continue;
		other.fd = open_heap(other.name);
		CHECK_EQUAL(query(&other, 0).id == id, same_heap(heap, &other));
		close(other.fd);
		names++;
	}
	closedir(dir);
	CHECK(names > 1);
}

TEST(query_tells_the_alignment)
{
	const bool aligned = !may_be_in_pieces(heap);
	const struct {
		uint64_t len, alignment;
	} sizes[] = {
		{ 0, page_size() },
		{ 1, page_size() },
		{ PAGES(3), PAGES(4) },
		{ MIB(1), MIB(1) },
		{ MIB(8) - PAGES(1), MIB(1) },
		{ MIB(8), MIB(2) },
		{ UINT64_MAX, MIB(2) },
	};

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
		CHECK_EQUAL(query(heap, sizes[i].len).alignment,
			    aligned ? sizes[i].alignment : page_size());
}

TEST(buffers_have_the_alignment_that_query_tells)
{
	const size_t sizes[] = {
		PAGES(1), PAGES(3), PAGES(5), MIB(1), PAGES(1), MIB(3),
		MIB(8), PAGES(2), MIB(8) + PAGES(1),
	};

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		int buf = alloc(heap, sizes[i], O_RDWR);

		CHECK_EQUAL(phase_of(heap, buf) %
			    query(heap, sizes[i]).alignment, 0);
	}
}

static int by_offset(const void *a, const void *b)
{
	const struct dma_heap_list_entry *left = a, *right = b;

	return left->region_offset < right->region_offset ? -1 : 1;
}

/* The first of @n buffers of 1 MiB that follow each other, from an odd MiB on. */
static int find_row(const struct dma_heap_list_entry *entries, int nr, int n)
{
	for (int i = 0; i + n <= nr; i++)
		if (entries[i].offset / MIB(1) % 2 &&
		    entries[i + n - 1].region_offset ==
		    entries[i].region_offset + (n - 1) * MIB(1))
			return i;
	return -1;
}

/* The preferred 2 MiB are no reason to fail. */
TEST(large_buffer_fits_between_odd_mib)
{
	const int nr_free = 8;
	static struct dma_heap_list_entry entries[MOST_BUFFERS];
	static int bufs[MOST_BUFFERS];
	struct dma_heap_list_data data = {
		.entries = (uintptr_t)entries,
		.nr_entries = MOST_BUFFERS,
		.entry_size = sizeof(entries[0]),
	};
	int n, first, buf;

	if (may_be_in_pieces(heap) || !has_region(heap))
		return;
	n = take_all(heap, MIB(1), bufs);
	CHECK_EQUAL(ioctl(heap->fd, DMA_HEAP_IOCTL_LIST, &data), 0);
	CHECK_EQUAL(data.nr_entries, n);
	/* Entries are in the order of allocation; keep what is not used here. */
	for (int i = 0; i < n; i++) {
		entries[i].inode = i;
		entries[i].offset = phase_of(heap, bufs[i]);
	}
	qsort(entries, n, sizeof(entries[0]), by_offset);
	first = find_row(entries, n, nr_free);
	CHECK(first >= 0);
	for (int i = first; i < first + nr_free; i++)
		close(bufs[entries[i].inode]);

	buf = alloc(heap, nr_free * MIB(1), O_RDWR);
	CHECK_EQUAL(phase_of(heap, buf), MIB(1));
}

TEST(query_may_ask_less_and_more)
{
	const unsigned char filler = 0x55;
	struct {
		struct dma_heap_query_data data;
		uint64_t more;
	} asked, all = { .data = query(heap, MIB(1)), .more = UINT64_MAX };
	const size_t least = offsetof(struct dma_heap_query_data, id);

	for (size_t size = 0; size <= sizeof(asked); size++) {
		const size_t told = size < sizeof(asked.data) ?
				    size : sizeof(asked.data);

		memset(&asked, filler, sizeof(asked));
		asked.data.len = MIB(1);
		asked.data.flags = 0;
		asked.data.reserved = 0;
		if (size < least) {
			CHECK_ERRNO(ioctl(heap->fd, QUERY_OF(size), &asked),
				    EINVAL);
			continue;
		}
		CHECK_EQUAL(ioctl(heap->fd, QUERY_OF(size), &asked), 0);
		CHECK(!memcmp(&asked, &all, told));
		for (size_t i = told; i < sizeof(asked); i++)
			CHECK_EQUAL(((unsigned char *)&asked)[i], filler);
	}
}

TEST(query_with_a_bad_field_is_einval)
{
	struct dma_heap_query_buffer_data buffer = {
		.buffer_fd = (uint32_t)alloc(heap, 1, O_RDWR),
	};

	for (int bit = 0; bit < 32; bit++) {
		struct dma_heap_query_data data = { .flags = 1u << bit };

		CHECK_ERRNO(ioctl(heap->fd, DMA_HEAP_IOCTL_QUERY, &data),
			    EINVAL);
		data.flags = 0;
		data.reserved = 1u << bit;
		CHECK_ERRNO(ioctl(heap->fd, DMA_HEAP_IOCTL_QUERY, &data),
			    EINVAL);
		buffer.flags = 1u << bit;
		CHECK_ERRNO(ioctl(heap->fd, DMA_HEAP_IOCTL_QUERY_BUFFER,
				  &buffer), EINVAL);
	}
}

TEST(bad_pointer_to_a_query_is_efault)
{
	const struct dma_heap_query_buffer_data buffer = {
		.buffer_fd = (uint32_t)alloc(heap, 1, O_RDWR),
	};
	const struct dma_heap_query_data query = { 0 };

	CHECK_ERRNO(ioctl(heap->fd, DMA_HEAP_IOCTL_QUERY, NULL), EFAULT);
	CHECK_ERRNO(ioctl(heap->fd, DMA_HEAP_IOCTL_QUERY_BUFFER, NULL), EFAULT);
	CHECK_ERRNO(ioctl(heap->fd, DMA_HEAP_IOCTL_QUERY,
			  read_only_copy(&query, sizeof(query))), EFAULT);
	CHECK_ERRNO(ioctl(heap->fd, DMA_HEAP_IOCTL_QUERY_BUFFER,
			  read_only_copy(&buffer, sizeof(buffer))), EFAULT);
}

TEST(query_answer_on_read_only_page_is_efault)
{
	const struct dma_heap_query_buffer_data buffer = {
		.buffer_fd = (uint32_t)alloc(heap, 1, O_RDWR),
	};
	const struct dma_heap_query_data query = { 0 };

	CHECK_EQUAL(fail_across_pages(heap, DMA_HEAP_IOCTL_QUERY, &query,
				      sizeof(query)), 2 * (sizeof(query) - 1));
	CHECK_EQUAL(fail_across_pages(heap, DMA_HEAP_IOCTL_QUERY_BUFFER,
				      &buffer, sizeof(buffer)),
		    2 * (sizeof(buffer) - 1));
}

TEST(users_may_query)
{
	int buf = alloc(heap, 1, O_RDWR);
	pid_t pid = fork_child();

	if (!pid) {
		CHECK_EQUAL(setresuid(SOMEBODY, SOMEBODY, SOMEBODY), 0);
		query(heap, 1);
		phase_of(heap, buf);
		exit(0);
	}
	check_child(pid);
}

TEST(view_is_as_far_on_as_it_begins)
{
	const size_t offsets[] = { 0, PAGES(1), MIB(1), MIB(2) - PAGES(1) };
	int buf = alloc(heap, MIB(2), O_RDWR);

	for (size_t i = 0; i < ARRAY_SIZE(offsets); i++) {
		int view = make_view(heap, buf, offsets[i], PAGES(1), O_RDONLY);
		const uint64_t phase = phase_of(heap, view);

		if (!may_be_in_pieces(heap))
			CHECK_EQUAL(phase, (phase_of(heap, buf) + offsets[i]) %
					   DMA_HEAP_PHASES);
	}
}

/* Where buffers are in a region is told to root: what differs must agree. */
TEST(phases_are_those_of_the_memory)
{
	const size_t sizes[] = { PAGES(1), PAGES(3), MIB(1), MIB(3), PAGES(1) };
	struct dma_heap_list_entry entries[ARRAY_SIZE(sizes)];
	struct dma_heap_list_data data = {
		.entries = (uintptr_t)entries,
		.nr_entries = ARRAY_SIZE(sizes),
		.entry_size = sizeof(entries[0]),
	};
	uint64_t phases[ARRAY_SIZE(sizes)];

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
		phases[i] = phase_of(heap, alloc(heap, sizes[i], O_RDWR));
	CHECK_EQUAL(ioctl(heap->fd, DMA_HEAP_IOCTL_LIST, &data), 0);
	CHECK_EQUAL(data.nr_entries, ARRAY_SIZE(sizes));
	for (size_t i = 1; has_region(heap) && i < ARRAY_SIZE(sizes); i++)
		CHECK_EQUAL((entries[i].region_offset -
			     entries[0].region_offset) % DMA_HEAP_PHASES,
			    (phases[i] - phases[0]) % DMA_HEAP_PHASES);
}

TEST(query_phase_of_foreign_buffer_is_refused)
{
	struct dma_heap_query_buffer_data data = {
		.buffer_fd = (uint32_t)alloc(heap, 1, O_RDWR),
	};
	struct heap other = {
		.name = may_be_in_pieces(heap) ? "system-contiguous" :
						 "system-dma32",
	};
	uint64_t phase;

	other.fd = open_heap(other.name);
	CHECK_ERRNO(try_phase(heap, alloc(&other, 1, O_RDWR), &phase), EXDEV);
	CHECK_ERRNO(try_phase(heap, export_from_vgem(PAGES(1)), &phase),
		    EINVAL);
	CHECK_ERRNO(try_phase(heap, heap->fd, &phase), EINVAL);
	CHECK_ERRNO(try_phase(heap, -1, &phase), EBADF);
	for (unsigned int size = 0; size < sizeof(data); size++)
		CHECK_ERRNO(ioctl(heap->fd, QUERY_BUFFER_OF(size), &data),
			    EINVAL);
}
