// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Who has which dma-bufs, in a /proc made of files: the functions by which it is
 * entered, and what files can't be made to answer, are defined here, in the C
 * library's stead.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include <linux/kcmp.h>

#include <dmaheap.h>

/* The device of all dma-bufs here, and in the text of maps. */
#define DEVICE makedev(0, 0x2b)
#define DEVICE_TEXT "00:2b"

#define INIT "Name:\tinit\nPid:\t1\nUid:\t0\t0\t0\t0\n"

/* The inode of the initial PID namespace, and of that which process 1 is in. */
#define INITIAL 0xeffffffcU
static ino_t namespace;

static char proc[sizeof("/tmp/dmaheap-proc-XXXXXX")];

/* What happens to whoever opens, or reads the link of, a path of that end. */
static struct {
	const char *path;
	int error;
} refused[2];

/* Threads of one process share descriptors, but for this one, or all. */
static pid_t separate_thread;
static bool all_separate;
static int kcmp_error;

/* A thread that has ended, and one that ends when its descriptors are read. */
static pid_t ended_thread, ending_thread;
static unsigned long n_compared;

/* Two threads share a table when they are compared first, and not any more later. */
static bool leaving;
static struct {
	pid_t thread, other;
} compared;

/* What a link of descriptors leads to, if it is no dma-buf. */
enum file {
	FILE_DMA_BUF,
	FILE_REGULAR,		/* on a file system of its owner */
	FILE_ANONYMOUS,		/* such as that of eventfd(2) */
	FILE_UNSEEN,
	FILE_REFUSING,		/* the file system of its owner answers EACCES */
};

static struct {
	const char *path;	/* its end, or NULL */
	enum file file;
} exception;

/* Of each dma-buf; older kernels do not count them. */
static uint64_t blocks;

/* What an open O_PATH descriptor leads to. */
static enum file pinned;
static int pinned_fd;

static unsigned int n_opened_fdinfo;

/* The kernel has no memory for the text of fdinfo. */
static bool fdinfo_is_too_long;

/* The longest array, by the number of its members. */
static size_t longest_array;

static bool refuse(const char *path)
{
	char thread[32];

	n_opened_fdinfo += !!strstr(path, "/fdinfo/");
	snprintf(thread, sizeof(thread), "/task/%d/fd", ending_thread);
	if (ending_thread && strstr(path, thread)) {
		ended_thread = ending_thread;
		errno = ENOENT;
		return true;
	}
	for (size_t i = 0; i < 2; i++) {
		const char *end = refused[i].path;

		if (end && strlen(path) >= strlen(end) &&
		    !strcmp(path + strlen(path) - strlen(end), end)) {
			errno = refused[i].error;
			return true;
		}
	}
	return false;
}

/* The whole path of what is below an open folder. */
static void find_path(int dir, const char *path, char full[PATH_MAX])
{
	char link[64], folder[PATH_MAX / 2];
	ssize_t len;

	if (dir == AT_FDCWD) {
		assert_string_equal(path, "/proc");
		strcpy(full, proc);
		return;
	}
	snprintf(link, sizeof(link), "/proc/self/fd/%d", dir);
	len = readlink(link, folder, sizeof(folder) - 1);
	assert_true(len > 0);
	folder[len] = '\0';
	assert_true(!strncmp(folder, proc, strlen(proc)));
	snprintf(full, PATH_MAX, "%s/%s", folder, path);
}

static bool ends_with(const char *path, const char *end)
{
	return strlen(path) >= strlen(end) &&
	       !strcmp(path + strlen(path) - strlen(end), end);
}

/* Files of mappings have a link only where a test makes one. */
static bool is_linked_to_dma_buf(const char *path)
{
	char target[64] = "";

	return readlink(path, target, sizeof(target) - 1) > 0 &&
	       !strncmp(target, "/dmabuf:", strlen("/dmabuf:"));
}

/* As far as a link of the tree has fdinfo; mappings have no other file. */
static enum file file_of(const char *path)
{
	if (exception.path && ends_with(path, exception.path)) {
		errno = exception.file == FILE_REFUSING ? EACCES : EPERM;
		return exception.file;
	}
	if (strstr(path, "/fd/") || is_linked_to_dma_buf(path))
		return FILE_DMA_BUF;
	errno = EPERM;
	return FILE_UNSEEN;
}

/* Of each link of map_files. */
#define MAPPED_INODE 70

/* Read the beginning of fdinfo of a descriptor, by its link. */
static void read_info(const char *link, char text[256])
{
	const char *fd = strstr(link, "/fd/");
	char path[PATH_MAX];
	FILE *file;
	size_t len;

	snprintf(path, sizeof(path), "%.*s/fdinfo/%s", (int)(fd - link), link,
		 fd + strlen("/fd/"));
	file = fopen(path, "re");
	assert_non_null(file);
	len = fread(text, 1, 255, file);
	text[len] = '\0';
	fclose(file);
}

static uint64_t inode_of(const char *link)
{
	const char *ino;
	char text[256];

	if (!strstr(link, "/fd/"))
		return MAPPED_INODE;
	read_info(link, text);
	ino = strstr(text, "\nino:\t");
	assert_non_null(ino);
	return strtoull(ino + strlen("\nino:\t"), NULL, 10);
}

int openat(int dir, const char *path, int flags, ...)
{
	char full[PATH_MAX];

	find_path(dir, path, full);
	assert_true(flags & O_CLOEXEC);
	if (refuse(full))
		return -1;
	if (!(flags & O_PATH))
		return open(full, flags);
	assert_int_equal(pinned_fd, -1);
	pinned = file_of(full);
	if (pinned == FILE_UNSEEN || pinned == FILE_REFUSING)
		return -1;
	pinned_fd = open(proc, flags);
	return pinned_fd;
}

