// SPDX-License-Identifier: GPL-2.0
/*
 * CMA areas of a kernel that exports them, or that this is built into: CMA's
 * own functions.
 */
#include <linux/cma.h>
#include <linux/dma-heap-buffer.h>
#include <linux/dma-map-ops.h>
#include <linux/glob.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "cma-area.h"

/**
 * struct cma_area - an area
 * @cma: The kernel's.
 */
struct cma_area {
	struct cma *cma;
};

const char *cma_area_name(const struct cma_area *area)
{
	return cma_get_name(area->cma);
}

int cma_area_alloc(struct cma_area *area, struct dma_heap_extent *extent)
{
	unsigned int order = get_order(extent->nr_pages << PAGE_SHIFT);
	unsigned int align = min_t(unsigned int, order, CONFIG_CMA_ALIGNMENT);
	struct page *pages;

	pages = cma_alloc(area->cma, extent->nr_pages, align, true);
	if (!pages)
		return fatal_signal_pending(current) ? -EINTR : -ENOMEM;

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

static void __init add(struct cma *cma, bool is_default)
{
	struct cma_area *area = kzalloc_obj(*area);

	if (!area) {
		pr_err("%s: no memory for it\n", cma_get_name(cma));
		return;
	}

	area->cma = cma;
	cma_heap_add(area, is_default);
}

#ifdef MODULE

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

#else /* built in: every area can be reached */

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
