// SPDX-License-Identifier: GPL-2.0
/* How far something is that takes its time, for who waits at a terminal. */

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "progress.h"

/* To the first column, and nothing more in the line. */
#define CLEAR_LINE "\r\033[K"

/* Between two, so that it can be read. */
#define PAUSE 100

static bool is_shown;

static long milliseconds(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000L + time.tv_nsec / 1000000;
}

void show_progress(const char *format, ...)
{
	static long next;
	va_list args;

	if (!isatty(STDERR_FILENO))
		return;
	if (!next)
		next = milliseconds() + 1000;
	if (milliseconds() < next)
		return;

	fputs(CLEAR_LINE, stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fflush(stderr);
	is_shown = true;
	next = milliseconds() + PAUSE;
}

void end_progress(void)
{
	if (is_shown)
		fputs(CLEAR_LINE, stderr);
	is_shown = false;
}
