// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-heap.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "heaps.h"
#include "pressure.h"

#define MIB (1l << 20)

/* What is kept free for pages that have to leave the region. */
#define ROOM (96 * MIB)

/* The region counts as full, and the machine as out of memory. */
#define FULL (8 * MIB)
#define EMPTY (10 * MIB)

#define TMPFS "/tmp/pressure"
#define CGROUPS "/sys/fs/cgroup"
#define CGROUP CGROUPS "/pressure"
/* More than the program needs beside what it has. */
#define CGROUP_MAX "4194304"

#define MOST_PIECES 256

/* Bytes of a line of /proc/meminfo. */
static long meminfo(const char *name)
{
	FILE *file = fopen("/proc/meminfo", "re");
	char line[128];
	long kib = -1;

	if (!file)
		die_errno("/proc/meminfo");
	while (kib < 0 && fgets(line, sizeof(line), file))
		if (!strncmp(line, name, strlen(name)))
			sscanf(line + strlen(name), ": %ld", &kib);
	fclose(file);
	if (kib < 0)
		die(name, "is not in /proc/meminfo");
	return kib * 1024;
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		die_errno(path);
	close(fd);
}

static int open_file(void)
{
	static int fd = -1;

	if (fd >= 0)
		return fd;
	/* What large pages would like to have free would leave the region so, too. */
	write_file("/proc/sys/vm/min_free_kbytes", "4096");
	mkdir(TMPFS, 0700);
	if (mount("tmpfs", TMPFS, "tmpfs", 0, "size=90%"))
		die_errno(TMPFS);
	fd = open(TMPFS "/file", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		die_errno(TMPFS "/file");
	return fd;
}

void drop_page_cache(void)
{
	if (ftruncate(open_file(), 0))
		die_errno("ftruncate");
}

void fill_with_page_cache(void)
{
	int heap = open_heap("system", MAINLINE);
	int fd = open_file(), room;
	off_t at;

	drop_page_cache();
	/* Its memory can't be moved, so it is not the region's. */
	room = alloc(heap, ROOM, O_RDWR);
	for (at = 0; meminfo("CmaFree") > FULL; at += MIB) {
		if (meminfo("MemFree") < EMPTY)
			die("page cache", "does not go to the region");
		if (fallocate(fd, 0, at, MIB))
			die_errno("fallocate");
	}
	close(room);
	close(heap);
}

void enter_cgroup(void)
{
	/* Once is enough. */
	if (mkdir(CGROUP, 0755) && errno != EEXIST) {
		if (mount("cgroup2", CGROUPS, "cgroup2", 0, NULL) ||
		    (mkdir(CGROUP, 0755) && errno != EEXIST))
			die_errno(CGROUP);
	}
	write_file(CGROUPS "/cgroup.subtree_control", "+memory");
	write_file(CGROUP "/memory.max", CGROUP_MAX);
	write_file(CGROUP "/cgroup.procs", "0");
}

void leave_cgroup(void)
{
	write_file(CGROUPS "/cgroup.procs", "0");
}

static int pieces[MOST_PIECES];
static int nr_pieces;

void fragment(int heap)
{
	struct dma_heap_allocation_data data = {
		.len = MIB,
		.fd_flags = O_RDWR | O_CLOEXEC,
	};

	for (; nr_pieces < MOST_PIECES; nr_pieces++) {
		data.fd = 0;
		if (ioctl(heap, DMA_HEAP_IOCTL_ALLOC, &data))
			break;
		pieces[nr_pieces] = (int)data.fd;
	}
	if (nr_pieces == MOST_PIECES)
		die("fragment", "the region is too large");
	if (errno != ENOMEM)
		die_errno("fragment");
	for (int i = 0; i < nr_pieces; i += 2) {
		close(pieces[i]);
		pieces[i] = -1;
	}
}

void mend(void)
{
	while (nr_pieces)
		if (pieces[--nr_pieces] >= 0)
			close(pieces[nr_pieces]);
}
