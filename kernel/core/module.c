// SPDX-License-Identifier: GPL-2.0
/* Beginning and end of the core. */
#include <linux/init.h>
#include <linux/module.h>

#include "core.h"

static int __init dmabuf_heaps_init(void)
{
	return dma_heap_registry_init();
}
subsys_initcall(dmabuf_heaps_init);

static void __exit dmabuf_heaps_exit(void)
{
	dma_heap_registry_exit();
}
module_exit(dmabuf_heaps_exit);

MODULE_DESCRIPTION("DMA-BUF heaps: core and buffer exporter");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS("DMA_BUF");
