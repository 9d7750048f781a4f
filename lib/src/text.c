// SPDX-License-Identifier: LGPL-2.1-or-later
/* Reading text files of the kernel. */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

/* Room for most files of /proc that are read whole, and for any, in bytes. */
#define FIRST_ROOM 4096
#define MAX_ROOM (16 << 20)

static int grow(struct text *text)
{
	const size_t room = text->room ? 2 * text->room : FIRST_ROOM;
	char *data;

	if (room > MAX_ROOM)
		return -EFBIG;
	data = realloc(text->data, room);
	if (!data)
		return -ENOMEM;
	text->data = data;
	text->room = room;
	return 0;
}

/*
 * The files are of one record, which the kernel shows whole where there is room: what
 * leaves room is all of it. The kernel's own ENOMEM means that it has no room for the
 * text, which its writer may have made too long.
 */
static int read_all(int fd, struct text *text)
{
	size_t used = 0;
	ssize_t len;
	int ret;

	do {
		if (used + 1 >= text->room) {
			ret = grow(text);
			if (ret)
				return ret;
		}
		len = read(fd, text->data + used, text->room - used - 1);
		if (len < 0)
			return errno == ENOMEM ? -EFBIG : -errno;
		used += len;
	} while (used + 1 == text->room);
	text->data[used] = '\0';
	return 0;
}

int dmaheap__read_file(int dir, const char *path, struct text *text)
{
	int fd = openat(dir, path, O_RDONLY | O_CLOEXEC), ret;

	if (fd < 0)
		return -errno;
	ret = read_all(fd, text);
	close(fd);
	return ret;
}

int dmaheap__read_text(int dir, const char *path, char *text, size_t size)
{
	int fd = openat(dir, path, O_RDONLY | O_CLOEXEC), error = 0;
	ssize_t len;

	if (fd < 0)
		return -errno;
	len = read(fd, text, size - 1);
	if (len < 0)
		error = errno;
	else
		text[len] = '\0';
	close(fd);
	return -error;
}

void dmaheap__copy_line(char *to, size_t size, const char *from)
{
	size_t len = strcspn(from, "\n");

	if (len >= size)
		len = size - 1;
	memcpy(to, from, len);
	to[len] = '\0';
}
