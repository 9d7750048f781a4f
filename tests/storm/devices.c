// SPDX-License-Identifier: GPL-2.0
/* Operations of devices, and of the kernel on a device's behalf. */
#include <errno.h>
#include <string.h>

#include "../../kernel/tests/dmabuf_heaps_importer.h"
#include "check.h"
#include "worker.h"

/* What a device does with a mapping: enum dma_data_direction. */
enum { READS_AND_WRITES, READS, WRITES, NR_DIRECTIONS };

static bool is_importer(const struct handle *handle)
{
	return handle->file->kind == IMPORTER_FILE;
}

static bool is_detached(const struct handle *handle)
{
	return is_importer(handle) && !handle->file->attached;
}

static bool is_attached(const struct handle *handle)
{
	return is_importer(handle) && handle->file->attached;
}

static int find_mapping(const struct model_file *importer, int but)
{
	for (int i = 0; i < NR_MAPPINGS; i++)
		if (importer->mapped[i] >= 0 && importer->mapped[i] != but)
			return i;
	return -1;
}

static bool is_mapped(const struct handle *handle)
{
	return is_importer(handle) && find_mapping(handle->file, -1) >= 0;
}

static bool is_in_kernel(const struct handle *handle)
{
	return is_importer(handle) && handle->file->in_kernel;
}

/* It has some of what is written to. */
static bool has_writable(const struct handle *handle)
{
	return handle->file->attached->first < WRITABLE;
}

static bool can_move(const struct handle *handle)
{
	return is_mapped(handle) && handle->file->moves && has_writable(handle);
}

static bool can_fill(const struct handle *handle)
{
	return is_in_kernel(handle) && has_writable(handle);
}

/* One that is some worker's. */
static int draw_importer(const uint64_t *draws,
			 bool (*fits)(const struct handle *handle), int *worker)
{
	for (unsigned int i = 0; i < NR_WORKERS; i++) {
		int slot;

		*worker = draw_worker(draws[0] + i);
		slot = draw_slot(*worker, draws[1], fits);
		if (slot >= 0)
			return slot;
	}
	return -1;
}

static struct answer call(int worker, int slot, uint64_t request, uint64_t arg)
{
	say("slot %d of worker %d, %llu", slot, worker, (unsigned long long)arg);
	return worker_do(worker, &(struct command){
		.verb = IOCTL,
		.slot = slot,
		.request = request,
		.value = arg,
	});
}

static bool run_node(const uint64_t *draws)
{
	const int worker = draw_worker(draws[0]), slot = free_slot(worker);
	struct command command = { .verb = OPEN_NODE, .slot = slot };
	struct model_file *file;
	struct answer answer;

	if (slot < 0)
		return false;
	say("slot %d of worker %d", slot, worker);
	strcpy(command.name, draws[1] % 3 ? EDU_NODE : IMPORTER_NODE);
	answer = worker_do(worker, &command);
	CHECK_ANSWER(&answer, 0);
	file = model_open(IMPORTER_FILE);
	file->moves = draws[1] % 3;
	workers[worker].slots[slot].file = file;
	return true;
}

/* The descriptor is the worker's own. */
static bool run_attach(const uint64_t *draws)
{
	const int worker = draw_worker(draws[0]);
	const int slot = draw_slot(worker, draws[1], is_detached);
	const int from = draw_slot(worker, draws[2], is_buffer);
	struct handle *slots = workers[worker].slots;
	struct answer answer;

	if (slot < 0 || from < 0)
		return false;
	answer = call(worker, slot, IMPORTER_ATTACH,
		      (uint64_t)shared->held[worker][from].fd);
	CHECK_ANSWER(&answer, 0);
	slots[slot].file->attached = slots[from].file;
	slots[from].file->refs++;
	return true;
}

static bool run_detach(const uint64_t *draws)
{
	int worker;
	const int slot = draw_importer(draws, is_attached, &worker);
	struct model_file *file, *attached;
	const struct model_heap *heap;
	struct answer answer;
	bool busy;

	if (slot < 0)
		return false;
	file = workers[worker].slots[slot].file;
	attached = file->attached;
	heap = attached->buffer->heap;
	busy = file->in_kernel || find_mapping(file, -1) >= 0;
	answer = call(worker, slot, IMPORTER_DETACH, 0);
	CHECK_ANSWER(&answer, busy ? EBUSY : 0);
	if (busy)
		return true;
	file->attached = NULL;
	model_put(attached);
	check_heap(heap);
	return true;
}

static bool run_device_map(const uint64_t *draws)
{
	int worker;
	const int slot = draw_importer(draws, is_attached, &worker);
	const uint64_t direction = draws[2] % NR_DIRECTIONS;
	struct model_file *file;
	struct answer answer;
	int i = 0;

	if (slot < 0)
		return false;
	file = workers[worker].slots[slot].file;
	while (i < NR_MAPPINGS && file->mapped[i] >= 0)
		i++;
	answer = call(worker, slot, IMPORTER_MAP, direction);
	if (i == NR_MAPPINGS) {
		CHECK_ANSWER(&answer, EBUSY);
		return true;
	}
	CHECK_EQUAL(answer.ret, i);
	file->mapped[i] = (int)direction;
	return true;
}

