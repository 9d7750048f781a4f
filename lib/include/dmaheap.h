/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libdmaheap - allocate dma-bufs from DMA-BUF heaps and use them
 *
 * A heap is a source of memory that devices can share; the kernel shows each
 * as a node in /dev/dma_heap. A buffer is a plain dma-buf file descriptor:
 * those functions that take a buffer work with a dma-buf from anywhere (a
 * heap, a GPU, a camera), and the caller closes it with close(2).
 *
 * Unless said otherwise a function returns 0, or a value that it documents,
 * on success and a negative errno value on failure; errno itself is left
 * undefined. On failure nothing is stored through a pointer argument.
 *
 * Every function is safe to call from several threads at once, on the same
 * heap or buffer too. The library has no global state, so it needs no
 * initialisation. Only closing a heap must not overlap with its use.
 */

#ifndef DMAHEAP_H
#define DMAHEAP_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The folder that holds one device node for each heap. */
#define DMAHEAP_DIR "/dev/dma_heap"

/*
 * Not a heap's node, but used as one: makes dma-bufs of the pages of a file in
 * memory, which are not contiguous. It can only make buffers that are O_RDWR, and
 * dmaheap_alloc() limits what it is asked for. Since libdmaheap 0.4.
 */
#define DMAHEAP_UDMABUF "/dev/udmabuf"

/* What the CPU is about to do, or has done, with a buffer's memory. */
#define DMAHEAP_READ	(1u << 0)
#define DMAHEAP_WRITE	(1u << 1)

/*
 * What buffers have to be: one piece of physical memory, for a device that
 * can't gather pieces; within the CPU's reach. Since libdmaheap 0.4.
 */
#define DMAHEAP_CONTIGUOUS	(1u << 0)
#define DMAHEAP_CPU_ACCESS	(1u << 1)

/**
 * struct dmaheap - an open heap
 *
 * Made by dmaheap_open(), freed by dmaheap_close().
 */
struct dmaheap;

/**
 * struct dmaheap_chain - open heaps, in the order in which they are asked
 *
 * Made by dmaheap_chain_open(), freed by dmaheap_chain_close(). Since
 * libdmaheap 0.4.
 */
struct dmaheap_chain;

/**
 * struct dmaheap_info - what is known about a heap without opening it
 *
 * Given by dmaheap_foreach(), read with the dmaheap_info_...() functions.
 */
struct dmaheap_info;

/**
 * struct dmaheap_buffer - a buffer that a heap has lent, or a view of one
 *
 * Given by dmaheap_foreach_buffer(), read with the dmaheap_buffer_...()
 * functions. Since libdmaheap 0.3.
 */
struct dmaheap_buffer;

/**
 * struct dmaheap_use - a dma-buf that a process has
 *
 * Given by dmaheap_foreach_use(), read with the dmaheap_use_...() functions.
 * Since libdmaheap 0.3.
 */
struct dmaheap_use;

/**
 * enum dmaheap_provider - who provides a heap
 * @DMAHEAP_PROVIDER_UNKNOWN:	can't be told: sysfs can't be read, or the
 *				provider is neither of those below
 * @DMAHEAP_PROVIDER_KERNEL:	the kernel's own heaps
 * @DMAHEAP_PROVIDER_MODULES:	the dmabuf-heaps modules
 *
 * Later versions may add values: treat one that is not listed here as unknown.
 */
enum dmaheap_provider {
	DMAHEAP_PROVIDER_UNKNOWN = 0,
	DMAHEAP_PROVIDER_KERNEL = 1,
	DMAHEAP_PROVIDER_MODULES = 2
};

