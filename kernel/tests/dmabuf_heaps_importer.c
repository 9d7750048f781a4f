// SPDX-License-Identifier: GPL-2.0
/*
 * The test importer: a platform device that maps dma-bufs and touches nothing,
 * as tests tell it through a character device. dmabuf_heaps_importer.h has the
 * calls.
 */
#include <linux/cleanup.h>
#include <linux/dma-buf.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/iosys-map.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include "dmabuf_heaps_importer.h"

/**
 * struct importer - one open node
 * @lock: Protects the rest; outside of all locks of dma-buf.
 * @attachment: The device's, or NULL. Its dma-buf has a reference of ours.
 * @table: Where the device sees the memory, or NULL.
 * @direction: In which @table is mapped.
 * @map: Where the kernel sees the memory, or null.
 */
struct importer {
	struct mutex lock;	/* see above */
	struct dma_buf_attachment *attachment;
	struct sg_table *table;
	enum dma_data_direction direction;
	struct iosys_map map;
};

static struct platform_device *device;

static int importer_attach(struct importer *importer, int fd)
{
	struct dma_buf_attachment *attachment;
	struct dma_buf *dmabuf;

	if (importer->attachment)
		return -EBUSY;

	dmabuf = dma_buf_get(fd);
	if (IS_ERR(dmabuf))
		return PTR_ERR(dmabuf);

	attachment = dma_buf_attach(dmabuf, &device->dev);
	if (IS_ERR(attachment)) {
		dma_buf_put(dmabuf);
		return PTR_ERR(attachment);
	}

	importer->attachment = attachment;
	return 0;
}

static int importer_detach(struct importer *importer)
{
	struct dma_buf *dmabuf;

	if (!importer->attachment)
		return -EINVAL;
	if (importer->table || !iosys_map_is_null(&importer->map))
		return -EBUSY;

	dmabuf = importer->attachment->dmabuf;
	dma_buf_detach(dmabuf, importer->attachment);
	dma_buf_put(dmabuf);
	importer->attachment = NULL;
	return 0;
}

static int importer_map(struct importer *importer,
			enum dma_data_direction direction)
{
	struct sg_table *table;

	if (!importer->attachment || !valid_dma_direction(direction))
		return -EINVAL;
	if (importer->table)
		return -EBUSY;

	table = dma_buf_map_attachment_unlocked(importer->attachment, direction);
	if (IS_ERR(table))
		return PTR_ERR(table);

	importer->table = table;
	importer->direction = direction;
	return 0;
}

static int importer_unmap(struct importer *importer)
{
	if (!importer->table)
		return -EINVAL;

	dma_buf_unmap_attachment_unlocked(importer->attachment, importer->table,
					  importer->direction);
	importer->table = NULL;
	return 0;
}

static int importer_vmap(struct importer *importer)
{
	if (!importer->attachment)
		return -EINVAL;
	if (!iosys_map_is_null(&importer->map))
		return -EBUSY;

	return dma_buf_vmap_unlocked(importer->attachment->dmabuf,
				     &importer->map);
}

static int importer_vunmap(struct importer *importer)
{
	if (iosys_map_is_null(&importer->map))
		return -EINVAL;

	dma_buf_vunmap_unlocked(importer->attachment->dmabuf, &importer->map);
	iosys_map_clear(&importer->map);
	return 0;
}

static int importer_begin(struct importer *importer,
			  enum dma_data_direction direction)
{
	if (!importer->attachment || !valid_dma_direction(direction))
		return -EINVAL;

	return dma_buf_begin_cpu_access(importer->attachment->dmabuf, direction);
}

static int importer_end(struct importer *importer,
			enum dma_data_direction direction)
{
	if (!importer->attachment || !valid_dma_direction(direction))
		return -EINVAL;

	return dma_buf_end_cpu_access(importer->attachment->dmabuf, direction);
}

static long importer_ioctl(struct file *file, unsigned int cmd,
			   unsigned long arg)
{
	struct importer *importer = file->private_data;

	guard(mutex)(&importer->lock);

	switch (cmd) {
	case IMPORTER_ATTACH:
		return importer_attach(importer, arg);
	case IMPORTER_DETACH:
		return importer_detach(importer);
	case IMPORTER_MAP:
		return importer_map(importer, arg);
	case IMPORTER_UNMAP:
		return importer_unmap(importer);
	case IMPORTER_VMAP:
		return importer_vmap(importer);
	case IMPORTER_VUNMAP:
		return importer_vunmap(importer);
	case IMPORTER_BEGIN:
		return importer_begin(importer, arg);
	case IMPORTER_END:
		return importer_end(importer, arg);
	default:
		return -ENOTTY;
	}
}

static int importer_open(struct inode *inode, struct file *file)
{
	struct importer *importer;

	importer = kzalloc_obj(*importer);
	if (!importer)
		return -ENOMEM;

	mutex_init(&importer->lock);
	file->private_data = importer;
	return nonseekable_open(inode, file);
}

static int importer_release(struct inode *inode, struct file *file)
{
	struct importer *importer = file->private_data;

	/* Each does nothing where there is nothing to be undone. */
	importer_vunmap(importer);
	importer_unmap(importer);
	importer_detach(importer);
	mutex_destroy(&importer->lock);
	kfree(importer);
	return 0;
}

static const struct file_operations importer_fops = {
	.owner = THIS_MODULE,
	.open = importer_open,
	.release = importer_release,
	.unlocked_ioctl = importer_ioctl,
};

static struct miscdevice importer_node = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "dmabuf_heaps_importer",
	.fops = &importer_fops,
};

static int __init dmabuf_heaps_importer_init(void)
{
	const struct platform_device_info info = {
		.name = "dmabuf_heaps_importer",
		.id = PLATFORM_DEVID_NONE,
		.dma_mask = DMA_BIT_MASK(64),
	};
	int ret;

	device = platform_device_register_full(&info);
	if (IS_ERR(device))
		return PTR_ERR(device);

	/* One entry of a table may be as long as the buffer. */
	dma_set_max_seg_size(&device->dev, UINT_MAX);
	ret = misc_register(&importer_node);
	if (ret)
		platform_device_unregister(device);

	return ret;
}
module_init(dmabuf_heaps_importer_init);

static void __exit dmabuf_heaps_importer_exit(void)
{
	misc_deregister(&importer_node);
	platform_device_unregister(device);
}
module_exit(dmabuf_heaps_importer_exit);

MODULE_DESCRIPTION("DMA-BUF heaps: an importer under a test's control");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS("DMA_BUF");
