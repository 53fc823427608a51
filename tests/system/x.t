#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# A real X server that demands a cookie: X programs inside have it, though the root does not show the
# file that holds it; nobody else does, and no file that the caller names makes the entry wait, fail
# or tell more than its caller can read.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
needs Xvfb xauth xdpyinfo strace perl
# the machine's own programs and libraries, with a home, a run and a tmp of its own
on_machines TREES=games=/

server=
runtime=/run/user/1000
cookies=/home/alice/.Xauthority
copy=$runtime/chroot-enter.games.Xauthority
cookie_a=00112233445566778899aabbccddeeff
cookie_b=ffeeddccbbaa99887766554433221100

configure games 'root="/opt/games"' 'users="alice"'
printf '%s\n' alice:x:1000:1000:Alice:/home/alice:/bin/sh bob:x:1001:1001:Bob:/home/bob:/bin/sh \
	>>/opt/games/etc/passwd
mkdir -p /opt/games/home/alice
chown alice:alice /opt/games/home/alice
mkdir -p "$runtime" /run/user/0
chown alice:alice "$runtime"
chmod 700 "$runtime" /run/user/0
ok 'the root starts' chroot-mounts start

# serve COOKIE: a server that lets in who has it, in place of the last one.
serve()
{
	[ -z "$server" ] || { kill "$server"; wait "$server"; } 2>/dev/null
	rm -f "$work/auth"
	xauth -q -f "$work/auth" add :7 . "$1" 2>/dev/null
	rm -f "$work/display"
	mkfifo "$work/display"
	Xvfb :7 -auth "$work/auth" -nolisten tcp -displayfd 3 3>"$work/display" >"$work/server" 2>&1 &
	server=$!
	read -r -t 30 <>"$work/display"
}
# hold COOKIE: alice has it, as xauth writes it.
hold() { as alice xauth -q -f "$cookies" add :7 . "$1" 2>/dev/null; }

as_alice() { as alice env HOME=/home/alice DISPLAY=:7 "XDG_RUNTIME_DIR=$runtime" "$@"; }
enter() { as_alice chroot-enter -d / games "$@"; }
has_display() { xdpyinfo | grep -q '^name of display: *:7'; }
named() { enter sh -c 'echo "${XAUTHORITY-none}"'; }
# What entering leaves where the copy would be.
left() { ls -A "$runtime" /run/user/0; }
nothing=$(left)

ok 'an X server starts' serve "$cookie_a"
is 'a user who has no cookie file has no copy' "$(named)$(left)" "none$nothing"
hold "$cookie_a"
ok 'a user who has the cookie is let in outside' as_alice xdpyinfo
ok 'a user who has no cookie is refused outside' fails as_alice env HOME=/nowhere xdpyinfo
ok 'the root does not show the cookie file' fails enter test -e "$cookies"
ok 'a program inside that looks for the cookie file there is refused' \
	fails enter env -u XAUTHORITY xdpyinfo
like 'a program inside that looks for the cookie file is refused for want of the cookie' "$(enter env -u XAUTHORITY xdpyinfo 2>&1)" 'uthorization required'
run enter xdpyinfo
is 'a program inside is let in by the copy' "$status" 0
like 'a program inside is let in to the display of the caller' "$output" 'name of display: *:7'
is 'an entry with a copy says nothing' "$errors" ''
is 'the variable names the copy' "$(named)" "$copy"
is 'the copy is the user'"'"'s alone' "$(stat -c '%F %a %u:%g' "$copy")" 'regular file 600 1000:1000'
ok 'the copy holds the same as the cookie file' cmp "$cookies" "$copy"
is 'the copy is all that there is in the runtime directory' "$(ls -A "$runtime")" "${copy##*/}"
before=$(stat -c '%i %y' "$copy")
enter true
is 'the next entry leaves the copy alone' "$(stat -c '%i %y' "$copy")" "$before"

