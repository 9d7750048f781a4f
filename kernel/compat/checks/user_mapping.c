// SPDX-License-Identifier: GPL-2.0
/* how memory is mapped for a process */
#include <linux/mm.h>

vm_fault_t check(struct vm_fault *fault);
vm_fault_t check(struct vm_fault *fault)
{
	vm_flags_set(fault->vma, VM_PFNMAP);
	vm_flags_clear(fault->vma, VM_MAYWRITE);
	return vmf_insert_pfn(fault->vma, fault->address, fault->pgoff);
}

const struct vm_operations_struct vm_ops = { .fault = check };
