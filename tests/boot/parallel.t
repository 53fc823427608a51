#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# With rc_parallel in rc.conf, OpenRC starts and stops services at once: the service for all roots and
# those of three single ones do not get in each other's way, nor do their messages.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"
on_systems fast debian

roots='games one two three'
rounds=${ROUNDS:-3} # what is looked for are races
# the console without colours
text() { sed 's/\x1b\[[0-9;]*[A-Za-z]//g; s/\r//g' "$console"; }
# tells MESSAGE: in one piece. OpenRC writes the name of the service, its star, the message and its end one
# after the other, and ends a line that says what is being done when it knows the result: so another's words may
# come between those, and the message names the root itself.
tells() { text | grep -E "$1" || ! text; }
service_of() { [ "$1" = games ] && echo chroot-mounts || echo "chroot-mounts.$1"; }
words_of() { [ "$1" = games ] && echo 'the roots' || echo "$1"; }

new_machine
sed -i '/^rc_parallel=/d' "$tree/etc/rc.conf"
echo 'rc_parallel="YES"' >>"$tree/etc/rc.conf"
for root in one two three; do
	cp -a "$cache/busybox" "$tree/tree-of-$root"
	printf '%s\n' "root=/tree-of-$root" users=alice >"$tree/etc/conf.d/chroot-mounts.$root"
	ln -s chroot-mounts "$tree/etc/init.d/chroot-mounts.$root"
	add_to_runlevel default "chroot-mounts.$root"
done
# so that each has to say something of its own
for root in $roots; do
	mkdir "$tree/live-$root"
	echo "tmpfs /live-$root tmpfs defaults 0 0" >>"$tree/etc/fstab"
	echo "extra_mounts='/live-$root /mnt none bind,slave,x-live,x-mount.mkdir'" \
		>>"$tree/etc/conf.d/chroot-mounts.$root"
done
# they write to the console past OpenRC
rm "$tree"/etc/runlevels/default/witness.*
# who unmounts the file systems tells how many roots are held yet
# shellcheck disable=SC2016 # of the machine
tell='echo "held at unmounting: $(grep -c " - nsfs " /proc/self/mountinfo)" >/dev/console'
if [ "$system" = fast ]; then
	sed -i "/RC_GOINGDOWN/a $tell" "$tree/etc/init.d/localmount"
else
	sed -i "/^do_stop *()/a $tell" "$tree/etc/init.d/umountfs"
fi
make_disks

processors=2 arguments=quiet
for ((round = 1; round <= rounds; round++)); do
	boot
	for root in $roots; do
		ok "round $round: $root is entered after the boot" guest "chroot-enter $root true"
		ok "round $round: the console tells that $root was prepared" tells "Preparing $(words_of "$root") for chroot-enter"
		ok "round $round: the console tells what the preparation of $root had to say" tells \
			"chroot-mounts: $root: made /live-$root a shared mount, .* later appears inside"
		start_inside "$root" alice >/dev/null
	done
	power_off
	for root in $roots; do
		ok "round $round: the console tells that what ran in $root was ended" \
			tells "Ending what runs in $(words_of "$root")"
		ok "round $round: the console has the name of the service of $root" tells "$(service_of "$root") *\|"
	done
	is "round $round: no root was held when the file systems were unmounted" \
		"$(text | grep -o 'held at unmounting: .*')" 'held at unmounting: 0'
	ok "round $round: the system's disk is clean" is_clean "$work/system.img"
	ok "round $round: the root's disk is clean" is_clean "$work/games.img"
done
done_testing
