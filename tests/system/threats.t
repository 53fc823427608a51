#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What someone may try who is listed, who is not, or who can write somewhere in the tree. Each attack
# is first shown to work against a careless program, where there can be one, and then to fail.
#
# Where each is:
#   setuid programs and file capabilities   here
#   the tree's own libnss                   here; order.t, identity.t: no call and no path too many
#                                           between joining and the last drop
#   spoofed configuration                   here; errors.t: its messages
#   shell and parser that disagree          tests/differential/config.t, tests/fuzz/config.c
#   hostile names                           here; enter.t: absent and forbidden in the same words
#   another namespace than start made       here
#   descriptors of the host                 here; enter.t: 20 of them, and what leads out by them
#   who looks in                            look-in.t: ptrace, /proc/PID, pidfd_getfd, a core dump ...
#   a drop that is incomplete               straits.t: each call fails once, or only says that it was
#                                           done; enter.t: capabilities and ids inside; nested.t: user
#                                           namespaces still work
#   characters pushed into a terminal       terminal.t
#   mount targets that are links, or raced  confine.t, race.t
#   a top directory of somebody else's      here, at enter; errors.t, confine.t: at start
#   who outlives stop, and who must not end stop.t, ending.t, looking.t, together.t, innocents.t
#   another PID namespace                   innocents.t
#   user ids that are none                  here; identity.t: with groups and the tree's own
#   groups that mean something else         here
#   the caller's environment                order.t: opened with privilege; enter.t: what passes
#   limits and closed descriptors           straits.t
#   powers that are missing                 here; identity.t: each in its own words
#   unmounting that reaches the host        live.t, confine.t, visible.t
#   a crash or a fault in the middle        sweep-start.t, sweep-reload.t, sweep-stop.t
#   a start from inside                     here
#   what messages give away                 here; enter.t, x.t; ps.t: names of processes; log.t: the log
#   the superuser's keyring                 identity.t
#   a host that hides processes             record.t
#   packages that act on the host           packages.t
#   the X cookie                            x.t
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
needs cc setcap strace
# games: the machine's own programs, so that what glibc loads can be the tree's
on_machines 'TREES=games=/ demo=busybox'

tools=${BUILD:-$top/build}/system
state=/run/chroot-mounts
pin=$state/games/ns
install -m 755 "$tools/naive" /usr/local/bin/naive
cd / || exit

inside() { as alice chroot-enter -d / games "$@"; }
# joins the root and becomes alice, and leaves all the rest as it was
careless() { nsenter --mount="$pin" setpriv --reuid=alice --regid=alice --clear-groups "$@"; }

# probes DIRECTORY: programs that tell whether the filesystem gave them power.
probes()
{
	install -m 4755 "$(command -v id)" "$1/setuid-id"
	install -m 755 "$(command -v grep)" "$1/capable-grep"
	# not +ep: without the power to give, the kernel would not even execute it
	setcap cap_dac_override+p "$1/capable-grep"
}
configure games 'root="/opt/games"' 'users="alice"'
configure demo 'root="/opt/demo"' 'users="alice"'
install -m 644 /etc/passwd /etc/group /opt/games/etc/
mkdir -p /opt/games/srv/probes
probes /opt/games/srv/probes
ok 'the roots start' chroot-mounts start

# setuid programs and file capabilities
mkdir /run/later
mount -t tmpfs -o mode=755 later /run/later
probes /run/later
powers() { "$@" -qx $'CapPrm:\t0*' /proc/self/status && echo none || echo some; }
chrooted() { chroot --userspec=alice:alice /opt/games "$@"; }
is 'in a plain chroot a setuid program of the tree gives the superuser'"'"'s powers' \
	"$(chrooted /srv/probes/setuid-id -u)" 0
