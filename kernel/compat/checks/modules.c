// SPDX-License-Identifier: GPL-2.0
/* how a module imports a namespace of symbols, and exports to one */
#include <linux/module.h>

void check(void);
void check(void)
{
}
EXPORT_SYMBOL_NS_GPL(check, "A_STRING");

MODULE_IMPORT_NS("A_STRING");
