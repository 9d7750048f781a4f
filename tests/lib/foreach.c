// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Finding heaps, in a /dev/dma_heap and a /sys/dev/char made of a table: the
 * functions that read them are defined here, in the C library's stead.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <dmaheap.h>

#define DIR_FD 50

struct node {
	const char *name;
	mode_t mode;
	unsigned int minor;	/* of major 240 */
	const char *subsystem;	/* where that link leads; NULL: no such link */
	int stat_error;
};

static struct {
	const struct node *nodes;	/* ends with one without a name */
	size_t next;
	int open_error;
	int read_error;			/* after the last node */
	bool open;
} dev;

static void set_dev(const struct node *nodes)
{
	memset(&dev, 0, sizeof(dev));
	dev.nodes = nodes;
}

DIR *opendir(const char *path)
{
	assert_string_equal(path, "/dev/dma_heap");
	if (dev.open_error) {
		errno = dev.open_error;
		return NULL;
	}
	dev.open = true;
	return (DIR *)&dev;
}

int closedir(DIR *dir)
{
	assert_ptr_equal(dir, &dev);
	assert_true(dev.open);
	dev.open = false;
	return 0;
}

int dirfd(DIR *dir)
{
	assert_ptr_equal(dir, &dev);
	return DIR_FD;
}

struct dirent *readdir(DIR *dir)
{
	static struct dirent entry;
	const struct node *node = &dev.nodes[dev.next];

	assert_ptr_equal(dir, &dev);
	if (!node->name) {
		if (dev.read_error)
			errno = dev.read_error;
		return NULL;
	}
	dev.next++;
	snprintf(entry.d_name, sizeof(entry.d_name), "%s", node->name);
	return &entry;
}

int fstatat(int fd, const char *restrict path, struct stat *restrict st,
	    int flags)
{
	const struct node *node = &dev.nodes[dev.next - 1];

	assert_int_equal(fd, DIR_FD);
	assert_string_equal(path, node->name);
	assert_int_equal(flags, 0);
	if (node->stat_error) {
		errno = node->stat_error;
		return -1;
	}
	memset(st, 0, sizeof(*st));
	st->st_mode = node->mode;
	st->st_rdev = makedev(240, node->minor);
	return 0;
}

ssize_t readlink(const char *restrict path, char *restrict target, size_t size)
{
	const struct node *node = &dev.nodes[dev.next - 1];
	char expected[64];

	snprintf(expected, sizeof(expected), "/sys/dev/char/240:%u/subsystem",
		 node->minor);
	assert_string_equal(path, expected);
	if (!node->subsystem) {
		errno = ENOENT;
		return -1;
	}
	assert_true(strlen(node->subsystem) <= size);
	/* No NUL, as readlink(2) has it; what follows must not be seen. */
	memset(target, 'x', size);
	memcpy(target, node->subsystem, strlen(node->subsystem));
	return strlen(node->subsystem);
}

static char seen[256];

/* Writes each heap down as "name:minor:provider ". */
static int note(const struct dmaheap_info *info, void *data)
{
	size_t len = strlen(seen);

	assert_ptr_equal(data, &dev);
	assert_false(dev.open);
	assert_int_equal(major(dmaheap_info_device(info)), 240);
	snprintf(seen + len, sizeof(seen) - len, "%s:%u:%d ",
		 dmaheap_info_name(info), minor(dmaheap_info_device(info)),
		 (int)dmaheap_info_provider(info));
	return 0;
}

static int stop_at_second(const struct dmaheap_info *info, void *data)
{
	size_t *count = data;

	return ++*count == 2 ? -ECANCELED : 0;
}

static int clear_seen(void **state)
{
	seen[0] = '\0';
	return 0;
}

