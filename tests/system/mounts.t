#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# The table of the plan: what lines of fstab(5) become inside, or why they are refused. Inside,
# mountinfo lists the plan and nothing else: each case compares the whole list. After every refusal
# and every stop the host has the mounts, the pins and the loop devices of before.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
needs mke2fs mksquashfs mkfs.btrfs btrfs losetup partx
on_machines PROPAGATION=private PROPAGATION=shared

tree=/opt/games
tools=${BUILD:-$top/build}/system
line1=/etc/conf.d/chroot-mounts.games:2 line2=/etc/conf.d/chroot-mounts.games:3
# The machine may have neighbours, whose filesystems libmount finds too: names that nobody else has.
uuid=$(</proc/sys/kernel/random/uuid)
volume=v${uuid%%-*} disk=${uuid%%-*}
long=$(printf 'n%.0s' {1..200})

# What the host has: all on one tmpfs, a directory `tree` with two mounts below it.
make_sources()
{
	mount -t tmpfs -o mode=755,size=512m host /srv
	mkdir -p /srv/tree/below /srv/plain/sub /srv/up /srv/work /srv/layers/{one,two} "/srv/layers/$long"/{a,b}
	mount -t tmpfs -o mode=755 below /srv/tree/below
	mkdir /srv/tree/below/deeper
	mount -t tmpfs -o mode=755,nodev,noatime deeper /srv/tree/below/deeper
	echo 'a tree' >/srv/tree/file
	echo 'plain' >/srv/plain/file
	echo 'below' >/srv/tree/below/file
	echo 'a file of the host' >/srv/file
	echo 'layer one' | tee /srv/layers/one/file >/srv/layers/one/one
	echo 'layer two' >/srv/layers/two/file
	echo 'a long layer' >"/srv/layers/$long/a/file"
}

make_targets()
{
	mkdir -p "$tree/t" "$tree/t2" "$tree/deep/er"
	echo 'to be covered' >"$tree/f"
	ln -s t "$tree/to-directory"
	ln -s f "$tree/to-file"
	ln -s nowhere "$tree/dangling"
	ln -s /deep "$tree/way"
}

# The machine has no loop devices, and nobody there makes nodes for new ones.
make_nodes()
{
	local i
	mknod /dev/loop-control c 10 237
	for ((i = 0; i < 64; i++)); do mknod "/dev/loop$i" b 7 "$i"; done
}

make_images()
{
	mkdir -p /srv/seed/t /srv/btrfs
	echo 'ext4 image' >/srv/seed/file
	mke2fs -q -t ext4 -O ^has_journal -d /srv/seed /srv/ext4.img 4M
	echo 'squashfs image' >/srv/seed/file
	mksquashfs /srv/seed /srv/squashfs.img -quiet -no-progress
	cp /srv/ext4.img '/srv/an image.img'
	mke2fs -q -t ext4 -O ^has_journal -E root_owner=1000:1000 /srv/owned.img 4M
	echo 'on a device' >/srv/seed/file
	mke2fs -q -t ext4 -O ^has_journal -L "$volume" -U "$uuid" -d /srv/seed /srv/device.img 4M
	# between other things
	truncate -s 1M /srv/offset.img
	cat /srv/ext4.img >>/srv/offset.img
	truncate -s +1M /srv/offset.img
	truncate -s 128M /srv/btrfs.img
	mkfs.btrfs -q /srv/btrfs.img
	mount -o loop /srv/btrfs.img /srv/btrfs
	btrfs -q subvolume create /srv/btrfs/games
	echo 'btrfs image' >/srv/btrfs/games/file
	umount /srv/btrfs
	make_partition
}

# A disk with one partition, as a table of the DOS kind has it: type 0x83, 8192 sectors from 2048.
make_partition()
{
	truncate -s 1M /srv/disk.img
	echo 'on a partition' >/srv/seed/file
	mke2fs -q -t ext4 -O ^has_journal -d /srv/seed /srv/partition.img 4M
	cat /srv/partition.img >>/srv/disk.img
	printf '%b' "\x${disk:6:2}\x${disk:4:2}\x${disk:2:2}\x${disk:0:2}" \
		'\0\0\0\0\0\0\x83\0\0\0' '\0\x08\0\0' '\0\x20\0\0' |
		dd of=/srv/disk.img bs=1 seek=440 conv=notrunc
	printf '\x55\xaa' | dd of=/srv/disk.img bs=1 seek=510 conv=notrunc
}

# Loop devices of this machine's images alone.
loops()
{
	losetup -l -n -O NAME,BACK-MAJ:MIN,BACK-INO |
		awk -v device="$(awk '$5 == "/srv" { print $3 }' /proc/self/mountinfo)" '$2 == device'
}

host()
{
	host_mounts
	has_pins && echo 'a pin'
	loops
	find /run/chroot-mounts -mindepth 1 -maxdepth 1 -name '[a-z]*' ! -name '*.stopped' 2>/dev/null
}
is_as_before() { [ "$(host)" = "$before" ]; }
# The kernel lets a loop device go in its own time.
leftover() { await is_as_before || diff <(echo "$before") <(host) | grep '^[<>]'; }

# The mounts inside, a row for each: mount point, root, options, propagation (s shared, m slave, u
# unbindable, - private), type, options of the superblock. By mount point; of several on one, the
# lower first.
rows()
{
	"$tools/mounts-inside" "/run/chroot-mounts/${1:-games}/ns" | awk '{
		depth[$1] = depth[$2] + 1
		letters = ""
		for (i = 7; $i != "-"; i++)
			letters = letters ($i ~ /^shared/ ? "s" : $i ~ /^master/ ? "m" : $i == "unbindable" ? "u" : "")
		print $5, depth[$1], $4, $6, letters == "" ? "-" : letters, $(i + 1), $(i + 3)
	}' | LC_ALL=C sort -k1,1 -k2,2n | cut -d' ' -f1,3-
}

# as_asked EXPECTED: of the superblock's options in each row only those that the expected row of
# the same place names, if they are there.
as_asked()
{
	EXPECTED=$1 awk '
	BEGIN { split(ENVIRON["EXPECTED"], lines, "\n") }
	{
		count = split(lines[NR], words, " ")
		asked = split(words[6], options, ",")
		super = count < 6 ? "" : " " words[6]
		for (i = 1; i <= asked; i++)
			if (index("," $6 ",", "," options[i] ",") == 0)
				super = " " $6
		print $1, $2, $3, $4, $5 super
	}'
}

