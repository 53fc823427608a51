#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# A process that cannot be looked at for want of descriptors or memory does not count as outside: each
# call that looks at processes fails once, and ps lists all who are inside or fails.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
needs strace
on_machines PROPAGATION=private

configure games 'root="/opt/games"' 'users="alice"' 'stop_timeout=1'
chroot-mounts -q start games

# On one CPU, so that each try makes the same calls.
taskset -cp "$(awk '{ print $39 }' /proc/self/stat)" $$ >/dev/null

# One in the root's own namespace; one in a copy of it; one of the host that only stands in the root.
chroot-enter -d / games tail -f /dev/null &
plain=$!
ok 'a process runs inside' await is_inside "$plain"
install -m 755 "${BUILD:-$top/build}/system/copy-namespace" /opt/games/bin/copy-namespace
chroot-enter -d / games copy-namespace tail -f /dev/null &
apart=$!
runs() { [ "$(readlink "/proc/$1/exe")" = "$2" ]; }
ok 'a process runs in a copy of the namespace' await runs "$apart" /bin/busybox
(cd "/proc/$plain/root/etc" && exec setpriv --reuid=alice --regid=alice --init-groups sleep 1000) &
visitor=$!
ok "a listed user's process of the host stands inside" await runs "$visitor" "$(realpath "$(command -v sleep)")"

listed() { awk '$3 == "games" { print $1 }' | sort -n | tr '\n' ' '; }
all=$(printf '%s\n' "$plain" "$apart" "$visitor" | sort -n | tr '\n' ' ')
is 'ps lists all three' "$(chroot-mounts ps games | listed)" "$all"

# fails_once CALL ERROR: each of these calls, from the look at /proc on
fails_once()
{
	local call=$1 error=$2 tried=0 wrong=0 number first
	strace -qq -o "$work/trace" -e "trace=openat,$call" chroot-mounts ps games >/dev/null
	first=$(grep -n -m 1 -F 'openat(AT_FDCWD, "/proc", ' "$work/trace")
	number=$(head -n "${first%%:*}" "$work/trace" | grep -c "^$call(")
	while number=$((number + 1)); do
		run strace -qq -o "$work/trace" -e "trace=$call" -e "inject=$call:error=$error:when=$number" chroot-mounts ps games
		grep -q INJECTED "$work/trace" || break
		tried=$((tried + 1))
		if [ "$status" != 0 ] || [ "$(listed <<<"$output")" = "$all" ]; then continue; fi
		wrong=$((wrong + 1))
		echo "# $call number $number"
		grep -B1 INJECTED "$work/trace" | sed 's/^/#   /'
	done
	ok "the look at processes was short at several calls ($call, $error, $tried of them)" test "$tried" -ge 6
	is "ps counts nobody as outside who could not be looked at ($call, $error)" "$wrong" 0
}
fails_once pidfd_open EMFILE
fails_once pidfd_open ENFILE
fails_once openat EMFILE
fails_once openat ENOMEM

run strace -qq -o "$work/trace" -e trace=pidfd_open -e inject=pidfd_open:error=EMFILE chroot-mounts stop games
is 'stop fails where no process can be looked at' "$status" 1
like 'stop says that it cannot look at every process' "$errors" 'cannot look at every process'
for pid in "$plain" "$apart" "$visitor"; do
	ok 'a process that stop could not look at lives' kill -0 "$pid"
done
ok 'stop succeeds when there are descriptors again' chroot-mounts stop games
for pid in "$plain" "$apart" "$visitor"; do
	ok 'a process that stop could not look at is ended by the next stop' await is_ended "$pid"
	wait "$pid" 2>/dev/null
done
ok 'no pin is left' fails has_pins
done_testing
