// SPDX-License-Identifier: GPL-2.0
/*
 * docs/interface.md, Protected memory: it is for devices alone. Run for heaps of
 * protected memory only. The environment variable IMPORTER names the node of the
 * test device, which is that of dmabuf_heaps_importer.c by default.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../kernel/tests/dmabuf_heaps_importer.h"
#include "../uapi/harness.h"
#include "../uapi/sysfs.h"
#include "../uapi/views.h"

/* enum dma_data_direction */
#define DIRECTIONS 3

static int attached_device(int buf)
{
	const char *node = getenv("IMPORTER");
	int device = open(node ? node : IMPORTER_NODE, O_RDWR | O_CLOEXEC);

	CHECK(device >= 0);
	CHECK_EQUAL(ioctl(device, IMPORTER_ATTACH, buf), 0);
	return device;
}

/* All of a buffer but its first page. */
static int view_of(const struct heap *heap, int buf)
{
	return make_view(heap, buf, page_size(),
			 (size_t)lseek(buf, 0, SEEK_END) - page_size(),
			 O_RDWR | O_CLOEXEC);
}

TEST(heap_says_that_it_is_protected)
{
	check_attribute(heap, "cpu_access", "0");
}

/* What the access mode forbids as well, is EACCES as for any buffer. */
TEST(protected_buffer_cannot_be_mapped)
{
	const struct { int mode, prot; } all[] = {
		{ O_RDWR, PROT_NONE },
		{ O_RDWR, PROT_READ },
		{ O_RDWR, PROT_WRITE },
		{ O_RDWR, PROT_READ | PROT_WRITE },
		{ O_RDONLY, PROT_NONE },
		{ O_RDONLY, PROT_READ },
	};

	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		int buf = alloc(heap, page_size(), all[i].mode);

		CHECK_MAP_ERRNO(mmap(NULL, page_size(), all[i].prot, MAP_SHARED,
				     buf, 0), EPERM);
	}
}

TEST(protected_buffer_cannot_be_accessed)
{
	int buf = alloc(heap, page_size(), O_RDWR);
	struct dma_buf_sync sync;

	for (uint64_t flags = DMA_BUF_SYNC_READ; flags <= DMA_BUF_SYNC_RW;
	     flags++) {
		sync.flags = flags | DMA_BUF_SYNC_START;
		CHECK_ERRNO(ioctl(buf, DMA_BUF_IOCTL_SYNC, &sync), EPERM);
		sync.flags = flags | DMA_BUF_SYNC_END;
		CHECK_ERRNO(ioctl(buf, DMA_BUF_IOCTL_SYNC, &sync), EPERM);
	}
}

TEST(view_of_it_is_protected)
{
	struct dma_buf_sync sync = { .flags = DMA_BUF_SYNC_READ };
	int view = view_of(heap, alloc(heap, KIB(64), O_RDWR));
	int device = attached_device(view);

	CHECK_MAP_ERRNO(mmap(NULL, page_size(), PROT_READ, MAP_SHARED, view, 0),
			EPERM);
	CHECK_ERRNO(ioctl(view, DMA_BUF_IOCTL_SYNC, &sync), EPERM);
	CHECK_ERRNO(ioctl(device, IMPORTER_BEGIN, 0), EPERM);
	CHECK_ERRNO(ioctl(device, IMPORTER_VMAP), EINVAL);
}

TEST(driver_cannot_access_it_either)
{
	int device = attached_device(alloc(heap, page_size(), O_RDWR));

	for (int direction = 0; direction < DIRECTIONS; direction++) {
		CHECK_ERRNO(ioctl(device, IMPORTER_BEGIN, direction), EPERM);
		CHECK_ERRNO(ioctl(device, IMPORTER_END, direction), EPERM);
	}
	CHECK_ERRNO(ioctl(device, IMPORTER_VMAP), EINVAL);
}

TEST(device_can_use_it)
{
	int buf = alloc(heap, KIB(512) + page_size(), O_RDWR);
	int devices[] = {
		attached_device(buf), attached_device(view_of(heap, buf)),
	};

	for (size_t i = 0; i < ARRAY_SIZE(devices); i++)
		for (int direction = 0; direction < DIRECTIONS; direction++) {
			CHECK_EQUAL(ioctl(devices[i], IMPORTER_MAP, direction),
				    0);
			CHECK_EQUAL(ioctl(devices[i], IMPORTER_UNMAP, 0), 0);
		}
}

TEST(protected_buffer_is_shared_and_outlives_its_fd)
{
	int buf = alloc(heap, MIB(1), O_RDONLY);
	int devices[] = { attached_device(buf), attached_device(buf) };

	CHECK_EQUAL(ioctl(devices[0], IMPORTER_MAP, 0), 0);
	close(buf);
	CHECK_EQUAL(ioctl(devices[1], IMPORTER_MAP, 1), 0);
	CHECK_EQUAL(ioctl(devices[0], IMPORTER_UNMAP, 0), 0);
	CHECK_EQUAL(ioctl(devices[0], IMPORTER_DETACH), 0);
	CHECK_EQUAL(ioctl(devices[1], IMPORTER_UNMAP, 0), 0);
}

/*
 * With swiotlb=force, or an importer of few address bits, as the others with
 * devices are without.
 */
TEST(device_that_cannot_reach_it_cannot_use_it)
{
	int device = attached_device(alloc(heap, page_size(), O_RDWR));

	for (int direction = 0; direction < DIRECTIONS; direction++)
		CHECK_ERRNO(ioctl(device, IMPORTER_MAP, direction), EIO);
	CHECK_EQUAL(ioctl(device, IMPORTER_DETACH), 0);
}

TEST(protected_buffer_has_its_size)
{
	int buf = alloc(heap, KIB(512) + 1, O_RDWR);

	CHECK_EQUAL(lseek(buf, 0, SEEK_END),
		    (long long)(KIB(512) + page_size()));
}

TEST(exhausted_heap_is_enomem_and_recovers)
{
	const size_t sizes[] = { MIB(1), KIB(64), MIB(1) };
	int bufs[MOST_BUFFERS], n[ARRAY_SIZE(sizes)], buf;

	CHECK_ERRNO(try_alloc(heap, MIB(1024), O_RDWR, 0, &buf), ENOMEM);
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		n[i] = take_all(heap, sizes[i], bufs);
		CHECK_ERRNO(try_alloc(heap, sizes[i], O_RDWR, 0, &buf), ENOMEM);
		give_back(bufs, n[i]);
	}
	CHECK_EQUAL(n[1], n[0] * 16);
	CHECK_EQUAL(n[2], n[0]);
}
