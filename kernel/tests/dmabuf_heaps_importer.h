/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The test importers: devices that do with a dma-buf what a program says.
 *
 * /dev/dmabuf_heaps_importer is a platform device that touches nothing.
 * /dev/dmabuf_heaps_edu, of the module dmabuf_heaps_edu, is the PCI device of
 * that name that QEMU has: it moves data between the dma-buf and a window, which
 * is memory of its own.
 *
 * An open node is one attachment. A call takes what is said here and returns 0,
 * but for IMPORTER_MAP; or -1 and errno, which is what the kernel's call
 * answered, or
 *
 *   EBUSY	it is done already, or something else has to be undone before
 *   EINVAL	there is nothing attached, mapped or to be undone; a direction,
 *		a range or a number is none
 *   EFAULT	the structure, or the data, can't be read or written
 *   ENOTTY	the node does not know the call
 *
 * Closing undoes everything.
 */
#ifndef DMABUF_HEAPS_IMPORTER_H
#define DMABUF_HEAPS_IMPORTER_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define IMPORTER_NODE "/dev/dmabuf_heaps_importer"
#define EDU_NODE "/dev/dmabuf_heaps_edu"

/* Attach the device to a dma-buf: its descriptor. */
#define IMPORTER_ATTACH		_IO('I', 0)
#define IMPORTER_DETACH		_IO('I', 1)

/*
 * Map the attachment for the device: enum dma_data_direction, 0 to 2. Returns
 * the number of the mapping, the lowest that is free; EBUSY if all are taken.
 * Unmap: the number.
 */
#define IMPORTER_MAP		_IO('I', 2)
#define IMPORTER_UNMAP		_IO('I', 3)
#define IMPORTER_MAPPINGS	4

/* Map it into the kernel. */
#define IMPORTER_VMAP		_IO('I', 4)
#define IMPORTER_VUNMAP		_IO('I', 5)

/* Bracket the kernel's access to it: enum dma_data_direction, 0 to 2. */
#define IMPORTER_BEGIN		_IO('I', 6)
#define IMPORTER_END		_IO('I', 7)

/**
 * struct importer_fill - bytes that the kernel writes where it has the dma-buf
 * @offset: In the dma-buf, in bytes.
 * @len: How many bytes, not 0.
 * @value: Of each of them, up to 255.
 */
struct importer_fill {
	__u64 offset;
	__u32 len;
	__u32 value;
};

#define IMPORTER_FILL		_IOW('I', 8, struct importer_fill)

/**
 * struct importer_segment - memory that the device sees in one piece
 * @mapping: in: number of the mapping
 * @offset: in: a byte of the dma-buf; out: the first one of its piece
 * @len: out: bytes of the piece
 * @address: out: where the device sees it
 */
struct importer_segment {
	__u64 mapping;
	__u64 offset;
	__u64 len;
	__u64 address;
};

#define IMPORTER_SEGMENT	_IOWR('I', 9, struct importer_segment)

/**
 * struct importer_transfer - bytes that the device moves
 * @offset: In the dma-buf, in bytes.
 * @len: How many bytes, not 0. They have to lie in one segment.
 * @window: Where in the window, in bytes.
 * @mapping: Number of the mapping. Its direction has to allow the transfer.
 */
struct importer_transfer {
	__u64 offset;
	__u64 len;
	__u32 window;
	__u32 mapping;
};

/*
 * The device reads the dma-buf, or writes to it. Only EDU_NODE knows these.
 * They return when all is moved, which takes the device a tenth of a second.
 */
#define IMPORTER_DMA_READ	_IOW('I', 10, struct importer_transfer)
#define IMPORTER_DMA_WRITE	_IOW('I', 11, struct importer_transfer)

/*
 * Edit the table of a mapping in place, as the RDMA core does to import a part
 * of a dma-buf: remove the first and the last page. Takes the number of the
 * mapping. EINVAL if its first or last entry has no more than two pages.
 */
#define IMPORTER_TRIM		_IO('I', 12)

/**
 * struct importer_limit - limits of one scatterlist entry, for this device
 * @max_segment: Length of an entry in bytes, or 0 to leave it unset.
 * @boundary: Mask of the bus addresses that one entry must not cross.
 *
 * Holds for maps that follow, through any open node, until it is set again.
 */
struct importer_limit {
	__u64 boundary;
	__u32 max_segment;
	__u32 reserved;
};

#define IMPORTER_LIMIT		_IOW('I', 13, struct importer_limit)

/*
 * Bytes of the window. All open nodes share it. pread(2) and pwrite(2) of
 * EDU_NODE show and fill it, without any dma-buf; EINVAL for what is outside.
 * They take a tenth of a second, too: the processor does not see the window.
 *
 * The device has 64 more, but an emulator before QEMU 10 ends when a transfer
 * reaches the last one.
 */
#define EDU_WINDOW		4032

#endif /* DMABUF_HEAPS_IMPORTER_H */
