// SPDX-License-Identifier: LGPL-2.1-or-later
/* Mapping buffers: where in memory, as the kernel sees it. */

#include "script.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#include <linux/dma-heap.h>

#include <dmaheap.h>

#define BUF 41
#define INFO_FD 42
#define HEAP_FD 43

#define MIB(n) ((size_t)(n) << 20)
#define ADDRESS(n) ((void *)(uintptr_t)(n))

static char memory[1];

/* What the kernel says of the buffer. The name is its owner's to write. */
#define INFO(exporter)							\
	"pos:\t0\nflags:\t02000002\nmnt_id:\t15\nino:\t7\nsize:\t2097152\n" \
	"count:\t1\nexp_name:\t" exporter "\nname:\texp_name:\tother\n"

#define INFO_OPENED							\
	{ .call = CALL_OPENAT, .path = "/proc/self/fdinfo/41",		\
	  .flags = O_RDONLY | O_CLOEXEC, .answer = INFO_FD }

#define INFO_READ(text)							\
	INFO_OPENED,							\
	{ .call = CALL_READ, .fd = INFO_FD, .out = (text) },		\
	{ .call = CALL_CLOSE, .fd = INFO_FD }

#define HEAP_OPENED(node, ...)						\
	{ .call = CALL_OPEN, .path = "/dev/dma_heap/" node,		\
	  .flags = O_RDONLY | O_CLOEXEC, __VA_ARGS__ }

static const struct dma_heap_query_buffer_data question = { .buffer_fd = BUF };

/* The heap is asked where the buffer is, and answers, or not. */
#define ASKED(...)							\
	INFO_READ(INFO("linux,cma")),					\
	HEAP_OPENED("linux,cma", .answer = HEAP_FD),			\
	{ .call = CALL_IOCTL, .fd = HEAP_FD,				\
	  .request = DMA_HEAP_IOCTL_QUERY_BUFFER, .in = &question,	\
	  .size = sizeof(question), __VA_ARGS__ },			\
	{ .call = CALL_CLOSE, .fd = HEAP_FD }

#define IN_PHASE(bytes)							\
	ASKED(.out = &(const struct dma_heap_query_buffer_data) {	\
		.buffer_fd = BUF, .phase = (bytes) })

/* Looking for a place that @size bytes fit into, out of @from. */
#define LOOK(from, room)						\
	{ .call = CALL_MMAP, .fd = -1, .size = (room), .prot = PROT_NONE, \
	  .flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,		\
	  .mapped = ADDRESS(from) },					\
	{ .call = CALL_MUNMAP, .addr = ADDRESS(from), .size = (room) }

#define MAP_AT(place, length)						\
	{ .call = CALL_MMAP, .fd = BUF, .addr = ADDRESS(place),		\
	  .size = (length), .prot = PROT_READ, .flags = MAP_SHARED,	\
	  .mapped = memory }

static void map_reading(size_t size)
{
	void *addr;

	assert_int_equal(dmaheap_map(BUF, size, PROT_READ, &addr), 0);
	assert_ptr_equal(addr, memory);
}

static void maps_shared_from_the_start(void **state)
{
	void *addr;

	SCRIPT({ .call = CALL_MMAP, .fd = BUF, .size = 8192,
		 .prot = PROT_READ | PROT_WRITE, .flags = MAP_SHARED,
		 .mapped = memory },
	       { .call = CALL_MUNMAP, .addr = memory, .size = 8192 });
	assert_int_equal(dmaheap_map(BUF, 8192, PROT_READ | PROT_WRITE, &addr),
			 0);
	assert_ptr_equal(addr, memory);
	assert_int_equal(dmaheap_unmap(addr, 8192), 0);
	script_end();
}

static void places_large_mappings_where_large_pages_begin(void **state)
{
	SCRIPT(LOOK(0x40001000, MIB(4)), MAP_AT(0x40200000, MIB(2)),
	       LOOK(0x401ff000, MIB(6) - 1), MAP_AT(0x40200000, MIB(4) - 1),
	       IN_PHASE(0), LOOK(0x40000000, MIB(35)),
	       MAP_AT(0x40000000, MIB(33)),
	       MAP_AT(0, MIB(2) - 1));
	map_reading(MIB(2));
	map_reading(MIB(4) - 1);
	map_reading(MIB(33));
	map_reading(MIB(2) - 1);
	script_end();
}

static void places_them_as_the_memory_is(void **state)
{
	SCRIPT(IN_PHASE(MIB(1)), LOOK(0x40001000, MIB(7)),
	       MAP_AT(0x40100000, MIB(5)),
	       IN_PHASE(MIB(1)), LOOK(0x40100000, MIB(7)),
	       MAP_AT(0x40100000, MIB(5)),
	       IN_PHASE(0x1000), LOOK(0x40002000, MIB(6)),
	       MAP_AT(0x40201000, MIB(4)),
	       IN_PHASE(0x1ff000), LOOK(0x40000000, MIB(6)),
	       MAP_AT(0x401ff000, MIB(4)),
	       /* What no kernel of today says. */
	       IN_PHASE(MIB(4) + 0x1000), LOOK(0x40000000, MIB(6)),
	       MAP_AT(0x40001000, MIB(4)));
	map_reading(MIB(5));
	map_reading(MIB(5));
	map_reading(MIB(4));
	map_reading(MIB(4));
	map_reading(MIB(4));
	script_end();
}

