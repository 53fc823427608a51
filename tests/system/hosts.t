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
	ok "$1: it starts" chroot-mounts -q start games
	is "$1: it can be entered" "$(chroot-enter games sh -c 'echo $CHROOT_NAME')" games
	is "$1: inside are the mounts of the plan, once each" "$(planned games)" "$plan"
	is "$1: the host's mounts are as before" "$(host_mounts)" "$before"
	ok "$1: it stops" chroot-mounts stop games
	is "$1: the host's mounts are as before then" "$(host_mounts)" "$before"
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
ok 'with mounts below the sources, it starts' chroot-mounts -q start games
for place in /run/sub /run/sub/deep /run/user/1000 /tmp/sub /dev/pts /dev/shm; do
	ok "$place comes along" is_mounted games "$place"
done
chroot-enter games umount -l /run/sub
ok 'somebody inside unmounts what came along' fails is_mounted games /run/sub
is "which leaves the host's" "$(host_mounts)" "$before"
umount /run/user/1000
ok 'what the host unmounts in /run goes inside' fails is_mounted games /run/user/1000
ok 'it stops' chroot-mounts stop games
umount /run/sub/deep /run/sub /tmp/sub

# a root below one of its sources
make_tree /tmp/x
configure games 'root="/tmp/x"'
before=$(host_mounts)
comes_and_goes 'a root in /tmp'
ok 'it starts' chroot-mounts -q start games
ok 'it can be seen from within' chroot-enter games test -d /tmp/x/bin
ok 'its second entry is fine' chroot-enter games true
ok 'it stops' chroot-mounts stop games
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
		ok 'the one of two roots starts, one of which holds the other' chroot-mounts -q start "$first"
		ok 'and the second' chroot-mounts -q start "$second"
		is 'the outer has the mounts of its plan' "$(planned games)" "$plan"
		is 'and the inner' "$(planned inner)" "$plan"
		is "the outer sees none of the inner's" "$(places games | grep /opt/inner)" ''
		chroot-enter inner tail -f /dev/null &
		inhabitant=$!
		chroot-enter games tail -f /dev/null &
		outsider=$!
		ok 'a program runs in each' await is_inside "$inhabitant"
		await is_inside "$outsider"
		ended=$inhabitant lives=$outsider
		[ "$other" = inner ] || ended=$outsider lives=$inhabitant
		ok 'one stops' chroot-mounts stop "$other"
		ok 'its program has ended' is_ended "$ended"
		ok "the other's lives on" kill -0 "$lives"
		ok 'and it can be entered' chroot-enter "$last" true
		ok 'the other stops' chroot-mounts stop "$last"
		is "the host's mounts are as before" "$(host_mounts)" "$before"
		wait "$ended" "$lives" 2>/dev/null
		label=$label_was
	done
done
configure inner 'root="/srv/outer/opt/inner"' 'visible="yes"'
chroot-mounts -q start inner
chroot-mounts -q start games
chroot-enter games tail -f /dev/null &
outsider=$!
ok 'a program runs in the outer, while the inner is visible' await is_inside "$outsider"
ok 'the inner stops' chroot-mounts stop inner
ok "the outer's program lives on" kill -0 "$outsider"
# elsewhere the outer had them as any mount of the host's that is below it, and hears of no unmount
[ "$PROPAGATION" != shared ] ||
	is "and none of the inner's mounts is left in the outer" "$(places games | grep /opt/inner)" ''
chroot-mounts -q stop
wait "$outsider" 2>/dev/null
is "the host's mounts are as before" "$(host_mounts)" "$before"
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
ok 'it can be unmounted' umount /srv/disk
mkdir /srv/up /srv/up/u /srv/up/w
mount -t tmpfs up /srv/up
mkdir -m 755 /srv/up/u /srv/up/w
mount -t overlay -o lowerdir=/opt/games,upperdir=/srv/up/u,workdir=/srv/up/w tree /srv/disk
before=$(host_mounts)
comes_and_goes 'an overlay'
ok 'it can be unmounted' umount /srv/disk
ok 'and what it lay on' umount /srv/up
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
ok 'a program writes in it' await test -e /srv/disk/mnt/open
ok 'it stops' chroot-mounts stop games
wait "$inhabitant" 2>/dev/null
ok 'it can be unmounted' umount /srv/disk
ok 'and its loop device is free' fails has_loop /srv/image
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
ok 'it starts' chroot-mounts -q start games
ok 'its disk comes along' is_mounted games /home
is "a script's old mounts do not lie below the plan's" "$(mounted games | grep -c -E ' /(dev|proc|etc/resolv.conf) ')" 3
is 'not in /dev either' "$(mounted games | grep -c ' /dev/pts ')" 1
mkdir -p /srv/tree/home/alice
mount -t tmpfs later /srv/tree/home/alice
case $PROPAGATION in
shared) ok 'what the host mounts on it later is seen' is_mounted games /home/alice ;;
*) ok 'what the host mounts on it later is not seen, as its mounts are private' fails is_mounted games /home/alice ;;
esac
umount /srv/tree/home/alice
ok 'the host can unmount the disk' umount /srv/tree/home
[ "$PROPAGATION" != shared ] || ok 'and it goes inside' fails is_mounted games /home
ok 'it stops' chroot-mounts stop games
ok 'then the loop device is free' fails has_loop /srv/home.img
ok "the script's mounts can be unmounted" umount -R /srv/tree
ok "and the host's terminals are there" test -c /dev/pts/ptmx
rmdir /srv/tree

# somebody makes everything shared, at any moment
make_tree /srv/tree
configure games 'root="/opt/games"'
configure demo 'root="/opt/demo"'
configure third 'root="/srv/tree"'
away() { awk '$5 !~ "^/run/chroot-mounts(/|$)" { print $5, $4 }' /proc/self/mountinfo | sort; }
before=$(away)
mount --make-rshared /
ok 'after everything was made shared, all start' chroot-mounts -q start
is 'the state directory is not' "$(optional_fields "$state")" 'unbindable '
mount --make-rshared /
ok 'made shared again, one stops' chroot-mounts stop games
ok 'and starts' chroot-mounts -q start games
is 'the state directory is private' "$(optional_fields "$state")" 'unbindable '
mount --make-rshared /
ok 'made shared again, one is reloaded' chroot-mounts -q reload demo
is 'the state directory is private' "$(optional_fields "$state")" 'unbindable '
mount --make-rshared /
ok 'made shared again, all stop' chroot-mounts stop
ok 'no pin is left' fails has_pins
is "the host's mounts are those of before" "$(away)" "$before"
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
sort "$work/failures" | uniq -c | sed 's/^/#/'
echo "# $failures of 40 starts failed while somebody made everything shared $(cat "$work/times") times"
ok 'somebody did that at least once for each start' test "$(cat "$work/times")" -ge 40
is 'every failure has a message that names the root' "$(grep -v '^chroot-mounts: [a-z]*: ' "$work/failures")" ''
ok 'all start when it is over' chroot-mounts -q start
is 'the state directory is private at the end' "$(optional_fields "$state")" 'unbindable '
for root in demo games third; do
	is "$root has the mounts of its plan" "$(planned "$root")" "$plan"
	ok 'and can be entered' chroot-enter "$root" true
done
ok 'no root shows a pin' fails sh -c 'for root in demo games third; do chroot-enter $root cat /proc/self/mountinfo; done | grep nsfs'
ok 'all stop' chroot-mounts stop
ok 'no pin is left' fails has_pins
is "the host's mounts are those of before" "$(away)" "$before"
done_testing
