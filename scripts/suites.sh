# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Runs suites of tests, two at a time, and counts what they report. To be
# sourced at the top of the checkout. What a suite printed is in build/check/,
# and SCRIPT.results there has a line for each: name, how many tests passed,
# failed and were skipped, and seconds, with tabs between.
#
# ONLY has patterns, separated by commas, of the names of the suites to run. With
# LIST=1 the names of the suites are printed, and none is run.

(($# == 0)) || {
	echo "${0##*/} takes no argument: ONLY=PATTERN names the suites" >&2
	exit 2
}

logs=$PWD/build/check
results=$logs/${0##*/}.results
# An emulated machine keeps little more than one processor busy.
at_once=2

# run_suite NAME COMMAND...: a command that prints TAP. One that fails without
# naming a test, or that tests nothing, counts as a test that failed.
run_suite()
{
	local name=$1 log=$logs/${1// /-}.log status=0 start=$SECONDS
	local good bad left said=''
	shift

	"$@" >"$log" 2>&1 </dev/null || status=$?
	good=$(grep -E '^\s*ok\b' "$log" | grep -vci '# skip' || true)
	left=$(grep -E '^\s*ok\b' "$log" | grep -ci '# skip' || true)
	bad=$(grep -cE '^\s*not ok\b' "$log" || true)
	if ((bad == 0 && (status != 0 || good == 0))); then
		said=$(tail -n 40 "$log")$'\n'
		said+="the suite ended with status $status"$'\n'
		bad=1
	elif ((bad)); then
		said=$(grep -E '^\s*(#|not ok\b)|^vm: ' "$log" || true)$'\n'
	fi
	printf '%s\t%d\t%d\t%d\t%d\n' "$name" "$good" "$bad" "$left" \
		"$((SECONDS - start))" >>"$results"
	printf '%s%s: %d passed, %d failed, %d skipped, %d s\n' "$said" \
		"$name" "$good" "$bad" "$left" "$((SECONDS - start))"
}

# is_wanted NAME: check whether to run a suite; with LIST, print its name instead.
is_wanted()
{
	local pattern
	local -a patterns

	IFS=, read -ra patterns <<<"${ONLY:-*}"
	for pattern in "${patterns[@]}"; do
		# shellcheck disable=SC2053
		[[ $1 != $pattern ]] || break
		pattern=
	done
	[[ ${pattern-} ]] || return
	[[ ! ${LIST-} ]] || echo "$1"
	[[ ! ${LIST-} ]]
}

wait_for_place()
{
	local running

	mapfile -t running < <(jobs -pr)
	if ((${#running[@]} >= at_once)); then
		wait -n || true
	fi
}

# suite NAME COMMAND...: begins it as soon as there is a place.
suite()
{
	is_wanted "$1" || return 0
	wait_for_place
	# Nothing else is heard of it for minutes.
	printf '%s...\n' "$1"
	# In a process group of its own, so that all of it can be ended.
	set -m
	run_suite "$@" &
	set +m
}

# suite_alone NAME COMMAND...: with nothing beside it, for what measures time.
suite_alone()
{
	is_wanted "$1" || return 0
	wait
	suite "$@"
	# In the background, as a signal is not seen until a command ends.
	wait
}

# suite_if_time NEEDED NAME COMMAND...: only if its NEEDED seconds fit into what
# CHECK_SECONDS, if that is set, gives to all of them.
suite_if_time()
{
	local needed=$1
	shift

	is_wanted "$1" || return 0
	wait_for_place
	if ((SECONDS + needed > ${CHECK_SECONDS:-SECONDS + needed})); then
		echo "$1: left out, as $needed seconds are not left"
	else
		suite "$@"
	fi
}

# as_test NAME COMMAND...: a command that is one test.
as_test()
{
	local name=$1
	shift

	if "$@"; then
		echo "ok $name"
	else
		echo "not ok $name"
	fi
}

# The sum of all suites, as the last line; fails if a test did.
finish()
{
	[[ ! ${LIST-} ]] || return 0
	wait
	[[ -s $results || ! ${ONLY-} ]] || {
		echo "no suite is called '${ONLY-}': make list-suites" >&2
		return 2
	}
	awk -F '\t' '
		{ passed += $2; failed += $3; skipped += $4 }
		END {
			printf "%d passed, %d failed, %d skipped\n", passed,
				failed, skipped
			exit failed != 0
		}' "$results"
}

# Whatever ends this ends the suites, too.
# shellcheck disable=SC2317
end_suites()
{
	local group

	for group in $(jobs -pr); do
		kill -- "-$group" 2>/dev/null || true
	done
	wait
}
trap end_suites EXIT
trap 'exit 130' INT TERM HUP

mkdir -p "$logs"
[[ ${LIST-} ]] || : >"$results"
