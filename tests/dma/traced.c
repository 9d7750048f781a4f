// SPDX-License-Identifier: GPL-2.0
/*
 * docs/ABI/tracepoints-dmabuf_heaps: what becomes of a buffer, each event with what
 * this program knows of it.
 */
#include <dirent.h>
#include <fcntl.h>
#include <linux/dma-heap.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../uapi/tracing.h"
#include "device.h"

#define EVENTS "dmabuf_heaps"
#define DRIVER "/sys/bus/pci/drivers/dmabuf_heaps_edu"

/* As the kernel calls the device: what its driver has that is no file of it. */
static void name_of_device(char name[256])
{
	DIR *folder = opendir(DRIVER);
	struct dirent *entry;

	CHECK(folder);
	do {
		entry = readdir(folder);
		CHECK(entry);
	} while (!strchr(entry->d_name, ':'));
	strcpy(name, entry->d_name);
	closedir(folder);
}

/* The only one that is lent. */
static uint64_t number_of_buffer(const struct heap *heap)
{
	struct dma_heap_list_entry entry;
	struct dma_heap_list_data data = {
		.entries = (uintptr_t)&entry,
		.nr_entries = 1,
		.entry_size = sizeof(entry),
	};

	CHECK_EQUAL(ioctl(heap->fd, DMA_HEAP_IOCTL_LIST, &data), 0);
	CHECK_EQUAL(data.nr_entries, 1);
	return entry.buffer;
}

static void expect(FILE *trace, const char *event, const char *fields)
{
	char text[MOST_EVENT];

	snprintf(text, sizeof(text), "%s: %s", event, fields);
	check_next_event(trace, text);
}

TEST(what_becomes_of_a_buffer_is_traced)
{
	char device[256], loan[128], mapping[384], line[MOST_EVENT];
	const bool is_maintained = bounces() || !is_coherent();
	struct buffer buffer = { .len = BUFFER_LEN };
	struct device camera;
	struct stat st;
	FILE *trace;

	name_of_device(device);
	begin_tracing(EVENTS "/dma_heap_alloc");
	buffer.fd = alloc(heap, buffer.len, O_RDWR);
	trace = end_tracing(EVENTS "/dma_heap_alloc");
	CHECK_EQUAL(fstat(buffer.fd, &st), 0);
	snprintf(loan, sizeof(loan), "heap=%s buffer=%llu len=%zu", heap->name,
		 (unsigned long long)number_of_buffer(heap), buffer.len);
	expect(trace, "dma_heap_alloc", loan);
	CHECK(!next_event(trace, line));

	begin_tracing(EVENTS);
	camera = attach(&buffer, WRITES);
	begin_access(&buffer, DMA_BUF_SYNC_READ);
	end_access(&buffer, DMA_BUF_SYNC_READ);
	unmap(&camera);
	close(camera.node);
	close(buffer.fd);
	trace = end_tracing(EVENTS);

	snprintf(mapping, sizeof(mapping),
		 "dev=%s inode=%lu len=%zu direction=from-device", device,
		 (unsigned long)st.st_ino, buffer.len);
	expect(trace, "dma_heap_map", mapping);
	for (int i = 0; is_maintained && i < 2; i++) {
		char sync[320];

		/* Before the access; and for what comes after the unmap. */
		snprintf(sync, sizeof(sync), "dev=%s len=%zu for=cpu", device,
			 buffer.len);
		expect(trace, "dma_heap_sync", sync);
	}
	expect(trace, "dma_heap_unmap", mapping);
	expect(trace, "dma_heap_free", loan);
	CHECK(!next_event(trace, line));
}
