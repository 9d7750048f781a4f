// SPDX-License-Identifier: LGPL-2.1-or-later
/* Which processes have which dma-bufs. */

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <sys/sysmacros.h>

#include "dmaheap.h"
#include "uses.h"

/* What is shown of a use that was found. */
struct dmaheap_use {
	const struct known_process *process;
	const struct known_buffer *buffer;
	uint64_t mapped;	/* in bytes */
	unsigned int descriptors;
};

static int compare_buffers(const void *a, const void *b)
{
	const struct known_buffer *left = a, *right = b;

	if (left->inode != right->inode)
		return left->inode < right->inode ? -1 : 1;
	return (left->device > right->device) - (left->device < right->device);
}

struct known_buffer *dmaheap__get_buffer(struct scan *scan, dev_t device,
					 uint64_t inode)
{
	const struct known_buffer key = { .device = device, .inode = inode };
	struct known_buffer **found, *new;

	found = tfind(&key, &scan->buffers, compare_buffers);
	if (found)
		return *found;
	new = malloc(sizeof(*new));
	if (new) {
		*new = key;
		found = tsearch(new, &scan->buffers, compare_buffers);
	}
	if (found)
		return *found;
	free(new);
	errno = ENOMEM;
	return NULL;
}

/* What was seen by descriptor comes before what is mapped. */
static int compare_uses(const void *a, const void *b)
{
	const struct found_use *left = a, *right = b;

	if (left->pid != right->pid)
		return left->pid < right->pid ? -1 : 1;
	return compare_buffers(left->buffer, right->buffer);
}

void dmaheap__merge_uses(struct scan *scan)
{
	struct found_use *uses = scan->uses + scan->part;
	const size_t count = scan->count - scan->part;
	size_t kept = 0;

	if (!count)
		return;
	qsort(uses, count, sizeof(*uses), compare_uses);
	for (size_t i = 1; i < count; i++) {
		if (uses[i].buffer == uses[kept].buffer) {
			uses[kept].mapped += uses[i].mapped;
			uses[kept].descriptors += uses[i].descriptors;
		} else {
			uses[++kept] = uses[i];
		}
	}
	scan->count = scan->part + kept + 1;
}

/* A process may have one dma-buf a million times: that must not take memory. */
static int make_room(struct scan *scan)
{
	const size_t room = scan->room ? 2 * scan->room : 64;
	struct found_use *uses;

	dmaheap__merge_uses(scan);
	if (scan->room && scan->count <= scan->room / 2)
		return 0;
	uses = reallocarray(scan->uses, room, sizeof(*uses));
	if (!uses)
		return -ENOMEM;
	scan->uses = uses;
	scan->room = room;
	return 0;
}

int dmaheap__add_use(struct scan *scan, const struct known_buffer *buffer,
		     uint64_t mapped, unsigned int descriptors)
{
	int ret = 0;

	if (scan->count == scan->room)
		ret = make_room(scan);
	if (ret)
		return ret;
	scan->uses[scan->count++] = (struct found_use) {
		.pid = scan->pid,
		.process = scan->n_processes,
		.buffer = buffer,
		.mapped = mapped,
		.descriptors = descriptors,
	};
	return 0;
}

/*
 * A file of this name may be anybody's. All dma-bufs are on one device, known
 * from the first descriptor; without any, at least none that disks have.
 */
static bool is_dma_buf(const struct scan *scan,
		       const struct known_buffer *buffer)
{
	if (!buffer->device)
		return true;
	return scan->device ? buffer->device == scan->device :
			      !major(buffer->device);
}

/* What a mapping does not say of a dma-buf, a descriptor of any process may. */
static const struct known_buffer *describe(const struct scan *scan,
					   const struct known_buffer *buffer)
{
	const struct known_buffer key = { .inode = buffer->inode };
	struct known_buffer **found;

	if (!buffer->device)
		return buffer;
	found = tfind(&key, &scan->buffers, compare_buffers);
	if (!found)
		return buffer;
	/* Nor does a descriptor by O_PATH: then the path has the name. */
	if (!(*found)->is_described && !(*found)->name[0])
		dmaheap__copy_line((*found)->name, sizeof((*found)->name),
				   buffer->name);
	return *found;
}

/* Make one use of what a process has by descriptors and by mappings. */
static void join_uses(struct scan *scan)
{
	size_t count = 0;

	if (scan->count)
		qsort(scan->uses, scan->count, sizeof(*scan->uses),
		      compare_uses);
	for (size_t i = 0; i < scan->count; i++) {
		struct found_use use = scan->uses[i];
		struct found_use *last = count ? &scan->uses[count - 1] : NULL;

		if (!is_dma_buf(scan, use.buffer))
			continue;
		use.buffer = describe(scan, use.buffer);
		if (last && last->pid == use.pid &&
		    last->buffer->inode == use.buffer->inode) {
			last->mapped += use.mapped;
			last->descriptors += use.descriptors;
		} else {
			scan->uses[count++] = use;
		}
	}
	scan->count = count;
}

static int show_use(const struct scan *scan, const struct found_use *found,
		    int (*fn)(const struct dmaheap_use *use, void *data),
		    void *data)
{
	const struct dmaheap_use use = {
		.process = &scan->processes[found->process],
		.buffer = found->buffer,
		.mapped = found->mapped,
		.descriptors = found->descriptors,
	};

	return fn(&use, data);
}

static void free_scan(struct scan *scan)
{
	tdestroy(scan->buffers, free);
	free(scan->uses);
	free(scan->processes);
	free(scan->text.data);
}

int dmaheap_foreach_use(int (*fn)(const struct dmaheap_use *use, void *data),
			void *data, size_t *hidden)
{
	struct scan scan = { 0 };
	int ret;

	ret = dmaheap__scan_processes(&scan);
	if (!ret) {
		join_uses(&scan);
		if (hidden)
			*hidden = scan.hidden;
	}
	for (size_t i = 0; !ret && i < scan.count; i++)
		ret = show_use(&scan, &scan.uses[i], fn, data);
	free_scan(&scan);
	return ret;
}

pid_t dmaheap_use_pid(const struct dmaheap_use *use)
{
	return use->process->pid;
}

uid_t dmaheap_use_uid(const struct dmaheap_use *use)
{
	return use->process->uid;
}

const char *dmaheap_use_comm(const struct dmaheap_use *use)
{
	return use->process->comm;
}

uint64_t dmaheap_use_inode(const struct dmaheap_use *use)
{
	return use->buffer->inode;
}

uint64_t dmaheap_use_size(const struct dmaheap_use *use)
{
	return use->buffer->size;
}

const char *dmaheap_use_heap(const struct dmaheap_use *use)
{
	return use->buffer->heap[0] ? use->buffer->heap : NULL;
}

const char *dmaheap_use_name(const struct dmaheap_use *use)
{
	return use->buffer->name;
}

unsigned int dmaheap_use_descriptors(const struct dmaheap_use *use)
{
	return use->descriptors;
}

uint64_t dmaheap_use_mapped(const struct dmaheap_use *use)
{
	return use->mapped;
}