static void shows_heaps_in_the_order_of_names(void **state)
{
	static const struct node nodes[] = {
		{ ".", S_IFDIR | 0755 },
		{ "..", S_IFDIR | 0755 },
		{ "system", S_IFCHR | 0600, 3, "../../../../class/dma_heap" },
		{ "linux,cma", S_IFCHR | 0660, 7,
		  "../../../../class/dmabuf_heap" },
		{ "default_cma_region", S_IFCHR | 0660, 7,
		  "../../../../class/dmabuf_heap" },
		{ 0 }
	};

	set_dev(nodes);
	assert_int_equal(dmaheap_foreach(note, &dev), 0);
	assert_string_equal(seen,
			    "default_cma_region:7:2 linux,cma:7:2 system:3:1 ");
}

static void provider_is_the_whole_class_name(void **state)
{
	static const struct node nodes[] = {
		{ "a", S_IFCHR, 1, "../../../../class/my_dma_heap" },
		{ "b", S_IFCHR, 2, "../../../../class/dma_heaps" },
		{ "c", S_IFCHR, 3, "dma_heap" },
		{ "d", S_IFCHR, 4, NULL },
		{ 0 }
	};

	set_dev(nodes);
	assert_int_equal(dmaheap_foreach(note, &dev), 0);
	assert_string_equal(seen, "a:1:0 b:2:0 c:3:1 d:4:0 ");
}

static void passes_over_what_is_no_heap(void **state)
{
	static const struct node nodes[] = {
		{ "file", S_IFREG | 0644 },
		{ "disk", S_IFBLK | 0600, 1 },
		{ "gone", .stat_error = ENOENT },
		{ "loop", .stat_error = ELOOP },
		{ "heap", S_IFCHR | 0600, 9, "../../../../class/dma_heap" },
		{ 0 }
	};

	set_dev(nodes);
	assert_int_equal(dmaheap_foreach(note, &dev), 0);
	assert_string_equal(seen, "heap:9:1 ");
}

static void no_folder_is_no_heaps(void **state)
{
	set_dev(NULL);
	dev.open_error = ENOENT;
	assert_int_equal(dmaheap_foreach(note, &dev), 0);
	assert_string_equal(seen, "");
}

static void empty_folder_is_no_heaps(void **state)
{
	static const struct node nodes[] = { { 0 } };

	set_dev(nodes);
	assert_int_equal(dmaheap_foreach(note, &dev), 0);
	assert_string_equal(seen, "");
	assert_false(dev.open);
}

static void reports_a_folder_that_is_closed_to_it(void **state)
{
	set_dev(NULL);
	dev.open_error = EACCES;
	assert_int_equal(dmaheap_foreach(note, &dev), -EACCES);
}

/* Half a list would pass for a whole one. */
static void shows_nothing_when_reading_fails(void **state)
{
	static const struct node nodes[] = {
		{ "heap", S_IFCHR | 0600, 9, "../../../../class/dma_heap" },
		{ 0 }
	};

	set_dev(nodes);
	dev.read_error = EIO;
	assert_int_equal(dmaheap_foreach(note, &dev), -EIO);
	assert_string_equal(seen, "");
	assert_false(dev.open);
}

static void ends_when_told(void **state)
{
	static const struct node nodes[] = {
		{ "a", S_IFCHR, 1 }, { "b", S_IFCHR, 2 }, { "c", S_IFCHR, 3 },
		{ 0 }
	};
	size_t count = 0;

	set_dev(nodes);
	assert_int_equal(dmaheap_foreach(stop_at_second, &count), -ECANCELED);
	assert_int_equal(count, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(shows_heaps_in_the_order_of_names,
				       clear_seen),
		cmocka_unit_test_setup(provider_is_the_whole_class_name,
				       clear_seen),
		cmocka_unit_test_setup(passes_over_what_is_no_heap, clear_seen),
		cmocka_unit_test_setup(no_folder_is_no_heaps, clear_seen),
		cmocka_unit_test_setup(empty_folder_is_no_heaps, clear_seen),
		cmocka_unit_test(reports_a_folder_that_is_closed_to_it),
		cmocka_unit_test_setup(shows_nothing_when_reading_fails,
				       clear_seen),
		cmocka_unit_test(ends_when_told),
	};

	return cmocka_run_group_tests_name("foreach", tests, NULL, NULL);
}
