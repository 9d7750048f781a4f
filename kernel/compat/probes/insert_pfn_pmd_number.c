// SPDX-License-Identifier: GPL-2.0
/* 6.17, "mm: remove callers of pfn_t functionality". */
#include <linux/mm.h>

vm_fault_t probe(struct vm_fault *vmf, unsigned long pfn);
vm_fault_t probe(struct vm_fault *vmf, unsigned long pfn)
{
	return vmf_insert_pfn_pmd(vmf, pfn, true);
}
