/* SPDX-License-Identifier: GPL-2.0 */
/* The pool of our heap, which is off unless a path asks for it. */
#ifndef POOL_H
#define POOL_H

#include <stdint.h>

/* Turns it on, with a limit as its attribute has it; off again, which empties it. */
void pool_on(const char *heap, const char *limit);
void pool_off(void);

/*
 * One more buffer of that size is allocated, freed and kept. From then on the
 * pool is full when it has all of them back.
 */
void pool_add(int heap, uint64_t bytes);
/* One buffer of that size is to be ready always, and no other. */
void pool_prepare(uint64_t bytes);
void pool_wait(void);

/* Requests that the pool has met. */
uint64_t pool_hits(void);

#endif /* POOL_H */
