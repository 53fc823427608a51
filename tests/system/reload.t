#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# reload brings what is mounted inside to what is configured, as a fresh start would, and ends
# nothing: lines that come, go, change and nest, what is refused, damage, and SIGKILL on the way.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
needs strace mkfs.ext4 script
on_machines PROPAGATION=private PROPAGATION=shared PROPAGATION=mixed

state=/run/chroot-mounts
tools=${BUILD:-$top/build}/system
moments=40

inside() { chroot-enter games "$@"; }

# mounted ROOT: what is mounted inside, as it is; view ROOT: without what differs between two roots
mounted() { "$tools/mounts-inside" "$state/$1/ns"; }
view()
{
	mounted "$1" | awk '{
		line = $4 " " $5 " " $6
		for (i = 7; $i != "-"; i++) {
			sub(/:[0-9]+/, "", $i)
			line = line " " $i
		}
		sub(/^r[ow],?/, "", $(i + 3)) # a mount that reload made ro is enough
		print line, $(i + 1), $(i + 1) == "overlay" ? "" : $(i + 2) " " $(i + 3)
	}' | sort
}

# set_lines LINES [KEY...]: the same for games, which is reloaded, and for demo, which starts anew
set_lines()
{
	local lines=$1 name
	shift
	for name in demo games; do
		configure "$name" "root=\"/opt/$name\"" "extra_mounts=\"$lines\"" "$@"
	done
}

started_view()
{
	chroot-mounts -q stop demo
	chroot-mounts -q start demo
	view demo
}

reason() { chroot-mounts status games | sed -n 's/^games *//p'; }

# reload_to WHAT LINES [KEY...]
reload_to()
{
	local what=$1
	shift
	set_lines "$@"
	ok "$what: reload succeeds" chroot-mounts reload games
	is "$what: the mounts inside are those of a fresh start" "$(view games)" "$(started_view)"
	like "$what: the root counts as started" "$(reason)" '^started'
	is "$what: the host's mounts are as before" "$(host_mounts)" "$before"
}

# refuses WHAT PATTERN LINES [KEY...]: and changes nothing
refuses()
{
	local what=$1 pattern=$2 was
	shift 2
	was=$(mounted games)
	set_lines "$@"
	run chroot-mounts reload games
	is "$what: reload fails" "$status" 1
	like "$what: the message says why" "$errors" "$pattern"
	is "$what: nothing inside has changed" "$(mounted games)" "$was"
	like "$what: the root counts as stale" "$(reason)" '^stale'
	ok "$what: the root can be entered" inside true
	is "$what: the host's mounts are as before" "$(host_mounts)" "$before"
}

