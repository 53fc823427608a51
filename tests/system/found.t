#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What was found by attacking the mount engine, so that it stays mended.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
needs strace
on_machines PROPAGATION=private

is_one_inside() { chroot-mounts status games | grep -q 'games *[a-z]* *1'; }
inside_mounts() { chroot-enter -d / games cat /proc/self/mountinfo; }

# a copy of the host's namespace has the state directory, but none of the pins
configure games 'root="/opt/games"' 'stop_timeout=1'
chroot-mounts -q start games
chroot-enter -d / games sleep 1000 &
sleeper=$!
ok 'somebody is inside' await is_one_inside
for verb in start stop reload; do
	run unshare -m chroot-mounts "$verb" games
	is "$verb in a copy of the host's namespace fails" "$status" 1
	like "$verb in a copy of the host's namespace says where it works" "$errors" "another mount namespace, the host's"
done
ok "the pin is still there after commands in a copy of the host's namespace" has_pins
ok 'stop on the host ends who is inside' chroot-mounts stop games
ok 'the process inside has ended after stop on the host' await is_ended "$sleeper"

# two stops at once: one looks at what the other has open
configure games 'root="/opt/games"' 'stop_timeout=2'
configure demo 'root="/opt/demo"'
chroot-mounts -q start
chroot-enter -d / games sh -c 'trap "" TERM; while :; do read -r line </dev/zero; done' >/dev/null 2>&1 &
ok 'somebody is inside who is deaf to SIGTERM' await is_one_inside
chroot-mounts stop games &
stopping=$!
await test -e /run/chroot-mounts/games/record.stopping
(strace -qq -o /dev/null -e trace=setns -e inject=setns:delay_exit=200000 chroot-mounts stop demo; exit $?) 2>/dev/null
is 'a stop beside another one comes to its end' $? 0
wait "$stopping"
is 'the stop that another one ran beside comes to its end' $? 0

# a stop that is called from inside ends nobody above itself, and hinders no root but that one
chroot-mounts -q start
run chroot-enter -d / games sh -c 'busybox nsenter -t 1 -m chroot-mounts stop games demo; exit $?'
is 'a stop that is called from inside of a root fails, and says why' "$status:$errors" \
	'1:chroot-mounts: games: this command was itself called from inside; call it from the host'
is 'a stop that is called from inside of a root stops the others' "$(ls -I '*.*' /run/chroot-mounts)" games
ok 'a stop from the host goes on from one that was called from inside' chroot-mounts -q stop

# a job of the host stays one of the host when its parent goes inside
for way in 'chroot /opt/demo' 'unshare -m'; do
	chroot-mounts -q start games
	sh -c "$way /bin/sleep 1000 >/dev/null 2>&1 & echo \$! >$work/job; exec chroot-enter -d / games sleep 1000" &
	sleeper=$!
	ok "$way: the parent of a job is inside" await is_inside "$sleeper"
	job=$(<"$work/job")
	is_sleeping() { [ "$(tr '\0' ' ' <"/proc/$job/cmdline")" = '/bin/sleep 1000 ' ]; }
	ok "$way: the job runs on the host" await is_sleeping
	ok "$way: stop succeeds beside a job of the host" chroot-mounts stop games
	ok "$way: a job of the host outlives the stop that ends its parent" is_alive "$job"
	kill "$job"
	wait "$sleeper" 2>/dev/null
done

# a sandbox from before a reload is known after it
configure games 'root="/opt/games"' 'stop_timeout=1' \
	'mounts="/dev /dev none rbind' '/tmp /tmp none rbind' 'proc /proc proc nosuid,hidepid=1"'
chroot-mounts -q start games
chroot-enter -d / games unshare -m sh -c 'setsid sleep 1000 & echo $! >/tmp/sandboxed'
configure games 'root="/opt/games"' 'stop_timeout=1' \
	'mounts="/dev /dev none rbind' '/tmp /tmp none rbind' 'proc /proc proc nosuid"'
ok 'a reload takes hidepid back' chroot-mounts -q reload games
is 'nothing inside hides processes after the reload' "$(inside_mounts | grep -c hidepid)" 0
ok 'stop ends who left the root before' chroot-mounts stop games
ok 'a process that left the root before the reload has ended' await is_ended "$(cat /tmp/sandboxed)"

# a mount is recorded by its place, wherever links of the tree lead to it
mkdir -p /opt/games/real/place
ln -s real /opt/games/way
configure games 'root="/opt/games"' 'mounts="/srv /way/place none bind' 'proc /proc proc nosuid"'
chroot-mounts -q start games
ok 'start records the place that a link leads to' \
	eval 'tr "\0" "\n" </run/chroot-mounts/games/record | grep -q "^line=.*:/real/place$"'
