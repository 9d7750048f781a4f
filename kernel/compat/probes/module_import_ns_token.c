// SPDX-License-Identifier: GPL-2.0
/* Until 6.13, "module: Convert symbol namespace to string literal". */
#include <linux/module.h>

MODULE_IMPORT_NS(A_TOKEN);
