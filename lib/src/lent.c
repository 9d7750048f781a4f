// SPDX-License-Identifier: LGPL-2.1-or-later
/* What a heap has lent. */

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include <linux/dma-heap.h>

#include "dmaheap.h"
#include "internal.h"

/* Enough for most heaps at most times. */
#define FIRST_ROOM 64

struct dmaheap_buffer {
	struct dma_heap_list_entry entry;
	bool relative;		/* DMA_HEAP_LIST_RELATIVE */
};

struct entry_list {
	struct dma_heap_list_entry *entries;
	uint32_t count;
	bool relative;
};

/* Asks again with more room until there is enough for all. */
static int read_entries(const struct dmaheap *heap, struct entry_list *list)
{
	struct dma_heap_list_data request = { .nr_entries = FIRST_ROOM };
	uint32_t room = 0;
	int ret;

	while (request.nr_entries > room) {
		struct dma_heap_list_entry *entries;

		/* Others go on allocating meanwhile. */
		room = request.nr_entries + request.nr_entries / 4;
		entries = reallocarray(list->entries, room, sizeof(*entries));
		if (!entries)
			return -ENOMEM;
		list->entries = entries;

		request = (struct dma_heap_list_data) {
			.entries = (uintptr_t)entries,
			.nr_entries = room,
			.entry_size = sizeof(*entries),
		};
		ret = dmaheap__ioctl(heap->fd, DMA_HEAP_IOCTL_LIST, &request);
		/* As the request is valid, it is the ioctl that is unknown. */
		if (ret == -EINVAL || ret == -ENOTTY)
			return -EOPNOTSUPP;
		if (ret)
			return ret;
	}

	list->count = request.nr_entries;
	list->relative = request.flags & DMA_HEAP_LIST_RELATIVE;
	return 0;
}

int dmaheap_foreach_buffer(struct dmaheap *heap,
			   int (*fn)(const struct dmaheap_buffer *buffer,
				     void *data),
			   void *data)
{
	struct entry_list list = { 0 };
	int ret;

	ret = read_entries(heap, &list);
	for (uint32_t i = 0; !ret && i < list.count; i++) {
		const struct dmaheap_buffer buffer = {
			.entry = list.entries[i],
			.relative = list.relative,
		};

		ret = fn(&buffer, data);
	}

	free(list.entries);
	return ret;
}

uint64_t dmaheap_buffer_inode(const struct dmaheap_buffer *buffer)
{
	return buffer->entry.inode;
}

uint64_t dmaheap_buffer_id(const struct dmaheap_buffer *buffer)
{
	return buffer->entry.buffer;
}

uint64_t dmaheap_buffer_size(const struct dmaheap_buffer *buffer)
{
	return buffer->entry.len;
}

uint64_t dmaheap_buffer_offset(const struct dmaheap_buffer *buffer)
{
	return buffer->entry.offset;
}

uint64_t dmaheap_buffer_memory_size(const struct dmaheap_buffer *buffer)
{
	return buffer->entry.buffer_len;
}

int dmaheap_buffer_region_offset(const struct dmaheap_buffer *buffer,
				 uint64_t *offset)
{
	if (buffer->entry.region_offset == DMA_HEAP_NOWHERE)
		return -ENODATA;
	*offset = buffer->entry.region_offset;
	return buffer->relative;
}

uid_t dmaheap_buffer_uid(const struct dmaheap_buffer *buffer)
{
	return buffer->entry.uid;
}

pid_t dmaheap_buffer_pid(const struct dmaheap_buffer *buffer)
{
	return buffer->entry.pid;
}

const char *dmaheap_buffer_comm(const struct dmaheap_buffer *buffer)
{
	return buffer->entry.comm;
}
