#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Stop ends whatever is inside, however it hides, and nobody else.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
needs mmdebstrap strace losetup mkfs.ext4
on_machines TREES=debian=debian

root=/opt/debian
pids=()
configure debian "root=$root" 'users="alice"' 'stop_timeout=1'
# In the background of no shell of ours, so that nobody waits for it.
inside() { as alice chroot-enter -d / debian "$@" >/dev/null 2>&1 & }
host() { "$@" >/dev/null 2>&1 & pids+=($!); }
processes() { chroot-mounts status | awk '$1 == "debian" { print $3 }'; }
are_inside() { [ "$(processes)" = "$1" ]; }
are_alive() { local pid; for pid; do is_alive "$pid" || return 1; done; }

# nobody_is_left WHAT: after a stop that must succeed.
nobody_is_left()
{
	ok "$1: stop succeeds" chroot-mounts stop
	ok "$1: no process of alice is left" await fails run_on -u alice
	ok "$1: nothing is pinned" fails has_pins
	chroot-mounts -q start
}
begin() { chroot-mounts -q start; }

begin
inside sleep 1000
inside sh -c 'trap "" TERM; while :; do read -r x </dev/zero; done'
inside sh -c 'kill -STOP $$'
await are_inside 3
nobody_is_left 'a sleeper, one that ignores SIGTERM, and a stopped one'

inside unshare -Urm sleep 1000
inside unshare -Urm sh -c 'mount --make-rprivate /; exec sleep 1000'
inside bwrap --ro-bind / / --unshare-pid sleep 1000
inside bwrap --ro-bind /usr /usr --symlink usr/lib /lib --symlink usr/lib64 /lib64 --symlink usr/bin /bin --proc /proc sleep 1000
inside unshare -Urm bwrap --ro-bind /usr /usr --symlink usr/lib /lib --symlink usr/lib64 /lib64 --symlink usr/bin /bin sleep 1000
await are_inside 9
nobody_is_left 'sandboxes in sandboxes'

# known by its parent alone, which ends first: nothing of the root's own is left in its namespace
cp "$(command -v busybox)" "$root/bin/busybox"
inside sh -c 'unshare -Urm sh -c "mount -t tmpfs t /mnt; mkdir /mnt/bin /mnt/old /mnt/dev
	mount --make-rprivate /; mount --bind /bin /mnt/bin; mount --bind /dev /mnt/dev
	cd /mnt; busybox pivot_root . old; /bin/busybox umount -l /old
	trap : TERM; while :; do /bin/busybox sleep 0.1; done"; true'
hidden() { grep -L ' /old' /proc/[0-9]*/mountinfo 2>/dev/null | xargs grep -l '/mnt\|- tmpfs t ' 2>/dev/null | head -n 1; }
is_hidden() { [ -n "$(hidden)" ]; }
await is_hidden
ok 'a process hides with nothing of the root in its mountinfo' is_hidden
nobody_is_left 'a process that hides behind its parent'

cp "${BUILD:-$top/build}/system/fork-chain" "$root/chain"
for chains in 1 4; do
	inside /chain "$chains"
	await pgrep -x chain >/dev/null
	nobody_is_left "a program that forks faster than one can look ($chains)"
done

as alice chroot-enter -d / debian sh -c 'for i in $(seq 300); do sleep 1000 & done' >/dev/null 2>&1
await are_inside 300
ok 'more processes than descriptors: stop succeeds' sh -c 'ulimit -n 100; exec chroot-mounts stop'
ok 'more processes than descriptors: no process of alice is left' await fails run_on -u alice
begin

# A process is known by any thread of it.
cp "${BUILD:-$top/build}/system/leaderless" "$root/leaderless"
inside /leaderless
await pgrep -x leaderless >/dev/null
without_leader() { grep -q '^State:.Z' "/proc/$(pgrep -x leaderless)/status"; }
await without_leader
is 'a thread whose leader has exited counts' "$(processes)" 1
nobody_is_left 'a thread whose leader has exited'

