#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# chroot-enter -b and --bind-ro: mounts for one entry, of which nobody else learns.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
needs strace
on_machines PROPAGATION=private PROPAGATION=shared

enter() { chroot-enter -d / "$@"; }
inside() { nsenter --mount=/run/chroot-mounts/games/ns "$@"; }
mounts_inside() { inside cat /proc/self/mountinfo; }
is_entered() { [ "$(chroot-mounts status | awk '$1 == "games" { print $3 }')" = 1 ]; }

configure games 'root="/opt/games"' 'users="alice"'
mkdir -p /srv/data/below /srv/other /srv/a:b '/srv/a\b' /opt/games/srv/data /opt/games/srv/place /opt/games/srv/second
echo data >/srv/data/file
echo other >/srv/other/file
echo colon >/srv/a:b/file
# shellcheck disable=SC1003 # a name
echo backslash >'/srv/a\b/file'
mount -t tmpfs -o nosuid below /srv/data/below
echo below >/srv/data/below/file
ok 'the root starts' chroot-mounts start
host=$(host_mounts)
pinned=$(mounts_inside)

# what is bound, and for whom
is 'a directory of the host is bound' "$(enter -b /srv/data:/srv/place games cat /srv/place/file)" data
is 'the mounts below a directory that is bound are seen inside' "$(enter -b /srv/data:/srv/place games cat /srv/place/below/file)" below
is 'a directory is bound in the same place if none is named' "$(enter --bind /srv/data games cat /srv/data/file)" data
is 'several directories can be bound' "$(enter -b /srv/data:/srv/place/ --bind=/srv/other/:/srv/second games \
	cat /srv/place/file /srv/second/file)" $'data\nother'
is 'a bind on another bind is made in their order' "$(enter -b /srv/data:/srv/place -b /srv/other:/srv/place/below games \
	cat /srv/place/below/file)" other
is 'a file of the host is bound' "$(enter -b /srv/other/file:/etc/passwd games cat /etc/passwd)" other
is 'a colon in a path is written with a backslash' "$(enter -b '/srv/a\:b:/srv/place' games cat /srv/place/file)" colon
is 'a backslash in a path is written with another backslash' "$(enter -b '/srv/a\\b:/srv/place' games cat /srv/place/file)" backslash
is 'a backslash that stands before another character is itself' \
	"$(enter -b '/srv/a\b:/srv/place' games cat /srv/place/file)" backslash
ok 'the next entry has none of the binds of the last one' fails enter games test -e /srv/place/file
is 'the namespace of the root is as it was after entries with binds' "$(mounts_inside)" "$pinned"
is 'the mounts of the host are as they were after entries with binds' "$(host_mounts)" "$host"
is 'no descriptor passes a bind but the three (and the one that ls reads)' \
	"$(enter -b /srv/data games ls /proc/self/fd | tr '\n' ' ')" '0 1 2 3 '
is 'the state of the suite does not come along with a bind of /run' "$(enter -b /run:/srv/place games ls /srv/place/chroot-mounts)" ''
cd /srv/data || exit
is 'the working directory is found in what was bound' "$(chroot-enter -b /srv/data games pwd)" /srv/data
cd / || exit

# how
ok 'what is bound can be written to' enter -b /srv/data:/srv/place games touch /srv/place/new /srv/place/below/new
run enter --bind-ro /srv/data:/srv/place games touch /srv/place/never
like 'a directory that is bound read-only cannot be written to' "$errors" 'Read-only file system'
run enter --bind-ro /srv/data:/srv/place games touch /srv/place/below/never
like 'a mount below a directory that is bound read-only cannot be written to' "$errors" 'Read-only file system'
ok 'a bind that is read-only changes nothing outside' touch /srv/data/newer /srv/data/below/newer
flags() { enter "$@" games awk '$5 ~ "^/srv/place" { print $5, $6 }' /proc/self/mountinfo; }
like 'a filesystem without setuid programs stays so below a bind' "$(flags -b /srv/data:/srv/place)" \
	'/srv/place/below [^ ]*nosuid'
