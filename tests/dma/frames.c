// SPDX-License-Identifier: GPL-2.0
/*
 * docs/interface.md, CPU access and Devices: what a device writes, the processor
 * reads.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#include "device.h"

TEST(cpu_reads_each_frame_of_a_device)
{
	const enum direction directions[] = { WRITES, READS_AND_WRITES };
	const struct buffer buffer = new_buffer(heap, BUFFER_LEN, O_RDWR);

	for (size_t i = 0; i < ARRAY_SIZE(directions); i++) {
		struct device camera = attach(&buffer, directions[i]);

		for (unsigned int frame = 1; frame <= 2; frame++) {
			device_writes(&camera, 100, MOST_MOVED, frame);
			check_cpu_reads(&buffer);
		}
		unmap(&camera);
	}
}

TEST(cpu_reads_what_was_written_before_unmap)
{
	const struct buffer buffer = new_buffer(heap, BUFFER_LEN, O_RDWR);
	struct device camera = attach(&buffer, WRITES);

	for (unsigned int frame = 1; frame <= 2; frame++) {
		device_writes(&camera, frame * KIB(4), KIB(1), frame);
		unmap(&camera);
		check_cpu_sees(&buffer);
		camera = map_again(&camera, WRITES);
	}
}

/* Read brackets, and those of programs that say both to be safe. */
TEST(cpu_reads_each_frame_of_a_read_only_buffer)
{
	const struct buffer buffer = new_buffer(heap, BUFFER_LEN, O_RDONLY);
	struct device camera = attach(&buffer, WRITES);

	for (unsigned int frame = 1; frame <= 2; frame++) {
		device_writes(&camera, 0, MOST_MOVED, frame);
		begin_access(&buffer, DMA_BUF_SYNC_RW);
		check_cpu_sees(&buffer);
		end_access(&buffer, DMA_BUF_SYNC_RW);
		check_cpu_reads(&buffer);
	}

	/* A part of a frame leaves the rest of the one before. */
	unmap(&camera);
	camera = map_again(&camera, WRITES);
	device_writes(&camera, KIB(1), KIB(1), 3);
	check_cpu_reads(&buffer);
	unmap(&camera);
	check_cpu_sees(&buffer);
}

/* Memory that was full of something a moment ago. */
static void leave_traces(const struct heap *heap)
{
	void *mem[16];

	for (size_t i = 0; i < ARRAY_SIZE(mem); i++) {
		mem[i] = alloc_mapped(heap, BUFFER_LEN);
		memset(mem[i], 0xff, BUFFER_LEN);
	}
	for (size_t i = 0; i < ARRAY_SIZE(mem); i++)
		CHECK_EQUAL(munmap(mem[i], BUFFER_LEN), 0);
}

TEST(new_buffer_is_zero_for_a_device)
{
	leave_traces(heap);

	const struct buffer buffer = new_buffer(heap, BUFFER_LEN, O_RDWR);
	struct device display = attach(&buffer, READS);

	check_device_sees(&display, 0, MOST_MOVED);
	check_device_sees(&display, KIB(9), MOST_MOVED);
}

TEST(what_a_device_does_not_write_stays_zero)
{
	leave_traces(heap);

	const struct buffer buffer = new_buffer(heap, BUFFER_LEN, O_RDWR);
	struct device camera = attach(&buffer, WRITES);

	device_writes(&camera, 4001, 99, 1);
	unmap(&camera);
	check_cpu_sees(&buffer);
}
