#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Mistakes of users and superusers, every byte that they are told, and what mends each: the printed
# command, typed as it is, makes the same line succeed and nothing else worse.
# `sudo make mistakes` writes the answers in mistakes.golden anew; what is typed stays. There, a block is
#	== NAME
#	+ LINE			the mistake: set-up, for the shell of this test and its functions below
#	alice$ LINE		what is typed, by alice, bob or the superuser# : for bash, in /, with an
#				environment of PATH and HOME, standard input empty
#	> TEXT, ! TEXT		a line of standard output, of standard error
#	= STATUS		where it is not 0
# and only where no command is printed behind "; to mend it: ", since a person has to decide:
#	* LINE			what a person does who has read the message, for the shell of this test;
#				$hint is the command in brackets, if the message has one
#				after a printed command "… # and …", the rest of what it says
#	alice$ LINE		or the right line, typed in place of the mistake
#	? REASON		the printed command is known not to mend it; the line goes once it does
# A process number before the name of a process becomes PID; nothing else is normalised. A blank line
# ends a block; comments stand between blocks.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
needs cksum perl

golden=$top/tests/system/mistakes.golden
setting='TREES=busybox=busybox debian=debian'
if [ "${1-}" = --regenerate ]; then
	new=$(mktemp)
	env "$setting" "$top/tests/machine" env ON_MACHINE=regenerate bash "$(realpath "$0")" >"$new" </dev/null &&
		cat "$new" >"$golden"
	status=$?
	rm "$new"
	exit "$status"
fi
on_machines "$setting"

# the golden file goes to standard output, or the results do; the other of them to where it is seen
if [ "$ON_MACHINE" = regenerate ]; then
	exec 3>&1 >&2
else
	exec 3>/dev/null
fi
label=

# --- what set-up lines call -------------------------------------------------------------------

# shellcheck disable=SC2034 # for set-up lines
file=/etc/conf.d/chroot-mounts.games

# config LINE...: the root games has these lines too; config_of NAME LINE...: that root has these alone.
# shellcheck disable=SC2120 # lines of the golden file have arguments
config() { configure games 'root="/opt/games"' 'users="alice"' "$@"; }
config_of() { configure "$@"; }
started() { chroot-mounts -q start games; }
program() { printf '%b' "$2" >"/opt/games/bin/$1"; chmod "${3-755}" "/opt/games/bin/$1"; }

# as_service: the service is started, as at boot.
as_service()
{
	used_service=yes
	rc-service chroot-mounts start
}

# in_background COMMAND...: until the next mistake.
in_background()
{
	"$@" >/dev/null 2>&1 </dev/null &
	left_over+=($!)
}

# inside COMMAND...: in the root games, in the background.
inside()
{
	in_background chroot-enter -d / games "$@"
	await is_inside "$!"
}

# held: the root games is started, and a process of the host, $holder, has a file of it open.
held()
{
	started
	inside sleep 1000
	in_background sh -c "exec sleep 1000 </proc/$!/root/etc/passwd"
	holder=$!
	await is_called "$holder" sleep
}
is_called() { [ "$(<"/proc/$1/comm")" = "$2" ]; }

# --- the state that each mistake begins with --------------------------------------------------

left_over=() used_service=no inhabitant=

# a tree that is copied in no time
cp -a /opt/busybox /opt/base
find /opt/base/bin -type l ! -name sh ! -name ash ! -name 'ls' ! -name true ! -name id ! -name env ! -name wc \
	! -name sleep ! -name umount -delete

# The root games is configured for alice and stopped; the root other is started, with a process inside.
afresh()
{
	local pid
	for pid in "${left_over[@]}"; do
		kill -KILL "$pid" && wait "$pid"
	done
	left_over=()
	[ "$used_service" = no ] || rc-service -q chroot-mounts stop
	[ ! -d /run/chroot-mounts/games ] || chroot-mounts -q stop games
	remove_mounts
	rm -rf --one-file-system /etc/conf.d/chroot-mounts* /etc/init.d/chroot-mounts.* /opt/games /opt/new /srv /home/alice
	[ "$used_service" = no ] || rc-update -q -u
	used_service=no
	cp -a /opt/base /opt/games
	mkdir -p /srv /home/alice /opt/games/home/alice
	echo 'a letter' >/home/alice/letter
	echo 'alice:x:1000:1000:Alice:/home/alice:/bin/sh' >>/opt/games/etc/passwd
	chown alice:alice /home/alice /home/alice/letter /opt/games/home/alice
	config
	configure other 'root="/opt/base"' 'users="bob"'
	if ! inhabitant_is_well; then
		chroot-mounts -q start other
		chroot-enter -d / other sleep 100000 </dev/null &
		inhabitant=$!
		await inhabitant_is_well
	fi
} >/dev/null 2>&1

