#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Somebody exchanges the mount points of a tree, and directories above them, for links and for
# directories outside it, as fast as they can, while the root is started again and again: never is
# anything mounted outside it. RACE_SECONDS says for how long; 60 is a thorough run.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
on_machines "RACE_SECONDS=${RACE_SECONDS:-3}"

seconds=${ON_MACHINE#*=}
naive_seconds=20 # and no more; the first escape takes a moment
tools=${BUILD:-$top/build}/system
# not a mount of its own, so that directories can be moved into it and out of it
tree=/srv/games
elsewhere=/srv/elsewhere
# Two processes exchange in each round, each the pairs of its line.
rounds=(
	"$tree/dev $tree/dev.link" "$tree/etc $tree/etc.link"
	"$tree/run $elsewhere/run" "$tree/var $elsewhere/var"
	"$tree/proc $tree/proc.link" "$tree/tmp $tree/tmp.link"
	"$tree/var $elsewhere/var" "$tree/var/deep $tree/var/deep.link"
	"$tree/dev $tree/dev.link $tree/run $elsewhere/run $tree/tmp $tree/tmp.link"
	"$tree/etc $tree/etc.link $tree/var $elsewhere/var $tree/proc $tree/proc.link"
)
# Inside, a mount goes along with the directory that it is on, whatever that is called next.
planned='/|/(dev|proc|tmp)(\.link)?|/run|/run/openrc|/sys|/(etc|etc\.link|common)/resolv\.conf'
planned="$planned|/var/deep(\.link)?/(point|made)|/(dev|dev\.link|run|sys|tmp|tmp\.link)/.*"

make_tree()
{
	rm -rf "$tree" "$elsewhere"
	mkdir -p "$tree/dev" "$tree/etc" "$tree/proc" "$tree/run" "$tree/sys" "$tree/tmp" "$tree/common" \
		"$tree/var/deep/point" "$elsewhere/run/openrc" "$elsewhere/var/deep/point"
	: >"$tree/common/resolv.conf"
	ln -s /outside "$tree/dev.link"
	ln -s ../../outside "$tree/proc.link"
	ln -s /proc/1/root/outside "$tree/tmp.link"
	ln -s ../../../common "$tree/etc.link"
	ln -s ../../../outside "$tree/var/deep.link"
	ln -s /outside "$elsewhere/var/deep.link"
	# up and down again, while what is above may be moved out of the tree
	ln -s var/deep/../../var/deep "$tree/way"
}

# Makes $now the host's mounts without the state directory, and $pins the number of pins.
look_at_host()
{
	local line
	now='' pins=0
	while read -r line; do
		case $line in
		*' - nsfs '*) pins=$((pins + 1)) ;;
		*' /run/chroot-mounts '*) ;;
		*) now+=$line$'\n' ;;
		esac
	done </proc/self/mountinfo
}

# expect WHAT GOT EXPECTED: remembers the first thing that is wrong.
expect() { [ "$2" = "$3" ] || wrong=${wrong:-"start $starts: $1: $2"}; }

# look WHEN PINS
look()
{
	look_at_host
	expect "the host's mounts after $1" "$now" "$before"
	expect "the pins after $1" "$pins" "$2"
}

unplanned_inside()
{
	"$tools/mounts-inside" /run/chroot-mounts/games/ns |
		awk -v planned="^($planned)\$" '$5 !~ planned { print } END { if (NR == 0) print "nothing" }'
}

start_once()
{
	local said status
	starts=$((starts + 1))
	said=$(chroot-mounts -q start games 2>&1)
	status=$?
	if [ "$status" = 0 ]; then
		successes=$((successes + 1))
		look 'a success' 1
		expect 'what is inside and not planned' "$(unplanned_inside)" ''
		expect 'what stop says' "$(chroot-mounts -q stop games 2>&1 || echo "status $?")" ''
		look 'stop' 0
	else
		expect 'the status of a failure' "$status" 1
		expect 'the lines of its message' "$(grep -c . <<<"$said")" 1
		look 'a failure' 0
	fi
}

