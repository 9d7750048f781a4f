// SPDX-License-Identifier: GPL-2.0
/* how a range of memory is emptied */
#include <linux/gfp.h>
#include <linux/mm.h>

int check(unsigned long pfn);
int check(unsigned long pfn)
{
#ifdef CONFIG_CMA
	if (alloc_contig_range(pfn, pfn + pageblock_nr_pages, ACR_FLAGS_CMA,
			       GFP_KERNEL))
		return -EBUSY;
#endif
#ifdef CONFIG_CONTIG_ALLOC
	if (alloc_contig_range(pfn, pfn + 1, ACR_FLAGS_NONE, GFP_KERNEL))
		return -EBUSY;

	free_contig_range(pfn, 1UL << MAX_PAGE_ORDER);
#endif
	return want_init_on_alloc(GFP_KERNEL) || want_init_on_free();
}
