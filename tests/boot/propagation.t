#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# With all mounts of the host private, as OpenRC leaves them, and with `shared` among the options of
# / in fstab: what the host mounts appears inside and goes away again, nothing that is mounted inside
# appears on the host, and a stop leaves the host's mounts as they were before the start.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"
on_systems fast debian

as_alice() { guest "su alice -c 'chroot-enter games $1'"; }
mounts() { guest "awk '$1 { print \$5 }' /proc/self/mountinfo | sort | tr '\n' ' '"; }

visits()
{
	local program
	is 'alice enters after the boot' "$(as_alice 'id -u')" 1000
	program=$(start_inside games alice)
	guest 'mkdir -p /run/user/1000 && mount -t tmpfs -o uid=1000,mode=700 login /run/user/1000 &&
		echo hello >/run/user/1000/bus'
	is 'a tmpfs that the host mounts on /run/user/1000 appears inside' \
		"$(as_alice 'cat /run/user/1000/bus')" hello
	ok 'the host unmounts /run/user/1000 while a program runs inside' guest 'umount /run/user/1000'
	is 'no process has /run/user/1000 any more' \
		"$(guest "grep -l ' /run/user/1000 ' /proc/[0-9]*/mountinfo")" ''
	ok 'the program inside runs on after the host unmounted /run/user/1000' runs "$program"
	for place in /run/user/1000 /mnt /tmp /dev/shm /sys; do
		ok "inside, a tmpfs is mounted on $place" guest "chroot-enter games mount -t tmpfs inner $place"
		is "the host sees nothing of a tmpfs that is mounted inside on $place" "$(guest 'grep -w inner /proc/self/mountinfo')" ''
	done

	ok 'the service stops' guest 'rc-service chroot-mounts stop'
	ok 'the stop of the service ends the program inside' await fails runs "$program"
	is "the host's mounts are those of before the start" "$(guest 'sh /test/mounts')" \
		"$(guest 'cat /run/mounts-before')"
	ok 'the service starts again' guest 'rc-service chroot-mounts start'
	is 'alice enters after the service has started again' "$(as_alice 'id -u')" 1000
}

new_machine
mkdir -p "$games/mnt"
# without what a start may change: ids, the state directory, and the propagation of /run, which is x-live
cat >"$tree/test/mounts" <<'SCRIPT'
sed -E 's/^[0-9]+ [0-9]+ //; \| /run/chroot-mounts[/ ]|d; s/ (shared|master):[0-9]+/ \1/g
	s|( /run [^ ]+) shared|\1|' /proc/self/mountinfo | sort
SCRIPT
cat >"$tree/etc/init.d/mounts-before" <<'SCRIPT'
#!/sbin/openrc-run
depend() { after witness.before elogind dbus; before chroot-mounts; }
start() { sh /test/mounts >/run/mounts-before; }
SCRIPT
chmod 755 "$tree/etc/init.d/mounts-before"
add_to_runlevel default mounts-before
make_disks

machine_label=$label
label="${machine_label%)}, all private)"
boot
is 'after the boot the one shared mount is that which is live' "$(mounts '/ shared:/')" '/run '
visits
guest "sed -i 's|/ ext4 defaults|/ ext4 defaults,shared|' /etc/fstab"
power_off

label="${machine_label%)}, / shared in fstab)"
boot
if [ "$system" = fast ]; then
	is 'after the boot all mounts are shared but those of the state' "$(mounts '!/ shared:/')" \
		'/run/chroot-mounts /run/chroot-mounts/games/ns '
else
	# checkroot remounts / with these options, which shares it alone: what is mounted on it later is
	# born shared, what was mounted before stays private
	is 'after the boot / is shared, and what was mounted on it later, and that which is live' \
		"$(mounts '/ shared:/')" '/ /opt/games /run '
fi
visits
power_off
label=$machine_label
ok "the system's disk is clean" is_clean "$work/system.img"
ok "the root's disk is clean" is_clean "$work/games.img"
done_testing
