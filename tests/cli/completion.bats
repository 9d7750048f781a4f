#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# What bash completes, in one that runs at a terminal, on a machine dressed up by
# with-heaps. DMAHEAP names the command to test.

bats_require_minimum_version 1.5.0

setup() {
	local seen=''
	with_heaps=$BATS_TEST_DIRNAME/with-heaps
	run "$with_heaps" true
	if [[ $status -eq 77 ]]; then
		skip "no such namespace can be made here"
	fi
	cd "$BATS_TEST_TMPDIR" || return
	touch picture.svg
	cat >rc <<-END
		source "$BATS_TEST_DIRNAME/../../packaging/completions/dmaheap"
		PATH=${DMAHEAP%/*}:\$PATH PS1=
		# In this /proc, self is not who looks.
		export LD_LIBRARY_PATH=${DMAHEAP%/*}/../lib
		bind 'set enable-bracketed-paste off'
		# All that is possible goes into the line.
		bind '"\C-t": insert-completions'
		# It is shown, and taken away.
		bind -x '"\C-o": printf "<%s>\n" "\$READLINE_LINE"; READLINE_LINE='
	END

	coproc BASH_AT_TERMINAL {
		TERM=dumb exec script -qec \
			"'$with_heaps' bash --noprofile --rcfile rc -i" \
			/dev/null 2>&1
	}
	terminal=("${BASH_AT_TERMINAL[@]}")
	# Until bash reads them, the terminal takes some keys for itself.
	printf '\017' >&"${terminal[1]}"
	until [[ $seen == *'<>'* ]]; do
		read -r -t 20 seen <&"${terminal[0]}"
	done
}

teardown() {
	[[ ! ${BASH_AT_TERMINAL_PID-} ]] || kill "$BASH_AT_TERMINAL_PID"
}

# type_keys KEYS: the line that they make in bash, into $line.
type_keys() {
	local seen=''
	printf '%s\017' "$1" >&"${terminal[1]}"
	until [[ $seen == *'<'*'>'* ]]; do
		read -r -t 20 seen <&"${terminal[0]}"
	done
	line=${seen##*<}
	line=${line%>*}
}

# expect TYPED LINE: what it becomes when all that can be meant is inserted.
expect() {
	local line
	type_keys "$1"$'\024'
	if [[ $line != "$2" ]]; then
		printf 'typed: %s\nis:    %s\n' "$1" "$line"
		return 1
	fi
}

@test "Tab: the only command, and a space" {
	local line
	type_keys $'dmaheap doc\t--js\t'
	[[ $line == "dmaheap doctor --json " ]]
}

@test "all commands, as help has them" {
	local commands
	commands=$("$DMAHEAP" help --table | cut -f 1 | sort -u | tr '\n' ' ')
	expect "dmaheap " "dmaheap --help --version $commands"
	expect "dmaheap help " "dmaheap help $commands"
}

@test "all options of each command, as help has them" {
	local command options
	"$DMAHEAP" help --table | cut -f 1 | sort -u >commands
	while read -r command; do
		options=$("$DMAHEAP" help --table | awk -F '\t' -v name="$command" \
			'$1 == name && $2 != "-" { print $2 ($4 == "-" ? "" : "=") }
			END { print "--help" }' | LC_ALL=C sort | tr '\n' ' ')
		expect "dmaheap $command --" "dmaheap $command $options"
	done <commands
}

@test "heaps, for each command that takes one" {
	local command
	for command in info map alloc stats bench; do
		expect "dmaheap $command " \
			"dmaheap $command cam camera hidden system "
	done
	expect "dmaheap info --json -b c" "dmaheap info --json -b cam camera "
	expect "dmaheap stats cam hid" "dmaheap stats cam hidden "
	expect "dmaheap stats -- s" "dmaheap stats -- system "
}

# For readline it is several words.
@test "a heap with an address, or a comma, in its name" {
	local name line
	for name in camera@58000000 lens@60000000 linux,cma; do
		type_keys "touch /dev/dma_heap/$name"$'\r'
		type_keys "mount --bind /dev/null /dev/dma_heap/$name"$'\r'
	done
	expect "dmaheap info camera@" "dmaheap info camera@58000000 "
	expect "dmaheap info camera@5" "dmaheap info camera@58000000 "
	expect "dmaheap alloc --access=ro le" \
		"dmaheap alloc --access=ro lens@60000000 "
	expect "dmaheap stats camera@58000000 linux," \
		"dmaheap stats camera@58000000 linux,cma "
}

@test "no second heap where there is one" {
	expect "dmaheap info camera " "dmaheap info camera "
	expect "dmaheap alloc camera " "dmaheap alloc camera "
	expect "dmaheap list " "dmaheap list "
}

@test "columns, behind those that are chosen" {
	local line
	expect "dmaheap list -o " \
		"dmaheap list -o ACCESS FREE NAME PROVIDER REGION SIZE TYPE "
	expect "dmaheap list --output NAME,S" "dmaheap list --output NAME,SIZE "
	expect "dmaheap list --output=NAME,SIZE,P" \
		"dmaheap list --output=NAME,SIZE,PROVIDER "
	expect "dmaheap list -o NAME,N" "dmaheap list -o NAME,N"
	# Another may follow.
	type_keys $'dmaheap list -o PRO\t'
	[[ $line == "dmaheap list -o PROVIDER" ]]
}

@test "values of an option, in a word of its own or not" {
	local line
	expect "dmaheap alloc --access " "dmaheap alloc --access ro rw wo "
	expect "dmaheap alloc -a r" "dmaheap alloc -a ro rw "
	expect "dmaheap alloc --access=w" "dmaheap alloc --access=wo "
	expect "dmaheap top --delay " "dmaheap top --delay "
	type_keys $'dmaheap map --output pic\t'
	[[ $line == "dmaheap map --output picture.svg " ]]
}

# Not even as the name of an option.
@test "what is typed is not run" {
	local line
	# shellcheck disable=SC2016 # for the inner shell
	type_keys 'dmaheap list -o$(echo>hit) -$(echo>hit) --$(echo>hit)=x'$'\t'
	# shellcheck disable=SC2016
	type_keys 'dmaheap info -$(echo>hit) cam'$'\t'
	[[ ! -e hit ]]
}

@test "alloc: a command behind --" {
	local line
	expect "dmaheap alloc camera 4K " "dmaheap alloc camera 4K -- "
	type_keys $'dmaheap alloc camera 4K -- unsh\t'
	[[ $line == "dmaheap alloc camera 4K -- unshare " ]]
	type_keys $'dmaheap alloc camera 4K -- cat pic\t'
	[[ $line == "dmaheap alloc camera 4K -- cat picture.svg " ]]
}
