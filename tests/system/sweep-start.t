#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Each system call of `chroot-mounts start` fails once, and SIGKILL comes at each.
# shellcheck source=tests/system/sweep.sh
. "$(dirname "$0")/sweep.sh"

begin() { be_as_booted; }

# What is prepared is whole, and of what is not, nothing is there.
judge()
{
	local root expected_root
	case $status in
	0)
		[ "$part" = first ] || [ ! -s "$work/said" ] || complain 'returns 0, but says an error'
		same 'returns 0, but not all is prepared' "$(prepared 2>&1)" "$expected"
		;;
	1) [ "$(pins)" != "$all_pins" ] || complain 'fails, but all is prepared' ;;
	esac
	for root in demo games; do
		is_pinned "$root" || continue
		expected_root=expected_$root
		same "$root is prepared, but not as it should be" "$(inside "$root" 2>&1)" "${!expected_root}"
	done
	same 'the mounts of the host are not as before' "$(host_mounts)" "$mounts"
	is_pinned demo || same 'a loop device is left' "$(loops)" ''
}

finish()
{
	must chroot-mounts start
	same 'the next start makes something else' "$(prepared 2>&1)" "$expected"
	must chroot-mounts stop
	same 'the stop after it leaves something' "$(left)" "$nothing"
}

sweep start
done_testing
