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
	ok "the host mounts it on $place" guest "mkdir -p $place && mount $node $place"
	is 'a program inside reads what is on it' "$(inside "cat $place/name")" "$disk"
	ok 'and writes to it' inside "touch $place/from-inside"
	user=$(start_inside "-d $place games")
	ok 'while a program inside works there, the host is told that it is busy' fails guest "umount $place"
	guest "kill $user"
	await fails runs "$user"
	ok 'then the host unmounts it, while another runs elsewhere inside' guest "umount $place"
	is 'and no process has it any more' "$(guest "grep -l '$place' /proc/[0-9]*/mountinfo")" ''
	ok 'inside, the place is empty' inside "test ! -e $place/name"
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
ok 'at first there is no third disk' has_no_node
elsewhere=$(start_inside games alice)
for disk in first second; do
	ok "the $disk disk is plugged in" plug_in "$disk"
	ok 'its node is there inside' inside "test -b $node"
	visits /run/media/alice/stick
	visits /media/stick
	monitor "device_del $disk"
	ok 'it is unplugged' await has_no_node
	ok 'inside, its node is gone' inside "test ! -e $node"
done
ok 'the program inside runs on' runs "$elsewhere"
is 'the kernel has lost nothing of it' "$(guest 'dmesg | grep -iE "i/o error|ext4-fs error|lost"')" ''
power_off
for disk in first second system games; do
	ok "the $disk disk is clean" is_clean "$work/$disk.img"
done
done_testing
