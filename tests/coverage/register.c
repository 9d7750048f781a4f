// SPDX-License-Identifier: GPL-2.0
/*
 * The first object of a module that counts: makes its counters known as the
 * module is loaded, before any of its own code runs. A stock kernel calls no
 * constructors, so the compiler has put pointers to the counters of each object
 * into a section, which end.c ends. The parameter is there to be called.
 */
#include <linux/module.h>
#include <linux/moduleparam.h>

void __gcov_init(void *counters);

static void *begin[1] __used __section(".gcov_info");

static int gcov_set(const char *value, const struct kernel_param *param)
{
	void **next = begin;

	/* What is behind is not this object's, as the compiler sees it. */
	OPTIMIZER_HIDE_VAR(next);
	while (*++next)
		__gcov_init(*next);

	return 0;
}

static const struct kernel_param_ops gcov_ops = { .set = gcov_set };

module_param_cb(gcov, &gcov_ops, NULL, 0);
MODULE_PARM_DESC(gcov, "Make the counters known");
