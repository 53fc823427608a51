#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
# The tests that SECURITY.md names are there: each file, and in it each line that is quoted.
use strict;
use warnings;
use Test::More;
require './tests/texts.pl';

# The text of a test, as it prints it: without the way in which a shell writes an apostrophe.
sub printed_by { return text_of(shift) =~ s/'"'"'/'/gr; }

sub check {
	my ($where, $text) = @_;
	my ($file, $count) = ('', 0);
	while ($text =~ /`([a-z]+\/[\w.-]+\.(?:t|c|sh))`|"([^"]+)"/g) {
		$count++;
		if (defined $1) {
			$file = "tests/$1";
			ok(-e $file, "$file is there") or $file = '';
		} elsif ($file ne '') {
			ok(index(printed_by($file), $2) >= 0, "$file has the test: $2");
		} else {
			fail("a file stands before \"$2\"");
		}
	}
	ok($count > 0 || $text =~ /\bno test yet\b/, "a test is named, or missing in plain words: $where");
}

open(my $page, '<', 'SECURITY.md') or die "SECURITY.md: $!";
my ($rows, $is_table) = (0, 0);
while (<$page>) {
	chomp;
	if (/^\| attack \|/) {
		$is_table = 1;
	} elsif ($is_table && /^\| (?!-)/) {
		my @cells = split / \| /, s/^\| | \|$//gr;
		is(scalar @cells, 3, "the row has an attack, a defence and tests: $cells[0]");
		check($cells[0], $cells[2] // '');
		$rows++;
	} elsif (/^[^|]/) {
		$is_table = 0;
		check("line $.", $_) if /`built\/.*"/;
	}
}
cmp_ok($rows, '>', 30, 'the table has rows');

done_testing();
