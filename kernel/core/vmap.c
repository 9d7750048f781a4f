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

/* One piece in the kernel's linear map has an address already. */
static void *dma_heap_view_linear(const struct dma_heap_view *view)
{
	struct dma_heap_walk walk;
	struct page *page;

	dma_heap_walk_start(&walk, view->buffer, view->span);
	page = pfn_to_page(walk.pfn);
	if (walk.left || PageHighMem(page))
		return NULL;

	return page_address(page);
}

static void *dma_heap_view_vmalloc(const struct dma_heap_view *view)
{
	struct dma_heap_walk walk;
	struct page **pages;
	unsigned long n = 0;
	void *vaddr;

	pages = kvmalloc_array(view->span.nr_pages, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return NULL;

	for (dma_heap_walk_start(&walk, view->buffer, view->span); walk.nr_pages;
	     dma_heap_walk_next(&walk))
		for (; walk.nr_pages; walk.nr_pages--)
			pages[n++] = pfn_to_page(walk.pfn++);

	vaddr = vmap(pages, n, VM_MAP, PAGE_KERNEL);
	kvfree(pages);

	return vaddr;
}

/* Called for the first user only, with the dma_resv held: dma-buf counts. */
int dma_heap_buffer_vmap(struct dma_buf *dmabuf, struct iosys_map *map)
{
	struct dma_heap_view *view = dmabuf->priv;
	struct dma_heap_buffer *buffer = view->buffer;
	void *linear = dma_heap_view_linear(view), *vmalloc = NULL;

	dma_resv_assert_held(dmabuf->resv);
	might_lock(&buffer->lock);

	if (!linear) {
		vmalloc = dma_heap_view_vmalloc(view);
		if (!vmalloc)
			return -ENOMEM;
	}

	/* The kernel may write, whatever mode the view has. */
	mutex_lock(&buffer->lock);
	view->vaddr = vmalloc;
	view->writable = true;
	buffer->writable = true;
	mutex_unlock(&buffer->lock);

	iosys_map_set_vaddr(map, linear ?: vmalloc);
	return 0;
}

/* Called for the last user only, with the dma_resv held. */
void dma_heap_buffer_vunmap(struct dma_buf *dmabuf, struct iosys_map *map)
{
	struct dma_heap_view *view = dmabuf->priv;
	struct dma_heap_buffer *buffer = view->buffer;
	void *vaddr;

	dma_resv_assert_held(dmabuf->resv);

	mutex_lock(&buffer->lock);
	vaddr = view->vaddr;
	view->vaddr = NULL;
	mutex_unlock(&buffer->lock);

	if (vaddr)
		vunmap(vaddr);
}
