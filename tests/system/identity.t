#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# chroot-enter: whom the superuser names, on the host, in the tree, or on both; strict numbers;
# groups exactly as the kernel has them; each power that is missing, by its name; keys.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
needs perl strace cc
on_machines PROPAGATION=private

# what an entry shows of itself: user, group, and the supplementary groups in order
shown='echo $(id -u) $(id -g) $(sed -n "s/^Groups:\t*//p" /proc/self/status)'
who() { chroot-enter -d / "$@" games sh -c "$shown"; }

# refused TEXT COMMAND...: 125, this one line, and nothing has run inside.
refused()
{
	local text=$1
	shift
	run "$@"
	errors=${errors/: Quota exceeded/: Disk quota exceeded} # musl's words of EDQUOT
	is "$* is refused" "$status $output" '125 '
	is "the refusal gives the reason for: $*" "$errors" "chroot-enter: $text"
}

configure games 'root="/opt/games"' 'users="alice carl"'
echo 'carl:x:1500:1501:Carl, soon removed:/:/bin/sh' >>/etc/passwd
cat >>/opt/games/etc/passwd <<'END'
alice:x:1000:1000:Alice:/:/bin/sh
bob:x:2001:2001:another Bob:/:/bin/sh
dora:x:4000:400:Dora:/:/bin/sh
toor:x:0:0:Toor:/:/bin/sh
minus:x:-1:5::/:/bin/sh
wraps:x:4294967296:5::/:/bin/sh
0x0:x:5:5::/:/bin/sh
4294967295:x:5:5::/:/bin/sh
END
cat >>/opt/games/etc/group <<'END'
dora:x:400:
choir:x:500:dora,alice
sound:x:501:dorathea,dora
players:x:66:dora
band3002:x:3002:
END
ok 'the root starts' chroot-mounts start
sed -i '/^carl:/d' /etc/passwd

# whom
alices='1000 3000 3001 3002 3003 3004 3005 3006 3007 3008 3009 3010 3011'
is 'a user of both sides has the groups of the host' "$(who -u alice)" "1000 1000 $alices"
is 'a user of both sides who is named by number has the groups of the host' "$(who -u 1000)" "1000 1000 $alices"
is 'a user of the tree has the groups of the tree' "$(who -u dora)" '4000 400 66 400 500 501'
is 'a user of the tree who is named by number has the groups of the tree' "$(who -u 4000)" '4000 400 66 400 500 501'
is 'a number of nobody has the group that is named' "$(who -u 4242:4243)" '4242 4243 4243'
is 'the superuser can be named' "$(who -u 0:0)" '0 0 0'
is 'a group of the tree can be named' "$(who -u dora:choir -G '')" '4000 500'
is 'a group of the host can be named' "$(who -u dora:render -G '')" '4000 3000'
is 'a group of both sides with one number can be named' "$(who -u alice:band3002 -G '')" '1000 3002'
is 'a group can be named by a number' "$(who -u alice:7 -G '')" '1000 7'
is 'a user with a group that is named has those of the tree besides' "$(who -u dora:choir)" '4000 500 66 500 501'
is 'a list of groups takes the place of the others' "$(who -u alice -G 9,render,choir)" '1000 1000 9 500 3000'
is 'a list of groups by its long name takes the place of those of a user of the tree' "$(who --user dora --groups=sound)" '4000 400 501'
for user in dora alice 4242:4243; do
	is "$user has no powers" \
		"$(chroot-enter -d / -u $user games grep -cE '^(Cap[^B].*:.0*|NoNewPrivs:.1)$' /proc/self/status)" 5
done
is 'nothing of the host remains open' "$(chroot-enter -d / -u dora games ls /proc/self/fd | xargs)" '0 1 2 3'

refused 'bob is user 1001 on the host and user 2001 inside games: give the number of the one you mean' who -u bob
is 'a user of the host whose name is another in the tree is entered by number' "$(who -u 1001)" '1001 1001 1001'
is 'a user of the tree whose name is another on the host is entered by number' "$(who -u 2001)" '2001 2001 2001'
two='players is group 3001 on the host and group 66 inside games: give the number of the one you mean'
refused "$two" who -u alice:players
refused "$two" who -u alice -G 5,players
refused 'the host knows no user eve, and games neither' who -u eve
refused 'the host knows no group eves, and games neither' who -u alice:eves
refused 'the host knows no group eves, and games neither' who -u alice -G 5,eves
refused 'toor is the superuser inside games: give the number 0 if you mean it' who -u toor
refused 'neither the host nor games has an account with the number 4242, so a group is needed; give it, as in -u 4242:GROUP' \
	who -u 4242
