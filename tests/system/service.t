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
ok 'what the service needs was started' rc-service localmount status
ok 'the first root can be entered' enters demo
ok 'the second root can be entered' enters games
run rc-service chroot-mounts status
is 'status is 0 while all roots are started' "$status" 0
like 'status shows the first root' "$output" 'demo.*started'
like 'status shows the second root' "$output" 'games.*started'
run as alice rc-service chroot-mounts status
is 'an ordinary user is told what OpenRC knows' "$status" 0
like 'an ordinary user is told in words that the service is started' "$output$errors" 'started'
mkdir /opt/demo/mnt
chroot-enter demo mount -t tmpfs mark /mnt
ok 'a second start of the service succeeds' rc-service chroot-mounts start
ok 'a second start by the helper succeeds' chroot-mounts start
ok 'a second start leaves the namespace as it is' is_marked demo

chroot-enter demo tail -f /dev/null &
inhabitant=$!
ok 'a process lives inside' await is_inside "$inhabitant"
ok 'restart succeeds' rc-service chroot-mounts restart
ok 'restart has ended what ran inside' is_ended "$inhabitant"
wait "$inhabitant" 2>/dev/null
ok 'the namespace after restart is another one' fails is_marked demo

ok 'stop succeeds' rc-service chroot-mounts stop
is 'status is 3 when nothing is started' "$(status_of chroot-mounts)" 3
run chroot-enter demo true
is 'a stopped root cannot be entered' "$status" 125
ok 'a second stop of the service succeeds' rc-service chroot-mounts stop
ok 'a second stop by the helper succeeds' chroot-mounts stop

ln -s chroot-mounts /etc/init.d/chroot-mounts.games
rc-update -q -u
ok 'an instance starts its root' rc-service chroot-mounts.games start
ok 'the root that an instance started can be entered' enters games
ok 'an instance starts no other root' fails enters demo
is 'the status of the instance is 0' "$(status_of chroot-mounts.games)" 0
ok 'the instance stops' rc-service chroot-mounts.games stop
is 'the status of an instance that was stopped is 3' "$(status_of chroot-mounts.games)" 3
ok 'the service for all starts' rc-service chroot-mounts start
ok 'the service for all starts the other root' enters demo
ok 'the service for all leaves the root of the instance out' fails enters games
is 'the service for all is started' "$(status_of chroot-mounts)" 0
ok 'the instance starts beside the service for all' rc-service chroot-mounts.games start
ok 'the service for all stops beside the instance' rc-service chroot-mounts stop
ok 'the stop of the service for all ends the other root' fails enters demo
ok 'the stop of the service for all leaves the root of the instance alone' enters games
rc-service -q chroot-mounts.games stop
rm /etc/init.d/chroot-mounts.games
rc-update -q -u

configure broken 'root="/opt/broken"'
run rc-service chroot-mounts start
is 'the service starts although one root is broken' "$status" 0
like 'the broken root is named' "$output$errors" 'broken'
like 'a warning says that not all roots are well' "$output$errors" 'others of the roots'
ok 'the first root besides the broken one can be entered' enters demo
ok 'the second root besides the broken one can be entered' enters games
is 'status is 1 while some are started' "$(status_of chroot-mounts)" 1
rc-service -q chroot-mounts stop
rm /etc/conf.d/chroot-mounts.demo /etc/conf.d/chroot-mounts.games
run rc-service chroot-mounts start
is 'the service fails if all roots are broken' "$status" 1
like 'the service that fails names the broken root' "$output$errors" 'broken'
is 'the service is stopped after it failed' "$(status_of chroot-mounts)" 3
rm /etc/conf.d/chroot-mounts.broken
configure demo 'root="/opt/demo"'
configure games 'root="/opt/games"'

# OpenRC hands down the umask that it was called with
rm -rf /opt/demo/mnt
configure demo 'root="/opt/demo"' 'extra_mounts="tmpfs /mnt/made tmpfs size=1m,x-mount.mkdir"'
(umask 077 && exec rc-service -q chroot-mounts start)
rc-service -q chroot-mounts stop
is 'start makes mount points that every user can go through, whatever the umask' \
	"$(stat -c %a /opt/demo/mnt /opt/demo/mnt/made)" $'755\n755'
configure demo 'root="/opt/demo"'

# what the others find, when they start and stop
printf '%s\n' '#!/sbin/openrc-run' 'start() { chroot-mounts -q status >/dev/null; echo $? >/test/at-start; }' \
	>/etc/init.d/bootmisc
printf '%s\n' '#!/sbin/openrc-run' 'start() { :; }' \
	'stop() { chroot-mounts -q status >/dev/null; echo $? >/test/at-stop; }' >/etc/init.d/localmount
rc-update -q add bootmisc default
ok 'the service can be added to a runlevel' rc-update add chroot-mounts default
openrc default >/dev/null 2>&1
ok 'the runlevel starts the service with the first root' enters demo
ok 'the runlevel starts the service with the second root' enters games
is 'the service starts after bootmisc, which wipes /tmp' "$(<"$work/at-start")" 3
setsid -w openrc shutdown >/dev/null 2>&1
is 'shutdown stops the service' "$(status_of chroot-mounts)" 3
is 'the service stops before localmount' "$(<"$work/at-stop")" 3
echo default >/run/openrc/softlevel

mv /etc/init.d/localmount /etc/init.d/mountall
rc-update -q -u
ok 'on Debian, where mountall stands for localmount, the service starts' rc-service chroot-mounts start
ok 'on Debian, mountall is started with the service' rc-service mountall status
ok 'on Debian, the root can be entered' enters demo
rc-service -q chroot-mounts stop

# the newest OpenRC finds scripts in directories that depend() does not know
mv /etc/init.d/mountall /srv/localmount
rc-update -q -u
run rc-service chroot-mounts start
is 'the service starts where neither localmount nor mountall is in /etc/init.d' "$status" 0
is 'the service names no script that does not exist' "$(grep -c 'exist' <<<"$output$errors")" 0
ok 'the root can be entered where neither script is in /etc/init.d' enters demo
ok 'the service stops where neither script is in /etc/init.d' rc-service chroot-mounts stop
# shellcheck disable=SC2016 # for the other shell
asked=$(sh -c '. /etc/init.d/chroot-mounts; need() { echo "need $*"; }; use() { echo "use $*"; }; after() { :; }; depend')
is 'an order without a need holds where neither script is in /etc/init.d' "$asked" 'use localmount mountall'
done_testing
