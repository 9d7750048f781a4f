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

/**
 * struct dma_heap_view_data - a request for a view of a buffer
 * @offset: in: where the view begins, in bytes from the beginning of what
 *	@buffer_fd shows; a multiple of the page size
 * @len: in: the view's size in bytes; a multiple of the page size, not 0
 * @buffer_fd: in: a buffer of this heap, or a view of one
 * @fd: in: 0; out: the new dma-buf file descriptor
 * @fd_flags: in: O_RDONLY, O_WRONLY or O_RDWR, with or without O_CLOEXEC. The
 *	access mode is the view's own and can't be more than @buffer_fd has.
 * @flags: in: 0
 */
struct dma_heap_view_data {
	__u64 offset;
	__u64 len;
	__u32 buffer_fd;
	__u32 fd;
	__u32 fd_flags;
	__u32 flags;
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

/* From here on, numbers that mainline does not have. */

/**
 * DOC: DMA_HEAP_IOCTL_VIEW - make another dma-buf over a buffer's memory
 *
 * Takes a &struct dma_heap_view_data on an open heap and fills in its fd. The
 * view shows the buffer, whole or in part. It has an access mode of its own,
 * and a bracket around CPU access to it concerns its part alone. The memory
 * lives as long as one dma-buf over it does, be it the first or a view. On
 * failure nothing is left behind:
 *
 *   EINVAL	offset or len is not a multiple of the page size; len is 0; the
 *		range is not within buffer_fd; fd or flags is not 0; fd_flags
 *		has an unknown bit or no access mode; buffer_fd is no dma-buf,
 *		or not one that these heaps have made; the structure is too short
 *   EBADF	buffer_fd is no open descriptor
 *   EXDEV	buffer_fd is a buffer of another heap
 *   EACCES	the access mode is more than that of buffer_fd
 *   EFAULT	the argument can't be read or written
 *   EMFILE	no descriptor is free
 *   ENOMEM	there is no memory for it
 *   EINTR	the caller was killed
 *   ENODEV	the heap was removed
 *
 * A structure may be longer: the excess is neither looked at nor changed.
 */
#define DMA_HEAP_IOCTL_VIEW	_IOWR(DMA_HEAP_IOC_MAGIC, 0x80, \
				      struct dma_heap_view_data)

#endif /* _UAPI_LINUX_DMA_HEAP_H */
