// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../uapi/harness.h"
#include "attributes.h"

/* Long enough for whatever the kernel puts off. */
#define SOON_MS 5000

static void path_of(const struct heap *heap, const char *name, char *path,
		    size_t size)
{
	snprintf(path, size, CLASS "/%s/%s", heap->name, name);
}

long long attribute(const struct heap *heap, const char *name)
{
	char path[512];

	path_of(heap, name, path, sizeof(path));
	return file_number(path);
}

void wait_for_attribute(const struct heap *heap, const char *name,
			long long number)
{
	for (int ms = 0; ms < SOON_MS && attribute(heap, name) != number; ms++)
		usleep(1000);
	if (attribute(heap, name) != number)
		fail(__FILE__, __LINE__, "%s is %lld, not %lld", name,
		     attribute(heap, name), number);
}

const char *limit(const struct heap *heap)
{
	static char text[64];
	char path[512];
	ssize_t n;
	int fd;

	path_of(heap, "limit", path, sizeof(path));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	CHECK(fd >= 0);
	n = read(fd, text, sizeof(text));
	close(fd);
	CHECK(n > 1 && text[n - 1] == '\n');
	text[n - 1] = '\0';
	return text;
}

int try_set_limit(const struct heap *heap, const char *text)
{
	char path[512];
	int fd, error;
	ssize_t n;

	path_of(heap, "limit", path, sizeof(path));
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	n = write(fd, text, strlen(text));
	error = errno;
	close(fd);
	errno = error;
	return n < 0 ? -1 : 0;
}

void set_limit(const struct heap *heap, const char *text)
{
	if (try_set_limit(heap, text))
		fail(__FILE__, __LINE__, "%s: limit %s: %s", heap->name, text,
		     strerrorname_np(errno));
}

void begin_with_units(const struct heap *heap)
{
	char text[32];

	wait_for_attribute(heap, "used", 0);
	snprintf(text, sizeof(text), "%zu", UNITS * UNIT);
	set_limit(heap, text);
}

int take_unit(const struct heap *heap)
{
	return alloc(heap, UNIT, O_RDWR | O_CLOEXEC);
}

void check_no_unit(const struct heap *heap)
{
	long long refused = attribute(heap, "failures_limit");
	int buf;

	CHECK_ERRNO(try_alloc(heap, UNIT, O_RDWR | O_CLOEXEC, 0, &buf), ENOMEM);
	CHECK(attribute(heap, "failures_limit") > refused);
}

int take_units(const struct heap *heap, int bufs[static UNITS + 1])
{
	int n = 0;

	while (!try_alloc(heap, UNIT, O_RDWR | O_CLOEXEC, 0, &bufs[n])) {
		n++;
		CHECK(n <= UNITS);
	}
	CHECK_EQUAL(errno, ENOMEM);
	check_no_unit(heap);
	return n;
}

void check_full_share(const struct heap *heap)
{
	int bufs[UNITS + 1], n = take_units(heap, bufs);

	CHECK_EQUAL(n, UNITS);
	give_back(bufs, n);
}
