#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What people type, and every byte that they get for it: a table of command lines. A row is
#	alice$ LINE	or bob$, or superuser#: the line goes to bash, in /, with an environment of
#			PATH and HOME, standard input empty
#	> TEXT		a line of standard output
#	! TEXT		a line of standard error
#	? WHY		bad usage: the line of standard error that says why, and the status 125
#	= STATUS	where it is not 0
# and in the texts $n300 is what it is in the lines, 300 times the letter n.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
needs perl
on_machines 'TREES=games=busybox demo=busybox'

n300=$(printf '%300s' '' | tr ' ' n)

configure games 'root="/opt/games"' 'users="alice"'
configure demo 'root="/opt/demo"' 'users="bob"' 'default_user="bob"' 'shell="/bin/ash"' \
	'path="/opt/bin:/bin"' 'set_env="SET=1 HOME_PAGE=none"' 'pass_env="PASSED_*"'
configure asleep 'root="/opt/demo"' 'users="alice"'
echo 'alice:x:1000:1000:Alice:/home/alice:/bin/sh' >>/opt/games/etc/passwd
echo 'alina:x:1002:1002:Alina:/srv/alina:/bin/ash' >>/opt/games/etc/passwd
echo 'alina:x:1002:1002:Alina:/srv/elsewhere:/bin/bash' >>/etc/passwd
echo 'alina:x:1002:' >>/etc/group
mkdir -p /opt/games/home/alice /opt/games/srv/both /srv/both /srv/closed /srv/outside /opt/demo/opt/bin
mkdir -m 700 /opt/games/srv/closed
chown alice:alice /opt/games/home/alice
make_program() { printf '%b' "$3" >"$1"; chmod "$2" "$1"; }
make_program /opt/games/bin/lost 755 '#!/bin/nothing\n'
make_program /opt/games/bin/dos 755 '#!/bin/sh\r\n'
make_program /opt/games/bin/plain 755 'echo no interpreter\n'
make_program /opt/games/bin/void 755 ''
make_program /opt/games/bin/closed 700 '#!/bin/sh\n'
make_program /opt/games/bin/says 755 '#!/bin/sh\nprintf "<%s>" "$@"\necho\n'
make_program /opt/demo/opt/bin/here 755 '#!/bin/sh\necho /opt/bin is in the path\n'
ok 'the roots start' chroot-mounts start games demo

declare -A prefix=([alice]='as alice' [bob]='as bob' [superuser]='')

# One row: who, the line and what is expected of it.
try()
{
	local who=$1 line=$2 status
	# the prefix is words
	# shellcheck disable=SC2086
	${prefix[$who]} env -i PATH=/usr/bin:/bin HOME="/home/$who" n300="$n300" bash -c "$line" \
		>"$work/output" 2>"$work/errors" </dev/null && status=0 || status=$?
	{
		sed 's/^/> /' "$work/output"
		# musl writes this error without the first blank
		sed 's/^/! /; s/: Filename too long/: File name too long/' "$work/errors"
		[ "$status" = 0 ] || echo "= $status"
	} >"$work/got"
	sed "s/\\\$n300/$n300/g; s/^? \(.*\)/! chroot-enter: \1; chroot-enter -h says what there is\n= 125/" \
		>"$work/expected"
	ok "$who gets what the table says, of: ${line//#/\\#}" diff "$work/got" "$work/expected"
}

# What the table has said since the last prompt is a row.
who='' expected=''
end_row()
{
	[ -z "$who" ] || try "$who" "$line" < <(printf '%s' "$expected")
	who='' expected=''
}

while IFS= read -r text; do
	case $text in
	alice\$\ * | bob\$\ * | superuser\#\ *)
		end_row
		who=${text%%[\$\#] *} line=${text#*[\$\#] }
		;;
	[\>\!\?=]\ *) expected+=$text$'\n' ;;
	'' | '# '*) end_row ;;
	*) echo "not ok - the table has no line like: $text" ;;
	esac
done <<'END'
# statuses
alice$ chroot-enter games true

alice$ chroot-enter games sh -c 'exit 37'
= 37

superuser# chroot-enter games sh -c 'exit 37'
= 37

superuser# chroot-enter -u alice games sh -c 'exit 37'
= 37

alice$ chroot-enter games sh -c 'exit 255'
= 255

