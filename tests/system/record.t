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
is 'and the superuser'"'"'s alone' "$(stat -c '%U %a' "$state")" 'root 700'
is 'no root shows it' "$(chroot-enter games ls -A "$state" 2>/dev/null)" ''
ok 'no pin is seen inside' fails chroot-enter games grep -q nsfs /proc/self/mountinfo
ok 'a namespace made later' unshare -m --propagation unchanged true
mount --make-rshared /
ok 'after somebody made everything shared, a root can be entered' enters games
ok 'another root can be stopped' chroot-mounts stop demo
ok 'and started' chroot-mounts start demo
ok 'and entered' enters demo
is 'the state directory is private and unbindable again' "$(optional_fields "$state")" 'unbindable '
ok 'no pin is seen inside' fails chroot-enter demo grep -q nsfs /proc/self/mountinfo
mount --make-rshared /
ok 'all stop' chroot-mounts stop
ok 'no pin is left' fails has_pins
is 'nor a file of a root' "$(find "$state" -mindepth 1 -maxdepth 1 -name '[a-z]*' | tr '\n' ' ')" ''
[ "$PROPAGATION" = shared ] || mount --make-rprivate /
is 'the mounts are those of before' "$(host_mounts)" "$before"

# a record of another version
chroot-mounts -q start
sed -i 's/^version=[0-9]*/version=999/' "$state/games/record"
run chroot-enter games true
is 'a record of another version cannot be entered' "$status" 125
like 'and the message says why' "$errors" 'another version.*restart'
ok 'the other root can' enters demo
ok 'stop works on any version' chroot-mounts stop games
ok 'and leaves no pin' fails grep -q " $state/games" /proc/self/mountinfo
ok 'start prepares it again' chroot-mounts start games
ok 'with a record of this version' enters games
chroot-mounts -q stop

# damage done from inside
chroot-mounts -q start
chroot-enter games umount -l /
run chroot-enter games true
is 'where somebody unmounted / inside, nobody enters' "$status" 125
like 'and the message says what mends it' "$errors" 'rc-service chroot-mounts'
run chroot-mounts status games
is 'status tells' "$status" 1
like 'that it is damaged' "$output" 'damaged'
ok 'stop takes it away' chroot-mounts stop games
ok 'start prepares it again' chroot-mounts start games
ok 'and it can be entered' enters games
chroot-mounts -q stop

# a host that hides processes
mount -o remount,hidepid=2 /proc
# shellcheck disable=SC2016 # for the inner shell
processes() { as alice "$@" sh -c 'cd /proc && set -- [0-9]* && echo $#'; }
is 'a /proc that is fresh shows what the host hides' \
	"$(unshare -m sh -c 'mount -t proc proc /proc && exec setpriv --reuid=bob --regid=bob --clear-groups ls -d /proc/1')" \
	/proc/1
ok 'the host does hide it' fails as bob ls -d /proc/1
chroot-mounts -q start
like 'the fresh /proc inside has the hidepid of the host' \
	"$(chroot-enter games grep ' /proc ' /proc/self/mountinfo)" 'hidepid=(2|invisible)'
is 'an ordinary user sees inside no more than outside' \
	"$(processes chroot-enter games)" "$(processes env)"
ok 'which is not the first process' fails as alice chroot-enter games ls /proc/1
ok 'all stop' chroot-mounts stop
mount -o remount,hidepid=0 /proc
is 'the mounts are those of before' "$(host_mounts)" "$before"
done_testing
