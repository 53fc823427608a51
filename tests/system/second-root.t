#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# A second root beside one that runs: started by reload, restarted by itself, handed to an instance.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
on_machines TREES='games=busybox demo=busybox'

state_of() { chroot-mounts status "$1" | awk 'NR == 2 { print $2 }'; }
entered() { as alice chroot-enter -d / "$1" true; }
service_of() { tr '\0' '\n' <"/run/chroot-mounts/$1/record" | sed -n 's/^service=//p'; }

configure games 'root="/opt/games"' 'users="alice"'
ok 'the service starts with one root' rc-service chroot-mounts start
chroot-enter -d / games sleep 1000 & inhabitant=$!
await is_inside "$inhabitant"

# chroot-enter names the command that prepares one root
configure demo 'root="/opt/demo"' 'users="alice"'
run as alice chroot-enter -d / demo true
like 'a user is told which command prepares the second root' "$errors" 'demo is not prepared \(chroot-mounts start demo\), or you are not listed for it'
run chroot-enter -d / demo true
is 'the superuser is told that the second root is not prepared' "$errors" \
	'chroot-enter: demo is not prepared; to mend it: chroot-mounts start demo'
ok 'the command that was named prepares the second root' chroot-mounts start demo
ok 'the second root can be entered' entered demo
run as alice chroot-enter -d / /opt/demo true
is 'a path is said to be no name' "$errors" \
	'chroot-enter: /opt/demo is no name of a root, which has small letters, digits, - and _ (chroot-enter --list)'

# reload of the service
chroot-mounts -q stop demo
ok 'a reload of the service passes over a root that was stopped by its name' rc-service chroot-mounts reload
is 'the root that was stopped by its name stays so' "$(state_of demo)" stopped
configure third 'root="/opt/demo"' 'users="alice"'
ok 'a reload of the service takes a root that is new' rc-service chroot-mounts reload
ok 'the new root can be entered after the reload' entered third
is 'the reload leaves the root stopped that was stopped by its name' "$(state_of demo)" stopped
ok 'a root that was stopped by its name starts by its name' chroot-mounts start demo
rm /etc/conf.d/chroot-mounts.third
chroot-mounts -q stop third
ok 'after that the reload succeeds with all roots started' rc-service chroot-mounts reload
configure broken 'root="/opt/nosuch"'
run chroot-mounts reload
is 'a reload with a new root that cannot start fails' "$status" 1
like 'the reload says why the new root cannot start' "$errors" 'broken: cannot open the root /opt/nosuch'
rm /etc/conf.d/chroot-mounts.broken
configure own 'root="/opt/demo"'
ln -s chroot-mounts /etc/init.d/chroot-mounts.own
ok 'a reload of the service succeeds beside an instance' rc-service chroot-mounts reload
is 'the reload of the service starts no instance' "$(state_of own)" stopped
rm /etc/init.d/chroot-mounts.own /etc/conf.d/chroot-mounts.own

# a root that a stop could not end is not passed over
run chroot-enter -d / demo sh -c 'busybox nsenter -t 1 -m chroot-mounts stop demo; exit $?'
is 'a stop that is called from inside fails' "$status" 1
run chroot-mounts reload
is 'a reload names a root that a stop by its name could not end' "$status:$errors" \
	'1:chroot-mounts: demo: was not stopped completely; to mend it: chroot-mounts stop demo'
ok 'the stop that was named succeeds' chroot-mounts stop demo
ok 'the root starts again after the stop' chroot-mounts start demo

# restart of one root
configure demo 'root="/opt/demo"' 'users="alice"' 'visible="yes"'
run chroot-mounts reload demo
like 'the reload that cannot be made names a restart of that root' "$errors" 'to mend it: chroot-mounts restart demo$'
chroot-enter -d / demo sleep 1000 & second=$!
await is_inside "$second"
ok 'the restart that was named succeeds' chroot-mounts restart demo
ok 'the restart has ended the processes of that root' is_ended "$second"
is 'the root is started with the new value' "$(state_of demo)" started
ok 'the restart has ended nothing in another root' is_inside "$inhabitant"
configure demo 'root="/opt/nosuch"'
chroot-enter -d / demo sleep 1000 & second=$!
await is_inside "$second"
run chroot-mounts restart demo
is 'the restart of a root that would not start fails' "$status" 1
like 'the restart says why the root would not start' "$errors" 'cannot open the root /opt/nosuch'
like 'the restart says that the root is left' "$errors" 'demo: is left as it is'
ok 'a root that would not start goes on' is_inside "$second"
configure demo 'root="/opt/demo"' 'users="alice"' "extra_mounts='/srv/nosuch /mnt none bind'"
run chroot-mounts restart demo
is 'the restart of a root that lacks a source fails' "$status" 1
ok 'a root that lacks a source goes on' is_inside "$second"
configure demo 'root="/opt/demo"' 'users="alice"'
chroot-enter -d / demo umount -l /
like 'status names a restart for a root without its /' "$(chroot-mounts status demo)" 'damaged.*chroot-mounts restart demo$'
ok 'the restart mends a root without its /' chroot-mounts restart demo
ok 'the root can be entered after it was mended' entered demo
run chroot-mounts restart nosuch
is 'a restart of a root that is not there fails' "$status:$errors" '1:chroot-mounts: no root is called nosuch (chroot-mounts list)'
ok 'a restart of no named root restarts those of the service' chroot-mounts restart
ok 'a restart of no named root ends what runs in them' is_ended "$inhabitant"
is 'all roots are started after a restart' "$(state_of games) $(state_of demo)" 'started started'

# an instance takes over
ln -s chroot-mounts /etc/init.d/chroot-mounts.games
chroot-enter -d / games sleep 1000 & inhabitant=$!
await is_inside "$inhabitant"
ok 'the instance starts with a root that the service had prepared' rc-service chroot-mounts.games start
is 'the root is the instance'"'"'s then' "$(service_of games)" chroot-mounts.games
ok 'the take-over ends nothing' is_inside "$inhabitant"
ok 'the service stops' rc-service chroot-mounts stop
ok 'the root of the instance goes on' is_inside "$inhabitant"
ok 'the root of the instance can be entered' entered games
rm /etc/init.d/chroot-mounts.games
rc-update -q -u
ok 'the service starts again' rc-service chroot-mounts start
is 'without its symlink the root is the service'"'"'s' "$(service_of games)" chroot-mounts
ok 'the service stops with all roots' rc-service chroot-mounts stop
ok 'the stop of the service has ended what ran inside' is_ended "$inhabitant"
is 'nothing is prepared after the service has stopped' "$(state_of games) $(state_of demo)" 'stopped stopped'
run chroot-mounts reload
is 'a reload while the service is stopped starts nothing' "$status:$(state_of games)" 1:stopped
done_testing
