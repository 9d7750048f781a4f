/* SPDX-License-Identifier: GPL-2.0 */
/* Passing a descriptor to another process, through a socket. */
#ifndef MESSAGE_H
#define MESSAGE_H

/* A message that carries the descriptor, or the test has failed. */
void send_fd(int socket, int fd);
/* What the next message carries. */
int receive_fd(int socket);

#endif /* MESSAGE_H */
