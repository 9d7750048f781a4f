// SPDX-License-Identifier: GPL-2.0
/* Attributes of heaps, and heaps that come and go. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"

#define TEST_CONTROL "/sys/kernel/debug/dmabuf_heaps_test"

static const char *const writable[] = {
	"limit", "pooled", "pool_limit", "pool_idle", "pool_prepared",
};

static const char *const readable[] = {
	"type", "region", "contiguous", "total", "used", "peak", "limit",
	"pooled", "pool_limit", "pool_prepared", "pool_hits", "uevent",
};

static const char *const texts[] = {
	"max", "0", "1", "100%", "0%", "101%", "50%", "-1", "+1", "0x10", "1M",
	"64K", "18446744073709551615", "18446744073709551616", "99999999999G",
	"1.5M", "1x4K", "2x64K 1x1M", "65535x4K", "65536x4K", "1x0", "x", "1x",
	"x4K", "1x4K 1x4K", "1x1 1x2 1x3 1x4 1x5 1x6 1x7 1x8 1x9", "1x4097",
	"4x256K", "3600000", "3600001", "", "\n", " ", "max max", "%", "K",
};

/* A text that means something, or did before it was changed. */
static size_t draw_text(char text[128])
{
	size_t len;

	snprintf(text, 128, "%s%s", DRAW_OF(texts), draw_below(2) ? "\n" : "");
	len = strlen(text);
	if (len && !draw_below(4))
		text[draw_below(len)] = (char)draw();
	if (!draw_below(16)) {
		memset(text + len, '9', 127 - len);
		len = 127;
	}
	return len;
}

static int open_attribute(const char *name, int flags)
{
	char path[256];

	snprintf(path, sizeof(path), CLASS "/%s/%s", draw_heap_name(), name);
	return open(path, flags | O_CLOEXEC);
}

static void call_set(void)
{
	const int fd = open_attribute(DRAW_OF(writable), O_WRONLY);
	char text[128];
	size_t len;

	if (fd < 0)
		return;
	len = draw_text(text);
	if (write(fd, text, len) > (ssize_t)len)
		fail(__FILE__, __LINE__, "more was written than there is");
	close(fd);
}

static void call_get(void)
{
	const int fd = open_attribute(DRAW_OF(readable), O_RDONLY);
	char text[4096];
	ssize_t len;

	if (fd < 0)
		return;
	len = pread(fd, text, sizeof(text), draw_below(4) ? 0 :
		    (off_t)draw_below(8192));
	if (len > 0 && text[len - 1] != '\n')
		fail(__FILE__, __LINE__, "an attribute without an end");
	close(fd);
}

/* Heaps that come and go while all else happens. */
static void call_heap(void)
{
	const bool add = draw_below(2);
	char name[16], path[64];
	int fd;

	snprintf(path, sizeof(path), TEST_CONTROL "/%s", add ? "add" : "remove");
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	snprintf(name, sizeof(name), "fuzz-%u", (unsigned int)draw_below(4));
	if (write(fd, name, strlen(name)) > 0 && add) {
		snprintf(path, sizeof(path), HEAPS "/%s", name);
		keep_fd(open(path, O_RDONLY | O_CLOEXEC));
	}
	close(fd);
}

const struct fuzz_kind attribute_kinds[] = {
	{ "set attribute", call_set },
	{ "get attribute", call_get },
	{ "come and go", call_heap },
	{ 0 }
};
