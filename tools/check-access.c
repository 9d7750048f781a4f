// SPDX-License-Identifier: GPL-2.0
/* Who may allocate, how much, and under which names. */

#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "access.h"
#include "checks.h"

#define PACKAGED_RULES "udev/rules.d/60-dmabuf-heaps.rules"
#define LOCAL_RULES "/etc/udev/rules.d/90-dmabuf-heaps-local.rules"
#define RELOAD "sudo udevadm control --reload"
#define TRIGGER "sudo udevadm trigger --settle --subsystem-match=dmabuf_heap"
#define SET_LIMIT "echo 70%% | sudo tee /sys/class/dmabuf_heap/%s/limit"

/* Those that the packaged rules have, as well. */
#define GROUP_RULE "SUBSYSTEM==\"dmabuf_heap\", ATTR{limit}!=\"max\", ATTR{cpu_access}==\"1\", GROUP=\"video\", MODE=\"0660\""
#define VIDBUF_RULE "SUBSYSTEM==\"dmabuf_heap\", KERNEL==\"default_cma_region\", SYMLINK+=\"dma_heap/vidbuf_cached\""
#define CMA_RULE "SUBSYSTEM==\"dmabuf_heap\", KERNEL==\"system-contiguous\", SYMLINK+=\"dma_heap/linux,cma\""

/* Has udev the rules of the package, so that it has only to apply them? */
static bool has_rules(void)
{
	return exists("/usr/lib/" PACKAGED_RULES) &&
	       !exists("/etc/" PACKAGED_RULES);
}

static const char *add_rule(const char *rule, char command[CHECK_TEXT])
{
	snprintf(command, CHECK_TEXT,
		 "echo '%s' | sudo tee -a " LOCAL_RULES " && " RELOAD " && " TRIGGER,
		 rule);
	return command;
}

static const char *apply_rule(const char *rule, char command[CHECK_TEXT])
{
	return has_rules() ? TRIGGER : add_rule(rule, command);
}

static bool find_node(const struct heap *heap, struct stat *node)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), DMAHEAP_DIR "/%s", heap->names[0]);
	return !stat(path, node);
}

/* Will it be when it logs in the next time? */
static bool is_member(const struct group *group, const struct passwd *user)
{
	if (user->pw_gid == group->gr_gid)
		return true;
	for (char **name = group->gr_mem; *name; name++) {
		if (!strcmp(*name, user->pw_name))
			return true;
	}
	return false;
}

static void find_why_not_in_group(gid_t gid, struct findings *findings)
{
	const struct passwd *user = getpwuid(getuid());
	const struct group *group = getgrgid(gid);
	char command[CHECK_TEXT];

	if (!user || !group) {
		found(findings, FINDING_MISSING, NULL,
		      "you may not open the heaps: they belong to group %u",
		      gid);
	} else if (is_member(group, user)) {
		snprintf(command, sizeof(command), "newgrp %s", group->gr_name);
		found(findings, FINDING_MISSING, command,
		      "you may not open the heaps yet: you are in the group %s, but have not logged in since; until then, for one terminal:",
		      group->gr_name);
	} else {
		snprintf(command, sizeof(command), "sudo usermod -aG %s %s",
			 group->gr_name, user->pw_name);
		found(findings, FINDING_MISSING, command,
		      "you may not open the heaps: be in the group %s, and log in again",
		      group->gr_name);
	}
}

static bool opens_to_group(const struct stat *node)
{
	return node->st_gid && node->st_mode & S_IRGRP;
}

static void find_why_forbidden(const struct heap *heap,
			       struct findings *findings)
{
	char command[CHECK_TEXT];
	struct stat node;

	if (!find_node(heap, &node))
		return;
	if (mode_allows(heap->names[0]))
		found(findings, FINDING_MISSING, NULL,
		      "you may not open the heaps, though their mode allows it: "
		      IN_THE_WAY);
	else if (!opens_to_group(&node))
		found(findings, FINDING_MISSING,
		      apply_rule(GROUP_RULE, command),
		      "you may not open the heaps: only root may, until a udev rule gives them a group");
	else
		find_why_not_in_group(node.st_gid, findings);
}

/* Root sees how it is for others. */
static void tell_access(const struct stat *node, struct findings *findings)
{
	const struct group *group = getgrgid(node->st_gid);
	char command[CHECK_TEXT];

	if (geteuid())
		found(findings, FINDING_OK, NULL, "you may allocate");
	else if (node->st_mode & S_IROTH)
		found(findings, FINDING_OK, NULL, "every user may allocate");
	else if (opens_to_group(node))
		found(findings, FINDING_OK, NULL,
		      "users in the group %s may allocate",
		      group ? group->gr_name : "of the nodes");
	else
		found(findings, FINDING_NOTE, apply_rule(GROUP_RULE, command),
		      "only root may allocate, until a udev rule gives the heaps a group");
}

static bool has_access_list(const struct heap *heap)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), DMAHEAP_DIR "/%s", heap->names[0]);
	return getxattr(path, "system.posix_acl_access", NULL, 0) > 0;
}

/*
 * Describe the users other than root who may open a node, or return NULL. With
 * an access list, the group bits of the mode are the list's mask.
 */
