/* SPDX-License-Identifier: GPL-2.0 */
/* vgem: a driver without a device, that imports and exports buffers. */
#ifndef VGEM_H
#define VGEM_H

#include <stddef.h>

/* Its node, or the test is skipped. */
int open_vgem(void);

/* A dma-buf that is vgem's. */
int export_from_vgem(size_t len);

#endif /* VGEM_H */
