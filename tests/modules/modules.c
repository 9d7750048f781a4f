// SPDX-License-Identifier: GPL-2.0
/*
 * docs/interface.md, Adding, Removal and Modules: heaps come and go, and so do
 * the modules, and whoever is using one of them gets an error or is waited
 * for, as promised. The heaps are those of kernel/tests/dmabuf_heaps_test.c.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-heap.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../uapi/harness.h"
#include "../uapi/sysfs.h"

#define CONTROL "/sys/kernel/debug/dmabuf_heaps_test"
#define TEST_MODULE "dmabuf_heaps_test"
#define SYSTEM_MODULE "dmabuf_heaps_system"
/* The names of our modules begin like this. */
#define MODULES "dmabuf_heaps"

#define MINORS 128

/* A user without privileges. */
#define USER 1000

/* Tells the test module, and returns what write() does. */
static int tell(const char *file, const char *text)
{
	char path[128];
	ssize_t n;
	int fd, error;

	snprintf(path, sizeof(path), CONTROL "/%s", file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	CHECK(fd >= 0);
	/* An empty name is a text, an empty write is none. */
	n = write(fd, text, strlen(text) + 1);
	error = errno;
	close(fd);
	errno = error;
	return n < 0 ? -1 : 0;
}

static int ask(const char *file)
{
	char path[128];

	snprintf(path, sizeof(path), CONTROL "/%s", file);
	return (int)file_number(path);
}

/* What the kernel puts off until a process has left it takes a moment. */
static void wait_for(const char *file, int number)
{
	for (int ms = 0; ms < 5000 && ask(file) != number; ms += 10)
		usleep(10000);
	CHECK_EQUAL(ask(file), number);
}

static bool is_there(const char *folder, const char *name)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return !access(path, F_OK);
}

static dev_t number_of(const char *name)
{
	char path[512];
	struct stat st;

	snprintf(path, sizeof(path), HEAPS "/%s", name);
	CHECK_EQUAL(stat(path, &st), 0);
	return st.st_rdev;
}

/*
 * A heap of the test module, for one test. One that failed has left its own,
 * of the same name.
 */
static struct heap add(const char *name)
{
	tell("hold", "0");
	tell("hold_free", "0");
	tell("remove", name);
	CHECK_EQUAL(tell("add", name), 0);
	return (struct heap){ .name = name, .fd = open_heap(name) };
}

TEST(heap_comes_and_goes)
{
	const int released = ask("released");
	struct heap test = add("test-a");

	CHECK(is_there(CLASS, "test-a"));
	CHECK(is_zero(alloc_mapped(&test, MIB(1)), MIB(1)));
	close(test.fd);
	test.fd = open_heap("test-a");
	munmap(alloc_mapped(&test, 1), 1);
	close(test.fd);
	CHECK_EQUAL(ask("released"), released);
	CHECK_EQUAL(tell("remove", "test-a"), 0);
	CHECK(!is_there(CLASS, "test-a"));
	CHECK(!is_there(HEAPS, "test-a"));
}

/* The last buffer here is one that nothing but a mapping holds. */
TEST(heap_is_released_once_after_its_last_buffer)
{
	const int released = ask("released");
	struct heap test = add("test-a");
	int first = alloc(&test, 1, O_RDWR), second = alloc(&test, 1, O_RDWR);
	void *mem = map(second, page_size(), PROT_READ);

	close(test.fd);
	CHECK_EQUAL(tell("remove", "test-a"), 0);
	CHECK_EQUAL(ask("released"), released);
	close(first);
	close(second);
	usleep(100000);
	CHECK_EQUAL(ask("released"), released);
	munmap(mem, page_size());
	wait_for("released", released + 1);
	usleep(100000);
	CHECK_EQUAL(ask("released"), released + 1);
}

