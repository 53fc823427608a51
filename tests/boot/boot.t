#!/usr/bin/env bash
# At boot the roots are prepared before the runlevel is complete.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"
on_systems fast debian

new_machine
make_disks
boot
guest 'rc-status -a; rc-service chroot-mounts status; cat /proc/mounts' >&2
ok 'entered' guest 'chroot-enter games id'
power_off
sed 's/\r//' $console >&2
ok 'clean' is_clean "$work/games.img"