# Several roots at once: the time is theirs together, and one that fails hinders no other.
configure second "root=$root" 'users="alice"' 'stop_timeout=2'
configure third "root=$root" 'users="alice"' 'stop_timeout=1'
roots='debian second third'
begin
for name in $roots; do
	as alice chroot-enter -d / "$name" sh -c 'trap "" TERM; while :; do read -r x </dev/zero; done' >/dev/null 2>&1 &
	as alice chroot-enter -d / "$name" unshare -Urm sleep 1000 >/dev/null 2>&1 &
	as alice chroot-enter -d / "$name" sleep 1000 >/dev/null 2>&1 &
done
counts() { chroot-mounts status | awk 'NR > 1 { printf "%s=%s ", $1, $3 }'; }
are_counted() { [ "$(counts)" = "$1" ]; }
await are_counted 'debian=3 second=3 third=3 '
is 'each process counts for its own root' "$(counts)" 'debian=3 second=3 third=3 '
begun=${EPOCHREALTIME/./}
ok 'three roots with processes that ignore SIGTERM: stop succeeds' chroot-mounts stop third debian second
took=$((${EPOCHREALTIME/./} - begun))
ok "three roots stop in the longest of their times and two seconds ($took microseconds)" test "$took" -lt 4000000
ok 'three roots do not stop before the longest of their times' test "$took" -ge 2000000
ok 'three roots with processes that ignore SIGTERM: no process of alice is left in any' await fails run_on -u alice
ok 'three roots with processes that ignore SIGTERM: nothing is pinned' fails has_pins

begin
chroot-mounts stop & first=$!
chroot-mounts stop & second=$!
wait "$first"
is 'two stops at once: the first succeeds' $? 0
wait "$second"
is 'two stops at once: the second succeeds' $? 0
ok 'two stops at once: nothing is pinned' fails has_pins

begin
ok 'three roots with few descriptors: stop succeeds, one after the other' sh -c 'ulimit -n 80; exec chroot-mounts stop'
ok 'three roots with few descriptors: nothing is pinned' fails has_pins

# held_by PATTERN: after a stop that must fail for debian, and for no other root.
held_by()
{
	run chroot-mounts stop
	is "$1: stop fails" "$status" 1
	like "$1: the message names the holder" "$errors" "chroot-mounts: debian: is held from outside by $2"
	like "$1: the message says what mends it" "$errors" '; end the holder, then type chroot-mounts stop debian$'
	ok "$1: the holder lives" is_alive "$holder"
	ok "$1: no process of alice is left" await fails run_on -u alice
	is "$1: the other roots are stopped" "$(ls -I '*.*' /run/chroot-mounts)" debian
	run as alice chroot-enter -d / debian true
	is "$1: nobody enters" "$status" 125
	kill "$holder"
	await is_ended "$holder" >/dev/null 2>&1
	ok "$1: stop succeeds once the holder is gone" chroot-mounts stop
	ok "$1: nothing is pinned once the holder is gone" fails has_pins
}
user_of() { pgrep -u alice -x "$1"; }

begin
inside sleep 1000
await user_of sleep >/dev/null
sh -c "exec sleep 1000 </proc/$(user_of sleep)/root/etc/passwd" & holder=$!
has_file() { readlink "/proc/$holder/fd/0" | grep passwd; }
await has_file >/dev/null
held_by 'a file opened through /proc' "$holder \\(sleep\\), with a file of it open"

begin
inside sleep 1000
await user_of sleep >/dev/null
cp /bin/sleep "$root/linger"
"/proc/$(user_of sleep)/root/linger" 1000 & holder=$!
is_lingering() { [ "$(cat "/proc/$holder/comm")" = linger ]; }
await is_lingering
held_by 'a program run through /proc' "$holder \\(linger\\), with a file of it open"

