// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "model.h"
#include "worker.h"

struct model_heap heaps[MOST_HEAPS];
struct quota ordinary;
struct model_buffer buffers[NR_BUFFERS];
struct model_file files[MOST_FILES];
struct model_worker workers[NR_WORKERS];
struct model_file *mail[MOST_MAIL];
unsigned int nr_mail;

static uint64_t nr_files;

void model_start(void)
{
	memset(heaps, 0, sizeof(heaps));
	memset(buffers, 0, sizeof(buffers));
	memset(files, 0, sizeof(files));
	memset(workers, 0, sizeof(workers));
	memset(&ordinary, 0, sizeof(ordinary));
	ordinary.limit.bytes = UINT64_MAX;
	nr_mail = 0;
}

struct model_heap *model_add_heap(const char *name, enum heap_type type,
				  const char *module)
{
	struct model_heap *heap = heaps;

	while (heap->there || heap->pins)
		heap++;
	CHECK(heap < heaps + MOST_HEAPS);
	*heap = (struct model_heap){
		.type = type,
		.module = module,
		.there = true,
		.quota = &heap->own_quota,
		.own_quota.limit.bytes = UINT64_MAX,
	};
	snprintf(heap->name, sizeof(heap->name), "%s", name);
	return heap;
}

/* As dma_heap_least_alignment(). */
static uint64_t alignment(uint64_t len)
{
	uint64_t align = PAGE;

	while (align < len && align < MIB(1))
		align *= 2;
	return align;
}

/* Where the next buffer begins that ends after @place; the total for none. */
static const struct model_buffer *next_buffer(const struct model_heap *heap,
					      uint64_t place)
{
	const struct model_buffer *next = NULL;

	for (int i = 0; i < NR_BUFFERS; i++) {
		const struct model_buffer *buffer = &buffers[i];

		if (buffer->heap == heap && buffer->place != NOWHERE &&
		    buffer->place + buffer->len > place &&
		    (!next || buffer->place < next->place))
			next = buffer;
	}
	return next;
}

/* Is there a place between what is lent? */
static bool has_gap(const struct model_heap *heap, uint64_t len)
{
	const uint64_t align = alignment(len);
	uint64_t place = 0;

	for (;;) {
		const struct model_buffer *next = next_buffer(heap, place);
		uint64_t end = next ? next->place : heap->quota->total;

		if (place + len <= end)
			return true;
		if (!next)
			return false;
		place = next->place + next->len + align - 1;
		place -= place % align;
	}
}

static bool is_allowed(const struct quota *quota, unsigned int user,
		       uint64_t len)
{
	const uint64_t own = quota->own[user];
	uint64_t left = 0;

	if (!quota->limit.percent)
		return len <= quota->limit.bytes &&
		       own <= quota->limit.bytes - len;
	if (quota->total > quota->used)
		left = quota->total - quota->used;
	return len <= left &&
	       (own + len) * 100 <= (own + left) * quota->limit.percent;
}

unsigned int user_of(int worker)
{
	return workers[worker].uid ? workers[worker].uid - FIRST_UID : 0;
}

enum outcome model_expect(const struct model_heap *heap, int worker,
			  uint64_t len)
{
	if (workers[worker].uid && !is_alone())
		return NOBODY_KNOWS;
	if (workers[worker].uid &&
	    !is_allowed(heap->quota, user_of(worker), len))
		return OVER_LIMIT;

	switch (heap->type) {
	case SYSTEM:
	case TEST_HEAP:
		return len <= MIB(1) ? SUCCEEDS : NO_MEMORY;
	case CMA:
		if (is_alone() && heap->whole)
			return has_gap(heap, len) ? SUCCEEDS : NO_MEMORY;
		return len > heap->quota->total ? NO_MEMORY :
		       len <= MIB(1) && !is_alone() ? SUCCEEDS : NOBODY_KNOWS;
	case CONTIGUOUS:
		if (has_gap(heap, len) && is_alone())
			return SUCCEEDS;
		return len >= MIB(1024) ? NO_MEMORY : NOBODY_KNOWS;
	}
	return NOBODY_KNOWS;
}

struct model_file *model_open(enum file_kind kind)
{
	struct model_file *file = files;

	while (file < files + MOST_FILES && file->refs)
		file++;
	CHECK(file < files + MOST_FILES);
	*file = (struct model_file){
		.refs = 1,
		.kind = kind,
		.age = ++nr_files,
		.mapped = { -1, -1, -1, -1 },
	};
	return file;
}

static void drop_view(struct model_buffer *buffer)
{
	struct model_heap *heap = buffer->heap;

	heap->pins--;
	if (--buffer->views)
		return;
	heap->counts[USED] -= buffer->len;
	heap->counts[BUFFERS]--;
	heap->quota->used -= buffer->len;
	if (buffer->counted)
		heap->quota->own[buffer->user] -= buffer->len;
	buffer->heap = NULL;
}

