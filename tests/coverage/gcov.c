// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's gcov as a module, for kernels that have none of it. Its files are
 * of the kernel's source package, in the folder that tests/coverage/run makes.
 */
#include <linux/init.h>
#include <linux/module.h>

/* Each of them would be the module's only beginning. */
#undef device_initcall
#define device_initcall(function)
#undef pr_fmt
/* Where links to sources begin; they are not used. */
#define OBJTREE "/"
#define SRCTREE "/"

#include "base.c"
#include "fs.c"
#include "gcc_base.c"
#include "gcc_4_7.c"

static int __init gcov_module_init(void)
{
	return gcov_init() ?: gcov_fs_init();
}
module_init(gcov_module_init);

MODULE_DESCRIPTION("gcov for the modules of DMA-BUF heaps");
MODULE_LICENSE("GPL");
