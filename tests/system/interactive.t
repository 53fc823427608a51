#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Nothing stands in between: programs inside have the terminal, and what goes through is unchanged.
# For a user as themselves, for one whom the superuser names (behind a filter then), and for the
# superuser.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
needs tmux busybox less cmp
# the machine's own programs and libraries, with a home, a run and a tmp of its own
on_machines TREES=games=/

configure games 'root="/opt/games"' 'users="alice"'
printf '%s\n' root:x:0:0:root:/root:/bin/sh alice:x:1000:1000:Alice:/home/alice:/bin/sh >/opt/games/etc/passwd
rm -rf /opt/games/var/tmp
mkdir -p /opt/games/home/alice /opt/games/var/tmp /tmp/pipes
chmod 1777 /opt/games/var/tmp
chown alice:alice /opt/games/home/alice
ok 'the root starts' chroot-mounts start
namespace=$(chroot-enter games readlink /proc/self/ns/mnt)
head -c 100000000 /dev/urandom >"$work/big"

# The server that the caller has on the host: outside is a shell whose prompt is out>, inside in>.
serve()
{
	as "$caller" env HOME=/ SHELL=/bin/sh PS1='out> ' tmux -u -f /dev/null new-session -d -s host \
		-x 80 -y 24 -c / 'exec bash --norc --noprofile'
}
terminal() { tmux -S "/tmp/tmux-$(id -u "$caller")/default" "$@"; }
screen() { terminal capture-pane -p -t host; }
shows() { screen | grep -Eq -- "$1"; }
shows_twice() { [ "$(screen | grep -Ec -- "$1")" = 2 ]; }
ends_with() { screen | tail -n 1 | grep -Eq -- "$1"; }
runs() { [ "$(terminal display-message -p -t host '#{pane_current_command}')" = "$1" ]; }
press() { terminal send-keys -t host "$@"; }
resize() { terminal resize-window -t host -y "$1" -x "$2"; }
waits() { [ "$(screen | grep . | tail -n 1)" = "$1>" ]; }
# What would follow on this screen would wait for nothing.
give_up()
{
	echo "not ok - $1$label"
	screen | sed 's/^/#   /'
	exit
}
# sees WHAT COMMAND...: holds if the command comes to succeed.
sees()
{
	await "${@:2}" || give_up "$1"
	echo "ok - $1$label"
}
# say PROMPT LINE: where that prompt is the last on the screen. Emptied first, the screen shows what
# comes of the line.
say()
{
	await waits "$1" || give_up "the prompt $1> comes, for: $2"
	terminal send-keys -t host -R \; send-keys -t host "$2" Enter
}

edits()
{
	local file=/var/tmp/poem.$caller
	say in "echo before; busybox vi $file"
	sees 'an editor opens' ends_with "^- $file"
	press i 'first words' Enter 'and last' Escape
	sees 'an editor takes what is typed' ends_with "^- $file.*Modified"
	resize 30 100
	sees 'an editor learns of the new size of the window, and fills it' ends_with "^- $file.*Modified"
	press :wq Enter
	sees 'the prompt is back when an editor ends' waits in
	ok 'the screen shows what it showed before the editor' shows '^before$'
	ok 'the screen shows nothing of the editor after its end' fails shows '^~'
	is 'the file of an editor is as it was typed' "$(<"/opt/games$file")" $'first words\nand last'
	rm "/opt/games$file"
	say in 'stty size'
	sees 'the terminal has the new size' shows '^30 100$'
	resize 24 80
}

pages()
{
	say in 'seq 1000 >/var/tmp/numbers; echo before; less /var/tmp/numbers'
	# its prompt is a colon if it has learned of the last change of size only now
	sees 'a pager shows the first page' ends_with '^(/var/tmp/numbers|:)'
	press Space
	sees 'a pager shows the second page' shows '^46$'
	ok 'a pager shows the second page alone' fails shows '^23$'
	resize 30 100
	sees 'a pager shows more in a larger window' shows '^52$'
	press q
	sees 'the prompt is back when a pager ends' waits in
	ok 'the screen shows what it showed before the pager' shows '^before$'
	ok 'the screen shows nothing of the pager after its end' fails shows '^46$'
	rm /opt/games/var/tmp/numbers
	resize 24 80
}

jobs_are_controlled()
{
	say in cat
	sees 'a program has the terminal' runs cat
	press C-c
	say in 'echo ended by $?'
	sees 'Ctrl-C ends a program of a shell inside, and not the shell' shows '^ended by 130$'
	say in cat
	await runs cat
	press C-z
	sees 'Ctrl-Z stops a program of a shell inside' shows 'Stopped.*cat'
	say in jobs
	sees 'the shell inside knows of the program that is stopped' shows 'Stopped.*cat'
	say in fg
	sees 'fg takes the program that is stopped to the front' runs cat
	press again Enter
	sees 'the program that fg took to the front goes on' shows_twice '^again$'
	press C-d
	say in "cat /tmp/pipes/$caller"
	await runs cat
	press C-z
	say in bg
	say in jobs
	sees 'bg lets a program that is stopped go on' shows 'Running.*cat /tmp/pipes'
	timeout 10 sh -c 'echo arrived >"/tmp/pipes/$1"' sh "$caller"
	sees 'the program that bg let go on runs behind the shell' shows 'arrived$'
	press Enter
}

