#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Hosts of every kind: mounts that are private, shared or mixed, roots in odd places and on odd
# file systems, and somebody who makes everything shared at any moment.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
needs mkfs.ext4 mkfs.btrfs btrfs
on_machines PROPAGATION=private PROPAGATION=shared PROPAGATION=mixed

state=/run/chroot-mounts
tools=${BUILD:-$top/build}/system

mounted() { "$tools/mounts-inside" "$state/$1/ns"; }
places() { mounted "$1" | awk '{ print $5 }' | sort; }
is_mounted() { mounted "$1" | grep -q " $2 "; }
planned() { places "$1" | grep -v -E '^/(dev|sys|run|tmp)/.' | grep -v /home | tr '\n' ' '; }
plan='/ /dev /etc/resolv.conf /proc /run /sys /tmp '
make_tree()
{
	mkdir -p "$1"
	chmod 755 "$1"
	cp -a /opt/games/bin /opt/games/etc "$1"
	mkdir -p "$1"/{dev,proc,sys,run,tmp,mnt,home}
}
optional_fields() { awk -v place="$1" '$5 == place { for (i = 7; $i != "-"; i++) printf "%s ", $i }' /proc/self/mountinfo; }

# comes_and_goes WHAT: the root games starts, is entered, and stops
comes_and_goes()
{
	ok "$1: the root starts" chroot-mounts -q start games
	is "$1: the root can be entered" "$(chroot-enter games sh -c 'echo $CHROOT_NAME')" games
	is "$1: inside are the mounts of the plan, once each" "$(planned games)" "$plan"
	is "$1: the host's mounts are as before after start" "$(host_mounts)" "$before"
	ok "$1: the root stops" chroot-mounts stop games
	is "$1: the host's mounts are as before after stop" "$(host_mounts)" "$before"
	ok "$1: no pin is left" fails has_pins
}

mknod /dev/loop-control c 10 237
for number in {0..31}; do
	mknod "/dev/loop$number" b 7 "$number"
done
has_loop() { losetup -n -O BACK-FILE | grep -q "$1"; }

# mounts below the sources
mkdir -p /run/sub /tmp/sub /run/user/1000
mount -t tmpfs sub /run/sub
mount -t tmpfs sub /run/user/1000
mount -t tmpfs sub /tmp/sub
mkdir /run/sub/deep
mount -t tmpfs deep /run/sub/deep
configure games 'root="/opt/games"'
before=$(host_mounts)
ok 'a root with mounts below its sources starts' chroot-mounts -q start games
for place in /run/sub /run/sub/deep /run/user/1000 /tmp/sub /dev/pts /dev/shm; do
	ok "$place, a mount below a source, comes along" is_mounted games "$place"
done
chroot-enter games umount -l /run/sub
ok 'somebody inside unmounts what came along' fails is_mounted games /run/sub
is "an unmount inside of what came along leaves the host's mounts" "$(host_mounts)" "$before"
umount /run/user/1000
ok 'what the host unmounts in /run goes away inside' fails is_mounted games /run/user/1000
ok 'a root with mounts below its sources stops' chroot-mounts stop games
umount /run/sub/deep /run/sub /tmp/sub

# a root below one of its sources
make_tree /tmp/x
configure games 'root="/tmp/x"'
before=$(host_mounts)
comes_and_goes 'a root in /tmp'
ok 'a root in /tmp starts again' chroot-mounts -q start games
ok 'a root in /tmp can be seen from within' chroot-enter games test -d /tmp/x/bin
ok 'a root in /tmp can be entered a second time' chroot-enter games true
ok 'a root in /tmp stops again' chroot-mounts stop games
rm -rf --one-file-system /tmp/x

# one root within another
make_tree /srv/outer
make_tree /srv/outer/opt/inner
configure games 'root="/srv/outer"'
configure inner 'root="/srv/outer/opt/inner"'
before=$(host_mounts)
for first in games inner; do
	for last in games inner; do
		second=games other=games
		[ "$first" = inner ] || second=inner
		[ "$last" = inner ] || other=inner
		label_was=$label
		label="; $first first, $other stopped first$label"
		ok 'the first of two roots starts, one of which holds the other' chroot-mounts -q start "$first"
		ok 'the second of two roots starts, one of which holds the other' chroot-mounts -q start "$second"
		is 'the outer root has the mounts of its plan' "$(planned games)" "$plan"
		is 'the inner root has the mounts of its plan' "$(planned inner)" "$plan"
		is "the outer root sees none of the inner's mounts" "$(places games | grep /opt/inner)" ''
		chroot-enter inner tail -f /dev/null &
		inhabitant=$!
		chroot-enter games tail -f /dev/null &
		outsider=$!
		ok 'a program runs in each of two roots, one of which holds the other' await is_inside "$inhabitant"
		await is_inside "$outsider"
		ended=$inhabitant lives=$outsider
		[ "$other" = inner ] || ended=$outsider lives=$inhabitant
		ok 'one of the two roots stops' chroot-mounts stop "$other"
		ok 'the program in the root that stopped has ended' is_ended "$ended"
		ok 'the program in the other root lives on' kill -0 "$lives"
		ok 'the other root can be entered' chroot-enter "$last" true
		ok 'the other root stops' chroot-mounts stop "$last"
		is "the host's mounts are as before the two roots" "$(host_mounts)" "$before"
		wait "$ended" "$lives" 2>/dev/null
		label=$label_was
	done
