#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# The OpenRC service: start, stop, status, restart, instances by symlink, runlevels, dependencies.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
on_machines PROPAGATION=private

enters() { chroot-enter "$1" true; }
is_marked() { chroot-enter "$1" grep -q ' /mnt ' /proc/self/mountinfo; }
status_of() { rc-service "$1" status >/dev/null 2>&1; echo $?; }

configure demo 'root="/opt/demo"'
configure games 'root="/opt/games"'

run rc-service chroot-mounts start
is 'start succeeds' "$status" 0
ok 'and what the service needs was started' rc-service localmount status
ok 'the first root can be entered' enters demo
ok 'the second root can be entered' enters games
run rc-service chroot-mounts status
is 'status is 0 while all roots are started' "$status" 0
like 'and shows the first root' "$output" 'demo.*started'
like 'and the second' "$output" 'games.*started'
run as alice rc-service chroot-mounts status
is 'an ordinary user is told what OpenRC knows' "$status" 0
like 'in words' "$output$errors" 'started'
mkdir /opt/demo/mnt
chroot-enter demo mount -t tmpfs mark /mnt
ok 'a second start of the service succeeds' rc-service chroot-mounts start
ok 'a second start by the helper succeeds' chroot-mounts start
ok 'and leave the namespace as it is' is_marked demo

chroot-enter demo tail -f /dev/null &
inhabitant=$!
ok 'a process lives inside' await is_inside "$inhabitant"
ok 'restart succeeds' rc-service chroot-mounts restart
ok 'and has ended what ran inside' is_ended "$inhabitant"
wait "$inhabitant" 2>/dev/null
ok 'and the namespace is another one' fails is_marked demo

ok 'stop succeeds' rc-service chroot-mounts stop
is 'status is 3 when nothing is started' "$(status_of chroot-mounts)" 3
run chroot-enter demo true
is 'a stopped root cannot be entered' "$status" 125
ok 'a second stop of the service succeeds' rc-service chroot-mounts stop
ok 'a second stop by the helper succeeds' chroot-mounts stop

ln -s chroot-mounts /etc/init.d/chroot-mounts.games
rc-update -q -u
ok 'an instance starts its root' rc-service chroot-mounts.games start
ok 'which can be entered' enters games
ok 'and no other root' fails enters demo
is 'the status of the instance is 0' "$(status_of chroot-mounts.games)" 0
ok 'stopping the instance' rc-service chroot-mounts.games stop
is 'takes its status to 3' "$(status_of chroot-mounts.games)" 3
ok 'the service for all starts' rc-service chroot-mounts start
ok 'the other root' enters demo
ok 'and leaves the instance out' fails enters games
is 'the service for all is started' "$(status_of chroot-mounts)" 0
ok 'the instance starts beside it' rc-service chroot-mounts.games start
ok 'the service for all stops' rc-service chroot-mounts stop
ok 'the other root' fails enters demo
ok 'and leaves the instance alone' enters games
rc-service -q chroot-mounts.games stop
rm /etc/init.d/chroot-mounts.games
rc-update -q -u

configure broken 'root="/opt/broken"'
run rc-service chroot-mounts start
is 'with one broken root the service starts' "$status" 0
like 'the broken one is named' "$output$errors" 'broken'
like 'and a warning says that not all is well' "$output$errors" 'others of the roots'
ok 'the first of the others can be entered' enters demo
ok 'the second too' enters games
is 'status is 1 while some are started' "$(status_of chroot-mounts)" 1
rc-service -q chroot-mounts stop
rm /etc/conf.d/chroot-mounts.demo /etc/conf.d/chroot-mounts.games
run rc-service chroot-mounts start
is 'with broken roots alone the service fails' "$status" 1
like 'and names the root' "$output$errors" 'broken'
is 'and is stopped' "$(status_of chroot-mounts)" 3
rm /etc/conf.d/chroot-mounts.broken
configure demo 'root="/opt/demo"'
configure games 'root="/opt/games"'

# what the others find, when they start and stop
printf '%s\n' '#!/sbin/openrc-run' 'start() { chroot-mounts -q status >/dev/null; echo $? >/test/at-start; }' \
	>/etc/init.d/bootmisc
printf '%s\n' '#!/sbin/openrc-run' 'start() { :; }' \
	'stop() { chroot-mounts -q status >/dev/null; echo $? >/test/at-stop; }' >/etc/init.d/localmount
rc-update -q add bootmisc default
ok 'the service can be added to a runlevel' rc-update add chroot-mounts default
openrc default >/dev/null 2>&1
ok 'which starts it' enters demo
ok 'with every root' enters games
is 'after bootmisc, which wipes /tmp' "$(<"$work/at-start")" 3
setsid -w openrc shutdown >/dev/null 2>&1
is 'shutdown stops it' "$(status_of chroot-mounts)" 3
is 'before localmount' "$(<"$work/at-stop")" 3
echo default >/run/openrc/softlevel

mv /etc/init.d/localmount /etc/init.d/mountall
rc-update -q -u
ok 'on Debian, where mountall stands for localmount, the service starts' rc-service chroot-mounts start
ok 'and mountall with it' rc-service mountall status
ok 'and the root can be entered' enters demo
rc-service -q chroot-mounts stop
done_testing
