// SPDX-License-Identifier: GPL-2.0
/* What workers do: the system calls, and what has to be in the memory. */
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <linux/dma-heap.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../kernel/tests/dmabuf_heaps_importer.h"
#include "../uapi/message.h"
#include "carry-out.h"

/* More than all buffers have views. */
#define MOST_ENTRIES (NR_WORKERS * NR_SLOTS * 2)

static int open_node(const char *name)
{
	char path[sizeof(HEAPS) + MOST_NAME];

	snprintf(path, sizeof(path), HEAPS "/%s", name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

/* Makes a call on a node that is held, or else on one for this call. */
static int on_node(const struct held *slots, const struct command *command,
		   unsigned long request, void *data)
{
	int fd, ret, error;

	if (command->with >= 0)
		return ioctl(slots[command->with].fd, request, data);

	fd = open_node(command->name);
	if (fd < 0)
		return -1;
	ret = ioctl(fd, request, data);
	error = errno;
	close(fd);
	errno = error;
	return ret;
}

static uint64_t inode_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) ? 0 : st.st_ino;
}

static int do_alloc(struct held *slots, const struct command *command)
{
	struct dma_heap_allocation_data data = {
		.len = command->len,
		.fd_flags = (uint32_t)command->value,
	};

	if (on_node(slots, command, DMA_HEAP_IOCTL_ALLOC, &data))
		return -1;
	slots[command->slot].fd = (int)data.fd;
	return 0;
}

/* The buffer's slot is in @request. */
static int do_view(struct held *slots, const struct command *command)
{
	struct dma_heap_view_data data = {
		.offset = command->offset,
		.len = command->len,
		.buffer_fd = (uint32_t)slots[command->request].fd,
		.fd_flags = (uint32_t)command->value,
	};

	if (on_node(slots, command, DMA_HEAP_IOCTL_VIEW, &data))
		return -1;
	slots[command->slot].fd = (int)data.fd;
	return 0;
}

static int do_list(struct held *slots, const struct command *command)
{
	struct dma_heap_list_entry entries[MOST_ENTRIES];
	struct dma_heap_list_data data = {
		.entries = (uintptr_t)entries,
		.nr_entries = MOST_ENTRIES,
		.entry_size = sizeof(entries[0]),
	};

	if (on_node(slots, command, DMA_HEAP_IOCTL_LIST, &data))
		return -1;
	return (int)data.nr_entries;
}

static int do_map(struct held *slots, const struct command *command)
{
	struct held *held = &slots[command->slot];
	void *mem = mmap(NULL, command->len, (int)command->value, MAP_SHARED,
			 slots[command->with].fd, (off_t)command->offset);

	if (mem == MAP_FAILED)
		return -1;
	held->mem = mem;
	held->len = command->len;
	return 0;
}

/* A prime: no two pages are alike. */
#define PERIOD 251

static void draw(unsigned char *mem, size_t len, uint64_t seed)
{
	for (size_t i = 0; i < len; i++)
		mem[i] = (unsigned char)((i + seed) % PERIOD + 1);
}

static unsigned char *expected_at(const struct command *command)
{
	return shared->expected[command->buffer] + command->first +
	       command->offset;
}

static int do_write_map(const struct held *held, const struct command *command)
{
	draw(held->mem + command->offset, command->len, command->value);
	memcpy(expected_at(command), held->mem + command->offset, command->len);
	return 0;
}

static void check_same(struct answer *answer, const char *who,
		       const unsigned char *seen, const unsigned char *expected,
		       size_t len)
{
	size_t i = 0;

	if (!memcmp(seen, expected, len))
		return;
	while (seen[i] == expected[i])
		i++;
	snprintf(answer->said, sizeof(answer->said),
		 "%s sees %#x at %zu of %zu, not %#x", who, seen[i], i, len,
		 expected[i]);
}

static int do_check_map(const struct held *held, const struct command *command,
			struct answer *answer)
{
	size_t rest = 0, len = 0;

	if (command->first < WRITABLE)
		len = WRITABLE - command->first;
	if (len > held->len)
		len = held->len;
	check_same(answer, "a process", held->mem, expected_at(command), len);
	rest = held->len - len;
	if (rest && !is_zero(held->mem + len, rest))
		snprintf(answer->said, sizeof(answer->said),
			 "what nobody has written to is not 0");
	return 0;
}

static int do_sync(const struct held *held, const struct command *command)
{
	struct dma_buf_sync sync = { .flags = command->value };

	return ioctl(held->fd, DMA_BUF_IOCTL_SYNC, &sync);
}

static int do_close(struct held *held)
{
	int ret = held->mem ? munmap(held->mem, held->len) : close(held->fd);

	*held = (struct held){ .fd = -1 };
	return ret;
}

static int do_fill(const struct held *held, const struct command *command)
{
	const struct importer_fill fill = {
		.offset = command->offset,
		.len = (uint32_t)command->len,
		.value = (uint32_t)command->value,
	};
	int ret = ioctl(held->fd, IMPORTER_FILL, &fill);

	if (!ret)
		memset(expected_at(command), (int)command->value, command->len);
	return ret;
}

