// SPDX-License-Identifier: GPL-2.0
/*
 * Quotas: who has asked for how much of some memory, and who may have more.
 *
 * A user is a user ID of the initial user namespace. In a namespace of their
 * own, users have many IDs; so what is asked for there counts for the owner of
 * the namespace as well, and of each one above it: an account has a parent. One
 * who may have unlimited resources has no account.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/mm.h>
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
 * @parent: The account of the owner of the user's namespace, of which this one
 *	is a part, or NULL in the initial namespace.
 * @user: Who.
 * @refs: Held by each charge, and by each account that this is the parent of.
 * @bytes: How much.
 */
struct dma_heap_account {
	struct rb_node node;
	struct dma_heap_account *parent;
	kuid_t user;
	unsigned long refs;
	u64 bytes;
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

static int compare(const struct dma_heap_account *a,
		   const struct dma_heap_account *b)
{
	if (!uid_eq(a->user, b->user))
		return uid_lt(a->user, b->user) ? -1 : 1;
	if (a->parent != b->parent)
		return a->parent < b->parent ? -1 : 1;
	return 0;
}

static int compare_nodes(struct rb_node *a, const struct rb_node *b)
{
	return compare(rb_entry(a, struct dma_heap_account, node),
		       rb_entry(b, struct dma_heap_account, node));
}

/* Drops a reference; the last one that of the parent as well. */
static void put(struct dma_heap_quota *quota, struct dma_heap_account *account)
{
	lockdep_assert_held(&quota->lock);

	while (account && !--account->refs) {
		struct dma_heap_account *parent = account->parent;

		rb_erase(&account->node, &quota->accounts);
		kfree(account);
		account = parent;
	}
}

/* Adds @new, or finds the one there is and frees @new; with a reference. */
static struct dma_heap_account *add(struct dma_heap_quota *quota,
				    struct dma_heap_account *new)
{
	struct dma_heap_account *account = new;
	struct rb_node *node;

	spin_lock(&quota->lock);
	node = rb_find_add(&new->node, &quota->accounts, compare_nodes);
	if (node)
		account = rb_entry(node, struct dma_heap_account, node);
	else if (new->parent)
		new->parent->refs++;
	account->refs++;
	spin_unlock(&quota->lock);

	if (node)
		kfree(new);
	return account;
}

static void put_unlocked(struct dma_heap_quota *quota,
			 struct dma_heap_account *account)
{
	spin_lock(&quota->lock);
	put(quota, account);
	spin_unlock(&quota->lock);
}

/* Takes over the reference on @parent. Returns NULL if there is no memory. */
static struct dma_heap_account *get(struct dma_heap_quota *quota, kuid_t user,
				    struct dma_heap_account *parent)
{
	struct dma_heap_account *account;

	account = kzalloc_obj(*account, GFP_KERNEL_ACCOUNT);
	if (account) {
		account->user = user;
		account->parent = parent;
		account = add(quota, account);
	}
	put_unlocked(quota, parent);

	return account;
}

/* The account of whoever calls, with a reference, or an ERR_PTR(). */
static struct dma_heap_account *get_current_account(struct dma_heap_quota *quota)
{
	const struct user_namespace *ns = current_user_ns();
	struct dma_heap_account *account = NULL;
	kuid_t users[MAX_USERS];
	unsigned int n = 0;

	users[n++] = current_uid();
	for (; ns != &init_user_ns; ns = ns->parent) {
		if (WARN_ON_ONCE(n == MAX_USERS))
			return ERR_PTR(-ENOMEM);
		users[n++] = ns->owner;
	}

	while (n--) {
		if (account && uid_eq(account->user, users[n]))
			continue;
		account = get(quota, users[n], account);
		if (!account)
			return ERR_PTR(-ENOMEM);
	}

	return account;
}

static bool is_exempt(void)
{
	return ns_capable_noaudit(&init_user_ns, CAP_SYS_RESOURCE);
}

/* What nobody has. What was promised and not yet taken is not there. */
static u64 bytes_left(const struct dma_heap_quota *quota)
{
	u64 available = quota->total, gone = quota->charged;

	if (quota->ordinary) {
		available = (u64)dma_heap_headroom() << PAGE_SHIFT;
		gone -= quota->lent;
	}

	return available > gone ? available - gone : 0;
}

static bool may_have(const struct dma_heap_quota *quota, u64 bytes,
		     const struct dma_heap_account *account)
{
	const u64 left = quota->limit.unit == DMA_HEAP_LIMIT_PERCENT ?
			 bytes_left(quota) : 0;

	for (; account; account = account->parent)
		if (!dma_heap_limit_allows(&quota->limit, account->bytes,
					   bytes, left))
			return false;

	return true;
}

/**
 * dma_heap_quota_charge() - promise memory to whoever calls
 * @quota: Of what.
 * @bytes: How much.
 * @account: Where to store whom it was charged to; NULL for nobody.
 *
 * Context: May sleep.
 * Return: 0; -EDQUOT if the user may not have as much; -ENOMEM.
 */
int dma_heap_quota_charge(struct dma_heap_quota *quota, u64 bytes,
			  struct dma_heap_account **account)
{
	struct dma_heap_account *own = NULL, *each;
	int ret = 0;

	if (!is_exempt()) {
		own = get_current_account(quota);
		if (IS_ERR(own))
			return PTR_ERR(own);
	}

	spin_lock(&quota->lock);
	if (may_have(quota, bytes, own)) {
		for (each = own; each; each = each->parent)
			each->bytes += bytes;
		quota->charged += bytes;
	} else {
		put(quota, own);
		ret = -EDQUOT;
	}
	spin_unlock(&quota->lock);

	*account = own;
	return ret;
}

/**
 * dma_heap_quota_uncharge() - end a promise, when the memory is free again
 * @quota: Of what.
 * @bytes: As they were charged.
 * @account: As dma_heap_quota_charge() has stored it.
 */
void dma_heap_quota_uncharge(struct dma_heap_quota *quota, u64 bytes,
			     struct dma_heap_account *account)
{
	struct dma_heap_account *each;

	spin_lock(&quota->lock);
	for (each = account; each; each = each->parent)
		each->bytes -= bytes;
	quota->charged -= bytes;
	put(quota, account);
	spin_unlock(&quota->lock);
}

/* What was charged is taken now. */
void dma_heap_quota_take(struct dma_heap_quota *quota, u64 bytes)
{
	spin_lock(&quota->lock);
	quota->lent += bytes;
	spin_unlock(&quota->lock);
}

/* What was taken is free: ends the promise, as dma_heap_quota_uncharge(). */
void dma_heap_quota_give_back(struct dma_heap_quota *quota, u64 bytes,
			      struct dma_heap_account *account)
{
	spin_lock(&quota->lock);
	quota->lent -= bytes;
	spin_unlock(&quota->lock);

	dma_heap_quota_uncharge(quota, bytes, account);
}