done
configure inner 'root="/srv/outer/opt/inner"' 'visible="yes"'
chroot-mounts -q start inner
chroot-mounts -q start games
chroot-enter games tail -f /dev/null &
outsider=$!
ok 'a program runs in the outer root, while the inner is visible' await is_inside "$outsider"
ok 'the inner root stops while it is visible' chroot-mounts stop inner
ok 'the program in the outer root lives on' kill -0 "$outsider"
# elsewhere the outer had them as any mount of the host's that is below it, and hears of no unmount
[ "$PROPAGATION" != shared ] ||
	is "none of the inner's mounts is left in the outer root" "$(places games | grep /opt/inner)" ''
chroot-mounts -q stop
wait "$outsider" 2>/dev/null
is "the host's mounts are as before the outer root and the visible inner" "$(host_mounts)" "$before"
rm -rf --one-file-system /srv/outer /etc/conf.d/chroot-mounts.inner

# roots on other file systems
mkdir /srv/disk
mount -t tmpfs tree /srv/disk
make_tree /srv/disk/tree
configure games 'root="/srv/disk/tree"'
before=$(host_mounts)
comes_and_goes 'a directory of a tmpfs'
umount /srv/disk
mount -t tmpfs -o mode=755 tree /srv/disk
make_tree /srv/disk
configure games 'root="/srv/disk"'
before=$(host_mounts)
comes_and_goes 'a whole tmpfs'
ok 'a tmpfs that was a root can be unmounted' umount /srv/disk
mkdir /srv/up /srv/up/u /srv/up/w
mount -t tmpfs up /srv/up
mkdir -m 755 /srv/up/u /srv/up/w
mount -t overlay -o lowerdir=/opt/games,upperdir=/srv/up/u,workdir=/srv/up/w tree /srv/disk
before=$(host_mounts)
comes_and_goes 'an overlay'
ok 'an overlay that was a root can be unmounted' umount /srv/disk
ok 'the file system below an overlay that was a root can be unmounted' umount /srv/up
truncate -s 128M /srv/image
mkfs.btrfs -q /srv/image >"$work/log"
mount -o loop /srv/image /srv/disk
btrfs subvolume create /srv/disk/tree >"$work/log"
make_tree /srv/disk/tree
configure games 'root="/srv/disk/tree"'
before=$(host_mounts)
comes_and_goes 'a subvolume of btrfs'
umount /srv/disk
mount -o loop,subvol=tree /srv/image /srv/disk
configure games 'root="/srv/disk"'
before=$(host_mounts)
comes_and_goes 'a subvolume of btrfs that is mounted'
chroot-mounts -q start games
chroot-enter games sh -c 'exec tail -f /dev/null 3>/mnt/open' &
inhabitant=$!
ok 'a program writes in a subvolume of btrfs' await test -e /srv/disk/mnt/open
ok 'a root on a subvolume of btrfs stops while a program writes there' chroot-mounts stop games
wait "$inhabitant" 2>/dev/null
ok 'a subvolume of btrfs that was a root can be unmounted' umount /srv/disk
ok 'the loop device of a subvolume of btrfs that was a root is free' await fails has_loop /srv/image
rm /srv/image

