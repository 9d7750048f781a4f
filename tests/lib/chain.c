// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Choosing among the heaps of a machine that is a table. How they are found is
 * foreach.c's subject: here dmaheap_foreach() shows the table.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <linux/dma-heap.h>
#include <linux/udmabuf.h>

#include <dmaheap.h>

#define DIR "/dev/dma_heap/"
#define UDMABUF "/dev/udmabuf"

/* The descriptor of the first node of the table, of a file, and of a buffer. */
#define FIRST_FD 100
#define FILE_FD 90
#define BUF 80

#define CONTIGUOUS DMA_HEAP_QUERY_CONTIGUOUS
#define CPU DMA_HEAP_QUERY_CPU_ACCESS

struct node {
	const char *name;
	const char *type;	/* NULL: answers no query */
	uint32_t flags;
	uint64_t id;
	int open_error, query_error, alloc_error;
	const char *link;	/* the node that it is a link to */
};

/* As on a machine with everything, in the order of names. */
#define EVERYTHING							\
	{ "camera@58000000", "cma", CONTIGUOUS | CPU, 2 },		\
	{ "default_cma_region", "cma", CONTIGUOUS | CPU, 1 },		\
	{ "lens@60000000", "carveout", CONTIGUOUS | CPU, 3 },		\
	{ "linux,cma", "cma", CONTIGUOUS | CPU, 1 },			\
	{ "safe@64000000", "carveout", CONTIGUOUS, 4 },			\
	{ "strange", "", CPU, 8 },					\
	{ "system" },							\
	{ "system-contiguous", "contiguous", CONTIGUOUS | CPU, 7 },	\
	{ "system-dma32", "system", CPU, 6 },				\
	{ "system-ext", "system", CPU, 5 },				\
	{ "unknown" },							\
	{ UDMABUF }

static struct node table[16];
static size_t n_nodes;
static bool is_open[16];
static char asked[256];
static int foreach_error, stat_error;
static bool no_memory;		/* for an array that grows */

static int set_up(void **state)
{
	memset(is_open, 0, sizeof(is_open));
	foreach_error = 0;
	stat_error = 0;
	no_memory = false;
	asked[0] = '\0';
	return 0;
}

#define MACHINE(...)							\
	do {								\
		const struct node nodes_[] = { __VA_ARGS__ };		\
									\
		n_nodes = sizeof(nodes_) / sizeof(nodes_[0]);		\
		memcpy(table, nodes_, sizeof(nodes_));			\
	} while (0)

void *__real_reallocarray(void *array, size_t count, size_t size);
void *__wrap_reallocarray(void *array, size_t count, size_t size);

/* By the linker: valgrind has a reallocarray() of its own. */
void *__wrap_reallocarray(void *array, size_t count, size_t size)
{
	if (!no_memory)
		return __real_reallocarray(array, count, size);
	errno = ENOMEM;
	return NULL;
}

static struct node *node_of(const char *name)
{
	for (size_t i = 0; i < n_nodes; i++)
		if (!strcmp(table[i].name, name))
			return &table[i];
	return NULL;
}

static struct node *open_node(int fd)
{
	assert_in_range(fd, FIRST_FD, FIRST_FD + n_nodes - 1);
	assert_true(is_open[fd - FIRST_FD]);
	return &table[fd - FIRST_FD];
}

/* The one that a link leads to, or the node itself. */
static const struct node *end_of(const struct node *node)
{
	return node->link ? node_of(node->link) : node;
}

static int fail_with(int error)
{
	errno = error;
	return -1;
}

int dmaheap_foreach(int (*fn)(const struct dmaheap_info *info, void *data),
		    void *data)
{
	int ret = foreach_error;

	for (size_t i = 0; !ret && i < n_nodes; i++)
		if (strcmp(table[i].name, UDMABUF))
			ret = fn((const struct dmaheap_info *)&table[i], data);
	return ret;
}

const char *dmaheap_info_name(const struct dmaheap_info *info)
{
	return ((const struct node *)info)->name;
}

int open(const char *path, int flags, ...)
{
	const char *name = strncmp(path, DIR, strlen(DIR)) ? path :
			   path + strlen(DIR);
	const struct node *node = node_of(name);

	assert_int_equal(flags, O_RDONLY | O_CLOEXEC);
	if (!node || node->open_error)
		return fail_with(node ? node->open_error : ENOENT);
	is_open[node - table] = true;
	return FIRST_FD + (int)(node - table);
}

