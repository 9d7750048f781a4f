// SPDX-License-Identifier: GPL-2.0
/*
 * Promise: no request to dmaheap_alloc() wakes the OOM killer, though neither the
 * kernel's own heap nor udmabuf has a limit. For a machine without our modules.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <unistd.h>

#include <dmaheap.h>

#include "../greed/bystander.h"
#include "../limits/cgroups.h"
#include "../uapi/harness.h"
#include "opening.h"

/* Share of all memory that stays available, and how exact that is. */
#define SHARE_LEFT 8
#define SLACK_BYTES MIB(24)

#define LIMIT_BYTES MIB(64)

static uint64_t meminfo(const char *key)
{
	const long long kib = proc_number("/proc/meminfo", key);

	return kib > 0 ? (uint64_t)kib << 10 : 0;
}

static void check_refused(const char *name)
{
	struct dmaheap *lib = open_by_library(name);

	CHECK_EQUAL(dmaheap_alloc(lib, UINT64_C(1) << 40, O_RDWR), -ENOMEM);
	CHECK_EQUAL(dmaheap_alloc(lib, meminfo("MemTotal:"), O_RDWR), -ENOMEM);
	CHECK_EQUAL(dmaheap_alloc(lib, meminfo("MemAvailable:") -
				       meminfo("CmaFree:"), O_RDWR), -ENOMEM);
	dmaheap_close(lib);
}

TEST(alloc_of_all_memory_enomem)
{
	struct bystander bystander = begin_bystander();

	check_refused(heap->name);
	check_refused(DMAHEAP_UDMABUF);
	check_unharmed(&bystander);
}

/* Returns how many buffers it got; they stay. */
static int alloc_until_refused(const char *name, uint64_t size)
{
	struct dmaheap *lib = open_by_library(name);
	int buf, n = 0;

	while ((buf = dmaheap_alloc(lib, size, O_RDWR)) >= 0)
		n++;
	CHECK_EQUAL(buf, -ENOMEM);
	dmaheap_close(lib);
	return n;
}

static void check_bystander_survives(const char *name)
{
	struct bystander bystander = begin_bystander();

	CHECK(alloc_until_refused(name, MIB(8)) > 0);
	CHECK(meminfo("MemAvailable:") + SLACK_BYTES >
	      meminfo("MemTotal:") / SHARE_LEFT + meminfo("CmaFree:"));
	check_unharmed(&bystander);
}

TEST(allocs_from_system_leave_bystander_alive)
{
	check_bystander_survives(heap->name);
}

TEST(allocs_from_udmabuf_leave_bystander_alive)
{
	check_bystander_survives(DMAHEAP_UDMABUF);
}

/* Pages of udmabuf are charged to the group, and the system heap's are not. */
TEST(allocs_in_memory_cgroup_stop_at_its_limit)
{
	const long long kills = proc_number("/proc/vmstat", "oom_kill");
	struct dmaheap *lib = open_by_library(heap->name);
	int n;

	write_group(".", "cgroup.subtree_control", "+memory");
	make_group("library");
	write_group("library", "memory.max", "64M");
	enter_group("library");
	n = alloc_until_refused(DMAHEAP_UDMABUF, MIB(4));
	CHECK(n >= (int)(LIMIT_BYTES / MIB(4) / 2));
	CHECK(n < (int)(LIMIT_BYTES / MIB(4)));
	CHECK(dmaheap_alloc(lib, LIMIT_BYTES, O_RDWR) >= 0);
	CHECK_EQUAL(proc_number("/proc/vmstat", "oom_kill"), kills);
	leave_group();
	dmaheap_close(lib);
}