TEST(bad_name_is_einval)
{
	char name[257];

	CHECK_ERRNO(tell("add", ""), EINVAL);
	CHECK_ERRNO(tell("add", "."), EINVAL);
	CHECK_ERRNO(tell("add", ".."), EINVAL);
	CHECK_ERRNO(tell("add", "test/a"), EINVAL);
	CHECK_ERRNO(tell("add", "/"), EINVAL);
	memset(name, 'x', sizeof(name));
	name[256] = '\0';
	CHECK_ERRNO(tell("add", name), EINVAL);

	CHECK_EQUAL(tell("add", "test-a"), 0);
	CHECK_ERRNO(tell("alias", ""), EINVAL);
	CHECK_ERRNO(tell("alias", "test/b"), EINVAL);
	CHECK_ERRNO(tell("alias", name), EINVAL);
	CHECK_EQUAL(tell("remove", "test-a"), 0);

	/* The longest that a file can have. */
	name[255] = '\0';
	CHECK_EQUAL(tell("add", name), 0);
	CHECK(is_there(HEAPS, name));
	CHECK_EQUAL(tell("remove", name), 0);
}

TEST(incomplete_heap_is_einval)
{
	CHECK_ERRNO(tell("incomplete", "name"), EINVAL);
	CHECK_ERRNO(tell("incomplete", "ops"), EINVAL);
	CHECK_ERRNO(tell("incomplete", "allocate"), EINVAL);
	CHECK(!is_there(HEAPS, "incomplete"));
}

TEST(name_that_is_taken_is_eexist)
{
	const int released = ask("released");
	const dev_t system = number_of("system");
	struct heap test = add("test-a");

	CHECK_ERRNO(tell("add", "test-a"), EEXIST);
	CHECK_ERRNO(tell("alias", "test-a"), EEXIST);
	/* Whether it is this core's or the kernel's own. */
	CHECK_ERRNO(tell("add", "system"), EEXIST);
	CHECK_ERRNO(tell("alias", "system"), EEXIST);
	CHECK_EQUAL(number_of("system"), system);

	CHECK_EQUAL(ask("released"), released);
	alloc(&test, 1, O_RDWR);
	CHECK_EQUAL(tell("remove", "test-a"), 0);
	CHECK_EQUAL(number_of("system"), system);
}

/* A file that somebody has put there keeps its name, too. */
TEST(any_file_of_that_name_is_eexist)
{
	CHECK_EQUAL(symlink("null", HEAPS "/test-link"), 0);
	CHECK_EQUAL(mkdir(HEAPS "/test-folder", 0700), 0);
	if (!tell("add", "test-link") || errno != EEXIST ||
	    !tell("add", "test-folder") || errno != EEXIST) {
		unlink(HEAPS "/test-link");
		rmdir(HEAPS "/test-folder");
		fail(__FILE__, __LINE__, "a heap that nobody can open: %s",
		     strerrorname_np(errno));
	}
	CHECK_EQUAL(unlink(HEAPS "/test-link"), 0);
	CHECK_EQUAL(rmdir(HEAPS "/test-folder"), 0);
}

