// SPDX-License-Identifier: GPL-2.0
/*
 * Mappings of buffers in processes: mmap and page faults.
 *
 * A fault maps its slot, the range of one page table: by one huge entry if the
 * memory allows it, otherwise by filling the table. The kernel calls ->fault
 * under mmap_lock, never under the per-VMA lock as it does ->huge_fault. So the
 * VMA does not change during a fault, and a page table in it is not freed.
 */
#include <linux/dma-buf.h>
#include <linux/dma-heap-buffer.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/page-flags.h>
#include <linux/pgtable.h>

#include "buffer.h"

/**
 * struct dma_heap_fill - page table being filled
 * @vmf: The page fault.
 * @walk: The memory not mapped yet.
 * @ret: Result of the fault.
 */
struct dma_heap_fill {
	struct vm_fault *vmf;
	struct dma_heap_walk walk;
	vm_fault_t ret;
};

/*
 * Nothing writes these pages back, so each counts as written from the start.
 * Otherwise the first write to it would fault again on a processor that does not
 * set the dirty bit by itself.
 *
 * A module can set a page table entry only where that calls no function that the
 * kernel does not export.
 */
#if !defined(MODULE) || defined(CONFIG_X86) || defined(CONFIG_ARM64)
#define dma_heap_apply_to_range apply_to_page_range

/* Called under the lock of the page table. Another fault may have set @pte. */
static int dma_heap_map_page(struct vm_area_struct *vma, pte_t *pte,
			     unsigned long addr, unsigned long pfn)
{
	pte_t entry;

	if (!pte_none(ptep_get(pte)))
		return 0;

	entry = pte_mkspecial(pfn_pte(pfn, vma->vm_page_prot));
	if (vma->vm_flags & VM_WRITE)
		entry = pte_mkdirty(entry);
	set_pte_at(vma->vm_mm, addr, pte, entry);

	return 0;
}
#else
#if defined(CONFIG_ARM)
#define DIRTY L_PTE_DIRTY
#elif defined(CONFIG_RISCV)
#define DIRTY _PAGE_DIRTY
#else
#define DIRTY 0
#endif

static int dma_heap_apply_to_range(struct mm_struct *mm, unsigned long addr,
				   unsigned long size, pte_fn_t fn, void *data)
{
	const unsigned long end = addr + size;
	int ret = 0;

	for (; !ret && addr != end; addr += PAGE_SIZE)
		ret = fn(NULL, addr, data);

	return ret;
}

static int dma_heap_map_page(struct vm_area_struct *vma, pte_t *pte,
			     unsigned long addr, unsigned long pfn)
{
	pgprot_t prot = vma->vm_page_prot;

	if (vma->vm_flags & VM_WRITE)
		prot = __pgprot(pgprot_val(prot) | DIRTY);

	return vmf_insert_pfn_prot(vma, addr, pfn, prot) & VM_FAULT_ERROR;
}
#endif

static int dma_heap_fill_entry(pte_t *pte, unsigned long addr, void *data)
{
	struct dma_heap_fill *fill = data;
	struct dma_heap_walk *walk = &fill->walk;
	const unsigned long pfn = walk->pfn++;

	if (!--walk->nr_pages)
		dma_heap_walk_next(walk);
	if (likely(!PageHWPoison(pfn_to_page(pfn))))
		return dma_heap_map_page(fill->vmf->vma, pte, addr, pfn);

	if (addr == fill->vmf->address)
		fill->ret = VM_FAULT_HWPOISON;

	return 0;
}

/* Fill the page table of the fault from @addr on, without failed pages. */
static vm_fault_t dma_heap_fill(struct dma_heap_fill *fill, unsigned long addr)
{
	const unsigned long nr_pages = fill->walk.nr_pages + fill->walk.left;

	if (dma_heap_apply_to_range(fill->vmf->vma->vm_mm, addr,
				    nr_pages << PAGE_SHIFT,
				    dma_heap_fill_entry, fill))
		return VM_FAULT_OOM;

	return fill->ret;
}