# run_inside COMMAND...: in the background, as $inhabitant; end_inhabitant
run_inside()
{
	chroot-enter games "$@" </dev/null &
	inhabitant=$!
	await is_inside "$inhabitant"
}
end_inhabitant()
{
	kill -KILL "$inhabitant"
	wait "$inhabitant" 2>/dev/null
}
is_mounted() { mounted games | grep -q " $1 "; }
has_open() { readlink /proc/"$1"/fd/* 2>/dev/null | grep -q "$2"; }

mkdir -p /srv/one/sub /srv/two/sub /srv/three /srv/live /run/user/1000
echo one >/srv/one/name
echo two >/srv/two/name
echo sub >/srv/one/sub/name
echo old >/srv/file
mount -t tmpfs live /srv/live
mount --make-shared /srv/live
for name in demo games; do
	mkdir -p /opt/$name/mnt/{a,b,c,d,e}
	: >/opt/$name/mnt/file
done
mknod /dev/loop-control c 10 237
for number in {0..31}; do
	mknod "/dev/loop$number" b 7 "$number"
done
truncate -s 8M /srv/drive.img
mkfs.ext4 -q /srv/drive.img
set_lines ''
before=$(host_mounts)
chroot-mounts -q start games

# a root that is not prepared
run chroot-mounts reload demo
is 'a root that is not prepared is not reloaded' "$status" 1
like 'the message about a root that is not prepared says what mends it' "$errors" 'not prepared.*chroot-mounts start demo'

# lines
was=$(mounted games)
ok 'a reload where nothing has changed succeeds' chroot-mounts reload games
is 'a reload where nothing has changed changes nothing' "$(mounted games)" "$was"
reload_to 'two lines added' '/srv/one /mnt/a none bind
tmpfs /mnt/b tmpfs size=1m,mode=0700'
is 'a line that was added is seen inside' "$(inside cat /mnt/a/name)" one
was=$(mounted games)
ok 'a second reload after two lines were added succeeds' chroot-mounts reload games
is 'a second reload after two lines were added changes nothing' "$(mounted games)" "$was"
reload_to 'lines in another order' 'tmpfs /mnt/b tmpfs size=1m,mode=0700
/srv/one /mnt/a none bind'
is 'a reload to lines in another order moves no mount' "$(mounted games)" "$was"
reload_to 'a line removed' '/srv/one /mnt/a none bind'
reload_to 'another source for a target' '/srv/two /mnt/a none bind'
is 'the new source of a target is seen inside' "$(inside cat /mnt/a/name)" two
reload_to 'a bind becomes a file system' 'tmpfs /mnt/a tmpfs size=1m'
reload_to 'two targets exchanged' '/srv/one /mnt/a none bind
/srv/two /mnt/b none bind'
reload_to 'two targets exchanged back' '/srv/two /mnt/a none bind
/srv/one /mnt/b none bind'
reload_to 'a bind becomes recursive' '/srv/two /mnt/a none rbind
/srv/one /mnt/b none bind'
mount -t tmpfs below /srv/three
before=$(host_mounts)
for word in slave private shared; do
	set_lines ''
	chroot-mounts -q reload games
	reload_to "a recursive bind that is $word, with a mount below its source" "/srv /mnt/a none rbind,$word"
done
set_lines ''
chroot-mounts -q reload games
umount /srv/three
before=$(host_mounts)
reload_to 'a target that is made' '/srv/two /mnt/made/here none bind,x-mount.mkdir'
reload_to 'a plan of its own' '' 'mounts="/dev /dev none rbind,rslave
proc /proc proc nosuid
/run /run none rbind,rslave,x-live"'
reload_to 'the built-in plan after another one' ''

# nested lines
reload_to 'a line below a new one' '/srv/one /mnt/a none bind
/srv/three /mnt/a/sub none bind'
reload_to 'the line above removed, the one below kept' '/srv/three /mnt/a none bind
/srv/one /mnt/b none bind'
mkdir /opt/demo/mnt/a/sub /opt/games/mnt/a/sub
reload_to 'a line alone' '/srv/three /mnt/a/sub none bind'
reload_to 'a new line above a line' '/srv/one /mnt/a none bind
/srv/three /mnt/a/sub none bind'
is 'the new line above and the one below are seen inside' "$(inside cat /mnt/a/name; inside ls /mnt/a/sub)" one
reload_to 'another source for the line above' '/srv/two /mnt/a none bind
/srv/three /mnt/a/sub none bind'
reload_to 'the line below removed' '/srv/two /mnt/a none bind'
reload_to 'the line below added again' '/srv/two /mnt/a none bind
tmpfs /mnt/a/sub tmpfs size=1m'
reload_to 'the line above removed, the tmpfs below kept' 'tmpfs /mnt/a/sub tmpfs size=1m'
reload_to 'the same target twice' '/srv/one /mnt/a none bind
/srv/two /mnt/a none bind'
reload_to 'the lower of the two removed' '/srv/two /mnt/a none bind'
reload_to 'the same target twice, with a third above' '/srv/one /mnt/a none bind
/srv/two /mnt/a none bind
/srv/three /mnt/a/sub none bind'
reload_to 'only the lowest of three lines kept' '/srv/one /mnt/a none bind'

# options
reload_to 'the option ro' '/srv/one /mnt/a none bind,ro'
ok 'nothing can be written to a mount that is ro' fails inside touch /mnt/a/new
reload_to 'the option rw after ro' '/srv/one /mnt/a none bind'
ok 'a mount that is rw again can be written to' inside touch /mnt/a/new
reload_to 'nosuid, noexec and nodev' '/srv/one /mnt/a none bind,nosuid,noexec,nodev'
reload_to 'none of nosuid, noexec and nodev any more' '/srv/one /mnt/a none bind'
reload_to 'noatime on a recursive bind' '/srv/one /mnt/a none rbind,noatime
tmpfs /mnt/b tmpfs size=1m'
inside sh -c 'echo kept >/mnt/b/file'
reload_to 'another size of a tmpfs' 'tmpfs /mnt/b tmpfs size=2m'
ok 'what is in a tmpfs is kept when its size changes' inside test -s /mnt/b/file
reload_to 'a tmpfs that is ro' 'tmpfs /mnt/b tmpfs size=2m,ro'
reload_to 'a tmpfs that is rw again' 'tmpfs /mnt/b tmpfs size=2m'
ok 'what is in a tmpfs is kept when it is ro and rw again' inside test -s /mnt/b/file
refuses 'an option of a file system taken out' 'needs a restart.*restart' 'tmpfs /mnt/b tmpfs'

# ro with a writer
reload_to 'before there is a writer' '/srv/one /mnt/a none bind'
run_inside sh -c 'exec tail -f /dev/null 3>>/mnt/a/name'
ok 'a program inside has a file open for writing' await has_open "$inhabitant" /name
set_lines '/srv/one /mnt/a none bind,ro'
run chroot-mounts reload games
is 'ro is refused while a program has a file open for writing' "$status" 1
like 'the message about ro with a writer says why' "$errors" '/mnt/a.*open for writing'
like 'the root stays stale after ro was refused and says why' "$(reason)" '^stale .*/mnt/a'
ok 'a mount for which ro was refused can still be written to' inside touch /mnt/a/new
end_inhabitant
reload_to 'ro after the writer has ended' '/srv/one /mnt/a none bind,ro'

# what cannot be changed, and what cannot be made
configure games 'root="/opt/demo"'
run chroot-mounts reload games
is 'a reload to another root= is refused' "$status" 1
like 'the message about another root= says what mends it' "$errors" 'root has changed, which needs a restart.*chroot-mounts restart games'
like 'status says that root= has changed' "$(reason)" '^stale .*root has changed.*restart'
kept='/srv/one /mnt/a none bind,ro'
refuses 'a change of visible' 'visible has changed.*restart' "$kept" 'visible="yes"'
refuses 'a line for / added' 'line for / has changed.*restart' "$kept
/opt/games / none bind"
refuses 'a source that is not there' '/srv/nowhere.*nofail' "/srv/two /mnt/a none bind
/srv/nowhere /mnt/b none bind"
refuses 'a mount point that is not there' '/mnt/nowhere.*mkdir' "/srv/two /mnt/a none bind
/srv/one /mnt/nowhere none bind"
refuses 'a file system that nobody knows' 'nosuchfs' "tmpfs /mnt/b tmpfs size=1m
none /mnt/c nosuchfs"
refuses 'a directory on a file' '/mnt/file.*file' '/srv/one /mnt/file none bind'
refuses 'a line that is none' 'extra_mounts|:[0-9]+:' '/srv/one /mnt/a none bind,ro,nonsense'
reload_to 'the line as it was' "$kept"

# sources
reload_to 'a bound file' '/srv/file /mnt/file none bind
/srv/one /mnt/a none bind
/srv/later /mnt/b none bind,nofail'
run_inside sh -c 'exec tail -f /dev/null 3</mnt/file'
ok 'a program inside has the bound file open' await has_open "$inhabitant" file
echo new >/srv/file.new
mv /srv/file.new /srv/file
like 'a file that was replaced makes the root stale' "$(reason)" '^stale .*/srv/file was replaced'
reload_to 'the file replaced' '/srv/file /mnt/file none bind
/srv/one /mnt/a none bind
/srv/later /mnt/b none bind,nofail'
is 'new readers read the new file after a reload' "$(inside cat /mnt/file)" new
is 'a program that has the old file open keeps it after a reload' "$(cat "/proc/$inhabitant/fd/3")" old
end_inhabitant
mv /srv/one /srv/one.old
mkdir -p /srv/one/sub
echo again >/srv/one/name
like 'a directory that was replaced makes the root stale' "$(reason)" '^stale .*/srv/one was replaced'
ok 'a reload after a directory was replaced succeeds' chroot-mounts reload games
is 'the new directory is seen inside' "$(inside cat /mnt/a/name)" again
mkdir /srv/later
like 'a source that has come makes the root stale' "$(reason)" '^stale .*/srv/later is there now'
ok 'a reload after a source has come succeeds' chroot-mounts reload games
is 'a file, a directory and a source that are renewed are those of a fresh start' "$(view games)" "$(started_view)"
ok 'the source that has come is seen inside' is_mounted /mnt/b
like 'the root counts as started after its sources were renewed' "$(reason)" '^started'
rmdir /srv/later
mkdir /srv/later

# who may enter, and with what
reload_to 'before alice is listed' ''
ok 'alice cannot enter before she is listed' fails as alice chroot-enter games true
reload_to 'users= with alice' '' 'users="alice"'
ok 'alice can enter when users= has her' as alice chroot-enter games true
ok 'bob cannot enter when users= has alice alone' fails as bob chroot-enter games true
reload_to 'groups= with the group of bob' '' 'groups="bob"' 'set_env="COLOUR=green"'
ok 'alice cannot enter any more when groups= has the group of bob' fails as alice chroot-enter games true
is 'bob can enter when groups= has his group, with what set_env says' "$(as bob chroot-enter games sh -c 'echo $COLOUR')" green
refuses 'a user whom the host does not know' 'nosuchuser' '' 'users="nosuchuser"'
ok 'bob can still enter after a reload was refused' as bob chroot-enter games true
reload_to 'nobody listed any more' ''

# damage
inside umount -l /sys
run chroot-mounts status games
is 'a mount that somebody took away inside is damage' "$status" 1
like 'status names the mount that somebody took away inside' "$output" 'damaged.*/sys is not mounted inside'
reload_to 'the damage mended' ''
inside umount /run/openrc
like 'a mount taken away below another one is damage' "$(reason)" '^damaged .*/run/openrc'
reload_to 'the damage below another mount mended' ''
inside umount -l /run
like 'a mount taken away with another one below it is damage' "$(reason)" '^damaged .*/run'
reload_to 'the damage of both mounts mended' ''
is 'what the host has in /run is seen after the damage was mended' "$(inside ls -d /run/user/1000)" /run/user/1000
reload_to 'a line to be covered' '/srv/one /mnt/a none bind'
inside mount -t tmpfs cover /mnt/a
set_lines '/srv/one /mnt/a none bind,ro'
run chroot-mounts reload games
is 'options of a mount that another one covers inside are refused' "$status" 1
like 'the message about options of a covered mount says why' "$errors" '/mnt/a.*covers'
like 'the root stays stale after options of a covered mount were refused' "$(reason)" '^stale .*/mnt/a'
set_lines ''
run chroot-mounts reload games
is 'the removal of a mount that another one covers inside is refused' "$status" 1
like 'the message about the removal of a covered mount says why' "$errors" '/mnt/a is covered by another mount inside'
like 'the root stays stale after the removal of a covered mount was refused' "$(reason)" '^stale .*/mnt/a'
inside umount /mnt/a
reload_to 'the cover taken away' ''

# configuration that is gone or wrong; a root that is half stopped, or another version's
was=$(mounted games)
# shellcheck disable=SC2016 # what no parser takes
configure games 'root=$nonsense'
run chroot-mounts reload games
is 'a configuration with an error is not reloaded' "$status" 1
like 'the message about a configuration with an error says where' "$errors" 'chroot-mounts.games:1'
like 'status says that the configuration has an error' "$(reason)" '^stale .*error'
rm /etc/conf.d/chroot-mounts.games
run chroot-mounts reload games
is 'a configuration that was deleted is not reloaded' "$status" 1
like 'status says that the root is not configured any more' "$(reason)" '^stale .*not configured any more'
ok 'a root that is not configured any more can still be entered' inside true
is 'nothing inside a root that is not configured any more has changed' "$(mounted games)" "$was"
set_lines ''
mv "$state/games/record" "$state/games/record.stopping"
run chroot-mounts reload games
is 'a root that is half stopped is not reloaded' "$status" 1
like 'the message about a root that is half stopped says what mends it' "$errors" 'not stopped completely.*chroot-mounts stop games'
mv "$state/games/record.stopping" "$state/games/record"
cp "$state/games/record" "$work/record"
sed -i 's/^version=[0-9]*/version=999/' "$state/games/record"
run chroot-mounts reload games
is "another version's root is not reloaded" "$status" 1
like "the message about another version's root says why" "$errors" 'another version'
cp "$work/record" "$state/games/record"
sed -z -i 's/^mounts=.*/mounts=as an older version had it/' "$state/games/record"
like 'a built-in plan that has changed since makes the root stale' "$(reason)" '^stale .*mounts has changed'
reload_to 'the built-in plan of now' ''

# programs inside
reload_to 'before the games drive' '/srv/one /mnt/a none bind'
mkfifo /tmp/go
# shellcheck disable=SC2016 # for the inner shell
script -qfec 'chroot-enter games sh -c "
	cd /mnt/a; exec 5>/root/kept
	echo \$\$ \$(tty) >/tmp/first
	read word <>/tmp/go
	echo \$\$ \$(tty) >/tmp/second
	pwd -P >&5; ls /mnt/drive >&5; cat name >&5; : >/tmp/done"' /dev/null </dev/null >"$work/terminal" 2>&1 &
session=$!
mkdir -p /opt/games/root
ok 'a program runs on a terminal inside' await test -s /tmp/first
set_lines '/srv/one /mnt/a none bind
/srv/drive.img /mnt/drive ext4 loop,x-mount.mkdir'
ok 'the service starts' rc-service chroot-mounts start
ok 'a reload of the service adds a games drive' rc-service chroot-mounts reload
echo go 1<>/tmp/go # a FIFO that nobody reads keeps who opens it for writing alone
ok 'the program on a terminal goes on after the reload' await test -e /tmp/done
wait "$session"
is 'the program has the same pid and terminal after the reload' "$(cat /tmp/second)" "$(cat /tmp/first)"
is 'the program has the file and directory of before, and the drive' "$(tr '\n' ' ' </opt/games/root/kept)" '/mnt/a lost+found again '
reload_to 'the drive removed' ''
ok 'the loop device of the removed drive is free' fails sh -c 'losetup -a | grep drive.img'

# live lines stay live, and copies of the namespace see nothing of what is mounted inside later
cp "$tools/copy-namespace" /opt/games/bin
chroot-enter games copy-namespace tail -f /dev/null &
copy=$!
has_copy() { is_inside "$1" && [ "$(readlink "/proc/$1/exe")" = /bin/busybox ]; }
ok 'a program inside has a copy of the namespace' await has_copy "$copy"
set_lines '/srv/live /mnt/a none rbind,rslave,x-live
/srv/one /mnt/b none bind
tmpfs /mnt/c tmpfs size=1m'
ok 'a reload adds a live line' chroot-mounts reload games
mkdir -p /srv/live/sub /opt/games/mnt/c/sub
mount -t tmpfs login /run/user/1000
mount -t tmpfs login /srv/live/sub
ok 'what the host mounts in /run after the reload is seen inside' is_mounted /run/user/1000
ok 'what the host mounts below a line that was added is seen inside' is_mounted /mnt/a/sub
umount /run/user/1000 /srv/live/sub
ok 'what the host unmounts below a line that was added goes away inside' fails is_mounted /mnt/a/sub
inside mkdir -p /mnt/b/sub /mnt/c/sub
for place in /mnt/a/sub /mnt/b/sub /mnt/c/sub /run/user/1000; do
	inside mount -t tmpfs inner "$place"
	ok "a mount made inside on $place does not appear in the copy" fails grep -q ' inner ' "/proc/$copy/mountinfo"
	is "a mount made inside on $place does not appear on the host" "$(host_mounts)" "$before"
	inside umount "$place"
done
kill -KILL "$copy"
wait "$copy" 2>/dev/null
reload_to 'the live line removed' ''

# anew LINES [KEY...]: whatever the tests before have left
anew()
{
	set_lines "$@"
	chroot-mounts -q stop games
	chroot-mounts -q start games
}

# targets that are reached by links, targets that are moved, mounts that only look like ours
ln -s mnt /opt/games/way
ln -s mnt /opt/demo/way
ln -sf /nowhere/resolv.conf /opt/games/etc/resolv.conf
ln -sf /nowhere/resolv.conf /opt/demo/etc/resolv.conf
anew '/srv/one /way/a none bind'
reload_to 'another source where a link leads to the target' '/srv/two /way/a none bind'
anew '/srv/one /way/a none bind'
reload_to 'the same target without the link' '/srv/one /mnt/a none bind'
anew ''
cp /etc/resolv.conf /etc/resolv.conf.new
mv /etc/resolv.conf.new /etc/resolv.conf
like 'a resolv.conf that was replaced makes the root stale' "$(reason)" '^stale .*/etc/resolv.conf was replaced'
reload_to 'a replaced resolv.conf on a link that dangles' ''
anew '/srv/one /mnt/a none bind'
inside umount /mnt/a
inside mount -t tmpfs other /mnt/a
like 'another mount in the place of a planned one is damage, also with the same id' "$(reason)" '^damaged .*/mnt/a'
inside umount /mnt/a
anew '/srv/one /mnt/a none bind'
mv /opt/games/mnt/a /opt/games/mnt/moved
mkdir /opt/games/mnt/a
like 'a target that was renamed on the host is damage' "$(reason)" '^damaged .*/mnt/a'
set_lines ''
chroot-mounts -q reload games
ok 'a line removed after its target was renamed is not seen inside by the new name' fails is_mounted /mnt/moved
chroot-mounts -q stop games
rm -rf --one-file-system /opt/games/mnt/a
mv /opt/games/mnt/moved /opt/games/mnt/a

# what was planned goes on meaning it
anew ''
mount --make-private /run
chroot-mounts -q reload games
mount -t tmpfs login /run/user/1000
ok 'a live line whose source somebody made private is live again after a reload' is_mounted /run/user/1000
umount /run/user/1000
anew 'tmpfs /mnt/b tmpfs size=1m'
run_inside sh -c 'exec tail -f /dev/null 3>/mnt/b/file'
await has_open "$inhabitant" /file
set_lines 'tmpfs /mnt/b tmpfs size=2m,ro'
ok 'a reload with two options, one of which is refused, fails' fails chroot-mounts reload games
reload_to 'both options taken back' 'tmpfs /mnt/b tmpfs size=1m'
end_inhabitant
mount -o remount,hidepid=2 /proc
anew ''
mount -o remount,hidepid=0 /proc
run chroot-mounts reload games
ok 'where the host no longer hides processes, reload succeeds or tells that' \
	test "$status" = 0 -o "${errors/hidepid/}" != "$errors"
anew ''
mount -o remount,hidepid=2 /proc
like 'where the host hides processes since, the root is stale' "$(reason)" '^stale .*(hidepid|/proc)'
ok 'a reload after the host began to hide processes succeeds' chroot-mounts reload games
is 'processes are hidden inside after the host began to hide them' "$(mounted games | grep -c ' /proc .*hidepid=')" 1
mount -o remount,hidepid=0 /proc
anew '/srv/one /mnt/a none bind'
run_inside copy-namespace tail -f /dev/null
await has_copy "$inhabitant"
set_lines '/srv/two /mnt/a none bind'
like 'a reload that programs with a namespace of their own do not see says so' \
	"$(chroot-mounts reload games 2>&1)" 'namespace'
end_inhabitant

# many, long and odd
anew ''
many='' reversed=''
for ((i = 0; i < 200; i++)); do
	mkdir -p "/srv/many/$i" "/opt/games/mnt/many/$i" "/opt/demo/mnt/many/$i"
	many+="/srv/many/$i /mnt/many/$i none bind"$'\n'
	reversed="/srv/many/$i /mnt/many/$i none bind,ro"$'\n'$reversed
done
reload_to 'two hundred lines' "$many"
reload_to 'two hundred lines in another order, with other options' "$reversed"
reload_to 'two hundred lines removed' ''
for ((i = 0; i < 200; i++)); do
	mount -t tmpfs many "/srv/many/$i"
done
host_now=$before before=$(host_mounts)
reload_to 'a recursive bind of two hundred mounts' '/srv/many /mnt/a none rbind'
reload_to 'a recursive bind of two hundred mounts that becomes ro' '/srv/many /mnt/a none rbind,ro'
reload_to 'a recursive bind of two hundred mounts that becomes rw' '/srv/many /mnt/a none rbind'
reload_to 'a recursive bind of two hundred mounts removed' ''
umount /srv/many/*
before=$host_now
name=$(printf 'x%.0s' {1..200})
long=$(printf "/$name%.0s" {1..18})
for start in /srv /opt/games /opt/demo; do
	(cd "$start" && for ((i = 0; i < 18; i++)); do mkdir "$name" && cd "$name" || exit; done)
done
reload_to 'a path of 3618 bytes' "/srv$long $long none bind"
mkdir -p $'/srv/a b\nc' $'/opt/games/mnt/a b\nc' $'/opt/demo/mnt/a b\nc'
reload_to 'a path with a blank and a newline' '/srv/a\\040b\\012c /mnt/a\\040b\\012c none bind'
was=$(mounted games)
ok 'a second reload with long and odd paths succeeds' chroot-mounts reload games
is 'a second reload with long and odd paths changes nothing' "$(mounted games)" "$was"
reload_to 'long and odd paths removed' ''

# a kernel that cannot mount beneath; commands at the same time
reload_to 'a file and a directory' '/srv/file /mnt/file none bind
/srv/one /mnt/a none bind'
cp /srv/file /srv/file.new
mv /srv/file.new /srv/file
set_lines '/srv/file /mnt/file none bind
/srv/two /mnt/a none bind'
strace -qq -o "$work/trace" -e trace=move_mount -e inject=move_mount:error=EINVAL:when=1+2 chroot-mounts reload games
is 'without MOVE_MOUNT_BENEATH reload succeeds' "$?" 0
is 'MOVE_MOUNT_BENEATH was refused twice' "$(grep -c INJECTED "$work/trace")" 2
is 'without MOVE_MOUNT_BENEATH reload makes the same' "$(view games)" "$(started_view)"
pause_recording # commands at the same time, and later which call of a name comes where, differ from run to run
wrong=0
for ((i = 0; i < 20; i++)); do
	set_lines '/srv/one /mnt/a none bind'
	chroot-mounts reload games >"$work/first" 2>&1 &
	first=$!
	set_lines '/srv/two /mnt/a none bind'
	chroot-mounts reload games >"$work/said" 2>&1 || wrong=$((wrong + 1))
	wait "$first" || [ -s "$work/first" ] || wrong=$((wrong + 1))
	[ "$(mounted games | grep -c ' /mnt/a ')" = 1 ] || wrong=$((wrong + 1))
done
is 'of two reloads at once each does its work' "$wrong" 0
reload_to 'a reload after two at once' '/srv/two /mnt/a none bind'
(
	for ((i = 0; i < 40; i++)); do
		set_lines '/srv/one /mnt/a none bind'
		chroot-mounts reload games || echo 'reload fails'
		set_lines '/srv/two /mnt/a none bind'
		chroot-mounts reload games || echo 'reload fails'
	done
) >"$work/reloads" 2>&1 &
reloads=$!
entered=0 wrong=0
while kill -0 "$reloads" 2>/dev/null; do
	entered=$((entered + 1))
	inside /bin/busybox test -d /mnt/a || wrong=$((wrong + 1))
done
wait "$reloads"
is "nobody of $entered who enter while roots are reloaded fails" "$wrong" 0
is 'no reload fails while others enter' "$(<"$work/reloads")" ''
anew '' 'stop_timeout="1"'
mkfifo /tmp/never
run_inside sh -c 'trap "" TERM; while :; do read -r word </tmp/never; done'
ok 'a program inside is deaf to SIGTERM' await grep -q '^SigIgn:.*[4567c-f]...$' "/proc/$inhabitant/status"
chroot-mounts -q stop games &
stop=$!
await test -e /run/chroot-mounts/games/record.stopping
run chroot-mounts reload games
is 'a reload while stop waits for a program comes too late' "$status" 1
like 'a reload that comes too late says so' "$errors" 'not prepared|not stopped'
wait "$stop"
wait "$inhabitant" 2>/dev/null
anew ''

# SIGKILL, on one CPU so that each reload makes the same calls
one='/srv/one /mnt/a none bind
/srv/three /mnt/a/sub none bind
tmpfs /mnt/b tmpfs size=1m
/srv/file /mnt/file none bind
/srv/two /mnt/c none bind
/srv/two /mnt/d none bind'
other='/srv/two /mnt/a none bind
/srv/three /mnt/a/sub none bind,ro
tmpfs /mnt/b tmpfs size=2m
/srv/file /mnt/file none bind,nosuid
/srv/two /mnt/c none bind,ro
tmpfs /mnt/e tmpfs size=1m'
taskset -cp "$(awk '{ print $39 }' /proc/self/stat)" $$ >/dev/null
renew_file() { cp /srv/file /srv/file.new && mv /srv/file.new /srv/file; }
set_lines "$other"
other_view=$(started_view)
set_lines "$one"
one_view=$(started_view)
ok 'a reload to the first plan succeeds' chroot-mounts reload games
set_lines "$other"
renew_file
strace -qq -o "$work/trace" chroot-mounts reload games
is 'a reload makes the other plan' "$(view games)" "$other_view"
sed -n 's/^\([a-z0-9_]*\)(.*/\1/p' "$work/trace" | grep -v -E '^(execve|exit_group)$' |
	awk '{ print $1, ++calls[$1] }' >"$work/calls"
first=$(grep -n -m 1 -E '^(open_tree|setns|fsopen) ' "$work/calls")
# evenly spread over what comes after the configuration is read, and at each call that changes a mount
tail -n +"${first%%:*}" "$work/calls" >"$work/late"
awk -v wanted="$moments" -v total="$(wc -l <"$work/late")" \
	'int(NR * wanted / total) != int((NR - 1) * wanted / total) || $1 ~ /^(umount2|move_mount|mount_setattr)$/' \
	"$work/late" >"$work/moments"

tried=0 wrong=0
complain()
{
	echo "# killed before $name number $number: $*"
	sed 's/^/#   /' "$work/said"
	wrong=$((wrong + 1))
}
# expect_view WHAT EXPECTED
expect_view()
{
	local now
	now=$(view games)
	[ "$now" = "$2" ] || { diff <(echo "$2") <(echo "$now") >"$work/said"; complain "$1"; }
}
while read -r name number; do
	set_lines "$one"
	chroot-mounts -q stop games
	chroot-mounts -q start games
	expect_view 'the start before' "$one_view"
	set_lines "$other"
	renew_file
	(strace -qq -o /dev/null -e "trace=$name" -e "inject=$name:signal=KILL:when=$number" \
		chroot-mounts reload games; exit $?) >"$work/said" 2>&1
	[ $? = 137 ] || continue # the kernel took another way this time
	tried=$((tried + 1))
	inside true >"$work/said" 2>&1 || complain 'it cannot be entered'
	reason >"$work/said"
	case $(<"$work/said") in
	started*) [ "$(view games)" = "$other_view" ] || complain 'it counts as started' ;;
	stale* | damaged*) ;;
	*) complain 'status says something else' ;;
	esac
	chroot-mounts reload games >"$work/said" 2>&1 || complain 'the next reload fails'
	expect_view 'not the same as without' "$other_view"
	case $(reason) in
	started*) ;;
	*) reason >"$work/said"; complain 'it does not count as started then' ;;
	esac