# In an expected row h stands for a slave of the host: of a shared mount, or of a private one, which
# makes it private.
expand()
{
	local host=''
	[ "$PROPAGATION" != shared ] || host=m
	awk -v host="$host" '{ sub(/h/, host, $4); if ($4 == "") $4 = "-"; print }' <<<"$1"
}

begin()
{
	before=$(host)
	configure games "root=$tree" "mounts='$1'"
	run chroot-mounts start games
	errors=$(grep -v ': no line of the plan mounts ' <<<"$errors")
}

# shows WHAT LINES [ROW...]: start takes the lines in silence, and inside are `/` and the rows. Also,
# if set: $reads, a file inside and what is read there; $makes, what is made in the tree.
shows()
{
	local what=$1 lines=$2 expected='/ / rw,nosuid,relatime sh overlay' got
	shift 2
	if [[ ${1-} == '/ '* ]]; then
		expected=$1
		shift
	fi
	expected=$(expand "$(printf '%s\n' "$expected" "$@")")
	begin "$lines"
	got=$errors
	[ "$status" != 0 ] || got+=$(rows | as_asked "$expected")
	if [ -n "${reads-}" ]; then
		got+=$'\n'$("$tools/mounts-inside" /run/chroot-mounts/games/ns "${reads%% *}" 2>&1)
		expected+=$'\n'${reads#* }
	fi
	run chroot-mounts stop games
	got+=$errors$(leftover)
	if [ -n "${makes-}" ]; then
		got+=$'\n'$(cd "$tree/made" && find . -printf '%p:%y%m ')
		expected+=$'\n'$makes' '
	fi
	rm -rf "$tree/made"
	is "$what: inside is what the plan says, and stop leaves nothing" "$got" "$expected"
}

# refused WHAT LINES MESSAGE: start fails with this one line, and nothing is left.
refused()
{
	begin "$2"
	# which loop device is a matter of chance
	[[ ! $errors =~ /dev/loop[0-9]+ ]] || errors=${errors/"${BASH_REMATCH[0]}"//dev/loopN}
	# libmount 2.41 has other words for the same
	errors=${errors/Inappropriate ioctl for device/Invalid argument}
	errors=${errors/'mount() failed'/'mount(2) system call failed'}
	[ "$status" != 0 ] || chroot-mounts -q stop games
	is "$1 is refused" "$status $errors$(leftover)" "1 chroot-mounts: games: $3"
}

# option WORDS OPTIONS DEEPER: on bind and rbind the whole cloned tree has them; DEEPER are those of
# a mount that had nodev and noatime before.
option()
{
	shows "bind,$1" "/srv/tree /t none bind,$1" "/t /tree $2 h tmpfs"
	shows "rbind,$1" "/srv/tree /t none rbind,$1" "/t /tree $2 h tmpfs" "/t/below / $2 h tmpfs" \
		"/t/below/deeper / $3 h tmpfs"
}

# propagation WORD LETTERS BELOW: of a bind and the top of an rbind, and of what is below that.
propagation()
{
	shows "bind,$1" "/srv/tree /t none bind,$1" "/t /tree rw,relatime $2 tmpfs"
	shows "rbind,$1" "/srv/tree /t none rbind,$1" "/t /tree rw,relatime $2 tmpfs" \
		"/t/below / rw,relatime $3 tmpfs" "/t/below/deeper / rw,nodev,noatime $3 tmpfs"
}

bind_options()
{
	local all=ro,nosuid,nodev,noexec,noatime,nodiratime,nosymfollow
	shows 'no line but the one for /' '# a comment'
	shows 'bind' '/srv/tree /t none bind' '/t /tree rw,relatime h tmpfs'
	shows 'rbind' '/srv/tree /t none rbind' '/t /tree rw,relatime h tmpfs' '/t/below / rw,relatime h tmpfs' \
		'/t/below/deeper / rw,nodev,noatime h tmpfs'
	shows 'a bind of a mount keeps its options' '/srv/tree/below/deeper /t none bind' '/t / rw,nodev,noatime h tmpfs'
	shows 'dev, relatime, suid and exec, which take options away' \
		'/srv/tree/below/deeper /t none bind,dev,relatime,suid,exec' '/t / rw,relatime h tmpfs'
	shows 'type bind, numbers for dump and fsck' '/srv/tree /t bind bind 0 0' '/t /tree rw,relatime h tmpfs'
	option ro ro,relatime ro,nodev,noatime
	option nosuid rw,nosuid,relatime rw,nosuid,nodev,noatime
	option nodev rw,nodev,relatime rw,nodev,noatime
	option noexec rw,noexec,relatime rw,nodev,noexec,noatime
	option noatime rw,noatime rw,nodev,noatime
	option nodiratime rw,nodiratime,relatime rw,nodev,noatime,nodiratime
	option relatime rw,relatime rw,nodev,relatime
	option strictatime rw rw,nodev
	option nosymfollow rw,relatime,nosymfollow rw,nodev,noatime,nosymfollow
	option "$all" "$all" "$all"
	option ro,noexec,rw,exec rw,relatime rw,nodev,noatime
	option defaults,auto,_netdev,comment=words rw,relatime rw,nodev,noatime
	refused 'an option of a filesystem on a bind' '/srv/tree /t none bind,size=1m' \
		"$line1: the option size=1m has no meaning for a bind"
	refused 'an option that nobody knows' '/srv/tree /t none bind,nosuch' \
		"$line1: the option nosuch has no meaning for a bind"
	refused 'an x- word that nobody knows' '/srv/tree /t none bind,x-nosuch' "$line1: unknown option x-nosuch"
	refused 'the option user' '/srv/tree /t none bind,user' "$line1: the option user is not understood here"
	refused 'the option noauto' '/srv/tree /t none bind,noauto' "$line1: the option noauto is not understood here"
	refused 'the option remount' '/srv/tree /t none bind,remount,ro' "$line1: remount: a plan only makes mounts"
	refused 'a type beside bind' '/srv/tree /t ext4 bind' "$line1: a bind has no filesystem type: write none for ext4"
	refused 'a line with neither bind nor type' '/srv/tree /t none ro' \
		"$line1: /srv/tree is mounted on /t: as a bind (the option bind), or as which filesystem type?"
	refused 'a line of two fields' $'# a comment\n/srv/tree /t' "$line2: not SOURCE TARGET TYPE OPTIONS, as in fstab(5): /srv/tree /t"
}

# A clone is a slave in any case, lest what is mounted inside appears on the host.
propagation_words()
{
	propagation private - h
	propagation rprivate - -
	propagation slave h h
	propagation rslave h h
	propagation shared sh h
	propagation rshared sh sh
	propagation unbindable u h
	propagation runbindable u u
	shows 'a shared tmpfs' 'tmpfs /t tmpfs shared' '/t / rw,relatime s tmpfs'
	shows 'an unbindable tmpfs' 'tmpfs /t tmpfs unbindable' '/t / rw,relatime u tmpfs'
}

filesystems()
{
	shows 'tmpfs with options of its own and of the mount' \
		'tmpfs /t tmpfs size=1m,mode=0750,uid=1000,nr_inodes=100,nosuid,noexec' \
		'/t / rw,nosuid,noexec,relatime - tmpfs rw,size=1024k,nr_inodes=100,mode=750,uid=1000'
	[ ! -d /sys/kernel/mm/transparent_hugepage ] || shows 'tmpfs with huge pages' \
		'tmpfs /t tmpfs huge=within_size' '/t / rw,relatime - tmpfs huge=within_size'
	shows 'a tmpfs with ro' 'tmpfs /t tmpfs ro' '/t / ro,relatime - tmpfs ro'
	shows 'sync, dirsync and lazytime' 'tmpfs /t tmpfs sync,dirsync,lazytime' \
		'/t / rw,relatime - tmpfs rw,sync,dirsync,lazytime'
	shows 'empty words and a quoted comma' 'tmpfs /t tmpfs size=1m,,comment="a,b",' \
		'/t / rw,relatime - tmpfs rw,size=1024k'
	shows 'ramfs' 'ramfs /t ramfs mode=0700' '/t / rw,relatime - ramfs rw,mode=700'
	shows 'mqueue' 'mqueue /t mqueue nosuid,nodev,noexec' '/t / rw,nosuid,nodev,noexec,relatime - mqueue rw'
	shows 'devpts, a new one' 'devpts /t devpts newinstance,ptmxmode=0666,mode=0620,gid=7' \
		'/t / rw,relatime - devpts rw,gid=7,mode=620,ptmxmode=666'
	shows 'sysfs' 'sysfs /t sysfs ro,nosuid,nodev,noexec' '/t / ro,nosuid,nodev,noexec,relatime - sysfs'
	shows 'cgroup2' 'cgroup2 /t cgroup2 nosuid,nodev,noexec' '/t / rw,nosuid,nodev,noexec,relatime - cgroup2'
	shows 'proc' 'proc /t proc nosuid,hidepid=2,subset=pid' \
		'/t / rw,nosuid,relatime - proc rw,hidepid=invisible,subset=pid'
	! grep -qw hugetlbfs /proc/filesystems || shows 'hugetlbfs' \
		'hugetlbfs /t hugetlbfs mode=0700' '/t / rw,relatime - hugetlbfs rw,mode=700'
	refused 'an unknown type' 'nosuch /t nosuch defaults' "cannot make the nosuch for /t: unknown filesystem type 'nosuch'"
	refused 'an unknown type on an image' '/srv/ext4.img /t nosuch loop' \
		"cannot mount /srv/ext4.img on /t: unknown filesystem type 'nosuch'"
	refused 'an option that tmpfs does not know' 'tmpfs /t tmpfs nosuch=1' \
		"cannot make the tmpfs for /t: nosuch=1 (tmpfs: Unknown parameter 'nosuch'): Invalid argument"
	refused 'a bad value' 'tmpfs /t tmpfs size=many' \
		"cannot make the tmpfs for /t: size=many (tmpfs: Bad value for 'size'): Invalid argument"
	refused 'a quote left open' 'tmpfs /t tmpfs size=1m,comment="a' \
		"$line1: the options size=1m,comment=\"a cannot be read: is a quote open?"
}

mount_helpers()
{
	local type
	for type in nfs nfs4 cifs smb3 fuse fuse.sshfs sshfs davfs glusterfs ntfs-3g; do
		refused "type $type" "server:/export /t $type defaults" \
			"$line1: $type needs a mount program of its own: mount it on the host and bind it here"
	done
	refused 'cifs with its own options' '//server/share /t cifs user=alice,vers=3.0' \
		"$line1: cifs needs a mount program of its own: mount it on the host and bind it here"
}

# libmount would run them as the superuser, with a path and options of the line.
helpers_are_not_run()
{
	local type
	for type in ext4 tmpfs; do
		printf '#!/bin/sh\necho "$0 $*" >>/srv/helped\nexit 1\n' >"/sbin/mount.$type"
		chmod 755 "/sbin/mount.$type"
	done
	mkdir /srv/by-helper
	ok "mount(8) runs the mount.ext4 that stands in /sbin" fails mount -o loop /srv/ext4.img /srv/by-helper
	ok 'a mount.ext4 that is run leaves a trace' grep -q '^/sbin/mount.ext4 ' /srv/helped
	rm /srv/helped
	reads='/t/file ext4 image' shows 'an image is mounted beside a mount.ext4 that fails' '/srv/ext4.img /t ext4 loop' \
		'/t / rw,relatime - ext4 rw'
	reads='/t/file ext4 image' shows 'an image of type auto is mounted beside a mount.ext4 that fails' \
		'/srv/ext4.img /t auto loop' '/t / rw,relatime - ext4 rw'
	shows 'a tmpfs is mounted beside a mount.tmpfs that fails' '/srv /t tmpfs size=1m' '/t / rw,relatime - tmpfs rw'
	ok 'start runs no mount.TYPE program' test ! -e /srv/helped
	rm /sbin/mount.ext4 /sbin/mount.tmpfs
	rmdir /srv/by-helper
}

overlays()
{
	local layers=/srv/layers/$long/a:/srv/layers/$long/b:/srv/layers/one
	local dmesg='; dmesg shows what the kernel says about it'
	reads='/t/file layer two' shows 'an overlay of two layers' \
		'overlay /t overlay lowerdir=/srv/layers/two:/srv/layers/one' \
		'/t / rw,relatime - overlay lowerdir=/srv/layers/two:/srv/layers/one'
	reads='/t/one layer one' shows 'an overlay that can be written to' \
		'overlay /t overlay lowerdir=/srv/layers/two:/srv/layers/one,upperdir=/srv/up,workdir=/srv/work' \
		'/t / rw,relatime - overlay rw,lowerdir=/srv/layers/two:/srv/layers/one,upperdir=/srv/up,workdir=/srv/work'
	reads='/t/file a long layer' shows 'an overlay whose lowerdir is longer than 255 bytes' \
		"overlay /t overlay ro,nosuid,noatime,lowerdir=$layers" \
		"/t / ro,nosuid,noatime - overlay ro,lowerdir=$layers"
	refused 'an overlay without lowerdir' 'overlay /t overlay upperdir=/srv/up,workdir=/srv/work' \
		"cannot make the overlay for /t: overlay: Invalid argument$dmesg"
	# Linux 6.1 looks for a layer when it has all options, and then names none
	begin 'overlay /t overlay lowerdir=/srv/nosuch:/srv/layers/one'
	like 'an overlay with a missing layer is refused' "$status $errors$(leftover)" '^1 chroot-mounts: games: '\
'cannot make the overlay for /t: (overlay|lowerdir=/srv/nosuch:/srv/layers/one): No such file or directory$'
	refused 'an overlay with an upperdir and no workdir' 'overlay /t overlay lowerdir=/srv/plain,upperdir=/srv/up' \
		"cannot make the overlay for /t: overlay: Invalid argument$dmesg"
}

images()
{
	local wrong='wrong fs type, bad option, bad superblock on /dev/loopN, missing codepage or helper program, or other error'
	local dmesg='; dmesg shows what the kernel says about it'
	reads='/t/file ext4 image' shows 'an image' '/srv/ext4.img /t ext4 loop' '/t / rw,relatime - ext4 rw'
	reads='/t/file ext4 image' shows 'an image with options' '/srv/ext4.img /t ext4 loop,ro,nosuid,noexec,noatime' \
		'/t / ro,nosuid,noexec,noatime - ext4 ro'
	shows 'an image with options of its filesystem' '/srv/ext4.img /t ext4 loop,errors=remount-ro,sync' \
		'/t / rw,relatime - ext4 rw,sync,errors=remount-ro'
	reads='/t/file ext4 image' shows 'an image of type auto' '/srv/ext4.img /t auto loop' '/t / rw,relatime - ext4 rw'
	reads='/t/file ext4 image' shows 'an image without loop, as mount(8) takes it' '/srv/ext4.img /t ext4 defaults' \
		'/t / rw,relatime - ext4 rw'
	reads='/t/file ext4 image' shows 'offset and sizelimit' \
		'/srv/offset.img /t ext4 loop,offset=1048576,sizelimit=4194304' '/t / rw,relatime - ext4 rw'
	reads='/t/file ext4 image' shows 'offset and sizelimit in MiB' \
		'/srv/offset.img /t ext4 loop,ro,offset=1M,sizelimit=4M' '/t / ro,relatime - ext4 ro'
	reads='/t/file squashfs image' shows 'squashfs' '/srv/squashfs.img /t squashfs loop,ro' '/t / ro,relatime - squashfs ro'
	reads='/t/file squashfs image' shows 'squashfs, of type auto and without ro' '/srv/squashfs.img /t auto loop' \
		'/t / rw,relatime - squashfs ro'
	reads='/t/file btrfs image' shows 'a subvolume of btrfs' '/srv/btrfs.img /t btrfs loop,subvol=games,noatime' \
		'/t /games rw,noatime - btrfs rw,subvol=/games'
	reads='/t/file ext4 image' shows 'an image whose name has a blank' '/srv/an\040image.img /t ext4 loop' \
		'/t / rw,relatime - ext4 rw'
	shows 'one image twice' $'/srv/ext4.img /t ext4 loop\n/srv/ext4.img /t2 ext4 loop' \
		'/t / rw,relatime - ext4 rw' '/t2 / rw,relatime - ext4 rw'
	refused 'an image of another type' '/srv/squashfs.img /t ext4 loop' "cannot mount /srv/squashfs.img on /t: $wrong$dmesg"
	refused 'an option that ext4 does not know' '/srv/ext4.img /t ext4 loop,nosuch' \
		"cannot mount /srv/ext4.img on /t: $wrong$dmesg"
	refused 'a bad offset' '/srv/ext4.img /t ext4 loop,offset=many' \
		"cannot mount /srv/ext4.img on /t: failed to parse mount options 'rw,loop,offset=many': Invalid argument"
	refused 'a loop device that is named' '/srv/ext4.img /t ext4 loop=/dev/loop9' \
		"$line1: the option loop=/dev/loopN is not understood here"
	refused 'a missing subvolume' '/srv/btrfs.img /t btrfs loop,subvol=nosuch' \
		'cannot mount /srv/btrfs.img on /t: mount(2) system call failed: No such file or directory'
	refused 'a missing image' '/srv/nosuch.img /t ext4 loop' \
		'cannot mount /srv/nosuch.img on /t: No such file or directory; make /srv/nosuch.img, or add nofail to its line'
	refused 'an image before a line that cannot be' $'/srv/ext4.img /t ext4 loop\n/srv/plain /nosuch none bind' \
		"cannot open the mount point $tree/nosuch: No such file or directory; to mend it: mkdir -p $tree/nosuch"
	refused 'a directory of the host as a device' '/srv/plain /t ext4 defaults' \
		'cannot mount /srv/plain on /t: /srv/plain is not a block device'
}

image_in_two_roots()
{
	local before name row
	before=$(host)
	for name in demo games; do
		mkdir -p "/opt/$name/t"
		configure "$name" "root=/opt/$name" "mounts='/srv/ext4.img /t ext4 loop'"
	done
	ok 'two roots with the same image start' chroot-mounts start demo games
	is 'two roots with the same image are on one loop device' "$(loops | wc -l)" 1
	row=$(rows games | grep ' ext4 ')
	like 'one of two roots with the same image shows it' "$row" '^/t / rw,relatime - ext4 rw'
	is 'the other of two roots with the same image shows it' "$(rows demo | grep ' ext4 ')" "$row"
	ok 'one of two roots with the same image stops' chroot-mounts stop games
	is 'the other root still shows the image' "$("$tools/mounts-inside" /run/chroot-mounts/demo/ns /t/file)" 'ext4 image'
	ok 'the other root with the image stops' chroot-mounts stop demo
	is 'the loop device is gone after both roots stopped' "$(leftover)" ''
	rm /etc/conf.d/chroot-mounts.demo
}

devices()
{
	local device
	device=$(losetup -f --show /srv/device.img)
	reads='/t/file on a device' shows 'a device' "$device /t ext4 noatime" '/t / rw,noatime - ext4 rw'
	reads='/t/file on a device' shows 'a device, of type auto' "$device /t auto ro" '/t / ro,relatime - ext4 ro'
	reads='/t/file on a device' shows 'a device, of one of two types' "$device /t squashfs,ext4 ro" '/t / ro,relatime - ext4 ro'
	reads='/t/file on a device' shows 'LABEL=' "LABEL=$volume /t ext4 defaults" '/t / rw,relatime - ext4 rw'
	reads='/t/file on a device' shows 'LABEL= in quotes' "LABEL=\"$volume\" /t ext4 nosuid" '/t / rw,nosuid,relatime - ext4 rw'
	reads='/t/file on a device' shows 'UUID=' "UUID=$uuid /t auto defaults" '/t / rw,relatime - ext4 rw'
	reads='/file on a device' shows 'LABEL= on /' "LABEL=$volume / ext4 noatime" '/ / rw,nosuid,noatime s ext4 rw'
	losetup -d "$device"
	refused 'a missing device' '/dev/nosuch /t ext4 defaults' \
		'cannot mount /dev/nosuch on /t: No such file or directory; make /dev/nosuch, or add nofail to its line'
	refused 'a missing label' 'LABEL=nosuch /t ext4 defaults' \
		'no filesystem for /t has LABEL=nosuch; blkid shows which there are'
	refused 'a missing label on /' 'LABEL=nosuch / ext4 defaults' \
		'no filesystem for / has LABEL=nosuch; blkid shows which there are'
	partitions
}

partitions()
{
	local device numbers
	device=$(losetup -f -P --show /srv/disk.img)
	# a kernel that cannot read the table is told of the partition
	partx -a "$device" 2>/dev/null
	IFS=: read -r -a numbers <"/sys/class/block/${device##*/}p1/dev"
	mknod "${device}p1" b "${numbers[@]}"
	reads='/t/file on a partition' shows 'PARTUUID=' "PARTUUID=$disk-01 /t ext4 defaults" '/t / rw,relatime - ext4 rw'
	reads='/t/file on a partition' shows 'a partition' "${device}p1 /t ext4 ro" '/t / ro,relatime - ext4 ro'
	losetup -d "$device"
	rm "${device}p1"
}

# The line for /.
root_lines()
{
	local others='who could replace what everyone inside relies on'
	reads='/file ext4 image' shows 'an image on /' '/srv/ext4.img / ext4 loop' '/ / rw,nosuid,relatime s ext4 rw'
	shows 'squashfs on /, after another line' $'proc /t proc nosuid\n/srv/squashfs.img / squashfs ro,loop' \
		'/ / ro,nosuid,relatime s squashfs ro' '/t / rw,nosuid,relatime - proc rw'
	reads='/file layer two' shows 'an overlay on /' \
		'overlay / overlay lowerdir=/srv/layers/two:/srv/layers/one,upperdir=/srv/up,workdir=/srv/work' \
		'/ / rw,nosuid,relatime s overlay rw,lowerdir=/srv/layers/two:/srv/layers/one,upperdir=/srv/up,workdir=/srv/work'
	shows 'a tmpfs on /, and mount points made in it' \
		$'tmpfs / tmpfs mode=0755\n/srv/tree /made/here none bind,x-mount.mkdir' \
		'/ / rw,nosuid,relatime s tmpfs rw,mode=755' '/made/here /tree rw,relatime h tmpfs'
	shows 'the tree on / with ro' "$tree / none bind,ro" '/ / ro,nosuid,relatime sh overlay rw'
	reads='/file plain' shows 'another directory on /' '/srv/plain / none bind,ro,noexec' \
		'/ /plain ro,nosuid,noexec,relatime sh tmpfs rw'
	shows 'bind on /: what is mounted below does not come along' '/srv/tree / none bind' '/ /tree rw,nosuid,relatime sh tmpfs'
	shows 'rbind on /: what is mounted below comes along' '/srv/tree / none rbind' '/ /tree rw,nosuid,relatime sh tmpfs' \
		'/below / rw,nosuid,relatime h tmpfs' '/below/deeper / rw,nosuid,nodev,noatime h tmpfs'
	shows 'private on /' '/srv/tree / none rbind,rprivate' '/ /tree rw,nosuid,relatime s tmpfs' \
		'/below / rw,nosuid,relatime - tmpfs' '/below/deeper / rw,nosuid,nodev,noatime - tmpfs'
	shows 'private on / alone' '/srv/tree / none rbind,private' '/ /tree rw,nosuid,relatime s tmpfs' \
		'/below / rw,nosuid,relatime h tmpfs' '/below/deeper / rw,nosuid,nodev,noatime h tmpfs'
	shows 'suid on /, which is in vain' 'tmpfs / tmpfs suid,mode=0755' '/ / rw,nosuid,relatime s tmpfs'
	shows 'suid on a bind on /, which is in vain' '/srv/plain / none bind,suid' '/ /plain rw,nosuid,relatime sh tmpfs'
	refused 'two lines for /' $'tmpfs / tmpfs mode=0755\n/srv/plain / none bind' "$line2: there are two lines for /"
	refused 'nofail on /' '/srv/plain / none bind,nofail' \
		"$line1: the line for / takes no nofail, x-mount.mkdir and x-live: without it there is no root"
	refused 'unbindable on /' 'tmpfs / tmpfs unbindable' "$line1: the line for / can be slave or private alone"
	refused 'a file on /' '/srv/file / none bind' 'cannot open the root /srv/file: Not a directory'
	refused 'a missing directory on /' '/srv/nosuch / none bind' \
		'cannot open the root /srv/nosuch: No such file or directory; put a tree there, or correct the line for /'
	refused 'a tmpfs on / that others can write to' 'tmpfs / tmpfs defaults' \
		"the top directory of tmpfs can be written by others (mode 1777), $others; add mode=0755 to the line for /"
	refused 'a tmpfs on / that belongs to a user' 'none / tmpfs mode=0755,uid=1000' \
		"the top directory of tmpfs belongs to user 1000, $others; take uid= off the line for /"
	refused 'an image on / that belongs to a user' '/srv/owned.img / ext4 loop' \
		"the top directory of /srv/owned.img belongs to user 1000, $others; chown root:root and chmod go-w that directory, where it comes from or with the filesystem mounted elsewhere"
	refused 'a missing image on /' '/srv/nosuch.img / ext4 loop' \
		'cannot mount /srv/nosuch.img on /: No such file or directory; make /srv/nosuch.img, or correct the line for /'
}

targets()
{
	local plain='is no absolute path without ., .. and //'
	reads='/f a file of the host' shows 'a file on a file' '/srv/file /f none bind,ro' '/f /file ro,relatime h tmpfs'
	shows 'a device node on a file' '/dev/null /f none bind,ro' '/f /null ro,nosuid,noexec,relatime h tmpfs'
	shows 'a file on a link to a file, which is covered itself' '/srv/file /to-file none bind' \
		'/to-file /file rw,relatime h tmpfs'
	reads='/dangling a file of the host' shows 'a file on a dangling link, which is covered itself' \
		'/srv/file /dangling none bind,x-mount.mkdir' '/dangling /file rw,relatime h tmpfs'
	shows 'a link on the way' '/srv/tree /way/er none bind' '/deep/er /tree rw,relatime h tmpfs'
	shows 'a slash at the end' '/srv/tree/ /t/ none bind' '/t /tree rw,relatime h tmpfs'
	refused 'a directory on a link to a directory' '/srv/tree /to-directory none bind' \
		"cannot mount /srv/tree on $tree/to-directory, which is a symbolic link; to mend it: rm $tree/to-directory && mkdir $tree/to-directory"
	refused 'a directory on a file' '/srv/tree /f none bind' \
		"cannot mount /srv/tree on $tree/f, which is a file; to mend it: rm $tree/f && mkdir $tree/f"
	refused 'a file on a directory' '/srv/file /t none bind,nofail' \
		"cannot mount /srv/file on $tree/t, which is a directory; to mend it: rmdir $tree/t && touch $tree/t"
	refused 'a tmpfs on a file' 'tmpfs /f tmpfs defaults' \
		"cannot mount tmpfs on $tree/f, which is a file; to mend it: rm $tree/f && mkdir $tree/f"
	refused 'a target below a file' '/srv/tree /f/er none bind' "cannot open the mount point $tree/f/er: Not a directory"
	refused '.. in a target' '/srv/tree /way/../t none bind' \
		"$line1: the mount point /way/../t $plain"
	refused '. in a target' '/srv/tree /t/. none bind' "$line1: the mount point /t/. $plain"
	refused 'a relative target' '/srv/tree t none bind' "$line1: the mount point t $plain"
	refused 'a line for swap' "UUID=$uuid none swap sw" "$line1: the mount point none $plain"
	refused '.. in a source' '/srv/../srv/tree /t none bind' \
		"$line1: the source /srv/../srv/tree of a bind $plain"
	refused 'two slashes in a target' '/srv/tree //t none bind' "$line1: the mount point //t $plain"
	refused 'two slashes in a source' '/srv//tree /t none bind' "$line1: the source /srv//tree of a bind $plain"
	refused 'a relative source' 'srv/tree /t none bind' \
		"$line1: the source srv/tree of a bind $plain"
}

# Names that fstab(5) writes as octal numbers, and that need not be.
names()
{
	local name
	for name in 'a blank' $'a\ttab' 'a#hash' '#hash' 'a\backslash' 'größer' 'a,comma:colon' 'a"quote'; do
		mkdir -p "/srv/$name" "$tree/$name"
	done
	shows 'a blank in names' '/srv/a\040blank /a\040blank none bind' '/a\040blank /a\040blank rw,relatime h tmpfs'
	shows 'a tab in names' '/srv/a\011tab /a\011tab none bind' '/a\011tab /a\011tab rw,relatime h tmpfs'
	shows 'a hash in names' '/srv/a\043hash /a\043hash none bind' '/a#hash /a#hash rw,relatime h tmpfs'
	shows 'a hash as it is' '/srv/#hash /#hash none bind' '/#hash /#hash rw,relatime h tmpfs'
	shows 'a backslash in names' '/srv/a\134backslash /a\134backslash none bind' \
		'/a\134backslash /a\134backslash rw,relatime h tmpfs'
	shows 'UTF-8 in names' '/srv/größer /größer none bind' '/größer /größer rw,relatime h tmpfs'
	refused 'a file on a directory whose name a shell would split' '/srv/file /a\040blank none bind' \
		"cannot mount /srv/file on $tree/a blank, which is a directory; to mend it: rmdir '$tree/a blank' && touch '$tree/a blank'"
	shows 'comma, colon and quote in names' '/srv/a,comma:colon /a"quote none bind' \
		'/a"quote /a,comma:colon rw,relatime h tmpfs'
}

nofail()
{
	refused 'a missing source' '/srv/nosuch /t none bind' \
		'cannot clone /srv/nosuch, the source of /t: No such file or directory; make /srv/nosuch, or add nofail to its line'
	refused 'a missing target' '/srv/tree /nosuch none bind' \
		"cannot open the mount point $tree/nosuch: No such file or directory; to mend it: mkdir -p $tree/nosuch"
	refused 'a missing target for a file' '/srv/file /nosuch none bind' \
		"cannot open the mount point $tree/nosuch: No such file or directory; to mend it: install -D -m 644 /dev/null $tree/nosuch"
	refused 'several missing targets' $'/srv/tree /nosuch/a none bind\n/srv/file /new/b\\040c none bind\n/srv/tree /t none bind\n/srv/tree /nosuch/d none bind,nofail\n/srv/plain /nosuch/e none bind\n/srv/plain /nosuch/e/f none bind' \
		"cannot open the mount point $tree/nosuch/a: No such file or directory; to mend it: mkdir -p $tree/nosuch/a $tree/nosuch/e && install -D -m 644 /dev/null '$tree/new/b c'"
	ln -s /srv "$tree/outside"
	refused 'a missing target behind a link that could lead out of the tree' '/srv/tree /outside/nosuch none bind' \
		"cannot open the mount point $tree/outside/nosuch: No such file or directory; make it in the tree, where a link is on the way to it"
	rm "$tree/outside"
	shows 'nofail and a missing source' '/srv/nosuch /t none bind,nofail'
	shows 'nofail and a missing target' '/srv/tree /nosuch/deep none bind,nofail'
	shows 'nofail and a missing device' '/dev/nosuch /t ext4 nofail'
	shows 'nofail and a missing label' 'LABEL=nosuch /t ext4 nofail'
	shows 'nofail and a missing partition' 'PARTUUID=nosuch-01 /t ext4 nofail'
	shows 'nofail and a missing image' '/srv/nosuch.img /t ext4 loop,nofail'
	shows 'nofail and a missing source that is to be live' '/srv/nosuch /t none rbind,x-live,nofail'
	shows 'nofail where nothing is missing' '/srv/plain /t none bind,nofail' '/t /plain rw,relatime h tmpfs'
	shows 'nofail on one of two lines, which passes that one over' $'/srv/nosuch /t none bind,nofail\n/srv/plain /t2 none bind' \
		'/t2 /plain rw,relatime h tmpfs'
	configure games "root=$tree" "mounts='/srv/nosuch /t none bind,nofail'"
	run chroot-mounts -v start games
	like 'start -v says what it passed over' "$errors" 'passed over /t, since the host lacks /srv/nosuch'
	chroot-mounts stop games
	configure games "root=$tree" "mounts='/srv/plain /nosuch none bind,nofail'"
	run chroot-mounts -v start games
	like 'start -v says which mount point it passed over' "$errors" 'passed over /nosuch, which is not there'
	chroot-mounts stop games
}

mkdirs()
{
	makes='.:d755' shows 'x-mount.mkdir for a directory' '/srv/tree /made none bind,x-mount.mkdir' \
		'/made /tree rw,relatime h tmpfs'
	makes='.:d755 ./a:d755 ./a/b:d700' shows 'x-mount.mkdir for several directories, of which the last has the mode' \
		'/srv/tree /made/a/b none bind,x-mount.mkdir=0700' '/made/a/b /tree rw,relatime h tmpfs'
	makes='.:d755 ./file:f644' shows 'x-mount.mkdir for a file' '/srv/file /made/file none bind,x-mount.mkdir' \
		'/made/file /file rw,relatime h tmpfs'
	makes='.:d755 ./file:f600' shows 'x-mount.mkdir for a file, with a mode' '/srv/file /made/file none bind,x-mount.mkdir=0600' \
		'/made/file /file rw,relatime h tmpfs'
	makes='.:d755 ./null:f644' shows 'x-mount.mkdir for a device node' '/dev/null /made/null none bind,x-mount.mkdir' \
		'/made/null /null rw,nosuid,noexec,relatime h tmpfs'
	makes='.:d1777' shows 'x-mount.mkdir for a tmpfs' 'tmpfs /made tmpfs mode=0700,x-mount.mkdir=1777' \
		'/made / rw,relatime - tmpfs rw,mode=700'
	makes='.:d755 ./image:d755' shows 'x-mount.mkdir for an image' '/srv/ext4.img /made/image ext4 loop,x-mount.mkdir' \
		'/made/image / rw,relatime - ext4 rw'
	shows 'x-mount.mkdir for a source that is missing' '/srv/nosuch /made none bind,nofail,x-mount.mkdir'
	ok 'x-mount.mkdir for a source that is missing makes nothing' test ! -e "$tree/made"
	shows 'x-mount.mkdir behind a link on the way' '/srv/tree /way/made none bind,x-mount.mkdir' '/deep/made /tree rw,relatime h tmpfs'
	refused 'x-mount.mkdir with a mode that is none' '/srv/tree /made none bind,x-mount.mkdir=rwx' \
		"$line1: x-mount.mkdir=rwx: not a mode such as 0755"
	refused 'x-mount.mkdir behind a dangling link' '/srv/tree /dangling/made none bind,x-mount.mkdir' \
		"cannot make the mount point $tree/dangling/made: No such file or directory"
	refused 'x-mount.mkdir below a file' '/srv/tree /f/made none bind,x-mount.mkdir' \
		"cannot make the mount point $tree/f/made: Not a directory"
	refused 'x-mount.mkdir below another line' $'/srv/plain /t none bind\n/srv/tree /t/made none bind,x-mount.mkdir' \
		"$line2: x-mount.mkdir would make /t/made on the host, since it lies below another line"
	ok 'x-mount.mkdir below another line makes nothing on the host' test ! -e /srv/plain/made
}

order()
{
	reads='/t/below/file plain' shows 'a line below another' $'/srv/tree /t none bind\n/srv/plain /t/below none bind' \
		'/t /tree rw,relatime h tmpfs' '/t/below /plain rw,relatime h tmpfs'
	reads='/t/below/deeper/file plain' shows 'a line on what came with another' \
		$'/srv/tree /t none rbind\n/srv/plain /t/below/deeper none bind' '/t /tree rw,relatime h tmpfs' \
		'/t/below / rw,relatime h tmpfs' '/t/below/deeper / rw,nodev,noatime h tmpfs' '/t/below/deeper /plain rw,relatime h tmpfs'
	reads='/t/file plain' shows 'a later line that covers an earlier one' $'/srv/tree /t none bind\n/srv/plain /t none bind' \
		'/t /tree rw,relatime h tmpfs' '/t /plain rw,relatime h tmpfs'
	reads='/t/file a tree' shows 'two lines on one place, in the order they are written in' $'/srv/plain /t none bind\n/srv/tree /t none bind' \
		'/t /plain rw,relatime h tmpfs' '/t /tree rw,relatime h tmpfs'
	reads='/t/sub/file a tree' shows 'a line below one that covers another' \
		$'/srv/tree /t none bind\n/srv/plain /t none bind\n/srv/tree /t/sub none bind' '/t /tree rw,relatime h tmpfs' \
		'/t /plain rw,relatime h tmpfs' '/t/sub /tree rw,relatime h tmpfs'
	refused 'a line before the one that it needs' $'/srv/plain /t/below none bind\n/srv/tree /t none bind' \
		"cannot open the mount point $tree/t/below: No such file or directory; to mend it: mkdir -p $tree/t/below"
	refused 'a missing target below another line' $'/srv/tree /t none bind\n/srv/plain /t/nosuch none bind' \
		"cannot open the mount point $tree/t/nosuch: No such file or directory; make it below the source of the line above it, or add nofail"
}

# What somebody had mounted in the tree.
old_mounts()
{
	mount -t tmpfs -o mode=755 old "$tree/t"
	mkdir "$tree/t/er"
	mount -t tmpfs -o mode=755 old "$tree/t/er"
	mount -t tmpfs -o mode=755 other "$tree/deep"
	shows 'mounts in the tree, which come along' '# nothing' '/ / rw,nosuid,relatime sh overlay' \
		'/deep / rw,nosuid,relatime h tmpfs' '/t / rw,nosuid,relatime h tmpfs' '/t/er / rw,nosuid,relatime h tmpfs'
	shows 'mounts in the tree on and below a place of the plan, which stay out' '/srv/plain /t none bind' \
		'/ / rw,nosuid,relatime sh overlay' '/deep / rw,nosuid,relatime h tmpfs' '/t /plain rw,relatime h tmpfs'
	shows 'mounts in the tree above a place of the plan, which stay' '/srv/plain /t/er none bind' '/ / rw,nosuid,relatime sh overlay' \
		'/deep / rw,nosuid,relatime h tmpfs' '/t / rw,nosuid,relatime h tmpfs' '/t/er /plain rw,relatime h tmpfs'
	umount -R "$tree/t" "$tree/deep"
	# taken off on its target alone, a mount below would lie hidden, and hold what it shows
	mount -t tmpfs -o mode=755 old "$tree/deep/er"
	shows 'a mount of the tree below the target of a line does not come along' '/srv/plain /deep none bind' \
		'/ / rw,nosuid,relatime sh overlay' '/deep /plain rw,relatime h tmpfs'
	umount "$tree/deep/er"
}

shared_mounts() { awk '{ for (i = 7; $i != "-"; i++) if ($i ~ /^shared/) print $5 }' /proc/self/mountinfo | sort; }

live()
{
	local line='/srv/live /t none rbind,rslave,x-live' shared said=''
	mkdir /srv/live
	mount -t tmpfs -o mode=755 live /srv/live
	mkdir /srv/live/below
	mount -t tmpfs -o mode=755 below /srv/live/below
	[ "$PROPAGATION" = shared ] || mount --make-private /srv/live
	shared=$(shared_mounts)
	if [ "$PROPAGATION" = private ]; then
		shared=$(printf '%s\n' "$shared" /srv/live | grep . | sort)
		said='chroot-mounts: games: made /srv/live a shared mount, so that what is mounted there later appears inside'
	fi
	begin "$line"$'\n'"${line/t /t2 }"
	is 'x-live, on two lines: what start makes shared is said once' "$status $errors" "0 $said"
	is 'x-live makes that one mount shared, and no other' "$(shared_mounts)" "$shared"
	is 'x-live, on two lines: inside are slaves of the one mount' "$(rows | as_asked '')" "$(expand "/ / rw,nosuid,relatime sh overlay
/t / rw,relatime m tmpfs
/t/below / rw,relatime h tmpfs
/t2 / rw,relatime m tmpfs
/t2/below / rw,relatime h tmpfs")"
	chroot-mounts stop games
	shows 'x-live again, which says nothing' "$line" '/t / rw,relatime m tmpfs' '/t/below / rw,relatime h tmpfs'
	umount -R /srv/live
	refused 'x-live on what is no mount point' '/srv/plain /t none rbind,x-live' \
		'/srv/plain cannot be live, since it is no mount point; take x-live off the line, or mount something on /srv/plain'
	refused 'x-live on what is missing' '/srv/nosuch /t none rbind,x-live' \
		'cannot open the source /srv/nosuch: No such file or directory; make /srv/nosuch, or add nofail to its line'
	refused 'x-live on a tmpfs' 'tmpfs /t tmpfs x-live' \
		"$line1: x-live is for binds: nothing of the host is below a new filesystem"
	refused 'x-live with private' '/srv/tree/below /t none bind,x-live,private' \
		"$line1: x-live and private exclude each other: a private mount hears nothing of the host"
	refused 'x-live with unbindable' '/srv/tree/below /t none bind,x-live,unbindable' \
		"$line1: x-live and unbindable exclude each other: an unbindable mount hears nothing of the host"
}

# The same on the host, for who wants that.
visible()
{
	local before
	before=$(host)
	configure games "root=$tree" visible=yes "mounts='/srv/tree /t none rbind"$'\n'"/srv/ext4.img /t2 ext4 loop'"
	ok 'the root starts with visible=yes' chroot-mounts start games
	is 'the host sees the mounts of a root with visible=yes' "$(awk -v tree="$tree" 'index($5, tree) == 1 {
		print $5, $4, $6
	}' /proc/self/mountinfo | sort)" "$tree / rw,nosuid,relatime
$tree / rw,relatime
$tree/t /tree rw,relatime
$tree/t/below / rw,relatime
$tree/t/below/deeper / rw,nodev,noatime
$tree/t2 / rw,relatime"
	ok 'the root with visible=yes stops' chroot-mounts stop games
	is 'the host is as before the root with visible=yes' "$(leftover)" ''
	configure games "root=$tree" visible=yes "mounts='$tree / none rbind,rslave"$'\n'"/srv/plain /t none bind'"
	ok 'the root starts with visible=yes and a line for / that says slave' chroot-mounts start games
	ok 'what the host sees of a slave line for / does not cover / inside' chroot-mounts status games
	ok 'the root with a slave line for / stops' chroot-mounts stop games
	configure games "root=$tree" visible=yes "mounts='/ /t none bind'"
	run chroot-mounts start games
	is 'visible=yes with the source / is refused' "$status $errors$(leftover)" \
		"1 chroot-mounts: games: visible=yes is not possible: $tree lies below /, which is mounted inside; move the tree, or take visible=yes away"
}

make_nodes
make_sources
make_targets
make_images >"$work/log" 2>&1 || cat "$work/log"
is 'the images are there' "$(cd /srv && echo *.img)" \
	'an image.img btrfs.img device.img disk.img ext4.img offset.img owned.img partition.img squashfs.img'
image_in_two_roots
bind_options
propagation_words
filesystems
mount_helpers
overlays
images
helpers_are_not_run
devices
root_lines
targets
names
nofail
mkdirs
order
old_mounts
live
visible
is 'at the end no loop device is left' "$(loops)" ''
done_testing