/*
 * Only kernels with pmd_special() can tell a huge entry of a VM_PFNMAP mapping
 * from one of a folio. On others get_user_pages() would pin the memory.
 */
#ifdef CONFIG_ARCH_SUPPORTS_PMD_PFNMAP
/* Check whether a huge entry can map the slot that @walk begins with. */
static bool dma_heap_is_huge(const struct dma_heap_walk *walk)
{
	return walk->nr_pages == PTRS_PER_PTE &&
	       IS_ALIGNED(walk->pfn, PTRS_PER_PTE) &&
	       has_transparent_hugepage();
}

static bool dma_heap_has_failed(unsigned long pfn)
{
	const struct page *page = pfn_to_page(pfn);
	unsigned int i;

#ifdef CONFIG_MEMORY_FAILURE
	if (!page_pgdat(page)->mf_stats.total)
		return false;
#endif
	for (i = 0; i < PTRS_PER_PTE; i++)
		if (PageHWPoison(page + i))
			return true;

	return false;
}

/*
 * Map a slot that a huge entry can map, unless one of its pages has failed or it
 * has a page table. Faults in a slot must not take different ways at once, or the
 * kernel warns. What they depend on is constant during a fault, but a page may
 * fail at any moment: hence the mutex.
 */
static vm_fault_t dma_heap_map_huge(struct dma_heap_fill *fill,
				    unsigned long addr)
{
	struct vm_fault *vmf = fill->vmf;
	const struct dma_heap_view *view = vmf->vma->vm_private_data;
	struct mutex *lock = &view->buffer->huge_lock;
	vm_fault_t ret = VM_FAULT_NOPAGE;
	pmd_t pmd;

	mutex_lock(lock);
	pmd = READ_ONCE(*vmf->pmd);
	if ((pmd_none(pmd) || pmd_leaf(pmd)) &&
	    !dma_heap_has_failed(fill->walk.pfn))
		ret = vmf_insert_pfn_pmd(vmf, fill->walk.pfn,
					 vmf->flags & FAULT_FLAG_WRITE);
	else if (!pmd_leaf(pmd))
		ret = dma_heap_fill(fill, addr);
	mutex_unlock(lock);

	return ret;
}
#endif

static vm_fault_t dma_heap_buffer_fault(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	const struct dma_heap_view *view = vma->vm_private_data;
	struct dma_heap_fill fill = { .vmf = vmf, .ret = VM_FAULT_NOPAGE };
	struct dma_heap_span slot;
	unsigned long addr, end;

	if (vmf->pgoff >= view->span.nr_pages)
		return VM_FAULT_SIGBUS;

	addr = max(vmf->address & PMD_MASK, vma->vm_start);
	end = min((vmf->address & PMD_MASK) + PMD_SIZE - 1, vma->vm_end - 1);
	slot.first = vma->vm_pgoff + ((addr - vma->vm_start) >> PAGE_SHIFT);
	slot.nr_pages = min(((end - addr) >> PAGE_SHIFT) + 1,
			    view->span.nr_pages - slot.first);
	slot.first += view->span.first;
	dma_heap_walk_start(&fill.walk, view->buffer, slot);

#ifdef CONFIG_ARCH_SUPPORTS_PMD_PFNMAP
	if (dma_heap_is_huge(&fill.walk))
		return dma_heap_map_huge(&fill, addr);
#endif

	return dma_heap_fill(&fill, addr);
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
	 * Mapped by frame number: get_user_pages() fails, so there is no direct
	 * I/O and no access by other processes, and no reference to a page
	 * outlives the mapping.
	 */
	vm_flags_set(vma, VM_PFNMAP | VM_IO | VM_DONTEXPAND | VM_DONTDUMP);
	vma->vm_ops = &dma_heap_buffer_vm_ops;
	vma->vm_private_data = dmabuf->priv;

	return 0;
}
