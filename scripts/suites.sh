# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Runs suites of tests and counts what they report. To be sourced at the top of
# the checkout. What a suite printed is in build/check/.

logs=$PWD/build/check
passed=0 failed=0 skipped=0

# suite NAME COMMAND...: a command that prints TAP. One that fails without
# naming a test, or that tests nothing, counts as a test that failed.
suite()
{
	local name=$1 log=$logs/${1// /-}.log status=0 start=$SECONDS
	local good bad left
	shift

	echo "== $name"
	"$@" >"$log" 2>&1 || status=$?
	good=$(grep -E '^\s*ok\b' "$log" | grep -vci '# skip' || true)
	left=$(grep -E '^\s*ok\b' "$log" | grep -ci '# skip' || true)
	bad=$(grep -cE '^\s*not ok\b' "$log" || true)
	if ((bad == 0 && (status != 0 || good == 0))); then
		tail -n 40 "$log"
		echo "the suite ended with status $status"
		bad=1
	elif ((bad)); then
		grep -E '^\s*(#|not ok\b)|^vm: ' "$log" || true
	fi
	echo "   $good passed, $bad failed, $left skipped, $((SECONDS - start)) s"
	passed=$((passed + good))
	failed=$((failed + bad))
	skipped=$((skipped + left))
}

# suite_if_time NEEDED NAME COMMAND...: only if its NEEDED seconds fit into what
# CHECK_SECONDS, if that is set, gives to all of them.
suite_if_time()
{
	local needed=$1
	shift

	if ((SECONDS + needed > ${CHECK_SECONDS:-SECONDS + needed})); then
		echo "== $1: left out, as $needed seconds are not left"
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
	echo "$passed passed, $failed failed, $skipped skipped"
	((failed == 0))
}

mkdir -p "$logs"
