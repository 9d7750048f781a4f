// SPDX-License-Identifier: GPL-2.0
#include <dmaheap.h>

#include "../uapi/harness.h"
#include "opening.h"

struct dmaheap *open_by_library(const char *name)
{
	struct dmaheap *heap;

	CHECK_EQUAL(dmaheap_open(name, &heap), 0);
	return heap;
}

struct dmaheap_chain *open_chain(const char *const *names, unsigned int needs)
{
	struct dmaheap_chain *chain;

	CHECK_EQUAL(dmaheap_chain_open(names, needs, &chain), 0);
	return chain;
}