alice$ chroot-enter games sh -c 'exit 125'
= 125

alice$ perl -e 'system @ARGV; print $? & 127, "\n"' chroot-enter games sh -c 'kill -TERM $$'
> 15

superuser# perl -e 'system @ARGV; print $? & 127, "\n"' chroot-enter games sh -c 'kill -9 $$'
> 9

alice$ perl -e '$SIG{USR1} = "IGNORE"; exec @ARGV' chroot-enter games sh -c 'kill -USR1 $$; echo alive'
> alive

alice$ chroot-enter games sh -c 'echo out; echo err >&2'
> out
! err

alice$ echo through | chroot-enter games cat
> through

alice$ chroot-enter games nothing
! chroot-enter: nothing: command not found
= 127

alice$ chroot-enter games /bin/nothing
! chroot-enter: /bin/nothing: command not found
= 127

alice$ chroot-enter games ./nothing
! chroot-enter: ./nothing: command not found
= 127

alice$ chroot-enter games /bin/sh/nothing
! chroot-enter: /bin/sh/nothing: command not found
= 127

alice$ chroot-enter games ''
! chroot-enter: '': command not found
= 127

alice$ chroot-enter games $'new\nline\e[2J'
! chroot-enter: new\012line\033[2J: command not found
= 127

alice$ chroot-enter games "$n300"
! chroot-enter: $n300: command not found
= 127

alice$ chroot-enter games "/$n300"
! chroot-enter: cannot execute /$n300: it cannot be reached: File name too long
= 126

alice$ chroot-enter games /
! chroot-enter: cannot execute /: it is a directory
= 126

alice$ chroot-enter games /bin/
! chroot-enter: cannot execute /bin/: it is a directory
= 126

alice$ chroot-enter games /etc/passwd
! chroot-enter: cannot execute /etc/passwd: it may not be executed by anybody (chmod +x)
= 126

alice$ chroot-enter games closed
! chroot-enter: cannot execute /usr/bin/closed: it may not be executed by you (chmod +x)
= 126

superuser# chroot-enter games closed

alice$ chroot-enter games lost
! chroot-enter: cannot execute /usr/bin/lost: the interpreter /bin/nothing of its first line is missing inside
= 126

alice$ chroot-enter games dos
! chroot-enter: cannot execute /usr/bin/dos: the interpreter /bin/sh\015 of its first line is missing inside; the line ends in a carriage return, as those of DOS do
= 126

alice$ chroot-enter games plain
! chroot-enter: cannot execute /usr/bin/plain: it is a text whose first line names no interpreter (#!)
= 126

alice$ chroot-enter games void
! chroot-enter: cannot execute /usr/bin/void: it is empty
= 126

alice$ chroot-enter games /dev/null
! chroot-enter: cannot execute /dev/null: it is no regular file
= 126

# arguments
alice$ chroot-enter games says 'a b' '*' '"' "'" '' '$HOME'
> <a b><*><"><'><><$HOME>

alice$ chroot-enter games says $'new\nline' $'\e[2J' | cat -v
> <new
> line><^[[2J>

alice$ chroot-enter games says -u bob --help -- -V
> <-u><bob><--help><--><-V>

alice$ chroot-enter games -- says -- -l
> <--><-l>

alice$ chroot-enter -- games says
> <>

alice$ chroot-enter -- games -- says
> <>

alice$ chroot-enter games -- -- says
! chroot-enter: --: command not found
= 127

alice$ chroot-enter games -u
! chroot-enter: cannot run -u: a command that begins with - stands behind --
= 125

alice$ chroot-enter games -h
! chroot-enter: cannot run -h: options stand before the root; to mend it: chroot-enter -h games
= 125

alice$ chroot-enter -e A=1 games -s /bin/ash -d '/srv/a b' says "it's"
! chroot-enter: cannot run -s: options stand before the root; to mend it: chroot-enter -e 'A=1' -s /bin/ash -d '/srv/a b' games says 'it'\''s'
= 125

alice$ chroot-enter games -- -h
! chroot-enter: -h: command not found
= 127

alice$ chroot-enter games 'says one'
! chroot-enter: says one: command not found: it is one word with blanks; to mend it: chroot-enter games sh -c 'says one'
= 127

alice$ chroot-enter games sh -c 'says one'
> <one>

alice$ chroot-enter games --

alice$ chroot-enter --
? a root is missing

# bad usage
alice$ chroot-enter
? a root is missing

alice$ chroot-enter -E
? a root is missing

superuser# chroot-enter --nonsense games true
? unknown option --nonsense

alice$ chroot-enter --nonsense=5 games true
? unknown option --nonsense=5

alice$ chroot-enter --no$'\n'$'\e[2J' games true
? unknown option --no\012\033[2J

alice$ chroot-enter --"$n300" games true
? unknown option --$n300

alice$ chroot-enter --=x games true
? unknown option --=x

alice$ chroot-enter -x games true
? unknown option -x

alice$ chroot-enter -Ex games true
? unknown option -x

alice$ chroot-enter -xE games true
? unknown option -x

alice$ chroot-enter -+ games true
? unknown option -+

alice$ chroot-enter -: games true
? unknown option -:

alice$ chroot-enter -? games true
? unknown option -?

alice$ chroot-enter -$'\e' games true
? unknown option -\033

alice$ chroot-enter -$'\n' games true
? unknown option -\012

alice$ chroot-enter -ä games true
? unknown option -\303

alice$ chroot-enter -E$'\303' ä true
? unknown option -\303

alice$ chroot-enter --ä games true
? unknown option --ä

alice$ chroot-enter - true
! chroot-enter: - is no name of a root, which has small letters, digits, - and _ (chroot-enter --list)
= 125

alice$ chroot-enter --keep-env=yes games true
? --keep-env=yes takes no value

alice$ chroot-enter --login= games
? --login= takes no value

alice$ chroot-enter --help=enter
? --help=enter takes no value

alice$ chroot-enter --version=1
? --version=1 takes no value

alice$ chroot-enter -u
? a value is missing behind -u

alice$ chroot-enter -Ed
? a value is missing behind -Ed

alice$ chroot-enter -e
? a value is missing behind -e

alice$ chroot-enter -Ee
? a value is missing behind -Ee

alice$ chroot-enter -E -s
? a value is missing behind -s

alice$ chroot-enter --user
? a value is missing behind --user

alice$ chroot-enter --directory
? a value is missing behind --directory

alice$ chroot-enter --env
? a value is missing behind --env

alice$ chroot-enter -E --shell
? a value is missing behind --shell

alice$ chroot-enter -d games
? a root is missing

alice$ chroot-enter -d '' games true
? -d wants an absolute path, not ''

alice$ chroot-enter -d srv games true
? -d wants an absolute path, not srv

alice$ chroot-enter -d . games true
? -d wants an absolute path, not .

alice$ chroot-enter --directory=srv games true
? -d wants an absolute path, not srv

alice$ chroot-enter -s '' games
? -s wants an absolute path, not ''

alice$ chroot-enter -s sh games
? -s wants an absolute path, not sh

alice$ chroot-enter --shell=bin/sh games
? -s wants an absolute path, not bin/sh

alice$ chroot-enter -l games true
? -l is for a shell, not for a command

alice$ chroot-enter -s /bin/sh games true
? -s is for a shell, not for a command

alice$ chroot-enter -l -s /bin/sh games true
? -l is for a shell, not for a command

alice$ chroot-enter -e '' games true
? -e wants NAME=VALUE, not ''

alice$ chroot-enter -e A games true
? -e wants NAME=VALUE, not A

alice$ chroot-enter -e =1 games true
? -e wants NAME=VALUE, not =1

alice$ chroot-enter -e 1A=1 games true
? -e wants NAME=VALUE, not 1A=1

alice$ chroot-enter -e 'A B=1' games true
? -e wants NAME=VALUE, not A B=1

alice$ chroot-enter -e A-B=1 games true
? -e wants NAME=VALUE, not A-B=1

alice$ chroot-enter -e $'A\e[2J=1' games true
? -e wants NAME=VALUE, not A\033[2J=1

alice$ chroot-enter -e "$n300" games true
? -e wants NAME=VALUE, not $n300

alice$ chroot-enter --env=A games true
? -e wants NAME=VALUE, not A

superuser# chroot-enter -u '' games true
! chroot-enter: the host knows no user ''
= 125

superuser# chroot-enter -u : games true
! chroot-enter: the host knows no user ''
= 125

superuser# chroot-enter -u :players games true
! chroot-enter: the host knows no user ''
= 125

superuser# chroot-enter -u alice: games true
! chroot-enter: the host knows no group ''
= 125

superuser# chroot-enter --user= games true
! chroot-enter: the host knows no user ''
= 125

# help and version
alice$ chroot-enter -h | sed -n '1s/ .*//p'
> usage:

bob$ chroot-enter -V | sed 's/[0-9].*/VERSION/'
> chroot-enter VERSION

alice$ chroot-enter --version | wc -l
> 1

alice$ chroot-enter --vers | wc -l
> 1

alice$ chroot-enter -Vx | wc -l
> 1

alice$ chroot-enter -xV
? unknown option -x

alice$ chroot-enter -h >/dev/full
! chroot-enter: cannot write: No space left on device
= 125

# names
alice$ chroot-enter '' true
! chroot-enter: '' is no name of a root, which has small letters, digits, - and _ (chroot-enter --list)
= 125

alice$ chroot-enter . true
! chroot-enter: . is no name of a root, which has small letters, digits, - and _ (chroot-enter --list)
= 125

alice$ chroot-enter .. true
! chroot-enter: .. is no name of a root, which has small letters, digits, - and _ (chroot-enter --list)
= 125

alice$ chroot-enter ../games true
! chroot-enter: ../games is no name of a root, which has small letters, digits, - and _ (chroot-enter --list)
= 125

alice$ chroot-enter /opt/games true
! chroot-enter: /opt/games is no name of a root, which has small letters, digits, - and _ (chroot-enter --list)
= 125

alice$ chroot-enter games/ true
! chroot-enter: games/ is no name of a root, which has small letters, digits, - and _ (chroot-enter --list)
= 125

alice$ chroot-enter Games true
! chroot-enter: Games is no name of a root, which has small letters, digits, - and _ (chroot-enter --list)
= 125

alice$ chroot-enter 'games ' true
! chroot-enter: games  is no name of a root, which has small letters, digits, - and _ (chroot-enter --list)
= 125

alice$ chroot-enter $'games\n' true
! chroot-enter: games\012 is no name of a root, which has small letters, digits, - and _ (chroot-enter --list)
= 125

alice$ chroot-enter $'\e[2Jgames' true
! chroot-enter: \033[2Jgames is no name of a root, which has small letters, digits, - and _ (chroot-enter --list)
= 125

alice$ chroot-enter games/ns true
! chroot-enter: games/ns is no name of a root, which has small letters, digits, - and _ (chroot-enter --list)
= 125

alice$ chroot-enter -- -games true
! chroot-enter: -games is no name of a root, which has small letters, digits, - and _ (chroot-enter --list)
= 125

alice$ chroot-enter _games true
! chroot-enter: _games is no name of a root, which has small letters, digits, - and _ (chroot-enter --list)
= 125

alice$ chroot-enter gämes true
! chroot-enter: gämes is no name of a root, which has small letters, digits, - and _ (chroot-enter --list)
= 125

alice$ chroot-enter '%s%n' true
! chroot-enter: %s%n is no name of a root, which has small letters, digits, - and _ (chroot-enter --list)
= 125

alice$ chroot-enter "$n300" true
! chroot-enter: $n300 is no name of a root, which has small letters, digits, - and _ (chroot-enter --list)
= 125

alice$ chroot-enter absent true
! chroot-enter: absent is not prepared (chroot-mounts start absent), or you are not listed for it
= 125

alice$ chroot-enter asleep true
! chroot-enter: asleep is not prepared (chroot-mounts start asleep), or you are not listed for it
= 125

bob$ chroot-enter games true
! chroot-enter: games is not prepared (chroot-mounts start games), or you are not listed for it
= 125

alice$ chroot-enter demo true
! chroot-enter: demo is not prepared (chroot-mounts start demo), or you are not listed for it
= 125

superuser# chroot-enter absent true
! chroot-enter: no root is called absent (chroot-mounts list)
= 125

superuser# chroot-enter asleep true
! chroot-enter: asleep is not prepared; to mend it: chroot-mounts start asleep
= 125

superuser# chroot-enter ../games true
! chroot-enter: ../games is no name of a root, which has small letters, digits, - and _ (chroot-enter --list)
= 125

superuser# chroot-enter "$n300" true
! chroot-enter: $n300 is no name of a root, which has small letters, digits, - and _ (chroot-enter --list)
= 125

# whom
alice$ chroot-enter games id -u
> 1000

alice$ chroot-enter -u alice games id -u
! chroot-enter: -u is for the superuser; others enter as themselves
= 125

bob$ chroot-enter -u bob games id -u
! chroot-enter: games is not prepared (chroot-mounts start games), or you are not listed for it
= 125

bob$ chroot-enter -u nobody absent id -u
! chroot-enter: absent is not prepared (chroot-mounts start absent), or you are not listed for it
= 125

superuser# chroot-enter games id -u
> 0

superuser# chroot-enter -u alice games id -u
> 1000

superuser# chroot-enter -ualice games id -u
> 1000

superuser# chroot-enter --user=alice games id -u
> 1000

superuser# chroot-enter -u alice -u bob games id -u
> 1001

superuser# chroot-enter -u alice games sh -c 'echo $(id -g) $(id -G | wc -w)'
> 1000 13

superuser# chroot-enter -u alice:players games id -g
> 3001

superuser# chroot-enter -u alice:3001 games id -g
> 3001

superuser# chroot-enter -u 1000 games sh -c 'echo $(id -u) $(id -G | wc -w)'
> 1000 13

superuser# chroot-enter -u 1000:bob games sh -c 'echo $(id -u) $(id -g)'
> 1000 1001

superuser# chroot-enter -u 4242:4343 games sh -c 'echo $(id -u) $(id -G) $USER'
> 4242 4343 unknown

superuser# chroot-enter -u 4242 games id
! chroot-enter: neither the host nor games has an account with the number 4242, so a group is needed; give it, as in -u 4242:GROUP
= 125

superuser# chroot-enter -u root games id -u
> 0

superuser# chroot-enter -u 0:5 games id -g
> 5

superuser# chroot-enter -u carol games id
! chroot-enter: the host knows no user carol, and games neither
= 125

superuser# chroot-enter -u alice:carol games id
! chroot-enter: the host knows no group carol, and games neither
= 125

superuser# chroot-enter -u -1 games id
! chroot-enter: the host knows no user -1
= 125

superuser# chroot-enter -u 4294967295:0 games id
! chroot-enter: the host knows no user 4294967295
= 125

superuser# chroot-enter -u 4294967294:0 games id -u
> 4294967294

superuser# chroot-enter -u 4294968296:0 games id
! chroot-enter: the host knows no user 4294968296
= 125

superuser# chroot-enter -u 0x0 games id
! chroot-enter: the host knows no user 0x0
= 125

superuser# chroot-enter -u ' 0' games id
! chroot-enter: the host knows no user  0
= 125

superuser# chroot-enter -u +0 games id
! chroot-enter: the host knows no user +0
= 125

superuser# chroot-enter -u 00 games id
! chroot-enter: the host knows no user 00
= 125

superuser# chroot-enter -u alice:-1 games id
! chroot-enter: the host knows no group -1
= 125

superuser# chroot-enter -u alice:4294967295 games id
! chroot-enter: the host knows no group 4294967295
= 125

superuser# chroot-enter -u alice:players:bob games id
! chroot-enter: the host knows no group players:bob, and games neither
= 125

superuser# chroot-enter -u $'\e[2J' games id
! chroot-enter: the host knows no user \033[2J
= 125

superuser# chroot-enter -u "$n300" games id
! chroot-enter: the host knows no user $n300, and games neither
= 125

superuser# chroot-enter demo id -u
> 1001

superuser# chroot-enter -u root demo id -u
> 0

superuser# chroot-enter -u alice demo id -u
> 1000

# where
alice$ cd /srv/both; chroot-enter games pwd
> /srv/both

alice$ cd /srv/outside; chroot-enter games pwd
! chroot-enter: cannot go to /srv/outside inside games: No such file or directory; to mend it: chroot-enter -d / games pwd
= 125

alice$ cd /srv/outside; chroot-enter games rm -rf etc usr
! chroot-enter: cannot go to /srv/outside inside games: No such file or directory; -d says where it runs
= 125

alice$ cd /srv/outside; chroot-enter games sh -c 'rm -rf *'
! chroot-enter: cannot go to /srv/outside inside games: No such file or directory; -d says where it runs
= 125

alice$ cd /srv/closed; chroot-enter games pwd
! chroot-enter: cannot go to /srv/closed inside games: Permission denied; to mend it: chroot-enter -d / games pwd
= 125

alice$ cd /srv/outside; chroot-enter -d /srv/both games pwd
> /srv/both

alice$ chroot-enter -d / games pwd
> /

alice$ chroot-enter -d /bin/../srv/both games pwd
> /srv/both

alice$ chroot-enter -d / -d /srv/both games pwd
> /srv/both

alice$ chroot-enter -d /nothing games pwd
! chroot-enter: cannot go to /nothing inside games: No such file or directory
= 125

alice$ chroot-enter -d /nothing games
! chroot-enter: cannot go to /nothing inside games: No such file or directory
= 125

alice$ chroot-enter -d /etc/passwd games pwd
! chroot-enter: cannot go to /etc/passwd inside games: Not a directory
= 125

alice$ chroot-enter -d /srv/closed games pwd
! chroot-enter: cannot go to /srv/closed inside games: Permission denied
= 125

alice$ chroot-enter -d "/$n300" games pwd
! chroot-enter: cannot go to /$n300 inside games: File name too long
= 125

alice$ chroot-enter -d $'/\e[2J\n' games pwd
! chroot-enter: cannot go to /\033[2J\012 inside games: No such file or directory
= 125

alice$ cd /srv/outside; echo pwd | chroot-enter games
> /home/alice
! chroot-enter: cannot go to /srv/outside inside games: No such file or directory; you are in /home/alice

bob$ cd /srv/outside; echo pwd | chroot-enter demo
> /
! chroot-enter: demo has no account with the number 1001; its /etc/passwd wants a line such as unknown:x:1001:1001::/:/bin/sh
! chroot-enter: cannot go to /srv/outside inside demo: No such file or directory; you are in /

alice$ cd /srv/both; echo pwd | chroot-enter games
> /srv/both

alice$ cd /srv/both; echo pwd | chroot-enter -l games
> /home/alice

alice$ echo pwd | chroot-enter -l -d /srv/both games
> /srv/both

alice$ cd "$(mktemp -d)"; rmdir "$PWD"; chroot-enter games pwd
! chroot-enter: cannot go to the current directory inside games: No such file or directory; to mend it: chroot-enter -d / games pwd
= 125

# shells
alice$ echo 'echo $0 $SHELL' | chroot-enter games
> sh /bin/sh

alice$ echo 'echo $0' | chroot-enter -l games
> -sh

alice$ echo 'echo $0 $SHELL' | chroot-enter -s /bin/ash games
> ash /bin/ash

alice$ echo 'echo $0' | chroot-enter -ls/bin/ash games
> -ash

alice$ echo 'echo $0' | chroot-enter --login --shell /bin/ash games
> -ash

alice$ echo 'exit 37' | chroot-enter games
= 37

alice$ chroot-enter games

alice$ chroot-enter -s /bin/nothing games
! chroot-enter: cannot find the shell /bin/nothing inside games
= 127

alice$ chroot-enter -s /bin games
! chroot-enter: cannot execute /bin: it is a directory
= 126

alice$ chroot-enter -s /bin/lost games
! chroot-enter: cannot execute /bin/lost: the interpreter /bin/nothing of its first line is missing inside
= 126

alice$ chroot-enter -s "/$n300" games
! chroot-enter: cannot execute /$n300: it cannot be reached: File name too long
= 126

bob$ echo 'echo $0 $SHELL' | chroot-enter demo
> ash /bin/ash
! chroot-enter: demo has no account with the number 1001; its /etc/passwd wants a line such as unknown:x:1001:1001::/:/bin/sh

bob$ echo 'echo $0 $SHELL' | chroot-enter -s /bin/sh demo
> sh /bin/sh
! chroot-enter: demo has no account with the number 1001; its /etc/passwd wants a line such as unknown:x:1001:1001::/:/bin/sh

superuser# echo 'echo $0 $SHELL $USER' | chroot-enter -u alina games
> ash /bin/ash alina
! chroot-enter: your home /srv/alina is missing inside games; make it there and give it to alina

# the environment
alice$ chroot-enter games env | sort
> CHROOT_NAME=games
> HOME=/home/alice
> LOGNAME=alice
> PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/games:/usr/games:/opt/bin
> SHELL=/bin/sh
> TMUX_TMPDIR=/var/tmp
> USER=alice
> debian_chroot=games

bob$ chroot-enter demo env | sort
> CHROOT_NAME=demo
> HOME=/
> HOME_PAGE=none
> LOGNAME=unknown
> PATH=/opt/bin:/bin
> SET=1
> SHELL=/bin/ash
> TMUX_TMPDIR=/var/tmp
> USER=unknown
> debian_chroot=demo

superuser# chroot-enter games env | sort
> CHROOT_NAME=games
> HOME=/root
> LOGNAME=root
> PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/games:/usr/games:/opt/bin
> SHELL=/bin/sh
> TMUX_TMPDIR=/var/tmp
> USER=root
> debian_chroot=games

superuser# chroot-enter -u bob games env | sort
> CHROOT_NAME=games
> HOME=/
> LOGNAME=bob
> PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/games:/usr/games:/opt/bin
> SHELL=/bin/sh
> TMUX_TMPDIR=/var/tmp
> USER=bob
> debian_chroot=games

superuser# chroot-enter -u alina games sh -c 'echo $HOME $USER $SHELL'
> / alina /bin/ash

alice$ HOME=/srv SHELL=/bin/nothing USER=x LOGNAME=y chroot-enter games sh -c 'echo $HOME $SHELL $USER $LOGNAME'
> /home/alice /bin/sh alice alice

bob$ LOGNAME=bobby chroot-enter demo sh -c 'echo $HOME $USER $LOGNAME'
> / bobby bobby

bob$ USER=bobby chroot-enter demo sh -c 'echo $USER $LOGNAME'
> bobby bobby

bob$ LOGNAME=../x chroot-enter demo sh -c 'echo $USER'
> unknown

bob$ chroot-enter demo here
> /opt/bin is in the path

alice$ PATH=$PATH:/srv chroot-enter games sh -c 'echo $PATH'
> /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/games:/usr/games:/opt/bin

alice$ chroot-enter -e PATH=/nowhere games sh -c 'echo $PATH'
> /nowhere

alice$ chroot-enter -e A=1 games sh -c 'echo $A'
> 1

alice$ chroot-enter -e A=1 -e A=2 games sh -c 'echo $A'
> 2

alice$ chroot-enter -e A= games sh -c 'echo "<${A-unset}>"'
> <>

alice$ chroot-enter -e A=b=c -e _9='x y' games sh -c 'echo "$A $_9"'
> b=c x y

alice$ chroot-enter -eA=1 --env=B=2 --env C=3 games sh -c 'echo $A $B $C'
> 1 2 3

alice$ chroot-enter -e HOME=/srv -e USER=x games sh -c 'echo $HOME $USER'
> /srv x

alice$ chroot-enter -e $'A=new\nline\e[2J' games sh -c 'echo "$A"' | cat -v
> new
> line^[[2J

alice$ A=1 chroot-enter games sh -c 'echo ${A-unset}'
> unset

alice$ A=1 chroot-enter -E games sh -c 'echo ${A-unset}'
> 1

alice$ A=1 chroot-enter -E -e A=2 games sh -c 'echo $A'
> 2

alice$ A=1 chroot-enter --keep games sh -c 'echo $A'
> 1

alice$ LD_PRELOAD= GCONV_PATH=/x WAYLAND_SOCKET=3 chroot-enter -E games env | grep -c -e LD_ -e GCONV -e SOCKET
> 0
= 1

alice$ LD_X=1 chroot-enter -e LD_X=2 games sh -c 'echo $LD_X'
> 2

alice$ DISPLAY=:0 LC_ALL=C TZ=UTC chroot-enter games sh -c 'echo $DISPLAY $LC_ALL $TZ'
> :0 C UTC

superuser# DISPLAY=:0 TZ=UTC chroot-enter -u alice games sh -c 'echo ${DISPLAY-unset} $TZ'
> unset UTC

superuser# DISPLAY=:0 chroot-enter -u alice -E games sh -c 'echo ${DISPLAY-unset}'
> :0

bob$ PASSED_ON=1 PASSED=2 chroot-enter demo sh -c 'echo $PASSED_ON ${PASSED-unset}'
> 1 unset

alice$ PASSED_ON=1 chroot-enter games sh -c 'echo ${PASSED_ON-unset}'
> unset
END
end_row
done_testing
