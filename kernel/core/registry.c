// SPDX-License-Identifier: GPL-2.0
/*
 * The registry: heaps, and their names in /dev/dma_heap.
 *
 * The device class is our own on every kernel, so that paths and rules never
 * vary, and so that it works beside a heaps core in the kernel. The nodes go
 * where programs look for them.
 */
#include <linux/atomic.h>
#include <linux/cdev.h>
#include <linux/device.h>
#include <linux/dma-heap.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/idr.h>
#include <linux/limits.h>
#include <linux/module.h>
#include <linux/namei.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "core.h"

/* The folder in /dev, and the name in /proc/devices. */
#define DMA_HEAP_DIR "dma_heap"

/* As many nodes as mainline's core can have. */
#define DMA_HEAP_MINORS 128

static char *prefix = "";
module_param(prefix, charp, 0444);
MODULE_PARM_DESC(prefix, "Text put before the name of every heap (default: none)");

/**
 * struct dma_heap_node - one name of a heap in /dev/dma_heap
 * @dev: The class device, whose reference count is the node's.
 * @cdev: What is opened. Holds a reference on @dev while it is open.
 * @heap: The heap, or NULL once it was removed. Protected by
 *	dma_heap_registry_lock. Holds no reference: a node may outlive its heap
 *	for as long as somebody looks at the device.
 * @link: Place in &dma_heap.nodes.
 */
struct dma_heap_node {
	struct device dev;
	struct cdev cdev;
	struct dma_heap *heap;
	struct list_head link;
};

/* One at a time adds or removes: a name can be had again when it is all gone. */
static DEFINE_MUTEX(dma_heap_names_lock);

/* Protects the nodes of every heap. Inside dma_heap_names_lock. */
static DEFINE_MUTEX(dma_heap_registry_lock);

/* Of the heap that was added last. */
static atomic64_t dma_heap_last_id;

static DEFINE_IDA(dma_heap_minors);
static dev_t dma_heap_devt;

static char *dma_heap_devnode(compat_const struct device *dev, umode_t *mode)
{
	return kasprintf(GFP_KERNEL, DMA_HEAP_DIR "/%s", dev_name(dev));
}

static struct class dma_heap_class = {
	.name = "dmabuf_heap",
	.devnode = dma_heap_devnode,
	.dev_groups = dma_heap_groups,
};

void dma_heap_get(struct dma_heap *heap)
{
	kref_get(&heap->ref);
}

static void dma_heap_free(struct kref *ref)
{
	struct dma_heap *heap = container_of(ref, struct dma_heap, ref);

	if (heap->ops->release)
		heap->ops->release(heap);
	kfree(heap->name);
	kfree(heap);
}

/* May sleep: with the last reference the driver is called. */
void dma_heap_put(struct dma_heap *heap)
{
	kref_put(&heap->ref, dma_heap_free);
}

/* The heap behind an open node, with a reference, or NULL if it was removed. */
struct dma_heap *dma_heap_get_from_inode(struct inode *inode)
{
	struct dma_heap_node *node = container_of(inode->i_cdev,
						  struct dma_heap_node, cdev);
	struct dma_heap *heap;

	mutex_lock(&dma_heap_registry_lock);
	heap = node->heap;
	if (heap)
		dma_heap_get(heap);
	mutex_unlock(&dma_heap_registry_lock);

	return heap;
}

/*
 * Where a node of this name exists, the kernel makes no second one and says
 * nothing: the heap would be there and nobody could open it, or worse, its
 * name would lead to another heap.
 */
static bool dma_heap_node_exists(const char *name)
{
	struct path path;
	char *node;
	int ret;

	node = kasprintf(GFP_KERNEL, "/dev/" DMA_HEAP_DIR "/%s", name);
	if (!node)
		return false;
	ret = kern_path(node, 0, &path);
	kfree(node);
	if (ret)
		return false;

	path_put(&path);
	return true;
}

static int dma_heap_check_name(const char *name)
{
	struct device *dev;

	if (!*name || strlen(name) > NAME_MAX || strchr(name, '/') ||
	    !strcmp(name, ".") || !strcmp(name, ".."))
		return -EINVAL;

	dev = class_find_device_by_name(&dma_heap_class, name);
	if (dev) {
		put_device(dev);
		return -EEXIST;
	}

	return dma_heap_node_exists(name) ? -EEXIST : 0;
}

