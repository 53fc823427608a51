#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# The state in /run: a record of another version, a state directory that somebody made shared, a
# host that hides processes, damage done from inside.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
on_machines PROPAGATION=private PROPAGATION=shared

state=/run/chroot-mounts
enters() { chroot-enter "$1" true; }
optional_fields() { awk -v place="$1" '$5 == place { for (i = 7; $i != "-"; i++) printf "%s ", $i }' /proc/self/mountinfo; }

configure demo 'root="/opt/demo"' 'users="alice"'
configure games 'root="/opt/games"' 'users="alice"'
before=$(host_mounts)

# the state directory
ok 'two roots start' chroot-mounts start
is 'the state directory is private and unbindable' "$(optional_fields "$state")" 'unbindable '
is 'the state directory is the superuser'"'"'s alone' "$(stat -c '%U %a' "$state")" 'root 700'
is 'no root shows the state directory' "$(chroot-enter games ls -A "$state" 2>/dev/null)" ''
ok 'no pin is seen inside a root that was started' fails chroot-enter games grep -q nsfs /proc/self/mountinfo
ok 'a mount namespace can be made after the start' unshare -m --propagation unchanged true
mount --make-rshared /
ok 'after somebody made everything shared, a root can be entered' enters games
ok 'after somebody made everything shared, another root can be stopped' chroot-mounts stop demo
ok 'after somebody made everything shared, the other root can be started' chroot-mounts start demo
ok 'after somebody made everything shared, the other root can be entered' enters demo
is 'the state directory is private and unbindable again' "$(optional_fields "$state")" 'unbindable '
ok 'no pin is seen inside the root that was started again' fails chroot-enter demo grep -q nsfs /proc/self/mountinfo
mount --make-rshared /
ok 'all roots stop after somebody made everything shared again' chroot-mounts stop
ok 'no pin is left after everything was made shared' fails has_pins
is 'no file of a root is left after everything was made shared' "$(find "$state" -mindepth 1 -maxdepth 1 -name '[a-z]*' | tr '\n' ' ')" ''
[ "$PROPAGATION" = shared ] || mount --make-rprivate /
is "the host's mounts are those of before everything was made shared" "$(host_mounts)" "$before"

# a record of another version
chroot-mounts -q start
sed -i 's/^version=[0-9]*/version=999/' "$state/games/record"
run chroot-enter games true
is 'a root with a record of another version cannot be entered' "$status" 125
like 'the message about a record of another version says why' "$errors" 'another version.*restart'
ok 'the other root can be entered beside a record of another version' enters demo
ok 'stop works on any version' chroot-mounts stop games
ok 'stop of a record of another version leaves no pin' fails grep -q " $state/games" /proc/self/mountinfo
ok 'start prepares the root again after a record of another version' chroot-mounts start games
ok 'the root can be entered after a record of another version' enters games
chroot-mounts -q stop

# damage done from inside
chroot-mounts -q start
chroot-enter games umount -l /
run chroot-enter games true
is 'where somebody unmounted / inside, nobody enters' "$status" 125
like 'where somebody unmounted / inside, the message says what mends it' "$errors" 'to mend it: chroot-mounts restart '
run chroot-mounts status games
is 'where somebody unmounted / inside, status fails' "$status" 1
like 'where somebody unmounted / inside, status says that the root is damaged' "$output" 'damaged'
ok 'stop takes the damaged root away' chroot-mounts stop games
ok 'start prepares the damaged root again' chroot-mounts start games
ok 'the root that was damaged can be entered' enters games
chroot-mounts -q stop

# a host that hides processes
mount -o remount,hidepid=2 /proc
# shellcheck disable=SC2016 # for the inner shell
processes() { as alice "$@" sh -c 'cd /proc && set -- [0-9]* && echo $#'; }
is 'a /proc that is fresh shows what the host hides' \
	"$(unshare -m sh -c 'mount -t proc proc /proc && exec setpriv --reuid=bob --regid=bob --clear-groups ls -d /proc/1')" \
	/proc/1
ok 'the host hides its first process from a user' fails as bob ls -d /proc/1
chroot-mounts -q start
like 'the fresh /proc inside has the hidepid of the host' \
	"$(chroot-enter games grep ' /proc ' /proc/self/mountinfo)" 'hidepid=(2|invisible)'
is 'an ordinary user sees inside no more than outside' \
	"$(processes chroot-enter games)" "$(processes env)"
ok 'an ordinary user does not see the first process inside' fails as alice chroot-enter games ls /proc/1
ok 'all roots stop on a host that hides processes' chroot-mounts stop
mount -o remount,hidepid=0 /proc
is "the host's mounts are those of before at the end" "$(host_mounts)" "$before"
done_testing
