/* SPDX-License-Identifier: GPL-2.0 */
/* What is measured, one side at a time. */
#ifndef PATHS_H
#define PATHS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "heaps.h"

/**
 * struct subject - one side of a path
 * @side: Whose heap.
 * @heap: The heap.
 * @bytes: Size of the buffers.
 * @pooled: Buffers come from the pool.
 * @buf: A buffer, for paths that begin with one.
 * @importer: A device, which is not attached yet.
 */
struct subject {
	enum side side;
	int heap;
	uint64_t bytes;
	bool pooled;
	int buf;
	int importer;
};

/**
 * struct path - something that is done with buffers
 * @name: Of its rows.
 * @unit: Of what @measure returns.
 * @heap: Mainline's name of the heap.
 * @measure: Does it; what it cost.
 * @pooled: Our heap's pool keeps what is given back.
 * @has_buffer: One buffer serves for all times.
 * @prepared: The pool of our heap has one buffer ready always.
 * @begin: What is to be done before, once, with a heap of either side; or NULL.
 * @end: Undoes that.
 * @bytes: The only size that it is about, or 0.
 * @reference: If it is not 0, the path compares our heap not with mainline's but
 *	with itself at this size.
 */
struct path {
	const char *name;
	const char *unit;
	const char *heap;
	double (*measure)(const struct subject *subject);
	bool pooled;
	bool has_buffer;
	bool prepared;
	void (*begin)(int heap);
	void (*end)(void);
	uint64_t bytes;
	uint64_t reference;
};

extern const struct path paths[];
extern const size_t nr_paths;

#endif /* PATHS_H */
