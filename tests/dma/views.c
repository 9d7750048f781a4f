// SPDX-License-Identifier: GPL-2.0
/* docs/interface.md, Views: what goes through them is where it belongs. */
#include <fcntl.h>

#include "device.h"

#define PAGES(n) ((n) * page_size())

/* Read brackets, and those of programs that say both to be safe. */
TEST(read_only_view_shows_each_frame_of_a_device)
{
	const struct buffer buffer = new_buffer(heap, PAGES(3), O_RDWR);
	const struct buffer view = new_view(heap, &buffer, 0, PAGES(3), O_RDONLY);
	struct device camera = attach(&buffer, WRITES);

	for (unsigned int frame = 1; frame <= 2; frame++) {
		device_writes(&camera, 100, MOST_MOVED, frame);
		check_cpu_reads(&view);
		begin_access(&view, DMA_BUF_SYNC_RW);
		check_cpu_sees(&view);
		end_access(&view, DMA_BUF_SYNC_RW);
	}
	unmap(&camera);
	check_cpu_sees(&view);
}

TEST(bracket_of_a_view_is_for_its_part_alone)
{
	const struct buffer buffer = new_buffer(heap, PAGES(3), O_RDWR);
	const struct buffer view = new_view(heap, &buffer, PAGES(1), PAGES(1),
					    O_RDONLY);
	struct device camera = attach(&buffer, WRITES);

	device_writes(&camera, PAGES(1) - KIB(1), KIB(2), 1);
	device_writes(&camera, PAGES(2) - KIB(1), KIB(2), 1);
	check_cpu_reads(&view);
	CHECK_EQUAL(is_zero(buffer.mem, PAGES(1)), bounces());
	CHECK_EQUAL(is_zero(buffer.mem + PAGES(2), PAGES(1)), bounces());
	check_cpu_reads(&buffer);
}

TEST(device_reads_what_was_drawn_through_a_view)
{
	const struct buffer buffer = new_buffer(heap, PAGES(3), O_RDWR);
	const struct buffer view = new_view(heap, &buffer, PAGES(1), PAGES(2),
					    O_RDWR);
	struct device codec = attach(&buffer, READS_AND_WRITES);

	device_writes(&codec, PAGES(1) - KIB(1), KIB(2), 1);
	begin_access(&view, DMA_BUF_SYNC_RW);
	cpu_draws(&view, 500, 1000, 2);
	end_access(&view, DMA_BUF_SYNC_RW);
	check_device_sees(&codec, PAGES(1) - KIB(1), MOST_MOVED);
	check_cpu_reads(&buffer);
}

/* Its second page is the last one of the buffer. */
TEST(device_has_a_view_at_its_place)
{
	const struct buffer buffer = new_buffer(heap, PAGES(3), O_RDWR);
	const struct buffer view = new_view(heap, &buffer, PAGES(1), PAGES(2),
					    O_RDWR);
	struct device codec = attach(&view, READS_AND_WRITES);

	device_writes(&codec, 0, KIB(1), 1);
	device_writes(&codec, PAGES(2) - KIB(1), KIB(1), 1);
	check_cpu_reads(&buffer);
	begin_access(&buffer, DMA_BUF_SYNC_WRITE);
	cpu_draws(&buffer, 0, buffer.len, 2);
	end_access(&buffer, DMA_BUF_SYNC_WRITE);
	check_device_sees(&codec, PAGES(1) - KIB(1), KIB(2));
	map_in_kernel(&codec);
	kernel_draws(&codec, PAGES(1), PAGES(1), 0xa5);
	unmap(&codec);
	check_cpu_sees(&buffer);
}

TEST(view_of_a_view_is_at_its_place)
{
	const struct buffer buffer = new_buffer(heap, PAGES(4), O_RDWR);
	const struct buffer outer = new_view(heap, &buffer, PAGES(1), PAGES(3),
					     O_RDWR);
	const struct buffer inner = new_view(heap, &outer, PAGES(1), PAGES(1),
					     O_RDONLY);
	struct device camera = attach(&inner, WRITES);
	struct device display = attach(&outer, READS);

	device_writes(&camera, 0, KIB(2), 1);
	check_cpu_reads(&inner);
	check_cpu_reads(&outer);
	begin_access(&outer, DMA_BUF_SYNC_RW);
	cpu_draws(&outer, PAGES(1) - 100, 200, 2);
	end_access(&outer, DMA_BUF_SYNC_RW);
	check_device_sees(&display, PAGES(1) - KIB(1), KIB(2));
	unmap(&camera);
	check_cpu_sees(&buffer);
}
