/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What older kernels lack, in today's words. Included before everything else
 * in every file, so that nothing but this file knows of more than one kernel.
 *
 * Each HAVE_ is what a file of probes/ found out, which names the change that
 * it looks for. What is a macro needs no probe. A function of ours has a name of
 * its own behind the kernel's, in case that there is one after all that differs.
 */
#ifndef _DMABUF_HEAPS_COMPAT_H
#define _DMABUF_HEAPS_COMPAT_H
#if !defined(DMABUF_HEAPS_PROBE) && !defined(__ASSEMBLY__)

/* What our messages begin with: before any header defines it as nothing. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "have.h"

#include <linux/dma-buf.h>
#include <linux/dma-resv.h>
#include <linux/file.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/module.h>
#include <linux/slab.h>

#ifdef HAVE_MODULE_IMPORT_NS_TOKEN
#undef MODULE_IMPORT_NS
#define MODULE_IMPORT_NS(ns) MODULE_INFO(import_ns, ns)
/* Here a namespace has no quotes, either. Ours can be done without. */
#undef EXPORT_SYMBOL_NS_GPL
#define EXPORT_SYMBOL_NS_GPL(symbol, ...) EXPORT_SYMBOL_GPL(symbol)
#endif

/* Not in 6.1, in 6.12 */
#ifndef __counted_by
#define __counted_by(member)
#endif

/* Not in 6.12, in 7.3; as they are used here. */
#ifndef kzalloc_obj
#define kmalloc_obj(object, gfp) kmalloc(sizeof(object), gfp)
#define kzalloc_obj(object, gfp) kzalloc(sizeof(object), gfp)
#endif

/* 6.8; before 6.4, MAX_ORDER was one more than the highest order. */
#ifndef MAX_PAGE_ORDER
#define MAX_PAGE_ORDER (MAX_ORDER - 1)
#endif

/* Not in 6.12, in 7.3: alloc_contig_range() took a migrate type in its place. */
#ifndef ACR_FLAGS_NONE
#define ACR_FLAGS_NONE MIGRATE_MOVABLE
#ifdef CONFIG_CMA
#define ACR_FLAGS_CMA MIGRATE_CMA
#else
#define ACR_FLAGS_CMA MIGRATE_MOVABLE
#endif
#endif

/*
 * The controller of device memory is 6.14's. No kernel of a distribution has
 * had it before regions were described like this, so that there it is as if it
 * were not configured.
 */
#ifdef HAVE_DMEM_CGROUP_INIT
#include <linux/cgroup_dmem.h>
#else
struct dmem_cgroup_pool_state;
struct dmem_cgroup_region;

struct dmem_cgroup_init {
	u64 size;
};

#define dmem_cgroup_register_region(init, ...) \
	compat_dmem_cgroup_register_region(init)
static inline struct dmem_cgroup_region *
compat_dmem_cgroup_register_region(const struct dmem_cgroup_init *init)
{
	return NULL;
}

#define dmem_cgroup_unregister_region compat_dmem_cgroup_unregister_region
static inline void
dmem_cgroup_unregister_region(struct dmem_cgroup_region *region)
{
}

#define dmem_cgroup_try_charge compat_dmem_cgroup_try_charge
static inline int
dmem_cgroup_try_charge(struct dmem_cgroup_region *region, u64 size,
		       struct dmem_cgroup_pool_state **pool,
		       struct dmem_cgroup_pool_state **limit_pool)
{
	return 0;
}

#define dmem_cgroup_uncharge compat_dmem_cgroup_uncharge
static inline void
dmem_cgroup_uncharge(struct dmem_cgroup_pool_state *pool, u64 size)
{
}
#endif

#ifndef HAVE_SHRINKER_ALLOC
#include <linux/shrinker.h>

#define shrinker_alloc compat_shrinker_alloc
static inline struct shrinker *shrinker_alloc(unsigned int flags,
					      const char *name)
{
	struct shrinker *shrinker = kzalloc_obj(*shrinker, GFP_KERNEL);

	if (shrinker) {
		shrinker->seeks = DEFAULT_SEEKS;
		shrinker->flags = flags;
	}
	return shrinker;
}

/* One that could not be registered is asked for nothing. */
#define shrinker_register compat_shrinker_register
static inline void shrinker_register(struct shrinker *shrinker)
{
	if (register_shrinker(shrinker, "dmabuf-heaps"))
		pr_warn("can't be asked to give memory back\n");
}

#define shrinker_free compat_shrinker_free
static inline void shrinker_free(struct shrinker *shrinker)
{
	unregister_shrinker(shrinker);
	kfree(shrinker);
}
#endif

#ifndef HAVE_DMA_BUF_FD_INSTALL
#define dma_buf_fd_install compat_dma_buf_fd_install
static inline void dma_buf_fd_install(struct dma_buf *dmabuf, int fd)
{
	fd_install(fd, dmabuf->file);
}
#endif

#ifndef HAVE_VM_FLAGS_SET
#define vm_flags_set compat_vm_flags_set
#define vm_flags_clear compat_vm_flags_clear
static inline void vm_flags_set(struct vm_area_struct *vma, vm_flags_t flags)
{
	vma->vm_flags |= flags;
}

static inline void vm_flags_clear(struct vm_area_struct *vma, vm_flags_t flags)
{
	vma->vm_flags &= ~flags;
}
#endif

/* As it is used here, with frames that have struct pages. */
#if defined(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP) && \
	!defined(HAVE_INSERT_PFN_PMD_NUMBER)
#include <linux/pfn_t.h>
static inline vm_fault_t compat_insert_pfn_pmd(struct vm_fault *vmf,
					       unsigned long pfn, bool write)
{
	return vmf_insert_pfn_pmd(vmf, pfn_to_pfn_t(pfn), write);
}

#define vmf_insert_pfn_pmd compat_insert_pfn_pmd
#endif

#ifndef HAVE_DMA_BUF_VMAP_UNLOCKED
/* Nobody holds the reservation lock; our own is enough. */
#undef dma_resv_assert_held
#define dma_resv_assert_held(resv) ((void)(resv))
#define dma_buf_vmap_unlocked dma_buf_vmap
#define dma_buf_vunmap_unlocked dma_buf_vunmap
#endif

/* What a class's devnode() gets. */
#ifdef HAVE_CLASS_DEVNODE_CONST
#define compat_const const
#else
#define compat_const
#endif

#endif
#endif /* _DMABUF_HEAPS_COMPAT_H */
