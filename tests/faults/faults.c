// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "faults.h"

#define DEBUGFS "/sys/kernel/debug"
#define NTH "/proc/self/fail-nth"
#define ALLOCINFO "/proc/allocinfo"
#define MAPPINGS DEBUGFS "/dma-api/dump"

/* A call that has more than this is caught in a circle. */
#define MOST_ROUNDS 5000

#define SECONDS_PER_CALL 1200

/* What the kernel defers is given this long to be done. */
#define PATIENCE_MS 3000

/* A check of the kernel's that turns itself off when it gets no memory. */
#define SPARED "add_dma_entry"
/* How far up a call is looked for: as far as the kernel can. */
#define DEPTH "32"

/* What can fail, and what a call has to answer then. */
static const struct kind {
	const char *name;
	const char * const *knobs;
	int error;
} kinds[] = {
	{ "allocation", (const char *[]){ "failslab", "fail_page_alloc", NULL },
	  ENOMEM },
	{ "copy", (const char *[]){ "fail_usercopy", NULL }, EFAULT },
};

static void set(const char *knob, const char *name, const char *value)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), DEBUGFS "/%s/%s", knob, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		fail(__FILE__, __LINE__, "%s: %s", path, strerrorname_np(errno));
	close(fd);
}

/* A range of addresses, as text. */
struct range {
	char start[32];
	char end[32];
};

/* Where a function of the kernel is; everywhere, if it has no name. */
static struct range find_function(const char *function)
{
	struct range range = { "0", "18446744073709551615" };
	unsigned long first = 0, next = ULONG_MAX, address;
	char line[512], name[256];
	FILE *file;

	if (!function)
		return range;
	file = fopen("/proc/kallsyms", "re");
	CHECK(file);
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "%lx %*c %255s", &address, name) == 2 &&
		    !strcmp(name, function))
			first = address;
	if (!first)
		fail(__FILE__, __LINE__, "the kernel has no %s()", function);
	rewind(file);
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "%lx", &address) == 1 && address > first &&
		    address < next)
			next = address;
	fclose(file);
	snprintf(range.start, sizeof(range.start), "%lu", first);
	snprintf(range.end, sizeof(range.end), "%lu", next);
	return range;
}

static void turn_on(const struct kind *kind, const char *within)
{
	struct range spared = find_function(SPARED);
	struct range wanted = find_function(within);

	for (int i = 0; kind->knobs[i]; i++) {
		set(kind->knobs[i], "stacktrace-depth", DEPTH);
		set(kind->knobs[i], "require-start", wanted.start);
		set(kind->knobs[i], "require-end", wanted.end);
		set(kind->knobs[i], "reject-start", spared.start);
		set(kind->knobs[i], "reject-end", spared.end);
		set(kind->knobs[i], "verbose", "0");
	}
}

/* Off is a knob whose calls, which are not looked at, have to come from 1 up. */
static void turn_off(const struct kind *kind)
{
	for (int i = 0; kind->knobs[i]; i++) {
		set(kind->knobs[i], "stacktrace-depth", "0");
		set(kind->knobs[i], "require-start", "1");
	}
}

/* Only one kind of failure, and all of that kind. */
static void choose(const struct kind *chosen, const char *within)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		turn_off(&kinds[i]);
	turn_on(chosen, within);
	set("failslab", "ignore-gfp-wait", "N");
	set("fail_page_alloc", "ignore-gfp-wait", "N");
	set("fail_page_alloc", "ignore-gfp-highmem", "N");
	set("fail_page_alloc", "min-order", "0");
}

static void arm(int nth, int n)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%d", n);

	CHECK_EQUAL(write(nth, text, (size_t)len), len);
}

/* Did something fail? If not, reading or resetting may be what fails. */
static bool disarm(int nth)
{
	char text[16] = "";
	ssize_t len = pread(nth, text, sizeof(text) - 1, 0);

	while (write(nth, "0", 1) < 0)
		;
	return len > 0 && !atoi(text);
}

/*
 * Bytes that our code has allocated and not freed, by the kernel's own count
 * for each place that allocates; and tells which places.
 */
static long long allocated(bool tell)
{
	FILE *file = fopen(ALLOCINFO, "re");
	long long bytes, sum = 0;
	char line[512];

	CHECK(file);
	while (fgets(line, sizeof(line), file)) {
		if (!strstr(line, "[dmabuf_heaps") &&
		    !strstr(line, "/dmabuf-heaps/"))
			continue;
		bytes = atoll(line);
		sum += bytes;
		if (tell && bytes)
			printf("# %s", line);
	}
	fclose(file);
	return sum;
}

