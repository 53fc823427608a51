#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# After the power failed, whatever the suite was doing, the next boot prepares every root: nothing that
# it left is in its way, and what was written for good is there.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"
on_systems fast debian
roots=$(seq -w -s ' ' 20) # besides games
in_between=10 # has a disk of its own: when that is mounted, the kernel says so on the console

# Says line after line what is on the disk for good.
writer='n=0
	while n=$((n + 1)); do
		echo $n | dd of=/data/$1 oflag=append conv=notrunc,fsync 2>/dev/null && echo "$1 wrote $n" || exit
	done'

# Says that it was told to end, and does not.
lasting='trap "echo told to end >/dev/console" TERM
	echo >/run/lasting
	while :; do sleep 1; done'

# On a processor that is not emulated, start is over before it can be cut.
accelerator() { echo '-accel tcg -cpu qemu64'; }

add_roots()
{
	local root between
	mkdir -p "$tree/srv"
	for root in $roots; do
		cp -al "$cache/busybox" "$tree/srv/$root"
		between=
		[ "$root" != "$in_between" ] || between='LABEL=between /srv/disk ext4 data=journal,x-mount.mkdir'
		# start writes to the disk, too
		printf '%s\n' "root=\"/srv/$root\"" "extra_mounts=\"tmpfs /srv/made tmpfs x-mount.mkdir" \
			"$between\"" >"$tree/etc/conf.d/chroot-mounts.$root"
	done
	mkdir "$work/between"
	echo precious >"$work/between/precious"
	make_disk "$work/between.img" "$work/between" 16
	hardware=(-drive "file=$work/between.img,format=raw,if=none,id=between,cache=unsafe"
		-device 'nvme-ns,drive=between,bus=disks,nsid=3')
}

# cut_power WHILE SAID [END]: as soon as the console says the one, and before it says the other.
cut_power()
{
	await said_or_off "$2"
	power_cut
	ok "the power fails while $1" said "$2"
	[ -z "${3-}" ] || ok "the power fails before that is over: $1" fails said "$3"
	ok "the power fails while the root's disk is in use: $1" fails is_clean "$work/games.img"
	cut=$console
}

# boots_after WHAT
boots_after()
{
	boot
	ok "after the power failed while $1, every root is started" guest 'chroot-mounts status'
	ok "after the power failed while $1, every root is entered" guest "
		for root in games $roots; do chroot-enter \$root true || exit; done"
	ok "after the power failed while $1, a listed user enters" guest "su alice -c 'chroot-enter games true'"
	is "after the power failed while $1, the disks hold what they held" \
		"$(guest "cat /opt/games/data/precious; chroot-enter $in_between cat /srv/disk/precious")" 'precious
precious'
}

# holds_what WHO wrote for good, as the console said, line by line
holds_what()
{
	local lines
	lines=$(sed -n "s/.*$1 wrote \([0-9]*\).*/\1/p" "$cut" | tail -n 1)
	guest "head -n $lines /opt/games/data/$1" >"$work/lines"
	tail -n 1 "$work/lines"
	[ "$lines" -gt 0 ] && cmp "$work/lines" <(seq "$lines")
}

new_machine
add_roots
echo 'stop_timeout="10"' >>"$tree/etc/conf.d/chroot-mounts.games"
install -d -m 777 "$games/data"
echo precious >"$games/data/precious"
make_disks

# what the helper says comes when it has ended
power_on
cut_power 'the roots are started' 'mounted filesystem .*with journalled data mode' 'made /run a shared mount|witness.after: start'
boots_after 'the roots are started'

guest "cat >/run/script <<'END'
$lasting
END
	setsid chroot-enter games sh /run/script >/dev/null 2>&1 </dev/null &
	until [ -e /run/lasting ]; do :; done"
ask_power_off
cut_power 'the roots are stopped' 'told to end' 'witness.before: stop'
boots_after 'the roots are stopped'

guest "cat >/run/script <<'END'
$writer
END
	for who in root alice; do
		setsid su \$who -c 'exec chroot-enter games sh /run/script \$0' \$who >/dev/console 2>&1 </dev/null &
	done"
cut_power 'programs inside write' 'alice wrote 50'
boots_after 'programs inside write'
for who in root alice; do
	ok "what $who wrote for good before the power failed is there" holds_what "$who"
done
power_off
ok "the root's disk is clean at last" is_clean "$work/games.img"
ok "the system's disk is clean at last" is_clean "$work/system.img"
ok "the disk mounted for a root alone is clean at last" is_clean "$work/between.img"
done_testing
