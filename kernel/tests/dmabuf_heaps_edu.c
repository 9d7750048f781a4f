// SPDX-License-Identifier: GPL-2.0
/*
 * QEMU's PCI device "edu" as a test importer that moves data. It has memory of
 * 4096 bytes, which it copies from or to any address by DMA, and which is seen
 * in no other way. dmabuf_heaps_importer.h has the calls.
 */
#include <linux/cleanup.h>
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/io-64-nonatomic-lo-hi.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/uaccess.h>

#include "importer.h"

#define EDU_DMA_SOURCE		0x80
#define EDU_DMA_DESTINATION	0x88
#define EDU_DMA_COUNT		0x90
#define EDU_DMA_COMMAND		0x98
#define EDU_DMA_RUN		BIT(0)
#define EDU_DMA_TO_MEMORY	BIT(1)

/* Where the device's own memory is among its addresses. */
#define EDU_MEMORY		0x40000

/* How often it is asked whether a transfer has ended. */
#define EDU_POLL_US		2000

/**
 * struct edu - the device
 * @importer: Its node.
 * @registers: Its registers.
 * @lock: Held for one transfer; protects @page. Inside &importer.lock.
 * @page: Memory of the driver's, for reads and writes of the window.
 * @page_address: Where the device sees @page.
 */
struct edu {
	struct importer_device importer;
	void __iomem *registers;
	struct mutex lock;	/* see above */
	void *page;
	dma_addr_t page_address;
};

static struct edu *edu_of(const struct file *file)
{
	const struct importer *importer = file->private_data;

	return container_of(importer->device, struct edu, importer);
}

/*
 * Moves bytes between an address and the window. It is no use to give up
 * waiting: nothing stops the device, and the memory has to stay for it.
 */
static void edu_run(struct edu *edu, dma_addr_t address, u32 window, u64 len,
		    bool to_memory)
{
	u64 own = EDU_MEMORY + window;

	lockdep_assert_held(&edu->lock);

	writeq(to_memory ? own : address, edu->registers + EDU_DMA_SOURCE);
	writeq(to_memory ? address : own, edu->registers + EDU_DMA_DESTINATION);
	writeq(len, edu->registers + EDU_DMA_COUNT);
	writeq(EDU_DMA_RUN | (to_memory ? EDU_DMA_TO_MEMORY : 0),
	       edu->registers + EDU_DMA_COMMAND);
	while (readq(edu->registers + EDU_DMA_COMMAND) & EDU_DMA_RUN)
		fsleep(EDU_POLL_US);
}

/* The emulator ends when a transfer leaves the device's memory. */
static bool edu_in_window(u64 start, u64 len)
{
	return start <= EDU_WINDOW && len <= EDU_WINDOW - start;
}

static int edu_move(struct file *file, bool to_memory,
		    const struct importer_transfer __user *arg)
{
	const enum dma_data_direction against =
		to_memory ? DMA_TO_DEVICE : DMA_FROM_DEVICE;
	struct importer *importer = file->private_data;
	const struct importer_mapping *mapping;
	struct importer_transfer transfer;
	struct importer_segment segment;
	struct edu *edu = edu_of(file);
	u64 skip;

	if (copy_from_user(&transfer, arg, sizeof(transfer)))
		return -EFAULT;
	if (!transfer.len || !edu_in_window(transfer.window, transfer.len))
		return -EINVAL;

	guard(mutex)(&importer->lock);

	segment.mapping = transfer.mapping;
	segment.offset = transfer.offset;
	mapping = importer_find(importer, &segment);
	if (!mapping || mapping->direction == against)
		return -EINVAL;

	skip = transfer.offset - segment.offset;
	if (transfer.len > segment.len - skip)
		return -EINVAL;

	guard(mutex)(&edu->lock);

	edu_run(edu, segment.address + skip, transfer.window, transfer.len,
		to_memory);
	return 0;
}

static long edu_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	switch (cmd) {
	case IMPORTER_DMA_READ:
		return edu_move(file, false, (void __user *)arg);
	case IMPORTER_DMA_WRITE:
		return edu_move(file, true, (void __user *)arg);
	default:
		return importer_ioctl(file, cmd, arg);
	}
}

static ssize_t edu_read(struct file *file, char __user *to, size_t len,
			loff_t *pos)
{
	struct edu *edu = edu_of(file);

	if (!edu_in_window(*pos, len))
		return -EINVAL;
	if (!len)
		return 0;

	guard(mutex)(&edu->lock);

	edu_run(edu, edu->page_address, *pos, len, true);
	if (copy_to_user(to, edu->page, len))
		return -EFAULT;

	*pos += len;
	return len;
}

static ssize_t edu_write(struct file *file, const char __user *from, size_t len,
			 loff_t *pos)
{
	struct edu *edu = edu_of(file);

	if (!edu_in_window(*pos, len))
		return -EINVAL;
	if (!len)
		return 0;

	guard(mutex)(&edu->lock);

	if (copy_from_user(edu->page, from, len))
		return -EFAULT;
	edu_run(edu, edu->page_address, *pos, len, false);

	*pos += len;
	return len;
}

static const struct file_operations edu_fops = {
	.owner = THIS_MODULE,
	.open = importer_open,
	.release = importer_release,
	.unlocked_ioctl = edu_ioctl,
	.read = edu_read,
	.write = edu_write,
};

static unsigned int dma_bits;
module_param(dma_bits, uint, 0444);
MODULE_PARM_DESC(dma_bits, "Address bits for maps of dma-bufs, 1 to 63, or 0 for all (default: 0)");

static int edu_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct device *dev = &pdev->dev;
	struct edu *edu;
	int ret;

	edu = devm_kzalloc(dev, sizeof(*edu), GFP_KERNEL);
	if (!edu)
		return -ENOMEM;

	ret = devm_mutex_init(dev, &edu->lock);
	if (ret)
		return ret;

	ret = pcim_enable_device(pdev);
	if (ret)
		return ret;

	edu->registers = pcim_iomap(pdev, 0, 0);
	if (!edu->registers)
		return -ENOMEM;

	/* A register takes as much of an address as is written at once. */
	ret = dma_set_mask_and_coherent(dev, DMA_BIT_MASK(BITS_PER_LONG));
	if (ret)
		return ret;

	edu->page = dmam_alloc_coherent(dev, EDU_WINDOW, &edu->page_address,
					GFP_KERNEL);
	if (!edu->page)
		return -ENOMEM;

	/* The window above may be out of reach of so few bits. */
	if (dma_bits)
		*dev->dma_mask = DMA_BIT_MASK(dma_bits);

	pci_set_master(pdev);
	edu->importer.dev = dev;
	edu->importer.node.minor = MISC_DYNAMIC_MINOR;
	edu->importer.node.name = "dmabuf_heaps_edu";
	edu->importer.node.fops = &edu_fops;
	pci_set_drvdata(pdev, edu);
	return importer_add(&edu->importer);
}

static void edu_remove(struct pci_dev *pdev)
{
	struct edu *edu = pci_get_drvdata(pdev);

	importer_remove(&edu->importer);
}

static const struct pci_device_id edu_ids[] = {
	{ PCI_DEVICE(0x1234, 0x11e8) },
	{}
};
MODULE_DEVICE_TABLE(pci, edu_ids);

static struct pci_driver edu_driver = {
	.name = KBUILD_MODNAME,
	.id_table = edu_ids,
	.probe = edu_probe,
	.remove = edu_remove,
};
module_pci_driver(edu_driver);

MODULE_DESCRIPTION("DMA-BUF heaps: an importer that moves data");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS("DMA_BUF_HEAP_TEST");