mount -t proc proc /opt/games/proc
is 'in a plain chroot a file capability of the tree gives power' "$(powers chrooted /srv/probes/capable-grep)" some
umount /opt/games/proc
is 'where only the mounts of the tree are nosuid, a setuid program of the tree has no effect' "$(careless /srv/probes/setuid-id -u)" 1000
is 'where only the mounts of the tree are nosuid, a setuid program of a later mount works' "$(careless /run/later/setuid-id -u)" 0
is 'where only the mounts of the tree are nosuid, a file capability of a later mount works' "$(powers careless /run/later/capable-grep)" some
for directory in /srv/probes /run/later; do
	is "a user who has entered stays who they are with a setuid program in $directory" \
		"$(inside $directory/setuid-id -u)" 1000
	is "a user who has entered stays without power with a file capability in $directory" "$(powers inside $directory/capable-grep)" none
	is "a user whom the superuser became stays who they are with a setuid program in $directory" \
		"$(chroot-enter -u alice games $directory/setuid-id -u)" 1000
	is "a user whom the superuser became stays without power with a file capability in $directory" \
		"$(powers chroot-enter -u alice games $directory/capable-grep)" none
done

# a configuration that somebody else may have written
file=/etc/conf.d/chroot-mounts.spoofed
spoofed='root="/opt/demo"
users="alice bob"'
mkdir -m 777 /srv/everybody
echo "$spoofed" >/srv/everybody/config
chown bob /srv/everybody/config
# What a careless program makes of it, which reads as OpenRC's shell does; none may keep it for ever.
# shellcheck disable=SC2016 # for the inner shell
sourced() { timeout 2 sh -c '. "$1" && echo "$users"' sh "$1" 2>/dev/null; }
# spoofed WHAT PATTERN COMMAND...: the command makes the file; start refuses it and nothing is done.
spoofed()
{
	local what=$1 pattern=$2
	shift 2
	rm -rf "$file"
	"$@"
	if [ "$naive" = taken ]; then
		is "$what: a careless program takes it" "$(sourced "$file")" 'alice bob'
	fi
	run timeout 20 chroot-mounts start spoofed
	is "$what: start fails" "$status" 1
	like "$what: the message gives the reason" "$errors" "$file.*$pattern"
	is "$what: nothing is done" "$(ls -d $state/spoofed* 2>/dev/null) $(host_mounts | cmp - "$work/mounts" 2>&1)" ' '
	run as bob chroot-enter -d / spoofed true
	is "$what: nobody enters" "$status" 125
}
write() { echo "$spoofed" >"$file"; }
mode() { write && chmod "$1" "$file"; }
owner() { write && chown "$1" "$file"; }
owners_alone() { owner "$1" && chmod 400 "$file"; }
link_to() { ln -s "$1" "$file"; }
second_name() { write && ln "$file" /srv/everybody/second; }
fifo() { mkfifo "$file" && (cat <<<"$spoofed" >"$file" &); }
large() { { echo "$spoofed"; head -c 10485760 /dev/zero | tr '\0' '#'; } >"$file"; }
device() { mknod "$file" c 1 5; }
host_mounts >"$work/mounts"
naive=taken
spoofed 'a file writable by a group' 'only the superuser may be able to write to it' mode g+w
spoofed 'a file writable by everybody' 'only the superuser may be able to write to it' mode o+w
spoofed "a user's file" 'only the superuser may be able to write to it' owner bob
spoofed "a user's file, read-only" 'only the superuser may be able to write to it' owners_alone bob
spoofed "a link to a user's file" 'symbolic link' link_to /srv/everybody/config
write
mv "$file" /srv/superusers
spoofed "a link to the superuser's own file" 'symbolic link' link_to /srv/superusers
spoofed 'a file of two names' 'hard link' second_name
spoofed 'a file of 10 MB' '65536|64 KiB|too large' large
naive=
spoofed 'a FIFO' 'not a regular file' fifo
spoofed 'a directory' 'not a regular file' mkdir "$file"
spoofed 'a device' 'not a regular file' device
spoofed 'a dangling link' 'symbolic link' link_to /nowhere
rm -rf "$file"
fifo
is 'a careless program takes what comes out of a FIFO' "$(sourced "$file")" 'alice bob'
rm "$file"
device
is 'a careless program reads a device until it is ended' "$(sourced "$file"; echo $?)" 124
rm "$file"
write
ok 'the same text in a file of the superuser'"'"'s alone is taken' chroot-mounts -q start spoofed
ok 'a user who is listed in a file of the superuser'"'"'s alone enters' as bob chroot-enter -d / spoofed true
chroot-mounts -q stop spoofed
for path in /etc/conf.d /etc/conf.d/chroot-mounts; do
	[ -e "$path" ] || : >"$path"
	chmod o+w "$path"
	run chroot-mounts start spoofed
	is "start fails while $path is writable by everybody" "$status" 1
	like "start gives the reason while $path is writable by everybody" "$errors" "$path belongs to user 0 and has mode [0-7]+; only the superuser may be able to write to it"
	chmod o-w "$path"
