#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# stop ends the processes inside and no others: not for their parent, not for their working
# directory, and not for a number that another PID namespace gave them.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
needs mmdebstrap
on_machines TREES='debian=debian demo=busybox'

tools=${BUILD:-$top/build}/system
install -m 755 "$tools/adopt" "$tools/thread-apart" /usr/local/bin/
install -m 4755 "$tools/root-daemon" /usr/local/bin/
mkdir -m 777 "$work/pids"
configure debian 'root="/opt/debian"' 'users="alice"' 'stop_timeout=1'
configure demo 'root="/opt/demo"' 'groups="players"' 'stop_timeout=1'

has_command() { [ "$(tr '\0' ' ' <"/proc/$1/cmdline")" = "$2 " ]; }
parent_of() { sed -n 's/^PPid:\t//p' "/proc/$1/status"; }
count_in() { chroot-mounts status "$1" | awk 'NR > 1 { print $3 }'; }
is_listed_in() { chroot-mounts ps "$1" | awk '{ print $1 }' | grep -qx "$2"; }
begin() { chroot-mounts -q start && rm -f "$work/pids"/*; }

# sleeps_inside: the one process inside; $sleeper is its pid, $there its root directory.
sleeps_inside() { sleeper=$(pgrep -x -f 'sleep 2000') && is_inside "$sleeper" && there=/proc/$sleeper/root; }
# sleep_in ROOT [COMMAND...]: with the command, by that user.
sleep_in()
{
	local root=$1
	shift
	"$@" chroot-enter -d / "$root" sleep 2000 >/dev/null 2>&1 &
	await sleeps_inside
}
# What a test that failed has left.
clear_away()
{
	local pid
	for pid; do
		kill -KILL "$pid"
		await is_ended "$pid"
	done
	chroot-mounts stop
} >/dev/null 2>&1

# elsewhere PROC COMMAND: in a child PID namespace with "its" own /proc or the "host's". Processes are
# started there before, up to one with the number of the process inside (ns_last_pid, proc(5)); those that
# the command ended go to $ended.
cat >"$work/elsewhere" <<'END'
echo "$(($2 - 1))" >/proc/sys/kernel/ns_last_pid
while :; do
	sleep 3000 &
	innocents="$innocents $!"
	[ "$!" -lt "$2" ] || break
done
[ "$1" != its ] || mount -t proc proc /proc
sh -c "$3" >"$4/output" 2>"$4/errors"
echo $? >"$4/status"
[ "$1" != its ] || umount /proc
for pid in $innocents; do
	kill -0 "$pid" 2>/dev/null || echo "$pid"
done >"$4/ended"
END
elsewhere()
{
	unshare --pid --fork --kill-child sh "$work/elsewhere" "$1" "$sleeper" "$2" "$work/pids"
	status=$(<"$work/pids/status") output=$(<"$work/pids/output")
	errors=$(<"$work/pids/errors") ended=$(<"$work/pids/ended")
}
outer='chroot-mounts: cannot look at processes: /proc belongs to an outer PID namespace; use this command outside of unshare --pid or the container'
other="chroot-mounts: debian: was started in another PID namespace, so not every process inside is seen: use this command there, or in the machine's initial PID namespace"

for verb in start stop status ps '-j status' '-j ps'; do
	begin
	sleep_in debian as alice
	elsewhere "host's" "chroot-mounts $verb"
	is "'$verb' is refused in a child PID namespace with the host's /proc, and prints nothing" "$status:$output" 1:
	is "'$verb' in a child PID namespace says that /proc belongs to an outer one" "$errors" "$outer"
	is "'$verb' ends no process of the child PID namespace with the host's /proc" "$ended" ''
	elsewhere its "chroot-mounts $verb debian"
	is "'$verb debian' is refused in a child PID namespace with its own /proc" "$status" 1
	is "'$verb debian' in a child PID namespace prints no process and no number" "${output/'{"roots": []}'/}" \
		"$([ "$verb" != '-j ps' ] || echo '{"processes": []}')"
	is "'$verb debian' in a child PID namespace says that the root was started in another one" "$errors" "$other"
	is "'$verb debian' ends no process of the child PID namespace with its own /proc" "$ended" ''
	ok "the process inside outlives '$verb' in child PID namespaces" is_alive "$sleeper"
	is "on the host, status counts the process inside after '$verb' was refused" "$(count_in debian)" 1
	ok "on the host, stop succeeds after '$verb' was refused" chroot-mounts stop
	ok "on the host, stop ends the process inside after '$verb' was refused" await is_ended "$sleeper"
	ok "on the host, stop leaves no pin after '$verb' was refused" fails has_pins
	clear_away "$sleeper"
done

chroot-mounts -q start debian
sleep_in debian as alice
elsewhere its 'chroot-mounts start demo && chroot-mounts status demo && chroot-mounts ps demo && chroot-mounts stop'
is 'stop takes a root away that was started in the same child PID namespace, and leaves another one' \
	"$status:$(ls -I '*.*' /run/chroot-mounts)" 1:debian
is 'stop refuses the other root in the child PID namespace' "${errors##*$'\n'}" "$other"
ok 'the process inside the other root lives' is_alive "$sleeper"
ok 'the other root can still be entered' as alice chroot-enter -d / debian true

record=/run/chroot-mounts/debian/record
recorded() { tr '\0' '\n' <$record | sed -n 's/^pid_namespace=//p'; }
own=$(stat -L -c %i /proc/self/ns/pid)
is 'start records its PID namespace' "$(recorded)" "$own"
configure debian 'root="/opt/debian"' 'users="alice"' 'stop_timeout=1' 'extra_mounts="tmpfs /mnt tmpfs size=1m"'
ok 'a root can be reloaded' chroot-mounts reload debian
is 'reload keeps the PID namespace of the start' "$(recorded)" "$own"
sed -z -i '/^pid_namespace=/d' $record
ok 'reload succeeds with a record that names no PID namespace' chroot-mounts reload debian
elsewhere "host's" 'chroot-mounts stop debian'
is "stop is refused with the host's /proc, whatever the record names" "$status:$errors" "1:$outer"
is "stop ends no process of the child PID namespace, whatever the record names" "$ended" ''
is 'start succeeds with a record that names no PID namespace' "$(chroot-mounts start debian 2>&1; echo $?)" 0
is 'status counts with a record that names no PID namespace' "$(count_in debian)" 1
ok 'ps lists with a record that names no PID namespace' is_listed_in debian "$sleeper"
ok 'stop succeeds with a record that names no PID namespace' chroot-mounts stop debian
ok 'stop ends the process inside with a record that names no PID namespace' await is_ended "$sleeper"
clear_away "$sleeper"
configure debian 'root="/opt/debian"' 'users="alice"' 'stop_timeout=1'

# Descent. spares WHAT PID: the process is not listed, and outlives a stop that succeeds.
spares()
{
	is "the parent of $1 is inside" "$(parent_of "$2")" "$sleeper"
	ok "ps does not list $1" fails is_listed_in debian "$2"
	is "status does not count $1" "$(count_in debian)" 1
	ok "stop succeeds beside $1" chroot-mounts stop debian
	ok "stop spares $1" is_alive "$2"
	ok "stop ends the process inside beside $1" await is_ended "$sleeper"
	clear_away "$2" "$sleeper"
}

# leaves_job USER COMMAND: a shell of the user's starts it as a job on the host, then goes inside.
leaves_job()
{
	local job
	begin
	as "$1" sh -c "$2 >/dev/null 2>&1 & echo \$! >$work/pids/job; exec chroot-enter -d / debian sleep 2000" >/dev/null 2>&1 &
	await sleeps_inside
	job=$(<"$work/pids/job")
	await has_command "$job" 'sleep 1000'
	spares "the job '$2' of a shell of $1's that went inside" "$job"
}
leaves_job alice 'sleep 1000'
leaves_job root 'sleep 1000'
leaves_job root 'chroot /opt/demo /bin/sleep 1000'
# sessions, each in a copy of the host's namespace
leaves_job root 'unshare -m sleep 1000'
leaves_job root 'unshare -m --propagation shared setpriv --reuid=alice --regid=alice --init-groups sleep 1000'
leaves_job alice 'unshare -Urm sleep 1000'

begin
as alice adopt root-daemon chroot-enter -d / debian sleep 2000 >/dev/null 2>&1 &
await sleeps_inside
spares 'a daemon of the superuser that a user adopted (PR_SET_CHILD_SUBREAPER)' "$(pgrep -x root-daemon)"

begin
sh -c "sleep 1000 & echo \$! >$work/pids/job; chroot-enter -d / debian sleep 2000; :" >/dev/null 2>&1 &
await sleeps_inside
job=$(<"$work/pids/job")
ok "stop succeeds beside a job of the superuser's shell" chroot-mounts stop debian
ok "stop spares a job of the superuser's shell" is_alive "$job"
clear_away "$job" "$sleeper"

# Descent is what the last of these is known by.
begin
as alice chroot-enter -d / debian sh -c 'unshare -Urm sleep 1000 & bwrap --ro-bind / / sleep 1000 &
	unshare -Urm bwrap --ro-bind /usr /usr --symlink usr/lib /lib --symlink usr/lib64 /lib64 --symlink usr/bin /bin sleep 1000 &
	wait' >/dev/null 2>&1 &
are_three() { [ "$(pgrep -u alice -c -x -f 'sleep 1000')" = 3 ]; }
ok 'unshare -Urm, bwrap, and bwrap with partial binds below unshare -Urm run inside' await are_three
ok 'stop succeeds with nested namespaces inside' chroot-mounts stop debian
ok 'stop ends the processes of nested namespaces inside' await fails run_on -u alice

# The working directory. visit COMMAND...: executes it on the host, in a directory inside.
visit()
{
	(cd "$there/tmp" && exec "$@") >/dev/null 2>&1 &
	visitor=$!
	await has_command "$visitor" 'sleep 1000'
}
stands_inside() { [ "$(stat -L -c %d:%i "/proc/$1/cwd")" = "$(stat -L -c %d:%i "$there/tmp")" ] && ! is_inside "$1"; }
to_alice=(setpriv --reuid=alice --regid=alice --init-groups)
to_bob=(setpriv --reuid=bob --regid=bob --init-groups)

# names WHAT PID COMMAND: the process is not listed; stop fails, names it, and leaves it alone.
names()
{
	ok "ps does not list $1" fails is_listed_in debian "$2"
	run chroot-mounts stop debian
	is "stop fails for $1" "$status" 1
	is "stop names $1" "$errors" "chroot-mounts: debian: is held from outside by $2 ($3), with the working directory in it; end the holder, then type chroot-mounts stop debian"
	ok "stop spares $1" is_alive "$2"
	ok "stop ends the process inside beside $1" await is_ended "$sleeper"
	kill -KILL "$2" 2>/dev/null
	await is_ended "$2" >/dev/null 2>&1
	ok "stop succeeds after the end of $1" chroot-mounts stop debian
	clear_away "$sleeper"
}
# ends WHAT ROOT: the process is listed, and stop ends it.
ends()
{
	ok "ps lists $1" is_listed_in "$2" "$visitor"
	ok "stop succeeds with $1" chroot-mounts stop "$2"
	ok "stop ends $1" await is_ended "$visitor"
	clear_away "$visitor" "$sleeper"
}

begin
sleep_in debian as alice
as alice sh -c "cd $there/tmp && exec root-daemon" >/dev/null 2>&1
visitor=$(pgrep -x root-daemon)
ok 'a user can put a daemon of the superuser inside' stands_inside "$visitor"
names 'a daemon of the superuser that a user put inside' "$visitor" root-daemon

begin
sleep_in debian as alice
visit sleep 1000
ok "a process of the superuser's stands inside" stands_inside "$visitor"
names "a process of the superuser's that stands inside" "$visitor" sleep

begin
sleep_in debian as alice
visit unshare -m sleep 1000
names "a process of the superuser's that stands inside, in a copy of the host's namespace" "$visitor" sleep

begin
sleep_in debian as alice
as alice sh -c "cd $there/tmp && echo \$\$ >$work/pids/visitor && exec sleep 1000" >/dev/null 2>&1 &
await test -s "$work/pids/visitor"
visitor=$(<"$work/pids/visitor")
await has_command "$visitor" 'sleep 1000'
ok 'a listed user can let a process of the host stand inside' stands_inside "$visitor"
ends "a listed user's process that stands inside" debian

begin
sleep_in debian as alice
visit unshare -m "${to_alice[@]}" sleep 1000
ends "a listed user's process that stands inside, in a copy of the host's namespace" debian

begin
sleep_in debian as alice
visit "${to_bob[@]}" sleep 1000
names 'a process of an unlisted user that stands inside' "$visitor" sleep

begin
sleep_in debian as alice
visit "${to_alice[@]}" --inh-caps=+net_bind_service --ambient-caps=+net_bind_service sleep 1000
like "a listed user's process can have a capability" "$(<"/proc/$visitor/status")" 'CapPrm:.0+4'
names "a listed user's process that stands inside and has a capability" "$visitor" sleep

begin
sleep_in debian as alice
visit setpriv --ruid=alice --euid=bob --regid=alice --init-groups sleep 1000
names 'a process with the uids of two users that stands inside' "$visitor" sleep

begin
sleep_in debian as alice
thread-apart "$there/tmp" 1000 >"$work/pids/apart" &
visitor=$!
await test -s "$work/pids/apart"
names 'a process of the superuser of which a thread that became a listed user stands inside' "$visitor" thread-apart

begin
sleep_in demo
visit "${to_alice[@]}" sleep 1000
ends 'a process that stands inside and has a listed group among others' demo

begin
sleep_in demo
visit setpriv --reuid=bob --regid=players --clear-groups sleep 1000
ends 'a process that stands inside and has a listed group for its own' demo

# The root directory proves as much as ever.
begin
sleep_in demo
chroot "$there" /bin/sleep 1000 &
visitor=$!
await has_command "$visitor" '/bin/sleep 1000'
ok "a process of the host's namespace can have its root directory inside" fails is_inside "$visitor"
ends "a process of the superuser's with its root directory inside" demo
chroot-mounts -q stop
done_testing
