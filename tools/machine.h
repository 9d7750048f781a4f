/* SPDX-License-Identifier: GPL-2.0 */
/* What a machine has, as far as dmaheap doctor wants to know. */

#ifndef DMAHEAP_MACHINE_H
#define DMAHEAP_MACHINE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/utsname.h>

#include "heaps.h"

enum module {
	MODULE_CORE,		/* without which there is nothing */
	MODULE_CARVEOUT,
	MODULE_CMA,
	MODULE_CONTIGUOUS,
	MODULE_SYSTEM,
	N_MODULES,
};

extern const char * const module_names[N_MODULES];

struct machine {
	struct utsname kernel;
	bool built[N_MODULES];	/* for this kernel */
	bool loaded[N_MODULES];
	uint64_t memory;	/* bytes */
	bool has_cma;		/* the kernel can reserve memory for it */
	uint64_t cma;		/* bytes that it has reserved */
	struct heaps heaps;
};

/* Returns 0 or -errno. Either way free_machine() is due. */
int read_machine(struct machine *machine);

void free_machine(struct machine *machine);

/* Is it a heap of these modules? */
bool is_ours(const struct heap *heap);

/* Is there a file or a folder? The path is made as printf(3) does. */
bool exists(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Has a file a line with this in it? */
bool has_line(const char *path, const char *text);

#endif /* DMAHEAP_MACHINE_H */
