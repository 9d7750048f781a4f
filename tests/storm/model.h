/* SPDX-License-Identifier: GPL-2.0 */
/* What there is, as far as it follows from what was done. */
#ifndef MODEL_H
#define MODEL_H

#include "storm.h"

#define PAGE ((size_t)4096)
#define NOWHERE UINT64_MAX

/* Ordinary users, whose user IDs begin here. User 0 is root. */
#define NR_USERS NR_WORKERS
#define FIRST_UID 1000

/**
 * struct limit - what a user may have
 * @bytes: Of bytes; UINT64_MAX for as many as there are.
 * @percent: Of what others leave, or 0.
 */
struct limit {
	uint64_t bytes;
	unsigned int percent;
};

/**
 * struct quota - what users have
 * @total: Size of the region, or 0.
 * @used: By all.
 * @own: By each user.
 * @limit: For each.
 */
struct quota {
	uint64_t total;
	uint64_t used;
	uint64_t own[NR_USERS];
	struct limit limit;
};

/* The attributes of these names. */
enum count {
	USED, PEAK, BUFFERS, ALLOCATIONS, LARGEST_SUCCESS, SMALLEST_FAILURE,
	FAILURES_LIMIT, FAILURES_MEMORY, FAILURES_OTHER, NR_COUNTS
};

extern const char *const count_names[NR_COUNTS];

/* Where memory comes from, as in the attribute "type". */
enum heap_type { CMA, SYSTEM, CONTIGUOUS, TEST_HEAP };

/**
 * struct pool - what is known of a heap's pool
 * @there: There is one.
 * @on: It may keep something.
 * @limit: How many bytes, if nothing is prepared.
 * @prepares: Something is to be ready always.
 * @prepared: Something was, since it was emptied.
 * @looked: How many requests have been met by it, or not.
 */
struct pool {
	bool there;
	bool on;
	uint64_t limit;
	bool prepares;
	bool prepared;
	uint64_t looked;
};

/**
 * struct model_heap - a heap, which may have been removed
 * @name: Its name.
 * @type: Where its memory comes from.
 * @module: The name of its module.
 * @there: It was not removed.
 * @pins: Open nodes, and dma-bufs, of it.
 * @quota: Its own, or that of all which take ordinary memory.
 * @own_quota: See @quota.
 * @whole: Nobody else has any of its region.
 * @counts: What its attributes have to say.
 * @pool: Its pool.
 */
struct model_heap {
	char name[MOST_NAME];
	enum heap_type type;
	const char *module;
	bool there;
	unsigned int pins;
	struct quota *quota;
	struct quota own_quota;
	bool whole;
	uint64_t counts[NR_COUNTS];
	struct pool pool;
};

/* Those that were removed are kept while there is something of them. */
#define MOST_HEAPS 32
extern struct model_heap heaps[MOST_HEAPS];
extern struct quota ordinary;

/**
 * struct model_buffer - memory that was lent
 * @heap: By which heap; NULL if there is none of this number.
 * @len: In bytes.
 * @number: As in the list.
 * @place: Offset in the region, or NOWHERE.
 * @user: Who has asked for it.
 * @counted: Whether that counts against a limit.
 * @process: The process that has.
 * @lives: Whether that lives.
 * @views: How many dma-bufs there are over it.
 */
struct model_buffer {
	struct model_heap *heap;
	uint64_t len;
	uint64_t number;
	uint64_t place;
	unsigned int user;
	bool counted;
	pid_t process;
	bool lives;
	unsigned int views;
};

extern struct model_buffer buffers[NR_BUFFERS];

enum file_kind { NODE_FILE, BUFFER_FILE, IMPORTER_FILE };

#define NR_MAPPINGS 4
#define MOST_MAIL 6

/**
 * struct model_file - an open file
 * @refs: How often it is held: by descriptors, mappings, messages, importers.
 *	0 if there is none.
 * @kind: What it is.
 * @heap: Of a node.
 * @buffer: Of a dma-buf.
 * @first: Where it begins in the buffer, in bytes.
 * @len: How many bytes are shown.
 * @mode: Its access mode.
 * @inode: Its number.
 * @age: Those with a larger one were made later.
 * @attached: The dma-buf that an importer has, or NULL.
 * @mapped: The direction of each of its mappings, or -1.
 * @in_kernel: It has it mapped into the kernel.
 * @moves: It moves data.
 */
struct model_file {
	unsigned int refs;
	enum file_kind kind;
	struct model_heap *heap;
	struct model_buffer *buffer;
	uint64_t first;
	uint64_t len;
	int mode;
	uint64_t inode;
	uint64_t age;
	struct model_file *attached;
	int mapped[NR_MAPPINGS];
	bool in_kernel;
	bool moves;
};

/* Each slot may be an importer of what nobody else has any more. */
#define MOST_FILES (2 * NR_WORKERS * NR_SLOTS + MOST_MAIL)
extern struct model_file files[MOST_FILES];

/**
 * struct handle - what a worker has in a slot
 * @file: Of which file; NULL if the slot is free.
 * @is_map: It is a mapping, not a descriptor.
 * @stays: execve() leaves it.
 * @offset: Where the mapping begins in the file, in bytes.
 * @len: Its length.
 * @writable: It can be written to.
 */
struct handle {
	struct model_file *file;
	bool is_map;
	bool stays;
	uint64_t offset;
	uint64_t len;
	bool writable;
};

/**
 * struct model_worker - a process
 * @pid: Its number, or 0 if there is none.
 * @uid: Whose it is; 0 for one that has no limit.
 * @slots: What it has.
 */
struct model_worker {
	pid_t pid;
	uid_t uid;
	struct handle slots[NR_SLOTS];
};

extern struct model_worker workers[NR_WORKERS];

/* Descriptors in messages, the first sent first. */
extern struct model_file *mail[MOST_MAIL];
extern unsigned int nr_mail;

/* What an allocation has to come to. */
enum outcome { SUCCEEDS, OVER_LIMIT, NO_MEMORY, NOBODY_KNOWS };

void model_start(void);
unsigned int user_of(int worker);
struct model_heap *model_add_heap(const char *name, enum heap_type type,
				  const char *module);
enum outcome model_expect(const struct model_heap *heap, int worker,
			  uint64_t len);

/* A file that is held once. */
struct model_file *model_open(enum file_kind kind);
void model_put(struct model_file *file);
/* The whole of a new buffer. */
struct model_file *model_lend(struct model_heap *heap, int worker, uint64_t len,
			      int mode);
void model_refuse(struct model_heap *heap, uint64_t len, enum outcome why);
struct model_file *model_view(const struct model_file *file, uint64_t offset,
			      uint64_t len, int mode);
/* What a worker has in a slot goes. */
void model_close(struct handle *handle);

/* Can there be so many more buffers? */
bool model_has_room(int n);
/* -1 if there is none. */
int free_slot(int worker);

/* The first, from a draw on, for which this is so; NULL or -1 for none. */
struct model_heap *draw_heap(uint64_t draw,
			     bool (*fits)(const struct model_heap *heap));
int draw_worker(uint64_t draw);
int draw_slot(int worker, uint64_t draw,
	      bool (*fits)(const struct handle *handle));
bool is_there(const struct model_heap *heap);
bool is_buffer(const struct handle *handle);
bool is_map(const struct handle *handle);
bool is_node(const struct handle *handle);
bool is_anything(const struct handle *handle);

#endif /* MODEL_H */
