// SPDX-License-Identifier: GPL-2.0
#include <drm/drm.h>
#include <fcntl.h>
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

int export_from_vgem(size_t len)
{
	struct drm_mode_create_dumb dumb = {
		.width = (uint32_t)(len / 4),
		.height = 1,
		.bpp = 32,
	};
	struct drm_prime_handle prime = { .flags = DRM_CLOEXEC | DRM_RDWR };
	int vgem = open_vgem();

	CHECK_EQUAL(ioctl(vgem, DRM_IOCTL_MODE_CREATE_DUMB, &dumb), 0);
	prime.handle = dumb.handle;
	CHECK_EQUAL(ioctl(vgem, DRM_IOCTL_PRIME_HANDLE_TO_FD, &prime), 0);
	close(vgem);
	return prime.fd;
}
