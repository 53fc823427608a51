#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# chroot-enter: the command's own status and arguments; the caller's own identity; environment,
# descriptors and working directory; who is refused, and how.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
needs perl cc
on_machines PROPAGATION=private

enter() { chroot-enter games "$@"; }
as_alice() { as alice chroot-enter games "$@"; }
status_of() { "$@" >/dev/null 2>&1; echo $?; }

configure games 'root="/opt/games"' 'users="alice"'
configure demo 'root="/opt/demo"' 'users="bob"'
echo 'alice:x:1000:1000:Alice:/home/alice:/bin/sh' >>/opt/games/etc/passwd
mkdir -p /opt/games/home/alice /opt/games/srv/both /srv/both
chown alice:alice /opt/games/home/alice
ok 'the roots start' chroot-mounts start

# statuses
is 'the status of a command inside is its own' "$(status_of enter sh -c 'exit 37')" 37
is 'the status of a command of an ordinary user inside is its own' "$(status_of as_alice sh -c 'exit 37')" 37
# shellcheck disable=SC2016 # for the other shells
is 'a command that a signal killed is seen to be' \
	"$(perl -e 'system(@ARGV); print $? & 127' chroot-enter games sh -c 'kill -9 $$')" 9
run enter no-such-command
is 'a command that does not exist is 127' "$status" 127
like 'a command that does not exist is named' "$errors" 'no-such-command'
run enter /etc/passwd
is 'a file that cannot be executed is 126' "$status" 126
like 'a file that cannot be executed is named' "$errors" '/etc/passwd'
# option ERROR WORD...: the words are bad usage, and the error says so.
option()
{
	local error=$1
	shift
	run chroot-enter "$@"
	is "125 is the status of: chroot-enter $*" "$status" 125
	is "the message gives the reason for: chroot-enter $*" "$errors" "chroot-enter: $error; chroot-enter -h says what there is"
}
option 'unknown option --nonsense' --nonsense games true
option 'unknown option --nonsense=5' -E --nonsense=5 games true
option 'unknown option -x' -xE games true
option 'unknown option -x' --login -Ex games
option 'unknown option -+' -+ games true
option '--login=yes takes no value' --login=yes games
option 'a value is missing behind -Eu' -Eu
option 'a value is missing behind --user' --user
run chroot-enter --help
is 'the help is no error' "$status" 0
like 'the help goes to standard output' "$output" '^usage: chroot-enter .*--keep-env'
like 'the version goes to standard output' "$(chroot-enter --version)" '^chroot-enter [0-9]'
# shellcheck disable=SC2016 # for the inner shell
is 'options have long names' "$(KEPT=1 chroot-enter --user alice --directory=/var --env A=2 --keep-env \
	games sh -c 'echo $(id -u) $PWD $A $KEPT')" '1000 /var 2 1'
# shellcheck disable=SC2016 # for the inner shell
is 'options for a shell have long names' "$(chroot-enter --login --shell=/bin/ash games <<<'echo $0' 2>/dev/null)" -ash
is 'no root at all is 125' "$(status_of chroot-enter)" 125
is 'a name that could be a path is 125' "$(status_of chroot-enter ../games true)" 125
is 'an ordinary user may not say -u' "$(status_of as alice chroot-enter -u bob games true)" 125

# arguments and streams
is 'arguments arrive as they are' "$(enter printf '%s\n' 'a b' '*' '"')" $'a b\n*\n"'
is 'options behind the root are the command'"'"'s' "$(enter echo -u x)" '-u x'
is "options behind the root and -- are the command's" "$(chroot-enter games -- echo -n x)" x
is 'standard input is passed on' "$(echo through | as_alice cat)" through
run enter sh -c 'echo out; echo err >&2'
is 'standard output is the command'"'"'s alone' "$output" out
is 'standard error is the command'"'"'s alone' "$errors" err

