// SPDX-License-Identifier: GPL-2.0
/*
 * Protected buffers and a device on a bus whose addresses begin where memory does
 * (bus.dts). For heaps that have their place in their name.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "../../kernel/tests/dmabuf_heaps_importer.h"
#include "../uapi/harness.h"

#define BEGIN 0x40000000

TEST(device_gets_the_address_that_its_bus_has_for_it)
{
	const uint64_t place = strtoull(strchr(heap->name, '@') + 1, NULL, 16);
	struct importer_segment segment = { .mapping = 0 };
	int buf = alloc(heap, KIB(64), O_RDWR);
	int device = open(IMPORTER_NODE, O_RDWR | O_CLOEXEC);

	CHECK(device >= 0);
	CHECK_EQUAL(ioctl(device, IMPORTER_ATTACH, buf), 0);
	CHECK_EQUAL(ioctl(device, IMPORTER_MAP, 0), 0);
	CHECK_EQUAL(ioctl(device, IMPORTER_SEGMENT, &segment), 0);
	CHECK_EQUAL((long long)segment.address, (long long)(place - BEGIN));
	CHECK_EQUAL((long long)segment.len, (long long)KIB(64));
	CHECK_EQUAL(ioctl(device, IMPORTER_UNMAP, 0), 0);
}