/**
 * dmaheap_open() - open a heap by name
 * @name:	the heap's name: that of its node in /dev/dma_heap; or
 *		DMAHEAP_UDMABUF
 * @heap:	where to store the heap
 *
 * The node is opened for reading, which is all that allocating needs, and with
 * O_CLOEXEC.
 *
 * Return: 0; -EINVAL if @name is empty, "." or "..", or has a '/' in it;
 * -ENAMETOOLONG if it has more than 255 bytes; -ENOENT if there is no such heap;
 * -EACCES if the caller may not open it; -ENOMEM if there is no memory for the
 * handle; or what else open(2) reports.
 */
int dmaheap_open(const char *name, struct dmaheap **heap);

/**
 * dmaheap_close() - close a heap
 * @heap:	the heap, or NULL, which does nothing
 *
 * Buffers that came from the heap stay as they are.
 */
void dmaheap_close(struct dmaheap *heap);

/**
 * dmaheap_name() - the name of an open heap
 * @heap:	the heap
 *
 * Return: the name that the heap was opened by. It lives as long as @heap.
 */
const char *dmaheap_name(const struct dmaheap *heap);

/**
 * dmaheap_alloc() - allocate a buffer
 * @heap:	the heap to take it from
 * @size:	bytes wanted, 1 or more; the kernel rounds up to whole pages and
 *		dmaheap_size() tells the result
 * @fd_flags:	one of O_RDONLY, O_WRONLY and O_RDWR, and O_CLOEXEC or not. A
 *		buffer's access mode can't be changed later.
 *
 * A signal that arrives meanwhile does not make it fail: the request is made
 * again.
 *
 * Two heaps have no limit and allocate until the OOM killer runs: the kernel's
 * own system heap, and DMAHEAP_UDMABUF. The library asks them only for available
 * memory. It returns -ENOMEM without asking if @size exceeds
 * - MemAvailable of /proc/meminfo, less an eighth of MemTotal, less the free
 *   pages and page cache that may be in CMA areas and in movable zones, where
 *   the kernel cannot place such a buffer; or
 * - seven eighths of memory.max, less what cannot be reclaimed of
 *   memory.current, of the caller's cgroup or of a visible one above it. This
 *   applies to DMAHEAP_UDMABUF, and to the system heap if the kernel charges it
 *   to cgroups (parameter dma_heap.mem_accounting).
 * What is not known is no reason to refuse. docs/library.md lists the cases that
 * this rule does not cover. Since libdmaheap 1.0; before that for
 * DMAHEAP_UDMABUF and in dmaheap_chain_alloc() alone, and by MemAvailable alone.
 *
 * Return: the buffer's file descriptor, 0 or more; -EINVAL if @size is 0 or
 * overflows when it is rounded, or if the kernel does not know @fd_flags;
 * -ENOMEM if the heap can't give as much, whatever the reason (a limit too, or
 * the rule above);
 * -EMFILE or -ENFILE if there are too many open files; -ENODEV if the heap has
 * been removed; -EOPNOTSUPP if it is DMAHEAP_UDMABUF and @fd_flags is not
 * O_RDWR; or what else the heap reports.
 */
int dmaheap_alloc(struct dmaheap *heap, uint64_t size, int fd_flags);

/**
 * dmaheap_view() - make a buffer that is a part of another, or all of it
 * @heap:	the heap that @buf came from, by whichever of its names
 * @buf:	the buffer, or a view of one
 * @offset:	where the view begins in @buf, in bytes; the start of a page
 * @size:	bytes, whole pages, 1 page to the rest of @buf
 * @fd_flags:	one of O_RDONLY, O_WRONLY and O_RDWR, and O_CLOEXEC or not: the
 *		view's own access mode, which can't be wider than that of @buf
 *
 * A view is a buffer like any other, in the same memory: what is written
 * through one is seen through all. It has an access mode and a name of its own,
 * and dmaheap_begin() and dmaheap_end() on it are for its part alone. The
 * memory lives until the last of them is closed, in whatever order. So a
 * consumer can be given a frame to read and not to write, or one plane of it.
 *
 * Views are an extension of the dmabuf-heaps modules, and only buffers of
 * their heaps have them. Since libdmaheap 0.2.
 *
 * Return: the view's file descriptor, 0 or more; -EOPNOTSUPP if @heap has no
 * views (the kernel's own heaps, older modules, DMAHEAP_UDMABUF); -EINVAL if
 * @offset or @size does not fit, if the kernel does not know @fd_flags, or if
 * @buf is a dma-buf that is not from the modules; -EBADF if @buf is not an open
 * descriptor; -EXDEV if it came from another heap; -EACCES if @fd_flags asks
 * for more than @buf's access mode; -EMFILE or -ENFILE if there are too many
 * open files; -ENOMEM if there is no memory for it; -ENODEV if the heap has
 * been removed; or what else the heap reports.
 */
