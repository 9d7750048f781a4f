// SPDX-License-Identifier: GPL-2.0
/*
 * A program of somebody who has installed libdmaheap-dev: gets a buffer of
 * 4 MiB from each heap that is named, maps it, and writes and reads it between
 * brackets.
 */
#include <dmaheap.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define BYTES ((size_t)4 << 20)

/* All of a mapped buffer: 0 or a negative errno value. */
static int use(int buf, unsigned char *mem)
{
	int ret;

	ret = dmaheap_begin(buf, DMAHEAP_WRITE);
	if (ret)
		return ret;
	memset(mem, 0x5a, BYTES);
	ret = dmaheap_end(buf, DMAHEAP_WRITE);
	if (ret)
		return ret;

	ret = dmaheap_begin(buf, DMAHEAP_READ);
	if (ret)
		return ret;
	if (mem[0] != 0x5a || memcmp(mem, mem + 1, BYTES - 1))
		return -EIO;
	return dmaheap_end(buf, DMAHEAP_READ);
}

static int use_heap(const char *name)
{
	struct dmaheap *heap;
	void *mem;
	int buf, ret;

	ret = dmaheap_open(name, &heap);
	if (ret)
		return ret;
	buf = dmaheap_alloc(heap, BYTES, O_RDWR | O_CLOEXEC);
	dmaheap_close(heap);
	if (buf < 0)
		return buf;
	ret = dmaheap_map(buf, BYTES, PROT_READ | PROT_WRITE, &mem);
	if (!ret) {
		ret = use(buf, mem);
		dmaheap_unmap(mem, BYTES);
	}
	close(buf);
	return ret;
}

int main(int argc, char **argv)
{
	int ret, status = 0;

	for (int i = 1; i < argc; i++) {
		ret = use_heap(argv[i]);
		if (ret) {
			fprintf(stderr, "%s: %s\n", argv[i], strerror(-ret));
			status = 1;
		}
	}
	return status;
}
