// SPDX-License-Identifier: GPL-2.0
/* Is loaded by PID 1, with a parameter from the kernel's command line. */
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/string.h>

static char *value = "";
module_param(value, charp, 0444);
MODULE_PARM_DESC(value, "any text; \"refuse\" makes the module not load");

static int __init given_init(void)
{
	return strcmp(value, "refuse") ? 0 : -EINVAL;
}
module_init(given_init);

static void __exit given_exit(void)
{
}
module_exit(given_exit);

MODULE_DESCRIPTION("A module with a parameter, to test the test machine");
MODULE_LICENSE("GPL");
