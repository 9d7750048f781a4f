/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * DMA-BUF heaps: memory that devices can share, for user space.
 *
 * The request is mainline's, bit for bit. Whatever this project adds has
 * numbers of its own.
 *
 * Programs have this file as <dmabuf-heaps/dma-heap.h>, beside the
 * <linux/dma-heap.h> of their kernel, in whichever order.
 */
#ifndef _UAPI_LINUX_DMA_HEAP_H
#define _UAPI_LINUX_DMA_HEAP_H

#include <linux/ioctl.h>
#include <linux/types.h>

/* What both have is said once, by the kernel's. */
#ifndef __KERNEL__
#include <linux/dma-heap.h>
#endif

#ifndef DMA_HEAP_IOCTL_ALLOC

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
 *   ENFILE	the system has no room for another open file
 *   ENOMEM	the heap can't give that much
 *   EINTR	the caller was killed
 *   ENODEV	the heap was removed
 *
 * A structure that is too short is EINVAL before it is read. EFAULT on reading
 * comes before any other EINVAL. A call that fails leaves the structure as it
 * was.
 */
#define DMA_HEAP_IOCTL_ALLOC	_IOWR(DMA_HEAP_IOC_MAGIC, 0x0, \
				      struct dma_heap_allocation_data)

#endif /* DMA_HEAP_IOCTL_ALLOC */

/* From here on, what mainline does not have. */

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

/* A place that is not told, or that is none. */
#define DMA_HEAP_NOWHERE (~0ULL)

/**
 * struct dma_heap_list_entry - a dma-buf over memory of a heap
 * @inode: its inode number, as in st_ino, in the line "ino:" of
 *	/proc/PID/fdinfo/FD, and in /proc/PID/maps
 * @buffer: the number of the buffer that it shows: the same for all views of
 *	one buffer, and never used again
 * @buffer_len: the buffer's size in bytes
 * @region_offset: where the buffer begins in the heap's region, in bytes; or
 *	DMA_HEAP_NOWHERE if it is not in one, or in several pieces, or if the
 *	caller has no CAP_SYS_ADMIN
 * @offset: where the view begins in the buffer, in bytes
 * @len: the view's size in bytes
 * @uid: the user who asked for the buffer's memory, as the caller's user
 *	namespace knows it
 * @pid: the process that asked for it, as the caller's PID namespace knows it;
 *	0 if it has ended, or is not in there
 * @comm: the name of that process's command when it asked, with a 0 at its end
 */
struct dma_heap_list_entry {
	__u64 inode;
	__u64 buffer;
	__u64 buffer_len;
	__u64 region_offset;
	__u64 offset;
	__u64 len;
	__u32 uid;
	__u32 pid;
	char comm[16];
};

/* Nobody knows where the region begins, see DMA_HEAP_IOCTL_LIST. */
#define DMA_HEAP_LIST_RELATIVE 1U

/**
 * struct dma_heap_list_data - a request for a list of what is lent
 * @entries: in: address of an array of &struct dma_heap_list_entry
 * @nr_entries: in: how many fit into it; out: how many there are, of which
 *	those that fit were written
 * @entry_size: in: the size of an entry in the array, at least that of the
 *	structure above, at most 4096, and a multiple of 8
 * @flags: in: 0; out: DMA_HEAP_LIST_RELATIVE or 0
 * @reserved: in: 0
 */
struct dma_heap_list_data {
	__u64 entries;
	__u32 nr_entries;
	__u32 entry_size;
	__u32 flags;
	__u32 reserved;
};

/* What a heap's buffers are, see &struct dma_heap_query_data. */
#define DMA_HEAP_QUERY_CONTIGUOUS 1U
#define DMA_HEAP_QUERY_CPU_ACCESS 2U

/**
 * struct dma_heap_query_data - what a heap is
 * @len: in: the size in bytes of a buffer that might be asked for, or 0
 * @flags: in: 0; out: DMA_HEAP_QUERY_CONTIGUOUS if each buffer is known to be
 *	one piece of memory, DMA_HEAP_QUERY_CPU_ACCESS if the CPU has access to
 *	buffers, as far as their access mode allows. Others may be added.
 * @reserved: in: 0
 * @id: out: a number that all names of this heap have, and no other heap
 * @region_len: out: the size in bytes of the region that it lends from; 0 if it
 *	has none, or if the kernel does not tell the size
 * @alignment: out: the alignment in bytes that the heap tries to give a buffer of
 *	@len bytes. A heap of contiguous memory gives 1 MiB at least to a larger
 *	buffer, and @alignment to any other. For 0: the alignment of every buffer.
 * @type: out: the kind of heap in one word, as the attribute of that name; empty
 *	if it does not tell
 *
 * The size that the ioctl's number carries may be smaller, down to @reserved
 * (the missing end is not told), or larger (the excess is neither looked at nor
 * changed, so a program that sets it to zero finds zero).
 */
