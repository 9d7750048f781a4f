// SPDX-License-Identifier: LGPL-2.1-or-later
/* Choosing: heaps that are what is needed, in the order in which they are asked. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <linux/dma-heap.h>

#include "dmaheap.h"
#include "internal.h"

/* The order of those that nobody has named; see docs/library.md. */
enum rank {
	RANK_NAMED,
	RANK_CMA_DEFAULT,
	RANK_CMA,
	RANK_CONTIGUOUS,
	RANK_CARVEOUT,
	RANK_SYSTEM,
	RANK_SYSTEM_OF_KERNEL,
	RANK_UDMABUF,
	RANK_NONE,
};

struct link {
	struct dmaheap *heap;
	enum rank rank;
	dev_t device;
	uint64_t id;		/* 0 if it is not known */
};

struct dmaheap_chain {
	unsigned int needs;
	bool denied;		/* one that may suit could not be opened */
	size_t count;
	struct link *links;
};

static bool is_default_area(const char *name)
{
	return !strcmp(name, "default_cma_region") ||
	       !strcmp(name, "linux,cma") || !strcmp(name, "reserved");
}

/* Memory that is harder to get, or slower, than that of the plain heap. */
static bool is_special(const char *name)
{
	return strstr(name, "dma32") || strstr(name, "uncached") ||
	       strstr(name, "cc_shared");
}

static enum rank rank_of(const char *name,
			 const struct dma_heap_query_data *data)
{
	if (!(data->flags & DMA_HEAP_QUERY_CPU_ACCESS))
		return RANK_NONE;
	if (!strcmp(data->type, "cma"))
		return is_default_area(name) ? RANK_CMA_DEFAULT : RANK_CMA;
	if (!strcmp(data->type, "contiguous"))
		return RANK_CONTIGUOUS;
	if (!strcmp(data->type, "carveout"))
		return RANK_CARVEOUT;
	if (!strcmp(data->type, "system") && !is_special(name))
		return data->id ? RANK_SYSTEM : RANK_SYSTEM_OF_KERNEL;
	if (!strcmp(data->type, "udmabuf"))
		return RANK_UDMABUF;
	return RANK_NONE;
}

/* Links have one device; what has several, one number, if it tells. */
static bool has_heap(const struct dmaheap_chain *chain, const struct link *new)
{
	for (size_t i = 0; i < chain->count; i++) {
		const struct link *link = &chain->links[i];

		if (link->device == new->device ||
		    (new->id && link->id == new->id))
			return true;
	}
	return false;
}

/* Whether a heap that is known belongs into the chain, and then where. */
static bool suits(const struct dmaheap_chain *chain, const char *own_name,
		  const struct dma_heap_query_data *data, enum rank *rank)
{
	uint32_t needed = 0;

	if (chain->needs & DMAHEAP_CONTIGUOUS)
		needed |= DMA_HEAP_QUERY_CONTIGUOUS;
	if (chain->needs & DMAHEAP_CPU_ACCESS)
		needed |= DMA_HEAP_QUERY_CPU_ACCESS;
	if (needed & ~data->flags)
		return false;

	if (*rank != RANK_NAMED)
		*rank = rank_of(own_name, data);
	return *rank != RANK_NONE;
}

/* Returns 1 if the heap belongs into the chain, 0 if not, or -errno. */
static int judge(const struct dmaheap_chain *chain, struct link *link)
{
	struct dma_heap_query_data data;
	char own[NAME_MAX + 1];
	struct stat st;
	int ret;

	if (fstat(link->heap->fd, &st))
		return -errno;
	ret = dmaheap__query(link->heap, 0, &data);
	if (ret && ret != -ENODATA)
		return ret == -ENODEV ? 0 : ret;

	link->device = st.st_rdev;
	link->id = ret ? 0 : data.id;
	if (has_heap(chain, link))
		return 0;
	/* Who has named it knows more than it tells. */
	if (ret)
		return link->rank == RANK_NAMED;

	return suits(chain, dmaheap__own_name(link->heap->name, st.st_rdev,
					      own), &data, &link->rank);
}

static int append(struct dmaheap_chain *chain, const struct link *link)
{
	struct link *links;

	links = reallocarray(chain->links, chain->count + 1, sizeof(*links));
	if (!links)
		return -ENOMEM;
	chain->links = links;
	links[chain->count++] = *link;
	return 0;
}

