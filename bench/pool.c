// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "heaps.h"
#include "pool.h"

/* What is kept stays as long as a path takes: an hour. */
#define IDLE_MS "3600000"

#define PATIENCE_S 30
#define MOST_PAUSE_NS 10000000
/* More than the largest buffer takes to be cleared. */
#define CLEARING_NS 200000000

static char heap_name[64];
static uint64_t added;

static FILE *open_attribute(const char *name, const char *mode)
{
	char path[300];
	FILE *file;

	snprintf(path, sizeof(path), "/sys/class/dmabuf_heap/%s/%s", heap_name,
		 name);
	file = fopen(path, mode);
	if (!file)
		die_errno(path);
	return file;
}

static void set(const char *name, const char *value)
{
	FILE *file = open_attribute(name, "we");

	fputs(value, file);
	if (fclose(file))
		die_errno(name);
}

static uint64_t get(const char *name)
{
	FILE *file = open_attribute(name, "re");
	unsigned long long value;

	if (fscanf(file, "%llu", &value) != 1)
		die(name, "has no number");
	fclose(file);
	return value;
}

void pool_on(const char *heap, const char *limit)
{
	snprintf(heap_name, sizeof(heap_name), "%s", heap);
	added = 0;
	set("pool_idle", IDLE_MS);
	set("pool_limit", limit);
}

void pool_off(void)
{
	added = 0;
	set("pool_prepared", "\n");
	set("pool_limit", "0");
	pool_wait();
}

static uint64_t in_pages(uint64_t bytes)
{
	const uint64_t page = (uint64_t)getpagesize();

	return (bytes + page - 1) / page * page;
}

void pool_prepare(uint64_t bytes)
{
	char text[32];

	added = in_pages(bytes);
	snprintf(text, sizeof(text), "1x%llu", (unsigned long long)bytes);
	set("pool_prepared", text);
	pool_wait();
}

void pool_add(int heap, uint64_t bytes)
{
	added += in_pages(bytes);
	close(alloc(heap, bytes, O_RDWR));
	pool_wait();
}

void pool_wait(void)
{
	const struct timespec clearing = { .tv_nsec = CLEARING_NS };
	struct timespec pause = { .tv_nsec = 100000 };
	time_t end = time(NULL) + PATIENCE_S;

	/*
	 * A request that came while memory was being cleared was given other
	 * memory, so there may be more than was added.
	 */
	while (added ? get("pooled") < added : get("pooled") > 0) {
		if (time(NULL) > end)
			die(heap_name, "the pool does not keep what it should");
		nanosleep(&pause, NULL);
		/* To look costs processor time, too. */
		if (pause.tv_nsec < MOST_PAUSE_NS)
			pause.tv_nsec *= 2;
	}
	/* The last of it may still be being cleared. */
	nanosleep(&clearing, NULL);
}

uint64_t pool_hits(void)
{
	return get("pool_hits");
}
