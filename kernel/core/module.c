// SPDX-License-Identifier: GPL-2.0
/* Beginning and end of the core. */
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/module.h>

#include "core.h"

static char *limit = "70%";
module_param(limit, charp, 0444);
MODULE_PARM_DESC(limit, "How much of a heap a user may have: per cent of what others leave, as N%; bytes, K, M or G may follow; or max (default: 70%)");

struct dma_heap_limit dma_heap_default_limit;

static int __init dmabuf_heaps_init(void)
{
	int ret;

	if (dma_heap_limit_parse(limit, &dma_heap_default_limit)) {
		pr_err("invalid limit \"%s\": expected 1%%-100%%, bytes with an optional K, M or G suffix, or max\n",
		       limit);
		return -EINVAL;
	}
	dma_heap_quota_set_limit(&dma_heap_ordinary_quota,
				 &dma_heap_default_limit);

	ret = dma_heap_pools_init();
	if (ret)
		return ret;

	ret = dma_heap_registry_init();
	if (ret)
		dma_heap_pools_exit();

	return ret;
}
subsys_initcall(dmabuf_heaps_init);

static void __exit dmabuf_heaps_exit(void)
{
	dma_heap_registry_exit();
	dma_heap_pools_exit();
}
module_exit(dmabuf_heaps_exit);

MODULE_DESCRIPTION("DMA-BUF heaps: core and buffer exporter");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS("DMA_BUF");
