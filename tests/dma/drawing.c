// SPDX-License-Identifier: GPL-2.0
/*
 * docs/interface.md, CPU access: what the processor writes, a device reads; and
 * what both write into one frame is all there.
 */
#include <fcntl.h>

#include "device.h"

static void cpu_draws_in_bracket(const struct buffer *buffer, size_t offset,
				 size_t len, unsigned int seed)
{
	begin_access(buffer, DMA_BUF_SYNC_WRITE);
	cpu_draws(buffer, offset, len, seed);
	end_access(buffer, DMA_BUF_SYNC_WRITE);
}

TEST(device_reads_each_frame_of_the_cpu)
{
	const struct buffer buffer = new_buffer(heap, BUFFER_LEN, O_RDWR);
	struct device display = attach(&buffer, READS);

	for (unsigned int frame = 1; frame <= 2; frame++) {
		cpu_draws_in_bracket(&buffer, KIB(3), MOST_MOVED, frame);
		check_device_sees(&display, KIB(3), MOST_MOVED);
	}
}

/* What nobody uses needs no bracket. */
TEST(device_reads_what_was_drawn_before_it_was_mapped)
{
	const struct buffer buffer = new_buffer(heap, BUFFER_LEN, O_RDWR);
	struct device display;

	cpu_draws(&buffer, 0, MOST_MOVED, 1);
	display = attach(&buffer, READS);
	check_device_sees(&display, 0, MOST_MOVED);

	unmap(&display);
	cpu_draws(&buffer, KIB(1), KIB(1), 2);
	display = map_again(&display, READS);
	check_device_sees(&display, 0, MOST_MOVED);
}

TEST(overlay_and_frame_below_it_are_kept)
{
	const struct buffer buffer = new_buffer(heap, BUFFER_LEN, O_RDWR);
	struct device camera = attach(&buffer, WRITES);
	struct device display;

	device_writes(&camera, 0, MOST_MOVED, 1);
	begin_access(&buffer, DMA_BUF_SYNC_RW);
	check_cpu_sees(&buffer);
	cpu_draws(&buffer, 1000, 500, 2);
	end_access(&buffer, DMA_BUF_SYNC_RW);
	check_cpu_reads(&buffer);

	unmap(&camera);
	check_cpu_sees(&buffer);
	display = map_again(&camera, READS);
	check_device_sees(&display, 0, MOST_MOVED);
}

/* Write some bytes within the device's data and at its edges, and read none. */
TEST(write_in_part_keeps_the_bytes_beside_it)
{
	const struct buffer buffer = new_buffer(heap, BUFFER_LEN, O_RDWR);
	struct device codec = attach(&buffer, READS_AND_WRITES);

	device_writes(&codec, 1001, 1999, 1);
	begin_access(&buffer, DMA_BUF_SYNC_RW);
	cpu_draws(&buffer, 999, 2, 2);
	cpu_draws(&buffer, 1500, 1, 2);
	cpu_draws(&buffer, 3000, 3, 2);
	end_access(&buffer, DMA_BUF_SYNC_RW);
	check_device_sees(&codec, 500, MOST_MOVED);
	check_cpu_reads(&buffer);
}

TEST(device_reads_what_the_kernel_drew)
{
	const struct buffer buffer = new_buffer(heap, BUFFER_LEN, O_RDWR);
	struct device codec = attach(&buffer, READS_AND_WRITES);

	map_in_kernel(&codec);
	device_writes(&codec, 0, KIB(2), 1);
	kernel_draws(&codec, KIB(1), KIB(2), 0xa5);
	check_device_sees(&codec, 0, MOST_MOVED);
	check_cpu_reads(&buffer);
}

/* Devices may do as they like; it is processes that can't write. */
TEST(device_reads_read_only_buffer_drawn_by_kernel)
{
	const struct buffer buffer = new_buffer(heap, BUFFER_LEN, O_RDONLY);
	struct device display = attach(&buffer, READS);

	map_in_kernel(&display);
	kernel_draws(&display, KIB(1), KIB(2), 0xa5);
	check_device_sees(&display, 0, MOST_MOVED);
	check_cpu_reads(&buffer);
}
