#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# A command that could not return from a root to the host's mount namespace does nothing there to the
# next root: each setns(2) of start, reload, stop and ps fails once.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
needs strace
on_machines PROPAGATION=private

state=/run/chroot-mounts
tools=${BUILD:-$top/build}/system
alone="left alone, since the host's namespace was lost on the way"

# On one CPU, so that each try makes the same calls.
taskset -cp "$(awk '{ print $39 }' /proc/self/stat)" $$ >/dev/null

# The second root: that it is pinned, and its mounts.
second()
{
	[ ! -e "$state/games/ns" ] || "$tools/mounts-inside" "$state/games/ns"
}

set_lines()
{
	local name
	for name in demo games; do
		configure "$name" "root=\"/opt/$name\"" "mounts=\"proc /proc proc nosuid${1:+
$1}\""
	done
}

# lost_by VERB STARTED [COMMAND...]: each setns of the verb for both roots fails once, with both
# started before or not; the command comes before the verb. Where it was the way back from the first
# root, the second stays as it was, and is said to.
lost_by()
{
	local verb=$1 started=$2 number=0 lost=0 wrong=0 was
	shift 2
	while :; do
		number=$((number + 1))
		set_lines ''
		chroot-mounts -q stop
		[ "$started" = no ] || chroot-mounts -q start demo games
		set_lines 'tmpfs /mnt tmpfs size=1m'
		was=$(second)
		run "$@" strace -qq -o "$work/trace" -e trace=setns -e "inject=setns:error=EPERM:when=$number" \
			chroot-mounts "$verb" demo games
		# no such number, or one of the second root when the first is done
		if ! grep -q INJECTED "$work/trace" || [[ $errors != *'demo: '* ]]; then break; fi
		[[ $errors == *'demo: cannot return to the host'* ]] || continue
		lost=$((lost + 1))
		# whatever else is said of it has been tried
		if [ "$status" = 1 ] && [ "$(grep ' games: ' <<<"$errors")" = "chroot-mounts: games: $alone" ] &&
			[ "$(second)" = "$was" ]; then
			continue
		fi
		wrong=$((wrong + 1))
		echo "# setns number $number"
		diff <(echo "$was") <(second) | sed 's/^/#   /'
		printf '%s\n' "$errors" | sed 's/^/#   /'
	done
	ok "$verb can lose its way back from a root ($lost times${*:+, one root after the other})" test "$lost" -gt 0
	is "$verb leaves the next root alone where it lost its way back${*:+, one root after the other}" "$wrong" 0
	chroot-mounts -q stop
}

mkdir -p /opt/{demo,games}/mnt
lost_by start no
lost_by reload yes
lost_by stop yes
lost_by stop yes prlimit --nofile=80

# /proc and the names of users would be those of the root
set_lines ''
chroot-mounts -q start demo games
chroot-enter -d / demo tail -f /proc/version >/dev/null &
inhabitant=$!
await is_inside "$inhabitant"
like 'ps lists who is inside' "$(chroot-mounts ps demo games)" "$inhabitant"
lost=0 wrong=0
for ((number = 1; ; number++)); do
	run strace -qq -o "$work/trace" -e trace=setns -e "inject=setns:error=EPERM:when=$number" chroot-mounts ps demo games
	grep -q INJECTED "$work/trace" || break
	[[ $errors == *'games: cannot return to the host'* ]] || continue
	lost=$((lost + 1))
	if [ "$status" = 1 ] && [[ $errors == *"chroot-mounts: $alone"* && $output != *"$inhabitant"* ]]; then continue; fi
	wrong=$((wrong + 1))
	printf '%s\n' "$errors$output" | sed 's/^/#   /'
done
ok "ps can lose its way back from a root ($lost times)" test "$lost" -gt 0
is 'ps lists nobody where it lost its way back' "$wrong" 0
chroot-mounts -q stop
wait "$inhabitant" 2>/dev/null
ok 'no pin is left of those that lost their way back' fails has_pins
done_testing
