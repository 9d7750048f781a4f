/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel says of a heap, and the limit that it keeps. */
#ifndef ATTRIBUTES_H
#define ATTRIBUTES_H

#include <stddef.h>

struct heap;

/* An attribute that is a number. */
long long attribute(const struct heap *heap, const char *name);
/* What the attribute is soon: some references are dropped a moment later. */
void wait_for_attribute(const struct heap *heap, const char *name,
			long long number);

/* The text of the attribute "limit", without the end of the line. */
const char *limit(const struct heap *heap);
/* As write() does: 0, or -1 and errno. */
int try_set_limit(const struct heap *heap, const char *text);
void set_limit(const struct heap *heap, const char *text);

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

#endif /* ATTRIBUTES_H */
