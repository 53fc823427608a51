#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What a root is made of, and what the superuser who enters runs there, is the superuser's: start,
# `start -n` and reload refuse the rest, and what they print unpacks or moves the tree properly.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
needs losetup mke2fs setfacl
on_machines PROPAGATION=private

file=/etc/conf.d/chroot-mounts.games
tree=/srv/tree
why='who could replace what everyone inside relies on'
before=$(host_mounts)

# make_tree DIRECTORY: the busybox tree, a copy that any of it can be given to a user of.
make_tree()
{
	rm -rf "$1"
	mkdir -p "$1"
	cp -a /opt/games/. "$1"
}
code() { printf '#!/bin/busybox sh\necho code of a user\n' >"$1" && chmod 755 "$1"; }
nothing_is_left() { [ "$(host_mounts)" = "$before" ] && ! has_pins && ! losetup -nO BACK-FILE | grep -q '^/srv'; }
# The command that a message names; "" for none. As a shell takes it that is typed in.
command_of() { [[ $1 != *'; to mend it: '* ]] || printf '%s\n' "${1#*; to mend it: }"; }

# refuses WHAT MESSAGE: start and start -n say the message, an extended regular expression, and leave
# nothing.
refuses()
{
	run chroot-mounts start games
	is "$1: start refuses it" "$status" 1
	like "$1: start says why" "$errors" "^chroot-mounts: games: $2\$"
	ok "$1: start leaves nothing" await nothing_is_left
	said=$errors
	run chroot-mounts start -n games
	is "$1: start -n finds it" "$status:$errors" "1:$said"
	ok "$1: start -n touches nothing" await nothing_is_left
}
# mended WHAT: by the command of the last message, and by nothing else.
mended()
{
	ok "$1: the printed command succeeds" sh -c "$(command_of "$said")"
	run chroot-mounts start games
	is "$1: the root starts after the printed command, and no word is said" "$status:$errors" 0:
	chroot-mounts -q stop games
}
starts()
{
	run chroot-mounts start games
	is "$1" "$status:$errors" 0:
	chroot-mounts -q stop games
}

chroot-mounts start games 2>/dev/null
make_tree "$tree"
configure games "root=\"$tree\"" 'users=""'
chroot-mounts -q start games
chroot-mounts -q stop games
starts "a tree of the superuser's starts"

# a tree that a user unpacked
chown -R -h alice:alice "$tree"
mkdir "$tree/proc.old"
configure games "root=\"$tree\""
refuses "a tree that a user unpacked" \
	"$tree was unpacked by user 1000, or with shifted uids, .* unpack it again as the superuser, by tar xpf ARCHIVE --numeric-owner -C NEW_DIRECTORY or debootstrap"
chown root "$tree"
refuses "a tree that a user unpacked, its top taken over" "$tree was unpacked by user 1000, or with shifted uids, .*"
chown -R -h 100000:100000 "$tree"
refuses 'a tree with shifted uids' "$tree was unpacked by user 100000, or with shifted uids, .*"
is 'an unpacked tree has no command that would change it' "$(command_of "$said")" ''
make_tree "$tree"
chown -R -h alice:alice "$tree"
tar -C "$tree" -cf "$work/archive.tar" --owner=0 --group=0 .
rm -rf "$tree"
mkdir "$tree"
tar xpf "$work/archive.tar" --numeric-owner -C "$tree"
starts 'a tree that is unpacked as the message says starts'

# the attack: what of a user's the superuser runs
attack()
{
	chroot-mounts -q start games
	chroot-enter -d / games "$@" </dev/null
	chroot-mounts -q stop games
}
mv "$tree/bin/busybox" "$tree/bin/busybox.real"
chown alice "$tree/bin"
as alice sh -c "mv $tree/bin/ls $tree/bin/ls.old && $(declare -f code) && code $tree/bin/ls"
is "a naive chroot runs a user's program as the superuser" \
	"$(mv "$tree/bin/busybox.real" "$tree/bin/busybox" && chroot "$tree" /bin/ls)" 'code of a user'
is "the superuser who enters runs no program of a user" "$(attack ls 2>/dev/null)" ''
chown root "$tree/bin"
make_tree "$tree"

