// SPDX-License-Identifier: GPL-2.0
/* kernel/tests/dmabuf_heaps_importer.h: what the importers refuse, and how. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "device.h"

static const char * const nodes[] = { IMPORTER_NODE, EDU_NODE };

/* Opens each of the importers in turn. */
static int open_node(size_t i)
{
	int node = open(nodes[i], O_RDWR | O_CLOEXEC);

	CHECK(node >= 0);
	return node;
}

/* Of a word: nothing is left of it in half of one. */
#define HIGHEST_BIT (~0ul - ~0ul / 2)

/* No number that these calls take. */
static const unsigned long bad_numbers[] = { 3, 4, HIGHEST_BIT, ~0ul };

TEST(importer_that_has_nothing_has_nothing_to_undo)
{
	const unsigned long calls[] = {
		IMPORTER_DETACH, IMPORTER_MAP, IMPORTER_UNMAP, IMPORTER_VMAP,
		IMPORTER_VUNMAP, IMPORTER_BEGIN, IMPORTER_END, IMPORTER_TRIM,
	};
	struct importer_segment piece = { 0 };
	struct importer_fill fill = { .len = 1 };

	for (size_t n = 0; n < ARRAY_SIZE(nodes); n++) {
		int node = open_node(n);

		for (size_t i = 0; i < ARRAY_SIZE(calls); i++)
			CHECK_ERRNO(ioctl(node, calls[i], 0), EINVAL);
		CHECK_ERRNO(ioctl(node, IMPORTER_SEGMENT, &piece), EINVAL);
		CHECK_ERRNO(ioctl(node, IMPORTER_FILL, &fill), EINVAL);
		CHECK_ERRNO(ioctl(node, IMPORTER_ATTACH, -1), EBADF);
		CHECK_ERRNO(ioctl(node, IMPORTER_ATTACH, node), EINVAL);
		CHECK_ERRNO(ioctl(node, _IO('I', 14), 0), ENOTTY);
	}
}

TEST(importer_maps_a_few_times)
{
	for (size_t n = 0; n < ARRAY_SIZE(nodes); n++) {
		int node = open_node(n), buf = alloc(heap, 1, O_RDWR);

		CHECK_EQUAL(ioctl(node, IMPORTER_ATTACH, buf), 0);
		CHECK_ERRNO(ioctl(node, IMPORTER_ATTACH, buf), EBUSY);
		for (size_t i = 0; i < ARRAY_SIZE(bad_numbers); i++) {
			CHECK_ERRNO(ioctl(node, IMPORTER_MAP, bad_numbers[i]),
				    EINVAL);
			CHECK_ERRNO(ioctl(node, IMPORTER_BEGIN, bad_numbers[i]),
				    EINVAL);
			CHECK_ERRNO(ioctl(node, IMPORTER_END, bad_numbers[i]),
				    EINVAL);
		}
		for (int i = 0; i < IMPORTER_MAPPINGS; i++)
			CHECK_EQUAL(ioctl(node, IMPORTER_MAP, i % 3), i);
		CHECK_ERRNO(ioctl(node, IMPORTER_MAP, READS), EBUSY);
		CHECK_ERRNO(ioctl(node, IMPORTER_DETACH), EBUSY);
		CHECK_EQUAL(ioctl(node, IMPORTER_UNMAP, 1), 0);
		CHECK_ERRNO(ioctl(node, IMPORTER_UNMAP, 1), EINVAL);
		CHECK_ERRNO(ioctl(node, IMPORTER_UNMAP, HIGHEST_BIT), EINVAL);
		CHECK_ERRNO(ioctl(node, IMPORTER_UNMAP, IMPORTER_MAPPINGS),
			    EINVAL);
		CHECK_EQUAL(ioctl(node, IMPORTER_MAP, WRITES), 1);
		close(node);
	}
}

TEST(importer_has_the_kernel_fill_what_is_there)
{
	const struct buffer buffer = new_buffer(heap, BUFFER_LEN, O_RDWR);
	const struct importer_fill bad[] = {
		{ .offset = 0, .len = 0 },
		{ .offset = BUFFER_LEN, .len = 1 },
		{ .offset = BUFFER_LEN - 1, .len = 2 },
		{ .offset = ~0ull, .len = 2 },
		{ .offset = 0, .len = 1, .value = 256 },
	};

	for (size_t n = 0; n < ARRAY_SIZE(nodes); n++) {
		int node = open_node(n);

		CHECK_EQUAL(ioctl(node, IMPORTER_ATTACH, buffer.fd), 0);
		CHECK_EQUAL(ioctl(node, IMPORTER_VMAP), 0);
		CHECK_ERRNO(ioctl(node, IMPORTER_VMAP), EBUSY);
		CHECK_ERRNO(ioctl(node, IMPORTER_DETACH), EBUSY);
		for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
			CHECK_ERRNO(ioctl(node, IMPORTER_FILL, &bad[i]), EINVAL);
		CHECK_ERRNO(ioctl(node, IMPORTER_FILL, NULL), EFAULT);
		close(node);
	}
	check_cpu_sees(&buffer);
}

