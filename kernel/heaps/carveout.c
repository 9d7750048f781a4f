// SPDX-License-Identifier: GPL-2.0
/*
 * The carveout heap: physically contiguous memory out of the regions that a
 * device tree sets aside for nobody but these heaps, one heap for each.
 *
 * docs/bindings/reserved-memory/dmabuf-heaps,carveout.yaml says how such a region is written.
 * A region with "no-map" is memory that the CPU must not touch: its heap is
 * protected, and nothing here touches the memory either.
 */
#include <linux/device.h>
#include <linux/dma-heap-buffer.h>
#include <linux/dma-heap.h>
#include <linux/err.h>
#include <linux/ioport.h>
#include <linux/list.h>
#include <linux/memory_hotplug.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/of_reserved_mem.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

/*
 * A region without this may be firmware's or a driver's. The name is our own:
 * two drivers that know one name would lend the same memory twice.
 */
#define CARVEOUT_COMPATIBLE "dmabuf-heaps,carveout"

/**
 * struct carveout - one heap over one region
 * @heap: The heap.
 * @name: The name of the region's node, which is the kernel's.
 * @region: Allocator of its memory.
 * @mapped: Whether it is in the kernel's linear map. If not, the heap is
 *	protected.
 * @link: Place in carveouts.
 */
struct carveout {
	struct dma_heap *heap;
	const char *name;
	struct dma_heap_region *region;
	bool mapped;
	struct list_head link;
};

/* Filled at load, emptied at unload. */
static LIST_HEAD(carveouts);

static int carveout_clear(struct dma_heap *heap,
			  const struct dma_heap_extent *extent)
{
	const struct carveout *carveout = dma_heap_get_drvdata(heap);

	return carveout->mapped ? dma_heap_clear(extent) : 0;
}

static int carveout_take(struct dma_heap *heap, struct dma_heap_extent *extent)
{
	const struct carveout *carveout = dma_heap_get_drvdata(heap);
	int ret;

	ret = dma_heap_region_alloc(carveout->region, extent);
	if (ret)
		return ret;

	ret = carveout_clear(heap, extent);
	if (ret)
		dma_heap_region_free(carveout->region, extent);

	return ret;
}

static void carveout_give_back(struct dma_heap *heap,
			       const struct dma_heap_extent *extent)
{
	const struct carveout *carveout = dma_heap_get_drvdata(heap);

	dma_heap_region_free(carveout->region, extent);
}

static const struct dma_heap_source carveout_source = {
	.take = carveout_take,
	.clear = carveout_clear,
	.give_back = carveout_give_back,
};

static void carveout_release(struct dma_heap *heap)
{
	struct carveout *carveout = dma_heap_get_drvdata(heap);

	dma_heap_region_destroy(carveout->region);
	kfree(carveout);
}

static const struct dma_heap_ops carveout_ops = {
	.allocate = dma_heap_allocate_contiguous,
	.release = carveout_release,
};

static ssize_t region_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	const struct carveout *carveout =
		dma_heap_get_drvdata(dev_get_drvdata(dev));

	return sysfs_emit(buf, "%s\n", carveout->name);
}
static DEVICE_ATTR_RO(region);

static struct attribute *carveout_attrs[] = {
	&dev_attr_region.attr,
	NULL
};
ATTRIBUTE_GROUPS(carveout);

/* The whole pages of a region. */
static struct dma_heap_extent __init
carveout_pages(const struct reserved_mem *reserved)
{
	unsigned long first = PFN_UP(reserved->base);
	unsigned long end = PFN_DOWN(reserved->base + reserved->size);

	return (struct dma_heap_extent) {
		.pfn = first,
		.nr_pages = end > first ? end - first : 0,
	};
}

/*
 * Has the kernel done what the tree says? Where it could not set a region
 * aside, it goes on and uses the memory; and what was its initrd, it takes
 * back. So no-map memory must be none that the kernel maps, and any other must
 * be all mapped and reserved since boot.
 */
static bool __init carveout_is_ours(const struct dma_heap_extent *memory,
				    bool mapped)
{
	int ram = region_intersects(PFN_PHYS(memory->pfn),
				    memory->nr_pages << PAGE_SHIFT,
				    IORESOURCE_SYSTEM_RAM, IORES_DESC_NONE);
	unsigned long i;

	if (!mapped)
		return ram == REGION_DISJOINT;
	if (ram != REGION_INTERSECTS)
		return false;

	for (i = 0; i < memory->nr_pages; i++) {
		struct page *page = pfn_to_online_page(memory->pfn + i);

		if (!page || !PageReserved(page))
			return false;
		cond_resched();
	}

	return true;
}

