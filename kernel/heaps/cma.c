// SPDX-License-Identifier: GPL-2.0
/*
 * The CMA heap: physically contiguous memory out of the regions that the
 * Contiguous Memory Allocator has reserved, one heap for each of its areas.
 */
#include <linux/device.h>
#include <linux/dma-heap-buffer.h>
#include <linux/dma-heap.h>
#include <linux/err.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#include "cma-area.h"

/* Mainline's name for the heap over the default area. */
#define CMA_HEAP_DEFAULT "default_cma_region"

/**
 * struct cma_heap - one heap over one area
 * @heap: The heap.
 * @area: The area.
 * @search: See cma_heap_add().
 * @link: Place in cma_heaps.
 */
struct cma_heap {
	struct dma_heap *heap;
	struct cma_area *area;
	bool (*search)(struct cma_area *area);
	struct list_head link;
};

/* Filled at load, emptied at unload. */
static LIST_HEAD(cma_heaps);

/* Held from where a region is looked at to where it is told: it grows. */
static DEFINE_MUTEX(cma_heap_tell_lock);

static void cma_heap_tell_region(struct dma_heap *heap)
{
	struct cma_heap *cma_heap = dma_heap_get_drvdata(heap);
	struct dma_heap_extent memory;

	mutex_lock(&cma_heap_tell_lock);
	memory = cma_area_memory(cma_heap->area);
	dma_heap_set_region(heap, &memory);
	mutex_unlock(&cma_heap_tell_lock);
}

static bool cma_heap_find_region(struct dma_heap *heap)
{
	struct cma_heap *cma_heap = dma_heap_get_drvdata(heap);

	if (!cma_heap->search(cma_heap->area))
		return false;

	cma_heap_tell_region(heap);
	return true;
}

static int cma_heap_take(struct dma_heap *heap, struct dma_heap_extent *extent)
{
	struct cma_heap *cma_heap = dma_heap_get_drvdata(heap);
	int ret;

	ret = cma_area_alloc(cma_heap->area, extent);
	if (cma_heap->search)
		cma_heap_tell_region(heap);
	if (ret)
		return ret;

	ret = dma_heap_clear_fresh(extent);
	if (ret)
		cma_area_free(cma_heap->area, extent);

	return ret;
}

static int cma_heap_clear(struct dma_heap *heap,
			  const struct dma_heap_extent *extent)
{
	return dma_heap_clear(extent);
}

static void cma_heap_give_back(struct dma_heap *heap,
			       const struct dma_heap_extent *extent)
{
	struct cma_heap *cma_heap = dma_heap_get_drvdata(heap);

	cma_area_free(cma_heap->area, extent);
}

/* Drivers use the same areas, and movable pages what is free of them. */
static const struct dma_heap_source cma_heap_source = {
	.take = cma_heap_take,
	.clear = cma_heap_clear,
	.give_back = cma_heap_give_back,
	.shared = true,
};

static void cma_heap_release(struct dma_heap *heap)
{
	struct cma_heap *cma_heap = dma_heap_get_drvdata(heap);

	cma_area_destroy(cma_heap->area);
	kfree(cma_heap);
}

static const struct dma_heap_ops cma_heap_ops = {
	.allocate = dma_heap_allocate_contiguous,
	.release = cma_heap_release,
};

/* For an area that has to be searched for. */
static const struct dma_heap_ops cma_heap_searching_ops = {
	.allocate = dma_heap_allocate_contiguous,
	.release = cma_heap_release,
	.find_region = cma_heap_find_region,
};

static ssize_t region_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	struct cma_heap *cma_heap = dma_heap_get_drvdata(dev_get_drvdata(dev));

	return sysfs_emit(buf, "%s\n", cma_area_name(cma_heap->area));
}
static DEVICE_ATTR_RO(region);

static struct attribute *cma_heap_attrs[] = {
	&dev_attr_region.attr,
	NULL
};
ATTRIBUTE_GROUPS(cma_heap);

static void __init cma_heap_add_alias(struct cma_heap *cma_heap)
{
	const char *name = cma_area_name(cma_heap->area);
	int ret;

	ret = dma_heap_add_alias(cma_heap->heap, name);
	if (ret)
		pr_err("%s: can't be added: %pe\n", name, ERR_PTR(ret));
}

/*
 * The default area has two names: mainline's, and its own, which is what
 * programs ask for. A name that can't be had is no reason to do without the
 * others.
 */
void __init cma_heap_add(struct cma_area *area, bool is_default,
			 bool (*search)(struct cma_area *area))
{
	const struct dma_heap_extent memory = cma_area_memory(area);
	struct dma_heap_export_info info = {
		.name = is_default ? CMA_HEAP_DEFAULT : cma_area_name(area),
		.type = "cma",
		.contiguous = true,
		.region = &memory,
		.source = &cma_heap_source,
		.ops = search ? &cma_heap_searching_ops : &cma_heap_ops,
		.groups = cma_heap_groups,
	};
	struct cma_heap *cma_heap;
	int ret = -ENOMEM;

	cma_heap = kzalloc_obj(*cma_heap, GFP_KERNEL);
	if (!cma_heap)
		goto fail;

	cma_heap->area = area;
	cma_heap->search = search;
	info.priv = cma_heap;
	cma_heap->heap = dma_heap_add(&info);
	if (IS_ERR(cma_heap->heap)) {
		ret = PTR_ERR(cma_heap->heap);
		goto free;
	}

	list_add_tail(&cma_heap->link, &cma_heaps);
	if (is_default)
		cma_heap_add_alias(cma_heap);
	return;

free:
	kfree(cma_heap);
fail:
	pr_err("%s: can't be added: %pe\n", info.name, ERR_PTR(ret));
	cma_area_destroy(area);
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

static int __init cma_heap_init(void)
{
	cma_area_find_all();

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
