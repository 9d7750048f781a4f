/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's tracing, as files. */
#ifndef TRACING_H
#define TRACING_H

#define TRACING "/sys/kernel/tracing/"
#define TRACING_GROUP "dmabuf_heaps_bench"

/* Writes to a file what replaces its contents, or adds a line: 0 or -errno. */
int tracing_write(const char *path, const char *text);
int tracing_append(const char *path, const char *line);

#endif /* TRACING_H */
