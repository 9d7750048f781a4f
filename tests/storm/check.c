// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-heap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "check.h"
#include "worker.h"

#define MOST_PATH 256
#define MOST_ENTRIES 512

/* Longer than what is put off takes. */
#define SOON_MS 10000

const char *const count_names[NR_COUNTS] = {
	[USED] = "used",
	[PEAK] = "peak",
	[BUFFERS] = "buffers",
	[ALLOCATIONS] = "allocations",
	[LARGEST_SUCCESS] = "largest_success",
	[SMALLEST_FAILURE] = "smallest_failure",
	[FAILURES_LIMIT] = "failures_limit",
	[FAILURES_MEMORY] = "failures_memory",
	[FAILURES_OTHER] = "failures_other",
};

static int open_attribute(const struct model_heap *heap, const char *name,
			  int flags)
{
	char path[MOST_PATH];

	snprintf(path, sizeof(path), CLASS "/%s/%s", heap->name, name);
	return open(path, flags | O_CLOEXEC);
}

void heap_text(const struct model_heap *heap, const char *name, char *text,
	       size_t size)
{
	const int fd = open_attribute(heap, name, O_RDONLY);
	ssize_t len;

	if (fd < 0)
		fail(__FILE__, __LINE__, "%s has no %s", heap->name, name);
	len = read(fd, text, size - 1);
	CHECK(len > 0);
	close(fd);
	text[len - 1] = '\0';
}

uint64_t heap_number(const struct model_heap *heap, const char *name)
{
	char text[32];

	heap_text(heap, name, text, sizeof(text));
	return strtoull(text, NULL, 10);
}

int heap_set(const struct model_heap *heap, const char *name, const char *text)
{
	const int fd = open_attribute(heap, name, O_WRONLY);
	ssize_t len;
	int error;

	if (fd < 0)
		return -1;
	len = write(fd, text, strlen(text));
	error = errno;
	close(fd);
	errno = error;
	return len < 0 ? -1 : 0;
}

void wait_until_at_most(const struct model_heap *heap, const char *name,
			uint64_t most)
{
	uint64_t seen = heap_number(heap, name);

	for (int ms = 0; ms < SOON_MS && seen > most; ms += 10) {
		usleep(10000);
		seen = heap_number(heap, name);
	}
	if (seen > most)
		fail(__FILE__, __LINE__, "%s: %s is %llu and stays above %llu",
		     heap->name, name, (unsigned long long)seen,
		     (unsigned long long)most);
}

void check_answer(const char *file, int line, const struct answer *answer,
		  int expected)
{
	const int error = answer->ret < 0 ? answer->error : 0;

	if (error != expected)
		fail(file, line, "the answer is %s, not %s",
		     error ? strerrorname_np(error) : "success",
		     expected ? strerrorname_np(expected) : "success");
}

static void check_counts(const struct model_heap *heap)
{
	for (int i = 0; i < NR_COUNTS; i++) {
		uint64_t seen = heap_number(heap, count_names[i]);

		if (seen != heap->counts[i])
			fail(__FILE__, __LINE__, "%s: %s is %llu, not %llu",
			     heap->name, count_names[i],
			     (unsigned long long)seen,
			     (unsigned long long)heap->counts[i]);
	}
}

/* What is so whoever else uses the heap. */
static void check_bounds(const struct model_heap *heap)
{
	CHECK(heap_number(heap, "used") >= heap->counts[USED]);
	CHECK(heap_number(heap, "buffers") >= heap->counts[BUFFERS]);
	CHECK(heap_number(heap, "peak") >= heap->counts[PEAK]);
	CHECK(heap_number(heap, "allocations") >= heap->counts[ALLOCATIONS]);
}

static void check_pool(const struct model_heap *heap)
{
	const uint64_t pooled = heap_number(heap, "pooled");

	CHECK(pooled <= heap->quota->total);
	if (!is_alone())
		return;
	CHECK_EQUAL((long long)(heap_number(heap, "pool_hits") +
				heap_number(heap, "pool_misses")),
		    (long long)heap->pool.looked);
	CHECK(pooled + heap->counts[USED] <= heap->quota->total ||
	      heap->type == CONTIGUOUS);
	if (!heap->pool.prepared)
		wait_until_at_most(heap, "pooled", heap->pool.limit);
}

static const struct model_file *file_of(uint64_t inode)
{
	for (int i = 0; i < MOST_FILES; i++)
		if (files[i].refs && files[i].kind == BUFFER_FILE &&
		    files[i].inode == inode)
			return &files[i];
	return NULL;
}

