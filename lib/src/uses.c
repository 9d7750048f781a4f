// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Which processes have which dma-bufs, from /proc.
 *
 * Everything of a process is read through its folder, which stays that of this
 * process when it has ended and its number is another's.
 */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <linux/kcmp.h>

#include "dmaheap.h"
#include "internal.h"

/* How a dma-buf's name begins, where the kernel shows that of a file. */
#define PREFIX "/dmabuf:"

/* The inode of the PID namespace that all processes are in. Not in every header. */
#define INITIAL_PID_NS 0xeffffffcU

struct dmaheap_use {
	pid_t pid;
	uid_t uid;
	dev_t device;		/* of a mapped file; 0 if seen by descriptor */
	uint64_t inode;
	uint64_t size;
	uint64_t mapped;
	unsigned int descriptors;
	char comm[64];
	char heap[NAME_MAX + 1];
	char name[128];		/* a newline in it takes four */
};

struct scan {
	struct dmaheap_use *uses;
	size_t count;
	size_t room;
	dev_t device;		/* of all dma-bufs; 0 if it is not known yet */
	size_t hidden;
	bool saw_first;		/* process 1 */
};

/* A process that is being looked into. */
struct process {
	int dir;
	pid_t pid;
	size_t first;		/* of its uses */
	bool mapped;		/* its mappings were read */
	bool denied;
	pid_t *tables;		/* a thread for each table of descriptors */
	size_t n_tables;
};

/* What ends, or is another user's, is no error. Returns 0 or -errno. */
static int tolerate(struct process *process, int error)
{
	switch (error) {
	case EACCES:
	case EPERM:
		process->denied = true;
		return 0;
	case ENOENT:
	case ESRCH:
		return 0;
	default:
		return -error;
	}
}

/* The use of this inode, new if there is none; or NULL without memory. */
static struct dmaheap_use *get_use(struct scan *scan,
				   const struct process *process, dev_t device,
				   uint64_t inode)
{
	struct dmaheap_use *uses, *use;

	for (size_t i = process->first; i < scan->count; i++) {
		use = &scan->uses[i];
		if (use->inode == inode && use->device == device)
			return use;
	}

	if (scan->count == scan->room) {
		size_t room = scan->room ? 2 * scan->room : 64;

		uses = reallocarray(scan->uses, room, sizeof(*uses));
		if (!uses)
			return NULL;
		scan->uses = uses;
		scan->room = room;
	}
	use = &scan->uses[scan->count++];
	*use = (struct dmaheap_use) {
		.pid = process->pid,
		.device = device,
		.inode = inode,
	};
	return use;
}

/*
 * The last field, the name, is whatever its owner wrote; what comes before can't
 * be mistaken. Only dma-bufs have the field exp_name.
 */
static int parse_fdinfo(struct scan *scan, const struct process *process,
			const char *text, uint64_t *inode)
{
	const char *ino = strstr(text, "\nino:\t");
	const char *size = strstr(text, "\nsize:\t");
	const char *heap = strstr(text, "\nexp_name:\t");
	const char *name;
	struct dmaheap_use *use;

	*inode = 0;
	if (!ino || !size || !heap)
		return 0;

	*inode = strtoull(ino + strlen("\nino:\t"), NULL, 10);
	use = get_use(scan, process, 0, *inode);
	if (!use)
		return -ENOMEM;
	use->descriptors++;
	use->size = strtoull(size + strlen("\nsize:\t"), NULL, 10);
	dmaheap__copy_line(use->heap, sizeof(use->heap),
			   heap + strlen("\nexp_name:\t"));
	name = strstr(heap, "\nname:\t");
	if (name)
		dmaheap__copy_line(use->name, sizeof(use->name),
				   name + strlen("\nname:\t"));
	return 0;
}

static int read_descriptor(struct scan *scan, struct process *process,
			   int thread, int dir, const char *fd)
{
	char link[sizeof(PREFIX) - 1], path[NAME_MAX + sizeof("fdinfo/")];
	char text[1024];
	uint64_t inode;
	struct stat st;
	ssize_t len;
	int ret;

	len = readlinkat(dir, fd, link, sizeof(link));
	if (len < 0)
		return tolerate(process, errno);
	if (len < (ssize_t)sizeof(link) || memcmp(link, PREFIX, sizeof(link)))
		return 0;

	snprintf(path, sizeof(path), "fdinfo/%s", fd);
	ret = dmaheap__read_text(thread, path, text, sizeof(text));
	if (ret)
		return tolerate(process, -ret);
	ret = parse_fdinfo(scan, process, text, &inode);
	if (ret)
		return ret;

	/* The descriptor may be another file's by now, but not the inode. */
	if (!scan->device && inode && !fstatat(dir, fd, &st, 0) &&
	    st.st_ino == inode)
		scan->device = st.st_dev;
	return 0;
}

