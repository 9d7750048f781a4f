// SPDX-License-Identifier: GPL-2.0
/* dmaheap map: a picture of a heap's region */

#include <errno.h>
#include <linux/capability.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "attributes.h"
#include "command.h"
#include "explain.h"
#include "map.h"

enum map_option {
	MAP_BYTES = 'b',
	MAP_JSON = 'J',
	MAP_OUTPUT = 'o',
	MAP_SVG = 's',
};

struct request {
	const char *heap;
	const char *output;	/* a file, or NULL for standard output */
	bool bytes;
	bool json;
	bool svg;
};

/* The inode of the initial user namespace, on every kernel. */
#define INITIAL_USER_NAMESPACE 0xeffffffdU

/* A kernel without user namespaces has no such file. */
static bool is_in_initial_namespace(void)
{
	struct stat st;

	if (stat("/proc/self/ns/user", &st))
		return errno == ENOENT;
	return st.st_ino == INITIAL_USER_NAMESPACE;
}

static bool has_capability(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	return !syscall(SYS_capget, &header, data) &&
	       data[CAP_TO_INDEX(CAP_SYS_ADMIN)].effective &
	       CAP_TO_MASK(CAP_SYS_ADMIN);
}

/*
 * Whether the caller is told where buffers are. Others get a list without places,
 * as of buffers that are not in the region.
 */
static bool is_administrator(void)
{
	return is_in_initial_namespace() && has_capability();
}

/* Why a heap that could be opened has no picture for the caller; or 0. */
static int find_obstacle(const char *heap, const struct attributes *attributes)
{
	if (!attributes->type[0])
		return failure("heap '%s' is not of dmabuf-heaps: where its memory is "
			       "can't be told",
			       heap);
	if (!attributes->region[0] && !attributes->figures[FIGURE_TOTAL].known)
		return failure("heap '%s' has no region: its memory is wherever there was some",
			       heap);
	if (!is_administrator())
		return failure("map needs root (CAP_SYS_ADMIN): no one else is told "
			       "where buffers are");
	return 0;
}

static int draw_to(const struct map *map, const struct request *request,
		   FILE *stream)
{
	if (request->json)
		return map_write_json(map, stream);
	if (request->svg)
		return map_draw_svg(map, stream);
	return map_draw_text(map, stream, request->bytes);
}

static int draw(const struct map *map, const struct request *request)
{
	FILE *stream;
	int ret;

	if (!request->output) {
		ret = draw_to(map, request, stdout);
		return ret ? failure("can't draw: %s", strerror(-ret)) : 0;
	}

	stream = fopen(request->output, "we");
	if (!stream)
		return failure("can't write '%s': %s", request->output,
			       strerror(errno));
	ret = draw_to(map, request, stream);
	if (!ret && (fflush(stream) || ferror(stream)))
		ret = errno ? -errno : -EIO;
	if (fclose(stream) && !ret)
		ret = -errno;
	return ret ? failure("can't write '%s': %s", request->output,
			     strerror(-ret)) : 0;
}

static int show_open(struct dmaheap *heap, const struct attributes *attributes,
		     const struct request *request)
{
	struct map map = { .heap = request->heap };
	struct placed_list placed;
	int ret;

	ret = find_placed(heap, &placed);
	if (!ret)
		ret = map_make(&map, &placed, attributes);
	if (ret)
		ret = failure("can't tell what heap '%s' has lent: %s",
			      request->heap, strerror(-ret));
	else
		ret = draw(&map, request);
	free(map.pieces);
	free(placed.list);
	return ret;
}

static int show(const struct request *request)
{
	struct attributes attributes;
	struct dmaheap *heap;
	char path[PATH_MAX];
	struct stat st;
	int ret;

	ret = dmaheap_open(request->heap, &heap);
	if (ret) {
		explain_open(request->heap, ret);
		return EXIT_FAILURE;
	}

	snprintf(path, sizeof(path), DMAHEAP_DIR "/%s", request->heap);
	if (stat(path, &st)) {
		ret = failure("can't look at heap '%s': %s", request->heap,
			      strerror(errno));
	} else {
		read_attributes(st.st_rdev, &attributes);
		ret = find_obstacle(request->heap, &attributes);
	}
	if (!ret)
		ret = show_open(heap, &attributes, request);
	dmaheap_close(heap);
	return ret;
}

static int map_run(const struct command *command, int argc, char **argv)
{
	struct request request = { 0 };
	int key;

	while ((key = next_option(command, argc, argv)) != -1) {
		switch (key) {
		case MAP_BYTES:
			request.bytes = true;
			break;
		case MAP_JSON:
			request.json = true;
			break;
		case MAP_OUTPUT:
			request.output = optarg;
			break;
		case MAP_SVG:
			request.svg = true;
			break;
		default:
			return EXIT_USAGE;
		}
	}
	if (request.json && request.svg)
		return usage_error(command, "--json and --svg are one too many");
	if (expect_heap(command, argc, argv))
		return EXIT_USAGE;
	request.heap = argv[optind];
	return show(&request);
}

const struct command map_command = {
	.name = "map",
	.arguments = "[OPTION...] HEAP",
	.summary = "Draw who has which part of a heap's region, for root",
	.details =
		"Each character stands for as many bytes as the picture says: a letter for who\n"
		"asked for the memory there, small if a part of it is free, '*' if several\n"
		"processes did. Places are told as offsets in the region; not to root of another\n"
		"user namespace, as in some containers.\n"
		"JSON has the table and the figures: what is not known is null.\n",
	.options = (const struct command_option[]) {
		{ MAP_BYTES, "bytes", NULL, "sizes in the table in bytes" },
		{ MAP_JSON, "json", NULL, "JSON; sizes are in bytes" },
		{ MAP_OUTPUT, "output", "FILE",
		  "write to FILE, not to standard output" },
		{ MAP_SVG, "svg", NULL, "a picture in SVG" },
		{ 0 }
	},
	.run = map_run,
};
