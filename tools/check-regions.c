// SPDX-License-Identifier: GPL-2.0
/* Has every region that the device tree has for heaps become one? */

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checks.h"

#define NODES "/sys/firmware/devicetree/base/reserved-memory"

/* A property is a string, or several, each with a 0 at its end. */
static bool has_string(const char *node, const char *property,
		       const char *wanted)
{
	char path[PATH_MAX], text[256];
	size_t size = 0, i;
	bool has = false;
	FILE *file;

	snprintf(path, sizeof(path), NODES "/%s/%s", node, property);
	file = fopen(path, "re");
	if (file) {
		size = fread(text, 1, sizeof(text) - 1, file);
		fclose(file);
	}
	text[size] = '\0';
	for (i = 0; i < size; i += strlen(text + i) + 1)
		has |= !strcmp(text + i, wanted);
	return has;
}

static bool has_property(const char *node, const char *property)
{
	return exists(NODES "/%s/%s", node, property);
}

static bool is_disabled(const char *node)
{
	return has_property(node, "status") &&
	       !has_string(node, "status", "okay") &&
	       !has_string(node, "status", "ok");
}

/* Some kernels name an area without the address. */
static bool is_region_of(const struct heap *heap, const char *node)
{
	const char *region = heap->attributes.region;
	size_t length = strlen(region);

	return length && !strncmp(region, node, length) &&
	       (node[length] == '\0' || node[length] == '@');
}

static bool is_lent(const struct machine *machine, const char *node)
{
	for (size_t i = 0; i < machine->heaps.count; i++) {
		const struct heap *heap = &machine->heaps.heaps[i];

		if (is_ours(heap) && is_region_of(heap, node))
			return true;
	}
	return false;
}

/* The module that makes a heap of the node, or NULL if none does. */
static const char *find_module(const char *node)
{
	if (is_disabled(node))
		return NULL;
	if (has_string(node, "compatible", "dmabuf-heaps,carveout"))
		return "dmabuf_heaps_carveout";
	if (has_string(node, "compatible", "shared-dma-pool") &&
	    has_property(node, "reusable"))
		return "dmabuf_heaps_cma";
	return NULL;
}

static void check_node(const struct machine *machine, const char *node,
		       struct findings *findings)
{
	const char *module = find_module(node);

	if (!module || is_lent(machine, node))
		return;
	if (!exists("/sys/module/%s", module))
		return;
	if (has_property(node, "linux,cma-default") &&
	    has_line("/proc/cmdline", "cma="))
		found(findings, FINDING_NOTE, NULL,
		      "the region %s of the device tree is not used: cma= on the kernel's command line takes its place",
		      node);
	else
		found(findings, FINDING_MISSING,
		      "sudo dmesg | grep -iE 'reserved mem|cma|dmabuf_heaps'",
		      "the region %s of the device tree has no heap: the kernel's log says why",
		      node);
}

static int is_node(const struct dirent *entry)
{
	return entry->d_type == DT_DIR && entry->d_name[0] != '.';
}

void check_regions(const struct machine *machine, struct findings *findings)
{
	struct dirent **nodes;
	int count = scandir(NODES, &nodes, is_node, alphasort);

	for (int i = 0; i < count; i++) {
		check_node(machine, nodes[i]->d_name, findings);
		free(nodes[i]);
	}
	if (count >= 0)
		free(nodes);
}
