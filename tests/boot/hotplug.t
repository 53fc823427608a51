#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# A disk that is plugged in after the boot: its node is there inside too; what the host mounts from it
# below a live source appears inside, and leaves the host free to unmount it and to take it away.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"
on_systems fast debian

node=/dev/nvme1n1
inside() { guest "chroot-enter games $1"; }
has_node() { guest "test -b $node"; }
has_no_node() { guest "test ! -e $node && test ! -e /sys/block/${node#/dev/}"; }

plug_in()
{
	monitor "drive_add 0 file=$work/$1.img,format=raw,if=none,id=$1"
	monitor "device_add nvme,id=$1,serial=$1,drive=$1"
	await has_node
}

visits()
{
	local place=$1 user
	ok "the host mounts the $disk disk on $place" guest "mkdir -p $place && mount $node $place"
	is "a program inside reads what is on the $disk disk on $place" "$(inside "cat $place/name")" "$disk"
	ok "a program inside writes to the $disk disk on $place" inside "touch $place/from-inside"
	user=$(start_inside "-d $place games")
	ok "the host is told that the $disk disk on $place is busy while a program inside works there" fails guest "umount $place"
	guest "kill $user"
	await fails runs "$user"
	ok "the host unmounts the $disk disk on $place while a program runs elsewhere inside" guest "umount $place"
	is "no process has the $disk disk on $place any more" "$(guest "grep -l '$place' /proc/[0-9]*/mountinfo")" ''
	ok "$place is empty inside after the $disk disk was unmounted" inside "test ! -e $place/name"
}

new_machine
mkdir -p "$tree/media"
for disk in first second; do
	mkdir "$work/$disk"
	echo "$disk" >"$work/$disk/name"
	make_disk "$work/$disk.img" "$work/$disk" 16
done
echo '/media /media none bind 0 0' >>"$tree/etc/fstab"
echo 'extra_mounts="/media /media none rbind,rslave,x-live,x-mount.mkdir"' >>"$tree/etc/conf.d/chroot-mounts.games"
make_disks
boot
ok 'no third disk is there at first' has_no_node
elsewhere=$(start_inside games alice)
for disk in first second; do
	ok "the $disk disk is plugged in" plug_in "$disk"
	ok "the node of the $disk disk is there inside" inside "test -b $node"
	visits /run/media/alice/stick
	visits /media/stick
	monitor "device_del $disk"
	ok "the $disk disk is unplugged" await has_no_node
	ok "the node of the $disk disk is gone inside" inside "test ! -e $node"
done
ok 'the program inside runs on after the disks were unplugged' runs "$elsewhere"
is 'the kernel has lost nothing of the disks' "$(guest 'dmesg | grep -iE "i/o error|ext4-fs error|lost"')" ''
power_off
for disk in first second system games; do
	ok "the $disk disk is clean" is_clean "$work/$disk.img"
done
done_testing
