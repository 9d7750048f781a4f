/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The areas of the Contiguous Memory Allocator, as far as a kernel lets us
 * reach them: cma-area.c where it exports them, cma-range.c where it does not.
 */
#ifndef _CMA_AREA_H
#define _CMA_AREA_H

#include <linux/dma-heap-buffer.h>
#include <linux/types.h>

struct cma_area;

/**
 * cma_area_find_all() - call cma_heap_add() for each area that can be reached
 *
 * What can't be had is logged, and is no reason to do without the others.
 */
void cma_area_find_all(void);

/**
 * cma_heap_add() - make a heap of an area; the heap's part of this
 * @area: The area. It is the heap's from now on, which gives it back to
 *	cma_area_destroy(), at once if there can be no heap.
 * @is_default: It is the one that the kernel uses by default.
 * @search: Function that searches for the range of the area if that may find more
 *	of it, and returns whether it did. NULL for an area whose range is certain.
 */
void cma_heap_add(struct cma_area *area, bool is_default,
		  bool (*search)(struct cma_area *area));

/**
 * cma_area_destroy() - end the use of an area
 * @area: The area, with nothing lent from it any more.
 */
void cma_area_destroy(struct cma_area *area);

/**
 * cma_area_name() - the kernel's name for an area
 * @area: The area.
 *
 * Return: The name, which lives as long as the kernel does.
 */
const char *cma_area_name(const struct cma_area *area);

/**
 * cma_area_memory() - what an area consists of
 * @area: The area.
 *
 * Return: Its range, as &dma_heap_export_info.region wants it. It may change
 * while an area is searched for, and while memory is taken from one that was.
 */
struct dma_heap_extent cma_area_memory(struct cma_area *area);

/**
 * cma_area_alloc() - take a contiguous piece
 * @area: Where from. It comes from nowhere else.
 * @extent: Its length, to be filled with its place. It is aligned to
 *	dma_heap_alignment() if possible, else to dma_heap_least_alignment().
 *
 * The pages are as fresh as dma_heap_clear_fresh() expects them.
 *
 * Context: May sleep, and take long: what others have in the way is moved.
 * Return: 0, -EINTR for a killed caller, -ENOMEM if the area is full, or -EBUSY if
 * it may have room, but pages of others could not be moved.
 */
int cma_area_alloc(struct cma_area *area, struct dma_heap_extent *extent);

/**
 * cma_area_free() - give a piece back
 * @area: Where it came from.
 * @extent: What cma_area_alloc() has filled in.
 *
 * Context: May sleep.
 */
void cma_area_free(struct cma_area *area, const struct dma_heap_extent *extent);

#endif /* _CMA_AREA_H */