ssize_t read(int fd, void *text, size_t size)
{
	const struct iovec all = { .iov_base = text, .iov_len = size };
	char link[64], path[PATH_MAX] = "";

	if (fdinfo_is_too_long) {
		snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
		readlink(link, path, sizeof(path) - 1);
		if (strstr(path, "/fdinfo/")) {
			errno = ENOMEM;
			return -1;
		}
	}
	return readv(fd, &all, 1);
}

void *reallocarray(void *array, size_t count, size_t size)
{
	if (count > longest_array)
		longest_array = count;
	return realloc(array, count * size);
}

int statx(int dir, const char *restrict path, int flags, unsigned int mask,
	  struct statx *restrict st)
{
	char full[PATH_MAX];
	enum file file = pinned;

	/* The server of a file system may never answer. */
	assert_true(flags & AT_STATX_DONT_SYNC);
	memset(st, 0, sizeof(*st));
	if (!(flags & AT_EMPTY_PATH)) {
		find_path(dir, path, full);
		if (refuse(full))
			return -1;
		file = file_of(full);
		st->stx_ino = inode_of(full);
	}
	if (file == FILE_UNSEEN || file == FILE_REFUSING)
		return -1;
	st->stx_mode = file == FILE_REGULAR ? S_IFREG | 0600 : 0600;
	st->stx_dev_minor = minor(DEVICE) + file;
	st->stx_blocks = blocks;
	return 0;
}

int fstatfs(int fd, struct statfs *fs)
{
	assert_int_equal(fd, pinned_fd);
	pinned_fd = -1;
	memset(fs, 0, sizeof(*fs));
	fs->f_type = pinned == FILE_DMA_BUF ? 0x444d4142 : 0x01021994;
	return 0;
}

ssize_t readlinkat(int dir, const char *restrict path, char *restrict target,
		   size_t size)
{
	char full[PATH_MAX];

	find_path(dir, path, full);
	return refuse(full) ? -1 : readlink(full, target, size);
}

/* Opened by O_PATH, as fdinfo has it. */
static bool is_path_only(const char *link)
{
	char text[256];

	read_info(link, text);
	return strstr(text, "flags:\t012");
}

/* Kernels without PID namespaces have none to be looked at. */
static int stat_namespace(struct stat *st)
{
	if (!namespace) {
		errno = ENOENT;
		return -1;
	}
	memset(st, 0, sizeof(*st));
	st->st_ino = namespace;
	return 0;
}

int fstatat(int dir, const char *restrict path, struct stat *restrict st,
	    int flags)
{
	char full[PATH_MAX];

	find_path(dir, path, full);
	if (flags == AT_SYMLINK_NOFOLLOW) {
		memset(st, 0, sizeof(*st));
		st->st_mode = S_IFLNK | (is_path_only(full) ? 0 : 0700);
		return 0;
	}
	assert_int_equal(flags, 0);
	if (refuse(full))
		return -1;
	if (strcmp(path, "ns/pid"))
		return stat(full, st);
	return stat_namespace(st);
}

static long compare_leaving(pid_t thread, pid_t other)
{
	if (thread == other)
		return 0;
	if (compared.thread == other && compared.other == thread)
		return 1;
	compared.thread = thread;
	compared.other = other;
	return 0;
}

long syscall(long number, ...)
{
	long thread, other, type;
	va_list args;

	assert_int_equal(number, SYS_kcmp);
	va_start(args, number);
	thread = va_arg(args, pid_t);
	other = va_arg(args, pid_t);
	type = va_arg(args, int);
	va_end(args);
	assert_int_equal(type, KCMP_FILES);
	n_compared++;
	errno = kcmp_error;
	if (kcmp_error)
		return -1;
	if (leaving)
		return compare_leaving(thread, other);
	errno = ESRCH;
	if (thread == ended_thread || other == ended_thread)
		return -1;
	if (all_separate)
		return thread == other ? 0 : thread < other ? 1 : 2;
	return (thread == separate_thread) == (other == separate_thread) ? 0 :
	       thread == separate_thread ? 1 : 2;
}

static int remove_one(const char *path, const struct stat *st, int type,
		      struct FTW *walk)
{
	return remove(path);
}

