// SPDX-License-Identifier: GPL-2.0
/*
 * CMA areas of a kernel that exports them, or that this is built into: CMA's
 * own functions.
 */
#include <linux/cma.h>
#include <linux/dma-heap-buffer.h>
#include <linux/dma-heap.h>
#include <linux/dma-map-ops.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/glob.h>
#include <linux/kstrtox.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/of_reserved_mem.h>
#include <linux/pfn.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "cma-area.h"

/**
 * struct cma_area - an area
 * @cma: The kernel's.
 * @memory: See cma_area_memory().
 */
struct cma_area {
	struct cma *cma;
	struct dma_heap_extent memory;
};

const char *cma_area_name(const struct cma_area *area)
{
	return cma_get_name(area->cma);
}

struct dma_heap_extent cma_area_memory(struct cma_area *area)
{
	return area->memory;
}

int cma_area_alloc(struct cma_area *area, struct dma_heap_extent *extent)
{
	const unsigned long nr_pages = extent->nr_pages;
	const unsigned long least = dma_heap_least_alignment(nr_pages);
	unsigned long alignment = dma_heap_alignment(nr_pages);
	struct page *pages;

	pages = cma_alloc(area->cma, nr_pages, ilog2(alignment), true);
	if (!pages && least < alignment && !fatal_signal_pending(current))
		pages = cma_alloc(area->cma, nr_pages, ilog2(least), true);
	/* CMA does not say whether the area is full, or a page could not be moved. */
	if (!pages)
		return fatal_signal_pending(current) ? -EINTR : -EBUSY;

	extent->pfn = page_to_pfn(pages);
	return 0;
}

void cma_area_free(struct cma_area *area, const struct dma_heap_extent *extent)
{
	cma_release(area->cma, pfn_to_page(extent->pfn), extent->nr_pages);
}

void cma_area_destroy(struct cma_area *area)
{
	kfree(area);
}

static bool __init find_memory(struct cma_area *area);

static void __init add(struct cma *cma, bool is_default)
{
	struct cma_area *area = kzalloc_obj(*area, GFP_KERNEL);

	if (!area) {
		pr_err("%s: no memory for it\n", cma_get_name(cma));
		return;
	}

	area->cma = cma;
	if (find_memory(area)) {
		cma_heap_add(area, is_default, NULL);
	} else {
		pr_err("%s: CMA could not take the region, as where it is in two zones\n",
		       cma_get_name(cma));
		kfree(area);
	}
}

#ifdef MODULE

/* Of CMA. */
#define CMA_FOLDER "/sys/kernel/mm/cma"

/* What the device tree tells of a region of that name, or NULL. */
static const struct reserved_mem *__init find_region(const char *name)
{
	const struct reserved_mem *found = NULL;
	struct device_node *parent, *node;

	parent = of_find_node_by_path("/reserved-memory");
	for_each_available_child_of_node(parent, node) {
		const struct reserved_mem *region = of_reserved_mem_lookup(node);

		if (region && !strcmp(region->name, name))
			found = region;
	}
	of_node_put(parent);

	return found;
}

/*
 * What CMA tells of an area's size; false if nothing. It does so in a file and by
 * no function that a module could call.
 */
static bool __init read_total_pages(const char *name, unsigned long *nr_pages)
{
	struct file *file;
	char text[24];
	ssize_t len;
	char *path;

	path = kasprintf(GFP_KERNEL, CMA_FOLDER "/%s/total_pages", name);
	if (!path)
		return false;
	file = filp_open(path, O_RDONLY, 0);
	kfree(path);
	if (IS_ERR(file))
		return false;

	len = kernel_read(file, text, sizeof(text) - 1, &(loff_t){ 0 });
	fput(file);
	if (len <= 0)
		return false;

	text[len] = 0;
	return !kstrtoul(text, 10, nr_pages);
}

/* Not every kernel does. One that does has a folder for each area that is one. */
static bool __init cma_tells(void)
{
	struct file *file = filp_open(CMA_FOLDER, O_RDONLY | O_DIRECTORY, 0);

	if (IS_ERR(file))
		return false;

	fput(file);
	return true;
}

/* False if there is none, as CMA could not take the region when it was to. */
static bool __init find_memory(struct cma_area *area)
{
	const char *name = cma_get_name(area->cma);
	const struct reserved_mem *region = find_region(name);
	unsigned long nr_pages = 0;

	if (read_total_pages(name, &nr_pages) ? !nr_pages : cma_tells())
		return false;

	if (region) {
		area->memory.pfn = PFN_DOWN(region->base);
		area->memory.nr_pages = PFN_DOWN(region->size);
	} else {
		area->memory.pfn = DMA_HEAP_PFN_UNKNOWN;
		area->memory.nr_pages = nr_pages;
	}

	return true;
}

/* Modules can reach the default area and the regions of the device tree. */
void __init cma_area_find_all(void)
{
	struct cma *def = dev_get_cma_area(NULL);
	struct cma *cma;
	unsigned int i;

	if (def)
		add(def, true);
	for (i = 0; (cma = dma_contiguous_get_area_by_idx(i)); i++)
		if (cma != def)
			add(cma, false);
}

#else /* built in: every area can be reached, and all is known */

static bool __init find_memory(struct cma_area *area)
{
	area->memory.pfn = PFN_DOWN(cma_get_base(area->cma));
	area->memory.nr_pages = PFN_DOWN(cma_get_size(area->cma));

	return area->memory.nr_pages;
}

static char *exclude[MAX_CMA_AREAS] = { "hugetlb*" };
static unsigned int nr_exclude = 1;
module_param_array(exclude, charp, &nr_exclude, 0444);
MODULE_PARM_DESC(exclude, "CMA areas that get no heap: names or patterns with * and ?, with commas between (default: hugetlb*)");

static bool __init is_excluded(const struct cma *cma)
{
	unsigned int i;

	for (i = 0; i < nr_exclude; i++)
		if (glob_match(exclude[i], cma_get_name(cma)))
			return true;

	return false;
}

static int __init add_if_wanted(struct cma *cma, void *def)
{
	if (!is_excluded(cma))
		add(cma, cma == def);

	return 0;
}

void __init cma_area_find_all(void)
{
	cma_for_each_area(add_if_wanted, dev_get_cma_area(NULL));
}

#endif
