#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# What other processes can do to the command: have very much, and make it wait.
# DMAHEAP names the command to test, POPULATE the program that adds such processes.

# status and output are set by run, and strings are for inner shells:
# shellcheck disable=SC2016,SC2089,SC2090,SC2154

bats_require_minimum_version 1.5.0

load namespace
load terminal

# inside COMMANDS: in a shell with the functions below, where with-heaps has heaps.
inside() {
	"$with_heaps" bash -euo pipefail -c "$functions$1"
}

functions='
# cpu_time COMMAND...: in milliseconds
cpu_time()
{
	local TIMEFORMAT="%U %S" user system

	{ time "$@" >/sys/out 2>&1; } 2>/sys/time
	read -r user system </sys/time
	user=${user/./} system=${system/./}
	echo $((10#$user + 10#$system))
}

add()
{
	"$POPULATE" /proc 50 "$@"
}

remove()
{
	rm -r /proc/50
}
'

# A process has to be a real one for the kernel to compare its tables.
threads='
add()
{
	coproc "$POPULATE" "$@"
	read -r ready <&"${COPROC[0]}"
	mkdir /proc/50
	mount --bind "/sys/real-proc/$COPROC_PID" /proc/50
}

remove()
{
	umount /proc/50
	rmdir /proc/50
	kill "$COPROC_PID"
	wait "$COPROC_PID" || true
}
'

# grows_as_sorting WHAT FEW MANY: the time of each command must not grow as the square
# of the number does. Time itself depends on what else the machine does.
grows_as_sorting() {
	local call

	for call in "top --count 1" "top --json" "info system" "stats"; do
		inside "${4-}
			add $1 $2
			few=\$(cpu_time \"\$DMAHEAP\" $call)
			remove
			add $1 $3
			many=\$(cpu_time \"\$DMAHEAP\" $call)
			remove
			echo \"# $call: \$few ms for $2 $1, \$many ms for $3\" >&3
			((many < (few + 5) * 3 * $3 / $2))"
	done
}

@test "top, info and stats: a process with 100,000 descriptors" {
	grows_as_sorting descriptors 10000 100000
}

# It reads each file of the process once, as the command does.
@test "top and info: 100,000 descriptors take less than four times as long as grep" {
	inside '
		add descriptors 100000
		usual=$(cpu_time grep -rq nothing /proc/50/task/50/fdinfo)
		for call in "top --count 1" "info system"; do
			time=$(cpu_time "$DMAHEAP" $call)
			echo "# $call: $time ms, grep: $usual ms" >&3
			((time < 4 * usual))
		done'
}

@test "top, info and stats: a process with 60,000 mappings" {
	grows_as_sorting mappings 6000 60000
}

@test "top, info and stats: a process with 8,000 tables of descriptors" {
	grows_as_sorting threads 800 8000 "$threads"
}

# The fifo stands for a process that makes readers wait: open() of it does not return.
stalled='
rm /proc/20/status
mkfifo /proc/20/status

# Waits until process $1 sleeps, which it does for nothing but the fifo.
wait_for_sleep()
{
	local i

	for ((i = 0; i < 100; i++)); do
		sleep 0.1
		[[ $(</sys/real-proc/$1/stat) != *") S "* ]] || return 0
	done
}
'

# ends_soon COMMAND: of five times, the shortest that it took from a signal to its end
ends_soon() {
	inside "$stalled"'
		least=1000000
		for i in 1 2 3 4 5; do
			"$DMAHEAP" '"$1"' >/sys/out 2>&1 &
			wait_for_sleep $!
			start=${EPOCHREALTIME/./}
			kill -TERM $!
			wait $! || true
			time=$(((${EPOCHREALTIME/./} - start) / 1000))
			((time > least)) || least=$time
		done
		echo "# '"$1"': $least ms" >&3
		((least < 100))'
}

@test "top and info: a signal ends them within 100 ms while they wait for a process" {
	ends_soon "top --count 1"
	ends_soon "info system"
}

@test "top at a terminal: Ctrl-C ends it while it waits for a process" {
	local screen=$BATS_TEST_TMPDIR/screen

	touch "$screen"
	export with_heaps stalled
	{
		shown stalled 1
		sleep 1
		printf '\003'
		shown "last status" 1
	} | at_terminal '"$with_heaps" bash -c "$stalled"'"'"'
		echo stalled
		"$DMAHEAP" top
		echo "last status $?"; stty -a'"'"
	run cat "$screen"
	[[ $output == *"last status 0"*" icanon "*" echo "* ]]
}
