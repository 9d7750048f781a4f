/* SPDX-License-Identifier: GPL-2.0 */
/* What heaps report, against the model. */
#ifndef CHECK_H
#define CHECK_H

#include "model.h"

/* An attribute, as text or number; the storm fails if there is none. */
uint64_t heap_number(const struct model_heap *heap, const char *name);
void heap_text(const struct model_heap *heap, const char *name, char *text,
	       size_t size);
/* As write() does: 0, or -1 and errno. */
int heap_set(const struct model_heap *heap, const char *name, const char *text);
/* Not longer than the kernel needs for what it puts off. */
void wait_until_at_most(const struct model_heap *heap, const char *name,
			uint64_t most);

/* Of one heap: attributes, and the list. */
void check_heap(const struct model_heap *heap);
void check_all_heaps(void);
/* How many dma-bufs a heap has: of one user, or of all for user 0. */
uint32_t count_views(const struct model_heap *heap, unsigned int user);
/* What the list tells of a buffer that is new. */
void learn_place(const struct model_file *file);

/* The call has returned this, or failed with this error. */
#define CHECK_ANSWER(answer, expected)					\
	check_answer(__FILE__, __LINE__, answer, expected)

struct answer;
/* @expected is an errno, or 0 for success. */
void check_answer(const char *file, int line, const struct answer *answer,
		  int expected);

#endif /* CHECK_H */
