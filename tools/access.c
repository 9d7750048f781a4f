// SPDX-License-Identifier: GPL-2.0
/* Who may open a heap. */

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <dmaheap.h>

#include "access.h"

/* A mount without devices, as containers have them, is seen by nothing else. */
bool may_open(const char *name)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), DMAHEAP_DIR "/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	close(fd);
	return true;
}

bool is_in_group(gid_t gid)
{
	static gid_t groups[NGROUPS_MAX];
	const int count = getgroups(NGROUPS_MAX, groups);
	bool is_in = getegid() == gid;

	for (int i = 0; i < count; i++)
		is_in |= groups[i] == gid;
	return is_in;
}

static bool bits_allow(const struct stat *node)
{
	if (!geteuid())
		return true;
	if (node->st_uid == geteuid())
		return node->st_mode & S_IRUSR;
	if (is_in_group(node->st_gid))
		return node->st_mode & S_IRGRP;
	return node->st_mode & S_IROTH;
}

/* A policy may refuse the question, too; access lists are not in the bits. */
bool mode_allows(const char *name)
{
	char path[PATH_MAX];
	struct stat node;

	snprintf(path, sizeof(path), DMAHEAP_DIR "/%s", name);
	return !stat(path, &node) &&
	       (bits_allow(&node) ||
		!faccessat(AT_FDCWD, path, R_OK, AT_EACCESS));
}
