// SPDX-License-Identifier: GPL-2.0
/*
 * docs/interface.md, CPU access: accesses that overlap each other, or that are
 * not ended, and mappings that come and go during an access. Real programs do
 * this, so the exporter must not depend on what was begun before.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../uapi/tracing.h"
#include "device.h"

#define PAGES(n) ((n) * page_size())

TEST(map_during_write_access_reads_all_stores)
{
	const struct buffer buffer = new_buffer(heap, BUFFER_LEN, O_RDWR);
	struct device display;

	begin_access(&buffer, DMA_BUF_SYNC_WRITE);
	cpu_draws(&buffer, 0, 1000, 1);
	display = attach(&buffer, READS);
	cpu_draws(&buffer, 1000, 1000, 2);
	end_access(&buffer, DMA_BUF_SYNC_WRITE);
	check_device_sees(&display, 0, MOST_MOVED);
}

TEST(map_for_writing_during_write_access_keeps_all)
{
	const struct buffer buffer = new_buffer(heap, BUFFER_LEN, O_RDWR);
	struct device camera;

	begin_access(&buffer, DMA_BUF_SYNC_WRITE);
	cpu_draws(&buffer, 0, 1000, 1);
	camera = attach(&buffer, WRITES);
	cpu_draws(&buffer, 1000, 1000, 2);
	end_access(&buffer, DMA_BUF_SYNC_WRITE);
	device_writes(&camera, 2000, 1000, 3);
	check_cpu_reads(&buffer);
	unmap(&camera);
	check_cpu_sees(&buffer);
}

/* Declare an access @starts times before each frame is read, @ends times after. */
static void check_frames(const struct heap *heap, int starts, int ends,
			 uint64_t what)
{
	const struct buffer buffer = new_buffer(heap, BUFFER_LEN, O_RDWR);
	struct device camera = attach(&buffer, WRITES);

	for (unsigned int frame = 1; frame <= 2; frame++) {
		device_writes(&camera, 0, MOST_MOVED, frame);
		for (int i = 0; i < starts; i++)
			begin_access(&buffer, what);
		check_cpu_sees(&buffer);
		for (int i = 0; i < ends; i++)
			end_access(&buffer, what);
	}
	unmap(&camera);
	check_cpu_sees(&buffer);
}

/* Programs that only read often declare both directions and forget the end. */
TEST(start_rw_without_end_shows_each_frame)
{
	check_frames(heap, 1, 0, DMA_BUF_SYNC_RW);
}

TEST(start_read_without_end_shows_each_frame)
{
	check_frames(heap, 1, 0, DMA_BUF_SYNC_READ);
}

TEST(two_starts_and_one_end_show_each_frame)
{
	check_frames(heap, 2, 1, DMA_BUF_SYNC_RW);
}

TEST(one_start_and_two_ends_show_each_frame)
{
	check_frames(heap, 1, 2, DMA_BUF_SYNC_RW);
}