done
rm "$file"

# the tree's own libnss
if getconf GNU_LIBC_VERSION >/dev/null 2>&1; then
	: >/tmp/loaded
	chmod 666 /tmp/loaded
	cc -shared -fPIC -o /opt/games/usr/lib/libnss_hostile.so.2 -x c - <<-'END'
		#include <fcntl.h>
		#include <stdio.h>
		#include <unistd.h>
		__attribute__((constructor)) static void
		tell(void)
		{
			dprintf(open("/tmp/loaded", O_WRONLY | O_APPEND), "as %d\n", (int)geteuid());
		}
	END
	sed 's/^passwd:.*/passwd: hostile files/' /etc/nsswitch.conf >/opt/games/etc/nsswitch.conf
	cc -o /usr/local/bin/naive-lookup -x c - <<-'END'
		#define _GNU_SOURCE
		#include <fcntl.h>
		#include <pwd.h>
		#include <sched.h>
		int
		main(int argc, char **argv)
		{
			return argc < 2 || setns(open(argv[1], O_RDONLY), CLONE_NEWNS) < 0 || !getpwnam("alice");
		}
	END
	ok 'a careless program looks the user up after joining' naive-lookup "$pin"
	is 'a careless program has run code of the tree as the superuser' "$(</tmp/loaded)" 'as 0'
	: >/tmp/loaded
	ok 'a listed user enters' inside true
	ok 'a listed user has a login shell' as alice chroot-enter -l games </dev/null
	ok 'the superuser enters as a user' chroot-enter -u alice -d / games true
	ok 'the superuser enters as a user with a group' chroot-enter -u alice:players -d / games true
	ok 'the superuser enters as a user by number' chroot-enter -u 1000 -d / games true
	echo 'dora:x:4000:4000::/:/bin/sh' >>/opt/games/etc/passwd
	ok 'the superuser enters as a user whom only the tree knows' chroot-enter -u dora -d / games true
	ok 'the superuser enters by number, with groups, as a user whom only the tree knows' chroot-enter -u 4000 -G players,sudo -d / games true
	is 'entering runs no code of the tree' "$(</tmp/loaded)" ''
	inside id -un >/dev/null
	is 'what a user runs inside runs as the user' "$(</tmp/loaded)" 'as 1000'
fi

