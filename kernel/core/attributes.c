// SPDX-License-Identifier: GPL-2.0
/* Attributes that every heap's class device has, whatever its kind. */
#include <linux/device.h>
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/stddef.h>
#include <linux/sysfs.h>

#include "core.h"

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
COUNT_SHOW(failures_busy)
static DEVICE_ATTR_RO(failures_busy);
COUNT_SHOW(failures_other)
static DEVICE_ATTR_RO(failures_other);

static struct attribute *dma_heap_attrs[] = {
	&dev_attr_type.attr,
	&dev_attr_cpu_access.attr,
	&dev_attr_contiguous.attr,
	&dev_attr_limit.attr,
	&dev_attr_used.attr,
	&dev_attr_peak.attr,
	&dev_attr_largest_success.attr,
	&dev_attr_smallest_failure.attr,
	&dev_attr_buffers.attr,
	&dev_attr_allocations.attr,
	&dev_attr_failures_limit.attr,
	&dev_attr_failures_memory.attr,
	&dev_attr_failures_busy.attr,
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
	return attr->mode;
}

static const struct attribute_group dma_heap_group = {
	.attrs = dma_heap_attrs,
	.is_visible = dma_heap_attr_is_visible,
};

static struct attribute *dma_heap_size_attrs[] = {
	&dev_attr_total.attr,
	NULL
};

static umode_t dma_heap_size_attr_is_visible(struct kobject *kobj,
					     struct attribute *attr, int i)
{
	const struct dma_heap *heap = dev_get_drvdata(kobj_to_dev(kobj));

	return READ_ONCE(heap->region.nr_pages) ? attr->mode : 0;
}

/*
 * What may become known later, by itself: whoever has it looked at again waits
 * for those who are just reading it.
 */
const struct attribute_group dma_heap_size_group = {
	.attrs = dma_heap_size_attrs,
	.is_visible = dma_heap_size_attr_is_visible,
};

const struct attribute_group *dma_heap_groups[] = {
	&dma_heap_group,
	&dma_heap_size_group,
	&dma_heap_pool_group,
	NULL
};
