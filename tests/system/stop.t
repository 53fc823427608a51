#!/usr/bin/env bash
# Stop ends whatever is inside, however it hides, and nobody else.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
needs mmdebstrap strace
on_machines TREES=debian=debian

root=/opt/debian
pids=()
configure debian "root=$root" 'users="alice"' 'stop_timeout=1'
# In the background of no shell of ours, so that nobody waits for it.
inside() { as alice chroot-enter -d / debian "$@" >/dev/null 2>&1 & }
host() { "$@" >/dev/null 2>&1 & pids+=($!); }
processes() { chroot-mounts status | awk '$1 == "debian" { print $3 }'; }
are_inside() { [ "$(processes)" = "$1" ]; }
is_alive() { kill -0 "$1"; }
are_alive() { local pid; for pid; do is_alive "$pid" || return 1; done; }

# nobody_is_left WHAT: after a stop that must succeed.
nobody_is_left()
{
	ok "$1: stop succeeds" chroot-mounts stop
	ok "$1: no process of alice is left" fails pgrep -u alice
	ok "$1: nothing is pinned" fails has_pins
	chroot-mounts -q start
}
begin() { chroot-mounts -q start; }

begin
inside sleep 1000
inside sh -c 'trap "" TERM; while :; do read -r x </dev/zero; done'
inside sh -c 'kill -STOP $$'
await are_inside 3
nobody_is_left 'a sleeper, one that ignores SIGTERM, and a stopped one'

inside unshare -Urm sleep 1000
inside unshare -Urm sh -c 'mount --make-rprivate /; exec sleep 1000'
inside bwrap --ro-bind / / --unshare-pid sleep 1000
inside bwrap --ro-bind /usr /usr --symlink usr/lib /lib --symlink usr/lib64 /lib64 --symlink usr/bin /bin --proc /proc sleep 1000
inside unshare -Urm bwrap --ro-bind /usr /usr --symlink usr/lib /lib --symlink usr/lib64 /lib64 --symlink usr/bin /bin sleep 1000
await are_inside 9
nobody_is_left 'sandboxes in sandboxes'

# known by its parent alone, which ends first: nothing of the root's own is left in its namespace
cp "$(command -v busybox)" "$root/bin/busybox"
inside sh -c 'unshare -Urm sh -c "mount -t tmpfs t /mnt; mkdir /mnt/bin /mnt/old /mnt/dev
	mount --make-rprivate /; mount --bind /bin /mnt/bin; mount --bind /dev /mnt/dev
	cd /mnt; busybox pivot_root . old; /bin/busybox umount -l /old
	trap : TERM; while :; do /bin/busybox sleep 0.1; done"; true'
hidden() { grep -L ' /old' /proc/[0-9]*/mountinfo 2>/dev/null | xargs grep -l '/mnt\|- tmpfs t ' 2>/dev/null | head -n 1; }
is_hidden() { [ -n "$(hidden)" ]; }
await is_hidden
ok 'one hides with nothing of the root in its mountinfo' is_hidden
nobody_is_left 'one that hides behind its parent'

cp "${BUILD:-$top/build}/system/fork-chain" "$root/chain"
for chains in 1 4; do
	inside /chain "$chains"
	await pgrep -x chain >/dev/null
	nobody_is_left "a program that forks faster than one can look ($chains)"
done

as alice chroot-enter -d / debian sh -c 'for i in $(seq 300); do sleep 1000 & done' >/dev/null 2>&1
await are_inside 300
ok 'more processes than descriptors: stop succeeds' sh -c 'ulimit -n 100; exec chroot-mounts stop'
ok 'and nobody is left' fails pgrep -u alice
begin




# Innocents: on the host, with something of the tree in hand.
cp /bin/sleep "$work/x) (y"
host "$work/x) (y" 1000
(cd "$root/usr/bin" && exec sleep 1000) & pids+=($!)
host sh -c "exec sleep 1000 <$root/etc/passwd"
host unshare -m sleep 1000
host unshare -m sh -c 'mount -t tmpfs t /mnt; exec sleep 1000'
host unshare -m sh -c "mount --bind $root /mnt; exec sleep 1000"
host as bob unshare -Urm sleep 1000
host unshare -m chroot "$root" /bin/sleep 1000
await are_alive "${pids[@]}"
inside sleep 1000
await are_inside 1
ok 'with innocents about: stop succeeds' chroot-mounts stop
ok 'and every innocent lives' are_alive "${pids[@]}"