/* 0 if it can't be told. */
static dev_t device_of(const char *name)
{
	char path[sizeof(DMAHEAP_DIR "/") + NAME_MAX];
	struct stat st;

	snprintf(path, sizeof(path), DMAHEAP_DIR "/%s", name);
	return stat(path, &st) ? 0 : st.st_rdev;
}

/* One that can't be asked is known by its name alone, if at all. */
static bool may_suit(const struct dmaheap_chain *chain, const char *name,
		     enum rank rank)
{
	struct dma_heap_query_data data;
	char own[NAME_MAX + 1];
	const char *own_name = dmaheap__own_name(name, device_of(name), own);

	return dmaheap__look_up(own_name, 0, &data) ||
	       suits(chain, own_name, &data, &rank);
}

/* A heap that is not there, or may not be opened, is no error. */
static int add_heap(struct dmaheap_chain *chain, const char *name,
		    enum rank rank)
{
	struct link link = { .rank = rank };
	int ret;

	ret = dmaheap_open(name, &link.heap);
	switch (ret) {
	case 0:
		break;
	case -EACCES:
	case -EPERM:
		chain->denied |= may_suit(chain, name, rank);
		return 0;
	case -ENOENT:
	case -ENODEV:
	case -ENXIO:
		return 0;
	default:
		return ret;
	}

	ret = judge(chain, &link);
	if (ret > 0) {
		ret = append(chain, &link);
		if (!ret)
			return 0;
	}
	dmaheap_close(link.heap);
	return ret;
}

static int add_info(const struct dmaheap_info *info, void *chain)
{
	return add_heap(chain, dmaheap_info_name(info), RANK_NONE);
}

static int compare_ranks(const void *a, const void *b)
{
	const struct link *left = a, *right = b;

	if (left->rank != right->rank)
		return left->rank < right->rank ? -1 : 1;
	return strcmp(left->heap->name, right->heap->name);
}

static int add_all(struct dmaheap_chain *chain)
{
	int ret;

	ret = dmaheap_foreach(add_info, chain);
	if (!ret)
		ret = add_heap(chain, DMAHEAP_UDMABUF, RANK_NONE);
	if (!ret && chain->count)
		qsort(chain->links, chain->count, sizeof(*chain->links),
		      compare_ranks);
	return ret;
}

static int add_named(struct dmaheap_chain *chain, const char *const *names)
{
	int ret = 0;

	for (; !ret && *names; names++)
		ret = add_heap(chain, *names, RANK_NAMED);
	return ret;
}

int dmaheap_chain_open(const char *const *names, unsigned int needs,
		       struct dmaheap_chain **chain)
{
	struct dmaheap_chain *new;
	int ret;

	if (needs & ~(DMAHEAP_CONTIGUOUS | DMAHEAP_CPU_ACCESS))
		return -EINVAL;
	new = calloc(1, sizeof(*new));
	if (!new)
		return -ENOMEM;

	new->needs = needs;
	ret = names ? add_named(new, names) : add_all(new);
	if (!ret && !new->count)
		ret = new->denied ? -EACCES : -ENOENT;
	if (ret)
		dmaheap_chain_close(new);
	else
		*chain = new;
	return ret;
}

void dmaheap_chain_close(struct dmaheap_chain *chain)
{
	if (!chain)
		return;
	for (size_t i = 0; i < chain->count; i++)
		dmaheap_close(chain->links[i].heap);
	free(chain->links);
	free(chain);
}

int dmaheap_chain_alloc(const struct dmaheap_chain *chain, uint64_t size,
			int fd_flags, struct dmaheap **from)
{
	bool no_memory = false;
	int ret = -ENOMEM;

	for (size_t i = 0; i < chain->count; i++) {
		const struct link *link = &chain->links[i];

		ret = dmaheap_alloc(link->heap, size, fd_flags);
		if (ret >= 0) {
			if (from)
				*from = link->heap;
			return ret;
		}
		/* Every heap would say so. */
		if (ret == -EINVAL || ret == -EMFILE || ret == -ENFILE)
			return ret;
		no_memory |= ret == -ENOMEM;
	}

	return no_memory ? -ENOMEM : ret;
}