static DIR *open_dir(int at, const char *path)
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
static struct dirent *next_number(DIR *dir)
{
	struct dirent *entry;

	do {
		errno = 0;
		entry = readdir(dir);
	} while (entry && (*entry->d_name < '0' || *entry->d_name > '9'));
	return entry;
}

static int read_descriptors(struct scan *scan, struct process *process,
			    int thread)
{
	DIR *dir = open_dir(thread, "fd");
	struct dirent *entry;
	int ret = 0;

	if (!dir)
		return tolerate(process, errno);
	while (!ret && (entry = next_number(dir)))
		ret = read_descriptor(scan, process, thread, dirfd(dir),
				      entry->d_name);
	if (!ret)
		ret = tolerate(process, errno);
	closedir(dir);
	return ret;
}

/* A line of maps. Only the name of a file starts with a slash. */
static int parse_mapping(struct scan *scan, const struct process *process,
			 const char *line)
{
	unsigned int device_major, device_minor;
	uint64_t start, end, inode;
	struct dmaheap_use *use;
	int name = 0;

	if (!strstr(line, PREFIX) ||
	    sscanf(line, "%" SCNx64 "-%" SCNx64 " %*s %*s %x:%x %" SCNu64 " %n",
		   &start, &end, &device_major, &device_minor, &inode,
		   &name) != 5 ||
	    strncmp(line + name, PREFIX, strlen(PREFIX)))
		return 0;

	use = get_use(scan, process, makedev(device_major, device_minor),
		      inode);
	if (!use)
		return -ENOMEM;
	use->mapped += end - start;
	dmaheap__copy_line(use->name, sizeof(use->name),
			   line + name + strlen(PREFIX));
	return 0;
}

