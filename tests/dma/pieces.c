// SPDX-License-Identifier: GPL-2.0
/*
 * docs/interface.md, Devices: buffers that a device sees in several
 * pieces. Ordinary memory comes so, and where devices get copies, every large
 * buffer.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../uapi/camera.h"
#include "../uapi/tracing.h"
#include "device.h"

#define PAGES(n) ((n) * page_size())

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

/* The RDMA core edits the table that it got, and expects syncs to work. */
TEST(table_edited_by_importer_syncs_whole_buffer)
{
	const struct buffer buffer = new_buffer(heap, PAGES(16), O_RDWR);
	const struct buffer last = new_view(heap, &buffer, PAGES(15), PAGES(1),
					    O_RDWR);
	struct device camera = attach(&buffer, WRITES);

	if (ioctl(camera.node, IMPORTER_TRIM, camera.mapping)) {
		/* Pieces of a page or two, by chance. */
		CHECK_EQUAL(errno, EINVAL);
		CHECK(may_be_in_pieces(heap));
		return;
	}
	unmap(&camera);

	camera = map_again(&camera, WRITES);
	device_writes(&camera, 0, KIB(1), 1);
	device_writes(&camera, PAGES(15), KIB(1), 1);
	CHECK_EQUAL(ioctl(camera.node, IMPORTER_TRIM, camera.mapping), 0);
	check_cpu_reads(&last);
	check_cpu_reads(&buffer);
	begin_access(&buffer, DMA_BUF_SYNC_WRITE);
	cpu_draws(&buffer, 0, PAGES(16), 2);
	end_access(&buffer, DMA_BUF_SYNC_WRITE);
	unmap(&camera);
	check_cpu_sees(&buffer);
}

static void set_limit(uint32_t max_segment, uint64_t boundary)
{
	const struct importer_limit limit = {
		.max_segment = max_segment,
		.boundary = boundary,
	};
	int node = open(IMPORTER_NODE, O_RDWR | O_CLOEXEC);

	CHECK(node >= 0);
	CHECK_EQUAL(ioctl(node, IMPORTER_LIMIT, &limit), 0);
	close(node);
}

/* Check each entry of a mapping; return the length of the longest. */
static size_t longest_entry(const struct buffer *buffer, size_t max,
			    uint64_t boundary)
{
	struct device device = attach_idle(buffer, WRITES);
	struct importer_segment piece;
	size_t longest = 0;

	for (size_t at = 0; at < buffer->len; at = piece.offset + piece.len) {
		piece = piece_at(&device, at);
		CHECK(piece.len <= max);
		CHECK_EQUAL(piece.address & ~boundary,
			    (piece.address + piece.len - 1) & ~boundary);
		if (piece.len > longest)
			longest = piece.len;
	}
	close(device.node);
	return longest;
}

/* Debug kernels warn about entries that are longer than a device allows. */
static bool entries_are_checked(void)
{
	return !access("/sys/kernel/debug/dma-api", F_OK);
}

static void check_entries_of_pieces(const struct buffer *buffer)
{
	const uint64_t any = ~0ull;

	set_limit(KIB(64), any);
	CHECK_EQUAL((long long)longest_entry(buffer, KIB(64), any), KIB(64));
	set_limit(UINT32_MAX, KIB(128) - 1);
	longest_entry(buffer, KIB(128), KIB(128) - 1);
	if (!entries_are_checked()) {
		set_limit(0, any);
		longest_entry(buffer, MIB(1), any);
	}
}

/* A driver with segments of 64 KiB must get no longer ones. */
TEST(entries_keep_the_device_segment_limits)
{
	const struct buffer buffer = new_buffer(heap, MIB(24), O_RDWR);

	if (in_pieces(buffer.fd, buffer.len)) {
		check_entries_of_pieces(&buffer);
	} else if (!entries_are_checked()) {
		set_limit(KIB(64), ~0ull);
		CHECK_EQUAL((long long)longest_entry(&buffer, buffer.len, ~0ull),
			    (long long)buffer.len);
	}
	set_limit(UINT32_MAX, ~0ull);
}

/*
 * Many importers refuse more than one entry. A device that cannot reach all of
 * the memory may need copies, but not of a buffer that it reaches.
 */
TEST(contiguous_buffer_in_reach_is_one_entry)
{
	const struct buffer buffer = new_buffer(heap, MIB(24), O_RDWR);
	struct device device = attach_idle(&buffer, WRITES);
	const struct importer_segment first = piece_at(&device, 0);

	close(device.node);
	if (!may_be_in_pieces(heap))
		CHECK_EQUAL((long long)first.len, (long long)buffer.len);
}

/* It snoops, and needs no copy, though other buffers may need one. */
TEST(coherent_device_in_reach_is_not_synced)
{
	const struct buffer buffer = new_buffer(heap, MIB(24), O_RDWR);
	struct device device = attach_idle(&buffer, WRITES);
	char line[MOST_EVENT];
	FILE *trace;

	begin_tracing("dmabuf_heaps/dma_heap_sync");
	begin_access(&buffer, DMA_BUF_SYNC_READ);
	end_access(&buffer, DMA_BUF_SYNC_READ);
	close(device.node);
	trace = end_tracing("dmabuf_heaps/dma_heap_sync");
	while (next_event(trace, line))
		CHECK(!strstr(line, " dev=dmabuf_heaps_importer "));
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
