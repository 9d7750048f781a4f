// SPDX-License-Identifier: GPL-2.0
/* Buffers in processes: mmap and the faults after it. */
#include <linux/dma-buf.h>
#include <linux/dma-heap-buffer.h>
#include <linux/fs.h>
#include <linux/mm.h>

#include "buffer.h"

/*
 * Where the processor does not note by itself that a page was written to, the first
 * write to each page of a writable mapping would fault once more. Nobody writes
 * these pages back, so they may as well count as written from the start.
 *
 * A module can write an entry of a page table where that needs no function that
 * the kernel keeps to itself.
 */
#if !defined(MODULE) || defined(CONFIG_X86) || defined(CONFIG_ARM64)

/**
 * struct dma_heap_filling - a page table that is being filled
 * @vma: The mapping.
 * @walk: What comes next.
 */
struct dma_heap_filling {
	const struct vm_area_struct *vma;
	struct dma_heap_walk walk;
};

/* Under the page table's lock. Another fault may have been faster. */
static int dma_heap_fill_entry(pte_t *pte, unsigned long addr, void *data)
{
	struct dma_heap_filling *filling = data;
	const struct vm_area_struct *vma = filling->vma;
	struct dma_heap_walk *walk = &filling->walk;
	pte_t entry;

	if (pte_none(ptep_get(pte))) {
		entry = pte_mkspecial(pfn_pte(walk->pfn, vma->vm_page_prot));
		if (vma->vm_flags & VM_WRITE)
			entry = pte_mkdirty(entry);
		set_pte_at(vma->vm_mm, addr, pte, entry);
	}
	walk->pfn++;
	if (!--walk->nr_pages)
		dma_heap_walk_next(walk);

	return 0;
}

/* Fills a page table from @addr on. */
static vm_fault_t dma_heap_fill(struct vm_area_struct *vma, unsigned long addr,
				struct dma_heap_span span)
{
	const struct dma_heap_view *view = vma->vm_private_data;
	struct dma_heap_filling filling = { .vma = vma };

	dma_heap_walk_start(&filling.walk, view->buffer, span);
	if (apply_to_page_range(vma->vm_mm, addr, span.nr_pages << PAGE_SHIFT,
				dma_heap_fill_entry, &filling))
		return VM_FAULT_OOM;

	return VM_FAULT_NOPAGE;
}

#else

#if defined(CONFIG_ARM)
#define WRITTEN L_PTE_DIRTY
#elif defined(CONFIG_RISCV)
#define WRITTEN _PAGE_DIRTY
#else
#define WRITTEN 0
#endif

/* Fills a page table from @addr on, an entry at a time. */
static vm_fault_t dma_heap_fill(struct vm_area_struct *vma, unsigned long addr,
				struct dma_heap_span span)
{
	const struct dma_heap_view *view = vma->vm_private_data;
	pgprot_t prot = vma->vm_page_prot;
	struct dma_heap_walk walk;
	vm_fault_t ret;

	if (vma->vm_flags & VM_WRITE)
		prot = __pgprot(pgprot_val(prot) | WRITTEN);
	for (dma_heap_walk_start(&walk, view->buffer, span); walk.nr_pages;
	     dma_heap_walk_next(&walk))
		for (; walk.nr_pages; walk.nr_pages--, addr += PAGE_SIZE) {
			ret = vmf_insert_pfn_prot(vma, addr, walk.pfn++, prot);
			if (ret != VM_FAULT_NOPAGE)
				return ret;
		}

	return VM_FAULT_NOPAGE;
}

#endif

/*
 * A fault fills the page table it happened in, so there is one fault for each
 * 2 MiB (with pages of 4 KiB) and not one for each page.
 */
static vm_fault_t dma_heap_buffer_fault(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	const struct dma_heap_view *view = vma->vm_private_data;
	struct dma_heap_span around;
	unsigned long addr, end;

	if (vmf->pgoff >= view->span.nr_pages)
		return VM_FAULT_SIGBUS;

	addr = max(vmf->address & PMD_MASK, vma->vm_start);
	end = min((vmf->address & PMD_MASK) + PMD_SIZE - 1, vma->vm_end - 1);
	around.first = vma->vm_pgoff + ((addr - vma->vm_start) >> PAGE_SHIFT);
	around.nr_pages = min(((end - addr) >> PAGE_SHIFT) + 1,
			      view->span.nr_pages - around.first);
	around.first += view->span.first;

	return dma_heap_fill(vma, addr, around);
}

/*
 * Only where the kernel can tell such a page table entry from one of memory with
 * references: else get_user_pages() would take the pages.
 */
#ifdef CONFIG_ARCH_SUPPORTS_PMD_PFNMAP
/* One entry for all that a page table could map, if that is in one piece. */
static vm_fault_t dma_heap_buffer_huge_fault(struct vm_fault *vmf,
					     unsigned int order)
{
	struct vm_area_struct *vma = vmf->vma;
	const struct dma_heap_view *view = vma->vm_private_data;
	const unsigned long addr = vmf->address & PMD_MASK;
	struct dma_heap_span span = { .nr_pages = 1UL << PMD_ORDER };
	struct dma_heap_walk walk;

	if (order != PMD_ORDER || addr < vma->vm_start ||
	    vma->vm_end - addr < PMD_SIZE)
		return VM_FAULT_FALLBACK;

	span.first = vma->vm_pgoff + ((addr - vma->vm_start) >> PAGE_SHIFT);
	if (span.first >= view->span.nr_pages ||
	    span.nr_pages > view->span.nr_pages - span.first)
		return VM_FAULT_FALLBACK;

	span.first += view->span.first;
	dma_heap_walk_start(&walk, view->buffer, span);
	if (walk.nr_pages != span.nr_pages ||
	    !IS_ALIGNED(walk.pfn, span.nr_pages))
		return VM_FAULT_FALLBACK;

	return vmf_insert_pfn_pmd(vmf, walk.pfn,
				  vmf->flags & FAULT_FLAG_WRITE);
}
#endif

static const struct vm_operations_struct dma_heap_buffer_vm_ops = {
	.fault = dma_heap_buffer_fault,
#ifdef CONFIG_ARCH_SUPPORTS_PMD_PFNMAP
	.huge_fault = dma_heap_buffer_huge_fault,
#endif
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
