#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What the host mounts later appears inside and goes away again; what is mounted inside never
# appears outside; stop leaves the host's mounts as they were; a root's tree can be removed.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
on_machines PROPAGATION=private PROPAGATION=shared PROPAGATION=mixed

inside() { chroot-enter games "$@"; }
# what is deeper in /sys comes and goes with the devices and modules of the machine around this one
host_files()
{
	find /dev /run /tmp -xdev -not -path '/run/openrc*' -not -path '/run/chroot-mounts*' | sort
	find /sys -xdev -maxdepth 1 | sort
}

configure games 'root="/opt/games"'
mkdir -p /run/user/1000
: >/tmp/of-the-host
before=$(host_mounts)
run chroot-mounts start
is 'start succeeds' "$status" 0
is "the host's mounts are as before the start" "$(host_mounts)" "$before"
# shellcheck disable=SC2016 # the words are awk's
is 'inside are the mounts of the plan and what the host has below them' \
	"$(inside awk '$5 !~ "^/(dev|sys|run|tmp)/." { print $5 }' /proc/self/mountinfo | sort | tr '\n' ' ')" \
	'/ /dev /etc/resolv.conf /proc /run /sys /tmp '
is "OpenRC's state is covered inside" "$(inside ls -A /run/openrc)" ''

mount -t tmpfs login /run/user/1000
: >/run/user/1000/bus
ok 'a tmpfs mounted on /run/user/1000 after the start is seen inside' inside test -e /run/user/1000/bus
umount /run/user/1000
ok 'the tmpfs is gone inside once the host has unmounted it' inside test ! -e /run/user/1000/bus
ok 'the tmpfs is no mount inside any more once the host has unmounted it' fails inside grep -q /run/user/1000 /proc/self/mountinfo
mount -t tmpfs login /run/user/1000
ok 'a second tmpfs mounted on /run/user/1000 is seen inside' inside grep -q /run/user/1000 /proc/self/mountinfo
umount /run/user/1000

during=$(host_mounts)
for place in /mnt /run/user/1000 /tmp /dev /sys; do
	mkdir -p "/opt/games/mnt"
	ok "inside, a tmpfs can be mounted on $place" inside mount -t tmpfs inner "$place"
	is "the host sees nothing of a tmpfs that is mounted inside on $place" "$(host_mounts)" "$during"
	ok "a tmpfs that is mounted inside on $place can be unmounted inside" inside umount "$place"
done
ok 'unmounting the plan inside succeeds' inside umount -l /run
is "unmounting the plan inside leaves the host's mounts" "$(host_mounts)" "$during"

# a source that somebody made private after the start
state_of() { chroot-mounts status games | sed -n 's/^games *//p'; }
mkdir -p /srv/live /opt/games/mnt/live
mount -t tmpfs live /srv/live
configure games 'root="/opt/games"' 'extra_mounts="/srv/live /mnt/live none rbind,rslave,x-live"'
chroot-mounts -q reload games
like 'status finds nothing wrong with a live source' "$(state_of)" '^started'
mount --make-private /srv/live
like 'status tells of a live source that is private now' "$(state_of)" \
	'^stale .*/srv/live is not live any more; chroot-mounts reload'
ok 'a reload makes a source live again' chroot-mounts -q reload games
like 'status finds nothing wrong with a source that is live again' "$(state_of)" '^started'
mkdir /srv/live/later
mount -t tmpfs later /srv/live/later
ok 'what the host mounts on a source that is live again is seen inside' \
	inside grep -q ' /mnt/live/later ' /proc/self/mountinfo
configure games 'root="/opt/games"'
chroot-mounts -q stop
umount -R /srv/live
rmdir /opt/games/mnt/live /srv/live

chroot-mounts -q stop
chroot-mounts -q start
chroot-enter games tail -f /dev/null &
inhabitant=$!
ok 'a process runs inside' await is_inside "$inhabitant"
before_removal=$(host_files)
rm -rf --one-file-system /opt/games/* 2>/dev/null
rm -rf /opt/games/dev /opt/games/run /opt/games/tmp /opt/games/sys /opt/games/proc 2>/dev/null
is 'the tree of a started root can be removed' "$(ls -A /opt/games)" ''
is "the host's /dev, /run, /tmp and /sys are untouched when the tree is removed" "$(host_files)" "$before_removal"
ok 'stop succeeds after the tree was removed' chroot-mounts stop
ok 'stop has ended what ran inside' is_ended "$inhabitant"
wait "$inhabitant" 2>/dev/null
is "the host's mounts after stop are those from before the first start" "$(host_mounts)" "$before"
ok 'no pin is left' fails has_pins
ok 'the file system of the tree can be unmounted' umount /opt/games
done_testing
