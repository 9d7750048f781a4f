// SPDX-License-Identifier: GPL-2.0
/*
 * docs/interface.md, Access mode and Devices: a driver may use a buffer, and
 * gives nobody more access to it than its descriptor did. The driver is vgem,
 * which lets programs map what it imported through a file of its own.
 */
#include <drm/drm.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness.h"
#include "vgem.h"

static uint32_t import(int vgem, int buf)
{
	struct drm_prime_handle prime = { .fd = buf };

	CHECK_EQUAL(ioctl(vgem, DRM_IOCTL_PRIME_FD_TO_HANDLE, &prime), 0);
	return prime.handle;
}

static void drop(int vgem, uint32_t handle)
{
	struct drm_gem_close gem = { .handle = handle };

	CHECK_EQUAL(ioctl(vgem, DRM_IOCTL_GEM_CLOSE, &gem), 0);
}

/*
 * Where vgem's node shows an object of this size. DRM tells no place for an
 * imported one, but it has one: the one that an object of its own had just
 * before.
 */
static off_t next_place(int vgem, size_t len)
{
	struct drm_mode_create_dumb dumb = {
		.width = (uint32_t)(len / 4),
		.height = 1,
		.bpp = 32,
	};
	struct drm_mode_map_dumb place = { 0 };

	CHECK_EQUAL(ioctl(vgem, DRM_IOCTL_MODE_CREATE_DUMB, &dumb), 0);
	CHECK_EQUAL((long long)dumb.size, (long long)len);
	place.handle = dumb.handle;
	CHECK_EQUAL(ioctl(vgem, DRM_IOCTL_MODE_MAP_DUMB, &place), 0);
	drop(vgem, dumb.handle);
	return (off_t)place.offset;
}

/* Imports, and finds the place. */
static off_t import_at(int vgem, int buf, size_t len)
{
	off_t place = next_place(vgem, len);

	import(vgem, buf);
	return place;
}

TEST(device_can_hold_a_buffer)
{
	const size_t len = MIB(5);
	int vgem = open_vgem(), buf = alloc(heap, len, O_RDWR);
	uint32_t *mem = map(buf, len, PROT_READ | PROT_WRITE);
	uint32_t handle;

	fill(mem, len, 1);
	handle = import(vgem, buf);
	CHECK_EQUAL(import(vgem, buf), handle);
	for (uint64_t flags = DMA_BUF_SYNC_READ; flags <= DMA_BUF_SYNC_RW;
	     flags++) {
		struct dma_buf_sync sync = { .flags = flags };

		CHECK_EQUAL(ioctl(buf, DMA_BUF_IOCTL_SYNC, &sync), 0);
		sync.flags |= DMA_BUF_SYNC_END;
		CHECK_EQUAL(ioctl(buf, DMA_BUF_IOCTL_SYNC, &sync), 0);
	}
	drop(vgem, handle);
	check_filled(mem, len, 0, 1);
}

TEST(buffer_outlives_its_descriptor_in_a_device)
{
	const size_t len = MIB(2);
	int vgem = open_vgem(), buf = alloc(heap, len, O_RDWR);
	struct drm_prime_handle prime = { .flags = O_RDWR | O_CLOEXEC };

	fill(map(buf, len, PROT_READ | PROT_WRITE), len, 2);
	prime.handle = import(vgem, buf);
	close(buf);
	memset(alloc_mapped(heap, len), 0xff, len);

	CHECK_EQUAL(ioctl(vgem, DRM_IOCTL_PRIME_HANDLE_TO_FD, &prime), 0);
	check_filled(map(prime.fd, len, PROT_READ), len, 0, 2);
}

TEST(writable_buffer_can_be_mapped_through_a_device)
{
	const size_t len = MIB(2);
	int vgem = open_vgem(), buf = alloc(heap, len, O_RDWR);
	off_t place = import_at(vgem, buf, len);
	void *mem;

	mem = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, vgem, place);
	CHECK(mem != MAP_FAILED);
	fill(mem, len, 3);
	check_filled(map(buf, len, PROT_READ), len, 0, 3);
}

TEST(read_only_buffer_stays_so_through_a_device)
{
	const size_t len = MIB(2);
	int vgem = open_vgem(), buf = alloc(heap, len, O_RDONLY);
	off_t place = import_at(vgem, buf, len);
	void *mem;

	CHECK_MAP_ERRNO(mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED,
			     vgem, place), EACCES);
	mem = mmap(NULL, len, PROT_READ, MAP_SHARED, vgem, place);
	CHECK(mem != MAP_FAILED);
	CHECK_ERRNO(mprotect(mem, len, PROT_READ | PROT_WRITE), EACCES);
	CHECK(is_zero(mem, len));
	CHECK_MAP_ERRNO(mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE,
			     vgem, place), EINVAL);
}

TEST(write_only_buffer_stays_so_through_a_device)
{
	const size_t len = MIB(2);
	int vgem = open_vgem(), buf = alloc(heap, len, O_WRONLY);
	off_t place = import_at(vgem, buf, len);

	CHECK_MAP_ERRNO(mmap(NULL, len, PROT_READ, MAP_SHARED, vgem, place),
			EACCES);
	CHECK_MAP_ERRNO(mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED,
			     vgem, place), EACCES);
}
