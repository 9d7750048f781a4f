#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# The command's usage, messages and exit codes, as far as they show on a machine
# without heaps. DMAHEAP names the command to test.

# stderr and stderr_lines are set by run:
# shellcheck disable=SC2154

bats_require_minimum_version 1.5.0

load terminal

setup() {
	if [[ -e /dev/dma_heap ]]; then
		skip "this machine has heaps"
	fi
}

# expect STATUS STDOUT STDERR ARGUMENT...: the exact result of one call
expect() {
	local wanted_status=$1 wanted_output=$2 wanted_stderr=$3
	shift 3
	run --separate-stderr -- "$DMAHEAP" "$@"
	if [[ $status -ne $wanted_status || $output != "$wanted_output" ||
	      $stderr != "$wanted_stderr" ]]; then
		printf 'status: %s\nstdout: %s\nstderr: %s\n' \
			"$status" "$output" "$stderr"
		return 1
	fi
}

@test "without a command: the usage on stderr, status 2" {
	run --separate-stderr -- "$DMAHEAP"
	[[ $status -eq 2 && -z $output ]]
	[[ ${stderr_lines[0]} == "Usage: dmaheap COMMAND [ARGUMENT...]" ]]
}

@test "help names every command, on stdout" {
	expect 0 "Usage: dmaheap COMMAND [ARGUMENT...]
       dmaheap --version

Commands:
  list    List the heaps of this machine
  info    Show all about a heap, and who has its buffers
  stats   Show the counters of heaps, for scripts and exporters
  top     Show who has how much, those who have most first
  map     Draw who has which part of a heap's region, for root
  alloc   Allocate a buffer, and hold it or hand it to a command
  bench   Measure how long heaps take on this machine
  doctor  Report what is missing on this machine, and how to fix it
  help    Show the commands, or what one of them does

'dmaheap help COMMAND' tells more about each." "" help
}

@test "--help is help" {
	run -- "$DMAHEAP" help
	expect 0 "$output" "" --help
}

@test "help COMMAND and COMMAND --help are the same" {
	local command
	for command in list info stats top map alloc bench doctor help; do
		run -- "$DMAHEAP" help "$command"
		[[ $status -eq 0 ]]
		[[ ${lines[0]} == "Usage: dmaheap $command "* ]]
		expect 0 "$output" "" "$command" --help
		# Wherever it is.
		expect 0 "$output" "" "$command" --frob 1 --help
	done
}

@test "--help behind -- is another command's" {
	expect 1 "" \
		"dmaheap: there is no heap 'reserved', and no other on this machine (nothing in /dev/dma_heap)" \
		alloc reserved 4K -- dmaheap --help
}

# Five fields, the second to the last of which may be nothing.
@test "help --table: all commands and options, for programs" {
	run --separate-stderr -- "$DMAHEAP" help --table
	[[ $status -eq 0 && -z $stderr ]]
	[[ -z $(awk -F '\t' 'NF != 5 || /\t\t/ || /\t$/' <<<"$output") ]]
	[[ $output == *$'list\t--output\t-o\tCOLUMNS\tNAME PROVIDER TYPE REGION SIZE FREE ACCESS\n'* ]]
	[[ $output == *$'top\t--noheadings\t-\t-\t-\n'* ]]
	[[ $output == *$'alloc\t-\t-\t[OPTION...] HEAP SIZE [-- COMMAND [ARGUMENT...]]\t-\nalloc\t--access\t-a\tMODE\tro wo rw\n'* ]]
	expect 2 "" "dmaheap help: it takes no argument: 'list'
Try 'dmaheap help help'." help --table list
}

# A letter that two options of a command had would be the first one's.
@test "no command has an option twice" {
	[[ -z $("$DMAHEAP" help --table | cut -f 1,2 | sort | uniq -d) ]]
	[[ -z $("$DMAHEAP" help --table | awk -F '\t' '$3 != "-" { print $1, $3 }' |
		sort | uniq -d) ]]
}

@test "help shows the options" {
	run -- "$DMAHEAP" help alloc
	[[ $output == *"  -a, --access=MODE "* ]]
	[[ $output == *"  -n, --name=NAME "* ]]
}

