// SPDX-License-Identifier: GPL-2.0
/* dmaheap alloc: hold a buffer, or hand it to a command */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/dma-buf.h>

#include "command.h"
#include "explain.h"
#include "size.h"
#include "take-size.h"

/* Where COMMAND finds the buffer, or at the next number that is free. */
#define COMMAND_FD 3

/* As env(1) and other programs that run programs have it. */
#define EXIT_CANNOT_RUN 126
#define EXIT_NOT_FOUND 127

enum alloc_option {
	ALLOC_ACCESS = 'a',
	ALLOC_NAME = 'n',
};

struct request {
	const char *heap;
	uint64_t size;
	int access;		/* O_RDONLY, O_WRONLY or O_RDWR */
	const char *name;	/* or NULL */
	char **command;		/* ends with NULL; or NULL */
};

static int parse_access(const char *text, int *access)
{
	if (!strcmp(text, "ro"))
		*access = O_RDONLY;
	else if (!strcmp(text, "wo"))
		*access = O_WRONLY;
	else if (!strcmp(text, "rw"))
		*access = O_RDWR;
	else
		return -EINVAL;
	return 0;
}

static int parse_options(const struct command *command, int argc, char **argv,
			 struct request *request)
{
	int key;

	while ((key = next_option(command, argc, argv)) != -1) {
		switch (key) {
		case ALLOC_ACCESS:
			if (parse_access(optarg, &request->access))
				return usage_error(command,
						   "access '%s' is none of ro, wo and rw",
						   optarg);
			break;
		case ALLOC_NAME:
			if (strlen(optarg) >= DMA_BUF_NAME_LEN)
				return usage_error(command,
						   "the name '%s' is longer than %d bytes",
						   optarg,
						   DMA_BUF_NAME_LEN - 1);
			request->name = optarg;
			break;
		default:
			return EXIT_USAGE;
		}
	}
	return 0;
}

/* HEAP SIZE [-- COMMAND [ARG...]] */
static int parse_arguments(const struct command *command, int argc, char **argv,
			   struct request *request)
{
	int ret;

	/* An end of options before HEAP has been taken away by getopt. */
	argc -= optind;
	argv += optind;
	if (argc < 2)
		return usage_error(command, argc ? "SIZE is missing" :
						   "HEAP and SIZE are missing");

	request->heap = argv[0];
	ret = take_size(command, argv[1], &request->size);
	if (ret || argc == 2)
		return ret;

	if (strcmp(argv[2], "--"))
		return usage_error(command,
				   "'%s' is too much: options come before HEAP, a command after '--'",
				   argv[2]);
	if (argc == 3)
		return usage_error(command, "there is no command after '--'");
	request->command = argv + 3;
	return 0;
}

/* The buffer's descriptor, or -1 when a failure was reported. */
static int allocate(const struct request *request)
{
	struct dmaheap *heap;
	int buf, ret;

	ret = dmaheap_open(request->heap, &heap);
	if (ret) {
		explain_open(request->heap, ret);
		return -1;
	}
	buf = dmaheap_alloc(heap, request->size, request->access | O_CLOEXEC);
	dmaheap_close(heap);
	if (buf < 0) {
		explain_alloc(request->heap, request->size, buf);
		return -1;
	}

	ret = request->name ? dmaheap_set_name(buf, request->name) : 0;
	if (ret) {
		failure("can't name the buffer '%s': %s", request->name,
			strerror(-ret));
		close(buf);
		return -1;
	}
	return buf;
}

/*
 * The lowest number that is free, not 0 to 2, and open when a command runs: what
 * else was handed down stays open as well. Returns -1 and sets errno, or 0.
 */
static int hand_over(int buf)
{
	char number[16];
	int fd = fcntl(buf, F_DUPFD, COMMAND_FD);

	if (fd < 0)
		return -1;
	/* It has such a number itself. */
	if (buf >= COMMAND_FD && buf < fd) {
		close(fd);
		fd = buf;
		if (fcntl(fd, F_SETFD, 0))
			return -1;
	}
	snprintf(number, sizeof(number), "%d", fd);
	return setenv("DMAHEAP_FD", number, 1);
}

/* Becomes the command, so that its status and its signals are its own. */
static int run_command(int buf, char **command)
{
	int ret;

	if (hand_over(buf))
		return failure("can't hand over the buffer: %s",
			       strerror(errno));

	execvp(command[0], command);
	ret = errno == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_RUN;
	failure("can't run '%s': %s", command[0], strerror(errno));
	return ret;
}

static void print_held(const struct request *request, uint64_t size)
{
	char text[SIZE_TEXT];

	printf("Holding %s (%" PRIu64 " bytes) of heap '%s'",
	       format_size(size, text), size, request->heap);
	if (request->name)
		printf(" as '%s'", request->name);
	puts(" until interrupted");
	fflush(stdout);
}

static int hold(int buf, const struct request *request)
{
	sigset_t signals;
	uint64_t size;
	int signal, ret;

	ret = dmaheap_size(buf, &size);
	if (ret)
		return failure("can't tell the buffer's size: %s",
			       strerror(-ret));

	/* Not before: a signal ends an allocation that takes long. */
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	print_held(request, size);
	sigwait(&signals, &signal);
	close(buf);
	puts("Released");
	return EXIT_SUCCESS;
}

static int alloc_run(const struct command *command, int argc, char **argv)
{
	struct request request = { .access = O_RDWR };
	int buf, ret;

	ret = parse_options(command, argc, argv, &request);
	if (!ret)
		ret = parse_arguments(command, argc, argv, &request);
	if (ret)
		return ret;

	buf = allocate(&request);
	if (buf < 0)
		return EXIT_FAILURE;
	return request.command ? run_command(buf, request.command) :
				 hold(buf, &request);
}

const struct command alloc_command = {
	.name = "alloc",
	.arguments = "[OPTION...] HEAP SIZE [-- COMMAND [ARGUMENT...]]",
	.summary = "Allocate a buffer, and hold it or hand it to a command",
	.details =
		"SIZE is in bytes; K, M, G or T after it means KiB, MiB, GiB or TiB.\n"
		"Without COMMAND the buffer is held until SIGINT (Ctrl-C) or SIGTERM.\n"
		"COMMAND finds the buffer as file descriptor 3, or the next one that is free; the\n"
		"environment variable DMAHEAP_FD has the number. The buffer lives as long as\n"
		"somebody has it. Signals reach COMMAND itself, and the exit status is its own;\n"
		"or 127 if there is no such command, and 126 if it can't be run.\n"
		"The kernel's own system heap and /dev/udmabuf have no limit; they are asked only for\n"
		"memory that is available, see dmaheap_alloc(3).\n",
	.options = (const struct command_option[]) {
		{ ALLOC_ACCESS, "access", "MODE",
		  "the buffer's access mode: ro, wo or rw (rw)", "ro wo rw" },
		{ ALLOC_NAME, "name", "NAME",
		  "name the buffer, for those who look for its owner" },
		{ 0 }
	},
	.run = alloc_run,
};
