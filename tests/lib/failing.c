// SPDX-License-Identifier: LGPL-2.1-or-later
#include <dlfcn.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "failing.h"

/* What glibc calls its own, where a program has replaced them. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void __libc_free(void *memory);

#define CALLER __builtin_return_address(0)

static size_t n_calls, n_live;
static size_t failing;		/* 0: none */
static const char *spared;	/* part of the name of a library; or NULL */

static bool is_spared(const void *caller)
{
	Dl_info info;

	return spared && dladdr(caller, &info) && strstr(info.dli_fname, spared);
}

static bool fails(const void *caller)
{
	if (++n_calls != failing || is_spared(caller))
		return false;
	errno = ENOMEM;
	return true;
}

static void *count(void *memory)
{
	n_live += !!memory;
	return memory;
}

static void *resize(void *old, size_t size)
{
	void *memory = __libc_realloc(old, size);

	return old ? memory : count(memory);
}

void *malloc(size_t size)
{
	return fails(CALLER) ? NULL : count(__libc_malloc(size));
}

void *calloc(size_t n, size_t size)
{
	return fails(CALLER) ? NULL : count(__libc_calloc(n, size));
}

void *realloc(void *old, size_t size)
{
	return fails(CALLER) ? NULL : resize(old, size);
}

void *reallocarray(void *old, size_t n, size_t size)
{
	if (size && n > SIZE_MAX / size) {
		errno = ENOMEM;
		return NULL;
	}
	return fails(CALLER) ? NULL : resize(old, n * size);
}

void free(void *memory)
{
	n_live -= !!memory;
	__libc_free(memory);
}

void failing_begin(size_t number)
{
	n_calls = 0;
	failing = number;
}

bool failing_end(void)
{
	const bool has_failed = failing && n_calls >= failing;

	failing = 0;
	return has_failed;
}

size_t failing_count_live(void)
{
	return n_live;
}

static bool is_counted;

static __attribute__((constructor)) void begin(void)
{
	const char *number = getenv("FAIL_ALLOCATION");

	if (!number)
		return;
	spared = getenv("FAIL_SPARE");
	failing_begin(strtoul(number, NULL, 10));
	is_counted = !failing;
}

static __attribute__((destructor)) void end(void)
{
	if (is_counted)
		dprintf(STDERR_FILENO, "%zu\n", n_calls);
}
