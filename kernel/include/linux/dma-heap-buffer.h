/* SPDX-License-Identifier: GPL-2.0 */
/*
 * DMA-BUF heaps: the buffer exporter that all heaps share.
 *
 * A heap driver finds memory and describes it as extents. Attachments,
 * mappings, CPU access and the end of the buffer are the exporter's.
 */
#ifndef _DMA_HEAP_BUFFER_H
#define _DMA_HEAP_BUFFER_H

#include <linux/dma-resv.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/mutex.h>
#include <linux/sizes.h>
#include <linux/types.h>

struct dma_buf;
struct dma_heap;
struct dma_heap_buffer;
struct dma_heap_loan;
struct dma_heap_region;

/* Only the linker sees these, see <linux/dma-heap.h>. */
#define dma_heap_allocate_contiguous dmabuf_heaps_allocate_contiguous
#define dma_heap_buffer_create	dmabuf_heaps_buffer_create
#define dma_heap_buffer_destroy	dmabuf_heaps_buffer_destroy
#define dma_heap_buffer_export	dmabuf_heaps_buffer_export
#define dma_heap_clear		dmabuf_heaps_clear
#define dma_heap_clear_fresh	dmabuf_heaps_clear_fresh
#define dma_heap_headroom	dmabuf_heaps_headroom
#define dma_heap_headroom_claim	dmabuf_heaps_headroom_claim
#define dma_heap_headroom_unclaim dmabuf_heaps_headroom_unclaim
#define dma_heap_headroom_take	dmabuf_heaps_headroom_take
#define dma_heap_headroom_untake dmabuf_heaps_headroom_untake
#define dma_heap_parse_size	dmabuf_heaps_parse_size
#define dma_heap_region_create	dmabuf_heaps_region_create
#define dma_heap_region_destroy	dmabuf_heaps_region_destroy
#define dma_heap_region_alloc	dmabuf_heaps_region_alloc
#define dma_heap_region_free	dmabuf_heaps_region_free
#define dma_heap_region_has	dmabuf_heaps_region_has

/**
 * struct dma_heap_extent - physically contiguous memory
 * @pfn: Number of the first page frame.
 * @nr_pages: How many pages follow each other, not 0.
 */
struct dma_heap_extent {
	unsigned long pfn;
	unsigned long nr_pages;
};

/**
 * struct dma_heap_buffer_ops - what the exporter asks of the heap
 * @free: Take back the memory of all extents. The buffer's last reference is
 *	gone: no CPU and no device reaches it. May sleep.
 */
struct dma_heap_buffer_ops {
	void (*free)(struct dma_heap_buffer *buffer);
};

/**
 * struct dma_heap_buffer - memory that is lent, as one dma-buf or more
 * @ref: Held by each dma-buf over it.
 * @heap: Where it came from. The buffer holds a reference.
 * @ops: The heap's.
 * @loan: To whom it is lent, the core's; or NULL if nobody has asked the heap
 *	for it.
 * @resv: The reservation object of all its dma-bufs.
 * @huge_lock: Serialises page faults that may insert a huge entry, see
 *	core/mmap.c.
 * @lock: Protects all that follows up to @clean. Last in the lock order,
 *	see core/buffer.c.
 * @mappings: One entry for each time a device has pages of it mapped.
 * @writable: The CPU may write to it, or might have at some time.
 * @clean: All that was in the CPU's caches has been cleaned once, our own
 *	clearing that is, and what was written until then; and no device has
 *	put anything there since.
 * @nr_pages: Size in pages.
 * @nr_extents: Length of @extents.
 * @extents: The memory, in the buffer's order. The heap fills them in between
 *	dma_heap_buffer_create() and dma_heap_buffer_export(), with @nr_pages
 *	pages in all.
 */
struct dma_heap_buffer {
	struct kref ref;
	struct dma_heap *heap;
	const struct dma_heap_buffer_ops *ops;
	struct dma_heap_loan *loan;
	struct dma_resv resv;
	struct mutex huge_lock;	/* see above */
	struct mutex lock;	/* see above */
	struct list_head mappings;
	bool writable;
	bool clean;
	unsigned long nr_pages;
	unsigned int nr_extents;
	struct dma_heap_extent extents[] __counted_by(nr_extents);
};

struct dma_heap_buffer *
dma_heap_buffer_create(struct dma_heap *heap,
		       const struct dma_heap_buffer_ops *ops,
		       unsigned long nr_pages, unsigned int nr_extents);
void dma_heap_buffer_destroy(struct dma_heap_buffer *buffer);
struct dma_buf *dma_heap_buffer_export(struct dma_heap_buffer *buffer,
				       u32 fd_flags);

struct dma_buf *dma_heap_allocate_contiguous(struct dma_heap *heap,
					     unsigned long len, u32 fd_flags,
					     u64 heap_flags);

int dma_heap_clear(const struct dma_heap_extent *extent);
int dma_heap_clear_fresh(const struct dma_heap_extent *extent);

unsigned long dma_heap_headroom(enum zone_type highest);
int dma_heap_headroom_claim(unsigned long nr_pages, enum zone_type highest);
void dma_heap_headroom_unclaim(unsigned long nr_pages, enum zone_type highest);
void dma_heap_headroom_take(unsigned long nr_pages, enum zone_type highest);
void dma_heap_headroom_untake(unsigned long nr_pages);

int dma_heap_parse_size(const char *text, u64 *bytes);

/* The largest alignment of contiguous memory, in bytes. */
#define DMA_HEAP_MAX_ALIGNMENT SZ_2M

/* Size from which on that alignment is preferred, in bytes. */
#define DMA_HEAP_LARGE SZ_8M

/**
 * dma_heap_least_alignment() - get the alignment that contiguous memory has
 * @nr_pages: Number of pages, not 0.
 *
 * Mainline's CMA heap uses the same: the size, so that sizes do not fragment
 * each other, but 1 MiB at most.
 *
 * Return: The alignment in pages.
 */
static inline unsigned long dma_heap_least_alignment(unsigned long nr_pages)
{
	return min(roundup_pow_of_two(nr_pages), SZ_1M >> PAGE_SHIFT);
}

/**
 * dma_heap_alignment() - get the alignment to try first
 * @nr_pages: Number of pages, not 0.
 *
 * A process can map memory by large pages where they are aligned. That is worth
 * 2 MiB for large buffers, but no failure: see dma_heap_least_alignment().
 *
 * Return: The alignment in pages.
 */
static inline unsigned long dma_heap_alignment(unsigned long nr_pages)
{
	if (nr_pages >= DMA_HEAP_LARGE >> PAGE_SHIFT)
		return DMA_HEAP_MAX_ALIGNMENT >> PAGE_SHIFT;

	return dma_heap_least_alignment(nr_pages);
}

struct dma_heap_region *
dma_heap_region_create(const struct dma_heap_extent *memory);
void dma_heap_region_destroy(struct dma_heap_region *region);
int dma_heap_region_alloc(struct dma_heap_region *region,
			  struct dma_heap_extent *extent);
void dma_heap_region_free(struct dma_heap_region *region,
			  const struct dma_heap_extent *extent);
bool dma_heap_region_has(const struct dma_heap_region *region,
			 const struct dma_heap_extent *extent);

#endif /* _DMA_HEAP_BUFFER_H */
