#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Each system call of `chroot-mounts stop` fails once, and SIGKILL comes at each.
# shellcheck source=tests/system/sweep.sh
. "$(dirname "$0")/sweep.sh"

begin()
{
	must chroot-mounts -q start
	same 'start makes something else' "$(prepared 2>&1)" "$expected"
	# when the shell has forked, the process is inside
	chroot-enter demo sh -c 'sleep 1000 </dev/null >/dev/null 2>&1 &'
}

judge()
{
	local now root
	if [ "$status" = 0 ]; then
		now=$(left)
		# an empty lock file that cannot be taken away is in nobody's way, and the next stop takes it
		for root in demo games; do
			now=${now/$'\n'$state\/$root.lock/}
		done
		same 'returns 0, but leaves something' "$now" "$nothing"
	fi
	same 'the mounts of the host are not as before' "$(host_mounts)" "$mounts"
}

finish()
{
	must chroot-mounts stop
	same 'the next stop leaves something' "$(left)" "$nothing"
}

sweep stop
done_testing
