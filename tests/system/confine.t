#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Whatever stands where start mounts (links of each kind, files, what a user owns), nothing is
# mounted or made outside the root: start refuses in one line and leaves nothing, or mounts inside.
# Removing or unmounting what was mounted never reaches the host.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
needs mmdebstrap
export TREES='games=busybox debian=debian'
on_machines PROPAGATION=private PROPAGATION=shared PROPAGATION=mixed

tree=/opt/games
tools=${BUILD:-$top/build}/system
pin=/run/chroot-mounts/games/ns
# the mount points of the default plan
usual='/ /dev /etc/resolv.conf /proc /run /run/openrc /sys /tmp'
proc='proc /proc proc nosuid,nodev,noexec'
openrc='tmpfs /run/openrc tmpfs nofail,mode=0755,size=1m'
binds='/dev /dev none rbind,rslave
/sys /sys none rbind,rslave
/tmp /tmp none rbind,rslave
/etc/resolv.conf /etc/resolv.conf none bind,ro,nofail,x-mount.mkdir'
run='/run /run none rbind,rslave,x-live'

# What links lead to: /outside is on the host alone, /common on both sides.
furnish()
{
	mkdir -p "$1/openrc"
	echo 'not to be covered' >"$1/resolv.conf"
}
furnish /outside
furnish /common
furnish "$tree/common"
mkdir -p "$tree/run/openrc"
echo 'nameserver 192.0.2.1' >/etc/resolv.conf
# so that a link /proc/self/fd/9 leads to the host's tree while chroot-mounts runs
exec 9</

# Its mounts, and what a start could have made or changed where the links lead.
host()
{
	host_mounts
	find /outside /common -printf '%p %y %D:%i %s %t\n' | sort
	stat -c '%n %F %d:%i' /dev /sys /run /tmp /proc /run/openrc /etc /etc/resolv.conf
}

mounts_inside() { "$tools/mounts-inside" "$pin"; }
# Without what the host has mounted below the sources.
mount_points() { awk '$5 == "/run/openrc" || $5 !~ "^/(dev|sys|run|tmp)/." { print $5 }' | sort | tr '\n' ' '; }

complain()
{
	echo "$*"
	return 1
}

# The planned path of each bind, looked up inside, is the host's file itself.
shows_sources()
{
	local planned
	for planned in /dev /sys /run /tmp /etc/resolv.conf; do
		[[ " $1 " == *" $planned "* || $planned == /etc/* ]] || continue
		[ "$(chroot-enter -d / games stat -L -c %d:%i "$planned")" = "$(stat -L -c %d:%i "$planned")" ] ||
			complain "$planned inside is not the host's" || return
	done
	mounts_inside | awk '$5 == "/proc" && / - proc / { found = 1 } END { exit !found }' ||
		complain 'there is no fresh /proc inside'
}

nothing_is_left()
{
	fails has_pins || complain 'a pin is left' || return
	[ "$(find /run/chroot-mounts -mindepth 1 -maxdepth 1 -name '[a-z]*' ! -name '*.stopped')" = '' ] ||
		complain 'a file of the root is left'
}

# refuses PLACE: start fails, in one line that names the place, and leaves nothing.
refuses()
{
	local before
	before=$(host)
	run chroot-mounts start games
	echo "$errors"
	[ "$status" = 1 ] || complain "the status is $status" || return
	[ "$(grep -c . <<<"$errors")" = 1 ] || complain 'the message is not one line' || return
	[[ $errors == *"$1"* ]] || complain "the message does not name $1" || return
	diff <(echo "$before") <(host) || complain "the host's view changed" || return
	nothing_is_left
}

# starts MOUNT_POINTS: start succeeds, inside are these mount points and what they shall show, and
# the host's view is as it was, then and after stop.
starts()
{
	local before found
	before=$(host)
	run chroot-mounts start games
	echo "$errors"
	[ "$status" = 0 ] || complain "the status is $status" || return
	diff <(echo "$before") <(host) || complain "the host's view changed" || return
	found=$(mounts_inside | mount_points)
	[ "$found" = "$1 " ] || complain "the mount points inside are $found and not $1 " || return
	shows_sources "$1" || return
	chroot-mounts stop games || return
	diff <(echo "$before") <(host) || complain 'the host is not as before after stop' || return
	nothing_is_left
}

# leads_astray SOURCE TARGET: a mount by path leaves the tree, in a namespace that ends with it.
leads_astray()
{
	unshare -m sh -c 'mount --bind "$1" "$2" && grep -Eq "^([^ ]+ ){4}/(outside|common)" /proc/self/mountinfo' \
		sh "$1" "$2" || complain 'this would lead nobody out of the tree'
}

place_hostile()
{
	local place=$tree/$1 kind=$2 words=$3
	mv "$place" "$place.kept"
	case $kind in
	link)
		ln -s "$words" "$place"
		# the other half of a loop of two
		[ "$words" != "other-${place##*/}" ] || ln -s "${place##*/}" "${place%/*}/$words"
		;;
	file) echo 'not to be covered' >"$place" ;;
	FIFO) mkfifo "$place" ;;
	directory) mkdir "$place" ;;
	esac
}

