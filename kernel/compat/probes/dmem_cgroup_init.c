// SPDX-License-Identifier: GPL-2.0
/* 7.3: dmem regions are described by a structure. */
#include <linux/cgroup_dmem.h>

void *probe(const struct dmem_cgroup_init *init);
void *probe(const struct dmem_cgroup_init *init)
{
	return dmem_cgroup_register_region(init, "region");
}
