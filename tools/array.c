// SPDX-License-Identifier: GPL-2.0
/* Arrays that grow. */

#include <stdlib.h>

#include "array.h"

void *append(void *array, size_t *count, size_t size)
{
	/* There is room for as many as the next power of two. */
	if (!(*count & (*count - 1)))
		array = reallocarray(array, *count ? 2 * *count : 1, size);
	if (array)
		++*count;
	return array;
}