remove_hostile()
{
	rm -rf "${tree:?}/$1"
	rm -f "$tree/${1%"${1##*/}"}other-${1##*/}"
	mv "$tree/$1.kept" "$tree/$1"
}

# hostile PLACE KIND WORDS EXPECTED...: one case. KIND is link, file, FIFO or directory.
hostile()
{
	local place=$1 kind=$2 words=$3 what
	shift 3
	what="$plan, /$place is a $kind"
	[ "$kind" = link ] && what="$what to $words"
	place_hostile "$place" "$kind" "$words"
	if [ "$1" = refuses ]; then
		ok "$what: start refuses, and nothing is left" "$@"
	else
		ok "$what: all is mounted inside the root" "$@"
	fi
	remove_hostile "$place"
	chroot-mounts -q stop games 2>/dev/null
}

# The links that lead out of the tree, for whoever follows them; SUFFIX is what they name there.
links_out()
{
	local suffix=$1 words
	for words in /outside /common ../../../../outside ../../../../common; do
		echo "$words$suffix"
	done
}

# Those of /proc, which lead to the host from inside too.
magic_links()
{
	local suffix=$1 words
	for words in /proc/self/root/outside /proc/1/root/outside /proc/self/fd/9/outside \
		/proc/self/cwd/common; do
		echo "$words$suffix"
	done
}

# Two loops, and two that dangle.
links_nowhere() { printf '%s\n' "${1##*/}" "other-${1##*/}" /nowhere ../nowhere; }

# are_hostile PLACE SOURCE TARGET SUFFIX: that the links of the test are hostile at all.
are_hostile()
{
	local place=$1 source=$2 target=$3 suffix=$4 words
	for words in $(links_out "$suffix") $(magic_links "$suffix"); do
		place_hostile "$place" link "$words"
		ok "/$place is a link to $words: a mount by path leaves the tree" leads_astray "$source" "$tree/$target"
		remove_hostile "$place"
	done
}

# A directory is never mounted on a link, the kernel refuses that too.
directory_target()
{
	local place=$1 words kind
	for words in $(links_out '') $(links_nowhere "$place") $([ "$plan" = 'default plan' ] || magic_links ''); do
		hostile "$place" link "$words" refuses "$tree/$place"
	done
	for kind in file FIFO; do
		hostile "$place" "$kind" '' refuses "$tree/$place"
	done
}

use_plan()
{
	plan=$1
	case $plan in
	'default plan') configure games "root=\"$tree\"" ;;
	# links of /proc can lead somewhere only where a proc is mounted already
	'proc first') configure games "root=\"$tree\"" "mounts=\"$proc" "$run" "$binds" "$openrc\"" ;;
	# then the parent of /run/openrc belongs to the tree
	'plan without /run') configure games "root=\"$tree\"" "mounts=\"$proc" "$binds" "$openrc\"" ;;
	esac
}

directories()
{
	local place
	use_plan 'default plan'
	for place; do
		are_hostile "$place" "/$place" "$place" ''
		directory_target "$place"
	done
	use_plan 'proc first'
	for place; do
		directory_target "$place"
	done
}

# A file is mounted on the link itself, wherever it leads.
file()
{
	local words
	for words in $(links_out /resolv.conf) $(magic_links /resolv.conf) $(links_nowhere etc/resolv.conf); do
		hostile etc/resolv.conf link "$words" starts "$usual"
	done
	hostile etc/resolv.conf FIFO '' starts "$usual"
	hostile etc/resolv.conf directory '' refuses "$tree/etc/resolv.conf"
}

# A link before the last component resolves inside the root, where it leads to something.
parent_of_file()
{
	local words kind
	for words in /outside ../../../../outside $(magic_links '') $(links_nowhere etc); do
		hostile etc link "$words" refuses "$tree/etc/resolv.conf"
	done
	for words in /common ../../../../common; do
		hostile etc link "$words" starts '/ /common/resolv.conf /dev /proc /run /run/openrc /sys /tmp'
	done
	for kind in file FIFO; do
		hostile etc "$kind" '' refuses "$tree/etc/resolv.conf"
	done
}

# Under the host's /run, what the tree has there counts no more.
below_a_mount()
{
	local words
	for words in $(links_out /openrc) $(magic_links /openrc); do
		hostile run/openrc link "$words" starts "$usual"
	done
}

