// SPDX-License-Identifier: GPL-2.0
/* The last object of a module that counts: see register.c. */
#include <linux/compiler.h>

static void *end[1] __used __section(".gcov_info");