/*
 * Moves bytes between the window's beginning and what mapping 0 or another,
 * @request, has in pieces.
 */
static int move(const struct held *held, const struct command *command,
		unsigned long request)
{
	struct importer_transfer transfer = {
		.offset = command->offset,
		.mapping = (uint32_t)command->request,
	};
	const uint64_t end = command->offset + command->len;

	while (transfer.offset < end) {
		struct importer_segment piece = {
			.mapping = transfer.mapping,
			.offset = transfer.offset,
		};

		if (ioctl(held->fd, IMPORTER_SEGMENT, &piece))
			return -1;
		transfer.len = piece.offset + piece.len - transfer.offset;
		if (transfer.len > end - transfer.offset)
			transfer.len = end - transfer.offset;
		if (ioctl(held->fd, request, &transfer))
			return -1;
		transfer.offset += transfer.len;
		transfer.window += transfer.len;
	}
	return 0;
}

static int do_device_writes(const struct held *held,
			    const struct command *command)
{
	unsigned char bytes[EDU_WINDOW];

	draw(bytes, command->len, command->value);
	if (pwrite(held->fd, bytes, command->len, 0) != (ssize_t)command->len ||
	    move(held, command, IMPORTER_DMA_WRITE))
		return -1;
	memcpy(expected_at(command), bytes, command->len);
	return 0;
}

static int do_device_reads(const struct held *held,
			   const struct command *command, struct answer *answer)
{
	unsigned char bytes[EDU_WINDOW];

	if (move(held, command, IMPORTER_DMA_READ) ||
	    pread(held->fd, bytes, command->len, 0) != (ssize_t)command->len)
		return -1;
	check_same(answer, "a device", bytes, expected_at(command),
		   command->len);
	return 0;
}

/* A buffer that is looked at and written to, -1, or -2 if it was not zeros. */
static int churn_one(const struct command *command)
{
	struct dma_heap_allocation_data data = {
		.len = command->len,
		.fd_flags = O_RDWR | O_CLOEXEC,
	};
	unsigned char *mem;
	bool was_zero;

	if (on_node(NULL, command, DMA_HEAP_IOCTL_ALLOC, &data))
		return -1;
	mem = mmap(NULL, command->len, PROT_READ | PROT_WRITE, MAP_SHARED,
		   (int)data.fd, 0);
	if (mem == MAP_FAILED)
		return -1;
	was_zero = is_zero(mem, command->len);
	draw(mem, command->len, command->value);
	munmap(mem, command->len);
	return was_zero ? (int)data.fd : -2;
}

/*
 * Has several, twice: what it gives back the first time may not be clear yet when
 * it asks again.
 */
static int do_churn(const struct command *command, struct answer *answer)
{
	int fds[NR_CHURNED];

	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < NR_CHURNED; i++) {
			fds[i] = churn_one(command);
			if (fds[i] == -2)
				snprintf(answer->said, sizeof(answer->said),
					 "a new buffer is not 0");
			if (fds[i] < 0)
				return -1;
		}
		for (int i = 0; i < NR_CHURNED; i++)
			close(fds[i]);
	}
	return 0;
}

static int do_it(struct held *slots, int mail, const struct command *command,
		 struct answer *answer)
{
	struct held *held = &slots[command->slot];

	switch (command->verb) {
	case OPEN_NODE:
		held->fd = open(command->name, O_RDWR | O_CLOEXEC);
		return held->fd < 0 ? -1 : 0;
	case ALLOC:
		return do_alloc(slots, command);
	case VIEW:
		return do_view(slots, command);
	case LIST:
		return do_list(slots, command);
	case MAP:
		return do_map(slots, command);
	case WRITE_MAP:
		return do_write_map(held, command);
	case CHECK_MAP:
		return do_check_map(held, command, answer);
	case SYNC:
		return do_sync(held, command);
	case DUP:
		held->fd = dup(slots[command->with].fd);
		return held->fd < 0 ? -1 : 0;
	case CLOSE:
		return do_close(held);
	case SEND:
		send_fd(mail, held->fd);
		return 0;
	case RECEIVE:
		held->fd = receive_fd(mail + 1);
		return 0;
	case IOCTL:
		return ioctl(held->fd, command->request, command->value);
	case FILL:
		return do_fill(held, command);
	case DEVICE_WRITES:
		return do_device_writes(held, command);
	case DEVICE_READS:
		return do_device_reads(held, command, answer);
	case CHURN:
		return do_churn(command, answer);
	default:
		errno = ENOSYS;
		return -1;
	}
}

void carry_out(struct held *slots, int mail, const struct command *command,
	       struct answer *answer)
{
	answer->ret = do_it(slots, mail, command, answer);
	answer->error = errno;
	if (!answer->ret && (command->verb == ALLOC || command->verb == VIEW))
		answer->inode = inode_of(slots[command->slot].fd);
}
