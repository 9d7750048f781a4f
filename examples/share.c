// SPDX-License-Identifier: GPL-2.0
/*
 * Lets another process read a buffer, and not write to it: share [HEAP]
 *
 * The producer keeps a buffer that it may write to. The consumer is sent, over a
 * socket, a view of it that is read-only: it sees what the producer writes, and
 * nothing makes the view writable. Prints what each of them can do.
 */
#include <dmaheap.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define BYTES ((size_t)1 << 20)

__attribute__((noreturn))
static void die(const char *what, int error)
{
	fprintf(stderr, "share: %s: %s\n", what, strerror(error));
	exit(1);
}

/* What a message with one descriptor consists of. */
struct parcel {
	struct msghdr message;
	struct iovec text;
	char byte;
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
};

static void prepare(struct parcel *parcel)
{
	memset(parcel, 0, sizeof(*parcel));
	parcel->text.iov_base = &parcel->byte;
	parcel->text.iov_len = 1;
	parcel->message.msg_iov = &parcel->text;
	parcel->message.msg_iovlen = 1;
	parcel->message.msg_control = &parcel->control;
	parcel->message.msg_controllen = sizeof(parcel->control);
}

static void send_descriptor(int socket, int fd)
{
	struct parcel parcel;
	struct cmsghdr *header;

	prepare(&parcel);
	header = CMSG_FIRSTHDR(&parcel.message);
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	if (sendmsg(socket, &parcel.message, 0) != 1)
		die("send", errno);
}

static int receive_descriptor(int socket)
{
	struct parcel parcel;
	struct cmsghdr *header;
	int fd;

	prepare(&parcel);
	if (recvmsg(socket, &parcel.message, MSG_CMSG_CLOEXEC) != 1)
		die("receive", errno);
	header = CMSG_FIRSTHDR(&parcel.message);
	if (!header || header->cmsg_type != SCM_RIGHTS)
		die("receive", EBADMSG);
	memcpy(&fd, CMSG_DATA(header), sizeof(fd));
	return fd;
}

static void *map(int buf, int prot)
{
	void *mem;
	int ret;

	ret = dmaheap_map(buf, BYTES, prot, &mem);
	if (ret)
		die("map", -ret);
	return mem;
}

static void write_text(int buf, char *mem, const char *text)
{
	int ret;

	ret = dmaheap_begin(buf, DMAHEAP_WRITE);
	if (ret)
		die("begin", -ret);
	strcpy(mem, text);
	ret = dmaheap_end(buf, DMAHEAP_WRITE);
	if (ret)
		die("end", -ret);
}

static void read_text(int view, const char *mem)
{
	int ret;

	ret = dmaheap_begin(view, DMAHEAP_READ);
	if (ret)
		die("begin", -ret);
	printf("consumer reads: %s\n", mem);
	ret = dmaheap_end(view, DMAHEAP_READ);
	if (ret)
		die("end", -ret);
}

/* Has nothing but its end of the socket. */
static void consume(int socket)
{
	int view = receive_descriptor(socket);
	char *mem = map(view, PROT_READ);
	void *writable;
	char byte;

	read_text(view, mem);
	printf("consumer maps it to write: %s\n",
	       strerror(-dmaheap_map(view, BYTES, PROT_READ | PROT_WRITE,
				     &writable)));
	printf("consumer makes its mapping writable: %s\n",
	       mprotect(mem, BYTES, PROT_READ | PROT_WRITE) ?
	       strerror(errno) : "Success");
	/* The producer may write again, and has. */
	if (write(socket, "", 1) != 1 || read(socket, &byte, 1) != 1)
		die("socket", errno);
	read_text(view, mem);
}

static void produce(int socket, const char *name)
{
	struct dmaheap *heap;
	int buf, view, ret;
	char byte, *mem;

	ret = dmaheap_open(name, &heap);
	if (ret)
		die(name, -ret);
	buf = dmaheap_alloc(heap, BYTES, O_RDWR | O_CLOEXEC);
	if (buf < 0)
		die("allocate", -buf);
	mem = map(buf, PROT_READ | PROT_WRITE);
	view = dmaheap_view(heap, buf, 0, BYTES, O_RDONLY | O_CLOEXEC);
	if (view < 0)
		die("view", -view);

	write_text(buf, mem, "the first frame");
	send_descriptor(socket, view);
	if (read(socket, &byte, 1) != 1)
		die("socket", errno);
	write_text(buf, mem, "the second frame");
	if (write(socket, "", 1) != 1)
		die("socket", errno);
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "default_cma_region";
	int sockets[2], status;
	pid_t consumer;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets))
		die("socketpair", errno);
	consumer = fork();
	if (consumer < 0)
		die("fork", errno);
	close(sockets[consumer ? 1 : 0]);
	if (!consumer) {
		consume(sockets[1]);
		return 0;
	}
	produce(sockets[0], name);
	if (waitpid(consumer, &status, 0) != consumer)
		die("wait", errno);
	return status != 0;
}
