#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
# How comments and messages of lib/ and sbin/ speak: a clause does not stand in the place of a noun, a
# contract is no question, and a message is found by grep. The amount of comment is held too.
# With VERBOSE set, each sentence that counts against a limit is printed.
use strict;
use warnings;
use Test::More;
require './tests/texts.pl';

my (%words, @openings, @questions, @nobody, @broken, @clauses);
my $lines = 0;
for my $file (glob('lib/*/*.[ch] sbin/*.c')) {
	my $text = text_of($file);
	$lines += $text =~ tr/\n//;
	while ($text =~ m{/\*(.*?)\*/|"(?:\\.|[^"\\])*"(?:\s*\n\s*"(?:\\.|[^"\\])*")+|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])+'}sg) {
		my ($comment, $at) = ($1, substr($text, 0, $-[0]) =~ tr/\n// + 1);
		if (!defined $comment) {
			my $literals = $&;
			push @broken, "$file:$at" if $literals =~ /(?<!\\n)(?<![.?!])(?<![.?!] )"\s*\n\s*"/;
			next;
		}
		next if $comment =~ /SPDX-License-Identifier/;
		$comment =~ s/^\s*\*? ?//mg;
		$comment =~ s/\s+/ /g;
		# each pointer and descriptor says who releases it: that is part of its type
		$words{all} += () = $comment =~ s/^ ?(?:owned|borrowed)[;,]? ?//r =~ /\S+/g;
		for my $sentence (split /(?<=[.?!:;])\s+(?=[A-Z])/, $comment) {
			push @openings, "$file:$at: $sentence" if $sentence =~ /^(?:Who|What|Whose|Whom|Of|Where|By what)\b/;
			push @questions, "$file:$at: $sentence" if $sentence =~ /\?\s*$/;
			push @nobody, "$file:$at: $sentence" if $sentence =~ /\b(?:somebody|anybody|nobody)\b/i;
			push @clauses, "$file:$at: $sentence" if $sentence =~ /\b(?:who|whom|whose|what|whatever)\b/i;
			$words{who}++ while $sentence =~ /\b(?:who|whom|whose)\b/gi;
			$words{what}++ while $sentence =~ /\b(?:what|whatever)\b/gi;
		}
	}
}

diag("a clause with who or what: $_") for $ENV{VERBOSE} ? @clauses : ();
my $rate = sub { 1000 * ($words{ $_[0] } // 0) / $words{all} };
diag(sprintf '%d words of comment in %d lines: %.0f in 100; who %.1f, what %.1f of 1,000 words',
	$words{all}, $lines, 100 * $words{all} / $lines, $rate->('who'), $rate->('what'));
is(join("\n", @openings), '', 'no sentence of a comment begins with Who, What, Whose, Whom, Of, Where or By what');
is(join("\n", @questions), '', 'no sentence of a comment is a question');
is(join("\n", @nobody), '', 'no comment speaks of somebody, anybody or nobody');
is(join("\n", @broken), '', 'no string literal is continued inside a sentence');
cmp_ok($rate->('who'), '<=', 1.5, 'who, whom and whose are at most 1.5 of 1,000 words');
cmp_ok($rate->('what'), '<=', 4, 'what and whatever are at most 4 of 1,000 words');
cmp_ok(100 * $words{all} / $lines, '>=', 60, '100 lines have at least 60 words of comment');
cmp_ok(100 * $words{all} / $lines, '<=', 100, '100 lines have at most 100 words of comment');
done_testing();
