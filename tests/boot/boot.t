#!/usr/bin/env bash
# At boot the roots are prepared before the runlevel is complete.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"
on_systems fast debian

new_machine
make_disks
boot
ok 'a root is entered after the boot' guest 'chroot-enter games id'
power_off
ok "the root's disk is clean" is_clean "$work/games.img"
