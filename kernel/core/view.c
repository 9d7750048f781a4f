// SPDX-License-Identifier: GPL-2.0
/* Views: the dma-bufs over a buffer, each with an access mode of its own. */
#include <linux/dma-buf.h>
#include <linux/dma-heap-buffer.h>
#include <linux/dma-heap.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <uapi/linux/dma-heap.h>

#include "buffer.h"
#include "core.h"

static void dma_heap_view_release(struct dma_buf *dmabuf)
{
	struct dma_heap_view *view = dmabuf->priv;

	dma_heap_loan_drop_view(view);
	dma_heap_buffer_put(view->buffer);
	kfree(view);
}

static const struct dma_buf_ops dma_heap_view_dma_buf_ops = {
	.map_dma_buf = dma_heap_buffer_map,
	.unmap_dma_buf = dma_heap_buffer_unmap,
	.begin_cpu_access = dma_heap_buffer_begin_cpu_access,
	.end_cpu_access = dma_heap_buffer_end_cpu_access,
	.mmap = dma_heap_buffer_mmap,
	.vmap = dma_heap_buffer_vmap,
	.vunmap = dma_heap_buffer_vunmap,
	.release = dma_heap_view_release,
};

/* No vmap: dma-buf warns where that operation is there and fails. */
static const struct dma_buf_ops dma_heap_protected_view_dma_buf_ops = {
	.map_dma_buf = dma_heap_protected_map,
	.unmap_dma_buf = dma_heap_protected_unmap,
	.begin_cpu_access = dma_heap_protected_cpu_access,
	.end_cpu_access = dma_heap_protected_cpu_access,
	.mmap = dma_heap_protected_mmap,
	.release = dma_heap_view_release,
};

/* NULL if somebody else has made the dma-buf. */
struct dma_heap_view *dma_heap_view_of(const struct dma_buf *dmabuf)
{
	if (dmabuf->ops == &dma_heap_view_dma_buf_ops ||
	    dmabuf->ops == &dma_heap_protected_view_dma_buf_ops)
		return dmabuf->priv;
	return NULL;
}

/* Takes over the caller's reference on the buffer, unless it fails. */
struct dma_buf *dma_heap_view_export(struct dma_heap_buffer *buffer,
				     struct dma_heap_span span, u32 fd_flags)
{
	struct dma_buf_export_info info = {
		.exp_name = dma_heap_get_name(buffer->heap),
		.owner = buffer->heap->owner,
		.ops = buffer->heap->protected ?
			&dma_heap_protected_view_dma_buf_ops :
			&dma_heap_view_dma_buf_ops,
		.size = span.nr_pages << PAGE_SHIFT,
		.flags = fd_flags,
		.resv = &buffer->resv,
	};
	struct dma_heap_view *view;
	struct dma_buf *dmabuf;

	view = kzalloc_obj(*view, GFP_KERNEL_ACCOUNT);
	if (!view)
		return ERR_PTR(-ENOMEM);

	view->buffer = buffer;
	view->span = span;
	view->writable = OPEN_FMODE(fd_flags) & FMODE_WRITE;

	info.priv = view;
	dmabuf = dma_buf_export(&info);
	if (IS_ERR(dmabuf)) {
		kfree(view);
		return dmabuf;
	}

	view->inode = file_inode(dmabuf->file)->i_ino;
	view->listed.view = view;
	dma_heap_loan_add_view(view);

	return dmabuf;
}

/* The view that a dma-buf is, or an ERR_PTR() if it is none of this heap. */
struct dma_heap_view *dma_heap_view_in(const struct dma_heap *heap,
				       const struct dma_buf *dmabuf)
{
	struct dma_heap_view *view = dma_heap_view_of(dmabuf);

	if (!view)
		return ERR_PTR(-EINVAL);
	if (view->buffer->heap != heap)
		return ERR_PTR(-EXDEV);

	return view;
}

static int dma_heap_view_check(const struct dma_buf *dmabuf,
			       const struct dma_heap_view_data *data)
{
	if (data->offset >= dmabuf->size ||
	    data->len > dmabuf->size - data->offset)
		return -EINVAL;
	if (OPEN_FMODE(data->fd_flags) & ~dmabuf->file->f_mode &
	    (FMODE_READ | FMODE_WRITE))
		return -EACCES;

	return 0;
}

/**
 * dma_heap_view_create() - make a dma-buf over memory that has one
 * @heap: The heap that was asked.
 * @data: The request, of which all that needs no look at the buffer was
 *	checked.
 *
 * Return: The dma-buf, or an ERR_PTR() as documented for the ioctl.
 */
struct dma_buf *dma_heap_view_create(struct dma_heap *heap,
				     const struct dma_heap_view_data *data)
{
	const struct dma_heap_view *parent;
	struct dma_buf *from, *dmabuf;
	struct dma_heap_span span;
	int ret;

	from = dma_buf_get(data->buffer_fd);
	if (IS_ERR(from))
		return from;

	parent = dma_heap_view_in(heap, from);
	ret = PTR_ERR_OR_ZERO(parent) ?: dma_heap_view_check(from, data);
	if (ret) {
		dmabuf = ERR_PTR(ret);
		goto put;
	}

	span.first = parent->span.first + (data->offset >> PAGE_SHIFT);
	span.nr_pages = data->len >> PAGE_SHIFT;

	dma_heap_buffer_get(parent->buffer);
	dmabuf = dma_heap_view_export(parent->buffer, span, data->fd_flags);
	if (IS_ERR(dmabuf))
		dma_heap_buffer_put(parent->buffer);

put:
	dma_buf_put(from);
	return dmabuf;
}