int close(int fd)
{
	if (fd != FILE_FD) {
		open_node(fd);
		is_open[fd - FIRST_FD] = false;
	}
	return 0;
}

int fstat(int fd, struct stat *st)
{
	memset(st, 0, sizeof(*st));
	st->st_rdev = makedev(251, end_of(open_node(fd)) - table);
	return 0;
}

int stat(const char *restrict path, struct stat *restrict st)
{
	const struct node *node = node_of(path + strlen(DIR));

	assert_memory_equal(path, DIR, strlen(DIR));
	if (!node || stat_error)
		return fail_with(node ? stat_error : ENOENT);
	memset(st, 0, sizeof(*st));
	st->st_rdev = makedev(251, end_of(node) - table);
	return 0;
}

/* The name of a device. */
ssize_t readlink(const char *restrict path, char *restrict target, size_t size)
{
	unsigned int minor;

	if (sscanf(path, "/sys/dev/char/251:%u", &minor) != 1)
		return fail_with(ENOENT);
	assert_in_range(minor, 0, n_nodes - 1);
	return snprintf(target, size, "../../devices/virtual/dma_heap/%s",
			table[minor].name);
}

/* The only file that is there. */
int openat(int dir, const char *path, int flags, ...)
{
	return strcmp(path, "/proc/meminfo") ? fail_with(ENOENT) : FILE_FD;
}

ssize_t read(int fd, void *text, size_t size)
{
	static const char info[] = "MemTotal: 8192 kB\nMemAvailable: 4096 kB\n";

	assert_int_equal(fd, FILE_FD);
	memcpy(text, info, strlen(info));
	return strlen(info);
}

int memfd_create(const char *name, unsigned int flags)
{
	return FILE_FD;
}

int ftruncate(int fd, off_t size)
{
	assert_int_equal(fd, FILE_FD);
	return 0;
}

int fcntl(int fd, int command, ...)
{
	assert_int_equal(fd, FILE_FD);
	return 0;
}

static int query(const struct node *node, struct dma_heap_query_data *data)
{
	if (node->query_error)
		return fail_with(node->query_error);
	if (!node->type)
		return fail_with(strcmp(node->name, UDMABUF) ? EINVAL : ENOTTY);
	data->flags = node->flags;
	data->id = node->id;
	snprintf(data->type, sizeof(data->type), "%s", node->type);
	return 0;
}

int ioctl(int fd, unsigned long request, ...)
{
	struct node *node = open_node(fd);
	va_list args;
	void *arg;

	va_start(args, request);
	arg = va_arg(args, void *);
	va_end(args);

	if (request == DMA_HEAP_IOCTL_QUERY)
		return query(node, arg);
	strcat(asked, node->name);
	strcat(asked, " ");
	if (node->alloc_error)
		return fail_with(node->alloc_error);
	if (!strcmp(node->name, UDMABUF)) {
		assert_int_equal(request, UDMABUF_CREATE);
		return BUF;
	}
	assert_int_equal(request, DMA_HEAP_IOCTL_ALLOC);
	((struct dma_heap_allocation_data *)arg)->fd = BUF;
	return 0;
}

/* How many of the machine's nodes are open. */
static size_t count_open(void)
{
	size_t n = 0;

	for (size_t i = 0; i < n_nodes; i++)
		n += is_open[i];
	return n;
}

static struct dmaheap_chain *open_chain(const char *const *names,
					unsigned int needs)
{
	struct dmaheap_chain *chain;

	assert_int_equal(dmaheap_chain_open(names, needs, &chain), 0);
	return chain;
}

static void check_refused(const char *const *names, unsigned int needs,
			  int error)
{
	struct dmaheap_chain *chain = NULL;

	assert_int_equal(dmaheap_chain_open(names, needs, &chain), error);
	assert_null(chain);
	assert_int_equal(count_open(), 0);
}

/* All heaps of a chain, as it asks them when none has memory. */
static void check_order(const char *const *names, unsigned int needs,
			const char *order)
{
	struct dmaheap_chain *chain = open_chain(names, needs);
	struct dmaheap *from = NULL;

	for (size_t i = 0; i < n_nodes; i++)
		table[i].alloc_error = ENOMEM;
	asked[0] = '\0';
	assert_int_equal(dmaheap_chain_alloc(chain, 4096, O_RDWR, &from),
			 -ENOMEM);
	assert_null(from);
	assert_string_equal(asked, order);
	dmaheap_chain_close(chain);
	assert_int_equal(count_open(), 0);
}