# Its line has nofail: where there is no such place, it is passed over.
parent_of_directory()
{
	local words kind
	for words in /outside ../../../../outside /nowhere ../nowhere; do
		hostile run link "$words" starts '/ /dev /etc/resolv.conf /proc /sys /tmp'
	done
	for words in /common ../../../../common; do
		hostile run link "$words" starts '/ /common/openrc /dev /etc/resolv.conf /proc /sys /tmp'
	done
	for words in $(magic_links '') run other-run; do
		hostile run link "$words" refuses "$tree/run/openrc"
	done
	for kind in file FIFO; do
		hostile run "$kind" '' refuses "$tree/run/openrc"
	done
}

use_plan 'default plan'
chroot-mounts -q start games # makes /run shared, and says so, once
chroot-mounts -q stop games
ok 'in the tree as it was made, all is mounted inside the root' starts "$usual"
directories dev run
if [ "$PROPAGATION" = private ]; then
	directories sys tmp proc
	are_hostile etc/resolv.conf /etc/resolv.conf etc/resolv.conf /resolv.conf
	are_hostile etc /etc/resolv.conf etc/resolv.conf ''
	are_hostile run /tmp run/openrc ''
	for each in 'default plan' 'proc first'; do
		use_plan "$each"
		file
		parent_of_file
		below_a_mount
	done
	use_plan 'plan without /run'
	directory_target run/openrc
	parent_of_directory
fi

# Who owns a directory on the way could replace what is mounted there.
use_plan 'default plan'
cp "$tree/bin/busybox" /tmp/busybox
chroot-mounts -q start games
chown alice "$tree"
ok "the owner of a started root can take a mount away" as alice sh -c 'rmdir "$1/proc" && mkdir "$1/proc"' sh "$tree"
is 'a mount that the owner of the root takes away is gone inside' "$(mounts_inside | mount_points)" "${usual/\/proc /} "
run chroot-enter -d / games true
is 'nobody enters a root that a user owns' "$status" 125
chroot-mounts -q stop games
chown root "$tree"
chown root:root "$tree/proc"

# mended PATH COMMAND...: with what COMMAND did, start refuses and names PATH; what the message
# says mends it does.
mended()
{
	local path=$1
	shift
	"$@" || complain "cannot $*" || return
	refuses "$path" || return
	[[ $errors == *" $path "*'; to mend it: '* ]] || complain 'it does not say what mends it' || return
	sh -c "${errors#*; to mend it: }" || complain 'the command to mend it fails' || return
	chroot-mounts -q start games || complain 'it does not mend it' || return
	chroot-mounts -q stop games
}
distrusts() { ok "$1: refused, and the command it names mends it" mended "${@:2}"; }

# What is above the tree belongs to somebody: it is named, and no command changes it.
# leaves PATH UNDO COMMAND...: with what COMMAND did.
leaves()
{
	local path=$1 undo=$2 before after
	shift 2
	"$@" || complain "cannot $*" || return
	before=$(stat -c '%U %G %a' "$path")
	refuses "$path" || return
	[[ $errors == *" $path, on the way to "* ]] || complain 'it does not say that it is above the tree' || return
	[[ $errors != *ch[om]*$path* ]] || complain 'it advises to change it' || return
	after=$(stat -c '%U %G %a' "$path")
	sh -c "$undo" || complain "cannot $undo" || return
	[ "$before" = "$after" ] || complain 'it is not as it was' || return
	chroot-mounts -q start games || complain 'it does not start afterwards' || return
	chroot-mounts -q stop games
}
distrusts_above() { ok "$1: refused, and left as it is" leaves "${@:2}"; }

distrusts 'a tree owned by a user' "$tree" chown alice "$tree"
distrusts 'a tree that a group can write' "$tree" chmod g+w "$tree"
distrusts 'a tree that all can write' "$tree" chmod o+w "$tree"
distrusts_above "the tree's parent owned by a user" /opt 'chown root /opt' chown alice /opt
distrusts_above "the tree's parent writable for a group" /opt 'chmod g-w /opt' chmod g+w /opt
distrusts "a mount point's parent owned by a user" "$tree/etc" chown alice "$tree/etc"
distrusts "a mount point's parent writable for a group" "$tree/etc" chmod g+w "$tree/etc"
distrusts "a mount point's parent writable for all" "$tree/etc" chmod o+w "$tree/etc"
mkdir -p "$tree/sticky/point" /srv/source
chmod 1777 "$tree/sticky"
configure games "root=\"$tree\"" 'extra_mounts="/srv/source /sticky/point none bind"'
distrusts "a mount point of a user's in a sticky directory" "$tree/sticky/point" chown alice "$tree/sticky/point"
ok "the superuser's mount point in a sticky directory: all is mounted inside the root" starts "${usual/\/sys /\/sticky\/point /sys }"
rm -r "$tree/sticky"
use_plan 'default plan'