@test "help of an unknown command" {
	expect 2 "" "dmaheap: there is no command 'frob'
Try 'dmaheap help'." help frob
}

@test "help of two commands" {
	expect 2 "" "dmaheap help: one command at a time
Try 'dmaheap help help'." help list alloc
}

@test "--version" {
	run --separate-stderr -- "$DMAHEAP" --version
	[[ $status -eq 0 && $output =~ ^"dmaheap "[0-9]+\.[0-9]+\.[0-9]+$ ]]
}

@test "an unknown command" {
	expect 2 "" "dmaheap: there is no command 'frob'
Try 'dmaheap help'." frob
}

@test "an unknown option" {
	expect 2 "" "dmaheap list: unrecognized option '--frob'
Try 'dmaheap help list'." list --frob
	expect 2 "" "dmaheap alloc: invalid option -- 'x'
Try 'dmaheap help alloc'." alloc -x reserved 4K
}

@test "an option without its argument" {
	expect 2 "" "dmaheap list: option '--output' requires an argument
Try 'dmaheap help list'." list --output
}

@test "list: no heaps is no failure, and says so" {
	expect 0 "" \
		"dmaheap: there are no heaps on this machine (nothing in /dev/dma_heap)" \
		list
}

@test "list --json: an empty list is valid JSON" {
	run --separate-stderr -- "$DMAHEAP" list --json
	[[ $status -eq 0 ]]
	[[ $(tr -d ' \n' <<<"$output") == '{"heaps":[]}' ]]
}

@test "list: an unknown column" {
	expect 2 "" "dmaheap list: there is no column 'FROB'; there are: NAME, PROVIDER, TYPE, REGION, SIZE, FREE, ACCESS
Try 'dmaheap help list'." list -o FROB
}

@test "list: an empty column" {
	expect 2 "" "dmaheap list: there is no column ''; there are: NAME, PROVIDER, TYPE, REGION, SIZE, FREE, ACCESS
Try 'dmaheap help list'." list -o NAME,
}

@test "list: a column twice" {
	expect 2 "" "dmaheap list: column NAME was given twice
Try 'dmaheap help list'." list -o NAME,size,name
}

@test "list: all columns, in any case" {
	run -- "$DMAHEAP" list -o access,FREE,Size,region,TYPE,provider,name
	[[ $status -eq 0 ]]
}

