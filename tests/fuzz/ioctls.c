// SPDX-License-Identifier: GPL-2.0
/*
 * Calls on nodes and buffers. Where the kernel has to say no to a request whatever
 * else happens, it is checked that it does.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <linux/dma-heap.h>
#include <linux/udmabuf.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../kernel/tests/dmabuf_heaps_importer.h"
#include "fuzz.h"

/* Structures are up to the longest that a number can carry. */
#define LONGEST 16383

static uint32_t draw_flags(void)
{
	static const uint32_t flags[] = {
		O_RDONLY, O_WRONLY, O_RDWR, O_RDWR, O_RDWR | O_CLOEXEC,
		O_RDONLY | O_CLOEXEC, O_ACCMODE, O_NONBLOCK, O_CREAT | O_RDWR,
	};

	return draw_below(16) ? DRAW_OF(flags) : (uint32_t)draw_odd();
}

/* Small enough to be had, most of the time. */
static uint64_t draw_len(void)
{
	return draw_below(4) ? draw_below(1 << 18) : draw_odd();
}

/* Mostly 0, which is what most fields have to be. */
static uint32_t draw_unused(void)
{
	return draw_below(16) ? 0 : (uint32_t)draw_odd();
}

/* The number of a call, with another size now and then. */
static unsigned long draw_size(unsigned long request)
{
	if (draw_below(8))
		return request;
	request &= ~((unsigned long)LONGEST << _IOC_SIZESHIFT);
	return request | (draw_below(2) ? draw_below(64) :
			  draw_below(LONGEST + 1)) << _IOC_SIZESHIFT;
}

/* Some of it where it is not to be had. */
static void *draw_place(void *data)
{
	switch (draw_below(64)) {
	case 0:
		return NULL;
	case 1:
		return (void *)(uintptr_t)draw_odd();
	default:
		return data;
	}
}

static bool may_be_flags(uint32_t flags)
{
	return !(flags & ~(uint32_t)(O_CLOEXEC | O_ACCMODE)) &&
	       (flags & O_ACCMODE) != O_ACCMODE;
}

/* Room for a structure of any size. */
union room {
	struct dma_heap_allocation_data alloc;
	struct dma_heap_view_data view;
	unsigned char bytes[LONGEST + 1];
};

/* With room around what is asked, of which all may be taken to be part of it. */
static int call_in(union room *room, unsigned long request, const void *data,
		   size_t size)
{
	memset(room, (int)draw(), sizeof(*room));
	memcpy(room, data, size);
	return ioctl(draw_fd(), draw_size(request), draw_place(room));
}

static void call_alloc(void)
{
	static __thread union room room;
	struct dma_heap_allocation_data data = {
		.len = draw_len(),
		.fd = draw_unused(),
		.fd_flags = draw_flags(),
		.heap_flags = draw_unused(),
	};

	if (call_in(&room, DMA_HEAP_IOCTL_ALLOC, &data, sizeof(data)))
		return;
	/* Others may have been its fd_flags, if it was taken to be shorter. */
	if (!data.len || data.fd || !room.alloc.fd)
		fail(__FILE__, __LINE__, "a request for %llu bytes succeeds",
		     (unsigned long long)data.len);
	keep_fd((int)room.alloc.fd);
}

static void call_view(void)
{
	static __thread union room room;
	struct dma_heap_view_data data = {
		.offset = draw_below(2) ? draw_below(32) * 4096 : draw_odd(),
		.len = draw_below(2) ? draw_below(32) * 4096 : draw_odd(),
		.buffer_fd = (uint32_t)draw_fd(),
		.fd = draw_unused(),
		.fd_flags = draw_flags(),
		.flags = draw_unused(),
	};

	if (call_in(&room, DMA_HEAP_IOCTL_VIEW, &data, sizeof(data)))
		return;
	if (!data.len || data.len % 4096 || data.offset % 4096 || data.fd ||
	    data.flags || !may_be_flags(data.fd_flags))
		fail(__FILE__, __LINE__, "a view of %llu bytes at %llu succeeds",
		     (unsigned long long)data.len,
		     (unsigned long long)data.offset);
	keep_fd((int)room.view.fd);
}

static void call_list(void)
{
	static __thread unsigned char entries[1 << 16];
	static __thread union room room;
	struct dma_heap_list_data data = {
		.entries = (uintptr_t)draw_place(entries),
		.entry_size = draw_below(2) ? 72 + 8 * (uint32_t)draw_below(8) :
			      (uint32_t)draw_odd(),
		.flags = draw_unused(),
		.reserved = draw_unused(),
	};

	/* What is written has to be within the array. */
	if (data.entry_size)
		data.nr_entries = sizeof(entries) / data.entry_size;
	if (data.entries != (uintptr_t)entries)
		data.entries = draw_below(2) ? 0 : UINT64_MAX - draw_below(8192);
	if (call_in(&room, DMA_HEAP_IOCTL_LIST, &data, sizeof(data)))
		return;
	if (data.flags || data.reserved || data.entry_size < 72 ||
	    data.entry_size > 4096 || data.entry_size % 8)
		fail(__FILE__, __LINE__, "a list of entries of %u bytes",
		     data.entry_size);
}

