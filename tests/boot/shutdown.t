#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# At shutdown whatever runs in a root is ended in time, so that its disk can be unmounted: of a machine
# that goes down nobody mends anything.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"
on_systems fast debian
needs debugfs
timeout=3 # seconds, the root's stop_timeout

# The machine's clock counts instructions, so that what is measured by it does not depend on how much of the
# processor others leave to qemu; and what the machine waits for takes no time here.
accelerator() { echo '-accel tcg -cpu qemu64 -icount shift=3,sleep=off'; }

# Writes to the root's own disk all the time, and does not end when it is told to.
writer='trap "" TERM
	n=0
	while :; do n=$((n + 1)); echo $n; [ $((n % 50)) != 0 ] || sync; done >>/data/$1'

# The helper says on the console, too, when it begins and ends, and how many writers there are: what
# OpenRC and its shell take around it, while others keep a slow machine busy, is not the suite's; and
# OpenRC ends whoever is left later.
add_clock()
{
	mkdir "$tree/test/helper"
	mv "$tree/usr/sbin/chroot-mounts" "$tree/test/helper"
	cat >"$tree/usr/sbin/chroot-mounts" <<-'END'
		#!/bin/sh
		tell() { read -r up _ </proc/uptime && echo "helper: $1 at $up" >/dev/console; }
		count() { echo "helper: $1, $(grep -ls 'trap "" T[E]RM' /proc/[0-9]*/cmdline | wc -l) write" >/dev/console; }
		count "begin $1"
		tell "begin $1"
		/test/helper/chroot-mounts "$@"
		status=$?
		tell "end $1"
		count "end $1"
		exit $status
	END
	chmod 755 "$tree/usr/sbin/chroot-mounts"
}

# in_order PATTERN...: the console said them, one after the other.
in_order()
{
	local pattern line last=0
	for pattern; do
		line=$(grep -En -- "$pattern" "$console" | tail -n 1 | cut -d : -f 1)
		echo "line ${line:-none}: $pattern"
		[ -n "$line" ] && [ "$line" -ge "$last" ] || return
		last=$line
	done
}

# what_is_in IMAGE: its files are in $work/files, the path of each on stdout
what_is_in()
{
	rm -rf "$work/files"
	mkdir "$work/files"
	debugfs -R "rdump / $work/files" "$(filesystem_of "$1")" >/dev/null 2>&1
	(cd "$work/files" && find . | LC_ALL=C sort)
}

# between WITNESS WORDS WITNESS WORDS: in hundredths of a second; very long if the console says not both.
between()
{
	local from to
	from=$(uptime_of "$1" "$2")
	to=$(uptime_of "$3" "$4")
	echo $((${to:-1000000} - ${from:-0}))
}

# goes_down WITH WRITERS: with what inside, and how many write
goes_down()
{
	local unmounting='Unmounting /opt/games'
	[ "$system" = fast ] || unmounting='Unmounting local filesystems'
	games_device=$(guest "sed -n 's|^/dev/\([^ ]*\) /opt/games .*|\1|p' /proc/mounts")
	power_off
	ok "$1: the roots are stopped before the disks" in_order 'witness.after: stop' \
		'Ending what runs in the roots' 'witness.before: stop' "$unmounting" \
		"$games_device\): unmounting filesystem" 'Power down'
	ok "$1: $2 programs write to the root until they are stopped" said "helper: begin stop, $2 write"
	ok "$1: no program writes to the root after they are stopped" said 'helper: end stop, 0 write'
	took=$(between helper 'begin stop' helper 'end stop')
	whole=$(between witness.after stop witness.before stop)
	echo "# $1: the helper took $took hundredths of a second, with OpenRC around it $whole"
	ok "$1: stopping takes two seconds more than stop_timeout at most" \
		[ "$took" -le "$((timeout * 100 + 200))" ]
	ok "$1: the root's disk is clean" is_clean "$work/games.img"
	ok "$1: the system's disk is clean" is_clean "$work/system.img"
	is "$1: nothing of the suite's is left on the system's disk" \
		"$(what_is_in "$work/system.img" | grep chroot)" "$of_the_suite"
}

# is_whole WHO LINES: so many at least, as they were written; the last of all may be half a one.
is_whole()
{
	sed '$d' "$work/files/data/$1" | awk -v least="$2" '
		$0 != NR { wrong = 1 }
		END { exit wrong || NR == 0 || NR < least - 1 }'
}

new_machine
echo "stop_timeout=\"$timeout\"" >>"$tree/etc/conf.d/chroot-mounts.games"
install -d -m 777 "$games/data"
add_clock
make_disks
of_the_root=$(what_is_in "$work/games.img")
of_the_suite=$(what_is_in "$work/system.img" | grep chroot)

boot
# what is seen below could be luck: services that need nothing of each other stop in any order
needed=localmount
[ "$system" = fast ] || needed='mountall(\.sh)?'
like 'the service needs what mounts the disks' " $(guest 'rc-service chroot-mounts ineed') " " $needed "
ok 'something is written in the root for good' guest '
	echo precious | chroot-enter games dd of=/data/precious conv=fsync'
guest "cat >/run/writer <<'END'
$writer
END
	for who in root alice; do
		setsid su \$who -c 'exec chroot-enter games sh -c \"\$(cat /run/writer)\" sh \$0' \$who >/run/\$who 2>&1 </dev/null &
	done"
run guest '
	for who in root alice; do
		lines=0
		for try in $(seq 2000); do
			lines=$(wc -l </opt/games/data/$who) && [ "$lines" -ge 200 ] && break
		done 2>/dev/null
		echo "$lines"
	done
	chroot-mounts ps | sort -k 2'
like 'a listed user and the superuser write in the root' "$output" '^[0-9]{3,}
[0-9]{3,}
.*alice.*sh -c.*root.*sh -c'
read -r -d '' superuser_lines alice_lines _ <<<"$output"
goes_down 'busy programs inside that do not end' 2
ok 'busy programs inside have all the time of stop_timeout' [ "$took" -ge "$((timeout * 100))" ]
busy=$whole
is 'the root holds what it held, and what was written inside' "$(what_is_in "$work/games.img")" \
	"$(printf '%s\n' "$of_the_root" ./data/{root,alice,precious} | LC_ALL=C sort)"
is 'what was written for good is there' "$(cat "$work/files/data/precious")" precious
ok 'what the superuser wrote until the end is there' is_whole root "$superuser_lines"
ok 'what the listed user wrote until the end is there' is_whole alice "$alice_lines"

boot
ok 'the root is entered after the next boot' guest 'chroot-enter games true'
goes_down 'nothing inside' 0
# where two writers share the processor with OpenRC's shell, what that takes itself is three times as long
ok "stopping takes three times OpenRC's own time more at most, with OpenRC around it" \
	[ "$busy" -le "$((timeout * 100 + 200 + 3 * whole))" ]
done_testing
