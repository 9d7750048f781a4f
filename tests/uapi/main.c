// SPDX-License-Identifier: GPL-2.0
/* Runs the tests of a program, each in a process of its own. */
#include <dirent.h>
#include <fnmatch.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

/* Exit status of a test that can't be made. */
#define SKIPPED 4

/* A test that takes longer hangs. */
#define SECONDS_PER_TEST 300

static struct test *tests;
static unsigned int nr_run, nr_failed, nr_skipped;

void register_test(struct test *test)
{
	struct test **last = &tests;

	while (*last)
		last = &(*last)->next;
	*last = test;
}

void skip(const char *format, ...)
{
	va_list args;

	printf("# skipped: ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	fflush(stdout);
	_exit(SKIPPED);
}

static void run_in_child(const struct test *test, const char *name)
{
	struct heap heap = { .name = name, .fd = -1 };

	alarm(SECONDS_PER_TEST);
	if (name)
		heap.fd = open_heap(name);
	test->run(&heap);
	exit(0);
}

static void report(const char *heap, const struct test *test, int status)
{
	const bool skipped = WIFEXITED(status) && WEXITSTATUS(status) == SKIPPED;
	const bool ok = !status || skipped;

	if (WIFSIGNALED(status))
		printf("# ended by signal %d (%s)\n", WTERMSIG(status),
		       sigdescr_np(WTERMSIG(status)));
	nr_failed += !ok;
	nr_skipped += skipped;
	printf("%s %u %s%s%s%s\n", ok ? "ok" : "not ok", ++nr_run,
	       heap ?: "", heap ? ": " : "", test->name,
	       skipped ? " # SKIP" : "");
}

static void run_test(const struct test *test, const char *heap)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0) {
		perror("fork");
		exit(1);
	}
	if (!pid) {
		setpgid(0, 0);
		run_in_child(test, heap);
	}

	while (waitpid(pid, &status, 0) < 0)
		;
	/* What it has left behind, whoever's that is by now. */
	kill(-pid, SIGKILL);
	report(heap, test, status);
}

/* Takes a test out of the list. */
static void leave_out(const char *name)
{
	for (struct test **test = &tests; *test; test = &(*test)->next)
		if (!strcmp((*test)->name, name)) {
			*test = (*test)->next;
			return;
		}
	fprintf(stderr, "no test %s\n", name);
	exit(2);
}

static void select_tests(const char *pattern)
{
	bool found = false;

	for (struct test *test = tests; test; test = test->next) {
		if (fnmatch(pattern, test->name, 0))
			continue;
		test->is_selected = true;
		found = true;
	}
	if (!found) {
		fprintf(stderr, "no test matches %s: -l lists them\n", pattern);
		exit(2);
	}
}

static void leave_out_unselected(void)
{
	struct test **test = &tests;

	while (*test) {
		if ((*test)->is_selected)
			test = &(*test)->next;
		else
			*test = (*test)->next;
	}
}

static void list_tests(void)
{
	for (const struct test *test = tests; test; test = test->next)
		puts(test->name);
}

static void run_for(const char *heap)
{
	for (const struct test *test = tests; test; test = test->next)
		run_test(test, heap);
}

static int is_name(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/*
 * PROGRAM [-l] [-t PATTERN]... [-x TEST]... [-1 | HEAP...]: runs all tests, or those
 * that match a PATTERN, but TEST, for each heap (all of ours unless they are named)
 * or once, for none. With -l, lists their names.
 */
int main(int argc, char **argv)
{
	bool once = false, list = false, some = false;
	struct dirent **entries = NULL;
	int option, n = 0, nr_tests = 0;

	while ((option = getopt(argc, argv, "1lt:x:")) != -1) {
		switch (option) {
		case '1':
			once = true;
			break;
		case 'l':
			list = true;
			break;
		case 't':
			select_tests(optarg);
			some = true;
			break;
		case 'x':
			leave_out(optarg);
			break;
		default:
			return 2;
		}
	}
	if (some)
		leave_out_unselected();
	if (list) {
		list_tests();
		return 0;
	}
	if (optind == argc && !once)
		n = scandir(CLASS, &entries, is_name, alphasort);
	if (n < 0) {
		perror(CLASS);
		return 1;
	}

	for (const struct test *test = tests; test; test = test->next)
		nr_tests++;
	printf("KTAP version 1\n1..%d\n", nr_tests * (n + argc - optind + once));
	if (once)
		run_for(NULL);
	for (int i = 0; i < n; i++)
		run_for(entries[i]->d_name);
	for (int i = optind; i < argc; i++)
		run_for(argv[i]);

	printf("# %u passed, %u failed, %u skipped\n",
	       nr_run - nr_failed - nr_skipped, nr_failed, nr_skipped);
	return nr_failed || !nr_run;
}
