// SPDX-License-Identifier: GPL-2.0
/*
 * docs/interface.md, Devices: buffers that a device sees in several
 * pieces. Ordinary memory comes so, and where devices get copies, every large
 * buffer.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../uapi/camera.h"
#include "device.h"

/* Its first and its last bytes, in each piece. */
TEST(each_piece_of_a_buffer_has_its_place)
{
	const size_t bytes = 64;
	/* With pages of 4 KiB not one power of two, so one piece is luck. */
	const struct buffer buffer = new_buffer(heap, KIB(256 + 64 + 4),
						O_RDWR);
	struct device camera = attach(&buffer, WRITES);
	struct importer_segment piece;

	for (size_t at = 0; at < buffer.len; at = piece.offset + piece.len) {
		piece = piece_at(&camera, at);
		CHECK_EQUAL((long long)piece.offset, (long long)at);
		device_writes(&camera, at, bytes, 1);
		device_writes(&camera, at + piece.len - bytes, bytes, 1);
	}
	check_cpu_reads(&buffer);
	unmap(&camera);
	check_cpu_sees(&buffer);
}

/* Is there a gap, as a device sees it that gets the memory itself? */
static bool in_pieces(int buf, size_t len)
{
	struct device device = { .node = open(IMPORTER_NODE, O_RDWR) };
	struct importer_segment piece;
	uint64_t start;
	size_t at = 0;

	CHECK(device.node >= 0);
	CHECK_EQUAL(ioctl(device.node, IMPORTER_ATTACH, buf), 0);
	CHECK_EQUAL(ioctl(device.node, IMPORTER_MAP, WRITES), 0);
	start = piece_at(&device, 0).address;
	do {
		piece = piece_at(&device, at);
		at += piece.len;
	} while (at < len && piece.address == start + piece.offset);
	close(device.node);
	return piece.address != start + piece.offset;
}

/* Ordinary memory is in one piece by chance, but not always. */
#define MOST_TRIES 64

TEST(camera_that_cannot_scatter_refuses_pieces)
{
	int camera = open_camera("platform:vivid-000"), buf, tries = 0;
	const size_t len = frame_size(camera);
	bool pieces;

	do {
		buf = alloc(heap, len, O_RDWR | O_CLOEXEC);
		pieces = in_pieces(buf, len);
	} while (!pieces && may_be_in_pieces(heap) && ++tries < MOST_TRIES);
	CHECK_EQUAL(pieces, may_be_in_pieces(heap));

	request_frames(camera, 3);
	if (pieces)
		CHECK_ERRNO(queue_frame(camera, 0, buf), EFAULT);
	else
		CHECK_EQUAL(queue_frame(camera, 0, buf), 0);
}

#define MOST_NODES 24

/*
 * Attaches and maps as often as may be, for devices that read, as many of them
 * at one buffer are none too many; returns how many mappings there are.
 */
static int map_often(int buf, int nodes[MOST_NODES])
{
	int n = 0;

	for (int i = 0; i < MOST_NODES; i++) {
		nodes[i] = open_edu();
		CHECK_EQUAL(ioctl(nodes[i], IMPORTER_ATTACH, buf), 0);
		for (int j = 0; j < IMPORTER_MAPPINGS; j++)
			n += ioctl(nodes[i], IMPORTER_MAP, READS) >= 0;
	}
	return n;
}

/* Where devices get copies there is room for some of them only. */
TEST(mapping_that_cannot_be_had_leaves_nothing)
{
	const struct buffer buffer = new_buffer(heap, MIB(1), O_RDWR);
	int nodes[MOST_NODES], n;
	struct device camera;

	n = map_often(buffer.fd, nodes);
	printf("# %d of %d mappings\n", n, MOST_NODES * IMPORTER_MAPPINGS);
	CHECK(n > 0);
	give_back(nodes, MOST_NODES);
	CHECK_EQUAL(map_often(buffer.fd, nodes), n);
	give_back(nodes, MOST_NODES);

	camera = attach(&buffer, WRITES);
	device_writes(&camera, 0, MOST_MOVED, 1);
	check_cpu_reads(&buffer);
}
