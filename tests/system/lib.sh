#!/usr/bin/env bash
# What the system tests share: each of them runs on test machine 1 (tests/machine), in bash, and
# speaks TAP. A test begins with
#	. "$(dirname "$0")/lib.sh"
#	needs COMMAND...
#	on_machines SETTING...
# and what follows runs once on a machine of each setting, for example PROPAGATION=shared.
set -u

top=$(cd "$(dirname "$0")/../.." && pwd -P)

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

needs()
{
	local command
	for command; do
		command -v "$command" >/dev/null || cannot_run "no $command"
	done
}

# Runs this test again, on a machine of each setting, and adds up; there, returns.
on_machines()
{
	local setting
	[ -z "${ON_MACHINE-}" ] || return 0
	[ "$(id -u)" = 0 ] || cannot_run 'only the superuser can make a machine'
	for setting; do
		env "$setting" "$top/tests/machine" env "ON_MACHINE=$setting" \
			bash "$top/tests/system/${0##*/}" ||
			echo "not ok - the test came to its end with $setting: status $?"
	done </dev/null | awk '/^(not )?ok/ { tests++ } { print; fflush() } END { print "1.." tests + 0 }'
	exit
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

# await COMMAND...: asks again until the command succeeds, ten seconds at most.
await()
{
	local try
	for ((try = 0; try < 500; try++)); do
		"$@" && return 0
		# nobody ever writes there
		read -r -t 0.02 -u "$never" || :
	done
	return 1
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

# configure NAME LINE...: the whole configuration of a root.
configure()
{
	local name=$1
	shift
	rm -f "/etc/conf.d/chroot-mounts.$name"
	printf '%s\n' "$@" >"/etc/conf.d/chroot-mounts.$name"
}

# as USER COMMAND...: with their groups; the shell between takes the capabilities that setpriv leaves.
as()
{
	local user=$1
	shift
	# shellcheck disable=SC2016 # for the inner shell
	setpriv --reuid="$user" --regid="$user" --init-groups sh -c '"$@"; exit $?' sh "$@"
}

# The host's mounts, without what starting is allowed to change: ids, the state directory with its
# pins, and the propagation of /run, which is x-live.
host_mounts()
{
	awk '$5 !~ "^/run/chroot-mounts(/|$)" {
		line = $3
		optional = 1
		for (i = 4; i <= NF; i++) {
			word = $i
			if (word == "-")
				optional = 0
			if (i > 6 && optional && $5 == "/run")
				continue
			if (i > 6 && optional)
				sub(/:[0-9]+/, "", word)
			line = line " " word
		}
		print line
	}' /proc/self/mountinfo | sort
}

has_pins() { grep -q ' - nsfs ' /proc/self/mountinfo; }

# is_inside PID; is_ended PID: a process that nobody has waited for yet has ended too.
is_inside() { [ "$(readlink "/proc/$1/ns/mnt")" != "$(readlink /proc/self/ns/mnt)" ]; }
is_ended() { ! readlink "/proc/$1/exe"; }

if [ -n "${ON_MACHINE-}" ]; then
	work=/test
	mkdir -p "$work"
	cd / || exit
	mkfifo "$work/never"
	exec {never}<>"$work/never"
	label=
	[ "$ON_MACHINE" = "${ON_MACHINE#PROPAGATION=}" ] || label=" (mounts of the host: ${ON_MACHINE#*=})"
fi
