// SPDX-License-Identifier: GPL-2.0
/*
 * docs/testing.md, Time and machines: the kernel is replaced by another while
 * buffers are used, by a device as well.
 *
 *	kexec-tests replace KERNEL INITRD HEAP...
 *	kexec-tests check HEAP...
 *
 * The first does not come back; the second is for the kernel that follows. Prints
 * KTAP.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/reboot.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../dma/device.h"
#include "sysfs.h"

/* Of each heap. */
#define NR_FILLED 16
#define MOST_TAKEN 256

/* For how long nobody must write to what the next kernel has lent. */
#define SECONDS_TO_WATCH 3

/*
 * The second kernel is not put into a CMA area: there, 7.3 loses its initrd, also
 * without any heap.
 */
#ifndef KEXEC_FILE_NO_CMA
#define KEXEC_FILE_NO_CMA 0x10
#endif

/* What a command line has that says: the kernel is the second. */
#define SECOND " second_kernel"

static struct heap open_one(const char *name)
{
	return (struct heap){ .name = name, .fd = open_heap(name) };
}

/* Fills buffers, which stay, and has a process let the device write to one more. */
static void use_heap(const struct heap *heap)
{
	const struct buffer buffer = new_buffer(heap, BUFFER_LEN, O_RDWR);
	struct device camera = attach(&buffer, WRITES);

	for (int i = 0; i < NR_FILLED; i++)
		fill(alloc_mapped(heap, MIB(1)), MIB(1), 7);
	if (fork_child())
		return;
	for (unsigned int seed = 0;; seed++)
		device_writes(&camera, 0, MOST_MOVED, seed);
}

static void load_kernel(const char *kernel, const char *initrd)
{
	const int kernel_fd = open(kernel, O_RDONLY | O_CLOEXEC);
	const int initrd_fd = open(initrd, O_RDONLY | O_CLOEXEC);
	char line[4096];
	FILE *file = fopen("/proc/cmdline", "re");

	CHECK(kernel_fd >= 0);
	CHECK(initrd_fd >= 0);
	CHECK(file && fgets(line, sizeof(line) - sizeof(SECOND), file));
	fclose(file);
	line[strcspn(line, "\n")] = '\0';
	strcat(line, SECOND);
	if (syscall(SYS_kexec_file_load, kernel_fd, initrd_fd, strlen(line) + 1,
		    line, KEXEC_FILE_NO_CMA))
		fail(__FILE__, __LINE__, "kexec: %s", strerrorname_np(errno));
}

static void replace(char **heaps)
{
	for (; *heaps; heaps++) {
		const struct heap heap = open_one(*heaps);

		use_heap(&heap);
	}
	/* All that was printed is to be away, and the device at work. */
	fflush(stdout);
	sleep(1);
	/* None of those that see to that has ended, as one does for a reason. */
	CHECK_EQUAL(waitpid(-1, NULL, WNOHANG), 0);
	reboot(LINUX_REBOOT_CMD_KEXEC);
	fail(__FILE__, __LINE__, "kexec: %s", strerrorname_np(errno));
}

static void check(const char *name)
{
	const struct heap heap = open_one(name);
	void *taken[MOST_TAKEN];
	int bufs[MOST_BUFFERS], n = 0;

	CHECK_EQUAL(attribute(&heap, "used"), 0);
	while (n < MOST_TAKEN &&
	       !try_alloc(&heap, MIB(1), O_RDWR | O_CLOEXEC, 0, &bufs[n])) {
		taken[n] = map(bufs[n], MIB(1), PROT_READ);
		n++;
	}
	CHECK(n > 2 * NR_FILLED);
	sleep(SECONDS_TO_WATCH);
	for (int i = 0; i < n; i++) {
		CHECK(is_zero(taken[i], MIB(1)));
		munmap(taken[i], MIB(1));
	}
	give_back(bufs, n);
	printf("ok %s: %d MiB are zero after another kernel\n", name, n);
}

int main(int argc, char **argv)
{
	printf("KTAP version 1\n");
	if (argc > 4 && !strcmp(argv[1], "replace")) {
		load_kernel(argv[2], argv[3]);
		replace(argv + 4);
	}
	if (argc < 3 || strcmp(argv[1], "check"))
		return 2;
	for (int i = 2; i < argc; i++)
		check(argv[i]);
	return 0;
}
