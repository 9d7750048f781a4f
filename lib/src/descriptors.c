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
 * be mistaken. Only dma-bufs have the field exp_name, and O_PATH hides it.
 */
static struct known_buffer *parse_fdinfo(struct scan *scan)
{
	const char *text = scan->text.data;
	const char *ino = strstr(text, "\nino:\t");
	const char *size = strstr(text, "\nsize:\t");
	const char *heap = strstr(text, "\nexp_name:\t");
	struct known_buffer *buffer;
	const char *name;

	if (!ino || !size || !heap) {
		errno = 0;
		return NULL;
	}
	buffer = dmaheap__get_buffer(scan, 0, strtoull(ino + strlen("\nino:\t"),
						       NULL, 10));
	if (!buffer || buffer->is_described)
		return buffer;
	buffer->is_described = true;
	buffer->size = strtoull(size + strlen("\nsize:\t"), NULL, 10);
	dmaheap__copy_line(buffer->heap, sizeof(buffer->heap),
			   heap + strlen("\nexp_name:\t"));
	name = strstr(heap, "\nname:\t");
	if (name)
		dmaheap__copy_line(buffer->name, sizeof(buffer->name),
				   name + strlen("\nname:\t"));
	return buffer;
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

/* Without fdinfo, which locks on the file may make very long. */
enum kind dmaheap__recognize(struct scan *scan, int dir, const char *link,
			     uint64_t *inode)
{
	struct statx st;

	/* The file system of dma-bufs never answers EACCES, another one may. */
	if (statx(dir, link, AT_STATX_DONT_SYNC, STATX_TYPE | STATX_INO, &st))
		return errno == EACCES ? KIND_OTHER : KIND_UNKNOWN;
	if (st.stx_mode & S_IFMT)
		return KIND_OTHER;
	if (!scan->device)
		learn_device(scan, dir, link);
	*inode = st.stx_ino;
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

/*
 * The dma-buf of a descriptor; or NULL and errno, 0 if it is none. O_PATH hides
 * what fdinfo says otherwise, but not the locks, which may be many: it is not read
 * then. Another descriptor may show the rest.
 */
static struct known_buffer *find_buffer(struct scan *scan, int thread, int dir,
					const char *fd, const char *path)
{
	struct known_buffer *buffer = NULL, *described;
	char info[NAME_MAX + sizeof("fdinfo/")];
	uint64_t inode;
	enum kind kind;
	int ret;

	kind = dmaheap__recognize(scan, dir, fd, &inode);
	if (kind == KIND_OTHER) {
		errno = 0;
		return NULL;
	}
	if (kind == KIND_DMA_BUF) {
		buffer = dmaheap__get_buffer(scan, 0, inode);
		if (!buffer || buffer->is_described)
			return buffer;
	}

	if (!is_path_only(dir, fd)) {
		snprintf(info, sizeof(info), "fdinfo/%s", fd);
		ret = dmaheap__read_file(thread, info, &scan->text);
		errno = -ret;
		if (ret && (!buffer || ret != -EFBIG))
			return NULL;
		described = ret ? NULL : parse_fdinfo(scan);
		if (described || errno == ENOMEM)
			return described;
	}
	errno = 0;
	if (buffer)
		dmaheap__name_by_path(buffer, path);
	return buffer;
}

static int read_descriptor(struct scan *scan, struct process *process,
			   int thread, int dir, const char *fd)
{
	/* A name has 31 bytes at most. */
	char path[64];
	const struct known_buffer *buffer;
	ssize_t len;

	/* The path of a dma-buf is never longer than a page. */
	len = readlinkat(dir, fd, path, sizeof(path) - 1);
	if (len < 0)
		return errno == ENAMETOOLONG ?
		       0 : dmaheap__tolerate(process, errno);
	path[len] = '\0';
	if (strncmp(path, DMA_BUF_PREFIX, strlen(DMA_BUF_PREFIX)))
		return 0;

	buffer = find_buffer(scan, thread, dir, fd, path);
	if (!buffer)
		return dmaheap__tolerate(process, errno);
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
