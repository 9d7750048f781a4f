// SPDX-License-Identifier: GPL-2.0
/* what a class of devices is */
#include <linux/cdev.h>
#include <linux/device.h>

int check(struct cdev *cdev, struct device *dev);

static char *check_devnode(compat_const struct device *dev, umode_t *mode)
{
	return NULL;
}

static struct class check_class = {
	.name = "check",
	.devnode = check_devnode,
};

int check(struct cdev *cdev, struct device *dev)
{
	dev->class = &check_class;
	return class_register(&check_class) ?: cdev_device_add(cdev, dev);
}
