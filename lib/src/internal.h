/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DMAHEAP_INTERNAL_H
#define DMAHEAP_INTERNAL_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct dma_heap_query_data;

struct dmaheap {
	int fd;
	bool udmabuf;		/* the node is DMAHEAP_UDMABUF */
	bool unlimited;		/* see dmaheap__is_unlimited() */
	const char *name;	/* path, or the last part of it */
	char path[];
};

/*
 * Make an ioctl, again for as long as a signal interrupts it. Returns what it
 * returns, 0 or more, or -errno. The one place that calls ioctl(2).
 */
int dmaheap__ioctl(int fd, unsigned long request, void *arg);

/* May a node of DMAHEAP_DIR have this name? */
bool dmaheap__valid_name(const char *name);

/*
 * The last part of what a link in the folder of a device leads to, or with an
 * empty one that of the device itself; false if it can't be told.
 */
bool dmaheap__device_link(dev_t device, const char *link,
			  char last[NAME_MAX + 1]);

/*
 * What the kernel calls a heap, whichever link it was found by; or, where it
 * does not tell, that name. Returns one of the two.
 */
const char *dmaheap__own_name(const char *name, dev_t device,
			      char own[NAME_MAX + 1]);

/*
 * What is known of a heap by its own name: id, and alignment for one in one
 * piece, are 0. Returns 0, or -ENODATA if nothing is.
 */
int dmaheap__look_up(const char *name, uint64_t size,
		     struct dma_heap_query_data *data);

/*
 * Ask a heap what it is, or else go by its own name. Returns 0, -ENODATA if
 * nothing is known of it, or what the heap reports.
 */
int dmaheap__query(const struct dmaheap *heap, uint64_t size,
		   struct dma_heap_query_data *data);

/* Check a request to DMAHEAP_UDMABUF. Returns 0, -EINVAL or -EOPNOTSUPP. */
int dmaheap__udmabuf_check(uint64_t size, int fd_flags);

/* Allocate from an open DMAHEAP_UDMABUF what dmaheap__udmabuf_check() allows. */
int dmaheap__udmabuf_alloc(int fd, uint64_t size, int fd_flags);

/*
 * Check whether a heap takes system memory until the OOM killer runs: the
 * kernel's own system heap, known by its name, and udmabuf.
 */
bool dmaheap__is_unlimited(const struct dmaheap *heap);

/* Check that system memory for an unlimited heap is there: 0 or -ENOMEM. */
int dmaheap__check_memory(const struct dmaheap *heap, uint64_t size);

/* The beginning of a file, as text. Returns 0 or -errno. */
int dmaheap__read_text(int dir, const char *path, char *text, size_t size);

/* The text of a file, in memory for free(3) that the next file may use. */
struct text {
	char *data;
	size_t room;		/* of @data, in bytes */
};

/*
 * Read all of a file of one record. Returns 0, -EFBIG if the text is longer than
 * 16 MiB or the kernel cannot produce it, or -errno.
 */
int dmaheap__read_file(int dir, const char *path, struct text *text);

/* Copies the line that follows, without its newline, as far as it fits. */
void dmaheap__copy_line(char *to, size_t size, const char *from);

#endif /* DMAHEAP_INTERNAL_H */
