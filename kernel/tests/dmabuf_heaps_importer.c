// SPDX-License-Identifier: GPL-2.0
/*
 * The test importer: a device that maps dma-bufs as tests tell it through its
 * node. dmabuf_heaps_importer.h has the calls. The device here is a platform
 * device, which touches nothing; a driver of a real one takes the same calls.
 */
#include <linux/cleanup.h>
#include <linux/dma-buf.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/of_device.h>
#include <linux/platform_device.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/wait_bit.h>

#include "importer.h"

static int importer_attach(struct importer *importer, int fd)
{
	struct dma_buf_attachment *attachment;
	struct dma_buf *dmabuf;

	if (importer->attachment)
		return -EBUSY;

	dmabuf = dma_buf_get(fd);
	if (IS_ERR(dmabuf))
		return PTR_ERR(dmabuf);

	attachment = dma_buf_attach(dmabuf, importer->device->dev);
	if (IS_ERR(attachment)) {
		dma_buf_put(dmabuf);
		return PTR_ERR(attachment);
	}

	importer->attachment = attachment;
	return 0;
}

static bool importer_is_mapped(const struct importer *importer)
{
	unsigned int i;

	for (i = 0; i < IMPORTER_MAPPINGS; i++)
		if (importer->mappings[i].table)
			return true;

	return !iosys_map_is_null(&importer->map);
}

static int importer_detach(struct importer *importer)
{
	struct dma_buf *dmabuf;

	if (!importer->attachment)
		return -EINVAL;
	if (importer_is_mapped(importer))
		return -EBUSY;

	dmabuf = importer->attachment->dmabuf;
	dma_buf_detach(dmabuf, importer->attachment);
	dma_buf_put(dmabuf);
	importer->attachment = NULL;
	return 0;
}

/* Attached, and told a direction? */
static bool importer_may(const struct importer *importer,
			 unsigned long direction)
{
	return importer->attachment && direction <= DMA_FROM_DEVICE;
}

static int importer_map(struct importer *importer, unsigned long direction)
{
	struct importer_mapping *mapping;
	struct sg_table *table;
	int i = 0;

	if (!importer_may(importer, direction))
		return -EINVAL;

	while (importer->mappings[i].table)
		if (++i == IMPORTER_MAPPINGS)
			return -EBUSY;

	table = dma_buf_map_attachment_unlocked(importer->attachment, direction);
	if (IS_ERR(table))
		return PTR_ERR(table);

	mapping = &importer->mappings[i];
	mapping->table = table;
	mapping->direction = direction;
	return i;
}

