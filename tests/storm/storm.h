/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A storm: operations drawn from a seed, on buffers that several processes have.
 *
 * One process, the driver, draws the operations, one after the other, and tells
 * workers to carry them out. It keeps a model of what there is; what workers
 * answer and what the heaps report has to be what the model says. So a seed is
 * the same storm each time, and operations can be left out of it.
 */
#ifndef STORM_H
#define STORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "../uapi/harness.h"

/* Workers 0 and 1 are root, the others ordinary users. */
#define NR_WORKERS 4
/* What a worker can have at once: descriptors and mappings. */
#define NR_SLOTS 24
#define NR_BUFFERS 40
/* The bytes of each buffer that are ever written to, from its beginning. */
#define WRITABLE KIB(512)
#define MOST_NAME 48

/**
 * struct storm_options - what a run is to do
 * @seed: Of the first round.
 * @nr_ops: How many operations a round has.
 * @seconds: Rounds are begun for so long; 0 for one round.
 * @beside: Other storms run at the same time, so many in all; 1 for none.
 * @only: Which operations are to be carried out, as "1,3-5"; NULL for all.
 * @trace: Print each operation.
 */
struct storm_options {
	uint64_t seed;
	unsigned int nr_ops;
	unsigned int seconds;
	unsigned int beside;
	const char *only;
	bool trace;
};

extern struct storm_options options;

/* Does this storm know of all that happens to the heaps? */
static inline bool is_alone(void)
{
	return options.beside == 1;
}

/* Random numbers of one operation. */
#define NR_DRAWS 8

#define RAREST 2

/**
 * struct operation - a kind of operation
 * @name: Its name.
 * @weight: How often it is drawn, beside the others; RAREST at least.
 * @run: Carries it out, and checks what came of it; false if there is nothing
 *	to do it with.
 * @alone: It changes what other storms count on.
 */
struct operation {
	const char *name;
	unsigned int weight;
	bool (*run)(const uint64_t draws[NR_DRAWS]);
	bool alone;
};

extern const struct operation buffer_operations[], process_operations[],
	device_operations[], heap_operations[];

/* Says what the running operation is about to do. */
__attribute__((format(printf, 1, 2)))
void say(const char *format, ...);

#endif /* STORM_H */