# Without the variable that entering sets, a program inside has its windows outside: /tmp is the host's.
has_windows()
{
	local inner=("${enter[@]}" -d / games tmux)
	if [ "$user" = "$caller" ]; then
		say in 'env -u TMUX_TMPDIR tmux list-sessions'
		sees 'the server of the host could be reached from inside' shows '^host: '
	fi
	say in 'tmux -f /dev/null new-session -s inner'
	sees 'tmux inside opens a window in the window' ends_with '^\[inner\]'
	press 'echo it is in $(readlink /proc/self/ns/mnt)' Enter
	sees 'the window of tmux inside is inside' shows "it is in ${namespace//[\[\]]/.}"
	"${inner[@]}" display-message -p '#{pid}' >"$work/server"
	is 'the server of tmux inside is inside' "$(readlink "/proc/$(<"$work/server")/ns/mnt")" "$namespace"
	is "the server of tmux inside is another than the host's" "$(terminal list-sessions -F '#{session_name}')" host
	press C-b d
	sees 'tmux inside goes on when one leaves it' shows '^.detached .from session inner'
	is 'tmux inside keeps its session when one leaves it' "$("${inner[@]}" list-sessions -F '#{session_name}')" inner
}

# through COMMAND...: what is piped in comes out.
through() { "$@" < <(cat "$work/big") 2>"$work/errors" | cmp - "$work/big"; }
status_at_closed_pipe() { "$@" 2>"$work/errors" | head -c 1 >/dev/null; echo "${PIPESTATUS[0]}"; }
deaf_status_at_closed_pipe() { (trap '' PIPE; status_at_closed_pipe "$@"); }

# works WORD...: a session on the terminal, begun with these.
works()
{
	say out "$* -e 'PS1=in> ' games"
	say in 'echo user $(id -un) ready'
	sees 'a shell inside answers on the terminal' shows "^user $user ready"
	edits
	pages
	jobs_are_controlled
	has_windows
	say in 'kill -STOP $$'
	sees 'the shell inside can itself be stopped' shows 'Stopped.*chroot-enter'
	say out fg
	await runs sh
	press Enter
	say in 'exit 3'
	say out 'echo left with $?'
	sees 'the status of the shell inside comes out' shows '^left with 3$'
	say out "$* games cat"
	sees 'a command inside has the terminal' runs cat
	press C-z
	sees 'Ctrl-Z stops a command inside for the shell outside' shows 'Stopped.*chroot-enter'
	say out fg
	await runs cat
	press again Enter
	sees 'fg of the shell outside lets a command inside go on' shows_twice '^again$'
	press C-c
	say out 'echo ended by $?'
	sees 'Ctrl-C ends a command inside' shows '^ended by 130$'
}

# enters CALLER USER WORD...: as the caller types it on the host, to be the user inside.
enters()
{
	caller=$1 user=$2
	shift 2
	enter=(as "$caller" "$@")
	mkfifo "/tmp/pipes/$caller"
	chmod 644 "/tmp/pipes/$caller"

	serve
	(works "$@")
	terminal kill-server
	rm "/tmp/pipes/$caller"

	ok 'a hundred million random bytes pass unchanged' through "${enter[@]}" games cat
	is 'nothing is said while the random bytes pass' "$(<"$work/errors")" ''
	ok 'a hundred million random bytes pass unchanged beside words to standard error' \
		through "${enter[@]}" games sh -c 'echo begun >&2; cat; echo done >&2'
	is 'the words to standard error arrive on standard error' "$(<"$work/errors")" $'begun\ndone'
	is 'a command whose reader has gone is ended by SIGPIPE' \
		"$(status_at_closed_pipe "${enter[@]}" games cat /dev/zero)" 141
	is 'a command that SIGPIPE ends says nothing' "$(<"$work/errors")" ''
	is 'a command whose reader has gone is told of it, where the caller ignores SIGPIPE' \
		"$(deaf_status_at_closed_pipe "${enter[@]}" games cat /dev/zero)" \
		"$(deaf_status_at_closed_pipe cat /dev/zero)"
	like 'a command whose reader has gone says so in its own words' "$(<"$work/errors")" '^cat: .*Broken pipe'
}

label=' (a user as themselves)'
enters alice alice chroot-enter
"${enter[@]}" -d / games tmux kill-server
label=' (a user whom the superuser names)'
enters root alice chroot-enter -u alice
"${enter[@]}" -d / games tmux kill-server
label=' (the superuser)'
enters root root chroot-enter
label=
ok 'stop succeeds with a server of tmux inside' chroot-mounts stop
ok 'stop ends the server of tmux inside' is_ended "$(<"$work/server")"
done_testing
