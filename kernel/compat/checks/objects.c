// SPDX-License-Identifier: GPL-2.0
/* how memory for an object is got */
#include <linux/slab.h>

struct object {
	int nr_words;
	long words[] __counted_by(nr_words);
};

struct object *check(void);
struct object *check(void)
{
	struct object *object = kzalloc_obj(*object, GFP_KERNEL);

	return object ?: kmalloc_obj(*object, GFP_KERNEL);
}
