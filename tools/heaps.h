/* SPDX-License-Identifier: GPL-2.0 */
/* The heaps, each once, however many names it has. */

#ifndef DMAHEAP_HEAPS_H
#define DMAHEAP_HEAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include <dmaheap.h>

#include "attributes.h"

struct heap {
	char **names;		/* its own, which buffers report, and others */
	size_t n_names;
	dev_t device;		/* of its own name */
	bool is_link;		/* its own name is a link, for want of others */
	enum dmaheap_provider provider;
	struct attributes attributes;
};

struct heaps {
	struct heap *heaps;
	size_t count;
};

/* Returns 0 or -errno. What was found is freed by free_heaps() either way. */
int find_heaps(struct heaps *heaps);
void free_heaps(struct heaps *heaps);

/* The heap that has this name, or NULL. */
const struct heap *find_heap(const struct heaps *heaps, const char *name);

/* Who provides it, in a word; empty if that is not known. */
const char *provider_name(enum dmaheap_provider provider);

#endif /* DMAHEAP_HEAPS_H */
