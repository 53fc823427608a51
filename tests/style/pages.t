#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
# The manual pages as their readers see them: what mandoc prints is what tests/style/pages has, which was
# read. `make pages` writes it again; then read the difference. No quotation begins inside another one.
use strict;
use warnings;
use Test::More;
require './tests/texts.pl';

my $there = `sh -c 'command -v mandoc'` || $ENV{TESTS_MUST_RUN} || $ENV{WRITE_PAGES};
plan skip_all => 'mandoc is not installed' unless $there;

# The page in lines of 78 columns. The name of the machine's system stands at the end of a page otherwise.
sub printed {
	my ($form, $page) = @_;
	my $text = `mandoc -T $form -I os=chroot-mounts $page`;
	$text =~ s/.\x08//g; # bold and underlined letters
	return $text;
}

my @pages = (glob('sbin/*.[1-8]'), glob('conf.d/*.[1-8]'));
my %written = map { $_ => 1 } glob('tests/style/pages/*.txt');
for my $page (@pages) {
	my $file = 'tests/style/pages/' . ($page =~ s{.*/}{}r) . '.txt';
	if ($ENV{WRITE_PAGES}) {
		open(my $stream, '>', $file) or die "$file: $!";
		print $stream printed('ascii', $page);
		close $stream or die "$file: $!";
	}
	my ($got, $expected) = (printed('ascii', $page), $written{$file} || $ENV{WRITE_PAGES} ? text_of($file) : '');
	ok($got eq $expected, "$page is printed as $file has it (make pages)")
		or diag(`mandoc -T ascii -I os=chroot-mounts $page | perl -pe 's/.\\x08//g' | diff $file - 2>&1`);
	delete $written{$file};

	# of the bytes of UTF-8: \xe2\x80\x9c and \x9d are double quotes, \x98 and \x99 single ones; the last
	# is an apostrophe, too
	my @nested;
	for my $paragraph (split /\n\s*\n/, printed('utf8', $page)) {
		my $open = 0;
		while ($paragraph =~ /\xe2\x80([\x9c\x9d])/g) {
			push @nested, $paragraph if ($1 eq "\x9c") == $open;
			$open = $1 eq "\x9c";
		}
		push @nested, $paragraph if $open || $paragraph =~ /\xe2\x80\x98\xe2\x80\x98|\xe2\x80\x99\xe2\x80\x99/;
	}
	is(join("\n", @nested), '', "$page has no quotation inside another one");
}
is(join(' ', sort keys %written), '', 'tests/style/pages has a text for pages alone');

done_testing();
