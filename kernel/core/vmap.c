// SPDX-License-Identifier: GPL-2.0
/* Buffers in the kernel: vmap for importers. */
#include <linux/dma-buf.h>
#include <linux/dma-heap-buffer.h>
#include <linux/dma-resv.h>
#include <linux/highmem.h>
#include <linux/iosys-map.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "buffer.h"

/* One extent in the kernel's linear map has an address already. */
static void *dma_heap_buffer_linear(const struct dma_heap_buffer *buffer)
{
	struct page *page = pfn_to_page(buffer->extents[0].pfn);

	if (buffer->nr_extents > 1 || PageHighMem(page))
		return NULL;

	return page_address(page);
}

static void *dma_heap_buffer_vmalloc(const struct dma_heap_buffer *buffer)
{
	struct page **pages;
	unsigned long i, n = 0;
	unsigned int e;
	void *vaddr;

	pages = kvmalloc_array(buffer->nr_pages, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return NULL;

	for (e = 0; e < buffer->nr_extents; e++)
		for (i = 0; i < buffer->extents[e].nr_pages; i++)
			pages[n++] = pfn_to_page(buffer->extents[e].pfn + i);

	vaddr = vmap(pages, n, VM_MAP, PAGE_KERNEL);
	kvfree(pages);

	return vaddr;
}

/* Called for the first user only, with the dma_resv held: dma-buf counts. */
int dma_heap_buffer_vmap(struct dma_buf *dmabuf, struct iosys_map *map)
{
	struct dma_heap_buffer *buffer = dmabuf->priv;
	void *vaddr = dma_heap_buffer_linear(buffer);

	dma_resv_assert_held(dmabuf->resv);
	might_lock(&buffer->lock);

	if (!vaddr) {
		vaddr = dma_heap_buffer_vmalloc(buffer);
		if (!vaddr)
			return -ENOMEM;
		mutex_lock(&buffer->lock);
		buffer->vaddr = vaddr;
		mutex_unlock(&buffer->lock);
	}

	iosys_map_set_vaddr(map, vaddr);
	return 0;
}

/* Called for the last user only, with the dma_resv held. */
void dma_heap_buffer_vunmap(struct dma_buf *dmabuf, struct iosys_map *map)
{
	struct dma_heap_buffer *buffer = dmabuf->priv;
	void *vaddr;

	dma_resv_assert_held(dmabuf->resv);

	mutex_lock(&buffer->lock);
	vaddr = buffer->vaddr;
	buffer->vaddr = NULL;
	mutex_unlock(&buffer->lock);

	if (vaddr)
		vunmap(vaddr);
}