static int remove_proc(void **state)
{
	return nftw(proc, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* The folders of a path that are missing. */
static void make_folders(char *path)
{
	for (char *end = path + strlen(proc) + 1; (end = strchr(end, '/'));
	     end++) {
		*end = '\0';
		mkdir(path, 0755);
		*end = '/';
	}
}

__attribute__((format(printf, 2, 3)))
static void make_file(const char *text, const char *format, ...)
{
	char path[PATH_MAX];
	va_list args;
	FILE *file;
	int len;

	len = snprintf(path, sizeof(path), "%s/", proc);
	va_start(args, format);
	vsnprintf(path + len, sizeof(path) - len, format, args);
	va_end(args);

	make_folders(path);
	file = fopen(path, "ae");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void make_process(int pid, const char *status)
{
	char path[PATH_MAX];

	make_file(status, "%d/status", pid);
	make_file("", "%d/task/%d/maps", pid, pid);
	snprintf(path, sizeof(path), "%s/%d/task/%d/fd/", proc, pid, pid);
	make_folders(path);
}

static void make_descriptor(int pid, int tid, int fd, const char *target,
			    const char *info)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%d/task/%d/fd/%d", proc, pid, tid, fd);
	make_folders(path);
	assert_int_equal(symlink(target, path), 0);
	make_file(info, "%d/task/%d/fdinfo/%d", pid, tid, fd);
}

#define INFO(ino, size, heap, name)					\
	"pos:\t0\nflags:\t02000002\nmnt_id:\t14\nino:\t" ino "\nsize:\t" size \
	"\ncount:\t1\nexp_name:\t" heap "\n" name

/* A line of maps: 4095 bytes from the address on. */
#define MAPPED(address, device, ino, name)				\
	address "000-" address "fff rw-s 00000000 " device " " ino	\
	"                      " name "\n"

static int make_proc(void **state)
{
	memset(refused, 0, sizeof(refused));
	separate_thread = 0;
	all_separate = false;
	kcmp_error = 0;
	ended_thread = 0;
	ending_thread = 0;
	n_compared = 0;
	leaving = false;
	compared.thread = 0;
	memset(&exception, 0, sizeof(exception));
	blocks = 0;
	fdinfo_is_too_long = false;
	pinned_fd = -1;
	namespace = INITIAL;
	strcpy(proc, "/tmp/dmaheap-proc-XXXXXX");
	if (!mkdtemp(proc))
		return -1;
	make_file("", "self/status");
	make_file("", "meminfo");
	make_process(1, INIT);
	return 0;
}

static char seen[1024];

/* pid:uid:comm:inode:size:heap:name:descriptors:mapped */
static int note(const struct dmaheap_use *use, void *data)
{
	size_t len = strlen(seen);

	assert_ptr_equal(data, &seen);
	snprintf(seen + len, sizeof(seen) - len,
		 "%d:%u:%s:%" PRIu64 ":%" PRIu64 ":%s:%s:%u:%" PRIu64 "\n",
		 dmaheap_use_pid(use), dmaheap_use_uid(use),
		 dmaheap_use_comm(use), dmaheap_use_inode(use),
		 dmaheap_use_size(use), dmaheap_use_heap(use) ?: "?",
		 dmaheap_use_name(use), dmaheap_use_descriptors(use),
		 dmaheap_use_mapped(use));
	return 0;
}

static void check_uses(const char *expected, size_t expected_hidden)
{
	size_t hidden = 77;

	seen[0] = '\0';
	n_opened_fdinfo = 0;
	assert_int_equal(dmaheap_foreach_use(note, &seen, &hidden), 0);
	assert_string_equal(seen, expected);
	assert_int_equal(hidden, expected_hidden);
}

static void finds_descriptors(void **state)
{
	make_process(20, "Name:\tcamera\nUid:\t1000\t0\t0\t0\n");
	make_descriptor(20, 20, 3, "/dmabuf:",
			INFO("12", "4096", "linux,cma", ""));
	make_descriptor(20, 20, 4, "/dmabuf:left eye",
			INFO("7", "33177600", "system", "name:\tleft eye\n"));
	make_descriptor(20, 20, 5, "/dmabuf:",
			INFO("12", "4096", "linux,cma", ""));
	make_process(9, "Name:\tview\\ner\nUid:\t0\t0\t0\t0\n");
	make_descriptor(9, 9, 0, "/dmabuf:",
			INFO("12", "4096", "linux,cma", ""));
	check_uses("9:0:view\\ner:12:4096:linux,cma::1:0\n"
		   "20:1000:camera:7:33177600:system:left eye:1:0\n"
		   "20:1000:camera:12:4096:linux,cma::2:0\n", 0);
}

static void finds_mappings(void **state)
{
	make_process(20, "Name:\tcamera\nUid:\t1000\t0\t0\t0\n");
	make_file(MAPPED("7f00aaaa0", DEVICE_TEXT, "7", "/dmabuf:left eye")
		  MAPPED("7f00aaab0", "00:00", "0", "")
		  MAPPED("7f00aaac0", DEVICE_TEXT, "7", "/dmabuf:left eye"),
		  "20/task/20/maps");
	make_process(30, "Name:\tboth\nUid:\t0\t0\t0\t0\n");
	make_file("10000000-12000000 r--s 00000000 " DEVICE_TEXT " 7 /dmabuf:\n",
		  "30/task/30/maps");
	make_descriptor(30, 30, 3, "/dmabuf:",
			INFO("7", "33554432", "camera", ""));
	check_uses("20:1000:camera:7:33554432:camera::0:8190\n"
		   "30:0:both:7:33554432:camera::1:33554432\n", 0);
}

/* Nothing else counts, whatever its owner has called it. */
static void takes_nothing_else_for_a_dma_buf(void **state)
{
	make_process(20, "Name:\tother\nUid:\t1000\t0\t0\t0\n");
	make_descriptor(20, 20, 0, "/dev/null", "pos:\t0\nino:\t3\n");
	make_descriptor(20, 20, 1, "/dmabuf:a file", "pos:\t0\nino:\t7\n");
	exception.path = "/20/fd/1";
	exception.file = FILE_REGULAR;
	make_descriptor(20, 20, 2, "/dmabuf", INFO("7", "1", "no", ""));
	make_descriptor(20, 20, 3, "/home/dmabuf:", INFO("7", "1", "no", ""));
	make_file(MAPPED("7f00aaaa0", "08:01", "7", "/dmabuf:a file")
		  MAPPED("7f00aaab0", "00:2c", "7", "/dmabuf:a file")
		  MAPPED("7f00aaac0", DEVICE_TEXT, "7", "/home/dmabuf:")
		  MAPPED("7f00aaad0", "00:00", "0", "[anon: /dmabuf:]"),
		  "20/task/20/maps");
	make_process(30, "Name:\tcamera\nUid:\t0\t0\t0\t0\n");
	make_descriptor(30, 30, 3, "/dmabuf:",
			INFO("7", "4096", "camera", ""));
	check_uses("30:0:camera:7:4096:camera::1:0\n", 0);
}

static void knows_no_device_without_a_descriptor(void **state)
{
	make_process(20, "Name:\tcamera\nUid:\t1000\t0\t0\t0\n");
	make_file(MAPPED("7f00aaaa0", "08:01", "6", "/dmabuf:a file")
		  MAPPED("7f00aaab0", DEVICE_TEXT, "7", "/dmabuf:"),
		  "20/task/20/maps");
	check_uses("20:1000:camera:7:0:?::0:4095\n", 0);
}

static void name_can_not_pass_for_another_field(void **state)
{
	make_process(20, "Name:\tcamera\nUid:\t1000\t0\t0\t0\n");
	make_descriptor(20, 20, 3, "/dmabuf:x\nino:\t1\nexp_name:\ty",
			INFO("7", "4096", "camera",
			     "name:\tx\nino:\t1\nexp_name:\ty\n"));
	check_uses("20:1000:camera:7:4096:camera:x:1:0\n", 0);
}

static void threads_count_as_one(void **state)
{
	make_process(20, "Name:\tcamera\nUid:\t1000\t0\t0\t0\n");
	make_descriptor(20, 20, 3, "/dmabuf:",
			INFO("7", "4096", "camera", ""));
	make_file(MAPPED("7f00aaab0", DEVICE_TEXT, "7", "/dmabuf:"),
		  "20/task/20/maps");
	for (int tid = 21; tid < 24; tid++) {
		make_descriptor(20, tid, 3, "/dmabuf:",
				INFO("7", "4096", "camera", ""));
		make_file(MAPPED("7f00aaab0", DEVICE_TEXT, "7", "/dmabuf:"),
			  "20/task/%d/maps", tid);
	}
	check_uses("20:1000:camera:7:4096:camera::1:4095\n", 0);
}

/* They are taken to share: tables of their own may be hidden. */
static void threads_without_kcmp_count_as_hidden(void **state)
{
	threads_count_as_one(state);
	kcmp_error = ENOSYS;
	check_uses("20:1000:camera:7:4096:camera::1:4095\n", 1);
	kcmp_error = EPERM;
	check_uses("20:1000:camera:7:4096:camera::1:4095\n", 1);
}

/* kcmp(2) would compare threads of other processes. */
static void proc_of_other_pid_namespace_no_kcmp(void **state)
{
	threads_count_as_one(state);
	n_compared = 0;
	make_file("Name:\ttop\nNSpid:\t412\t7\n", "self/status");
	check_uses("20:1000:camera:7:4096:camera::1:4095\n", 1);
	assert_int_equal(n_compared, 0);
}

static void proc_of_inner_pid_namespace_no_kcmp(void **state)
{
	char path[PATH_MAX];

	threads_count_as_one(state);
	n_compared = 0;
	snprintf(path, sizeof(path), "%s/self/status", proc);
	assert_int_equal(unlink(path), 0);
	check_uses("20:1000:camera:7:4096:camera::1:4095\n", 1);
	assert_int_equal(n_compared, 0);
}

static void proc_of_own_pid_namespace_has_kcmp(void **state)
{
	make_file("Name:\ttop\nNSpid:\t412\n", "self/status");
	threads_count_as_one(state);
	assert_int_not_equal(n_compared, 0);
}

/* A table stays in view when the thread that stands for it ends. */
static void table_of_ended_thread_is_compared(void **state)
{
	make_process(20, "Name:\tcamera\nUid:\t1000\t0\t0\t0\n");
	for (int tid = 21; tid < 24; tid++)
		make_descriptor(20, tid, 3, "/dmabuf:",
				INFO("7", "4096", "camera", ""));
	make_descriptor(20, 23, 4, "/dmabuf:",
			INFO("8", "8192", "camera", ""));
	separate_thread = 23;
	ended_thread = 20;
	check_uses("20:1000:camera:7:4096:camera::2:0\n"
		   "20:1000:camera:8:8192:camera::1:0\n", 0);
}

static void thread_that_ends_hides_no_descriptor(void **state)
{
	make_process(20, "Name:\tcamera\nUid:\t1000\t0\t0\t0\n");
	for (int tid = 20; tid < 23; tid++)
		make_descriptor(20, tid, 3, "/dmabuf:",
				INFO("7", "4096", "camera", ""));
	ending_thread = 20;
	check_uses("20:1000:camera:7:4096:camera::1:0\n", 0);
}

static void make_empty_thread(int pid, int tid)
{
	char path[PATH_MAX];

	make_file("", "%d/task/%d/maps", pid, tid);
	snprintf(path, sizeof(path), "%s/%d/task/%d/fd/", proc, pid, tid);
	make_folders(path);
}

/* The other one leaves for a table of its own, which is empty. */
static void thread_that_leaves_hides_no_descriptor(void **state)
{
	/* Either of two threads may be listed first. */
	make_process(20, "Name:\tcamera\nUid:\t1000\t0\t0\t0\n");
	make_descriptor(20, 20, 3, "/dmabuf:", INFO("7", "4096", "camera", ""));
	make_empty_thread(20, 21);
	make_process(30, "Name:\tcamera\nUid:\t1000\t0\t0\t0\n");
	make_empty_thread(30, 31);
	make_descriptor(30, 31, 3, "/dmabuf:", INFO("8", "4096", "camera", ""));
	leaving = true;
	check_uses("20:1000:camera:7:4096:camera::1:0\n"
		   "30:1000:camera:8:4096:camera::1:0\n", 0);
}

/* Make a text that is longer than a page: @begin, many locks, and @end. */
static void add_locks(char info[8192], const char *begin, const char *end)
{
	size_t len = snprintf(info, 8192, "%s", begin);

	for (int i = 0; i < 100; i++)
		len += snprintf(info + len, 8192 - len,
				"lock:\t%d: POSIX  ADVISORY  WRITE 412 00:2b:7 %d %d\n",
				i + 1, 2 * i, 2 * i);
	snprintf(info + len, 8192 - len, "%s", end);
}

/* Make a process that has @path twenty times, with this text of fdinfo. */
static void make_copies(const char *path, const char *info)
{
	make_process(20, "Name:\tcamera\nUid:\t1000\t0\t0\t0\n");
	for (int fd = 3; fd < 23; fd++)
		make_descriptor(20, 20, fd, path, info);
}

#define OTHER_INFO "pos:\t0\nflags:\t02\nmnt_id:\t14\nino:\t8\n"

/* The size comes after the locks. */
static void fdinfo_longer_than_a_page_is_read(void **state)
{
	char info[8192];

	add_locks(info, "pos:\t0\nflags:\t02000002\nmnt_id:\t14\nino:\t7\n",
		  "size:\t4096\ncount:\t1\nexp_name:\tcamera\nname:\tx\n");
	make_process(20, "Name:\tcamera\nUid:\t1000\t0\t0\t0\n");
	make_descriptor(20, 20, 3, "/dmabuf:x", info);
	make_descriptor(20, 20, 4, "/dmabuf:x", info);
	make_process(30, "Name:\tviewer\nUid:\t1000\t0\t0\t0\n");
	make_descriptor(30, 30, 3, "/dmabuf:x", info);
	check_uses("20:1000:camera:7:4096:camera:x:2:0\n"
		   "30:1000:viewer:7:4096:camera:x:1:0\n", 0);
	/* It is long for each of them, and describes the same dma-buf. */
	assert_int_equal(n_opened_fdinfo, 1);
}

#define PATH_INFO(ino) "pos:\t0\nflags:\t012000000\nmnt_id:\t14\nino:\t" ino "\n"

static void path_descriptor_alone_counts(void **state)
{
	make_process(20, "Name:\tcamera\nUid:\t1000\t0\t0\t0\n");
	make_descriptor(20, 20, 3, "/dmabuf:left eye", PATH_INFO("7"));
	check_uses("20:1000:camera:7:0:?:left eye:1:0\n", 0);
}

static void path_descriptor_size_of_other_holder(void **state)
{
	make_process(20, "Name:\tcamera\nUid:\t1000\t0\t0\t0\n");
	make_descriptor(20, 20, 3, "/dmabuf:x", PATH_INFO("7"));
	make_process(30, "Name:\tviewer\nUid:\t1000\t0\t0\t0\n");
	make_descriptor(30, 30, 3, "/dmabuf:x",
			INFO("7", "4096", "camera", "name:\tx\n"));
	make_descriptor(30, 30, 4, "/dmabuf:x", PATH_INFO("7"));
	check_uses("20:1000:camera:7:4096:camera:x:1:0\n"
		   "30:1000:viewer:7:4096:camera:x:2:0\n", 0);
}

/* It lists the locks on the file, however many there are, and nothing else. */
static void long_fdinfo_of_paths_is_read_once(void **state)
{
	char info[8192];

	add_locks(info, PATH_INFO("7"), "");
	make_copies("/dmabuf:left eye", info);
	check_uses("20:1000:camera:7:0:?:left eye:20:0\n", 0);
	assert_int_equal(n_opened_fdinfo, 1);
}

/* Another driver may take long to write it, though it is short. */
static void fdinfo_of_other_files_is_read_once(void **state)
{
	make_copies("/dmabuf:x", OTHER_INFO);
	exception.path = "";
	exception.file = FILE_REGULAR;
	check_uses("", 0);
	assert_int_equal(n_opened_fdinfo, 1);
}

/* Such as a sysctl of a network namespace that has ended. */
static void fdinfo_of_gone_files_is_read_once(void **state)
{
	char info[8192];

	add_locks(info, OTHER_INFO, "");
	make_copies("/dmabuf:x (deleted)", info);
	exception.path = "";
	exception.file = FILE_UNSEEN;
	check_uses("", 0);
	assert_int_equal(n_opened_fdinfo, 1);
}

/* The kernel tries for long before it fails. */
static void fdinfo_without_memory_is_tried_once(void **state)
{
	make_copies("/dmabuf:x", INFO("7", "4096", "camera", "name:\tx\n"));
	fdinfo_is_too_long = true;
	blocks = 8;
	check_uses("20:1000:camera:7:4096:?:x:20:0\n", 0);
	assert_int_equal(n_opened_fdinfo, 1);
}

/* There is an end to what is kept of it. */
static void fdinfo_of_16_mib_is_tried_once(void **state)
{
	static char info[(16 << 20) + 1];

	memset(info, 'x', sizeof(info) - 1);
	make_process(20, "Name:\tcamera\nUid:\t1000\t0\t0\t0\n");
	for (int fd = 3; fd < 5; fd++) {
		make_descriptor(20, 20, fd, "/dmabuf:x", OTHER_INFO);
		make_file(info, "20/task/20/fdinfo/%d", fd);
	}
	blocks = 8;
	check_uses("20:1000:camera:8:4096:?:x:2:0\n", 0);
	assert_int_equal(n_opened_fdinfo, 1);
}

static void path_descriptor_size_is_that_of_inode(void **state)
{
	path_descriptor_alone_counts(state);
	blocks = 24;
	check_uses("20:1000:camera:7:12288:?:left eye:1:0\n", 0);
}

/* Each descriptor costs the process a few bytes, and must not cost many here. */
static void many_descriptors_of_one_dma_buf_take_no_memory(void **state)
{
	make_process(20, "Name:\tcamera\nUid:\t1000\t0\t0\t0\n");
	for (int fd = 3; fd < 2003; fd++)
		make_descriptor(20, 20, fd, "/dmabuf:",
				fd % 2 ? INFO("7", "4096", "camera", "") :
					 INFO("8", "4096", "camera", ""));
	longest_array = 0;
	check_uses("20:1000:camera:7:4096:camera::1000:0\n"
		   "20:1000:camera:8:4096:camera::1000:0\n", 0);
	/* valgrind has a reallocarray() of its own, and leaves 0 here. */
	assert_in_range(longest_array, 0, 64);
}

/* A path of more than a page is no error, and belongs to no dma-buf. */
static void path_too_long_hides_no_descriptor(void **state)
{
	make_process(20, "Name:\tcamera\nUid:\t1000\t0\t0\t0\n");
	make_descriptor(20, 20, 3, "/dmabuf:", INFO("7", "4096", "camera", ""));
	make_descriptor(20, 20, 4, "/deep", "pos:\t0\nino:\t3\n");
	refused[0].path = "/fd/4";
	refused[0].error = ENAMETOOLONG;
	check_uses("20:1000:camera:7:4096:camera::1:0\n", 0);
}

/* Other processes must not be able to end the scan. */
static void error_of_a_process_hides_no_other(void **state)
{
	static const char * const paths[] = {
		"/20", "/20/task", "/20/task/20/fd", "/20/task/20/fd/3",
		"/20/task/20/fdinfo/3", "/20/status",
	};

	make_process(20, "Name:\tother\nUid:\t1000\t0\t0\t0\n");
	make_descriptor(20, 20, 3, "/dmabuf:", INFO("8", "4096", "camera", ""));
	make_process(30, "Name:\tcamera\nUid:\t0\t0\t0\t0\n");
	make_descriptor(30, 30, 3, "/dmabuf:", INFO("7", "4096", "camera", ""));
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		refused[0].path = paths[i];
		refused[0].error = EIO;
		check_uses("30:0:camera:7:4096:camera::1:0\n", 1);
	}
}

/* Its file system refuses to say what it is, to root as well. */
static void file_that_refuses_is_no_dma_buf(void **state)
{
	make_process(20, "Name:\tother\nUid:\t1000\t0\t0\t0\n");
	make_descriptor(20, 20, 3, "/dmabuf:x", OTHER_INFO);
	exception.path = "/fd/3";
	exception.file = FILE_REFUSING;
	check_uses("", 0);
	make_file(MAPPED("7f00aaab0", "00:2c", "7", "/dmabuf:x"),
		  "20/task/20/maps");
	exception.path = "/20/map_files/7f00aaab0000-7f00aaab0fff";
	check_uses("20:1000:other:8:0:?:x:1:0\n", 0);
}

/* Whoever has a mount namespace may call a file anything. */
static void file_called_as_a_dma_buf_is_none(void **state)
{
	make_process(20, "Name:\tother\nUid:\t1000\t0\t0\t0\n");
	make_descriptor(20, 20, 3, "/dmabuf:x", PATH_INFO("7"));
	exception.path = "/fd/3";
	exception.file = FILE_REGULAR;
	check_uses("", 0);
	/* Such files are in one inode, on a device that has no dma-bufs. */
	exception.file = FILE_ANONYMOUS;
	check_uses("", 0);
	exception.file = FILE_UNSEEN;
	check_uses("", 0);
}

/* It comes first, and must not be taken for the device of all dma-bufs. */
static void file_called_as_a_dma_buf_hides_none(void **state)
{
	file_called_as_a_dma_buf_is_none(state);
	make_process(30, "Name:\tcamera\nUid:\t0\t0\t0\t0\n");
	make_descriptor(30, 30, 4, "/dmabuf:", INFO("7", "4096", "camera", ""));
	make_file(MAPPED("7f00aaab0", DEVICE_TEXT, "8", "/dmabuf:"),
		  "30/task/30/maps");
	exception.file = FILE_REGULAR;
	check_uses("30:0:camera:7:4096:camera::1:0\n"
		   "30:0:camera:8:0:?::0:4095\n", 0);
	exception.file = FILE_ANONYMOUS;
	check_uses("30:0:camera:7:4096:camera::1:0\n"
		   "30:0:camera:8:0:?::0:4095\n", 0);
}

/* For root, who can look at what is mapped. */
static void mapped_file_called_as_a_dma_buf_is_none(void **state)
{
	make_process(20, "Name:\tother\nUid:\t1000\t0\t0\t0\n");
	make_file(MAPPED("7f00aaab0", "00:2c", "7", "/dmabuf:a file"),
		  "20/task/20/maps");
	exception.path = "/20/map_files/7f00aaab0000-7f00aaab0fff";
	exception.file = FILE_REGULAR;
	check_uses("", 0);
	exception.file = FILE_DMA_BUF;
	check_uses("", 0);
}

static double seconds_since(const struct timespec *start)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec - start->tv_sec +
	       (now.tv_nsec - start->tv_nsec) / 1e9;
}

