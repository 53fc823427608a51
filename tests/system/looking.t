#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# stop, status and ps look at processes while those are born and end, while numbers go from a root to
# others, and while another command looks too. strace holds a command up where one of these must come
# in between: it stops it (SIGSTOP) when it has made a certain system call.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
needs strace
on_machines 'TREES=demo=busybox games=busybox'

tools=${BUILD:-$top/build}/system
state=/run/chroot-mounts
pin=$state/demo/ns
configure demo 'root="/opt/demo"' 'stop_timeout=1'
configure games 'root="/opt/games"' 'stop_timeout=1'

begin() { chroot-mounts -q start demo; }
# In the background: $! is the process inside.
inside() { exec chroot-enter -d / demo /bin/busybox "$@" >/dev/null 2>&1; }
namespace_of() { readlink "/proc/$1/ns/mnt"; }
is_listed() { grep -q "^ *$1 " "$work/held.output"; }

# hold_up STRACE-OPTION... COMMAND...: in the background. $held is strace's pid, which ends as the
# command does, and $command the command's.
hold_up()
{
	resumed=0
	: >"$work/held.trace"
	strace -qq -o "$work/held.trace" "$@" >"$work/held.output" 2>"$work/held.errors" &
	held=$!
	await has_command
}
has_command() { command=$(pgrep -P "$held" -x chroot-mounts); }
is_held() { [ "$(grep -c 'stopped by SIGSTOP' "$work/held.trace")" -gt "$resumed" ]; }
go_on()
{
	resumed=$((resumed + 1))
	kill -CONT "$command"
}
# held_or_ended; finish: lets it go on to its end, however often it is held up; its status is $status.
held_or_ended() { is_held || ! kill -0 "$held" 2>/dev/null; }
has_finished()
{
	is_held && go_on
	is_ended "$held"
}
finish()
{
	await has_finished >/dev/null 2>&1
	wait "$held" 2>/dev/null
	status=$? errors=$(<"$work/held.errors")
}
# At the end of its first way through the processes, and before it looks at the first of them.
at_last_process=(-P /proc -e trace=getdents64 -e inject=getdents64:signal=STOP:when=2)
at_first_process=(-P /proc -e trace=getdents64 -e inject=getdents64:signal=STOP:when=1)

# A process is born behind the place in /proc that a look has come to.
begin
hold_up "${at_last_process[@]}" chroot-mounts ps demo
ok 'ps is held up at the end of /proc' await is_held
inside sleep 1000 &
late=$!
await is_inside "$late"
finish
is 'ps succeeds when a process came in while it read /proc' "$status" 0
ok 'ps lists a process that came in while it read /proc' is_listed "$late"
chroot-mounts -q stop
wait "$late" 2>/dev/null

# A number of a root's goes to a process of the host. mark: /run/openrc's mount id and superblock.
mark_of() { tr '\0' '\n' <"$state/demo/record" | sed -n 's,^filesystem=\(.*\):/run/openrc$,\1,p'; }
has_said() { [ -s "$work/$1" ]; }
# take KIND NUMBER: $taker is the process.
take()
{
	: >"$work/taken"
	"$tools/take-number" "$1" "$2" >"$work/taken" &
	taker=$!
	await has_said taken
	[ "$(<"$work/taken")" = taken ]
}
clear_away()
{
	local pid
	for pid; do
		kill -KILL "$pid"
		wait "$pid"
	done 2>/dev/null
	return 0
}
# hand_over COMMAND...: holds it up, and has those numbers taken by $owners then. Other programs of
# the computer may be faster; that is tried again.
hand_over()
{
	local try mark
	for ((try = 0; try < 50; try++)); do
		owners=()
		begin
		mark=$(mark_of)
		hold_up "$@"
		await is_held &&
			nsenter --mount="$pin" /bin/busybox umount /run/openrc &&
			take mount "${mark%:*}" && owners+=("$taker") &&
			take superblock "${mark#*:}" && owners+=("$taker") && return
		clear_away "$taker" "${owners[@]}"
		finish
		chroot-mounts -q stop
	done
	return 1
}
are_alive() { local pid; for pid; do is_alive "$pid" || return; done; }
are_listed() { local pid; for pid; do is_listed "$pid" && return; done; return 1; }