static void check_entry(const struct model_heap *heap,
			const struct dma_heap_list_entry *entry)
{
	const struct model_file *file = file_of(entry->inode);
	const struct model_buffer *buffer;

	/* Somebody else's. */
	if (!file && !is_alone())
		return;
	if (!file)
		fail(__FILE__, __LINE__, "%s lists a dma-buf that is gone",
		     heap->name);
	buffer = file->buffer;
	CHECK(buffer->heap == heap);
	CHECK_EQUAL(entry->buffer_len, buffer->len);
	CHECK_EQUAL(entry->offset, file->first);
	CHECK_EQUAL(entry->len, file->len);
	CHECK_EQUAL(entry->uid, buffer->user ? buffer->user + FIRST_UID : 0);
	CHECK_EQUAL(entry->pid, buffer->lives ? buffer->process : 0);
	CHECK(!strcmp(entry->comm, "storm"));
	if (buffer->number) {
		CHECK_EQUAL(entry->buffer, buffer->number);
		if (heap->whole)
			CHECK_EQUAL(entry->region_offset, buffer->place);
	}
}

/* In the order in which buffers, and views of each, were made. */
static void check_order(const struct dma_heap_list_entry *entries, uint32_t n)
{
	for (uint32_t i = 1; i < n; i++) {
		const struct model_file *before = file_of(entries[i - 1].inode);
		const struct model_file *file = file_of(entries[i].inode);

		CHECK(entries[i - 1].buffer <= entries[i].buffer);
		if (entries[i - 1].buffer == entries[i].buffer && file && before)
			CHECK(before->age < file->age);
	}
}

uint32_t count_views(const struct model_heap *heap, unsigned int user)
{
	uint32_t n = 0;

	for (int i = 0; i < MOST_FILES; i++)
		n += files[i].refs && files[i].kind == BUFFER_FILE &&
		     files[i].buffer->heap == heap &&
		     (!user || files[i].buffer->user == user);
	return n;
}

static uint32_t list(const struct model_heap *heap,
		     struct dma_heap_list_entry entries[MOST_ENTRIES])
{
	struct dma_heap_list_data data = {
		.entries = (uintptr_t)entries,
		.nr_entries = MOST_ENTRIES,
		.entry_size = sizeof(entries[0]),
	};
	const int fd = open_heap(heap->name);

	CHECK_EQUAL(ioctl(fd, DMA_HEAP_IOCTL_LIST, &data), 0);
	close(fd);
	CHECK(data.nr_entries <= MOST_ENTRIES);
	return data.nr_entries;
}

static void check_list(const struct model_heap *heap)
{
	static struct dma_heap_list_entry entries[MOST_ENTRIES];
	const uint32_t n = list(heap, entries);

	if (is_alone())
		CHECK_EQUAL(n, count_views(heap, 0));
	else
		CHECK(n >= count_views(heap, 0));
	for (uint32_t i = 0; i < n; i++)
		check_entry(heap, &entries[i]);
	check_order(entries, n);
}

void check_heap(const struct model_heap *heap)
{
	if (!heap->there)
		return;
	if (is_alone())
		check_counts(heap);
	else
		check_bounds(heap);
	if (heap->pool.there)
		check_pool(heap);
	check_list(heap);
}

void check_all_heaps(void)
{
	for (int i = 0; i < MOST_HEAPS; i++)
		check_heap(&heaps[i]);
}

static bool overlap(const struct dma_heap_list_entry *a,
		    const struct dma_heap_list_entry *b)
{
	return a->buffer != b->buffer && a->region_offset != NOWHERE &&
	       b->region_offset != NOWHERE &&
	       a->region_offset < b->region_offset + b->buffer_len &&
	       b->region_offset < a->region_offset + a->buffer_len;
}

void learn_place(const struct model_file *file)
{
	static struct dma_heap_list_entry entries[MOST_ENTRIES];
	const struct dma_heap_list_entry *own = NULL;
	const uint32_t n = list(file->buffer->heap, entries);

	for (uint32_t i = 0; i < n; i++)
		if (entries[i].inode == file->inode)
			own = &entries[i];
	CHECK(own);
	for (uint32_t i = 0; i < n; i++)
		CHECK(!overlap(own, &entries[i]));
	file->buffer->number = own->buffer;
	file->buffer->place = own->region_offset;
}