#define IN_ONE_PIECE							\
	"default_cma_region camera@58000000 system-contiguous lens@60000000 "

static void asks_for_contiguous_memory_in_this_order(void **state)
{
	MACHINE(EVERYTHING);
	check_order(NULL, DMAHEAP_CONTIGUOUS, IN_ONE_PIECE);
	check_order(NULL, DMAHEAP_CONTIGUOUS | DMAHEAP_CPU_ACCESS,
		    IN_ONE_PIECE);
}

static void asks_for_any_memory_in_this_order(void **state)
{
	MACHINE(EVERYTHING);
	check_order(NULL, DMAHEAP_CPU_ACCESS,
		    IN_ONE_PIECE "system-ext system " UDMABUF " ");
	check_order(NULL, 0, IN_ONE_PIECE "system-ext system " UDMABUF " ");
}

static void knows_the_kernels_heaps_by_name(void **state)
{
	MACHINE({ "default_cma_region" }, { "other" }, { "system" },
		{ "system-uncached" });
	check_order(NULL, DMAHEAP_CONTIGUOUS, "default_cma_region ");
	check_order(NULL, 0, "default_cma_region system ");
}

/* As Raspberry Pi OS has it, for which heap depends on the board. */
static void goes_by_what_links_lead_to(void **state)
{
	MACHINE({ "system" }, { "vidbuf_cached", .link = "system" });
	check_refused(NULL, DMAHEAP_CONTIGUOUS, -ENOENT);
	check_order(NULL, 0, "system ");
	MACHINE({ "linux,cma" }, { "vidbuf_cached", .link = "linux,cma" });
	check_order(NULL, DMAHEAP_CONTIGUOUS, "linux,cma ");

	/* A link that comes first, and what would not be taken by its name. */
	MACHINE({ "camera", "cma", CONTIGUOUS | CPU, 2 },
		{ "frames", .link = "linux,cma" }, { "linux,cma" },
		{ "spare", .link = "system-uncached" }, { "system-uncached" });
	check_order(NULL, 0, "frames camera ");
}

static void asks_each_named_heap_once(void **state)
{
	const char *const names[] = {
		"vidbuf_cached", "unknown", "system", "other", "linux,cma",
		"system", NULL
	};

	MACHINE({ "linux,cma" }, { "other", .link = "unknown" }, { "system" },
		{ "unknown" }, { "vidbuf_cached", .link = "system" });
	check_order(names, 0, "vidbuf_cached unknown linux,cma ");
	check_order(names, DMAHEAP_CONTIGUOUS, "unknown linux,cma ");
}

static void asks_named_heaps_alone(void **state)
{
	const char *const names[] = {
		"none", "unknown", "vidbuf_cached", "system-dma32",
		"safe@64000000", "default_cma_region", UDMABUF, "linux,cma",
		NULL
	};

	MACHINE(EVERYTHING);
	check_order(names, 0, "unknown system-dma32 safe@64000000 "
		    "default_cma_region " UDMABUF " ");
	check_order(names, DMAHEAP_CPU_ACCESS, "unknown system-dma32 "
		    "default_cma_region " UDMABUF " ");
	check_order(names, DMAHEAP_CONTIGUOUS,
		    "unknown safe@64000000 default_cma_region ");
	check_order(names, DMAHEAP_CONTIGUOUS | DMAHEAP_CPU_ACCESS,
		    "unknown default_cma_region ");
}

static void gives_from_the_first_that_has_memory(void **state)
{
	struct dmaheap_chain *chain;
	struct dmaheap *from;

	MACHINE(EVERYTHING);
	chain = open_chain(NULL, 0);
	assert_int_equal(dmaheap_chain_alloc(chain, 4096, O_RDWR, &from), BUF);
	assert_string_equal(dmaheap_name(from), "default_cma_region");
	assert_string_equal(asked, "default_cma_region ");

	node_of("default_cma_region")->alloc_error = ENOMEM;
	node_of("camera@58000000")->alloc_error = ENODEV;
	assert_int_equal(dmaheap_chain_alloc(chain, 4096, O_RDWR, &from), BUF);
	assert_string_equal(dmaheap_name(from), "system-contiguous");
	assert_int_equal(dmaheap_chain_alloc(chain, 4096, O_RDWR, NULL), BUF);

	for (size_t i = 0; i < n_nodes - 1; i++)
		table[i].alloc_error = ENOMEM;
	assert_int_equal(dmaheap_chain_alloc(chain, 4096, O_RDWR, &from), BUF);
	assert_string_equal(dmaheap_name(from), UDMABUF);
	dmaheap_chain_close(chain);
}

