// SPDX-License-Identifier: GPL-2.0
/*
 * docs/interface.md, CPU access: devices come and go, and other processes begin
 * and end, while somebody is writing. Who writes loses nothing by it.
 *
 * A device does not write here while the processor may: bouncing copies whole
 * buffers, and would lose it.
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

TEST(device_may_come_while_the_cpu_writes)
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

TEST(writing_device_may_come_while_the_cpu_writes)
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

TEST(device_may_go_while_the_cpu_writes)
{
	const struct buffer buffer = new_buffer(heap, BUFFER_LEN, O_RDWR);
	struct device camera = attach(&buffer, WRITES), display;

	device_writes(&camera, 0, 2000, 1);
	begin_access(&buffer, DMA_BUF_SYNC_RW);
	cpu_draws(&buffer, 500, 100, 2);
	unmap(&camera);
	check_cpu_sees(&buffer);
	cpu_draws(&buffer, 600, 100, 3);
	end_access(&buffer, DMA_BUF_SYNC_RW);
	check_cpu_sees(&buffer);
	display = map_again(&camera, READS);
	check_device_sees(&display, 0, MOST_MOVED);
}

static void other_process_reads(const struct buffer *buffer)
{
	const pid_t pid = fork_child();

	if (!pid) {
		check_cpu_reads(buffer);
		_exit(0);
	}
	check_child(pid);
}

TEST(reader_sees_the_device_and_takes_nothing_from_the_writer)
{
	const struct buffer buffer = new_buffer(heap, BUFFER_LEN, O_RDWR);
	struct device camera = attach(&buffer, WRITES);

	device_writes(&camera, 0, 1000, 1);
	begin_access(&buffer, DMA_BUF_SYNC_WRITE);
	cpu_draws(&buffer, 1000, 1000, 2);
	other_process_reads(&buffer);
	check_cpu_sees(&buffer);
	cpu_draws(&buffer, 2000, 500, 3);
	end_access(&buffer, DMA_BUF_SYNC_WRITE);
	check_cpu_reads(&buffer);
}

/* Once nobody writes, what the device wrote last is what counts again. */
TEST(reader_sees_the_device_after_the_last_writer)
{
	const struct buffer buffer = new_buffer(heap, BUFFER_LEN, O_RDWR);
	struct device camera = attach(&buffer, WRITES);

	begin_access(&buffer, DMA_BUF_SYNC_WRITE);
	cpu_draws(&buffer, 0, 1000, 1);
	other_process_reads(&buffer);
	end_access(&buffer, DMA_BUF_SYNC_WRITE);
	device_writes(&camera, 500, 1000, 2);
	other_process_reads(&buffer);
	check_cpu_reads(&buffer);
}

/* It is killed with its access open. */
static void other_process_dies_writing(const struct buffer *buffer)
{
	const pid_t pid = fork_child();
	int status;

	if (!pid) {
		begin_access(buffer, DMA_BUF_SYNC_WRITE);
		raise(SIGKILL);
	}
	CHECK_EQUAL(waitpid(pid, &status, 0), pid);
	CHECK(WIFSIGNALED(status));
}

TEST(writer_that_died_has_no_say)
{
	const struct buffer buffer = new_buffer(heap, BUFFER_LEN, O_RDWR);
	struct device camera = attach(&buffer, WRITES);

	other_process_dies_writing(&buffer);
	device_writes(&camera, 0, 1000, 1);
	check_cpu_reads(&buffer);
	other_process_dies_writing(&buffer);
	device_writes(&camera, 500, 1000, 2);
	unmap(&camera);
	check_cpu_sees(&buffer);
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

TEST(access_may_be_ended_by_another_process)
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

static void other_process_writes(const struct buffer *buffer)
{
	const pid_t pid = fork_child();

	if (!pid) {
		begin_access(buffer, DMA_BUF_SYNC_WRITE);
		cpu_draws(buffer, 1000, 1000, 3);
		end_access(buffer, DMA_BUF_SYNC_WRITE);
		_exit(0);
	}
	check_child(pid);
}

TEST(writers_take_nothing_from_each_other)
{
	const struct buffer buffer = new_buffer(heap, BUFFER_LEN, O_RDWR);
	struct device codec = attach(&buffer, READS_AND_WRITES);

	device_writes(&codec, 0, 3000, 1);
	begin_access(&buffer, DMA_BUF_SYNC_WRITE);
	cpu_draws(&buffer, 0, 1000, 2);
	other_process_writes(&buffer);
	check_cpu_sees(&buffer);
	cpu_draws(&buffer, 2000, 500, 4);
	other_process_reads(&buffer);
	end_access(&buffer, DMA_BUF_SYNC_WRITE);
	check_device_sees(&codec, 0, 3000);
	check_cpu_reads(&buffer);
}

/* As a library does within a program that has begun itself. */
TEST(access_lasts_until_its_last_part_has_ended)
{
	const struct buffer buffer = new_buffer(heap, BUFFER_LEN, O_RDWR);
	struct device codec = attach(&buffer, READS_AND_WRITES);

	device_writes(&codec, 0, 3000, 1);
	begin_access(&buffer, DMA_BUF_SYNC_WRITE);
	cpu_draws(&buffer, 0, 1000, 2);
	begin_access(&buffer, DMA_BUF_SYNC_WRITE);
	cpu_draws(&buffer, 1000, 1000, 3);
	end_access(&buffer, DMA_BUF_SYNC_WRITE);
	cpu_draws(&buffer, 2000, 500, 4);
	other_process_reads(&buffer);
	check_cpu_sees(&buffer);
	end_access(&buffer, DMA_BUF_SYNC_WRITE);
	check_device_sees(&codec, 0, 3000);
	check_cpu_reads(&buffer);
}

/* Parts that begin and end within each other, begun in no order. */
TEST(writers_of_parts_take_nothing_from_the_device_or_each_other)
{
	const struct { size_t first, pages; } parts[] = {
		{ 4, 2 }, { 1, 2 }, { 2, 1 }, { 1, 1 }, { 5, 1 }, { 2, 2 },
	};
	const struct buffer buffer = new_buffer(heap, PAGES(8), O_RDWR);
	struct device camera = attach(&buffer, WRITES);
	struct buffer views[ARRAY_SIZE(parts)];

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		views[i] = new_view(heap, &buffer, PAGES(parts[i].first),
				    PAGES(parts[i].pages), O_RDWR);
		begin_access(&views[i], DMA_BUF_SYNC_WRITE);
		cpu_draws(&views[i], 100 * i, 100, 1);
	}
	device_writes(&camera, 0, 1000, 2);
	device_writes(&camera, PAGES(6), MOST_MOVED, 3);
	other_process_reads(&buffer);
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		cpu_draws(&views[i], 1000 + 100 * i, 100, 4);
		end_access(&views[i], DMA_BUF_SYNC_WRITE);
		check_cpu_reads(&buffer);
	}
	unmap(&camera);
	check_cpu_sees(&buffer);
}

