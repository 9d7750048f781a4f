// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Mappings of dma-bufs, from /proc.
 *
 * The file "maps" has the path of each mapped file, and a process can make a path
 * as long as it likes: that would be read once for each mapping. So only some of it
 * is read. The directory "map_files" has no paths, but a link for each mapping, which
 * takes longer, and only root may follow links there.
 */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "uses.h"

/* Bytes of "maps" that are read before "map_files" is, and if that is not possible. */
#define USUAL_MAPS (UINT64_C(1) << 20)
#define MAX_MAPS (UINT64_C(64) << 20)

/* A line of maps. Only the name of a file starts with a slash. */
static int parse_mapping(struct scan *scan, struct process *process,
			 const char *line)
{
	unsigned int device_major, device_minor;
	uint64_t start, end, inode, file, size;
	struct known_buffer *buffer;
	char path[64];
	dev_t device;
	int name = 0;

	if (!strstr(line, DMA_BUF_PREFIX) ||
	    sscanf(line, "%" SCNx64 "-%" SCNx64 " %*s %*s %x:%x %" SCNu64 " %n",
		   &start, &end, &device_major, &device_minor, &inode,
		   &name) != 5 ||
	    strncmp(line + name, DMA_BUF_PREFIX, strlen(DMA_BUF_PREFIX)))
		return 0;

	/* Only root can look at the file itself. */
	device = makedev(device_major, device_minor);
	snprintf(path, sizeof(path), "map_files/%" PRIx64 "-%" PRIx64, start,
		 end);
	if (!scan->device &&
	    dmaheap__recognize(scan, process->dir, path, &file, &size) ==
	    KIND_OTHER)
		return 0;
	if (scan->device && scan->device != device)
		return 0;

	buffer = dmaheap__get_buffer(scan, device, inode);
	if (!buffer)
		return -ENOMEM;
	dmaheap__name_by_path(buffer, line + name);
	return dmaheap__add_use(scan, buffer, end - start, 0);
}

static FILE *open_maps(int task, pid_t tid)
{
	char path[32];
	FILE *file;
	int fd;

	snprintf(path, sizeof(path), "%d/maps", tid);
	fd = openat(task, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	file = fdopen(fd, "r");
	if (!file) {
		close(fd);
		return NULL;
	}
	/* The kernel locks the process for each read. */
	setvbuf(file, NULL, _IOFBF, 1 << 16);
	return file;
}

/* Read "maps" up to @max bytes. @is_whole says whether there is no more. */
static int read_maps(struct scan *scan, struct process *process, int task,
		     pid_t tid, uint64_t max, bool *is_whole)
{
	FILE *file = open_maps(task, tid);
	char *line = NULL;
	size_t size = 0;
	uint64_t sum = 0;
	ssize_t len = 0;
	int ret = 0;

	*is_whole = true;
	if (!file)
		return dmaheap__tolerate(process, errno);
	while (!ret && sum <= max &&
	       (errno = 0, len = getline(&line, &size, file)) >= 0) {
		process->mapped = true;
		sum += len;
		ret = parse_mapping(scan, process, line);
	}
	*is_whole = len < 0;
	if (!ret && *is_whole)
		ret = dmaheap__tolerate(process, errno);
	free(line);
	fclose(file);
	return ret;
}

/*
 * Each thread has the directory, but not below that of the process. Another process
 * may have had the ID since the thread has ended, but not if the thread still runs.
 */
static DIR *open_map_files(const struct process *process, int task, pid_t tid)
{
	struct stat st;
	char path[32];
	DIR *dir;

	if (tid == process->pid)
		return dmaheap__open_dir(process->dir, "map_files");
	snprintf(path, sizeof(path), "%d/map_files", tid);
	dir = dmaheap__open_dir(process->proc, path);
	snprintf(path, sizeof(path), "%d", tid);
	if (dir && fstatat(task, path, &st, 0)) {
		closedir(dir);
		dir = NULL;
	}
	return dir;
}

static int read_map_file(struct scan *scan, int dir, const char *name)
{
	uint64_t start, end, inode, size;
	struct known_buffer *buffer;
	char path[64];
	ssize_t len;

	switch (dmaheap__recognize(scan, dir, name, &inode, &size)) {
	case KIND_DMA_BUF:
		break;
	case KIND_UNKNOWN:
		return errno == EPERM ? -EPERM : 0;
	default:
		return 0;
	}
	if (sscanf(name, "%" SCNx64 "-%" SCNx64, &start, &end) != 2)
		return 0;
	buffer = dmaheap__get_buffer(scan, 0, inode);
	if (!buffer)
		return -ENOMEM;
	if (!buffer->is_described)
		buffer->size = size;
	len = readlinkat(dir, name, path, sizeof(path) - 1);
	path[len > 0 ? len : 0] = '\0';
	if (!strncmp(path, DMA_BUF_PREFIX, strlen(DMA_BUF_PREFIX)))
		dmaheap__name_by_path(buffer, path);
	return dmaheap__add_use(scan, buffer, end - start, 0);
}

/* Returns 0, -EPERM if the links may not be followed, or another -errno. */
static int read_map_files(struct scan *scan, struct process *process, int task,
			  pid_t tid)
{
	DIR *dir = open_map_files(process, task, tid);
	struct dirent *entry;
	int ret = 0;

	if (!dir)
		return -EPERM;
	while (!ret && (errno = 0, entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			ret = read_map_file(scan, dirfd(dir), entry->d_name);
	if (!ret)
		ret = dmaheap__tolerate(process, errno);
	closedir(dir);
	return ret;
}

int dmaheap__read_mappings(struct scan *scan, struct process *process, int task,
			   pid_t tid)
{
	bool is_whole;
	int ret;

	scan->part = scan->count;
	ret = read_maps(scan, process, task, tid, USUAL_MAPS, &is_whole);
	if (ret || is_whole)
		return ret;
	scan->count = scan->part;
	ret = read_map_files(scan, process, task, tid);
	if (ret != -EPERM)
		return ret;
	scan->count = scan->part;
	ret = read_maps(scan, process, task, tid, MAX_MAPS, &is_whole);
	process->denied |= !is_whole;
	return ret;
}