static int count_uses(const struct dmaheap_use *use, void *data)
{
	++*(size_t *)data;
	return 0;
}

/* Return the processor time of a scan of one process with @nr mappings. */
static double time_of_mappings(unsigned int nr)
{
	struct timespec start;
	size_t count = 0;
	char path[PATH_MAX];
	FILE *file;

	snprintf(path, sizeof(path), "%s/20/task/20/maps", proc);
	file = fopen(path, "we");
	assert_non_null(file);
	for (unsigned int i = 0; i < nr; i++)
		fprintf(file, "7f%05x000-7f%05xfff rw-s 00000000 " DEVICE_TEXT
			" %u                 /dmabuf:\n", i, i, 100 + i);
	fclose(file);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
	assert_int_equal(dmaheap_foreach_use(count_uses, &count, NULL), 0);
	assert_int_equal(count, nr);
	return seconds_since(&start);
}

/*
 * The time must grow by far less than the square of the number. Seconds alone
 * say nothing, as this also runs in valgrind. The first scan warms caches.
 */
static void time_of_many_mappings_does_not_grow_as_square(void **state)
{
	double few;

	make_process(20, "Name:\tcamera\nUid:\t1000\t0\t0\t0\n");
	time_of_mappings(6000);
	few = time_of_mappings(6000);
	assert_true(time_of_mappings(60000) < 30 * few);
}

