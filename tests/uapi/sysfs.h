/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel says of a heap, in the attributes of its class device. */
#ifndef SYSFS_H
#define SYSFS_H

#include <stdbool.h>

struct heap;

/* Longer than any attribute. */
#define MOST_TEXT 256

/* An attribute that is a number, or the test has failed. */
long long attribute(const struct heap *heap, const char *name);
/* What it is soon: some references are dropped a moment later. */
void wait_for_attribute(const struct heap *heap, const char *name,
			long long number);

/* One that is a line of text, without its end, or the test has failed. */
void attribute_text(const struct heap *heap, const char *name,
		    char text[MOST_TEXT]);
void check_attribute(const struct heap *heap, const char *name,
		     const char *text);
/* Is there one of that name? */
bool has_attribute(const struct heap *heap, const char *name);

/* As write() does: 0, or -1 and errno. */
int try_set_attribute(const struct heap *heap, const char *name,
		      const char *text);
void set_attribute(const struct heap *heap, const char *name,
		   const char *text);

/* The attributes of these names. */
struct counts {
	long long used;
	long long peak;
	long long buffers;
	long long allocations;
	long long largest_success;
	long long smallest_failure;
	long long failures_limit;
	long long failures_memory;
	long long failures_busy;
	long long failures_other;
};

struct counts read_counts(const struct heap *heap);
void check_counts(const struct heap *heap, const struct counts *expected);

#endif /* SYSFS_H */
