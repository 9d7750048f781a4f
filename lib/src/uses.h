/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Internal interfaces of the scan of /proc for dma-bufs.
 *
 * What another process may have prepared is read in time n log n: each thread,
 * descriptor and mapping is looked at once, each dma-buf is described once, and
 * everything is found again by sorting or in a balanced tree.
 */
#ifndef DMAHEAP_USES_H
#define DMAHEAP_USES_H

#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "internal.h"

/* Beginning of the path that the kernel shows for a dma-buf. */
#define DMA_BUF_PREFIX "/dmabuf:"

/* A dma-buf. */
struct known_buffer {
	dev_t device;		/* of a mapped file; 0 if seen by descriptor */
	uint64_t inode;
	bool is_described;	/* size, heap and name are from fdinfo */
	bool is_unreadable;	/* fdinfo is too long to be read */
	uint64_t size;		/* in bytes; 0: unknown */
	char heap[NAME_MAX + 1];
	char name[128];		/* a newline takes four bytes in maps */
};

/* A dma-buf that a process was seen to have, once or more often. */
struct found_use {
	pid_t pid;
	size_t process;		/* index in scan.processes */
	const struct known_buffer *buffer;
	uint64_t mapped;	/* in bytes */
	unsigned int descriptors;
};

struct known_process {
	pid_t pid;
	uid_t uid;
	char comm[64];
};

struct scan {
	struct found_use *uses;
	size_t count, room;
	size_t part;		/* first use that can still be merged or dropped */
	struct known_process *processes;
	size_t n_processes, processes_room;
	pid_t pid;		/* process that is being read */
	void *buffers;		/* of tsearch(3), by device and inode */
	struct text text;	/* of the file that is being read */
	dev_t device;		/* of all dma-bufs; 0 if it is not known yet */
	bool saw_unusual_fdinfo; /* which is long, or describes no dma-buf */
	bool foreign;		/* /proc has the IDs of another PID namespace */
	size_t hidden;		/* number of processes that cannot be seen */
	bool saw_first;		/* process 1 is listed */
};

/*
 * Find the dma-buf, or add it. Returns NULL if there is no memory for it. Once
 * added it stays where it is until the scan ends.
 */
struct known_buffer *dmaheap__get_buffer(struct scan *scan, dev_t device,
					 uint64_t inode);

/* Note a use of the process that is being read. Returns 0 or -ENOMEM. */
int dmaheap__add_use(struct scan *scan, const struct known_buffer *buffer,
		     uint64_t mapped, unsigned int descriptors);

/* Make one of the uses of each dma-buf in the part that is being read. */
void dmaheap__merge_uses(struct scan *scan);

/* Look into all processes. Returns 0 or -errno. */
int dmaheap__scan_processes(struct scan *scan);

/* A process that is being looked into. */
struct process {
	int proc;		/* directory of all processes */
	int dir;
	pid_t pid;
	size_t first;		/* of its uses */
	bool mapped;		/* its mappings were read */
	bool denied;		/* some of it could not be read */
};

/*
 * What ends, or can't be read, is no error: other processes must not be able to end
 * the scan. Returns 0, or -errno if it is this process that lacks something.
 */
int dmaheap__tolerate(struct process *process, int error);

/* Open a directory of /proc. Returns NULL and sets errno on failure. */
DIR *dmaheap__open_dir(int at, const char *path);

/* The next entry that is a number, or NULL with errno, 0 at the end. */
struct dirent *dmaheap__next_number(DIR *dir);

/* How a file was recognized. */
enum kind {
	KIND_UNKNOWN,		/* it has gone, or may not be looked at */
	KIND_OTHER,
	KIND_DMA_BUF,
};

/*
 * Recognize a dma-buf by a link to the file in /proc. @inode and @size, in bytes, are
 * set for KIND_DMA_BUF.
 */
enum kind dmaheap__recognize(struct scan *scan, int dir, const char *link,
			     uint64_t *inode, uint64_t *size);

/* Name a dma-buf by its path, for want of another name. */
void dmaheap__name_by_path(struct known_buffer *buffer, const char *path);

/* Read the descriptors of a thread, by the directory of threads. */
int dmaheap__read_descriptors(struct scan *scan, struct process *process,
			      int task, pid_t tid);

/* Read the mappings of a thread, by the directory of threads. */
int dmaheap__read_mappings(struct scan *scan, struct process *process, int task,
			   pid_t tid);

/* A thread, among those that share its table of descriptors. */
struct thread {
	pid_t tid;
	struct thread *next;	/* that has the same table; or NULL */
	bool is_first;		/* no thread before has the same table */
	bool *unknown;		/* set if the kernel cannot compare tables */
};

/*
 * Put threads together that share a table of descriptors, by their IDs in the
 * caller's PID namespace. Those that cannot be compared are taken to share;
 * @unknown says so. Returns 0 or -ENOMEM.
 */
int dmaheap__group_threads(struct thread *threads, size_t count,
			   bool *unknown);

/*
 * Find the next thread of the same table, if this one does not have it any more.
 * Returns NULL if it still has, or if no other thread is left.
 */
struct thread *dmaheap__next_owner(const struct thread *thread);

#endif /* DMAHEAP_USES_H */
