// SPDX-License-Identifier: GPL-2.0
/*
 * Failed pages: memory in which the hardware has reported errors.
 *
 * The kernel marks such a page and drops it when it is freed. Memory that does
 * not go back to the kernel, that is a region's and a pool's, has to be looked
 * through before it is allocated again. For a pool that would take longer than
 * all the rest of a request, so failures are counted and it looks only when there
 * was one since. The kernel's own count is not exported; its trace event is.
 */
#include <linux/atomic.h>
#include <linux/dma-heap-buffer.h>
#include <linux/mm.h>
#include <linux/page-flags.h>
#include <linux/string.h>
#include <linux/tracepoint.h>

#include "core.h"

/* From 1 on, so that 0 is a count at which nothing has been looked at. */
static atomic_t nr_failures = ATOMIC_INIT(1);

/* The event, or NULL if failures cannot be counted. */
static struct tracepoint *failure_event;

/**
 * dma_heap_has_poison() - check whether memory has a failed page
 * @extent: The memory. It need not have struct pages.
 * @seen: Count of failures when the memory was looked through, or 0. Updated.
 *
 * Context: Any.
 */
bool dma_heap_has_poison(const struct dma_heap_extent *extent,
			 unsigned int *seen)
{
	/* Pairs with the increment, which comes after the page was marked. */
	const unsigned int now = atomic_read_acquire(&nr_failures);
	unsigned long pfn;

	if (!IS_ENABLED(CONFIG_MEMORY_FAILURE) ||
	    (failure_event && *seen == now))
		return false;

	*seen = now;
	for (pfn = extent->pfn; pfn - extent->pfn < extent->nr_pages; pfn++)
		if (pfn_valid(pfn) && PageHWPoison(pfn_to_page(pfn)))
			return true;

	return false;
}

static void count_failure(void *data, unsigned long pfn, int type, int result)
{
	atomic_inc_return_release(&nr_failures);
}

static void find_failure_event(struct tracepoint *event, void *found)
{
	if (!strcmp(event->name, "memory_failure_event"))
		*(struct tracepoint **)found = event;
}

void dma_heap_poison_init(void)
{
	struct tracepoint *event = NULL;

	if (!IS_ENABLED(CONFIG_TRACEPOINTS))
		return;

	for_each_kernel_tracepoint(find_failure_event, &event);
	if (event && !tracepoint_probe_register(event, count_failure, NULL))
		failure_event = event;
}

void dma_heap_poison_exit(void)
{
	if (!failure_event)
		return;

	tracepoint_probe_unregister(failure_event, count_failure, NULL);
	tracepoint_synchronize_unregister();
}
