// SPDX-License-Identifier: GPL-2.0
/* how an importer asks dma-buf for a kernel mapping */
#include <linux/dma-buf.h>

int check(struct dma_buf *dmabuf, struct iosys_map *map);
int check(struct dma_buf *dmabuf, struct iosys_map *map)
{
	int ret = dma_buf_vmap_unlocked(dmabuf, map);

	dma_buf_vunmap_unlocked(dmabuf, map);
	return ret;
}
