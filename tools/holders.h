/* SPDX-License-Identifier: GPL-2.0 */
/* What is lent, and who has it. */

#ifndef DMAHEAP_HOLDERS_H
#define DMAHEAP_HOLDERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "heaps.h"

/* A dma-buf that a heap told of: a buffer, or a view of one. */
struct lent {
	const struct heap *heap;
	uint64_t inode;
	uint64_t id;		/* of its memory */
	uint64_t memory_size;
	uint64_t offset;	/* in its memory */
	uint64_t size;
	uid_t uid;		/* who asked for the memory */
	pid_t pid;		/* ... or 0, if it has gone */
	char comm[16];
	bool lasts;		/* it was there before we looked, and after */
	bool is_held;		/* a process has it */
	bool memory_is_held;	/* ... or a view of the same memory */
};

/* A process and a dma-buf that it has. */
struct holder {
	const struct lent *lent;	/* or NULL: no heap told of it */
	pid_t pid;
	uid_t uid;
	uint64_t inode;
	uint64_t size;		/* 0: not known */
	uint64_t mapped;
	unsigned int descriptors;
	char comm[64];
	char heap[256];		/* or the driver; empty: not known */
	char name[128];
};

struct holders {
	struct lent *lent;	/* by heap, as the kernel told */
	size_t n_lent;
	struct lent **by_inode;
	struct holder *holders;	/* by process and inode */
	size_t n_holders;
	size_t hidden;		/* processes that can't be looked into */
	size_t closed;		/* heaps that can't be asked */
};

/* Returns 0 or -errno. What was found is freed by free_holders() either way. */
int find_holders(const struct heaps *heaps, struct holders *holders);
void free_holders(struct holders *holders);

/*
 * Who has what no process was seen to have, in a word: the kernel, unless there
 * are processes that can't be looked into.
 */
const char *unseen_holder(const struct holders *holders);

/* Say on a stream what could not be seen, if anything, in one line. */
void print_unseen(FILE *stream, const struct holders *holders);

#endif /* DMAHEAP_HOLDERS_H */
