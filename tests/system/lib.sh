#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What the system tests share: each of them runs on test machine 1 (tests/machine), in bash, and
# speaks TAP. A test begins with
#	. "$(dirname "$0")/lib.sh"
#	needs COMMAND...
#	on_machines SETTING...
# ends with
#	done_testing
# and what is between runs once on a machine of each setting, for example PROPAGATION=shared; with
# MACHINES=one, of the first setting alone.
set -u

top=$(cd "$(dirname "$0")/../.." && pwd -P)

# shellcheck source=tests/tap.sh
. "$top/tests/tap.sh"

# Runs this test again, on a machine of each setting, and adds up; there, returns.
on_machines()
{
	local setting
	[ -z "${ON_MACHINE-}" ] || return 0
	[ "$(id -u)" = 0 ] || cannot_run 'only the superuser can make a machine'
	[ "${MACHINES-}" != one ] || set -- "$1"
	for setting; do
		run_in "with $setting" env "$setting" "$top/tests/machine" env "ON_MACHINE=$setting" \
			bash "$(realpath "$0")"
	done </dev/null | sum_up
	exit
}

# configure NAME LINE...: the whole configuration of a root.
configure()
{
	local name=$1
	shift
	rm -f "/etc/conf.d/chroot-mounts.$name"
	printf '%s\n' "$@" >"/etc/conf.d/chroot-mounts.$name"
	# for tests/record: the plan of each configuration
	[ ! -d /recording ] || chroot-mounts start -n "$name" </dev/null >/dev/null 2>&1 || :
}

# tests/record leaves out the processes between these two: what they do differs from run to run.
pause_recording() { [ ! -d /recording ] || mv /recording /recording.paused; }
resume_recording() { [ ! -d /recording.paused ] || mv /recording.paused /recording; }

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

# run_on PGREP-OPTION...: what has ended may wait for its parent to ask for it, and pgrep finds that, too.
run_on() { pgrep -r D,I,R,S,T,t "$@"; }

# is_inside PID; is_alive PID; is_ended PID: a process that nobody has waited for yet has ended too.
is_inside() { [ "$(readlink "/proc/$1/ns/mnt")" != "$(readlink /proc/self/ns/mnt)" ]; }
is_alive() { kill -0 "$1" && ! grep -q '^State:.Z' "/proc/$1/status"; } 2>/dev/null
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
