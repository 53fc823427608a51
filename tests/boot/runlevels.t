#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# A root that is a service of its own lives in a runlevel of its own; a change of runlevels prepares
# and ends what belongs to each, and leaves the other roots alone.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"
on_systems fast debian

# which roots are prepared, and which services OpenRC has started
prepared() { guest "sed -n 's|^nsfs /run/chroot-mounts/\(.*\)/ns .*|\1|p' /proc/mounts | sort | tr '\n' ' '"; }
started() { guest 'rc-status -a' | sed -n 's/^ *\(chroot-mounts[^ ]*\) .*\[ *started *\].*/\1/p' | sort -u | tr '\n' ' '; }
id_of() { guest "chroot-enter $1 busybox readlink /proc/self/ns/mnt"; }

new_machine
cp -a "$games" "$tree/opt/build"
printf '%s\n' 'root="/opt/build"' >"$tree/etc/conf.d/chroot-mounts.build"
ln -s chroot-mounts "$tree/etc/init.d/chroot-mounts.build"
make_disks
boot
is 'the service for all leaves out the root that is a service of its own' "$(prepared)" 'games '

run guest 'mkdir /etc/runlevels/building /etc/runlevels/alone
	rc-update -s add default building && rc-update add chroot-mounts.build building
	rc-update add chroot-mounts.build alone'
is 'rc-update adds an instance to a runlevel' "$status" 0
games_were=$(id_of games)
ok 'the change to a runlevel stacked on default succeeds' guest 'openrc building'
is 'the change to a runlevel stacked on default prepares the root of the instance' "$(prepared)" 'build games '
is 'the root of the instance is started as a service of its own' "$(started)" 'chroot-mounts chroot-mounts.build '
is 'the change to a runlevel stacked on default leaves the other namespace as it was' "$(id_of games)" "$games_were"
like "the instance's status is of its root alone" "$(guest 'rc-service chroot-mounts.build status')" 'build +started'
ok 'an instance is stopped by itself' guest 'rc-service chroot-mounts.build stop'
is 'the other root stays when the instance is stopped' "$(prepared)" 'games '
ok 'an instance is started by itself' guest 'rc-service chroot-mounts.build start'
build_was=$(id_of build)
ok 'the service for all restarts' guest 'rc-service chroot-mounts restart'
is "the restart of the service for all does not touch the instance's namespace" "$(id_of build)" "$build_was"

ok 'the change back to default succeeds' guest 'openrc default'
is 'the change back to default ends the root of the instance' "$(prepared)" 'games '
ok 'the change to a runlevel without the service for all succeeds' guest 'openrc alone'
is 'a runlevel without the service for all has the root of the instance alone' "$(prepared)" 'build '
power_off
ok "the root's disk is clean after power-off" is_clean "$work/games.img"

arguments=softlevel=building
boot
is 'both roots are prepared by a boot straight into the stacked runlevel' "$(prepared)" 'build games '
power_off
ok "the root's disk is clean after the second power-off" is_clean "$work/games.img"
done_testing