static int count_nodes(void)
{
	DIR *dir = opendir(CLASS);
	int n = 0;

	CHECK(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n - 2;
}

TEST(too_many_heaps_are_enospc)
{
	const int before = count_nodes();
	char name[32];

	for (int round = 0; round < 2; round++) {
		for (int i = before; i < MINORS; i++) {
			snprintf(name, sizeof(name), "test-%d", i);
			CHECK_EQUAL(tell("add", name), 0);
		}
		CHECK_ERRNO(tell("add", "test-one-more"), ENOSPC);
		CHECK_ERRNO(tell("alias", "test-one-more"), ENOSPC);
		CHECK(!is_there(HEAPS, "test-one-more"));
		for (int i = before; i < MINORS; i++) {
			snprintf(name, sizeof(name), "test-%d", i);
			CHECK_EQUAL(tell("remove", name), 0);
		}
	}
	CHECK_EQUAL(count_nodes(), before);
}

static void check_exp_name(int buf, const char *name)
{
	char path[64], line[128], expected[128];
	bool found = false;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", buf);
	snprintf(expected, sizeof(expected), "exp_name:\t%s\n", name);
	file = fopen(path, "re");
	CHECK(file);
	while (fgets(line, sizeof(line), file))
		found |= !strcmp(line, expected);
	fclose(file);
	CHECK(found);
}

TEST(alias_is_the_same_heap)
{
	const int released = ask("released");
	struct heap test = add("test-a"), alias = { .name = "test-alias" };

	CHECK_EQUAL(tell("alias", "test-alias"), 0);
	CHECK(number_of("test-alias") != number_of("test-a"));
	alias.fd = open_heap("test-alias");
	check_exp_name(alloc(&alias, 1, O_RDWR), "test-a");
	check_exp_name(alloc(&test, 1, O_RDWR), "test-a");

	CHECK_EQUAL(tell("remove", "test-a"), 0);
	CHECK(!is_there(HEAPS, "test-alias"));
	CHECK(!is_there(CLASS, "test-alias"));
	close_range(3, ~0u, 0);
	wait_for("released", released + 1);
}

/* Not even while they live: three times as much as a user may have. */
static void check_nothing_is_charged(const struct heap *test)
{
	pid_t pid;

	set_attribute(test, "limit", "1M");
	pid = fork_child();
	if (!pid) {
		CHECK_EQUAL(setresuid(1000, 1000, 1000), 0);
		for (int i = 0; i < 3; i++)
			alloc(test, MIB(1), O_RDWR | O_CLOEXEC);
		_exit(0);
	}
	check_child(pid);
}

/* It keeps no books of them: they are the driver's, and may be anything. */
TEST(driver_may_export_its_buffers_itself)
{
	const int released = ask("released");
	struct dma_heap_view_data view = {
		.len = page_size(),
		.fd_flags = O_RDWR,
	};
	struct heap test = { .name = "test-a" };
	int buf;

	CHECK_EQUAL(tell("foreign", "test-a"), 0);
	test.fd = open_heap(test.name);
	buf = alloc(&test, MIB(1), O_RDWR | O_CLOEXEC);
	CHECK_EQUAL(lseek(buf, 0, SEEK_END), MIB(1));
	CHECK_EQUAL(attribute(&test, "used"), 0);
	CHECK_EQUAL(attribute(&test, "buffers"), 0);
	CHECK_EQUAL(attribute(&test, "allocations"), 0);
	check_nothing_is_charged(&test);
	view.buffer_fd = (uint32_t)buf;
	CHECK_ERRNO(ioctl(test.fd, DMA_HEAP_IOCTL_VIEW, &view), EINVAL);
	CHECK_EQUAL(tell("remove", "test-a"), 0);
	close(test.fd);
	close(buf);
	wait_for("released", released + 1);
}

/* Every way to a heap that is no more. */
TEST(removed_heap_is_enodev)
{
	const int released = ask("released");
	struct heap test = add("test-a");
	const dev_t number = number_of("test-a");
	char again[64];
	int buf, path = open(HEAPS "/test-a", O_PATH);

	CHECK(path >= 0);
	unlink("/tmp/test-a");
	CHECK_EQUAL(mknod("/tmp/test-a", S_IFCHR | 0600, number), 0);
	CHECK_EQUAL(tell("remove", "test-a"), 0);

	CHECK_ERRNO(try_alloc(&test, 1, O_RDWR, 0, &buf), ENODEV);
	CHECK_ERRNO(ioctl(test.fd, DMA_HEAP_IOCTL_VIEW,
			  &(struct dma_heap_view_data) {
				.len = page_size(),
				.fd_flags = O_RDWR,
			  }), ENODEV);
	CHECK_ERRNO(ioctl(test.fd, DMA_HEAP_IOCTL_QUERY,
			  &(struct dma_heap_query_data) { 0 }), ENODEV);
	CHECK_ERRNO(ioctl(test.fd, DMA_HEAP_IOCTL_QUERY_BUFFER,
			  &(struct dma_heap_query_buffer_data) { 0 }), ENODEV);
	CHECK_ERRNO(open(HEAPS "/test-a", O_RDONLY), ENOENT);
	CHECK_ERRNO(open("/tmp/test-a", O_RDONLY), ENXIO);
	snprintf(again, sizeof(again), "/proc/self/fd/%d", test.fd);
	CHECK_ERRNO(open(again, O_RDONLY), ENODEV);
	snprintf(again, sizeof(again), "/proc/self/fd/%d", path);
	CHECK_ERRNO(open(again, O_RDONLY), ENODEV);
	unlink("/tmp/test-a");

	/* An open node is a reference as well. */
	CHECK_EQUAL(ask("released"), released);
	close(test.fd);
	wait_for("released", released + 1);
}

TEST(request_to_a_removed_heap_is_checked_first)
{
	struct heap test = add("test-a");
	int buf;

	CHECK_EQUAL(tell("remove", "test-a"), 0);
	CHECK_ERRNO(try_alloc(&test, 0, O_RDWR, 0, &buf), EINVAL);
}

TEST(buffer_outlives_its_heap)
{
	const size_t len = MIB(2);
	struct heap test = add("test-a");
	int buf = alloc(&test, len, O_RDWR);
	void *mem = map(buf, len, PROT_READ | PROT_WRITE);

	fill(mem, len / 2, 1);
	CHECK_EQUAL(tell("remove", "test-a"), 0);
	close(test.fd);
	fill(mem, len, 2);
	check_filled(map(buf, len, PROT_READ), len, 0, 2);
	check_exp_name(buf, "test-a");
}

TEST(name_is_free_for_another_heap)
{
	struct heap old = add("test-a"), new;
	int buf = alloc(&old, 1, O_RDWR), none;

	CHECK_EQUAL(tell("remove", "test-a"), 0);
	new = add("test-a");
	alloc(&new, 1, O_RDWR);
	CHECK_ERRNO(try_alloc(&old, 1, O_RDWR, 0, &none), ENODEV);
	check_exp_name(buf, "test-a");
	CHECK_EQUAL(tell("remove", "test-a"), 0);
}

/* Allocates one page in a child, whose exit status is the errno. */
static pid_t start_alloc(const struct heap *heap)
{
	pid_t pid = fork_child();
	int buf;

	if (!pid)
		_exit(try_alloc(heap, 1, O_RDWR, 0, &buf) ? errno : 0);
	return pid;
}

static int errno_of(pid_t pid)
{
	int status;

	CHECK_EQUAL(waitpid(pid, &status, 0), pid);
	CHECK(WIFEXITED(status));
	return WEXITSTATUS(status);
}

TEST(removal_waits_for_running_allocations)
{
	const int released = ask("released");
	struct heap test = add("test-a");
	pid_t running[4], late, remover;

	CHECK_EQUAL(tell("hold", "1"), 0);
	for (size_t i = 0; i < ARRAY_SIZE(running); i++)
		running[i] = start_alloc(&test);
	wait_for("waiting", ARRAY_SIZE(running));

	remover = fork_child();
	if (!remover)
		_exit(tell("remove", "test-a") ? errno : 0);
	/* The name goes at once, the heap has to stay. */
	for (int ms = 0; ms < 5000 && is_there(HEAPS, "test-a"); ms += 10)
		usleep(10000);
	CHECK(!is_there(HEAPS, "test-a"));
	usleep(200000);
	CHECK_EQUAL(waitpid(remover, NULL, WNOHANG), 0);
	CHECK_EQUAL(ask("released"), released);
	late = start_alloc(&test);
	usleep(100000);

	CHECK_EQUAL(tell("hold", "0"), 0);
	for (size_t i = 0; i < ARRAY_SIZE(running); i++)
		CHECK_EQUAL(errno_of(running[i]), 0);
	CHECK_EQUAL(errno_of(remover), 0);
	CHECK_EQUAL(errno_of(late), ENODEV);
	close(test.fd);
	wait_for("released", released + 1);
}

TEST(killed_allocation_ends)
{
	struct heap test = add("test-a");
	pid_t pid;

	CHECK_EQUAL(tell("hold", "1"), 0);
	pid = start_alloc(&test);
	wait_for("waiting", 1);
	CHECK_EQUAL(kill(pid, SIGKILL), 0);
	CHECK_EQUAL(waitpid(pid, NULL, 0), pid);
	CHECK_EQUAL(ask("waiting"), 0);
	CHECK_EQUAL(tell("hold", "0"), 0);
	CHECK_EQUAL(errno_of(start_alloc(&test)), 0);
	CHECK_EQUAL(tell("remove", "test-a"), 0);
}

/* As start_alloc(), by a user whom limits bind, and of @len bytes. */
static pid_t start_alloc_as_user(const struct heap *heap, size_t len)
{
	pid_t pid = fork_child();
	int buf;

	if (pid)
		return pid;
	CHECK_EQUAL(setresuid(USER, USER, USER), 0);
	if (try_alloc(heap, len, O_RDWR, 0, &buf))
		_exit(errno);
	close(buf);
	_exit(0);
}

/* Until then it is not "used", but no room for another buffer of the user. */
TEST(freed_buffer_is_charged_until_it_is_free)
{
	struct heap test = add("test-a");
	pid_t first;

	set_attribute(&test, "limit", "64K");
	CHECK_EQUAL(tell("hold_free", "1"), 0);
	first = start_alloc_as_user(&test, KIB(64));
	wait_for("freeing", 1);
	CHECK_EQUAL(attribute(&test, "used"), 0);
	CHECK_EQUAL(errno_of(start_alloc_as_user(&test, 1)), ENOMEM);

	CHECK_EQUAL(tell("hold_free", "0"), 0);
	CHECK_EQUAL(errno_of(first), 0);
	CHECK_EQUAL(errno_of(start_alloc_as_user(&test, KIB(64))), 0);
	CHECK_EQUAL(tell("remove", "test-a"), 0);
}

/* Opens, allocates and maps whatever is there, until it is killed. */
static void use_for_ever(void)
{
	for (;;) {
		struct heap test = { .name = "test-a" };
		void *mem;
		int buf;

		test.fd = open(HEAPS "/test-a", O_RDONLY | O_CLOEXEC);
		if (test.fd < 0) {
			CHECK(errno == ENOENT || errno == ENXIO ||
			      errno == ENODEV);
			continue;
		}
		if (try_alloc(&test, KIB(64), O_RDWR, 0, &buf)) {
			CHECK_EQUAL(errno, ENODEV);
		} else {
			mem = map(buf, KIB(64), PROT_READ | PROT_WRITE);
			CHECK(is_zero(mem, KIB(64)));
			munmap(mem, KIB(64));
			close(buf);
		}
		close(test.fd);
	}
}

TEST(heap_comes_and_goes_in_use)
{
	const int released = ask("released");
	pid_t users[4];

	for (size_t i = 0; i < ARRAY_SIZE(users); i++) {
		users[i] = fork_child();
		if (!users[i])
			use_for_ever();
	}
	for (int i = 0; i < 200; i++) {
		CHECK_EQUAL(tell("add", "test-a"), 0);
		usleep((useconds_t)random() % 5000);
		CHECK_EQUAL(tell("remove", "test-a"), 0);
	}
	for (size_t i = 0; i < ARRAY_SIZE(users); i++) {
		int status;

		CHECK_EQUAL(kill(users[i], SIGKILL), 0);
		CHECK_EQUAL(waitpid(users[i], &status, 0), users[i]);
		CHECK(WIFSIGNALED(status));
	}
	wait_for("released", released + 200);
}

static int unload(const char *module)
{
	return (int)syscall(SYS_delete_module, module, O_NONBLOCK);
}

/* As modprobe does it; a module that has left can be waited for. */
static void load(const char *module)
{
	char command[128];

	snprintf(command, sizeof(command), "modprobe %s", module);
	CHECK_EQUAL(system(command), 0);
}

TEST(module_stays_while_its_heap_is_used)
{
	struct heap test = add("test-a");
	void *mem;
	int buf;

	CHECK_ERRNO(unload(TEST_MODULE), EAGAIN);
	buf = alloc(&test, 1, O_RDWR);
	close(test.fd);
	CHECK_ERRNO(unload(TEST_MODULE), EAGAIN);
	mem = map(buf, page_size(), PROT_READ);
	close(buf);
	CHECK_ERRNO(unload(TEST_MODULE), EAGAIN);

	/* Nor is it the name that keeps it. */
	CHECK_EQUAL(tell("remove", "test-a"), 0);
	CHECK_ERRNO(unload(TEST_MODULE), EAGAIN);
	munmap(mem, page_size());
	for (int ms = 0; ms < 5000 && unload(TEST_MODULE); ms += 10)
		usleep(10000);
	CHECK(!is_there("/sys/module", TEST_MODULE));
	load(TEST_MODULE);
}

TEST(module_takes_its_heaps_with_it)
{
	CHECK_EQUAL(tell("add", "test-a"), 0);
	CHECK_EQUAL(tell("alias", "test-b"), 0);
	CHECK_EQUAL(tell("add", "test-c"), 0);
	CHECK_EQUAL(unload(TEST_MODULE), 0);
	CHECK(!is_there(HEAPS, "test-a"));
	CHECK(!is_there(HEAPS, "test-b"));
	CHECK(!is_there(HEAPS, "test-c"));
	load(TEST_MODULE);
}

/* Only that one is missing: the others may be in use before the module is done. */
TEST(heap_whose_name_is_taken_keeps_no_other_away)
{
	int loaded;

	CHECK_EQUAL(unload(SYSTEM_MODULE), 0);
	CHECK_EQUAL(symlink("null", HEAPS "/system-dma32"), 0);
	loaded = system("modprobe " SYSTEM_MODULE);
	CHECK_EQUAL(unlink(HEAPS "/system-dma32"), 0);
	CHECK_EQUAL(loaded, 0);
	CHECK(!is_there(CLASS, "system-dma32"));
	CHECK(is_there(CLASS, "system") || is_there(CLASS, "system-ext"));

	CHECK_EQUAL(unload(SYSTEM_MODULE), 0);
	load(SYSTEM_MODULE);
	CHECK(is_there(CLASS, "system-dma32"));
}

/* Our modules that are loaded, in the order in which they can be unloaded. */
static int list_modules(char (*names)[64], int most)
{
	FILE *file = fopen("/proc/modules", "re");
	int n = 0;

	CHECK(file);
	while (n < most && fscanf(file, "%63s%*[^\n]", names[n]) == 1)
		n += !strncmp(names[n], MODULES, strlen(MODULES));
	fclose(file);
	return n;
}

/* The nodes of all heaps, open. */
static int open_all(struct heap *heaps, int most)
{
	DIR *dir = opendir(CLASS);
	struct dirent *entry;
	int n = 0;

	CHECK(dir);
	while (n < most && (entry = readdir(dir)))
		if (entry->d_name[0] != '.') {
			heaps[n].name = strdup(entry->d_name);
			heaps[n].fd = open_heap(entry->d_name);
			n++;
		}
	closedir(dir);
	return n;
}

/* Without the test module, which has no heap of its own. */
static void check_none_leaves(void)
{
	char names[16][64];
	int n = list_modules(names, 16);

	CHECK(n > 1);
	for (int i = 0; i < n; i++)
		if (strcmp(names[i], TEST_MODULE))
			CHECK_ERRNO(unload(names[i]),
				    strcmp(names[i], MODULES) ? EAGAIN :
				    EWOULDBLOCK);
}

TEST(every_module_stays_while_it_is_used)
{
	struct heap heaps[16];
	int n = open_all(heaps, 16);
	void *mem[16];

	CHECK(n > 0);
	check_none_leaves();
	for (int i = 0; i < n; i++) {
		mem[i] = alloc_mapped(&heaps[i], MIB(1));
		close(heaps[i].fd);
	}
	check_none_leaves();
	for (int i = 0; i < n; i++)
		fill(mem[i], MIB(1), (uint32_t)i);
	for (int i = 0; i < n; i++)
		check_filled(mem[i], MIB(1), 0, (uint32_t)i);
}

static void use_all(int expected)
{
	struct heap heaps[16];
	int n = open_all(heaps, 16);

	CHECK_EQUAL(n, expected);
	for (int i = 0; i < n; i++) {
		void *mem = alloc_mapped(&heaps[i], MIB(1));

		CHECK(is_zero(mem, MIB(1)));
		memset(mem, 0xff, MIB(1));
		munmap(mem, MIB(1));
		close(heaps[i].fd);
		free((char *)(uintptr_t)heaps[i].name);
	}
}

static void unload_all(char (*names)[64], int n)
{
	for (int i = 0; i < n; i++) {
		/* What closed a buffer last may still be on its way out. */
		for (int ms = 0; ms < 5000 && unload(names[i]); ms += 10) {
			CHECK_EQUAL(errno, EAGAIN);
			usleep(10000);
		}
	}
	CHECK(!is_there("/sys/class", "dmabuf_heap"));
	CHECK(!is_there("/sys/module", MODULES));
}

static void load_all(char (*names)[64], int n)
{
	while (n-- > 0)
		load(names[n]);
}

TEST(prefix_is_put_before_every_name)
{
	const int nr_heaps = count_nodes();
	struct heap heaps[16];
	char names[16][64];
	int n = list_modules(names, 16);

	unload_all(names, n);
	load(MODULES " prefix=test-");
	load_all(names, n - 1);
	CHECK_EQUAL(open_all(heaps, 16), nr_heaps);
	for (int i = 0; i < nr_heaps; i++) {
		CHECK(!strncmp(heaps[i].name, "test-", 5));
		alloc(&heaps[i], 1, O_RDWR | O_CLOEXEC);
	}
	/* The prefix counts. */
	CHECK_EQUAL(tell("add", "a"), 0);
	CHECK(is_there(HEAPS, "test-a"));
	CHECK_EQUAL(tell("remove", "test-a"), 0);

	close_range(3, ~0u, 0);
	unload_all(names, n);
	load_all(names, n);
	CHECK_EQUAL(count_nodes(), nr_heaps);
}

/* Preallocation begins once the heap has its name, and not if it gets none. */
TEST(source_of_refused_heap_not_called)
{
	char names[16][64];
	int n = list_modules(names, 16);

	unload_all(names, n);
	load(MODULES " 'prepared=test-taken=2x4096;test-source=2x4096'");
	load_all(names, n - 1);
	CHECK_EQUAL(tell("add", "test-taken"), 0);
	CHECK_ERRNO(tell("source", "test-taken"), EEXIST);
	usleep(500000);
	CHECK_EQUAL(ask("calls"), 0);
	CHECK_EQUAL(tell("remove", "test-taken"), 0);

	CHECK_EQUAL(tell("source", "test-source"), 0);
	for (int ms = 0; ms < 5000 && !ask("calls"); ms += 10)
		usleep(10000);
	CHECK(ask("calls") > 0);
	CHECK_EQUAL(tell("remove", "test-source"), 0);

	unload_all(names, n);
	load_all(names, n);
}

TEST(modules_come_and_go_fifty_times)
{
	const int nr_heaps = count_nodes();
	char names[16][64];
	int n = list_modules(names, 16);
	long long before = 0;

	CHECK(n > 1);
	for (int i = 0; i < 50; i++) {
		unload_all(names, n);
		if (i == 1)
			before = proc_number("/proc/meminfo", "MemAvailable:");
		load_all(names, n);
		use_all(nr_heaps);
	}
	unload_all(names, n);
	CHECK(before - proc_number("/proc/meminfo", "MemAvailable:") < 16 << 10);
	load_all(names, n);
}
