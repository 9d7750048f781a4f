// SPDX-License-Identifier: GPL-2.0
/* Operations on buffers: what a program does with them by itself. */
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "check.h"
#include "worker.h"

/* Beside others: as little that there is always a place for it. */
#define SHARE MIB(2)

static const int modes[] = { O_RDWR, O_RDWR, O_RDWR, O_RDONLY, O_WRONLY };

/* In pages. Few, so that a pool has what is asked for. */
static const uint64_t sizes[] = { 1, 1, 2, 3, 4, 16, 16, 33, 64 };

static uint64_t draw_len(const struct model_heap *heap, uint64_t draw)
{
	const uint64_t kind = draw % 100, size = draw / 100;

	if (!is_alone() || kind < 70)
		return sizes[size % ARRAY_SIZE(sizes)] * PAGE;
	if (kind < 85)
		return (1 + size % 256) * PAGE;
	if (kind < 96 && heap->quota->total)
		return heap->quota->total / 8 * (1 + size % 4) + PAGE;
	if (kind < 96)
		return MIB(1);
	return heap->quota->total && heap->type == CMA ?
	       heap->quota->total + PAGE : MIB(1ull << 20);
}

static void note_new(int worker, int slot, struct model_file *file, int mode,
		     const struct answer *answer)
{
	workers[worker].slots[slot] = (struct handle){
		.file = file,
		.stays = !(mode & O_CLOEXEC),
	};
	file->inode = answer->inode;
}

/* A node that the worker has open, if it is drawn so; else -1. */
static int draw_node(int worker, uint64_t draw)
{
	return draw % 3 ? -1 : draw_slot(worker, draw / 3, is_node);
}

/* What is new is zeros, all of it. */
static void look_at_new(int worker, int from, uint64_t len)
{
	const struct handle *handle = &workers[worker].slots[from];
	const int slot = free_slot(worker);
	struct answer answer;

	if (slot < 0 || handle->file->mode == O_WRONLY)
		return;
	answer = worker_do(worker, &(struct command){
		.verb = MAP,
		.slot = slot,
		.with = from,
		.len = len,
		.value = PROT_READ,
	});
	CHECK_ANSWER(&answer, 0);
	worker_do(worker, &(struct command){
		.verb = CHECK_MAP,
		.slot = slot,
		.buffer = (int)(handle->file->buffer - buffers),
	});
	worker_do(worker, &(struct command){ .verb = CLOSE, .slot = slot });
}

static void finish_alloc(struct model_heap *heap, int worker,
			 const struct command *command,
			 const struct answer *answer)
{
	enum outcome outcome = model_expect(heap, worker, command->len);

	if (!is_alone() && workers[worker].uid && answer->ret)
		outcome = OVER_LIMIT;
	else if (outcome == NOBODY_KNOWS)
		outcome = answer->ret ? NO_MEMORY : SUCCEEDS;
	CHECK_ANSWER(answer, outcome == SUCCEEDS ? 0 : ENOMEM);
	if (outcome == SUCCEEDS) {
		struct model_file *file = model_lend(heap, worker, command->len,
				(int)command->value & O_ACCMODE);

		note_new(worker, command->slot, file, (int)command->value,
			 answer);
		learn_place(file);
		look_at_new(worker, command->slot, command->len);
	} else {
		model_refuse(heap, command->len, outcome);
	}
	check_heap(heap);
}

static bool run_alloc(const uint64_t *draws)
{
	const int worker = draw_worker(draws[0]);
	const int slot = free_slot(worker), node = draw_node(worker, draws[1]);
	struct model_heap *heap = draw_heap(draws[2], is_there);
	struct command command = { .verb = ALLOC, .slot = slot, .with = node };
	struct answer answer;

	if (node >= 0)
		heap = workers[worker].slots[node].file->heap;
	if (slot < 0 || !model_has_room(1))
		return false;
	command.len = draw_len(heap, draws[3]);
	if (!is_alone() && heap->counts[USED] + command.len > SHARE)
		return false;
	command.value = (uint64_t)modes[draws[4] % ARRAY_SIZE(modes)] |
			(draws[5] % 2 ? O_CLOEXEC : 0);
	strcpy(command.name, heap->name);
	say("%llu bytes of %s, flags %#llx", (unsigned long long)command.len,
	    heap->name, (unsigned long long)command.value);
	answer = worker_do(worker, &command);
	if (!heap->there)
		CHECK_ANSWER(&answer, ENODEV);
	else
		finish_alloc(heap, worker, &command, &answer);
	return true;
}

