/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Buffers that processor and device write to, and what has to be in them.
 *
 * Whoever writes through these functions changes what is expected as well, so
 * a check is of everything that was ever written, and of what was not.
 */
#ifndef DEVICE_H
#define DEVICE_H

#include <linux/dma-buf.h>

#include "../../kernel/tests/dmabuf_heaps_importer.h"
#include "../uapi/harness.h"

/* What a device does with a mapping: enum dma_data_direction. */
enum direction { READS_AND_WRITES, READS, WRITES };

/**
 * struct buffer - a buffer, or a view of one
 * @fd: Its descriptor.
 * @len: Its size in bytes.
 * @mem: Where this process has it mapped.
 * @expected: What has to be in it; shared with children.
 */
struct buffer {
	int fd;
	size_t len;
	unsigned char *mem;
	unsigned char *expected;
};

/* Size in bytes: each of the tests looks at a part of a page. */
#define BUFFER_LEN KIB(12)

/* Zeros, mapped as the access mode allows. */
struct buffer new_buffer(const struct heap *heap, size_t len, int access_mode);

/* A part of one, in whole pages. */
struct buffer new_view(const struct heap *heap, const struct buffer *buffer,
		       size_t offset, size_t len, int access_mode);

/* DMA_BUF_IOCTL_SYNC, for DMA_BUF_SYNC_READ, WRITE or RW. */
void begin_access(const struct buffer *buffer, uint64_t what);
void end_access(const struct buffer *buffer, uint64_t what);

/*
 * Bytes that differ for each @seed, and so that those of one page are not those
 * of the next.
 */
void cpu_draws(const struct buffer *buffer, size_t offset, size_t len,
	       unsigned int seed);
/* The processor sees what is expected; check_cpu_reads() brackets that. */
void check_cpu_sees(const struct buffer *buffer);
void check_cpu_reads(const struct buffer *buffer);

/**
 * struct device - a buffer, mapped for the device
 * @buffer: The buffer.
 * @node: The open node, which is the attachment.
 * @mapping: Number of the mapping.
 */
struct device {
	const struct buffer *buffer;
	int node;
	int mapping;
};

/* The node of the device, attached to nothing. */
int open_edu(void);

/* Attaches and maps. */
struct device attach(const struct buffer *buffer, enum direction direction);
/* The device that touches nothing: nobody says of it that it sees caches. */
struct device attach_idle(const struct buffer *buffer,
			  enum direction direction);
/* Maps what is attached. */
struct device map_again(const struct device *device, enum direction direction);
void unmap(const struct device *device);

/* Memory that the device sees in one piece, around a byte. */
struct importer_segment piece_at(const struct device *device, size_t offset);

/* Most that the device can move at once, in bytes, wherever it lies. */
#define MOST_MOVED KIB(3)

void device_writes(const struct device *device, size_t offset, size_t len,
		   unsigned int seed);
void check_device_sees(const struct device *device, size_t offset, size_t len);

/* The driver draws, in one value, where the kernel has the buffer. */
void map_in_kernel(const struct device *device);
void kernel_draws(const struct device *device, size_t offset, size_t len,
		  unsigned char value);

/* Does the device get copies of memory instead of the memory (swiotlb)? */
bool bounces(void);
/* Does it see what is in the processors' caches? */
bool is_coherent(void);

#endif /* DEVICE_H */
