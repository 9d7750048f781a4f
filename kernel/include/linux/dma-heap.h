/* SPDX-License-Identifier: GPL-2.0 */
/*
 * DMA-BUF heaps: what a heap driver calls.
 *
 * The calls and structures of mainline's header are here with mainline's
 * meaning, so that a driver written for it builds against this one as it is.
 */
#ifndef _DMA_HEAPS_H
#define _DMA_HEAPS_H

#include <linux/export.h>
#include <linux/limits.h>
#include <linux/types.h>

struct attribute_group;
struct dma_buf;
struct dma_heap;
struct dma_heap_extent;

/* Where a region begins that the kernel does not tell the place of. */
#define DMA_HEAP_PFN_UNKNOWN ULONG_MAX

/*
 * A kernel may have a heaps core of its own, which exports the same names,
 * and a module may not export a name that the kernel has. Only the linker
 * sees these.
 */
#define __dma_heap_add		__dmabuf_heaps_add
#define dma_heap_add_alias	dmabuf_heaps_add_alias
#define dma_heap_remove		dmabuf_heaps_remove
#define dma_heap_set_region	dmabuf_heaps_set_region
#define dma_heap_get_drvdata	dmabuf_heaps_get_drvdata
#define dma_heap_get_name	dmabuf_heaps_get_name

/**
 * struct dma_heap_ops - what a heap driver does
 * @allocate: Make a dma-buf of @len bytes, which is a multiple of the page
 *	size and not 0, and return it or an ERR_PTR(). @fd_flags is within
 *	DMA_HEAP_VALID_FD_FLAGS: its access mode belongs into
 *	&struct dma_buf_export_info.flags. @heap_flags is within
 *	DMA_HEAP_VALID_HEAP_FLAGS. -EDQUOT is for a limit, which programs see
 *	as -ENOMEM, and -ENOMEM for a lack of memory. Runs in the context of
 *	the process that asks, with no lock that a driver could know of, and
 *	may sleep.
 * @release: The heap was removed and its last buffer and last open node are
 *	gone: nobody will ask for its private data again. Optional. May sleep.
 * @find_region: Look for the heap's region, or for more of it, and report it by
 *	dma_heap_set_region(). Return whether there is more than before. Optional:
 *	for a region whose size is not certain. Called when the limit would refuse a
 *	request, in the context of @allocate.
 */
struct dma_heap_ops {
	struct dma_buf *(*allocate)(struct dma_heap *heap,
				    unsigned long len,
				    u32 fd_flags,
				    u64 heap_flags);
	void (*release)(struct dma_heap *heap);
	bool (*find_region)(struct dma_heap *heap);
};

/**
 * struct dma_heap_source - where a heap's contiguous memory comes from
 * @take: Take memory, in one piece, that nobody else has: fill in the place for
 *	the length. It is ready to be lent: zeros, where the CPU can write them.
 *	0, -ENOMEM, -EBUSY if there may be room, but pages of others could not be
 *	moved, or -EINTR for a killed caller. May sleep, but does not wait for
 *	such pages: dma_heap_allocate_contiguous() does, and asks again.
 * @clear: Make memory that was lent ready to be lent again. May be a part of
 *	what was taken. 0 or a negative error number. May sleep.
 * @give_back: Give memory back that was taken, or a part of it. May be called
 *	to make memory free: must not wait for that.
 * @shared: Others can use what was given back.
 */
struct dma_heap_source {
	int (*take)(struct dma_heap *heap, struct dma_heap_extent *extent);
	int (*clear)(struct dma_heap *heap,
		     const struct dma_heap_extent *extent);
	void (*give_back)(struct dma_heap *heap,
			  const struct dma_heap_extent *extent);
	bool shared;
};

/**
 * struct dma_heap_export_info - a heap to be added
 * @name: Name of the node in /dev/dma_heap, and what a buffer reports as its
 *	exporter. Copied.
 * @ops: What the heap does. Must live as long as the heap's module.
 * @priv: For dma_heap_get_drvdata().
 * @type: What kind of heap it is, in one word, for the attribute of that name.
 *	Optional. Must live as long as the heap's module.
 * @contiguous: Each buffer is one piece of memory. Told by an attribute if
 *	@type is set.
 * @ordinary: Memory is the machine's ordinary memory, of which
 *	dma_heap_headroom_claim() says how much may be taken. Users have one
 *	share of it in all such heaps.
 * @zone: Where the heap takes ordinary memory from, as the GFP flag that would
 *	be given to the page allocator: __GFP_HIGHMEM for all of it,
 *	__GFP_DMA32, or 0 for what the kernel itself can use.
 * @region: What the heap lends from: its first frame, or DMA_HEAP_PFN_UNKNOWN,
 *	and its size, or 0 if that is not known. NULL for a heap without a
 *	region. Copied.
 * @source: Where its memory comes from, for a heap whose
 *	&dma_heap_ops.allocate is dma_heap_allocate_contiguous(). Must live as
 *	long as the heap's module.
 * @protected: The CPU gets no access to the heap's memory: no mapping, no
 *	maintenance, and no need for struct pages. This is so for buffers that
 *	dma_heap_buffer_export() makes; a driver that makes its own sees to it.
 * @groups: More attributes for the heap's class device, whose driver data is
 *	the &struct dma_heap. Optional.
 */
struct dma_heap_export_info {
	const char *name;
	const struct dma_heap_ops *ops;
	void *priv;
	const char *type;
	bool contiguous;
	bool ordinary;
	gfp_t zone;
	const struct dma_heap_extent *region;
	const struct dma_heap_source *source;
	bool protected;
	const struct attribute_group **groups;
};

struct dma_heap *__dma_heap_add(const struct dma_heap_export_info *exp_info,
				struct module *owner);

/**
 * dma_heap_add() - add a heap
 * @exp_info: The heap, see &struct dma_heap_export_info.
 *
 * The calling module can't be unloaded while a node of the heap is open or,
 * where the buffers are made by dma_heap_buffer_export(), a buffer lives.
 *
 * Context: May sleep.
 * Return: The heap, to be given to dma_heap_remove(), or an ERR_PTR():
 * -EINVAL for a missing operation or a name that can't be a file's name,
 * -EEXIST if this or the kernel's own core has a heap of that name,
 * -ENOSPC if there are too many heaps, -ENOMEM.
 */
#define dma_heap_add(exp_info) __dma_heap_add(exp_info, THIS_MODULE)

int dma_heap_add_alias(struct dma_heap *heap, const char *name);
void dma_heap_remove(struct dma_heap *heap);
void dma_heap_set_region(struct dma_heap *heap,
			 const struct dma_heap_extent *region);

void *dma_heap_get_drvdata(struct dma_heap *heap);
const char *dma_heap_get_name(struct dma_heap *heap);

#endif /* _DMA_HEAPS_H */
