// SPDX-License-Identifier: GPL-2.0
/*
 * PID 1 of a guest: loads our modules, runs one command, looks for what was
 * left behind, reports to the host and powers the machine off.
 *
 * What to do is in /vm: "command" (arguments, each ended by NUL), "modules"
 * ("stock PATH": load; "ours PATH": load, and must leave; "test PATH": must
 * leave if the command loaded it) and "regions" ("area NAME": a CMA area that
 * must exist; "carveout NAME": must have a heap, if there is a module for it).
 *
 * The host hears of it through one virtio-serial port, in frames: a type, a
 * length (four bytes, little endian) and that many bytes.
 *	o, e	the command's standard output, standard error
 *	b	the guest is up; our modules come next
 *	c	a file of gcov's counters: its path, NUL, what is in it
 *	r	the result, in lines: "status N", "failure TEXT" (the harness
 *		could not do its work) and "leak TEXT". The host answers with
 *		one byte; only then may the machine go down.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <limits.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define MAX_MODULES 128
/* syslog(2), for which glibc has no names */
#define SYSLOG_READ_ALL 3
#define MAX_AREAS 64

/* Frees that the kernel defers (files, RCU, work) are given this long. */
#define PATIENCE_MS 2000

/*
 * TAINT_*: proprietary, out of tree, unsigned, test; and a warning, which the
 * host finds in the console and may allow.
 */
#define HARMLESS_TAINT (1UL << 0 | 1UL << 9 | 1UL << 12 | 1UL << 13 | 1UL << 18)

struct module {
	char name[64];
	char path[256];
	bool load;
	bool ours;
};

struct area {
	char name[NAME_MAX + 1];
	long available;
};

static struct module modules[MAX_MODULES];
static size_t module_count;
static struct area areas[MAX_AREAS];
static size_t area_count;
static int port = -1;
static char *report;
static size_t report_size;
static FILE *report_file;

static void say(const char *kind, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static void fail(const char *format, ...)
	__attribute__((format(printf, 1, 2), noreturn));
static void power_off(void) __attribute__((noreturn));
static void send_result(void) __attribute__((noreturn));

static void sleep_ms(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	while (nanosleep(&t, &t) && errno == EINTR)
		;
}

static void power_off(void)
{
	sync();
	reboot(RB_POWER_OFF);
	for (;;)
		pause();
}

static void write_port(const void *data, size_t size)
{
	const char *next = data;

	while (size) {
		ssize_t n = write(port, next, size);

		if (n < 0) {
			if (errno == EINTR)
				continue;
			power_off();
		}
		next += n;
		size -= n;
	}
}

static void send_frame(char type, const void *data, size_t size)
{
	unsigned char head[5] = {
		type, size, size >> 8, size >> 16, size >> 24
	};

	write_port(head, sizeof(head));
	write_port(data, size);
}

static void say(const char *kind, const char *format, ...)
{
	va_list args;

	fprintf(report_file, "%s ", kind);
	va_start(args, format);
	vfprintf(report_file, format, args);
	va_end(args);
	fputc('\n', report_file);
}

static void send_result(void)
{
	struct pollfd answer = { .fd = port, .events = POLLIN };

	fflush(report_file);
	send_frame('r', report, report_size);
	poll(&answer, 1, 30000);
	power_off();
}

static void fail(const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (port < 0) {
		fprintf(stderr, "vm: %s\n", text);
		power_off();
	}
	say("failure", "%s", text);
	send_result();
}

/* The first bytes of a file as text; NULL if there is no such file. */
static char *read_text(const char *path)
{
	static char text[65536];
	ssize_t n = 0, got;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return NULL;
	while ((got = read(fd, text + n, sizeof(text) - 1 - n)) > 0)
		n += got;
	close(fd);
	text[n] = '\0';
	return text;
}

static int write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -1;
	n = write(fd, text, strlen(text));
	close(fd);
	return n < 0 ? -1 : 0;
}

