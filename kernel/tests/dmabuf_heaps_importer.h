/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The test importer: a device that does with a dma-buf what a program says.
 *
 * An open /dev/dmabuf_heaps_importer is one attachment. All calls take a number
 * as their argument and return 0, or -1 with what the kernel's call answered;
 * EBUSY for what is done already and EINVAL for what can't be undone, because
 * it was not done. Closing undoes everything.
 */
#ifndef DMABUF_HEAPS_IMPORTER_H
#define DMABUF_HEAPS_IMPORTER_H

#include <linux/ioctl.h>

#define IMPORTER_NODE "/dev/dmabuf_heaps_importer"

/* Attach the device to a dma-buf: its descriptor. */
#define IMPORTER_ATTACH		_IO('I', 0)
#define IMPORTER_DETACH		_IO('I', 1)

/* Map it for the device: enum dma_data_direction, 0 to 2. */
#define IMPORTER_MAP		_IO('I', 2)
#define IMPORTER_UNMAP		_IO('I', 3)

/* Map it into the kernel. */
#define IMPORTER_VMAP		_IO('I', 4)
#define IMPORTER_VUNMAP		_IO('I', 5)

/* Bracket the kernel's access to it: enum dma_data_direction, 0 to 2. */
#define IMPORTER_BEGIN		_IO('I', 6)
#define IMPORTER_END		_IO('I', 7)

#endif /* DMABUF_HEAPS_IMPORTER_H */
