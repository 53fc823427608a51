#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
# Each descriptor is closed when another program is executed, from the moment on that it is there: no
# mount helper and no shell inside gets one by accident (open(2), O_CLOEXEC).
use strict;
use warnings;
use Test::More;
require './tests/texts.pl';

my %word = (
	open => 'O_CLOEXEC', openat => 'O_CLOEXEC', flopenat => 'O_CLOEXEC', fopen => '"[rw]e"', socket => 'SOCK_CLOEXEC',
	open_tree => 'OPEN_TREE_CLOEXEC', fsopen => 'FSOPEN_CLOEXEC', fsmount => 'FSMOUNT_CLOEXEC',
	fspick => 'FSPICK_CLOEXEC', pidfd_open => '\b0\b', # which has it always
);
my $calls = join '|', sort { length $b <=> length $a } keys %word;
my $seen = 0;
for my $file (glob('lib/*/*.c sbin/*.c')) {
	my $text = text_of($file) =~ s{/\*.*?\*/}{$& =~ s/[^\n]//gr}gser;
	while ($text =~ /(?<![\w.>"])(?:syscall_)?($calls)(\((?:[^()"]|"(?:\\.|[^"\\])*"|(?2))*\))/g) {
		my ($call, $arguments) = ($1, $2);
		my $line = 1 + (substr($text, 0, $-[0]) =~ tr/\n//);
		next if $arguments =~ /^\(\d\)/; # a message names a page
		$seen++;
		$arguments .= $1 if $arguments =~ /\b(?:FLAGS|flags)\b/ && $text =~ /(?:#define FLAGS|int flags =)(.*)/;
		like($arguments, qr/$word{$call}/, "$file:$line: $call is told to close at execve");
	}
}
cmp_ok($seen, '>', 80, 'calls that open are found');
done_testing;