static void mount_one(const char *type, const char *path, const char *options)
{
	mkdir(path, 0755);
	/* Where the kernel has none of it, there may be no place for it either. */
	if (mount(type, path, type, MS_NOSUID, options) && errno != ENODEV &&
	    errno != ENOENT && errno != EBUSY)
		fail("cannot mount %s on %s: %m", type, path);
}

static void mount_kernel(void)
{
	mount_one("proc", "/proc", NULL);
	mount_one("sysfs", "/sys", NULL);
	mount_one("devtmpfs", "/dev", NULL);
}

/* After the stock modules: configfs may be one. */
static void mount_rest(void)
{
	mount_one("devpts", "/dev/pts", "mode=620,ptmxmode=666");
	mount_one("tmpfs", "/dev/shm", "mode=1777");
	mount_one("tmpfs", "/tmp", "mode=1777");
	mount_one("tmpfs", "/run", "mode=755");
	mount_one("debugfs", "/sys/kernel/debug", NULL);
	mount_one("tracefs", "/sys/kernel/tracing", NULL);
	mount_one("configfs", "/sys/kernel/config", NULL);
	mount_one("cgroup2", "/sys/fs/cgroup", NULL);
	symlink("/proc/self/fd", "/dev/fd");
	symlink("/proc/self/fd/0", "/dev/stdin");
	symlink("/proc/self/fd/1", "/dev/stdout");
	symlink("/proc/self/fd/2", "/dev/stderr");
}

static void bring_up_loopback(void)
{
	struct ifreq request = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return;
	if (!ioctl(fd, SIOCGIFFLAGS, &request)) {
		request.ifr_flags |= IFF_UP;
		ioctl(fd, SIOCSIFFLAGS, &request);
	}
	close(fd);
}

/* The port's name comes in a message of its own, some time after boot. */
static void open_port(void)
{
	for (int tries = 0; tries < 600 && port < 0; tries++) {
		glob_t found;

		if (!glob("/sys/class/virtio-ports/*/name", 0, NULL, &found)) {
			for (size_t i = 0; i < found.gl_pathc; i++) {
				const char *path = found.gl_pathv[i];
				char *name = read_text(path);
				char node[64];

				if (!name || strcmp(name, "vm\n"))
					continue;
				if (sscanf(path, "/sys/class/virtio-ports/%32[^/]",
					   node + 5) != 1)
					continue;
				memcpy(node, "/dev/", 5);
				port = open(node, O_RDWR | O_CLOEXEC);
			}
			globfree(&found);
		}
		if (port < 0)
			sleep_ms(50);
	}
	if (port < 0)
		fail("no virtio-serial port named vm");
}

static void name_of(const char *path, char *name, size_t size)
{
	const char *base = strrchr(path, '/') + 1;

	snprintf(name, size, "%.*s", (int)strcspn(base, "."), base);
	for (; *name; name++)
		if (*name == '-')
			*name = '_';
}

static void read_modules(void)
{
	FILE *file = fopen("/vm/modules", "re");
	char kind[8], path[256];

	if (!file)
		return;
	while (fscanf(file, "%7s %255s", kind, path) == 2) {
		struct module *m = &modules[module_count++];

		if (module_count > MAX_MODULES)
			fail("more than %d modules", MAX_MODULES);
		name_of(path, m->name, sizeof(m->name));
		strcpy(m->path, path);
		m->load = strcmp(kind, "test");
		m->ours = strcmp(kind, "stock");
	}
	fclose(file);
}

/* Does "word" (NAME.PARAMETER=VALUE, - and _ alike) speak of the module? */
static bool is_for(const char *word, const char *name)
{
	while (*name && (*word == '-' ? '_' : *word) == *name) {
		word++;
		name++;
	}
	return !*name && *word == '.';
}

