/* SPDX-License-Identifier: GPL-2.0 */
/* vgem: a driver without a device, that imports and exports buffers. */
#ifndef VGEM_H
#define VGEM_H

#include <stddef.h>
#include <stdint.h>

/* Its node, or the test is skipped. */
int open_vgem(void);

/* A dma-buf that is vgem's. */
int export_from_vgem(size_t len);

/**
 * struct vgem_work - what a device is at, as far as its driver tells (a fence)
 * @vgem: The driver's node.
 * @fence: Its number there.
 */
struct vgem_work {
	int vgem;
	uint32_t fence;
};

/*
 * From here on the driver says that a device writes to the buffer, which it does
 * not map; for ten seconds at most. One at a time for each buffer.
 */
struct vgem_work begin_work(int buf);
void end_work(const struct vgem_work *work);

#endif /* VGEM_H */
