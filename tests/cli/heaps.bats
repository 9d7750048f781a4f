#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# What the command says about heaps that are there, on a machine dressed up by
# with-heaps. DMAHEAP names the command to test.

# stderr is set by run:
# shellcheck disable=SC2154

bats_require_minimum_version 1.5.0

setup() {
	with_heaps=$BATS_TEST_DIRNAME/with-heaps
	run "$with_heaps" true
	if [[ $status -eq 77 ]]; then
		skip "no such namespace can be made here"
	fi
}

# expect STATUS STDOUT STDERR ARGUMENT...: the exact result of one call
expect() {
	local wanted_status=$1 wanted_output=$2 wanted_stderr=$3
	shift 3
	run --separate-stderr -- "$with_heaps" "$DMAHEAP" "$@"
	if [[ $status -ne $wanted_status || $output != "$wanted_output" ||
	      $stderr != "$wanted_stderr" ]]; then
		printf 'status: %s\nstdout: %s\nstderr: %s\n' \
			"$status" "$output" "$stderr"
		return 1
	fi
}

@test "list: a table for people" {
	expect 0 "\
NAME   PROVIDER     TYPE REGION          SIZE  FREE ACCESS
camera dmabuf-heaps cma  camera@58000000  64M 12.5M yes
hidden                   elsewhere                  yes
system kernel                                       yes" "" list
}

@test "list --bytes --noheadings -o: columns for scripts" {
	expect 0 "\
67108864 13107200 camera
                  hidden
                  system" "" list --bytes --noheadings -o SIZE,free,Name
}

@test "list --json: the same in JSON, with numbers, true and null" {
	run --separate-stderr -- "$with_heaps" "$DMAHEAP" list --json
	[[ $status -eq 0 && -z $stderr ]]
	[[ $(tr -d ' \n' <<<"$output") == '{"heaps":['\
'{"name":"camera","provider":"dmabuf-heaps","type":"cma",'\
'"region":"camera@58000000","size":67108864,"free":13107200,"access":true},'\
'{"name":"hidden","provider":null,"type":null,'\
'"region":"elsewhere","size":null,"free":null,"access":true},'\
'{"name":"system","provider":"kernel","type":null,'\
'"region":null,"size":null,"free":null,"access":true}]}' ]]
}

@test "alloc: a heap that is not there: which ones are" {
	expect 1 "" \
		"dmaheap: there is no heap 'reserved'; there are: camera, hidden, system" \
		alloc reserved 4K
}

@test "alloc: what a heap answers is told with heap, size and reason" {
	expect 1 "" \
		"dmaheap: heap 'camera' did not give 31.6M (33177600 bytes): Inappropriate ioctl for device" \
		alloc camera 33177600
}
