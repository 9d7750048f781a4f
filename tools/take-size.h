/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DMAHEAP_TAKE_SIZE_H
#define DMAHEAP_TAKE_SIZE_H

#include <stdint.h>

#include "command.h"

/* The size of a buffer. Returns 0, or EXIT_USAGE when it said what is wrong. */
int take_size(const struct command *command, const char *text, uint64_t *size);

#endif /* DMAHEAP_TAKE_SIZE_H */
