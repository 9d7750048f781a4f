/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DMAHEAP_HELP_H
#define DMAHEAP_HELP_H

#include <stdio.h>

#include "command.h"

/* All that a command's table says of it, for people. */
void print_help(FILE *stream, const struct command *command);

/*
 * The same for programs: a line for the command, and one for each option, with
 * tabs between its fields: command, option, letter, argument, its values. What is
 * not there is "-".
 */
void print_help_table(FILE *stream, const struct command *command);

#endif /* DMAHEAP_HELP_H */