done <"$work/moments"
echo "# killed at $tried moments of $(wc -l <"$work/late") system calls"
ok 'reload was killed at 36 moments or more' test "$tried" -ge 36
is 'nothing was wrong after any reload that was killed' "$wrong" 0
resume_recording

# A reload that was killed may have set options that neither plan before nor after it knows.
all=ro,nosuid,nodev,noexec,nodiratime,noatime
plain='/srv/two /mnt/c none bind
tmpfs /mnt/e tmpfs size=1m'
strict="/srv/two /mnt/c none bind,$all
tmpfs /mnt/e tmpfs size=1m,$all"
set_lines "$plain"
plain_view=$(started_view)
tried=0
for number in 1 2 3 4 5 6; do
	chroot-mounts -q stop games
	chroot-mounts -q start games
	set_lines "$strict"
	(strace -qq -o /dev/null -e trace=/^rename -e "inject=/^rename:signal=KILL:when=$number" \
		chroot-mounts reload games; exit $?) >/dev/null 2>&1
	[ $? = 137 ] || break
	tried=$number
	set_lines "$plain"
	ok "a reload that was killed at its rename $number can be taken back" chroot-mounts reload games
	is "nothing is left of a reload that was killed at its rename $number" "$(view games)" "$plain_view"
	chroot-mounts -q stop games
done
ok 'reload renames its record before and after' test "$tried" -ge 2
ok 'all roots stop' chroot-mounts stop
ok 'no pin is left' fails has_pins
is "the host's mounts after stop are those of before" "$(host_mounts)" "$before"
done_testing
