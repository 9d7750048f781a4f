/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of the core tell each other, and nobody else. */
#ifndef _DMABUF_HEAPS_CORE_H
#define _DMABUF_HEAPS_CORE_H

#include <linux/dma-heap-buffer.h>
#include <linux/dma-heap.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mmzone.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/types.h>

#include "pool.h"
#include "quota.h"

struct attribute_group;
struct dma_buf;
struct dma_heap_list_cursor;
struct dma_heap_list_entry;
struct dma_heap_ops;
struct dma_heap_query_buffer_data;
struct dma_heap_query_data;
struct dma_heap_view_data;
struct dmem_cgroup_region;
struct file_operations;
struct inode;
struct module;

/**
 * struct dma_heap_counts - what a heap's attributes of the same names tell
 *
 * The first four are in bytes.
 */
struct dma_heap_counts {
	u64 used;
	u64 peak;
	u64 largest_success;
	u64 smallest_failure;
	u64 buffers;
	u64 allocations;
	u64 failures_limit;
	u64 failures_memory;
	u64 failures_busy;
	u64 failures_other;
};

/**
 * struct dma_heap - a source of buffers
 * @ref: Held by the registry, by each open node and by each buffer.
 * @id: No other heap has had it since the core was loaded.
 * @name: The first node's name, and the exporter name of the buffers.
 * @ops: The driver's.
 * @priv: The driver's.
 * @type: The kind of heap, or NULL.
 * @protected: The CPU gets no access to its memory.
 * @contiguous: Each buffer is in one piece.
 * @groups: The driver's attributes for each node's device, or NULL.
 * @owner: The driver's module.
 * @removal: Held for reading while the driver allocates, for writing when
 *	the heap is removed.
 * @removed: No allocation any more. Protected by @removal.
 * @nodes: The names it has. Protected by the registry's lock.
 * @quota: What users have of its memory: @own_quota, or that of all heaps with
 *	memory of the same kind.
 * @own_quota: See @quota.
 * @highest_zone: Of ordinary memory, the highest zone that it can lend from.
 * @dmem: The region, for the controller of device memory, or NULL.
 * @source: Where its contiguous memory comes from, or NULL.
 * @pool: What it keeps of that; only with a @source.
 * @lock: Protects all that follows. No allocation under it.
 * @has_region: It lends from a region.
 * @region: That, as far as it is known, see &dma_heap_export_info.region.
 * @lowest_pfn: The lowest frame that was ever lent.
 * @views: List of &struct dma_heap_listed: the views of each buffer, in the
 *	order in which they were made, and behind them the mark of its loan.
 *	Marks of running DMA_HEAP_IOCTL_LIST are between them.
 * @last_loan: The number of the last one.
 * @counts: For attributes.
 */
struct dma_heap {
	struct kref ref;
	u64 id;
	const char *name;
	const struct dma_heap_ops *ops;
	void *priv;
	const char *type;
	bool protected;
	bool contiguous;
	const struct attribute_group **groups;
	struct module *owner;
	struct rw_semaphore removal;
	bool removed;
	struct list_head nodes;
	struct dma_heap_quota *quota;
	struct dma_heap_quota own_quota;
	enum zone_type highest_zone;
	struct dmem_cgroup_region *dmem;
	const struct dma_heap_source *source;
	struct dma_heap_pool pool;
	struct mutex lock;	/* see above */
	bool has_region;
	struct dma_heap_extent region;
	unsigned long lowest_pfn;
	struct list_head views;
	u64 last_loan;
	struct dma_heap_counts counts;
};

void dma_heap_get(struct dma_heap *heap);
void dma_heap_put(struct dma_heap *heap);
struct dma_heap *dma_heap_get_from_inode(struct inode *inode);
void dma_heap_update_size(struct dma_heap *heap);

int dma_heap_registry_init(void);
void dma_heap_registry_exit(void);

int dma_heap_lending_start(struct dma_heap *heap,
			   const struct dma_heap_export_info *info);
void dma_heap_lending_stop(struct dma_heap *heap);
struct dma_buf *dma_heap_lend(struct dma_heap *heap, unsigned long len,
			      u32 fd_flags, u64 heap_flags);
bool dma_heap_limit_fits(const struct dma_heap *heap,
			 const struct dma_heap_limit *limit);
bool dma_heap_has_room(struct dma_heap *heap, unsigned long nr_pages);
struct dma_heap_list_cursor *dma_heap_list_begin(struct dma_heap *heap,
						 u32 *flags);
int dma_heap_list_next(struct dma_heap_list_cursor *cursor,
		       const struct dma_heap_list_entry **entries);
void dma_heap_list_end(struct dma_heap_list_cursor *cursor);

void dma_heap_poison_init(void);
void dma_heap_poison_exit(void);
bool dma_heap_has_poison(const struct dma_heap_extent *extent,
			 unsigned int *seen);

void dma_heap_query(struct dma_heap *heap, struct dma_heap_query_data *data);
int dma_heap_query_buffer(struct dma_heap *heap,
			  struct dma_heap_query_buffer_data *data);

struct dma_buf *dma_heap_view_create(struct dma_heap *heap,
				     const struct dma_heap_view_data *data);

/* The limit of heaps when they are added, where it can be that. */
extern struct dma_heap_limit dma_heap_default_limit;

extern const struct file_operations dma_heap_fops;
extern const struct attribute_group dma_heap_size_group;
extern const struct attribute_group dma_heap_pool_group;
extern const struct attribute_group *dma_heap_groups[];

#endif /* _DMABUF_HEAPS_CORE_H */