# identity
is 'the user has 12 supplementary groups on the host' "$(as alice id -G | wc -w)" 13
for what in -u -g -G; do
	is "id $what is the same inside" "$(as_alice id $what)" "$(as alice id $what)"
done
is 'the real and the effective ids are the user'"'"'s, all four' \
	"$(as_alice grep -E '^(Uid|Gid):' /proc/self/status | tr -s '\t\n' ' ')" \
	'Uid: 1000 1000 1000 1000 Gid: 1000 1000 1000 1000 '
is 'no capability is left inside, and none can come' \
	"$(as_alice grep -E '^(Cap[^B]|NoNewPrivs)' /proc/self/status | tr -s '\t\n' ' ')" \
	'CapInh: 0000000000000000 CapPrm: 0000000000000000 CapEff: 0000000000000000 CapAmb: 0000000000000000 NoNewPrivs: 1 '
mknod -m 0660 /dev/games0 c 1 3
chgrp render /dev/games0
ok 'a device of a group that only the host knows opens inside' as_alice sh -c ': <>/dev/games0'
ok 'a device of a group that only the host knows does not open for a user without that group' fails setpriv --reuid=alice --regid=alice --clear-groups \
	chroot-enter games sh -c ': <>/dev/games0'
is 'the superuser stays the superuser' "$(enter id -u)" 0
is 'the superuser becomes a user by -u' "$(chroot-enter -u alice games id -u)" 1000
is 'the superuser who becomes a user has the groups of that user' "$(chroot-enter -u alice games id -G)" "$(as alice id -G)"
is 'the superuser becomes a user with a group by -u USER:GROUP' "$(chroot-enter -u alice:players games id -g)" 3001
is 'the superuser who becomes a user has no capability' "$(chroot-enter -u alice games grep -c '^Cap.*:.0*$' /proc/self/status)" 4
is 'the superuser who becomes a user keeps no inheritable and no ambient capability' \
	"$(setpriv --inh-caps +net_raw --ambient-caps +net_raw chroot-enter -u alice games grep -cE '^Cap(Inh|Amb):.0*$' /proc/self/status)" 2

# refusals
run as bob chroot-enter games true
refusal=$errors
is 'a user who is not listed is refused' "$status" 125
run as bob chroot-enter absent true
is 'a root that does not exist is refused with the same status' "$status" 125
is 'a root that does not exist is refused in the same words' "${errors//absent/games}" "$refusal"
run as alice chroot-enter demo true
is 'a user who is listed for one root is refused for another in the same words' "${errors//demo/games}" "$refusal"
# with one descriptor to spare, the directory of a prepared root opens and its record does not
run as bob sh -c 'ulimit -n 4; exec chroot-enter games true'
is 'a failure for want of descriptors does not tell an unlisted user that a root exists' "$errors" "$refusal"
run as bob sh -c 'ulimit -n 4; exec chroot-enter absent true'
is 'a failure for want of descriptors does not tell an unlisted user that a root is absent' "${errors//absent/games}" "$refusal"
run sh -c 'ulimit -n 4; exec chroot-enter games true'
like 'a failure for want of descriptors is told to the superuser' "$errors" 'cannot read the record of games: (Too many open files|No file descriptors available)'
sed -i 's/^version=[0-9]*/version=9/' /run/chroot-mounts/games/record
run as bob chroot-enter games true
is 'a record of another version is not told to an unlisted user' "$errors" "$refusal"
for user in alice root; do
	run setpriv --reuid="$user" --regid="$user" --init-groups chroot-enter games true
	like "a record of another version is told to $user" "$errors" 'another version.*restart'
done
sed -i 's/^version=9/version=2/' /run/chroot-mounts/games/record
like 'the refusal says what to do' "$refusal" 'not prepared.*chroot-mounts start games.*not listed'

