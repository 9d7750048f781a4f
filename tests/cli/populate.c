// SPDX-License-Identifier: GPL-2.0
/*
 * Adds a process to a /proc made of files, or is one:
 *
 * populate PROC PID descriptors COUNT	COUNT descriptors, each of another dma-buf
 * populate PROC PID mappings COUNT	COUNT mappings, each of another dma-buf
 * populate threads COUNT		COUNT threads that run until it is killed, each
 *					with a table of descriptors of its own; prints
 *					"ready" when all do
 */
#include <errno.h>
#include <error.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STACK_SIZE 32768

static void check(bool is_right, const char *what)
{
	if (!is_right)
		error(EXIT_FAILURE, errno, "%s", what);
}

static void make_dir(const char *path)
{
	check(!mkdir(path, 0755) || errno == EEXIST, path);
}

static FILE *create(int dir, const char *path)
{
	int fd = openat(dir, path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	check(fd >= 0, path);
	return fdopen(fd, "w");
}

static void add_descriptors(int thread, unsigned long count)
{
	for (unsigned long i = 0; i < count; i++) {
		char path[64];
		FILE *info;

		snprintf(path, sizeof(path), "fd/%lu", i);
		check(!symlinkat("/dmabuf:", thread, path), path);
		snprintf(path, sizeof(path), "fdinfo/%lu", i);
		info = create(thread, path);
		fprintf(info,
			"pos:\t0\nflags:\t02\nmnt_id:\t14\nino:\t%lu\nsize:\t4096\ncount:\t2\nexp_name:\tsystem\n",
			1000 + i);
		fclose(info);
	}
}

static void add_mappings(int thread, unsigned long count)
{
	FILE *maps = create(thread, "maps");

	for (unsigned long i = 0; i < count; i++) {
		const unsigned long start = 0x10000000 + i * 4096;

		fprintf(maps, "%08lx-%08lx rw-s 00000000 00:0c %lu %20s\n", start,
			start + 4096, 2000000 + i, "/dmabuf:");
	}
	fclose(maps);
}

static int add_process(const char *proc, const char *pid)
{
	static const char *const dirs[] = { "", "/fd", "/fdinfo" };
	char path[256];
	FILE *status;
	int thread;

	snprintf(path, sizeof(path), "%s/%s", proc, pid);
	make_dir(path);
	snprintf(path, sizeof(path), "%s/%s/task", proc, pid);
	make_dir(path);
	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s/task/%s%s", proc, pid, pid,
			 dirs[i]);
		make_dir(path);
	}
	snprintf(path, sizeof(path), "%s/%s/status", proc, pid);
	status = create(AT_FDCWD, path);
	fprintf(status, "Name:\tcrowd\nUid:\t0\t0\t0\t0\n");
	fclose(status);

	snprintf(path, sizeof(path), "%s/%s/task/%s", proc, pid, pid);
	thread = open(path, O_RDONLY | O_DIRECTORY);
	check(thread >= 0, path);
	fclose(create(thread, "maps"));
	return thread;
}

static pthread_barrier_t all_run;

static void *separate(void *unused)
{
	check(!unshare(CLONE_FILES), "unshare");
	pthread_barrier_wait(&all_run);
	pause();
	return NULL;
}

static void run_threads(unsigned long count)
{
	pthread_attr_t attr;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_SIZE);
	pthread_barrier_init(&all_run, NULL, (unsigned int)count + 1);
	for (unsigned long i = 0; i < count; i++) {
		pthread_t thread;

		errno = pthread_create(&thread, &attr, separate, NULL);
		check(!errno, "pthread_create");
	}
	pthread_barrier_wait(&all_run);
	puts("ready");
	fflush(stdout);
	pause();
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "threads"))
		run_threads(strtoul(argv[2], NULL, 10));
	else if (argc == 5 && !strcmp(argv[3], "descriptors"))
		add_descriptors(add_process(argv[1], argv[2]),
				strtoul(argv[4], NULL, 10));
	else if (argc == 5 && !strcmp(argv[3], "mappings"))
		add_mappings(add_process(argv[1], argv[2]),
			     strtoul(argv[4], NULL, 10));
	else
		error(2, 0, "the arguments are at the top of its source");
	return EXIT_SUCCESS;
}
