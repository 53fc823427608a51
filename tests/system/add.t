#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# add makes a root of a tree in one command, with accounts for its users, or leaves nothing half done.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
needs strace
on_machines TREES='games=busybox alpine=busybox debian=debian plain=busybox'

own=/etc/conf.d/chroot-mounts.
mount --make-shared /run # else the first start says that it does so
state_of() { chroot-mounts status "$1" | awk 'NR == 2 { print $2 }'; }
entered() { as alice chroot-enter -d / "$1" true; }
forget() { chroot-mounts -q stop "$1"; rm -f "$own$1"; }
everything_of()
{
	find "$1" -xdev ! -path "$1" -printf '%p %y %m %U:%G %s %l\n' | sort
	cat "$1/etc/passwd" "$1/etc/group"
}
left() { ls -A /etc/conf.d /run/chroot-mounts; }
# The accounts of a tree, as before the first add.
reset_accounts()
{
	echo 'root:x:0:0:root:/root:/bin/sh' >"/opt/$1/etc/passwd"
	echo 'root:x:0:' >"/opt/$1/etc/group"
	rm -rf "/opt/$1/home"
	mkdir "/opt/$1/home"
}

# a tree without a program that makes accounts
run chroot-mounts add games /opt/games/ alice
is 'add succeeds' "$status" 0
is 'add prints its steps and how to go on' "$output" "games: written to /etc/conf.d/chroot-mounts.games
games: started
games: alice has an account inside (a line in /etc/passwd)
games: to enter it: chroot-enter games
games: to start it at boot: rc-update add chroot-mounts default"
is 'add says nothing more' "$errors" ''
is 'the file has the tree and the user' "$(<"${own}games")" '# chroot-mounts(5) explains what can be set here.
root="/opt/games"
users="alice"'
is 'the file is the superuser'"'"'s' "$(stat -c '%u:%g %a' "${own}games")" '0:0 644'
is 'the user has the shell, the home and the number of the host' \
	"$(as alice chroot-enter -d / games sh -c 'id -un; id -gn; echo "$HOME $SHELL"')" "alice
alice
/home/alice /bin/sh"
is 'no password is right for a line that was added' "$(tail -n 1 /opt/games/etc/passwd)" 'alice:*:1000:1000::/home/alice:/bin/sh'
is 'the home is the user'"'"'s alone' "$(stat -c '%u:%g %a' /opt/games/home/alice)" '1000:1000 700'
before=$(everything_of /opt/games)
run chroot-mounts add games /opt/games alice
is 'a root that is configured is refused' "$status:$output$errors" \
	'1:chroot-mounts: games: /etc/conf.d/chroot-mounts.games is there already, and is left as it is; to mend it: chroot-mounts start games # or choose another name'
ok 'the command that was named succeeds' chroot-mounts start games
rm "${own}games"
run chroot-mounts add games /opt/games alice
is 'a root that is prepared from a file that is gone is refused' "$status:$output$errors" \
	'1:chroot-mounts: games: is still prepared, from a file that is gone; to mend it: chroot-mounts stop games'
ok 'the stop that was named succeeds' chroot-mounts stop games
run chroot-mounts add games /opt/games alice alice
is 'an account that is there stays as it is' "$status:$output" "0:games: written to /etc/conf.d/chroot-mounts.games
games: started
games: alice has an account inside already
games: alice has an account inside already
games: to enter it: chroot-enter games
games: to start it at boot: rc-update add chroot-mounts default"
is 'the tree is as it was, with its accounts' "$(everything_of /opt/games)" "$before"
forget games