static void dma_heap_node_release(struct device *dev)
{
	struct dma_heap_node *node = container_of(dev, struct dma_heap_node, dev);

	ida_free(&dma_heap_minors, MINOR(dev->devt));
	kfree(node);
}

static int dma_heap_add_node(struct dma_heap *heap, const char *name)
{
	struct dma_heap_node *node;
	int minor, ret;

	lockdep_assert_held(&dma_heap_registry_lock);

	ret = dma_heap_check_name(name);
	if (ret)
		return ret;

	node = kzalloc_obj(*node, GFP_KERNEL);
	if (!node)
		return -ENOMEM;

	minor = ida_alloc_max(&dma_heap_minors, DMA_HEAP_MINORS - 1, GFP_KERNEL);
	if (minor < 0) {
		kfree(node);
		return minor;
	}

	/* From here on the device's last reference frees the node. */
	device_initialize(&node->dev);
	node->dev.class = &dma_heap_class;
	node->dev.devt = MKDEV(MAJOR(dma_heap_devt), minor);
	node->dev.groups = heap->groups;
	node->dev.release = dma_heap_node_release;
	node->heap = heap;
	dev_set_drvdata(&node->dev, heap);

	ret = dev_set_name(&node->dev, "%s", name);
	if (ret)
		goto put;

	cdev_init(&node->cdev, &dma_heap_fops);
	/* An open node pins the driver; the driver pins the core. */
	node->cdev.owner = heap->owner;

	ret = cdev_device_add(&node->cdev, &node->dev);
	if (ret)
		goto put;

	list_add_tail(&node->link, &heap->nodes);
	return 0;

put:
	put_device(&node->dev);
	return ret;
}

/*
 * Without dma_heap_registry_lock: whoever is in one of the attributes is waited
 * for, and may be waiting for something that wants it.
 */
static void dma_heap_remove_node(struct dma_heap_node *node)
{
	lockdep_assert_held(&dma_heap_names_lock);

	list_del(&node->link);
	cdev_device_del(&node->cdev, &node->dev);
	put_device(&node->dev);
}

static int dma_heap_add_name(struct dma_heap *heap, const char *name)
{
	int ret;

	mutex_lock(&dma_heap_names_lock);
	mutex_lock(&dma_heap_registry_lock);
	ret = dma_heap_add_node(heap, name);
	mutex_unlock(&dma_heap_registry_lock);
	mutex_unlock(&dma_heap_names_lock);

	return ret;
}

/*
 * dma_heap_add(), which is documented with its declaration, with the owner
 * named.
 */
struct dma_heap *__dma_heap_add(const struct dma_heap_export_info *exp_info,
				struct module *owner)
{
	struct dma_heap *heap;
	int ret;

	if (!exp_info->name || !exp_info->ops || !exp_info->ops->allocate)
		return ERR_PTR(-EINVAL);

	heap = kzalloc_obj(*heap, GFP_KERNEL);
	if (!heap)
		return ERR_PTR(-ENOMEM);

	kref_init(&heap->ref);
	init_rwsem(&heap->removal);
	INIT_LIST_HEAD(&heap->nodes);
	heap->id = atomic64_inc_return(&dma_heap_last_id);
	heap->ops = exp_info->ops;
	heap->priv = exp_info->priv;
	heap->type = exp_info->type;
	heap->contiguous = exp_info->contiguous;
	heap->protected = exp_info->protected;
	heap->groups = exp_info->groups;
	heap->owner = owner;
	heap->name = kasprintf(GFP_KERNEL, "%s%s", prefix, exp_info->name);
	if (!heap->name) {
		ret = -ENOMEM;
		goto free;
	}

	ret = dma_heap_lending_start(heap, exp_info);
	if (ret)
		goto free;

	ret = dma_heap_add_name(heap, heap->name);
	if (ret)
		goto stop_lending;

	/* Not before: a driver whose heap is refused gets no call. */
	if (heap->source)
		dma_heap_pool_start(heap);

	return heap;

stop_lending:
	dma_heap_lending_stop(heap);
free:
	/* Never was a heap: its driver gets no call for it. */
	kfree(heap->name);
	kfree(heap);
	return ERR_PTR(ret);
}
EXPORT_SYMBOL_NS_GPL(__dma_heap_add, "DMA_BUF_HEAP");

