// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include <sys/socket.h>

#include "harness.h"
#include "message.h"

/* A message of one byte that carries a descriptor. */
struct message {
	char byte;
	struct iovec iov;
	struct msghdr header;
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
};

static struct msghdr *prepare(struct message *message)
{
	memset(message, 0, sizeof(*message));
	message->iov.iov_base = &message->byte;
	message->iov.iov_len = 1;
	message->header.msg_iov = &message->iov;
	message->header.msg_iovlen = 1;
	message->header.msg_control = message->control.bytes;
	message->header.msg_controllen = sizeof(message->control.bytes);
	return &message->header;
}

void send_fd(int socket, int fd)
{
	struct message message;
	struct msghdr *header = prepare(&message);
	struct cmsghdr *control = CMSG_FIRSTHDR(header);

	control->cmsg_level = SOL_SOCKET;
	control->cmsg_type = SCM_RIGHTS;
	control->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(control), &fd, sizeof(fd));
	CHECK_EQUAL(sendmsg(socket, header, 0), 1);
}

int receive_fd(int socket)
{
	struct message message;
	struct msghdr *header = prepare(&message);
	int fd;

	CHECK_EQUAL(recvmsg(socket, header, 0), 1);
	CHECK(CMSG_FIRSTHDR(header));
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(header)), sizeof(fd));
	return fd;
}
