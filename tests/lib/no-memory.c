// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Each allocation of each call of the library fails once. The call returns -ENOMEM, or
 * does without and loses nothing. It leaves no memory and no descriptor behind.
 *
 * For a machine as ../cli/with-heaps makes it. Its nodes do not know LIST, which is
 * answered here.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <sys/ioctl.h>

#include <linux/dma-heap.h>

#include <dmaheap.h>

#include "failing.h"

/* More than the library has room for before it asks. */
#define N_LISTED 200

int ioctl(int fd, unsigned long request, ...)
{
	struct dma_heap_list_data *data;
	struct dma_heap_list_entry *entries;
	va_list args;

	va_start(args, request);
	data = va_arg(args, void *);
	va_end(args);
	if (request != DMA_HEAP_IOCTL_LIST) {
		errno = ENOTTY;
		return -1;
	}
	entries = (struct dma_heap_list_entry *)(uintptr_t)data->entries;
	for (uint32_t i = 0; i < data->nr_entries && i < N_LISTED; i++)
		entries[i] = (struct dma_heap_list_entry) { .inode = i };
	data->nr_entries = N_LISTED;
	return 0;
}

static size_t count_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	size_t count = 0;

	assert_non_null(dir);
	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

/* How often the test's function was called, of which none is to be left out. */
static size_t n_shown;

static void fail_each(int (*call)(void))
{
	const size_t descriptors = count_descriptors();
	const size_t live = failing_count_live();
	bool has_failed = true;
	size_t n_all;

	n_shown = 0;
	assert_int_equal(call(), 0);
	n_all = n_shown;
	for (size_t n = 1; has_failed; n++) {
		int ret;

		n_shown = 0;
		failing_begin(n);
		ret = call();
		has_failed = failing_end();
		if (!has_failed || ret != -ENOMEM) {
			assert_int_equal(ret, 0);
			assert_int_equal(n_shown, n_all);
		}
		assert_int_equal(failing_count_live(), live);
		assert_int_equal(count_descriptors(), descriptors);
		/* At least one was there to fail. */
		assert_true(has_failed || n > 1);
	}
}

static int call_open(void)
{
	struct dmaheap *heap;
	const int ret = dmaheap_open("camera", &heap);

	if (!ret)
		dmaheap_close(heap);
	return ret;
}

static void open_fails(void **state)
{
	fail_each(call_open);
}

static int open_chain(const char *const *names)
{
	struct dmaheap_chain *chain;
	const int ret = dmaheap_chain_open(names, 0, &chain);

	if (!ret)
		dmaheap_chain_close(chain);
	return ret;
}

static int call_chain_of_names(void)
{
	const char *const names[] = { "camera", "system", "hidden", NULL };

	return open_chain(names);
}

static int call_chain_of_all(void)
{
	return open_chain(NULL);
}

static void chain_open_fails(void **state)
{
	fail_each(call_chain_of_names);
	fail_each(call_chain_of_all);
}

static int show_info(const struct dmaheap_info *info, void *data)
{
	n_shown++;
	return 0;
}

static int call_foreach(void)
{
	return dmaheap_foreach(show_info, NULL);
}

static void foreach_fails(void **state)
{
	fail_each(call_foreach);
}

static int show_use(const struct dmaheap_use *use, void *data)
{
	n_shown++;
	return 0;
}

static int call_foreach_use(void)
{
	return dmaheap_foreach_use(show_use, NULL, NULL);
}

static void foreach_use_fails(void **state)
{
	fail_each(call_foreach_use);
}

static struct dmaheap *opened;

static int show_buffer(const struct dmaheap_buffer *buffer, void *data)
{
	n_shown++;
	return 0;
}

static int call_foreach_buffer(void)
{
	return dmaheap_foreach_buffer(opened, show_buffer, NULL);
}

static void foreach_buffer_fails(void **state)
{
	assert_int_equal(dmaheap_open("camera", &opened), 0);
	fail_each(call_foreach_buffer);
	dmaheap_close(opened);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(open_fails),
		cmocka_unit_test(chain_open_fails),
		cmocka_unit_test(foreach_fails),
		cmocka_unit_test(foreach_use_fails),
		cmocka_unit_test(foreach_buffer_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
