# SPDX-License-Identifier: GPL-2.0
# What tests in the namespace of with-heaps begin with. $with_heaps enters it.
# shellcheck shell=bash disable=SC2154

setup() {
	with_heaps=$BATS_TEST_DIRNAME/with-heaps
	run "$with_heaps" true
	if [[ $status -eq 77 ]]; then
		skip "no such namespace can be made here"
	fi
}
