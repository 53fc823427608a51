#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
# Each header says all that it needs, may be included twice, and is the door plate of its .c.
use strict;
use warnings;
use Test::More;

my $libraries = `pkg-config --cflags mount libbsd smartcols`;
is($?, 0, 'pkg-config knows the libraries') or BAIL_OUT('the libraries are not installed');
my @flags = (qw(-std=gnu17 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -Ilib -Wall -Wextra -Werror),
	'-DVERSION="0"', '-DSYSCONFDIR="/etc"', '-DRUNSTATEDIR="/run"', split ' ', $libraries);

# CC may have words behind it.
sub is_there {
	my ($program) = split " ", shift;
	return system("command -v $program >/dev/null") == 0;
}

my %seen;
my @compilers = grep { !$seen{$_}++ && is_there($_) } $ENV{CC} || 'cc', 'gcc', 'clang';
ok(scalar @compilers, 'a compiler is there');
if ($ENV{TESTS_MUST_RUN}) {
	ok($seen{$_} && is_there($_), "$_ is there") for qw(gcc clang);
}

my @headers = glob('lib/*/*.h');
cmp_ok(scalar @headers, '>', 5, 'lib/ has headers');
for my $header (@headers) {
	my ($name) = $header =~ m{^lib/(.+)$};
	for my $compiler (@compilers) {
		open(my $source, '|-', split(' ', $compiler), @flags, qw(-fsyntax-only -x c -)) or die "$compiler: $!";
		print $source qq(#include "$name"\n#include "$name"\n);
		close($source);
		is($?, 0, "$header compiles alone ($compiler)");
	}
}

for my $source (glob('lib/*/*.c')) {
	ok(-e $source =~ s/c$/h/r, "$source has its header");
	my ($name) = $source =~ m{^lib/(.+)\.c$};
	open(my $stream, '<', $source) or die "$source: $!";
	my ($first) = grep { /^\s*#\s*include/ } <$stream>;
	ok(defined $first && $first =~ /"\Q$name\E\.h"/, "$source includes its header first");
}

done_testing();
