// SPDX-License-Identifier: GPL-2.0
/* how memory is mapped for a device */
#include <linux/dma-mapping.h>

int check(struct device *dev, struct sg_table *table);
int check(struct device *dev, struct sg_table *table)
{
	int ret = dma_map_sgtable(dev, table, DMA_BIDIRECTIONAL,
				  DMA_ATTR_SKIP_CPU_SYNC);
	dma_addr_t addr = dma_map_resource(dev, dma_max_mapping_size(dev),
					   PAGE_SIZE, DMA_TO_DEVICE, 0);

	dma_sync_single_for_device(dev, addr, PAGE_SIZE, DMA_TO_DEVICE);
	dma_sync_sgtable_for_cpu(dev, table, DMA_FROM_DEVICE);
	dma_unmap_resource(dev, addr, PAGE_SIZE, DMA_TO_DEVICE, 0);
	dma_unmap_sgtable(dev, table, DMA_BIDIRECTIONAL, 0);
	return ret;
}