# OpenRC
run chroot-mounts -q add games /opt/games alice
is 'add prints nothing with -q' "$status:$output$errors" 0:
ok 'the service starts with a root that was added' rc-service chroot-mounts start
ok 'the service stops' rc-service chroot-mounts stop
is 'the stop of the service stops a root that was added' "$(state_of games)" stopped
rm "${own}games"
ok 'the service starts without it' rc-service chroot-mounts start
rc-update -q add chroot-mounts default
run chroot-mounts add games /opt/games
is 'a service that is in a runlevel is not said again' "$output" "games: written to /etc/conf.d/chroot-mounts.games
games: started
games: to enter it: chroot-enter games"
is 'without a user the file has none' "$(grep -v '^#' "${own}games")" 'root="/opt/games"'
ok 'a service that runs stops' rc-service chroot-mounts stop
is 'the stop of a service that ran stops the root that was added' "$(state_of games)" stopped
rc-update -q del chroot-mounts default
forget games
ln -s chroot-mounts /etc/init.d/chroot-mounts.games
run chroot-mounts add games /opt/games
like 'a root with a service of its own names that' "$output" 'rc-update add chroot-mounts.games default$'
rm /etc/init.d/chroot-mounts.games
forget games
cp /etc/conf.d/chroot-mounts "$work/service"
echo 'roots="demo"' >>/etc/conf.d/chroot-mounts
run chroot-mounts add games /opt/games
is 'a root that the service would leave out is said to be so' "$status:$errors" \
	'0:chroot-mounts: games: is not among the `roots` of /etc/conf.d/chroot-mounts, so the service leaves it out'
cp "$work/service" /etc/conf.d/chroot-mounts
forget games

# the arguments: nothing is written
cd /opt || exit
before=$(left; everything_of /opt/games)
refuses()
{
	local what=$1 message=$2
	shift 2
	run chroot-mounts add "$@"
	is "$what" "$status:$output$errors" "1:chroot-mounts: $message"
}
refuses 'a relative path is refused with the absolute one' \
	'games: games is not an absolute path; to mend it: chroot-mounts add games /opt/games alice' games games alice
refuses 'a path with two slashes is refused with the plain one' \
	'games: /opt//games is no path without `.`, `..` and `//`; to mend it: chroot-mounts add games /opt/games' games /opt//games
refuses 'a relative path that leads nowhere is refused' 'games: nosuch is not an absolute path' games nosuch
refuses 'a tree that is not there is refused' 'games: cannot find the tree /opt/nosuch: No such file or directory' games /opt/nosuch
refuses 'the host is refused' "games: / is the host's own tree" games /
refuses 'a path with a newline is refused' \
	'games: cannot configure /opt/a\012b: its path has control characters, or bytes that are no UTF-8' games $'/opt/a\nb'
refuses 'capitals are no name' 'Games is no name of a root, which has small letters, digits, - and _' Games /opt/games
refuses 'a path in the place of the name is refused with the other order' \
	'/opt/games is no name of a root, which has small letters, digits, - and _; to mend it: chroot-mounts add games /opt/games' /opt/games games
refuses 'a leftover is no name' 'bak is no name of a root: package managers and editors end the names of their leftovers so' bak /opt/games
refuses 'a runlevel is no name' \
	"boot is no name of a root: it is a runlevel's, so OpenRC would read /etc/conf.d/chroot-mounts.boot in place of /etc/conf.d/chroot-mounts" boot /opt/games
mkdir /etc/runlevels/games
refuses 'a runlevel of this machine is no name' \
	"games is no name of a root: it is a runlevel's, so OpenRC would read /etc/conf.d/chroot-mounts.games in place of /etc/conf.d/chroot-mounts" games /opt/games
rmdir /etc/runlevels/games
refuses 'a user that the host does not know is refused' 'games: no user of the host is called carol' games /opt/games alice carol
refuses 'a comma between users is refused with blanks' \
	'games: no user of the host is called alice,bob: blanks separate the names; to mend it: chroot-mounts add games /opt/games alice bob' games /opt/games alice,bob
refuses 'a word like an option is no user' 'games: no user of the host is called -foo' games /opt/games -- -foo
is 'what is refused by its words leaves nothing' "$(left; everything_of /opt/games)" "$before"
run chroot-mounts add games
is 'add without a directory is a usage error' "$status:$errors" \
	'2:chroot-mounts: add needs a name and a directory: add games /opt/games alice; chroot-mounts -h says what there is'
