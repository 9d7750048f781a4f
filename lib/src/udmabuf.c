// SPDX-License-Identifier: LGPL-2.1-or-later
/* Buffers made of the pages of a file in memory, where no heap has any. */

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/* Not every <linux/udmabuf.h> includes what it needs. */
#include <linux/ioctl.h>
#include <linux/udmabuf.h>

#include "internal.h"

/* Not in every <sys/mman.h>. Has MFD_ALLOW_SEALING in it. */
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 8U
#endif

/* A file of that size, whose pages stay. */
static int make_file(off_t size)
{
	int file, error;

	file = memfd_create("dmaheap", MFD_CLOEXEC | MFD_NOEXEC_SEAL);
	/* Kernels before 6.3 do not know it, newer ones may insist on it. */
	if (file < 0 && errno == EINVAL)
		file = memfd_create("dmaheap", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (file < 0)
		return -errno;

	if (!ftruncate(file, size) &&
	    !fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK))
		return file;
	error = errno;
	close(file);
	return -error;
}

static uint64_t round_to_pages(uint64_t size)
{
	const uint64_t rest = (uint64_t)sysconf(_SC_PAGESIZE) - 1;

	return (size + rest) & ~rest;
}

int dmaheap__udmabuf_check(uint64_t size, int fd_flags)
{
	if (fd_flags & ~(O_ACCMODE | O_CLOEXEC) ||
	    (fd_flags & O_ACCMODE) == O_ACCMODE || !round_to_pages(size))
		return -EINVAL;
	if ((fd_flags & O_ACCMODE) != O_RDWR)
		return -EOPNOTSUPP;
	return 0;
}

int dmaheap__udmabuf_alloc(int fd, uint64_t size, int fd_flags)
{
	struct udmabuf_create request = {
		.flags = fd_flags & O_CLOEXEC ? UDMABUF_FLAGS_CLOEXEC : 0,
		.size = round_to_pages(size),
	};
	int file, ret;

	if ((off_t)request.size < 0 || (uint64_t)(off_t)request.size !=
				       request.size)
		return -ENOMEM;

	file = make_file(request.size);
	if (file < 0)
		return file == -EFBIG ? -ENOMEM : file;
	request.memfd = file;
	ret = dmaheap__ioctl(fd, UDMABUF_CREATE, &request);
	close(file);
	/* As the request is valid, it is more than an administrator allows. */
	return ret == -EINVAL ? -ENOMEM : ret;
}
