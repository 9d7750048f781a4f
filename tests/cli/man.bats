#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# The manual pages say what the command and the kernel have, no less and no more.
# DMAHEAP names the command.

bats_require_minimum_version 1.5.0

setup() {
	root=$BATS_TEST_DIRNAME/../..
	pages=$root/docs/man
	uapi=$root/kernel/include/uapi/linux/dma-heap.h
}

# Each word in a line of its own.
words() {
	tr -s ' \t\n' '\n' | sed '/^$/d'
}

# section NAME PAGE: what is between two headings.
section() {
	awk -v heading="# $1" '
		/^# / { inside = $0 == heading; next }
		inside' "$2"
}

# Text as it is meant by the source of a page.
plain() {
	sed '/^;/d; s/^## //; s/\\\*/STAR/g; s/\*//g; s/STAR/*/g; s/\\//g'
}

# All that the command tells of itself.
all_help() {
	"$DMAHEAP" help --table | cut -f 1 | uniq | while read -r command; do
		"$DMAHEAP" help "$command" | sed '1s/^Usage: //'
	done
}

@test "dmaheap(1) has all commands, options and columns, word by word as help" {
	diff <(section COMMANDS "$pages/dmaheap.1.scd" | sed '1,/^## /{/^## /!d}' |
		plain | words) <(all_help | words)
}

@test "dmaheap(1) has the members of JSON that there are" {
	local page=$pages/dmaheap.1.scd name
	for name in heaps buffers holders regions results findings; do
		section JSON "$page" | grep -qw "$name"
	done
	diff <(sed -n 's/.*\[COLUMN_.*{ "\([A-Z]*\)".*/\L\1/p' \
			"$root/tools/map-json.c" | sort) \
		<(section JSON "$page" | sed -n 's/^\*\([a-z*, ]*\)\*$/\1/p' |
			tr -d '*' | sed 's/, /\n/g' | sort)
}

structures() {
	awk '/^struct dma_heap_.* \{$/, /^};$/' "$1"
}

@test "dma_heap(4) has each ioctl with its structure, and no other" {
	diff <(sed -n 's/^#define \(DMA_HEAP_IOCTL_[A-Z_]*\).*/\1/p' "$uapi" |
			sort) \
		<(grep -oh 'DMA_HEAP_IOCTL_[A-Z_]*' "$pages/dma_heap.4.scd" |
			sort -u)
	# The members, in the order and with the types that they have.
	diff <(structures "$uapi") <(structures "$pages/dma_heap.4.scd")
}

# codes TEXT: those that a page tells of under a heading.
codes() {
	awk -v heading="## $1" '
		/^#/ { inside = $0 == heading }
		inside' "$pages/dma_heap.4.scd" | grep -E '^\*E[A-Z*, ]*\*$' |
		grep -oE 'E[A-Z]{3,}' | sort -u
}

# codes_of_document TEXT: the first cells of the tables under a heading.
codes_of_document() {
	awk -v heading="## $1" '
		/^## / { inside = $0 == heading }
		inside' "$root/docs/interface.md" |
		sed -n 's/^| \(`E[^|]*\)|.*/\1/p' | grep -oE 'E[A-Z]{3,}' | sort -u
}

@test "dma_heap(4) has the error codes of docs/interface.md" {
	diff <(codes_of_document Errors) <(codes DMA_HEAP_IOCTL_ALLOC)
	diff <(codes_of_document Views) <(codes DMA_HEAP_IOCTL_VIEW)
	diff <(codes_of_document Lists) <(codes DMA_HEAP_IOCTL_LIST)
	# One table for both; the second has all that the first one has.
	diff <(codes_of_document Queries) <(codes DMA_HEAP_IOCTL_QUERY_BUFFER)
}

@test "dma_heap(4) has each attribute of docs/ABI, and no other" {
	diff <(sed -n 's|^What:.*/sys/class/dmabuf_heap/<name>/\(.\)|\1|p' \
			"$root/docs/ABI/sysfs-class-dmabuf_heap" | sort) \
		<(section ATTRIBUTES "$pages/dma_heap.4.scd" |
			sed -n 's/^\*\([a-z_*, ]*\)\*.*/\1/p' | tr -d '*' |
			sed 's/, /\n/g' | sort)
}

@test "dma_heap(4) has each parameter of the modules, and no other" {
	diff <(grep -rhoE '^module_param(_array|_named)?\([a-z]+' \
			"$root/kernel/core" "$root/kernel/heaps" |
			sed 's/.*(//' | sort) \
		<(section 'MODULE PARAMETERS' "$pages/dma_heap.4.scd" |
			sed -n 's/^\*dmabuf_heaps[a-z_]*\.\([a-z]*\)\*.*/\1/p' |
			sort)
}

@test "dma_heap(4) has each trace event of docs/ABI, and no other" {
	diff <(sed -n 's|^What:.*/\(dma_heap_[a-z_]*\)$|\1|p' \
			"$root/docs/ABI/tracepoints-dmabuf_heaps" | sort) \
		<(section 'TRACE EVENTS' "$pages/dma_heap.4.scd" |
			sed -n 's/^\*\(dma_heap_[a-z_*, ]*\)\*$/\1/p' |
			tr -d '*' | sed 's/, /\n/g' | sort)
}

@test "both pages are shown without a complaint" {
	local page
	for page in dmaheap.1 dma_heap.4; do
		scdoc <"$pages/$page.scd" >"$BATS_TEST_TMPDIR/$page"
		MANWIDTH=80 run --separate-stderr man --warnings -l \
			"$BATS_TEST_TMPDIR/$page"
		[[ $status -eq 0 && ${#lines[@]} -gt 50 ]]
		# shellcheck disable=SC2154 # run sets it
		[[ -z $stderr ]]
	done
}