for way in -Urm '-Urm --propagation private'; do
	begin
	# shellcheck disable=SC2086 # two words
	inside unshare $way sleep 1000
	is_nested() { user_of sleep && is_inside "$(user_of sleep)"; }
	await is_nested >/dev/null
	sh -c "exec sleep 1000 </proc/$(user_of sleep)/ns/mnt" & holder=$!
	has_namespace() { readlink "/proc/$holder/fd/0" | grep mnt:; }
	await has_namespace >/dev/null
	held_by "a descriptor of a namespace made inside ($way)" "$holder \\(sleep\\), with a mount namespace made inside open"
done

# one with nothing of the root's own in its namespace, and no parent: what it opened before tells
begin
inside sh -c '(setsid unshare -Urm sh -c "mount -t tmpfs t /mnt; mkdir /mnt/bin /mnt/old /mnt/dev
	mount --make-rprivate /; mount --bind /bin /mnt/bin; mount --bind /dev /mnt/dev
	cd /mnt; busybox pivot_root . old; /bin/busybox umount -l /old
	exec /bin/busybox sleep 1000" </dev/null >/dev/null 2>&1 &)'
is_adopted() { is_hidden && [ "$(awk '{ print $4 }' "/proc/$(user_of busybox)/stat")" = 1 ]; }
await is_adopted
holder=$(user_of busybox)
run chroot-mounts stop
is 'a process that hides behind nobody: stop fails' "$status" 1
like 'a process that hides behind nobody: the message names the process' "$errors" "debian: is held from outside by $holder \\(busybox\\), with a file of it open"
kill -KILL "$holder"
await is_ended "$holder" >/dev/null 2>&1
nobody_is_left 'once the process that hides is gone'
chroot-mounts -q stop

# a mount of such a namespace; it needs a number above the machine's own, which not each has
: >"$work/kept"
kept=1
for ((try = 0; kept != 0 && try < 50; try++)); do
	chroot-mounts -q stop
	begin
	inside unshare -Urm sleep 1000
	await is_nested >/dev/null
	mount --bind "/proc/$(user_of sleep)/ns/mnt" "$work/kept" 2>/dev/null
	kept=$?
done
run chroot-mounts stop
is 'a namespace made inside and mounted on the host: stop fails' "$status" 1
like 'a namespace made inside and mounted on the host: the message names the mount' "$errors" "debian: is held from outside by $work/kept, with a mount namespace made inside open"
umount "$work/kept"
ok 'a namespace made inside and mounted on the host: stop succeeds once it is unmounted' chroot-mounts stop

# a descriptor of the pinned namespace itself: it is emptied from inside
begin
sh -c 'exec sleep 1000 </run/chroot-mounts/debian/ns' & holder=$!
has_pin() { [ "$(readlink "/proc/$holder/fd/0")" = /run/chroot-mounts/debian/ns ]; }
await has_pin
ok 'a descriptor of the pinned namespace does not keep stop from success' chroot-mounts stop
ok 'a process with a descriptor of the pinned namespace lives after stop' is_alive "$holder"
kill "$holder"

# Who lets go in a moment is no holder.
begin
inside sleep 1000
await user_of sleep >/dev/null
sh -c "exec sleep 1000 </proc/$(user_of sleep)/root/etc/passwd" & holder=$!
await has_file >/dev/null
sh -c "while pgrep -u alice -x sleep; do :; done; kill $holder" >/dev/null &
ok 'who lets go as soon as those inside have ended does not make stop fail' chroot-mounts stop
wait "$!"

# A listed user's process of the host with its working directory inside is inside; the superuser's is
# not (innocents.t).
begin
inside sleep 1000
await user_of sleep >/dev/null
there=/proc/$(user_of sleep)/root/usr
sh -c "cd $there && exec sleep 1000" & holder=$!
setpriv --reuid=alice --regid=alice --init-groups sh -c "cd $there && exec sleep 1000" & visitor=$!
await are_counted 'debian=2 second=0 third=0 '
is "a listed user's process with its working directory inside counts, the superuser's does not" \
	"$(counts)" 'debian=2 second=0 third=0 '
