#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Each system call of `chroot-mounts reload` fails once, and SIGKILL comes at each, while it adds
# a line, takes one out, changes the options of one and renews the bind of a file.
# shellcheck source=tests/system/sweep.sh
. "$(dirname "$0")/sweep.sh"

use_plan() { configure demo 'root="/opt/demo"' 'users="alice"' 'stop_timeout=1' 'extra_mounts="' "$@" '"'; }
old=("${lines[@]}")
new=(
	'tmpfs /mnt/tmpfs tmpfs size=2m,noexec,x-mount.mkdir'
	"${lines[1]}"
	'/srv/lower /mnt/new none bind,ro,x-mount.mkdir'
)

begin()
{
	be_as_booted
	use_plan "${old[@]}"
	must chroot-mounts -q start
	use_plan "${new[@]}"
	cp /etc/resolv.conf /etc/resolv.conf.new
	mv /etc/resolv.conf.new /etc/resolv.conf
}

# What says that it is started is as the configuration says.
judge()
{
	local said
	if [ "$status" = 0 ]; then
		[ "$part" = first ] || [ ! -s "$work/said" ] || complain 'returns 0, but says an error'
		same 'returns 0, but not all is as configured' "$(prepared 2>&1)" "$expected"
	fi
	said=$(chroot-mounts status 2>&1)
	if [[ $said =~ demo' '+started ]]; then
		same 'is not as configured, but status does not say so' "$(inside demo 2>&1)" "$expected_demo"
	fi
	[ "$(pins)" = "$all_pins" ] || complain 'a root is gone'
	same 'the other root has changed' "$(inside games 2>&1)" "$expected_games"
	same 'the mounts of the host are not as before' "$(host_mounts)" "$mounts"
}

finish()
{
	must chroot-mounts reload
	same 'the next reload makes something else' "$(prepared 2>&1)" "$expected"
	must chroot-mounts stop
	same 'the stop after it leaves something' "$(left)" "$nothing"
}

# What a start makes of the new plan is what each reload must come to.
be_as_booted
use_plan "${new[@]}"
chroot-mounts -q start
expected=$(prepared)
expected_demo=$(inside demo)
chroot-mounts -q stop

sweep reload
done_testing