# a module of the host's name service that leaves a directory of the host open
if getconf GNU_LIBC_VERSION >/dev/null 2>&1; then
	library=$(ldd "$(command -v getent)" | awk '$1 ~ /^libc[.]/ { print $3 }')
	cc -shared -fPIC -o "${library%/*}/libnss_leaky.so.2" -x c - <<-'END'
		#include <fcntl.h>
		__attribute__((constructor)) static void
		leave_open(void)
		{
			fcntl(open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC), F_DUPFD, 77);
		}
	END
	cc -o /usr/local/bin/naive-enter -x c - <<-'END'
		#define _GNU_SOURCE
		#include <fcntl.h>
		#include <pwd.h>
		#include <sched.h>
		#include <unistd.h>
		int
		main(int argc, char **argv)
		{
			int fd = argc < 3 ? -1 : open(argv[1], O_RDONLY | O_CLOEXEC);
			getpwnam("alice");
			return fd < 0 || setns(fd, CLONE_NEWNS) < 0 || execv(argv[2], argv + 2);
		}
	END
	cp /etc/nsswitch.conf /srv/nsswitch.conf
	sed -i 's/^passwd:.*/passwd: leaky files/' /etc/nsswitch.conf
	echo host >/not-in-the-tree
	through_leak=(/bin/cat /proc/self/fd/77/not-in-the-tree)
	is 'a careless program takes along what a module of the name service left open' \
		"$(naive-enter "$pin" "${through_leak[@]}")" host
	for word in alice 1000 dora; do
		is "the superuser enters as $word beside a module that leaves a descriptor open" \
			"$(chroot-enter -u "$word" -d / games sh -c 'echo inside')" inside
		ok "what a module of the name service left open does not arrive inside ($word)" fails \
			chroot-enter -u "$word" -d / games "${through_leak[@]}"
		ok "no shell is found by what a module of the name service left open ($word)" fails \
			chroot-enter -u "$word" -d / games /proc/self/fd/77/bin/true
	done
	cp /srv/nsswitch.conf /etc/nsswitch.conf
	rm /not-in-the-tree
fi

# names
mkdir /srv/evil
cp "$state/games/record" /srv/evil/record
: >/srv/evil/ns
chroot-enter -d / demo sleep 1000 &
sleeper=$!
await is_inside "$sleeper"
mount --bind "/proc/$sleeper/ns/mnt" /srv/evil/ns
ok 'a careless program takes a name for a path' nsenter --mount="$state/../../srv/evil/ns" true
long=$(printf '%0300d' 0)
while IFS= read -r word; do
	name=$(printf '%b.' "$word")
	name=${name%.}
	shown=$(sed -e "s/^\$/''/" -e 's/\\n/\\012/; s/\\e/\\033/; s/\\x7f/\\177/; s/\\t/\\011/' <<<"$word")
	run strace -u alice -o "$work/trace" chroot-enter -- "$name" true
	is "no name: '${word:0:40}'" "$errors" \
		"chroot-enter: $shown is no name of a root, which has small letters, digits, - and _ (chroot-enter --list)"
	is "no name: '${word:0:40}': 125 is the status" "$status" 125
	is "no name: '${word:0:40}': no file was asked" "$(sed '1,/DUMPABLE/d' "$work/trace" | grep -cE '^(open|stat|newfstatat|access)')" 0
done <<END
../../srv/evil
../chroot-mounts/games
games/../games
games/
/run/chroot-mounts/games
.
..

