#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What the tests in bash share: each speaks TAP. Read by the lib.sh of the tests' folder, which sets
# work (a folder of the test's own), never (a descriptor that nothing is ever written to) and label
# (what comes behind each test's name).
# shellcheck disable=SC2154 # those

# cannot_run WHY: no test of this file is possible here. Where all must run, that is a failure.
cannot_run()
{
	if [ "${TESTS_MUST_RUN-}" = 1 ]; then
		printf '1..1\nnot ok 1 - can run here: %s\n' "$*"
		exit 1
	fi
	printf '1..0 # SKIP %s\n' "$*"
	exit 0
}

# The last line of each test file: what ends before it, by an exit or a fault of its own, has failed.
done_testing() { echo "$closing_word"; }
closing_word='# every test of this file was run'

# run_in PLACE COMMAND...: this file's tests, run there by the command, for sum_up.
run_in()
{
	local place=$1
	shift
	"$@"
	echo "# status $? $place"
}

# sum_up: on stdin what run_in says; on stdout the same and the plan, with a failure for each place where
# the closing word was not said.
sum_up()
{
	awk -v closing_word="$closing_word" '
		$0 == closing_word { closed = 1; next }
		/^# status / {
			if (!closed || $3 != 0) {
				print "not ok - the test file came to its last line " substr($0, length("# status " $3) + 2) " (status " $3 ")"
				tests++
			}
			closed = 0
			next
		}
		/^(not )?ok/ { tests++ }
		{ print; fflush() }
		END { print "1.." tests + 0 }'
}

needs()
{
	local command
	for command; do
		command -v "$command" >/dev/null || cannot_run "no $command"
	done
}

# ok WHAT COMMAND...: holds if the command succeeds.
ok()
{
	local what=$1
	shift
	if "$@" >"$work/log" 2>&1; then
		echo "ok - $what$label"
	else
		echo "not ok - $what$label"
		echo "#   failed: $*"
		sed 's/^/#   /' "$work/log"
	fi
}

# fails COMMAND...: for ok, where the command must not succeed.
fails() { ! "$@"; }

# is WHAT GOT EXPECTED
is()
{
	if [ "$2" = "$3" ]; then
		echo "ok - $1$label"
	else
		echo "not ok - $1$label"
		diff <(printf '%s\n' "$2") <(printf '%s\n' "$3") | sed 's/^/#   /; s/^#   </#   got     /; s/^#   >/#   expected/'
	fi
}

# like WHAT TEXT PATTERN: an extended regular expression.
like()
{
	if [[ $2 =~ $3 ]]; then
		echo "ok - $1$label"
	else
		echo "not ok - $1$label"
		printf '%s\n' "got: $2" "expected something like: $3" | sed 's/^/#   /'
	fi
}

# await COMMAND...: asks again until the command succeeds, patience seconds at most: long, since others
# may keep the machine busy.
patience=${PATIENCE:-60}
await()
{
	local end=$((SECONDS + patience))
	# how often it is asked differs from run to run
	[ ! -d /recording ] || local -x UNRECORDED=1
	until "$@"; do
		[ "$SECONDS" -le "$end" ] || return 1
		# nobody ever writes there
		read -r -t 0.02 -u "$never" || :
	done
}

# run COMMAND...: its output, errors and status become the variables of those names.
run()
{
	# the variables are for the tests
	# shellcheck disable=SC2034
	output=$("$@" 2>"$work/errors") && status=0 || status=$?
	# shellcheck disable=SC2034
	errors=$(<"$work/errors")
}