ok "two processes of the host take a mount's and a superblock's number while ps looks" \
	hand_over "${at_first_process[@]}" chroot-mounts ps demo
finish
is 'ps succeeds when numbers of a root went to others' "$status" 0
ok 'ps lists no process of the host for a number that was a root'"'"'s' fails are_listed "${owners[@]}"
clear_away "${owners[@]}"
chroot-mounts -q stop

ok "two processes of the host take a mount's and a superblock's number while stop looks" \
	hand_over "${at_first_process[@]}" chroot-mounts stop demo
finish
is 'stop succeeds when numbers of a root went to others' "$status$errors" 0
ok 'stop ends no process of the host for a number that was a root'"'"'s' are_alive "${owners[@]}"
clear_away "${owners[@]}"
chroot-mounts -q stop

ok "two processes of the host take a mount's and a superblock's number before stop looks for holders" \
	hand_over -P /opt/demo -e trace=readlink,readlinkat -e inject=readlink,readlinkat:signal=STOP:when=1 \
	chroot-mounts stop demo
finish
is 'stop names no process of the host as a holder for a number that was a root'"'"'s' "$status$errors" 0
ok 'stop spares who has such a number' are_alive "${owners[@]}"
clear_away "${owners[@]}"
chroot-mounts -q stop

# The other way round: what is mounted inside after stop has read the mounts there, when it has come to
# SIGKILL, is the root's too.
mkdir -p /opt/demo/mnt
begin
inside sh -c 'trap "" TERM; exec /bin/busybox sleep 1000' &
deaf=$!
is_deaf() { [ "$(tr '\0' ' ' <"/proc/$deaf/cmdline")" = '/bin/busybox sleep 1000 ' ]; }
await is_deaf
hold_up -e trace=pidfd_send_signal -e inject=pidfd_send_signal:signal=STOP chroot-mounts stop demo
has_killed()
{
	is_held || return
	grep -q SIGKILL "$work/held.trace" || { go_on && return 1; }
}
ok 'stop is held up when it has come to SIGKILL' await has_killed
nsenter --mount="$pin" /bin/busybox sh -c \
	'/bin/busybox mount -t tmpfs t /mnt && /bin/busybox cp /bin/busybox /mnt && exec /bin/busybox sleep 1000' &
mounter=$!
has_mounted() { [ "$(tr '\0' ' ' <"/proc/$mounter/cmdline")" = '/bin/busybox sleep 1000 ' ]; }
await has_mounted
chroot "/proc/$mounter/root/mnt" /busybox sleep 1000 &
standing=$!
stands_there() { [ "$(tr '\0' ' ' <"/proc/$standing/cmdline")" = '/busybox sleep 1000 ' ]; }
ok 'a process of the host has a new mount inside for its root directory' await stands_there
finish
is 'stop succeeds when something is mounted inside in the middle of it' "$status$errors" 0
ok 'stop ends a process that stands on what was mounted inside in the middle of it' is_ended "$standing"
clear_away "$standing" "$mounter" "$deaf"
chroot-mounts -q stop

# Another command looks at the same time. To look into a namespace is to join it, so a stop could take
# who looks for a process inside.
is_in() { [ "$(namespace_of "$command")" = "$1" ]; }
# held_in NAMESPACE: lets what is held up after each of its joins go on until it has joined that one.
has_joined()
{
	held_or_ended || return
	kill -0 "$held" 2>/dev/null || return 0
	is_in "$1" || { go_on && return 1; }
}
held_in() { await has_joined "$1" && is_held && is_in "$1"; }
at_each_join=(-e trace=setns -e inject=setns:signal=STOP)
# beside COMMAND...: while one is held up. Awaits that the command waits for it, by a lock, or has ended.
beside()
{
	: >"$work/beside.trace"
	strace -qq -o "$work/beside.trace" -e trace=flock "$@" >"$work/beside.output" 2>&1 &
	beside=$!
	await waits_or_ended
}
waits_or_ended() { grep -q EAGAIN "$work/beside.trace" || ! kill -0 "$beside" 2>/dev/null; }

