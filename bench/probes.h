/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Bytes that functions of the kernel are called with on behalf of this process,
 * counted by kprobes.
 */
#ifndef PROBES_H
#define PROBES_H

#include <stdint.h>

/**
 * struct probe - a count of bytes
 * @name: of the count.
 * @function: where it is taken: a function of the kernel, and where it gets
 *	"size" and "dir" (enum dma_data_direction) from, for kprobe_events.
 * @condition: of a call that counts, as the end of a filter; or NULL.
 */
struct probe {
	const char *name;
	const char *function;
	const char *condition;
};

/* Begins to count, until the program ends. */
void probe_add(const struct probe *probe);

/* Bytes up to now. */
uint64_t probe_read(const struct probe *probe);

#endif /* PROBES_H */
