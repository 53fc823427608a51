#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# The fault sweep, for sweep-VERB.t: every system call that a verb makes, as strace finds them,
# fails once, and SIGKILL comes before each. What the verb says and leaves is judged; then the
# plain verbs must work, with nothing doubled and nothing left. A test defines
#	begin      which puts the machine into the state that each try begins in
#	judge      which complains of what is there after the try, which ended with $status; that is
#	           "killed" after SIGKILL
#	finish     which complains unless the plain verbs work, and leaves nothing
# and then says: sweep VERB. SWEEP=all tries every call (make sweep), SWEEP=openat each openat(2);
# else a sample is tried.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
needs strace mke2fs losetup
on_machines "SWEEP=${SWEEP-sample}"

shopt -s globstar nullglob dotglob

# How many moments make a sample, of each kind.
sample=60

# On one CPU, so that each try makes the same calls: namespaces made on another CPU may bear
# smaller numbers than the machine's own, and the first start makes more until one can be pinned.
taskset -cp "$(awk '{ print $39 }' /proc/self/stat)" $$ >/dev/null

# The plan that is swept: the default one, of which /run is live, and a line of each other kind.
state=/run/chroot-mounts
# of this machine alone, since all machines have the loop devices in common
image=/srv/$(stat -L -c %i /proc/self/ns/mnt).image
lines=(
	'tmpfs /mnt/tmpfs tmpfs size=1m,x-mount.mkdir'
	"$image /mnt/image ext4 loop,x-mount.mkdir"
	'overlay /mnt/overlay overlay lowerdir=/srv/lower,upperdir=/srv/upper,workdir=/srv/work,x-mount.mkdir'
)
# a real filesystem: no overlay takes another one, like the machine's own /, for its upper one
mount -t tmpfs srv /srv
mkdir /srv/lower /srv/upper /srv/work
truncate -s 1M "$image"
mke2fs -q "$image"
mknod /dev/loop-control c 10 237
for device in /sys/block/loop*; do
	mknod "/dev/${device##*/}" b 7 "${device##*/loop}"
done
configure demo 'root="/opt/demo"' 'users="alice"' 'stop_timeout=1' \
	'extra_mounts="' "${lines[@]}" '"'
# another root besides: what goes wrong with one must not spoil the next one
configure games 'root="/opt/games"' 'users="alice"' 'stop_timeout=1' 'mounts="proc /proc proc nosuid"'

# The host as it was before its first start since boot.
be_as_booted()
{
	if mountpoint -q "$state"; then umount "$state"; fi
	rm -rf "$state" /opt/demo/mnt /opt/demo/etc/resolv.conf
	mount --make-private /run
}

# What is asked at every try is asked by the shell itself, since a program takes longer.
loops()
{
	local file name
	for file in /sys/block/loop*/loop/backing_file; do
		read -r name 2>/dev/null <"$file" || continue
		[[ $name != *"${image##*/}"* ]] || echo "$file"
	done
}