# A client that speaks the protocol itself. paint COLOUR: fills a square of the root window, says so,
# and goes when its input ends, since a server that nobody uses forgets; look: the colour there.
cat >/opt/games/srv/client <<'END'
use Socket;
my ($verb, $colour) = @ARGV;
sub get { my $got = ""; while (length $got < $_[0]) { sysread(S, $got, $_[0] - length $got, length $got) or die "no answer" } $got }
sub put { syswrite(S, $_[0]) == length $_[0] or die "cannot write" }
my ($cookie) = `xauth list :7` =~ /MIT-MAGIC-COOKIE-1\s+([0-9a-f]{32})/ or die "no cookie\n";
socket(S, PF_UNIX, SOCK_STREAM, 0) && connect(S, pack_sockaddr_un("/tmp/.X11-unix/X7")) or die "no server: $!";
put(pack("a1 x v4 x2 a18 x2 H32", "l", 11, 0, 18, 16, "MIT-MAGIC-COOKIE-1", $cookie));
my ($accepted, $length) = unpack("C x5 v", get(8));
my $setup = get(4 * $length);
$accepted == 1 or die "refused: $setup\n";
my ($id, $vendor, $formats) = unpack("x4 V x8 v x3 C", $setup);
my $root = unpack("V", substr($setup, 32 + ($vendor + 3 & ~3) + 8 * $formats));
if ($verb eq "paint") {
	put(pack("C x v V4", 55, 5, $id, $root, 4, hex $colour)); # CreateGC, with this foreground
	put(pack("C x v V2 v4", 70, 5, $root, $id, 0, 0, 8, 8)); # PolyFillRectangle
}
put(pack("C2 v V v4 V", 73, 2, 5, $root, 4, 4, 1, 1, 0xffffff)); # GetImage
my $answer = get(36);
ord $answer == 1 or die "an error\n";
$| = 1;
printf "%06x\n", unpack("x32 V", $answer) & 0xffffff;
my $wait = $verb eq "paint" && <STDIN>;
END
# painted COMMAND...: what the server shows, asked outside, while the command has painted
painted()
{
	rm -f "$work/hold" "$work/said"
	mkfifo "$work/hold" "$work/said"
	"$@" perl /srv/client paint 2a6f97 <"$work/hold" >"$work/said" 2>"$work/errors" &
	local painter=$! said=
	# for both: who opens a FIFO for one alone waits for the other, who may have died
	exec {hold}<>"$work/hold"
	read -r -t 30 said <>"$work/said"
	as_alice perl /opt/games/srv/client look
	exec {hold}>&-
	wait "$painter"
	echo "$said $?"
}
is 'a program inside draws on the display' "$(painted enter | xargs)" '2a6f97 2a6f97 0'
like 'a program inside does not draw on the display without the copy' "$(painted enter env -u XAUTHORITY | xargs)" '^000000 [1-9]'
like 'a program inside without the copy fails for want of a cookie' "$(<"$work/errors")" 'no cookie'

# a new cookie
ok 'a server with another cookie starts' serve "$cookie_b"
ok 'the old cookie is refused' fails enter xdpyinfo
hold "$cookie_b"
ok 'the next entry has the new cookie' enter xdpyinfo
ok 'the copy of who is inside has the new cookie' cmp "$cookies" "$copy"
mv "$cookies" /home/alice/cookies
rm "$copy"
ok 'a file of another name is found by the variable' \
	as_alice env XAUTHORITY=/home/alice/cookies chroot-enter -d / games xdpyinfo
is 'the variable that -e gives counts' \
	"$(as_alice env XAUTHORITY=/home/alice/cookies chroot-enter -d / -e XAUTHORITY=/x games sh -c 'echo $XAUTHORITY')" /x
mv /home/alice/cookies "$cookies"
rm "$copy"

# where nothing is to be done
is 'without a display there is no copy' "$(as_alice env -u DISPLAY chroot-enter -d / games sh -c 'echo "${XAUTHORITY-none}"')$(left)" \
	"none$nothing"
