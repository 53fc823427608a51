#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# allow_setuid=yes: setuid programs and file capabilities of the tree work, for who may be trusted
# with them: the files they rely on are the superuser's, no account inside has an empty password, and
# nobody who enters has the number of a user or a group that is another one inside. Without the key
# nothing works.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
needs mmdebstrap setcap script strace groupmod usermod sed
on_machines 'TREES=debian=debian sudo=sudo'

tree=/opt/debian
tools=${BUILD:-$top/build}/system
cd / || exit
inside() { as alice chroot-enter -d / debian "$@"; }
restart() { chroot-mounts -q stop && chroot-mounts -q start; }
limit_and_enter()
{
	setpriv --bounding-set -net_raw --reuid=alice --regid=alice --init-groups \
		sh -c '"$@"; exit $?' sh chroot-enter -d / debian "$@"
}
# shall VALUE LINE...: the root is prepared anew with allow_setuid=VALUE, as far as it can be.
shall()
{
	local value=$1
	shift
	configure debian "root=\"$tree\"" "allow_setuid=\"$value\"" "$@"
	run restart
}
# sets COMMAND...: the capabilities that a grep has that is called so
sets() { "$@" -E '^(Cap|NoNew)' /proc/self/status | tr '\n\t' ' '; }

mkdir "$tree/srv/probes"
install -m 4755 "$tree/usr/bin/id" "$tree/srv/probes/setuid-id"
install -m 4755 "$tree/bin/grep" "$tree/srv/probes/setuid-grep"
install -m 755 "$tree/bin/grep" "$tree/srv/probes/capable-grep"
setcap cap_net_raw+ep "$tree/srv/probes/capable-grep"
install -m 755 "$tools/push-characters" "$tree/srv/probes/push"
echo 'alice:x:1000:1000:Alice:/:/bin/sh' >>"$tree/etc/passwd"
# crypt(3) of the password, which no machine has to make: not every one has a program for it
password=of-the-tree
hash='$6$rounds=1000$chrootmounts$TOvXv81mvNVrsiblmw9Fib.xKC6i5iA/kD1s1YnubzyVHXZSbAgDHmhBbq5a4LuNnz4JgYVKQPfqunLlO6WAc.'
# password_of FIELD NAME FILE: the second field of the name's line in the tree's /etc/FILE.
password_of() { sed -i "s|^$2:[^:]*:|$2:$1:|" "$tree/etc/$3"; }
password_of "$hash" root shadow
# no program has to wait after a wrong password
sed -i 's/pam_unix.so nullok/& nodelay/' "$tree/etc/pam.d/common-auth"
# with_password COMMAND...: has the password of the tree's superuser on standard input
with_password() { echo "$password" | "$@" 2>/dev/null; }
# what who enters has of capabilities outside
bounding=$(as alice sed -n 's/^CapBnd:\t//p' /proc/self/status)
limited=$(printf %016x $((0x$bounding & ~(1 << 13)))) # CAP_NET_RAW
none=0000000000000000
no_power="CapInh: $none CapPrm: $none CapEff: $none CapBnd"

# the host's directories for tickets, as they are before any start
tickets=(sudo doas faillock pam_timestamp)
ticket_directories() { (cd /run && stat -c '%n %F %a %u:%g' "${tickets[@]}" 2>/dev/null); }
rm -rf /run/sudo /run/doas /run/faillock /run/pam_timestamp
in_run() { (cd /run && find . -xdev -path ./chroot-mounts -prune -o -print | sort); }
before_start=$(in_run)

# without
shall no 'users="alice"'
is 'the root starts without the key allow_setuid' "$status" 0
is 'without the key start makes nothing in /run' "$(in_run)" "$before_start"
is 'without the key no directory for tickets is covered' \
	"$(inside grep -cE ' /run/(sudo|doas|faillock|pam_timestamp) ' /proc/self/mountinfo)" 0
is 'without the key a setuid program has no effect' "$(inside /srv/probes/setuid-id -u)" 1000
is 'without the key su has no effect' "$(with_password inside su -c 'id -u')" ''
like 'without the key a file capability has no effect' "$(sets inside /srv/probes/capable-grep)" "CapPrm: $none CapEff: $none"
is 'a user who enters without the key has no capability and can gain none' "$(sets inside grep)" "$no_power: $bounding CapAmb: $none NoNewPrivs: 1 "

# with, for who is listed by either key
for listed in 'users="alice"' 'groups="players"'; do
	shall yes "$listed"
	is "the root starts with $listed" "$status$errors" 0
	is "a setuid program works with $listed" "$(inside /srv/probes/setuid-id -u)" 0
	is "a setuid program has the real uid of its caller with $listed" "$(inside /srv/probes/setuid-id -ru)" 1000
	is "a setuid program has the capabilities that it would have outside with $listed" \
		"$(sets inside /srv/probes/setuid-grep)" \
		"CapInh: $none CapPrm: $bounding CapEff: $bounding CapBnd: $bounding CapAmb: $none NoNewPrivs: 0 "
	is "su works with the password for $listed" "$(with_password inside su -c 'id -u')" 0
	like "a file capability works with $listed" "$(sets inside /srv/probes/capable-grep)" 'CapEff: 0000000000002000 '
	is "a user who enters has no capability but by such programs with $listed" "$(sets inside grep)" \
		"$no_power: $bounding CapAmb: $none NoNewPrivs: 0 "
	is "a user who enters has the groups of the host with $listed" "$(inside id -G)" "$(as alice id -G)"
	is "a user who enters has the ids of the host with $listed" "$(inside grep -E '^[UG]id' /proc/self/status)" \
		$'Uid:\t1000\t1000\t1000\t1000\nGid:\t1000\t1000\t1000\t1000'
	is "user namespaces work inside with $listed" "$(inside unshare -Urm id -u)" 0
	is "a bounding set that was limited outside stays limited with $listed" \
		"$(sets limit_and_enter /srv/probes/setuid-grep)" \
		"CapInh: $none CapPrm: $limited CapEff: $limited CapBnd: $limited CapAmb: $none NoNewPrivs: 0 "