# the name service, where the libc of the program has one with modules
if grep -q GLIBC_2 "$(command -v chroot-enter)"; then
	cc -shared -fPIC -o /usr/lib/libnss_doubtful.so.2 -x c - <<-'END'
		#include <errno.h>
		#include <fcntl.h>
		#include <nss.h>
		#include <pwd.h>
		#include <string.h>
		enum nss_status
		_nss_doubtful_getpwnam_r(const char *name, struct passwd *entry, char *buffer, size_t size, int *error)
		{
			(void)entry, (void)buffer, (void)size;
			if (open("/etc/passwd", O_RDONLY) >= 0 && strcmp(name, "carol") != 0)
				return NSS_STATUS_NOTFOUND;
			errno = *error = EIO;
			return NSS_STATUS_UNAVAIL;
		}
	END
	cp /etc/nsswitch.conf "$work/nsswitch.conf"
	sed -i 's/^passwd:.*/passwd: doubtful [UNAVAIL=return] files/' /etc/nsswitch.conf
	run chroot-enter -u carol games true
	is 'a name service that fails is 125' "$status" 125
	like 'a name service that fails is said, with its own reason' "$errors" 'cannot look up the user carol: (Input/output|I/O) error'
	run chroot-enter -u dave games true
	like 'a user whom the host does not know is said to be unknown' "$errors" 'the host knows no user dave'
	is 'a descriptor that a name service module leaves open does not pass' \
		"$(chroot-enter -u alice games ls /proc/self/fd | tr '\n' ' ')" '0 1 2 3 '
	cp "$work/nsswitch.conf" /etc/nsswitch.conf
fi

# environment and descriptors
is 'the environment is built from nothing' "$(setpriv --reuid=alice --regid=alice --init-groups \
	env -i PATH=/usr/bin TERM=vt100 LANG=C.UTF-8 DISPLAY=:0 SECRET=1 LD_LIBRARY_PATH=/x GCONV_PATH=/x \
	WAYLAND_SOCKET=5 IFS=x HOME=/elsewhere chroot-enter games env | sort)" "$(sort <<-END
	CHROOT_NAME=games
	DISPLAY=:0
	HOME=/home/alice
	LANG=C.UTF-8
	LOGNAME=alice
	PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/games:/usr/games:/opt/bin
	SHELL=/bin/sh
	TERM=vt100
	TMUX_TMPDIR=/var/tmp
	USER=alice
	debian_chroot=games
	END
)"
# all that the rule names, each with a value of two lines, and much more
many=(SHELL=/x USER=x LOGNAME=x HOME=/x PATH=/usr/bin CHROOT_NAME=x debian_chroot=x TMUX_TMPDIR=/x \
	LC=1 LANGUAGE=1 XLC_ALL=1 TERMINAL=1 TERMINFO=/x TERMCAP=x DISPLAYS=1 XDG_SESSION=1 XDG_DATA_DIRS=/x \
	XDG_CONFIG_HOME=/x PULSE_COOKIE=/x PIPEWIRE=1 SSH_AGENT_PID=1 SSH_CONNECTION=1 GPG_TTY=1 WAYLAND_SOCKET=9 \
	DBUS_SYSTEM_BUS_ADDRESS=1 BASH_ENV=/x ENV=/x IFS=x PS4=x SHELLOPTS=xtrace PERL5LIB=/x PYTHONPATH=/x \
	LD_PRELOAD=/x LD_AUDIT=/x LD_BIND_NOW=1 GLIBC_TUNABLES=x GCONV_PATH=/x GETCONF_DIR=/x HOSTALIASES=/x \
	LOCALDOMAIN=x LOCPATH=/x MALLOC_CHECK_=3 NIS_PATH=/x NLSPATH=/x RESOLV_HOST_CONF=/x RES_OPTIONS=x \
	TZDIR=/x LIBMOUNT_DEBUG=all TMPDIR=/x lang=1 term=1 1TERM=1 'LC_ X=1' 'LC_%=1' _=x TMUX=x STY=x)
