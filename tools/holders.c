// SPDX-License-Identifier: GPL-2.0
/* What is lent, and who has it. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "array.h"
#include "holders.h"

/* What a walk over one heap adds to. */
struct walk {
	struct holders *holders;
	const struct heap *heap;
};

static int add_lent(const struct dmaheap_buffer *buffer, void *data)
{
	const struct walk *walk = data;
	struct holders *holders = walk->holders;
	struct lent *lent;

	lent = append(holders->lent, &holders->n_lent, sizeof(*lent));
	if (!lent)
		return -ENOMEM;
	holders->lent = lent;
	lent += holders->n_lent - 1;
	*lent = (struct lent) {
		.heap = walk->heap,
		.inode = dmaheap_buffer_inode(buffer),
		.id = dmaheap_buffer_id(buffer),
		.memory_size = dmaheap_buffer_memory_size(buffer),
		.offset = dmaheap_buffer_offset(buffer),
		.size = dmaheap_buffer_size(buffer),
		.uid = dmaheap_buffer_uid(buffer),
		.pid = dmaheap_buffer_pid(buffer),
	};
	snprintf(lent->comm, sizeof(lent->comm), "%s",
		 dmaheap_buffer_comm(buffer));
	return 0;
}

static struct lent *find_lent(const struct holders *holders, uint64_t inode)
{
	size_t first = 0, last = holders->n_lent;

	while (first < last) {
		size_t middle = first + (last - first) / 2;

		if (holders->by_inode[middle]->inode == inode)
			return holders->by_inode[middle];
		if (holders->by_inode[middle]->inode < inode)
			first = middle + 1;
		else
			last = middle;
	}
	return NULL;
}

static int mark_lasting(const struct dmaheap_buffer *buffer, void *data)
{
	const struct walk *walk = data;
	struct lent *lent = find_lent(walk->holders,
				      dmaheap_buffer_inode(buffer));

	if (lent)
		lent->lasts = true;
	return 0;
}

static int compare_inodes(const void *a, const void *b)
{
	const struct lent *left = *(struct lent * const *)a;
	const struct lent *right = *(struct lent * const *)b;

	return (left->inode > right->inode) - (left->inode < right->inode);
}

static int sort_lent(struct holders *holders)
{
	if (!holders->n_lent)
		return 0;
	holders->by_inode = calloc(holders->n_lent,
				   sizeof(*holders->by_inode));
	if (!holders->by_inode)
		return -ENOMEM;
	for (size_t i = 0; i < holders->n_lent; i++)
		holders->by_inode[i] = &holders->lent[i];
	qsort(holders->by_inode, holders->n_lent, sizeof(*holders->by_inode),
	      compare_inodes);
	return 0;
}

/* A heap that has gone has nothing to tell, nor one of the kernel's own. */
static int walk_heap(struct walk *walk,
		     int (*fn)(const struct dmaheap_buffer *buffer, void *data))
{
	struct dmaheap *heap;
	int ret;

	ret = dmaheap_open(walk->heap->names[0], &heap);
	if (ret)
		return ret;
	ret = dmaheap_foreach_buffer(heap, fn, walk);
	dmaheap_close(heap);
	return ret;
}

static int walk_heaps(const struct heaps *heaps, struct holders *holders,
		      int (*fn)(const struct dmaheap_buffer *buffer,
				void *data))
{
	holders->closed = 0;
	for (size_t i = 0; i < heaps->count; i++) {
		struct walk walk = {
			.holders = holders,
			.heap = &heaps->heaps[i],
		};

		switch (walk_heap(&walk, fn)) {
		case -ENOMEM:
			return -ENOMEM;
		case -EACCES:
		case -EPERM:
			holders->closed++;
			break;
		}
	}
	return 0;
}

static int add_holder(const struct dmaheap_use *use, void *data)
{
	struct holders *holders = data;
	const char *heap = dmaheap_use_heap(use);
	struct holder *holder;
	struct lent *lent;

	holder = append(holders->holders, &holders->n_holders, sizeof(*holder));
	if (!holder)
		return -ENOMEM;
	holders->holders = holder;
	holder += holders->n_holders - 1;

	lent = find_lent(holders, dmaheap_use_inode(use));
	*holder = (struct holder) {
		.lent = lent,
		.pid = dmaheap_use_pid(use),
		.uid = dmaheap_use_uid(use),
		.inode = dmaheap_use_inode(use),
		.size = dmaheap_use_size(use),
		.mapped = dmaheap_use_mapped(use),
		.descriptors = dmaheap_use_descriptors(use),
	};
	if (lent) {
		lent->is_held = true;
		holder->size = lent->size;
		heap = lent->heap->names[0];
	}
	snprintf(holder->comm, sizeof(holder->comm), "%s",
		 dmaheap_use_comm(use));
	snprintf(holder->heap, sizeof(holder->heap), "%s", heap ? heap : "");
	snprintf(holder->name, sizeof(holder->name), "%s",
		 dmaheap_use_name(use));
	return 0;
}

/* The views of one memory stand together. */
static void mark_held_memory(struct holders *holders)
{
	size_t first = 0, next;

	for (; first < holders->n_lent; first = next) {
		const struct lent *lent = &holders->lent[first];
		bool is_held = false;

		for (next = first; next < holders->n_lent &&
		     holders->lent[next].id == lent->id &&
		     holders->lent[next].heap == lent->heap; next++)
			is_held |= holders->lent[next].is_held;
		for (size_t i = first; i < next; i++)
			holders->lent[i].memory_is_held = is_held;
	}
}

/*
 * The heaps are asked before and after: what is in only one of their lists may
 * have been in a process when we were looking elsewhere.
 */
int find_holders(const struct heaps *heaps, struct holders *holders)
{
	int ret;

	*holders = (struct holders) { 0 };
	ret = walk_heaps(heaps, holders, add_lent);
	if (!ret)
		ret = sort_lent(holders);
	if (!ret)
		ret = dmaheap_foreach_use(add_holder, holders,
					  &holders->hidden);
	if (!ret)
		ret = walk_heaps(heaps, holders, mark_lasting);
	if (ret)
		return ret;

	mark_held_memory(holders);
	return 0;
}

void free_holders(struct holders *holders)
{
	free(holders->lent);
	free(holders->by_inode);
	free(holders->holders);
}

const char *unseen_holder(const struct holders *holders)
{
	return holders->hidden ? "unseen" : "kernel";
}

void print_unseen(FILE *stream, const struct holders *holders)
{
	if (holders->hidden && geteuid())
		fputs("dmaheap: only your own processes can be seen; use sudo to see all\n",
		      stream);
	else if (holders->hidden)
		fprintf(stream, "dmaheap: processes that can't be looked into: at least %zu\n",
			holders->hidden);
	else if (holders->closed)
		fputs("dmaheap: what no process has can't be seen, as you may not open all heaps\n",
		      stream);
}