help='chroot-enter -h says what there is'
refused "-G is for the user of -u; $help" who -G 5
for list in ',' '5,' ',5' '5,,6'; do
	refused "the host knows no group ''" who -u alice -G "$list"
done
for word in '' : :players ::; do
	refused "the host knows no user ''" who -u "$word"
done
refused "the host knows no group ''" who -u alice:
refused '-u is for the superuser; others enter as themselves' as alice chroot-enter -u alice -G '' games true

# strict numbers
for word in -1 4294967295 4294967296 0x0 ' 0' +0 00 '0 ' 18446744073709551616; do
	refused "the host knows no user $word" who -u "$word"
	refused "the host knows no user $word" who -u "$word:5"
	refused "the host knows no group $word" who -u "alice:$word"
	refused "the host knows no group $word" who -u alice -G "$word"
done
refused 'the host knows no user minus, and games neither' who -u minus
refused 'the host knows no user wraps, and games neither' who -u wraps
is 'the largest number is a user and a group' "$(who -u 4294967294:4294967294)" '4294967294 4294967294 4294967294'

# the tree's files
passwd=/opt/games/etc/passwd
cp -p "$passwd" "$work/passwd"
restore() { rm -f "$passwd" && cp -p "$work/passwd" "$passwd"; }
chmod g+w "$passwd"
refused '/etc/passwd inside games can be written by others than the superuser' who -u dora
is 'a number of the host needs no file of the tree' "$(who -u 1001)" '1001 1001 1001'
restore
chown 1001 "$passwd"
refused '/etc/passwd inside games can be written by others than the superuser' who -u dora
rm "$passwd"
ln -s group "$passwd"
refused '/etc/passwd inside games is a link' who -u dora
rm "$passwd"
mkfifo "$passwd"
refused '/etc/passwd inside games is no file, too large a one, or no text' timeout 10 chroot-enter -d / -u dora games id
rm "$passwd"
yes | head -c 1100000 >"$passwd"
refused '/etc/passwd inside games is no file, too large a one, or no text' who -u dora
rm "$passwd"
refused 'the host knows no user dora, and games neither' who -u dora
is 'a tree without accounts is no hindrance' "$(who -u alice)" "1000 1000 $alices"
restore
strace -qq -o "$work/trace" -e trace=setns,setresuid,openat,open,mmap,capset chroot-enter -d / -u dora games true
is 'between joining and the drop the two files are opened, and nothing else' \
	"$(sed -n '/^setns/,/^setresuid/p' "$work/trace" | grep -o '^open.*"' | sed 's/.*"\(.*\)"/\1/' | xargs)" \
	'/etc/passwd /etc/group'

# the kernel's groups
groups=$(seq -s, 5000 5999)
is 'a user whose account was removed enters as themselves, with 1,000 groups' \
	"$(setpriv --reuid=1500 --regid=1501 --groups="$groups" chroot-enter -d / games sh -c "$shown")" \
	"1500 1501 ${groups//,/ }"
is 'a user whose account was removed enters as themselves, with no groups' "$(setpriv --reuid=1500 --regid=1501 --clear-groups chroot-enter -d / games sh -c "$shown")" \
	'1500 1501'

# powers
missing="it lacks CAP_SYS_ADMIN: "
ruined() { setpriv --reuid=alice --regid=alice --init-groups "$@"; }
cp /usr/bin/chroot-enter "$work/bare"
chmod 755 "$work" "$work/bare"
refused "${missing}it is not installed setuid, so that only the superuser can use it" \
	ruined "$work/bare" -d / games touch /tmp/entered
cp "$work/bare" "$work/bobs"
chown bob "$work/bobs"
chmod 4755 "$work/bobs"
refused "${missing}its file does not belong to the superuser" ruined "$work/bobs" -d / games touch /tmp/entered
mkdir "$work/nosuid"
mount -t tmpfs -o nosuid nosuid "$work/nosuid"
cp -p /usr/bin/chroot-enter "$work/nosuid"
refused "${missing}it lies on a filesystem that is mounted nosuid" \
	ruined "$work/nosuid/chroot-enter" -d / games touch /tmp/entered
