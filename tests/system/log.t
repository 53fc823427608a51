#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# chroot-enter says on the host who was refused, and whom the superuser became; it waits for no log
# daemon, and leaves nothing of its own open.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
needs cc perl strace
on_machines PROPAGATION=private

configure games 'root="/opt/games"' 'users="alice"'
configure demo 'root="/opt/demo"' 'default_user="bob"'
ok 'the roots start' chroot-mounts start

# listen: a log daemon, whose datagrams come to be lines of $work/said.
listen()
{
	rm -f /dev/log
	perl -MSocket -e 'socket(S, PF_UNIX, SOCK_DGRAM, 0) or die; bind(S, pack_sockaddr_un("/dev/log")) or die;
		chmod(0666, "/dev/log"); $| = 1;
		while (defined(recv(S, $text, 9999, 0))) { chomp $text; $text =~ s/\n/NEWLINE/g; print "$text\n"; }' >>"$work/said" &
	daemon=$!
	await test -S /dev/log
	await can_say
	: >"$work/said"
}
# The end of what was said so far: datagrams keep their order.
can_say() { say END && await grep -qx END "$work/said"; }
say() { perl -MSocket -e 'socket(S, PF_UNIX, SOCK_DGRAM, 0); exit !defined(send(S, $ARGV[0], 0, pack_sockaddr_un("/dev/log")))' "$1"; }
# said: what came in since it was asked last, without the time and the pid, which have a form
said()
{
	can_say
	sed -E '/^END$/d; s/^<85>[A-Z][a-z]{2} [ 1-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-6][0-9] chroot-enter\[[0-9]+\]: /: /' "$work/said"
	: >"$work/said"
	forget alice
	forget bob
}
enter() { chroot-enter -d / "$@" >/dev/null 2>&1; }

read -r keyctl add_key < <(printf '#include <sys/syscall.h>\nSYS_keyctl SYS_add_key\n' | cc -E -P -x c - | tail -n 1)
# of what was refused before, here or elsewhere
forget() { as "$1" perl -e 'exit syscall($ARGV[0] + 0, 7, -4) != 0' "$keyctl"; } # keyctl(KEYCTL_CLEAR, KEY_SPEC_USER_KEYRING)
listen
is 'an entry of a listed user is not written of' "$(as alice chroot-enter -d / games true; said)" ''
as bob chroot-enter games true 2>/dev/null
is 'a user who is not listed is written of, with number and root' "$(said)" ': uid 1001 was refused: games'
as bob chroot-enter absent true 2>/dev/null
is 'a user who names a root that is not there is written of' "$(said)" ': uid 1001 was refused: absent'
as alice chroot-enter -u bob games true 2>/dev/null
is 'a user who may not say -u is written of' "$(said)" ': uid 1000 was refused -u for games: bob'
as bob chroot-enter $'a\e[2Jb\n<34>su: root\x7f' true 2>/dev/null
is 'what was typed steers no terminal and makes no line of its own' "$(said)" \
	': uid 1001 was refused: a\033[2Jb\012<34>su: root\177'
as bob chroot-enter "$(printf '%05000d' 0)" true 2>/dev/null
is 'what was typed for a root is written no longer than a name need be' "$(said)" ": uid 1001 was refused: $(printf '%064d' 0)"
as alice chroot-enter -u "$(printf '%05000d' 0)" games true 2>/dev/null
is 'what was typed behind -u is written no longer than a name need be' "$(said)" ": uid 1000 was refused -u for games: $(printf '%064d' 0)"
as bob chroot-enter '%s%n%1$s' true 2>/dev/null
is 'what was typed is no format' "$(said)" ': uid 1001 was refused: %s%n%1$s'
enter -u alice games true
is 'a user whom the superuser becomes with -u is written of' "$(said)" ': uid 0 enters games as uid 1000: alice'
enter -u 4242:4242 games true
is 'a user whom the superuser becomes by number is written of' "$(said)" ': uid 0 enters games as uid 4242: 4242:4242'
enter games true
enter demo true
enter absent true
as bob chroot-enter --list
as bob chroot-enter -x 2>/dev/null
is 'other entries of the superuser, lists and wrong options are not written of' "$(said)" ''
enter -u nonesuch games true
is 'the log does not tell whether a user is known to the tree alone' "$(said)" ': uid 0 asks for a user of games: nonesuch'
# shellcheck disable=SC2016 # for the inner shell
is 'no descriptor of the log passes' "$(chroot-enter -u alice games ls /proc/self/fd | tr '\n' ' ')" '0 1 2 3 '
is 'an entry that lists its descriptors is written of' "$(said)" ': uid 0 enters games as uid 1000: alice'
TZ=/etc/shadow LC_ALL=/opt strace -f -e trace=network,file,setns -o "$work/trace" chroot-enter -d / -u alice games true
is 'an entry that is traced is written of' "$(said)" ': uid 0 enters games as uid 1000: alice'
ok 'an entry is written of before the namespace is joined' \
	awk '/connect\(.*"\/dev\/log"/ { said = 1 } /setns\(/ { exit !said }' "$work/trace"
