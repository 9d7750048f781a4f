/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DMAHEAP_EXPLAIN_H
#define DMAHEAP_EXPLAIN_H

#include <stdint.h>

#include <dmaheap.h>

/* Report what dmaheap_open() answered: what it means, and what to do. */
void explain_open(const char *heap, int error);

/* The same for dmaheap_alloc(). */
void explain_alloc(const char *heap, uint64_t size, int error);

/* Say that there are no heaps, which is no error. */
void explain_none(void);

#endif /* DMAHEAP_EXPLAIN_H */