refused "${missing}it was called under no_new_privs, as in a sandbox or inside a root" \
	ruined --no-new-privs chroot-enter -d / games touch /tmp/entered
refused "${missing}it is traced; trace it as the superuser" \
	as alice strace -qq -o /dev/null -e trace=none chroot-enter -d / games touch /tmp/entered
in_user_namespace="${missing}it was called in a user namespace, where a setuid program has no effect"
refused "$in_user_namespace" as alice unshare -U chroot-enter -d / games touch /tmp/entered
refused "$in_user_namespace" as alice unshare -U --map-user=1000 chroot-enter -d / games touch /tmp/entered
refused "${missing}it was called in a user namespace, whose superuser is an ordinary user of the host" \
	as alice unshare -Ur chroot-enter -d / games touch /tmp/entered
# one number alone is mapped there, to itself
refused "${missing}it was called in a user namespace, whose superuser is an ordinary user of the host" \
	unshare -Ur chroot-enter -d / absent touch /tmp/entered
refused 'it lacks CAP_SYS_ADMIN, which was taken away before' \
	setpriv --bounding-set -sys_admin --inh-caps -sys_admin chroot-enter -d / games touch /tmp/entered
refused 'it lacks CAP_SYS_ADMIN CAP_SYS_CHROOT, which was taken away before' \
	setpriv --bounding-set -sys_admin,-sys_chroot --inh-caps -sys_admin,-sys_chroot chroot-enter -d / games touch /tmp/entered
refused 'it lacks CAP_SETUID, which was taken away before' \
	setpriv --bounding-set -setuid --inh-caps -setuid chroot-enter -d / -u alice games touch /tmp/entered
refused 'it lacks CAP_DAC_READ_SEARCH, which was taken away before' \
	setpriv --reuid=alice --regid=alice --init-groups --bounding-set -dac_read_search chroot-enter -d / games touch /tmp/entered
refused 'cannot enter from another mount namespace than that of process 1; for a network namespace, type nsenter --net=/run/netns/NAME chroot-enter … in place of ip netns exec' \
	unshare -m chroot-enter -d / games touch /tmp/entered
ok 'no entry that lacks a power has run anything' fails test -e /tmp/entered
run chroot-enter absent true
like 'the superuser is told that no root has the name' "$errors" 'no root is called absent'

# keys
# with_key COMMAND...: in a session keyring with a key of the superuser's.
with_key()
{
	perl -e 'my ($join, $add, $name, $none) = (@ARGV[0, 1], "of-the-superuser", "x");
		my $type = "user"; my $null = 0;
		syscall($join + 0, 1, 0) > 0 or die "keyctl: $!";
		syscall($add + 0, $type, $name, $none, 1, -3) > 0 or die "add_key: $!";
		exec @ARGV[2 .. $#ARGV]' "$keyctl" "$add_key" "$@"
}
numbers=$(printf '#include <sys/syscall.h>\nSYS_keyctl SYS_add_key\n' | cc -E -P -x c - | tail -n 1)
read -r keyctl add_key <<<"$numbers"
like 'keys have system calls' "$keyctl $add_key" '^[0-9]+ [0-9]+$'
like 'without a keyring of their own, another user has the key of the superuser' \
	"$(with_key setpriv --reuid=alice --regid=alice --init-groups cat /proc/keys)" of-the-superuser
is 'a user whom the superuser names has not the key of the superuser' "$(with_key chroot-enter -d / -u alice games grep -c of-the-superuser /proc/keys)" 0
# more than one where another such machine is at work
is 'a user whom the superuser names has a session keyring of their own' \
	"$(with_key chroot-enter -d / -u dora games awk '$8 == "keyring" && /_ses/ && $6 == 4000 { n++ } END { print (n > 0) }' /proc/keys)" 1
like 'the superuser who stays one keeps the key' "$(with_key chroot-enter -d / games cat /proc/keys)" of-the-superuser
like 'a kernel without keys keeps no user from being entered as' \
	"$(strace -f -qq -o /dev/null -e inject=keyctl:error=ENOSYS chroot-enter -d / -u alice games id -u)" 1000
refused 'cannot leave your session keyring behind: Disk quota exceeded' \
	strace -f -qq -o /dev/null -e inject=keyctl:error=EDQUOT chroot-enter -d / -u alice games id -u
chroot-mounts stop >/dev/null 2>&1
done_testing