static bool run_device_unmap(const uint64_t *draws)
{
	int worker;
	const int slot = draw_importer(draws, is_mapped, &worker);
	struct model_file *file;
	struct answer answer;
	int i;

	if (slot < 0)
		return false;
	file = workers[worker].slots[slot].file;
	i = find_mapping(file, -1);
	answer = call(worker, slot, IMPORTER_UNMAP, (uint64_t)i);
	CHECK_ANSWER(&answer, 0);
	file->mapped[i] = -1;
	return true;
}

/* Where in its dma-buf something of at most @most bytes is done. */
static void draw_range(struct command *command, const struct model_file *file,
		       const uint64_t *draws, uint64_t most)
{
	uint64_t len = file->len;

	if (len > WRITABLE - file->first)
		len = WRITABLE - file->first;
	command->first = file->first;
	command->offset = draws[0] % len;
	if (most > len - command->offset)
		most = len - command->offset;
	command->len = 1 + draws[1] % most;
	command->value = draws[2] % 256;
	command->buffer = (int)(file->buffer - buffers);
}

/* The device moves data where a mapping of its own allows it. */
static bool run_dma(const uint64_t *draws)
{
	int worker;
	const int slot = draw_importer(draws, can_move, &worker);
	const bool writes = draws[2] % 2;
	struct command command = {
		.verb = writes ? DEVICE_WRITES : DEVICE_READS,
		.slot = slot,
	};
	const struct model_file *file;
	struct answer answer;
	int mapping;

	if (slot < 0)
		return false;
	file = workers[worker].slots[slot].file;
	mapping = find_mapping(file, writes ? READS : WRITES);
	if (mapping < 0)
		return false;
	draw_range(&command, file->attached, draws + 3, EDU_WINDOW);
	command.request = (uint64_t)mapping;
	say("slot %d of worker %d %s %llu bytes at %llu", slot, worker,
	    writes ? "writes" : "reads", (unsigned long long)command.len,
	    (unsigned long long)command.offset);
	answer = worker_do(worker, &command);
	CHECK_ANSWER(&answer, 0);
	return true;
}

static bool run_vmap(const uint64_t *draws)
{
	int worker;
	const int slot = draw_importer(draws, is_attached, &worker);
	struct model_file *file;
	struct answer answer;

	if (slot < 0)
		return false;
	file = workers[worker].slots[slot].file;
	answer = call(worker, slot, IMPORTER_VMAP, 0);
	CHECK_ANSWER(&answer, file->in_kernel ? EBUSY : 0);
	file->in_kernel = true;
	return true;
}

static bool run_vunmap(const uint64_t *draws)
{
	int worker;
	const int slot = draw_importer(draws, is_in_kernel, &worker);
	struct answer answer;

	if (slot < 0)
		return false;
	answer = call(worker, slot, IMPORTER_VUNMAP, 0);
	CHECK_ANSWER(&answer, 0);
	workers[worker].slots[slot].file->in_kernel = false;
	return true;
}

/* The kernel writes where it has the buffer. */
static bool run_fill(const uint64_t *draws)
{
	int worker;
	const int slot = draw_importer(draws, can_fill, &worker);
	struct command command = { .verb = FILL, .slot = slot };
	struct answer answer;

	if (slot < 0)
		return false;
	draw_range(&command, workers[worker].slots[slot].file->attached,
		   draws + 2, WRITABLE);
	say("slot %d of worker %d, %llu bytes at %llu", slot, worker,
	    (unsigned long long)command.len, (unsigned long long)command.offset);
	answer = worker_do(worker, &command);
	CHECK_ANSWER(&answer, 0);
	return true;
}

static bool run_bracket(const uint64_t *draws)
{
	int worker;
	const int slot = draw_importer(draws, is_attached, &worker);
	struct answer answer;

	if (slot < 0)
		return false;
	answer = call(worker, slot, draws[2] % 2 ? IMPORTER_BEGIN : IMPORTER_END,
		      draws[3] % NR_DIRECTIONS);
	CHECK_ANSWER(&answer, 0);
	return true;
}

const struct operation device_operations[] = {
	{ .name = "importer", .weight = 5, .run = run_node },
	{ .name = "attach", .weight = 10, .run = run_attach },
	{ .name = "detach", .weight = 4, .run = run_detach },
	{ .name = "device map", .weight = 12, .run = run_device_map },
	{ .name = "device unmap", .weight = 6, .run = run_device_unmap },
	{ .name = "dma", .weight = 6, .run = run_dma, .alone = true },
	{ .name = "vmap", .weight = 8, .run = run_vmap },
	{ .name = "vunmap", .weight = 5, .run = run_vunmap },
	{ .name = "fill", .weight = 8, .run = run_fill },
	{ .name = "bracket", .weight = 5, .run = run_bracket },
	{ 0 }
};