# each name of the list
for name in usr usr/lib usr/lib32 usr/lib64 usr/libx32 usr/libexec usr/local usr/local/bin usr/local/sbin usr/games \
	usr/local/games lib lib32 lib64 libx32 libexec bin opt/bin etc root; do
	[ -e "$tree/$name" ] || mkdir -p "$tree/$name"
	chown alice "$tree/$name"
	refuses "a user's /$name" "$tree/$name belongs to user 1000, $why; to mend it: chown root $tree/$name # if you trust what is in it"
	mended "a user's /$name"
	chmod o+w "$tree/$name"
	refuses "a /$name that everybody can write to" \
		"$tree/$name can be written by others \\(mode 0757\\), $why; to mend it: chmod go-w $tree/$name"
	mended "a /$name that everybody can write to"
done
for name in etc/passwd etc/group etc/shadow etc/profile etc/ld.so.preload etc/ld.so.conf bin/busybox root/.profile root/.bashrc; do
	[ -e "$tree/$name" ] || : >"$tree/$name"
	chmod go-w "$tree/$name"
	chown alice "$tree/$name"
	refuses "a user's /$name" "$tree/$name belongs to user 1000, $why; to mend it: chown root $tree/$name # if you trust what is in it"
	mended "a user's /$name"
done
rm "$tree/etc/ld.so.preload"

# links, and where they lead
mkdir -p "$tree/srv/lib"
rmdir "$tree/libx32"
ln -s srv/lib "$tree/libx32"
starts "a directory that is a link of the superuser's starts"
chown -h alice "$tree/libx32"
refuses "a user's link" "$tree/libx32 belongs to user 1000, $why; to mend it: chown -h root $tree/libx32"
mended "a user's link"
chown alice "$tree/srv"
refuses 'a link by way of a directory of a user' "$tree/srv belongs to user 1000, $why; to mend it: chown root $tree/srv # if you trust what is in it"
mended 'a link by way of a directory of a user'
chown alice "$tree/srv/lib"
refuses 'a link to a directory of a user' "$tree/srv/lib belongs to user 1000, $why; to mend it: chown root $tree/srv/lib # if you trust what is in it"
mended 'a link to a directory of a user'
rm "$tree/libx32"

# the shell and the directories that are configured
mkdir -p "$tree/srv/tools"
cp "$tree/bin/busybox" "$tree/srv/tools/ash"
chown alice "$tree/srv/tools/ash"
starts 'a file that nobody is told to run may be a user'"'"'s'
configure games "root=\"$tree\"" 'shell="/srv/tools/ash"'
refuses "a user's file as the shell" "$tree/srv/tools/ash belongs to user 1000, .*"
configure games "root=\"$tree\""
sed -i 's|/bin/sh$|/srv/tools/ash|' "$tree/etc/passwd"
refuses "a user's file as the shell of the tree's superuser" "$tree/srv/tools/ash belongs to user 1000, .*"
mended "a user's file as the shell of the tree's superuser"
chown alice "$tree/srv/tools"
configure games "root=\"$tree\"" 'path="/bin:/srv/tools"'
sed -i 's|/srv/tools/ash$|/bin/sh|' "$tree/etc/passwd"
refuses "a user's directory in path=" "$tree/srv/tools belongs to user 1000, .*"
mended "a user's directory in path="
chown alice "$tree/srv/tools"
configure games "root=\"$tree\""
starts 'a directory that path= does not have may be a user'"'"'s'

# what a group can write to
chgrp 27 "$tree/usr/lib" "$tree/bin"
chmod g+w "$tree/usr/lib" "$tree/bin"
run chroot-mounts start games
is 'directories that a group without members can write to: the root starts' "$status" 0
is 'directories that a group without members can write to are named once' "$errors" \
	"chroot-mounts: games: the group sudo (27), which has no members now, can write to what the superuser runs inside: $tree/usr/lib $tree/bin; to take that away: chmod g-w $tree/usr/lib $tree/bin"
chroot-mounts -q stop games
sed -i 's/^sudo:x:27:/sudo:x:27:bob/' /etc/group
refuses 'directories that a group with members can write to' \
	"the group sudo \\(27\\), which has members on the host, .*: $tree/usr/lib $tree/bin; to mend it: chmod g-w $tree/usr/lib $tree/bin"
mended 'directories that a group with members can write to'
sed -i 's/^sudo:x:27:bob/sudo:x:27:/' /etc/group
chgrp 1001 "$tree/bin"
chmod g+w "$tree/bin"
refuses "a directory that a user's own group can write to" "the group bob \\(1001\\), which has members .*"
mended "a directory that a user's own group can write to"

