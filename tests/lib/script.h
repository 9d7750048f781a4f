/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * System calls by script: the test says which calls it expects, in what order
 * and with what arguments, and what each one answers. A call that is not the
 * next of the script fails the test, and so does a call that never comes.
 */

#ifndef DMAHEAP_TEST_SCRIPT_H
#define DMAHEAP_TEST_SCRIPT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/types.h>

#include <cmocka.h>

enum call {
	CALL_OPEN,
	CALL_OPENAT,
	CALL_READ,
	CALL_CLOSE,
	CALL_IOCTL,
	CALL_MEMFD,
	CALL_TRUNCATE,
	CALL_SEAL,
	CALL_LSEEK,
	CALL_FSTAT,
	CALL_READLINK,
	CALL_MMAP,
	CALL_MUNMAP,
};

/* One call; members that it has no argument for are left out. */
struct step {
	enum call call;
	int fd;
	const char *path;
	int flags;		/* of open(), memfd_create(), mmap(); seals */
	unsigned long request;
	const void *in;		/* what ioctl()'s argument must point to */
	const void *out;	/* what it, or read()'s, points to afterwards */
	const void *pointer;	/* ioctl()'s argument itself, if not in/out */
	bool no_argument;	/* ioctl()'s argument is NULL */
	void *addr;		/* of mmap() (the hint) and munmap() */
	size_t size;		/* of mmap(), munmap(), and of in and out */
	int prot;
	off_t offset;		/* of mmap() and lseek(); ftruncate()'s size */
	int whence;
	dev_t device;		/* of fstat(); readlink() has out, as read() */
	int error;		/* errno of a call that fails, or 0 */
	int64_t answer;		/* of one that succeeds */
	void *mapped;		/* of mmap() */
};

void script_set(const struct step *steps, size_t count);

/* Checks that every step was taken. */
void script_end(void);

/* The steps live as long as the block that this stands in. */
#define SCRIPT(...)							\
	script_set((const struct step []) { __VA_ARGS__ },		\
		   sizeof((const struct step []) { __VA_ARGS__ }) /	\
		   sizeof(struct step))

#endif /* DMAHEAP_TEST_SCRIPT_H */
