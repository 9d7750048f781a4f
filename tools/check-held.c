// SPDX-License-Identifier: GPL-2.0
/*
 * Buffers that only the kernel holds although the process that allocated them
 * has ended. A driver that loses a reference keeps such a buffer until the next
 * boot, but a driver that uses a buffer for another process looks the same.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "checks.h"
#include "holders.h"
#include "size.h"

/* The initial PID namespace has this name on every machine. */
#define INITIAL_PIDS "pid:[4026531836]"

/* Heaps report a process outside the PID namespace as if it had ended. */
static bool sees_all_processes(void)
{
	char name[sizeof(INITIAL_PIDS)];
	ssize_t len = readlink("/proc/self/ns/pid", name, sizeof(name));

	return len == sizeof(INITIAL_PIDS) - 1 &&
	       !memcmp(name, INITIAL_PIDS, (size_t)len);
}

static bool is_left_over(const struct lent *lent)
{
	return lent->lasts && !lent->memory_is_held && !lent->pid;
}

/* The list has the views of a buffer one after the other: count it once. */
static bool is_first_view(const struct holders *holders, size_t i)
{
	const struct lent *lent = &holders->lent[i];

	return !i || lent[-1].id != lent->id || lent[-1].heap != lent->heap;
}

static int compare_origins(const void *a, const void *b)
{
	const struct lent *left = *(const struct lent * const *)a;
	const struct lent *right = *(const struct lent * const *)b;

	if (left->heap != right->heap)
		return left->heap < right->heap ? -1 : 1;
	return strcmp(left->comm, right->comm);
}

/* A process may put any byte into its name, even control codes of a terminal. */
static void copy_printable(char *to, const char *from)
{
	for (; *from; from++)
		*to++ = *from < ' ' || *from > '~' ? '?' : *from;
	*to = '\0';
}

static void report_left_over(const struct lent *lent, size_t count,
			     uint64_t bytes, struct findings *findings)
{
	char comm[sizeof(lent->comm)], size[SIZE_TEXT], command[CHECK_TEXT];
	const char *heap = lent->heap->names[0];
	const char *them = count == 1 ? "it" : "them";

	copy_printable(comm, lent->comm);
	snprintf(command, sizeof(command), "sudo dmaheap info %s", heap);
	found(findings, FINDING_NOTE, command,
	      "only the kernel holds %zu buffer%s (%s) of %s, allocated by \"%s\", which has ended: a driver may use %s for another program, or may have lost %s until the next boot",
	      count, count == 1 ? "" : "s", format_size(bytes, size), heap,
	      comm, them, them);
}

/* docs/upstream/videobuf2-attach-leak.md describes the bug. */
static void report_known_bug(struct findings *findings)
{
	if (exists("/sys/module/videobuf2_common"))
		found(findings, FINDING_NOTE, NULL,
		      "Linux 6.12 to 7.3 loses a buffer that is shorter than the length it is queued with to a video device: allocate at least sizeimage bytes for a frame");
}

/* Report the buffers of each heap and program, by which @list is sorted. */
static void report_groups(struct lent **list, size_t count,
			  struct findings *findings)
{
	size_t first = 0, next;

	for (; first < count; first = next) {
		uint64_t bytes = 0;

		for (next = first; next < count &&
		     !compare_origins(&list[first], &list[next]); next++)
			bytes += list[next]->memory_size;
		report_left_over(list[first], next - first, bytes, findings);
	}
	if (count)
		report_known_bug(findings);
}

static void report_all(const struct holders *holders,
		       struct findings *findings)
{
	struct lent **list;
	size_t count = 0;

	/* A process that cannot be looked into may hold any of them. */
	if (holders->hidden || !holders->n_lent)
		return;
	list = calloc(holders->n_lent, sizeof(*list));
	if (!list) {
		findings->error = -ENOMEM;
		return;
	}
	for (size_t i = 0; i < holders->n_lent; i++) {
		if (is_first_view(holders, i) &&
		    is_left_over(&holders->lent[i]))
			list[count++] = &holders->lent[i];
	}
	qsort(list, count, sizeof(*list), compare_origins);
	report_groups(list, count, findings);
	free(list);
}

void check_held(const struct machine *machine, struct findings *findings)
{
	struct holders holders;
	int ret;

	if (!sees_all_processes())
		return;
	ret = find_holders(&machine->heaps, &holders);
	if (ret)
		findings->error = ret;
	else
		report_all(&holders, findings);
	free_holders(&holders);
}