printf '%s\n' 'first:x:2400:' 'second:x:2400:bob' >>/etc/group
chgrp 2400 "$tree/bin"
chmod g+w "$tree/bin"
refuses 'a directory that the members of the second group of a number can write to' "the group first \\(2400\\), which has members .*"
mended 'a directory that the members of the second group of a number can write to'
setfacl -m u:alice:rwx "$tree/bin"
refuses 'a directory with an access control list' "$tree/bin has an access control list .*; to mend it: setfacl -b $tree/bin"
mended 'a directory with an access control list'
mkdir -p "$tree/nix/store/tools"
chgrp 27 "$tree/nix/store"
chmod 1775 "$tree/nix/store"
configure games "root=\"$tree\"" 'path="/bin:/nix/store/tools"'
starts "a directory of the superuser's by way of a sticky one starts"
chown alice "$tree/nix/store/tools"
refuses 'a directory of a user by way of a sticky one' "$tree/nix/store/tools belongs to user 1000, .*"
mended 'a directory of a user by way of a sticky one'
configure games "root=\"$tree\""

# a user's FUSE on a directory of theirs answers nobody else
if mknod -m 666 /dev/fuse c 10 229 && exec 5<>/dev/fuse; then
	mkdir -p "$tree/usr/local/bin"
	chown alice "$tree/usr/local/bin"
	env LIBMOUNT_FORCE_MOUNT2=always mount -i -t fuse -o fd=5,rootmode=40000,user_id=1000,group_id=1000 alice "$tree/usr/local/bin"
	before=$(host_mounts)
	refuses "a directory of a user below their FUSE" "cannot look at /usr/local/bin inside $tree: Permission denied"
	umount -l "$tree/usr/local/bin"
	chown root "$tree/usr/local/bin"
	exec 5>&-
	before=$(host_mounts)
fi

# above the tree
make_tree /home/alice/games
owner=$(stat -c '%U %G %a' /home/alice)
configure games 'root="/home/alice/games"'
refuses "a tree in a user's home" \
	"/home/alice, on the way to /home/alice/games, belongs to user 1000, $why; to mend it: mv /home/alice/games /srv/games # and set root= to that"
ok "a tree in a user's home: the printed command moves it" sh -c "$(command_of "$said")"
is "a tree in a user's home: the home stays the user's" "$(stat -c '%U %G %a' /home/alice)" "$owner"
configure games 'root="/srv/games"'
starts "a tree in a user's home: the tree starts where the command put it"
mkdir -m 777 /srv/open
mv /srv/games /srv/open/games
configure games 'root="/srv/open/games"'
refuses 'a tree in a directory that everybody can write to' \
	"/srv/open, on the way to /srv/open/games, can be written by others \\(mode 0777\\), $why; to mend it: mv /srv/open/games /srv/games # and .*"
ok 'a tree in a directory that everybody can write to: the printed command moves it' sh -c "$(command_of "$said")"
is 'a tree in a directory that everybody can write to: the directory is left as it was' "$(stat -c %a /srv/open)" 777
make_tree /home/alice/mine
chown -R -h alice:alice /home/alice/mine
configure games 'root="/home/alice/mine"'
refuses "a tree that a user unpacked at home" "/home/alice/mine was unpacked by user 1000, .*"
ln -s /etc /home/alice/link-to-etc
configure games 'root="/home/alice/link-to-etc"'
refuses "a user's link to a directory of the host" "/home/alice, on the way to /home/alice/link-to-etc, belongs to user 1000, $why: .*"
mkdir /home/alice/deep
make_tree /home/alice/deep/games
configure games 'root="/home/alice/deep/games"'
refuses "a tree whose way a user can change" "/home/alice, on the way to /home/alice/deep/games, belongs to user 1000, $why: .*"
configure games 'root="/tmp"'
refuses 'a directory for everybody as a root' "/tmp can be written by others \\(mode 1777\\), $why"
configure games 'root="/home/bob"'
refuses 'a home as a root' "/home/bob belongs to user 1001, $why"
mkdir -p /home/alice/disk
mount -t tmpfs -o mode=755 disk /home/alice/disk
cp -a /opt/games/. /home/alice/disk
before=$(host_mounts)
configure games 'root="/home/alice/disk"'
refuses "a filesystem that is mounted in a user's home" \
	"/home/alice, on the way to /home/alice/disk, belongs to user 1000, $why: move it below directories of the superuser's"
is "a filesystem that is mounted in a user's home: no command moves or copies it" "$(command_of "$said")" ''
umount /home/alice/disk
before=$(host_mounts)

