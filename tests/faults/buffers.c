// SPDX-License-Identifier: GPL-2.0
/* Calls on heaps and their buffers. */
#include <drm/drm.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/dma-buf.h>
#include <linux/dma-heap.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../../kernel/tests/dmabuf_heaps_importer.h"
#include "faults.h"

/* Of many pieces in a heap that takes what it gets, and of an odd size. */
#define LARGE (MIB(3) + KIB(4))

static void close_if_open(int fd)
{
	if (fd >= 0)
		close(fd);
}

static void tidy(struct scene *scene)
{
	if (scene->mem)
		munmap(scene->mem, scene->len);
	close_if_open(scene->importer);
	close_if_open(scene->other);
	close_if_open(scene->buf);
	give_back(scene->bufs, scene->nr_bufs);
}

/* Scenes, each with what the one before it has. */

static void heap_alone(struct scene *scene)
{
}

static void buffer(struct scene *scene)
{
	scene->len = LARGE;
	scene->buf = alloc(scene->heap, LARGE, O_RDWR | O_CLOEXEC);
}

static void mapped_buffer(struct scene *scene)
{
	buffer(scene);
	scene->mem = map(scene->buf, scene->len, PROT_READ | PROT_WRITE);
}

static void importer(struct scene *scene)
{
	buffer(scene);
	scene->importer = open(IMPORTER_NODE, O_RDWR | O_CLOEXEC);
	CHECK(scene->importer >= 0);
}

static void attached_buffer(struct scene *scene)
{
	importer(scene);
	CHECK_EQUAL(ioctl(scene->importer, IMPORTER_ATTACH, scene->buf), 0);
}

static void buffer_in_device(struct scene *scene)
{
	attached_buffer(scene);
	CHECK_EQUAL(ioctl(scene->importer, IMPORTER_MAP, 0), 0);
}

static void buffer_in_kernel(struct scene *scene)
{
	buffer_in_device(scene);
	CHECK_EQUAL(ioctl(scene->importer, IMPORTER_VMAP), 0);
}

/* Whether this process may have more than its share. */
static void set_exempt(bool exempt)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	CHECK_EQUAL(syscall(SYS_capget, &header, data), 0);
	if (exempt)
		data[0].effective |= 1u << CAP_SYS_RESOURCE;
	else
		data[0].effective &= ~(1u << CAP_SYS_RESOURCE);
	CHECK_EQUAL(syscall(SYS_capset, &header, data), 0);
}

static void user(struct scene *scene)
{
	set_exempt(false);
}

static void tidy_user(struct scene *scene)
{
	set_exempt(true);
	tidy(scene);
}

/* As full as it gets: of memory that others use as well, only a part. */
static void full_heap(struct scene *scene)
{
	scene->nr_bufs = take_all(scene->heap, MIB(1), scene->bufs);
}

/* Heaps */

static int opening(struct scene *scene)
{
	char path[512];

	snprintf(path, sizeof(path), HEAPS "/%s", scene->heap->name);
	scene->other = open(path, O_RDONLY | O_CLOEXEC);
	return scene->other < 0 ? -1 : 0;
}

static int allocating_a_page(struct scene *scene)
{
	return try_alloc(scene->heap, page_size(), O_RDWR | O_CLOEXEC, 0,
			 &scene->buf);
}

static int allocating_much(struct scene *scene)
{
	return try_alloc(scene->heap, LARGE, O_RDWR | O_CLOEXEC, 0,
			 &scene->buf);
}

/* Somebody pays for it. */
static int allocating_as_a_user(struct scene *scene)
{
	return allocating_a_page(scene);
}

/* What is to be refused is refused, with whatever else fails. */
static int refused_by_a_full_heap(struct scene *scene)
{
	const size_t too_much = has_region(scene->heap) ? MIB(1) : MIB(1) << 20;

	if (!try_alloc(scene->heap, too_much, O_RDWR | O_CLOEXEC, 0,
		       &scene->buf)) {
		errno = 0;
		return -1;
	}
	return errno == ENOMEM ? 0 : -1;
}

static int reading_an_attribute(struct scene *scene)
{
	char path[512], text[64];

	snprintf(path, sizeof(path), CLASS "/%s/type", scene->heap->name);
	scene->other = open(path, O_RDONLY | O_CLOEXEC);
	if (scene->other < 0)
		return -1;
	return read(scene->other, text, sizeof(text)) < 0 ? -1 : 0;
}

static int listing(struct scene *scene)
{
	struct dma_heap_list_entry entry;
	struct dma_heap_list_data data = {
		.entries = (uintptr_t)&entry,
		.nr_entries = 1,
		.entry_size = sizeof(entry),
	};

	return ioctl(scene->heap->fd, DMA_HEAP_IOCTL_LIST, &data);
}

static int querying(struct scene *scene)
{
	struct dma_heap_query_data data = { .len = LARGE };

	return ioctl(scene->heap->fd, DMA_HEAP_IOCTL_QUERY, &data);
}

static int querying_a_buffer(struct scene *scene)
{
	struct dma_heap_query_buffer_data data = {
		.buffer_fd = (uint32_t)scene->buf,
	};

	return ioctl(scene->heap->fd, DMA_HEAP_IOCTL_QUERY_BUFFER, &data);
}

/* Buffers and processes */

static int mapping(struct scene *scene)
{
	void *mem = mmap(NULL, scene->len, PROT_READ | PROT_WRITE, MAP_SHARED,
			 scene->buf, 0);

	if (mem == MAP_FAILED)
		return -1;
	scene->mem = mem;
	return 0;
}