int dmaheap_view(struct dmaheap *heap, int buf, uint64_t offset, uint64_t size,
		 int fd_flags);

/**
 * dmaheap_contiguous() - whether a heap's buffers are one piece of memory
 * @heap:	the heap
 *
 * This and the following functions ask the heap. The kernel's own heaps tell
 * nothing, nor do those of older modules: of these it is known by their names,
 * if they are usual ones. That of a link does not count, but that of the heap it
 * leads to. Since libdmaheap 0.4.
 *
 * Return: 1 if each of them is; 0 if they may be in several pieces; -ENODATA if
 * it is not known; -ENODEV if the heap has been removed; or what else the heap
 * reports.
 */
int dmaheap_contiguous(const struct dmaheap *heap);

/**
 * dmaheap_cpu_access() - whether the CPU has access to a heap's buffers
 * @heap:	the heap
 *
 * Since libdmaheap 0.4.
 *
 * Return: 1 if they can be mapped, as far as their access mode allows; 0 if they
 * are for devices alone; errors as dmaheap_contiguous().
 */
int dmaheap_cpu_access(const struct dmaheap *heap);

/**
 * dmaheap_region_size() - the size of the region that a heap lends from
 * @heap:	the heap
 * @size:	where to store it, in bytes
 *
 * No buffer can be larger. Since libdmaheap 0.4.
 *
 * Return: 0; -ENODATA if it has no region, or if the size is not known; other
 * errors as dmaheap_contiguous().
 */
int dmaheap_region_size(const struct dmaheap *heap, uint64_t *size);

/**
 * dmaheap_alignment() - where in memory a heap's buffers begin
 * @heap:	the heap
 * @size:	the size of a buffer in bytes; 0 for any
 * @alignment:	where to store the number of bytes
 *
 * The heap tries to place the physical memory of a buffer of @size bytes, and each
 * of its pieces if there are several, at a multiple of @alignment. A heap of
 * contiguous memory gives 1 MiB at least to a larger buffer, and @alignment to any
 * other. Since libdmaheap 0.4.
 *
 * Return: 0; errors as dmaheap_contiguous().
 */
int dmaheap_alignment(const struct dmaheap *heap, uint64_t size,
		      uint64_t *alignment);

/**
 * dmaheap_chain_open() - find the heaps that are what is needed
 * @names:	the names of heaps in the order in which they are to be asked,
 *		with NULL after the last; DMAHEAP_UDMABUF may be one of them. Or
 *		NULL for all that there are, in the library's order.
 * @needs:	what every buffer has to be: DMAHEAP_CONTIGUOUS,
 *		DMAHEAP_CPU_ACCESS, both or 0
 * @chain:	where to store the chain
 *
 * Heaps that are not there or may not be opened are left out. One that is named
 * is left out, too, if it is known not to be what is needed. Of all heaps those
 * are taken that are known to be what is needed, in this order: the default
 * area for contiguous memory (CMA), other areas, system-contiguous, carveouts;
 * and unless it has to be contiguous, system-ext, system, and DMAHEAP_UDMABUF.
 * Memory that is out of the CPU's reach is only taken if it is named. Since
 * libdmaheap 0.4.
 *
 * Return: 0; -ENOENT if there is no such heap; -EACCES if there are some, as far
 * as their names tell, and the caller may open none of them; -EINVAL if @needs
 * has other bits, or a name is not valid for dmaheap_open(); -ENAMETOOLONG if a
 * name has more than 255 bytes; -ENOMEM if there is no memory for the
 * handle; -EMFILE or -ENFILE if there are too many open files; or what else
 * opening a heap reports.
 */