#define AS_IF_AT_0 LOOK(0x40001000, MIB(6)), MAP_AT(0x40200000, MIB(4))

static void asks_again_after_a_signal(void **state)
{
	SCRIPT(INFO_READ(INFO("linux,cma")),
	       HEAP_OPENED("linux,cma", .answer = HEAP_FD),
	       { .call = CALL_IOCTL, .fd = HEAP_FD,
		 .request = DMA_HEAP_IOCTL_QUERY_BUFFER, .in = &question,
		 .size = sizeof(question), .error = EINTR },
	       { .call = CALL_IOCTL, .fd = HEAP_FD,
		 .request = DMA_HEAP_IOCTL_QUERY_BUFFER, .in = &question,
		 .size = sizeof(question), .error = EINVAL },
	       { .call = CALL_CLOSE, .fd = HEAP_FD }, AS_IF_AT_0);
	map_reading(MIB(4));
	script_end();
}

static void maps_what_nobody_tells_the_place_of(void **state)
{
	SCRIPT({ .call = CALL_OPENAT, .path = "/proc/self/fdinfo/41",
		 .flags = O_RDONLY | O_CLOEXEC, .error = ENOENT }, AS_IF_AT_0,
	       INFO_OPENED,
	       { .call = CALL_READ, .fd = INFO_FD, .error = EIO },
	       { .call = CALL_CLOSE, .fd = INFO_FD }, AS_IF_AT_0,
	       INFO_READ("pos:\t0\nflags:\t02\n"), AS_IF_AT_0,
	       INFO_READ(INFO("i915")),
	       HEAP_OPENED("i915", .error = ENOENT), AS_IF_AT_0,
	       INFO_READ(INFO("linux,cma")),
	       HEAP_OPENED("linux,cma", .error = EACCES), AS_IF_AT_0,
	       ASKED(.error = EINVAL), AS_IF_AT_0,
	       ASKED(.error = EXDEV), AS_IF_AT_0,
	       ASKED(.error = ENOTTY), AS_IF_AT_0);
	for (int i = 0; i < 8; i++)
		map_reading(MIB(4));
	script_end();
}

/* An exporter's name is whatever its driver says. */
static void opens_nothing_but_nodes_of_heaps(void **state)
{
	SCRIPT(INFO_READ(INFO("../mem")), AS_IF_AT_0,
	       INFO_READ(INFO("..")), AS_IF_AT_0,
	       INFO_READ(INFO("")), AS_IF_AT_0);
	for (int i = 0; i < 3; i++)
		map_reading(MIB(4));
	script_end();
}

static void leaves_the_place_to_the_kernel_if_there_is_none(void **state)
{
	void *addr;

	SCRIPT(IN_PHASE(0),
	       { .call = CALL_MMAP, .fd = -1, .size = MIB(6),
		 .prot = PROT_NONE, .error = ENOMEM,
		 .flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE },
	       MAP_AT(0, MIB(4)),
	       { .call = CALL_MMAP, .fd = BUF, .size = SIZE_MAX,
		 .prot = PROT_READ, .flags = MAP_SHARED, .error = ENOMEM });
	map_reading(MIB(4));
	assert_int_equal(dmaheap_map(BUF, SIZE_MAX, PROT_READ, &addr), -ENOMEM);
	script_end();
}

static void reports_why_mapping_failed(void **state)
{
	void *addr = memory;

	SCRIPT({ .call = CALL_MMAP, .fd = BUF, .size = 4096, .prot = PROT_WRITE,
		 .flags = MAP_SHARED, .error = EACCES },
	       { .call = CALL_MUNMAP, .addr = memory, .error = EINVAL });
	assert_int_equal(dmaheap_map(BUF, 4096, PROT_WRITE, &addr), -EACCES);
	assert_ptr_equal(addr, memory);
	assert_int_equal(dmaheap_unmap(memory, 0), -EINVAL);
	script_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(maps_shared_from_the_start),
		cmocka_unit_test(places_large_mappings_where_large_pages_begin),
		cmocka_unit_test(places_them_as_the_memory_is),
		cmocka_unit_test(asks_again_after_a_signal),
		cmocka_unit_test(maps_what_nobody_tells_the_place_of),
		cmocka_unit_test(opens_nothing_but_nodes_of_heaps),
		cmocka_unit_test(leaves_the_place_to_the_kernel_if_there_is_none),
		cmocka_unit_test(reports_why_mapping_failed),
	};

	return cmocka_run_group_tests_name("map", tests, NULL, NULL);
}
