// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-heap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "heaps.h"

/* The device class that a heap's node belongs to, for each side. */
static const char *const classes[SIDES] = { "dmabuf_heap", "dma_heap" };

void die(const char *what, const char *why)
{
	fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what,
		why);
	exit(1);
}

void die_errno(const char *what)
{
	die(what, strerror(errno));
}

/* Two heaps can't be taken for each other: the device number tells whose. */
int open_heap(const char *name, enum side side)
{
	char path[300], link[64], class[300];
	struct stat st;
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "/dev/dma_heap/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st))
		die_errno(path);
	snprintf(link, sizeof(link), "/sys/dev/char/%u:%u/subsystem",
		 major(st.st_rdev), minor(st.st_rdev));
	len = readlink(link, class, sizeof(class) - 1);
	if (len < 0)
		die_errno(link);
	class[len] = '\0';
	if (strcmp(strrchr(class, '/') + 1, classes[side]))
		die(path, "is not the heap that it should be");
	return fd;
}

int alloc(int heap, uint64_t bytes, int mode)
{
	struct dma_heap_allocation_data data = {
		.len = bytes,
		.fd_flags = mode | O_CLOEXEC,
	};

	if (ioctl(heap, DMA_HEAP_IOCTL_ALLOC, &data))
		die_errno("allocate");
	return (int)data.fd;
}
