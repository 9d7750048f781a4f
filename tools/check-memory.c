// SPDX-License-Identifier: GPL-2.0
/* Is there memory for contiguous buffers? */

#include <inttypes.h>
#include <stdio.h>

#include "checks.h"
#include "size.h"

/* 3840 x 2160 pixels of four bytes. */
#define FRAME_4K UINT64_C(33177600)

/* What can be had at boot without being missed. */
static const char *good_size(const struct machine *machine)
{
	return machine->memory > UINT64_C(3) << 30 ? "256M" : "64M";
}

/* Writes how cma= is put on the kernel's command line; NULL if not known. */
static const char *put_on_command_line(const struct machine *machine,
				       char command[CHECK_TEXT])
{
	if (exists("/etc/default/grub"))
		snprintf(command, CHECK_TEXT,
			 "echo 'GRUB_CMDLINE_LINUX=\"$GRUB_CMDLINE_LINUX cma=%s\"' | sudo install -D -m 644 /dev/stdin /etc/default/grub.d/cma.cfg && sudo update-grub && sudo reboot",
			 good_size(machine));
	else if (exists("/boot/firmware/cmdline.txt"))
		snprintf(command, CHECK_TEXT,
			 "sudo sed -i '1s/$/ cma=%s/' /boot/firmware/cmdline.txt && sudo reboot",
			 good_size(machine));
	else
		return NULL;
	return command;
}

/* Writes how memory is set aside without CMA, now and at each start. */
static const char *set_aside(const struct machine *machine,
			     char command[CHECK_TEXT])
{
	snprintf(command, CHECK_TEXT,
		 "echo 'options dmabuf_heaps_contiguous reserve=%s' | sudo tee /etc/modprobe.d/dmabuf-heaps-reserve.conf && %s modprobe dmabuf_heaps_contiguous",
		 good_size(machine), machine->loaded[MODULE_CONTIGUOUS] ?
		 "sudo rmmod dmabuf_heaps_contiguous && sudo" : "sudo");
	return command;
}

static void find_why_no_cma(const struct machine *machine,
			    struct findings *findings)
{
	const char *other = "", *way;
	char command[CHECK_TEXT];

	way = put_on_command_line(machine, command);
	if (!way) {
		way = set_aside(machine, command);
		other = ", which the boot loader sets; or system-contiguous sets as much aside:";
	}
	if (has_line("/proc/cmdline", "cma="))
		found(findings, FINDING_MISSING, way,
		      "the kernel could not reserve what cma= on its command line asks for, or was asked for nothing: cma=%s can be had%s",
		      good_size(machine), other);
	else
		found(findings, FINDING_MISSING, way,
		      "no memory is reserved for contiguous buffers: the kernel needs cma=%s on its command line%s",
		      good_size(machine), other);
}

/* That the module is not loaded has been told. */
static void find_why_no_heap(struct findings *findings)
{
	if (exists("/sys/module/dmabuf_heaps_cma"))
		found(findings, FINDING_MISSING,
		      "sudo dmesg | grep -iE 'cma|dmabuf_heaps'",
		      "the kernel has reserved memory for contiguous buffers, but no heap lends it: its log says why");
}

/* The kernel has nothing to reserve it with. */
static void find_why_no_reserve(const struct machine *machine,
				struct findings *findings)
{
	char command[CHECK_TEXT];

	found(findings, FINDING_MISSING, set_aside(machine, command),
	      "no memory is set aside for contiguous buffers: this kernel has no CMA, and system-contiguous has to find it each time, which may fail");
}

/* Does the heap lend contiguous memory that was set aside? */
static bool has_region(const struct heap *heap)
{
	const struct attributes *attributes = &heap->attributes;

	return is_ours(heap) &&
	       attributes->figures[FIGURE_CPU_ACCESS].value &&
	       (attributes->region[0] ||
		attributes->figures[FIGURE_TOTAL].known);
}

