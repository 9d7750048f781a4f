// SPDX-License-Identifier: GPL-2.0
/*
 * docs/interface.md, Lifetime: whoever is killed does not finish a request first.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"
#include "sysfs.h"

/* Clearing takes most of the time, so most of them are in the middle of that. */
#define KILLS 30
#define LEN MIB(16)

/* Does the page allocator clear whatever it gives? Nobody stops that. */
static bool is_cleared_by_kernel(void)
{
	char text[4096] = "";
	int fd = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);

	CHECK(fd >= 0);
	CHECK(read(fd, text, sizeof(text) - 1) > 0);
	close(fd);
	return !strstr(text, "init_on_alloc=0");
}

static void kill_while_it_allocates(const struct heap *heap, useconds_t after)
{
	pid_t pid = fork_child();
	int status;

	if (!pid)
		for (;;)
			close(alloc(heap, LEN, O_RDWR));
	usleep(after);
	CHECK_EQUAL(kill(pid, SIGKILL), 0);
	CHECK_EQUAL(waitpid(pid, &status, 0), pid);
	CHECK(WIFSIGNALED(status));
}

/* Who is told EINTR nobody sees, but it is counted. */
TEST(killed_caller_stops_early)
{
	const long long before = attribute(heap, "failures_other");
	long long stopped;
	char type[MOST_TEXT];

	attribute_text(heap, "type", type);
	for (useconds_t i = 0; i < KILLS; i++)
		kill_while_it_allocates(heap, 5000 + i * 1000);
	stopped = attribute(heap, "failures_other") - before;
	printf("# %lld of %d were stopped\n", stopped, KILLS);
	wait_for_attribute(heap, "used", 0);

	/*
	 * Ordinary memory is looked for piece by piece, and that of a carveout
	 * does not come from the page allocator.
	 */
	if (!is_cleared_by_kernel() || !strcmp(type, "system") ||
	    !strcmp(type, "carveout"))
		CHECK(stopped >= KILLS / 3);
}
