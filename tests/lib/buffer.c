// SPDX-License-Identifier: LGPL-2.1-or-later
/* Using a buffer, as the kernel sees it. */

#include "script.h"

#include <errno.h>
#include <unistd.h>

/* Not every <linux/dma-buf.h> includes what it needs. */
#include <linux/ioctl.h>
#include <linux/dma-buf.h>

#include <dmaheap.h>

#define BUF 41

#define SYNC(bits, ...)							\
	{ .call = CALL_IOCTL, .fd = BUF, .request = DMA_BUF_IOCTL_SYNC,	\
	  .in = &(const struct dma_buf_sync) { .flags = (bits) },	\
	  .size = sizeof(struct dma_buf_sync), __VA_ARGS__ }

static void size_is_where_the_end_is(void **state)
{
	uint64_t size;

	SCRIPT({ .call = CALL_LSEEK, .fd = BUF, .whence = SEEK_END,
		 .answer = INT64_C(5) << 30 });
	assert_int_equal(dmaheap_size(BUF, &size), 0);
	assert_int_equal(size, UINT64_C(5) << 30);
	script_end();
}

static void reports_that_there_is_no_size(void **state)
{
	uint64_t size = 7;

	SCRIPT({ .call = CALL_LSEEK, .fd = BUF, .whence = SEEK_END,
		 .error = ESPIPE });
	assert_int_equal(dmaheap_size(BUF, &size), -ESPIPE);
	assert_int_equal(size, 7);
	script_end();
}

static void name_goes_to_the_kernel_as_it_is(void **state)
{
	static const char name[] = "a name of more than 31 bytes, far more";

	SCRIPT({ .call = CALL_IOCTL, .fd = BUF, .request = DMA_BUF_SET_NAME,
		 .pointer = name, .error = EINTR },
	       { .call = CALL_IOCTL, .fd = BUF, .request = DMA_BUF_SET_NAME,
		 .pointer = name, .error = EINVAL });
	assert_int_equal(dmaheap_set_name(BUF, name), -EINVAL);
	script_end();
}

static void brackets_say_what_the_access_is(void **state)
{
	SCRIPT(SYNC(DMA_BUF_SYNC_START | DMA_BUF_SYNC_READ),
	       SYNC(DMA_BUF_SYNC_END | DMA_BUF_SYNC_READ),
	       SYNC(DMA_BUF_SYNC_START | DMA_BUF_SYNC_WRITE),
	       SYNC(DMA_BUF_SYNC_END | DMA_BUF_SYNC_WRITE),
	       SYNC(DMA_BUF_SYNC_START | DMA_BUF_SYNC_RW),
	       SYNC(DMA_BUF_SYNC_END | DMA_BUF_SYNC_RW));
	assert_int_equal(dmaheap_begin(BUF, DMAHEAP_READ), 0);
	assert_int_equal(dmaheap_end(BUF, DMAHEAP_READ), 0);
	assert_int_equal(dmaheap_begin(BUF, DMAHEAP_WRITE), 0);
	assert_int_equal(dmaheap_end(BUF, DMAHEAP_WRITE), 0);
	assert_int_equal(dmaheap_begin(BUF, DMAHEAP_READ | DMAHEAP_WRITE), 0);
	assert_int_equal(dmaheap_end(BUF, DMAHEAP_READ | DMAHEAP_WRITE), 0);
	script_end();
}

static void brackets_are_tried_again(void **state)
{
	SCRIPT(SYNC(DMA_BUF_SYNC_START | DMA_BUF_SYNC_READ, .error = EINTR),
	       SYNC(DMA_BUF_SYNC_START | DMA_BUF_SYNC_READ, .error = EAGAIN),
	       SYNC(DMA_BUF_SYNC_START | DMA_BUF_SYNC_READ),
	       SYNC(DMA_BUF_SYNC_END | DMA_BUF_SYNC_READ, .error = EAGAIN),
	       SYNC(DMA_BUF_SYNC_END | DMA_BUF_SYNC_READ, .error = EINTR),
	       SYNC(DMA_BUF_SYNC_END | DMA_BUF_SYNC_READ));
	assert_int_equal(dmaheap_begin(BUF, DMAHEAP_READ), 0);
	assert_int_equal(dmaheap_end(BUF, DMAHEAP_READ), 0);
	script_end();
}

static void brackets_report_other_errors(void **state)
{
	SCRIPT(SYNC(DMA_BUF_SYNC_START | DMA_BUF_SYNC_WRITE, .error = EPERM),
	       SYNC(DMA_BUF_SYNC_END | DMA_BUF_SYNC_WRITE, .error = ENOTTY));
	assert_int_equal(dmaheap_begin(BUF, DMAHEAP_WRITE), -EPERM);
	assert_int_equal(dmaheap_end(BUF, DMAHEAP_WRITE), -ENOTTY);
	script_end();
}

/* The kernel's END bit, above all, must not come through as an access. */
static void brackets_take_nothing_but_access(void **state)
{
	static const unsigned int bad[] = {
		0, DMA_BUF_SYNC_END, DMA_BUF_SYNC_END | DMAHEAP_READ, 8, ~0u,
	};

	script_set(NULL, 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(dmaheap_begin(BUF, bad[i]), -EINVAL);
		assert_int_equal(dmaheap_end(BUF, bad[i]), -EINVAL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(size_is_where_the_end_is),
		cmocka_unit_test(reports_that_there_is_no_size),
		cmocka_unit_test(name_goes_to_the_kernel_as_it_is),
		cmocka_unit_test(brackets_say_what_the_access_is),
		cmocka_unit_test(brackets_are_tried_again),
		cmocka_unit_test(brackets_report_other_errors),
		cmocka_unit_test(brackets_take_nothing_but_access),
	};

	return cmocka_run_group_tests_name("buffer", tests, NULL, NULL);
}