# a tree with mounts of its own
truncate -s 8M /srv/home.img
mkfs.ext4 -q /srv/home.img
mkdir /srv/tree
mount -t tmpfs -o mode=755 tree /srv/tree # as shared as the mount that it lies on
make_tree /srv/tree
mount -o loop /srv/home.img /srv/tree/home
mount --rbind /dev /srv/tree/dev
mount --make-rslave /srv/tree/dev
mount -t proc script /srv/tree/proc
mount -t tmpfs script /srv/tree/etc/resolv.conf 2>/dev/null || mount --bind /etc/hosts /srv/tree/etc/resolv.conf
configure games 'root="/srv/tree"'
before=$(host_mounts)
comes_and_goes 'a tree with mounts of its own'
ok 'a root with mounts of its own in the tree starts' chroot-mounts -q start games
ok 'a disk that is mounted in the tree comes along' is_mounted games /home
is "a script's old mounts do not lie below the plan's" "$(mounted games | grep -c -E ' /(dev|proc|etc/resolv.conf) ')" 3
is "/dev/pts is mounted once inside, without a script's old one" "$(mounted games | grep -c ' /dev/pts ')" 1
mkdir -p /srv/tree/home/alice
mount -t tmpfs later /srv/tree/home/alice
case $PROPAGATION in
shared) ok 'what the host mounts later on a disk in the tree is seen inside' is_mounted games /home/alice ;;
*) ok 'what the host mounts later on a disk in the tree is not seen inside, as its mounts are private' fails is_mounted games /home/alice ;;
esac
umount /srv/tree/home/alice
ok 'the host can unmount the disk in the tree' umount /srv/tree/home
[ "$PROPAGATION" != shared ] || ok 'the disk that the host unmounts in the tree goes away inside' fails is_mounted games /home
ok 'a root with mounts of its own in the tree stops' chroot-mounts stop games
ok 'the loop device of the disk in the tree is free after stop' await fails has_loop /srv/home.img
ok "the script's mounts can be unmounted" umount -R /srv/tree
ok "the host's terminals are there after the script's mounts were unmounted" test -c /dev/pts/ptmx
rmdir /srv/tree

# somebody makes everything shared, at any moment
make_tree /srv/tree
configure games 'root="/opt/games"'
configure demo 'root="/opt/demo"'
configure third 'root="/srv/tree"'
away() { awk '$5 !~ "^/run/chroot-mounts(/|$)" { print $5, $4 }' /proc/self/mountinfo | sort; }
before=$(away)
mount --make-rshared /
ok 'all roots start after everything was made shared' chroot-mounts -q start
is 'the state directory is not shared after a start' "$(optional_fields "$state")" 'unbindable '
mount --make-rshared /
ok 'one root stops when everything was made shared again' chroot-mounts stop games
ok 'one root starts when everything was made shared again' chroot-mounts -q start games
is 'the state directory is private after a stop and a start' "$(optional_fields "$state")" 'unbindable '
mount --make-rshared /
ok 'one root is reloaded when everything was made shared again' chroot-mounts -q reload demo
is 'the state directory is private after a reload' "$(optional_fields "$state")" 'unbindable '
mount --make-rshared /
ok 'all roots stop when everything was made shared again' chroot-mounts stop
ok 'no pin is left when everything was made shared again' fails has_pins
is "the host's mounts are those of before everything was made shared" "$(away)" "$before"
pause_recording # what fails depends on the moment
nice "$tools/share-all" >"$work/times" &
somebody=$!
failures=0
: >"$work/failures"
for ((i = 0; i < 40; i++)); do
	chroot-mounts -q start >>"$work/failures" 2>&1 || failures=$((failures + 1))
	[ $((i % 4)) != 0 ] || chroot-mounts -q reload >>"$work/failures" 2>&1
	[ $((i % 3)) != 0 ] || chroot-mounts stop games >>"$work/failures" 2>&1
	[ $((i % 8)) != 0 ] || chroot-mounts stop >>"$work/failures" 2>&1
done
kill "$somebody"
wait "$somebody"
resume_recording
sort "$work/failures" | uniq -c | sed 's/^/#/'
echo "# $failures of 40 starts failed while somebody made everything shared $(cat "$work/times") times"
ok 'somebody made everything shared at least once for each start' test "$(cat "$work/times")" -ge 40
is 'every failure has a message that names the root' "$(grep -v '^chroot-mounts: [a-z]*: ' "$work/failures")" ''
ok 'all roots start when nobody makes everything shared any more' chroot-mounts -q start
is 'the state directory is private at the end' "$(optional_fields "$state")" 'unbindable '
for root in demo games third; do
	is "$root has the mounts of its plan" "$(planned "$root")" "$plan"
	ok "$root can be entered at the end" chroot-enter "$root" true
done
ok 'no root shows a pin' fails sh -c 'for root in demo games third; do chroot-enter $root cat /proc/self/mountinfo; done | grep nsfs'
ok 'all roots stop at the end' chroot-mounts stop
ok 'no pin is left at the end' fails has_pins
is "the host's mounts are those of before at the end" "$(away)" "$before"
done_testing