int dmaheap_chain_open(const char *const *names, unsigned int needs,
		       struct dmaheap_chain **chain);

/**
 * dmaheap_chain_close() - close a chain and its heaps
 * @chain:	the chain, or NULL, which does nothing
 *
 * Buffers that came from it stay as they are. Since libdmaheap 0.4.
 */
void dmaheap_chain_close(struct dmaheap_chain *chain);

/**
 * dmaheap_chain_alloc() - allocate from the first heap that has the memory
 * @chain:	the heaps to ask
 * @size:	as for dmaheap_alloc()
 * @fd_flags:	as for dmaheap_alloc()
 * @from:	where to store the heap that gave the buffer, or NULL. It belongs
 *		to @chain, lives as long, and must not be closed.
 *
 * Each heap is asked as by dmaheap_alloc(); one that this refuses for want of
 * available memory has not as much. Since libdmaheap 0.4.
 *
 * Return: the buffer's file descriptor, 0 or more; -EINVAL, -EMFILE and -ENFILE
 * as dmaheap_alloc(), at once, as it is so for every heap; -ENOMEM if no heap
 * gave it and one of them, or more, because it has not as much; else what the
 * last heap reported.
 */
int dmaheap_chain_alloc(const struct dmaheap_chain *chain, uint64_t size,
			int fd_flags, struct dmaheap **from);

/**
 * dmaheap_size() - the size of a buffer
 * @buf:	the buffer
 * @size:	where to store it, in bytes
 *
 * Return: 0; -EBADF if @buf is not an open descriptor; -ESPIPE if it is one
 * that has no size.
 */
int dmaheap_size(int buf, uint64_t *size);

/**
 * dmaheap_set_name() - name a buffer, for whoever looks for memory's owner
 * @buf:	the buffer
 * @name:	the name, of 31 bytes at most; it replaces an earlier one
 *
 * The name is seen by everyone who shares the buffer, in
 * /proc/PID/fdinfo/FD and, for root, in /sys/kernel/debug/dma_buf/bufinfo.
 *
 * Return: 0; -EINVAL if @name is longer; -ENOMEM if the kernel has no memory
 * for it; -EBADF if @buf is not an open descriptor; -ENOTTY if it is not a
 * dma-buf.
 */
int dmaheap_set_name(int buf, const char *name);

/**
 * dmaheap_map() - map a buffer from its start into the caller's memory
 * @buf:	the buffer
 * @size:	bytes to map, 1 to the buffer's size; whole pages are mapped
 * @prot:	PROT_READ, PROT_WRITE, both or PROT_NONE (<sys/mman.h>)
 * @addr:	where to store the address
 *
 * The mapping is MAP_SHARED: writes reach the buffer itself, and everyone who
 * shares it. That of 2 MiB and more is placed so that the kernel can use large
 * pages, for which it is faster than mmap(2). From 4 MiB on the heap's node is
 * opened for a moment, if it may be, to find out where the memory is. It stays
 * valid after @buf is closed. Bracket every access with dmaheap_begin() and
 * dmaheap_end().
 *
 * Return: 0; -EINVAL if @size is 0 or exceeds the buffer; -EACCES if the
 * buffer's access mode does not allow @prot, or needs more than @prot (one
 * opened for writing only can't be mapped); -EPERM if its memory is closed to
 * the CPU; -ENOMEM if there is no room for the mapping; or what else mmap(2)
 * reports.
 */
int dmaheap_map(int buf, size_t size, int prot, void **addr);