# Numbers that were ours once: a superblock's, when somebody inside has unmounted it.
begin
chroot-enter debian umount /run/openrc
host unshare -m sh -c 'mount -t tmpfs t /mnt; exec sleep 1000'
host unshare -m sh -c 'mount -t tmpfs t /mnt; mount -t tmpfs t /srv; exec sleep 1000'
await are_alive "${pids[@]}"
is 'a superblock number that went to somebody else proves nothing' "$(processes)" 0
ok 'nor at stop' chroot-mounts stop
ok 'where they live on' are_alive "${pids[@]}"

# The namespace's own, while stop looks again after everything is gone.
begin
strace -qq -f -o /dev/null -e trace=umount2 -e inject=umount2:delay_exit=500000:when=1 chroot-mounts stop &
stopping=$!
for ((i = 0; i < 20; i++)); do
	host unshare -m sleep 1000
done
wait "$stopping"
is 'stop ends well while namespaces are made elsewhere' $? 0
ok 'and hits none of them' are_alive "${pids[@]}"

# A mount's, when it went away while stop was waiting: seen from a chroot, the mount is not even
# in its owner's own mountinfo.
mkdir -p /opt/plain/bin /run/user/1000
cp "$(command -v busybox)" /opt/plain/bin/busybox
mount -t tmpfs t /run/user/1000
begin
inside sh -c 'trap "" TERM; echo > /tmp/waits; while :; do read -r x </dev/zero; done'
await test -e /tmp/waits
chroot-mounts stop &
stopping=$!
await sh -c '[ -e /run/chroot-mounts/debian/record.stopping ]'
umount /run/user/1000
for ((i = 0; i < 6; i++)); do
	host unshare -m chroot /opt/plain /bin/busybox sleep 1000
done
wait "$stopping"
is 'stop ends well while the host unmounts something' $? 0
ok 'and a mount number that went to somebody else proves nothing' are_alive "${pids[@]}"

# Somebody who had the namespace open comes in between the last look and the end of its mounts.
begin
strace -qq -o /dev/null -e trace=setns -e inject=setns:delay_enter=700000 \
	chroot-enter -d / debian unshare -m sleep 1000 >/dev/null 2>&1 &
late=$!
holds_pin() { readlink /proc/[0-9]*/fd/* 2>/dev/null | grep 'chroot-mounts/debian/ns'; }
await holds_pin >/dev/null
(strace -qq -o /dev/null -e trace=umount2 -e inject=umount2:delay_enter=1500000:when=1 chroot-mounts stop; exit $?) >/dev/null 2>&1
is 'a late one does not make stop fail' $? 0
ok 'and is ended too' await is_ended "$late"

# A call that fails is no proof that nothing is pinned.
begin
inside sleep 1000
await are_inside 1
(strace -qq -o /dev/null -e trace=ioctl -e inject=ioctl:error=EIO:when=1 chroot-mounts stop; exit $?) >/dev/null 2>&1
ok 'when the pin cannot be looked at, it stays' has_pins
nobody_is_left 'when the pin can be looked at again'

# The record of another version.
inside sh -c '(setsid unshare -Urm sleep 1000 &)'
await are_inside 1
sed -i 's/^version=[0-9]*/version=9/' /run/chroot-mounts/debian/record
is 'by a record of another version, sandboxes are known too' "$(processes)" 1
nobody_is_left 'of another version'

# A stop that was interrupted is gone on with.
begin
inside sleep 1000
await are_inside 1
(strace -qq -o /dev/null -e trace=umount2 -e inject=umount2:signal=KILL:when=1 chroot-mounts stop; exit $?) >/dev/null 2>&1
like 'after a stop that was killed, status says so' "$(chroot-mounts status)" 'damaged'
run chroot-mounts start
is 'start does not pass it over' "$status" 1
like 'and says what mends it' "$errors" 'chroot-mounts stop debian'
run as alice chroot-enter debian true
is 'nobody enters' "$status" 125
ok 'another stop finishes' chroot-mounts stop
ok 'and nothing is pinned' fails has_pins

# The superuser inside takes everything away.
begin
chroot-enter debian umount -l /
like 'without its / it is damaged' "$(chroot-mounts status)" 'damaged'
run as alice chroot-enter -d / debian true
is 'and cannot be entered' "$status" 125
like 'which is said with what mends it' "$errors" 'rc-service chroot-mounts restart'
run chroot-mounts start
is 'start says it too' "$status" 1
ok 'stop takes it away' chroot-mounts stop
ok 'and start makes it anew' chroot-mounts start
ok 'which can be entered' as alice chroot-enter -d / debian true
chroot-mounts -q stop
kill "${pids[@]}"
