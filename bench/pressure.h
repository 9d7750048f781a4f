/* SPDX-License-Identifier: GPL-2.0 */
/* What makes allocating hard: others who have the memory. */
#ifndef PRESSURE_H
#define PRESSURE_H

/*
 * Fills the CMA region with pages that can be moved, those of a file of tmpfs, and
 * leaves room outside of it for them to go to. What an earlier call has filled is
 * given back before.
 */
void fill_with_page_cache(void);
void drop_page_cache(void);

/* From here on, this process may have no more memory than it has; and again. */
void enter_cgroup(void);
void leave_cgroup(void);

/* Takes all of a heap's region, and gives back every other MiB of it. */
void fragment(int heap);
void mend(void);

#endif /* PRESSURE_H */
