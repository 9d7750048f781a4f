# SPDX-License-Identifier: GPL-2.0
# Functions for tests of what is shown at a terminal. $screen is the file that gets it.
# shellcheck shell=bash disable=SC2154

# shown TEXT TIMES: waits until it is on the screen so often, up to 20 seconds.
shown() {
	local i

	for ((i = 0; i < 200; i++)); do
		[[ $(grep -aoF "$1" "$screen" | wc -l) -lt $2 ]] || return 0
		sleep 0.1
	done
}

# at_terminal COMMANDS: in a shell that does nothing for its jobs but to let them
# stop and go on. Keys come from stdin.
at_terminal() {
	# shellcheck disable=SC2016 # for the shell
	commands=$1 script -qefc 'bash -mc "$commands"' "$screen" >/dev/null
}