/* The module's parameters on the kernel's command line, as modprobe has it. */
static void parameters_for(const char *name, char *parameters, size_t size)
{
	char *word = read_text("/proc/cmdline");
	size_t used = 0;

	*parameters = '\0';
	while (word && *word) {
		bool quoted = false;
		char *end;

		word += strspn(word, " \n");
		for (end = word; *end && (quoted || !isspace(*end)); end++)
			if (*end == '"')
				quoted = !quoted;
		if (is_for(word, name) && used < size) {
			word += strlen(name) + 1;
			used += snprintf(parameters + used, size - used,
					 "%.*s ", (int)(end - word), word);
		}
		word = end;
	}
}

static void load_module(const struct module *m)
{
	char parameters[4096];
	int fd = open(m->path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		fail("no module %s: %m", m->path);
	parameters_for(m->name, parameters, sizeof(parameters));
	if (syscall(SYS_finit_module, fd, parameters, 0) &&
	    !(errno == EEXIST && !m->ours))
		fail("cannot load module %s: %m", m->name);
	close(fd);
}

static void load_modules(bool ours)
{
	for (size_t i = 0; i < module_count; i++)
		if (modules[i].load && modules[i].ours == ours)
			load_module(&modules[i]);
}

static bool is_ours(const char *name)
{
	for (size_t i = 0; i < module_count; i++)
		if (modules[i].ours && !strcmp(modules[i].name, name))
			return true;
	return false;
}

/*
 * One pass over our modules that are loaded, newest first, as the kernel
 * lists them. Returns how many stay, and tells why if asked.
 */
static int unload_pass(bool tell)
{
	FILE *file = fopen("/proc/modules", "re");
	char line[1024], name[64], references[16], users[512];
	int left = 0;

	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%63s %*s %15s %511s", name, references,
			   users) != 3 || !is_ours(name))
			continue;
		if (!syscall(SYS_delete_module, name, O_NONBLOCK))
			continue;
		left++;
		if (tell)
			say("leak",
			    "module %s does not leave: %m, %s references%s%s",
			    name, references, *users == '-' ? "" : ", held by ",
			    *users == '-' ? "" : users);
	}
	fclose(file);
	return left;
}

static void unload_modules(void)
{
	for (int ms = 0; ms < PATIENCE_MS; ms += 50) {
		if (!unload_pass(false))
			return;
		sleep_ms(50);
	}
	unload_pass(true);
}

static long available_pages(const char *area)
{
	char path[PATH_MAX], *text;

	snprintf(path, sizeof(path), "/sys/kernel/mm/cma/%s/available_pages",
		 area);
	text = read_text(path);
	return text ? atol(text) : -1;
}

static void read_areas(void)
{
	DIR *directory = opendir("/sys/kernel/mm/cma");
	struct dirent *entry;

	while (directory && (entry = readdir(directory))) {
		struct area *area = &areas[area_count];

		if (entry->d_name[0] == '.' || area_count == MAX_AREAS)
			continue;
		strcpy(area->name, entry->d_name);
		area->available = available_pages(area->name);
		area_count += area->available >= 0;
	}
	if (directory)
		closedir(directory);
}

/*
 * A region that the kernel could not reserve is no more than a log line. Its
 * area has the node's name, with the address on some kernels.
 */
static bool have_area(const char *name)
{
	size_t length = strlen(name);

	for (size_t i = 0; i < area_count; i++)
		if (!strncmp(areas[i].name, name, length) &&
		    strchr("@", areas[i].name[length]))
			return true;
	return false;
}

/* The heap itself may have a name with a prefix. */
static bool have_carveout(const char *name)
{
	bool found = false;
	glob_t heaps;

	if (glob("/sys/class/dmabuf_heap/*/region", 0, NULL, &heaps))
		return false;
	for (size_t i = 0; i < heaps.gl_pathc; i++) {
		const char *region = read_text(heaps.gl_pathv[i]);

		found |= !strncmp(region, name, strlen(name)) &&
			 !strcmp(region + strlen(name), "\n");
	}
	globfree(&heaps);
	return found;
}

static void check_regions(const char *kind, bool (*have)(const char *name))
{
	FILE *file = fopen("/vm/regions", "re");
	char line_kind[16], name[64];

	while (file && fscanf(file, "%15s %63s", line_kind, name) == 2)
		if (!strcmp(line_kind, kind) && !have(name))
			fail("there is no %s %s", kind, name);
	if (file)
		fclose(file);
}

