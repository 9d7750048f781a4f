// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Processes and their threads, from /proc.
 *
 * Everything of a process is read through its directory, which stays that of
 * this process when it has ended and its ID is another's.
 */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "uses.h"

/* Inode of the initial PID namespace. Not in every header. */
#define INITIAL_PID_NS 0xeffffffcU

/* Threads that may end in turn while the table that they share is read. */
#define MOST_OWNERS 4

/* A thread that has ended shows no descriptors; nor does one that has none. */
static bool has_descriptors(int task, pid_t tid)
{
	char path[32];
	bool has;
	DIR *dir;

	snprintf(path, sizeof(path), "%d/fd", tid);
	dir = dmaheap__open_dir(task, path);
	if (!dir)
		return false;
	has = dmaheap__next_number(dir);
	closedir(dir);
	return has;
}

/*
 * A thread that ends meanwhile takes its table from view, but not from those that
 * share it: then the table is read again by another one. A thread that has left them
 * for a table of its own still shows one of them, and so does the other. This can't go
 * on for ever: then the process counts as hidden.
 */
static int read_table(struct scan *scan, struct process *process, int task,
		      struct thread *thread)
{
	int ret = 0;

	for (int i = 0; !ret && thread && i < MOST_OWNERS; i++) {
		const pid_t tid = thread->tid;

		scan->part = scan->count;
		ret = dmaheap__read_descriptors(scan, process, task, tid);
		thread = dmaheap__next_owner(thread);
		if (!ret && thread && !has_descriptors(task, tid))
			scan->count = scan->part;
	}
	process->denied |= !!thread;
	return ret;
}

/* The threads that there are now: more could come for as long as this is read. */
static int list_threads(struct process *process, DIR *task,
			struct thread **threads, size_t *count)
{
	struct dirent *entry;
	size_t room = 0;

	while ((entry = dmaheap__next_number(task))) {
		if (*count == room) {
			struct thread *list;

			room = room ? 2 * room : 1;
			list = reallocarray(*threads, room, sizeof(*list));
			if (!list)
				return -ENOMEM;
			*threads = list;
		}
		(*threads)[(*count)++] = (struct thread) {
			.tid = atoi(entry->d_name),
		};
	}
	return dmaheap__tolerate(process, errno);
}

/* Where the kernel cannot compare tables, the first thread is to show its own. */
static int group_threads(const struct scan *scan, struct process *process,
			 struct thread *threads, size_t count)
{
	bool unknown = scan->foreign;
	int ret = 0;

	if (count && (count == 1 || unknown))
		threads->is_first = true;
	else
		ret = dmaheap__group_threads(threads, count, &unknown);
	process->denied |= count > 1 && unknown;
	return ret;
}

static int read_threads(struct scan *scan, struct process *process)
{
	DIR *task = dmaheap__open_dir(process->dir, "task");
	struct thread *threads = NULL;
	size_t count = 0;
	int ret;

	if (!task)
		return dmaheap__tolerate(process, errno);
	ret = list_threads(process, task, &threads, &count);
	if (!ret)
		ret = group_threads(scan, process, threads, count);
	for (size_t i = 0; !ret && i < count; i++) {
		if (threads[i].is_first)
			ret = read_table(scan, process, dirfd(task),
					 &threads[i]);
		if (!ret && !process->mapped)
			ret = dmaheap__read_mappings(scan, process, dirfd(task),
						     threads[i].tid);
	}
	free(threads);
	closedir(task);
	return ret;
}

static int add_process(struct scan *scan)
{
	struct known_process *processes;
	size_t room = scan->processes_room;

	if (scan->n_processes == room) {
		room = room ? 2 * room : 64;
		processes = reallocarray(scan->processes, room,
					 sizeof(*processes));
		if (!processes)
			return -ENOMEM;
		scan->processes = processes;
		scan->processes_room = room;
	}
	scan->processes[scan->n_processes++] = (struct known_process) { 0 };
	return 0;
}

/* Read whose process it is. One that has ended has nothing any more. */
static int read_status(struct scan *scan, struct process *process)
{
	struct known_process *known;
	const char *text, *uid;
	int ret;

	if (scan->count == process->first)
		return 0;
	ret = dmaheap__read_file(process->dir, "status", &scan->text);
	text = scan->text.data;
	uid = ret ? NULL : strstr(text, "\nUid:\t");
	if (!uid || strncmp(text, "Name:\t", strlen("Name:\t"))) {
		scan->count = process->first;
		return dmaheap__tolerate(process, -ret);
	}

	ret = add_process(scan);
	if (ret)
		return ret;
	known = &scan->processes[scan->n_processes - 1];
	known->pid = process->pid;
	known->uid = strtoul(uid + strlen("\nUid:\t"), NULL, 10);
	dmaheap__copy_line(known->comm, sizeof(known->comm),
			   text + strlen("Name:\t"));
	return 0;
}

/*
 * Whether there are processes outside of the PID namespace that /proc is of: it is
 * that of its first process, and need not be the caller's.
 */
static bool has_outside(const struct process *first)
{
	struct stat st;

	return !fstatat(first->dir, "ns/pid", &st, 0) &&
	       st.st_ino != INITIAL_PID_NS;
}

static int read_process(struct scan *scan, int proc, const char *pid)
{
	struct process process = {
		.proc = proc,
		.pid = atoi(pid),
		.first = scan->count,
	};
	int ret;

	scan->pid = process.pid;
	process.dir = openat(proc, pid, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (process.dir < 0) {
		ret = dmaheap__tolerate(&process, errno);
	} else {
		ret = read_threads(scan, &process);
		scan->part = process.first;
		dmaheap__merge_uses(scan);
		if (!ret)
			ret = read_status(scan, &process);
		if (process.pid == 1)
			scan->hidden += has_outside(&process);
		close(process.dir);
	}
	scan->hidden += process.denied;
	scan->saw_first |= process.pid == 1;
	return ret;
}

/*
 * Check whether /proc has other IDs than kcmp(2), which takes those of the caller's PID
 * namespace: in NSpid the caller has an ID for each namespace from that of /proc
 * to its own, and it is not there at all outside of that of /proc.
 */
static int check_namespace(struct scan *scan, int proc)
{
	const char *ids;
	int ret;

	ret = dmaheap__read_file(proc, "self/status", &scan->text);
	if (ret == -ENOENT) {
		scan->foreign = true;
		return 0;
	}
	ids = ret ? NULL : strstr(scan->text.data, "\nNSpid:\t");
	if (ids) {
		ids += strlen("\nNSpid:\t");
		scan->foreign = strcspn(ids, "\t") < strcspn(ids, "\n");
	}
	return ret;
}

int dmaheap__scan_processes(struct scan *scan)
{
	DIR *proc = dmaheap__open_dir(AT_FDCWD, "/proc");
	struct dirent *entry;
	int ret;

	if (!proc)
		return -errno;
	ret = check_namespace(scan, dirfd(proc));
	while (!ret && (entry = dmaheap__next_number(proc)))
		ret = read_process(scan, dirfd(proc), entry->d_name);
	if (!ret)
		ret = -errno;
	closedir(proc);
	scan->hidden += !scan->saw_first;
	return ret;
}