# the parents of a deep mount point, and those that a link on the way leads through
mkdir -p "$tree/srv/deep/er/point" /srv/source
for link in '' link; do
	configure games "root=\"$tree\"" "extra_mounts=\"/srv/source /${link:-srv/deep}/er/point none bind\""
	[ -z "$link" ] || ln -s srv/deep "$tree/link"
	for directory in srv srv/deep srv/deep/er; do
		distrusts "/$directory above the mount point${link:+, by a link,} owned by a user" \
			"$tree/$directory" chown alice "$tree/$directory"
	done
done
rm "$tree/link"

# ancestors that others may write in: /tmp; and a link on the way to the root
umount "$tree"
make_tree()
{
	mkdir -p "$1/bin" "$1/etc" "$1/dev" "$1/proc" "$1/run" "$1/sys" "$1/tmp"
	cp /tmp/busybox "$1/bin/busybox"
	ln -sf busybox "$1/bin/stat"
	ln -sf busybox "$1/bin/sh"
}
tree=/tmp/x
make_tree "$tree"
use_plan 'default plan'
ok "a root in a sticky directory: all is mounted inside the root" starts "$usual"
distrusts 'a root of a user in a sticky directory' "$tree" chown alice "$tree"
distrusts_above 'a root in /tmp that is not sticky' /tmp 'chmod 1777 /tmp' chmod 0777 /tmp
ln -s x /tmp/link
configure games 'root="/tmp/link"'
ok "a root by the superuser's link in a sticky directory: all is mounted inside" starts "$usual"
distrusts_above "a root by a user's link in a sticky directory" /tmp/link 'chown -h root /tmp/link' chown -h alice /tmp/link
rm -rf "$tree" /tmp/link

# a link on a mount of the host's that leads back onto the tree: its owner would choose the place
mkdir -p /srv/source /tmp/alice /opt/debian/usr/games
chown alice /tmp/alice
as alice ln -s /usr /tmp/alice/x
configure games 'root="/opt/debian"' 'extra_mounts="/srv/source /tmp/alice/x/games none bind"'
run chroot-mounts start games
is "a user's link in /tmp that leads onto the tree is refused" "$status" 1
like "the message about a user's link in /tmp names the directory of the link" "$errors" '/tmp/alice belongs to user 1000'
rm -rf /tmp/alice

# Removing the tree on the host, or unmounting everything inside, leaves the host alone.
removes_the_host()
{
	unshare -m sh -c 'mount -t tmpfs scratch /srv && mkdir /srv/host /srv/tree /srv/tree/dev && : >/srv/host/null &&
		mount --bind /srv/host /srv/tree/dev && { rm -rf /srv/tree 2>/dev/null; [ ! -e /srv/host/null ]; }'
}
unmounts_the_host()
{
	unshare -m sh -c 'mount --make-rshared / && mkdir /srv/dev && mount --rbind /dev /srv/dev &&
		umount -R /srv/dev && ! mountpoint -q /dev/pts'
}
host_files()
{
	find /dev /run /tmp /etc /outside /common -xdev -not -path '/run/chroot-mounts*' \
		-printf '%p %y %i\n' | sort
	# what is below comes and goes with the devices and modules of the machine around this one
	find /sys -xdev -maxdepth 1 -printf '%p %y\n' | sort
}

configure debian 'root="/opt/debian"'
ok 'rm -rf of a tree with a plain bind removes what the host has there' removes_the_host
ok "umount -R of a plain rbind under shared mounts takes the host's /dev/pts away" unmounts_the_host
before=$(host_mounts)
chroot-mounts -q start debian
before_files=$(host_files)
for place in /dev /run /sys /tmp; do
	ok "umount -R $place inside succeeds" chroot-enter -d / debian umount -R "$place"
	is "umount -R $place inside leaves the host's mounts" "$(host_mounts)" "$before"
done
ok 'umount --lazy / inside succeeds' chroot-enter -d / debian umount --lazy /
is "umount --lazy / inside leaves the host's mounts" "$(host_mounts)" "$before"
chroot-mounts -q stop debian
chroot-mounts -q start debian
rm -rf /opt/debian/* 2>/dev/null
is 'the tree of a started root can be removed' "$(ls -A /opt/debian)" ''
is "the host's files are untouched when the tree of a started root is removed" "$(host_files)" "$before_files"
ok 'stop succeeds after the tree was removed' chroot-mounts -q stop debian
is "the host's mounts after the stop are as before the start" "$(host_mounts)" "$before"
ok 'stop leaves no pin and no file of the root' nothing_is_left
done_testing