ok 'the socket of the log waits for nobody' grep -q 'SOCK_DGRAM|SOCK_CLOEXEC|SOCK_NONBLOCK' "$work/trace"
ok 'the caller'"'"'s environment is not asked for the time zone' fails grep -E 'open.*"(/etc/shadow|/opt)' "$work/trace"

# a user who is refused again and again: a key of theirs counts
refuse_often() { as bob sh -c 'for number in $(seq 300); do chroot-enter "absent$number" true; done' 2>/dev/null; }
refuse_often
said >"$work/often"
ok 'of 300 refusals of a user some dozens at most are written of' test "$(wc -l <"$work/often")" -le 30
ok 'of 300 refusals of a user the first are written of' grep -q ': uid 1001 was refused: absent1$' "$work/often"
as bob perl -e '$tally = pack("l! L x4", time - 61, 300);
	syscall($ARGV[0] + 0, $type = "user", $name = "chroot-enter", $tally, length $tally, -4) > 0 or die "add_key: $!"' "$add_key"
as bob chroot-enter games true 2>/dev/null
is 'a minute later the number of refusals that were left out is written of' "$(said)" ': uid 1001 was refused (290 times more before): games'

# said takes the header off, and would miss none
as bob chroot-enter games true 2>/dev/null
can_say
like 'each line of the log has a facility, a time, a program and a pid' "$(head -n 1 "$work/said")" \
	'^<85>[A-Z][a-z]{2} [ 1-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-6][0-9] chroot-enter\[[0-9]+\]: uid 1001 was refused: games$'
: >"$work/said"

# one that is behind: everything it can keep unread is there
kill -STOP "$daemon"
perl -MSocket -MFcntl -e 'socket(S, PF_UNIX, SOCK_DGRAM, 0); connect(S, pack_sockaddr_un("/dev/log")) or die;
	fcntl(S, F_SETFL, O_NONBLOCK); for (1 .. 10000) { defined(send(S, "FULL", 0)) or exit !$!{EAGAIN} } exit 1' ||
	echo 'not ok - the daemon can be filled'
timeout 1 perl -MSocket -e 'socket(S, PF_UNIX, SOCK_DGRAM, 0); send(S, "x", 0, pack_sockaddr_un("/dev/log"))'
is 'a program that writes to a full daemon in the usual way waits' $? 124
run timeout 20 chroot-enter -d / -u alice games echo inside
is 'the superuser enters while the daemon is full' "$status:$output:$errors" 0:inside:
run as bob timeout 20 chroot-enter games true
is 'a user who is not listed is refused while the daemon is full' "$status" 125
refusal=$errors
kill -CONT "$daemon"
is 'the lines for a full daemon are lost' "$(said | sort -u)" FULL
as bob chroot-enter games true 2>/dev/null
is 'the lines after the daemon was full are not lost' "$(said)" ': uid 1001 was refused: games'

# none, and what is none
kill "$daemon"
wait "$daemon" 2>/dev/null
# without WHAT: entering and refusing are as they were
without()
{
	run chroot-enter -d / -u alice games echo inside
	is "$1: the superuser enters" "$status:$output:$errors" 0:inside:
	run as bob chroot-enter games true
	is "$1: a user who is not listed is refused as before" "$status:$errors" "125:$refusal"
}
ok 'the daemon has gone and its socket is there' test -S /dev/log
without 'a socket without a daemon'
rm /dev/log
without 'no socket'
mkfifo -m 666 /dev/log
without 'a FIFO'
rm /dev/log
echo text >/dev/log
without 'a file'
is 'a file in the place of the socket stays as it is' "$(</dev/log)" text
rm /dev/log
ln -s log /dev/log
without 'a link to itself'
rm /dev/log
ok 'stop takes all roots away' chroot-mounts stop
done_testing
