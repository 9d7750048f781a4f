// SPDX-License-Identifier: GPL-2.0
/* Attributes that every heap's class device has, whatever its kind. */
#include <linux/device.h>
#include <linux/errno.h>
#include <linux/kstrtox.h>
#include <linux/mm.h>
#include <linux/stddef.h>
#include <linux/sysfs.h>

#include "core.h"
#include "pool.h"

/* An hour, in milliseconds. */
#define MAX_IDLE 3600000

static ssize_t type_show(struct device *dev, struct device_attribute *attr,
			 char *buf)
{
	const struct dma_heap *heap = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%s\n", heap->type);
}
static DEVICE_ATTR_RO(type);

static ssize_t cpu_access_show(struct device *dev,
			       struct device_attribute *attr, char *buf)
{
	const struct dma_heap *heap = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%d\n", !heap->protected);
}
static DEVICE_ATTR_RO(cpu_access);

static ssize_t contiguous_show(struct device *dev,
			       struct device_attribute *attr, char *buf)
{
	const struct dma_heap *heap = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%d\n", heap->contiguous);
}
static DEVICE_ATTR_RO(contiguous);

static ssize_t total_show(struct device *dev, struct device_attribute *attr,
			  char *buf)
{
	struct dma_heap *heap = dev_get_drvdata(dev);
	u64 nr_pages;

	mutex_lock(&heap->lock);
	nr_pages = heap->region.nr_pages;
	mutex_unlock(&heap->lock);

	return sysfs_emit(buf, "%llu\n", nr_pages << PAGE_SHIFT);
}
static DEVICE_ATTR_RO(total);

static ssize_t limit_show(struct device *dev, struct device_attribute *attr,
			  char *buf)
{
	struct dma_heap *heap = dev_get_drvdata(dev);
	struct dma_heap_limit limit = dma_heap_quota_limit(heap->quota);

	return dma_heap_limit_print(&limit, buf);
}

static ssize_t limit_store(struct device *dev, struct device_attribute *attr,
			   const char *buf, size_t count)
{
	struct dma_heap *heap = dev_get_drvdata(dev);
	struct dma_heap_limit limit;
	int ret;

	ret = dma_heap_limit_parse(buf, &limit);
	if (ret)
		return ret;
	if (!dma_heap_limit_fits(heap, &limit))
		return -EOPNOTSUPP;

	dma_heap_quota_set_limit(heap->quota, &limit);
	return count;
}
static DEVICE_ATTR_RW(limit);

static ssize_t show_count(struct device *dev, size_t offset, char *buf)
{
	struct dma_heap *heap = dev_get_drvdata(dev);
	u64 count;

	mutex_lock(&heap->lock);
	count = *(u64 *)((char *)&heap->counts + offset);
	mutex_unlock(&heap->lock);

	return sysfs_emit(buf, "%llu\n", count);
}

/* For the attribute that has the name of a member of struct dma_heap_counts. */
#define COUNT_SHOW(name)						\
static ssize_t name##_show(struct device *dev,				\
			   struct device_attribute *attr, char *buf)	\
{									\
	return show_count(dev, offsetof(struct dma_heap_counts, name),	\
			  buf);						\
}

COUNT_SHOW(used)
static DEVICE_ATTR_RO(used);
COUNT_SHOW(peak)
static DEVICE_ATTR_RO(peak);
COUNT_SHOW(largest_success)
static DEVICE_ATTR_RO(largest_success);
COUNT_SHOW(smallest_failure)
static DEVICE_ATTR_RO(smallest_failure);
COUNT_SHOW(buffers)
static DEVICE_ATTR_RO(buffers);
COUNT_SHOW(allocations)
static DEVICE_ATTR_RO(allocations);
COUNT_SHOW(failures_limit)
static DEVICE_ATTR_RO(failures_limit);
COUNT_SHOW(failures_memory)
static DEVICE_ATTR_RO(failures_memory);
COUNT_SHOW(failures_other)
static DEVICE_ATTR_RO(failures_other);

static ssize_t pooled_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	struct dma_heap *heap = dev_get_drvdata(dev);
	u64 nr_pages;

	mutex_lock(&heap->pool.lock);
	nr_pages = heap->pool.pages;
	mutex_unlock(&heap->pool.lock);

	return sysfs_emit(buf, "%llu\n", nr_pages << PAGE_SHIFT);
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

static ssize_t show_pool_count(struct device *dev, size_t offset, char *buf)
{
	struct dma_heap *heap = dev_get_drvdata(dev);
	u64 count;

	mutex_lock(&heap->pool.lock);
	count = *(u64 *)((char *)&heap->pool + offset);
	mutex_unlock(&heap->pool.lock);

	return sysfs_emit(buf, "%llu\n", count);
}

static ssize_t pool_hits_show(struct device *dev, struct device_attribute *attr,
			      char *buf)
{
	return show_pool_count(dev, offsetof(struct dma_heap_pool, hits), buf);
}
static DEVICE_ATTR_RO(pool_hits);

static ssize_t pool_misses_show(struct device *dev,
				struct device_attribute *attr, char *buf)
{
	return show_pool_count(dev, offsetof(struct dma_heap_pool, misses), buf);
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

static const struct attribute_group dma_heap_pool_group = {
	.attrs = dma_heap_pool_attrs,
	.is_visible = dma_heap_pool_attr_is_visible,
};

static struct attribute *dma_heap_attrs[] = {
	&dev_attr_type.attr,
	&dev_attr_cpu_access.attr,
	&dev_attr_contiguous.attr,
	&dev_attr_total.attr,
	&dev_attr_limit.attr,
	&dev_attr_used.attr,
	&dev_attr_peak.attr,
	&dev_attr_largest_success.attr,
	&dev_attr_smallest_failure.attr,
	&dev_attr_buffers.attr,
	&dev_attr_allocations.attr,
	&dev_attr_failures_limit.attr,
	&dev_attr_failures_memory.attr,
	&dev_attr_failures_other.attr,
	NULL
};

/* What a heap does not know of itself is absent, never guessed. */
static umode_t dma_heap_attr_is_visible(struct kobject *kobj,
					struct attribute *attr, int i)
{
	const struct dma_heap *heap = dev_get_drvdata(kobj_to_dev(kobj));

	if ((attr == &dev_attr_type.attr || attr == &dev_attr_contiguous.attr) &&
	    !heap->type)
		return 0;
	if (attr == &dev_attr_total.attr && !heap->region.nr_pages)
		return 0;
	return attr->mode;
}

static const struct attribute_group dma_heap_group = {
	.attrs = dma_heap_attrs,
	.is_visible = dma_heap_attr_is_visible,
};

const struct attribute_group *dma_heap_groups[] = {
	&dma_heap_group,
	&dma_heap_pool_group,
	NULL
};
