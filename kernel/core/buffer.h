/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of the exporter tell each other. */
#ifndef _DMABUF_HEAPS_BUFFER_H
#define _DMABUF_HEAPS_BUFFER_H

#include <linux/dma-direction.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/types.h>

struct device;
struct dma_buf;
struct dma_buf_attachment;
struct dma_heap;
struct dma_heap_buffer;
struct dma_heap_extent;
struct iosys_map;
struct sg_table;
struct vm_area_struct;

/**
 * struct dma_heap_span - some of a buffer's pages
 * @first: The first one's number in the buffer.
 * @nr_pages: How many.
 */
struct dma_heap_span {
	unsigned long first;
	unsigned long nr_pages;
};

/* What two spans have in common; of no pages if that is nothing. */
static inline struct dma_heap_span
dma_heap_span_common(struct dma_heap_span a, struct dma_heap_span b)
{
	unsigned long first = max(a.first, b.first);
	unsigned long end = min(a.first + a.nr_pages, b.first + b.nr_pages);

	return (struct dma_heap_span){ first, end > first ? end - first : 0 };
}

/**
 * struct dma_heap_listed - an entry of &dma_heap.views
 * @link: Place in that list. Protected by &dma_heap.lock.
 * @view: The view, or NULL for a mark.
 */
struct dma_heap_listed {
	struct list_head link;
	const struct dma_heap_view *view;
};

/**
 * struct dma_heap_view - a dma-buf over a buffer, whole or in part
 * @buffer: The memory. The view holds a reference.
 * @span: Which pages of it.
 * @writable: The CPU may write through it: it was opened for writing, or was in
 *	the kernel's address space once. Changed under &dma_heap_buffer.lock.
 * @vaddr: Where it is in the kernel's vmalloc area, or NULL. Protected by
 *	&dma_heap_buffer.lock.
 * @inode: The number of the dma-buf's inode.
 * @listed: Entry of &dma_heap.views, if the buffer is charged.
 */
struct dma_heap_view {
	struct dma_heap_buffer *buffer;
	struct dma_heap_span span;
	bool writable;
	void *vaddr;
	unsigned long inode;
	struct dma_heap_listed listed;
};

/**
 * struct dma_heap_walk - a walk over a span, by pieces without a gap
 * @pfn: First page frame of the piece.
 * @nr_pages: Its length; 0 at the end of the walk.
 * @left: How many pages follow it.
 * @extent: Where it is.
 */
struct dma_heap_walk {
	unsigned long pfn;
	unsigned long nr_pages;
	unsigned long left;
	const struct dma_heap_extent *extent;
};

/**
 * struct dma_heap_entry_limit - limits of one scatterlist entry
 * @dev: Device of the attachment.
 * @max_pages: Number of pages that one entry can have.
 * @boundary: Mask of the bus addresses that one entry must not cross, or
 *	ULONG_MAX.
 */
struct dma_heap_entry_limit {
	struct device *dev;
	unsigned long max_pages;
	unsigned long boundary;
};

/* buffer.c: the memory */
void dma_heap_walk_start(struct dma_heap_walk *walk,
			 const struct dma_heap_buffer *buffer,
			 struct dma_heap_span span);
void dma_heap_walk_next(struct dma_heap_walk *walk);
void dma_heap_walk_skip(struct dma_heap_walk *walk, unsigned long nr_pages);

void dma_heap_buffer_get(struct dma_heap_buffer *buffer);
void dma_heap_buffer_put(struct dma_heap_buffer *buffer);

/* lending.c: who has asked for it */
void dma_heap_loan_end(struct dma_heap_buffer *buffer);
void dma_heap_loan_settle(struct dma_heap_buffer *buffer);
void dma_heap_loan_add_view(struct dma_heap_view *view);
void dma_heap_loan_drop_view(struct dma_heap_view *view);

/* view.c: the dma-bufs over it */
struct dma_heap_view *dma_heap_view_of(const struct dma_buf *dmabuf);
struct dma_heap_view *dma_heap_view_in(const struct dma_heap *heap,
				       const struct dma_buf *dmabuf);
struct dma_buf *dma_heap_view_export(struct dma_heap_buffer *buffer,
				     struct dma_heap_span span, u32 fd_flags);

/* mapping.c: buffers in devices */
int dma_heap_alloc_table(struct sg_table *table,
			 const struct dma_heap_view *view,
			 const struct dma_heap_entry_limit *limit);
struct sg_table *dma_heap_buffer_map(struct dma_buf_attachment *attachment,
				     enum dma_data_direction direction);
void dma_heap_buffer_unmap(struct dma_buf_attachment *attachment,
			   struct sg_table *table,
			   enum dma_data_direction direction);
void dma_heap_sync_for_cpu(const struct dma_heap_view *view,
			   enum dma_data_direction direction);
void dma_heap_sync_for_device(const struct dma_heap_view *view,
			      enum dma_data_direction direction);

/* cpu-access.c: begin and end of CPU accesses */
int dma_heap_buffer_begin_cpu_access(struct dma_buf *dmabuf,
				     enum dma_data_direction direction);
int dma_heap_buffer_end_cpu_access(struct dma_buf *dmabuf,
				   enum dma_data_direction direction);

/* mmap.c: buffers in processes */
int dma_heap_buffer_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma);

/* vmap.c: buffers in the kernel */
int dma_heap_buffer_vmap(struct dma_buf *dmabuf, struct iosys_map *map);
void dma_heap_buffer_vunmap(struct dma_buf *dmabuf, struct iosys_map *map);

/* protected.c: buffers that the CPU has no access to */
struct sg_table *dma_heap_protected_map(struct dma_buf_attachment *attachment,
					enum dma_data_direction direction);
void dma_heap_protected_unmap(struct dma_buf_attachment *attachment,
			      struct sg_table *table,
			      enum dma_data_direction direction);
int dma_heap_protected_cpu_access(struct dma_buf *dmabuf,
				  enum dma_data_direction direction);
int dma_heap_protected_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma);

#endif /* _DMABUF_HEAPS_BUFFER_H */