/**
 * dma_heap_add_alias() - give a heap one more name
 * @heap: From dma_heap_add().
 * @name: Copied. Goes when the heap is removed.
 *
 * Buffers report the heap's first name, whichever name was opened.
 *
 * Context: May sleep.
 * Return: 0 or a negative error number, as dma_heap_add().
 */
int dma_heap_add_alias(struct dma_heap *heap, const char *name)
{
	char *full;
	int ret;

	full = kasprintf(GFP_KERNEL, "%s%s", prefix, name);
	if (!full)
		return -ENOMEM;
	ret = dma_heap_add_name(heap, full);
	kfree(full);

	return ret;
}
EXPORT_SYMBOL_NS_GPL(dma_heap_add_alias, "DMA_BUF_HEAP");

/**
 * dma_heap_remove() - remove a heap with all its names
 * @heap: From dma_heap_add(). Not to be used again.
 *
 * Nodes vanish and can't be opened any more, allocations that are running are
 * waited for, and whoever has a node open gets -ENODEV. Buffers stay valid
 * for as long as somebody holds them; &dma_heap_ops.release tells when the
 * last one has gone.
 *
 * Context: May sleep, for as long as an allocation takes.
 */
void dma_heap_remove(struct dma_heap *heap)
{
	struct dma_heap_node *node, *next;
	LIST_HEAD(nodes);

	mutex_lock(&dma_heap_names_lock);
	mutex_lock(&dma_heap_registry_lock);
	list_for_each_entry(node, &heap->nodes, link)
		node->heap = NULL;
	list_splice_init(&heap->nodes, &nodes);
	mutex_unlock(&dma_heap_registry_lock);

	list_for_each_entry_safe(node, next, &nodes, link)
		dma_heap_remove_node(node);
	mutex_unlock(&dma_heap_names_lock);

	down_write(&heap->removal);
	heap->removed = true;
	up_write(&heap->removal);

	dma_heap_lending_stop(heap);
	dma_heap_put(heap);
}
EXPORT_SYMBOL_NS_GPL(dma_heap_remove, "DMA_BUF_HEAP");

/*
 * Has it looked at again whether the size is known. May be called by what a store
 * into another attribute waits for, so that must not be waited for here.
 */
void dma_heap_update_size(struct dma_heap *heap)
{
	struct dma_heap_node *node;

	mutex_lock(&dma_heap_registry_lock);
	list_for_each_entry(node, &heap->nodes, link)
		if (sysfs_update_group(&node->dev.kobj, &dma_heap_size_group))
			pr_warn("%s: its attributes can't be updated\n",
				dev_name(&node->dev));
	mutex_unlock(&dma_heap_registry_lock);
}

/**
 * dma_heap_get_drvdata() - get a heap's private data
 * @heap: The heap.
 *
 * Return: &dma_heap_export_info.priv as it was when the heap was added.
 */
void *dma_heap_get_drvdata(struct dma_heap *heap)
{
	return heap->priv;
}
EXPORT_SYMBOL_NS_GPL(dma_heap_get_drvdata, "DMA_BUF_HEAP");

/**
 * dma_heap_get_name() - get a heap's name
 * @heap: The heap.
 *
 * Return: The name, with the prefix that was set at load. Valid for as long
 * as the heap or one of its buffers.
 */
const char *dma_heap_get_name(struct dma_heap *heap)
{
	return heap->name;
}
EXPORT_SYMBOL_NS_GPL(dma_heap_get_name, "DMA_BUF_HEAP");

int dma_heap_registry_init(void)
{
	int ret;

	ret = alloc_chrdev_region(&dma_heap_devt, 0, DMA_HEAP_MINORS,
				  DMA_HEAP_DIR);
	if (ret)
		return ret;

	ret = class_register(&dma_heap_class);
	if (ret)
		unregister_chrdev_region(dma_heap_devt, DMA_HEAP_MINORS);

	return ret;
}

void dma_heap_registry_exit(void)
{
	class_unregister(&dma_heap_class);
	unregister_chrdev_region(dma_heap_devt, DMA_HEAP_MINORS);
	ida_destroy(&dma_heap_minors);
}
