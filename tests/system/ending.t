#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# How stop ends the processes inside: each has its chance to save, none is lost on the way, and a
# number that the kernel gave to another process or mount proves nothing. Each case is about one
# defence, and fails without it.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
needs strace
on_machines TREES='demo=busybox games=busybox'

tools=${BUILD:-$top/build}/system
root=/opt/demo
install -m 755 "$tools/descend" "$root/"
install -m 755 "$tools/join-later" "$tools/thread-holds" /usr/local/bin/
mkdir "$work/pids"
# /tmp is the roots' too: what the programs inside say is there, and what is written to go lets one
# of them go on
mkfifo -m 666 /tmp/go
exec {go}<>/tmp/go

# begin STOP_TIMEOUT
begin()
{
	configure demo "root=$root" 'users="alice"' "stop_timeout=$1"
	chroot-mounts -q start
}
inside() { as alice chroot-enter -d / demo "$@" >/dev/null 2>&1 & }
processes() { chroot-mounts status demo | awk 'NR > 1 { print $3 }'; }
are_inside() { [ "$(processes)" = "$1" ]; }
has_ended() { ! is_alive "$1"; }
is_suspended() { grep -q '^State:.T' "/proc/$1/status"; }
is_nobody_left() { ! run_on -u alice; }
# clear_away PID...: what a test that failed has left.
clear_away()
{
	local pid
	for pid in "$@" $(pgrep -u alice); do
		kill -KILL "$pid"
		await has_ended "$pid"
	done
	chroot-mounts stop
	rm -f /tmp/*.said
	while read -r -t 0.01 -u "$go"; do :; done
} >/dev/null 2>&1

# A program that says each SIGTERM, and saves when it is let go.
# shellcheck disable=SC2016 # for the shell inside
slow_to_end='trap "echo told >>/tmp/$name.said" TERM
echo begun >/tmp/$name.said
until read -r word </tmp/go; do :; done
echo saved >>/tmp/$name.said'
said() { tr '\n' ' ' <"/tmp/$1.said"; }
has_said() { [[ "$(said "$1")" == *"$2 "* ]]; } 2>/dev/null
let_go() { echo go >&"$go"; }
# comes_in NAME PID: another such program while stop runs, by the namespace of a process inside. Stop is
# suspended until the program is ready for SIGTERM.
comes_in()
{
	kill -STOP "$stopping"
	nsenter --mount="/proc/$2/ns/mnt" /bin/sh -c "name=$1; $slow_to_end" >/dev/null 2>&1 &
	await has_said "$1" begun
	kill -CONT "$stopping"
}

# SIGTERM
begin 60
inside sh -c "name=first; $slow_to_end"
await has_said first begun
chroot-mounts stop demo & stopping=$!
ok 'stop sends SIGTERM to a process inside' await has_said first told
comes_in second "$(pgrep -u alice -x sh | tail -n 1)"
ok 'stop sends SIGTERM to a process that comes in while stop waits' await has_said second told
ok 'stop waits for a process that is slow to end' is_alive "$stopping"
let_go
let_go
ok 'stop ends as soon as the last process has ended' await has_ended "$stopping"
wait "$stopping"
is 'stop succeeds after processes that were slow to end' $? 0
for name in first second; do
	is "the $name process gets SIGTERM once, and time to save" "$(said "$name")" 'begun told saved '
done
clear_away

begin 2
# shellcheck disable=SC2016 # for the shell inside
inside sh -c 'trap "echo saved >/tmp/suspended.said; exit" TERM; echo begun >/tmp/suspended.said; kill -STOP $$; read -r word </tmp/go'
await has_said suspended begun
suspended=$(pgrep -u alice -x sh | tail -n 1)
ok 'a process inside is stopped by SIGSTOP' await is_suspended "$suspended"
ok 'stop succeeds with a stopped process inside' chroot-mounts stop demo
is 'a stopped process inside goes on at SIGTERM, and saves' "$(said suspended)" 'saved '
clear_away

# Those that are known by descent alone (descend.c).
child_of() { pgrep -P "$1"; }
has_child() { child_of "$1" >/dev/null; }
is_hidden() { [ "$(wc -l <"/proc/$1/mountinfo")" = 1 ]; }
# next_pid PID: of the process that is made next (ns_last_pid, proc(5)).
next_pid() { echo $(($1 - 1)) >/proc/sys/kernel/ns_last_pid; }
# descend PID CHILD_PID: the process has a child with that pid, or the next free one; sets $child.
descend()
{
	next_pid "$2"
	kill -USR1 "$1"
	await has_child "$1"
	child=$(child_of "$1")
	await is_hidden "$child"
}
# descendant PID: the first, on its way; sets $first.
enter_descend()
{
	next_pid "$1"
	inside /descend
	await pgrep -x descend >/dev/null
	first=$(pgrep -x descend)
	await are_inside 1
}

begin 1
enter_descend 20000
descend "$first" 10000
ok 'a child can have a lower pid than its parent, as when the pids have come round' test "$child" -lt "$first"
is 'a child that is known by descent alone counts, also with a lower pid than its parent' "$(processes)" 2
ok 'stop succeeds with a child that has a lower pid than its parent' chroot-mounts stop demo
ok 'stop ends a child that has a lower pid than its parent' await is_nobody_left
clear_away

begin 0
inside /descend breed
are_many() { [ "$(processes)" -gt 20 ]; }
ok 'a process deaf to SIGTERM can have child upon child that are known by descent alone' await are_many
ok 'stop succeeds while one inside has child upon child' chroot-mounts stop demo
ok 'stop ends each child of one that has child upon child' await is_nobody_left
clear_away

# Stop with pauses between its looks at all processes: where it closes /proc, which it has read whole
# then. A stop of nobody tells which of its closings are those.
begin 0
strace -y -o "$work/trace" -e trace=openat,close,umount2 chroot-mounts stop demo
# closings all|late: of each look; of each after the mounts have gone.
closings()
{
	sed 's/<[^>]*>//g' "$work/trace" | awk -v which="$1" '
		/^openat\(.*"\/proc", / { is_proc[$NF] = 1; is_look[$NF] = !/O_PATH/ }
		/^umount2\(/ { has_gone = 1 }
		/^close\(/ {
			split($0, part, /[()]/)
			if (!is_proc[part[2]])
				next
			count++
			if (is_look[part[2]] && (which == "all" || has_gone))
				print count
			is_proc[part[2]] = 0
		}'
}
mapfile -t places < <(closings all)
mapfile -t late_places < <(closings late)
# stop_with_pauses WHEN: in the background, and paused there; $stopping, and $tracing above it.
stop_with_pauses()
{
	strace -o "$work/pauses" -P /proc -e trace=close -e "inject=close:signal=STOP:when=$1" \
		chroot-mounts stop demo 2>"$work/strace" & tracing=$!
	pauses=0
	await child_of "$tracing" >/dev/null
	stopping=$(child_of "$tracing")
}
is_paused() { [ "$(grep -c 'stopped by SIGSTOP' "$work/pauses")" -gt "$pauses" ]; }
go_on() { pauses=$((pauses + 1)) && kill -CONT "$stopping"; }
# Without heed of further pauses.
has_gone_on()
{
	! is_paused || go_on
	has_ended "$tracing"
}

begin 1
enter_descend 20000
stop_with_pauses "${places[0]-}+$((places[1] - places[0]))"
ok 'stop can be paused at the end of its first look' await is_paused
descend "$first" 10000
go_on
ok 'stop can be paused at the end of its second look' await is_paused
descend "$child" 5000
ok 'a child and its child come after the look that should have found them' test "$child" -lt "$first"
go_on
ok 'stop goes on' await has_gone_on
wait "$tracing"
is 'stop succeeds after children came behind its back' $? 0
ok 'stop looks again before it sends SIGTERM, and so loses no child that is known by descent alone' \
	await is_nobody_left
clear_away

begin 0
inside sh -c 'trap "" TERM; echo begun >/tmp/deaf.said; until read -r word </tmp/go; do :; done'
await has_said deaf begun
deaf=$(pgrep -u alice -x sh | tail -n 1)
stop_with_pauses "${places[0]-}+$((places[1] - places[0]))"
# twice before SIGTERM, and once more before SIGKILL
await is_paused
go_on
await is_paused
go_on
ok 'stop can be paused at the end of its third look' await is_paused
ok 'stop has suspended a process that is deaf to SIGTERM while it looks for children, before SIGKILL' \
	await is_suspended "$deaf"
go_on
ok 'stop goes on to SIGKILL' await has_gone_on
wait "$tracing"
is 'stop succeeds with a process that is deaf to SIGTERM' $? 0
ok 'stop ends a process that is deaf to SIGTERM' has_ended "$deaf"
clear_away

begin 0
join-later /run/chroot-mounts/demo/ns & late=$!
has_opened() { readlink "/proc/$late"/fd/* | grep -q chroot-mounts; }
await has_opened
stop_with_pauses "${late_places[2]-}"
ok 'stop can be paused in the third look after the mounts have gone' await is_paused
kill -USR1 "$late"
ok 'a process that had the namespace open joins it' await is_inside "$late"
go_on
ok 'stop goes on' await has_gone_on
wait "$tracing"
is 'stop succeeds with a process that joined late' $? 0
ok 'stop ends a process that joined behind its back when the mounts had gone' has_ended "$late"
clear_away "$late"

# What a single thread holds, apart from the others (CLONE_FS and CLONE_FILES, unshare(2)).
# thread_holds KIND PATH WORDS: a thread of the superuser's on the host, below the root directory inside.
thread_holds()
{
	local kind=$1 path=$2 words=$3 holder
	begin 1
	inside sleep 1000
	await pgrep -u alice -x sleep >/dev/null
	await are_inside 1
	: >"$work/held"
	thread-holds "$kind" "/proc/$(pgrep -u alice -x sleep)/root/$path" >"$work/held" & holder=$!
	await test -s "$work/held"
	run chroot-mounts stop demo
	is "stop fails while one thread of a process on the host has a $kind inside" "$status" 1
	like "stop names the process of which one thread has a $kind inside" "$errors" \
		"^chroot-mounts: demo: is held from outside by $holder \\(thread-holds\\), $words;"
	ok "stop spares the process of which one thread has a $kind inside" is_alive "$holder"
	kill "$holder"
	await has_ended "$holder"
	ok "stop succeeds once the thread with a $kind inside has ended" chroot-mounts stop demo
	clear_away
}
thread_holds directory bin 'with the working directory in it'
thread_holds file bin/busybox 'with a file of it open'

# A mount's number, which the kernel gives out again, the lowest first. The mounts inside go while
# stop waits, and each innocent mounts something until it has one of their numbers.
mkdir -p /opt/plain/bin /srv/reused
cp "$root/bin/busybox" /opt/plain/bin/busybox
cat >"$work/stand" <<'END'
number=0
until grep -qx "$(awk -v there="$there" '$5 == there { print $1 }' /proc/self/mountinfo)" "$1"; do
	number=$((number + 1))
	[ "$number" -lt 400 ] || exit
	there=/srv/reused/$$.$number
	mkdir "$there"
	mount --bind /opt "$there"
done
export there
echo $$ >"$2"
exec sh -c "$3"
END
begin 60
# shellcheck disable=SC2016 # for the shell inside
chroot-enter -d / demo sh -c 'for number in $(seq 300); do
	mkdir -p "/mnt/$number" && mount -t tmpfs mine "/mnt/$number" || exit; done'
chroot-enter -d / demo cat /proc/self/mountinfo | awk '$5 ~ "^/mnt/" { print $1 }' >"$work/freed"
is 'the superuser can mount something inside, three hundred times' "$(wc -l <"$work/freed")" 300
inside sh -c "name=first; $slow_to_end"
await has_said first begun
first=$(pgrep -u alice -x sh | tail -n 1)
chroot-mounts stop demo & stopping=$!
await has_said first told
(trap '' TERM; nsenter --mount="/proc/$first/ns/mnt" /bin/sh -c 'umount /mnt/*')
# A namespace of its own takes numbers for its copies, too; so those come first.
standers=() whats=()
# stands WHAT COMMAND [IN...]: below such a mount, $there; with IN, in a namespace of its own.
stands()
{
	local what=$1 command=$2
	shift 2
	rm -f "$work/pids/stander"
	"$@" sh "$work/stand" "$work/freed" "$work/pids/stander" "$command" >/dev/null 2>&1 &
	ok "$what stands on a mount whose number was freed inside" await test -s "$work/pids/stander"
	standers+=("$(cat "$work/pids/stander")")
	whats+=("$what")
}
# shellcheck disable=SC2016 # for the shell in stand
{
	as_alice='exec setpriv --reuid=alice --regid=alice --init-groups sleep 1000'
	stands 'a chroot in a mount namespace of its own' \
		'exec chroot "$there" /plain/bin/busybox sleep 1000' unshare -m
	stands 'a chroot in a mount namespace of its own, below the top of the mount' \
		'exec chroot "$there/plain" /bin/busybox sleep 1000' unshare -m
	stands "a listed user's process in a mount namespace of its own" 'cd "$there" && '"$as_alice" unshare -m
	stands 'a chroot of the host' 'exec chroot "$there" /plain/bin/busybox sleep 1000' env
	stands "a listed user's process of the host" 'cd "$there" && '"$as_alice" env
}
comes_in second "$first"
ok 'stop looks at all processes after the numbers went to others' await has_said second told
for i in "${!standers[@]}"; do
	ok "stop spares ${whats[i]} on a mount whose number was freed inside" is_alive "${standers[i]}"
done
let_go
let_go
wait "$stopping"
is 'stop succeeds while mount numbers go to others' $? 0
clear_away "${standers[@]}"
awk '$5 ~ "^/srv/reused/" { print $5 }' /proc/self/mountinfo | xargs -r umount

# Those that init adopts. In a PID namespace whose process 1 has entered, a daemon in a sandbox of its
# own has a parent that is inside, and nothing else to do with it.
cat >"$work/first" <<'END'
mount -t proc proc /proc
chroot-mounts -q start demo
(sh -c "echo \$\$ >$1/innocent; exec unshare -m chroot /opt/games /bin/sleep 1000" &)
(sh "$2" "$1" >"$1/log" 2>&1 &)
exec chroot-enter -d / demo /bin/sleep 1000
END
cat >"$work/beside" <<'END'
looks=0
until [ "$(readlink /proc/1/root)" ] &&
	[ "$(tr '\0' ' ' </proc/1/cmdline)" = '/bin/sleep 1000 ' ] &&
	[ "$(tr '\0' ' ' <"/proc/$(cat "$1/innocent")/cmdline")" = '/bin/sleep 1000 ' ]; do
	looks=$((looks + 1))
	[ "$looks" -lt 2000 ] || exit
done
innocent=$(cat "$1/innocent")
sed -n 's/^PPid:\t//p' "/proc/$innocent/status" >"$1/parent"
chroot-mounts ps demo | awk 'NR > 1 { print $1 }' >"$1/inside"
chroot-mounts stop demo
kill -0 "$innocent" && echo alive >"$1/is_alive" || echo ended >"$1/is_alive"
END
begin 1
chroot-mounts -q stop demo
unshare --pid --fork --kill-child sh "$work/first" "$work/pids" "$work/beside" & container=$!
await test -s "$work/pids/is_alive"
is 'a daemon on the host is adopted by a process 1 that is inside' "$(<"$work/pids/parent")" 1
is 'ps lists process 1 when it is inside, and not what it has adopted' "$(<"$work/pids/inside")" 1
is 'stop spares what process 1 has adopted, wherever that is' "$(<"$work/pids/is_alive")" alive
kill -KILL "$container"
await has_ended "$container"
umount /proc
# which is refused where that PID namespace is not seen
sed -z -i '/^pid_namespace=/d' /run/chroot-mounts/demo/record*
clear_away
done_testing
