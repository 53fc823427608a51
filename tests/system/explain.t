#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# chroot-enter: why a program inside cannot be executed.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
needs perl readelf timeout
on_machines TREES='games=busybox'

tree=/opt/games
machine=$(uname -m)

# none of these may wait for a file
enter() { timeout 10 chroot-enter games "$@"; }
as_alice() { as alice timeout 10 chroot-enter games "$@"; }

# refused WHAT STATUS ERROR COMMAND...: chroot-enter ends with that status and says just that.
refused()
{
	local what=$1 expected=$2 error=$3
	shift 3
	run "$@"
	is "$what: the message gives the reason" "$errors" "chroot-enter: $error"
	is "$what: the status is $expected" "$status" "$expected"
	is "$what: nothing is written to standard output" "$output" ''
}

# explained WHAT WHY: the same of /srv/NAME, the first word of WHAT; executed by alice.
explained()
{
	refused "$1" 126 "cannot execute /srv/${1%%[, ]*}: $2" as_alice "/srv/${1%%[, ]*}"
}

# put NAME TEXT [MODE]: a file in /srv inside; printf makes the text.
put()
{
	# shellcheck disable=SC2059 # it is a format
	printf "$2" >"$tree/srv/$1"
	chmod "${3-755}" "$tree/srv/$1"
}

# patched AT NUMBER FILE: its two bytes there are that number, in the order of its ELF header.
patched()
{
	perl -e '($at, $number, $file) = @ARGV; open F, "+<:raw", $file or die; read F, $head, 6;
		seek F, $at, 0; print F pack(ord(substr $head, 5) == 2 ? "n" : "v", $number)' "$@"
}

mkdir -p "$tree/srv/folder" "$tree/srv/private" "$tree/mnt"
configure games "root=\"$tree\"" 'users="alice"' 'extra_mounts="tmpfs /mnt tmpfs mode=0755,noexec"'
ok 'the root starts' chroot-mounts start

# what is not there
refused 'a command on no PATH' 127 'no-such-command: command not found' enter no-such-command
refused 'a path to nothing' 127 '/srv/nothing: command not found' enter /srv/nothing

# programs
loader=$(readelf -lW "$(command -v perl)" | sed -n 's/.*program interpreter: \(.*\)\]$/\1/p')
like 'perl is a dynamically linked program' "$loader" '^/'
cp "$(command -v perl)" "$tree/srv/dynamic"
bits=$(getconf LONG_BIT)
explained 'dynamic, a program without its loader' \
	"its interpreter $loader is missing inside; a $bits-bit program for $machine needs it"
put script '#!/srv/dynamic\n'
explained 'script, a script whose interpreter has no loader' \
	"the interpreter $loader of /srv/dynamic is missing inside; a $bits-bit program for $machine needs it"
cp "$tree/srv/dynamic" "$tree/srv/foreign"
# one that no qemu-user runs, where that is installed: of 32 bits, the most significant byte first, EM_S390
ok 'a program is made one of 32 bits with the most significant byte first' patched 4 $((0x0201)) "$tree/srv/foreign"
ok 'a program is made one for another machine' patched 18 22 "$tree/srv/foreign"
explained 'foreign, a program for another machine' "it is for s390, and this machine is $machine"
cp "$tree/srv/dynamic" "$tree/srv/object"
ok 'a program is made an object file' patched 16 1 "$tree/srv/object"
explained 'object, a file that is no program' 'it is an object file or a core dump, no program'
head -c 50 "$tree/srv/dynamic" >"$tree/srv/cut"
chmod 755 "$tree/srv/cut"
explained 'cut, the beginning of a program' 'it is a program cut off in its first bytes'

# scripts
put lost '#! /usr/bin/python3 -u\n'
explained 'lost, a script without its interpreter' \
	'the interpreter /usr/bin/python3 of its first line is missing inside'
put dos '#!/bin/sh\r\nexit 0\r\n'
explained 'dos, a script with carriage returns' \
	'the interpreter /bin/sh\015 of its first line is missing inside; the line ends in a carriage return, as those of DOS do'
put text 'exit 0\n'
explained 'text, a script without a first line' 'it is a text whose first line names no interpreter (#!)'
put empty ''
explained 'empty, a file without a byte' 'it is empty'
put cyclic '#!/srv/cyclic2\n'
put cyclic2 '#!/srv/cyclic\n'
explained 'cyclic, two scripts that name each other' \
	'first lines lead from script to script, further than the kernel follows'

# permissions
put plain '#!/bin/sh\n' 644
explained 'plain, a file without permission' 'it may not be executed by anybody (chmod +x)'
put mine '#!/bin/sh\n' 700
explained 'mine, a script that its owner alone may execute' 'it may not be executed by you (chmod +x)'
chmod 700 "$tree/srv/private"
put private/program '#!/bin/sh\n'
explained 'private/program, a script in a closed folder' 'it cannot be reached: Permission denied'
put unread '#!/nowhere/sh\n' 711
explained 'unread, a script that may be executed and not read' 'it names an interpreter that is missing inside'
explained 'folder, a directory' 'it is a directory'
put script '#!/srv/folder\n'
explained 'script, a script whose interpreter is a folder' 'the interpreter /srv/folder of its first line is a directory'
enter sh -c 'printf "#!/bin/sh\n" >/mnt/script; chmod 755 /mnt/script'
refused 'a script on a noexec mount' 126 \
	'cannot execute /mnt/script: it lies on a filesystem that is mounted noexec' enter /mnt/script
put script '#!/mnt/script\n'
explained 'script, a script whose interpreter is on a noexec mount' \
	'the interpreter /mnt/script of its first line lies on a filesystem that is mounted noexec'

# files that would hang who reads them
mkfifo -m 755 "$tree/srv/fifo"
explained 'fifo, a FIFO that nobody writes to' 'it is no regular file'
put script '#!/srv/fifo\n'
explained 'script, a script whose interpreter is a FIFO' 'the interpreter /srv/fifo of its first line is no regular file'
put script '#!/dev/zero\n'
explained 'script, a script whose interpreter is a device' 'the interpreter /dev/zero of its first line is no regular file'
truncate -s 1T "$tree/srv/huge"
chmod 755 "$tree/srv/huge"
explained 'huge, a file of many zeros' 'it is neither a program for this machine nor a script with #!'

# found on the PATH, and as a shell
printf '#!/nowhere/sh\n' >"$tree/usr/bin/found"
chmod 755 "$tree/usr/bin/found"
refused 'a script that the PATH finds' 126 \
	'cannot execute /usr/bin/found: the interpreter /nowhere/sh of its first line is missing inside' \
	enter found
refused 'a shell without its interpreter' 126 \
	'cannot execute /usr/bin/found: the interpreter /nowhere/sh of its first line is missing inside' \
	timeout 10 chroot-enter -d / -s /usr/bin/found games
done_testing