inhabitant_is_well() { [ -e "/proc/$inhabitant/exe" ] && ! [ "/proc/$inhabitant/ns/mnt" -ef /proc/self/ns/mnt ]; }

other_is_well() { inhabitant_is_well && [ -e /run/chroot-mounts/other/record ]; }

# remove_mounts: those of the places that set-up lines use.
remove_mounts()
{
	local mount_point rest mount_points=()
	while read -r rest rest rest rest mount_point rest; do
		[[ ! $mount_point =~ ^(/opt/games|/srv|/mnt)(/|$) ]] || mount_points=("$mount_point" "${mount_points[@]}")
	done </proc/self/mountinfo
	for mount_point in "${mount_points[@]}"; do
		umount -l "$mount_point"
	done
}

# What no command that mends the root games has a right to change.
surroundings()
{
	host_mounts | grep -v ' /opt/games'
	stat -c '%n %U:%G %a %F' / /etc /etc/conf.d /etc/conf.d/chroot-mounts.other /etc/init.d /etc/passwd /home \
		/home/alice /home/alice/letter /home/bob /mnt /opt /opt/base /opt/base/bin /opt/base/etc/passwd \
		/run /srv /tmp /usr/bin/chroot-enter /var /var/lib
	cksum /etc/conf.d/chroot-mounts.other /etc/passwd /etc/group /home/alice/letter /opt/base/etc/passwd
} 2>&1

# --- one mistake ------------------------------------------------------------------------------

declare -A prefix=([alice]='as alice' [bob]='as bob' [superuser]='')
declare -A home=([alice]=/home/alice [bob]=/home/bob [superuser]=/root)

# type_line WHO LINE [SHELL]: sets status, and writes what is printed to output and errors.
type_line()
{
	# the prefix is words
	# shellcheck disable=SC2086
	${prefix[$1]} env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
		HOME="${home[$1]}" "${3-bash}" -c "$2" >"$work/output" 2>"$work/errors" </dev/null && status=0 || status=$?
}

# What the last line printed, as the golden file has it.
answer()
{
	[ ! -s "$work/output" ] || sed 's/^/> /' "$work/output"
	[ ! -s "$work/errors" ] || sed -E 's/^/! /; s/\b[0-9]+( \([a-z]+\))/PID\1/g' "$work/errors"
	[ "$status" = 0 ] || echo "= $status"
}

# Holds if the last line succeeded without a complaint.
succeeded()
{
	if [ "$status" != 0 ] || [ -s "$work/errors" ]; then
		answer
		return 1
	fi
}

is_no_worse()
{
	[ "$was_well" = no ] || other_is_well || { echo 'the other root cannot be entered, or its process has ended'; return 1; }
	is_same "$work/before" "$work/after"
}
is_same() { [ "$(<"$1")" = "$(<"$2")" ] || diff "$1" "$2"; }

# Sets commands to those that are printed behind "; to mend it: ", and hint to the first one in brackets.
find_commands()
{
	local message
	commands=() hint=
	while IFS= read -r message; do
		[[ $message != *'; to mend it: '* ]] || commands+=("${message##*; to mend it: }")
		[[ ! $message =~ \(((chroot-mounts|chroot-enter|rc-service|nsenter)\ [^\(\)]*)\) ]] || hint=${hint:-${BASH_REMATCH[1]}}
	done <"$work/errors"
}

# Types each command of the list as it is. One of chroot-enter is for the user who made the mistake and stands
# in its place; any other is the superuser's, and the mistaken line is typed again.
mend_as_printed()
{
	local command
	for command in "${commands[@]}"; do
		case $command in
		chroot-enter\ *)
			type_line "$who" "$command" sh
			return
			;;
		*)
			type_line superuser "$command" sh
			[ "$status" = 0 ] || return 0 # for succeeded
			;;
		esac
	done
	[ "$is_half" = no ] || mend_by_hand
	type_line "$who" "$line"
}

