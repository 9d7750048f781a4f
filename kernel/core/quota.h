/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DMABUF_HEAPS_QUOTA_H
#define _DMABUF_HEAPS_QUOTA_H

#include <linux/mmzone.h>
#include <linux/rbtree.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "limit.h"

struct dma_heap_charge;

/**
 * struct dma_heap_quota - what users have, and may have, of some memory
 * @lock: Protects all of it, and the accounts. Innermost.
 * @accounts: One &struct dma_heap_account for each user who has something.
 * @limit: For each of them.
 * @ordinary: It is the machine's ordinary memory.
 * @total: Size of the region that it is, in bytes; 0 if that is not known.
 * @charged: Bytes that were promised, to whomever.
 * @lent: Bytes of @charged that are allocated. A request for ordinary memory adds
 *	to it while it allocates, any other when it is done.
 */
struct dma_heap_quota {
	spinlock_t lock;	/* see above */
	struct rb_root accounts;
	struct dma_heap_limit limit;
	bool ordinary;
	u64 total;
	u64 charged;
	u64 lent;
};

/* Of all heaps that take ordinary memory. */
extern struct dma_heap_quota dma_heap_ordinary_quota;

void dma_heap_quota_init(struct dma_heap_quota *quota);
void dma_heap_quota_set_total(struct dma_heap_quota *quota, u64 total);
struct dma_heap_limit dma_heap_quota_limit(struct dma_heap_quota *quota);
void dma_heap_quota_set_limit(struct dma_heap_quota *quota,
			      const struct dma_heap_limit *limit);

int dma_heap_quota_charge(struct dma_heap_quota *quota, u64 bytes,
			  enum zone_type highest_zone,
			  struct dma_heap_charge **charge);
void dma_heap_quota_uncharge(struct dma_heap_quota *quota, u64 bytes,
			     struct dma_heap_charge *charge);
void dma_heap_quota_take(struct dma_heap_quota *quota, u64 bytes);
void dma_heap_quota_untake(struct dma_heap_quota *quota, u64 bytes);
void dma_heap_quota_give_back(struct dma_heap_quota *quota, u64 bytes,
			      struct dma_heap_charge *charge);

#endif /* _DMABUF_HEAPS_QUOTA_H */
