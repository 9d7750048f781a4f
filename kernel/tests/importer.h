/* SPDX-License-Identifier: GPL-2.0 */
/* What the drivers of test devices share: the node, but for what it moves. */
#ifndef _DMABUF_HEAPS_TESTS_IMPORTER_H
#define _DMABUF_HEAPS_TESTS_IMPORTER_H

#include <linux/atomic.h>
#include <linux/dma-direction.h>
#include <linux/iosys-map.h>
#include <linux/miscdevice.h>
#include <linux/mutex.h>
#include <linux/types.h>

#include "dmabuf_heaps_importer.h"

struct device;
struct dma_buf_attachment;
struct file;
struct inode;
struct sg_table;

/* Only the linker sees these. */
#define importer_add		dmabuf_heaps_importer_add
#define importer_remove		dmabuf_heaps_importer_remove
#define importer_open		dmabuf_heaps_importer_open
#define importer_release	dmabuf_heaps_importer_release
#define importer_ioctl		dmabuf_heaps_importer_ioctl
#define importer_find		dmabuf_heaps_importer_find

/**
 * struct importer_device - a device and its node
 * @node: The node. Its file operations begin with those below.
 * @dev: The device, which may map whatever its mask allows.
 * @users: How many times the node is open.
 */
struct importer_device {
	struct miscdevice node;
	struct device *dev;
	atomic_t users;
};

/**
 * struct importer_mapping - the attachment, mapped
 * @table: Where the device sees the memory, or NULL.
 * @direction: In which it is mapped.
 */
struct importer_mapping {
	struct sg_table *table;
	enum dma_data_direction direction;
};

/**
 * struct importer - one open node, its file's private data
 * @device: Whose node.
 * @lock: Protects the rest; outside of all locks of dma-buf.
 * @attachment: The device's, or NULL. Its dma-buf has a reference of ours.
 * @mappings: By number.
 * @map: Where the kernel sees the memory, or null.
 */
struct importer {
	struct importer_device *device;
	struct mutex lock;	/* see above */
	struct dma_buf_attachment *attachment;
	struct importer_mapping mappings[IMPORTER_MAPPINGS];
	struct iosys_map map;
};

int importer_add(struct importer_device *device);
void importer_remove(struct importer_device *device);

int importer_open(struct inode *inode, struct file *file);
int importer_release(struct inode *inode, struct file *file);
long importer_ioctl(struct file *file, unsigned int cmd, unsigned long arg);

const struct importer_mapping *importer_find(const struct importer *importer,
					     struct importer_segment *segment);

#endif /* _DMABUF_HEAPS_TESTS_IMPORTER_H */
