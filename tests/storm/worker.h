/* SPDX-License-Identifier: GPL-2.0 */
/* Workers: processes that do what the driver tells them. */
#ifndef WORKER_H
#define WORKER_H

#include "storm.h"

enum verb {
	OPEN_NODE, ALLOC, VIEW, LIST, MAP, WRITE_MAP, CHECK_MAP, SYNC, DUP, CLOSE,
	SEND, RECEIVE, IOCTL, FILL, DEVICE_WRITES, DEVICE_READS, CHURN, FORK, EXEC,
};

/* Buffers that CHURN has at a time. */
#define NR_CHURNED 3

/**
 * struct command - what a worker is to do
 * @verb: That.
 * @slot: Which of its slots it is about, or where what is new goes.
 * @with: Another slot, or -1.
 * @name: A node to open, if @with is none.
 * @offset: In bytes.
 * @len: In bytes.
 * @value: Flags, a direction, what to write, or an argument.
 * @request: Of an ioctl.
 * @buffer: Number of the buffer whose expected bytes this is about.
 * @first: Where in the buffer its view, or mapping, begins, in bytes.
 */
struct command {
	enum verb verb;
	int slot;
	int with;
	char name[MOST_NAME];
	uint64_t offset;
	uint64_t len;
	uint64_t value;
	uint64_t request;
	int buffer;
	uint64_t first;
};

/**
 * struct answer - what came of it
 * @ret: What the call returned: -1 for an error.
 * @error: Its errno.
 * @inode: Of the dma-buf that is new.
 * @said: What was seen that must not be, or "".
 */
struct answer {
	long ret;
	int error;
	uint64_t inode;
	char said[160];
};

/**
 * struct held - one slot of a worker
 * @fd: A descriptor, or -1.
 * @mem: A mapping, or NULL.
 * @len: Its length.
 */
struct held {
	int fd;
	unsigned char *mem;
	size_t len;
};

/**
 * struct shared - memory that all processes of a storm have
 * @held: What each worker has, so that it finds it after execve().
 * @expected: What has to be in the beginning of each buffer; all the rest is 0.
 */
struct shared {
	struct held held[NR_WORKERS][NR_SLOTS];
	unsigned char expected[NR_BUFFERS][WRITABLE];
};

extern struct shared *shared;

/* Begins with no worker. */
void workers_start(void);
/* A worker that has nothing; its process. */
pid_t worker_spawn(int worker, uid_t uid);
/* It makes @child, which has all that it has; the new process. */
pid_t worker_fork(int worker, int child);
/* It begins again, with what execve() leaves. */
void worker_exec(int worker);
void worker_kill(int worker, pid_t pid);

/* Tells a worker, without waiting for the answer. */
void worker_tell(int worker, const struct command *command);
/* Tells a worker and waits. What it says of contents fails the storm. */
struct answer worker_do(int worker, const struct command *command);

/* The main function of a worker that was execve()d. */
__attribute__((noreturn)) void worker_main(int worker);

#endif /* WORKER_H */
