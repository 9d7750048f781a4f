// SPDX-License-Identifier: GPL-2.0
/*
 * Processes that have buffers in every way there is: holders HEAP [OTHER-HEAP].
 * Prints NAME=PID for each of them and then "ready", and stays until it is
 * ended. With OTHER-HEAP, one of them has buffers of that heap as well.
 *
 * Each process is a command of its own name, and each of its buffers has a size
 * that no other has, in MiB.
 */
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <linux/dma-heap.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../kernel/tests/dmabuf_heaps_importer.h"

#define MIB(n) ((size_t)(n) << 20)

static const char *other_heap;
static int heap, started[2];

static int check(int ret, const char *what)
{
	if (ret < 0) {
		perror(what);
		exit(1);
	}
	return ret;
}

static int open_heap(const char *name)
{
	char path[512];

	snprintf(path, sizeof(path), "/dev/dma_heap/%s", name);
	return check(open(path, O_RDONLY | O_CLOEXEC), path);
}

static int alloc_from(int from, size_t size)
{
	struct dma_heap_allocation_data data = {
		.len = size,
		.fd_flags = O_RDWR,
	};

	check(ioctl(from, DMA_HEAP_IOCTL_ALLOC, &data), "allocate");
	return (int)data.fd;
}

static int alloc(size_t size)
{
	return alloc_from(heap, size);
}

static int view(int buf, size_t offset, size_t size)
{
	struct dma_heap_view_data data = {
		.offset = offset,
		.len = size,
		.buffer_fd = (unsigned int)buf,
		.fd_flags = O_RDONLY,
	};

	check(ioctl(heap, DMA_HEAP_IOCTL_VIEW, &data), "view");
	return (int)data.fd;
}

static void map(int buf, size_t size)
{
	if (mmap(NULL, size, PROT_READ, MAP_SHARED, buf, 0) == MAP_FAILED)
		check(-1, "map");
}

/* The process is as it shall be seen. */
static void stay(void)
{
	check((int)write(started[1], "", 1), "start");
	for (;;)
		pause();
}

/* Three, one of them with two descriptors; and one of another heap. */
static void open_ones(void)
{
	for (size_t i = 1; i <= 3; i++)
		check(dup(alloc(MIB(i))), "dup");
	if (other_heap)
		alloc_from(open_heap(other_heap), MIB(20));
}

/* Only mapped, and a part of it twice. */
static void mapped(void)
{
	int buf = alloc(MIB(4));

	check(ioctl(buf, DMA_BUF_SET_NAME, "a frame"), "name");
	map(buf, MIB(4));
	map(buf, MIB(1));
	close(buf);
}

/* A buffer with a view of a part, and a part alone. */
static void viewer(void)
{
	int buf = alloc(MIB(5));

	view(buf, MIB(1), MIB(2));
	buf = alloc(MIB(6));
	view(buf, MIB(3), MIB(1));
	close(buf);
}

static void start(const char *name, void (*have)(void));

/* Its own descriptor goes when its child has one. */
static void taker(void)
{
}

static void giver(void)
{
	alloc(MIB(7));
	start("taker", taker);
}

/* Passes it to a driver and keeps nothing but the driver's node. */
static void driver(void)
{
	int node = check(open(IMPORTER_NODE, O_RDWR), IMPORTER_NODE);
	int buf = alloc(MIB(8));

	check(ioctl(node, IMPORTER_ATTACH, buf), "attach");
	close(buf);
}

/* A child does, and ends: nobody is left who asked for it. */
static void orphan(void)
{
	int node = check(open(IMPORTER_NODE, O_RDWR), IMPORTER_NODE);
	pid_t pid = check(fork(), "fork");

	if (!pid) {
		prctl(PR_SET_NAME, "gone");
		check(ioctl(node, IMPORTER_ATTACH, alloc(MIB(9))), "attach");
		_exit(0);
	}
	check(waitpid(pid, NULL, 0), "wait");
}

/* It is on its way through a socket. */
static void sender(void)
{
	char control[CMSG_SPACE(sizeof(int))] = { 0 }, byte = 0;
	struct iovec data = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	int sockets[2], buf = alloc(MIB(10));

	check(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), "socketpair");
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &buf, sizeof(buf));
	check((int)sendmsg(sockets[0], &message, 0), "send");
	close(buf);
}

static void *have_alone(void *arg)
{
	check(unshare(CLONE_FILES), "unshare");
	alloc(MIB(11));
	stay();
	return NULL;
}

/* Only a thread has it, in a table of descriptors of its own. */
static void threads(void)
{
	pthread_t thread;

	check(-pthread_create(&thread, NULL, have_alone, NULL), "thread");
	for (;;)
		pause();
}

static void *have_on(void *arg)
{
	check(prctl(PR_SET_PDEATHSIG, SIGKILL), "prctl");
	map(alloc(MIB(12)), MIB(12));
	/* Until the first thread shows nothing any more. */
	while (!access("/proc/self/fd/0", F_OK))
		usleep(1000);
	stay();
	return NULL;
}

/* The process goes on without its first thread. */
static void headless(void)
{
	pthread_t thread;

	check(-pthread_create(&thread, NULL, have_on, NULL), "thread");
	/* As pthread_exit() does, but that needs one more library. */
	syscall(SYS_exit, 0);
}

/* Returns when the process is as it shall be seen. */
static void start(const char *name, void (*have)(void))
{
	pid_t pid = check(fork(), "fork");
	char byte;

	if (!pid) {
		check(prctl(PR_SET_PDEATHSIG, SIGKILL), "prctl");
		check(prctl(PR_SET_NAME, name), "prctl");
		have();
		stay();
	}
	if (read(started[0], &byte, 1) != 1)
		check(-1, name);
	printf("%s=%d\n", name, pid);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		fputs("usage: holders HEAP [OTHER-HEAP]\n", stderr);
		return 2;
	}
	heap = open_heap(argv[1]);
	other_heap = argv[2];
	check(pipe2(started, O_CLOEXEC), "pipe");

	/* One that fails is not heard of. */
	alarm(60);
	start("open", open_ones);
	start("mapped", mapped);
	start("viewer", viewer);
	start("giver", giver);
	start("driver", driver);
	start("orphan", orphan);
	start("sender", sender);
	start("threads", threads);
	start("headless", headless);
	alarm(0);
	puts("ready");
	fflush(stdout);
	pause();
	return 0;
}