chroot-mounts -q stop games

# what is visible goes with a directory that is renamed
mkdir -p /srv/p/games/proc
configure games 'root="/srv/p/games"' 'visible="yes"' 'mounts="proc /proc proc nosuid"'
before=$(host_mounts)
chroot-mounts -q start games
mv /srv/p /srv/q
ok 'stop finds what is visible where it is now' chroot-mounts stop games
is "stop of a root that was renamed leaves the host's mounts as before" "$(host_mounts)" "$before"

# the host itself as a source
mkdir -p /opt/games/host
configure games 'root="/opt/games"' 'mounts="/ /host none rbind,rslave' 'proc /proc proc nosuid"'
chroot-mounts -q start games
ok 'a bind of / brings what is mounted below it' eval 'inside_mounts | grep -q " /host/dev/pts "'
chroot-mounts -q stop games

# what another root has made visible is there for the next one of the same command
mkdir -p /srv/a/proc /opt/demo/srv
configure aa 'root="/srv/a"' 'visible="yes"' 'mounts="proc /proc proc nosuid"'
configure demo 'root="/opt/demo"' 'mounts="/srv /srv none rbind,rslave"'
chroot-mounts -q start aa demo
ok 'a root sees what the one before it made visible' chroot-enter -d / demo test -e /srv/a/proc/version
chroot-mounts -q stop demo aa
rm /etc/conf.d/chroot-mounts.aa

# a directory that nobody may make anything in for the superuser
mkdir -p /opt/games/home/alice /opt/games/etc/cron.d
: >/srv/f
chown 1000 /opt/games/home/alice
as alice ln -s /etc/cron.d /opt/games/home/alice/x
configure games 'root="/opt/games"' 'mounts="/srv/f /home/alice/x/y none bind,x-mount.mkdir"'
run chroot-mounts start games
is 'x-mount.mkdir by way of a user is refused' "$status" 1
is 'the refused x-mount.mkdir makes nothing' "$(ls -A /opt/games/etc/cron.d)" ''

# a tree without /etc, where setuid programs shall work; the descriptor 0 is no file on its /etc/passwd
configure games 'root="/opt/games"' 'allow_setuid="yes"' 'mounts="proc /proc proc nosuid"'
mv /opt/games/etc /opt/games/away
chroot-mounts -q start games
run chroot-mounts reload games </dev/null
is 'a reload of a tree without /etc takes nothing else for its passwd file' "$status:$errors" 0:
chroot-mounts -q stop games
mv /opt/games/away /opt/games/etc

# a pin that is mounted twice
configure games 'root="/opt/games"'
chroot-mounts -q start games
chroot-enter -d / games tail -f /dev/null &
inhabitant=$!
await is_inside "$inhabitant"
ok 'the namespace of a root can be pinned once more' mount --bind "/proc/$inhabitant/ns/mnt" /run/chroot-mounts/games/ns
run chroot-mounts stop games
is 'stop takes a pin away as often as it is mounted' "$status:$errors" 0:
ok 'no pin is left of a root that was pinned twice' fails has_pins
ok 'no folder is left of a root that was pinned twice' test ! -e /run/chroot-mounts/games
ok 'a root that was pinned twice has lost who was inside' await is_ended "$inhabitant"

# a filesystem of a user's that answers nobody else
if mknod -m 666 /dev/fuse c 10 229 && exec 5<>/dev/fuse; then
	mkdir -p /home/alice/fuse /opt/games/mnt
	# the new calls of util-linux 2.41 look at what they mount before it has a place, and are refused
	ok 'a FUSE of alice lies on a source' env LIBMOUNT_FORCE_MOUNT2=always mount -i -t fuse \
		-o fd=5,rootmode=40000,user_id=1000,group_id=1000 alice /home/alice/fuse
	configure games 'root="/opt/games"' 'mounts="/home/alice/fuse /mnt none bind' 'proc /proc proc nosuid"'
	ok 'the root starts beside a FUSE that answers nobody else' chroot-mounts -q start games
	like 'the root with a FUSE on a source counts as started' "$(chroot-mounts status games)" 'games started'
	ok 'reload succeeds with a FUSE on a source' chroot-mounts -q reload games
	ok 'stop succeeds with a FUSE on a source' chroot-mounts -q stop games
	umount -l /home/alice/fuse
fi
done_testing
