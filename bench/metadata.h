/* SPDX-License-Identifier: GPL-2.0 */
/* What an exporter keeps for a buffer, by the kernel's own trace of it. */
#ifndef METADATA_H
#define METADATA_H

#include <stdint.h>

/*
 * Bytes that are allocated with a buffer and stay as long as it does, beside
 * what dma_buf_export() makes for every exporter: inode, file and dma_buf.
 */
uint64_t metadata_of_buffer(int heap, uint64_t bytes);

#endif /* METADATA_H */
