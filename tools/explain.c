// SPDX-License-Identifier: GPL-2.0
/* What an error of the library means to the person who meets it. */

#include <errno.h>
#include <grp.h>
#include <inttypes.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "access.h"
#include "attributes.h"
#include "command.h"
#include "explain.h"
#include "size.h"

static int stat_node(const char *heap, struct stat *st)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), DMAHEAP_DIR "/%s", heap);
	return stat(path, st);
}

static int print_name(const struct dmaheap_info *info, void *data)
{
	size_t *count = data;

	fprintf(stderr, "%s%s", (*count)++ ? ", " : "; there are: ",
		dmaheap_info_name(info));
	return 0;
}

static void explain_missing(const char *heap)
{
	size_t count = 0;

	fprintf(stderr, "dmaheap: there is no heap '%s'", heap);
	dmaheap_foreach(print_name, &count);
	fputs(count ? "\n" : ", and no other on this machine (nothing in "
		      DMAHEAP_DIR ")\n", stderr);
}

static void explain_forbidden(const char *heap, int error)
{
	const struct passwd *owner;
	const struct group *group;
	struct stat st;

	failure("you may not open heap '%s': %s", heap, strerror(-error));
	if (stat_node(heap, &st))
		return;

	owner = getpwuid(st.st_uid);
	group = getgrgid(st.st_gid);
	fprintf(stderr, DMAHEAP_DIR "/%s belongs to user %s and group %s, "
		"with mode %03o: ", heap, owner ? owner->pw_name : "?",
		group ? group->gr_name : "?", st.st_mode & 0777);
	if (mode_allows(heap))
		fputs("that allows it, but " IN_THE_WAY ".\n", stderr);
	else if (st.st_mode & S_IRGRP && st.st_gid)
		fputs("be in that group, or use sudo.\n", stderr);
	else
		fputs("use sudo, or let a udev rule give it a group.\n",
		      stderr);
}

void explain_none(void)
{
	fputs("dmaheap: there are no heaps on this machine (nothing in "
	      DMAHEAP_DIR ")\n", stderr);
}

void explain_open(const char *heap, int error)
{
	switch (error) {
	case -EINVAL:
		failure("'%s' can't be a heap's name; 'dmaheap list' shows the names",
			heap);
		break;
	case -ENOENT:
		explain_missing(heap);
		break;
	case -EACCES:
	case -EPERM:
		explain_forbidden(heap, error);
		break;
	default:
		failure("can't open heap '%s': %s", heap, strerror(-error));
		break;
	}
}

/* How the request compares with what the heap's region has, where known. */
static void explain_region(const char *heap, uint64_t size)
{
	char free_text[SIZE_TEXT], total_text[SIZE_TEXT];
	struct attributes attributes;
	uint64_t total, left;
	struct stat st;

	if (stat_node(heap, &st))
		return;
	read_attributes(st.st_rdev, &attributes);
	if (!attributes.figures[FIGURE_TOTAL].known ||
	    !attributes.figures[FIGURE_FREE].known)
		return;

	total = attributes.figures[FIGURE_TOTAL].value;
	left = attributes.figures[FIGURE_FREE].value;
	fprintf(stderr, "Its region '%s' has %s of %s free%s.\n",
		attributes.region, format_size(left, free_text),
		format_size(total, total_text),
		left >= size ? ", but perhaps not in one piece" : "");
}

/* The library refuses more than is available, as the kernel would not. */
static void explain_unlimited(const char *heap)
{
	struct attributes attributes = { 0 };
	struct dmaheap *handle;
	struct stat st;

	if (!stat_node(heap, &st))
		read_attributes(st.st_rdev, &attributes);
	/* Heaps of the modules have a limit, and a region is finite. */
	if (attributes.type[0] || dmaheap_open(heap, &handle))
		return;
	if (!dmaheap_contiguous(handle))
		fputs("It has no limit, so only available memory is asked of it.\n"
		      "Free memory, or allocate less (see dmaheap_alloc(3)).\n",
		      stderr);
	dmaheap_close(handle);
}

void explain_alloc(const char *heap, uint64_t size, int error)
{
	char text[SIZE_TEXT];

	failure("heap '%s' did not give %s (%" PRIu64 " bytes): %s", heap,
		format_size(size, text), size, strerror(-error));
	if (error == -ENOMEM) {
		explain_region(heap, size);
		explain_unlimited(heap);
	}
}
