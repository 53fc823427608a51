#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# visible="yes": the plan in the host's view too, for plain chroot. It is there whole, it is taken
# away by what was made and by nothing else, and it never reaches the host's own mounts.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
needs strace
on_machines PROPAGATION=private PROPAGATION=shared PROPAGATION=mixed

state=/run/chroot-mounts
tools=${BUILD:-$top/build}/system
moments=40

# What is mounted at or below the root on the host, and inside, by place; one line for each mount.
shown() { awk '$5 == "/opt/games" || $5 ~ "^/opt/games/" { print substr($5, 11) "/" }' /proc/self/mountinfo | sort; }
planned() { "$tools/mounts-inside" "$state/games/ns" | awk '{ print ($5 == "/" ? "" : $5) "/" }' | sort; }
# The tree is a mount of the host's too, below the one that is shown.
shown_alone() { shown | sed 1d; }
reason() { chroot-mounts status games | sed -n 's/^games *//p'; }
devices() { find /dev -xdev -printf '%p %y %m %U %G\n' | sort; }
lists_doubled() { awk '{ print $3, $4, $5 }' /proc/self/mountinfo | sort | uniq -d | grep /opt/games/; }

# stops_clean WHAT: and what is the host's is as it was
stops_clean()
{
	ok "$1: stop succeeds" chroot-mounts stop games
	is "$1: the host's mounts are those of before the start" "$(host_mounts)" "$before"
	is "$1: the host's devices are there" "$(devices)" "$devices"
	ok "$1: the host's terminals are there" test -c /dev/pts/ptmx
	ok "$1: no pin is left" fails has_pins
}

mkdir -p /opt/games/mnt /srv/one /srv/elsewhere /run/user/1000
mkdir -m 755 /tmp/x /tmp/x/dev /tmp/x/proc /tmp/x/sys /tmp/x/run /tmp/x/tmp /tmp/x/etc
ln -s /tmp /srv/link
echo one >/srv/one/name
: >/tmp/of-the-host
before=$(host_mounts)
devices=$(devices)
configure games 'root="/opt/games"' 'visible="yes"'

# what is there
ok 'a visible root starts' chroot-mounts -q start games
is 'inside are the mounts of the plan' "$(planned | grep -v -E '^/(dev|sys|run|tmp)/.')" \
	"$(printf '%s\n' / /dev/ /etc/resolv.conf/ /proc/ /run/ /sys/ /tmp/)"
is 'the host sees each of them, once' "$(shown_alone)" "$(planned)"
ok 'no mount of a visible root is doubled' fails lists_doubled
plain() { chroot /opt/games "$@"; }
ok 'plain chroot finds /dev' plain sh -c 'echo >/dev/null && test -c /dev/pts/ptmx'
ok 'plain chroot finds /proc' plain test -e /proc/self/mountinfo
ok 'plain chroot finds /sys' plain test -d /sys/kernel
ok 'plain chroot finds /run' plain test -d /run/user/1000
ok 'plain chroot finds /tmp' plain test -e /tmp/of-the-host
is 'plain chroot finds the resolv.conf of the host' "$(plain cat /etc/resolv.conf)" "$(cat /etc/resolv.conf)"
is "plain chroot finds OpenRC's state covered" "$(plain ls -A /run/openrc)" ''
mount -t tmpfs login /run/user/1000
ok 'plain chroot sees what the host mounts later' plain grep -q /run/user/1000 /proc/self/mountinfo
umount /run/user/1000
ok 'plain chroot sees no more what the host unmounts later' fails plain grep -q /run/user/1000 /proc/self/mountinfo
plain mkdir -p /run/inner /tmp/inner
for place in /dev/shm /run/inner /tmp/inner; do
	mount -t tmpfs inner "/opt/games$place"
	ok "a mount made on $place of the visible root is not seen on the host's own" fails grep -q " $place .* inner " /proc/self/mountinfo
	umount "/opt/games$place"
done
rmdir /run/inner /tmp/inner
ok 'chroot-enter works beside plain chroot' chroot-enter games true
like 'status says that the visible root is started' "$(reason)" '^started'
ok 'a second start of the visible root succeeds' chroot-mounts -q start games
is 'a second start of the visible root doubles nothing' "$(shown_alone)" "$(planned)"
stops_clean 'a visible root'
ok 'a root that is not started stops' chroot-mounts stop games

# somebody else's mounts and programs
chroot-mounts -q start games
mount -t tmpfs somebody /opt/games/mnt
stops_clean 'a mount of somebody below'
chroot-mounts -q start games
# not umount -R: of util-linux 2.41 that takes the tree's own mount away, too
umount -l /opt/games
ok 'unmounting all of the root by somebody leaves the terminals of the host' test -c /dev/pts/ptmx
is "unmounting all of the root by somebody leaves the host's mounts" "$(host_mounts)" "$before"
like 'status says that the root is not visible any more' "$(reason)" '^damaged .*visible'
ok 'a root that is not visible any more can still be entered' chroot-enter games true
stops_clean 'nothing left to take away'
chroot-mounts -q start games
umount -l /opt/games/proc
stops_clean 'a part taken away already'
chroot-mounts -q start games
mount -t tmpfs over /opt/games
run chroot-mounts stop games
[ "$status" = 0 ] || like 'stop with a mount on top says what is in the way' "$errors" '/opt/games'
umount /opt/games
ok 'once the mount on top has gone, stop succeeds' chroot-mounts stop games
is "stop after the mount on top has gone leaves the host's mounts as before" "$(host_mounts)" "$before"

