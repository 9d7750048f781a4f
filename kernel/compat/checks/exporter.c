// SPDX-License-Identifier: GPL-2.0
/* what dma-buf wants of an exporter */
#include <linux/dma-buf.h>

static struct sg_table *check_map(struct dma_buf_attachment *attachment,
				  enum dma_data_direction direction)
{
	return NULL;
}

static void check_unmap(struct dma_buf_attachment *attachment,
			struct sg_table *table,
			enum dma_data_direction direction)
{
}

static int check_access(struct dma_buf *dmabuf,
			enum dma_data_direction direction)
{
	return 0;
}

static int check_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	return 0;
}

static int check_vmap(struct dma_buf *dmabuf, struct iosys_map *map)
{
	return 0;
}

static void check_vunmap(struct dma_buf *dmabuf, struct iosys_map *map)
{
}

static void check_release(struct dma_buf *dmabuf)
{
}

static const struct dma_buf_ops check_ops = {
	.map_dma_buf = check_map,
	.unmap_dma_buf = check_unmap,
	.begin_cpu_access = check_access,
	.end_cpu_access = check_access,
	.mmap = check_mmap,
	.vmap = check_vmap,
	.vunmap = check_vunmap,
	.release = check_release,
};

struct dma_buf *check(struct dma_resv *resv);
struct dma_buf *check(struct dma_resv *resv)
{
	const struct dma_buf_export_info info = {
		.exp_name = "check",
		.owner = THIS_MODULE,
		.ops = &check_ops,
		.size = PAGE_SIZE,
		.resv = resv,
	};
	struct dma_buf *dmabuf = dma_buf_export(&info);

	dma_resv_assert_held(resv);
	dma_buf_fd_install(dmabuf, 0);
	return dmabuf;
}
