// SPDX-License-Identifier: GPL-2.0
/*
 * Quotas: who has asked for how much of some memory, and who may have more.
 *
 * A user is a user ID of the initial user namespace. In a namespace of their
 * own, users have many IDs; so what is asked for there counts for the owner of
 * the namespace as well, and of each one above it: all of them pay. For one who
 * may have unlimited resources nobody does.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>

#include "core.h"
#include "quota.h"

/* The kernel has no deeper namespace than the 33rd below the initial one. */
#define MAX_USERS 34

/**
 * struct dma_heap_account - what one user has
 * @node: Place in &dma_heap_quota.accounts.
 * @user: Who.
 * @refs: Held by each charge.
 * @bytes: How much.
 */
struct dma_heap_account {
	struct rb_node node;
	kuid_t user;
	unsigned long refs;
	u64 bytes;
};

/**
 * struct dma_heap_charge - who pays for some memory
 * @nr_accounts: How many do.
 * @accounts: Theirs, each once, with a reference.
 */
struct dma_heap_charge {
	unsigned int nr_accounts;
	struct dma_heap_account *accounts[];
};

struct dma_heap_quota dma_heap_ordinary_quota = {
	.lock = __SPIN_LOCK_UNLOCKED(dma_heap_ordinary_quota.lock),
	.accounts = RB_ROOT,
	.ordinary = true,
};

/* Of one region; its size is set when it is known. */
void dma_heap_quota_init(struct dma_heap_quota *quota)
{
	spin_lock_init(&quota->lock);
	quota->accounts = RB_ROOT;
}

void dma_heap_quota_set_total(struct dma_heap_quota *quota, u64 total)
{
	spin_lock(&quota->lock);
	quota->total = total;
	spin_unlock(&quota->lock);
}

struct dma_heap_limit dma_heap_quota_limit(struct dma_heap_quota *quota)
{
	struct dma_heap_limit limit;

	spin_lock(&quota->lock);
	limit = quota->limit;
	spin_unlock(&quota->lock);

	return limit;
}

void dma_heap_quota_set_limit(struct dma_heap_quota *quota,
			      const struct dma_heap_limit *limit)
{
	spin_lock(&quota->lock);
	quota->limit = *limit;
	spin_unlock(&quota->lock);
}

static int compare(struct rb_node *a, const struct rb_node *b)
{
	kuid_t user = rb_entry(a, struct dma_heap_account, node)->user;
	kuid_t other = rb_entry(b, struct dma_heap_account, node)->user;

	if (uid_eq(user, other))
		return 0;
	return uid_lt(user, other) ? -1 : 1;
}

/* Adds @new, or finds the one there is and frees @new; with a reference. */
static struct dma_heap_account *add(struct dma_heap_quota *quota,
				    struct dma_heap_account *new)
{
	struct dma_heap_account *account = new;
	struct rb_node *node;

	spin_lock(&quota->lock);
	node = rb_find_add(&new->node, &quota->accounts, compare);
	if (node)
		account = rb_entry(node, struct dma_heap_account, node);
	account->refs++;
	spin_unlock(&quota->lock);

	if (node)
		kfree(new);
	return account;
}

/* Returns NULL if there is no memory. */
static struct dma_heap_account *get(struct dma_heap_quota *quota, kuid_t user)
{
	struct dma_heap_account *account;

	account = kzalloc_obj(*account, GFP_KERNEL_ACCOUNT);
	if (!account)
		return NULL;

	account->user = user;
	return add(quota, account);
}

/* Drops a charge's references, and frees it. NULL is none. */
static void charge_free(struct dma_heap_quota *quota,
			struct dma_heap_charge *charge)
{
	unsigned int i;

	if (!charge)
		return;

	spin_lock(&quota->lock);
	for (i = 0; i < charge->nr_accounts; i++) {
		struct dma_heap_account *account = charge->accounts[i];

		if (--account->refs)
			continue;
		rb_erase(&account->node, &quota->accounts);
		kfree(account);
	}
	spin_unlock(&quota->lock);
	kfree(charge);
}

static bool is_among(kuid_t user, const kuid_t *users, unsigned int n)
{
	while (n--)
		if (uid_eq(user, users[n]))
			return true;

	return false;
}

/* Who pays for what the caller asks for: how many. */
static unsigned int find_users(kuid_t users[MAX_USERS])
{
	const struct user_namespace *ns = current_user_ns();
	unsigned int n = 0;

	users[n++] = current_uid();
	for (; ns != &init_user_ns; ns = ns->parent) {
		if (is_among(ns->owner, users, n))
			continue;
		if (WARN_ON_ONCE(n == MAX_USERS))
			return 0;
		users[n++] = ns->owner;
	}

	return n;
}