stands_there() { [ "$(readlink "/proc/$upper/cwd")" = /opt/games/dev ]; }
bash -c 'cd /opt/games/mnt && exec sleep infinity' &
lower=$!
chroot-mounts -q start games
bash -c 'cd /opt/games/dev && exec sleep infinity' &
upper=$!
chroot /opt/games tail -f /dev/null &
chrooted=$!
unshare -m sleep infinity &
alone=$!
ok 'host programs stand in the tree' await stands_there
ok 'one of the host programs has a mount namespace of its own' await is_inside "$alone"
like 'none of the host programs in the tree counts as inside' "$(reason)" '^started +0'
ok 'the service starts while host programs stand in the tree' rc-service chroot-mounts start
ok 'the service stops while host programs stand in the tree' rc-service chroot-mounts stop
is "the host's mounts are as before while host programs stand in the tree" "$(host_mounts)" "$before"
for pid in "$lower" "$upper" "$chrooted" "$alone"; do
	ok 'a host program that stands in the tree lives on' kill -0 "$pid"
	kill -KILL "$pid"
	wait "$pid" 2>/dev/null
done

# where it cannot be
for source in /tmp /srv/link /; do
	configure games 'root="/tmp/x"' 'visible="yes"' "mounts=\"$source /tmp none rbind\""
	run chroot-mounts start games
	is "a root below $source, which is mounted inside, is refused" "$status" 1
	like "the message says why a root below $source is refused" "$errors" 'visible.*/tmp/x'
	is "the host's mounts are those of before a root below $source was refused" "$(host_mounts)" "$before"
	chroot-mounts -q stop games
done

# reload changes what is inside, and leaves what the host sees to those who use it
configure games 'root="/opt/games"' 'visible="yes"'
chroot-mounts -q start games
shown=$(shown)
configure games 'root="/opt/games"' 'visible="yes"' 'extra_mounts="/srv/one /mnt none bind,ro"'
run chroot-mounts reload games
is 'reload adds a line to a visible root' "$status" 0
like 'reload says that the host does not see the line that was added' "$errors" 'visible on the host stays as it was until a restart'
is 'the line that was added is seen inside' "$(chroot-enter games cat /mnt/name)" one
is 'the host sees what it saw before reload' "$(shown)" "$shown"
like 'status says that a restart is needed for what the host sees' "$(reason)" '^stale .*visible.*chroot-mounts restart '
ok 'a second reload succeeds, which changes nothing of what the host sees' chroot-mounts -q reload games
like 'status still says after a second reload that a restart is needed' "$(reason)" '^stale .*visible.*chroot-mounts restart '
chroot-mounts -q stop games
ok 'the visible root starts again' chroot-mounts -q start games
is 'a restart brings the line that was added to the host' "$(plain cat /mnt/name)" one
like 'status says after the restart that the root is started' "$(reason)" '^started'
chroot /opt/games tail -f /dev/null &
chrooted=$!
has_chrooted() { [ "$(readlink "/proc/$chrooted/root")" = /opt/games ]; }
ok 'a program runs in a plain chroot' await has_chrooted
mount -t tmpfs somebody /opt/games/mnt
chroot-mounts -q reload games
ok 'a reload where nothing has changed leaves a plain chroot the mounts that it sees' grep -q ' /proc ' "/proc/$chrooted/mountinfo"
ok "a reload where nothing has changed leaves somebody's mount in the root" grep -q ' /opt/games/mnt .* somebody ' /proc/self/mountinfo
kill -KILL "$chrooted"
wait "$chrooted" 2>/dev/null
stops_clean 'after reloads'

complain()
{
	echo "# killed before $name number $number: $*"
	sed 's/^/#   /' "$work/said"
	wrong=$((wrong + 1))
}
expect()
{
	[ "$2" = "$3" ] || { diff <(echo "$3") <(echo "$2") >"$work/said"; complain "$1"; }
}
moments_of()
{
	local first
	strace -qq -o "$work/trace" "$@"
	sed -n 's/^\([a-z0-9_]*\)(.*/\1/p' "$work/trace" | grep -v -E '^(execve|exit_group)$' |
		awk '{ print $1, ++calls[$1] }' >"$work/calls"
	first=$(grep -n -m 1 -E '^(open_tree|setns|fsopen|unshare) ' "$work/calls")
	tail -n +"${first%%:*}" "$work/calls" >"$work/late"
	# evenly spread, and at each call that changes a mount
	awk -v wanted="$moments" -v total="$(wc -l <"$work/late")" \
		'int(NR * wanted / total) != int((NR - 1) * wanted / total) || $1 ~ /^(umount2|move_mount|mount_setattr)$/' \
		"$work/late"
}
# killed COMMAND...: by SIGKILL before that call
killed()
{
	(strace -qq -o /dev/null -e "trace=$name" -e "inject=$name:signal=KILL:when=$number" \
		"$@"; exit $?) >"$work/said" 2>&1
	[ $? = 137 ]
}
taskset -cp "$(awk '{ print $39 }' /proc/self/stat)" $$ >/dev/null

