// SPDX-License-Identifier: GPL-2.0
/* Calls on descriptors and mappings that are not ioctls. */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "fuzz.h"

/* All mappings are within this, so that none takes a place of the program's. */
#define ARENA ((size_t)64 << 20)

static unsigned char *arena(void)
{
	static unsigned char *start;
	unsigned char *own, *none = NULL;

	if (__atomic_load_n(&start, __ATOMIC_SEQ_CST))
		return start;
	own = mmap(NULL, ARENA, PROT_NONE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	CHECK(own != MAP_FAILED);
	__atomic_compare_exchange_n(&start, &none, own, false, __ATOMIC_SEQ_CST,
				    __ATOMIC_SEQ_CST);
	return start;
}

/* A page of it, and how many bytes from there on are within it. */
static unsigned char *draw_mem(size_t *len)
{
	const size_t page = draw_below(2) ? draw_below(ARENA / 4096) :
			    draw_below(64) * 512 % (ARENA / 4096);

	*len = draw_below(2) ? draw_below(1 << 20) : draw_odd();
	if (*len > ARENA - page * 4096)
		*len = ARENA - page * 4096;
	return arena() + page * 4096;
}

static void call_mmap(void)
{
	static const int flags[] = {
		MAP_SHARED, MAP_SHARED, MAP_SHARED, MAP_PRIVATE,
		MAP_SHARED_VALIDATE, MAP_SHARED | MAP_POPULATE,
		MAP_SHARED | MAP_LOCKED,
	};
	size_t len;
	unsigned char *mem = draw_mem(&len);

	mmap(mem, len, (int)draw_below(8), DRAW_OF(flags) | MAP_FIXED,
	     draw_fd(), draw_below(2) ? 0 : (off_t)draw_odd() & ~4095ll);
}

static void call_mapping(void)
{
	size_t len, new_len;
	unsigned char *mem = draw_mem(&len), *to = draw_mem(&new_len);

	switch (draw_below(6)) {
	case 0:
		mmap(mem, len, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS |
		     MAP_NORESERVE | MAP_FIXED, -1, 0);
		break;
	case 1:
		mprotect(mem, len, (int)draw_below(8));
		break;
	case 2:
		madvise(mem, len, (int)draw_below(26));
		break;
	case 3:
		mremap(mem, len, new_len, MREMAP_MAYMOVE | MREMAP_FIXED, to);
		/* No hole that somebody else's mapping would fill. */
		mmap(mem, len, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS |
		     MAP_NORESERVE | MAP_FIXED, -1, 0);
		break;
	case 4:
		msync(mem, len, (int)draw_below(8));
		break;
	case 5:
		mlock(mem, len);
		munlock(mem, len);
		break;
	}
}

/* Whatever it is: it may be of what is no stream, no buffer or not writable. */
static void any_answer(long answer)
{
}

/* By the kernel, for which a place that is not there is an error. */
static void call_touch(void)
{
	size_t len;
	unsigned char *mem = draw_mem(&len);
	struct iovec local = { mem, len % 8192 }, remote = { mem, len % 8192 };
	int zero;

	switch (draw_below(3)) {
	case 0:
		zero = open("/dev/zero", O_RDONLY);
		any_answer(read(zero, mem, len % 65536));
		close(zero);
		break;
	case 1:
		any_answer(write(draw_fd(), mem, len % 4096));
		break;
	default:
		process_vm_readv(getpid(), &local, 1, &remote, 1, 0);
		break;
	}
}

static void call_file(void)
{
	struct pollfd poll_fd = { .fd = draw_fd(), .events = POLLIN | POLLOUT };
	unsigned char bytes[64] = { 0 };
	const int fd = draw_fd();

	switch (draw_below(9)) {
	case 0:
		lseek(fd, (off_t)draw_odd(), (int)draw_below(6));
		break;
	case 1:
		any_answer(read(fd, bytes, sizeof(bytes)));
		break;
	case 2:
		any_answer(pwrite(fd, bytes, sizeof(bytes), (off_t)draw_odd()));
		break;
	case 3:
		fcntl(fd, F_SETFL, (int)draw_odd() | O_NONBLOCK);
		break;
	case 4:
		poll(&poll_fd, 1, 0);
		break;
	case 5:
		any_answer(ftruncate(fd, (off_t)draw_below(1 << 20)));
		break;
	case 6:
		fsync(fd);
		break;
	case 7:
		posix_fadvise(fd, 0, (off_t)draw_odd(), (int)draw_below(6));
		break;
	case 8:
		fallocate(fd, (int)draw_below(4), 0, (off_t)draw_below(1 << 20));
		break;
	}
}

static void call_dup(void)
{
	keep_fd(dup(draw_fd()));
}

static void call_close(void)
{
	close_some_fd();
}

static void call_open(void)
{
	char path[128];

	snprintf(path, sizeof(path), draw_below(8) ? HEAPS "/%s" :
		 HEAPS "/%s/", draw_heap_name());
	keep_fd(open(path, (int)draw_below(4) | O_CLOEXEC));
}

static void call_reopen(void)
{
	char path[64];

	snprintf(path, sizeof(path), draw_below(2) ? "/proc/self/fd/%d" :
		 "/proc/self/fdinfo/%d", draw_fd());
	keep_fd(open(path, O_RDONLY | O_NONBLOCK));
}

const struct fuzz_kind file_kinds[] = {
	{ "mmap", call_mmap },
	{ "mapping", call_mapping },
	{ "touch", call_touch },
	{ "file", call_file },
	{ "dup", call_dup },
	{ "close", call_close },
	{ "open", call_open },
	{ "reopen", call_reopen },
	{ 0 }
};