/* A process can make the path of each mapped file as long as it likes. */
static void make_long_maps(int tid)
{
	static char path[2 << 20];

	memset(path, 'x', sizeof(path) - 1);
	path[0] = '/';
	make_file("7f0000000000-7f0000001000 r--s 00000000 08:01 5  ",
		  "20/task/%d/maps", tid);
	make_file(path, "20/task/%d/maps", tid);
	make_file("\n", "20/task/%d/maps", tid);
	make_file(MAPPED("7f00aaab0", DEVICE_TEXT, "70", "/dmabuf:x"),
		  "20/task/%d/maps", tid);
}

static void make_map_file(int tid, const char *range, const char *target)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%d/map_files/%s", proc, tid, range);
	make_folders(path);
	assert_int_equal(symlink(target, path), 0);
}

static void long_paths_hide_no_mapping(void **state)
{
	make_process(20, "Name:\tcamera\nUid:\t1000\t0\t0\t0\n");
	make_long_maps(20);
	make_map_file(20, "7f0000000000-7f0000001000", "/deep");
	make_map_file(20, "7f00aaab0000-7f00aaab2000", "/dmabuf:x");
	exception.path = "/7f0000000000-7f0000001000";
	exception.file = FILE_REGULAR;
	check_uses("20:1000:camera:70:0:?:x:0:8192\n", 0);
	/* For all but root the links are closed, and all of the text is read. */
	exception.file = FILE_UNSEEN;
	check_uses("20:1000:camera:70:0:?:x:0:4095\n", 0);
}

