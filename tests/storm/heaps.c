// SPDX-License-Identifier: GPL-2.0
/* Operations on heaps: limits, pools, heaps that come and go, their modules. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-heap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "check.h"
#include "heaps.h"

#define TEST_MODULE "dmabuf_heaps_test"
#define TEST_CONTROL "/sys/kernel/debug/dmabuf_heaps_test"
/* What the names of heaps begin with that storms have added. */
#define ADDED "storm-"

static const struct {
	const char *name;
	enum heap_type type;
	const char *module;
} types[] = {
	{ "cma", CMA, "dmabuf_heaps_cma" },
	{ "system", SYSTEM, "dmabuf_heaps_system" },
	{ "contiguous", CONTIGUOUS, "dmabuf_heaps_contiguous" },
};

/* Ordinary users allocate, too. */
static void open_to_all(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), HEAPS "/%s", name);
	CHECK_EQUAL(chmod(path, 0666), 0);
}

static bool has(const struct model_heap *heap, const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), CLASS "/%.47s/%s", heap->name, name);
	return !access(path, F_OK);
}

/*
 * A buffer of all of the region. It is the lowest there can be, too, from which on
 * places are counted where the kernel does not tell where the region begins.
 */
static bool can_have_all(const struct model_heap *heap)
{
	struct dma_heap_allocation_data data = {
		.len = heap->quota->total,
		.fd_flags = O_RDWR,
	};
	const int fd = open_heap(heap->name);
	const int ret = ioctl(fd, DMA_HEAP_IOCTL_ALLOC, &data);

	close(fd);
	if (!ret)
		close((int)data.fd);
	return !ret;
}

/* Beside others, only what is this storm's own is counted. */
static void read_counts_of(struct model_heap *heap)
{
	if (!is_alone())
		return;
	for (int i = 0; i < NR_COUNTS; i++)
		heap->counts[i] = heap_number(heap, count_names[i]);
	CHECK_EQUAL((long long)heap->counts[USED], 0);
	CHECK_EQUAL((long long)heap->counts[BUFFERS], 0);
	if (heap->pool.there)
		heap->pool.looked = heap_number(heap, "pool_hits") +
				    heap_number(heap, "pool_misses");
}

static void find_heap(const char *name, unsigned int type)
{
	struct model_heap *heap = model_add_heap(name, types[type].type,
						 types[type].module);

	open_to_all(name);
	if (has(heap, "total"))
		heap->quota->total = heap_number(heap, "total");
	else
		heap->quota = &ordinary;
	heap->pool.there = has(heap, "pooled");
	CHECK_EQUAL(heap_set(heap, "limit", "max"), 0);
	heap->quota->limit = (struct limit){ .bytes = UINT64_MAX };
	heap->whole = heap->type != CMA || (is_alone() && can_have_all(heap));
	read_counts_of(heap);
}

static bool is_second_name(const char *name)
{
	return !strcmp(name, "reserved") || !strncmp(name, "linux,cma", 9);
}

/* All heaps of a module, or of every one for NULL. */
static void find_heaps_of(const char *module)
{
	struct dirent **entries;
	const int n = scandir(CLASS, &entries, NULL, alphasort);

	CHECK(n > 2);
	for (int i = 0; i < n; i++) {
		const char *name = entries[i]->d_name;
		struct model_heap heap = { 0 };
		char text[32];

		snprintf(heap.name, sizeof(heap.name), "%.40s", name);
		/* Another storm's may go at any time. */
		if (*name == '.' || !strncmp(name, ADDED, strlen(ADDED)) ||
		    is_second_name(name) || !has(&heap, "type"))
			continue;
		heap_text(&heap, "type", text, sizeof(text));
		for (unsigned int type = 0; type < ARRAY_SIZE(types); type++)
			if (!strcmp(types[type].name, text) &&
			    (!module || !strcmp(types[type].module, module)))
				find_heap(name, type);
	}
	free(entries);
}

void find_heaps(void)
{
	find_heaps_of(NULL);
}

static bool has_pool(const struct model_heap *heap)
{
	return heap->there && heap->pool.there;
}

