// SPDX-License-Identifier: GPL-2.0
/*
 * 6.2, "dma-buf: Move dma_buf_vmap() to dynamic locking specification": from
 * then on dma-buf holds the reservation lock around an exporter's calls.
 */
#include <linux/dma-buf.h>

int probe(struct dma_buf *dmabuf, struct iosys_map *map);
int probe(struct dma_buf *dmabuf, struct iosys_map *map)
{
	return dma_buf_vmap_unlocked(dmabuf, map);
}
