// SPDX-License-Identifier: GPL-2.0
/*
 * mangle SEED DIRECTORY...: makes a few changes to about half of the files and links
 * below, none of which the kernel would make, and removes some. A seed makes the same
 * changes to the same files each time. What is called "self" is left alone, and so are
 * other file systems below.
 */
#include <errno.h>
#include <error.h>
#include <fcntl.h>
#include <fts.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_LEN 65536
#define MAX_EDITS 6
#define MAX_COPIES 4096

/* What readers look for, what they print, and what is too much. */
static const char *const pieces[] = {
	"\n", "\t", " ", ":", "-", "/", "(deleted)", "/dmabuf:", "\nname:\t",
	"\nexp_name:\t", "\nsize:\t", "\nino:\t", "\nUid:\t", "Name:\t", "-1",
	"99999999999999999999999", "18446744073709551615", "4294967296", "0x1p5",
	"1e9", "%s%n", "nan", "max", "100%", "\\", "\"", "<&>", "]]>",
	"\033[31m", "\033]0;title\007", "\r", "\b", "\302\2332J", "\302\205",
	"\342\200\256", "\342\200\250", "\342\201\246", "\303", "\377\376",
	"\355\240\200", "\364\220\200\200", "\360\237\246\221",
};

static const char *const targets[] = {
	"/dmabuf:", "/dmabuf:x", "/dmabuf", "/dmabuf:\033[31m", "/dev/null",
	"anon_inode:[eventfd]", "socket:[1]", "/", "..",
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* splitmix64 */
static uint64_t state;

static size_t draw(size_t end)
{
	uint64_t value = state += 0x9e3779b97f4a7c15;

	value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
	value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
	return (value ^ (value >> 31)) % end;
}

static char text[MAX_LEN];
static size_t len;

static void insert(size_t at, const char *piece, size_t piece_len)
{
	if (len + piece_len > sizeof(text))
		return;
	memmove(text + at + piece_len, text + at, len - at);
	memcpy(text + at, piece, piece_len);
	len += piece_len;
}

static void edit(void)
{
	static char many[MAX_COPIES];
	const char *piece = pieces[draw(COUNT(pieces))];
	size_t at = draw(len + 1);

	switch (draw(6)) {
	case 0:
		if (at < len)
			text[at] = (char)draw(256);
		break;
	case 1:
		len = at;
		break;
	case 2:
		memset(many, (int)draw(256), sizeof(many));
		insert(at, many, draw(sizeof(many)));
		break;
	case 3:
		insert(len, text, len / 2);
		break;
	default:
		insert(at, piece, strlen(piece));
	}
}

static void mangle_file(const char *path)
{
	int fd = open(path, O_RDWR | O_NOFOLLOW);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text));

	if (n < 0)
		error(EXIT_FAILURE, errno, "%s", path);
	len = (size_t)n;
	for (size_t i = draw(MAX_EDITS) + 1; i; i--)
		edit();
	if (ftruncate(fd, 0) || pwrite(fd, text, len, 0) != (ssize_t)len)
		error(EXIT_FAILURE, errno, "%s", path);
	close(fd);
}

static void mangle(const FTSENT *entry)
{
	const char *path = entry->fts_accpath;

	if (draw(2) || !strcmp(entry->fts_name, "self"))
		return;
	if (!draw(16)) {
		if (unlink(path) && errno != EBUSY)
			error(EXIT_FAILURE, errno, "%s", path);
	} else if (entry->fts_info == FTS_F) {
		mangle_file(path);
	} else {
		unlink(path);
		if (symlink(targets[draw(COUNT(targets))], path))
			error(EXIT_FAILURE, errno, "%s", path);
	}
}

static int compare_names(const FTSENT **left, const FTSENT **right)
{
	return strcmp((*left)->fts_name, (*right)->fts_name);
}

int main(int argc, char **argv)
{
	FTSENT *entry;
	FTS *tree;

	if (argc < 3)
		error(2, 0, "usage: mangle SEED DIRECTORY...");
	state = strtoull(argv[1], NULL, 10);
	tree = fts_open(argv + 2, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV,
			compare_names);
	if (!tree)
		error(EXIT_FAILURE, errno, "fts_open");
	while ((entry = fts_read(tree)))
		if (entry->fts_info == FTS_F || entry->fts_info == FTS_SL)
			mangle(entry);
	fts_close(tree);
	return EXIT_SUCCESS;
}