/* There is an end to what is read where the links are closed. */
static void endless_paths_count_as_hidden(void **state)
{
	make_process(20, "Name:\tcamera\nUid:\t1000\t0\t0\t0\n");
	for (int i = 0; i < 33; i++)
		make_long_maps(20);
	make_file(MAPPED("7f00bbbb0", DEVICE_TEXT, "71", "/dmabuf:y"),
		  "20/task/20/maps");
	/* 31 mappings of 4095 bytes come before the limit of 64 MiB. */
	check_uses("20:1000:camera:70:0:?:x:0:126945\n", 1);
}

/* Its mappings are seen by another thread, in the directory of that one. */
static void long_paths_without_first_thread(void **state)
{
	make_process(20, "Name:\tcamera\nUid:\t1000\t0\t0\t0\n");
	make_long_maps(21);
	make_map_file(21, "7f00aaab0000-7f00aaab2000", "/dmabuf:x");
	check_uses("20:1000:camera:70:0:?:x:0:8192\n", 0);
}

static void many_tables_take_few_comparisons(void **state)
{
	make_process(20, "Name:\tcamera\nUid:\t1000\t0\t0\t0\n");
	for (int tid = 21; tid < 1044; tid++)
		make_file("", "20/task/%d/maps", tid);
	make_descriptor(20, 1043, 3, "/dmabuf:",
			INFO("7", "4096", "camera", ""));
	all_separate = true;
	check_uses("20:1000:camera:7:4096:camera::1:0\n", 0);
	/* Twice the binary logarithm for each: a red-black tree. */
	assert_in_range(n_compared, 1, 1024 * 20);
}

