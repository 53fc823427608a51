#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# An upgrade of the package, or a way back to an older one, while roots are started ends nothing; when
# its record is of another version, the administrator is told what to do, and that works.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"
on_systems fast debian

# another_version DIRECTORY: installs a suite there with another version of the record
another_version()
{
	mkdir "$work/source"
	cp -a "$top"/{Makefile,README.md,NEWS.md,LICENSE,lib,libexec,sbin,init.d,conf.d} "$work/source"
	sed -i 's/^\(#define RECORD_VERSION\) \([0-9]*\)$/\1 1\2/' "$work/source/lib/common/record.h"
	ok 'the suite has a version of its record to change' \
		fails cmp "$top/lib/common/record.h" "$work/source/lib/common/record.h"
	(unset MAKEFLAGS MFLAGS MAKELEVEL
	make -s -C "$work/source" install BUILD="$work/source/build" DESTDIR="$1" PREFIX=/usr \
		SYSCONFDIR=/etc RUNSTATEDIR=/run SETUID=yes) >"$work/make" 2>&1
	rm -rf "$work/source"
}

# replaced_by old|new: the package that is installed now, as a package manager does it: each file anew
replaced_by()
{
	guest "cd /mnt/$1 && find . -type f | while read -r file; do
			cp -a \"\$file\" \"/\$file.dpkg-new\" && mv \"/\$file.dpkg-new\" \"/\$file\" || exit
		done"
}

enter_as() { guest "su $1 -c 'chroot-enter games id -u'"; }

# started_by_another WHAT: as found after it
started_by_another()
{
	local who
	ok "$1 ends nothing inside" runs "$inside"
	for who in root alice; do
		run enter_as "$who"
		is "after $1, entering as $who fails" "$status" 125
		is "after $1, entering as $who says what to do" "$errors" \
			'chroot-enter: games was prepared by another version; to mend it: chroot-mounts restart games'
	done
	run enter_as bob
	is "after $1, who is not listed is told nothing of it" "$errors" \
		'chroot-enter: games is not prepared (chroot-mounts start games), or you are not listed for it'
	run guest 'rc-service chroot-mounts status'
	is "after $1, status fails" "$status" 1
	like "after $1, status says why" "$output" \
		'games damaged +1 it was prepared by another version; chroot-mounts restart games'
	run guest 'chroot-mounts start'
	ok "after $1, starting ends nothing inside" runs "$inside"
}

# good_after WHAT
good_after()
{
	ok "$1 ends what was inside" fails runs "$inside"
	ok "after $1, the superuser enters" enter_as root
	ok "after $1, a listed user enters" enter_as alice
	ok "after $1, the root is started" guest 'rc-service chroot-mounts status'
}

new_machine
mkdir "$work/packages"
install_suite "$work/packages/old"
another_version "$work/packages/new"
make_disk "$work/packages.img" "$work/packages" 64
hardware=(-drive "file=$work/packages.img,format=raw,if=none,id=packages,cache=unsafe"
	-device 'nvme-ns,drive=packages,bus=disks,nsid=3')
make_disks

boot
guest 'mount -o ro LABEL=packages /mnt'
inside=$(start_inside games)
replaced_by new
started_by_another 'an upgrade'
ok 'the service is restarted after an upgrade' guest 'rc-service chroot-mounts restart'
good_after 'a restart'

inside=$(start_inside games)
replaced_by old
started_by_another 'a way back'
ok 'the service is stopped after a way back' guest 'rc-service chroot-mounts stop'
ok 'the service is started again after a way back' guest 'rc-service chroot-mounts start'
good_after 'a stop and a start'

# the machine goes down with what the older one prepared
inside=$(start_inside games)
replaced_by new
power_off
ok "the root's disk is clean" is_clean "$work/games.img"
ok "the system's disk is clean" is_clean "$work/system.img"
boot
ok 'a listed user enters after the next boot' enter_as alice
done_testing
