/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An allocator that fails once: this file's malloc() and its relatives replace those
 * of the C library, for the C library itself as well.
 *
 * A program that is no test of the library is told by the environment: with
 * FAIL_ALLOCATION=N its call number N fails, and with 0 it prints at its end how many
 * calls there were. FAIL_SPARE=TEXT spares the calls by a library that is called so.
 */
#ifndef DMAHEAP_TEST_FAILING_H
#define DMAHEAP_TEST_FAILING_H

#include <stdbool.h>
#include <stddef.h>

/* Let the call with this number fail from now on, the first one being 1. */
void failing_begin(size_t number);

/* Return whether a call has failed since then. No call fails any more. */
bool failing_end(void);

/* Return how many allocations have not been freed. */
size_t failing_count_live(void);

#endif /* DMAHEAP_TEST_FAILING_H */
