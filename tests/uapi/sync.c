// SPDX-License-Identifier: GPL-2.0
/*
 * docs/interface.md, CPU access and Names: dma-buf's own ioctls work on every
 * buffer.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "harness.h"

static int sync_buf(int buf, uint64_t flags)
{
	struct dma_buf_sync sync = { .flags = flags };

	return ioctl(buf, DMA_BUF_IOCTL_SYNC, &sync);
}

TEST(access_can_be_bracketed)
{
	const uint64_t directions[] = {
		DMA_BUF_SYNC_READ, DMA_BUF_SYNC_WRITE, DMA_BUF_SYNC_RW,
	};
	int buf = alloc(heap, MIB(1), O_RDWR);

	for (size_t i = 0; i < 3; i++) {
		CHECK_EQUAL(sync_buf(buf, DMA_BUF_SYNC_START | directions[i]), 0);
		CHECK_EQUAL(sync_buf(buf, DMA_BUF_SYNC_END | directions[i]), 0);
	}
}

/* A bracket is advice about caches: nothing is remembered of it. */
TEST(brackets_need_not_match)
{
	int buf = alloc(heap, 1, O_RDONLY);

	CHECK_EQUAL(sync_buf(buf, DMA_BUF_SYNC_END | DMA_BUF_SYNC_RW), 0);
	for (int i = 0; i < 3; i++)
		CHECK_EQUAL(sync_buf(buf, DMA_BUF_SYNC_START | DMA_BUF_SYNC_READ),
			    0);
}

TEST(bad_bracket_is_einval)
{
	int buf = alloc(heap, 1, O_RDWR);

	CHECK_ERRNO(sync_buf(buf, DMA_BUF_SYNC_START), EINVAL);
	CHECK_ERRNO(sync_buf(buf, DMA_BUF_SYNC_END), EINVAL);
	for (int bit = 3; bit < 64; bit++)
		CHECK_ERRNO(sync_buf(buf, 1ull << bit | DMA_BUF_SYNC_RW),
			    EINVAL);
	CHECK_ERRNO(ioctl(buf, DMA_BUF_IOCTL_SYNC, NULL), EFAULT);
}

TEST(unknown_ioctl_on_a_buffer_is_enotty)
{
	int buf = alloc(heap, 1, O_RDWR);

	CHECK_ERRNO(ioctl(buf, _IO('b', 0xff), NULL), ENOTTY);
	CHECK_ERRNO(ioctl(buf, _IO('H', 0), NULL), ENOTTY);
}

/* Nothing but a driver's work on a buffer is waited for. */
TEST(buffer_without_a_device_is_ready)
{
	struct pollfd poller = {
		.fd = alloc(heap, 1, O_RDWR),
		.events = POLLIN | POLLOUT,
	};

	CHECK_EQUAL(poll(&poller, 1, 1000), 1);
	CHECK_EQUAL(poller.revents, POLLIN | POLLOUT);
}

/* The value of a line of /proc/self/fdinfo/FD. */
static void fdinfo(int buf, const char *key, char *value, size_t size)
{
	char path[64], line[256];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", buf);
	file = fopen(path, "r");
	CHECK(file);
	*value = '\0';
	while (fgets(line, sizeof(line), file)) {
		size_t len = strlen(key);

		if (!strncmp(line, key, len) && line[len] == ':')
			snprintf(value, size, "%.*s",
				 (int)strcspn(line + len + 2, "\n"),
				 line + len + 2);
	}
	fclose(file);
}

TEST(fdinfo_tells_size_and_heap)
{
	int buf = alloc(heap, KIB(64), O_RDWR);
	char value[128], path[256];

	fdinfo(buf, "size", value, sizeof(value));
	CHECK(!strcmp(value, "65536"));
	fdinfo(buf, "count", value, sizeof(value));
	CHECK(!strcmp(value, "1"));

	/* The heap's first name, when it has more than one. */
	fdinfo(buf, "exp_name", value, sizeof(value));
	CHECK(*value);
	snprintf(path, sizeof(path), "/dev/dma_heap/%s", value);
	CHECK_EQUAL(access(path, F_OK), 0);
}

TEST(buffer_can_be_named)
{
	int buf = alloc(heap, 1, O_RDWR);
	char value[128];

	fdinfo(buf, "name", value, sizeof(value));
	CHECK(!*value);
	CHECK_EQUAL(ioctl(buf, DMA_BUF_SET_NAME, "viewfinder"), 0);
	fdinfo(buf, "name", value, sizeof(value));
	CHECK(!strcmp(value, "viewfinder"));

	/* 31 characters, and no more. */
	CHECK_EQUAL(ioctl(buf, DMA_BUF_SET_NAME,
			  "0123456789012345678901234567890"), 0);
	CHECK_ERRNO(ioctl(buf, DMA_BUF_SET_NAME,
			  "01234567890123456789012345678901"), EINVAL);
	CHECK_ERRNO(ioctl(buf, DMA_BUF_SET_NAME, NULL), EFAULT);
	fdinfo(buf, "name", value, sizeof(value));
	CHECK(!strcmp(value, "0123456789012345678901234567890"));
}