static void call_query(void)
{
	static __thread union room room;
	struct dma_heap_query_data data = {
		.len = draw_len(),
		.flags = draw_unused(),
		.reserved = draw_unused(),
	};

	if (call_in(&room, DMA_HEAP_IOCTL_QUERY, &data, sizeof(data)))
		return;
	if (data.flags || data.reserved)
		fail(__FILE__, __LINE__, "a query with flags %#x, %#x succeeds",
		     data.flags, data.reserved);
}

static void call_query_buffer(void)
{
	static __thread union room room;
	struct dma_heap_query_buffer_data data = {
		.buffer_fd = (uint32_t)draw_fd(),
		.flags = draw_unused(),
	};

	if (call_in(&room, DMA_HEAP_IOCTL_QUERY_BUFFER, &data, sizeof(data)))
		return;
	if (data.flags)
		fail(__FILE__, __LINE__, "a query with flags %#x succeeds",
		     data.flags);
}

static void call_unknown(void)
{
	static __thread union room room;
	const unsigned long request = _IOC(draw_below(4), draw_below(2) ? 'H' :
					   'b', draw_below(256),
					   draw_below(LONGEST + 1));

	for (size_t i = 0; i < sizeof(room.bytes); i += 8)
		room.bytes[i] = (unsigned char)draw();
	ioctl(draw_fd(), request, draw_place(&room));
}

static void call_sync(void)
{
	struct dma_buf_sync sync = {
		.flags = draw_below(8) ? draw_below(8) : draw_odd(),
	};
	const int ret = ioctl(draw_fd(), draw_size(DMA_BUF_IOCTL_SYNC),
			      draw_place(&sync));

	if (!ret && (sync.flags & ~7ull || !(sync.flags & DMA_BUF_SYNC_RW)))
		fail(__FILE__, __LINE__, "a sync with flags %#llx succeeds",
		     (unsigned long long)sync.flags);
}

static void call_name(void)
{
	char name[64];

	memset(name, 'x', sizeof(name));
	name[draw_below(sizeof(name))] = '\0';
	ioctl(draw_fd(), draw_below(2) ? DMA_BUF_SET_NAME_A : DMA_BUF_SET_NAME_B,
	      draw_place(name));
}

static void call_fences(void)
{
	struct dma_buf_export_sync_file export = {
		.flags = (uint32_t)draw_below(8),
	};
	struct dma_buf_import_sync_file import = {
		.flags = (uint32_t)draw_below(8),
		.fd = draw_fd(),
	};

	if (draw_below(2))
		ioctl(draw_fd(), DMA_BUF_IOCTL_IMPORT_SYNC_FILE,
		      draw_place(&import));
	else if (!ioctl(draw_fd(), DMA_BUF_IOCTL_EXPORT_SYNC_FILE,
			draw_place(&export)))
		keep_fd(export.fd);
}

/* Somebody else's dma-buf, which is to be told from ours. */
static void call_udmabuf(void)
{
	int memfd = memfd_create("foreign", MFD_ALLOW_SEALING);
	struct udmabuf_create create = {
		.memfd = (uint32_t)memfd,
		.size = 4096,
	};
	int ret;

	if (memfd < 0)
		return;
	if (!ftruncate(memfd, 4096) &&
	    !fcntl(memfd, F_ADD_SEALS, F_SEAL_SHRINK)) {
		ret = ioctl(draw_fd(), UDMABUF_CREATE, &create);
		if (ret > 0)
			keep_fd(ret);
	}
	close(memfd);
}

static void call_importer(void)
{
	struct importer_fill fill = {
		.offset = draw_len(),
		.len = (uint32_t)draw_len(),
		.value = (uint32_t)draw_below(300),
	};
	const unsigned long request = _IOC(0, 'I', draw_below(8), 0);

	if (!draw_below(8))
		keep_fd(open(IMPORTER_NODE, O_RDWR));
	if (draw_below(4))
		ioctl(draw_fd(), request, draw_below(2) ? draw_below(4) :
		      (uint64_t)draw_fd());
	else
		ioctl(draw_fd(), IMPORTER_FILL, draw_place(&fill));
}

const struct fuzz_kind ioctl_kinds[] = {
	{ "allocate", call_alloc },
	{ "view", call_view },
	{ "list", call_list },
	{ "query", call_query },
	{ "query buffer", call_query_buffer },
	{ "unknown ioctl", call_unknown },
	{ "sync", call_sync },
	{ "name", call_name },
	{ "fences", call_fences },
	{ "foreign buffer", call_udmabuf },
	{ "importer", call_importer },
	{ 0 }
};
