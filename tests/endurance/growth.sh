#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What may not grow, however often roots are started, entered and stopped. A system test sources
# this behind lib.sh, sets up the roots demo and games with furnish, and calls
#	grows_nothing CYCLES ENTERS
#
# The kernel counts mounts, processes, credentials, keyrings and descriptors for the whole machine,
# where others may be at work. So
# - what this test machine alone has is compared exactly: its mounts, the mount namespaces and
#   processes in its /proc, the files in the state directory;
# - of the kernel's counts the lowest of many readings is taken, before and after, and a slack is
#   left: 400 objects for what others do, and one for ten cycles. So 10,000 cycles and 1,000,000
#   enters find one lost object in seven cycles or in a thousand enters; 150 and 1,000 find it when
#   each start loses a namespace (2 roots, 2 mounts each once emptied) or each enter an object.
# Inodes and dentries are not looked at: the kernel keeps them on purpose, and others' files count.
# shellcheck disable=SC2154 # what lib.sh sets

# pid and nsproxy lie in slabs with credentials and with others of their size
kernel_rows='mnt_cache nsproxy pid filp task_struct signal_cache files_cache key_jar descriptors
	processes'
own_rows='own_mounts own_namespaces own_processes own_state'
declare -A before now

# furnish ROOT...: with a configuration, the word to be known by, and the program that reads it; the
# host has them too, with a word of its own.
furnish()
{
	local root
	cp "${BUILD:-$top/build}/system/where" /where
	printf host >/marker
	for root; do
		configure "$root" "root=/opt/$root" 'users="alice"' 'stop_timeout=5'
		cp /where "/opt/$root/where"
		printf %s "$root" >"/opt/$root/marker"
	done
	cp "${BUILD:-$top/build}/system/enter-many" "$work/enter-many"
}

# Counts of slab objects are exact only when no processor keeps slabs of its own; shrinking empties
# those. The machine's /sys is read-only.
see_slabs()
{
	[ -r /proc/slabinfo ] || return 1
	mkdir -p "$work/sys"
	mount -t sysfs sysfs "$work/sys" && mount -o remount,rw "$work/sys"
}

# A line "ROW COUNT" for each row.
read_rows()
{
	local row processes
	for row in $kernel_rows; do
		[ ! -e "$work/sys/kernel/slab/$row/shrink" ] || echo 1 >"$work/sys/kernel/slab/$row/shrink"
	done
	awk 'NR > 2 { print $1, $2 }' /proc/slabinfo
	awk -F ':? +' '$1 == "SUnreclaim" || $1 == "Percpu" { print $1, $2 }' /proc/meminfo
	awk '{ print "descriptors", $1 }' /proc/sys/fs/file-nr
	awk '{ split($4, tasks, "/"); print "processes", tasks[2] }' /proc/loadavg
	awk 'END { print "own_mounts", NR }' /proc/self/mountinfo
	processes=(/proc/[0-9]*)
	echo own_processes "${#processes[@]}"
	# what is not a link any more has ended meanwhile
	readlink /proc/[0-9]*/ns/mnt | sort -u | awk 'END { print "own_namespaces", NR }'
	find /run/chroot-mounts -mindepth 1 | awk 'END { print "own_state", NR }'
}

# Takes one reading into now: the lowest for what is the whole machine's, else the last.
take_reading()
{
	local row count
	while read -r row count; do
		case " $own_rows " in
		*" $row "*) now[$row]=$count ;;
		*) [ "${now[$row]-$count}" -lt "$count" ] || now[$row]=$count ;;
		esac
	done < <(read_rows)
}

take_readings()
{
	local reading
	now=()
	for ((reading = 0; reading < 20; reading++)); do
		take_reading
		read -r -t 0.02 -u "$never" || :
	done
}

remember_readings()
{
	local row
	for row in "${!now[@]}"; do
		before[$row]=${now[$row]}
	done
}

has_kept() { [ "${now[$1]}" -le $((before[$1] + slack)) ]; }
has_same() { [ "${now[$1]}" = "${before[$1]}" ]; }

# What has just been let go of may be freed a little later: looks again until it is.
has_settled()
{
	local row
	take_reading
	for row in $kernel_rows; do
		[ -z "${before[$row]-}" ] || has_kept "$row" || return 1
	done
	for row in $own_rows; do
		has_same "$row" || return 1
	done
}

# cycle TIMES: starts, enters and stops.
cycle()
{
	local times=$1
	while ((times-- > 0)); do
		chroot-mounts -q start && chroot-enter games /where games && chroot-mounts -q stop || return
	done
}

# enter TIMES: two at a time.
enter()
{
	chroot-mounts -q start && "$work/enter-many" "$1" 2 demo games && chroot-mounts -q stop
}

show_figures()
{
	local row
	for row in $kernel_rows $own_rows SUnreclaim Percpu; do
		[ -z "${before[$row]-}" ] || echo "# $row: ${before[$row]} before, ${now[$row]} after"
	done
}

grows_nothing()
{
	local cycles=$1 enters=$2 row begun=$SECONDS
	local slack=$((cycles / 10 + 400))
	ok 'the first cycles fill what the kernel keeps' cycle 100
	ok 'the first enters fill what the kernel keeps' enter 500
	take_readings
	remember_readings
	ok "$cycles cycles of start, enter and stop succeed" cycle "$cycles"
	echo "# $cycles cycles: $((SECONDS - begun)) seconds"
	begun=$SECONDS
	ok "$enters enters reach the right root" enter "$enters"
	echo "# $enters enters: $((SECONDS - begun)) seconds"
	take_readings
	await has_settled
	show_figures
	for row in $kernel_rows; do
		[ -z "${before[$row]-}" ] || ok "$row has not grown by more than $slack" has_kept "$row"
	done
	for row in $own_rows; do
		is "$row is what it was" "${now[$row]}" "${before[$row]}"
	done
}