/* A fault that fails is tried again: the process must not notice. */
static int touching(struct scene *scene)
{
	memset(scene->mem, 1, scene->len);
	return 0;
}

static int unmapping_a_part(struct scene *scene)
{
	return munmap((char *)scene->mem + page_size(), page_size());
}

static int protecting_a_part(struct scene *scene)
{
	return mprotect((char *)scene->mem + page_size(), page_size(),
			PROT_READ);
}

static int viewing_a_part(struct scene *scene)
{
	struct dma_heap_view_data data = {
		.offset = page_size(),
		.len = page_size(),
		.buffer_fd = (uint32_t)scene->buf,
		.fd_flags = O_RDONLY | O_CLOEXEC,
	};

	if (ioctl(scene->heap->fd, DMA_HEAP_IOCTL_VIEW, &data))
		return -1;
	scene->other = (int)data.fd;
	return 0;
}

static int naming(struct scene *scene)
{
	return ioctl(scene->buf, DMA_BUF_SET_NAME_B,
		     (uint64_t)(uintptr_t)"frame");
}

static int reading_fdinfo(struct scene *scene)
{
	char path[64], text[256];

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", scene->buf);
	scene->other = open(path, O_RDONLY | O_CLOEXEC);
	if (scene->other < 0)
		return -1;
	return read(scene->other, text, sizeof(text)) < 0 ? -1 : 0;
}

static int syncing(struct scene *scene)
{
	struct dma_buf_sync sync = {
		.flags = DMA_BUF_SYNC_RW | DMA_BUF_SYNC_START,
	};

	if (ioctl(scene->buf, DMA_BUF_IOCTL_SYNC, &sync))
		return -1;
	sync.flags = DMA_BUF_SYNC_RW | DMA_BUF_SYNC_END;
	return ioctl(scene->buf, DMA_BUF_IOCTL_SYNC, &sync);
}

/* Buffers and devices */

static int attaching(struct scene *scene)
{
	return ioctl(scene->importer, IMPORTER_ATTACH, scene->buf);
}

static int detaching(struct scene *scene)
{
	return ioctl(scene->importer, IMPORTER_DETACH);
}

static int mapping_for_a_device(struct scene *scene)
{
	return ioctl(scene->importer, IMPORTER_MAP, 0);
}

static int unmapping_from_a_device(struct scene *scene)
{
	return ioctl(scene->importer, IMPORTER_UNMAP, 0);
}

static int mapping_for_the_kernel(struct scene *scene)
{
	return ioctl(scene->importer, IMPORTER_VMAP);
}

static int unmapping_from_the_kernel(struct scene *scene)
{
	return ioctl(scene->importer, IMPORTER_VUNMAP);
}

static int bracketing(struct scene *scene)
{
	if (ioctl(scene->importer, IMPORTER_BEGIN, 0))
		return -1;
	return ioctl(scene->importer, IMPORTER_END, 0);
}

/* A driver that many have: closing its node drops what it imported. */

static void vgem(struct scene *scene)
{
	buffer(scene);
	scene->other = open("/dev/dri/card0", O_RDWR | O_CLOEXEC);
	CHECK(scene->other >= 0);
}

static int importing(struct scene *scene)
{
	struct drm_prime_handle prime = { .fd = scene->buf };

	return ioctl(scene->other, DRM_IOCTL_PRIME_FD_TO_HANDLE, &prime);
}

/* What is called, and what has to be there before. */
FAILS_CLEANLY(opening, heap_alone, tidy)
FAILS_CLEANLY(allocating_a_page, heap_alone, tidy)
FAILS_CLEANLY(allocating_much, heap_alone, tidy)
FAILS_CLEANLY(allocating_as_a_user, user, tidy_user)
FAILS_CLEANLY(refused_by_a_full_heap, full_heap, tidy)
FAILS_CLEANLY(reading_an_attribute, heap_alone, tidy)
FAILS_CLEANLY(listing, buffer, tidy)
FAILS_CLEANLY(querying, heap_alone, tidy)
FAILS_CLEANLY(querying_a_buffer, buffer, tidy)
FAILS_CLEANLY(mapping, buffer, tidy)
FAILS_CLEANLY(touching, mapped_buffer, tidy)
FAILS_CLEANLY(unmapping_a_part, mapped_buffer, tidy)
FAILS_CLEANLY(protecting_a_part, mapped_buffer, tidy)
FAILS_CLEANLY(viewing_a_part, buffer, tidy)
FAILS_CLEANLY(naming, buffer, tidy)
FAILS_CLEANLY(reading_fdinfo, buffer, tidy)
FAILS_CLEANLY(syncing, buffer_in_kernel, tidy)
FAILS_CLEANLY(attaching, importer, tidy)
FAILS_CLEANLY(detaching, attached_buffer, tidy)
FAILS_CLEANLY(mapping_for_a_device, attached_buffer, tidy)
FAILS_CLEANLY(unmapping_from_a_device, buffer_in_device, tidy)
FAILS_CLEANLY(mapping_for_the_kernel, buffer_in_device, tidy)
FAILS_CLEANLY(unmapping_from_the_kernel, buffer_in_kernel, tidy)
FAILS_CLEANLY(bracketing, buffer_in_kernel, tidy)
FAILS_CLEANLY(importing, vgem, tidy)
