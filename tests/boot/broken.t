#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Broken roots keep neither the others from being prepared nor the machine from booting, and are named.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"
on_systems fast debian

# add_root NAME LINE...: a root on the system's disk, with more lines for its settings
add_root()
{
	local name=$1
	shift
	mkdir -p "$tree/srv"
	cp -al "$cache/busybox" "$tree/srv/$name"
	printf '%s\n' "root=\"/srv/$name\"" 'users="alice"' "$@" >"$tree/etc/conf.d/chroot-mounts.$name"
}

# add_service NAME: the root's own
add_service()
{
	ln -s chroot-mounts "$tree/etc/init.d/chroot-mounts.$1"
	add_to_runlevel default "chroot-mounts.$1"
}

new_machine
for root in one two three own; do
	add_root "$root"
done
add_root missing && rm -r "$tree/srv/missing"
add_root garbage 'shell=$(/sbin/poweroff -f)'
add_root target 'extra_mounts="tmpfs /mnt/none tmpfs defaults"'
add_service own
add_root own-missing && rm -r "$tree/srv/own-missing" && add_service own-missing
add_root own-garbage '"' && add_service own-garbage
make_disks

boot
ok 'the service after the roots is started' said 'witness.after: start'
while read -r root reason; do
	ok "the console says what is wrong with $root" said "chroot-mounts: $root: .*$reason"
done <<-'END'
	missing cannot open the root /srv/missing: No such file or directory
	garbage /etc/conf.d/chroot-mounts.garbage:3: `\$` needs a shell
	target cannot open the mount point /srv/target/mnt/none: No such file
	own-missing cannot open the root /srv/own-missing: No such file or directory
END
# OpenRC's own shell finds that one
ok 'the console says what is wrong with own-garbage' said 'chroot-mounts\.own-garbage: .*[Ss]yntax error'
ok 'the console says that the other roots can be entered' said 'The others of the roots can be entered'

services=$(guest 'rc-status -C default')
for root in '' .own; do
	like "the service chroot-mounts$root is started" "$services" "chroot-mounts$root +\[ +started"
done
like 'the service chroot-mounts.own-missing is not started' "$services" 'chroot-mounts.own-missing +\[ +stopped'
run guest 'rc-service chroot-mounts status'
printf '%s\n' "$output" >"$work/status"
is 'status fails' "$status" 1
is 'status names the broken ones' "$(sed 's/ *$//' "$work/status")" 'NAME    STATUS  PROCESSES REASON
games   started         0
garbage stopped         0 the configuration has an error
missing stopped         0 /srv/missing cannot be a root
one     started         0
target  stopped         0
three   started         0
two     started         0'
like 'status says what is wrong with a broken one' "$errors" 'chroot-mounts: missing: cannot open the root /srv/missing: No such file'
ok 'status of a root that is a service of its own is its own' \
	guest 'rc-service chroot-mounts.own status && ! rc-service chroot-mounts.own-missing status'
for root in games one two three own; do
	ok "$root is entered" guest "su alice -c 'chroot-enter $root true'"
done
for root in garbage missing target own-missing own-garbage; do
	run guest "chroot-enter $root true"
	is "$root is not entered" "$status, $errors" "125, chroot-enter: $root is not prepared; to mend it: chroot-mounts start $root"
done
ok 'the command that the console named mends a broken root' guest '
	mkdir -p /srv/target/mnt/none && chroot-mounts start target && chroot-enter target true'
power_off
ok 'the machine goes down with broken roots' said 'witness.before: stop'
ok "the root's disk is clean" is_clean "$work/games.img"
ok "the system's disk is clean" is_clean "$work/system.img"
done_testing
