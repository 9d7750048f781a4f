#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# What the command says about heaps that are there, on a machine dressed up by
# with-heaps. DMAHEAP names the command to test.

# stderr is set by run:
# shellcheck disable=SC2154

bats_require_minimum_version 1.5.0

load namespace

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

# run_without_devices ARGUMENT...: one call where camera is there for nobody, as
# where containers mount it, whatever its mode says.
run_without_devices() {
	# shellcheck disable=SC2016 # for the inner shell
	run --separate-stderr -- "$with_heaps" sh -c \
		'mount -o remount,bind,nosuid,noexec,nodev /dev/dma_heap/camera ||
			exit 77
		exec "$DMAHEAP" "$@"' sh "$@"
	[[ $status -ne 77 ]] || skip "nothing can be mounted without devices"
}

@test "list: a table for people" {
	expect 0 "\
NAME   PROVIDER     TYPE REGION          SIZE  FREE ACCESS
cam    dmabuf-heaps cma  camera@58000000  64M 14.5M yes
camera dmabuf-heaps cma  camera@58000000  64M 14.5M yes
hidden                   elsewhere                  yes
system kernel                                       yes" "" list
}

@test "list --bytes --noheadings -o: columns for scripts" {
	expect 0 "\
67108864 15204352 cam
67108864 15204352 camera
                  hidden
                  system" "" list --bytes --noheadings -o SIZE,free,Name
}

@test "list --json: the same in JSON, with numbers, true and null" {
	run --separate-stderr -- "$with_heaps" "$DMAHEAP" list --json
	[[ $status -eq 0 && -z $stderr ]]
	[[ $(tr -d ' \n' <<<"$output") == '{"heaps":['\
'{"name":"cam","provider":"dmabuf-heaps","type":"cma",'\
'"region":"camera@58000000","size":67108864,"free":15204352,"access":true},'\
'{"name":"camera","provider":"dmabuf-heaps","type":"cma",'\
'"region":"camera@58000000","size":67108864,"free":15204352,"access":true},'\
'{"name":"hidden","provider":null,"type":null,'\
'"region":"elsewhere","size":null,"free":null,"access":true},'\
'{"name":"system","provider":"kernel","type":null,'\
'"region":null,"size":null,"free":null,"access":true}]}' ]]
}

