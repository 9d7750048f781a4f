// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The library's objects are linked into the test, so the functions defined
 * here stand in for the C library's. Built with the same feature macros, they
 * take the same names (open64 and such) on every machine.
 */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "script.h"

static const struct step *steps;
static size_t n_steps, n_taken;

void script_set(const struct step *new_steps, size_t count)
{
	steps = new_steps;
	n_steps = count;
	n_taken = 0;
}

void script_end(void)
{
	assert_int_equal(n_taken, n_steps);
	script_set(NULL, 0);
}

static const struct step *take_step(enum call call, const char *name)
{
	const struct step *step;

	if (n_taken == n_steps)
		fail_msg("%s(): call %zu of a script of %zu", name,
			 n_taken + 1, n_steps);
	step = &steps[n_taken++];
	if (step->call != call)
		fail_msg("%s(): call %zu should be another", name, n_taken);
	return step;
}

static int64_t answer(const struct step *step)
{
	if (!step->error)
		return step->answer;
	errno = step->error;
	return -1;
}

int open(const char *path, int flags, ...)
{
	const struct step *step = take_step(CALL_OPEN, "open");

	assert_string_equal(path, step->path);
	assert_int_equal(flags, step->flags);
	return answer(step);
}

int openat(int dir, const char *path, int flags, ...)
{
	const struct step *step = take_step(CALL_OPENAT, "openat");

	assert_int_equal(dir, AT_FDCWD);
	assert_string_equal(path, step->path);
	assert_int_equal(flags, step->flags);
	return answer(step);
}

/* Gives the text that is "out", without its end, as far as there is room. */
ssize_t read(int fd, void *text, size_t size)
{
	const struct step *step = take_step(CALL_READ, "read");
	size_t len;

	assert_int_equal(fd, step->fd);
	if (!step->out)
		return answer(step);
	len = strlen(step->out);
	if (len > size)
		len = size;
	memcpy(text, step->out, len);
	return len;
}

int memfd_create(const char *name, unsigned int flags)
{
	const struct step *step = take_step(CALL_MEMFD, "memfd_create");

	assert_string_equal(name, "dmaheap");
	assert_int_equal(flags, step->flags);
	return answer(step);
}

int ftruncate(int fd, off_t size)
{
	const struct step *step = take_step(CALL_TRUNCATE, "ftruncate");

	assert_int_equal(fd, step->fd);
	assert_int_equal(size, step->offset);
	return answer(step);
}

int fcntl(int fd, int command, ...)
{
	const struct step *step = take_step(CALL_SEAL, "fcntl");
	va_list args;

	va_start(args, command);
	assert_int_equal(va_arg(args, int), step->flags);
	va_end(args);
	assert_int_equal(fd, step->fd);
	assert_int_equal(command, F_ADD_SEALS);
	return answer(step);
}

int close(int fd)
{
	const struct step *step = take_step(CALL_CLOSE, "close");

	assert_int_equal(fd, step->fd);
	return answer(step);
}

int ioctl(int fd, unsigned long request, ...)
{
	const struct step *step = take_step(CALL_IOCTL, "ioctl");
	va_list args;
	void *arg;

	va_start(args, request);
	arg = va_arg(args, void *);
	va_end(args);

	assert_int_equal(fd, step->fd);
	assert_int_equal(request, step->request);
	if (step->pointer || step->no_argument)
		assert_ptr_equal(arg, step->pointer);
	if (step->in)
		assert_memory_equal(arg, step->in, step->size);
	if (step->out)
		memcpy(arg, step->out, step->size);
	return answer(step);
}

int fstat(int fd, struct stat *st)
{
	const struct step *step = take_step(CALL_FSTAT, "fstat");

	assert_int_equal(fd, step->fd);
	memset(st, 0, sizeof(*st));
	st->st_rdev = step->device;
	return answer(step);
}

/* Gives the text that is "out", without its end. */
ssize_t readlink(const char *restrict path, char *restrict target, size_t size)
{
	const struct step *step = take_step(CALL_READLINK, "readlink");

	assert_string_equal(path, step->path);
	if (!step->out)
		return answer(step);
	assert_true(strlen(step->out) <= size);
	memcpy(target, step->out, strlen(step->out));
	return strlen(step->out);
}

off_t lseek(int fd, off_t offset, int whence)
{
	const struct step *step = take_step(CALL_LSEEK, "lseek");

	assert_int_equal(fd, step->fd);
	assert_int_equal(offset, step->offset);
	assert_int_equal(whence, step->whence);
	return answer(step);
}

void *mmap(void *addr, size_t size, int prot, int flags, int fd, off_t offset)
{
	const struct step *step = take_step(CALL_MMAP, "mmap");

	assert_ptr_equal(addr, step->addr);
	assert_int_equal(size, step->size);
	assert_int_equal(prot, step->prot);
	assert_int_equal(flags, step->flags);
	assert_int_equal(fd, step->fd);
	assert_int_equal(offset, step->offset);
	return answer(step) < 0 ? MAP_FAILED : step->mapped;
}

int munmap(void *addr, size_t size)
{
	const struct step *step = take_step(CALL_MUNMAP, "munmap");

	assert_ptr_equal(addr, step->addr);
	assert_int_equal(size, step->size);
	return answer(step);
}
