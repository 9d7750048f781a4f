// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "../uapi/harness.h"
#include "../uapi/sysfs.h"
#include "units.h"

void begin_with_units(const struct heap *heap)
{
	char text[32];

	wait_for_attribute(heap, "used", 0);
	snprintf(text, sizeof(text), "%zu", UNITS * UNIT);
	set_attribute(heap, "limit", text);
}

int take_unit(const struct heap *heap)
{
	return alloc(heap, UNIT, O_RDWR | O_CLOEXEC);
}

void check_no_unit(const struct heap *heap)
{
	long long refused = attribute(heap, "failures_limit");
	int buf;

	CHECK_ERRNO(try_alloc(heap, UNIT, O_RDWR | O_CLOEXEC, 0, &buf), ENOMEM);
	CHECK(attribute(heap, "failures_limit") > refused);
}

int take_units(const struct heap *heap, int bufs[static UNITS + 1])
{
	int n = 0;

	while (!try_alloc(heap, UNIT, O_RDWR | O_CLOEXEC, 0, &bufs[n])) {
		n++;
		CHECK(n <= UNITS);
	}
	CHECK_EQUAL(errno, ENOMEM);
	check_no_unit(heap);
	return n;
}

void check_full_share(const struct heap *heap)
{
	int bufs[UNITS + 1], n = take_units(heap, bufs);

	CHECK_EQUAL(n, UNITS);
	give_back(bufs, n);
}
