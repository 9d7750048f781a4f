/* SPDX-License-Identifier: GPL-2.0 */
/* Heaps by the library, or the test has failed. */
#ifndef OPENING_H
#define OPENING_H

struct dmaheap;
struct dmaheap_chain;

struct dmaheap *open_by_library(const char *name);
struct dmaheap_chain *open_chain(const char *const *names, unsigned int needs);

#endif /* OPENING_H */