held_by 'a working directory of the superuser inside' "$holder \\(sleep\\), with the working directory in it"
ok "stop has ended a listed user's process with its working directory inside" is_ended "$visitor"
rm /etc/conf.d/chroot-mounts.second /etc/conf.d/chroot-mounts.third
begin

# Innocents: on the host, with something of the tree in hand.
cp /bin/sleep "$work/x) (y"
host "$work/x) (y" 1000
(cd "$root/usr/bin" && exec sleep 1000) & pids+=($!)
host sh -c "exec sleep 1000 <$root/etc/passwd"
host unshare -m sleep 1000
host unshare -m sh -c 'mount -t tmpfs t /mnt; exec sleep 1000'
host unshare -m sh -c "mount --bind $root /mnt; exec sleep 1000"
host as bob unshare -Urm sleep 1000
host unshare -m chroot "$root" /bin/sleep 1000
await are_alive "${pids[@]}"
inside sleep 1000
await are_inside 1
run chroot-mounts stop
is 'stop succeeds with innocents about' "$status" 0
like 'stop names the innocents of the host that an umount of the tree will meet' "$errors" \
	"debian: is still used from the host by ${pids[1]} \\(sleep\\), ${pids[2]} \\(sleep\\)"
is 'stop names the innocents of the host in one line' "$(grep -c . <<<"$errors")" 1
ok 'every innocent of the host lives after stop' are_alive "${pids[@]}"

# Numbers that were ours once: a superblock's, when somebody inside has unmounted it.
begin
chroot-enter debian umount /run/openrc
host unshare -m sh -c 'mount -t tmpfs t /mnt; exec sleep 1000'
host unshare -m sh -c 'mount -t tmpfs t /mnt; mount -t tmpfs t /srv; exec sleep 1000'
await are_alive "${pids[@]}"
is 'a superblock number that went to somebody else proves nothing' "$(processes)" 0
ok 'stop succeeds while a superblock number is with somebody else' chroot-mounts stop
ok 'processes with a superblock number that was ours live on' are_alive "${pids[@]}"

# The namespace's own, while stop looks again after everything is gone.
begin
strace -qq -f -o /dev/null -e trace=umount2 -e inject=umount2:delay_exit=500000:when=1 chroot-mounts stop &
stopping=$!
for ((i = 0; i < 20; i++)); do
	host unshare -m sleep 1000
done
wait "$stopping"
is 'stop ends well while namespaces are made elsewhere' $? 0
ok 'stop hits no process in a namespace that is made elsewhere' are_alive "${pids[@]}"

# A mount's, when it went away while stop was waiting: seen from a chroot, the mount is not even
# in its owner's own mountinfo.
mkdir -p /opt/plain/bin /run/user/1000
cp "$(command -v busybox)" /opt/plain/bin/busybox
mount -t tmpfs t /run/user/1000
begin
inside sh -c 'trap "" TERM; echo > /tmp/waits; while :; do read -r x </dev/zero; done'
await test -e /tmp/waits
chroot-mounts stop &
stopping=$!
await sh -c '[ -e /run/chroot-mounts/debian/record.stopping ]'
umount /run/user/1000
for ((i = 0; i < 6; i++)); do
	host unshare -m chroot /opt/plain /bin/busybox sleep 1000
done
wait "$stopping"
is 'stop ends well while the host unmounts something' $? 0
ok 'a mount number that went to somebody else proves nothing' are_alive "${pids[@]}"

# Somebody who had the namespace open comes in between the last look and the end of its mounts.
begin
strace -qq -o /dev/null -e trace=setns -e inject=setns:delay_enter=700000 \
	chroot-enter -d / debian unshare -m sleep 1000 >/dev/null 2>&1 &