session=(DISPLAY XAUTHORITY WAYLAND_DISPLAY XDG_RUNTIME_DIR XDG_SESSION_ID XDG_SESSION_TYPE XDG_CURRENT_DESKTOP \
	XDG_SEAT XDG_VTNR DBUS_SESSION_BUS_ADDRESS PULSE_SERVER PIPEWIRE_REMOTE SSH_AUTH_SOCK)
everyday=(TERM LANG LC_ALL LC_MESSAGES TZ COLORTERM NO_COLOR)
printf '%s\n' "${everyday[@]}" >"$work/everyday"
printf '%s\n' "${everyday[@]}" "${session[@]}" >"$work/kept"
mapfile -t kept < <(sed 's/$/=a\x1b/' "$work/kept")
# environment COMMAND...: what it says with -0, a line each, newlines shown as ESC, which no value has
environment() { env -i "${many[@]}" "${kept[@]//$'\e'/$'\nPATH=/evil'}" "$@" 2>/dev/null | tr '\n\0' '\033\n' | LC_ALL=C sort; }
# rule FILE HOME NAME: what it shall be
rule()
{
	{
		sed "s/\$/=a\x1bPATH=\/evil/" "$1"
		printf '%s\n' CHROOT_NAME=games "HOME=$2" "LOGNAME=$3" "USER=$3" SHELL=/bin/sh debian_chroot=games \
			TMUX_TMPDIR=/var/tmp \
			PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/games:/usr/games:/opt/bin
	} | LC_ALL=C sort
}
enter_bare=(/usr/bin/chroot-enter -d / games env -0)
is 'a careless way in keeps all of the environment' \
	"$(environment nsenter --mount=/run/chroot-mounts/games/ns env -0 | grep -cE '^(LD_PRELOAD|BASH_ENV|HOME|IFS|SSH_CONNECTION)=')" 5
is 'of a full environment a user has what the rule names, byte by byte, and no more' \
	"$(environment setpriv --reuid=alice --regid=alice --init-groups "${enter_bare[@]}")" "$(rule "$work/kept" /home/alice alice)"
is 'of a full environment the superuser has what the rule names, byte by byte, and no more' "$(environment "${enter_bare[@]}")" "$(rule "$work/kept" /root root)"
is 'of a full environment a user whom the superuser becomes has nothing of the session' \
	"$(environment /usr/bin/chroot-enter -u alice -d / games env -0)" "$(rule "$work/everyday" /home/alice alice)"
is '-E keeps the rest that is a variable, but nothing that steers a library or leads to the host' \
	"$(environment /usr/bin/chroot-enter -E -d / games env -0 | cut -d= -f1 | LC_ALL=C sort)" \
	"$({ rule "$work/kept" /root root; printf '%s\n' "${many[@]}" |
		grep -vE '^(LD_|GCONV|GETCONF|GLIBC|HOSTA|LOCALD|LOCP|MALLOC|NIS_|NLS|RES|TZDIR|WAYLAND_SO|TMUX=|STY=|1TERM|LC_[ %])'; } |
		cut -d= -f1 | LC_ALL=C sort -u)"
# shellcheck disable=SC2016 # for the inner shell
is 'a variable can be given by -e' "$(chroot-enter -e GIVEN='a b' games sh -c 'echo "$GIVEN"')" 'a b'
# shellcheck disable=SC2016 # for the inner shell
is 'the session of the display stays behind when the user changes' \
	"$(DISPLAY=:0 chroot-enter -u alice games sh -c 'echo "${DISPLAY-none}"')" none
# shellcheck disable=SC2016 # for the inner shell
is '-E keeps the environment' "$(KEPT=1 chroot-enter -E games sh -c 'echo "${KEPT-none}"')" 1
# shellcheck disable=SC2016 # for the inner shell
is '-E keeps nothing that steers the loader' \
	"$(LD_LIBRARY_PATH=/x chroot-enter -E games sh -c 'echo "${LD_LIBRARY_PATH-none}"')" none
