#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# chroot-mounts ps: who is inside and what they run, for people and as JSON.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
needs perl flock strace
perl -MJSON::PP -e 1 2>/dev/null || cannot_run 'no JSON::PP in perl'
on_machines PROPAGATION=private

configure games 'root="/opt/games"' 'users="alice"' 'stop_timeout=1'
configure demo 'root="/opt/demo"'
configure own 'root="/opt/demo"'
ln -s chroot-mounts /etc/init.d/chroot-mounts.own

# The pid stays that of the process inside, for there is an exec all the way.
inside() { setsid chroot-enter -d / "$@" >/dev/null 2>&1 </dev/null & pid=$!; }
pids() { chroot-mounts -j ps "$@" | perl -MJSON::PP -0777 -ne 'print join " ", map { $_->{pid} } @{decode_json($_)->{processes}}'; }
are_inside() { [ "$(pids | wc -w)" = "$1" ]; }
# rows [ROOT...]: the table with single blanks
rows() { chroot-mounts ps "$@" | tr -s ' ' | sed 's/^ //'; }
# cell KEY: of the only process
cell() { chroot-mounts -j ps games | KEY=$1 perl -MJSON::PP -0777 -ne 'print decode_json($_)->{processes}[0]{$ENV{KEY}}'; }

run chroot-mounts ps
is 'before anything was started, ps lists nobody' "$status:$output:$errors" '0::'
is 'before anything was started, ps -j has an empty list' "$(chroot-mounts ps -j)" '{"processes": []}'
ok 'the roots start' chroot-mounts start
ok 'a root starts as a service of its own' chroot-mounts start own
run chroot-mounts ps
is 'ps says nothing while nobody is inside' "$status:$output:$errors" '0::'
is 'ps leaves no process inside, and no state' "$(ls /run/chroot-mounts)" \
	"$(printf '%s\n' demo demo.lock games games.lock own own.lock)"

# who and what
inside -u alice games sleep 1001
alice=$pid
inside demo sleep 1002
superuser=$pid
inside own sleep 1003
own=$pid
inside -u 4242:4242 games sleep 1004
number=$pid
await are_inside 3
is 'each process has a row: root by root, by pid, users by the names of the host' "$(rows)" \
	"$(printf '%s\n' 'PID USER NAME COMMAND' "$superuser root demo sleep 1002" \
		"$alice alice games sleep 1001" "$number 4242 games sleep 1004")"
is 'ps lists the root that is named' "$(rows demo)" \
	"$(printf '%s\n' 'PID USER NAME COMMAND' "$superuser root demo sleep 1002")"
is 'ps lists the root of another service when it is named' "$(rows own)" \
	"$(printf '%s\n' 'PID USER NAME COMMAND' "$own root own sleep 1003")"
is 'ps in JSON has the same as the table' "$(chroot-mounts ps --json demo | perl -MJSON::PP -0777 -ne \
	'print JSON::PP->new->canonical->encode(decode_json($_))')" \
	"{\"processes\":[{\"command\":\"sleep 1002\",\"name\":\"demo\",\"pid\":$superuser,\"user\":\"root\"}]}"
strace -qq -o "$work/trace" -P /etc/passwd -e 'trace=?open,openat' chroot-mounts ps demo own games >/dev/null
is 'ps of four processes of three users asks the name service three times' "$(wc -l <"$work/trace")" 3
like 'status counts as many processes as ps lists' "$(chroot-mounts status games | tr -s ' ')" 'games started 2'
rm /etc/conf.d/chroot-mounts.demo
is 'a root that is configured no more is listed still, behind the others' "$(pids)" "$alice $number $superuser"
configure demo 'root="/opt/demo"'
kill "$number" "$own"
await are_inside 2
is 'a process that has ended is left out' "$(pids)" "$superuser $alice"

# fails_at PATH CALLS ERROR: what ps lists, and its status and errors, where these calls on the path fail.
fails_at()
{
	run strace -qq -o "$work/trace" -P "$1" -e "trace=$2" -e "inject=$2:error=$3" chroot-mounts ps
	grep -q "$3.*INJECTED" "$work/trace" || echo 'no call failed'
	awk '{ print $1 }' <<<"$output"
	echo "$status:$errors"
}
is 'a process that has ended before ps opens its directory in /proc is left out' \
	"$(fails_at "/proc/$alice" '?open,openat' ENOENT)" "$(printf '%s\n' PID "$superuser" 0:)"
is 'a process that has ended before ps reads its command line is left out' \
	"$(fails_at "/proc/$alice/cmdline" read ESRCH)" "$(printf '%s\n' PID "$superuser" 0:)"