/* The rule is that of dmaheap_alloc(), see memory.c; then the next heap follows. */
static void alloc_skips_heap_that_lacks_memory(void **state)
{
	const char *const names[] = { "system", NULL };
	struct dmaheap_chain *chain;

	MACHINE({ "system" }, { "system-ext", "system", CPU, 1 });
	chain = open_chain(NULL, 0);
	table[1].alloc_error = ENOMEM;
	assert_int_equal(dmaheap_chain_alloc(chain, 4 << 20, O_RDWR, NULL),
			 -ENOMEM);
	assert_string_equal(asked, "system-ext ");
	assert_int_equal(dmaheap_chain_alloc(chain, 3 << 20, O_RDWR, NULL),
			 BUF);
	table[1].alloc_error = 0;
	assert_int_equal(dmaheap_chain_alloc(chain, 4 << 20, O_RDWR, NULL),
			 BUF);
	dmaheap_chain_close(chain);

	chain = open_chain(names, 0);
	assert_int_equal(dmaheap_chain_alloc(chain, 4 << 20, O_RDWR, NULL),
			 -ENOMEM);
	dmaheap_chain_close(chain);
}

static void stops_at_what_every_heap_would_say(void **state)
{
	static const int errors[] = { EINVAL, EMFILE, ENFILE };
	struct dmaheap_chain *chain;

	MACHINE(EVERYTHING);
	chain = open_chain(NULL, 0);
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		struct dmaheap *from = NULL;

		asked[0] = '\0';
		node_of("default_cma_region")->alloc_error = ENOMEM;
		node_of("camera@58000000")->alloc_error = errors[i];
		assert_int_equal(dmaheap_chain_alloc(chain, 4096, O_RDWR,
						     &from), -errors[i]);
		assert_null(from);
		assert_string_equal(asked,
				    "default_cma_region camera@58000000 ");
	}
	dmaheap_chain_close(chain);
}

static void says_nomem_if_one_does(void **state)
{
	struct dmaheap_chain *chain;

	MACHINE({ "a", "cma", CONTIGUOUS, 1 }, { "b", "cma", CONTIGUOUS, 2 });
	table[0].flags |= CPU;
	table[1].flags |= CPU;
	chain = open_chain(NULL, 0);
	table[0].alloc_error = ENOMEM;
	table[1].alloc_error = ENODEV;
	assert_int_equal(dmaheap_chain_alloc(chain, 1, O_RDWR, NULL), -ENOMEM);
	table[0].alloc_error = EIO;
	assert_int_equal(dmaheap_chain_alloc(chain, 1, O_RDWR, NULL), -ENODEV);
	dmaheap_chain_close(chain);
}

/* An access mode that a heap can't give is given by nobody else silently. */
static void asks_udmabuf_for_its_only_mode(void **state)
{
	struct dmaheap_chain *chain;

	MACHINE({ UDMABUF });
	chain = open_chain(NULL, DMAHEAP_CPU_ACCESS);
	assert_int_equal(dmaheap_chain_alloc(chain, 1, O_RDONLY, NULL),
			 -EOPNOTSUPP);
	assert_string_equal(asked, "");
	assert_int_equal(dmaheap_chain_alloc(chain, 1, O_RDWR, NULL), BUF);
	dmaheap_chain_close(chain);
}

static void tells_denied_from_missing(void **state)
{
	const char *const none[] = { NULL };
	const char *const missing[] = { "none", NULL };

	MACHINE({ UDMABUF, .open_error = EACCES });
	check_refused(missing, 0, -ENOENT);
	check_refused(none, 0, -ENOENT);
	check_refused(NULL, 0, -EACCES);

	MACHINE({ "default_cma_region", .open_error = EACCES },
		{ "system" });
	check_refused(NULL, DMAHEAP_CONTIGUOUS, -EACCES);
	check_order(NULL, 0, "system ");
	MACHINE({ "default_cma_region", .open_error = EPERM });
	check_refused(NULL, DMAHEAP_CONTIGUOUS, -EACCES);
	MACHINE({ "default_cma_region", .open_error = ENXIO }, { "system" });
	check_refused(NULL, DMAHEAP_CONTIGUOUS, -ENOENT);
}