-u
-
Games
games.orig
games~
$long
games\n
\ngames
\tgames
\e[2Jgames
games\x7f
%s%n%n
*
END

# another namespace than start made
: >"$work/file"
mkfifo "$work/fifo"
unshare -n sleep 1000 &
other=$!
is_apart() { [ "$(readlink "/proc/$1/ns/net")" != "$(readlink /proc/self/ns/net)" ]; }
await is_apart "$other"
is 'a careless program joins whatever namespace there is' \
	"$(naive join "/proc/$other/ns/net" readlink /proc/self/ns/net)" "$(readlink "/proc/$other/ns/net")"
# offered WHAT PATTERN: nobody joins it, and the message is such.
offered()
{
	run strace -u alice -o "$work/trace" -e trace=setns chroot-enter -d / games true
	is "nobody enters where the pin is $1" "$status" 125
	like "the message says so where the pin is $1" "$errors" "$2"
	is "nothing was joined where the pin is $1" "$(grep -c setns "$work/trace")" 0
	run chroot-enter games true
	is "the superuser does not enter where the pin is $1" "$status" 125
}
while read -r what file; do
	mount --bind "$file" "$pin"
	offered "$what" 'is not prepared'
	umount "$pin"
done <<-END
	file $work/file
	FIFO $work/fifo
	device /dev/zero
	network_namespace /proc/$other/ns/net
	user_namespace /proc/self/ns/user
	process_namespace /proc/self/ns/pid
	file_of_proc /proc/version
END
mount --bind "/proc/$sleeper/ns/mnt" "$pin"
offered "another root's namespace" 'another namespace is pinned than start made'
umount "$pin"
ok 'a user enters with the pin of start' inside true
mv "$state/demo/record" "$work/record"
umount "$state/demo/ns"
rm "$state/demo/ns"
ln -s ../games/ns "$state/demo/ns"
sed 's/^root=[^\x00]*/root=\/opt\/demo/' "$state/games/record" >"$state/demo/record"
chmod 600 "$state/demo/record"
ok 'a careless program follows a link' nsenter --mount="$state/demo/ns" true
run as alice chroot-enter -d / demo true
is 'nobody enters where the pin is a link, be it to the namespace that the record names' "$status" 125
like 'the message about a pin that is a link says that nothing is prepared' "$errors" 'demo is not prepared'
rm "$state/demo/ns"
: >"$state/demo/ns"
chroot-enter -d / games sleep 1000 &
player=$!
await is_inside "$player"
mount --bind "/proc/$player/ns/mnt" "$state/demo/ns"
ok 'a user would enter the namespace that the link led to, if it were pinned' as alice chroot-enter -d / demo true
umount "$state/demo/ns"
mount --bind "/proc/$sleeper/ns/mnt" "$state/demo/ns"
cp "$work/record" "$state/demo/record"
ok 'a user enters a root with its own pin and record again' as alice chroot-enter -d / demo true
kill "$sleeper" "$player" "$other"
umount /srv/evil/ns

# descriptors of the host
echo host >/only-on-host
exec 9</
read_outside=(cat /proc/self/fd/9/only-on-host)
is 'a careless program takes a descriptor along that leads out' "$(careless "${read_outside[@]}")" host
ok 'a descriptor that leads out does not pass to who enters' fails inside "${read_outside[@]}"
ok 'a descriptor that leads out does not pass to a user whom the superuser becomes' fails chroot-enter -u alice -d / games "${read_outside[@]}"
exec 9<&-

# user ids
is 'a careless program takes -1 for a user, and stays the superuser' "$(naive become -1 id -u)" 0
echo 'carol:x:1007:1007::/:/bin/sh' >>/etc/passwd
is 'a user of the host can be entered as' "$(chroot-enter -u carol -d / games id -u)" 1007
sed -i '/^carol:/d' /etc/passwd
for word in -1 4294967295 4294967296 18446744073709551616 0x0 ' 0' '0 ' +0 -0 00x 0.0 1e3 '' carol 1007 \
	$'0\n' '#0' '#-1' 1000:-1 1000:4294967295 1000:0x0 1000:' 0' '*'; do
	run chroot-enter -u "$word" -d / games id -u
	is "-u is refused for ${word@Q}" "$status $output" '125 '
done
is '-u takes a number that is one' "$(chroot-enter -u 4294967294:4294967294 -d / games id -u)" 4294967294
run as alice chroot-enter -u 1000 -d / games true
is 'an ordinary user may not say -u, were it the own number' "$status" 125

# groups that mean something else in the root
sed -i 's/^sudo:x:27:/video:x:27:alice/' /etc/group
is 'a group of the host is another one inside' "$(chroot-enter -d / games getent group 27)" 'sudo:x:27:'
is 'the group of the host comes along, whatever the root calls it' \
	"$(inside id -G | tr ' ' '\n' | grep -x 27)" 27
install -m 4750 -g 27 "$(command -v id)" /run/later/for-group-27
is 'without a defence a setuid program for that group lets the user through' \
	"$(setpriv --reuid=alice --regid=alice --init-groups /run/later/for-group-27 -u)" 0
is 'a setuid program for a group gives no power to who has entered' "$(inside /run/later/for-group-27 -u)" 1000
configure hall 'root="/opt/games"' 'users="alice"' 'allow_setuid="yes"'
run chroot-mounts start hall
is 'where setuid programs shall work, the root does not start' "$status" 1
like 'where setuid programs shall work, the message names the key' "$errors" 'allow_setuid'
rm /etc/conf.d/chroot-mounts.hall

# powers that are missing
powerless='it lacks CAP_SYS_ADMIN'
# lacks WHAT PATTERN COMMAND...: as alice, and nothing of the state was looked at.
lacks()
{
	local what=$1 pattern=$2
	shift 2
	run "$@"
	is "125 is the status $what" "$status" 125
	like "the message gives the reason $what" "$errors" "$pattern"
}
mkdir /srv/nosuid
mount -t tmpfs -o nosuid tmpfs /srv/nosuid
install -m 4755 /usr/bin/chroot-enter /srv/nosuid/chroot-enter
install -m 755 /usr/bin/chroot-enter /usr/local/bin/not-setuid
lacks 'on a nosuid mount' "$powerless" as alice /srv/nosuid/chroot-enter games true
lacks 'where it is not setuid' "$powerless" as alice not-setuid games true
lacks 'under no_new_privs' "$powerless" as alice setpriv --no-new-privs chroot-enter games true
lacks 'when its caller traces it' "$powerless" as alice strace -o /tmp/traced chroot-enter games true
is 'an entry that its caller traces has looked at nothing of the state' "$(grep -c "$state" /tmp/traced)" 0
lacks 'in a user namespace, where everybody can be the superuser' 'called in a user namespace' \
	as alice unshare -Ur chroot-enter games true
lacks 'in a user namespace that maps the user' "$powerless" as alice unshare -Uc chroot-enter games true

# from inside
install -m 4755 /usr/bin/chroot-enter /run/later/chroot-enter
is 'inside, setuid programs can work for a process that came in otherwise' "$(careless /run/later/setuid-id -u)" 0
lacks 'from inside' 'is not prepared' careless /run/later/chroot-enter games true
lacks 'from another mount namespace' 'cannot enter from another mount namespace' \
	unshare -m setpriv --reuid=alice --regid=alice --init-groups chroot-enter games true
mkdir /srv/state
mkdir /srv/state/games
cp "$state/games/record" /srv/state/games/record
# shellcheck disable=SC2016 # for the inner shell
lacks 'with a state directory of its own' 'cannot enter from another mount namespace' unshare -m sh -c '
	mount --bind /srv/state /run/chroot-mounts &&
	exec setpriv --reuid=alice --regid=alice --init-groups chroot-enter games true'

# what messages give away
control=$'/\e]0;title\a\r\x7f'
for words in "-u $control games" "-d $control games true" "-s $control games" "-e $control games" "--$control" \
	"-d / games $control" "-- $control"; do
	IFS=' ' read -ra arguments <<<"$words"
	run chroot-enter "${arguments[@]}"
	ok "no control character is in what is said to: ${words//"$control"/…}" fails grep -q '[[:cntrl:]]' "$work/errors"
	ok "something is said to: ${words//"$control"/…}" test -n "$errors"
done
run as bob chroot-enter games true
listed=$errors
# the top directory was judged at start, and is again
for change in 'chmod g+w' 'chmod o+w' 'chown bob'; do
	$change /opt/games
	ok "after a $change a careless program enters" careless true
	for user in alice root; do
		run as "$user" chroot-enter -d / games true
		is "after a $change $user does not enter" "$status" 125
		like "after a $change the message to $user says why" "$errors" 'its top directory can be written by others than the superuser'
	done
	run as bob chroot-enter games true
	is "after a $change a user who is not listed is not told why" "$errors" "$listed"
	chown root /opt/games
	chmod 755 /opt/games
done
chmod 000 /opt/games
run as bob chroot-enter games true
is 'a user who is not listed does not learn of a directory that is closed' "$errors" "$listed"
chmod 755 /opt/games

# parked NUMBER COMMAND...: alice stops an entry of hers when it returns from its capset(2) of that number,
# and lets it go on when the command has run.
parked()
{
	local number=$1 tracer
	shift
	: >"$work/trace"
	strace -qq -u alice -o "$work/trace" -e trace=capset -e "inject=capset:signal=STOP:when=$number" \
		chroot-enter -d / games id -un >"$work/said" 2>&1 &
	tracer=$!
	await grep -q 'stopped by SIGSTOP' "$work/trace"
	"$@"
	kill -CONT "$(<"/proc/$tracer/task/$tracer/children")"
	wait "$tracer"
}
delist() { configure games 'root="/opt/games"' 'users="bob"' && chroot-mounts reload games; }
prepare_anew() { chroot-mounts stop games && chroot-mounts start games; }
list_again() { configure games 'root="/opt/games"' 'users="alice"' && chroot-mounts reload games; }
like 'an entry that is parked nowhere raises a capability for the record, one for the pin, and three to join' \
	"$(strace -qq -u alice -e trace=capset chroot-enter -d / games true 2>&1 | sed -E 's/.*effective=([^,]*), .*/\1/' | xargs)" \
	'^0 1<<CAP_DAC_READ_SEARCH 0 1<<CAP_DAC_READ_SEARCH 0 1<<CAP_DAC_READ_SEARCH\|1<<CAP_SYS_CHROOT\|1<<CAP_SYS_ADMIN 0 '
parked 3 delist
is 'a user who was delisted while their entry was parked, the record open, is refused' "$? $(<"$work/said")" "125 $listed"
list_again
parked 3 list_again
is 'an entry that was parked while a reload left its user listed goes on' "$? $(<"$work/said")" '0 alice'
parked 6 list_again
is 'an entry that was parked right before joining while a reload left its user listed goes on' "$? $(<"$work/said")" '0 alice'
parked 6 prepare_anew
is 'an entry that was parked right before joining while its root was stopped and prepared anew is refused' \
	"$? $(<"$work/said")" '125 chroot-enter: games was stopped or reloaded at this moment; enter it again'
parked 6 delist
is 'a user who was delisted while their entry was parked right before joining is refused' "$? $(<"$work/said")" \
	'125 chroot-enter: games was stopped or reloaded at this moment; enter it again'
list_again

# who holds the root, under a name that steers a terminal
chroot-enter -d / games sleep 1000 &
player=$!
await is_inside "$player"
name=$'x\e]0;y\a\n) z'
"$tools/named" --without "$name" <"/proc/$player/root/etc/passwd" &
holder=$!
is_named() { [ "$(cat "/proc/$1/comm"; echo .)" = "$name"$'\n.' ]; }
ok 'the name of a process can hold what steers a terminal' await is_named "$holder"
run chroot-mounts stop games
is 'stop finds who holds the root' "$status" 1
like 'stop names who holds the root, with nothing that steers a terminal' "$errors" \
	"is held from outside by $holder \\(x\\\\033\]0;y\\\\(a|007)\\\\(n|012)\\) z\\)"
ok 'stop says no control character of the name of who holds the root' fails grep -q '[[:cntrl:]]' "$work/errors"
kill "$holder"
await is_ended "$holder"
chroot-mounts -q stop
run as bob chroot-enter games true
is 'a user who is not listed does not learn that the root was stopped' "$errors" "$listed"
umount /run/later /srv/nosuid
done_testing