# a long path, and one that a shell would take for more
long=/srv/long
for part in 1 2 3; do long=$long/part$part$(printf '%0200d' 0); done
for path in "$long" "/srv/it's a; reboot/$(printf '%0200d' 1)/$(printf '%0200d' 2)/\$(reboot)"; do
	make_tree "$path"
	chown alice "$path"
	chmod g+w "$path"
	configure games "root='${path//\'/}'"
	[[ $path != *\'* ]] || printf 'root="%s"\n' "${path//\$/\\\$}" >"$file"
	run chroot-mounts start games
	is "a path of ${#path} bytes: the command is printed whole" "$(command_of "$errors" | grep -c 'chown root .* && chmod go-w ')" 1
	said=$errors
	mended "a path of ${#path} bytes"
	rmdir "$path/proc"
	run chroot-mounts start games
	said=$errors
	mended "a missing mount point below a path of ${#path} bytes"
done

# what the line for / is made of
is_root() { configure games 'root="/opt/at"' "extra_mounts=\"$1\""; }
mkdir /opt/at
mknod /dev/loop-control c 10 237
for number in {0..63}; do mknod "/dev/loop$number" b 7 "$number"; done
make_tree "$work/seed"
rm -rf /srv/img
mke2fs -q -t ext4 -O ^has_journal -d "$work/seed" /srv/img 24M
is_root '/srv/img / ext4 loop'
starts "an image of the superuser's starts"
chown alice /srv/img
refuses "a user's image" "/srv/img belongs to user 1000, $why; to mend it: install -m 600 /srv/img /opt/img # if you trust what is in it, and name that in the line for /"
ok "a user's image: the printed command copies it" sh -c "$(command_of "$said")"
is_root '/opt/img / ext4 loop'
starts "a user's image: the copy that the command made starts"
rm /opt/img
chown root /srv/img
chmod g+w /srv/img
is_root '/srv/img / ext4 loop'
refuses 'an image that a group can write to' "/srv/img can be written by others \\(mode 0664\\), $why; to mend it: chmod go-w /srv/img"
mended 'an image that a group can write to'
ln -s /home/alice/link /srv/link
ln -s /srv/img /home/alice/link
is_root '/srv/link / ext4 loop'
refuses "an image by way of a user's directory" "/home/alice, on the way to /srv/link, belongs to user 1000, .*"
cp /srv/img /home/alice/img
is_root '/home/alice/img / ext4 loop'
refuses "the superuser's image in a directory of a user" \
	"/home/alice, on the way to /home/alice/img, belongs to user 1000, $why; to mend it: mv /home/alice/img /opt/img # and name that in the line for /"
is_root '/home/alice/none / ext4 loop'
refuses "an image that a user could make" "/home/alice, on the way to /home/alice/none, belongs to user 1000, .*"
device=$(losetup -f --show /home/alice/img)
is_root "$device / ext4 defaults"
run chroot-mounts start games
is "a loop device on a file in a user's directory is refused" "$status" 1
like "a loop device on a file in a user's directory: the file is named" "$errors" "/home/alice, on the way to /home/alice/img, belongs to user 1000"
losetup -d "$device"
cp /srv/img /srv/gone
device=$(losetup -f --show /srv/gone)
rm /srv/gone
is_root "$device / ext4 defaults"
run chroot-mounts start games
is 'a loop device on a file that is not at its path any more is refused' "$status" 1
like 'a loop device on a file that is not at its path any more is named' "$errors" "cannot judge the file of $device, which / is made of"
losetup -d "$device"
device=$(losetup -f --show /srv/img)
is_root "$device / ext4 defaults"
starts "a loop device on an image of the superuser's starts"
losetup -d "$device"
is_root 'home/alice/img / ext4 loop'
refuses "a user's image by a relative path" "/home/alice, on the way to home/alice/img, belongs to user 1000, .*"
mke2fs -q -t ext4 -O ^has_journal -F -d <(:) /srv/img 2>/dev/null || :
chown alice "$work/seed/bin"
mke2fs -q -t ext4 -O ^has_journal -F -d "$work/seed" /srv/img 24M
chown root "$work/seed/bin"
is_root '/srv/img / ext4 loop'
run chroot-mounts start games
is "a user's directory in an image: start refuses it" "$status" 1
is "a user's directory in an image is named, and no path of the host is advised" "$errors" \
	"chroot-mounts: games: /opt/at/bin belongs to user 1000, $why"
ok "a user's directory in an image: start leaves nothing" await nothing_is_left

mkdir /layers
mount -t tmpfs -o mode=755 layers /layers
before=$(host_mounts)
make_tree /layers/low
mkdir -p /layers/low2 /layers/up /layers/work /layers/theirs
chown alice /layers/theirs
overlay() { is_root "overlay / overlay lowerdir=$1,upperdir=$2,workdir=$3"; }
overlay /layers/low2:/layers/low /layers/up /layers/work
starts "an overlay of the superuser's directories starts"
for layer in low low2 up work; do
	chown alice "/layers/$layer"
	refuses "an overlay whose /layers/$layer is a user's" "/layers/$layer belongs to user 1000, $why; to mend it: chown root /layers/$layer # if you trust what is in it"
	mended "an overlay whose /layers/$layer is a user's"
done
mkdir -p /layers/theirs/{low,up,work}
for layers in '/layers/low:/layers/theirs/low /layers/up /layers/work' '/layers/low /layers/theirs/up /layers/theirs/work' \
	'/layers/low /layers/up /layers/theirs/work' 'layers/theirs/low:/layers/low /layers/up /layers/work'; do
	# shellcheck disable=SC2086 # three words
	overlay $layers
	refuses "an overlay of a layer in a directory of a user ($layers)" "/layers/theirs, on the way to /?layers/theirs/[a-z]*, belongs to user 1000, .*"
done
cp -a /layers/low/. /layers/low2
chown -R -h alice:alice /layers/low
chown root /layers/low
overlay /layers/low2:/layers/low /layers/up /layers/work
refuses "a user's layer below one of the superuser's with the same directories" '/layers/low was unpacked by user 1000, .*'
chown -R -h alice:alice /layers/low
overlay /layers/low /layers/up /layers/work
refuses 'an overlay of a tree that a user unpacked' '/layers/low was unpacked by user 1000, .*'
chown root /layers/low
refuses 'an overlay of a tree that a user unpacked, its top taken over' '/layers/low was unpacked by user 1000, .*'
make_tree /layers/low
is_root '/layers/low / none bind'
starts 'a bind as the line for / starts'
chown alice /layers/low/etc
refuses "a user's directory in the tree of a bind as the line for /" "/layers/low/etc belongs to user 1000, $why; to mend it: chown root /layers/low/etc # if you trust what is in it"
mended "a user's directory in the tree of a bind as the line for /"

# what the plan shows in place of the tree's own
make_tree "$tree"
mkdir -p "$tree/opt/bin" /srv/bin /srv/theirs
chown alice /srv/theirs
mkdir -p /srv/theirs/bin
chown alice "$tree/opt/bin" /srv/theirs/bin
configure games "root=\"$tree\"" 'extra_mounts="/srv/bin /opt/bin none bind"'
starts "a user's directory that a line covers with the superuser's does not matter"
configure games "root=\"$tree\"" 'extra_mounts="/srv/theirs/bin /opt/bin none bind"'
run chroot-mounts start games
is "a user's directory that a line shows is refused" "$status" 1
like "a user's directory that a line shows is named, and another is not changed" "$errors" "$tree/opt/bin belongs to user 1000, $why\$"
chown root "$tree/opt/bin"
configure games "root=\"$tree\""
chroot-mounts -q start games
configure games "root=\"$tree\"" 'extra_mounts="/srv/theirs/bin /opt/bin none bind"'
run chroot-mounts reload games
is "a reload that would show a user's directory is refused" "$status" 1
like "a reload that would show a user's directory names it" "$errors" "/opt/bin belongs to user 1000, $why"
is "a reload that would show a user's directory changes nothing" "$(chroot-enter -d / games stat -c %U /opt/bin)" root
configure games "root=\"$tree\"" 'extra_mounts="/srv/bin /opt/bin none bind"'
ok "a reload that shows the superuser's directory succeeds" chroot-mounts reload games
chown alice "$tree/opt/bin"
configure games "root=\"$tree\""
run chroot-mounts reload games
is "a reload that takes a line away from above a user's directory fails" "$status" 1
like "a reload that takes a line away from above a user's directory names it" "$errors" "$tree/opt/bin belongs to user 1000"
run chroot-mounts reload games
is "a reload that takes a line away from above a user's directory fails when it is repeated" "$status" 1
like "status says that a reload that found a user's directory has not ended" "$(chroot-mounts status games)" 'stale .*reload'
chown root "$tree/opt/bin"
mkdir -p "$tree/srv/tools"
chown alice "$tree/srv/tools"
configure games "root=\"$tree\"" 'path="/bin:/srv/tools"'
run chroot-mounts reload games
is "a reload with a user's directory in path= is refused" "$status" 1
like "a reload with a user's directory in path= names it" "$errors" "$tree/srv/tools belongs to user 1000, .*chown root $tree/srv/tools"
ok 'stop succeeds after the reloads' chroot-mounts -q stop games
done_testing
