#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What the boot tests share: each of them boots test machine 2, a whole system in qemu, from disks
# that it made; it needs no more of the machine around it than files in the tests' cache. A test
# begins with
#	. "$(dirname "$0")/lib.sh"
#	on_systems fast debian
# ends with
#	done_testing
# and what is between runs for each of the two, on the kernel of each release: $system and $release.
#   fast    busybox's init and OpenRC, with base services of the tests' own (tests/boot/fast)
#   debian  Debian's init scripts under OpenRC
#   testing debian, with what the system tests need
# SYSTEMS="fast.bookworm debian.trixie …" runs these alone, SYSTEMS=fast those of one kind.
set -u

top=$(cd "$(dirname "$0")/../.." && pwd -P)
cache=${TESTS_CACHE:-$top/tests/cache}
releases='bookworm trixie' # Linux 6.1 with OpenRC 0.45, Linux 6.12 with OpenRC 0.56

# shellcheck source=tests/tap.sh
. "$top/tests/tap.sh"
patience=${PATIENCE:-300} # seconds, for a machine that others keep busy

# Runs this test again for each, and adds up; there, returns.
on_systems()
{
	local kind of chosen=''
	[ -z "${ON_SYSTEM-}" ] || return 0
	[ "$(id -u)" = 0 ] || cannot_run 'only the superuser can make files that belong to the superuser'
	needs qemu-system-x86_64 mke2fs dumpe2fs
	for kind; do
		for of in $releases; do
			case " ${SYSTEMS-$kind} " in
			*" $kind "* | *" $kind.$of "*) chosen+=" $kind.$of" ;;
			esac
		done
	done
	[ -n "$chosen" ] || cannot_run "not for these systems: $SYSTEMS"
	for of in $chosen; do
		run_in "on $of" env "ON_SYSTEM=$of" bash "$0"
		echo "# $of: $SECONDS seconds"
		SECONDS=0
	done </dev/null | sum_up
	exit
}

# The program that qemu shall run the machine's code with: /dev/kvm may exist and hang, so it is
# tried once for each boot of this machine.
accelerator()
{
	local boot_id known=$work/../accelerator
	boot_id=$(</proc/sys/kernel/random/boot_id)
	if [ "$(sed 1q "$known" 2>/dev/null)" != "$boot_id" ]; then
		{
			echo "$boot_id"
			# a kernel without a disk panics and reboots, which ends it
			if [ -w /dev/kvm ] && timeout -s KILL 8 qemu-system-x86_64 -accel kvm -m 128 -display none -no-reboot \
				-kernel "$cache/kernel-cloud.$release/vmlinuz" -append 'panic=-1'; then
				echo '-accel kvm -cpu host'
			else
				echo '-accel tcg -cpu qemu64'
			fi
		} >"$known.$$" 2>/dev/null </dev/null
		mv "$known.$$" "$known"
	fi
	sed -n 2p "$known"
}

# The users of test machine 1, too.
add_people()
{
	printf '%s\n' 'alice:x:1000:1000:Alice, listed:/home/alice:/bin/sh' \
		'bob:x:1001:1001:Bob, not listed:/home/bob:/bin/sh' >>"$1/etc/passwd"
	printf '%s\n' alice:x:1000: bob:x:1001: players:x:3001:alice >>"$1/etc/group"
	# without which PAM lets nobody be them
	[ ! -e "$1/etc/shadow" ] || printf '%s:*:20000::::::\n' alice bob >>"$1/etc/shadow"
	install -d -o 1000 -g 1000 "$1/home/alice"
	install -d -o 1001 -g 1001 "$1/home/bob"
}

