// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "sysfs.h"

/* Long enough for whatever the kernel puts off. */
#define SOON_MS 5000

#define MOST_PATH 512

static void path_of(const struct heap *heap, const char *name,
		    char path[MOST_PATH])
{
	snprintf(path, MOST_PATH, CLASS "/%s/%s", heap->name, name);
}

long long attribute(const struct heap *heap, const char *name)
{
	char path[MOST_PATH];

	path_of(heap, name, path);
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

void attribute_text(const struct heap *heap, const char *name,
		    char text[MOST_TEXT])
{
	char path[MOST_PATH];
	size_t len;
	FILE *file;

	path_of(heap, name, path);
	file = fopen(path, "re");
	CHECK(file);
	CHECK(fgets(text, MOST_TEXT, file));
	fclose(file);
	len = strcspn(text, "\n");
	CHECK(text[len] == '\n');
	text[len] = '\0';
}

void check_attribute(const struct heap *heap, const char *name,
		     const char *text)
{
	char seen[MOST_TEXT];

	attribute_text(heap, name, seen);
	if (strcmp(seen, text))
		fail(__FILE__, __LINE__, "%s is '%s', not '%s'", name, seen,
		     text);
}

bool has_attribute(const struct heap *heap, const char *name)
{
	char path[MOST_PATH];

	path_of(heap, name, path);
	return !access(path, F_OK);
}

int try_set_attribute(const struct heap *heap, const char *name,
		      const char *text)
{
	char path[MOST_PATH];
	int fd, error;
	ssize_t n;

	path_of(heap, name, path);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	n = write(fd, text, strlen(text));
	error = errno;
	close(fd);
	errno = error;
	return n < 0 ? -1 : 0;
}

void set_attribute(const struct heap *heap, const char *name, const char *text)
{
	if (try_set_attribute(heap, name, text))
		fail(__FILE__, __LINE__, "%s: %s=%s: %s", heap->name, name,
		     text, strerrorname_np(errno));
}

struct counts read_counts(const struct heap *heap)
{
	return (struct counts){
		.used = attribute(heap, "used"),
		.peak = attribute(heap, "peak"),
		.buffers = attribute(heap, "buffers"),
		.allocations = attribute(heap, "allocations"),
		.largest_success = attribute(heap, "largest_success"),
		.smallest_failure = attribute(heap, "smallest_failure"),
		.failures_limit = attribute(heap, "failures_limit"),
		.failures_memory = attribute(heap, "failures_memory"),
		.failures_busy = attribute(heap, "failures_busy"),
		.failures_other = attribute(heap, "failures_other"),
	};
}

void check_counts(const struct heap *heap, const struct counts *expected)
{
	const struct counts seen = read_counts(heap);

	CHECK_EQUAL(seen.used, expected->used);
	CHECK_EQUAL(seen.peak, expected->peak);
	CHECK_EQUAL(seen.buffers, expected->buffers);
	CHECK_EQUAL(seen.allocations, expected->allocations);
	CHECK_EQUAL(seen.largest_success, expected->largest_success);
	CHECK_EQUAL(seen.smallest_failure, expected->smallest_failure);
	CHECK_EQUAL(seen.failures_limit, expected->failures_limit);
	CHECK_EQUAL(seen.failures_memory, expected->failures_memory);
	CHECK_EQUAL(seen.failures_busy, expected->failures_busy);
	CHECK_EQUAL(seen.failures_other, expected->failures_other);
}
