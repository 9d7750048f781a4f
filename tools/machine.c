// SPDX-License-Identifier: GPL-2.0
/* Looking at a machine: all of it by files that everybody may read. */

#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "machine.h"

const char * const module_names[N_MODULES] = {
	[MODULE_CORE] = "dmabuf_heaps",
	[MODULE_CARVEOUT] = "dmabuf_heaps_carveout",
	[MODULE_CMA] = "dmabuf_heaps_cma",
	[MODULE_CONTIGUOUS] = "dmabuf_heaps_contiguous",
	[MODULE_SYSTEM] = "dmabuf_heaps_system",
};

bool exists(const char *format, ...)
{
	char path[PATH_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(path, sizeof(path), format, args);
	va_end(args);
	return !access(path, F_OK);
}

bool has_line(const char *path, const char *text)
{
	FILE *file = fopen(path, "re");
	char *line = NULL;
	bool has = false;
	size_t size = 0;

	while (file && !has && getline(&line, &size, file) > 0)
		has = strstr(line, text);
	free(line);
	if (file)
		fclose(file);
	return has;
}

static void read_modules(struct machine *machine)
{
	char list[PATH_MAX], file[64];

	snprintf(list, sizeof(list), "/lib/modules/%s/modules.dep",
		 machine->kernel.release);
	for (size_t i = 0; i < N_MODULES; i++) {
		/* What follows is .ko, .ko.xz or the like. */
		snprintf(file, sizeof(file), "/%s.ko", module_names[i]);
		machine->built[i] = has_line(list, file);
		machine->loaded[i] = exists("/sys/module/%s", module_names[i]);
	}
}

/* CmaTotal is there exactly if the kernel has CMA. */
static void read_memory(struct machine *machine)
{
	FILE *file = fopen("/proc/meminfo", "re");
	char line[128];
	uint64_t kib;

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "MemTotal: %" SCNu64, &kib) == 1)
			machine->memory = kib * 1024;
		if (sscanf(line, "CmaTotal: %" SCNu64, &kib) == 1) {
			machine->has_cma = true;
			machine->cma = kib * 1024;
		}
	}
	if (file)
		fclose(file);
}

bool is_ours(const struct heap *heap)
{
	return heap->provider == DMAHEAP_PROVIDER_MODULES;
}

int read_machine(struct machine *machine)
{
	*machine = (struct machine) { 0 };
	uname(&machine->kernel);
	read_modules(machine);
	read_memory(machine);
	return find_heaps(&machine->heaps);
}

void free_machine(struct machine *machine)
{
	free_heaps(&machine->heaps);
}
