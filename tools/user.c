// SPDX-License-Identifier: GPL-2.0
/* Names of users. */

#include <errno.h>
#include <pwd.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user.h"

struct user {
	uid_t uid;
	char *name;
};

static void *users;		/* of tsearch(3) */

static int compare_users(const void *a, const void *b)
{
	const struct user *left = a, *right = b;

	return (left->uid > right->uid) - (left->uid < right->uid);
}

static char *look_up(uid_t uid)
{
	const struct passwd *entry;
	char *name;

	errno = 0;
	entry = getpwuid(uid);
	if (entry)
		return strdup(entry->pw_name);
	if (errno == ENOMEM)
		return NULL;
	return asprintf(&name, "%u", uid) < 0 ? NULL : name;
}

const char *user_name(uid_t uid)
{
	const struct user key = { .uid = uid };
	struct user *new, **found;

	found = tfind(&key, &users, compare_users);
	if (found)
		return (*found)->name;
	new = malloc(sizeof(*new));
	if (!new)
		return NULL;
	new->uid = uid;
	new->name = look_up(uid);
	if (new->name && tsearch(new, &users, compare_users))
		return new->name;
	free(new->name);
	free(new);
	return NULL;
}
