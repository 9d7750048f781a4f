// SPDX-License-Identifier: GPL-2.0
/*
 * The demo's two processes: a producer that draws a 4K frame into a buffer
 * and sends the buffer's descriptor over a socket, and a consumer that gets
 * nothing but that descriptor. And somebody who tries to write to a read-only
 * buffer.
 */
#include <dmaheap.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/* 3840 x 2160 pixels of 4 bytes. */
#define WIDTH 3840
#define HEIGHT 2160
#define FRAME_BYTES ((size_t)WIDTH * HEIGHT * 4)

/* How long the consumer may take to appear. */
#define SECONDS_TO_WAIT 30

__attribute__((noreturn))
static void die(const char *what, int error)
{
	fprintf(stderr, "frame: %s: %s\n", what, strerror(error));
	exit(1);
}

static double milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static uint32_t pixel(unsigned int x, unsigned int y)
{
	return 0xff000000u | (x * 255 / WIDTH) << 16 | (y * 255 / HEIGHT) << 8 |
	       ((x ^ y) & 0xff);
}

static int new_frame(const char *name, int fd_flags)
{
	struct dmaheap *heap;
	int buf, ret;

	ret = dmaheap_open(name, &heap);
	if (ret)
		die(name, -ret);
	buf = dmaheap_alloc(heap, FRAME_BYTES, fd_flags | O_CLOEXEC);
	if (buf < 0)
		die(name, -buf);
	dmaheap_close(heap);
	return buf;
}

static void *map_frame(int buf, int prot)
{
	void *addr;
	int ret = dmaheap_map(buf, FRAME_BYTES, prot, &addr);

	if (ret)
		die("map", -ret);
	return addr;
}

static void bracket(int (*call)(int buf, unsigned int access), int buf,
		    unsigned int access)
{
	int ret = call(buf, access);

	if (ret)
		die("CPU access", -ret);
}

/* One descriptor, sent or received with a single byte of data. */
struct parcel {
	char byte;
	struct iovec data;
	char control[CMSG_SPACE(sizeof(int))];
	struct msghdr message;
};

static void prepare(struct parcel *parcel)
{
	memset(parcel, 0, sizeof(*parcel));
	parcel->data.iov_base = &parcel->byte;
	parcel->data.iov_len = 1;
	parcel->message.msg_iov = &parcel->data;
	parcel->message.msg_iovlen = 1;
	parcel->message.msg_control = parcel->control;
	parcel->message.msg_controllen = sizeof(parcel->control);
}

static void send_descriptor(int sock, int fd)
{
	struct parcel parcel;
	struct cmsghdr *header;

	prepare(&parcel);
	header = CMSG_FIRSTHDR(&parcel.message);
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	if (sendmsg(sock, &parcel.message, 0) != 1)
		die("sendmsg", errno);
}

static int receive_descriptor(int sock)
{
	struct parcel parcel;
	struct cmsghdr *header;
	int fd;

	prepare(&parcel);
	if (recvmsg(sock, &parcel.message, MSG_CMSG_CLOEXEC) != 1)
		die("recvmsg", errno);
	header = CMSG_FIRSTHDR(&parcel.message);
	if (!header || header->cmsg_type != SCM_RIGHTS)
		die("recvmsg: no descriptor came along", EPROTO);
	memcpy(&fd, CMSG_DATA(header), sizeof(fd));
	return fd;
}

static struct sockaddr_un address(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(addr.sun_path))
		die(path, ENAMETOOLONG);
	strcpy(addr.sun_path, path);
	return addr;
}

static int wait_for_consumer(const char *path)
{
	struct sockaddr_un addr = address(path);
	int sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (sock < 0)
		die("socket", errno);
	for (int i = 0; i < SECONDS_TO_WAIT * 10; i++) {
		if (!connect(sock, (struct sockaddr *)&addr, sizeof(addr)))
			return sock;
		usleep(100000);
	}
	die(path, errno);
}

static int produce(const char *heap, const char *path)
{
	double start = milliseconds();
	int buf = new_frame(heap, O_RDWR);
	double allocated = milliseconds();
	uint32_t *frame = map_frame(buf, PROT_READ | PROT_WRITE);
	int sock;

	for (size_t i = 0; i < FRAME_BYTES / 4; i++)
		if (frame[i])
			die("the new buffer is not zero", EIO);

	bracket(dmaheap_begin, buf, DMAHEAP_WRITE);
	for (unsigned int y = 0; y < HEIGHT; y++)
		for (unsigned int x = 0; x < WIDTH; x++)
			frame[(size_t)y * WIDTH + x] = pixel(x, y);
	bracket(dmaheap_end, buf, DMAHEAP_WRITE);

	printf("  process %d: %zu bytes from %s in %.0f ms, all zero; drew a picture\n",
	       getpid(), FRAME_BYTES, heap, allocated - start);
	sock = wait_for_consumer(path);
	send_descriptor(sock, buf);
	/* The consumer answers with the end of the stream. */
	while (read(sock, &(char){ 0 }, 1) > 0)
		;
	return 0;
}

static int consume(const char *path)
{
	struct sockaddr_un addr = address(path);
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const uint32_t *frame;
	uint64_t size;
	int buf, sock;

	if (listener < 0 ||
	    bind(listener, (struct sockaddr *)&addr, sizeof(addr)) ||
	    listen(listener, 1))
		die(path, errno);
	sock = accept(listener, NULL, NULL);
	if (sock < 0)
		die("accept", errno);
	unlink(path);
	buf = receive_descriptor(sock);
	if (dmaheap_size(buf, &size) || size < FRAME_BYTES)
		die("the buffer that came is too small", EIO);

	frame = map_frame(buf, PROT_READ);
	bracket(dmaheap_begin, buf, DMAHEAP_READ);
	for (unsigned int y = 0; y < HEIGHT; y++)
		for (unsigned int x = 0; x < WIDTH; x++)
			if (frame[(size_t)y * WIDTH + x] != pixel(x, y))
				die("the picture is not the one that was drawn", EIO);
	bracket(dmaheap_end, buf, DMAHEAP_READ);

	printf("  process %d: got a descriptor; all %d x %d pixels are as drawn\n",
	       getpid(), WIDTH, HEIGHT);
	return 0;
}

static void expect_refusal(const char *what, int error)
{
	if (error != EACCES && error != ENXIO)
		die(what, error);
	printf("  %s: refused (%s)\n", what, strerror(error));
}

static int read_only(const char *heap)
{
	int buf = new_frame(heap, O_RDONLY);
	void *addr = map_frame(buf, PROT_READ);
	char path[64];

	printf("  mapping it for reading: works\n");
	expect_refusal("mapping it for writing",
		       -dmaheap_map(buf, FRAME_BYTES, PROT_READ | PROT_WRITE,
				    &addr));
	expect_refusal("making the mapping writable afterwards",
		       mprotect(addr, FRAME_BYTES, PROT_READ | PROT_WRITE) ?
		       errno : 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", buf);
	expect_refusal("opening it anew for writing",
		       open(path, O_RDWR) < 0 ? errno : 0);
	return 0;
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);

	if (argc == 4 && !strcmp(argv[1], "produce"))
		return produce(argv[2], argv[3]);
	if (argc == 3 && !strcmp(argv[1], "consume"))
		return consume(argv[2]);
	if (argc == 3 && !strcmp(argv[1], "read-only"))
		return read_only(argv[2]);

	fprintf(stderr,
		"usage: frame produce HEAP SOCKET | consume SOCKET | read-only HEAP\n");
	return 2;
}
