/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * DMA-BUF heaps: memory that devices can share, for user space.
 *
 * The request is mainline's, bit for bit. Whatever this project adds has
 * numbers of its own.
 */
#ifndef _UAPI_LINUX_DMA_HEAP_H
#define _UAPI_LINUX_DMA_HEAP_H

#include <linux/ioctl.h>
#include <linux/types.h>

/* What fd_flags may hold: one access mode, and O_CLOEXEC. */
#define DMA_HEAP_VALID_FD_FLAGS (O_CLOEXEC | O_ACCMODE)

/* What heap_flags may hold: nothing yet. */
#define DMA_HEAP_VALID_HEAP_FLAGS (0ULL)

/**
 * struct dma_heap_allocation_data - a request for one buffer
 * @len: in: the buffer's size in bytes, rounded up to whole pages; not 0
 * @fd: in: 0; out: the new dma-buf file descriptor
 * @fd_flags: in: O_RDONLY, O_WRONLY or O_RDWR, with or without O_CLOEXEC.
 *	The access mode belongs to the buffer: whoever gets the descriptor
 *	later has this mode and no other.
 * @heap_flags: in: 0
 *
 * The size that the ioctl's number carries may be smaller (the missing end
 * counts as zero, but @fd must be there) or larger (the excess is neither
 * looked at nor changed).
 */
struct dma_heap_allocation_data {
	__u64 len;
	__u32 fd;
	__u32 fd_flags;
	__u64 heap_flags;
};

#define DMA_HEAP_IOC_MAGIC 'H'

/**
 * DOC: DMA_HEAP_IOCTL_ALLOC - allocate a buffer
 *
 * Takes a &struct dma_heap_allocation_data on an open heap and fills in its
 * fd. The buffer is zeroed. On failure nothing is left behind, neither a
 * descriptor nor memory:
 *
 *   EINVAL	len is 0 or overflows when it is rounded; fd is not 0;
 *		fd_flags has an unknown bit or no access mode (O_ACCMODE is
 *		none); heap_flags has an unknown bit; the structure ends
 *		before fd does
 *   EFAULT	the argument can't be read or written
 *   EMFILE	no descriptor is free
 *   ENOMEM	the heap can't give that much
 *   EINTR	the caller was killed
 *   ENODEV	the heap was removed
 */
#define DMA_HEAP_IOCTL_ALLOC	_IOWR(DMA_HEAP_IOC_MAGIC, 0x0, \
				      struct dma_heap_allocation_data)

#endif /* _UAPI_LINUX_DMA_HEAP_H */