# SIGKILL of start. The first on this CPU may make more calls, until its namespace can be pinned.
chroot-mounts -q start games
chroot-mounts -q stop games
moments_of chroot-mounts start games >"$work/moments"
chroot-mounts -q stop games
tried=0 wrong=0
while read -r name number; do
	killed chroot-mounts start games || continue
	tried=$((tried + 1))
	if [ $((tried % 2)) = 0 ]; then
		chroot-mounts -q start games >"$work/said" 2>&1 || complain 'the next start fails'
		expect 'the host sees each mount once' "$(shown_alone)" "$(planned)"
	fi
	chroot-mounts -q stop games >"$work/said" 2>&1 || complain 'stop fails'
	expect "the host's mounts after stop" "$(host_mounts)" "$before"
done <"$work/moments"
echo "# killed at $tried moments of $(wc -l <"$work/late") system calls"
ok 'start was killed at 36 moments or more' test "$tried" -ge 36
is 'nothing was wrong after any start that was killed' "$wrong" 0

# SIGKILL of reload
one() { configure games 'root="/opt/games"' 'visible="yes"' 'extra_mounts="/srv/one /mnt none bind"'; }
other() { configure games 'root="/opt/games"' 'visible="yes"' 'extra_mounts="tmpfs /mnt tmpfs size=1m"'; }
one
chroot-mounts -q start games
other
moments_of chroot-mounts reload games >"$work/moments"
chroot-mounts -q stop games
tried=0 wrong=0
# whatever comes next, another reload or the stop
while read -r name number; do
	for next in reload stop; do
		one
		chroot-mounts -q start games >"$work/said" 2>&1 || complain 'start fails'
		shown=$(shown)
		other
		killed chroot-mounts reload games || continue
		tried=$((tried + 1))
		if [ "$next" = reload ]; then
			chroot-mounts -q reload games >"$work/said" 2>&1 || complain 'the next reload fails'
			expect 'the host sees what it saw' "$(shown)" "$shown"
			case $(reason) in
			stale*visible*) ;;
			*) reason >"$work/said"; complain 'the host does not see what is inside, and status does not say so' ;;
			esac
		fi
		chroot-mounts -q stop games >"$work/said" 2>&1 || complain 'stop fails'
		expect "the host's mounts after stop" "$(host_mounts)" "$before"
		# what the next one begins with
		while [ "$(host_mounts)" != "$before" ] && umount -l /opt/games 2>/dev/null; do
			continue
		done
	done
done <"$work/moments"
echo "# killed at $tried moments of $(wc -l <"$work/late") system calls"
ok 'reload was killed at 36 moments or more, twice' test "$tried" -ge 72
is 'nothing was wrong after any reload that was killed' "$wrong" 0
is "the host's mounts are those of before the reloads that were killed" "$(host_mounts)" "$before"

# what lies there is not ours any more, and not ours to take away
configure games 'root="/opt/games"' 'visible="yes"'
chroot-mounts -q start games
mount -t tmpfs -o mode=755 over /opt/games
run chroot-mounts reload games
ok "reload leaves somebody's mount on top" grep -q ' /opt/games .* over ' /proc/self/mountinfo
while [ "$(host_mounts)" != "$before" ] && umount -l /opt/games 2>/dev/null; do
	continue
done
chroot-mounts -q stop games
is "the host's mounts are those of before the mount on top" "$(host_mounts)" "$before"
# as if the id of what start mounted had gone to a mount of somebody's
chroot-mounts -q start games
umount -l /opt/games
mount -t tmpfs -o mode=755 somebody /opt/games
id=$(awk '$5 == "/opt/games" && / somebody / { print $1 }' /proc/self/mountinfo)
sed -z -i "s|^visible_mount=[0-9]*:|visible_mount=$id:|" "$state/games/record"
run chroot-mounts stop games
is "stop refuses where somebody's mount has the recorded id" "$status" 1
like "the refusal names somebody's mount with the recorded id" "$errors" 'something else is mounted on /opt/games, .*umount /opt/games'
ok "somebody's mount with the recorded id stays" grep -q ' /opt/games .* somebody ' /proc/self/mountinfo
umount /opt/games
ok "stop succeeds once somebody's mount with the recorded id has gone" chroot-mounts stop games
is "the host keeps its own mount of the tree where another mount had the recorded id" "$(host_mounts)" "$before"
chroot-mounts -q start games
umount -l /opt/games
run chroot-mounts reload games
chroot-mounts -q stop games
is "a reload after somebody unmounted all leaves the host its own mount of the tree" "$(host_mounts)" "$before"
done_testing