static void set_pool(struct model_heap *heap, const char *name,
		     const char *text)
{
	say("%s of %s: %s", name, heap->name, text);
	CHECK_EQUAL(heap_set(heap, name, text), 0);
	heap->pool.on = heap->pool.limit || heap->pool.prepares;
}

static bool run_limit(const uint64_t *draws)
{
	struct model_heap *heap = draw_heap(draws[0], is_there);
	struct limit limit = { .bytes = UINT64_MAX };
	char text[32] = "max";
	int ret;

	if (draws[1] % 3 == 0) {
		limit.bytes = draws[2] % 1024 * PAGE;
		sprintf(text, "%llu", (unsigned long long)limit.bytes);
	} else if (draws[1] % 3 == 1 && heap->type != SYSTEM) {
		limit.percent = 1 + draws[2] % 100;
		sprintf(text, "%u%%", limit.percent);
	}
	if (limit.percent && heap->quota == &ordinary)
		return false;
	say("%s: %s", heap->name, text);
	ret = heap_set(heap, "limit", text);
	if (limit.percent && !heap->quota->total) {
		CHECK_ERRNO(ret, EOPNOTSUPP);
		return true;
	}
	CHECK_EQUAL(ret, 0);
	heap->quota->limit = limit;
	return true;
}

static bool run_pool_limit(const uint64_t *draws)
{
	struct model_heap *heap = draw_heap(draws[0], has_pool);
	const uint64_t nr_pages = heap ? heap->quota->total / PAGE : 0;
	char text[32];

	if (!heap)
		return false;
	if (draws[1] % 2) {
		unsigned int percent = 1 + draws[2] % 100;

		heap->pool.limit = nr_pages * percent / 100 * PAGE;
		sprintf(text, "%u%%", percent);
	} else {
		heap->pool.limit = draws[2] % 8 ? draws[3] % nr_pages * PAGE : 0;
		sprintf(text, "%llu", (unsigned long long)heap->pool.limit);
	}
	set_pool(heap, "pool_limit", text);
	check_heap(heap);
	return true;
}

static bool run_prepare(const uint64_t *draws)
{
	struct model_heap *heap = draw_heap(draws[0], has_pool);
	char text[32] = "";

	if (!heap)
		return false;
	heap->pool.prepares = draws[1] % 2;
	heap->pool.prepared |= heap->pool.prepares;
	if (heap->pool.prepares)
		sprintf(text, "%ux%lluK", 1 + (unsigned int)(draws[2] % 3),
			4ull << draws[3] % 8);
	/* An empty write is none. */
	strcat(text, "\n");
	set_pool(heap, "pool_prepared", text);
	check_heap(heap);
	return true;
}

static bool run_idle(const uint64_t *draws)
{
	struct model_heap *heap = draw_heap(draws[0], has_pool);
	char text[32];

	if (!heap)
		return false;
	sprintf(text, "%u", draws[1] % 2 ? 3600000 :
		(unsigned int)(draws[2] % 2000));
	set_pool(heap, "pool_idle", text);
	return true;
}

static void drain(struct model_heap *heap)
{
	set_pool(heap, "pooled", "0");
	heap->pool.prepared = heap->pool.prepares;
	if (!heap->pool.prepares && is_alone())
		CHECK_EQUAL((long long)heap_number(heap, "pooled"), 0);
}

static bool run_drain(const uint64_t *draws)
{
	struct model_heap *heap = draw_heap(draws[0], has_pool);

	if (!heap)
		return false;
	drain(heap);
	check_heap(heap);
	return true;
}

