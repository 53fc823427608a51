#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Ten thousand starts and stops and a million enters leave nothing in the kernel's memory.
# CYCLES and ENTERS say other numbers.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../system/lib.sh"
# shellcheck source=tests/endurance/growth.sh
. "$(dirname "$0")/growth.sh"
cycles=${CYCLES:-10000} enters=${ENTERS:-1000000}

# Not on_machines: the numbers must come along.
if [ -z "${ON_MACHINE-}" ]; then
	[ "$(id -u)" = 0 ] || cannot_run 'only the superuser can make a machine'
	[ -r /proc/slabinfo ] || cannot_run 'this kernel has no /proc/slabinfo'
	run_in "with CYCLES=$cycles ENTERS=$enters" "$top/tests/machine" \
		env ON_MACHINE=endurance "CYCLES=$cycles" "ENTERS=$enters" \
		bash "$top/tests/endurance/${0##*/}" </dev/null | sum_up
	exit
fi

# The kernel's memory as a whole, in kB: 8 MB is what other work on the machine may take; what a
# leak takes that no row counts by objects is more, from 1 kB in a cycle or 10 bytes in an enter.
has_kept_memory() { [ "${now[$1]}" -le $((before[$1] + 8192)) ]; }

furnish demo games
ok 'the kernel counts its objects' see_slabs
grows_nothing "$cycles" "$enters"
for row in SUnreclaim Percpu; do
	ok "$row has not grown by more than 8 MB" has_kept_memory "$row"
done
done_testing
