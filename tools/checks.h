/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What dmaheap doctor looks at, one subject each. A cause is told once: what
 * follows from it is not told again.
 */

#ifndef DMAHEAP_CHECKS_H
#define DMAHEAP_CHECKS_H

#include <stdbool.h>

#include "findings.h"
#include "machine.h"

/* The modules: installed, built for this kernel, loaded. True if they are. */
bool check_modules(const struct machine *machine, struct findings *findings);

/* The heaps that there are. True if there are some of ours. */
bool check_heaps(const struct machine *machine, struct findings *findings);

/* Regions of the device tree that no heap is over. */
void check_regions(const struct machine *machine, struct findings *findings);

/* Memory for contiguous buffers, and whether it is enough for a frame. */
void check_memory(const struct machine *machine, struct findings *findings);

/* Who may allocate, and how much. True if the caller may from some heap. */
bool check_access(const struct machine *machine, struct findings *findings);

/* The names that programs ask for. */
void check_programs(const struct machine *machine, struct findings *findings);

/* What the heaps have refused. */
void check_refusals(const struct machine *machine, struct findings *findings);

/* Buffers that only the kernel holds, if the process that allocated them ended. */
void check_held(const struct machine *machine, struct findings *findings);

/* Room for a list of names, or for a command. */
#define CHECK_TEXT 1024

/* Adds a word to a list in plain language; it has to be empty at first. */
void add_to_list(char list[CHECK_TEXT], const char *word);

#endif /* DMAHEAP_CHECKS_H */
