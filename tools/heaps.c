// SPDX-License-Identifier: GPL-2.0
/* The heaps, each once, however many names it has. */

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "heaps.h"

static bool is_link(const char *name)
{
	char path[PATH_MAX];
	struct stat st;

	snprintf(path, sizeof(path), DMAHEAP_DIR "/%s", name);
	return !lstat(path, &st) && S_ISLNK(st.st_mode);
}

const char *provider_name(enum dmaheap_provider provider)
{
	switch (provider) {
	case DMAHEAP_PROVIDER_KERNEL:
		return "kernel";
	case DMAHEAP_PROVIDER_MODULES:
		return "dmabuf-heaps";
	default:
		return "";
	}
}

/* A link is the same device. Another name of the modules' is another device... */
static bool is_same(const struct heap *heap, const struct heap *other)
{
	if (heap->device == other->device)
		return true;
	/* ...and only one heap lends from a region. */
	return heap->provider == DMAHEAP_PROVIDER_MODULES &&
	       other->provider == DMAHEAP_PROVIDER_MODULES &&
	       heap->attributes.region[0] && heap->attributes.type[0] &&
	       !strcmp(heap->attributes.region, other->attributes.region) &&
	       !strcmp(heap->attributes.type, other->attributes.type);
}

/* A heap's own name is the first that it was given, so it has the lower number. */
static bool is_own_name(const struct heap *heap, const struct heap *other)
{
	if (heap->device != other->device)
		return heap->device < other->device;
	return !heap->is_link && other->is_link;
}

static int add_name(struct heap *heap, const char *name, bool own)
{
	char **names, *copy = strdup(name);

	names = reallocarray(heap->names, heap->n_names + 1, sizeof(*names));
	if (names)
		heap->names = names;
	if (!names || !copy) {
		free(copy);
		return -ENOMEM;
	}

	if (own) {
		memmove(names + 1, names, heap->n_names * sizeof(*names));
		names[0] = copy;
	} else {
		names[heap->n_names] = copy;
	}
	heap->n_names++;
	return 0;
}

static int add_heap(const struct dmaheap_info *info, void *data)
{
	const char *name = dmaheap_info_name(info);
	struct heaps *heaps = data;
	struct heap new = {
		.device = dmaheap_info_device(info),
		.is_link = is_link(name),
		.provider = dmaheap_info_provider(info),
	}, *heap;
	bool own;

	read_attributes(new.device, &new.attributes);
	for (size_t i = 0; i < heaps->count; i++) {
		heap = &heaps->heaps[i];
		if (!is_same(&new, heap))
			continue;
		own = is_own_name(&new, heap);
		if (own) {
			heap->device = new.device;
			heap->is_link = new.is_link;
			heap->attributes = new.attributes;
		}
		return add_name(heap, name, own);
	}

	heap = reallocarray(heaps->heaps, heaps->count + 1, sizeof(*heap));
	if (!heap)
		return -ENOMEM;
	heaps->heaps = heap;
	heap += heaps->count++;
	*heap = new;
	return add_name(heap, name, true);
}

static int compare_heaps(const void *a, const void *b)
{
	const struct heap *left = a, *right = b;

	return strcmp(left->names[0], right->names[0]);
}

int find_heaps(struct heaps *heaps)
{
	int ret;

	*heaps = (struct heaps) { 0 };
	ret = dmaheap_foreach(add_heap, heaps);
	if (!ret && heaps->count)
		qsort(heaps->heaps, heaps->count, sizeof(*heaps->heaps),
		      compare_heaps);
	return ret;
}

void free_heaps(struct heaps *heaps)
{
	for (size_t i = 0; i < heaps->count; i++) {
		for (size_t j = 0; j < heaps->heaps[i].n_names; j++)
			free(heaps->heaps[i].names[j]);
		free(heaps->heaps[i].names);
	}
	free(heaps->heaps);
}

const struct heap *find_heap(const struct heaps *heaps, const char *name)
{
	for (size_t i = 0; i < heaps->count; i++) {
		for (size_t j = 0; j < heaps->heaps[i].n_names; j++) {
			if (!strcmp(heaps->heaps[i].names[j], name))
				return &heaps->heaps[i];
		}
	}
	return NULL;
}
