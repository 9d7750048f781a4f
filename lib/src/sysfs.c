// SPDX-License-Identifier: LGPL-2.1-or-later
/* What the kernel says of a device, by its number. */

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "dmaheap.h"
#include "internal.h"

bool dmaheap__device_link(dev_t device, const char *link,
			  char last[NAME_MAX + 1])
{
	char path[sizeof("/sys/dev/char/4294967295:4294967295/subsystem")];
	char target[PATH_MAX];
	const char *slash;
	ssize_t len;

	snprintf(path, sizeof(path), "/sys/dev/char/%u:%u%s", major(device),
		 minor(device), link);
	len = readlink(path, target, sizeof(target) - 1);
	if (len < 0)
		return false;
	target[len] = '\0';
	slash = strrchr(target, '/');
	snprintf(last, NAME_MAX + 1, "%.*s", NAME_MAX,
		 slash ? slash + 1 : target);
	return true;
}

const char *dmaheap__own_name(const char *name, dev_t device,
			      char own[NAME_MAX + 1])
{
	if (!strcmp(name, DMAHEAP_UDMABUF))
		return name;
	return dmaheap__device_link(device, "", own) ? own : name;
}
