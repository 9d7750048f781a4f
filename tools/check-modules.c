// SPDX-License-Identifier: GPL-2.0
/* Are the modules and heaps there, and if not, what was in the way? */

#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "checks.h"

#define DKMS "/var/lib/dkms"

void add_to_list(char list[CHECK_TEXT], const char *word)
{
	size_t length = strlen(list);

	snprintf(list + length, CHECK_TEXT - length, "%s%s",
		 length ? ", " : "", word);
}

/* What was unpacked where DKMS takes it from: the version, or false. */
static bool find_package(char *version, size_t size)
{
	static const char prefix[] = "/usr/src/dmabuf-heaps-";
	glob_t found;
	bool is_there;

	is_there = !glob("/usr/src/dmabuf-heaps-[0-9]*", 0, NULL, &found);
	if (is_there)
		snprintf(version, size, "%s",
			 found.gl_pathv[found.gl_pathc - 1] + strlen(prefix));
	globfree(&found);
	return is_there;
}

/* DKMS keeps this if a build fails, of whichever kernel it was. */
static bool has_failed_to_build(const char *version, const char *release,
				char *path, size_t size)
{
	char kernel[128];

	snprintf(path, size, DKMS "/dmabuf-heaps/%s/build/make.log",
		 version);
	snprintf(kernel, sizeof(kernel), "for kernel %s ", release);
	return has_line(path, kernel);
}

/* Packages are built on amd64 only; what the kernel's headers can do, anywhere. */
static void tell_how_to_install(const struct utsname *kernel,
				struct findings *findings)
{
	const char *release = kernel->release;
	char command[CHECK_TEXT];

	if (!strcmp(kernel->machine, "x86_64"))
		snprintf(command, sizeof(command),
			 "make deb && sudo apt install linux-headers-%s ./build/deb/dmabuf-heaps-dkms_*.deb",
			 release);
	else
		snprintf(command, sizeof(command),
			 "sudo apt install linux-headers-%s gcc make && sudo make -C /lib/modules/%s/build M=$PWD/kernel modules modules_install && sudo depmod",
			 release, release);
	found(findings, FINDING_MISSING, command,
	      "the modules of dmabuf-heaps are not installed: this builds and installs them, in the folder of its sources");
}

static void find_why_not_built(const struct utsname *kernel,
			       struct findings *findings)
{
	char version[64], command[CHECK_TEXT], log[256];
	const char *release = kernel->release;

	if (!exists("/lib/modules/%s/modules.dep", release)) {
		found(findings, FINDING_MISSING, "sudo reboot",
		      "the modules of the running kernel %s are gone, as after an upgrade: a newer one has to be started",
		      release);
	} else if (!find_package(version, sizeof(version))) {
		tell_how_to_install(kernel, findings);
	} else if (!exists("/lib/modules/%s/build/Makefile", release)) {
		snprintf(command, sizeof(command),
			 "sudo apt install linux-headers-%s", release);
		found(findings, FINDING_MISSING, command,
		      "dmabuf-heaps is installed, but not the headers of kernel %s that its modules are built with",
		      release);
	} else if (has_failed_to_build(version, release, log,
				       sizeof(log))) {
		snprintf(command, sizeof(command), "less %s", log);
		found(findings, FINDING_MISSING, command,
		      "the modules could not be built for kernel %s: the log says why",
		      release);
	} else {
		snprintf(command, sizeof(command),
			 "sudo dkms install dmabuf-heaps/%s -k %s", version,
			 release);
		found(findings, FINDING_MISSING, command,
		      "dmabuf-heaps is installed, but its modules were not built for kernel %s",
		      release);
	}
}

/*
 * Does the kernel refuse modules whose signature it does not know, and not know
 * that of DKMS?
 */
static bool is_locked(void)
{
	bool enforced;

	enforced = has_line("/sys/module/module/parameters/sig_enforce", "Y") ||
		   has_line("/sys/kernel/security/lockdown", "[integrity]") ||
		   has_line("/sys/kernel/security/lockdown",
			    "[confidentiality]");
	return enforced && !has_line("/proc/keys", "DKMS");
}

/* Not everybody sees the keys: so it is tried first. */
static void find_why_not_loaded(const char *modules, struct findings *findings)
{
	char command[CHECK_TEXT + 128];

	if (is_locked()) {
		snprintf(command, sizeof(command),
			 "sudo modprobe -a%s || { sudo apt install mokutil && sudo mokutil --import %s/mok.pub && sudo reboot; }",
			 modules, DKMS);
		found(findings, FINDING_MISSING, command,
		      "the modules are not loaded: with secure boot the kernel takes only those whose key the firmware knows (mokutil asks for a new password; at the next start choose \"Enroll MOK\" and type it again)");
		return;
	}
	snprintf(command, sizeof(command), "sudo modprobe -a%s", modules);
	found(findings, FINDING_MISSING, command, "the modules are not loaded");
}

static void tell_left(const struct machine *machine, const char *modules,
		      struct findings *findings)
{
	const bool is_missed = machine->cma && !machine->loaded[MODULE_CMA];
	char command[CHECK_TEXT + 32];

	snprintf(command, sizeof(command), "sudo modprobe -a%s", modules);
	found(findings, is_missed ? FINDING_MISSING : FINDING_NOTE, command,
	      "it has not loaded%s%s", modules, is_missed ?
	      ", though it has memory reserved for contiguous buffers" : "");
}

bool check_modules(const struct machine *machine, struct findings *findings)
{
	char loaded[CHECK_TEXT] = "", left[CHECK_TEXT] = "", *end = left;

	for (size_t i = 0; i < N_MODULES; i++) {
		if (machine->loaded[i])
			add_to_list(loaded, module_names[i]);
		else if (machine->built[i])
			end += sprintf(end, " %s", module_names[i]);
	}

	if (machine->loaded[MODULE_CORE]) {
		found(findings, FINDING_OK, NULL, "kernel %s has loaded %s",
		      machine->kernel.release, loaded);
		if (left[0])
			tell_left(machine, left, findings);
	} else if (machine->built[MODULE_CORE]) {
		find_why_not_loaded(left, findings);
	} else {
		find_why_not_built(&machine->kernel, findings);
	}
	return machine->loaded[MODULE_CORE];
}

bool check_heaps(const struct machine *machine, struct findings *findings)
{
	char ours[CHECK_TEXT] = "", theirs[CHECK_TEXT] = "";

	for (size_t i = 0; i < machine->heaps.count; i++) {
		const struct heap *heap = &machine->heaps.heaps[i];

		for (size_t j = 0; j < heap->n_names; j++)
			add_to_list(is_ours(heap) ? ours : theirs,
				    heap->names[j]);
	}
	if (theirs[0])
		found(findings, FINDING_OK, NULL, "heaps of the kernel itself: %s",
		      theirs);
	if (ours[0])
		found(findings, FINDING_OK, NULL, "heaps of dmabuf-heaps: %s",
		      ours);
	return ours[0];
}