static void check_areas(void)
{
	for (size_t i = 0; i < area_count; i++) {
		const struct area *area = &areas[i];
		long missing = 0;

		for (int ms = 0; ms <= PATIENCE_MS; ms += 50) {
			missing = area->available - available_pages(area->name);
			if (missing <= 0)
				break;
			sleep_ms(50);
		}
		if (missing > 0)
			say("leak", "CMA area %s lost %ld of %ld pages",
			    area->name, missing, area->available);
	}
}

#define KMEMLEAK "/sys/kernel/debug/kmemleak"

/* Left alone, it reports its first complaint and no other. */
static void report_every_dma_error(void)
{
	write_text("/sys/kernel/debug/dma-api/all_errors", "1");
}

static void forget_old_leaks(void)
{
	write_text(KMEMLEAK, "scan");
	write_text(KMEMLEAK, "clear");
}

/* Only objects older than 5 s are reported, and only by the second scan. */
static void check_kmemleak(void)
{
	char *line;

	if (write_text(KMEMLEAK, "scan"))
		return;
	sleep_ms(6000);
	write_text(KMEMLEAK, "scan");
	line = read_text(KMEMLEAK);
	if (!line)
		return;
	for (line = strtok(line, "\n"); line; line = strtok(NULL, "\n"))
		say("leak", "kmemleak: %s", line);
}

/*
 * Kernels that count what each place in the code has allocated say at a
 * module's unload what it has not freed, but not loudly enough for the console.
 */
static void check_allocations(void)
{
	static char log[1 << 20];
	char *line, *text;

	if (klogctl(SYSLOG_READ_ALL, log, sizeof(log) - 1) < 0)
		return;
	for (line = strtok(log, "\n"); line; line = strtok(NULL, "\n")) {
		if (!strstr(line, " allocated at module unload"))
			continue;
		text = strstr(line, "] ");
		say("leak", "%s", text ? text + 2 : line);
	}
}

static unsigned long taint(void)
{
	char *text = read_text("/proc/sys/kernel/tainted");

	return text ? strtoul(text, NULL, 10) : 0;
}

static void check_taint(unsigned long before)
{
	unsigned long added = taint() & ~before & ~HARMLESS_TAINT;

	if (added)
		say("leak", "the kernel is tainted: 0x%lx", added);
}

#define GCOV "/sys/kernel/debug/gcov"

/* These files tell no size. */
static int send_counters(const char *path, const struct stat *st, int type,
			 struct FTW *place)
{
	static char data[1 << 20];
	size_t size = strlen(path) + 1;
	ssize_t n;
	int fd;

	(void)st;
	(void)place;
	if (type != FTW_F || strcmp(path + size - 6, ".gcda"))
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		fail("%s: %m", path);
	memcpy(data, path, size);
	while ((n = read(fd, data + size, sizeof(data) - size)) > 0)
		size += n;
	close(fd);
	if (n || size == sizeof(data))
		fail("%s can't be read", path);
	send_frame('c', data, size);
	return 0;
}

/* Of modules that count, if tests/coverage has built them. */
static void send_all_counters(void)
{
	nftw(GCOV, send_counters, 8, FTW_PHYS);
}

static void drain(int fd, char type)
{
	static char data[65536];
	ssize_t n;

	while ((n = read(fd, data, sizeof(data))) > 0)
		send_frame(type, data, n);
}

/* Returns false when there are no children left. */
static bool reap(pid_t main_child, int *status)
{
	pid_t pid;
	int ended;

	while ((pid = waitpid(-1, &ended, WNOHANG)) > 0)
		if (pid == main_child)
			*status = ended;
	return pid == 0;
}

