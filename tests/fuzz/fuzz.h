/* SPDX-License-Identifier: GPL-2.0 */
/* Calls that make no sense, drawn from a seed, by several threads at once. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stdint.h>

#include "../uapi/harness.h"

/**
 * struct fuzz_kind - a kind of call
 * @name: Its name.
 * @call: Makes one. It fails, or not: that is checked where an answer is
 *	promised for whatever else happens at that moment.
 */
struct fuzz_kind {
	const char *name;
	void (*call)(void);
};

extern const struct fuzz_kind ioctl_kinds[], file_kinds[], attribute_kinds[];

/* A number of this thread's: the same for the same seed. */
uint64_t draw(void);
uint64_t draw_below(uint64_t end);
/* One that is likely to be taken wrong. */
uint64_t draw_odd(void);
#define DRAW_OF(array) (array)[draw_below(ARRAY_SIZE(array))]

/*
 * Descriptors that all threads use and close at any time. Some are of what is no
 * heap, and no buffer.
 */
int draw_fd(void);
void keep_fd(int fd);
/* For one that was closed: some other is told at its place. */
void close_some_fd(void);

const char *draw_heap_name(void);

#endif /* FUZZ_H */