/**
 * dmaheap_unmap() - undo dmaheap_map()
 * @addr:	the address that dmaheap_map() stored
 * @size:	the size that was given to dmaheap_map()
 *
 * Return: 0; -EINVAL if @addr is not the start of a page or @size is 0.
 */
int dmaheap_unmap(void *addr, size_t size);

/**
 * dmaheap_begin() - begin to access a buffer's mapped memory with the CPU
 * @buf:	the buffer
 * @access:	DMAHEAP_READ to read; DMAHEAP_WRITE to write every byte; both to
 *		read and write, or to write only a part
 *
 * Waits for devices that are using the buffer, and makes the CPU see what they
 * wrote. A signal that arrives meanwhile does not make it fail.
 *
 * Return: 0; -EINVAL if @access is anything else; -EPERM if the buffer's memory
 * is closed to the CPU; -EBADF if @buf is not an open descriptor; -ENOTTY if it
 * is not a dma-buf; or what else the buffer's exporter reports.
 */
int dmaheap_begin(int buf, unsigned int access);

/**
 * dmaheap_end() - end what dmaheap_begin() began
 * @buf:	the buffer
 * @access:	the same as was given to dmaheap_begin()
 *
 * Makes devices see what the CPU wrote.
 *
 * Return: as dmaheap_begin().
 */
int dmaheap_end(int buf, unsigned int access);

/**
 * dmaheap_foreach() - look at every heap, in the order of their names
 * @fn:		called for each heap; @info is valid until it returns. A value
 *		other than 0 ends the walk.
 * @data:	passed to @fn
 *
 * Heaps are not opened, so those that the caller may not open are there too.
 * They are all found before @fn is called for the first: one that appears or
 * goes meanwhile may be missed or may be shown. No heaps at all, or no
 * /dev/dma_heap, is success.
 *
 * Return: 0 when every heap was shown; the value by which @fn ended the walk;
 * -ENOMEM if there is no memory for the list; or what opening and reading
 * /dev/dma_heap reports.
 */
int dmaheap_foreach(int (*fn)(const struct dmaheap_info *info, void *data),
		    void *data);

/**
 * dmaheap_info_name() - a heap's name, as dmaheap_open() wants it
 * @info:	the heap
 *
 * Return: the name. It lives as long as @info.
 */
const char *dmaheap_info_name(const struct dmaheap_info *info);

/**
 * dmaheap_info_device() - the device number of a heap's node
 * @info:	the heap
 *
 * Names with one number are one heap. Its attributes are in
 * /sys/dev/char/MAJOR:MINOR/.
 *
 * Return: the number; major() and minor() of <sys/sysmacros.h> take it apart.
 */
dev_t dmaheap_info_device(const struct dmaheap_info *info);

/**
 * dmaheap_info_provider() - who provides a heap
 * @info:	the heap
 *
 * Return: a value of enum dmaheap_provider.
 */
enum dmaheap_provider
dmaheap_info_provider(const struct dmaheap_info *info);

/**
 * dmaheap_foreach_buffer() - look at what a heap has lent
 * @heap:	the heap
 * @fn:		called for each buffer and each view; @buffer is valid until it
 *		returns. A value other than 0 ends the walk.
 * @data:	passed to @fn
 *
 * Who has CAP_SYS_ADMIN sees all of them, everybody else those whose memory the
 * calling user has asked for. They come in the order in which their memory was
 * allocated, and the views of a buffer after it, in the order in which they were
 * made. The list is complete before @fn is called for the first. A buffer that
 * was made or closed while the list was made may be missing.
 *
 * This is an extension of the dmabuf-heaps modules. Since libdmaheap 0.3.
 *
 * Return: 0 when every buffer was shown; the value by which @fn ended the walk;
 * -EOPNOTSUPP if @heap does not tell (the kernel's own heaps, older modules);
 * -ENOMEM if there is no memory for the list; -ENODEV if the heap has been
 * removed; or what else the heap reports.
 */
