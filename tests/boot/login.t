#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# A real elogind mounts a user's /run/user/UID after the boot, and takes it away: both are seen inside.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"
on_systems debian

place=/run/user/1000
as_alice() { guest "su alice -c 'chroot-enter games $1'"; }
is_mounted() { guest "grep -q ' $place ' /proc/self/mountinfo"; }
device() { guest "awk '\$5 == \"$place\" { print \$3 }' /proc/$1/mountinfo"; }

new_machine
make_disks
boot
program=$(start_inside games alice)
ok 'a program runs inside' runs "$program"
ok 'nobody has logged in' fails is_mounted
for round in first second; do
	ok "elogind takes alice for logged in, for the $round time" guest 'loginctl enable-linger alice'
	ok "and mounts $place" await is_mounted
	is 'inside, it is hers alone' "$(as_alice "stat -c %u:%g:%a $place")" 1000:1000:700
	is 'and the same filesystem, to the program that has run since before' "$(device "$program")" "$(device self)"
	as_alice "touch $place/from-inside"
	ok 'what she makes inside is there outside' guest "test -e $place/from-inside"
	ok "elogind takes alice for logged out, for the $round time" guest 'loginctl disable-linger alice'
	ok "and $place is no mount of the host any more" await fails is_mounted
	is 'nor of any process' "$(guest "grep -l ' $place ' /proc/[0-9]*/mountinfo")" ''
	ok 'its directory is gone' guest "test ! -e $place"
	ok 'inside too' guest "chroot-enter games test ! -e $place"
	ok 'the program runs on' runs "$program"
done
power_off
ok "the system's disk is clean" is_clean "$work/system.img"
ok "and the root's" is_clean "$work/games.img"
done_testing
