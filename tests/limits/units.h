/* SPDX-License-Identifier: GPL-2.0 */
/* A limit that is exact, and what it allows. */
#ifndef UNITS_H
#define UNITS_H

#include <stddef.h>

struct heap;

/* What a user may have in most tests, as buffers. */
#define UNIT KIB(64)
#define UNITS 64

/*
 * For the beginning of a test: nothing is lent, and everybody without
 * privileges may have UNITS buffers of UNIT bytes, and no byte more.
 */
void begin_with_units(const struct heap *heap);

/* One more, which there has to be, or none, which has to be the limit's doing. */
int take_unit(const struct heap *heap);
void check_no_unit(const struct heap *heap);
/* Asks until it is refused; how many there were. */
int take_units(const struct heap *heap, int bufs[static UNITS + 1]);
/* The running process can have all UNITS, and gives them back. */
void check_full_share(const struct heap *heap);

#endif /* UNITS_H */
