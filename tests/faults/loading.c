// SPDX-License-Identifier: GPL-2.0
/* Loading our modules. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "faults.h"

/* The core, and those that need it. */
static const char * const names[] = {
	"dmabuf_heaps", "dmabuf_heaps_cma", "dmabuf_heaps_contiguous",
	"dmabuf_heaps_system",
};

static int open_module(const char *name)
{
	struct utsname kernel;
	char path[512];
	int fd;

	CHECK_EQUAL(uname(&kernel), 0);
	snprintf(path, sizeof(path), "/lib/modules/%s/extra/%s.ko",
		 kernel.release, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		fail(__FILE__, __LINE__, "%s: %s", path, strerrorname_np(errno));
	return fd;
}

/*
 * Adds what the kernel's command line says of a module, as NAME.PARAMETER=VALUE:
 * as modprobe does.
 */
static void add_parameters(const char *name, char *parameters, size_t size)
{
	const size_t len = strlen(name);
	size_t used = strlen(parameters);
	FILE *file = fopen("/proc/cmdline", "re");
	char line[4096], *rest = line, *word;

	CHECK(file && fgets(line, sizeof(line), file));
	fclose(file);
	while ((word = strsep(&rest, " \n")))
		if (!strncmp(word, name, len) && word[len] == '.')
			used += (size_t)snprintf(parameters + used, size - used,
						 " %s", word + len + 1);
	CHECK(used < size);
}

static int load(int module, const char *name, const char *own)
{
	char parameters[4096];

	snprintf(parameters, sizeof(parameters), "%s", own);
	add_parameters(name, parameters, sizeof(parameters));
	return (int)syscall(SYS_finit_module, module, parameters, 0);
}

static void unload(const char *name)
{
	if (syscall(SYS_delete_module, name, O_NONBLOCK) && errno != ENOENT)
		fail(__FILE__, __LINE__, "%s does not leave: %s", name,
		     strerrorname_np(errno));
}

/* Those that need the core; it stays. */
static void unload_heaps(struct scene *scene)
{
	for (size_t i = ARRAY_SIZE(names) - 1; i; i--)
		unload(names[i]);
	if (scene->other >= 0)
		close(scene->other);
	scene->other = -1;
}

static void unload_all(struct scene *scene)
{
	unload_heaps(scene);
	unload(names[0]);
}

static void nothing_loaded(struct scene *scene)
{
	unload_all(scene);
	scene->other = open_module(names[0]);
}

static void core_loaded(struct scene *scene, const char *next)
{
	unload_heaps(scene);
	scene->other = open_module(names[0]);
	if (load(scene->other, names[0], ""))
		CHECK_EQUAL(errno, EEXIST);
	close(scene->other);
	scene->other = open_module(next);
}

static void before_cma(struct scene *scene)
{
	core_loaded(scene, "dmabuf_heaps_cma");
}

static void before_contiguous(struct scene *scene)
{
	core_loaded(scene, "dmabuf_heaps_contiguous");
}

static void before_system(struct scene *scene)
{
	core_loaded(scene, "dmabuf_heaps_system");
}

static int loading_the_core(struct scene *scene)
{
	return load(scene->other, "dmabuf_heaps", "prefix=a-");
}

static int loading_cma(struct scene *scene)
{
	return load(scene->other, "dmabuf_heaps_cma", "");
}

static int loading_contiguous(struct scene *scene)
{
	return load(scene->other, "dmabuf_heaps_contiguous", "reserve=8M");
}

static int loading_system(struct scene *scene)
{
	return load(scene->other, "dmabuf_heaps_system", "");
}

/* Our part of it: the kernel's, which is longer, is the same for any module. */
#define FAILS_CLEANLY_IN_INIT(call, prepare, tidy)			\
	FAILS_CLEANLY_WITHIN("do_one_initcall", call, prepare, tidy)

/* What is called, and what has to be there before. */
FAILS_CLEANLY_IN_INIT(loading_the_core, nothing_loaded, unload_all)
FAILS_CLEANLY_IN_INIT(loading_cma, before_cma, unload_heaps)
FAILS_CLEANLY_IN_INIT(loading_contiguous, before_contiguous, unload_heaps)
FAILS_CLEANLY_IN_INIT(loading_system, before_system, unload_heaps)