/* Counts in a word, in an access, until it is told to stop. */
static pid_t let_other_process_count(const struct buffer *buffer,
				     const bool *stop)
{
	volatile uint32_t *word = (volatile uint32_t *)buffer->mem;
	const pid_t pid = fork_child();

	if (pid)
		return pid;

	begin_access(buffer, DMA_BUF_SYNC_RW);
	while (!__atomic_load_n(stop, __ATOMIC_RELAXED)) {
		const uint32_t next = *word + 1;

		*word = next;
		for (int i = 0; i < 1000; i++)
			CHECK_EQUAL(*word, next);
	}
	end_access(buffer, DMA_BUF_SYNC_RW);
	_exit(0);
}

/*
 * Also not what is stored while a begin, or an unmap, copies. Where caches are
 * maintained that is the writer's risk.
 */
TEST(copying_takes_nothing_from_who_writes_meanwhile)
{
	const struct buffer buffer = new_buffer(heap, MIB(1), O_RDWR);
	struct device camera = attach(&buffer, WRITES);
	bool *stop = mmap(NULL, page_size(), PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t writer;

	CHECK(stop != MAP_FAILED);
	writer = let_other_process_count(&buffer, stop);
	for (int i = 0; i < 1000; i++) {
		begin_access(&buffer, DMA_BUF_SYNC_READ);
		end_access(&buffer, DMA_BUF_SYNC_READ);
		if (i % 10)
			continue;
		unmap(&camera);
		camera = map_again(&camera, WRITES);
	}
	__atomic_store_n(stop, true, __ATOMIC_RELAXED);
	check_child(writer);
}

/* Bytes that a begin syncs in one direction, "cpu" or "device". */
static size_t synced_by_a_begin(const struct buffer *buffer, const char *way)
{
	char line[MOST_EVENT], to[8];
	size_t bytes = 0, len;
	FILE *trace;

	begin_tracing("dmabuf_heaps/dma_heap_sync");
	begin_access(buffer, DMA_BUF_SYNC_READ);
	trace = end_tracing("dmabuf_heaps/dma_heap_sync");
	while (next_event(trace, line)) {
		const int fields = sscanf(strstr(line, " len="),
					  " len=%zu for=%7s", &len, to);

		CHECK_EQUAL(fields, 2);
		if (!strcmp(to, way))
			bytes += len;
	}
	fclose(trace);
	return bytes;
}

TEST(reader_pays_once_for_any_number_of_writers)
{
	const struct buffer buffer = new_buffer(heap, PAGES(3), O_RDWR);
	struct buffer views[8];

	attach(&buffer, WRITES);
	for (size_t i = 0; i < ARRAY_SIZE(views); i++) {
		views[i] = new_view(heap, &buffer, PAGES(i % 2), PAGES(2), O_RDWR);
		begin_access(&views[i], DMA_BUF_SYNC_WRITE);
	}
	/* Copies have nothing new. */
	CHECK_EQUAL((long long)synced_by_a_begin(&buffer, "device"),
		    is_coherent() ? 0 : (long long)buffer.len);
	CHECK(synced_by_a_begin(&buffer, "cpu") <= buffer.len);
}
