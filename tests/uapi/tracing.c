// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "tracing.h"

static void write_to(const char *path, const char *text, int mode)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | mode);

	CHECK(fd >= 0);
	CHECK_EQUAL(write(fd, text, strlen(text)), (long long)strlen(text));
	close(fd);
}

void write_tracing(const char *path, const char *text)
{
	write_to(path, text, O_APPEND);
}

static void enable(const char *events, const char *value)
{
	char path[256];

	snprintf(path, sizeof(path), TRACING "events/%s/enable", events);
	write_to(path, value, 0);
}

void begin_tracing(const char *events)
{
	write_to(TRACING "trace", "", O_TRUNC);
	enable(events, "1");
}

FILE *end_tracing(const char *events)
{
	FILE *trace;

	enable(events, "0");
	trace = fopen(TRACING "trace", "re");
	CHECK(trace);
	return trace;
}

const char *next_event(FILE *trace, char line[MOST_EVENT])
{
	char *event;

	do {
		if (!fgets(line, MOST_EVENT, trace))
			return NULL;
	} while (line[0] == '#');
	line[strcspn(line, "\n")] = '\0';
	/* "COMMAND-PID [CPU] FLAGS TIME: EVENT: FIELDS" */
	event = strstr(line, ": ");
	CHECK(event);
	return event + 2;
}

void check_next_event(FILE *trace, const char *expected)
{
	char line[MOST_EVENT];
	const char *event = next_event(trace, line);

	if (!event || strcmp(event, expected))
		fail(__FILE__, __LINE__, "%s is traced, not %s",
		     event ? event : "nothing", expected);
}
