// SPDX-License-Identifier: GPL-2.0
/*
 * Protected buffers: memory that the CPU has no access to. There may be no
 * struct pages, no maintenance is ever done, and what can't reach the memory
 * itself gets an error: a bounce buffer would be a copy in the open.
 */
#include <linux/device.h>
#include <linux/dma-buf.h>
#include <linux/dma-direct.h>
#include <linux/dma-heap-buffer.h>
#include <linux/dma-mapping.h>
#include <linux/dma-resv.h>
#include <linux/err.h>
#include <linux/iommu.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/pfn.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

#include "buffer.h"
#include "trace.h"

/* The longest entry of a table, in pages. */
#define MAX_PAGES ((unsigned long)UINT_MAX >> PAGE_SHIFT)

/*
 * Check whether an IOMMU translates addresses of the device. A device with an
 * identity domain (iommu.passthrough=1) uses physical addresses.
 */
static bool dma_heap_protected_is_translated(struct device *dev)
{
	const struct iommu_domain *domain = iommu_get_domain_for_dev(dev);

	return domain && domain->type != IOMMU_DOMAIN_IDENTITY;
}

/*
 * Check whether the device is on a bus with addresses of its own. Until 7.3,
 * dma_map_resource() did not translate these.
 */
static bool dma_heap_protected_is_on_bus(struct device *dev)
{
	return dev->dma_range_map && !dma_heap_protected_is_translated(dev);
}

static dma_addr_t dma_heap_protected_map_piece(struct device *dev,
					       unsigned long pfn, size_t len,
					       enum dma_data_direction direction)
{
	if (dma_heap_protected_is_on_bus(dev))
		return phys_to_dma(dev, PFN_PHYS(pfn));
	return dma_map_resource(dev, PFN_PHYS(pfn), len, direction, 0);
}

/* Undoes the first @nents entries. */
static void dma_heap_protected_undo(struct device *dev, struct sg_table *table,
				    unsigned int nents,
				    enum dma_data_direction direction)
{
	struct scatterlist *sg;
	unsigned int i;

	if (dma_heap_protected_is_on_bus(dev))
		return;

	for_each_sg(table->sgl, sg, nents, i)
		dma_unmap_resource(dev, sg_dma_address(sg), sg_dma_len(sg),
				   direction, 0);
}

/*
 * Check whether the device can reach the memory. The DMA API would warn about
 * one that cannot. Behind an IOMMU a device can reach any memory.
 */
static bool dma_heap_protected_reaches(struct device *dev, unsigned long pfn,
				       unsigned long nr_pages)
{
	u64 limit = min_not_zero(dma_get_mask(dev), dev->bus_dma_limit);
	dma_addr_t addr = phys_to_dma(dev, PFN_PHYS(pfn));

	if (dma_heap_protected_is_translated(dev))
		return true;

	return addr != DMA_MAPPING_ERROR &&
	       addr + (nr_pages << PAGE_SHIFT) - 1 <= limit;
}

/*
 * Returns 0, or -EIO after undoing what was done. Only the device's side of the
 * table is filled in: nobody may look for pages, or bytes, on the other.
 */
static int dma_heap_protected_fill(struct device *dev, struct sg_table *table,
				   const struct dma_heap_view *view,
				   enum dma_data_direction direction)
{
	struct scatterlist *sg = table->sgl;
	struct dma_heap_walk walk;
	unsigned int done = 0;
	unsigned long n;

	for (dma_heap_walk_start(&walk, view->buffer, view->span); walk.nr_pages;
	     dma_heap_walk_skip(&walk, n)) {
		dma_addr_t addr;

		n = min(MAX_PAGES, walk.nr_pages);
		if (!dma_heap_protected_reaches(dev, walk.pfn, n))
			goto undo;
		addr = dma_heap_protected_map_piece(dev, walk.pfn,
						    n << PAGE_SHIFT, direction);
		if (dma_mapping_error(dev, addr))
			goto undo;
		sg_dma_address(sg) = addr;
		sg_dma_len(sg) = n << PAGE_SHIFT;
		sg = sg_next(sg);
		done++;
	}

	return 0;

undo:
	dma_heap_protected_undo(dev, table, done, direction);
	return -EIO;
}

struct sg_table *dma_heap_protected_map(struct dma_buf_attachment *attachment,
					enum dma_data_direction direction)
{
	const struct dma_heap_entry_limit limit = {
		attachment->dev, MAX_PAGES, ULONG_MAX
	};
	const struct dma_heap_view *view = attachment->dmabuf->priv;
	struct sg_table *table;
	int ret;

	dma_resv_assert_held(attachment->dmabuf->resv);

	table = kzalloc_obj(*table, GFP_KERNEL);
	if (!table)
		return ERR_PTR(-ENOMEM);

	ret = dma_heap_alloc_table(table, view, &limit);
	if (ret)
		goto free;

	ret = dma_heap_protected_fill(attachment->dev, table, view, direction);
	if (ret)
		goto free_table;

	trace_dma_heap_map(attachment->dev, view->inode,
			   (u64)view->span.nr_pages << PAGE_SHIFT, direction);
	table->orig_nents = 0;
	return table;

free_table:
	sg_free_table(table);
free:
	kfree(table);
	return ERR_PTR(ret);
}

void dma_heap_protected_unmap(struct dma_buf_attachment *attachment,
			      struct sg_table *table,
			      enum dma_data_direction direction)
{
	const struct dma_heap_view *view = attachment->dmabuf->priv;

	dma_resv_assert_held(attachment->dmabuf->resv);

	trace_dma_heap_unmap(attachment->dev, view->inode,
			     (u64)view->span.nr_pages << PAGE_SHIFT, direction);
	dma_heap_protected_undo(attachment->dev, table, table->nents, direction);
	/* What is freed is what was allocated. */
	table->orig_nents = table->nents;
	sg_free_table(table);
	kfree(table);
}

int dma_heap_protected_cpu_access(struct dma_buf *dmabuf,
				  enum dma_data_direction direction)
{
	return -EPERM;
}

int dma_heap_protected_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	return -EPERM;
}