static const char *describe_users(const struct heap *heap,
				  const struct stat *node,
				  char users[CHECK_TEXT])
{
	const struct group *group;

	if (node->st_mode & S_IROTH)
		return "every user";
	if (!(node->st_mode & S_IRGRP))
		return NULL;
	if (has_access_list(heap))
		return "users in its access list";
	if (!node->st_gid)
		return NULL;
	group = getgrgid(node->st_gid);
	if (group)
		snprintf(users, CHECK_TEXT, "users in the group %s",
			 group->gr_name);
	else
		snprintf(users, CHECK_TEXT, "users in the group %u",
			 node->st_gid);
	return users;
}

/* Report a heap that users may open and that has no limit. */
static void check_limit(const struct heap *heap, const struct stat *node,
			struct findings *findings)
{
	char users[CHECK_TEXT], command[CHECK_TEXT];
	const char *who;

	if (strcmp(heap->attributes.limit, "max"))
		return;
	who = describe_users(heap, node, users);
	if (!who)
		return;
	/* A percentage needs a known total. */
	if (heap->attributes.region[0] &&
	    !heap->attributes.figures[FIGURE_TOTAL].known)
		snprintf(command, sizeof(command),
			 "sudo chmod go= " DMAHEAP_DIR "/%s", heap->names[0]);
	else
		snprintf(command, sizeof(command), SET_LIMIT, heap->names[0]);
	found(findings, FINDING_MISSING, command,
	      "%s may open %s, and it has no limit: one of them can take all of it",
	      who, heap->names[0]);
}

/* The packaged rules leave these to root. */
static bool is_for_root(const struct heap *heap)
{
	return !strcmp(heap->attributes.limit, "max") ||
	       !heap->attributes.figures[FIGURE_CPU_ACCESS].value;
}

static void find_why_for_root(const struct heap *heap,
			      struct findings *findings)
{
	char command[CHECK_TEXT];

	snprintf(command, sizeof(command), SET_LIMIT " && " TRIGGER,
		 heap->names[0]);
	found(findings, FINDING_MISSING, command,
	      "you may not open the heaps: none has a limit for each user, so they are root's alone");
}

bool check_access(const struct machine *machine, struct findings *findings)
{
	const struct heap *forbidden = NULL, *unlimited = NULL;
	struct stat node, allowed = { 0 };
	bool may = false;

	for (size_t i = 0; i < machine->heaps.count; i++) {
		const struct heap *heap = &machine->heaps.heaps[i];

		if (!is_ours(heap) || !find_node(heap, &node))
			continue;
		check_limit(heap, &node, findings);
		if (may_open(heap->names[0])) {
			if (!may)
				allowed = node;
			may = true;
		} else if (is_for_root(heap) &&
			   !mode_allows(heap->names[0])) {
			unlimited = heap;
		} else {
			forbidden = heap;
		}
	}
	if (may)
		tell_access(&allowed, findings);
	else if (forbidden)
		find_why_forbidden(forbidden, findings);
	else if (unlimited)
		find_why_for_root(unlimited, findings);
	return may;
}

/* The names that a program tries, and whether it is for small boards alone. */
static const struct program {
	const char *name;
	const char *heaps[4];
	bool arm;
} programs[] = {
	{ "libcamera", { "linux,cma", "reserved", "system" }, false },
	{ "Kodi", { "reserved", "linux,cma", "system" }, false },
	{ "rpicam-apps and picamera2", { "vidbuf_cached", "linux,cma" }, true },
	{ "libpisp", { "vidbuf_cached", "system" }, true },
	{ "Rockchip MPP", { "system", "system-uncached" }, true },
};

static bool finds_heap(const struct program *program)
{
	for (size_t i = 0; program->heaps[i]; i++) {
		if (may_open(program->heaps[i]))
			return true;
	}
	return false;
}

static bool is_arm(const struct machine *machine)
{
	return !strncmp(machine->kernel.machine, "arm", 3) ||
	       !strncmp(machine->kernel.machine, "aarch64", 7);
}

/* What gives a heap that is there a name that the program asks for, or NULL. */
static const char *find_name(const struct machine *machine,
			     const struct program *program,
			     char command[CHECK_TEXT])
{
	if (!strcmp(program->heaps[0], "vidbuf_cached") &&
	    find_heap(&machine->heaps, "default_cma_region"))
		return apply_rule(VIDBUF_RULE, command);
	if (find_heap(&machine->heaps, "system-contiguous"))
		return add_rule(CMA_RULE, command);
	return NULL;
}

/* A program with the names that it tries. */
static void add_program(char list[CHECK_TEXT], const struct program *program)
{
	char names[CHECK_TEXT] = "", text[CHECK_TEXT];

	for (size_t i = 0; program->heaps[i]; i++)
		add_to_list(names, program->heaps[i]);
	snprintf(text, sizeof(text), "%s (%.256s)", program->name, names);
	add_to_list(list, text);
}

void check_programs(const struct machine *machine, struct findings *findings)
{
	char served[CHECK_TEXT] = "", lost[CHECK_TEXT] = "";
	const struct program *first_lost = NULL;
	char command[CHECK_TEXT];

	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		const struct program *program = &programs[i];

		if (program->arm && !is_arm(machine))
			continue;
		if (finds_heap(program)) {
			add_to_list(served, program->name);
			continue;
		}
		add_program(lost, program);
		if (!first_lost)
			first_lost = program;
	}
	if (served[0])
		found(findings, FINDING_OK, NULL,
		      "programs find a heap by the names that they try: %s",
		      served);
	if (first_lost)
		found(findings, FINDING_MISSING,
		      find_name(machine, first_lost, command),
		      "programs find no heap that you may open by the names that they try: %s",
		      lost);
}