# The packages alone are no system.
furnish_fast()
{
	cp -a "$top/tests/boot/fast/." "$tree"
	mkdir -p "$tree"/{proc,sys,run,root,opt,mnt,home} "$tree/etc/conf.d" "$tree/usr/share/insserv/overrides"
	: >"$tree/etc/insserv.conf"
	echo root:x:0:0:root:/root:/bin/sh >"$tree/etc/passwd"
	printf '%s\n' root:x:0: tty:x:5: uucp:x:10: video:x:44: >"$tree/etc/group"
	rm -f "$tree"/etc/runlevels/*/*
	add_to_runlevel sysinit devfs sysfs
	add_to_runlevel boot root localmount bootmisc
	add_to_runlevel shutdown savecache killprocs mount-ro
}

# What $tree and $games shall hold, for the test to add to before the first boot: the suite is in the
# default runlevel, its one root is the second disk.
new_machine()
{
	local service
	rm -rf "$tree" "$games"
	cp -a "$cache/boot-$system.$userland" "$tree"
	cp -a "$cache/busybox" "$games"
	if [ "$system" = fast ]; then
		furnish_fast
	else
		# no terminals, and the agent once the runlevel is complete
		sed -i '/getty/d' "$tree/etc/inittab"
		echo 'ag:2345:respawn:/test/agent' >>"$tree/etc/inittab"
	fi
	add_people "$tree"
	printf '%s\n' 'LABEL=system / ext4 defaults 0 1' 'LABEL=games /opt/games ext4 defaults 0 2' \
		>"$tree/etc/fstab"
	mkdir -p "$tree/opt/games" "$tree/test"
	cp "$top/tests/boot/agent" "$tree/test"
	cp "$top/tests/boot/witness" "$tree/etc/init.d"
	for service in witness.before witness.after; do
		ln -s witness "$tree/etc/init.d/$service"
	done
	install_suite "$tree"
	printf '%s\n' 'root="/opt/games"' 'users="alice"' >"$tree/etc/conf.d/chroot-mounts.games"
	add_to_runlevel default witness.before chroot-mounts witness.after
}

# make runs once for all: an install waits for the one that another test makes
install_suite()
{
	(unset MAKEFLAGS MFLAGS MAKELEVEL
	flock 9
	make -s -C "$top" install BUILD="${BUILD:-build}" DESTDIR="$1" PREFIX=/usr SYSCONFDIR=/etc \
		RUNSTATEDIR=/run SETUID=yes) 9>"$cache/lock" >/dev/null
}

add_to_runlevel()
{
	local level=$1 service
	shift
	mkdir -p "$tree/etc/runlevels/$level"
	for service; do
		ln -s "/etc/init.d/$service" "$tree/etc/runlevels/$level/$service"
	done
}

# The kernel's modules, of which the system has none, for modprobe in the machine; $version is the kernel's.
add_modules()
{
	version=$(ls "$cache/kernel-$kernel.$release/modules")
	mkdir -p "$tree/lib/modules"
	cp -al "$cache/kernel-$kernel.$release/modules/$version" "$tree/lib/modules"
	chroot "$tree" depmod "$version"
}

# make_disks: from what $tree and $games hold now. Newer kernels number namespaces of one controller as
# they come: so filesystems have labels, and the system's is found as the partition it is in.
make_disks()
{
	make_disk "$work/system.img" "$tree" "$(($(du -sm "$tree" | cut -f 1) * 5 / 4 + 64))" -E "offset=$in_system"
	make_partition_table "$work/system.img"
	make_disk "$work/games.img" "$games" 64
	rm -rf "$tree" "$games"
}
in_system=1048576 # bytes before the filesystem
partition=c0ffee00-01

# make_disk IMAGE DIRECTORY MEBIBYTES [MKE2FS' OPTION...]: the label is the image's name.
make_disk()
{
	local image=$1 directory=$2 size=$3
	shift 3
	rm -f "$image"
	mke2fs -q -t ext4 -L "$(basename "$image" .img)" -d "$directory" "$@" "$image" "${size}M" >/dev/null
}

# One of DOS, with one partition to the end of the disk.
make_partition_table()
{
	local sectors=$((($(stat -c %s "$1") - in_system) / 512))
	{
		little_endian "0x${partition%-*}"
		printf '\0\0' # reserved
		printf '\0\0\0\0\x83\0\0\0' # not active, Linux; no cylinders, heads and sectors
		little_endian "$((in_system / 512))"
		little_endian "$sectors"
	} | dd of="$1" bs=1 seek=440 conv=notrunc status=none
	printf '\x55\xaa' | dd of="$1" bs=1 seek=510 conv=notrunc status=none
}

# little_endian NUMBER: its four bytes
little_endian()
{
	local bytes
	printf -v bytes '\\x%02x\\x%02x\\x%02x\\x%02x' $(($1 & 255)) $(($1 >> 8 & 255)) $(($1 >> 16 & 255)) $(($1 >> 24 & 255))
	printf '%b' "$bytes"
}

# filesystem_of IMAGE: for dumpe2fs, e2fsck and debugfs
filesystem_of() { [ "$1" = "$work/system.img" ] && echo "$1?offset=$in_system" || echo "$1"; }

# is_clean IMAGE: nothing is left to be replayed or repaired.
is_clean()
{
	local filesystem
	filesystem=$(filesystem_of "$1")
	dumpe2fs -h "$filesystem" >"$work/dumpe2fs" 2>&1
	cat "$work/dumpe2fs"
	grep -q 'state: *clean$' "$work/dumpe2fs" && ! grep -q needs_recovery "$work/dumpe2fs" &&
		e2fsck -fn "$filesystem"
}

# The console goes to $console, a new file for each boot. A test may set before it: arguments (of the
# kernel), memory (MiB), processors, hardware (an array of qemu's options). norandmaps: at other
# addresses qemu would translate each program anew whenever it is executed, and take twice as long.
power_on()
{
	boots=$((boots + 1))
	console=$work/console.$boots
	: >"$console"
	# shellcheck disable=SC2046 # words
	setpriv --pdeathsig KILL qemu-system-x86_64 $(accelerator) -m "${memory:-192}" -smp "${processors:-1}" \
		-nodefaults -no-user-config -display none -no-reboot \
		-kernel "$cache/kernel-$kernel.$release/vmlinuz" \
		-append "root=PARTUUID=$partition ro console=ttyS0 panic=-1 mitigations=off norandmaps ${arguments-}" \
		-device nvme,id=disks,serial=disks \
		-drive "file=$work/system.img,format=raw,if=none,id=system,cache=unsafe" \
		-device nvme-ns,drive=system,bus=disks,nsid=1 \
		-drive "file=$work/games.img,format=raw,if=none,id=games,cache=unsafe" \
		-device nvme-ns,drive=games,bus=disks,nsid=2 \
		-chardev "file,id=console,path=$console" -serial chardev:console \
		-chardev "pipe,id=agent,path=$work/agent" -serial chardev:agent \
		-chardev "pipe,id=monitor,path=$work/monitor" -mon chardev=monitor "${hardware[@]}" \
		</dev/null >"$work/qemu" 2>&1 &
	machine=$!
}

is_off() { ! kill -0 "$machine" 2>/dev/null; }
is_on() { ! is_off; }
said() { grep -Eq -- "$1" "$console"; }

# said_or_off PATTERN: for await.
said_or_off() { said "$1" || is_off; }

# A line of the agent becomes $answer; fails when the machine is off, or after all patience.
read_answer()
{
	local part left=$patience
	answer=
	until read -r -t 1 -u "$answers" part; do
		answer+=$part
		is_on && [ $((left -= 1)) -gt 0 ] || return
	done
	answer+=${part%$'\r'}
}

# The machine has booted when its agent is there. What is before that in the line is of another's, who
# was killed.
await_boot()
{
	answer=
	until [[ $answer = *ready ]]; do
		read_answer || hang 'has not booted'
	done
}

boot() { power_on && await_boot; }

# hang WHAT: nothing more can be tested on this machine, wherever in the test that is found.
hang()
{
	{
		echo "not ok - the machine $1$label"
		tail -n 40 "$work/qemu" "$console" | sed 's/[^[:print:]\t]//g; s/^/#   /'
	} >&"$tap"
	kill -TERM $$
	exit 1
}

# tell SCRIPT: executed in the machine by sh, at some time.
tell()
{
	printf '%s\n' "$1" | base64 -w 0 >&"$asks"
	echo >&"$asks"
}

# guest SCRIPT: executed in the machine by sh; its output, errors and status.
guest()
{
	local answer status out err
	tell "$1"
	read_answer || hang "does not answer: $1"
	read -r _ status out err <<<"$answer"
	base64 -d <<<"${out#out:}"
	base64 -d <<<"${err#err:}" >&2
	return "$status"
}

# start_inside '[OPTION...] ROOT' [USER]: a program that runs inside until it is ended; says its pid.
start_inside()
{
	guest "rm -f /tmp/inside
		su ${2:-root} -c 'exec chroot-enter $1 sh -c \"echo \\\$\\\$ >/tmp/inside && exec sleep 1000000\"' >/dev/null 2>&1 &
		until [ -s /tmp/inside ] || ! kill -0 \$!; do :; done
		cat /tmp/inside"
}

# runs PID: what has ended has no program any more, though its parent has not asked for it yet.
runs() { guest "readlink /proc/$1/exe >/dev/null"; }

# monitor COMMAND: to qemu; what it answers is not read.
monitor() { printf '%s\n' "$1" >&"$orders"; }

await_off()
{
	await is_off || hang 'does not end'
	wait "$machine" 2>/dev/null
	machine=
}

# The machine's own way down, on which the agent is ended at some time; so it is not asked whether it
# did that.
ask_power_off() { tell 'setsid poweroff >/dev/null 2>&1 &'; }
power_off() { ask_power_off && await_off; }
power_cut() { kill -KILL "$machine" && await_off; }

# uptime_of WITNESS start|stop: when a witness was there, in hundredths of a second since the kernel's start.
uptime_of() { sed -n "s/.*$1: $2 at \([0-9]*\)\.\([0-9]*\).*/\1\2/p" "$console" | tail -n 1; }

clean_up()
{
	if [ -n "$machine" ]; then
		kill -KILL "$machine"
		wait "$machine"
	fi 2>/dev/null
	rm -rf "$work"
}

if [ -n "${ON_SYSTEM-}" ]; then
	system=${ON_SYSTEM%%.*} release=${ON_SYSTEM#*.} kernel=${kernel:-cloud}
	label=" ($system, $release)"
	# a release older than the machine's own has no libraries that the suite could use
	userland=$release
	own=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
	case " $releases " in
	*" $release "*" $own "*) userland=$own ;;
	esac
	"$top/tests/trees" busybox "boot-$system.$userland" "kernel-cloud.$release" "kernel-$kernel.$release" \
		> >(sed 's/^/# /') 2>&1 || { echo "not ok - the system and its kernel are there$label" && exit 1; }
	mkdir -p "$cache/boot"
	work=$(mktemp -d "$cache/boot/$system.$release.XXXXXX") || exit
	tree=$work/tree games=$work/games boots=0 machine='' console=$work/console hardware=()
	trap clean_up EXIT
	trap 'exit 1' INT TERM HUP
	mkfifo "$work"/never "$work"/{agent,monitor}.{in,out} || exit
	# shellcheck disable=SC2034 # never: for tap.sh; replies: so that qemu can write them
	exec {tap}>&1 {never}<>"$work/never" {asks}<>"$work/agent.in" {answers}<>"$work/agent.out" \
		{orders}<>"$work/monitor.in" {replies}<>"$work/monitor.out"
fi