like 'a filesystem without setuid programs stays so below a bind that is read-only' "$(flags --bind-ro /srv/data:/srv/place)" '/srv/place/below ro,nosuid'
is 'the superuser becomes a user in an entry with a bind' "$(chroot-enter -u alice -b /srv/data:/srv/place -d /srv/place games \
	sh -c 'id -u; cat file; grep -c "^Cap[^B].*:.0*$" /proc/self/status; grep NoNew /proc/self/status')" \
	$'1000\ndata\n4\nNoNewPrivs:\t1'
for option in -b --bind-ro; do
	run as alice chroot-enter $option /srv/data -d / games true
	is "an ordinary user may not say $option" "$status" 125
	is "an ordinary user is told that $option is for the superuser" "$errors" 'chroot-enter: -b and --bind-ro are for the superuser'
done

# what comes and goes meanwhile
mkfifo "$work/go"
mkdir -p /srv/data/later
mount --make-shared /srv/data/below
mkdir /srv/data/below/later /srv/data/below/own /run/later
host=$(host_mounts)
# shellcheck disable=SC2016 # for the inner shell
enter -b /srv/data:/srv/place games sh -c 'mount -t tmpfs mine /srv/second
	mount -t tmpfs mine /srv/place/below/own; echo ready; read -r go
	cat /srv/place/below/later/file /run/later/file' >"$work/output" 2>&1 <>"$work/go" &
pid=$!
is_ready() { grep -q ready "$work/output"; }
await is_ready
is 'what an entry with a bind mounts stays in that entry' "$(mounts_inside)" "$pinned"
is 'what an entry mounts below a shared source does not reach the host' "$(host_mounts)" "$host"
mount -t tmpfs later /srv/data/below/later
echo under the source >/srv/data/below/later/file
mount -t tmpfs later /run/later
echo under /run >/run/later/file
echo go 1<>"$work/go" # a FIFO that nobody reads keeps who opens it for writing alone
wait "$pid"
is 'what the host mounts below a shared source arrives, and what is live in the root' \
	"$(<"$work/output")" $'ready\nunder the source\nunder /run'
umount /run/later /srv/data/below/later

# what cannot be
# refused WHAT ERROR OPTION...
refused()
{
	local what=$1 error=$2
	shift 2
	run enter "$@" games true
	is "$what: the status is 125" "$status" 125
	like "$what: the message gives the reason" "$errors" "^chroot-enter: $error"
}
refused 'a source that is missing' 'cannot bind /srv/no: No such file or directory$' -b /srv/no:/srv/place
refused 'a place that is missing' 'cannot bind /srv/data on /srv/no inside games: No such file.*; make it inside, or name another place, /srv/data:DST' \
	-b /srv/data:/srv/no
refused 'a directory on a file' 'cannot bind /srv/data on /etc/passwd inside games: a directory goes on a directory' \
	-b /srv/data:/etc/passwd
refused 'a file on a directory' 'cannot bind /srv/data/file on /srv/place inside games: a directory goes on a directory' \
	-b /srv/data/file:/srv/place
for place in /.. /. /./ /../.. /srv/.. /srv/../ /srv/place/../.. /proc/..; do
	for source in /srv/data / /srv/data/file; do
		refused "$source on /, written $place" \
			"cannot bind $source on ${place%/} inside games: that is its /\$" -b "$source:$place"
	done
done
refused 'a way up from what is missing' 'cannot bind /srv/data on /srv/no/.. inside games: No such file' \
	-b /srv/data:/srv/no/..
refused 'a way up from a file' 'cannot bind /srv/data on /etc/passwd/.. inside games: Not a directory' \
	-b /srv/data:/etc/passwd/..
