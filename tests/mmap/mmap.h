/* SPDX-License-Identifier: GPL-2.0 */
/* What the tests of page faults share. */
#ifndef MMAP_H
#define MMAP_H

#include <stdbool.h>
#include <stddef.h>

#include "harness.h"

#define PAGE page_size()
/* What one page table maps, or one huge entry. */
#define SLOT MIB(2)
#define THP "/sys/kernel/mm/transparent_hugepage/enabled"

/* Map a buffer @beside bytes after the beginning of a slot. */
char *map_beside(int buf, size_t size, size_t beside);

void write_text(const char *path, const char *text);

/* Check whether pages of the heap can be made to fail. */
bool can_fail_page(const struct heap *heap);

/* Let a page of the heap's only buffer fail. */
void fail_page(const struct heap *heap, size_t page);

#endif /* MMAP_H */