@test "every command with columns tells of one that is not there" {
	local command table
	table=$("$DMAHEAP" help --table)
	while read -r command; do
		run --separate-stderr -- "$DMAHEAP" "$command" -o FROB
		[[ $status -eq 2 && -z $output ]]
		[[ ${stderr_lines[0]} == "dmaheap $command: there is no column 'FROB'; there are: "* ]]
		# All of them, as they are in the table.
		[[ ${stderr_lines[0]#*are: } == "$(awk -F '\t' -v name="$command" \
			'$1 == name && $4 == "COLUMNS" { gsub(" ", ", ", $5); print $5 }' \
			<<<"$table")" ]]
	done < <(awk -F '\t' '$4 == "COLUMNS" { print $1 }' <<<"$table")
}

@test "list: an argument" {
	expect 2 "" "dmaheap list: it takes no argument: 'reserved'
Try 'dmaheap help list'." list reserved
}

@test "alloc: nothing given" {
	expect 2 "" "dmaheap alloc: HEAP and SIZE are missing
Try 'dmaheap help alloc'." alloc
}

@test "alloc: no size" {
	expect 2 "" "dmaheap alloc: SIZE is missing
Try 'dmaheap help alloc'." alloc reserved
}

@test "alloc: sizes that are none" {
	local size
	for size in "" K 4KB 1.5M 0x1000 -- ; do
		expect 2 "" "dmaheap alloc: size '$size' is not a number of bytes, with K, M, G or T or without
Try 'dmaheap help alloc'." alloc reserved "$size"
	done
}

@test "alloc: size 0" {
	expect 2 "" "dmaheap alloc: a buffer has at least 1 byte
Try 'dmaheap help alloc'." alloc reserved 0K
}

@test "alloc: a size that is too large" {
	expect 2 "" "dmaheap alloc: size '99999999999T' is too large for any machine
Try 'dmaheap help alloc'." alloc reserved 99999999999T
}

@test "alloc: an access mode that is none" {
	expect 2 "" "dmaheap alloc: access 'rx' is none of ro, wo and rw
Try 'dmaheap help alloc'." alloc --access=rx reserved 4K
}

@test "alloc: a name that is too long" {
	local name=12345678901234567890123456789012
	expect 2 "" "dmaheap alloc: the name '$name' is longer than 31 bytes
Try 'dmaheap help alloc'." alloc --name=$name reserved 4K
}

@test "alloc: an option after HEAP" {
	expect 2 "" "dmaheap alloc: '--access=ro' is too much: options come before HEAP, a command after '--'
Try 'dmaheap help alloc'." alloc reserved 4K --access=ro
}

@test "alloc: no command after --" {
	expect 2 "" "dmaheap alloc: there is no command after '--'
Try 'dmaheap help alloc'." alloc reserved 4K --
}

@test "alloc: a heap that is not there, and none is" {
	expect 1 "" \
		"dmaheap: there is no heap 'reserved', and no other on this machine (nothing in /dev/dma_heap)" \
		alloc reserved 4K
}

@test "alloc: the command does not run without a buffer" {
	expect 1 "" \
		"dmaheap: there is no heap 'reserved', and no other on this machine (nothing in /dev/dma_heap)" \
		alloc reserved 4K -- echo ran
}

@test "alloc: a path for a name" {
	expect 1 "" \
		"dmaheap: '../null' can't be a heap's name; 'dmaheap list' shows the names" \
		alloc ../null 4K
}

@test "info: no heap" {
	expect 2 "" "dmaheap info: HEAP is missing
Try 'dmaheap help info'." info --json
}

@test "info: two heaps" {
	expect 2 "" "dmaheap info: one heap at a time, and options before it
Try 'dmaheap help info'." info system reserved
	expect 2 "" "dmaheap info: one heap at a time, and options before it
Try 'dmaheap help info'." info system --json
}

@test "info: a heap that is not there, and none is" {
	expect 1 "" \
		"dmaheap: there is no heap 'reserved', and no other on this machine (nothing in /dev/dma_heap)" \
		info reserved
}

@test "stats: no heaps is no failure, and says so" {
	expect 0 "" \
		"dmaheap: there are no heaps on this machine (nothing in /dev/dma_heap)" \
		stats
}

@test "stats, bench: an option after HEAP" {
	local command
	for command in stats bench; do
		expect 2 "" "dmaheap $command: options come before HEAP: '--json'
Try 'dmaheap help $command'." "$command" system --json
		expect 1 "" \
			"dmaheap: there is no heap '--json', and no other on this machine (nothing in /dev/dma_heap)" \
			"$command" -- --json
	done
}

@test "stats --json: an empty list is valid JSON" {
	run --separate-stderr -- "$DMAHEAP" stats --json
	[[ $status -eq 0 ]]
	[[ $(tr -d ' \n' <<<"$output") == '{"heaps":[]}' ]]
}

@test "top: an argument" {
	expect 2 "" "dmaheap top: it takes no argument: 'reserved'
Try 'dmaheap help top'." top reserved
}

@test "top: seconds and times that are none" {
	local number
	for number in "" 0 -1 +1 1s 0.5 1x 99999999999999999999; do
		expect 2 "" "dmaheap top: '$number' is not a number of seconds, 1 to 86400
Try 'dmaheap help top'." top --delay="$number"
		expect 2 "" "dmaheap top: '$number' is not a number of times, 1 or more
Try 'dmaheap help top'." top --count="$number"
	done
	expect 2 "" "dmaheap top: '86401' is not a number of seconds, 1 to 86400
Try 'dmaheap help top'." top -d 86401
}

# One is drawn after the other, from the corner of the screen, until a key.
@test "top at a terminal: again and again until q" {
	local corner=$'\e[H\e[J'

	# shellcheck disable=SC2016 # for the inner shell
	run bash -c \
		'(sleep 3; printf q) | script -qec "$DMAHEAP top -d 1" /dev/null'
	[[ $status -eq 0 ]]
	[[ $output == "$corner"*"$corner"* ]]
}

@test "top at a terminal: until a signal, and the terminal is as it was" {
	# shellcheck disable=SC2016 # for the inner shell
	run bash -c 'script -qec \
		"$DMAHEAP top & sleep 1; kill -TERM \$!; wait \$!; echo status \$?; stty -a" \
		/dev/null </dev/null'
	[[ $output == *"status 0"* && $output == *" icanon "* && $output == *" echo "* ]]
}

# shellcheck disable=SC2016 # for the shell
@test "top at a terminal: Ctrl-Z stops it, and the terminal is as it was" {
	local corner=$'\e[H\e[J' screen=$BATS_TEST_TMPDIR/screen

	touch "$screen"
	{
		shown "$corner" 1
		printf '\032'
		shown "$corner" 2
		printf q
	} | at_terminal '"$DMAHEAP" top -d 600
		echo "first status $?"; stty -a
		fg
		echo "last status $?"; stty -a'
	run cat "$screen"
	[[ $output == *"$corner"*"first status 148"*" icanon "*" echo "*"$corner"*"last status 0"*" icanon "*" echo "* ]]
}

# shellcheck disable=SC2016 # for the shell
@test "top at a terminal: what is stopped can be ended" {
	local corner=$'\e[H\e[J' screen=$BATS_TEST_TMPDIR/screen

	touch "$screen"
	{
		shown "$corner" 1
		printf '\032'
		shown "last status" 1
	} | at_terminal '"$DMAHEAP" top -d 600
		kill -TERM %1; kill -CONT %1
		wait %1
		echo "last status $?"; stty -a'
	run cat "$screen"
	[[ $output == *"last status 0"*" icanon "*" echo "* ]]
}

@test "map: no heap" {
	expect 2 "" "dmaheap map: HEAP is missing
Try 'dmaheap help map'." map --svg
}

@test "map: two heaps" {
	expect 2 "" "dmaheap map: one heap at a time, and options before it
Try 'dmaheap help map'." map reserved --svg
}

@test "map: a heap that is not there, and none is" {
	expect 1 "" \
		"dmaheap: there is no heap 'reserved', and no other on this machine (nothing in /dev/dma_heap)" \
		map reserved
}

@test "map: two kinds of picture" {
	expect 2 "" "dmaheap map: --json and --svg are one too many
Try 'dmaheap help map'." map --json --svg reserved
}

@test "bench: no heaps is no failure, and says so" {
	expect 0 "" \
		"dmaheap: there are no heaps on this machine (nothing in /dev/dma_heap)" \
		bench
}

@test "bench: a heap that is not there, and none is" {
	expect 1 "" \
		"dmaheap: there is no heap 'reserved', and no other on this machine (nothing in /dev/dma_heap)" \
		bench reserved
}

@test "bench: numbers of rounds that are none" {
	local number
	for number in "" 0 1 -2 +2 2x 1001 99999999999999999999; do
		expect 2 "" "dmaheap bench: '$number' is not a number of rounds, 2 to 1000
Try 'dmaheap help bench'." bench --rounds="$number"
	done
}

@test "bench: sizes that are none" {
	expect 2 "" "dmaheap bench: size '1.5M' is not a number of bytes, with K, M, G or T or without
Try 'dmaheap help bench'." bench -s 4K,1.5M
	expect 2 "" "dmaheap bench: size '' is not a number of bytes, with K, M, G or T or without
Try 'dmaheap help bench'." bench -s 4K,
	expect 2 "" "dmaheap bench: a buffer has at least 1 byte
Try 'dmaheap help bench'." bench -s 0
	expect 2 "" "dmaheap bench: 16 sizes at a time
Try 'dmaheap help bench'." bench -s 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17
}

@test "doctor: an argument" {
	expect 2 "" "dmaheap doctor: it takes no argument: 'reserved'
Try 'dmaheap help doctor'." doctor reserved
}

@test "a lost output is a failure" {
	# shellcheck disable=SC2016 # for the inner shell
	run --separate-stderr -- bash -c '"$DMAHEAP" help >/dev/full'
	[[ $status -eq 1 ]]
	[[ $stderr == "dmaheap: can't write the output: No space left on device" ]]
}
