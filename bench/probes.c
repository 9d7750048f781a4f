// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "heaps.h"
#include "probes.h"
#include "tracing.h"

#define MOST_PROBES 4

static const struct probe *added[MOST_PROBES];
static unsigned int nr_added;

/* The histogram that adds up the sizes; "!" before it takes it away. */
static int set_histogram(const struct probe *probe, const char *sign)
{
	char path[200], line[200];

	snprintf(path, sizeof(path), TRACING "events/" TRACING_GROUP "/%s/trigger",
		 probe->name);
	snprintf(line, sizeof(line),
		 "%shist:keys=common_pid:vals=size if common_pid == %d%s", sign,
		 getpid(), probe->condition ?: "");
	return tracing_append(path, line);
}

static void remove_all(void)
{
	char line[200];

	while (nr_added) {
		const struct probe *probe = added[--nr_added];

		snprintf(line, sizeof(line), "-:" TRACING_GROUP "/%s", probe->name);
		if (set_histogram(probe, "!") ||
		    tracing_append(TRACING "kprobe_events", line))
			fprintf(stderr, "the probe %s stays\n", probe->name);
	}
}

void probe_add(const struct probe *probe)
{
	char line[200];
	int ret;

	snprintf(line, sizeof(line), "p:" TRACING_GROUP "/%s %s", probe->name,
		 probe->function);
	ret = tracing_append(TRACING "kprobe_events", line);
	if (ret)
		die(probe->function, strerror(-ret));
	if (!nr_added)
		atexit(remove_all);
	added[nr_added++] = probe;

	ret = set_histogram(probe, "");
	if (ret)
		die(probe->name, strerror(-ret));
}

uint64_t probe_read(const struct probe *probe)
{
	unsigned long long bytes = 0;
	char path[200], line[200];
	FILE *file;

	snprintf(path, sizeof(path), TRACING "events/" TRACING_GROUP "/%s/hist",
		 probe->name);
	file = fopen(path, "re");
	if (!file)
		die_errno(path);
	/* One line for each process, and only this one is let through. */
	while (fgets(line, sizeof(line), file))
		if (line[0] == '{' &&
		    sscanf(line, "{ common_pid: %*d } hitcount: %*d size: %llu",
			   &bytes) != 1)
			die(path, line);
	fclose(file);
	return bytes;
}
