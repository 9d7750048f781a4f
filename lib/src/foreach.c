// SPDX-License-Identifier: LGPL-2.1-or-later
/* Finding the heaps that are there. */

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "dmaheap.h"
#include "internal.h"

struct dmaheap_info {
	dev_t device;
	enum dmaheap_provider provider;
	char name[NAME_MAX + 1];
};

struct info_list {
	struct dmaheap_info *infos;
	size_t count;
};

/* The class of a heap's device tells its provider. */
static enum dmaheap_provider find_provider(dev_t device)
{
	char class[NAME_MAX + 1];

	if (!dmaheap__device_link(device, "/subsystem", class))
		return DMAHEAP_PROVIDER_UNKNOWN;
	if (!strcmp(class, "dmabuf_heap"))
		return DMAHEAP_PROVIDER_MODULES;
	if (!strcmp(class, "dma_heap"))
		return DMAHEAP_PROVIDER_KERNEL;
	return DMAHEAP_PROVIDER_UNKNOWN;
}

static int add_info(struct info_list *list, const char *name, dev_t device)
{
	struct dmaheap_info *infos, *info;

	infos = reallocarray(list->infos, list->count + 1, sizeof(*infos));
	if (!infos)
		return -ENOMEM;
	list->infos = infos;

	info = &infos[list->count++];
	info->device = device;
	info->provider = find_provider(device);
	snprintf(info->name, sizeof(info->name), "%s", name);
	return 0;
}

static int read_dir(DIR *dir, struct info_list *list)
{
	struct dirent *entry;
	struct stat st;
	int ret;

	while (errno = 0, (entry = readdir(dir))) {
		/* Links are followed: other names for a heap are made so. */
		if (fstatat(dirfd(dir), entry->d_name, &st, 0) ||
		    !S_ISCHR(st.st_mode))
			continue;
		ret = add_info(list, entry->d_name, st.st_rdev);
		if (ret)
			return ret;
	}
	return -errno;
}

static int compare_names(const void *a, const void *b)
{
	const struct dmaheap_info *left = a, *right = b;

	return strcmp(left->name, right->name);
}

int dmaheap_foreach(int (*fn)(const struct dmaheap_info *info, void *data),
		    void *data)
{
	struct info_list list = { 0 };
	DIR *dir;
	int ret;

	dir = opendir(DMAHEAP_DIR);
	if (!dir)
		return errno == ENOENT ? 0 : -errno;
	ret = read_dir(dir, &list);
	closedir(dir);

	if (!ret && list.count)
		qsort(list.infos, list.count, sizeof(*list.infos),
		      compare_names);
	for (size_t i = 0; !ret && i < list.count; i++)
		ret = fn(&list.infos[i], data);

	free(list.infos);
	return ret;
}

const char *dmaheap_info_name(const struct dmaheap_info *info)
{
	return info->name;
}

dev_t dmaheap_info_device(const struct dmaheap_info *info)
{
	return info->device;
}

enum dmaheap_provider dmaheap_info_provider(const struct dmaheap_info *info)
{
	return info->provider;
}