# race PAIRS PAIRS COMMAND...: exchanges while the command runs, which keeps its share of the
# processor.
race()
{
	local pids=() pid line
	for line in "$1" "$2"; do
		# shellcheck disable=SC2086 # the words are paths
		nice "$tools/exchange" $line >>"$work/exchanges" 2>>"$work/complaints" &
		pids+=($!)
	done
	shift 2
	"$@"
	kill "${pids[@]}"
	for pid in "${pids[@]}"; do
		wait "$pid" || wrong=${wrong:-"an exchange fails: $(<"$work/complaints")"}
	done
}

# start_for MICROSECONDS: and six times at least, however slow the machine is.
start_for()
{
	local end=$((${EPOCHREALTIME/./} + $1)) least=$((starts + 6))
	while [ "$starts" -lt "$least" ] || [ "${EPOCHREALTIME/./}" -lt "$end" ]; do
		start_once
	done
}

all_rounds()
{
	local i
	for ((i = 0; i < ${#rounds[@]}; i += 2)); do
		make_tree
		# two lines are a round, and there are all rounds twice
		race "${rounds[i]}" "${rounds[i + 1]}" start_for $((seconds * 1000000 / ${#rounds[@]}))
	done
}

# Looks before it mounts, as a careful script does, and is raced all the same. The namespace of
# its own takes away what it mounted.
start_naively()
{
	unshare -m sh -c '
		[ -L "$1/dev" ] || mount --bind /dev "$1/dev"
		[ -L "$1/proc" ] || mount -t proc proc "$1/proc"
		[ -L "$1/tmp" ] || mount --bind /tmp "$1/tmp"
		[ -L "$1/etc" ] || mount --bind /etc/resolv.conf "$1/etc/resolv.conf"
		grep -Eq "^([^ ]+ ){4}/(outside|common|srv/elsewhere)" /proc/self/mountinfo' sh "$tree" 2>/dev/null
}

escape()
{
	local begin=${EPOCHREALTIME/./}
	naive_starts=0 escapes=0
	while [ "$escapes" -lt 5 ] && [ "${EPOCHREALTIME/./}" -lt $((begin + naive_seconds * 1000000)) ]; do
		naive_starts=$((naive_starts + 1))
		start_naively && escapes=$((escapes + 1))
	done
	naive_time=$(((${EPOCHREALTIME/./} - begin) / 1000))
}

outside() { find /outside /common -printf '%p %y %D:%i %s %t\n' | sort; }

configure games "root=\"$tree\"" 'extra_mounts="
/srv/source /var/deep/point none bind,nofail
/srv/source /way/made none bind,nofail,x-mount.mkdir"'
mkdir -p /srv/source /outside/point /outside/openrc /common
echo 'not to be covered' >/outside/resolv.conf
cp /outside/resolv.conf /common/resolv.conf
make_tree
wrong=''
ok 'without a race, the root starts' chroot-mounts start games
ok 'without a race, the root stops' chroot-mounts stop games

race "${rounds[-2]}" "${rounds[-1]}" escape
echo "# a careful script: $escapes escapes in $naive_starts starts, $naive_time ms"
ok 'a script that looks first and mounts by path mounts outside the root' [ "$escapes" -gt 0 ]
is 'the exchanges went on while the script mounted' "$wrong" ''

outside_before=$(outside)
for propagation in private shared; do
	label=" (mounts of the host: $propagation)"
	mount "--make-r$propagation" /
	mount --make-shared /run
	look_at_host
	before=$now starts=0 successes=0
	: >"$work/exchanges"
	# on a busy machine every start of one go may lose, or none
	for ((go = 0; go < 5; go++)); do
		all_rounds
		[ "$successes" -eq 0 ] || [ "$successes" -eq "$starts" ] || break
	done
	echo "# $starts starts, $successes of them succeeded," \
		"$(awk '{ sum += $1 } END { printf "%d", sum }' "$work/exchanges") exchanges$label"
	ok 'some starts fail and some succeed' [ "$successes" -gt 0 -a "$successes" -lt "$starts" ]
	is 'no start mounts anything outside the root, and a failure leaves nothing' "$wrong" ''
	is 'nothing is made where the links lead' "$(outside)" "$outside_before"
done
done_testing