/* Of no bytes yet. Returns NULL if there is no memory. */
static struct dma_heap_charge *charge_create(struct dma_heap_quota *quota)
{
	struct dma_heap_charge *charge;
	kuid_t users[MAX_USERS];
	unsigned int n;

	n = find_users(users);
	if (!n)
		return NULL;
	charge = kzalloc(struct_size(charge, accounts, n), GFP_KERNEL_ACCOUNT);
	if (!charge)
		return NULL;

	for (; charge->nr_accounts < n; charge->nr_accounts++) {
		struct dma_heap_account *account;

		account = get(quota, users[charge->nr_accounts]);
		if (!account) {
			charge_free(quota, charge);
			return NULL;
		}
		charge->accounts[charge->nr_accounts] = account;
	}

	return charge;
}

static bool is_exempt(void)
{
	return ns_capable_noaudit(&init_user_ns, CAP_SYS_RESOURCE);
}

/*
 * What nobody has, of ordinary memory in zones up to @highest_zone. What was
 * promised and not yet taken is not there.
 */
static u64 bytes_left(const struct dma_heap_quota *quota,
		      enum zone_type highest_zone)
{
	u64 available = quota->total, gone = quota->charged;

	if (quota->ordinary) {
		available = (u64)dma_heap_headroom(highest_zone) << PAGE_SHIFT;
		gone -= quota->lent;
	}

	return available > gone ? available - gone : 0;
}

static bool may_have(const struct dma_heap_quota *quota, u64 bytes,
		     enum zone_type highest_zone,
		     const struct dma_heap_charge *charge)
{
	const u64 left = quota->limit.unit == DMA_HEAP_LIMIT_PERCENT ?
			 bytes_left(quota, highest_zone) : 0;
	unsigned int i;

	for (i = 0; charge && i < charge->nr_accounts; i++)
		if (!dma_heap_limit_allows(&quota->limit,
					   charge->accounts[i]->bytes, bytes,
					   left))
			return false;

	return true;
}

/**
 * dma_heap_quota_charge() - promise memory to whoever calls
 * @quota: Of what.
 * @bytes: How much.
 * @highest_zone: Of ordinary memory, the highest zone that it can come from.
 * @charge: Where to store who pays for it; NULL for nobody.
 *
 * Context: May sleep.
 * Return: 0; -EDQUOT if one of them may not have as much; -ENOMEM.
 */
int dma_heap_quota_charge(struct dma_heap_quota *quota, u64 bytes,
			  enum zone_type highest_zone,
			  struct dma_heap_charge **charge)
{
	struct dma_heap_charge *new = NULL;
	unsigned int i;
	bool allowed;

	if (!is_exempt()) {
		new = charge_create(quota);
		if (!new)
			return -ENOMEM;
	}

	spin_lock(&quota->lock);
	allowed = may_have(quota, bytes, highest_zone, new);
	if (allowed) {
		for (i = 0; new && i < new->nr_accounts; i++)
			new->accounts[i]->bytes += bytes;
		quota->charged += bytes;
	}
	spin_unlock(&quota->lock);

	if (!allowed) {
		charge_free(quota, new);
		return -EDQUOT;
	}

	*charge = new;
	return 0;
}

/**
 * dma_heap_quota_uncharge() - end a promise, when the memory is free again
 * @quota: Of what.
 * @bytes: As they were charged.
 * @charge: As dma_heap_quota_charge() has stored it.
 */
void dma_heap_quota_uncharge(struct dma_heap_quota *quota, u64 bytes,
			     struct dma_heap_charge *charge)
{
	unsigned int i;

	spin_lock(&quota->lock);
	for (i = 0; charge && i < charge->nr_accounts; i++)
		charge->accounts[i]->bytes -= bytes;
	quota->charged -= bytes;
	spin_unlock(&quota->lock);

	charge_free(quota, charge);
}

/* Count charged memory as allocated: it is no longer available. */
void dma_heap_quota_take(struct dma_heap_quota *quota, u64 bytes)
{
	spin_lock(&quota->lock);
	quota->lent += bytes;
	spin_unlock(&quota->lock);
}

/* Undo dma_heap_quota_take() for memory that is still charged. */
void dma_heap_quota_untake(struct dma_heap_quota *quota, u64 bytes)
{
	spin_lock(&quota->lock);
	quota->lent -= bytes;
	spin_unlock(&quota->lock);
}

/* What was taken is free: ends the promise, as dma_heap_quota_uncharge(). */
void dma_heap_quota_give_back(struct dma_heap_quota *quota, u64 bytes,
			      struct dma_heap_charge *charge)
{
	dma_heap_quota_untake(quota, bytes);
	dma_heap_quota_uncharge(quota, bytes, charge);
}
