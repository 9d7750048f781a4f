// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Tables of descriptors, and the threads that share them.
 *
 * kcmp(2) orders tables, so a balanced tree finds equal ones. A thread may end
 * at any moment, and then another one stands for the table in its stead.
 */

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/kcmp.h>

#include "uses.h"

/* A node of the tree. */
struct table {
	struct thread *thread;	/* first that still runs; or NULL */
};

/* Returns 0 if they share, 1 or 2 for an order, 3 for none, or -errno. */
static int compare_threads(const struct thread *thread,
			   const struct thread *other)
{
	long ret = syscall(SYS_kcmp, thread->tid, other->tid, KCMP_FILES, 0, 0);

	return ret < 0 ? -errno : (int)ret;
}

/*
 * Where a thread has ended, and it is not the one that is looked for, the next
 * of its table is compared. A table that no thread has any more is passed by.
 */
static int compare_tables(const void *a, const void *b)
{
	const struct table *new = a;
	/* tsearch() has no way to pass what may be changed. */
	struct table *known = (struct table *)(uintptr_t)b;

	while (known->thread) {
		int ret = compare_threads(new->thread, known->thread);

		if (ret >= 0)
			return ret == 1 ? -1 : ret;
		if (ret != -ESRCH) {
			*new->thread->unknown = true;
			return 0;
		}
		/* A thread that has ended itself belongs anywhere. */
		if (compare_threads(new->thread, new->thread))
			return 0;
		known->thread = known->thread->next;
	}
	return 1;
}

static void keep(void *table)
{
}

/* Append a thread to those of its table, of which the first one stays first. */
static void join(struct thread *first, struct thread *thread)
{
	thread->next = first->next;
	first->next = thread;
}

int dmaheap__group_threads(struct thread *threads, size_t count,
			   bool *unknown)
{
	struct table *tables = calloc(count, sizeof(*tables)), **found;
	void *root = NULL;
	int ret = 0;

	if (count && !tables)
		return -ENOMEM;
	for (size_t i = 0; !ret && i < count; i++) {
		threads[i].unknown = unknown;
		tables[i].thread = &threads[i];
		found = tsearch(&tables[i], &root, compare_tables);
		if (!found)
			ret = -ENOMEM;
		else if (*found == &tables[i])
			threads[i].is_first = true;
		else if ((*found)->thread)
			join((*found)->thread, &threads[i]);
	}
	tdestroy(root, keep);
	free(tables);
	return ret;
}

struct thread *dmaheap__next_owner(const struct thread *thread)
{
	for (struct thread *other = thread->next; other; other = other->next) {
		int ret = compare_threads(thread, other);

		if (!ret || (ret < 0 && ret != -ESRCH))
			return NULL;
		/* It is the other one that has ended, or this one. */
		if (ret > 0 || !compare_threads(other, other))
			return other;
	}
	return NULL;
}