# Where namespaces are pinned.
pins()
{
	local line
	while read -r line; do
		[[ $line != *' - nsfs '* ]] || { line=${line#* * * * } && echo "${line%% *}"; }
	done </proc/self/mountinfo | sort
}
is_pinned() { [[ $(pins) == *"$state/$1/ns"* ]]; }

inside()
{
	local path target options
	while read -r _ _ _ path target options _; do
		echo "$path $target $options"
	done < <(chroot-enter "$1" cat /proc/self/mountinfo) | sort
}

# Each process, as its pid and its command in parentheses; a zombie has ended.
processes()
{
	local file line
	for file in /proc/[0-9]*/stat; do
		{ read -r line <"$file"; } 2>/dev/null || continue
		[ "${line%% *}" != "$BASHPID" ] || continue
		case ${line##*) } in [ZX]*) continue ;; esac
		printf '%s)\n' "${line%)*}"
	done
}

# No process of the helper may outlive its try.
has_helpers() { [[ $(processes) == *'(chroot-mounts)'* ]]; }

# What is there of all roots when none is prepared, and with all of them prepared.
left()
{
	processes
	host_mounts
	pins
	loops
	printf '%s\n' "$state"/**
}
prepared()
{
	local word
	chroot-mounts -q status && echo started
	pins
	for word in $(loops); do
		echo loop
	done
	for word in demo games; do
		inside "$word"
	done
	printf '%s\n' "$state"/**
}

# What each call fails with, as strace has it: something that it fails with in life, and that does
# not mean "there is none".
faults=(
	'open openat openat2 pidfd_open socket fcntl:error=EMFILE'
	'mmap mprotect clone clone3 unshare setns:error=ENOMEM'
	# brk(2) itself returns no error, but the end that is
	'brk:retval=0'
	'open_tree fsopen fsmount fsconfig move_mount mount mount_setattr:error=ENOMEM'
	'umount2 pivot_root kill pidfd_send_signal chdir fchdir:error=EPERM'
	'write writev pwrite64 mkdir mkdirat rename renameat renameat2:error=ENOSPC'
	'unlink unlinkat rmdir:error=EROFS'
	'flock:error=ENOLCK'
)
fault_of()
{
	local row
	for row in "${faults[@]}"; do
		[[ " ${row%:*} " != *" $1 "* ]] || { echo "${row#*:}" && return; }
	done
	echo error=EIO
}

complain()
{
	complaints=$((complaints + 1))
	echo "# $verb, $kind $name number $number: $*"
	grep -h INJECTED "$work/call" | cat - "$work/said" | sed 's/^/#   /'
}

# same WHAT GOT EXPECTED
same()
{
	[ "$2" != "$3" ] || return 0
	diff <(printf '%s\n' "$3") <(printf '%s\n' "$2") >>"$work/said"
	complain "$1"
}

# must COMMAND...
must() { "$@" >"$work/said" 2>&1 || complain "then $* fails"; }

# After a complaint only, so that what one call spoils does not spoil the tries after it.
clear_away()
{
	local word
	for word in /proc/[0-9]*/exe; do
		case $(readlink "$word") in
		*/chroot-mounts | */busybox) word=${word%/exe} && kill -KILL "${word##*/}" ;;
		esac
	done
	for word in $(pins); do
		umount -l "$word"
	done
	rm -rf "${state:?}"/*
	for word in $(loops); do
		word=${word#/sys/block/}
		losetup -d "/dev/${word%%/*}"
	done
} 2>/dev/null

# try FAULT [OPTION-OF-STRACE]: the verb, with the fault at the NUMBERth call of that NAME. Its
# status, or nothing if the call did not come. A try that hangs counts as a failed one, by its
# status 124. -q, so that what is said is an error.
try()
{
	# strace ends by the same signal, and a shell remarks on that
	(timeout 40 strace -qq -f "${@:2}" -o "$work/call" -e "trace=$name" \
		-e "inject=$name:$1:when=$number" chroot-mounts -q "$verb"; exit $?) >"$work/said" 2>&1
	status=$?
	if [ "$kind" = kill ]; then
		[ "$status" = 137 ] && status=killed || status=
	else
		[[ $(<"$work/call") == *'(INJECTED)'* ]] || status=
	fi
}

# One moment: the try and what is there afterwards.
swept()
{
	local before=$complaints
	begin
	# the filter makes strace three times as fast, but it injects no signals with it
	if [ "$kind" = kill ]; then try signal=KILL; else try "$(fault_of "$name")" --seccomp-bpf; fi
	if [ -n "$status" ]; then
		came=$((came + 1))
		await fails has_helpers || complain 'a process of it lives on'
		case $part:$status in
		# how the loader ends is its own affair
		first:* | *:0 | *:killed) ;;
		*:1) grep -q '^chroot-mounts: ' "$work/said" || complain 'fails and says nothing' ;;
		*) complain "ends with $status" ;;
		esac
		judge
	fi
	finish
	if [ "$complaints" != "$before" ]; then
		wrong=$((wrong + 1))
		clear_away
	fi
}

# The calls of the verb, in order, as PART NAME NUMBER NEW: the NUMBERth call of that NAME. PART is
# "first" for what -V calls too, which is the loader and the C library; NEW is 1 for a call that
# is like none before it.
find_calls()
{
	strace -qq -o "$work/first" chroot-mounts -V >/dev/null
	begin
	strace -qq -o "$work/trace" chroot-mounts -q "$verb" 2>/dev/null
	finish
	awk '{ name = $0; sub(/\(.*/, "", name) }
	NR == FNR { first[NR] = name; next }
	FNR == 1 { part = "first" }
	name !~ /^[a-z0-9_]+$/ { next }
	name != first[FNR] { part = "then" }
	{ gsub(/0x[0-9a-f]+|[0-9]+/, ""); print part, name, ++calls[name], !seen[$0]++ }' \
		"$work/first" "$work/trace" | grep -v ' execve ' >"$work/calls"
}

# moments KIND: the calls that are tried; a sample is spread evenly over those that are new.
moments()
{
	# exit_group cannot fail, and the C library does not expect it
	awk -v kind="$1" -v which="${ON_MACHINE#SWEEP=}" -v wanted="$sample" '
		kind == "fail" && $2 == "exit_group" { next }
		which == "sample" ? $1 == "then" && $4 : which == "all" || $2 == which { all[++count] = $0 }
		END {
			if (which != "sample" || wanted > count)
				wanted = count
			for (i = 1; i <= count; i++)
				if (int(i * wanted / count) != int((i - 1) * wanted / count))
					print all[i]
		}' "$work/calls"
}

sweep()
{
	local verb=$1 kind name number part tried came wrong complaints=0 status
	# what is complained about before the first try belongs to none
	kind=no name=call number=0
	: >"$work/call"
	: >"$work/said"
	find_calls
	is "$verb: without a fault nothing is wrong" "$complaints" 0
	ok "$verb makes 100 calls or more of its own" test "$(grep -c '^then' "$work/calls")" -ge 100
	for kind in fail kill; do
		tried=0 came=0 wrong=0
		# a file, since whoever wrote into a pipe would be a process that was not there before
		moments "$kind" >"$work/moments"
		while read -r part name number _; do
			tried=$((tried + 1))
			swept
		done <"$work/moments"
		echo "# $verb, $kind: $((tried - wrong)) of $tried without a complaint, $came of them came; all calls: $(wc -l <"$work/calls")"
		ok "$verb, $kind: of the calls that were to be hit, 19 of 20 or more came" \
			test $((came * 20)) -ge $((tried * 19))
		is "$verb, $kind: nothing was wrong after any call that was to be hit" "$wrong" 0
	done
}

# What the tests compare with: all prepared, and nothing, once the first start since boot has been.
be_as_booted
chroot-mounts -q start
# shellcheck disable=SC2034 # the tests read them
{
	expected=$(prepared)
	expected_demo=$(inside demo)
	expected_games=$(inside games)
	all_pins=$(pins)
	chroot-mounts -q stop
	nothing=$(left)
	mounts=$(host_mounts)
}
