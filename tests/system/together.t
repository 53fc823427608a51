#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Many commands at once: none waits for ever, none spoils another's work, nobody lands elsewhere.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/endurance/growth.sh
. "$(dirname "$0")/../endurance/growth.sh"
needs strace
on_machines 'TREES=demo=busybox games=busybox tools=busybox held=busybox'

roots=(demo games tools)
# what may be said at the same time as anything else, and the statuses that it may have then
declare -A verbs=([start]='^0$' [stop]='^0$' [reload]='^(0|1|0 1)$' [status]='^(0|1|3)( (1|3))*$')
declare -A entering
pids=()

# background NAME COMMAND...: its status goes to a file, 124 if it takes five minutes. It must not keep
# a lock that is held here, by descriptor 8 or 9.
background()
{
	local name=$1
	shift
	{
		timeout -k 5 300 "$@" >"$work/$name.output" 2>&1
		echo $? >"$work/$name.status"
	} 8>&- 9>&- &
	pids+=($!)
}
has_ended() { [ -s "$work/$1.status" ]; }
has_tried() { grep -q EAGAIN "$work/trace"; }
are_right() { local name; for name; do chroot-enter "$name" /where "$name" || return; done; }
# statuses KIND: the different ones, in a line.
statuses() { cat "$work/$1".*.status | sort -nu | paste -s -d ' '; }

# Nothing but the lock that is held here, and the notes of roots that were stopped by their names.
is_clean()
{
	is 'no file of a root is left' "$(find /run/chroot-mounts -mindepth 1 ! -name held.lock ! -name '*.stopped')" ''
	ok 'nothing is pinned' fails has_pins
	is "the host's mounts are what they were" "$(host_mounts)" "$host"
	ok 'nobody who entered is left' await fails run_on -x 'where|chroot-enter'
}

furnish "${roots[@]}" held
printf 'roots="%s"\n' "${roots[*]}" >/etc/conf.d/chroot-mounts
host=$(host_mounts)

# The limit is half a minute, which passes while the others are tried.
chroot-mounts -q start held
chroot-mounts -q stop held
exec 8>/run/chroot-mounts/held.lock
flock 8
background held chroot-mounts start held

# waits_for_lock VERB ASK...: while it waits, and no longer, asking must go on to succeed.
waits_for_lock()
{
	local verb=$1
	shift
	exec 9>/run/chroot-mounts/demo.lock
	flock 9
	rm -f "$work/$verb.status"
	background "$verb" strace -o "$work/trace" -e trace=flock chroot-mounts "$verb" demo
	ok "$verb waits for the lock of its root" await has_tried
	ok "$verb does nothing while it waits" "$@"
	ok "another root starts while $verb waits" chroot-mounts start games
	ok "another root can be entered while $verb waits" are_right games
	ok "another root stops while $verb waits" chroot-mounts stop games
	is "$verb blocks after one try, and does not poll" "$(grep -c EAGAIN "$work/trace")" 1
	exec 9>&-
	ok "$verb goes on when the lock is free" await has_ended "$verb"
	is "$verb succeeds when the lock is free" "$(<"$work/$verb.status")" 0
	ok "$verb has done its work when the lock is free" fails "$@"
}
waits_for_lock start fails are_right demo
waits_for_lock stop are_right demo

# A process that holds the namespace of a root, which is stopped and prepared anew, joins the new one; once
# it is about to join the old one, it is refused (threats.t).
chroot-mounts -q start demo
background late strace -o "$work/trace" -e trace=ioctl,setns -e inject=ioctl:signal=STOP:when=1 \
	chroot-enter demo /where demo
is_stopped() { grep -q 'stopped by SIGSTOP' "$work/trace"; }
ok 'an enter is held up before it joins' await is_stopped
ok 'the root is stopped while the enter is held up' chroot-mounts stop demo
ok 'the root is prepared anew while the enter is held up' chroot-mounts start demo
pkill -CONT -x chroot-enter
ok 'the enter that was held up goes on' await has_ended late
is 'the enter that was held up enters the root that was prepared anew' "$(<"$work/late.status")" 0
like 'the enter that was held up had joined' "$(<"$work/trace")" 'setns\(.*\) += 0'
chroot-mounts -q stop demo

