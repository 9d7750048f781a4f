// SPDX-License-Identifier: GPL-2.0
/* Buffers in processes: mmap and the faults after it. */
#include <linux/dma-buf.h>
#include <linux/dma-heap-buffer.h>
#include <linux/fs.h>
#include <linux/mm.h>

#include "buffer.h"

/*
 * A fault fills the page table it happened in, so there is one fault for each
 * 2 MiB (with pages of 4 KiB) and not one for each page.
 */
static vm_fault_t dma_heap_buffer_fault(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	const struct dma_heap_view *view = vma->vm_private_data;
	const struct dma_heap_span one = { view->span.first + vmf->pgoff, 1 };
	struct dma_heap_span around;
	struct dma_heap_walk walk;
	unsigned long addr, end;
	vm_fault_t ret;

	if (vmf->pgoff >= view->span.nr_pages)
		return VM_FAULT_SIGBUS;

	/* The page that was asked for must be there, the others may. */
	dma_heap_walk_start(&walk, view->buffer, one);
	ret = vmf_insert_pfn(vma, vmf->address, walk.pfn);
	if (ret != VM_FAULT_NOPAGE)
		return ret;

	addr = max(vmf->address & PMD_MASK, vma->vm_start);
	end = min((vmf->address & PMD_MASK) + PMD_SIZE - 1, vma->vm_end - 1);
	around.first = vma->vm_pgoff + ((addr - vma->vm_start) >> PAGE_SHIFT);
	around.nr_pages = min(((end - addr) >> PAGE_SHIFT) + 1,
			      view->span.nr_pages - around.first);
	around.first += view->span.first;

	for (dma_heap_walk_start(&walk, view->buffer, around); walk.nr_pages;
	     dma_heap_walk_next(&walk))
		for (; walk.nr_pages; walk.nr_pages--, addr += PAGE_SIZE)
			if (vmf_insert_pfn(vma, addr, walk.pfn++) !=
			    VM_FAULT_NOPAGE)
				return VM_FAULT_NOPAGE;

	return VM_FAULT_NOPAGE;
}

static const struct vm_operations_struct dma_heap_buffer_vm_ops = {
	.fault = dma_heap_buffer_fault,
};

/*
 * The access mode belongs to the buffer's file. The mapping that asks may be
 * another file's: an importer can pass its own, writable one to
 * dma_buf_mmap().
 */
static int dma_heap_buffer_check_mode(const struct dma_buf *dmabuf,
				      struct vm_area_struct *vma)
{
	fmode_t mode = dmabuf->file->f_mode;

	if (!(mode & FMODE_READ))
		return -EACCES;

	if (!(mode & FMODE_WRITE)) {
		if (vma->vm_flags & VM_WRITE)
			return -EACCES;
		vm_flags_clear(vma, VM_MAYWRITE);
	}

	return 0;
}

int dma_heap_buffer_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	int ret;

	/* A private copy would not be the memory that devices see. */
	if (!(vma->vm_flags & VM_MAYSHARE))
		return -EINVAL;

	ret = dma_heap_buffer_check_mode(dmabuf, vma);
	if (ret)
		return ret;

	/*
	 * Mapped by frame number: nobody gets references on the pages (so no
	 * direct I/O and no access by other processes), and none outlives the
	 * mapping.
	 */
	vm_flags_set(vma, VM_PFNMAP | VM_IO | VM_DONTEXPAND | VM_DONTDUMP);
	vma->vm_ops = &dma_heap_buffer_vm_ops;
	vma->vm_private_data = dmabuf->priv;

	return 0;
}
