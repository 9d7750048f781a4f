/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel traces. */
#ifndef TRACING_H
#define TRACING_H

#include <stdio.h>

#define TRACING "/sys/kernel/tracing/"

/* Writes into a file there, behind what it has, or the test has failed. */
void write_tracing(const char *path, const char *text);

/* From here on, events like "SYSTEM/EVENT" or "SYSTEM" alone are traced. */
void begin_tracing(const char *events);
/* Not any more: what was. */
FILE *end_tracing(const char *events);

#define MOST_EVENT 512
/* "EVENT: FIELDS", without who, when and the end of the line; NULL at the end. */
const char *next_event(FILE *trace, char line[MOST_EVENT]);
/* It is this one. */
void check_next_event(FILE *trace, const char *expected);

#endif /* TRACING_H */