for verb in status ps; do
	begin
	pinned=$(stat -L -c 'mnt:[%i]' "$pin")
	hold_up "${at_each_join[@]}" chroot-mounts "$verb" demo
	ok "$verb is held up in the namespace of its root" held_in "$pinned"
	beside chroot-mounts stop demo
	finish
	is "$verb comes to its end beside a stop of the same root" "$status" 0
	wait "$beside"
	is "stop of the same root succeeds beside $verb" $? 0
	chroot-mounts -q stop
done

# A namespace made inside games is held open on the host: a stop of demo looks into it for holders.
chroot-mounts -q start demo games
chroot-enter -d / games /bin/busybox unshare -m /bin/busybox sleep 1000 >/dev/null 2>&1 &
other=$!
runs_apart() { pgrep -P "$other" || [ "$(tr '\0' ' ' <"/proc/$other/cmdline")" = '/bin/busybox sleep 1000 ' ]; }
await runs_apart >/dev/null
copy=$(namespace_of "$other")
sh -c "exec sleep 1000 </proc/$other/ns/mnt" &
holder=$!
has_copy_open() { [ "$(readlink "/proc/$holder/fd/0")" = "$copy" ]; }
await has_copy_open
hold_up "${at_each_join[@]}" chroot-mounts stop demo
ok 'a stop is held up in a namespace that was made inside another root' held_in "$copy"
beside chroot-mounts stop games
finish
is 'the stop that looks comes to its end beside a stop of that other root' "$status" 0
wait "$beside"
is 'the stop of that other root finds the namespace held' $? 1
like 'the stop of that other root names the holder, and no other process' "$(<"$work/beside.output")" \
	"games: is held from outside by $holder \\(sleep\\), with a mount namespace made inside open; end that"
clear_away "$holder" "$other"
ok 'once the namespace is closed, that other root is stopped' chroot-mounts stop games

# What is pinned is emptied from inside by a stop of its own root, so a descriptor of it is no reason to
# join it: another stop that looks then would take the one that joined for somebody inside.
chroot-mounts -q start demo games
sh -c 'exec sleep 1000 </run/chroot-mounts/games/ns' &
holder=$!
has_pin_open() { [ "$(readlink "/proc/$holder/fd/0")" = /run/chroot-mounts/games/ns ]; }
await has_pin_open
ok "stop succeeds beside a process that has another root's pin open" \
	strace -f -qq -y -o "$work/joined" -e trace=setns chroot-mounts stop demo
ok 'stop joins the namespace of its root' grep -q '/demo/ns>' "$work/joined"
ok "stop does not join another root of which a process has the pin open" fails grep -q '/games/ns>' "$work/joined"
clear_away "$holder"
chroot-mounts -q stop

# Between the last look and the end of the mounts: a process that had the namespace open comes in, with
# a copy of its own, at each of stop's visits there.
begin
pinned=$(stat -L -c 'mnt:[%i]' "$pin")
latest=()
# nsenter has it open before the door is closed, as far as stop can tell.
come_in()
{
	nsenter --mount="$pin" /bin/busybox unshare -m /bin/busybox sleep 1000 >/dev/null 2>&1 &
	latest+=($!)
	await is_apart $!
}
is_apart() { is_inside "$1" && [ "$(namespace_of "$1")" != "$pinned" ]; }
has_stopped()
{
	if is_held; then
		! is_in "$pinned" || come_in
		go_on
	fi
	is_ended "$held"
}
hold_up "${at_each_join[@]}" chroot-mounts stop demo
await has_stopped >/dev/null 2>&1
wait "$held"
is 'stop succeeds when processes come in at each of its visits to the namespace' $? 0
ok 'processes came in both before the last look and after it' [ "${#latest[@]}" -ge 3 ]
are_ended() { local pid; for pid; do is_ended "$pid" || return; done; }
ok 'stop ends each process that came in with a copy of the namespace' are_ended "${latest[@]}"
clear_away "${latest[@]}"

# The mounts are away, and the last look for those inside is still to come: until then a superblock's
# number must not go to a filesystem of the host, whose namespace would be taken for one made inside.
begin
mark=$(mark_of)
hold_up -e trace=umount2 -e inject=umount2:signal=STOP:when=1 chroot-mounts stop demo
ok 'stop is held up when it has taken the mounts away' await is_held
ok 'the number of a superblock that start made goes to no other filesystem as long as stop looks' \
	fails take superblock "${mark#*:}"
finish
is 'stop succeeds when filesystems are mounted elsewhere in the middle of it' "$status$errors" 0
clear_away "$taker"

