// SPDX-License-Identifier: GPL-2.0
/* Joins what a heap has lent with the names that /proc has for it. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "placed.h"

/* A dma-buf of which a process was seen to have a descriptor. */
struct named {
	uint64_t inode;
	char name[32];
};

struct search {
	struct placed_list *placed;
	struct named *named;	/* in the order of their inodes */
	size_t n_named;
};

static int by_inode(const void *a, const void *b)
{
	const struct named *left = a, *right = b;

	return (left->inode > right->inode) - (left->inode < right->inode);
}

static int add_named(const struct dmaheap_use *use, void *data)
{
	struct search *search = data;
	struct named *named;

	if (!dmaheap_use_name(use)[0])
		return 0;
	named = append(search->named, &search->n_named, sizeof(*named));
	if (!named)
		return -ENOMEM;
	search->named = named;
	named += search->n_named - 1;
	named->inode = dmaheap_use_inode(use);
	snprintf(named->name, sizeof(named->name), "%s", dmaheap_use_name(use));
	return 0;
}

static const char *find_name(const struct search *search, uint64_t inode)
{
	const struct named key = { .inode = inode }, *named;

	if (!search->n_named)
		return "";
	named = bsearch(&key, search->named, search->n_named, sizeof(key),
			by_inode);
	return named ? named->name : "";
}

/* The name of a view is the buffer's where the buffer has none. */
static void add_name(struct placed *placed, const char *name)
{
	if (!placed->name[0])
		snprintf(placed->name, sizeof(placed->name), "%s", name);
}

static int add_placed(const struct dmaheap_buffer *buffer, void *data)
{
	const struct search *search = data;
	struct placed_list *list = search->placed;
	struct placed *placed;
	const char *name;
	int where;

	name = find_name(search, dmaheap_buffer_inode(buffer));
	/* Views follow their buffer. */
	if (list->count &&
	    list->list[list->count - 1].id == dmaheap_buffer_id(buffer)) {
		add_name(&list->list[list->count - 1], name);
		return 0;
	}

	placed = append(list->list, &list->count, sizeof(*placed));
	if (!placed)
		return -ENOMEM;
	list->list = placed;
	placed += list->count - 1;
	*placed = (struct placed) {
		.size = dmaheap_buffer_memory_size(buffer),
		.id = dmaheap_buffer_id(buffer),
		.uid = dmaheap_buffer_uid(buffer),
		.pid = dmaheap_buffer_pid(buffer),
	};
	where = dmaheap_buffer_region_offset(buffer, &placed->offset);
	placed->in_region = where >= 0;
	list->relative |= where == 1;
	snprintf(placed->comm, sizeof(placed->comm), "%s",
		 dmaheap_buffer_comm(buffer));
	add_name(placed, name);
	return 0;
}

int find_placed(struct dmaheap *heap, struct placed_list *placed)
{
	struct search search = { .placed = placed };
	int ret;

	*placed = (struct placed_list) { 0 };
	ret = dmaheap_foreach_use(add_named, &search, NULL);
	if (!ret && search.n_named)
		qsort(search.named, search.n_named, sizeof(*search.named),
		      by_inode);
	if (!ret)
		ret = dmaheap_foreach_buffer(heap, add_placed, &search);
	free(search.named);
	return ret;
}
