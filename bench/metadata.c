// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "heaps.h"
#include "metadata.h"
#include "tracing.h"

#define MOST_OBJECTS 1024

/* Events that are traced, as their names are in the trace. */
static const char *const events[] = {
	"kmem/kmalloc",
	"kmem/kmem_cache_alloc",
	"kmem/kfree",
	"kmem/kmem_cache_free",
	"vmalloc/alloc_vmap_area",
	"vmalloc/free_vmap_area_noflush",
	TRACING_GROUP "/export",
	TRACING_GROUP "/exported",
};

#define NR_EVENTS (sizeof(events) / sizeof(*events))

struct object {
	uint64_t address;
	uint64_t bytes;
};

/**
 * struct objects - what was allocated and is not freed yet
 * @all: the objects.
 * @nr: how many.
 * @in_core: the kernel is in dma_buf_export().
 */
struct objects {
	struct object all[MOST_OBJECTS];
	size_t nr;
	bool in_core;
};

/* Opened before, as whatever is done between its two sides is traced. */
static int switch_fd;

static void must(const char *path, int ret)
{
	if (ret)
		die(path, strerror(-ret));
}

static void enable(const char *event, bool on)
{
	char path[200];

	snprintf(path, sizeof(path), TRACING "events/%s/enable", event);
	must(path, tracing_write(path, on ? "1" : "0"));
}

static void turn(const char *to)
{
	if (write(switch_fd, to, 1) != 1)
		die_errno("tracing_on");
}

/* What is traced takes longer, whether it is written down or not. */
static void stop(void)
{
	for (size_t i = 0; i < NR_EVENTS; i++)
		enable(events[i], false);
	must("the probes", tracing_append(TRACING "kprobe_events",
					  "-:" TRACING_GROUP "/export"));
	must("the probes", tracing_append(TRACING "kprobe_events",
					  "-:" TRACING_GROUP "/exported"));
	must("tracing", tracing_write(TRACING "set_event_pid", ""));
	turn("1");
	close(switch_fd);
}

/* Events of this process, with addresses as they are. */
static void start(void)
{
	char pid[20];

	switch_fd = open(TRACING "tracing_on", O_WRONLY | O_CLOEXEC);
	if (switch_fd < 0)
		die_errno(TRACING "tracing_on");
	turn("0");
	must("the probes", tracing_append(TRACING "kprobe_events",
			"p:" TRACING_GROUP "/export dma_buf_export"));
	must("the probes", tracing_append(TRACING "kprobe_events",
			"r:" TRACING_GROUP "/exported dma_buf_export"));
	snprintf(pid, sizeof(pid), "%d", getpid());
	must("tracing", tracing_write(TRACING "set_event_pid", pid));
	must("tracing", tracing_write(TRACING "options/hash-ptr", "0"));
	for (size_t i = 0; i < NR_EVENTS; i++)
		enable(events[i], true);
}

static void drop(struct objects *objects, uint64_t address)
{
	for (size_t i = 0; i < objects->nr; i++)
		if (objects->all[i].address == address)
			objects->all[i] = objects->all[--objects->nr];
}

static void add(struct objects *objects, uint64_t address, uint64_t bytes)
{
	if (!address || objects->in_core)
		return;
	/* A large one is traced by two functions, of which one calls the other. */
	drop(objects, address);
	if (objects->nr == MOST_OBJECTS)
		die("trace", "too many objects");
	objects->all[objects->nr++] = (struct object){ address, bytes };
}

/* The number after @key in what an event says of itself. */
static uint64_t number(const char *text, const char *key, int base)
{
	const char *at = strstr(text, key);
	char *end;
	uint64_t value;

	if (!at)
		die(key, text);
	at += strlen(key);
	value = strtoull(at, &end, base);
	if (end == at)
		die(key, text);
	return value;
}

static void take(struct objects *objects, const char *event, const char *text)
{
	if (!strcmp(event, "kmalloc") || !strcmp(event, "kmem_cache_alloc"))
		add(objects, number(text, "ptr=", 16),
		    number(text, "bytes_alloc=", 10));
	else if (!strcmp(event, "alloc_vmap_area"))
		add(objects, number(text, "va_start: ", 10),
		    number(text, " size=", 10));
	else if (!strcmp(event, "kfree") || !strcmp(event, "kmem_cache_free"))
		drop(objects, number(text, "ptr=", 16));
	else if (!strcmp(event, "free_vmap_area_noflush"))
		drop(objects, number(text, "va_start=0x", 16));
	else if (!strcmp(event, "export"))
		objects->in_core = true;
	else if (!strcmp(event, "exported"))
		objects->in_core = false;
	else
		die(event, "no event that was asked for");
}

static uint64_t read_trace(void)
{
	struct objects objects = { .nr = 0 };
	char line[1000], event[64];
	uint64_t bytes = 0;
	FILE *file;
	int text;

	file = fopen(TRACING "trace", "re");
	if (!file)
		die_errno(TRACING "trace");
	/* TASK-PID [CPU] FLAGS TIME: EVENT: TEXT */
	while (fgets(line, sizeof(line), file))
		if (line[0] != '#' &&
		    sscanf(line, " %*s [%*d] %*s %*[0-9.]: %63[a-z_]: %n",
			   event, &text) == 1)
			take(&objects, event, line + text);
	fclose(file);

	for (size_t i = 0; i < objects.nr; i++)
		bytes += objects.all[i].bytes;
	return bytes;
}

uint64_t metadata_of_buffer(int heap, uint64_t bytes)
{
	uint64_t kept;
	int buf;

	start();
	must("trace", tracing_write(TRACING "trace", ""));
	turn("1");
	buf = alloc(heap, bytes, O_RDWR);
	turn("0");
	kept = read_trace();
	stop();
	close(buf);
	/* No exporter does with nothing: the trace does not see it. */
	if (!kept)
		die("trace", "shows nothing that is kept");
	return kept;
}