# A namespace made inside is known by its number once one process of it was looked into, so that one
# that ends before it can be is known too: nothing in the directory of such a one can be opened.
begin
inside unshare -m /bin/busybox sh -c '/bin/busybox sleep 1000 & wait' &
lasting=$!
is_second() { brief=$(pgrep -P "$lasting" -x busybox) && is_apart "$brief"; }
await is_second >/dev/null
# counts_without PID...: the processes that status counts when nothing of these can be opened.
counts_without()
{
	local pid strace=(strace -qq -o /dev/null -e trace=openat -e inject=openat:error=ESRCH)
	for pid; do
		strace+=(-P "/proc/$pid" -P "/proc/$pid/task" -P "/proc/$pid/task/$pid")
	done
	"${strace[@]}" chroot-mounts status demo | awk 'NR > 1 { print $3 }'
}
is 'status counts none of a namespace in which each process ends too soon' \
	"$(counts_without "$brief" "$lasting")" 0
is 'status counts a process that ends too soon once another of its namespace was looked into' \
	"$(counts_without "$brief")" 2
chroot-mounts -q stop
wait "$lasting" 2>/dev/null

cp "$tools/fork-chain" /opt/demo/chain
begin
inside unshare -m /bin/busybox sh -c '/bin/busybox sleep 1000 & exec /chain 1' &
is_running() { pgrep -x chain && pgrep -f -x '/bin/busybox sleep 1000'; }
await is_running >/dev/null
began=${EPOCHREALTIME/./}
ok 'stop succeeds with a program inside that forks in a namespace of its own faster than one can look' \
	chroot-mounts stop demo
echo "# $((${EPOCHREALTIME/./} - began)) microseconds"
ok 'stop ends a program that forks in a namespace of its own' fails run_on -x 'chain|busybox'
chroot-mounts -q stop

# Each user may make namespaces of as many processes as their limits allow: the mounts of each
# namespace are read once.
begin
unshare -m sh -c 'for number in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do sleep 1000 & done; wait' &
many=$!
are_many() { [ "$(pgrep -P "$many" -c -x sleep)" = 20 ]; }
await are_many
strace -qq -o "$work/opens" -P mountinfo -e trace=openat chroot-mounts ps demo >/dev/null
ok "ps reads the mounts of a host's namespace once, and not for each of 20 processes in it" \
	[ "$(grep -c . "$work/opens")" -lt 10 ]
# shellcheck disable=SC2046 # words
clear_away $(pgrep -P "$many") "$many"
chroot-mounts -q stop

# openat2 answers EAGAIN where a rename or a mount of the whole machine races with a path that leaves
# a directory again (openat2(2)).
ok 'start succeeds when every other path inside has to be opened twice' \
	strace -qq -o /dev/null -e trace=openat2 -e inject=openat2:error=EAGAIN:when=1+2 chroot-mounts -q start demo
ok 'the root that was started so can be entered' chroot-enter -d / demo /bin/busybox true
chroot-mounts -q stop

# Only a namespace with a higher id than the host's can be pinned (mnt_ns_loop()).
"$tools/high-namespace" true
if [ $? = 77 ]; then
	echo '# ids of namespaces rise in one order here'
else
	ok 'start and stop succeed on a host of which the namespace has a higher id than the next ones get' \
		"$tools/high-namespace" sh -c 'chroot-mounts -q start demo && chroot-mounts stop demo'
	# Each processor that it came to would have lower ids to give.
	set_affinity() { grep -o 'sched_setaffinity(0, [0-9]*, \[[0-9, ]*\]' "$work/tries"; }
	ok 'start succeeds there under strace' "$tools/high-namespace" sh -c \
		'strace -qq -o "$0" -e trace=unshare,sched_setaffinity chroot-mounts -q start demo && chroot-mounts -q stop demo' \
		"$work/tries"
	like 'start stays on one processor until a namespace has a high id' "$(set_affinity | head -n 1)" '\[[0-9]+\]$'
	is 'start is kept on one processor, and let go, once each' "$(set_affinity | wc -l)" 2
	ok 'start has tried no more often than a batch has ids, and a few' [ "$(grep -c '^unshare' "$work/tries")" -lt 4200 ]
fi
done_testing
