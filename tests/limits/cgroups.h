/* SPDX-License-Identifier: GPL-2.0 */
/* Groups below the root of the cgroup hierarchy. */
#ifndef CGROUPS_H
#define CGROUPS_H

#include <stddef.h>

/* An empty group of that name; what one of an earlier test had is gone. */
void make_group(const char *group);
void enter_group(const char *group);
/* Into the root. */
void leave_group(void);

void write_group(const char *group, const char *file, const char *text);
/* A file's text, with its ends of lines. */
void read_group(const char *group, const char *file, char *text, size_t size);
/* A file that is one number. */
long long group_number(const char *group, const char *file);

#endif /* CGROUPS_H */