static int read_mappings(struct scan *scan, struct process *process,
			 int thread)
{
	char *line = NULL;
	size_t size = 0;
	int fd, ret = 0;
	FILE *file;

	fd = openat(thread, "maps", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return tolerate(process, errno);
	file = fdopen(fd, "r");
	if (!file) {
		ret = -errno;
		close(fd);
		return ret;
	}

	while (!ret && (errno = 0, getline(&line, &size, file) >= 0)) {
		process->mapped = true;
		ret = parse_mapping(scan, process, line);
	}
	if (!ret)
		ret = tolerate(process, errno);
	free(line);
	fclose(file);
	return ret;
}

/* Where the kernel can't tell, threads are taken to share, as most do. */
static bool share_descriptors(pid_t thread, pid_t other)
{
	return syscall(SYS_kcmp, thread, other, KCMP_FILES, 0, 0) <= 0;
}

/* Returns 1 if the thread's descriptors were not seen yet, 0, or -ENOMEM. */
static int add_table(struct process *process, pid_t thread)
{
	pid_t *tables;

	for (size_t i = 0; i < process->n_tables; i++) {
		if (share_descriptors(thread, process->tables[i]))
			return 0;
	}

	tables = reallocarray(process->tables, process->n_tables + 1,
			      sizeof(*tables));
	if (!tables)
		return -ENOMEM;
	process->tables = tables;
	tables[process->n_tables++] = thread;
	return 1;
}

/* Threads have one memory; but one that has ended, be it the first, shows none. */
static int read_thread(struct scan *scan, struct process *process, int task,
		       const char *tid)
{
	int thread, ret;

	thread = openat(task, tid, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (thread < 0)
		return tolerate(process, errno);
	ret = add_table(process, atoi(tid));
	if (ret > 0)
		ret = read_descriptors(scan, process, thread);
	if (!ret && !process->mapped)
		ret = read_mappings(scan, process, thread);
	close(thread);
	return ret;
}

static int read_threads(struct scan *scan, struct process *process)
{
	DIR *task = open_dir(process->dir, "task");
	struct dirent *entry;
	int ret = 0;

	if (!task)
		return tolerate(process, errno);
	while (!ret && (entry = next_number(task)))
		ret = read_thread(scan, process, dirfd(task), entry->d_name);
	if (!ret)
		ret = tolerate(process, errno);
	closedir(task);
	return ret;
}

/* Whose process it is. One that has ended has nothing any more. */
static int read_status(struct scan *scan, struct process *process)
{
	char text[2048];
	const char *uid;
	int ret;

	if (scan->count == process->first)
		return 0;
	ret = dmaheap__read_text(process->dir, "status", text, sizeof(text));
	uid = ret ? NULL : strstr(text, "\nUid:\t");
	if (!uid || strncmp(text, "Name:\t", strlen("Name:\t"))) {
		scan->count = process->first;
		return tolerate(process, -ret);
	}

	for (size_t i = process->first; i < scan->count; i++) {
		struct dmaheap_use *use = &scan->uses[i];

		use->uid = strtoul(uid + strlen("\nUid:\t"), NULL, 10);
		dmaheap__copy_line(use->comm, sizeof(use->comm),
				   text + strlen("Name:\t"));
	}
	return 0;
}

/*
 * Whether there are processes outside of the PID namespace that /proc is of: it is
 * that of its first process, and need not be the caller's.
 */
static bool has_outside(const struct process *first)
{
	struct stat st;

	return !fstatat(first->dir, "ns/pid", &st, 0) &&
	       st.st_ino != INITIAL_PID_NS;
}

static int read_process(struct scan *scan, int proc, const char *pid)
{
	struct process process = { .pid = atoi(pid), .first = scan->count };
	int ret;

	process.dir = openat(proc, pid, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (process.dir < 0) {
		ret = tolerate(&process, errno);
	} else {
		ret = read_threads(scan, &process);
		if (!ret)
			ret = read_status(scan, &process);
		if (process.pid == 1)
			scan->hidden += has_outside(&process);
		free(process.tables);
		close(process.dir);
	}
	scan->hidden += process.denied;
	scan->saw_first |= process.pid == 1;
	return ret;
}

static int read_processes(struct scan *scan)
{
	DIR *proc = open_dir(AT_FDCWD, "/proc");
	struct dirent *entry;
	int ret = 0;

	if (!proc)
		return -errno;
	while (!ret && (entry = next_number(proc)))
		ret = read_process(scan, dirfd(proc), entry->d_name);
	if (!ret)
		ret = -errno;
	closedir(proc);
	scan->hidden += !scan->saw_first;
	return ret;
}

/* What was seen by descriptor comes before what is mapped. */
static int compare_uses(const void *a, const void *b)
{
	const struct dmaheap_use *left = a, *right = b;

	if (left->pid != right->pid)
		return left->pid < right->pid ? -1 : 1;
	if (left->inode != right->inode)
		return left->inode < right->inode ? -1 : 1;
	return (left->device > right->device) - (left->device < right->device);
}

/*
 * A file of this name may be anybody's. All dma-bufs are on one device, known
 * from the first descriptor; without any, at least none that disks have.
 */
static bool is_dma_buf(const struct scan *scan, const struct dmaheap_use *use)
{
	if (!use->device)
		return true;
	return scan->device ? use->device == scan->device :
			      !major(use->device);
}

/* Makes one use of what a process has by descriptor and by mapping. */
static void join_uses(struct scan *scan)
{
	size_t count = 0;

	if (scan->count)
		qsort(scan->uses, scan->count, sizeof(*scan->uses),
		      compare_uses);
	for (size_t i = 0; i < scan->count; i++) {
		const struct dmaheap_use *use = &scan->uses[i];
		struct dmaheap_use *last = count ? &scan->uses[count - 1] :
						   NULL;

		if (!is_dma_buf(scan, use))
			continue;
		if (last && last->pid == use->pid && last->inode == use->inode)
			last->mapped += use->mapped;
		else
			scan->uses[count++] = *use;
	}
	scan->count = count;
}

int dmaheap_foreach_use(int (*fn)(const struct dmaheap_use *use, void *data),
			void *data, size_t *hidden)
{
	struct scan scan = { 0 };
	int ret;

	ret = read_processes(&scan);
	if (!ret) {
		join_uses(&scan);
		if (hidden)
			*hidden = scan.hidden;
	}
	for (size_t i = 0; !ret && i < scan.count; i++)
		ret = fn(&scan.uses[i], data);

	free(scan.uses);
	return ret;
}

pid_t dmaheap_use_pid(const struct dmaheap_use *use)
{
	return use->pid;
}

uid_t dmaheap_use_uid(const struct dmaheap_use *use)
{
	return use->uid;
}

const char *dmaheap_use_comm(const struct dmaheap_use *use)
{
	return use->comm;
}

uint64_t dmaheap_use_inode(const struct dmaheap_use *use)
{
	return use->inode;
}

uint64_t dmaheap_use_size(const struct dmaheap_use *use)
{
	return use->size;
}

const char *dmaheap_use_heap(const struct dmaheap_use *use)
{
	return use->heap[0] ? use->heap : NULL;
}

const char *dmaheap_use_name(const struct dmaheap_use *use)
{
	return use->name;
}

unsigned int dmaheap_use_descriptors(const struct dmaheap_use *use)
{
	return use->descriptors;
}

uint64_t dmaheap_use_mapped(const struct dmaheap_use *use)
{
	return use->mapped;
}
