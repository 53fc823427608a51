#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# From `rc-update add` to a machine that has its roots at each boot; then each word that rc-service
# knows, as somebody at this machine would type them.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"
on_systems fast debian

# the status of the service as OpenRC knows it, in rc-status
listed_as() { guest 'rc-status default' | grep -Eq "^ *chroot-mounts .*\[ *$1 *\]"; }
has_pin() { guest 'grep -q "^nsfs /run/chroot-mounts/games/ns " /proc/mounts'; }
entered() { guest 'chroot-enter games busybox true'; }

new_machine
rm "$tree/etc/runlevels/default/chroot-mounts"
make_disks
boot
ok 'without the service in a runlevel, nothing is prepared' fails has_pin
run guest 'rc-update add chroot-mounts default'
is 'rc-update adds the service to the default runlevel' "$status" 0
power_off
is 'rc-update does not start the service' "$(grep -c 'Preparing the roots' "$console")" 0

boot
ok 'after the next boot the root is prepared' has_pin
like 'the root is prepared between the services that come before and after' \
	"$(grep -aoE 'witness.(before|after): start|Preparing the roots' "$console" | tr '\n' ,)" \
	'^witness.before: start,Preparing the roots,witness.after: start,$'
ok 'rc-status shows the service as started' listed_as started
like 'status names the root' "$(guest 'rc-service chroot-mounts status')" 'games +started'
ok 'the superuser enters' entered
is 'a listed user enters as themselves' \
	"$(guest 'su alice -c "chroot-enter games busybox id -u"')" 1000

ok 'a second start is a success' guest 'rc-service chroot-mounts start'
program=$(start_inside games alice)
run guest 'echo extra_mounts=\"tmpfs /added tmpfs x-mount.mkdir\" >>/etc/conf.d/chroot-mounts.games
	rc-service chroot-mounts reload'
is 'reload succeeds' "$status" 0
ok 'reload mounts what was added to the configuration' guest 'chroot-enter games grep " /added " /proc/self/mountinfo'
ok 'reload ends no program inside' runs "$program"
run guest 'rc-service chroot-mounts zap'
ok 'after zap OpenRC takes the service for stopped' listed_as stopped
ok 'the root can be entered after zap' entered
ok 'the program inside runs on after zap' runs "$program"
ok 'start after zap succeeds' guest 'rc-service chroot-mounts start'
ok 'the service is started again after zap' listed_as started
ok 'the program inside runs on after the start after zap' runs "$program"
ok 'restart succeeds' guest 'rc-service chroot-mounts restart'
ok 'restart ends the program inside' fails runs "$program"
ok 'the root is prepared anew after restart' entered
ok 'stop succeeds' guest 'rc-service chroot-mounts stop'
ok 'no pin is left after stop' fails has_pin
ok 'nobody enters after stop' fails entered
run guest 'rc-service chroot-mounts status'
is 'status after stop exits with what OpenRC takes for stopped' "$status" 3
ok 'rc-status shows the service as stopped' listed_as stopped
ok 'start after stop succeeds' guest 'rc-service chroot-mounts start'
ok 'the root is entered again after stop and start' entered
power_off
ok "the root's disk is clean after power-off" is_clean "$work/games.img"
ok "the system's disk is clean" is_clean "$work/system.img"
done_testing