run chroot-mounts add games /opt/games root
is 'the superuser is passed over' "$status:$errors" '0:chroot-mounts: games: root is the superuser, who may always enter'
is 'the superuser is not listed' "$(grep -c users "${own}games")" 0
forget games
ln -s nowhere "${own}games"
refuses 'a link in the place of the file is left' \
	'games: /etc/conf.d/chroot-mounts.games is there already, and is left as it is; to mend it: chroot-mounts start games # or choose another name' games /opt/games
is 'the link is there' "$(readlink "${own}games")" nowhere
rm "${own}games"

# trees that start refuses
before=$(left)
chown 1000 /opt/plain
run chroot-mounts add plain /opt/plain alice
like 'a tree of a user is refused as by start' "$status:$errors" '1:chroot-mounts: plain: /opt/plain .*user 1000'
strace -qq -o "$work/calls" -e trace=fsync,renameat2 chroot-mounts add plain /opt/plain alice 2>/dev/null
is 'the tree is judged before a file is written' "$(<"$work/calls")" ''
chown 0 /opt/plain
mv /opt/plain/proc "$work/proc"
kept=$(everything_of /opt/plain)
run chroot-mounts add plain /opt/plain alice
like 'a tree that lacks a mount point is refused as by start' "$status:$output$errors" '1:chroot-mounts: plain: .*mkdir .*/opt/plain/proc'
is 'a tree that lacks a mount point gets no account' "$(everything_of /opt/plain)" "$kept"
mv "$work/proc" /opt/plain/proc
is 'a tree that start refuses leaves no file and no root' "$(left)" "$before"
ok 'the same command succeeds once the tree is mended' chroot-mounts add plain /opt/plain alice
forget plain

# a path that conf.d has to quote
odd="/opt/it's \"\$HOME\" \`id\` \\n #1"
cp -a /opt/plain "$odd"
ok 'a tree at a path with blanks and quotes is added' chroot-mounts add plain "$odd" alice
ok 'the root at that path can be entered' entered plain
is 'a shell reads the path as it is' "$(sh -c ". ${own}plain; printf '%s\n' \"\$root\"")" "$odd"
is 'the parser reads the path as it is' "$(chroot-mounts -j list plain | grep -c 'it.s')" 1
forget plain

# interrupted at each step
strace -qq -o /dev/null -e trace=fsync -e inject=fsync:signal=KILL chroot-mounts add games /opt/games alice
is 'killed before the file has its name, there is no root' "$(chroot-mounts list | grep -c games)" 0
ok 'the hidden file that was left is in the way of nothing' chroot-mounts add games /opt/games alice
forget games
rm /etc/conf.d/.chroot-mounts.*
run strace -qq -o /dev/null -e trace=fsync -e inject=fsync:signal=INT chroot-mounts add games /opt/games alice
is 'told to end while the root starts, add goes on until nothing is half done' "$(state_of games)" started
forget games
strace -qq -o /dev/null -e trace=flock -e inject=flock:signal=KILL:when=1 chroot-mounts add games /opt/games alice
is 'killed behind that, the file is whole' "$(tail -n 1 "${own}games")" 'users="alice"'
is 'killed behind that, the root is not started' "$(state_of games)" stopped
ok 'killed behind that, start starts it' chroot-mounts start games
forget games
ok 'a filesystem without RENAME_NOREPLACE is served' strace -qq -o /dev/null -e trace=renameat2 \
	-e inject=renameat2:error=EINVAL chroot-mounts add games /opt/games alice
is 'the file has one name there' "$(stat -c %h "${own}games")" 1
forget games
run strace -qq -o /dev/null -e trace=renameat2 -e inject=renameat2:error=EEXIST chroot-mounts add games /opt/games alice
is 'a file that appears meanwhile is not replaced' "$status:$output$errors" \
	'1:chroot-mounts: games: cannot write /etc/conf.d/chroot-mounts.games: File exists'