static void tell_region(const struct heap *heap, char list[CHECK_TEXT])
{
	char text[128], size[SIZE_TEXT];

	if (heap->attributes.figures[FIGURE_TOTAL].known)
		snprintf(text, sizeof(text), "%s (%s)", heap->names[0],
			 format_size(heap->attributes.figures[FIGURE_TOTAL].value,
				     size));
	else
		snprintf(text, sizeof(text), "%s", heap->names[0]);
	add_to_list(list, text);
}

/* The size of the largest region; 0 if that of one is not known. */
static uint64_t list_regions(const struct machine *machine,
			     char list[CHECK_TEXT])
{
	bool all_known = true;
	uint64_t largest = 0;

	for (size_t i = 0; i < machine->heaps.count; i++) {
		const struct heap *heap = &machine->heaps.heaps[i];
		uint64_t total = heap->attributes.figures[FIGURE_TOTAL].value;

		if (!has_region(heap))
			continue;
		tell_region(heap, list);
		all_known &= heap->attributes.figures[FIGURE_TOTAL].known;
		if (largest < total)
			largest = total;
	}
	return all_known ? largest : 0;
}

void check_memory(const struct machine *machine, struct findings *findings)
{
	char regions[CHECK_TEXT] = "", size[SIZE_TEXT], command[CHECK_TEXT];
	uint64_t largest = list_regions(machine, regions);

	if (regions[0]) {
		found(findings, FINDING_OK, NULL,
		      "memory is reserved for contiguous buffers: %s", regions);
		if (largest && largest < FRAME_4K)
			found(findings, FINDING_NOTE,
			      machine->has_cma ?
			      put_on_command_line(machine, command) : NULL,
			      "no region has room for a 4K frame (31.6M): the largest has %s",
			      format_size(largest, size));
	} else if (machine->cma) {
		find_why_no_heap(findings);
	} else if (machine->has_cma) {
		find_why_no_cma(machine, findings);
	} else {
		find_why_no_reserve(machine, findings);
	}
}

static void check_limited(const struct heap *heap, struct findings *findings)
{
	uint64_t refused;

	refused = heap->attributes.figures[FIGURE_FAILURES_LIMIT].value;
	if (refused)
		found(findings, FINDING_NOTE, "sudo dmaheap top",
		      "%s has refused %" PRIu64 " request%s because of its limit (%s)",
		      heap->names[0], refused, refused == 1 ? "" : "s",
		      heap->attributes.limit);
}

/* The bytes of a region that nobody has, as far as is known. */
static uint64_t count_free(const struct attributes *attributes)
{
	uint64_t total = attributes->figures[FIGURE_TOTAL].value;
	uint64_t used = attributes->figures[FIGURE_USED].value;

	if (attributes->figures[FIGURE_FREE].known)
		return attributes->figures[FIGURE_FREE].value;
	return total > used ? total - used : 0;
}

static void check_full(const struct heap *heap, struct findings *findings)
{
	uint64_t total = heap->attributes.figures[FIGURE_TOTAL].value;
	uint64_t left = count_free(&heap->attributes), failed;
	char failed_text[SIZE_TEXT], left_text[SIZE_TEXT], total_text[SIZE_TEXT];
	char command[CHECK_TEXT];

	if (!heap->attributes.figures[FIGURE_TOTAL].known)
		return;
	format_size(left, left_text);
	format_size(total, total_text);
	failed = heap->attributes.figures[FIGURE_SMALLEST_FAILURE].value;
	if (left < total / 8) {
		found(findings, FINDING_NOTE, "sudo dmaheap top",
		      "%s is nearly used up: %s of %s are free",
		      heap->names[0], left_text, total_text);
	} else if (failed && failed <= left / 2) {
		snprintf(command, sizeof(command), "sudo dmaheap map %s",
			 heap->names[0]);
		found(findings, FINDING_NOTE, command,
		      "%s could not give %s at some time: of %s now %s are free, perhaps in pieces",
		      heap->names[0], format_size(failed, failed_text),
		      total_text, left_text);
	}
}

void check_refusals(const struct machine *machine, struct findings *findings)
{
	for (size_t i = 0; i < machine->heaps.count; i++) {
		const struct heap *heap = &machine->heaps.heaps[i];

		check_limited(heap, findings);
		check_full(heap, findings);
	}
}