/* Gives back, and asks for as much again at once. */
static bool run_churn(const uint64_t *draws)
{
	const int worker = draw_worker(draws[0]);
	struct model_heap *heap = draw_heap(draws[1], is_there);
	const uint64_t len = sizes[draws[2] % ARRAY_SIZE(sizes)] * PAGE;
	struct command command = {
		.verb = CHURN,
		.with = -1,
		.len = len,
		.value = draws[3],
	};
	struct model_file *churned[NR_CHURNED];
	struct answer answer;

	if (!model_has_room(NR_CHURNED) ||
	    model_expect(heap, worker, len * 4) != SUCCEEDS)
		return false;
	if (!is_alone() && heap->counts[USED] + len * NR_CHURNED > SHARE)
		return false;
	strcpy(command.name, heap->name);
	say("%llu bytes of %s", (unsigned long long)len, heap->name);
	answer = worker_do(worker, &command);
	CHECK_ANSWER(&answer, 0);
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < NR_CHURNED; i++)
			churned[i] = model_lend(heap, worker, len, O_RDWR);
		for (int i = 0; i < NR_CHURNED; i++)
			model_put(churned[i]);
	}
	check_heap(heap);
	return true;
}

static bool is_more(int mode, int than)
{
	return (mode != O_WRONLY && than == O_WRONLY) ||
	       (mode != O_RDONLY && than == O_RDONLY);
}

static int expect_view(const struct model_heap *heap,
		       const struct model_file *file,
		       const struct command *command)
{
	int error = 0;

	if (!heap->there)
		error = ENODEV;
	else if (file->buffer->heap != heap)
		error = EXDEV;
	else if (command->offset + command->len > file->len)
		error = EINVAL;
	else if (is_more((int)command->value & O_ACCMODE, file->mode))
		error = EACCES;
	return error;
}

/* A heap that is gone can't be opened. */
static bool run_view(const uint64_t *draws)
{
	const int worker = draw_worker(draws[0]);
	const int from = draw_slot(worker, draws[1], is_buffer);
	const int slot = free_slot(worker), node = draw_node(worker, draws[2]);
	struct command command = { .verb = VIEW, .slot = slot, .with = node };
	const struct model_heap *heap;
	const struct model_file *file;
	struct answer answer;
	uint64_t nr_pages;
	int expected;

	if (slot < 0 || from < 0)
		return false;
	file = workers[worker].slots[from].file;
	heap = node < 0 ? file->buffer->heap :
	       workers[worker].slots[node].file->heap;
	if (node < 0 && !heap->there)
		return false;
	nr_pages = file->len / PAGE;
	command.request = (uint64_t)from;
	command.offset = draws[3] % nr_pages * PAGE;
	command.len = (1 + draws[4] % nr_pages) * PAGE;
	if (draws[5] % 8 && command.len > file->len - command.offset)
		command.len = file->len - command.offset;
	command.value = (uint64_t)modes[draws[6] % ARRAY_SIZE(modes)] |
			(draws[7] % 2 ? O_CLOEXEC : 0);
	strcpy(command.name, heap->name);
	say("%llu bytes at %llu of slot %d, flags %#llx",
	    (unsigned long long)command.len, (unsigned long long)command.offset,
	    from, (unsigned long long)command.value);
	expected = expect_view(heap, file, &command);
	answer = worker_do(worker, &command);
	CHECK_ANSWER(&answer, expected);
	if (!expected)
		note_new(worker, slot, model_view(file, command.offset,
						  command.len,
						  command.value & O_ACCMODE),
			 (int)command.value, &answer);
	check_heap(heap);
	return true;
}

static bool run_map(const uint64_t *draws)
{
	const int worker = draw_worker(draws[0]);
	const int from = draw_slot(worker, draws[1], is_buffer);
	const int slot = free_slot(worker);
	const bool writable = draws[2] % 4;
	struct command command = {
		.verb = MAP,
		.slot = slot,
		.with = from,
		.value = PROT_READ | (writable ? PROT_WRITE : 0),
	};
	struct model_file *file;
	struct answer answer;
	uint64_t nr_pages;
	int expected = 0;

	if (slot < 0 || from < 0)
		return false;
	file = workers[worker].slots[from].file;
	nr_pages = file->len / PAGE;
	command.offset = draws[3] % 2 ? draws[3] / 2 % nr_pages * PAGE : 0;
	command.len = draws[4] % 2 ? file->len - command.offset :
		      (1 + draws[4] / 2 % nr_pages) * PAGE;
	if (command.offset + command.len > file->len)
		expected = EINVAL;
	if (file->mode == O_WRONLY || (writable && file->mode == O_RDONLY))
		expected = EACCES;
	say("%llu bytes at %llu of slot %d", (unsigned long long)command.len,
	    (unsigned long long)command.offset, from);
	answer = worker_do(worker, &command);
	CHECK_ANSWER(&answer, expected);
	if (expected)
		return true;
	file->refs++;
	workers[worker].slots[slot] = (struct handle){
		.file = file,
		.is_map = true,
		.offset = command.offset,
		.len = command.len,
		.writable = writable,
	};
	return true;
}

/* What a mapping shows: how much of it is ever written to. */
static uint64_t map_begins(const struct handle *handle)
{
	return handle->file->first + handle->offset;
}

static bool is_writable_map(const struct handle *handle)
{
	return handle->is_map && handle->writable &&
	       map_begins(handle) < WRITABLE;
}

