#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
# A line of TAP says by itself what holds, since a failure in a log has no line before it: no name begins
# with a connective or a pronoun, which lean on one.
use strict;
use warnings;
use Test::More;

my $leaning = qr/(?:and|or|but|so|not|nor|neither|then|else|with|too|also|still|there|which|that|this|these|those
	|it|its|it's|they|them|their|he|she|him|his|her|hers|we|us|our|you|your)(?=[\s,:;]|$)/x;
my $asserts = qr/ok|is|like|sees|isnt|unlike|cmp_ok|is_deeply|pass|fail/;
my $literal = qr/'([^']*)'|"((?:\\.|[^"\\])*)"/;

# Returns the names in a shell's test, each with its offset: the first word that an assertion is given, or a
# function that puts its own first word in front of names.
sub shell_names {
	my ($text) = @_;
	my @helpers;
	while ($text =~ /^(\w+)\(\)\s*\n\{\n(.*?)^\}/msg) {
		my ($name, $body) = ($1, $2);
		push @helpers, $name if $body =~ /\b(?:ok|is|like) "\$(?:1|what)\b/ && $body =~ /\bwhat=\$1|"\$1\b/;
	}
	my $calls = join('|', $asserts, @helpers);
	my @names;
	push @names, [$1 // $2, $-[0]] while $text =~ /(?:^|(?<=[\s;(]))(?:$calls)(?:\s|\\\n)+$literal/mg;
	push @names, [$1, $-[0]] while $text =~ /\bok - ([^"']+)/g; # written without them
	return @names;
}

# Returns the names in a test in Perl, each with its offset: the last argument of an assertion.
sub perl_names {
	my ($text) = @_;
	my @names;
	while ($text =~ /\b(?:$asserts)\b\s*\(.*?(?<!\w)$literal\)\s*(?:;| if | for | unless | or )/sg) {
		push @names, [$1 // $2, $-[0]];
	}
	return @names;
}

my ($count, @found) = (0);
for my $file (grep { m{^tests/.*\.(?:t|sh)$} } split /\n/, `tests/style/files`) {
	open(my $stream, '<', $file) or die "$file: $!";
	my $text = do { local $/ = undef; <$stream> };
	for (($text =~ /^#!.*\bperl\b/ ? perl_names($text) : shell_names($text))) {
		my ($name, $at) = @$_;
		$count++;
		# what stands behind a colon is a sentence, too
		next unless $name =~ /^(?:\$\w+(?:, [^:]*)?: )?$leaning/;
		push @found, "$file:" . (1 + (substr($text, 0, $at) =~ tr/\n//)) . ": $name";
	}
}
cmp_ok($count, '>', 1000, 'the tests have names');
is(join("\n", @found), '', 'no name begins with a word that leans on another line');

done_testing();
