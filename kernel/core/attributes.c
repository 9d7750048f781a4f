// SPDX-License-Identifier: GPL-2.0
/* Attributes that every heap's class device has, whatever its kind. */
#include <linux/device.h>
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

static struct attribute *dma_heap_attrs[] = {
	&dev_attr_type.attr,
	&dev_attr_cpu_access.attr,
	NULL
};

/* What a heap does not know of itself is absent, never guessed. */
static umode_t dma_heap_attr_is_visible(struct kobject *kobj,
					struct attribute *attr, int i)
{
	const struct dma_heap *heap = dev_get_drvdata(kobj_to_dev(kobj));

	if (attr == &dev_attr_type.attr && !heap->type)
		return 0;
	return attr->mode;
}

static const struct attribute_group dma_heap_group = {
	.attrs = dma_heap_attrs,
	.is_visible = dma_heap_attr_is_visible,
};

const struct attribute_group *dma_heap_groups[] = {
	&dma_heap_group,
	NULL
};
