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
ok "elogind has nothing mounted on $place before a login" fails is_mounted
for round in first second; do
	ok "elogind takes alice for logged in, for the $round time" guest 'loginctl enable-linger alice'
	ok "elogind mounts $place, for the $round time" await is_mounted
	is "$place is alice's alone inside, for the $round time" "$(as_alice "stat -c %u:%g:%a $place")" 1000:1000:700
	is "a program that has run since before has the same $place, for the $round time" "$(device "$program")" "$(device self)"
	as_alice "touch $place/from-inside"
	ok "what alice makes inside is there outside, for the $round time" guest "test -e $place/from-inside"
	ok "elogind takes alice for logged out, for the $round time" guest 'loginctl disable-linger alice'
	ok "$place is no mount of the host any more, for the $round time" await fails is_mounted
	is "$place is no mount of any process any more, for the $round time" "$(guest "grep -l ' $place ' /proc/[0-9]*/mountinfo")" ''
	ok "the directory $place is gone, for the $round time" guest "test ! -e $place"
	ok "the directory $place is gone inside, for the $round time" guest "chroot-enter games test ! -e $place"
	ok "the program inside runs on, for the $round time" runs "$program"
done
power_off
ok "the system's disk is clean" is_clean "$work/system.img"
ok "the root's disk is clean" is_clean "$work/games.img"
done_testing
