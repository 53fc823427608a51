#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
# Each file says under which license it may be used, in one of its first two lines: a tree of files is
# copied in parts.
use strict;
use warnings;
use Test::More;

my $line = qr/^(?:\/\*|#|\.\\"|;) ?SPDX-License-Identifier: BSD-2-Clause\b/;
# Settings are the administrator's own, Markdown is read as it is, and data cannot have comments.
my $without = qr{^(?:LICENSE|.*\.md|\.clang-format|\.clang-tidy|\.gitignore|conf\.d/(?:chroot-mounts|games\.example)
	|tests/fuzz/.*(?<!\.c)|tests/style/pages/.*\.txt|tests/bench/(?:counts|enter\.svg)|tests/boot/fast/etc/inittab)$}x;

open(my $license, '<', 'LICENSE') or die "LICENSE: $!";
my $text = do { local $/; <$license> };
like($text, qr/^BSD 2-Clause License\n/, 'LICENSE is the BSD 2-Clause license');
like($text, qr/^Copyright \(c\) \d+(?:-\d+)?, The chroot-mounts authors$/m, 'LICENSE names the authors');

chomp(my @files = `tests/style/files`);
my @judged = grep { !/$without/ } @files;
cmp_ok(scalar @judged, '>', 100, 'the list has the files');
for my $file (@judged) {
	open(my $stream, '<', $file) or die "$file: $!";
	my @first = grep { defined } (scalar(<$stream>), scalar(<$stream>));
	ok((grep { $_ =~ $line } @first), "$file says its license");
}

done_testing();