void model_put(struct model_file *file)
{
	if (--file->refs)
		return;

	switch (file->kind) {
	case NODE_FILE:
		file->heap->pins--;
		break;
	case BUFFER_FILE:
		drop_view(file->buffer);
		break;
	case IMPORTER_FILE:
		if (file->attached)
			model_put(file->attached);
		break;
	}
}

static void count_loan(struct model_heap *heap, uint64_t len)
{
	uint64_t *counts = heap->counts;

	counts[USED] += len;
	counts[BUFFERS]++;
	counts[ALLOCATIONS]++;
	if (counts[USED] > counts[PEAK])
		counts[PEAK] = counts[USED];
	if (len > counts[LARGEST_SUCCESS])
		counts[LARGEST_SUCCESS] = len;
	heap->quota->used += len;
	heap->pool.looked += heap->pool.on;
}

struct model_file *model_lend(struct model_heap *heap, int worker, uint64_t len,
			      int mode)
{
	struct model_file *file = model_open(BUFFER_FILE);
	struct model_buffer *buffer = buffers;

	while (buffer->heap)
		buffer++;
	CHECK(buffer < buffers + NR_BUFFERS);
	*buffer = (struct model_buffer){
		.heap = heap,
		.len = len,
		.place = NOWHERE,
		.user = user_of(worker),
		.counted = workers[worker].uid,
		.process = workers[worker].pid,
		.lives = true,
		.views = 1,
	};
	count_loan(heap, len);
	if (buffer->counted)
		heap->quota->own[buffer->user] += len;
	heap->pins++;
	file->buffer = buffer;
	file->len = len;
	file->mode = mode;
	memset(shared->expected[buffer - buffers], 0, WRITABLE);
	return file;
}

void model_refuse(struct model_heap *heap, uint64_t len, enum outcome why)
{
	uint64_t *smallest = &heap->counts[SMALLEST_FAILURE];

	if (why == OVER_LIMIT) {
		heap->counts[FAILURES_LIMIT]++;
		return;
	}
	heap->counts[FAILURES_MEMORY]++;
	if (!*smallest || len < *smallest)
		*smallest = len;
	heap->pool.looked += heap->pool.on;
}

struct model_file *model_view(const struct model_file *file, uint64_t offset,
			      uint64_t len, int mode)
{
	struct model_file *view = model_open(BUFFER_FILE);

	view->buffer = file->buffer;
	view->first = file->first + offset;
	view->len = len;
	view->mode = mode;
	view->buffer->views++;
	view->buffer->heap->pins++;
	return view;
}

void model_close(struct handle *handle)
{
	struct model_file *file = handle->file;

	*handle = (struct handle){ 0 };
	model_put(file);
}

bool model_has_room(int n)
{
	for (int i = 0; i < NR_BUFFERS; i++)
		n -= !buffers[i].heap;
	return n <= 0;
}

int free_slot(int worker)
{
	for (int i = 0; i < NR_SLOTS; i++)
		if (!workers[worker].slots[i].file)
			return i;
	return -1;
}

struct model_heap *draw_heap(uint64_t draw,
			     bool (*fits)(const struct model_heap *heap))
{
	struct model_heap *fitting[MOST_HEAPS];
	unsigned int n = 0;

	for (unsigned int i = 0; i < MOST_HEAPS; i++)
		if (fits(&heaps[i]))
			fitting[n++] = &heaps[i];
	return n ? fitting[draw % n] : NULL;
}

int draw_worker(uint64_t draw)
{
	for (unsigned int i = 0; i < NR_WORKERS; i++)
		if (workers[(draw + i) % NR_WORKERS].pid)
			return (int)((draw + i) % NR_WORKERS);
	return -1;
}

int draw_slot(int worker, uint64_t draw,
	      bool (*fits)(const struct handle *handle))
{
	for (unsigned int i = 0; i < NR_SLOTS; i++) {
		unsigned int slot = (unsigned int)((draw + i) % NR_SLOTS);
		const struct handle *handle = &workers[worker].slots[slot];

		if (handle->file && fits(handle))
			return (int)slot;
	}
	return -1;
}

bool is_there(const struct model_heap *heap)
{
	return heap->there;
}

bool is_buffer(const struct handle *handle)
{
	return !handle->is_map && handle->file->kind == BUFFER_FILE;
}

bool is_map(const struct handle *handle)
{
	return handle->is_map;
}

bool is_node(const struct handle *handle)
{
	return handle->file->kind == NODE_FILE;
}

bool is_anything(const struct handle *handle)
{
	return true;
}
