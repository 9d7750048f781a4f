// SPDX-License-Identifier: GPL-2.0
#include <drm/drm.h>
#include <drm/vgem_drm.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "harness.h"
#include "vgem.h"

#define CARDS 16

int open_vgem(void)
{
	for (int i = 0; i < CARDS; i++) {
		char path[32], name[8] = "";
		struct drm_version version = {
			.name = name,
			.name_len = sizeof(name) - 1,
		};
		int fd;

		snprintf(path, sizeof(path), "/dev/dri/card%d", i);
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd < 0)
			continue;
		if (!ioctl(fd, DRM_IOCTL_VERSION, &version) &&
		    !strcmp(name, "vgem"))
			return fd;
		close(fd);
	}
	skip("no vgem (modprobe vgem)");
}

/* A buffer of vgem's own: its dma-buf and its handle there. */
static struct drm_prime_handle create(int vgem, size_t len)
{
	struct drm_mode_create_dumb dumb = {
		.width = (uint32_t)(len / 4),
		.height = 1,
		.bpp = 32,
	};
	struct drm_prime_handle prime = { .flags = DRM_CLOEXEC | DRM_RDWR };

	CHECK_EQUAL(ioctl(vgem, DRM_IOCTL_MODE_CREATE_DUMB, &dumb), 0);
	prime.handle = dumb.handle;
	CHECK_EQUAL(ioctl(vgem, DRM_IOCTL_PRIME_HANDLE_TO_FD, &prime), 0);
	return prime;
}

int export_from_vgem(size_t len)
{
	int vgem = open_vgem(), buf = create(vgem, len).fd;

	close(vgem);
	return buf;
}

static void copy_fence(int from, int to)
{
	struct dma_buf_export_sync_file export = { .flags = DMA_BUF_SYNC_READ };
	struct dma_buf_import_sync_file import = { .flags = DMA_BUF_SYNC_WRITE };

	CHECK_EQUAL(ioctl(from, DMA_BUF_IOCTL_EXPORT_SYNC_FILE, &export), 0);
	import.fd = export.fd;
	CHECK_EQUAL(ioctl(to, DMA_BUF_IOCTL_IMPORT_SYNC_FILE, &import), 0);
	close(export.fd);
}

struct vgem_work begin_work(int buf)
{
	struct vgem_work work = { .vgem = open_vgem() };
	const struct drm_prime_handle own = create(work.vgem, page_size());
	struct drm_vgem_fence_attach attach = {
		.handle = own.handle,
		.flags = VGEM_FENCE_WRITE,
	};

	CHECK_EQUAL(ioctl(work.vgem, DRM_IOCTL_VGEM_FENCE_ATTACH, &attach), 0);
	work.fence = attach.out_fence;
	copy_fence(own.fd, buf);
	close(own.fd);
	return work;
}

void end_work(const struct vgem_work *work)
{
	struct drm_vgem_fence_signal signal = { .fence = work->fence };

	CHECK_EQUAL(ioctl(work->vgem, DRM_IOCTL_VGEM_FENCE_SIGNAL, &signal), 0);
	close(work->vgem);
}
