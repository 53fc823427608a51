#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What start, reload, stop and entering ask of the kernel, and what the programs bring along, must not
# grow unnoticed: it is counted and compared with tests/bench/counts. Nothing here is timed.

# stop looks at what everybody has open: nothing that is open outside comes along. 255 is bash's own.
for descriptor in "/proc/$$/fd/"*; do
	descriptor=${descriptor##*/}
	[ "$descriptor" -le 2 ] || [ "$descriptor" = 255 ] || exec {descriptor}>&-
done

# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../system/lib.sh"
needs strace readelf size taskset
# On one processor: there each new namespace has a higher number than the last, so none is made twice.
taskset -cp "$(taskset -cp $$ | sed 's/.*[-, ]//')" $$ >/dev/null
on_machines ONE=machine

# calls NAME COMMAND...: its system calls, counted by name. Not how often mountinfo is read: that
# depends on how long it is, and in it stand the path and the mount options of where this suite lies.
calls()
{
	local name=$1
	shift
	run strace -qq -y -u "${caller:-root}" -o "$work/trace" "$@"
	[ "$status" = 0 ] || echo "not ok - $* can be counted"
	grep -v '^read([0-9]*<[^>]*/mountinfo>' "$work/trace" | grep -o '^[a-z0-9_]*(' |
		sort | uniq -c | awk '{ print $2 $1 }' >"$work/$name"
}

# costs WHAT MORE LESS [TIMES]: WHAT costs a TIMES-th of what MORE has beyond LESS.
costs()
{
	awk -F '(' -v what="$1" -v times="${4:-1}" '
		NR == FNR { less[$1] = $2; next }
		$2 > less[$1] { printf "%s %s %.4g\n", what, $1, ($2 - less[$1]) / times }
	' "$work/$3" "$work/$2"
}

# with_lines NAME NUMBER: a root with so many lines besides the default plan.
with_lines()
{
	local lines='' number
	for ((number = 1; number <= $2; number++)); do
		lines+="/srv/$number /mnt/$number none bind,x-mount.mkdir"$'\n'
		mkdir -p "/srv/$number"
	done
	configure "$1" 'root="/opt/games"' 'users="alice"' "extra_mounts=\"$lines\""
}

count_verbs()
{
	local name
	for name in a b c d; do
		with_lines "$name" 0
	done
	with_lines more 10
	chroot-mounts -q start more # which makes the directories
	chroot-mounts -q stop more
	calls nothing chroot-mounts -V
	calls start chroot-mounts start a
	calls start-three chroot-mounts start b c d
	chroot-mounts -q stop more a
	calls start-lines chroot-mounts start more
	chroot-mounts -q stop more
	calls start-again chroot-mounts start a
	costs start:first-root start nothing
	costs start:further-root start-three start-again 2
	costs start:planned-mount start-lines start-again 10

	calls reload chroot-mounts reload a
	calls reload-three chroot-mounts reload b c d
	with_lines a 1
	calls reload-line chroot-mounts reload a
	with_lines a 0
	chroot-mounts -q reload a
	with_lines a 10
	calls reload-lines chroot-mounts reload a
	with_lines a 0
	chroot-mounts -q reload a # from here on all four are alike again
	costs reload:first-root reload nothing
	costs reload:further-root reload-three reload 2
	costs reload:added-mount reload-lines reload-line 9

	calls status chroot-mounts status a
	calls status-three chroot-mounts status b c d
	costs status:first-root status nothing
	costs status:further-root status-three status 2

	# each time with four that are started: stop looks at the others' pins too
	calls stop chroot-mounts stop a
	chroot-mounts -q start a
	calls stop-three chroot-mounts stop b c d
	costs stop:first-root stop nothing
	costs stop:further-root stop-three stop 2
}

count_entering()
{
	with_lines games 0
	chroot-mounts -q start games
	calls nothing chroot-enter -V
	calls superuser chroot-enter games /bin/true
	calls other chroot-enter -u alice games /bin/true
	caller=alice calls user chroot-enter games /bin/true
	costs enter:superuser superuser nothing
	costs enter:other-user other nothing
	costs enter:user user nothing
}

# What a program brings along. Compilers differ: a tenth more is no growth.
count_program()
{
	local program=$1 file
	file=$(command -v "$program")
	echo "$program libraries $(strace -qq -e trace=openat "$file" -V 2>&1 | grep -c '\.so[.0-9]*".*= [0-9]')"
	echo "$program relocations~ $(readelf -rW "$file" | grep -c ' R_')"
	echo "$program bytes~ $(size "$file" | awk 'NR == 2 { print $1 + $2 + $3 }')"
}

# What libc and libmount ask of the kernel differs from version to version, and so does what the kernel
# can do; what a call is named, from one architecture to the other.
conditions()
{
	echo "counted on $(getconf GNU_LIBC_VERSION 2>/dev/null || ldd 2>&1 | sed -n 's/^Version/musl/p')," \
		"libmount $(pkg-config --modversion mount), Linux $(uname -r | cut -d . -f 1,2), $(uname -m)"
}

{ count_verbs; count_entering; count_program chroot-mounts; count_program chroot-enter; } >"$work/said"
grep '^not ok' "$work/said"
{ conditions; grep -v '^not ok' "$work/said" | sort; } >"$work/counts"
# how to renew the file: tests/bench/check.t | sed -n 's/^# counted: //p' >tests/bench/counts
sed 's/^/# counted: /' "$work/counts"

counts=$top/tests/bench/counts
compared='[^ ]+'
if [ "$(head -n 1 "$counts")" != "$(head -n 1 "$work/counts")" ]; then
	echo "# only the calls for mounts and namespaces are compared: the file was $(head -n 1 "$counts")"
	compared='open_tree|move_mount|mount|mount_setattr|fsopen|fsconfig|fsmount|fspick|umount2|unshare|setns|pivot_root'
fi
awk -v compared="^($compared)\$" '
	FNR == 1 || $2 !~ compared { next }
	FILENAME ~ /bench/ { expected[$1, $2] = $3; known[$1]; next }
	{ what[$1]; was = ($1, $2) in expected ? expected[$1, $2] : 0 }
	$3 > was * ($2 ~ /~$/ ? 1.1 : 1) { grown[$1] = grown[$1] "#   now " $0 ", was " was "\n" }
	END {
		for (name in known)
			if (!(name in what))
				grown[name] = "#   it is not counted\n"
		for (name in grown)
			what[name]
		for (name in what)
			printf "%sok - %s has not grown\n%s", name in grown ? "not " : "", name, grown[name]
	}
' "$counts" "$work/counts"
done_testing