/* Begin an access in another process, which then drops the buffer and waits. */
static pid_t let_other_process_begin(const struct buffer *buffer, uint64_t what,
				     unsigned int times)
{
	int ready[2];
	pid_t pid;
	char byte;

	CHECK_EQUAL(pipe(ready), 0);
	pid = fork_child();
	if (!pid) {
		while (times--)
			begin_access(buffer, what);
		munmap(buffer->mem, buffer->len);
		close(buffer->fd);
		CHECK_EQUAL(write(ready[1], "", 1), 1);
		pause();
		_exit(1);
	}
	CHECK_EQUAL(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	close(ready[1]);
	return pid;
}

static void end_process(pid_t pid)
{
	kill(pid, SIGKILL);
	CHECK_EQUAL(waitpid(pid, NULL, 0), pid);
}

TEST(start_rw_of_other_process_hides_no_frame)
{
	const struct buffer buffer = new_buffer(heap, BUFFER_LEN, O_RDWR);
	struct device camera = attach(&buffer, WRITES);
	const pid_t other = let_other_process_begin(&buffer, DMA_BUF_SYNC_RW, 1);

	for (unsigned int frame = 1; frame <= 2; frame++) {
		device_writes(&camera, 0, MOST_MOVED, frame);
		check_cpu_reads(&buffer);
	}
	device_writes(&camera, 0, MOST_MOVED, 3);
	unmap(&camera);
	check_cpu_sees(&buffer);
	end_process(other);
}

/* The program drew into the buffer before the device had it. */
TEST(unmap_without_end_shows_the_device_data)
{
	const struct buffer buffer = new_buffer(heap, BUFFER_LEN, O_RDWR);
	struct device camera;

	begin_access(&buffer, DMA_BUF_SYNC_RW);
	cpu_draws(&buffer, 0, BUFFER_LEN, 1);
	camera = attach(&buffer, WRITES);
	device_writes(&camera, 500, 1000, 2);
	unmap(&camera);
	check_cpu_sees(&buffer);
}

static void other_process_draws(const struct buffer *buffer, size_t offset,
				size_t len, unsigned int seed)
{
	const pid_t pid = fork_child();

	if (!pid) {
		begin_access(buffer, DMA_BUF_SYNC_WRITE);
		cpu_draws(buffer, offset, len, seed);
		end_access(buffer, DMA_BUF_SYNC_WRITE);
		_exit(0);
	}
	check_child(pid);
}

/* A begin for writing must not discard stores of the access that is open. */
TEST(overlapping_write_accesses_keep_all_stores)
{
	const struct buffer buffer = new_buffer(heap, BUFFER_LEN, O_RDWR);
	struct device codec = attach(&buffer, READS_AND_WRITES);

	begin_access(&buffer, DMA_BUF_SYNC_WRITE);
	cpu_draws(&buffer, 0, 1000, 1);
	begin_access(&buffer, DMA_BUF_SYNC_WRITE);
	cpu_draws(&buffer, 1000, 1000, 2);
	other_process_draws(&buffer, 2000, 500, 3);
	cpu_draws(&buffer, 2500, 500, 4);
	end_access(&buffer, DMA_BUF_SYNC_WRITE);
	check_device_sees(&codec, 0, MOST_MOVED);
	end_access(&buffer, DMA_BUF_SYNC_WRITE);
	check_device_sees(&codec, 0, MOST_MOVED);
	check_cpu_reads(&buffer);
}

static void other_process_ends(const struct buffer *buffer)
{
	const pid_t pid = fork_child();

	if (!pid) {
		end_access(buffer, DMA_BUF_SYNC_WRITE);
		_exit(0);
	}
	check_child(pid);
}

TEST(access_ended_by_other_process_reaches_device)
{
	const struct buffer buffer = new_buffer(heap, BUFFER_LEN, O_RDWR);
	struct device codec = attach(&buffer, READS_AND_WRITES);

	begin_access(&buffer, DMA_BUF_SYNC_WRITE);
	cpu_draws(&buffer, 0, 1000, 1);
	other_process_ends(&buffer);
	check_device_sees(&codec, 0, 1000);
	device_writes(&codec, 500, 1000, 2);
	check_cpu_reads(&buffer);
}

/* Count the bytes that a begin syncs, for the CPU and for devices. */
static size_t synced_by_begin(const struct buffer *buffer, uint64_t what)
{
	char line[MOST_EVENT];
	size_t bytes = 0, len;
	FILE *trace;

	begin_tracing("dmabuf_heaps/dma_heap_sync");
	begin_access(buffer, what);
	trace = end_tracing("dmabuf_heaps/dma_heap_sync");
	while (next_event(trace, line)) {
		const int fields = sscanf(strstr(line, " len="), " len=%zu",
					  &len);

		CHECK_EQUAL(fields, 1);
		bytes += len;
	}
	fclose(trace);
	return bytes;
}

/* A coherent device that is not bounced needs no sync at all. */
static size_t synced_frame(const struct buffer *buffer)
{
	return is_coherent() && !bounces() ? 0 : buffer->len;
}

TEST(begin_write_syncs_nothing)
{
	const struct buffer buffer = new_buffer(heap, BUFFER_LEN, O_RDWR);

	attach(&buffer, READS_AND_WRITES);
	CHECK_EQUAL((long long)synced_by_begin(&buffer, DMA_BUF_SYNC_WRITE), 0);
	CHECK_EQUAL((long long)synced_by_begin(&buffer, DMA_BUF_SYNC_RW),
		    (long long)synced_frame(&buffer));
}

TEST(begin_costs_the_same_beside_open_accesses)
{
	const struct buffer buffer = new_buffer(heap, BUFFER_LEN, O_RDWR);
	pid_t other;

	attach(&buffer, WRITES);
	other = let_other_process_begin(&buffer, DMA_BUF_SYNC_RW, 1000);
	CHECK_EQUAL((long long)synced_by_begin(&buffer, DMA_BUF_SYNC_READ),
		    (long long)synced_frame(&buffer));
	end_process(other);
}

/* Bytes of a view are synced alone, so that stores beside it survive. */
TEST(begin_of_a_view_leaves_other_pages_alone)
{
	const struct buffer buffer = new_buffer(heap, PAGES(3), O_RDWR);
	const struct buffer first = new_view(heap, &buffer, 0, PAGES(1), O_RDWR);
	const struct buffer second = new_view(heap, &buffer, PAGES(1), PAGES(1),
					      O_RDWR);
	struct device camera = attach(&buffer, WRITES);

	begin_access(&second, DMA_BUF_SYNC_WRITE);
	cpu_draws(&second, 0, 1000, 1);
	device_writes(&camera, 0, 1000, 2);
	check_cpu_reads(&first);
	cpu_draws(&second, 1000, 1000, 3);
	end_access(&second, DMA_BUF_SYNC_WRITE);
	check_cpu_reads(&buffer);
}