@test "list: a heap on a mount without devices can't be used" {
	run_without_devices list --noheadings -o NAME,ACCESS
	[[ $status -eq 0 && -z $stderr ]]
	[[ $output == "\
cam    yes
camera no
hidden yes
system yes" ]]
}

@test "alloc, bench: what is in the way if it is not the mode" {
	local arguments
	for arguments in "alloc camera 4K" "bench camera"; do
		# shellcheck disable=SC2086 # several words
		run_without_devices $arguments
		[[ $status -eq 1 && -z $output ]]
		[[ $stderr == "\
dmaheap: you may not open heap 'camera': Permission denied
/dev/dma_heap/camera belongs to user root and group root, with mode 666: \
that allows it, but a container or a security policy is in the way." ]]
	done
}

@test "alloc: a heap that is not there: which ones are" {
	expect 1 "" \
		"dmaheap: there is no heap 'reserved'; there are: cam, camera, hidden, system" \
		alloc reserved 4K
}

@test "alloc: what a heap answers is told with heap, size and reason" {
	expect 1 "" \
		"dmaheap: heap 'camera' did not give 31.6M (33177600 bytes): Inappropriate ioctl for device" \
		alloc camera 33177600
}

@test "stats: a heap once, by its own name, and what is not known empty" {
	expect 0 "\
NAME   LIMIT TOTAL  FREE USED PEAK BUFFERS ALLOCATIONS LARGEST_SUCCESS SMALLEST_FAILURE FAILURES_LIMIT FAILURES_MEMORY FAILURES_BUSY FAILURES_OTHER
camera 70%     64M 14.5M  48M  52M       6          17           31.6M              16M              2               1             3              0
hidden                                                                                                                               
system                                                                                                                               " \
		"" stats
}

@test "stats --bytes HEAP...: those that were named, in that order" {
	expect 0 "\
NAME   LIMIT    TOTAL     FREE     USED     PEAK BUFFERS ALLOCATIONS LARGEST_SUCCESS SMALLEST_FAILURE FAILURES_LIMIT FAILURES_MEMORY FAILURES_BUSY FAILURES_OTHER
system                                                                                                                                             
camera 70%   67108864 15204352 50331648 54525952       6          17        33177600         16777216              2               1             3              0" \
		"" stats --bytes system cam
}

@test "stats: a heap that is not there" {
	expect 1 "" \
		"dmaheap: there is no heap 'reserved'; there are: cam, camera, hidden, system" \
		stats camera reserved
}

@test "stats: what a pool keeps is free, and no more than what is not lent" {
	local pooled free
	while read -r pooled free; do
		# shellcheck disable=SC2016 # for the inner shell
		run -- "$with_heaps" sh -c \
			'echo "$1" >/sys/dev/char/1:5/pooled &&
			exec "$DMAHEAP" stats --noheadings --bytes -o FREE camera' \
			sh "$pooled"
		[[ $status -eq 0 && $output == "$free" ]]
	done <<-END
		0 13107200
		1048576 14155776
		3670016 16777216
		8388608 16777216
	END
}

camera_json='{"name":"camera","names":["camera","cam"],'\
'"provider":"dmabuf-heaps","type":"cma","region":"camera@58000000",'\
'"limit":"70%","total":67108864,"free":15204352,"used":50331648,'\
'"peak":54525952,"buffers":6,"allocations":17,"largest_success":33177600,'\
'"smallest_failure":16777216,"failures_limit":2,"failures_memory":1,"failures_busy":3,'\
'"failures_other":0,"pooled":2097152,"pool_hits":7,"pool_misses":2,"contiguous":true,"cpu_access":true}'

@test "stats --json: the names of the attributes; null, and never 0, for what is not known" {
	run --separate-stderr -- "$with_heaps" "$DMAHEAP" stats --json \
		camera hidden
	[[ $status -eq 0 && -z $stderr ]]
	[[ $(tr -d ' \n' <<<"$output") == "{\"heaps\":[$camera_json,"\
'{"name":"hidden","names":["hidden"],"provider":null,"type":null,'\
'"region":"elsewhere","limit":null,"total":null,"free":null,"used":null,'\
'"peak":null,"buffers":null,"allocations":null,"largest_success":null,'\
'"smallest_failure":null,"failures_limit":null,"failures_memory":null,"failures_busy":null,'\
'"failures_other":null,"pooled":null,"pool_hits":null,"pool_misses":null,"contiguous":null,"cpu_access":null}]}' ]]
}

@test "top: who has most comes first" {
	expect 0 "\
HEAP   HOLDER  PID USER COMMAND   BUFFERS SIZE
gpu    process  40 root viewer          1   8M
system process  20 root gstreamer       2   5M
system process  30 root viewer          1   4M" "" top
}

@test "top --json: the same in JSON, with sizes in bytes" {
	run --separate-stderr -- "$with_heaps" "$DMAHEAP" top --json
	[[ $status -eq 0 && -z $stderr ]]
	[[ $(tr -d ' \n' <<<"$output") == '{"holders":['\
'{"heap":"gpu","holder":"process","pid":40,"user":"root",'\
'"command":"viewer","buffers":1,"size":8388608},'\
'{"heap":"system","holder":"process","pid":20,"user":"root",'\
'"command":"gstreamer","buffers":2,"size":5242880},'\
'{"heap":"system","holder":"process","pid":30,"user":"root",'\
'"command":"viewer","buffers":1,"size":4194304}]}' ]]
}

@test "top --count: so often, also into a pipe" {
	run -- "$with_heaps" "$DMAHEAP" top --bytes --delay 1 -n 2
	[[ $status -eq 0 && ${#lines[@]} -eq 8 ]]
	[[ ${lines[5]} == "gpu    process  40 root viewer          1 8388608" ]]
}

# As jq reads them.
@test "top --json --count: one object after the other" {
	run --separate-stderr -- "$with_heaps" "$DMAHEAP" top --json -d 1 -n 2
	[[ $status -eq 0 && -z $stderr ]]
	[[ $(python3 -c 'import json, sys
rest = sys.argv[1]
while rest:
    top, end = json.JSONDecoder().raw_decode(rest)
    print(*top, len(top["holders"]))
    rest = rest[end:].lstrip()' "$output") == $'holders 3\nholders 3' ]]
}

# Where a process is not to be seen, there may be more.
@test "top: processes that are hidden are told of" {
	# shellcheck disable=SC2016 # for the inner shell
	run --separate-stderr -- "$with_heaps" sh -c \
		'mv /proc/1 /proc/hidden && rm -r /proc/[234]0 && exec "$DMAHEAP" top'
	[[ $status -eq 0 && $output == "Nobody has a dma-buf." ]]
	[[ $stderr == "dmaheap: processes that can't be looked into: at least 1" ]]
}

@test "top: so are those outside of a PID namespace" {
	# shellcheck disable=SC2016 # for the inner shell
	run --separate-stderr -- "$with_heaps" sh -c \
		'mkdir /proc/1/ns && touch /proc/1/ns/pid && rm -r /proc/[234]0 &&
			exec "$DMAHEAP" top'
	[[ $status -eq 0 && $output == "Nobody has a dma-buf." ]]
	[[ $stderr == "dmaheap: processes that can't be looked into: at least 1" ]]
}

@test "top: what can't be read of one process hides no other" {
	# shellcheck disable=SC2016 # for the inner shell
	run --separate-stderr -- "$with_heaps" sh -c \
		'rm /proc/20/task/20/maps && mkdir /proc/20/task/20/maps && exec "$DMAHEAP" top'
	[[ $status -eq 0 && $output == *gstreamer*viewer* ]]
	[[ $stderr == "dmaheap: processes that can't be looked into: at least 1" ]]
}

@test "info: all that is known, in words" {
	expect 0 "\
Heap        camera
Also        cam
Memory      CMA area camera@58000000, each buffer in one piece
Size        64M, 14.5M free, perhaps in pieces
Lent        48M (buffers: 6)
Peak        52M
Pool        2M kept for the next request
Limit       70% of what others leave, for each user
Requests    17 were met, the largest of 31.6M
Failures    2 for a limit, 1 for want of memory, 0 for other reasons
            3 because pages of other users could not be moved
            the smallest that wanted memory was of 16M

Nobody is seen to have a buffer of it." "" info cam
}

@test "info: limits in words" {
	local limit words
	while read -r limit words; do
		# shellcheck disable=SC2016 # for the inner shell
		run -- "$with_heaps" sh -c \
			'echo "$1" >/sys/dev/char/1:5/limit && exec "$DMAHEAP" info camera' \
			sh "$limit"
		[[ $output == *$'\n'"Limit       $words"$'\n'* ]]
	done <<-END
		max none
		8388608 8M for each user
		100% 100% of what others leave, for each user
	END
}

@test "info: who has the buffers of a heap that does not tell" {
	expect 0 "\
Heap        system
Provider    the kernel itself, which tells no more

BUFFER MEMORY INODE OFFSET    SIZE NAME     HOLDER  PID USER COMMAND   DESCRIPTORS  MAPPED
                100        4194304 left eye process  20 root gstreamer           2 2097152
                101        1048576          process  20 root gstreamer           1       0
                100        4194304 left eye process  30 root viewer              0 4194304" \
		"" info --bytes system
}

@test "info --json: one document of both" {
	run --separate-stderr -- "$with_heaps" "$DMAHEAP" info --json camera
	[[ $status -eq 0 && -z $stderr ]]
	[[ $(tr -d ' \n' <<<"$output") == \
		"{\"heaps\":[$camera_json],\"buffers\":[]}" ]]

	run --separate-stderr -- "$with_heaps" "$DMAHEAP" info --json system
	[[ $status -eq 0 && -z $stderr ]]
	[[ $(tr -d ' \n' <<<"$output") == *'}],"buffers":['\
'{"buffer":null,"memory":null,"inode":100,"offset":null,"size":4194304,'\
'"name":"lefteye","holder":"process","pid":20,"user":"root",'\
'"command":"gstreamer","descriptors":2,"mapped":2097152},'* ]]
}

@test "info: a heap that is not there" {
	expect 1 "" \
		"dmaheap: there is no heap 'reserved'; there are: cam, camera, hidden, system" \
		info reserved
}

@test "info --bytes: in words, too" {
	run -- "$with_heaps" "$DMAHEAP" info --bytes camera
	[[ $status -eq 0 && $output == *"
Size        67108864, 15204352 free, perhaps in pieces
Lent        50331648 (buffers: 6)
Peak        54525952
Pool        2097152 kept for the next request
"*"
Requests    17 were met, the largest of 33177600
"* ]]
}

@test "-o: any columns, in any order, of each table" {
	expect 0 "\
POOLED NAME   USED
    2M camera  48M
       hidden 
       system " "" stats -o pooled,NAME,Used
	expect 0 "\
8M gpu    40
5M system 20
4M system 30" "" top --noheadings -o SIZE,HEAP,PID
	run -- "$with_heaps" "$DMAHEAP" info -n -o NAME,INODE system
	[[ $output == *$'\n\nleft eye 100\n         101\nleft eye 100' ]]
	run --separate-stderr -- "$with_heaps" "$DMAHEAP" top -J -o pid,heap
	[[ $(tr -d ' \n' <<<"$output") == '{"holders":['\
'{"pid":40,"heap":"gpu"},{"pid":20,"heap":"system"},'\
'{"pid":30,"heap":"system"}]}' ]]
}

# These heaps are no heaps, so that each row has a failure, and the next one comes.
@test "bench: what can't be measured is told in its row, and by the exit status" {
	expect 1 "\
HEAP   SIZE ROUNDS FIRST AGAIN TOUCH ACCESS FREE ERROR
camera   4K                                      Inappropriate ioctl for device
camera   1M                                      Inappropriate ioctl for device
system   4K                                      Inappropriate ioctl for device
system   1M                                      Inappropriate ioctl for device" \
		"" bench -s 4K,1M camera system
}

@test "bench --json: sizes in bytes, null for what is not known" {
	run --separate-stderr -- "$with_heaps" "$DMAHEAP" bench --json -s 4K camera
	[[ $status -eq 1 && -z $stderr ]]
	[[ $(tr -d ' \n' <<<"$output") == '{"results":[{"heap":"camera","size":4096,'\
'"rounds":null,"first":null,"again":null,"touch":null,"access":null,'\
'"free":null,"error":"Inappropriateioctlfordevice"}]}' ]]
}

@test "bench: a heap that is not there, or may not be opened" {
	expect 1 "" \
		"dmaheap: there is no heap 'reserved'; there are: cam, camera, hidden, system" \
		bench camera reserved
}

# Not with a parser of our own.
@test "--json: every document can be read" {
	local arguments
	while read -ra arguments; do
		run --separate-stderr -- "$with_heaps" "$DMAHEAP" "${arguments[@]}"
		python3 -c 'import json, sys; json.loads(sys.argv[1])' "$output"
	done <<-END
		list --json
		info --json system
		info --json camera
		stats --json
		top --json
		bench --json
		doctor --json
	END
}

# with_odd_names ARGUMENT...: one of a process that is cut off within a character,
# and one of a buffer; read by a parser that takes nothing but UTF-8.
with_odd_names() {
	# shellcheck disable=SC2016 # for the inner shell
	"$with_heaps" sh -c '
		printf "Name:\tcam\351ra\342\202\nUid:\t0\n" >/proc/20/status
		printf "name:\tl\377ft\n" >>/proc/20/task/20/fdinfo/5
		exec "$DMAHEAP" "$@"' sh "$@" |
		python3 -c 'import json, sys
print(ascii(json.load(sys.stdin.buffer)))'
}

@test "--json: what is no UTF-8 is replaced" {
	run with_odd_names top --json
	[[ $status -eq 0 && $output == *"'command': 'cam\\ufffdra\\ufffd\\ufffd'"* ]]
	run with_odd_names info --json system
	[[ $status -eq 0 && $output == *"'command': 'cam\\ufffdra\\ufffd\\ufffd'"* ]]
	[[ $output == *"'name': 'l\\ufffdft'"* ]]
}
