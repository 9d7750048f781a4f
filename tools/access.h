/* SPDX-License-Identifier: GPL-2.0 */
/* Who may open a heap. */

#ifndef DMAHEAP_ACCESS_H
#define DMAHEAP_ACCESS_H

#include <stdbool.h>
#include <sys/types.h>

/* What it is if the mode of a node is not the reason. */
#define IN_THE_WAY "a container or a security policy is in the way"

/* Whether the caller may open a heap, and so allocate from it. It is tried. */
bool may_open(const char *name);

/* Whether the mode of its node, or its access list, lets the caller. */
bool mode_allows(const char *name);

/* Is the caller in that group since it logged in? */
bool is_in_group(gid_t gid);

#endif /* DMAHEAP_ACCESS_H */