is 'nothing is left beside it' "$(left)" "$before"

# Alpine's programs: these take the options of busybox, and no others
cat >/opt/alpine/bin/addgroup <<'END'
#!/bin/sh
while getopts g: option; do gid=$OPTARG; done
shift $((OPTIND - 1))
[ $# = 1 ] || exit 1
echo "$1:x:$gid:" >>/etc/group
END
cat >/opt/alpine/bin/adduser <<'END'
#!/bin/sh
make=yes
while getopts Du:G:h:Hs: option; do
	case $option in
	D) ;;
	u) uid=$OPTARG ;;
	G) group=$OPTARG ;;
	h) home=$OPTARG ;;
	H) make= ;;
	s) shell=$OPTARG ;;
	*) exit 1 ;;
	esac
done
shift $((OPTIND - 1))
gid=$(sed -n "s/^$group:x:\([0-9]*\):.*/\1/p" /etc/group)
[ $# = 1 ] && [ -n "$gid" ] || exit 1
echo "$1:x:$uid:$gid:Linux User,,,:$home:$shell" >>/etc/passwd
[ -z "$make" ] || { mkdir "$home" && chown "$uid:$gid" "$home"; }
read -r word && echo "read $word"
{ pwd; umask; env | sed -n 's/^PATH=//p'; for fd in 3 4 5 6 7 8 9; do [ ! -e "/proc/$$/fd/$fd" ] || echo "$fd"; done; } >/tmp/seen
echo "made $1"
END
chmod 755 /opt/alpine/bin/addgroup /opt/alpine/bin/adduser
run env --ignore-signal=CHLD chroot-mounts add alpine /opt/alpine alice bob
is "adduser of the tree makes the accounts" "$status:$output" "0:alpine: written to /etc/conf.d/chroot-mounts.alpine
alpine: started
alpine: alice has an account inside (adduser)
alpine: bob has an account inside (adduser)
alpine: to enter it: chroot-enter alpine
alpine: to start it at boot: rc-update add chroot-mounts default"
is 'the output of adduser is among the messages' "$errors" 'made alice
made bob'
is 'adduser gets an environment and no descriptor of the caller' "$(tr '\n' ' ' <"/tmp/seen")" \
	'/ 0022 /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/games:/usr/games:/opt/bin '
is 'adduser has made what was asked for' "$(tail -n 2 /opt/alpine/etc/passwd; tail -n 2 /opt/alpine/etc/group)" \
	'alice:x:1000:1000:Linux User,,,:/home/alice:/bin/sh
bob:x:1001:1001:Linux User,,,:/home/bob:/bin/sh
alice:x:1000:
bob:x:1001:'
is 'adduser has made the home' "$(stat -c %U /opt/alpine/home/bob)" bob
forget alpine

# accounts that are in the way
sed -i 's/^alice:x:1000/steam:x:1000/; s/^bob:x:1001/bob:x:1500/' /opt/alpine/etc/passwd
kept=$(everything_of /opt/alpine)
run chroot-mounts add alpine /opt/alpine alice bob
is 'accounts in the way are errors' "$status:$errors" "1:chroot-mounts: alpine: cannot make an account for alice: the number 1000 is steam inside, so alice enters as steam; to mend it: chroot-enter -d / alpine sed -i 's/^steam:/alice:/' /etc/passwd
chroot-mounts: alpine: cannot make an account for bob: the number is 1500 inside and 1001 on the host, so bob enters without a name; to mend it: chroot-enter -d / alpine sed -i 's/^bob:\\([^:]*\\):1500:/bob:\\1:1001:/' /etc/passwd
chroot-mounts: alpine: is configured and started all the same"
is 'accounts in the way are left as they are' "$(everything_of /opt/alpine)" "$kept"
is 'the root with accounts in the way is started' "$(state_of alpine)" started
eval "$(sed -n 's/.*to mend it: //p' <<<"$errors")"
is 'the commands that were named mend it' "$(as alice chroot-enter -d / alpine id -un) $(as bob chroot-enter -d / alpine id -un)" 'alice bob'
forget alpine

# a program that fails, and one that is not the superuser's own
reset_accounts alpine
cp /opt/alpine/bin/adduser "$work/adduser"
printf '#!/bin/sh\necho "adduser: no" >&2\nexit 3\n' >/opt/alpine/bin/adduser
run chroot-mounts add alpine /opt/alpine alice
is 'a program that fails is shown' "$status:$errors" '0:adduser: no
chroot-mounts: alpine: /sbin/adduser inside ended with status 3'
like 'lines stand in for a program that fails' "$output" 'alice has an account inside \(a line in /etc/passwd\)'
is 'the group that was made before is not made twice' "$(grep -c alice /opt/alpine/etc/group)" 1
ok 'the user enters without the program' entered alpine
forget alpine
reset_accounts alpine
sed 's/^echo "made.*/exit 12/' "$work/adduser" >/opt/alpine/bin/adduser
run chroot-mounts add alpine /opt/alpine alice
is 'a program that fails halfway is an error' "$status:$errors" '1:chroot-mounts: alpine: /sbin/adduser inside ended with status 12
chroot-mounts: alpine: adduser has made the account of alice inside in part only
chroot-mounts: alpine: is configured and started all the same'
forget alpine
reset_accounts alpine
cp "$work/adduser" /opt/alpine/bin/adduser
chown 1000 /opt/alpine/bin/adduser
run chroot-mounts add alpine /opt/alpine alice
like 'a program that another user owns is not run' "$status:$output$errors" '^0:.*alice has an account inside \(a line in /etc/passwd\)'
chown 0 /opt/alpine/bin/adduser
forget alpine

# SIGINT while the program runs
reset_accounts alpine
printf '#!/bin/sh\nexec sleep 1000\n' >/opt/alpine/bin/adduser
setsid env --default-signal=INT chroot-mounts add alpine /opt/alpine alice >"$work/out" 2>&1 & adding=$!
is_waiting() { chroot-mounts ps alpine 2>&1 | grep -q sleep; }
await is_waiting
kill -INT -- "-$adding"
wait "$adding"
ok 'SIGINT ends the program of the tree' await fails is_waiting
is 'SIGINT leaves the root started and configured' "$(state_of alpine):$(grep -c users "${own}alpine")" started:1
forget alpine
cp "$work/adduser" /opt/alpine/bin/adduser

# a home that is shared, a shell that the tree lacks, the superuser as somebody else
reset_accounts alpine
sed -i 's|/home/alice:/bin/sh|/home/alice:/usr/bin/zsh|' /etc/passwd
echo '/etc/skel stays out' >"/home/alice/mark"
kept=$(find /home/alice /home/bob -printf '%p %m %U:%G %s\n')
printf '%s\n' 'extra_mounts="/home /home none rbind,rslave"' 'default_user="bob"' >/etc/conf.d/chroot-mounts
run chroot-mounts add alpine /opt/alpine alice bob
like 'default_user is not whom the program runs as' "$status:$output" '^0:.*bob has an account inside \(adduser\)'
is 'a shared home is left as it is' "$(find /home/alice /home/bob -printf '%p %m %U:%G %s\n')" "$kept"
is 'the tree has no home of its own then' "$(ls /opt/alpine/home)" ''
is 'a shell that the tree lacks is replaced' "$(grep -c '^alice:.*:/bin/sh$' /opt/alpine/etc/passwd)" 1
forget alpine
cp "$work/service" /etc/conf.d/chroot-mounts
sed -i 's|/usr/bin/zsh|/bin/sh|' /etc/passwd

# groups that are in the way
reset_accounts alpine
printf 'root:x:0:\nplayers:x:1000:\nbob:x:7:' >/opt/alpine/etc/group
kept=$(</opt/alpine/etc/group)
run chroot-mounts add alpine /opt/alpine alice bob
is 'a group is found by its number, and else the number alone is used' "$status:$output" "0:alpine: written to /etc/conf.d/chroot-mounts.alpine
alpine: started
alpine: alice has an account inside (adduser)
alpine: bob has an account inside (a line in /etc/passwd)
alpine: to enter it: chroot-enter alpine
alpine: to start it at boot: rc-update add chroot-mounts default"
is 'the primary group is the host'"'"'s number' "$(cut -d: -f1,4 /opt/alpine/etc/passwd | tr '\n' ' ')" 'root:0 alice:1000 bob:1001 '
is 'groups in the way are left as they are' "$(</opt/alpine/etc/group)" "$kept"
forget alpine
rm /opt/alpine/bin/adduser /opt/alpine/bin/addgroup

# files and directories that lead elsewhere
reset_accounts alpine
printf 'root:x:0:0:root:/root:/bin/sh' >/opt/alpine/etc/passwd
chmod 640 /opt/alpine/etc/passwd
chown 0:5 /opt/alpine/etc/passwd
ok 'a passwd without a last newline is served' chroot-mounts add alpine /opt/alpine alice
is 'lines keep the owner and the mode of the file' "$(stat -c '%u:%g %a' /opt/alpine/etc/passwd)" '0:5 640'
is 'lines are lines of their own' "$(grep -c . /opt/alpine/etc/passwd)" 2
is 'no other file is left in etc' "$(ls -A /opt/alpine/etc)" '.pwd.lock
group
passwd
resolv.conf'
forget alpine
rm /opt/alpine/etc/passwd /opt/alpine/etc/group
ok 'a tree without accounts is served' chroot-mounts add alpine /opt/alpine alice
is 'new files are readable' "$(stat -c %a /opt/alpine/etc/passwd /opt/alpine/etc/group | tr '\n' ' ')" '644 644 '
forget alpine
cp /etc/passwd "$work/passwd"
for made in 'ln -s /tmp/passwd' mkfifo; do
	reset_accounts alpine
	rm /opt/alpine/etc/passwd
	echo 'root:x:0:0:root:/root:/bin/sh' >/tmp/passwd
	$made /opt/alpine/etc/passwd
	run chroot-mounts add alpine /opt/alpine alice
	is "a passwd made by $made gets no account" "$status:$(grep -c 'has an account' <<<"$output")" 1:0
	is "a passwd made by $made is left as it is" "$(</tmp/passwd)" 'root:x:0:0:root:/root:/bin/sh'
	rm /opt/alpine/etc/passwd
	forget alpine
done
reset_accounts alpine
chown 1001 /opt/alpine/home
run chroot-mounts add alpine /opt/alpine alice
is 'no home is made in a directory of another user' "$status:$errors:$(ls /opt/alpine/home)" \
	'0:chroot-mounts: alpine: alice has no home inside: cannot make /home/alice: Operation not permitted:'
forget alpine
reset_accounts alpine
rmdir /opt/alpine/home
mkdir /tmp/elsewhere
ln -s /tmp/elsewhere /opt/alpine/home
run chroot-mounts add alpine /opt/alpine alice
is 'no home is made behind a link' "$status:$errors:$(ls /tmp/elsewhere)" \
	'0:chroot-mounts: alpine: alice has no home inside: cannot make /home/alice: Too many levels of symbolic links:'
forget alpine
rm /opt/alpine/home

# setuid programs that work: the record knows the account
reset_accounts alpine
echo 'allow_setuid="yes"' >/etc/conf.d/chroot-mounts
ok 'a root with allow_setuid is added' chroot-mounts add alpine /opt/alpine alice
ok 'the user of a root with allow_setuid enters at once' entered alpine
forget alpine
cp "$work/service" /etc/conf.d/chroot-mounts

# Debian's
run chroot-mounts add debian /opt/debian alice
is 'useradd of the tree makes the account' "$status:$output$errors" "0:debian: written to /etc/conf.d/chroot-mounts.debian
debian: started
debian: alice has an account inside (useradd)
debian: to enter it: chroot-enter debian
debian: to start it at boot: rc-update add chroot-mounts default"
is 'useradd has made what was asked for' "$(grep alice /opt/debian/etc/passwd; grep '^alice:' /opt/debian/etc/group)" \
	'alice:x:1000:1000::/home/alice:/bin/sh
alice:x:1000:'
is 'the user enters the Debian tree' "$(as alice chroot-enter -d / debian sh -c 'id -un; cd; pwd')" 'alice
/home/alice'
forget debian
sed -i 's/^alice:x:1000/steam:x:1000/' /opt/debian/etc/passwd /opt/debian/etc/shadow
sed -i 's/^alice:/steam:/' /opt/debian/etc/shadow
run chroot-mounts add debian /opt/debian alice
is 'a number that is taken in the Debian tree is an error' "$status:$errors" "1:chroot-mounts: debian: cannot make an account for alice: the number 1000 is steam inside, so alice enters as steam; to mend it: chroot-enter -d / debian usermod -l alice steam
chroot-mounts: debian: is configured and started all the same"
ok 'the usermod that was named succeeds' chroot-enter -d / debian usermod -l alice steam
is 'the user has the name then' "$(as alice chroot-enter -d / debian id -un)" alice
forget debian
sed -i 's|^alice:x:1000|alice:x:1500|' /opt/debian/etc/passwd
run chroot-mounts add debian /opt/debian alice
is 'a name that is taken in the Debian tree is an error' "$status:$errors" "1:chroot-mounts: debian: cannot make an account for alice: the number is 1500 inside and 1000 on the host, so alice enters without a name; to mend it: chroot-enter -d / debian usermod -u 1000 alice
chroot-mounts: debian: is configured and started all the same"
ok 'the usermod of the number succeeds' chroot-enter -d / debian usermod -u 1000 alice
is 'the user has the number then' "$(as alice chroot-enter -d / debian id -un)" alice
forget debian
# useradd follows links on the way to a home
sed -i '/^alice:/d' /opt/debian/etc/{passwd,shadow,group}
rm -rf /opt/debian/home/alice
chown 1001 /opt/debian/home
run chroot-mounts add debian /opt/debian alice
is 'useradd makes no home in a directory of another user' "$status:$errors:$(ls /opt/debian/home)" \
	'0:chroot-mounts: debian: alice has no home inside: another user can change the way to /home/alice:'
is 'the account without a home is there' "$(grep -c '^alice:' /opt/debian/etc/passwd)" 1
forget debian
# neither name nor number may go to another account
sed -i 's|^alice:x:1000:|alice:x:1500:|; s|^daemon:|1000:|' /opt/debian/etc/passwd
echo 'axb:x:1000:1000::/:/bin/sh' >>/opt/debian/etc/passwd
run chroot-mounts add debian /opt/debian alice
is 'where name and number are both taken, no command is printed' "$status:$errors" "1:chroot-mounts: debian: cannot make an account for alice: the number is 1500 inside and 1000 on the host, so alice enters under another name; give one of the accounts inside another name or number
chroot-mounts: debian: is configured and started all the same"
forget debian
sed -i '/^alice:/d; s|^axb:|systemd-a.b:|' /opt/debian/etc/passwd
run chroot-mounts add debian /opt/debian alice
is 'an account with a special name is renamed by no command' "$status:$errors" "1:chroot-mounts: debian: cannot make an account for alice: the number 1000 is systemd-a.b inside, so alice enters as systemd-a.b; give one of the accounts inside another name or number
chroot-mounts: debian: is configured and started all the same"
forget debian
done_testing
