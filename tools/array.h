/* SPDX-License-Identifier: GPL-2.0 */
/* Arrays that grow. */

#ifndef DMAHEAP_ARRAY_H
#define DMAHEAP_ARRAY_H

#include <stddef.h>

/*
 * Make room for one more element, and count it. The room doubles, so that many
 * elements are not copied again for each. Returns the array, which may have
 * moved; or NULL if there is no memory for it, and then @array stays as it was.
 */
void *append(void *array, size_t *count, size_t size);

#endif /* DMAHEAP_ARRAY_H */
