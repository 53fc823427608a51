#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
# Each program and the configuration have a page; mandoc has no warning about it, and nothing that
# its reader will look for is missing.
use strict;
use warnings;
use Test::More;

my %pages = map { $_ => 1 } glob('sbin/*.[1-8]'), glob('conf.d/*.[1-8]');
for my $program (glob('sbin/*.c')) {
	my ($stem) = $program =~ /(.*)\.c$/;
	ok((grep { $pages{"$stem.$_"} } 1, 8), "$program has a page beside it");
}
ok($pages{'conf.d/chroot-mounts.5'}, 'conf.d/chroot-mounts has a page beside it');

my $mandoc = `sh -c 'command -v mandoc'` || $ENV{TESTS_MUST_RUN};
for my $page (sort keys %pages) {
	open(my $stream, '<', $page) or die "$page: $!";
	my %has = map { /^\.Sh (.*?)\s*$/ ? ($1 => 1) : () } <$stream>;
	my @sections = ('FILES', 'EXAMPLES', 'SECURITY CONSIDERATIONS');
	unshift @sections, 'EXIT STATUS' if $page =~ /[18]$/;
	ok($has{$_}, "$page has $_") for @sections;
	SKIP: {
		skip 'mandoc is not installed', 1 unless $mandoc;
		is(system('mandoc', '-T', 'lint', '-W', 'warning', $page), 0, "mandoc has no warning about $page");
	}
}

done_testing();
