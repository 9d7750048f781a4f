/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of the core tell each other, and nobody else. */
#ifndef _DMABUF_HEAPS_CORE_H
#define _DMABUF_HEAPS_CORE_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/rwsem.h>
#include <linux/types.h>

struct attribute_group;
struct dma_buf;
struct dma_heap_ops;
struct dma_heap_view_data;
struct file_operations;
struct inode;
struct module;

/**
 * struct dma_heap - a source of buffers
 * @ref: Held by the registry, by each open node and by each buffer.
 * @name: The first node's name, and the exporter name of the buffers.
 * @ops: The driver's.
 * @priv: The driver's.
 * @type: The kind of heap, or NULL.
 * @protected: The CPU gets no access to its memory.
 * @groups: The driver's attributes for each node's device, or NULL.
 * @owner: The driver's module.
 * @removal: Held for reading while the driver allocates, for writing when
 *	the heap is removed.
 * @removed: No allocation any more. Protected by @removal.
 * @nodes: The names it has. Protected by the registry's lock.
 */
struct dma_heap {
	struct kref ref;
	const char *name;
	const struct dma_heap_ops *ops;
	void *priv;
	const char *type;
	bool protected;
	const struct attribute_group **groups;
	struct module *owner;
	struct rw_semaphore removal;
	bool removed;
	struct list_head nodes;
};

void dma_heap_get(struct dma_heap *heap);
void dma_heap_put(struct dma_heap *heap);
struct dma_heap *dma_heap_get_from_inode(struct inode *inode);

int dma_heap_registry_init(void);
void dma_heap_registry_exit(void);

struct dma_buf *dma_heap_view_create(struct dma_heap *heap,
				     const struct dma_heap_view_data *data);

extern const struct file_operations dma_heap_fops;
extern const struct attribute_group *dma_heap_groups[];

#endif /* _DMABUF_HEAPS_CORE_H */
