/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of the exporter tell each other. */
#ifndef _DMABUF_HEAPS_BUFFER_H
#define _DMABUF_HEAPS_BUFFER_H

struct dma_buf;
struct iosys_map;
struct vm_area_struct;

/* mmap.c: buffers in processes */
int dma_heap_buffer_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma);

/* vmap.c: buffers in the kernel */
int dma_heap_buffer_vmap(struct dma_buf *dmabuf, struct iosys_map *map);
void dma_heap_buffer_vunmap(struct dma_buf *dmabuf, struct iosys_map *map);

#endif /* _DMABUF_HEAPS_BUFFER_H */
