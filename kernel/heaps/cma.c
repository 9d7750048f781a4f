// SPDX-License-Identifier: GPL-2.0
/*
 * The CMA heap: physically contiguous memory out of the regions that the
 * Contiguous Memory Allocator has reserved, one heap for each of its areas.
 */
#include <linux/cma.h>
#include <linux/device.h>
#include <linux/dma-heap-buffer.h>
#include <linux/dma-heap.h>
#include <linux/dma-map-ops.h>
#include <linux/err.h>
#include <linux/glob.h>
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

	ret = dma_heap_clear_fresh(&buffer->extents[0]);
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

static ssize_t region_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	struct cma_heap *cma_heap = dma_heap_get_drvdata(dev_get_drvdata(dev));

	return sysfs_emit(buf, "%s\n", cma_get_name(cma_heap->cma));
}
static DEVICE_ATTR_RO(region);

static struct attribute *cma_heap_attrs[] = {
	&dev_attr_region.attr,
	NULL
};
ATTRIBUTE_GROUPS(cma_heap);

static struct cma_heap *__init cma_heap_add(struct cma *cma, const char *name)
{
	struct dma_heap_export_info info = {
		.name = name,
		.type = "cma",
		.ops = &cma_heap_ops,
		.groups = cma_heap_groups,
	};
	struct cma_heap *cma_heap;
	struct dma_heap *heap;

	cma_heap = kzalloc_obj(*cma_heap);
	if (!cma_heap)
		return ERR_PTR(-ENOMEM);

	cma_heap->cma = cma;
	info.priv = cma_heap;
	heap = dma_heap_add(&info);
	if (IS_ERR(heap)) {
		kfree(cma_heap);
		return ERR_CAST(heap);
	}

	cma_heap->heap = heap;
	list_add_tail(&cma_heap->link, &cma_heaps);
	return cma_heap;
}

/*
 * The default area has two names: mainline's, and its own, which is what
 * programs ask for. A name that can't be had is no reason to do without the
 * others.
 */
static void __init cma_heap_add_area(struct cma *cma, bool is_default)
{
	const char *name = is_default ? CMA_HEAP_DEFAULT : cma_get_name(cma);
	struct cma_heap *cma_heap;
	int ret;

	cma_heap = cma_heap_add(cma, name);
	ret = PTR_ERR_OR_ZERO(cma_heap);
	if (!ret && is_default) {
		name = cma_get_name(cma);
		ret = dma_heap_add_alias(cma_heap->heap, name);
	}
	if (ret)
		pr_err("%s: can't be added: %pe\n", name, ERR_PTR(ret));
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

#ifdef MODULE

/* Modules can reach the default area and the regions of the device tree. */
static void __init cma_heap_add_areas(struct cma *def)
{
	struct cma *cma;
	unsigned int i;

	if (def)
		cma_heap_add_area(def, true);
	for (i = 0; (cma = dma_contiguous_get_area_by_idx(i)); i++)
		if (cma != def)
			cma_heap_add_area(cma, false);
}

#else /* built in: every area can be reached */

static char *exclude[MAX_CMA_AREAS] = { "hugetlb*" };
static unsigned int nr_exclude = 1;
module_param_array(exclude, charp, &nr_exclude, 0444);
MODULE_PARM_DESC(exclude, "CMA areas that get no heap: names or patterns with * and ?, with commas between (default: hugetlb*)");

static bool __init cma_is_excluded(const struct cma *cma)
{
	unsigned int i;

	for (i = 0; i < nr_exclude; i++)
		if (glob_match(exclude[i], cma_get_name(cma)))
			return true;

	return false;
}

static int __init cma_heap_add_if_wanted(struct cma *cma, void *def)
{
	if (!cma_is_excluded(cma))
		cma_heap_add_area(cma, cma == def);

	return 0;
}

static void __init cma_heap_add_areas(struct cma *def)
{
	cma_for_each_area(cma_heap_add_if_wanted, def);
}

#endif

static int __init cma_heap_init(void)
{
	cma_heap_add_areas(dev_get_cma_area(NULL));

	if (list_empty(&cma_heaps))
		pr_info("no CMA area: boot the kernel with cma=64M, for example, to have one\n");

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
