// SPDX-License-Identifier: GPL-2.0
/* Promise: dma-buf's own ioctls work on every buffer. */
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
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

TEST(bracket_without_a_direction_is_einval)
{
	int buf = alloc(heap, 1, O_RDWR);

	CHECK_ERRNO(sync_buf(buf, DMA_BUF_SYNC_START), EINVAL);
	CHECK_ERRNO(sync_buf(buf, DMA_BUF_SYNC_END), EINVAL);
	CHECK_ERRNO(sync_buf(buf, 1ull << 3 | DMA_BUF_SYNC_RW), EINVAL);
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

TEST(fdinfo_tells_size_heap_and_name)
{
	int buf = alloc(heap, KIB(64), O_RDWR);
	char value[128];

	fdinfo(buf, "size", value, sizeof(value));
	CHECK(!strcmp(value, "65536"));
	fdinfo(buf, "exp_name", value, sizeof(value));
	CHECK(*value);
	CHECK_EQUAL(ioctl(buf, DMA_BUF_SET_NAME, "viewfinder"), 0);
	fdinfo(buf, "name", value, sizeof(value));
	CHECK(!strcmp(value, "viewfinder"));
}