static int importer_unmap(struct importer *importer, unsigned long number)
{
	struct importer_mapping *mapping;

	if (number >= IMPORTER_MAPPINGS || !importer->mappings[number].table)
		return -EINVAL;

	mapping = &importer->mappings[number];
	dma_buf_unmap_attachment_unlocked(importer->attachment, mapping->table,
					  mapping->direction);
	mapping->table = NULL;
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

static int importer_begin(struct importer *importer, unsigned long direction)
{
	if (!importer_may(importer, direction))
		return -EINVAL;

	return dma_buf_begin_cpu_access(importer->attachment->dmabuf, direction);
}

static int importer_end(struct importer *importer, unsigned long direction)
{
	if (!importer_may(importer, direction))
		return -EINVAL;

	return dma_buf_end_cpu_access(importer->attachment->dmabuf, direction);
}

static int importer_fill(struct importer *importer,
			 const struct importer_fill __user *arg)
{
	struct importer_fill fill;
	size_t size;

	if (copy_from_user(&fill, arg, sizeof(fill)))
		return -EFAULT;
	if (iosys_map_is_null(&importer->map) || fill.value > U8_MAX)
		return -EINVAL;

	size = importer->attachment->dmabuf->size;
	if (!fill.len || fill.offset >= size || fill.len > size - fill.offset)
		return -EINVAL;

	iosys_map_memset(&importer->map, fill.offset, fill.value, fill.len);
	return 0;
}

/**
 * importer_find() - find where a device sees a byte
 * @importer: The open node, locked.
 * @segment: The byte; becomes what the device sees in one piece around it.
 *
 * Return: The mapping that @segment names, or NULL if there is none or if it
 * ends before the byte.
 */
const struct importer_mapping *importer_find(const struct importer *importer,
					     struct importer_segment *segment)
{
	const struct importer_mapping *mapping;
	struct scatterlist *sg;
	u64 start = 0;
	unsigned int i;

	lockdep_assert_held(&importer->lock);
	if (segment->mapping >= IMPORTER_MAPPINGS)
		return NULL;

	mapping = &importer->mappings[segment->mapping];
	if (!mapping->table)
		return NULL;

	for_each_sgtable_dma_sg(mapping->table, sg, i) {
		if (segment->offset - start < sg_dma_len(sg)) {
			segment->offset = start;
			segment->len = sg_dma_len(sg);
			segment->address = sg_dma_address(sg);
			return mapping;
		}
		start += sg_dma_len(sg);
	}

	return NULL;
}
EXPORT_SYMBOL_NS_GPL(importer_find, "DMA_BUF_HEAP_TEST");

static int importer_segment(const struct importer *importer,
			    struct importer_segment __user *arg)
{
	struct importer_segment segment;

	if (copy_from_user(&segment, arg, sizeof(segment)))
		return -EFAULT;
	if (!importer_find(importer, &segment))
		return -EINVAL;
	if (copy_to_user(arg, &segment, sizeof(segment)))
		return -EFAULT;

	return 0;
}

static int importer_trim(const struct importer *importer, unsigned long number)
{
	struct scatterlist *sg, *first, *last = NULL;
	struct sg_table *table;
	unsigned int i;

	if (number >= IMPORTER_MAPPINGS || !importer->mappings[number].table)
		return -EINVAL;

	table = importer->mappings[number].table;
	first = table->sgl;
	for_each_sgtable_dma_sg(table, sg, i)
		last = sg;
	if (sg_dma_len(first) <= 2 * PAGE_SIZE ||
	    sg_dma_len(last) <= 2 * PAGE_SIZE)
		return -EINVAL;

	sg_dma_address(first) += PAGE_SIZE;
	sg_dma_len(first) -= PAGE_SIZE;
	sg_dma_len(last) -= PAGE_SIZE;
	return 0;
}

static int importer_limit(const struct importer *importer,
			  const struct importer_limit __user *arg)
{
	struct device *dev = importer->device->dev;
	struct importer_limit limit;

	if (copy_from_user(&limit, arg, sizeof(limit)))
		return -EFAULT;
	if (limit.reserved)
		return -EINVAL;

	dma_set_max_seg_size(dev, limit.max_segment);
	dma_set_seg_boundary(dev, limit.boundary);
	return 0;
}

long importer_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
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
		return importer_unmap(importer, arg);
	case IMPORTER_VMAP:
		return importer_vmap(importer);
	case IMPORTER_VUNMAP:
		return importer_vunmap(importer);
	case IMPORTER_BEGIN:
		return importer_begin(importer, arg);
	case IMPORTER_END:
		return importer_end(importer, arg);
	case IMPORTER_FILL:
		return importer_fill(importer, (void __user *)arg);
	case IMPORTER_SEGMENT:
		return importer_segment(importer, (void __user *)arg);
	case IMPORTER_TRIM:
		return importer_trim(importer, arg);
	case IMPORTER_LIMIT:
		return importer_limit(importer, (void __user *)arg);
	default:
		return -ENOTTY;
	}
}
EXPORT_SYMBOL_NS_GPL(importer_ioctl, "DMA_BUF_HEAP_TEST");

/* misc_open() leaves the node in the file. */
int importer_open(struct inode *inode, struct file *file)
{
	struct importer *importer;

	importer = kzalloc_obj(*importer, GFP_KERNEL);
	if (!importer)
		return -ENOMEM;

	importer->device = container_of(file->private_data,
					struct importer_device, node);
	atomic_inc(&importer->device->users);
	mutex_init(&importer->lock);
	file->private_data = importer;
	return 0;
}
EXPORT_SYMBOL_NS_GPL(importer_open, "DMA_BUF_HEAP_TEST");

