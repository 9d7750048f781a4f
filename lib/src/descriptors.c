// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Descriptors of dma-bufs, from /proc.
 *
 * Paths and names there are up to other processes, down to files that are called
 * as dma-bufs are. A dma-buf is known by the text of its fdinfo, which the kernel
 * writes, or by the device of its inode.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "uses.h"

/* Type of the file system that dma-bufs are in. Not in every header. */
#define DMA_BUF_FS 0x444d4142

/* More bytes of fdinfo than a dma-buf has without locks. */
#define USUAL_FDINFO 512

int dmaheap__tolerate(struct process *process, int error)
{
	switch (error) {
	case 0:
	case ENOENT:
	case ESRCH:
		return 0;
	case EMFILE:
	case ENFILE:
	case ENOMEM:
		return -error;
	default:
		process->denied = true;
		return 0;
	}
}

/*
 * The last field, the name, is whatever its owner wrote; what comes before can't
 * be mistaken. Only dma-bufs have the field exp_name, and O_PATH hides it. @found
 * is NULL without it. Returns 0 or -ENOMEM.
 */
static int parse_fdinfo(struct scan *scan, struct known_buffer **found)
{
	const char *text = scan->text.data;
	const char *ino = strstr(text, "\nino:\t");
	const char *size = strstr(text, "\nsize:\t");
	const char *heap = strstr(text, "\nexp_name:\t");
	struct known_buffer *buffer;
	const char *name;

	*found = NULL;
	if (!ino || !size || !heap)
		return 0;
	buffer = dmaheap__get_buffer(scan, 0, strtoull(ino + strlen("\nino:\t"),
						       NULL, 10));
	if (!buffer)
		return -ENOMEM;
	*found = buffer;
	if (buffer->is_described)
		return 0;
	buffer->is_described = true;
	buffer->size = strtoull(size + strlen("\nsize:\t"), NULL, 10);
	dmaheap__copy_line(buffer->heap, sizeof(buffer->heap),
			   heap + strlen("\nexp_name:\t"));
	name = strstr(heap, "\nname:\t");
	if (name)
		dmaheap__copy_line(buffer->name, sizeof(buffer->name),
				   name + strlen("\nname:\t"));
	return 0;
}

/*
 * Find out which device dma-bufs are on, from a file that may be one. It can't
 * be exchanged while it is open, and O_PATH asks nothing of the server of a file
 * system. Such a server never gives a file without a type, nor does a disk.
 */
static void learn_device(struct scan *scan, int dir, const char *path)
{
	int file = openat(dir, path, O_PATH | O_CLOEXEC);
	struct statfs fs;
	struct statx st;

	if (file < 0)
		return;
	if (!statx(file, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC,
		   STATX_TYPE, &st) && !(st.stx_mode & S_IFMT) &&
	    !fstatfs(file, &fs) && fs.f_type == DMA_BUF_FS)
		scan->device = makedev(st.stx_dev_major, st.stx_dev_minor);
	close(file);
}

/*
 * Do without fdinfo, which locks on the file may make very long. statx() never fails for
 * a dma-buf: if it fails, the descriptor has been closed, or the file is another.
 */
enum kind dmaheap__recognize(struct scan *scan, int dir, const char *link,
			     uint64_t *inode, uint64_t *size)
{
	const unsigned int mask = STATX_TYPE | STATX_INO | STATX_BLOCKS;
	struct statx st;

	/* The file system of dma-bufs never answers EACCES, another one may. */
	if (statx(dir, link, AT_STATX_DONT_SYNC, mask, &st))
		return errno == EACCES ? KIND_OTHER : KIND_UNKNOWN;
	if (st.stx_mode & S_IFMT)
		return KIND_OTHER;
	if (!scan->device)
		learn_device(scan, dir, link);
	*inode = st.stx_ino;
	/* Blocks have 512 bytes, whatever the page size. */
	*size = st.stx_blocks * 512;
	return scan->device == makedev(st.stx_dev_major, st.stx_dev_minor) ?
	       KIND_DMA_BUF : KIND_UNKNOWN;
}

void dmaheap__name_by_path(struct known_buffer *buffer, const char *path)
{
	if (!buffer->is_described && !buffer->name[0])
		dmaheap__copy_line(buffer->name, sizeof(buffer->name),
				   path + strlen(DMA_BUF_PREFIX));
}

/* Check for O_PATH: the link of such a descriptor has no permissions. */
static bool is_path_only(int dir, const char *fd)
{
	struct stat st;

	return !fstatat(dir, fd, &st, AT_SYMLINK_NOFOLLOW) &&
	       !(st.st_mode & S_IRWXU);
}

