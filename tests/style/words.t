#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
# Nothing is left for later, no function is longer than two screens, and no file knows the machine
# that it was written on.
use strict;
use warnings;
use Test::More;

my $longest = 80; # lines
# Bracketed letters keep these lines from finding themselves. Alice and Bob live in the test
# machine.
my %words = (
	'work left for later' => qr/\b(?:TO[D]O|FIX[M]E|XX[X])\b/,
	"a person's folder" => qr{(?<![\w.\$\}])/ho[m]e/(?!alice\b|bob\b|USER\b)\w},
	'a working folder of one machine' => qr{(?:^|[\s=:('`<]|(?<![\w\}])")/wo[r]k\b},
	'a host without a public name' =>
		qr{\bhttps?://(?:[^\s/@]*@)?(?:localh[o]st|[\w-]+|\d+(?:\.\d+){3})(?=[:/\s"']|$)},
	"a package registry's host" => qr{://(?:[\w-]+\.)*(?:regis[t]ry|pr[o]xy|artif[a]ctory|ne[x]us)[\w-]*\.\w},
);

chomp(my @files = `tests/style/files`);
ok((grep { $_ eq 'Makefile' } @files), 'the list of files has the Makefile');
my @functions;
my %found = map { $_ => [] } keys %words;
for my $file (@files) {
	next if -B $file && !-z $file;
	my $is_code = $file =~ m{^(?:lib|sbin)/.+\.[ch]$};
	my ($name, $begin) = ('', 0);
	open(my $stream, '<', $file) or die "$file: $!";
	while (<$stream>) {
		for my $word (keys %words) {
			push @{ $found{$word} }, "$file:$.: $&" if $_ =~ $words{$word};
		}
		next unless $is_code;
		# KNF: the name begins a line, the braces of the body stand alone at the beginning of theirs
		$name = $1 if /^(\w+)\(/;
		$begin = $. if /^\{/;
		push @functions, ["$file: $name", $. - $begin + 1] if /^\}\s*$/ && $begin;
		$begin = 0 if /^\}/;
	}
}

for my $word (sort keys %words) {
	is(join("\n", @{ $found{$word} }), '', "no file has $word");
}
cmp_ok(scalar @functions, '>', 10, 'the list of files has functions');
my @long = map { "$_->[0] has $_->[1]" } grep { $_->[1] > $longest } @functions;
is(join("\n", @long), '', "no function has more than $longest lines");

done_testing();
