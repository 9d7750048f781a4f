// SPDX-License-Identifier: GPL-2.0
/* docs/interface.md, Nodes and Attributes: what a heap is to a program. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness.h"
#include "sysfs.h"

static int open_node(const struct heap *heap, int flags)
{
	char path[512];
	int fd;

	snprintf(path, sizeof(path), HEAPS "/%s", heap->name);
	fd = open(path, flags | O_CLOEXEC);
	CHECK(fd >= 0);
	return fd;
}

TEST(node_is_no_stream)
{
	char byte = 0;

	CHECK_ERRNO(read(heap->fd, &byte, 1), EINVAL);
	CHECK_ERRNO(write(open_node(heap, O_RDWR), &byte, 1), EINVAL);
	CHECK_ERRNO(lseek(heap->fd, 0, SEEK_END), ESPIPE);
	CHECK_MAP_ERRNO(mmap(NULL, page_size(), PROT_READ, MAP_SHARED,
			     heap->fd, 0), ENODEV);
}

TEST(node_access_mode_is_checked_first)
{
	const int node = open_node(heap, O_WRONLY);
	char byte = 0;

	CHECK_ERRNO(write(open_node(heap, O_RDONLY), &byte, 1), EBADF);
	CHECK_ERRNO(read(node, &byte, 1), EBADF);
	CHECK_MAP_ERRNO(mmap(NULL, page_size(), PROT_READ, MAP_SHARED, node, 0),
			EACCES);
}

TEST(node_may_be_opened_in_any_mode)
{
	const int modes[] = { O_RDONLY, O_WRONLY, O_RDWR };

	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		const struct heap opened = {
			.name = heap->name,
			.fd = open_node(heap, modes[i]),
		};

		for (size_t j = 0; j < ARRAY_SIZE(modes); j++)
			CHECK_EQUAL(fcntl(alloc(&opened, 1, modes[j]), F_GETFL) &
				    O_ACCMODE, modes[j]);
	}
}

TEST(attributes_tell_type_and_region)
{
	char type[MOST_TEXT], region[MOST_TEXT];

	attribute_text(heap, "type", type);
	CHECK(!strcmp(type, "cma") || !strcmp(type, "carveout") ||
	      !strcmp(type, "system") || !strcmp(type, "contiguous"));
	CHECK_EQUAL(has_region(heap), !strcmp(type, "cma") ||
				      !strcmp(type, "carveout"));
	if (has_region(heap)) {
		attribute_text(heap, "region", region);
		CHECK(*region);
	}
}

TEST(attribute_tells_that_the_cpu_has_access)
{
	check_attribute(heap, "cpu_access", "1");
}
