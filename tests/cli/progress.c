// SPDX-License-Identifier: GPL-2.0
/* How far something is: who is told, when, and how it goes away. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include <poll.h>
#include <pty.h>
#include <string.h>
#include <unistd.h>

#include "progress.h"

/* Longer than a terminal takes to hand on what was written to it. */
#define QUIET_MS 200

/* What was written there up to now. */
static const char *written(int fd)
{
	struct pollfd more = { .fd = fd, .events = POLLIN };
	static char text[256];
	size_t size = 0;
	ssize_t n;

	while (poll(&more, 1, QUIET_MS) > 0) {
		n = read(fd, text + size, sizeof(text) - 1 - size);
		if (n <= 0)
			break;
		size += (size_t)n;
	}
	text[size] = '\0';
	return text;
}

/* Standard error becomes @fd; returns what it was. */
static int redirect(int fd)
{
	int before = dup(STDERR_FILENO);

	assert_true(before >= 0);
	assert_int_equal(dup2(fd, STDERR_FILENO), STDERR_FILENO);
	return before;
}

static void test_a_terminal_after_a_second(void **state)
{
	char seen[3][256];
	int master, slave, before;

	assert_int_equal(openpty(&master, &slave, NULL, NULL, NULL), 0);
	before = redirect(slave);
	show_progress("%d of 9", 1);
	strcpy(seen[0], written(master));
	usleep(1100000);
	show_progress("%d of 9", 2);
	/* Too soon after that. */
	show_progress("%d of 9", 3);
	strcpy(seen[1], written(master));
	end_progress();
	/* There is nothing any more to be taken away. */
	end_progress();
	fflush(stderr);
	strcpy(seen[2], written(master));
	dup2(before, STDERR_FILENO);

	assert_string_equal(seen[0], "");
	assert_string_equal(seen[1], "\r\033[K2 of 9");
	assert_string_equal(seen[2], "\r\033[K");
	close(before);
	close(master);
	close(slave);
}

static void test_nothing_into_a_pipe(void **state)
{
	int ends[2], before;
	char seen[256];

	assert_int_equal(pipe(ends), 0);
	before = redirect(ends[1]);
	for (int i = 0; i < 13; i++) {
		show_progress("%d of 13", i);
		usleep(100000);
	}
	end_progress();
	fflush(stderr);
	strcpy(seen, written(ends[0]));
	dup2(before, STDERR_FILENO);

	assert_string_equal(seen, "");
	close(before);
	close(ends[0]);
	close(ends[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_terminal_after_a_second),
		cmocka_unit_test(test_nothing_into_a_pipe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