is 'a process that ps cannot look at for another reason is an error, and the others are listed' \
	"$(fails_at "/proc/$alice" '?open,openat' EACCES)" "$(printf '%s\n' PID "$superuser" \
		"1:chroot-mounts: cannot look at the process $alice: Permission denied")"

# those that have another mount namespace, and the host's
inside -u alice games unshare -Ur sleep 1005
await are_inside 3
is 'in a user namespace one is who one is on the host' \
	"$(rows games | awk -v pid="$pid" '$1 == pid { print $2 }')" alice
kill "$pid"
(cd /opt/games && exec sleep 1006) &
host=$!
await are_inside 2
is 'a process of the host in the tree is not inside' "$(pids games)" "$alice"
kill "$host" "$alice"
await are_inside 1

# what a process says of itself steers nobody's terminal, and no reader of JSON
has_command() { [ "$(cell command)" = "$1" ]; }
# repeated TEXT COUNT: the text is one for printf.
# shellcheck disable=SC2046,SC2059 # a number for each time, and it is the format
repeated() { printf "$1%.0s" $(seq "$2"); }
shown()
{
	local expected=$2
	await are_inside 2
	await has_command "$expected"
	is "$1" "$(cell command)" "$expected"
	is "$1: the table has one row" "$(rows games | tail -n +2)" "$pid root games $expected"
	kill "$pid"
	await are_inside 1
}
cp "${BUILD:-$top/build}/system/named" /opt/games/named
inside games /named $'a\e[31mb' $'two\nlines' $'tab\there' 'a "b" \c' $'\xc3\xa4\xff' ''
shown 'unprintable bytes and what quotes are made of are escaped' \
	'/named a\033[31mb two\012lines tab\011here a "b" \134c \303\244\377'
inside games /named --without $'x)\e\n y'
shown 'a process without a command line is named in brackets' '[x)\033\012 y]'
inside games /named "$(repeated '\xff' 5000)"
shown 'of a long command line each byte is escaped by itself' "/named $(repeated '\\377' 4088)"
inside games /named --without "$(repeated '\xff' 15)"
shown 'of a short name each byte is escaped by itself' "[$(repeated '\\377' 15)]"
inside games /named "$(printf '%05000d' 0)"
await are_inside 2
is 'of a long command line there are 4095 bytes' "$(cell command | wc -c)" 4095
kill "$pid"
await are_inside 1

# errors
run chroot-mounts ps nowhere
is 'an unknown root is an error' "$status" 1
like 'an unknown root is named' "$errors" 'no root is called nowhere'
run chroot-mounts ps demo nowhere
is 'the other roots are listed beside an unknown one' "$status:$(wc -l <<<"$output")" 1:2
run chroot-mounts ps -n
is 'ps with a wrong option is 2' "$status" 2
for verb in start reload stop; do
	run chroot-mounts -j "$verb"
	is "-j does not go with $verb" "$status:$output:$errors" \
		"2::chroot-mounts: -j does not go with $verb; chroot-mounts -h says what there is"
done
exec {lock}<>/run/chroot-mounts/games.lock
flock "$lock"
run chroot-mounts ps
is 'a root that another command is at work on is an error' "$status:$errors" \
	'1:chroot-mounts: games: another command is at work on it'
is 'a root that another command is at work on keeps no other from being listed' "$(tail -n +2 <<<"$output" | awk '{ print $3 }')" demo
exec {lock}>&-
run as alice chroot-mounts ps
is 'ps of an ordinary user is refused' "$status:$output" '1:'
# shellcheck disable=SC2016 # for the inner shell
is 'output that cannot be written is an error' "$(sh -c 'chroot-mounts ps >/dev/full 2>&1; echo $?')" 1
ok 'stop succeeds after ps' chroot-mounts stop
run chroot-mounts ps games
is 'a stopped root has nobody inside' "$status:$output:$errors" '0::'
chroot-mounts stop own

# a message of stop names a process outside in the same way
ok 'the root starts again' chroot-mounts start games
inside games sleep 1007
await is_inside "$pid"
"${BUILD:-$top/build}/system/named" --without $'\xff\xc3\xa4\e\n\\' <"/proc/$pid/root/named" &
holder=$!
is_renamed() { [ -z "$(tr -d '\0' <"/proc/$holder/cmdline")" ]; }
await is_renamed
run chroot-mounts stop games
is 'stop fails while a process outside holds a file of the root' "$status" 1
like 'the message of stop escapes the short name of the holder' "$errors" \
	"is held from outside by $holder \\(\\\\377\\\\303\\\\244\\\\033\\\\012\\\\134\\), with a file of it open"
kill "$holder"
await is_ended "$holder" >/dev/null 2>&1
ok 'stop succeeds once the holder has exited' chroot-mounts stop games
done_testing
