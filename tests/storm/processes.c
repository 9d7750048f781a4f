// SPDX-License-Identifier: GPL-2.0
/* Operations on processes, and between them. */
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "processes.h"
#include "worker.h"

/* Longer than a kernel needs to allocate what is asked for here. */
#define MOST_US 3000

static int count_workers(void)
{
	int n = 0;

	for (int i = 0; i < NR_WORKERS; i++)
		n += workers[i].pid != 0;
	return n;
}

static int dead_worker(void)
{
	for (int i = 0; i < NR_WORKERS; i++)
		if (!workers[i].pid)
			return i;
	return -1;
}

void spawn_worker(int worker)
{
	workers[worker] = (struct model_worker){
		.uid = worker < 2 ? 0 : FIRST_UID + (uid_t)worker,
	};
	workers[worker].pid = worker_spawn(worker, workers[worker].uid);
}

static bool run_spawn(const uint64_t *draws)
{
	const int worker = dead_worker();

	if (worker < 0)
		return false;
	say("worker %d", worker);
	spawn_worker(worker);
	return true;
}

static bool run_fork(const uint64_t *draws)
{
	const int parent = draw_worker(draws[0]), child = dead_worker();

	if (child < 0)
		return false;
	say("worker %d from %d", child, parent);
	workers[child] = workers[parent];
	workers[child].pid = worker_fork(parent, child);
	for (int i = 0; i < NR_SLOTS; i++)
		if (workers[child].slots[i].file)
			workers[child].slots[i].file->refs++;
	return true;
}

static bool run_exec(const uint64_t *draws)
{
	const int worker = draw_worker(draws[0]);

	say("worker %d", worker);
	worker_exec(worker);
	for (int i = 0; i < NR_SLOTS; i++) {
		struct handle *handle = &workers[worker].slots[i];

		if (!handle->file || handle->stays)
			continue;
		model_close(handle);
		shared->held[worker][i] = (struct held){ .fd = -1 };
	}
	check_all_heaps();
	return true;
}

/* Beside other storms, now and then while it allocates. */
static void distract(int worker, const uint64_t *draws)
{
	const struct model_heap *heap = draw_heap(draws[1], is_there);
	struct command command = {
		.verb = ALLOC,
		.slot = 0,
		.with = -1,
		.len = PAGE << draws[2] % 7,
	};

	strcpy(command.name, heap->name);
	worker_tell(worker, &command);
	usleep((useconds_t)(draws[3] % MOST_US));
}

void end_worker(int worker)
{
	const pid_t pid = workers[worker].pid;

	worker_kill(worker, pid);
	for (int i = 0; i < NR_SLOTS; i++)
		if (workers[worker].slots[i].file)
			model_close(&workers[worker].slots[i]);
	for (int i = 0; i < NR_BUFFERS; i++)
		if (buffers[i].process == pid)
			buffers[i].lives = false;
	workers[worker].pid = 0;
}

static bool run_kill(const uint64_t *draws)
{
	const int worker = draw_worker(draws[0]);

	if (count_workers() < 2)
		return false;
	say("worker %d", worker);
	if (!is_alone() && draws[4] % 2)
		distract(worker, draws);
	end_worker(worker);
	check_all_heaps();
	return true;
}

static bool run_send(const uint64_t *draws)
{
	const int worker = draw_worker(draws[0]);
	const int slot = draw_slot(worker, draws[1], is_buffer);

	if (slot < 0 || nr_mail == MOST_MAIL)
		return false;
	say("slot %d of worker %d", slot, worker);
	worker_do(worker, &(struct command){ .verb = SEND, .slot = slot });
	mail[nr_mail] = workers[worker].slots[slot].file;
	mail[nr_mail++]->refs++;
	return true;
}

static bool run_receive(const uint64_t *draws)
{
	const int worker = draw_worker(draws[0]), slot = free_slot(worker);

	if (slot < 0 || !nr_mail)
		return false;
	say("slot %d of worker %d", slot, worker);
	worker_do(worker, &(struct command){ .verb = RECEIVE, .slot = slot });
	workers[worker].slots[slot] = (struct handle){
		.file = mail[0],
		.stays = true,
	};
	memmove(mail, mail + 1, --nr_mail * sizeof(mail[0]));
	return true;
}

void empty_mail(void)
{
	static const uint64_t draws[NR_DRAWS];

	while (nr_mail) {
		const int worker = draw_worker(0);

		if (free_slot(worker) < 0)
			end_worker(worker);
		else
			run_receive(draws);
		if (!count_workers())
			spawn_worker(0);
	}
}

/* Users see what is theirs. */
static bool run_list(const uint64_t *draws)
{
	const int worker = draw_worker(draws[0]);
	const struct model_heap *heap = draw_heap(draws[1], is_there);
	struct command command = { .verb = LIST, .with = -1 };
	struct answer answer;
	uint32_t views;

	say("%s, worker %d", heap->name, worker);
	strcpy(command.name, heap->name);
	answer = worker_do(worker, &command);
	views = count_views(heap, user_of(worker));
	CHECK(answer.ret >= 0);
	if (is_alone())
		CHECK_EQUAL(answer.ret, views);
	else
		CHECK(answer.ret >= views);
	return true;
}

const struct operation process_operations[] = {
	{ .name = "spawn", .weight = 3, .run = run_spawn },
	{ .name = "fork", .weight = 3, .run = run_fork },
	{ .name = "exec", .weight = 2, .run = run_exec },
	{ .name = "kill", .weight = 2, .run = run_kill },
	{ .name = "send", .weight = 6, .run = run_send },
	{ .name = "receive", .weight = 8, .run = run_receive },
	{ .name = "list", .weight = 4, .run = run_list },
	{ 0 }
};
