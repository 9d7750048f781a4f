// SPDX-License-Identifier: GPL-2.0
/* how memory is mapped for a process */
#include <linux/mm.h>

static int fill(pte_t *pte, unsigned long addr, void *data)
{
	return pte_none(ptep_get(pte)) ? 0 : -EBUSY;
}

vm_fault_t check(struct vm_fault *fault);
vm_fault_t check(struct vm_fault *fault)
{
	struct vm_area_struct *vma = fault->vma;

	vm_flags_set(vma, VM_PFNMAP);
	vm_flags_clear(vma, VM_MAYWRITE);
	if (apply_to_page_range(vma->vm_mm, fault->address, PAGE_SIZE, fill, vma))
		return VM_FAULT_OOM;
	return vmf_insert_pfn(vma, fault->address, fault->pgoff);
}

const struct vm_operations_struct vm_ops = { .fault = check };