/* @found is NULL if the text describes no dma-buf. Returns 0 or -errno. */
static int read_fdinfo(struct scan *scan, int thread, const char *fd,
		       struct known_buffer **found)
{
	char path[NAME_MAX + sizeof("fdinfo/")];
	int ret;

	stpcpy(stpcpy(path, "fdinfo/"), fd);
	ret = dmaheap__read_file(thread, path, &scan->text);
	if (!ret)
		ret = parse_fdinfo(scan, found);
	if (ret == -EFBIG || (!ret && (!*found || strlen(scan->text.data) >
				       USUAL_FDINFO)))
		scan->saw_unusual_fdinfo = true;
	return ret;
}

/*
 * Find the dma-buf of a descriptor. Reading fdinfo takes the least time, but not if a
 * process has prepared it: it lists locks, or is written by another driver. So the first
 * unusual fdinfo is the last one that is read without a look at the file. After that,
 * each file is recognized first, and fdinfo is read only of a dma-buf that has not been
 * described yet. @found is NULL if the file is no dma-buf. Returns 0 or -errno.
 */
static int find_buffer(struct scan *scan, int thread, int dir, const char *fd,
		       struct known_buffer **found)
{
	const bool is_read = !scan->saw_unusual_fdinfo;
	struct known_buffer *seen = NULL;
	uint64_t inode, size;
	enum kind kind;
	int ret = 0;

	*found = NULL;
	if (is_read) {
		ret = read_fdinfo(scan, thread, fd, found);
		if ((*found && scan->device) || (ret && ret != -EFBIG))
			return ret;
	}
	kind = dmaheap__recognize(scan, dir, fd, &inode, &size);
	if (*found || kind == KIND_OTHER)
		return 0;
	if (kind == KIND_DMA_BUF) {
		seen = dmaheap__get_buffer(scan, 0, inode);
		if (!seen)
			return -ENOMEM;
		if (!seen->is_described)
			seen->size = size;
	}
	if (!is_read && seen && !seen->is_described && !seen->is_unreadable &&
	    !is_path_only(dir, fd))
		ret = read_fdinfo(scan, thread, fd, found);
	if (seen && ret == -EFBIG)
		seen->is_unreadable = true;
	if (!*found && seen && (!ret || ret == -EFBIG)) {
		*found = seen;
		ret = 0;
	}
	return ret;
}

static int read_descriptor(struct scan *scan, struct process *process,
			   int thread, int dir, const char *fd)
{
	/* A name has 31 bytes at most. */
	char path[64];
	struct known_buffer *buffer;
	ssize_t len;
	int ret;

	/* The path of a dma-buf is never longer than a page. */
	len = readlinkat(dir, fd, path, sizeof(path) - 1);
	if (len < 0)
		return errno == ENAMETOOLONG ?
		       0 : dmaheap__tolerate(process, errno);
	path[len] = '\0';
	if (strncmp(path, DMA_BUF_PREFIX, strlen(DMA_BUF_PREFIX)))
		return 0;

	ret = find_buffer(scan, thread, dir, fd, &buffer);
	if (ret)
		return dmaheap__tolerate(process, -ret);
	if (!buffer)
		return 0;
	dmaheap__name_by_path(buffer, path);
	return dmaheap__add_use(scan, buffer, 0, 1);
}

DIR *dmaheap__open_dir(int at, const char *path)
{
	int fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir;

	if (fd < 0)
		return NULL;
	dir = fdopendir(fd);
	if (!dir)
		close(fd);
	return dir;
}

/* The next entry that is a number, or NULL with errno, 0 at the end. */
struct dirent *dmaheap__next_number(DIR *dir)
{
	struct dirent *entry;

	do {
		errno = 0;
		entry = readdir(dir);
	} while (entry && (*entry->d_name < '0' || *entry->d_name > '9'));
	return entry;
}

static int open_thread(int task, pid_t tid)
{
	char name[16];

	snprintf(name, sizeof(name), "%d", tid);
	return openat(task, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

int dmaheap__read_descriptors(struct scan *scan, struct process *process,
			    int task, pid_t tid)
{
	int thread = open_thread(task, tid), ret = 0;
	struct dirent *entry;
	DIR *dir;

	if (thread < 0)
		return dmaheap__tolerate(process, errno);
	dir = dmaheap__open_dir(thread, "fd");
	if (!dir) {
		ret = dmaheap__tolerate(process, errno);
		close(thread);
		return ret;
	}
	while (!ret && (entry = dmaheap__next_number(dir)))
		ret = read_descriptor(scan, process, thread, dirfd(dir),
				      entry->d_name);
	if (!ret)
		ret = dmaheap__tolerate(process, errno);
	closedir(dir);
	close(thread);
	return ret;
}