int dmaheap_foreach_buffer(struct dmaheap *heap,
			   int (*fn)(const struct dmaheap_buffer *buffer,
				     void *data),
			   void *data);

/**
 * dmaheap_buffer_inode() - what tells this dma-buf from every other
 * @buffer:	the buffer or view
 *
 * Return: its inode number, st_ino of fstat(2) on its descriptor; the same as
 * dmaheap_use_inode() of who has it.
 */
uint64_t dmaheap_buffer_inode(const struct dmaheap_buffer *buffer);

/**
 * dmaheap_buffer_id() - what tells a buffer's memory from every other
 * @buffer:	the buffer or view
 *
 * Return: a number that a buffer and all its views have, and that is never used
 * again.
 */
uint64_t dmaheap_buffer_id(const struct dmaheap_buffer *buffer);

/**
 * dmaheap_buffer_size() - the size of a buffer or view
 * @buffer:	the buffer or view
 *
 * Return: the size in bytes, as dmaheap_size() tells it.
 */
uint64_t dmaheap_buffer_size(const struct dmaheap_buffer *buffer);

/**
 * dmaheap_buffer_offset() - where a view begins
 * @buffer:	the buffer or view
 *
 * Return: bytes from the beginning of the buffer's memory; 0 for the buffer
 * that was allocated.
 */
uint64_t dmaheap_buffer_offset(const struct dmaheap_buffer *buffer);

/**
 * dmaheap_buffer_memory_size() - the size of the memory behind a buffer or view
 * @buffer:	the buffer or view
 *
 * Return: the size in bytes of what was allocated: what is kept from others for
 * as long as the buffer or one of its views lives.
 */
uint64_t dmaheap_buffer_memory_size(const struct dmaheap_buffer *buffer);

/**
 * dmaheap_buffer_region_offset() - where a buffer's memory is
 * @buffer:	the buffer or view
 * @offset:	where to store it: bytes from the beginning of the heap's region
 *		to that of the memory
 *
 * Return: 0; 1 if the kernel does not tell where the region begins, so that
 * @offset counts from the lowest place that the heap has lent so far; -ENODATA
 * if the memory is not in a region, or in several pieces, or if the caller has
 * no CAP_SYS_ADMIN.
 */
int dmaheap_buffer_region_offset(const struct dmaheap_buffer *buffer,
				 uint64_t *offset);

/**
 * dmaheap_buffer_uid() - the user who asked for the memory
 * @buffer:	the buffer or view
 *
 * Return: the user ID, as the caller's user namespace has it. It does not change
 * when the buffer is passed on. The memory is charged to this user, unless the
 * process that asked had CAP_SYS_RESOURCE.
 */
uid_t dmaheap_buffer_uid(const struct dmaheap_buffer *buffer);

/**
 * dmaheap_buffer_pid() - the process that asked for the memory
 * @buffer:	the buffer or view
 *
 * Return: its process ID, as the caller's PID namespace has it; 0 if it has
 * ended, or is not in there.
 */
pid_t dmaheap_buffer_pid(const struct dmaheap_buffer *buffer);

/**
 * dmaheap_buffer_comm() - the command that asked for the memory
 * @buffer:	the buffer or view
 *
 * Return: the name of the process's command when it asked. It lives as long as
 * @buffer.
 */
const char *dmaheap_buffer_comm(const struct dmaheap_buffer *buffer);