# shellcheck disable=SC2016 # for the inner shell
name_of_bob() { as bob env "$@" chroot-enter -d / demo sh -c 'echo "$USER $LOGNAME"'; }
is 'without an account inside, the name is that of outside' "$(name_of_bob LOGNAME=bobby)" 'bobby bobby'
for name in '' ../bob $'bob\n' $'\e[2J' $'bob\x7f'; do
	is "a name that no user can have becomes unknown: ${name@Q}" "$(name_of_bob LOGNAME="$name")" 'unknown unknown'
done
for number in {20..39}; do
	eval "exec $number</etc/passwd"
done
is 'only the three standard descriptors pass (and the one that ls reads)' \
	"$(as_alice ls /proc/self/fd | tr '\n' ' ')" '0 1 2 3 '

# places of the host that are open are no places inside
mkdir /srv/outside
touch /srv/outside/marker
cp "${BUILD:-$top/build}/system/where" /srv/outside/where
exec 9</srv/outside 8</srv/outside/where
is 'a descriptor leads out of the root where it is still open' \
	"$(nsenter --mount=/run/chroot-mounts/games/ns ls /proc/self/fd/9/)" $'marker\nwhere'
for user in root alice; do
	leads_in() { as "$user" chroot-enter "$@"; }
	for path in /proc/self/fd/9 /proc/self/fd/0 /proc/$$/cwd; do
		run leads_in -d "$path" games ls -l </srv/outside
		is "$user: -d $path is 125" "$status" 125
		like "$user: -d $path is said not to exist" "$errors" "cannot go to $path inside games: (No such file|Permission denied)"
	done
	run leads_in -d / games /proc/self/fd/8
	is "$user: a command that was open outside is 127" "$status" 127
	run leads_in -d / -s /proc/self/fd/8 games
	is "$user: a shell that was open outside is 127" "$status" 127
	cd /proc/self/fd/9 || exit
	run leads_in games ls
	is "$user: the working directory counts by its name" "$status" 125
	like "$user: the message has the working directory's name on the host" "$errors" 'cannot go to /srv/outside inside games'
	cd / || exit
done
exec 8<&- 9<&-
# nor where the kernel has no name for them
mkdir -m 777 /srv/outside/open
for user in root alice; do
	is "$user: a directory that was removed leads to none" "$(as "$user" sh -c 'mkdir /srv/outside/open/gone
		exec </srv/outside/open/gone && rmdir /srv/outside/open/gone
		exec chroot-enter -d /proc/self/fd/0 games ls ..' 2>&1)" \
		'chroot-enter: cannot go to /proc/self/fd/0 inside games: No such file or directory'
	like "$user: a directory whose name is too long leads to none" "$(as "$user" perl -e 'chdir "/srv/outside/open";
		for (1 .. 30) { mkdir "d" x 200; chdir "d" x 200 or die } open STDIN, "<", "."; chdir "/"; exec @ARGV' \
		chroot-enter -d /proc/self/fd/0 games ls .. 2>&1)" '^chroot-enter: cannot go to /proc/self/fd/0 inside games: '
	rm -rf /srv/outside/open/d*
done