late=$!
holds_pin() { readlink /proc/[0-9]*/fd/* 2>/dev/null | grep 'chroot-mounts/debian/ns'; }
await holds_pin >/dev/null
(strace -qq -o /dev/null -e trace=umount2 -e inject=umount2:delay_enter=1500000:when=1 chroot-mounts stop; exit $?) >/dev/null 2>&1
is 'an entry that comes late does not make stop fail' $? 0
ok 'an entry that comes late is ended' await is_ended "$late"

# A call that fails is no proof that nothing is pinned.
begin
inside sleep 1000
await are_inside 1
(strace -qq -o /dev/null -P /run/chroot-mounts/debian/ns -e trace=ioctl -e inject=ioctl:error=EIO:when=1 chroot-mounts stop; exit $?) >/dev/null 2>&1
ok 'when the pin cannot be looked at, it stays' has_pins
nobody_is_left 'when the pin can be looked at again'

# The record of another version.
inside sh -c '(setsid unshare -Urm sleep 1000 &)'
await are_inside 1
sed -i 's/^version=[0-9]*/version=9/' /run/chroot-mounts/debian/record
is 'sandboxes are known by a record of another version' "$(processes)" 1
nobody_is_left 'a record of another version'

# A stop that was interrupted is gone on with.
begin
inside sleep 1000
await are_inside 1
(strace -qq -o /dev/null -e trace=umount2 -e inject=umount2:signal=KILL:when=1 chroot-mounts stop; exit $?) >/dev/null 2>&1
like 'after a stop that was killed, status says so' "$(chroot-mounts status)" 'damaged'
run chroot-mounts start
is 'start does not pass over a stop that was killed' "$status" 1
like 'start says what mends a stop that was killed' "$errors" 'chroot-mounts stop debian'
run as alice chroot-enter debian true
is 'nobody enters after a stop that was killed' "$status" 125
ok 'another stop finishes the one that was killed' chroot-mounts stop
ok 'nothing is pinned when a stop that was killed is finished' fails has_pins

# The superuser inside takes everything away.
begin
chroot-enter debian umount -l /
like 'a root without its / is damaged' "$(chroot-mounts status)" 'damaged'
run as alice chroot-enter -d / debian true
is 'a root without its / cannot be entered' "$status" 125
like 'the message about a root without its / says what mends it' "$errors" 'chroot-mounts restart debian'
run chroot-mounts start
is 'start fails for a root without its /' "$status" 1
ok 'stop takes a root without its / away' chroot-mounts stop
ok 'start makes a root anew that was without its /' chroot-mounts start
ok 'a root that was made anew can be entered' as alice chroot-enter -d / debian true
chroot-mounts -q stop
kill "${pids[@]}"
rm /etc/conf.d/chroot-mounts.debian

# A tree that is no mount point: nobody needs to know who else uses it.
mkdir -p /opt/plain/{dev,proc,sys,run,tmp,etc,bin}
cp "$(command -v busybox)" /opt/plain/bin/busybox
configure plain root=/opt/plain
(cd /opt/plain/bin && exec sleep 1000) & pids=($!)
begin
run chroot-mounts stop
is 'of a tree that is no mount point no users are named' "$status $errors" '0 '
kill "${pids[@]}"
rm /etc/conf.d/chroot-mounts.plain

# A mount point below the tree, of a directory with a long path.
mkdir -p "/opt/a directory with a long path" /opt/plain/mnt
mount --bind "/opt/a directory with a long path" /opt/plain/mnt
configure plain root=/opt/plain
(cd /opt/plain/mnt && exec sleep 1000) & pids=($!)
begin
run chroot-mounts stop
like 'of a tree with a mount point below it, users of that are named' "$errors" "plain: is still used from the host by ${pids[0]} \\(sleep\\)"
kill "${pids[@]}"
rm /etc/conf.d/chroot-mounts.plain

# A tree on a device of its own.
mknod /dev/loop-control c 10 237
for number in {0..63}; do mknod "/dev/loop$number" b 7 "$number"; done
truncate -s 16M "$work/disk"
mkfs.ext4 -q -F "$work/disk"
mkdir /opt/disk
attach()
{
	device=$(losetup -f --show "$work/disk")
	mount "$device" /opt/disk
}
is_detached() { [ ! -e "/sys/block/${device#/dev/}/loop" ]; }
# Somebody else who looks for a free loop device opens this one too, and it stays for as long. Whether a
# filesystem has the device is asked by what only such a claim hinders, see "O_EXCL" in open(2).
is_unclaimed() { perl -MFcntl -e 'sysopen(my $device, shift, O_RDONLY | O_EXCL) or die "$!\n"' "$device"; }
detach()
{
	umount /opt/disk && is_unclaimed && losetup -d "$device" && await is_detached
}
attach
mkdir /opt/disk/{dev,proc,sys,run,tmp,etc,bin}
cp "$(command -v busybox)" /opt/disk/bin/busybox
detach
configure disk root=/opt/disk stop_timeout=1
in_disk() { chroot-enter disk busybox sleep 1000 & sleeper=$!; await is_inside "$sleeper"; }
free=0
for ((try = 0; try < 50; try++)); do
	attach
	begin
	in_disk
	chroot-mounts stop && detach && free=$((free + 1))
	wait "$sleeper"
done 2>"$work/errors"
is 'after stop, the tree is unmounted and its device claimed by no filesystem at once, 50 times of 50' "$free" 50
sed 's/^/# /' "$work/errors" | sort | uniq -c

# What was mounted for the root alone, as start records it, must be free too.
mine()
{
	attach
	begin
	printf 'block_device=7:%s\0' "${device#/dev/loop}" >>/run/chroot-mounts/disk/record
	in_disk
}
mine
umount /opt/disk
ok 'a device that is mounted for the root alone is free after stop' chroot-mounts stop
losetup -d "$device"
ok 'a device that was mounted for the root alone can be detached' await is_detached

configure disk2 root=/opt/disk stop_timeout=1
mine
printf 'block_device=7:%s\0' "${device#/dev/loop}" >>/run/chroot-mounts/disk2/record
umount /opt/disk
ok 'a device that two roots have does not keep stop from the one' chroot-mounts stop disk
ok 'a device that two roots have does not keep stop from the other' chroot-mounts stop disk2
losetup -d "$device"
ok 'a device that two roots had is free after both stops' await is_detached
rm /etc/conf.d/chroot-mounts.disk2

mine
umount /opt/disk
"${BUILD:-$top/build}/system/in-flight" "/proc/$sleeper/root/bin/busybox" >"$work/sent" & flight=$!
await grep -q sent "$work/sent"
run chroot-mounts stop
is 'a file under way in a socket: stop fails' "$status" 1
like 'a file under way in a socket: the message says that no holder could be found' "$errors" "disk: its block device 7:${device#/dev/loop} is still in use, and no holder could be found"
run chroot-mounts stop
is 'a file under way in a socket: stop fails again while it is there' "$status" 1
kill "$flight"
await is_ended "$flight" >/dev/null 2>&1
ok 'a file under way in a socket: stop succeeds once it is gone' chroot-mounts stop
losetup -d "$device"
ok 'a file under way in a socket: the device is free once it is gone' await is_detached

mine
unshare -m --propagation private sleep 1000 & holder=$!
await is_inside "$holder"
umount /opt/disk
run chroot-mounts stop
is "a copy of the host's namespace from before: stop fails" "$status" 1
like "a copy of the host's namespace from before: the message names who has the device mounted" "$errors" "disk: its block device 7:${device#/dev/loop} is still in use by $holder \\(sleep\\)"
ok "a copy of the host's namespace from before: its process lives" is_alive "$holder"
kill "$holder"
await is_ended "$holder" >/dev/null 2>&1
ok "a copy of the host's namespace from before: stop succeeds once it is gone" chroot-mounts stop
losetup -d "$device"
ok "a copy of the host's namespace from before: the device is free once it is gone" await is_detached
done_testing