static void thread_may_have_descriptors_of_its_own(void **state)
{
	make_process(20, "Name:\tcamera\nUid:\t1000\t0\t0\t0\n");
	make_descriptor(20, 20, 3, "/dmabuf:",
			INFO("7", "4096", "camera", ""));
	make_descriptor(20, 21, 3, "/dmabuf:",
			INFO("7", "4096", "camera", ""));
	make_descriptor(20, 22, 3, "/dmabuf:",
			INFO("7", "4096", "camera", ""));
	make_descriptor(20, 22, 4, "/dmabuf:",
			INFO("8", "8192", "camera", ""));
	separate_thread = 22;
	check_uses("20:1000:camera:7:4096:camera::2:0\n"
		   "20:1000:camera:8:8192:camera::1:0\n", 0);
}

/* Its first thread has ended, and shows neither descriptors nor mappings. */
static void process_may_live_without_its_first_thread(void **state)
{
	make_process(20, "Name:\tcamera\nUid:\t1000\t0\t0\t0\n");
	make_descriptor(20, 21, 3, "/dmabuf:",
			INFO("7", "4096", "camera", ""));
	make_file(MAPPED("7f00aaab0", DEVICE_TEXT, "7", "/dmabuf:"),
		  "20/task/21/maps");
	separate_thread = 20;
	check_uses("20:1000:camera:7:4096:camera::1:4095\n", 0);
}

static void counts_processes_that_are_closed_to_it(void **state)
{
	static const char * const paths[] = {
		"/20", "/20/task", "/20/task/20", "/20/task/20/fd",
		"/20/task/20/fd/3", "/20/task/20/fdinfo/3",
	};

	make_process(20, "Name:\tcamera\nUid:\t1000\t0\t0\t0\n");
	make_descriptor(20, 20, 3, "/dmabuf:",
			INFO("7", "4096", "camera", ""));
	make_process(21, "Name:\tviewer\nUid:\t1000\t0\t0\t0\n");
	make_descriptor(21, 21, 3, "/dmabuf:",
			INFO("8", "4096", "camera", ""));
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		refused[0].path = paths[i];
		refused[0].error = i % 2 ? EPERM : EACCES;
		check_uses("21:1000:viewer:8:4096:camera::1:0\n", 1);
	}

	/* What could be seen is shown. One process counts once. */
	refused[0].path = "/20/task/20/maps";
	refused[1].path = "/21/task/21/maps";
	refused[1].error = EACCES;
	check_uses("20:1000:camera:7:4096:camera::1:0\n"
		   "21:1000:viewer:8:4096:camera::1:0\n", 2);
	refused[0].path = "/20/task/20/maps";
	refused[1].path = "/20/task/20/fd";
	check_uses("21:1000:viewer:8:4096:camera::1:0\n", 1);
}

static void counts_one_where_proc_lists_no_others(void **state)
{
	char path[PATH_MAX], away[PATH_MAX];

	snprintf(path, sizeof(path), "%s/1", proc);
	snprintf(away, sizeof(away), "%s/not-listed", proc);
	assert_int_equal(rename(path, away), 0);
	check_uses("", 1);
}

/* However many there are: nobody can tell. */
static void counts_one_for_those_outside_of_a_namespace(void **state)
{
	make_process(20, "Name:\tcamera\nUid:\t1000\t0\t0\t0\n");
	make_descriptor(20, 20, 3, "/dmabuf:",
			INFO("7", "4096", "camera", ""));
	check_uses("20:1000:camera:7:4096:camera::1:0\n", 0);
	namespace = 0;
	check_uses("20:1000:camera:7:4096:camera::1:0\n", 0);
	namespace = 4026532281;
	check_uses("20:1000:camera:7:4096:camera::1:0\n", 1);

	/* What can't be told is denied with the rest of process 1. */
	refused[0].path = "/1/ns/pid";
	refused[0].error = EACCES;
	refused[1].path = "/1/task/1/fd";
	refused[1].error = EACCES;
	check_uses("20:1000:camera:7:4096:camera::1:0\n", 1);
}

