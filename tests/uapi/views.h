/* SPDX-License-Identifier: GPL-2.0 */
/* Making views of buffers. */
#ifndef VIEWS_H
#define VIEWS_H

#include <stddef.h>
#include <stdint.h>

struct heap;

/* 0 and the descriptor, or -1 and errno. */
int try_view(const struct heap *heap, int buf, uint64_t offset, uint64_t len,
	     uint32_t fd_flags, int *view);
/* A view, or the test has failed. */
int make_view(const struct heap *heap, int buf, size_t offset, size_t len,
	      uint32_t fd_flags);

#endif /* VIEWS_H */