/* Nobody is told to get a permission that would be of no use. */
static void denied_is_what_would_have_been_taken(void **state)
{
	const char *const names[] = {
		"linux,cma", "system", DMAHEAP_UDMABUF, "vidbuf_cached", NULL
	};

	MACHINE({ "system", .open_error = EACCES },
		{ "vidbuf_cached", .open_error = EPERM, .link = "system" },
		{ UDMABUF, .open_error = EACCES });
	check_refused(NULL, DMAHEAP_CONTIGUOUS, -ENOENT);
	check_refused(names, DMAHEAP_CONTIGUOUS, -ENOENT);
	check_refused(NULL, DMAHEAP_CPU_ACCESS, -EACCES);
	check_refused(names, 0, -EACCES);

	/* Where the name can't be told, it may be anything. */
	stat_error = EACCES;
	check_refused(names, DMAHEAP_CONTIGUOUS, -EACCES);
	stat_error = 0;

	MACHINE({ "camera", .open_error = EACCES });
	check_refused(NULL, DMAHEAP_CONTIGUOUS, -EACCES);
	/* Taken only if it is named. */
	MACHINE({ "system-uncached", .open_error = EACCES });
	check_refused(NULL, 0, -ENOENT);
	check_refused((const char *const []) { "system-uncached", NULL }, 0,
		      -EACCES);
}

static void reports_what_is_wrong_with_the_request(void **state)
{
	const char *const bad[] = { "system-ext", "a/b", NULL };

	MACHINE(EVERYTHING);
	check_refused(NULL, 1U << 2, -EINVAL);
	check_refused(NULL, UINT32_MAX, -EINVAL);
	check_refused(bad, 0, -EINVAL);
}

static void reports_what_ends_the_search(void **state)
{
	MACHINE(EVERYTHING);
	node_of("linux,cma")->open_error = EMFILE;
	check_refused(NULL, 0, -EMFILE);
	MACHINE(EVERYTHING);
	node_of("linux,cma")->query_error = EFAULT;
	check_refused(NULL, 0, -EFAULT);
	MACHINE(EVERYTHING);
	foreach_error = -EIO;
	check_refused(NULL, 0, -EIO);
}

static void leaves_out_a_heap_that_has_gone(void **state)
{
	MACHINE(EVERYTHING);
	node_of("default_cma_region")->query_error = ENODEV;
	check_order(NULL, DMAHEAP_CONTIGUOUS, "linux,cma camera@58000000 "
		    "system-contiguous lens@60000000 ");
}

static void closing_nothing_is_fine(void **state)
{
	dmaheap_chain_close(NULL);
}

static void open_without_memory_closes_heap(void **state)
{
	static const char * const names[] = { "system", NULL };
	struct dmaheap_chain *chain;

	MACHINE({ "system" });
	no_memory = true;
	assert_int_equal(dmaheap_chain_open(names, 0, &chain), -ENOMEM);
	assert_false(is_open[0]);
	assert_int_equal(dmaheap_chain_open(NULL, 0, &chain), -ENOMEM);
	assert_false(is_open[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define IT(does) cmocka_unit_test_setup(does, set_up)
		IT(asks_for_contiguous_memory_in_this_order),
		IT(asks_for_any_memory_in_this_order),
		IT(knows_the_kernels_heaps_by_name),
		IT(goes_by_what_links_lead_to),
		IT(asks_each_named_heap_once),
		IT(asks_named_heaps_alone),
		IT(gives_from_the_first_that_has_memory),
		IT(alloc_skips_heap_that_lacks_memory),
		IT(stops_at_what_every_heap_would_say),
		IT(says_nomem_if_one_does),
		IT(asks_udmabuf_for_its_only_mode),
		IT(tells_denied_from_missing),
		IT(denied_is_what_would_have_been_taken),
		IT(reports_what_is_wrong_with_the_request),
		IT(reports_what_ends_the_search),
		IT(leaves_out_a_heap_that_has_gone),
		IT(closing_nothing_is_fine),
		IT(open_without_memory_closes_heap),
	};

	return cmocka_run_group_tests_name("chain", tests, NULL, NULL);
}