struct dma_heap_query_data {
	__u64 len;
	__u32 flags;
	__u32 reserved;
	__u64 id;
	__u64 region_len;
	__u64 alignment;
	char type[16];
};

/* The phase of a buffer is counted from a multiple of this. */
#define DMA_HEAP_PHASES (2U << 20)

/**
 * struct dma_heap_query_buffer_data - where a buffer is
 * @buffer_fd: in: a buffer of this heap, or a view of one
 * @flags: in: 0
 * @phase: out: bytes from a multiple of DMA_HEAP_PHASES in physical memory to
 *	the first page that @buffer_fd shows
 */
struct dma_heap_query_buffer_data {
	__u32 buffer_fd;
	__u32 flags;
	__u64 phase;
};

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
 *   ENFILE	the system has no room for another open file
 *   ENOMEM	there is no memory for it
 *   EINTR	the caller was killed
 *   ENODEV	the heap was removed
 *
 * A structure may be longer: the excess is neither looked at nor changed.
 */
#define DMA_HEAP_IOCTL_VIEW	_IOWR(DMA_HEAP_IOC_MAGIC, 0x80, \
				      struct dma_heap_view_data)

/**
 * DOC: DMA_HEAP_IOCTL_LIST - list the dma-bufs over memory of a heap
 *
 * Takes a &struct dma_heap_list_data on an open heap, and fills in its array,
 * nr_entries and flags. Who has CAP_SYS_ADMIN in the initial user namespace
 * sees every dma-buf. Other callers see those whose memory was requested by
 * the calling user. The order is that in which buffers were allocated, and for
 * each buffer that in which its views were made.
 *
 * The list is no snapshot. A dma-buf that exists during the whole call is listed
 * once; one that is made or closed meanwhile may be missing.
 *
 * If DMA_HEAP_LIST_RELATIVE is set, the kernel does not tell where the region
 * begins: each region_offset then counts from the lowest place that this heap
 * has lent since it was added.
 *
 *   EINVAL	flags or reserved is not 0; entry_size is too small, too
 *		large or no multiple of 8; the structure is too short
 *   EFAULT	the argument can't be read or written, or the array can't
 *		be written
 *   ENOMEM	there is no memory for the list
 *   EINTR	the caller was killed
 *   ENODEV	the heap was removed
 *
 * Where an entry of the caller's is longer than the kernel's, its end is
 * filled with zeros. After EFAULT the array may have been written in part.
 */
#define DMA_HEAP_IOCTL_LIST	_IOWR(DMA_HEAP_IOC_MAGIC, 0x81, \
				      struct dma_heap_list_data)

/**
 * DOC: DMA_HEAP_IOCTL_QUERY - ask what a heap is
 *
 * Takes a &struct dma_heap_query_data on an open heap and fills it in. Whoever
 * may open the heap may ask. Nothing of the answer changes while the heap is
 * there, but that the size of its region may become known.
 *
 *   EINVAL	flags or reserved is not 0; the structure ends before reserved
 *		does
 *   EFAULT	the argument can't be read or written
 *   EINTR	the caller was killed
 *   ENODEV	the heap was removed
 */
#define DMA_HEAP_IOCTL_QUERY	_IOWR(DMA_HEAP_IOC_MAGIC, 0x82, \
				      struct dma_heap_query_data)

/**
 * DOC: DMA_HEAP_IOCTL_QUERY_BUFFER - ask where a buffer is
 *
 * Takes a &struct dma_heap_query_buffer_data on an open heap and fills in its
 * phase. A mapping whose address is as far from a multiple of DMA_HEAP_PHASES as
 * that can be made of large pages where the memory is in one piece.
 *
 *   EINVAL	flags is not 0; buffer_fd is no dma-buf, or not one that these
 *		heaps have made; the structure is too short
 *   EBADF	buffer_fd is no open descriptor
 *   EXDEV	buffer_fd is a buffer of another heap
 *   EFAULT	the argument can't be read or written
 *   EINTR	the caller was killed
 *   ENODEV	the heap was removed
 *
 * A structure may be longer: the excess is neither looked at nor changed.
 */
#define DMA_HEAP_IOCTL_QUERY_BUFFER	_IOWR(DMA_HEAP_IOC_MAGIC, 0x83, \
					      struct dma_heap_query_buffer_data)

#endif /* _UAPI_LINUX_DMA_HEAP_H */