refused 'the same place as outside that is /' 'cannot bind /srv/.. on /srv/.. inside games: that is its /$' -b /srv/..
is 'the namespace of the root is as it was after the refused binds' "$(mounts_inside)" "$pinned"
is 'a mount of a copy of / inside keeps no bind from its place' "$(inside mount --bind / /srv/second
	enter -b /srv/data:/srv/second games cat /srv/second/file; inside umount /srv/second)" data
refused 'the state of the suite' 'cannot bind /run/chroot-mounts: .*unbindable' -b /run/chroot-mounts:/srv/place
for words in data /srv/data:place '' : :/srv /srv/data: /srv/data:/ /srv/data:// /srv/data:/srv/place:/x / 'C\:/srv'; do
	refused "the words '$words'" '-b and --bind-ro want absolute paths, SRC or SRC:DST' -b "$words"
done

# confinement: links of the tree, whoever made them
ln -s /srv /opt/games/way
ln -s /../../../srv/other /opt/games/up
ln -s /srv/other /opt/games/link
ln -s /nowhere /opt/games/dangling
ln -s /opt/games/srv /opt/games/host
chown -h alice /opt/games/way
refused 'a link on the way' 'cannot bind /srv/data on /way/place inside games: a link is on the way there; name the place itself, /srv/place' \
	-b /srv/data:/way/place
refused 'a link on the way to the host' 'cannot bind /srv/data on /host/place inside games: a link is on the way there$' \
	-b /srv/data:/host/place
refused 'a magic link on the way' 'cannot bind /srv/data on /proc/self/root/srv/place inside games: a link is on the way' \
	-b /srv/data:/proc/self/root/srv/place
for link in link up dangling; do
	is "a link in the place ($link) is itself covered" \
		"$(enter -b "/srv/data/file:/$link" games cat "/$link")" data
done
is 'a way up from the place of a bind ends at the top of the root' "$(enter -b /srv/data:/../../srv/place games cat /srv/place/file)" data
is 'a way up from below, in the place of a bind, stays in the root' "$(enter -b /srv/data:/srv/second/../place/. games cat /srv/place/file)" data
is 'binds in places with links mount nothing on the host' "$(host_mounts)" "$host"

# no step is left out: each system call that makes the copy fails once, and nobody gets in
steps='open_tree mount_setattr setns unshare openat2 move_mount close_range'
try() { strace -qq -o "$work/trace" -e "trace=${steps// /,}" "$@"; }
is 'an entry that is traced succeeds' "$(try chroot-enter -b /srv/data:/srv/place -d / games cat /srv/place/file)" data
cp "$work/trace" "$work/steps"
for step in $steps; do
	count=$(grep -c "^$step(" "$work/steps")
	ok "$step is one of the steps of an entry with a bind" [ "$count" -gt 0 ]
	for ((number = 1; number <= count; number++)); do
		run try -e "inject=$step:error=EPERM:when=$number" chroot-enter -b /srv/data:/srv/place -d / games echo entered
		is "without $step $number there is no entry" "$status $output" '125 '
		like "without $step $number the error says so" "$errors" '^chroot-enter: .*Operation not permitted'
	done
done

# stop and damage
chroot-enter -b /srv/data:/srv/place -d / games sleep 1000 &
pid=$!
disown # nobody wants to be told that it was ended
await is_entered
ok 'an entry with a bind counts as inside' is_entered
ok "an entry with a bind is in a namespace that is not the host's" is_inside "$pid"
ok 'an entry with a bind is in a namespace that is not the one of the root' [ "$(readlink "/proc/$pid/ns/mnt")" != "mnt:[$(inside stat -L -c %i /proc/self/ns/mnt)]" ]
ok 'stop succeeds while an entry with a bind is inside' chroot-mounts stop
ok 'stop has ended the entry with a bind' is_ended "$pid"
ok 'the source of a bind can be unmounted after stop' umount /srv/data/below
ok 'the root starts again' chroot-mounts start
inside mount -t tmpfs cover /
refused 'a root that was covered' 'games is damaged: / inside is not what start made; to mend it: chroot-mounts restart games' \
	-b /srv/data:/srv/place
done_testing