static bool run_write(const uint64_t *draws)
{
	const int worker = draw_worker(draws[0]);
	const int slot = draw_slot(worker, draws[1], is_writable_map);
	struct command command = { .verb = WRITE_MAP, .slot = slot };
	const struct handle *handle;
	uint64_t most;

	if (slot < 0)
		return false;
	handle = &workers[worker].slots[slot];
	command.first = map_begins(handle);
	most = WRITABLE - command.first;
	if (most > handle->len)
		most = handle->len;
	command.offset = draws[2] % most;
	command.len = 1 + draws[3] % (most - command.offset);
	command.value = draws[4];
	command.buffer = (int)(handle->file->buffer - buffers);
	say("%llu bytes at %llu of slot %d", (unsigned long long)command.len,
	    (unsigned long long)command.offset, slot);
	worker_do(worker, &command);
	return true;
}

static bool run_check(const uint64_t *draws)
{
	const int worker = draw_worker(draws[0]);
	const int slot = draw_slot(worker, draws[1], is_map);
	const struct handle *handle;

	if (slot < 0)
		return false;
	say("slot %d", slot);
	handle = &workers[worker].slots[slot];
	worker_do(worker, &(struct command){
		.verb = CHECK_MAP,
		.slot = slot,
		.first = map_begins(handle),
		.buffer = (int)(handle->file->buffer - buffers),
	});
	return true;
}

/* In any order, as it is allowed. */
static bool run_sync(const uint64_t *draws)
{
	const int worker = draw_worker(draws[0]);
	const int slot = draw_slot(worker, draws[1], is_buffer);
	struct answer answer;

	if (slot < 0)
		return false;
	say("slot %d", slot);
	answer = worker_do(worker, &(struct command){
		.verb = SYNC,
		.slot = slot,
		.value = (draws[2] % 2 ? DMA_BUF_SYNC_START : DMA_BUF_SYNC_END) |
			 (1 + draws[3] % DMA_BUF_SYNC_RW),
	});
	CHECK_ANSWER(&answer, 0);
	return true;
}

static bool run_dup(const uint64_t *draws)
{
	const int worker = draw_worker(draws[0]);
	const int from = draw_slot(worker, draws[1], is_buffer);
	const int slot = free_slot(worker);
	struct handle *handle;
	struct answer answer;

	if (slot < 0 || from < 0)
		return false;
	say("slot %d", from);
	answer = worker_do(worker, &(struct command){
		.verb = DUP,
		.slot = slot,
		.with = from,
	});
	CHECK_ANSWER(&answer, 0);
	handle = &workers[worker].slots[slot];
	*handle = workers[worker].slots[from];
	handle->stays = true;
	handle->file->refs++;
	return true;
}

static bool run_close(const uint64_t *draws)
{
	const int worker = draw_worker(draws[0]);
	const int slot = draw_slot(worker, draws[1], is_anything);
	const struct model_file *file;
	struct answer answer;

	if (slot < 0)
		return false;
	say("slot %d", slot);
	file = workers[worker].slots[slot].file;
	answer = worker_do(worker, &(struct command){
		.verb = CLOSE,
		.slot = slot,
	});
	CHECK_ANSWER(&answer, 0);
	if (file->kind == BUFFER_FILE) {
		const struct model_heap *heap = file->buffer->heap;

		model_close(&workers[worker].slots[slot]);
		check_heap(heap);
	} else {
		model_close(&workers[worker].slots[slot]);
	}
	return true;
}

/* Holds a heap's node open. */
static bool run_open(const uint64_t *draws)
{
	const int worker = draw_worker(draws[0]), slot = free_slot(worker);
	struct model_heap *heap = draw_heap(draws[1], is_there);
	struct command command = { .verb = OPEN_NODE, .slot = slot };
	struct model_file *file;
	struct answer answer;

	if (slot < 0)
		return false;
	say("%s", heap->name);
	snprintf(command.name, sizeof(command.name), HEAPS "/%.30s", heap->name);
	answer = worker_do(worker, &command);
	CHECK_ANSWER(&answer, 0);
	file = model_open(NODE_FILE);
	file->heap = heap;
	heap->pins++;
	workers[worker].slots[slot].file = file;
	return true;
}

const struct operation buffer_operations[] = {
	{ .name = "open", .weight = 3, .run = run_open },
	{ .name = "allocate", .weight = 20, .run = run_alloc },
	{ .name = "churn", .weight = 6, .run = run_churn },
	{ .name = "view", .weight = 12, .run = run_view },
	{ .name = "map", .weight = 14, .run = run_map },
	{ .name = "write", .weight = 16, .run = run_write },
	{ .name = "check", .weight = 16, .run = run_check },
	{ .name = "sync", .weight = 10, .run = run_sync },
	{ .name = "dup", .weight = 5, .run = run_dup },
	{ .name = "close", .weight = 18, .run = run_close },
	{ 0 }
};