static void process_that_ends_is_no_error(void **state)
{
	static const char * const paths[] = {
		"/20", "/20/task", "/20/task/20", "/20/task/20/fd",
		"/20/task/20/fd/3", "/20/task/20/fdinfo/3", "/20/status",
	};

	make_process(20, "Name:\tcamera\nUid:\t1000\t0\t0\t0\n");
	make_descriptor(20, 20, 3, "/dmabuf:",
			INFO("7", "4096", "camera", ""));
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		refused[0].path = paths[i];
		refused[0].error = i % 2 ? ESRCH : ENOENT;
		check_uses("", 0);
	}
	refused[0].path = "/20/task/20/maps";
	check_uses("20:1000:camera:7:4096:camera::1:0\n", 0);
}

static int must_not_be_called(const struct dmaheap_use *use, void *data)
{
	fail();
	return 0;
}

static void reports_what_is_an_error(void **state)
{
	static const char * const paths[] = {
		"/20", "/20/task", "/20/task/20", "/20/task/20/fd",
		"/20/task/20/fdinfo/3", "/20/task/20/maps", "/20/status",
	};
	size_t hidden = 77;

	make_process(20, "Name:\tcamera\nUid:\t1000\t0\t0\t0\n");
	make_descriptor(20, 20, 3, "/dmabuf:",
			INFO("7", "4096", "camera", ""));
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		refused[0].path = paths[i];
		refused[0].error = EMFILE;
		assert_int_equal(dmaheap_foreach_use(must_not_be_called, NULL,
						     &hidden), -EMFILE);
		assert_int_equal(hidden, 77);
	}
	/* A machine without /proc; /proc itself, that is. */
	refused[0].path = proc;
	refused[0].error = ENOENT;
	assert_int_equal(dmaheap_foreach_use(must_not_be_called, NULL,
					     &hidden), -ENOENT);
}

static unsigned int count_fds(void)
{
	unsigned int n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static void leaves_nothing_open(void **state)
{
	const unsigned int before = count_fds();

	threads_count_as_one(state);
	refused[0].path = "/fdinfo/3";
	refused[0].error = EMFILE;
	assert_int_equal(dmaheap_foreach_use(must_not_be_called, NULL, NULL),
			 -EMFILE);
	assert_int_equal(count_fds(), before);
}

static int count_to(const struct dmaheap_use *use, void *data)
{
	size_t *left = data;

	return --*left ? 0 : -ECANCELED;
}

static void shows_all_and_ends_when_told(void **state)
{
	size_t left = 301;
	char info[256];

	make_process(20, "Name:\tcamera\nUid:\t1000\t0\t0\t0\n");
	for (int fd = 3; fd < 303; fd++) {
		snprintf(info, sizeof(info), "pos:\t0\nino:\t%d\nsize:\t4096\n"
			 "count:\t1\nexp_name:\tcamera\n", 1000 - fd);
		make_descriptor(20, 20, fd, "/dmabuf:", info);
	}
	assert_int_equal(dmaheap_foreach_use(count_to, &left, NULL), 0);
	assert_int_equal(left, 1);
	left = 2;
	assert_int_equal(dmaheap_foreach_use(count_to, &left, NULL),
			 -ECANCELED);
	assert_int_equal(left, 0);
}

#define TEST(name)							\
	cmocka_unit_test_setup_teardown(name, make_proc, remove_proc)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(finds_descriptors),
		TEST(finds_mappings),
		TEST(takes_nothing_else_for_a_dma_buf),
		TEST(knows_no_device_without_a_descriptor),
		TEST(name_can_not_pass_for_another_field),
		TEST(threads_count_as_one),
		TEST(threads_without_kcmp_count_as_hidden),
		TEST(proc_of_other_pid_namespace_no_kcmp),
		TEST(proc_of_inner_pid_namespace_no_kcmp),
		TEST(proc_of_own_pid_namespace_has_kcmp),
		TEST(table_of_ended_thread_is_compared),
		TEST(thread_that_ends_hides_no_descriptor),
		TEST(thread_that_leaves_hides_no_descriptor),
		TEST(fdinfo_longer_than_a_page_is_read),
		TEST(path_descriptor_alone_counts),
		TEST(path_descriptor_size_of_other_holder),
		TEST(long_fdinfo_of_paths_is_read_once),
		TEST(fdinfo_of_other_files_is_read_once),
		TEST(fdinfo_of_gone_files_is_read_once),
		TEST(fdinfo_without_memory_is_tried_once),
		TEST(fdinfo_of_16_mib_is_tried_once),
		TEST(path_descriptor_size_is_that_of_inode),
		TEST(many_descriptors_of_one_dma_buf_take_no_memory),
		TEST(path_too_long_hides_no_descriptor),
		TEST(error_of_a_process_hides_no_other),
		TEST(file_that_refuses_is_no_dma_buf),
		TEST(file_called_as_a_dma_buf_is_none),
		TEST(file_called_as_a_dma_buf_hides_none),
		TEST(mapped_file_called_as_a_dma_buf_is_none),
		TEST(time_of_many_mappings_does_not_grow_as_square),
		TEST(long_paths_hide_no_mapping),
		TEST(long_paths_without_first_thread),
		TEST(endless_paths_count_as_hidden),
		TEST(many_tables_take_few_comparisons),
		TEST(thread_may_have_descriptors_of_its_own),
		TEST(process_may_live_without_its_first_thread),
		TEST(counts_processes_that_are_closed_to_it),
		TEST(counts_one_where_proc_lists_no_others),
		TEST(counts_one_for_those_outside_of_a_namespace),
		TEST(process_that_ends_is_no_error),
		TEST(reports_what_is_an_error),
		TEST(leaves_nothing_open),
		TEST(shows_all_and_ends_when_told),
	};

	return cmocka_run_group_tests_name("uses", tests, NULL, NULL);
}
