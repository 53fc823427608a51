# SPDX-License-Identifier: BSD-2-Clause
# What the tests in Perl that compare files share: a test says require './tests/texts.pl'.
use strict;
use warnings;
use Test::More;

sub text_of {
	my ($file) = @_;
	open(my $stream, '<', $file) or die "$file: $!";
	local $/;
	return scalar <$stream>;
}

# The text between two patterns; a test that finds none fails.
sub part {
	my ($what, $text, $begin, $end) = @_;
	my ($part) = $text =~ /$begin(.*?)$end/s;
	ok(defined $part, "$what is found");
	return $part // '';
}

1;
