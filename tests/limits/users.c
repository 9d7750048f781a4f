// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../uapi/harness.h"
#include "users.h"

/* Holders write a byte each. */
static int holders[2];

void become_with_effective(uid_t uid, uid_t effective)
{
	/* Only root may become another user here. */
	CHECK_EQUAL(seteuid(0), 0);
	CHECK_EQUAL(setresuid(uid, effective, 0), 0);
	/* The kernel forgets this when the effective user ID changes. */
	CHECK_EQUAL(prctl(PR_SET_PDEATHSIG, SIGKILL), 0);
}

void become(uid_t uid)
{
	become_with_effective(uid, uid);
}

static void write_map(pid_t pid, const char *map, uid_t first,
		      unsigned int count)
{
	char path[64], text[64];
	int fd, len;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, map);
	len = snprintf(text, sizeof(text), "0 %u %u", first, count);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	CHECK(fd >= 0);
	CHECK_EQUAL(write(fd, text, (size_t)len), len);
	close(fd);
}

/* Until all others have closed their end. */
static void wait_for_end(int pipe)
{
	char byte;

	CHECK_EQUAL(read(pipe, &byte, 1), 0);
	close(pipe);
}

pid_t fork_into_namespace(uid_t owner, uid_t first, unsigned int count)
{
	int made[2], mapped[2];
	pid_t pid;

	CHECK_EQUAL(pipe2(made, O_CLOEXEC), 0);
	CHECK_EQUAL(pipe2(mapped, O_CLOEXEC), 0);
	pid = fork_child();
	if (pid) {
		close(made[1]);
		close(mapped[0]);
		wait_for_end(made[0]);
		write_map(pid, "uid_map", first, count);
		/* Who has no group can't make the next namespace. */
		write_map(pid, "gid_map", 0, 1);
		close(mapped[1]);
		return pid;
	}

	close(made[0]);
	close(mapped[1]);
	CHECK_EQUAL(setresuid(owner, owner, owner), 0);
	/* Else its files in /proc are root's, of the initial namespace. */
	CHECK_EQUAL(prctl(PR_SET_DUMPABLE, 1), 0);
	CHECK_EQUAL(unshare(CLONE_NEWUSER), 0);
	close(made[1]);
	wait_for_end(mapped[0]);
	become(0);
	return 0;
}

void prepare_holders(void)
{
	CHECK_EQUAL(pipe2(holders, O_CLOEXEC | O_NONBLOCK), 0);
}

void wait_for_holders(unsigned int n)
{
	char byte;

	while (n) {
		if (read(holders[0], &byte, 1) == 1) {
			n--;
			continue;
		}
		CHECK_EQUAL(errno, EAGAIN);
		/* One that failed. */
		CHECK_EQUAL(waitpid(-1, NULL, WNOHANG), 0);
		usleep(1000);
	}
	close(holders[0]);
	close(holders[1]);
}

void hold(void)
{
	CHECK_EQUAL(write(holders[1], "", 1), 1);
	for (;;)
		pause();
}

void end_holder(pid_t pid)
{
	int status;

	CHECK_EQUAL(kill(pid, SIGKILL), 0);
	CHECK_EQUAL(waitpid(pid, &status, 0), pid);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}
