/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DMAHEAP_INTERNAL_H
#define DMAHEAP_INTERNAL_H

struct dmaheap {
	int fd;
	const char *name;	/* the last part of path */
	char path[];
};

/*
 * Make an ioctl, again for as long as a signal interrupts it. Returns 0 or
 * -errno. The one place that calls ioctl(2).
 */
int dmaheap__ioctl(int fd, unsigned long request, void *arg);

#endif /* DMAHEAP_INTERNAL_H */
