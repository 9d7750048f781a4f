// SPDX-License-Identifier: GPL-2.0
/* The machine does what this one of them is for. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "device.h"

/* What is not brought over by a bracket is seen at once, or not at all. */
TEST(device_has_a_copy_if_it_bounces)
{
	const struct buffer buffer = new_buffer(heap, BUFFER_LEN, O_RDWR);
	struct device camera = attach(&buffer, WRITES);

	device_writes(&camera, 0, KIB(1), 1);
	CHECK_EQUAL(is_zero(buffer.mem, KIB(1)), bounces());
	check_cpu_reads(&buffer);
}

/* The processors of amd64 need no maintenance. */
#if defined(__aarch64__) || defined(__arm__)

#define TRACING "/sys/kernel/tracing/"
#define COHERENT_BUS							\
	"/sys/firmware/devicetree/base/pcie@10000000/dma-coherent"

static bool write_text(const char *path, const char *text)
{
	const ssize_t len = (ssize_t)strlen(text);
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_APPEND);
	bool done;

	if (fd < 0)
		return false;
	done = write(fd, text, (size_t)len) == len;
	close(fd);
	return done;
}

/* How often the function was called that cleans the cache. */
static unsigned int count_calls(void)
{
	FILE *file = fopen(TRACING "trace", "re");
	unsigned int n = 0;
	char line[512];

	CHECK(file);
	while (fgets(line, sizeof(line), file))
		n += !!strstr(line, "dma_tests_clean:");
	fclose(file);
	return n;
}

TEST(caches_are_maintained_if_devices_do_not_see_them)
{
	const struct buffer buffer = new_buffer(heap, BUFFER_LEN, O_RDWR);
	struct device display = attach(&buffer, READS);
	unsigned int before;

	CHECK(write_text(TRACING "kprobe_events",
			 "p:dma_tests_clean arch_sync_dma_for_device\n"));
	CHECK(write_text(TRACING "events/kprobes/dma_tests_clean/enable", "1"));
	before = count_calls();
	begin_access(&buffer, DMA_BUF_SYNC_WRITE);
	cpu_draws(&buffer, 0, KIB(1), 1);
	end_access(&buffer, DMA_BUF_SYNC_WRITE);
	CHECK_EQUAL(count_calls() == before, !access(COHERENT_BUS, F_OK));
	unmap(&display);
	CHECK(write_text(TRACING "events/kprobes/dma_tests_clean/enable", "0"));
	CHECK(write_text(TRACING "kprobe_events", "-:dma_tests_clean\n"));
}

#endif
