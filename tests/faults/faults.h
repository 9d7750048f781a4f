/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every allocation fails once, and every copy from and to user space.
 *
 * A call is made again and again: in the first round the first allocation that
 * the kernel makes for it fails, in the second round the second, until one
 * round has nothing left that could fail. Each round, the call has to return
 * an errno that says what happened, or to do without; nothing of it may stay,
 * and the same call has to work right after.
 */
#ifndef FAULTS_H
#define FAULTS_H

#include "../uapi/harness.h"

/**
 * struct scene - what one round has to do with; descriptors are -1 if not open
 * @heap: The heap, or one with no name for calls that need none.
 * @buf: A buffer.
 * @len: Its size in bytes.
 * @mem: Where it is mapped, or NULL.
 * @other: Whatever else was opened.
 * @importer: The test importer.
 * @bufs: All of the region, if it is full.
 * @nr_bufs: Length of @bufs.
 */
struct scene {
	const struct heap *heap;
	int buf;
	size_t len;
	void *mem;
	int other;
	int importer;
	int bufs[MOST_BUFFERS];
	int nr_bufs;
};

/*
 * CALL returns 0, or -1 and errno, and leaves what it has made in the scene.
 * PREPARE is done before, with nothing failing: the test fails if it does.
 * TIDY undoes both, whatever came of them. WITHIN names a function of the
 * kernel: what does not happen in there is left alone.
 */
struct faulty {
	void (*prepare)(struct scene *scene);
	int (*call)(struct scene *scene);
	void (*tidy)(struct scene *scene);
	const char *within;
};

void fail_each(const struct heap *heap, const struct faulty *faulty);

/* FAILS_CLEANLY(call, prepare, tidy): one line for each call. */
#define FAILS_CLEANLY(call, prepare, tidy)				\
	FAILS_CLEANLY_WITHIN(NULL, call, prepare, tidy)

#define FAILS_CLEANLY_WITHIN(within_, call_, prepare_, tidy_)		\
	TEST(call_##_fails_cleanly)					\
	{								\
		fail_each(heap, &(const struct faulty){			\
			.prepare = (prepare_),				\
			.call = (call_),				\
			.tidy = (tidy_),				\
			.within = (within_),				\
		});							\
	}

#endif /* FAULTS_H */