cp -p "$cookies" /tmp/cookies
is 'a file that the root shows stays where it is' \
	"$(as_alice env XAUTHORITY=/tmp/cookies chroot-enter -d / games sh -c 'echo $XAUTHORITY')$(left)" "/tmp/cookies$nothing"
ok 'an X program inside uses a cookie file that the root shows' as_alice env XAUTHORITY=/tmp/cookies chroot-enter -d / games xdpyinfo
echo 'another one' >/opt/games/home/alice/.Xauthority
ok 'a file of the root'"'"'s own in its place does not count' enter xdpyinfo
rm /opt/games/home/alice/.Xauthority "$copy"

# the superuser
cp "$cookies" /root/cookies
chown root:root /root/cookies
# superuser WORD...: enters, with a cookie and the words before the root's name
superuser()
{
	env DISPLAY=:7 XAUTHORITY=/root/cookies XDG_RUNTIME_DIR=/run/user/0 \
		chroot-enter -d / "$@" games sh -c 'echo "${XAUTHORITY-none}"'
}
is 'bob gets no copy from the superuser' "$(superuser -u bob)$(left)" "none$nothing"
is 'bob gets no copy from the superuser by -E' "$(superuser -E -u bob)$(left)" "/root/cookies$nothing"
is 'the superuser who stays one has a copy' "$(superuser)" /run/user/0/chroot-enter.games.Xauthority
is 'the copy of the superuser is of their own' "$(stat -c '%a %u:%g' /run/user/0/chroot-enter.games.Xauthority)" '600 0:0'
rm /run/user/0/chroot-enter.games.Xauthority

# read as the user before joining, written with no power left
strace -qq -u alice -E HOME=/home/alice -E DISPLAY=:7 -E "XDG_RUNTIME_DIR=$runtime" -o "$work/trace" \
	-e trace=setresuid,capset,setns,open,openat,renameat,renameat2 chroot-enter -d / games true
