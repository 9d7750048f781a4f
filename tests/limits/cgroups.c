// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../uapi/harness.h"
#include "cgroups.h"

#define ROOT "/sys/fs/cgroup"

static void path_of(const char *group, const char *file, char *path,
		    size_t size)
{
	snprintf(path, size, ROOT "/%s/%s", group, file);
}

void make_group(const char *group)
{
	char path[256];

	path_of(group, "", path, sizeof(path));
	/* Who was in it may be still on its way out. */
	for (int ms = 0; rmdir(path) && errno == EBUSY && ms < 5000; ms++)
		usleep(1000);
	CHECK_EQUAL(mkdir(path, 0755), 0);
}

void write_group(const char *group, const char *file, const char *text)
{
	char path[256];
	int fd;

	path_of(group, file, path, sizeof(path));
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		fail(__FILE__, __LINE__, "%s: %s", path, strerrorname_np(errno));
	close(fd);
}

void enter_group(const char *group)
{
	write_group(group, "cgroup.procs", "0");
}

void leave_group(void)
{
	write_group(".", "cgroup.procs", "0");
}

void read_group(const char *group, const char *file, char *text, size_t size)
{
	char path[256];
	ssize_t n;
	int fd;

	path_of(group, file, path, sizeof(path));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	CHECK(fd >= 0);
	n = read(fd, text, size - 1);
	CHECK(n >= 0);
	text[n] = '\0';
	close(fd);
}

long long group_number(const char *group, const char *file)
{
	char path[256];

	path_of(group, file, path, sizeof(path));
	return file_number(path);
}
