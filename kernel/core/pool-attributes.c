// SPDX-License-Identifier: GPL-2.0
/* Attributes of heaps with a pool. */
#include <linux/device.h>
#include <linux/errno.h>
#include <linux/kstrtox.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "core.h"
#include "pool.h"

/* An hour, in milliseconds. */
#define MAX_IDLE 3600000

static ssize_t pooled_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	return sysfs_emit(buf, "%llu\n",
			  dma_heap_pool_size(dev_get_drvdata(dev)));
}

static ssize_t pooled_store(struct device *dev, struct device_attribute *attr,
			    const char *buf, size_t count)
{
	struct dma_heap *heap = dev_get_drvdata(dev);

	if (!sysfs_streq(buf, "0"))
		return -EINVAL;

	dma_heap_pool_drain(heap);
	return count;
}
static DEVICE_ATTR_RW(pooled);

static ssize_t pool_limit_show(struct device *dev,
			       struct device_attribute *attr, char *buf)
{
	struct dma_heap *heap = dev_get_drvdata(dev);
	struct dma_heap_limit limit;

	mutex_lock(&heap->pool.lock);
	limit = heap->pool.limit;
	mutex_unlock(&heap->pool.lock);

	return dma_heap_limit_print(&limit, buf);
}

static ssize_t pool_limit_store(struct device *dev,
				struct device_attribute *attr, const char *buf,
				size_t count)
{
	struct dma_heap *heap = dev_get_drvdata(dev);
	struct dma_heap_limit limit;
	int ret;

	ret = dma_heap_limit_parse(buf, &limit);
	if (!ret)
		ret = dma_heap_pool_set_limit(heap, &limit);

	return ret ?: count;
}
static DEVICE_ATTR_RW(pool_limit);

static ssize_t pool_idle_show(struct device *dev,
			      struct device_attribute *attr, char *buf)
{
	const struct dma_heap *heap = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%u\n", READ_ONCE(heap->pool.idle));
}

static ssize_t pool_idle_store(struct device *dev,
			       struct device_attribute *attr, const char *buf,
			       size_t count)
{
	struct dma_heap *heap = dev_get_drvdata(dev);
	unsigned int idle;

	if (kstrtouint(buf, 10, &idle) || idle > MAX_IDLE)
		return -EINVAL;

	dma_heap_pool_set_idle(heap, idle);
	return count;
}
static DEVICE_ATTR_RW(pool_idle);

static ssize_t pool_prepared_show(struct device *dev,
				  struct device_attribute *attr, char *buf)
{
	return dma_heap_pool_print_prepared(dev_get_drvdata(dev), buf);
}

static ssize_t pool_prepared_store(struct device *dev,
				   struct device_attribute *attr,
				   const char *buf, size_t count)
{
	int ret = dma_heap_pool_prepare(dev_get_drvdata(dev), buf);

	return ret ?: count;
}
static DEVICE_ATTR_RW(pool_prepared);

static ssize_t show_number(struct device *dev, const u64 *number, char *buf)
{
	struct dma_heap *heap = dev_get_drvdata(dev);
	u64 copy;

	mutex_lock(&heap->pool.lock);
	copy = *number;
	mutex_unlock(&heap->pool.lock);

	return sysfs_emit(buf, "%llu\n", copy);
}

static ssize_t pool_hits_show(struct device *dev, struct device_attribute *attr,
			      char *buf)
{
	const struct dma_heap *heap = dev_get_drvdata(dev);

	return show_number(dev, &heap->pool.hits, buf);
}
static DEVICE_ATTR_RO(pool_hits);

static ssize_t pool_misses_show(struct device *dev,
				struct device_attribute *attr, char *buf)
{
	const struct dma_heap *heap = dev_get_drvdata(dev);

	return show_number(dev, &heap->pool.misses, buf);
}
static DEVICE_ATTR_RO(pool_misses);

static struct attribute *dma_heap_pool_attrs[] = {
	&dev_attr_pooled.attr,
	&dev_attr_pool_limit.attr,
	&dev_attr_pool_idle.attr,
	&dev_attr_pool_prepared.attr,
	&dev_attr_pool_hits.attr,
	&dev_attr_pool_misses.attr,
	NULL
};

/* A heap without a region of contiguous memory has no pool. */
static umode_t dma_heap_pool_attr_is_visible(struct kobject *kobj,
					     struct attribute *attr, int i)
{
	const struct dma_heap *heap = dev_get_drvdata(kobj_to_dev(kobj));

	return heap->source && heap->has_region ? attr->mode : 0;
}

const struct attribute_group dma_heap_pool_group = {
	.attrs = dma_heap_pool_attrs,
	.is_visible = dma_heap_pool_attr_is_visible,
};
