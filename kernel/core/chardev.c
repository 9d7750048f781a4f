// SPDX-License-Identifier: GPL-2.0
/*
 * The heaps' character devices: everything that user space says to a heap is
 * checked here, before a heap hears of it.
 */
#include <linux/dma-buf.h>
#include <linux/dma-heap.h>
#include <linux/err.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>
#include <uapi/linux/dma-heap.h>

#include "core.h"

/* What is longer than ours is cleared, so no one may ask for much of it. */
#define DMA_HEAP_LIST_MAX_ENTRY_SIZE 4096

static int dma_heap_open(struct inode *inode, struct file *file)
{
	struct dma_heap *heap = dma_heap_get_from_inode(inode);

	if (!heap)
		return -ENODEV;

	file->private_data = heap;
	return nonseekable_open(inode, file);
}

static int dma_heap_release(struct inode *inode, struct file *file)
{
	dma_heap_put(file->private_data);
	return 0;
}

/* Three of the four values of the access mode's bits are a mode. */
static bool dma_heap_fd_flags_are_valid(u32 fd_flags)
{
	return !(fd_flags & ~DMA_HEAP_VALID_FD_FLAGS) &&
	       (fd_flags & O_ACCMODE) != O_ACCMODE;
}

static int dma_heap_check_request(const struct dma_heap_allocation_data *data)
{
	if (data->fd || !dma_heap_fd_flags_are_valid(data->fd_flags) ||
	    data->heap_flags & ~DMA_HEAP_VALID_HEAP_FLAGS)
		return -EINVAL;

	if (!data->len || data->len > ALIGN_DOWN(U64_MAX, PAGE_SIZE))
		return -EINVAL;

	/* More than this machine can address, or than a file can be long. */
	if (data->len > ALIGN_DOWN((unsigned long)LONG_MAX, PAGE_SIZE))
		return -ENOMEM;

	return 0;
}

/* All that needs no look at the buffer. */
static int dma_heap_check_view(const struct dma_heap_view_data *data)
{
	if (data->fd || !dma_heap_fd_flags_are_valid(data->fd_flags) ||
	    data->flags)
		return -EINVAL;

	if (!data->len || !PAGE_ALIGNED(data->len) ||
	    !PAGE_ALIGNED(data->offset))
		return -EINVAL;

	return 0;
}

static int dma_heap_check_list(const struct dma_heap_list_data *data)
{
	if (data->flags || data->reserved ||
	    data->entry_size < sizeof(struct dma_heap_list_entry) ||
	    data->entry_size > DMA_HEAP_LIST_MAX_ENTRY_SIZE ||
	    data->entry_size % sizeof(u64))
		return -EINVAL;

	return 0;
}

/* Takes the removal lock for reading, unless the heap was removed. */
static int dma_heap_stay(struct dma_heap *heap)
{
	int ret;

	ret = down_read_killable(&heap->removal);
	if (ret)
		return ret;

	if (heap->removed) {
		up_read(&heap->removal);
		return -ENODEV;
	}

	return 0;
}

static struct dma_buf *dma_heap_allocate(struct dma_heap *heap,
					 const struct dma_heap_allocation_data *data)
{
	struct dma_buf *dmabuf;
	int ret;

	ret = dma_heap_stay(heap);
	if (ret)
		return ERR_PTR(ret);

	/* The only place that rounds: what is freed is what was allocated. */
	dmabuf = dma_heap_lend(heap, PAGE_ALIGN(data->len), data->fd_flags,
			       data->heap_flags);
	up_read(&heap->removal);

	return dmabuf;
}

static struct dma_buf *dma_heap_view(struct dma_heap *heap,
				     const struct dma_heap_view_data *data)
{
	struct dma_buf *dmabuf;
	int ret;

	ret = dma_heap_stay(heap);
	if (ret)
		return ERR_PTR(ret);

	dmabuf = dma_heap_view_create(heap, data);
	up_read(&heap->removal);

	return dmabuf;
}

