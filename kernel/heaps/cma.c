// SPDX-License-Identifier: GPL-2.0
/*
 * The CMA heap: physically contiguous memory out of the regions that the
 * Contiguous Memory Allocator has reserved, one heap for each of its areas.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cma.h>
#include <linux/device.h>
#include <linux/dma-heap-buffer.h>
#include <linux/dma-heap.h>
#include <linux/dma-map-ops.h>
#include <linux/err.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

/* Mainline's name for the heap over the default area. */
#define CMA_HEAP_DEFAULT "default_cma_region"

/**
 * struct cma_heap - one heap over one area
 * @heap: The heap.
 * @cma: The area.
 * @link: Place in cma_heaps.
 */
struct cma_heap {
	struct dma_heap *heap;
	struct cma *cma;
	struct list_head link;
};

/* Filled at load, emptied at unload. */
static LIST_HEAD(cma_heaps);

static void cma_heap_free(struct dma_heap_buffer *buffer)
{
	struct cma_heap *cma_heap = dma_heap_get_drvdata(buffer->heap);
	struct dma_heap_extent *extent = &buffer->extents[0];

	cma_release(cma_heap->cma, pfn_to_page(extent->pfn), extent->nr_pages);
}

static const struct dma_heap_buffer_ops cma_heap_buffer_ops = {
	.free = cma_heap_free,
};

/* With init_on_alloc or init_on_free the page allocator has done it. */
static int cma_heap_clear(const struct dma_heap_extent *extent)
{
	if (want_init_on_alloc(GFP_KERNEL) || want_init_on_free())
		return 0;
	return dma_heap_clear(extent);
}

static struct dma_buf *cma_heap_allocate(struct dma_heap *heap,
					 unsigned long len, u32 fd_flags,
					 u64 heap_flags)
{
	struct cma_heap *cma_heap = dma_heap_get_drvdata(heap);
	unsigned int align = min_t(unsigned int, get_order(len),
				   CONFIG_CMA_ALIGNMENT);
	unsigned long nr_pages = len >> PAGE_SHIFT;
	struct dma_heap_buffer *buffer;
	struct dma_buf *dmabuf;
	struct page *pages;
	int ret;

	buffer = dma_heap_buffer_create(heap, &cma_heap_buffer_ops, nr_pages, 1);
	if (!buffer)
		return ERR_PTR(-ENOMEM);

	pages = cma_alloc(cma_heap->cma, nr_pages, align, true);
	if (!pages) {
		ret = fatal_signal_pending(current) ? -EINTR : -ENOMEM;
		goto destroy;
	}

	buffer->extents[0].pfn = page_to_pfn(pages);
	buffer->extents[0].nr_pages = nr_pages;

	ret = cma_heap_clear(&buffer->extents[0]);
	if (ret)
		goto release;

	dmabuf = dma_heap_buffer_export(buffer, fd_flags);
	if (IS_ERR(dmabuf)) {
		ret = PTR_ERR(dmabuf);
		goto release;
	}

	return dmabuf;

release:
	cma_release(cma_heap->cma, pages, nr_pages);
destroy:
	dma_heap_buffer_destroy(buffer);
	return ERR_PTR(ret);
}

static void cma_heap_release(struct dma_heap *heap)
{
	kfree(dma_heap_get_drvdata(heap));
}

static const struct dma_heap_ops cma_heap_ops = {
	.allocate = cma_heap_allocate,
	.release = cma_heap_release,
};

static ssize_t type_show(struct device *dev, struct device_attribute *attr,
			 char *buf)
{
	return sysfs_emit(buf, "cma\n");
}
static DEVICE_ATTR_RO(type);

static ssize_t region_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	struct cma_heap *cma_heap = dma_heap_get_drvdata(dev_get_drvdata(dev));

	return sysfs_emit(buf, "%s\n", cma_get_name(cma_heap->cma));
}
static DEVICE_ATTR_RO(region);

static struct attribute *cma_heap_attrs[] = {
	&dev_attr_type.attr,
	&dev_attr_region.attr,
	NULL
};
ATTRIBUTE_GROUPS(cma_heap);

static int cma_heap_add(struct cma *cma, const char *name)
{
	struct dma_heap_export_info info = {
		.name = name,
		.ops = &cma_heap_ops,
		.groups = cma_heap_groups,
	};
	struct cma_heap *cma_heap;

	cma_heap = kzalloc_obj(*cma_heap);
	if (!cma_heap)
		return -ENOMEM;

	cma_heap->cma = cma;
	info.priv = cma_heap;
	cma_heap->heap = dma_heap_add(&info);
	if (IS_ERR(cma_heap->heap)) {
		int ret = PTR_ERR(cma_heap->heap);

		kfree(cma_heap);
		return ret;
	}

	list_add_tail(&cma_heap->link, &cma_heaps);
	return 0;
}

/*
 * The default area has two names: mainline's, and its own, which is what
 * programs ask for.
 */
static int cma_heap_add_default(struct cma *cma)
{
	struct cma_heap *cma_heap;
	int ret;

	ret = cma_heap_add(cma, CMA_HEAP_DEFAULT);
	if (ret)
		return ret;

	cma_heap = list_last_entry(&cma_heaps, struct cma_heap, link);
	return dma_heap_add_alias(cma_heap->heap, cma_get_name(cma));
}

static void cma_heap_remove_all(void)
{
	struct cma_heap *cma_heap, *next;

	list_for_each_entry_safe(cma_heap, next, &cma_heaps, link) {
		list_del(&cma_heap->link);
		/* Frees @cma_heap, now or with its last buffer. */
		dma_heap_remove(cma_heap->heap);
	}
}

/* A heap that can't be added is no reason to do without the others. */
static int __init cma_heap_init(void)
{
	struct cma *def = dev_get_cma_area(NULL);
	struct cma *cma;
	unsigned int i;

	if (def)
		cma_heap_add_default(def);

	for (i = 0; (cma = dma_contiguous_get_area_by_idx(i)); i++)
		if (cma != def)
			cma_heap_add(cma, cma_get_name(cma));

	if (list_empty(&cma_heaps))
		pr_info("the kernel has no CMA area: boot it with cma=64M, for example, to have one\n");

	return 0;
}
module_init(cma_heap_init);

static void __exit cma_heap_exit(void)
{
	cma_heap_remove_all();
}
module_exit(cma_heap_exit);

MODULE_DESCRIPTION("DMA-BUF heaps: CMA heap");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS("DMA_BUF_HEAP");
