// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "../kernel/tests/dmabuf_heaps_importer.h"
#include "cputime.h"
#include "dmaheap.h"
#include "metadata.h"
#include "paths.h"
#include "pool.h"
#include "pressure.h"

#define CMA "default_cma_region"
#define SYSTEM "system"

/* 3840 x 2160 pixels of 4 bytes. */
#define FRAME 33177600

/* Allocations and releases of cycle_cputime(): as many, and as long. */
#define LEAST_CYCLES 2
#define LEAST_US 20000

/* As enum dma_data_direction has it. */
#define BIDIRECTIONAL 0

static double microseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

/* What was freed last is not waited for by anybody but this. */
static void let_settle(const struct subject *subject)
{
	if (subject->pooled)
		pool_wait();
}

static double alloc_time(const struct subject *subject)
{
	uint64_t hits = subject->pooled ? pool_hits() : 0;
	double time;
	int buf;

	let_settle(subject);
	time = -microseconds();
	buf = alloc(subject->heap, subject->bytes, O_RDWR);
	time += microseconds();
	close(buf);
	/* One that the pool did not meet would pass for a slow one. */
	if (subject->pooled && pool_hits() - hits != 1)
		die("alloc", "the pool did not meet the request");
	return time;
}

static double alloc_page_cache_time(const struct subject *subject)
{
	/* What is to be prepared has to find room. */
	let_settle(subject);
	fill_with_page_cache();
	return alloc_time(subject);
}

static double alloc_cgroup_time(const struct subject *subject)
{
	double time;

	enter_cgroup();
	time = alloc_time(subject);
	leave_cgroup();
	return time;
}

static double close_time(const struct subject *subject)
{
	int buf = alloc(subject->heap, subject->bytes, O_RDWR);
	double time = -microseconds();

	close(buf);
	return time + microseconds();
}

static double cycle_cputime(const struct subject *subject)
{
	double start, begin;
	int cycles = 0;

	let_settle(subject);
	start = cputime_settled();
	begin = microseconds();
	while (cycles < LEAST_CYCLES || microseconds() - begin < LEAST_US) {
		close(alloc(subject->heap, subject->bytes, O_RDWR));
		cycles++;
	}
	let_settle(subject);
	return (cputime_settled() - start) / cycles;
}

static void *map_plain(const struct subject *subject)
{
	void *mem = mmap(NULL, subject->bytes, PROT_READ | PROT_WRITE,
			 MAP_SHARED, subject->buf, 0);

	if (mem == MAP_FAILED)
		die_errno("mmap");
	return mem;
}

static void *map_by_library(const struct subject *subject)
{
	void *mem;
	int ret = dmaheap_map(subject->buf, subject->bytes,
			      PROT_READ | PROT_WRITE, &mem);

	if (ret)
		die("dmaheap_map", strerror(-ret));
	return mem;
}

static void touch(volatile char *mem, uint64_t bytes)
{
	const uint64_t page = (uint64_t)getpagesize();

	for (uint64_t at = 0; at < bytes; at += page)
		mem[at] = 1;
}

static double map_touch_time(const struct subject *subject,
			     void *(*map)(const struct subject *subject))
{
	double time = -microseconds();
	void *mem = map(subject);

	touch(mem, subject->bytes);
	time += microseconds();
	munmap(mem, subject->bytes);
	return time;
}

static double map_touch_plain_time(const struct subject *subject)
{
	return map_touch_time(subject, map_plain);
}

/* Mainline's users have plain mmap(). */
static double map_touch_lib_time(const struct subject *subject)
{
	return map_touch_time(subject, subject->side == OURS ?
			      map_by_library : map_plain);
}

static int call(const struct subject *subject, unsigned long request,
		unsigned long arg, const char *what)
{
	int ret = ioctl(subject->importer, request, arg);

	if (ret < 0)
		die_errno(what);
	return ret;
}

static double attach_map_time(const struct subject *subject)
{
	double time = -microseconds();
	int mapping;

	call(subject, IMPORTER_ATTACH, (unsigned long)subject->buf, "attach");
	mapping = call(subject, IMPORTER_MAP, BIDIRECTIONAL, "map");
	call(subject, IMPORTER_UNMAP, (unsigned long)mapping, "unmap");
	call(subject, IMPORTER_DETACH, 0, "detach");
	return time + microseconds();
}

static double vmap_time(const struct subject *subject)
{
	double time;

	call(subject, IMPORTER_ATTACH, (unsigned long)subject->buf, "attach");
	time = -microseconds();
	call(subject, IMPORTER_VMAP, 0, "vmap");
	call(subject, IMPORTER_VUNMAP, 0, "vunmap");
	time += microseconds();
	call(subject, IMPORTER_DETACH, 0, "detach");
	return time;
}

static double metadata_bytes(const struct subject *subject)
{
	return (double)metadata_of_buffer(subject->heap, subject->bytes);
}

const struct path paths[] = {
	{ "alloc_cold", "us", CMA, alloc_time },
	{ "alloc_pooled", "us", CMA, alloc_time, .pooled = true },
	{ "alloc_cycle_cpu", "us", CMA, cycle_cputime, .pooled = true },
	{ "map_touch_lib", "us", CMA, map_touch_lib_time,
	  .has_buffer = true },
	{ "map_touch_plain", "us", CMA, map_touch_plain_time,
	  .has_buffer = true },
	{ "attach_map", "us", CMA, attach_map_time, .has_buffer = true },
	{ "vmap", "us", CMA, vmap_time, .has_buffer = true },
	{ "close", "us", CMA, close_time },
	{ "metadata_bytes", "bytes", CMA, metadata_bytes },
	{ "system_alloc", "us", SYSTEM, alloc_time },
	{ "system_map_touch", "us", SYSTEM, map_touch_lib_time,
	  .has_buffer = true },
	{ "system_map_touch_plain", "us", SYSTEM, map_touch_plain_time,
	  .has_buffer = true },
	{ "alloc_page_cache", "us", CMA, alloc_page_cache_time,
	  .end = drop_page_cache, .bytes = FRAME },
	{ "alloc_prepared_page_cache", "us", CMA, alloc_page_cache_time,
	  .prepared = true, .end = drop_page_cache, .bytes = FRAME },
	{ "alloc_cgroup", "us", CMA, alloc_cgroup_time, .bytes = FRAME },
	{ "alloc_fragmented", "us", CMA, alloc_time, .begin = fragment,
	  .end = mend, .bytes = 1048576 },
	{ "pooled_growth", "us", CMA, alloc_time, .pooled = true,
	  .reference = 65536, .bytes = 67108864 },
};

const size_t nr_paths = sizeof(paths) / sizeof(*paths);
