// SPDX-License-Identifier: GPL-2.0
/*
 * docs/interface.md, Devices: a buffer mapped for more than one device, or more
 * than once for one.
 *
 * Where devices get copies, these only meet in the memory: the processor has to
 * bring the one there and the other from there, with a bracket for both
 * reading and writing. Elsewhere that is not needed, and does no harm.
 */
#include <fcntl.h>

#include "device.h"

static void let_copies_meet(const struct buffer *buffer)
{
	begin_access(buffer, DMA_BUF_SYNC_RW);
	end_access(buffer, DMA_BUF_SYNC_RW);
}

TEST(frame_goes_from_one_attachment_to_another)
{
	const struct buffer buffer = new_buffer(heap, BUFFER_LEN, O_RDWR);
	struct device camera = attach(&buffer, WRITES);
	struct device encoder = attach(&buffer, READS);

	for (unsigned int frame = 1; frame <= 2; frame++) {
		device_writes(&camera, frame * 100, KIB(2), frame);
		let_copies_meet(&buffer);
		check_device_sees(&encoder, 0, MOST_MOVED);
	}
}

TEST(attachment_mapped_for_reading_and_for_writing)
{
	const struct buffer buffer = new_buffer(heap, BUFFER_LEN, O_RDWR);
	struct device writer = attach(&buffer, WRITES);
	struct device reader = map_again(&writer, READS);

	device_writes(&writer, 0, 2000, 1);
	begin_access(&buffer, DMA_BUF_SYNC_RW);
	check_cpu_sees(&buffer);
	cpu_draws(&buffer, 1000, 500, 2);
	end_access(&buffer, DMA_BUF_SYNC_RW);
	check_device_sees(&reader, 0, MOST_MOVED);
	unmap(&reader);
	check_cpu_reads(&buffer);
	unmap(&writer);
	check_cpu_sees(&buffer);
}

TEST(attachment_mapped_twice_for_reading)
{
	const struct buffer buffer = new_buffer(heap, BUFFER_LEN, O_RDWR);
	struct device first = attach(&buffer, READS);
	struct device second = map_again(&first, READS);

	begin_access(&buffer, DMA_BUF_SYNC_WRITE);
	cpu_draws(&buffer, 0, 1000, 1);
	end_access(&buffer, DMA_BUF_SYNC_WRITE);
	check_device_sees(&first, 0, 1500);
	check_device_sees(&second, 0, 1500);
}

/* Not where devices get copies: each would be the last to be copied back. */
TEST(attachment_mapped_twice_for_writing)
{
	const struct buffer buffer = new_buffer(heap, BUFFER_LEN, O_RDWR);
	struct device first = attach(&buffer, WRITES);
	struct device second = map_again(&first, READS_AND_WRITES);

	device_writes(&first, 0, 1000, 1);
	device_writes(&second, 500, 1000, 2);
	check_device_sees(&second, 0, MOST_MOVED);
	begin_access(&buffer, DMA_BUF_SYNC_RW);
	check_cpu_sees(&buffer);
	cpu_draws(&buffer, 800, 100, 3);
	end_access(&buffer, DMA_BUF_SYNC_RW);
	unmap(&second);
	check_cpu_reads(&buffer);
	unmap(&first);
	check_cpu_sees(&buffer);
}