int importer_release(struct inode *inode, struct file *file)
{
	struct importer *importer = file->private_data;
	struct importer_device *device = importer->device;
	unsigned int i;

	/* Each does nothing where there is nothing to be undone. */
	importer_vunmap(importer);
	for (i = 0; i < IMPORTER_MAPPINGS; i++)
		importer_unmap(importer, i);
	importer_detach(importer);
	mutex_destroy(&importer->lock);
	kfree(importer);

	if (atomic_dec_and_test(&device->users))
		wake_up_var(&device->users);
	return 0;
}
EXPORT_SYMBOL_NS_GPL(importer_release, "DMA_BUF_HEAP_TEST");

/**
 * importer_add() - make the node of a device
 * @device: The device, with all but @users filled in.
 *
 * Return: 0, or what misc_register() answered.
 */
int importer_add(struct importer_device *device)
{
	/* One entry of a table may be as long as the buffer. */
	dma_set_max_seg_size(device->dev, UINT_MAX);
	atomic_set(&device->users, 0);
	return misc_register(&device->node);
}
EXPORT_SYMBOL_NS_GPL(importer_add, "DMA_BUF_HEAP_TEST");

/**
 * importer_remove() - remove the node of a device, which may go then
 * @device: From importer_add().
 *
 * Waits for whoever has it open: a device can't go while it has mappings.
 */
void importer_remove(struct importer_device *device)
{
	misc_deregister(&device->node);
	wait_var_event(&device->users, !atomic_read(&device->users));
}
EXPORT_SYMBOL_NS_GPL(importer_remove, "DMA_BUF_HEAP_TEST");

static const struct file_operations platform_fops = {
	.owner = THIS_MODULE,
	.open = importer_open,
	.release = importer_release,
	.unlocked_ioctl = importer_ioctl,
};

static struct importer_device platform_importer = {
	.node = {
		.minor = MISC_DYNAMIC_MINOR,
		.name = "dmabuf_heaps_importer",
		.fops = &platform_fops,
	},
};

static unsigned int dma_bits = 64;
module_param(dma_bits, uint, 0444);
MODULE_PARM_DESC(dma_bits, "How many bits of an address the device has, 1 to 64 (default: 64)");

static bool dma_ranges;
module_param(dma_ranges, bool, 0444);
MODULE_PARM_DESC(dma_ranges, "The device is on the bus of the device tree's \"dmabuf-heaps,test-importer\", with its dma-ranges");

static struct platform_device *platform_device;

static int __init importer_put_on_bus(struct device *dev)
{
	struct device_node *node;
	int ret;

	if (!dma_ranges)
		return 0;

	node = of_find_compatible_node(NULL, NULL, "dmabuf-heaps,test-importer");
	ret = node ? of_dma_configure(dev, node, true) : -ENODEV;
	of_node_put(node);

	return ret;
}

static int __init dmabuf_heaps_importer_init(void)
{
	const struct platform_device_info info = {
		.name = "dmabuf_heaps_importer",
		.id = PLATFORM_DEVID_NONE,
		.dma_mask = DMA_BIT_MASK(dma_bits),
	};
	int ret;

	if (!dma_bits || dma_bits > 64)
		return -EINVAL;

	platform_device = platform_device_register_full(&info);
	if (IS_ERR(platform_device))
		return PTR_ERR(platform_device);

	platform_importer.dev = &platform_device->dev;
	ret = importer_put_on_bus(platform_importer.dev);
	if (!ret)
		ret = importer_add(&platform_importer);
	if (ret)
		platform_device_unregister(platform_device);

	return ret;
}
module_init(dmabuf_heaps_importer_init);

static void __exit dmabuf_heaps_importer_exit(void)
{
	importer_remove(&platform_importer);
	platform_device_unregister(platform_device);
}
module_exit(dmabuf_heaps_importer_exit);

MODULE_DESCRIPTION("DMA-BUF heaps: an importer under a test's control");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS("DMA_BUF");