/*
 * Replace @in, which user space has at @to, by @out. A copy that faults midway
 * changes nothing: it is the first of the two, and writes what was there.
 */
static int dma_heap_replace(void __user *to, const void *in, const void *out,
			    size_t size)
{
	if (copy_to_user(to, in, size) || copy_to_user(to, out, size))
		return -EFAULT;
	return 0;
}

/*
 * Report a new descriptor, whose field was checked to be 0, and only then
 * install it: from then on it belongs to the whole process.
 */
static int dma_heap_answer(struct dma_buf *dmabuf, u32 fd, u32 __user *to)
{
	static const u32 no_fd;
	int ret;

	if (IS_ERR(dmabuf)) {
		put_unused_fd(fd);
		return PTR_ERR(dmabuf);
	}

	ret = dma_heap_replace(to, &no_fd, &fd, sizeof(fd));
	if (ret) {
		dma_buf_put(dmabuf);
		put_unused_fd(fd);
		return ret;
	}

	dma_buf_fd_install(dmabuf, fd);
	return 0;
}

static int dma_heap_ioctl_alloc(struct dma_heap *heap,
				struct dma_heap_allocation_data __user *arg,
				size_t size)
{
	struct dma_heap_allocation_data data = {};
	int fd, ret;

	if (size < offsetofend(struct dma_heap_allocation_data, fd))
		return -EINVAL;

	size = min(size, sizeof(data));
	if (copy_from_user(&data, arg, size))
		return -EFAULT;

	ret = dma_heap_check_request(&data);
	if (ret)
		return ret;

	fd = get_unused_fd_flags(data.fd_flags & O_CLOEXEC);
	if (fd < 0)
		return fd;

	return dma_heap_answer(dma_heap_allocate(heap, &data), fd, &arg->fd);
}

static int dma_heap_ioctl_view(struct dma_heap *heap,
			       struct dma_heap_view_data __user *arg,
			       size_t size)
{
	struct dma_heap_view_data data;
	int fd, ret;

	if (size < sizeof(data))
		return -EINVAL;
	if (copy_from_user(&data, arg, sizeof(data)))
		return -EFAULT;

	ret = dma_heap_check_view(&data);
	if (ret)
		return ret;

	fd = get_unused_fd_flags(data.fd_flags & O_CLOEXEC);
	if (fd < 0)
		return fd;

	return dma_heap_answer(dma_heap_view(heap, &data), fd, &arg->fd);
}

/* The entries of the caller's array may be longer than ours. */
static int dma_heap_copy_list(const struct dma_heap_list_entry *entries,
			      u32 nr_entries, void __user *array, size_t step)
{
	const size_t rest = step - sizeof(*entries);
	u32 i;

	for (i = 0; i < nr_entries; i++, array += step)
		if (copy_to_user(array, &entries[i], sizeof(*entries)) ||
		    clear_user(array + sizeof(*entries), rest))
			return -EFAULT;

	return 0;
}

/* Fill the array of @data, and set its nr_entries to their number. */
static int dma_heap_fill_list(struct dma_heap_list_cursor *cursor,
			      struct dma_heap_list_data *data)
{
	void __user *array = u64_to_user_ptr(data->entries);
	const struct dma_heap_list_entry *entries;
	u32 room = data->nr_entries;
	int ret, n;

	data->nr_entries = 0;
	while ((n = dma_heap_list_next(cursor, &entries)) >= 0) {
		const u32 fit = min_t(u32, n, room);

		ret = dma_heap_copy_list(entries, fit, array, data->entry_size);
		if (ret)
			return ret;
		if (fatal_signal_pending(current))
			return -EINTR;
		array += (size_t)fit * data->entry_size;
		room -= fit;
		data->nr_entries += n;
	}

	return 0;
}