static pid_t start(char **command, int out, int err, const sigset_t *signals)
{
	pid_t pid = fork();
	int in;

	if (pid)
		return pid;
	setsid();
	sigprocmask(SIG_UNBLOCK, signals, NULL);
	in = open("/dev/null", O_RDONLY);
	dup2(in, 0);
	dup2(out, 1);
	dup2(err, 2);
	close(in);
	if (chdir("/root"))
		_exit(127);
	execvp(command[0], command);
	dprintf(2, "vm: %s: %m\n", command[0]);
	_exit(127);
}

/* Waits for a child to end or to write, and passes on what was written. */
static void relay(struct pollfd *fds, int timeout)
{
	struct signalfd_siginfo info;

	poll(fds, 3, timeout);
	drain(fds[0].fd, 'o');
	drain(fds[1].fd, 'e');
	if (fds[2].revents & POLLIN)
		read(fds[2].fd, &info, sizeof(info));
	/* poll() would return for a closed pipe at once, for ever. */
	for (int i = 0; i < 2; i++)
		if (fds[i].revents == POLLHUP)
			fds[i].fd = -1;
}

/* Nobody may be left to hold on to our modules. */
static void end_processes(struct pollfd *fds, int *status)
{
	static const struct { int signal, ms; } steps[] = {
		{ SIGTERM, 1000 }, { SIGKILL, 10000 }
	};

	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		if (!reap(-1, status))
			return;
		kill(-1, SIGCONT);
		kill(-1, steps[i].signal);
		for (int ms = 0; ms < steps[i].ms; ms += 20) {
			relay(fds, 20);
			if (!reap(-1, status))
				return;
		}
	}
	say("leak", "a process cannot be killed");
}

static int run(char **command)
{
	int out[2], err[2], status = -1;
	struct pollfd fds[3];
	sigset_t signals;
	pid_t pid;

	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	if (pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC))
		fail("pipe: %m");
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	fcntl(err[0], F_SETFL, O_NONBLOCK);
	fds[0] = (struct pollfd){ .fd = out[0], .events = POLLIN };
	fds[1] = (struct pollfd){ .fd = err[0], .events = POLLIN };
	fds[2] = (struct pollfd){
		.fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK),
		.events = POLLIN
	};

	pid = start(command, out[1], err[1], &signals);
	if (pid < 0)
		fail("fork: %m");
	close(out[1]);
	close(err[1]);
	while (status < 0) {
		relay(fds, -1);
		reap(pid, &status);
	}
	end_processes(fds, &status);
	drain(out[0], 'o');
	drain(err[0], 'e');
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
				     WEXITSTATUS(status);
}

static char **read_command(void)
{
	static char text[65536];
	static char *command[1024];
	int fd = open("/vm/command", O_RDONLY | O_CLOEXEC);
	ssize_t size = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	size_t count = 0;

	if (size <= 0)
		fail("no command");
	for (char *word = text; word < text + size; word += strlen(word) + 1) {
		if (count == ARRAY_SIZE(command) - 1)
			fail("more than %zu arguments", count);
		command[count++] = word;
	}
	close(fd);
	return command;
}

int main(void)
{
	unsigned long taint_before;
	char **command;

	report_file = open_memstream(&report, &report_size);
	chmod("/", 0755);
	mount_kernel();
	read_modules();
	load_modules(false);
	mount_rest();
	bring_up_loopback();
	sethostname("vm", 2);
	setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin", 1);
	setenv("HOME", "/root", 1);
	setenv("USER", "root", 1);
	setenv("LANG", "C.UTF-8", 1);
	unsetenv("TERM");

	open_port();
	send_frame('b', NULL, 0);
	command = read_command();
	taint_before = taint();
	report_every_dma_error();
	forget_old_leaks();
	read_areas();
	if (area_count)
		check_regions("area", have_area);
	load_modules(true);
	if (!access("/sys/module/dmabuf_heaps_carveout", F_OK))
		check_regions("carveout", have_carveout);

	say("status", "%d", run(command));

	unload_modules();
	send_all_counters();
	check_allocations();
	check_areas();
	check_kmemleak();
	check_taint(taint_before);
	send_result();
}
