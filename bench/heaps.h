/* SPDX-License-Identifier: GPL-2.0 */
/* Two heaps side by side: one of ours and one of the kernel's own. */
#ifndef HEAPS_H
#define HEAPS_H

#include <stdint.h>

enum side { OURS, MAINLINE, SIDES };

/* Ends the program, which can't say what it was to say. */
__attribute__((noreturn)) void die(const char *what, const char *why);
__attribute__((noreturn)) void die_errno(const char *what);

/* A heap of that side; any other ends the program. */
int open_heap(const char *name, enum side side);

/* A buffer of that access mode. */
int alloc(int heap, uint64_t bytes, int mode);

#endif /* HEAPS_H */