static int dma_heap_ioctl_list(struct dma_heap *heap, void __user *arg,
			       size_t size)
{
	struct dma_heap_list_data data, request;
	struct dma_heap_list_cursor *cursor;
	int ret;

	if (size < sizeof(data))
		return -EINVAL;
	if (copy_from_user(&data, arg, sizeof(data)))
		return -EFAULT;

	ret = dma_heap_check_list(&data);
	if (ret)
		return ret;

	/* Only to check: a fault on the caller's array may take any time. */
	ret = dma_heap_stay(heap);
	if (ret)
		return ret;
	up_read(&heap->removal);

	request = data;
	cursor = dma_heap_list_begin(heap, &data.flags);
	if (!cursor)
		return -ENOMEM;

	ret = dma_heap_fill_list(cursor, &data);
	dma_heap_list_end(cursor);

	return ret ?: dma_heap_replace(arg, &request, &data, sizeof(data));
}

static int dma_heap_ioctl_query(struct dma_heap *heap, void __user *arg,
				size_t size)
{
	struct dma_heap_query_data data = {}, request;
	int ret;

	if (size < offsetofend(struct dma_heap_query_data, reserved))
		return -EINVAL;

	size = min(size, sizeof(data));
	if (copy_from_user(&data, arg, size))
		return -EFAULT;

	if (data.flags || data.reserved)
		return -EINVAL;

	ret = dma_heap_stay(heap);
	if (ret)
		return ret;

	request = data;
	dma_heap_query(heap, &data);
	up_read(&heap->removal);

	return dma_heap_replace(arg, &request, &data, size);
}

static int dma_heap_ioctl_query_buffer(struct dma_heap *heap, void __user *arg,
				       size_t size)
{
	struct dma_heap_query_buffer_data data, request;
	int ret;

	if (size < sizeof(data))
		return -EINVAL;
	if (copy_from_user(&data, arg, sizeof(data)))
		return -EFAULT;
	if (data.flags)
		return -EINVAL;

	ret = dma_heap_stay(heap);
	if (ret)
		return ret;

	request = data;
	ret = dma_heap_query_buffer(heap, &data);
	up_read(&heap->removal);

	return ret ?: dma_heap_replace(arg, &request, &data, sizeof(data));
}

static long dma_heap_ioctl(struct file *file, unsigned int cmd,
			   unsigned long arg)
{
	struct dma_heap *heap = file->private_data;

	if (_IOC_TYPE(cmd) != DMA_HEAP_IOC_MAGIC)
		return -ENOTTY;

	/* The size is the caller's: structures may grow. */
	switch (cmd & ~IOCSIZE_MASK) {
	case DMA_HEAP_IOCTL_ALLOC & ~IOCSIZE_MASK:
		return dma_heap_ioctl_alloc(heap, (void __user *)arg,
					    _IOC_SIZE(cmd));
	case DMA_HEAP_IOCTL_VIEW & ~IOCSIZE_MASK:
		return dma_heap_ioctl_view(heap, (void __user *)arg,
					   _IOC_SIZE(cmd));
	case DMA_HEAP_IOCTL_LIST & ~IOCSIZE_MASK:
		return dma_heap_ioctl_list(heap, (void __user *)arg,
					   _IOC_SIZE(cmd));
	case DMA_HEAP_IOCTL_QUERY & ~IOCSIZE_MASK:
		return dma_heap_ioctl_query(heap, (void __user *)arg,
					    _IOC_SIZE(cmd));
	case DMA_HEAP_IOCTL_QUERY_BUFFER & ~IOCSIZE_MASK:
		return dma_heap_ioctl_query_buffer(heap, (void __user *)arg,
						   _IOC_SIZE(cmd));
	default:
		/* What mainline's core answers, and programs know. */
		return -EINVAL;
	}
}

const struct file_operations dma_heap_fops = {
	.owner = THIS_MODULE,
	.open = dma_heap_open,
	.release = dma_heap_release,
	.unlocked_ioctl = dma_heap_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};
