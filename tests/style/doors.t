#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
# Each door to the outside is met in few rooms, so that these show all that passes it.
use strict;
use warnings;
use Test::More;

my $call = qr/(?<![\w.>])(?:syscall_|SYS_|__NR_)?/; # by libc, by our wrapper, or by number
my @doors = (
	# what, the rooms that may meet it, how it is met
	['libmount', 'plan plan_options mountinfo mounts_source mounts_attach filesystem', qr/\b(?:mnt_|libmnt_)\w+/],
	["libmount's context", 'filesystem', qr/\b(?:mnt_context_\w+|mnt_\w+_context|libmnt_context)\b/],
	['libsmartcols', 'table', qr/\b(?:scols_|libscols_)\w+/],
	['vis(3)', 'escape', qr/(?<![\w.>])\w*visx?\s*\(/],
	['openat2', 'root', qr/${call}openat2\b/],
	['namespaces', 'namespace namespace_make namespace_copy', qr/${call}(?:unshare|setns|pivot_root)\b/],
	['identity', 'privileges groups', qr/${call}(?:set(?:res|re|e|fs)?[ug]id|setgroups|initgroups|capset)\b/],
	['pidfds', 'scan terminate', qr/${call}pidfd_\w+/],
	['mounts', 'mount mount_make',
		qr/${call}(?:fsopen|fsconfig|fsmount|fspick|move_mount|open_tree|mount_setattr)\b
		|(?<![\w.>])mount\s*\(/x],
	['the end of the process', 'sbin',
		qr/(?<![\w.>])(?:_?exit|_Exit|quick_exit|abort|v?errx?|errc)\s*\(/],
	['passwd and group', 'host_account people',
		qr/\b(?:f?get(?:pw|gr)(?:ent|nam|uid|gid)(?:_r)?|(?:set|end)(?:pw|gr)ent|getgrouplist)\b/],
);
my $keys = 'syscalls'; # the room of the wrappers: it has every key and opens nothing

# Blanks comments and what strings say, and keeps the lines.
sub code_of {
	my ($file) = @_;
	local $/;
	open(my $stream, '<', $file) or die "$file: $!";
	my $text = <$stream>;
	$text =~ s{(/\*.*?\*/|//[^\n]*)|"(?:\\.|[^"\\\n])*"|('(?:\\.|[^'\\\n])+')}
		{my $said = $&; $2 ? "' '" : $1 ? $said =~ s/[^\n]//gr : '""'}gse;
	return split /\n/, $text;
}

my (%met, %rooms);
for my $file (glob('lib/*/*.[ch]'), glob('sbin/*.[ch]')) {
	my ($room) = $file =~ m{([^/]+)\.[ch]$};
	$room = 'sbin' if $file =~ m{^sbin/};
	$rooms{$room} = 1;
	next if $room eq $keys;
	my $line = 0;
	for my $code (code_of($file)) {
		$line++;
		for my $door (@doors) {
			my ($what, undef, $how) = @$door;
			push @{ $met{$what}{$room} }, "$file:$line: $&" if $code =~ $how;
		}
	}
}
cmp_ok(scalar keys %rooms, '>', 5, 'lib/ and sbin/ have rooms');

for my $door (@doors) {
	my ($what, $allowed) = @$door;
	my %allowed = map { $_ => 1 } split ' ', $allowed;
	my @elsewhere = map { @{ $met{$what}{$_} } } grep { !$allowed{$_} } sort keys %{ $met{$what} };
	is("@elsewhere", '', "$what: only in " . ($allowed || 'no room'));
	# else the row names a room too many, or its words are misspelt (sbin may simply return from main)
	ok($met{$what}{$_}, "$what: met in $_") for grep { $_ ne 'sbin' } sort keys %allowed;
}

done_testing();
