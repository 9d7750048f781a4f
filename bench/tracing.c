// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "tracing.h"

static int write_text(const char *path, int flag, const char *text)
{
	int fd = open(path, O_WRONLY | flag | O_CLOEXEC);
	ssize_t written;

	if (fd < 0)
		return -errno;
	written = write(fd, text, strlen(text));
	if (written < 0)
		written = -errno;
	close(fd);
	return written < 0 ? (int)written : 0;
}

int tracing_write(const char *path, const char *text)
{
	return write_text(path, O_TRUNC, text);
}

int tracing_append(const char *path, const char *line)
{
	return write_text(path, O_APPEND, line);
}
