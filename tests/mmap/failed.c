// SPDX-License-Identifier: GPL-2.0
/* docs/interface.md, Mapping: pages of a buffer whose memory has failed. */
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-heap.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "mmap.h"

#define SIZE MIB(8)
/* Address of the region, empty if unknown */
#define REGION (getenv("MMAP_REGION") ?: "")
#define OFFLINE "/sys/devices/system/memory/hard_offline_page"

bool can_fail_page(const struct heap *heap)
{
	return has_region(heap) && *REGION;
}

void fail_page(const struct heap *heap, size_t page)
{
	struct dma_heap_list_entry entry = { 0 };
	struct dma_heap_list_data data = {
		.entries = (uintptr_t)&entry,
		.nr_entries = 1,
		.entry_size = sizeof(entry),
	};
	const int fd = open(OFFLINE, O_WRONLY | O_CLOEXEC);
	char text[32];

	CHECK(fd >= 0);
	CHECK_EQUAL(ioctl(heap->fd, DMA_HEAP_IOCTL_LIST, &data), 0);
	CHECK_EQUAL(data.nr_entries, 1);
	snprintf(text, sizeof(text), "%#llx", strtoull(REGION, NULL, 16) +
		 (unsigned long long)(entry.region_offset + page * PAGE));
	/* EBUSY: the kernel cannot remove the page, but it is marked. */
	CHECK_ERRNO(write(fd, text, strlen(text)), EBUSY);
	close(fd);
}

static sigjmp_buf after_touch;
static int code;
static void *address;

static void on_sigbus(int sig, siginfo_t *info, void *context)
{
	code = info->si_code;
	address = info->si_addr;
	siglongjmp(after_touch, 1);
}

/* The code of the signal, or 0. */
static int code_of_touching(volatile char *byte)
{
	const struct sigaction action = {
		.sa_sigaction = on_sigbus,
		.sa_flags = SA_SIGINFO,
	};

	CHECK_EQUAL(sigaction(SIGBUS, &action, NULL), 0);
	code = 0;
	if (!sigsetjmp(after_touch, 1))
		*byte = 1;
	else
		CHECK(address == byte);
	return code;
}

static void check_only_failed_page_signals(char *mem, size_t failed)
{
	for (size_t i = 0; i < SIZE / PAGE; i++)
		CHECK_EQUAL(code_of_touching(mem + i * PAGE),
			    i == failed ? BUS_MCEERR_AR : 0);
	CHECK_EQUAL(code_of_touching(mem + failed * PAGE), BUS_MCEERR_AR);
}

/* Of the second slot, so that others can have a huge entry. */
#define FAILED (SLOT / PAGE + 5)

TEST(failed_page_signals_and_others_stay_mapped)
{
	const int buf = alloc(heap, SIZE, O_RDWR);

	fail_page(heap, FAILED);
	check_only_failed_page_signals(map_beside(buf, SIZE, 0), FAILED);
	check_only_failed_page_signals(map_beside(buf, SIZE, PAGE), FAILED);
}

TEST(failed_page_touched_first_signals)
{
	const int buf = alloc(heap, SIZE, O_RDWR);
	char *mem;

	fail_page(heap, FAILED);
	mem = map_beside(buf, SIZE, 0);
	CHECK_EQUAL(code_of_touching(mem + FAILED * PAGE), BUS_MCEERR_AR);
	check_only_failed_page_signals(mem, FAILED);
}

TEST(failed_page_in_system_call_efault)
{
	const int buf = alloc(heap, SIZE, O_RDWR);
	const int zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	char *mem;

	fail_page(heap, FAILED);
	mem = map_beside(buf, SIZE, 0);
	CHECK_ERRNO(read(zero, mem + FAILED * PAGE, 1), EFAULT);
	CHECK_EQUAL(read(zero, mem + (FAILED + 1) * PAGE, 1), 1);
}
