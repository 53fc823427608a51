#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Who is in the host's groups video and render opens the devices of the graphics inside a root, and
# who is not does not: there is a virtual one, its kernel driver and udev, which gives it to the groups.
kernel=generic # the cloud kernel has no such driver
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"
on_systems debian

# needed_modules NAME...: the files of the modules, in the order of their loading, as modprobe says.
needed_modules()
{
	chroot "$tree" modprobe --all --show-depends --set-version "$version" "$@" |
		awk '$1 == "insmod" && !seen[$2]++ { print $2 }'
}

# This kernel has the driver of its disks as a module, and needs a first root that loads it.
make_initramfs()
{
	local module first=$work/first
	mkdir -p "$first"/{bin,dev,modules,root}
	cp "$cache/busybox/bin/busybox" "$first/bin"
	{
		printf '%s\n' '#!/bin/busybox sh' 'PATH=/bin' \
			'busybox mount -t devtmpfs dev /dev' 'exec </dev/console >/dev/console 2>&1'
		for module; do
			case $module in
			*.xz) "$cache/busybox/bin/busybox" unxz -c "$tree$module" >"$first/modules/$(basename "$module" .xz)" ;;
			*) cp "$tree$module" "$first/modules" ;;
			esac
			# one that is for another processor is refused
			echo "busybox insmod /modules/$(basename "$module" .xz)"
		done
		printf '%s\n' 'until system=$(busybox findfs LABEL=system); do :; done' 'busybox mount -t ext4 -o ro $system /root' \
			'busybox mount -o move /dev /root/dev' 'exec busybox switch_root /root /sbin/init'
	} >"$first/init"
	chmod 755 "$first/init"
	(cd "$first" && find . | "$cache/busybox/bin/busybox" cpio -o -H newc >"$work/initramfs" 2>/dev/null)
	rm -r "$first"
}

# opens USER DEVICE [COMMAND...]: for reading and writing, in what COMMAND enters.
opens()
{
	local user=$1 device=$2
	shift 2
	guest "setpriv --reuid=$user --regid=$user --init-groups $* sh -c 'exec 3<>$device'"
}

new_machine
add_modules
# shellcheck disable=SC2046 # words
make_initramfs $(needed_modules nvme ext4)
needed_modules virtio-pci virtio-gpu ext4 nvme >"$work/kept"
(cd "$tree" && find lib/modules/ -name '*.ko*' | sed 's|^|/|' | grep -vxFf "$work/kept" | sed 's|^/||' | xargs rm)
chroot "$tree" depmod "$version"
sed -i '/^\(video\|render\):/s/$/alice/' "$tree/etc/group"
printf '%s\n' 'root="/opt/games"' 'users="alice bob"' >"$tree/etc/conf.d/chroot-mounts.games"
make_disks
memory=512 hardware=(-initrd "$work/initramfs" -device virtio-gpu-pci)
boot
guest 'udevadm settle'
is 'bob enters the root' "$(guest 'setpriv --reuid=bob --regid=bob --init-groups chroot-enter games id -u')" 1001
for device in card0:video renderD128:render; do
	group=${device#*:} device=/dev/dri/${device%:*}
	is "udev gives $device to $group" "$(guest "stat -c '%F, %G' $device")" "character special file, $group"
	ok "alice, who is in $group, opens $device on the host" opens alice "$device"
	ok "alice opens $device inside" opens alice "$device" chroot-enter games
	ok "bob, who is not in $group, does not open $device on the host" fails opens bob "$device"
	ok "bob does not open $device inside" fails opens bob "$device" chroot-enter games
	ok "$device is there inside for bob" guest "setpriv --reuid=bob --regid=bob --init-groups chroot-enter games test -c $device"
done
power_off
done_testing