order()
{
	sed -En '/setresuid\(1000, 1000, 1000\) += 0/ s/.*/user/p; /setns\(.*= 0/ s/.*/joined/p
		/capset\(.*effective=0, permitted=1<<CAP_.*= 0/ s/.*/unarmed/p
		/capset\(.*effective=1<<CAP_.*= 0/ s/.*/armed/p
		/capset\(.*effective=0, permitted=0,.*= 0/ s/.*/powerless/p
		/"\/home\/alice\/.Xauthority".*= [0-9]/ s/.*/read/p; /O_EXCL.*= [0-9]/ s/.*/write/p' "$work/trace"
}
is 'the cookie is read as the user, before joining, and written when all power is gone' "$(order | xargs)" \
	'user unarmed read armed unarmed armed unarmed armed joined powerless write'
rm "$copy"

# no way to a copy
# refused WHAT WORDS [NAME=VALUE...]: the entry goes on, the variable stays, and the note says why.
refused()
{
	local what=$1 words=$2
	shift 2
	run as_alice env "$@" "XAUTHORITY=$cookies" timeout 20 chroot-enter -d / games sh -c 'echo "$XAUTHORITY"'
	is "$what: the entry goes on, with the variable as it was" "$status $output" "0 $cookies"
	is "$what: the note is one line" "$(grep -c . <<<"$errors")" 1
	like "$what: the note names the file and the root, and says why" "$errors" \
		"$cookies is not there inside games and cannot be copied: $words"
	is "$what: nothing is left" "$(left)" "$nothing"
}
names_none='XDG_RUNTIME_DIR names no directory.*set it to one'
refused 'no runtime directory' "$names_none" -u XDG_RUNTIME_DIR
refused 'a relative runtime directory' "$names_none" XDG_RUNTIME_DIR=run
refused 'a runtime directory that is not there' "$names_none" XDG_RUNTIME_DIR=/run/user/4242
refused 'a runtime directory that the root does not show' "$names_none" XDG_RUNTIME_DIR=/home/alice/hidden
refused 'a runtime directory of everybody' "$names_none" XDG_RUNTIME_DIR=/tmp
refused "somebody else's runtime directory" "$names_none" XDG_RUNTIME_DIR=/run/user/0
mkdir /run/user/small
mount -t tmpfs -o size=4k,mode=700,uid=1000,gid=1000 small /run/user/small
head -c 8192 /dev/zero >>"$cookies"
refused 'a full disk' 'No space left on device' XDG_RUNTIME_DIR=/run/user/small
is 'a full disk: nothing is left on the disk' "$(ls -A /run/user/small)" ''
umount /run/user/small
rm "$cookies"
hold "$cookie_b"
# the note goes to a pipe, which has no such limit
like 'a limit on files: the entry goes on' \
	"$(as_alice sh -c 'ulimit -f 0; exec chroot-enter -d / games echo entered' 2>&1 | sort | xargs -d '\n')" \
	"games and cannot be copied: File too large entered"
is 'a limit on files: nothing is left' "$(left)" "$nothing"

# whatever the variable names
# harmless WHAT FILE WORDS: nothing hangs and nothing is copied; WORDS are what is said.
harmless()
{
	local what=$1 words=$3
	run as_alice env "XAUTHORITY=$2" timeout 20 chroot-enter -d / games sh -c 'echo "$XAUTHORITY"'
	is "$what: the entry goes on, with the variable as it was" "$status $output" "0 $2"
	like "$what: the message is as expected" "$errors" "^$words\$"
	is "$what: nothing is copied" "$(left)" "$nothing"
}
not_own='chroot-enter: .* cannot be copied: it is not a file of your own of at most 64 KiB'
as alice mkfifo /home/alice/fifo
harmless 'a FIFO' /home/alice/fifo "$not_own"
harmless 'a device that the root shows' /dev/zero ''
mknod -m 666 /srv/zero c 1 5
harmless 'a device that the root does not show' /srv/zero "$not_own"
as alice truncate -s 10M /home/alice/large
harmless 'a file of 10 MB' /home/alice/large "$not_own"
harmless 'a directory' /home/alice "$not_own"
echo secret >/home/bob/readable
chown bob:bob /home/bob/readable
harmless "somebody else's file" /home/bob/readable "$not_own"
chmod 600 /home/bob/readable
harmless "somebody else's file that alice cannot read" /home/bob/readable ''
echo secret >/etc/shadow
chmod 600 /etc/shadow
as alice ln -s /etc/shadow /home/alice/shadow
harmless 'a link to a file that only the superuser can read' /home/alice/shadow ''
as alice ln -s loop /home/alice/loop
harmless 'a link to itself' /home/alice/loop ''
harmless 'no file at all' /home/alice/none ''
harmless 'an empty word for a file' '' ''
harmless 'a relative path' .Xauthority ''
for file in mem environ maps fd/3 fd/4 ns/mnt; do
	run as_alice env "XAUTHORITY=/proc/self/$file" chroot-enter -d / games true
	is "/proc/self/$file, which is of the privileged process: nothing is copied" "$status$(left)" "0$nothing"
done
# what is read outside must not be a way out (CVE-2024-21626)
for number in {3..9}; do
	run as_alice env XAUTHORITY=/home/alice chroot-enter -d "/proc/self/fd/$number" games ls
	is "a directory in its place leaves no descriptor $number to go out by" "$status" 125
done

# many at once, while the cookie changes: each reads one whole file
entering=()
for number in {1..20}; do
	hold "$([ $((number % 2)) = 0 ] && echo "$cookie_a" || echo "$cookie_b")"
	sha256sum <"$cookies" >>"$work/whole"
	enter sh -c 'sha256sum <"$XAUTHORITY"' >>"$work/read" 2>&1 &
	entering+=("$!")
done
wait "${entering[@]}"
is 'of many entries at once each has a copy' "$(wc -l <"$work/read")" 20
is 'of many entries at once each has a whole copy' "$(grep -vxFf "$work/whole" "$work/read")" ''
is 'many entries at once leave one file' "$(ls -A "$runtime")" "${copy##*/}"

kill "$server"
wait "$server"
ok 'the root stops' chroot-mounts stop
done_testing
