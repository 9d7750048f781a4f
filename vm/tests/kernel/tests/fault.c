// SPDX-License-Identifier: GPL-2.0
/*
 * Does what a kernel must not do, so that the harness can be seen to notice.
 * insmod fault.ko what=warn|panic|hang|cma|pinned
 */
#include <linux/cma.h>
#include <linux/dma-map-ops.h>
#include <linux/irqflags.h>
#include <linux/module.h>
#include <linux/panic.h>
#include <linux/processor.h>
#include <linux/string.h>

static char *what = "";
module_param(what, charp, 0444);
MODULE_PARM_DESC(what, "warn, panic, hang, cma or pinned; nothing if empty");

static int __init fault_init(void)
{
	if (!strcmp(what, "warn"))
		WARN(1, "a warning on purpose\n");
	if (!strcmp(what, "panic"))
		panic("a panic on purpose");
	if (!strcmp(what, "hang")) {
		local_irq_disable();
		for (;;)
			cpu_relax();
	}
	/* The pages are forgotten: a leak that only the area's count shows. */
	if (!strcmp(what, "cma") &&
	    !cma_alloc(dev_get_cma_area(NULL), 16, 0, false))
		return -ENOMEM;
	/* A reference that nobody gives back. */
	if (!strcmp(what, "pinned"))
		__module_get(THIS_MODULE);
	return 0;
}
module_init(fault_init);

static void __exit fault_exit(void)
{
}
module_exit(fault_exit);

MODULE_DESCRIPTION("Faults on purpose, to test the test machine");
MODULE_LICENSE("GPL");
