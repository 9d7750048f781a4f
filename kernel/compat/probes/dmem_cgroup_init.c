// SPDX-License-Identifier: GPL-2.0
/* 7.3, "cgroup/dmem: Add reclaim callback for lowering max below current usage". */
#include <linux/cgroup_dmem.h>

void *probe(const struct dmem_cgroup_init *init);
void *probe(const struct dmem_cgroup_init *init)
{
	return dmem_cgroup_register_region(init, "region");
}