# storm ROOT...: each verb for each root, and enters, many times over and all at once. A ROOT of
# all stands for none.
storm()
{
	local root verb number
	pids=()
	rm -f "$work"/*.*.status "$work"/*.*.output
	for number in {1..5}; do
		for root; do
			for verb in "${!verbs[@]}"; do
				if [ "$root" = all ]; then
					background "$verb.$root$number" chroot-mounts -q "$verb"
				else
					background "$verb.$root$number" chroot-mounts -q "$verb" "$root"
				fi
			done
			[ "$root" = all ] ||
				background "enter.$root$number" chroot-enter "$root" /where "$root"
		done
	done
	wait "${pids[@]}"
	for verb in "${!verbs[@]}"; do
		like "each $verb ends as it should" "$(statuses "$verb")" "${verbs[$verb]}"
		cat "$work/$verb".*.output | sort | uniq -c | sort -nr | sed -n '1,5s/^/# /p'
	done
	# a stop ends those inside with SIGTERM or SIGKILL
	like 'each enter is in the right place, refused, or ended' \
		"$(statuses enter)" '^(0|125|137|143)( (125|137|143))*$'
	ok 'a last stop succeeds' chroot-mounts stop
	is_clean
}
# Five of each at once, twice: a command gives up whose lock others have had for half a minute, and on a
# busy machine ten of each take longer.
for wave in first second; do
	label=" (many commands for one root, $wave time)"
	storm demo demo demo
	label=" (many commands for several roots, $wave time)"
	storm all demo games tools
done
label=

# Those who enter go on while roots come and go: as the superuser and as a listed user.
cycles()
{
	local times=200
	while ((times-- > 0)); do
		chroot-mounts -q start && chroot-mounts -q stop || return
	done
}
chroot-mounts -q start
chmod 755 "$work" "$work/enter-many"
# nice: where they had all of a machine with few processors, two hundred starts would take minutes
nice -n 19 "$work/enter-many" 0 8 "${roots[@]}" >"$work/superuser" 2>/dev/null 8>&- &
entering[superuser]=$!
nice -n 19 setpriv --reuid=alice --regid=alice --init-groups "$work/enter-many" 0 8 "${roots[@]}" \
	>"$work/alice" 2>/dev/null 8>&- &
entering[alice]=$!
began=$SECONDS
ok 'two hundred starts and stops succeed while 16 enter without end' cycles
echo "# $((SECONDS - began)) seconds"
for user in superuser alice; do
	kill "${entering[$user]}"
	wait "${entering[$user]}"
	is "none of the $user's enters ran elsewhere or failed otherwise" $? 0
	said=$(<"$work/$user")
	echo "# $user: ${said//$'\n'/, }"
	like "many of the $user's enters ran in the right root" "$said" 'ran [1-9]'
	like "many of the $user's enters were refused" "$said" 'refused [1-9]'
done
ok 'a stop after two hundred starts and stops succeeds' chroot-mounts stop
is_clean

# Who only looks joins the namespace for it: a stop must not take that for somebody inside.
chroot-mounts -q start demo
strace -qq -o /dev/null -e trace=setns -e inject=setns:delay_exit=300000:when=1 \
	chroot-mounts -q status demo 8>&- &
looking=$!
looks() { [ "$(readlink /proc/[0-9]*/ns/mnt | sort -u | wc -l)" -gt 1 ]; }
await looks
ok 'stop succeeds while status looks' chroot-mounts stop demo
wait "$looking"
is 'status that looked comes to its end' $? 0
# So it is with a stop that looks into a namespace which somebody has open, for holders of its own
# root: another stop may find it there.
chroot-mounts -q start demo games
chroot-enter games /bin/busybox unshare -m /bin/busybox sleep 100 8>&- &
await pgrep -f '^/bin/busybox sleep' >/dev/null
exec 7<"/proc/$(pgrep -f '^/bin/busybox sleep')/ns/mnt"
copy=$(readlink /proc/self/fd/7)
strace -qq -o /dev/null -e trace=setns -e inject=setns:delay_exit=300000 \
	chroot-mounts -q stop demo 8>&- &
looking=$!
looks_into_copy() { readlink /proc/[0-9]*/ns/mnt | grep -cFx "$copy" | grep -qx 2; }
ok 'a stop looks into a namespace that another root has made' await looks_into_copy
like 'a stop of the root whose namespace is open names the holder' "$(chroot-mounts stop games 2>&1)" \
	"games: is held from outside by $$ "
wait "$looking"
is 'the stop that looked into the namespace comes to its end' $? 0
exec 7<&-
ok 'the root of the namespace that was open is stopped' chroot-mounts stop games

chroot-mounts -q start demo
exec 7<>/run/chroot-mounts/demo.lock
flock 7
like 'status does not wait for another command, and says so' "$(chroot-mounts status demo)" \
	'started +0 another command is at work on it'
exec 7>&-
ok 'the root is stopped when no other command is at work on it' chroot-mounts stop demo

# a stop that somebody has stopped by Ctrl-Z in the middle of its look
chroot-mounts -q start demo
exec 7</run/chroot-mounts
flock 7
timeout 120 chroot-mounts stop demo >"$work/turn" 2>&1 7<&- &
waiting=$!

for ((try = 0; try < 4; try++)); do
	await has_ended held && break
done
is 'a start whose lock is never let go of gives up' "$(<"$work/held.status")" 1
like 'a start that gives up says why' "$(<"$work/held.output")" 'another command has been at work on it for 30 seconds'
wait "$waiting"
is 'a stop that waits for the turn of another gives up' $? 1
like 'a stop that gives up says why' "$(<"$work/turn")" 'other commands have been looking at the processes for 30 seconds'
exec 7<&-
ok 'a stop succeeds once it is its turn' chroot-mounts stop demo
exec 8>&-
ok 'stop clears a lock away once it is free' chroot-mounts stop held
is 'nothing is left in the state directory but notes of stops' "$(find /run/chroot-mounts -mindepth 1 ! -name '*.stopped')" ''
done_testing
