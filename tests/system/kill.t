#!/usr/bin/env bash
# SIGKILL of `chroot-mounts start` at 200 moments, each before one of its system calls: whatever
# is left, the next start succeeds with nothing doubled, and stop leaves nothing.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
needs strace
on_machines PROPAGATION=private

# On one CPU, so that each start makes the same calls: namespaces made on another CPU may bear
# smaller numbers than the machine's own, and the first start makes more until one can be pinned.
taskset -cp "$(awk '{ print $39 }' /proc/self/stat)" $$ >/dev/null

state=/run/chroot-mounts
moments=200
configure games 'root="/opt/games"' 'users="alice"'
configure demo 'root="/opt/demo"' 'users="alice"'

# The state after a stop, with the host's mounts; of a prepared root, its mounts.
left()
{
	host_mounts
	grep ' - nsfs ' /proc/self/mountinfo
	find "$state" -mindepth 1 | sort
}
prepared()
{
	grep -c " $state/" /proc/self/mountinfo
	for root in demo games; do
		chroot-enter "$root" cat /proc/self/mountinfo | cut -d ' ' -f 4,5,6 | sort
	done
	find "$state" -mindepth 1 | sort
}

chroot-mounts -q start
expected=$(prepared)
chroot-mounts -q stop
nothing=$(left)

# Each call of a whole start, in order, as NAME NUMBER: the NUMBERth call of that NAME.
strace -qq -o "$work/trace" chroot-mounts start
chroot-mounts -q stop
sed -n 's/^\([a-z0-9_]*\)(.*/\1/p' "$work/trace" | grep -v -E '^(execve|exit_group)$' |
	awk '{ print $1, ++calls[$1] }' >"$work/calls"
first=$(grep -n -m 1 -E '^(open_tree|mount|fsopen|unshare|move_mount|mount_setattr) ' "$work/calls")
first=${first%%:*}
total=$(wc -l <"$work/calls")
early=$((moments / 5 < first - 1 ? moments / 5 : first - 1))
late=$((moments - early))
echo "# $total system calls; the first that mounts is number $first"
ok 'at least 100 moments lie between the first mount call and the end' test $((total - first + 1)) -ge 100
# as many different moments as there are, evenly spread over both parts
awk -v first="$first" -v total="$total" -v early="$early" -v late="$late" '
	function chosen(i, count, wanted) { return int(i * wanted / count) != int((i - 1) * wanted / count) }
	NR < first && chosen(NR, first - 1, early) { print "early", $0 }
	NR >= first && (total - first + 1 <= late || chosen(NR - first + 1, total - first + 1, late)) { print "late", $0 }
' "$work/calls" >"$work/moments"

# No process of the helper may outlive the one that was killed.
no_helper() { ! readlink /proc/[0-9]*/exe | grep -q '/chroot-mounts$'; }

tried=0 late=0 wrong=0
complain()
{
	echo "# killed before $name number $number: $*"
	sed 's/^/#   /' "$work/said"
	wrong=$((wrong + 1))
}
while read -r part name number; do
	# strace ends by the same signal, and a shell remarks on that
	(strace -qq -o /dev/null -e "trace=$name" -e "inject=$name:signal=KILL:when=$number" \
		chroot-mounts start; exit $?) >"$work/said" 2>&1
	[ $? = 137 ] || continue # the kernel took another way this time
	tried=$((tried + 1))
	[ "$part" = early ] || late=$((late + 1))
	await no_helper || complain 'a process of it lives on'
	chroot-mounts start >"$work/said" 2>&1 || complain 'start fails'
	now=$(prepared 2>>"$work/said")
	[ "$now" = "$expected" ] || { diff <(echo "$expected") <(echo "$now") >>"$work/said"; complain 'not the same as without'; }
	chroot-mounts stop >"$work/said" 2>&1 || complain 'stop fails'
	now=$(left)
	[ "$now" = "$nothing" ] || { diff <(echo "$nothing") <(echo "$now") >>"$work/said"; complain 'something is left'; }
done <"$work/moments"
echo "# killed at $tried moments, $late of them from the first mount call on"
ok 'it was killed at 190 moments or more' test "$tried" -ge 190
ok 'at 100 of them or more after the first mount call' test "$late" -ge 100
is 'after none of them anything was wrong' "$wrong" 0
