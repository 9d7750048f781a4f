// SPDX-License-Identifier: GPL-2.0
/* How the driver and its workers talk, and how workers begin and end. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "carry-out.h"
#include "worker.h"

/* A worker that says nothing for so long hangs. */
#define ANSWER_SECONDS 120

/*
 * Descriptors that every process of a storm has, execve() or not: the memory that
 * all share, a pair of sockets for each worker, and one for messages between
 * them.
 */
#define SHARED_FD 200
#define MAIL_FD 202
#define DRIVERS_END(worker) (204 + 2 * (worker))
#define WORKERS_END(worker) (205 + 2 * (worker))

struct shared *shared;

static void map_shared(void)
{
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED,
		      SHARED_FD, 0);
	CHECK(shared != MAP_FAILED);
}

/* With descriptors of these numbers, of which fd + 1 is the other end. */
static void make_pair(int fd)
{
	int pair[2];

	CHECK_EQUAL(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	CHECK_EQUAL(dup2(pair[0], fd), fd);
	CHECK_EQUAL(dup2(pair[1], fd + 1), fd + 1);
	close(pair[0]);
	close(pair[1]);
}

void workers_start(void)
{
	int fd = memfd_create("storm", 0);

	CHECK(fd >= 0);
	CHECK_EQUAL(ftruncate(fd, sizeof(struct shared)), 0);
	CHECK_EQUAL(dup2(fd, SHARED_FD), SHARED_FD);
	close(fd);
	map_shared();
	make_pair(MAIL_FD);
	for (int i = 0; i < NR_WORKERS; i++)
		make_pair(DRIVERS_END(i));
}

/* For a process that has just begun: it does not outlive the driver. */
static void settle(uid_t uid)
{
	if (uid && getuid() != uid)
		CHECK(!setresgid(uid, uid, uid) && !setresuid(uid, uid, uid));
	CHECK_EQUAL(prctl(PR_SET_PDEATHSIG, SIGKILL), 0);
}

static void answer_with(int worker, const struct answer *answer)
{
	if (send(WORKERS_END(worker), answer, sizeof(*answer), 0) < 0)
		_exit(1);
}

static void exec_again(int worker)
{
	char number[12], path[256];
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (len < 0)
		_exit(1);
	path[len] = '\0';
	snprintf(number, sizeof(number), "%d", worker);
	execl(path, path, "--worker", number, NULL);
	_exit(1);
}

/*
 * The child's parent is the driver, which so can wait until all that it had is
 * gone. Returns in both.
 */
static int fork_sibling(int worker, int child)
{
	struct answer answer;

	memcpy(shared->held[child], shared->held[worker],
	       sizeof(shared->held[child]));
	answer = (struct answer){
		.ret = syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0),
	};
	if (answer.ret) {
		answer_with(worker, &answer);
		return worker;
	}
	settle(getuid());
	return child;
}

static void work(int worker)
{
	struct command command;

	for (;;) {
		struct answer answer = { 0 };

		if (recv(WORKERS_END(worker), &command, sizeof(command), 0) !=
		    sizeof(command))
			_exit(1);
		if (command.verb == EXEC)
			exec_again(worker);
		if (command.verb == FORK) {
			worker = fork_sibling(worker, (int)command.value);
			continue;
		}
		carry_out(shared->held[worker], MAIL_FD, &command, &answer);
		answer_with(worker, &answer);
	}
}

void worker_main(int worker)
{
	static const struct answer answer;

	map_shared();
	settle(getuid());
	answer_with(worker, &answer);
	work(worker);
	_exit(1);
}

pid_t worker_spawn(int worker, uid_t uid)
{
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid)
		return pid;

	settle(uid);
	for (int i = 0; i < NR_SLOTS; i++)
		shared->held[worker][i] = (struct held){ .fd = -1 };
	work(worker);
	_exit(1);
}

void worker_tell(int worker, const struct command *command)
{
	CHECK_EQUAL(send(DRIVERS_END(worker), command, sizeof(*command), 0),
		    sizeof(*command));
}

/* Nobody but the driver ends workers. */
static void check_workers_live(void)
{
	siginfo_t info = { 0 };

	CHECK_EQUAL(waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT), 0);
	if (info.si_pid)
		fail(__FILE__, __LINE__, "a worker has ended: %d, %d",
		     info.si_code, info.si_status);
}

static void wait_for_answer(int worker)
{
	struct pollfd poll_fd = {
		.fd = DRIVERS_END(worker),
		.events = POLLIN,
	};

	for (int i = 0; i < ANSWER_SECONDS; i++) {
		if (poll(&poll_fd, 1, 1000) == 1)
			return;
		check_workers_live();
	}
	fail(__FILE__, __LINE__, "worker %d says nothing", worker);
}

static struct answer receive_answer(int worker)
{
	struct answer answer;

	wait_for_answer(worker);
	CHECK_EQUAL(recv(DRIVERS_END(worker), &answer, sizeof(answer), 0),
		    sizeof(answer));
	if (*answer.said)
		fail(__FILE__, __LINE__, "worker %d: %s", worker, answer.said);
	return answer;
}

struct answer worker_do(int worker, const struct command *command)
{
	worker_tell(worker, command);
	return receive_answer(worker);
}

pid_t worker_fork(int worker, int child)
{
	struct answer answer = worker_do(worker, &(struct command){
		.verb = FORK,
		.value = (uint64_t)child,
	});

	CHECK(answer.ret > 0);
	return (pid_t)answer.ret;
}

void worker_exec(int worker)
{
	CHECK_EQUAL(worker_do(worker, &(struct command){ .verb = EXEC }).ret, 0);
}

/* Drops what it was told and has answered. */
static void empty(int fd)
{
	struct command command;

	while (recv(fd, &command, sizeof(command), MSG_DONTWAIT) > 0)
		;
}

void worker_kill(int worker, pid_t pid)
{
	int status;

	CHECK_EQUAL(kill(pid, SIGKILL), 0);
	CHECK_EQUAL(waitpid(pid, &status, 0), pid);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	empty(DRIVERS_END(worker));
	empty(WORKERS_END(worker));
}
