#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# The system tests, on the kernels of each release: what this machine's own kernel has may be missing
# there (Linux 6.1: NS_GET_MNTNS_ID, MOVE_MOUNT_BENEATH, …), where the suite goes other ways. They
# make their test machine 1 inside the booted one; each of them is one test here.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"
on_systems testing

# Those which speak most to the kernel, on their first machine alone, the short ones first. Not here:
# what is the same on every kernel (command-lines, explain, errors, list, log, ps, service,
# interactive, terminal, x, musl, packages), and what would take half an hour or more, since emulation
# takes thirty times as long (together, race, scale, sweep-*). SYSTEM_TESTS="stop mounts …": these alone.
tests=${SYSTEM_TESTS-nested record order bind identity look-in found live enter allow-setuid hosts threats
	visible straits stop confine reload mounts}
place=/usr/src/chroot-mounts # the tests cover /srv, and their machine hides /opt, /tmp and /run

# The project as it is here, with what was built and the trees that the tests would else make.
add_project()
{
	local to=$1 built
	built=$(cd "$top" && realpath "${BUILD:-build}") &&
		mkdir -p "$to/build" "$to/tests/cache" &&
		(cd "$top" && tests/style/files | xargs cp -a --parents -t "$to") &&
		cp -a "$built"/{chroot-enter,chroot-enter-as,chroot-mounts,lib,sbin,system} "$to/build" &&
		cp -a "$cache"/{busybox,debian,sudo,openrc} "$to/tests/cache"
}

# passes TEST: in the machine; if not, says what did not hold there.
passes()
{
	local end="$1.t has come to its end"
	guest "rm -f /test/status
		setsid sh -c '
			cd $place
			TESTS_MUST_RUN=1 PATIENCE=60 MACHINES=one TEST_SECONDS=3600 prove -v --merge -e tests/run tests/system/$1.t </dev/null >/test/said 2>&1
			echo \$? >/test/status
			echo $end >/dev/console' >/dev/null 2>&1 &"
	await said_or_off "$end"
	is_on && guest '[ "$(cat /test/status)" = 0 ] && exit
		awk "/^not ok/ { shown = 1 } /^ok/ { shown = 0 } shown" /test/said
		tail -n 15 /test/said
		false'
}

"$top/tests/trees" debian sudo && "$top/tests/machine" true # which unpacks OpenRC
new_machine
rm "$tree/etc/conf.d/chroot-mounts.games" "$tree/etc/runlevels/default/chroot-mounts" # test machine 1 has its own
add_modules # overlay, loop and the filesystems
ok 'the machine has the project and what was built' add_project "$tree$place"
make_disks
memory=1024
boot
guest 'modprobe -a overlay loop'
patience=3000
for test in $tests; do
	test=$(basename "$test" .t) # as make names them, too
	ok "$test.t passes" passes "$test"
	is_on || hang "ended in $test.t"
done
power_off
ok 'the kernel has complained of nothing' fails said 'BUG:|WARNING:|Oops|Call Trace'
done_testing