done

# the way down
strace -qq -u alice -o "$work/trace" chroot-enter -d / debian true
calls() { grep -oE "$1" "$work/trace" | uniq -c | sed 's/^ *//'; }
is 'no call takes from the bounding set or sets no_new_privs' \
	"$(calls 'PR_CAPBSET_DROP|PR_SET_NO_NEW_PRIVS')" ''
is 'nobody may look in: first of all, after the change of user, and when all is dropped' \
	"$(calls '^(prctl\(PR_SET_DUMPABLE, SUID_DUMP_DISABLE|setresuid\(1000|setns|capset\(.*permitted=0)' |
		sed 's/{.*//')" "$(cat <<-'END'
	1 prctl(PR_SET_DUMPABLE, SUID_DUMP_DISABLE
	1 setresuid(1000
	1 prctl(PR_SET_DUMPABLE, SUID_DUMP_DISABLE
	1 setns
	1 capset(
	1 prctl(PR_SET_DUMPABLE, SUID_DUMP_DISABLE
	END
	)"
is 'each way back to power is tried after joining, and fails' "$(sed '1,/^setns/d' "$work/trace" | grep -c ' = -1 EPERM')" 3
is 'the users and groups of the tree are read after the last drop, each once and through no link' \
	"$(sed '1,/^setresuid(0, 0, 0)/d' "$work/trace" | grep NOFOLLOW | grep -oE '"/etc/(passwd|group)"')" \
	$'"/etc/passwd"\n"/etc/group"'
is 'no users and groups of the tree are read before the last drop' \
	"$(sed -n '/^setns/,/^setresuid(0, 0, 0)/p' "$work/trace" | grep -cE '"/etc/(passwd|group)"')" 0
install -m 4755 /usr/bin/chroot-enter "$tree/srv/probes/"
run inside /srv/probes/chroot-enter debian true
is 'from inside, where it is setuid, chroot-enter does not work' "$status" 125

# the superuser as a user: the terminal stays the superuser's
install -m 4755 "$tools/push-characters" "$tree/srv/probes/setuid-push"
on_terminal() { script -qec "$*" /dev/null </dev/null | tr -d '\r'; }
is 'a setuid program works for a user whom the superuser became' \
	"$(chroot-enter -u alice -d / debian /srv/probes/setuid-id -u)" 0
is 'a user whom the superuser became has no power without a setuid program' "$(sets chroot-enter -u alice -d / debian grep | sed 's/CapBnd: [0-9a-f]*/CapBnd/')" \
	"$no_power CapAmb: $none NoNewPrivs: 0 "
like 'a user whom the superuser became has a filter' "$(chroot-enter -u alice -d / debian grep Seccomp: /proc/self/status)" 'Seccomp:[[:space:]]2'
for program in push setuid-push; do
	said=$(on_terminal chroot-enter -u alice -d / debian "/srv/probes/$program")
	for what in TIOCSTI 'TIOCSTI with high bits' TIOCLINUX; do
		like "$what is refused to $program" "$said" "$what: refused"
	done
done

# the files that setuid programs rely on
# untrusted PATH WHAT: refused while it is so, and not without the key.
untrusted()
{
	shall yes 'users="alice"'
	is "$2 $1: the root does not start" "$status" 1
	like "$2 $1: the message names the path and what mends it" "$errors" "$tree$1.*to mend it: ch(own root(:root)?|mod go-w) $tree$1"
	ok "$2 $1: the root cannot be entered" fails inside true
}
libraries=("$tree"/usr/lib/*-linux-gnu*)
for path in /usr /usr/lib "${libraries[0]#"$tree"}" /usr/local /usr/local/lib /usr/bin /etc /etc/pam.d /etc/security \
	/etc/passwd /etc/group /etc/ld.so.cache; do
	owner=$(stat -c %u:%g "$tree$path") mode=$(stat -c %a "$tree$path")
	chown alice "$tree$path"
	untrusted "$path" "a user's"
	chown "$owner" "$tree$path"
	chmod g+w "$tree$path"
	untrusted "$path" "a group's"
	chmod "$mode" "$tree$path"
done
chmod 1777 "$tree/etc"
shall yes 'users="alice"'
is "everybody's and sticky /etc: the root does not start" "$status" 1
like "everybody's and sticky /etc: the message names the directory" "$errors" "$tree/etc.* can be written by others"
chmod 755 "$tree/etc"
install -d -o alice "$tree/srv/alice" "$tree/srv/alice/lib"
ln -sfn ../srv/alice/lib "$tree/usr/libx32"
untrusted /srv/alice "a link leads to a user's"
rm "$tree/usr/libx32"
for file in passwd group; do
	mv "$tree/etc/$file" "$tree/etc/$file.real"
	ln -s "$file.real" "$tree/etc/$file"
	shall yes 'users="alice"'
	is "a $file file that is a link: the root does not start" "$status" 1
	like "a $file file that is a link: the message says so" "$errors" "$tree/etc/$file is no file of its own"
	mv "$tree/etc/$file.real" "$tree/etc/$file"
	cp -p "$tree/etc/$file" "$tree/etc/$file.real"
	printf '\0\nubuntu:x:1000:1000::/:/bin/sh\n' >>"$tree/etc/$file"
	shall yes 'users="alice"'
	is "a $file file with a NUL, behind which only a libc sees what is there: the root does not start" \
		"$status" 1
	like "a $file file with a NUL: the message says so" "$errors" "/etc/$file inside $tree is .* or no text"
	mv "$tree/etc/$file.real" "$tree/etc/$file"
done
chown alice "$tree/etc/pam.d"
shall no 'users="alice"'
is "without the key a user's /etc/pam.d does not keep the root from starting" "$status$errors" 0
chown root "$tree/etc/pam.d"

# accounts without a password
# becomes NAME: alice becomes the tree's NAME by su, without a password, and shows who that is.
becomes()
{
	rm -f /tmp/left
	inside su "$1" -c 'id -u >/tmp/left' </dev/null >/dev/null 2>&1
	stat -c "uid %u" /tmp/left 2>/dev/null || echo nobody
}
# passwordless WHAT NAME FILE...: alice becomes nobody, and what is said locks the account.
passwordless()
{
	local what=$1 name=$2 said
	shift 2
	local files=("${@/#/$tree/etc/}")
	local before
	before=$(stat -c '%n %U:%G %a' "${files[@]}")
	shall yes 'users="alice"'
	is "$what: the root does not start" "$status" 1
	like "$what: the message names the account and the file" "$errors" \
		"$name has an empty password in ${files[0]}"
	is "$what: the message is one line" "$(grep -c . <<<"$errors")" 1
	is "$what: nobody becomes the account" "$(becomes "$name")" nobody
	said=${errors#*to mend it: }
	ok "$what: the command that is said runs" eval "${said:-false}"
	is "$what: the files keep their owners and modes" "$(stat -c '%n %U:%G %a' "${files[@]}")" "$before"
	shall yes 'users="alice"'
	is "$what: the root starts after that command" "$status$errors" 0
	is "$what: nobody becomes the locked account" "$(becomes "$name")" nobody
}
cp -a "$tree/etc" "$work/etc"
# as_before: the tree's accounts as they were
as_before() { cp -a "$work/etc/passwd" "$work/etc/shadow" "$tree/etc/"; }
password_of '' root shadow
passwordless 'the superuser without a password' root shadow
as_before
password_of '' root passwd
passwordless 'the superuser without a password in passwd' root passwd
as_before
password_of '' root passwd
password_of '' root shadow
passwordless 'the superuser without a password in both files' root passwd shadow
as_before
echo 'toor:x:0:0::/:/bin/sh' >>"$tree/etc/passwd"
echo 'toor::20000:0:99999:7:::' >>"$tree/etc/shadow"
passwordless 'a second account of the number 0 without a password' toor shadow
as_before
# the number is an ordinary user's of the host
echo 'bob:x:1001:1001::/:/bin/sh' >>"$tree/etc/passwd"
echo 'bob::20000:0:99999:7:::' >>"$tree/etc/shadow"
passwordless 'a user without a password' bob shadow
as_before
echo 'bob::1001:1001::/:/bin/sh' >>"$tree/etc/passwd"
passwordless 'a user without a password and without an entry in shadow' bob passwd
as_before
echo '  eve::2001:2001::/:/bin/sh' >>"$tree/etc/passwd"
passwordless 'a user without a password behind blanks, which glibc passes over' eve passwd
as_before
rm "$tree/etc/shadow"
echo 'bob::1001:1001::/:/bin/sh' >>"$tree/etc/passwd"
passwordless 'a user without a password in a tree without shadow' bob passwd
as_before
echo 'a.b::2001:2001::/:/bin/sh' >>"$tree/etc/passwd"
passwordless 'a name that is a pattern to sed' a.b passwd
as_before
rm "$tree/etc/shadow"
shall yes 'users="alice"'
is 'a tree without shadow, whose accounts nobody can log in to, starts' "$status$errors" 0
as_before
echo 'gone::20000:0:99999:7:::' >>"$tree/etc/shadow"
shall yes 'users="alice"'
is 'a line of shadow for an account that does not exist keeps no root from starting' "$status$errors" 0
as_before
shall yes 'users="alice"'
password_of '' root shadow
run chroot-mounts reload
is 'a reload is refused while an account has an empty password' "$status" 1
like 'the refused reload names the account and the file' "$errors" "root has an empty password in $tree/etc/shadow"
as_before
ok 'a reload succeeds when the account has a password again' chroot-mounts -q reload
password_of '' root shadow
shall no 'users="alice"'
is 'without the key an empty password keeps no root from starting' "$status$errors" 0
is 'without the key nobody becomes the account that has no password' "$(becomes root)" nobody
as_before

# tickets of setuid programs
shall no
rm -r /run/sudo /run/doas /run/faillock /run/pam_timestamp
configure debian "root=\"$tree\"" 'allow_setuid="yes"' 'users="alice"'
run chroot-mounts start -n debian
is 'start -n makes no directory for tickets' "$(ticket_directories)" ''
is 'start -n shows the lines that cover the directories for tickets' \
	"$(awk '$2 == "tmpfs" && $3 != "/run/openrc" { print $3, $5 }' <<<"$output")" "$(cat <<-'END'
	/run/sudo nofail,nosuid,nodev,noexec,mode=0711,size=1m
	/run/doas nofail,nosuid,nodev,noexec,mode=0700,size=1m
	/run/faillock nofail,nosuid,nodev,noexec,mode=0755,size=1m
	/run/pam_timestamp nofail,nosuid,nodev,noexec,mode=0700,size=1m
	END
	)"
# one plan is made of two configurations, whatever the order
for first in aa zz; do
	configure "$first" "root=\"$tree\""
	is "another root's plan without the key covers nothing, called $first" \
		"$(chroot-mounts start -n | awk '$3 ~ "^/run/sudo" { print $1 }')" debian
	rm "/etc/conf.d/chroot-mounts.$first"
done
chroot-mounts -q stop
mounts_before=$(host_mounts)
(umask 077 && exec chroot-mounts -q start)
is 'start makes the directories for tickets as their programs want them, whatever the umask' "$(ticket_directories)" "$(cat <<-'END'
	sudo directory 711 0:0
	doas directory 700 0:0
	faillock directory 755 0:0
	pam_timestamp directory 700 0:0
	END
	)"
is 'start makes the four directories for tickets in /run and nothing else' \
	"$(in_run)" "$(printf '%s\n' "$before_start" ./sudo ./doas ./faillock ./pam_timestamp | sort)"
is 'the directories for tickets inside have the owners and modes of those of the host' \
	"$(chroot-enter -d /run debian stat -c '%n %F %a %u:%g' "${tickets[@]}")" "$(ticket_directories)"
is 'each directory for tickets inside is a tmpfs without programs, devices and setuid' \
	"$(inside grep -oE ' /run/(sudo|doas|faillock|pam_timestamp) rw,nosuid,nodev,noexec,.* - tmpfs' /proc/self/mountinfo | wc -l)" 4

# apart WHAT PLACE: tickets of the host are not seen in the directory PLACE inside, and those of the
# tree stay there: each side leaves one.
leave_tickets='for each; do echo ticket >"$each/$0"; echo "$each: $(echo $(ls "$each"))"; done 2>/dev/null'
apart()
{
	local what=$1 place=$2
	(cd /run && mkdir -p "${tickets[@]}" && rm -f ./*/of-tree)
	chroot-enter -d "$place" debian sh -c "$leave_tickets" of-tree "${tickets[@]}" >"$work/apart"
	(cd /run && sh -c "$leave_tickets" of-host "${tickets[@]}") >>"$work/apart"
	chroot-enter -d "$place" debian sh -c "$leave_tickets" of-tree "${tickets[@]}" >>"$work/apart"
	is "$what: the tickets of both sides are apart in $place" "$(<"$work/apart")" \
		"$(printf '%s: of-tree\n' "${tickets[@]}"
		printf '%s: of-host\n' "${tickets[@]}"
		printf '%s: of-tree\n' "${tickets[@]}")"
}
apart 'the default plan' /run
echo live >/run/later
mkdir /run/user
mount -t tmpfs login /run/user
echo login >/run/user/file
is 'the rest of /run is live' "$(inside cat /run/later /run/user/file)" $'live\nlogin'
umount /run/user
rm -r /run/user /run/later
mount -t tmpfs later /run/sudo
apart 'after the host mounted something on /run/sudo' /run
umount /run/sudo

# reload
ok 'a reload to more lines succeeds' eval \
	'configure debian "root=\"$tree\"" "allow_setuid=\"yes\"" "users=\"alice\"" "extra_mounts=\"/srv /srv none bind
/run /media none rbind\"" && chroot-mounts -q reload'
is 'a reload keeps what setuid programs wrote inside' "$(inside cat /run/faillock/of-tree)" ticket
apart 'after a reload' /media
rm -r /run/doas
like 'status says that a directory the host lost is not covered any more' "$(chroot-mounts status)" \
	'/run/doas is not mounted inside any more; chroot-mounts reload'
ok 'a reload succeeds after the host lost a directory' chroot-mounts -q reload
is 'a reload makes the lost directory' "$(ticket_directories | grep doas)" 'doas directory 700 0:0'
apart 'after a reload that covers the lost directory' /run
chroot-enter debian umount /run/sudo
ok 'a reload succeeds after a cover was unmounted inside' chroot-mounts -q reload
apart 'after a reload that covers the unmounted directory' /run
configure debian "root=\"$tree\"" 'allow_setuid="yes"' 'users="alice"' 'mounts="
/dev /dev none rbind,rslave
proc /proc proc nosuid
/run /run none bind,nosuid"'
ok 'a reload to another line for /run succeeds' chroot-mounts -q reload
apart 'after a reload to another line for /run' /run
ok 'stop succeeds where tickets are covered' chroot-mounts -q stop
is 'stop leaves the mounts of the host as they were before start' "$(host_mounts)" "$mounts_before"

# other ways to show /run
# shows WHAT PLACE LINE...: a plan of these lines, with the tree's own /run without them
shows()
{
	local what=$1 place=$2
	shift 2
	shall yes 'users="alice"' "mounts=\"/dev /dev none rbind,rslave
proc /proc proc nosuid
$(printf '%s\n' "$@")\""
	is "$what: the root starts" "$status$errors" 0
	apart "$what" "$place"
}
mkdir -p "$tree/host" "$tree/srv/run"
shows 'a bind without what is below' /run '/run /run none bind'
shows 'a bind that is ro' /run '/run /run none rbind,ro'
shows 'a bind on another place' /srv/run '/run /srv/run none rbind'
shows 'two binds' /srv/run '/run /run none rbind' '/run /srv/run none rbind'
shows 'a bind of all' /host/run '/ /host none rbind'
shows 'a bind by the name /var/run' /srv/run '/var/run /srv/run none rbind'
mv "$tree/var/run" "$tree/var/run.link"
mkdir "$tree/var/run"
shows 'a bind on a directory /var/run' /var/run '/run /var/run none rbind'
rmdir "$tree/var/run"
mv "$tree/var/run.link" "$tree/var/run"
shows 'a line for one of the directories' /run '/run /run none rbind' \
	'/run/sudo /run/sudo none bind' '/run/doas /run/doas none rbind'
mkdir "$tree/srv/tickets"
shows 'a line that shows one of the directories elsewhere' /run '/run /run none rbind' \
	'/run/sudo /srv/tickets none bind'
is 'a directory of the host that is shown elsewhere is empty there' "$(inside stat -f -c %T /srv/tickets)" tmpfs
shows 'a line of the user that the host lacks the source of' /run '/run /run none rbind' \
	'/srv/missing /run/sudo none bind,nofail'
install -d -m 711 /srv/tickets
echo own >/srv/tickets/own
shall yes 'extra_mounts="/srv/tickets /run/sudo none bind"'
is 'a line of the user for one of the directories: the root starts' "$status$errors" 0
is 'a line of the user for one of the directories counts' "$(chroot-enter -d / debian cat /run/sudo/own)" own
shall yes 'mounts="proc /proc proc nosuid
tmpfs /run tmpfs mode=0755"'
is 'a plan with a /run of its own: the root starts' "$status$errors" 0
is 'nothing is added to a plan with a /run of its own' "$(chroot-enter -d / debian ls -A /run)" ''
shall yes 'mounts="proc /proc proc nosuid
/ /host none bind"'
is 'a bind of / without the /run that is mounted below: the root starts' "$status$errors" 0
is 'nothing is covered where no tickets are shown' "$(chroot-enter -d / debian grep -c ' /host/run/' /proc/self/mountinfo)" 0

# hidden WHAT MESSAGE LINE...: what is refused, and why.
hidden()
{
	local what=$1 message=$2
	shift 2
	shall yes "$@"
	is "$what: the root does not start" "$status" 1
	like "$what: the message says why" "$errors" "$message"
	is "$what: the mounts of the host are as they were" "$(host_mounts)" "$mounts_before"
}
hidden 'a line for a part of one of the directories' \
	"chroot-mounts.debian:3: cannot bind /run/sudo/ts: allow_setuid=yes shows nothing of the host's /run/sudo" \
	'extra_mounts="/run/sudo/ts /run/sudo none bind"'
ln -s /run /srv/link
hidden 'a source that is a link to /run' 'cannot keep tickets apart: /run/sudo inside is the directory of the host.*a line whose source is /run' \
	'mounts="proc /proc proc nosuid
/srv/link /run none rbind"'
shall yes
echo host >/run/sudo/of-host
configure debian "root=\"$tree\"" 'allow_setuid="yes"' 'mounts="proc /proc proc nosuid
/srv/link /run none rbind"'
run chroot-mounts reload
is 'a reload to a source that is a link to /run is refused' "$status" 1
like 'the refused reload says that the tickets would be those of the host' "$errors" \
	'cannot keep tickets apart: /run/sudo inside is the directory of the host'
is 'the refused reload shows no tickets of the host' "$(chroot-enter -d / debian ls /run/sudo)" ''
shall yes 'mounts="proc /proc proc nosuid
/srv/link /run none rbind
tmpfs /run tmpfs mode=0755"'
is 'a source that is a link to /run starts where another line covers it' "$status$errors" 0
configure debian "root=\"$tree\"" 'allow_setuid="yes"' 'mounts="proc /proc proc nosuid
/srv/link /run none rbind"'
run chroot-mounts reload
is 'a reload that takes away what covered a link to /run fails' "$status" 1
like 'the failed reload says that the tickets are those of the host' "$errors" \
	'cannot keep tickets apart: /run/sudo inside is the directory of the host'
chroot-mounts -q stop
mkdir /srv/other
mount --bind /run /srv/other
mounts_before=$(host_mounts)
hidden 'a source that is a bind of /run' 'cannot keep tickets apart: /run/sudo inside is the directory of the host.*a line whose source is /run' \
	'mounts="proc /proc proc nosuid
/srv/other /run none rbind"'
umount /srv/other
mount --bind /run "$tree/run"
mounts_before=$(host_mounts)
hidden 'a /run that the host has mounted in the tree' 'cannot keep tickets apart: /run/sudo inside is the directory of the host' \
	'mounts="proc /proc proc nosuid"'
umount "$tree/run"
mounts_before=$(host_mounts)

# what is in the way on the host
# obstructed WHAT MESSAGE: with that at /run/faillock and nothing at the others, nothing is made; what is said mends it.
obstructed()
{
	local what=$1 message=$2 said
	rm -rf /run/sudo /run/doas /run/pam_timestamp
	hidden "$what at /run/faillock" "cannot cover /run/faillock inside: on the host it $message"
	is "$what at /run/faillock: the other directories are not made" "$(cd /run && echo sudo* doas* pam_timestamp*)" \
		'sudo* doas* pam_timestamp*'
	said=${errors#*to mend it: }
	ok "$what at /run/faillock: the command that is said runs" eval "${said:-false}"
	shall yes
	is "$what at /run/faillock: the root starts after that command" "$status$errors" 0
	chroot-mounts -q stop
	rm -rf /run/faillock
}
rm -rf /run/faillock
ln -s /srv/tickets /run/faillock
obstructed 'a symbolic link' 'is a symbolic link'
echo file >/run/faillock
obstructed 'a file' 'is a file'
install -d -o alice /run/faillock
echo forged >/run/faillock/root
obstructed 'a directory of a user' 'belongs to user 1000'
shall yes
rm -r /run/sudo
ln -s /srv/tickets /run/sudo
run chroot-mounts reload
is 'a reload is refused while the host has a symbolic link at /run/sudo' "$status" 1
like 'the refused reload names the link' "$errors" 'cannot cover /run/sudo inside: on the host it is a symbolic link'
rm /run/sudo
ok 'a reload succeeds when the symbolic link at /run/sudo is gone' chroot-mounts -q reload
shall yes 'visible="yes"'
is 'a visible root with tickets apart starts' "$status$errors" 0
echo host >/run/sudo/of-host
is 'a visible root shows no tickets of the host in its directory on the host' "$(ls "$tree/run/sudo")" ''
is 'a visible root leaves the host its own tickets' "$(ls /run/sudo)" of-host

# sudo itself, on both sides, each with its own password of alice's; of the host she has none
for side in "$tree" ''; do
	cp -a /opt/sudo/usr/. "$side/usr/"
	cp -a /opt/sudo/etc/. "$side/etc/"
	echo 'alice ALL=(ALL) ALL' >>"$side/etc/sudoers"
done
echo "alice:$hash:20000:0:99999:7:::" >>"$tree/etc/shadow"
echo 'alice:*:20000:0:99999:7:::' >>/etc/shadow
# remembers COMMAND: what it says after the tree's sudo took a password, on one terminal, which is
# what tickets are for.
remembers()
{
	rm -f /tmp/said
	as alice script -qec "echo $password | chroot-enter -d / debian sudo -S true; $* >/tmp/said 2>/tmp/why" \
		/dev/null </dev/null >/dev/null
	cat /tmp/said
}
shall yes 'users="alice"'
is "the tree's sudo takes its own ticket for a password" "$(remembers chroot-enter -d / debian sudo -n id -u)" 0
is "the host's sudo takes no ticket of the tree's for a password" "$(remembers sudo -n id -u)" ''
like "the host's sudo asks alice for a password" "$(</tmp/why)" 'a password is required'
as_before

# names and numbers
careless() { nsenter --mount=/run/chroot-mounts/debian/ns setpriv --reuid=1000 --regid=1000 --groups=27 "$@"; }
# collides WHOSE NUMBER THERE COMMAND LINE...: the root does not start, and the message says all.
collides()
{
	local whose=$1 number=$2 there=$3 command=$4
	shift 4
	shall yes "$@"
	is "$whose, $number, is $there inside, with $*: the root does not start" "$status" 1
	like "$whose, $number, is $there inside, with $*: the message says so and what mends it" "$errors" \
		"$whose, $number, is $there inside.*$command NUMBER $there.*allow_setuid=no"
	is "$whose, $number, is $there inside, with $*: the message is one line" "$(grep -c . <<<"$errors")" 1
}
group_collides() { collides "$1's group $3" "$2" "$4" "groupmod -P $tree -g" "${@:5}"; }
user_collides() { collides "the number of $1" "$2" "$3" "usermod -P $tree -u" "${@:4}"; }

# a number that is another user inside
install -m 4755 "$tools/tiny-sudo" "$tree/srv/probes/"
shall yes 'users="bob"'
is 'where no user has the number of another user, the root starts' "$status$errors" 0
sed -i 's/^alice:x:1000:/ubuntu:x:1000:/' "$tree/etc/passwd"
is 'a careless entry makes the ubuntu of the tree out of the alice of the host, who becomes the superuser' \
	"$(careless /srv/probes/tiny-sudo ubuntu id -u)" 0
user_collides alice 1000 ubuntu 'users="bob alice"'
user_collides alice 1000 ubuntu 'users="bob"' # to whom she could lend her number, by a file in /tmp
user_collides alice 1000 ubuntu 'default_user="alice"'
shall no 'users="alice"'
is 'without the key the root starts where the number of alice is another user inside' "$status$errors" 0
run inside /srv/probes/tiny-sudo ubuntu id -u
is 'without the key the number of another user inside gives nothing' "$status$output" 125
echo 'alice:x:1000:1000:Alice:/:/bin/sh' >>"$tree/etc/passwd"
user_collides alice 1000 ubuntu 'users="alice"' # who is one of two there
echo 'ubuntu:x:1000:1000::/:/bin/sh' >>/etc/passwd
shall yes 'users="alice"'
is 'where the number has both names on the host too, the root starts' "$status$errors" 0
sed -i '/^ubuntu:/d' /etc/passwd
shall yes 'users="alice"'
is 'where the number has lost one of both names on the host, the root does not start' "$status" 1
ok 'the usermod that start named succeeds, with a number' usermod -P "$tree" -u 2100 ubuntu
ok 'the root starts after the usermod that start named' chroot-mounts -q start
run inside /srv/probes/tiny-sudo ubuntu id -u
is 'after the usermod alice is not the ubuntu of the tree' "$status$errors" '1alice may not'
is 'after the usermod alice may do what the tree lets alice do' "$(inside /srv/probes/tiny-sudo alice id -u)" 0
echo 'ubuntu:x:1000' >>"$tree/etc/passwd"
user_collides alice 1000 ubuntu 'users="alice"' # glibc takes a line without the other fields
sed -i '/^ubuntu:/d' "$tree/etc/passwd"

# a number that is another group inside
install -m 4750 -g 27 "$tree/usr/bin/id" "$tree/srv/probes/for-sudo"
sed -i 's/^sudo:x:27:/video:x:27:/' /etc/group
shall yes 'users="bob"'
is 'where no user has the number of another group, the root starts' "$status$errors" 0
sed -i 's/^video:x:27:/video:x:27:alice/' /etc/group
is 'a careless entry makes the sudo of the tree out of the video of the host' \
	"$(careless /srv/probes/for-sudo -u)" 0
group_collides alice 27 video sudo 'users="bob alice"'
group_collides alice 27 video sudo 'users="bob"'
group_collides alice 27 video sudo 'default_user="alice"'
shall no 'users="alice"'
is 'without the key the root starts where a group of alice is another one inside' "$status$errors" 0
is 'without the key the number of another group inside gives nothing' "$(inside /srv/probes/for-sudo -u 2>/dev/null)" 1000
sed -i 's/^video:x:27:alice/video:x:27:bob/' /etc/group
group_collides bob 27 video sudo 'groups="players"'
echo 'gamers:x:1000:' >>"$tree/etc/group"
group_collides alice 1000 alice gamers 'users="alice"'
sed -i '/^gamers:/d' "$tree/etc/group"
sed -i '/^video:/a sudo:x:27:' /etc/group
shall yes 'users="bob"'
is 'where the number has that name on the host too, the root starts' "$status$errors" 0
sed -i '/^sudo:/d' /etc/group

# and later
sed -i 's/^video:x:27:bob/video:x:27:/' /etc/group
shall yes 'users="alice bob"'
is 'when nobody has the number any more, the root starts' "$status$errors" 0
sed -i 's/^video:x:27:/video:x:27:bob/' /etc/group
# refused WHAT NUMBER NAME COMMAND...: at entry
refused()
{
	local what=$1 number=$2 name=$3
	shift 3
	run "$@"
	is "who is $what $number, which is $name inside, is refused: ${*:1:3}" "$status" 125
	like "the refusal names $what $number, $name inside and what mends it: ${*:1:3}" "$errors" \
		"$what $number is $name inside debian.*chroot-mounts reload debian"
	is "the refusal for $what $number, which is $name inside, is one line: ${*:1:3}" "$(grep -c . <<<"$errors")" 1
}
enter_as_bob() { as bob chroot-enter -d / debian true; }
refused group 27 sudo enter_as_bob
refused group 27 sudo chroot-enter -u bob -d / debian true
is 'alice enters while bob is refused for his group' "$(inside /srv/probes/setuid-id -u)" 0
ok 'the superuser enters while bob is refused for his group' chroot-enter -d / debian true
echo 'deploy:x:2000:2000::/:/bin/sh' >>"$tree/etc/passwd"
sed -i 's/^sudo:x:27:.*/sudo:x:27:deploy/' "$tree/etc/group"
is 'a user of the tree alone enters, with the groups of the tree, while bob is refused' \
	"$(chroot-enter -u deploy -d / debian /srv/probes/for-sudo -u)" 0
run chroot-mounts reload
is 'a reload is refused while a group of bob is another one inside' "$status" 1
like 'the refused reload names the group of bob' "$errors" "bob's group video, 27, is sudo inside"
is 'alice still enters after the reload was refused for the group of bob' "$(inside /srv/probes/setuid-id -u)" 0
ok 'the groupmod that the refused reload named succeeds, with a number' groupmod -P "$tree" -g 927 sudo
ok 'bob enters after the groupmod that the refused reload named' enter_as_bob
ok 'a reload succeeds after the groupmod that the refused reload named' chroot-mounts -q reload
ok 'a restart succeeds after the groupmod that the refused reload named' restart
like 'a bind for one entry may show anything, so setuid programs do not work there' \
	"$(chroot-enter -u alice -b "$tree/srv:/mnt" -d / debian cat /proc/self/status)" $'NoNewPrivs:\t1'
echo 'docker:x:3000:' >>"$tree/etc/group"
refused group 3000 docker inside true
sed -i '/^docker:/d' "$tree/etc/group"
echo 'render:x:3000:' >>"$tree/etc/group"
refused group 3000 render inside true
ok 'a reload succeeds after a group was made inside as it is on the host' chroot-mounts -q reload
is 'a user with a group that was made inside as on the host enters after the reload' "$(inside /srv/probes/setuid-id -u)" 0
sed -i '1i ubuntu:x:1000:1000::/:/bin/sh' "$tree/etc/passwd"
is 'a user that is added gives who is entered carelessly their power' \
	"$(careless /srv/probes/tiny-sudo ubuntu id -u)" 0
refused user 1000 ubuntu inside true
refused user 1000 ubuntu chroot-enter -u alice -d / debian true
refused user 1000 ubuntu chroot-enter -u 1000 -d / debian true
ok 'bob enters while alice is refused for her number' enter_as_bob
ok 'the superuser enters while alice is refused for her number' chroot-enter -d / debian true
is 'a user who is named as the one of the tree enters while alice is refused' \
	"$(chroot-enter -u ubuntu -d / debian /srv/probes/tiny-sudo ubuntu id -u)" 0
run chroot-mounts reload
is 'a reload is refused while the number of alice is another user inside' "$status" 1
like 'the refused reload names the number of alice' "$errors" 'the number of alice, 1000, is ubuntu inside'
ok 'the usermod that the refused reload named succeeds, with a number' usermod -P "$tree" -u 2100 ubuntu
ok 'alice enters after the usermod that the refused reload named' inside true
ok 'a reload succeeds after the usermod that the refused reload named' chroot-mounts -q reload
sed -i '/^alice:/d' "$tree/etc/passwd"
ok 'a user without an entry inside enters' inside true
ok 'a user without an entry inside enters after a reload' eval 'chroot-mounts -q reload && inside true'
echo 'alice:x:1000:1000:Alice:/:/bin/sh' >>"$tree/etc/passwd"
refused user 1000 alice inside true
ok 'a reload succeeds after a user was made inside as on the host' chroot-mounts -q reload
is 'a user who was made inside as on the host enters after the reload' "$(inside /srv/probes/setuid-id -u)" 0
for file in passwd group; do
	chmod g+w "$tree/etc/$file"
	run inside true
	is "when others can write the $file file, nobody enters" "$status" 125
	like "when others can write the $file file, the message says so" "$errors" "/etc/$file inside debian can be written by others"
	chmod g-w "$tree/etc/$file"
done

# what a reload mounts
# changes_to LINE...: reloads to an otherwise good configuration.
changes_to()
{
	configure debian "root=\"$tree\"" 'allow_setuid="yes"' 'users="alice bob"' "$@"
	run chroot-mounts reload
}
cp -a "$tree/etc" /home/alice/etc
chown alice /home/alice/etc
install -d /srv/lib
for line in '/home/alice/etc /etc none bind' '/srv/lib /usr none bind' 'tmpfs /usr/lib tmpfs mode=0755'; do
	changes_to "extra_mounts=\"$line\""
	is "a line that covers what setuid programs rely on is none for a reload: $line" "$status" 1
	like "the refused reload names what mends it: $line" "$errors" 'setuid programs inside rely on it.*chroot-mounts restart debian'
	is "the refused reload changes nothing: $line" "$(inside stat -c %U /etc) $(inside /srv/probes/setuid-id -u)" 'root 0'
done
shall yes 'users="alice bob"' 'extra_mounts="/home/alice/etc /etc none bind"'
is 'a start refuses a line that covers what setuid programs rely on' "$status" 1
install -o alice -m 644 "$tree/etc/passwd" /home/alice/passwd
install -m 644 "$tree/etc/passwd" /srv/passwd
shall yes 'users="alice bob"'
changes_to 'extra_mounts="/home/alice/passwd /etc/passwd none bind"'
is "a reload is refused to a user's file on the superuser's passwd file" "$status" 1
like "the refused reload says that the file is not the superuser's" "$errors" '/etc/passwd does not belong to the superuser'
changes_to 'extra_mounts="/srv/passwd /etc/passwd none bind"'
is "a reload to a file of the superuser's on the passwd file succeeds" "$status$errors" 0
echo 'bob:x:1001:1001::/:/bin/sh' | cat /srv/passwd - >/srv/passwd.new
mv /srv/passwd.new /srv/passwd
ok "a reload succeeds after the host's file on the passwd file was replaced" chroot-mounts -q reload
ok 'bob, whom the replaced passwd file has, enters at once after the reload' enter_as_bob
sed 's/^bob:x:/bob::/' /srv/passwd >/srv/passwd.new
mv /srv/passwd.new /srv/passwd
run chroot-mounts reload
is 'a reload to a passwd file with an empty password is refused' "$status" 1
like 'the refused reload names the file of the host' "$errors" 'bob has an empty password in /srv/passwd'
is 'the refused passwd file is not seen inside' "$(inside grep ^bob: /etc/passwd)" 'bob:x:1001:1001::/:/bin/sh'
eval "$(sed -n 's/.*to mend it: \(.*\)/\1/p' <<<"$errors")"
ok 'a reload succeeds after the command that was said' chroot-mounts -q reload
sed 's/^bob:!:/bob::/' /srv/passwd >/srv/passwd.new
cat /srv/passwd.new >/srv/passwd # in place, so that it is seen inside at once
ok 'a reload is refused while a file that is seen inside has an empty password' fails chroot-mounts -q reload
sed -i 's/^bob::/bob:!:/' /srv/passwd
ok 'a reload succeeds while the passwd file of before, which has it, is still seen inside' chroot-mounts -q reload
chown bob /srv
mv /srv/passwd /srv/passwd.old
install -o bob -m 644 /srv/passwd.old /srv/passwd
run chroot-mounts reload
is "a reload is refused after a user's file took the place of the host's passwd file" "$status" 1
is "the user's passwd file is not seen inside" "$(inside stat -c %U /etc/passwd)" root
changes_to
is 'a reload that would take away what is on the passwd file is refused' "$status" 1
like 'the refused reload says that what is on /etc/passwd is to change' "$errors" 'on /etc/passwd is to change'
ok 'a restart takes away what is on the passwd file' restart

rm "$tree/etc/passwd" "$tree/etc/group"
ok 'a tree without passwd and group files has no names that could collide' inside true

# a change of the key
configure debian "root=\"$tree\"" 'users="alice bob"'
run chroot-mounts status
like 'a change of the key makes the root stale, until a restart' "$output" \
	'stale.*allow_setuid has changed since start; chroot-mounts restart debian'
ok 'a reload is refused while the key has changed' fails chroot-mounts reload
ok 'stop succeeds after a change of the key' chroot-mounts stop
done_testing