/* Of a window that stays as it is. */
static void check_refused(const struct device *device,
			  struct importer_transfer transfer)
{
	transfer.mapping = (uint32_t)device->mapping;
	CHECK_ERRNO(ioctl(device->node, IMPORTER_DMA_READ, &transfer), EINVAL);
	CHECK_ERRNO(ioctl(device->node, IMPORTER_DMA_WRITE, &transfer), EINVAL);
}

TEST(device_moves_only_what_is_there)
{
	const struct buffer buffer = new_buffer(heap, MIB(1), O_RDWR);
	struct device codec = attach(&buffer, READS_AND_WRITES);
	struct importer_segment last = { .offset = buffer.len - 1 };
	const struct importer_transfer bad[] = {
		{ .len = 0 },
		{ .len = EDU_WINDOW + 1 },
		{ .len = 1, .window = EDU_WINDOW },
		{ .len = 2, .window = EDU_WINDOW - 1 },
		{ .len = ~0ull, .window = 1 },
		{ .len = 1, .window = ~0u },
		{ .offset = buffer.len, .len = 1 },
		{ .offset = buffer.len - 1, .len = 2 },
		{ .offset = ~0ull, .len = 1 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		check_refused(&codec, bad[i]);

	CHECK_EQUAL(ioctl(codec.node, IMPORTER_SEGMENT, &last), 0);
	CHECK_EQUAL((long long)(last.offset + last.len), (long long)buffer.len);
	if (bounces())
		CHECK(last.offset > 0);
	if (last.offset)
		check_refused(&codec, (struct importer_transfer){
			.offset = last.offset - 1, .len = 2 });
	last.offset = buffer.len;
	CHECK_ERRNO(ioctl(codec.node, IMPORTER_SEGMENT, &last), EINVAL);

	unmap(&codec);
	check_refused(&codec, (struct importer_transfer){ .len = 1 });
	codec.mapping = IMPORTER_MAPPINGS;
	check_refused(&codec, (struct importer_transfer){ .len = 1 });
	CHECK_ERRNO(ioctl(codec.node, IMPORTER_DMA_READ, NULL), EFAULT);
	CHECK_ERRNO(ioctl(codec.node, IMPORTER_DMA_WRITE, NULL), EFAULT);
	CHECK_ERRNO(ioctl(open_node(0), IMPORTER_DMA_READ, NULL), ENOTTY);
	check_cpu_reads(&buffer);
}

TEST(device_transfers_in_mapped_direction_only)
{
	const struct buffer buffer = new_buffer(heap, BUFFER_LEN, O_RDWR);
	struct device reader = attach(&buffer, READS);
	struct device writer = map_again(&reader, WRITES);
	struct importer_transfer transfer = { .len = 1 };

	transfer.mapping = (uint32_t)reader.mapping;
	CHECK_ERRNO(ioctl(reader.node, IMPORTER_DMA_WRITE, &transfer), EINVAL);
	transfer.mapping = (uint32_t)writer.mapping;
	CHECK_ERRNO(ioctl(writer.node, IMPORTER_DMA_READ, &transfer), EINVAL);
}

TEST(window_holds_what_was_put_there)
{
	static const char text[] = "a window is no stream";
	char seen[sizeof(text)], byte = 0;
	void *volatile nowhere = NULL;
	int node = open_edu();

	CHECK_EQUAL(pwrite(node, text, sizeof(text), EDU_WINDOW - sizeof(text)),
		    sizeof(text));
	CHECK_EQUAL(pread(node, seen, sizeof(text), EDU_WINDOW - sizeof(text)),
		    sizeof(text));
	CHECK(!strcmp(seen, text));
	CHECK_EQUAL(pread(node, &byte, 0, EDU_WINDOW), 0);
	CHECK_EQUAL(pwrite(node, &byte, 0, EDU_WINDOW), 0);
	CHECK_ERRNO(pread(node, &byte, 1, EDU_WINDOW), EINVAL);
	CHECK_ERRNO(pwrite(node, &byte, 1, EDU_WINDOW), EINVAL);
	CHECK_ERRNO(pread(node, seen, 2, EDU_WINDOW - 1), EINVAL);
	CHECK_ERRNO(pread(node, nowhere, 1, 0), EFAULT);
	CHECK_ERRNO(pwrite(node, nowhere, 1, 0), EFAULT);
}