static int tell_test(const char *file, const char *text)
{
	char path[128];
	int fd, error;
	ssize_t n;

	snprintf(path, sizeof(path), TEST_CONTROL "/%s", file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	CHECK(fd >= 0);
	n = write(fd, text, strlen(text));
	error = errno;
	close(fd);
	errno = error;
	return n < 0 ? -1 : 0;
}

static bool is_added(const struct model_heap *heap)
{
	return heap->there && heap->type == TEST_HEAP;
}

static struct model_heap *find_name(const char *name)
{
	for (int i = 0; i < MOST_HEAPS; i++)
		if (heaps[i].there && !strcmp(heaps[i].name, name))
			return &heaps[i];
	return NULL;
}

/* A name that is there is EEXIST; one whose heap was removed is free. */
static bool run_add(const uint64_t *draws)
{
	char name[MOST_NAME];
	bool exists;
	int ret;

	snprintf(name, sizeof(name), ADDED "%d-%u", getpid(),
		 (unsigned int)(draws[0] % 3));
	say("%u", (unsigned int)(draws[0] % 3));
	exists = find_name(name);
	ret = tell_test("add", name);
	if (exists) {
		CHECK_ERRNO(ret, EEXIST);
		return true;
	}
	CHECK_EQUAL(ret, 0);
	model_add_heap(name, TEST_HEAP, TEST_MODULE);
	open_to_all(name);
	check_heap(find_name(name));
	return true;
}

static void remove_heap(struct model_heap *heap)
{
	CHECK_EQUAL(tell_test("remove", heap->name), 0);
	heap->there = false;
	CHECK(!has(heap, "used"));
}

static bool run_remove(const uint64_t *draws)
{
	struct model_heap *heap = draw_heap(draws[0], is_added);

	if (!heap)
		return false;
	say("%s", heap->name);
	remove_heap(heap);
	return true;
}

static unsigned int pins_of(const char *module)
{
	unsigned int n = 0;

	for (int i = 0; i < MOST_HEAPS; i++)
		if ((heaps[i].there || heaps[i].pins) &&
		    !strcmp(heaps[i].module, module))
			n += heaps[i].pins;
	return n;
}

static void load(const char *module)
{
	char command[96];

	snprintf(command, sizeof(command), "modprobe %s", module);
	CHECK_EQUAL(system(command), 0);
}

static int unload(const char *module)
{
	return (int)syscall(SYS_delete_module, module, O_NONBLOCK);
}

/* The core is needed by the others. */
static bool run_unload_core(const uint64_t *draws)
{
	say("%s", "dmabuf_heaps");
	CHECK_ERRNO(unload("dmabuf_heaps"), EAGAIN);
	return true;
}

static bool run_unload(const uint64_t *draws)
{
	const unsigned int i = (unsigned int)(draws[0] % (ARRAY_SIZE(types) + 1));
	const char *module = i < ARRAY_SIZE(types) ? types[i].module :
			     TEST_MODULE;

	say("%s, which has %u pins", module, pins_of(module));
	if (pins_of(module)) {
		CHECK_ERRNO(unload(module), EAGAIN);
		return true;
	}
	CHECK_EQUAL(unload(module), 0);
	for (int n = 0; n < MOST_HEAPS; n++)
		if (heaps[n].there && !strcmp(heaps[n].module, module)) {
			heaps[n].there = false;
			CHECK(!has(&heaps[n], "used"));
		}
	load(module);
	find_heaps_of(module);
	return true;
}

void leave_heaps(void)
{
	for (int i = 0; i < MOST_HEAPS; i++) {
		struct model_heap *heap = &heaps[i];

		CHECK_EQUAL(heap->pins, 0);
		if (is_added(heap)) {
			remove_heap(heap);
		} else if (has_pool(heap)) {
			heap->pool.limit = 0;
			heap->pool.prepares = false;
			set_pool(heap, "pool_limit", "0");
			set_pool(heap, "pool_prepared", "\n");
			drain(heap);
		}
		if (is_alone() && heap->there && heap->type == CMA)
			CHECK_EQUAL(can_have_all(heap), heap->whole);
	}
}

const struct operation heap_operations[] = {
	{ .name = "limit", .weight = 4, .run = run_limit, .alone = true },
	{ .name = "pool limit", .weight = 6, .run = run_pool_limit },
	{ .name = "prepare", .weight = 2, .run = run_prepare, .alone = true },
	{ .name = "idle", .weight = 2, .run = run_idle },
	{ .name = "drain", .weight = 3, .run = run_drain },
	{ .name = "add", .weight = 4, .run = run_add },
	{ .name = "remove", .weight = 3, .run = run_remove },
	{ .name = "unload core", .weight = 2, .run = run_unload_core },
	{ .name = "unload", .weight = 3, .run = run_unload, .alone = true },
	{ 0 }
};