# working directory
cd /srv/both || exit
is 'the working directory is kept where it exists inside' "$(enter pwd)" /srv/both
cd "$work" || exit
run enter pwd
is 'a command is not run elsewhere where the working directory is missing inside' "$status" 125
like 'the message about a missing working directory names -d' "$errors" '-d'
is '-d says where the command runs' "$(chroot-enter -d /var games pwd)" /var
run chroot-enter -d /no-such games pwd
is 'a directory of -d that is missing is 125' "$status" 125
run as_alice <<<'pwd'
is 'a shell begins in the home where the working directory is missing inside' "$output" /home/alice
like 'a shell that begins in the home says so' "$errors" '/home/alice|/test'
mkdir -m 755 /srv/closed
mkdir -m 700 /opt/games/srv/closed
cd /srv/closed || exit
run as_alice pwd
like 'a directory that is closed inside is said to be so' "$errors" '/srv/closed inside games: Permission denied.*-d'
chmod 0 /opt/games/home/alice
run as_alice <<<'pwd'
is 'a shell begins in / where the working directory and the home are closed' "$output" /
like 'a shell that begins in / says so' "$errors" '/srv/closed inside games: Permission denied; you are in /($|[[:space:]])'
chmod 755 /opt/games/home/alice
# the kernel has no name for these, and nobody else is asked
is 'a working directory whose path is too long has no name' "$(as alice perl -e 'chdir "/tmp";
	for (1 .. 30) { mkdir "d" x 200; chdir "d" x 200 or die } exec @ARGV' chroot-enter games pwd 2>&1)" \
	"chroot-enter: cannot go to the current directory inside games: No such file or directory; to mend it: chroot-enter -d / games pwd"
mkdir "$work/gone"
mount -t tmpfs gone "$work/gone"
cd "$work/gone" || exit
umount -l "$work/gone"
run chroot-enter games pwd
is 'a working directory that is not reached from / is 125' "$status" 125
like 'the message says that the working directory cannot be gone to' "$errors" 'cannot go to the current directory inside games'
cd /srv/both || exit
is 'a login shell begins in the home' "$(as alice chroot-enter -l games <<<'pwd' 2>/dev/null)" /home/alice
# shellcheck disable=SC2016 # for the inner shell
is 'a login shell is told that it is one' "$(as alice chroot-enter -l games <<<'echo $0' 2>/dev/null)" -sh
# shellcheck disable=SC2016 # for the inner shell
is 'another shell can be asked for by -s' "$(chroot-enter -s /bin/ash games <<<'echo $0 $SHELL' 2>/dev/null)" 'ash /bin/ash'
cd /

# a file of the host that was replaced by another
rm -f /etc/resolv.conf
echo 'nameserver 192.0.2.1' >/etc/resolv.conf
ok 'reload succeeds after a file of the host was written anew' chroot-mounts reload games
for user in alice root; do
	run as "$user" chroot-enter -d / games <<<'cat /etc/resolv.conf'
	is "$user: a file of the host is the same file inside after a reload" "$output" 'nameserver 192.0.2.1'
	ok "$user: a shell has no note of a file that is the same inside" fails grep resolv.conf "$work/errors"
done
echo 'nameserver 192.0.2.2' >/etc/resolv.conf.new
mv /etc/resolv.conf.new /etc/resolv.conf
for user in alice root; do
	run as "$user" chroot-enter -d / games <<<'cat /etc/resolv.conf'
	is "$user: a file that was replaced is the old one inside" "$output" 'nameserver 192.0.2.1'
	like "$user: a shell begins with a note of the file that was replaced" "$errors" \
		'/etc/resolv.conf was replaced on the host, and games has the old one; chroot-mounts reload games renews it'
	run as "$user" chroot-enter -d / games true
	is "$user: a command has no note of the file that was replaced" "$errors" ''
done
ok 'the command that the note names succeeds' chroot-mounts reload games
run as_alice <<<'cat /etc/resolv.conf'
is 'the command that the note names renews the file inside' "$output" 'nameserver 192.0.2.2'
ok 'a shell has no note of the file that was renewed' fails grep resolv.conf "$work/errors"

# the file that a filesystem is made of is another one than those in it, and was not replaced
: >/srv/source
configure games 'root="/opt/games"' 'mounts="/srv/source /mnt tmpfs exec,x-mount.mkdir' 'proc /proc proc nosuid"'
chroot-mounts -q stop games
ok 'a root with a filesystem from a file of the host starts' chroot-mounts -q start games
run chroot-enter -d / games <<<'cat /proc/mounts'
like 'the filesystem from a file of the host is mounted inside' "$output" '/srv/source /mnt tmpfs'
is 'a shell has no note of a file of the host that a filesystem is made of' "$errors" ''
done_testing