/* How many pieces of memory are mapped for importers, by the DMA API's books. */
static unsigned int mapped(void)
{
	FILE *file = fopen(MAPPINGS, "re");
	unsigned int n = 0;
	char line[512];

	CHECK(file);
	while (fgets(line, sizeof(line), file))
		n += strstr(line, "dmabuf_heaps_importer") ||
		     strstr(line, "vgem");
	fclose(file);
	return n;
}

/* Pages that the heap's region has left, 0 if it has none of its own. */
static long available(const struct heap *heap)
{
	char path[512], region[64] = "";
	FILE *file;

	if (!heap || !has_region(heap))
		return 0;
	snprintf(path, sizeof(path), CLASS "/%s/region", heap->name);
	file = fopen(path, "re");
	CHECK(file);
	CHECK_EQUAL(fscanf(file, "%63s", region), 1);
	fclose(file);
	snprintf(path, sizeof(path), "/sys/kernel/mm/cma/%s/available_pages",
		 region);
	return (long)file_number(path);
}

struct kept {
	unsigned int fds;
	int lowest;
	long pages;
};

/* One that is set aside is in no list, but it has its number. */
static int lowest_free_fd(void)
{
	int fd = dup(0);

	CHECK(fd >= 0);
	close(fd);
	return fd;
}

static struct kept kept_now(const struct heap *heap)
{
	return (struct kept){
		.fds = count_fds(),
		.lowest = lowest_free_fd(),
		.pages = available(heap),
	};
}

static void check_kept(const struct heap *heap, const struct kept *before,
		       int n)
{
	struct kept now = kept_now(heap);

	for (int ms = 0; ms < PATIENCE_MS && now.pages < before->pages;
	     ms += 10) {
		usleep(10000);
		now = kept_now(heap);
	}
	if (now.fds != before->fds)
		fail(__FILE__, __LINE__, "round %d: %u descriptors, not %u", n,
		     now.fds, before->fds);
	if (now.lowest != before->lowest)
		fail(__FILE__, __LINE__, "round %d: descriptor %d is set aside",
		     n, before->lowest);
	if (now.pages < before->pages)
		fail(__FILE__, __LINE__, "round %d: the region lost %ld pages",
		     n, before->pages - now.pages);
}

static void check_allocated(long long before)
{
	long long now = allocated(false);

	for (int ms = 0; ms < PATIENCE_MS && now > before; ms += 100) {
		usleep(100000);
		now = allocated(false);
	}
	if (now <= before)
		return;
	allocated(true);
	fail(__FILE__, __LINE__, "%lld bytes were not freed", now - before);
}

static void clear(struct scene *scene, const struct heap *heap)
{
	*scene = (struct scene){
		.heap = heap, .buf = -1, .other = -1, .importer = -1,
	};
}

/* One round: false when there was nothing left that could fail. */
static bool fail_nth(int nth, int n, const struct heap *heap,
		     const struct faulty *faulty, const struct kind *kind)
{
	struct scene scene;
	int ret, error;
	bool failed;

	clear(&scene, heap);
	faulty->prepare(&scene);
	arm(nth, n);
	ret = faulty->call(&scene);
	error = errno;
	failed = disarm(nth);
	faulty->tidy(&scene);
	if (ret && !failed)
		fail(__FILE__, __LINE__, "round %d: %s, and nothing failed", n,
		     strerrorname_np(error));
	if (ret && error != kind->error)
		fail(__FILE__, __LINE__, "%s %d: %s, not %s", kind->name, n,
		     strerrorname_np(error), strerrorname_np(kind->error));
	return failed;
}

static void works(const struct heap *heap, const struct faulty *faulty,
		  const struct kind *kind, int n)
{
	struct scene scene;

	clear(&scene, heap);
	faulty->prepare(&scene);
	if (faulty->call(&scene))
		fail(__FILE__, __LINE__, "after %s %d the call fails: %s",
		     kind->name, n, strerrorname_np(errno));
	faulty->tidy(&scene);
}

void fail_each(const struct heap *heap, const struct faulty *faulty)
{
	int nth = open(NTH, O_RDWR | O_CLOEXEC);
	struct kept before;
	unsigned int pieces;
	long long bytes;

	if (nth < 0)
		skip("no " NTH ": not a debug kernel");
	alarm(SECONDS_PER_CALL);
	works(heap, faulty, &kinds[0], 0);
	bytes = allocated(false);
	pieces = mapped();
	before = kept_now(heap);
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		int n = 1;

		choose(&kinds[i], faulty->within);
		while (fail_nth(nth, n, heap, faulty, &kinds[i])) {
			check_kept(heap, &before, n);
			works(heap, faulty, &kinds[i], n);
			n++;
			CHECK(n < MOST_ROUNDS);
		}
		printf("# %s: %d rounds\n", kinds[i].name, n - 1);
	}
	close(nth);
	CHECK_EQUAL(mapped(), pieces);
	check_allocated(bytes);
}