/* Another region that has some of the same memory, or NULL. */
static const struct reserved_mem *__init
carveout_overlap(const struct device_node *parent,
		 const struct reserved_mem *reserved)
{
	const struct reserved_mem *other;
	struct device_node *node;

	for_each_available_child_of_node(parent, node) {
		other = of_reserved_mem_lookup(node);
		if (other && other != reserved &&
		    other->base < reserved->base + reserved->size &&
		    reserved->base < other->base + other->size) {
			of_node_put(node);
			return other;
		}
	}

	return NULL;
}

/*
 * One piece of memory of which the kernel maps only the first part looks as if
 * it mapped all of it, here and to the kernel's cache maintenance.
 */
static bool __init carveout_is_cut(const struct dma_heap_extent *memory)
{
	struct page *first = pfn_to_page(memory->pfn);
	struct page *last = pfn_to_page(memory->pfn + memory->nr_pages - 1);

	return PageHighMem(first) != PageHighMem(last);
}

/* Can a heap lend all of @memory? If not, tells why. */
static int __init carveout_check(const struct device_node *parent,
				 const struct reserved_mem *reserved,
				 const struct dma_heap_extent *memory,
				 bool mapped)
{
	const struct reserved_mem *other;

	if (!memory->nr_pages) {
		pr_err("%s: has no whole page\n", reserved->name);
		return -EINVAL;
	}

	other = carveout_overlap(parent, reserved);
	if (other) {
		pr_err("%s: overlaps %s\n", reserved->name, other->name);
		return -EBUSY;
	}

	if (!carveout_is_ours(memory, mapped)) {
		pr_err("%s: the kernel uses this memory, or knows of none there\n",
		       reserved->name);
		return -EBUSY;
	}

	if (mapped && carveout_is_cut(memory)) {
		pr_err("%s: begins below high memory and ends in it\n",
		       reserved->name);
		return -EINVAL;
	}

	return 0;
}

static void __init carveout_add(const char *name,
				const struct dma_heap_extent *memory,
				bool mapped)
{
	struct dma_heap_export_info info = {
		.name = name,
		.type = "carveout",
		.contiguous = true,
		.protected = !mapped,
		.region = memory,
		.source = &carveout_source,
		.ops = &carveout_ops,
		.groups = carveout_groups,
	};
	struct carveout *carveout;
	int ret = -ENOMEM;

	carveout = kzalloc_obj(*carveout, GFP_KERNEL);
	if (!carveout)
		goto fail;

	carveout->name = name;
	carveout->mapped = mapped;
	carveout->region = dma_heap_region_create(memory);
	if (!carveout->region)
		goto free;

	info.priv = carveout;
	carveout->heap = dma_heap_add(&info);
	if (IS_ERR(carveout->heap)) {
		ret = PTR_ERR(carveout->heap);
		goto destroy;
	}

	list_add_tail(&carveout->link, &carveouts);
	return;

destroy:
	dma_heap_region_destroy(carveout->region);
free:
	kfree(carveout);
fail:
	pr_err("%s: can't be added: %pe\n", name, ERR_PTR(ret));
}

/* A region that can't be had is no reason to do without the others. */
static void __init carveout_add_region(const struct device_node *parent,
				       struct device_node *node)
{
	const bool mapped = !of_property_read_bool(node, "no-map");
	const struct reserved_mem *reserved;
	struct dma_heap_extent memory;

	if (of_property_read_bool(node, "reusable")) {
		pr_err("%pOFP: reusable memory is no carveout\n", node);
		return;
	}

	reserved = of_reserved_mem_lookup(node);
	if (!reserved) {
		pr_err("%pOFP: the kernel has set no memory aside for it\n",
		       node);
		return;
	}

	memory = carveout_pages(reserved);
	if (!carveout_check(parent, reserved, &memory, mapped))
		carveout_add(reserved->name, &memory, mapped);
}

static void __init carveout_add_all(void)
{
	struct device_node *parent, *node;

	parent = of_find_node_by_path("/reserved-memory");
	for_each_available_child_of_node(parent, node)
		if (of_device_is_compatible(node, CARVEOUT_COMPATIBLE))
			carveout_add_region(parent, node);
	of_node_put(parent);
}

static int __init carveout_init(void)
{
	carveout_add_all();
	if (list_empty(&carveouts))
		pr_info("no carveout: no region of the device tree is \"%s\"\n",
			CARVEOUT_COMPATIBLE);

	return 0;
}
module_init(carveout_init);

static void __exit carveout_exit(void)
{
	struct carveout *carveout, *next;

	list_for_each_entry_safe(carveout, next, &carveouts, link) {
		list_del(&carveout->link);
		/* Frees @carveout, now or with its last buffer. */
		dma_heap_remove(carveout->heap);
	}
}
module_exit(carveout_exit);

MODULE_DESCRIPTION("DMA-BUF heaps: carveouts of the device tree, and protected memory");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS("DMA_BUF_HEAP");
