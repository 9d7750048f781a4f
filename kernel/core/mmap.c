// SPDX-License-Identifier: GPL-2.0
/* Buffers in processes: mmap and the faults after it. */
#include <linux/dma-buf.h>
#include <linux/dma-heap-buffer.h>
#include <linux/fs.h>
#include <linux/mm.h>

#include "buffer.h"

/* The frame at @pgoff, and how many follow it without a gap. */
static unsigned long dma_heap_buffer_pfn(const struct dma_heap_buffer *buffer,
					 unsigned long pgoff,
					 unsigned long *run)
{
	const struct dma_heap_extent *extent = buffer->extents;

	while (pgoff >= extent->nr_pages) {
		pgoff -= extent->nr_pages;
		extent++;
	}

	*run = extent->nr_pages - pgoff;
	return extent->pfn + pgoff;
}

/*
 * A fault fills the page table it happened in, so there is one fault for each
 * 2 MiB (with pages of 4 KiB) and not one for each page.
 */
static vm_fault_t dma_heap_buffer_fault(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	const struct dma_heap_buffer *buffer = vma->vm_private_data;
	unsigned long addr, end, last, pgoff, pfn, run = 0;
	vm_fault_t ret;

	if (vmf->pgoff >= buffer->nr_pages)
		return VM_FAULT_SIGBUS;

	/* The page that was asked for must be there, the others may. */
	pfn = dma_heap_buffer_pfn(buffer, vmf->pgoff, &run);
	ret = vmf_insert_pfn(vma, vmf->address, pfn);
	if (ret != VM_FAULT_NOPAGE)
		return ret;

	addr = max(vmf->address & PMD_MASK, vma->vm_start);
	end = min((vmf->address & PMD_MASK) + PMD_SIZE - 1, vma->vm_end - 1);
	pgoff = vma->vm_pgoff + ((addr - vma->vm_start) >> PAGE_SHIFT);
	last = min(pgoff + ((end - addr) >> PAGE_SHIFT), buffer->nr_pages - 1);

	for (run = 0; pgoff <= last; pgoff++, addr += PAGE_SIZE, pfn++, run--) {
		if (!run)
			pfn = dma_heap_buffer_pfn(buffer, pgoff, &run);
		if (vmf_insert_pfn(vma, addr, pfn) != VM_FAULT_NOPAGE)
			break;
	}

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
