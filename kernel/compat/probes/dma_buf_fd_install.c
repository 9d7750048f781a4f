// SPDX-License-Identifier: GPL-2.0
/* 7.1, "dma-buf: add dma_buf_fd_install()"; older ones have got it, too. */
#include <linux/dma-buf.h>

void probe(struct dma_buf *dmabuf);
void probe(struct dma_buf *dmabuf)
{
	dma_buf_fd_install(dmabuf, 0);
}