mend_by_hand()
{
	local remedy
	for remedy in "${by_hand[@]}"; do
		eval "$remedy" >"$work/output" 2>"$work/errors" || return
	done
}

# say_remedy [KNOWN]: for the golden file, what a person does.
say_remedy()
{
	[ "${#by_hand[@]}" -eq 0 ] || printf '* %s\n' "${by_hand[@]}"
	[ -z "$right_line" ] || printf '%s %s\n' "$right_who${sign[$right_who]}" "$right_line"
	[ -z "${1-}" ] || printf '%s\n' "$1"
} >>"$work/got"

# Makes a mistake, and mends it. In $block is what the golden file says of it.
try()
{
	local how hint commands was_well is_half=no # hint is for lines of the golden file
	afresh
	eval "$(printf '%s\n' "${set_up[@]}")" >"$work/log" 2>&1 </dev/null || sed 's/^/#   set-up: /' "$work/log"
	type_line "$who" "$line"
	{
		printf '%s\n' "== $name" "${set_up[@]/#/+ }" "$who${sign[$who]} $line"
		answer
	} >"$work/got"
	find_commands
	was_well=no
	! other_is_well || was_well=yes
	surroundings >"$work/before"
	if [ "${#commands[@]}" -gt 0 ]; then
		how='the printed command mends it'
		[[ ${commands[*]} != *' # and '* ]] || is_half=yes
		mend_as_printed
		# what a person does instead goes when the printed command works
		if [ "$is_half" = yes ] || ! succeeded >/dev/null; then
			say_remedy "${known:+? $known}"
		fi
	elif [ "${#by_hand[@]}" -gt 0 ]; then
		how='what a person does by hand mends it'
		say_remedy
		mend_by_hand
		type_line "$who" "$line"
	elif [ -n "$right_line" ]; then
		how='the right line succeeds'
		say_remedy
		type_line "$right_who" "$right_line"
	else
		how='the message has a command'
		status=1
	fi
	printf '%s' "$block" >"$work/expected"
	[ "$ON_MACHINE" = regenerate ] || ok "$name: what is printed is in the golden file" is_same "$work/got" "$work/expected"
	if [ -n "$known" ] && ! succeeded >/dev/null; then
		ok "$name: the printed command does not mend it, which is known ($known)" true
	else
		ok "$name: $how" succeeded
	fi
	surroundings >"$work/after"
	ok "$name: the mend makes nothing else worse" is_no_worse
	cat "$work/got" >&3
}
declare -A sign=([alice]=$ [bob]=$ [superuser]='#')

# What the file has said since the last name is a mistake.
mistakes=0
forget() { name='' block='' set_up=() who='' line='' right_who='' right_line='' known='' by_hand=(); }
end_block()
{
	if [ -n "$name" ]; then
		mistakes=$((mistakes + 1))
		try
	fi
	forget
}

forget
while IFS= read -r text <&4; do
	[ -z "$text" ] || [ -z "$name" ] || block+=$text$'\n'
	case $text in
	'== '*)
		end_block
		name=${text#== } block=$text$'\n'
		;;
	'+ '*) set_up+=("${text#+ }") ;;
	'? '*) known=${text#\? } ;;
	'* '*) by_hand+=("${text#\* }") ;;
	alice\$\ * | bob\$\ * | superuser\#\ *)
		if [ -z "$line" ]; then
			who=${text%%[\$\#] *} line=${text#*[\$\#] }
		else
			right_who=${text%%[\$\#] *} right_line=${text#*[\$\#] }
		fi
		;;
	[\>\!=]\ *) ;;
	'' | '#'*)
		end_block
		printf '%s\n' "$text" >&3
		;;
	*) echo "not ok - the golden file has no line like: $text" ;;
	esac
done 4<"$golden"
end_block
ok 'the golden file has at least 80 mistakes' test "$mistakes" -ge 80
afresh
kill -KILL "$inhabitant" && wait "$inhabitant" 2>/dev/null
done_testing
