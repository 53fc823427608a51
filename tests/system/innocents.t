#!/usr/bin/env bash
# stop ends the processes inside and no others: not for their parent.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
needs mmdebstrap
on_machines TREES='debian=debian demo=busybox'

tools=${BUILD:-$top/build}/system
install -m 755 "$tools/adopt" /usr/local/bin/
install -m 4755 "$tools/root-daemon" /usr/local/bin/
mkdir -m 777 "$work/pids"
configure debian 'root="/opt/debian"' 'users="alice"' 'stop_timeout=1'
configure demo 'root="/opt/demo"' 'groups="players"' 'stop_timeout=1'

is_alive() { kill -0 "$1" && ! grep -q '^State:.Z' "/proc/$1/status"; }
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
ok 'stop ends the processes of nested namespaces inside' fails run_on -u alice

chroot-mounts -q stop