/**
 * dmaheap_foreach_use() - look at which processes have which dma-bufs
 * @fn:		called once for each process and each dma-buf that it has;
 *		@use is valid until it returns. A value other than 0 ends the
 *		walk.
 * @data:	passed to @fn
 * @hidden:	where to store how many processes could not be looked into, or
 *		not into all of them, for lack of permission or because reading
 *		failed; or NULL
 *
 * A process has a dma-buf by descriptors, by mappings, or both. All of them are
 * found in /proc, whichever heap or driver made the dma-buf, on every kernel.
 * They come in the order of process IDs, and of inode numbers for each process.
 * What drivers have, or messages on their way, nobody finds there.
 *
 * The threads of a process are looked at as one. Those that do not share its
 * descriptors any more (CLONE_FILES of unshare(2)) count with their own. kcmp(2)
 * compares them: where it cannot, or /proc is that of another PID namespace, a
 * process with several threads counts in @hidden. What two processes share counts
 * for each.
 *
 * Without privileges a process sees its own user's processes only, so that
 * @hidden is not 0: as process 1 is always there, one is counted as well where
 * /proc does not even list it (mount option hidepid=). So is one for all that
 * are outside if /proc is that of a PID namespace, as in containers.
 *
 * All processes are looked at before @fn is called for the first, one after the
 * other: what comes, goes or moves meanwhile may be missed. Since libdmaheap
 * 0.3.
 *
 * Return: 0 when every use was shown; the value by which @fn ended the walk;
 * -ENOMEM if there is no memory for the list; -EMFILE or -ENFILE if there are
 * too many open files; or why /proc itself could not be read. @hidden is
 * stored before @fn is called.
 */
int dmaheap_foreach_use(int (*fn)(const struct dmaheap_use *use, void *data),
			void *data, size_t *hidden);

/**
 * dmaheap_use_pid() - the process
 * @use:	the use
 *
 * Return: its process ID.
 */
pid_t dmaheap_use_pid(const struct dmaheap_use *use);

/**
 * dmaheap_use_uid() - the user whose process it is
 * @use:	the use
 *
 * Return: its real user ID.
 */
uid_t dmaheap_use_uid(const struct dmaheap_use *use);

/**
 * dmaheap_use_comm() - the process's command
 * @use:	the use
 *
 * Return: the name, as in the line "Name:" of /proc/PID/status. It lives as long
 * as @use.
 */
const char *dmaheap_use_comm(const struct dmaheap_use *use);

/**
 * dmaheap_use_inode() - what tells the dma-buf from every other
 * @use:	the use
 *
 * Return: its inode number, st_ino of fstat(2) on a descriptor.
 */
uint64_t dmaheap_use_inode(const struct dmaheap_use *use);

/**
 * dmaheap_use_size() - the size of the dma-buf
 * @use:	the use
 *
 * Mappings and O_PATH descriptors do not show it: then it is from another
 * descriptor, of any process, or from the inode.
 *
 * Return: the size in bytes; 0 if nothing shows it.
 */
uint64_t dmaheap_use_size(const struct dmaheap_use *use);

/**
 * dmaheap_use_heap() - where the dma-buf is from
 * @use:	the use
 *
 * Return: the first name of the heap, or the name of the driver that made it;
 * NULL if no descriptor shows it, as for dmaheap_use_size(). It lives as long as
 * @use.
 */
const char *dmaheap_use_heap(const struct dmaheap_use *use);

/**
 * dmaheap_use_name() - the name that the dma-buf was given
 * @use:	the use
 *
 * Return: the name (see dmaheap_set_name()), empty if it has none. It lives as
 * long as @use.
 */
const char *dmaheap_use_name(const struct dmaheap_use *use);

/**
 * dmaheap_use_descriptors() - how often the process has the dma-buf open
 * @use:	the use
 *
 * Return: the number of file descriptors for it, 0 or more.
 */
unsigned int dmaheap_use_descriptors(const struct dmaheap_use *use);

/**
 * dmaheap_use_mapped() - how much of the dma-buf the process has mapped
 * @use:	the use
 *
 * Return: the bytes of all its mappings; more than the size if it has mapped
 * parts twice.
 */
uint64_t dmaheap_use_mapped(const struct dmaheap_use *use);

#ifdef __cplusplus
}
#endif

#endif /* DMAHEAP_H */
