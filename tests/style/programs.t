#!/usr/bin/env perl
# What the linker made of the two programs: read off the files, whatever the flags were.
use strict;
use warnings;
use Test::More;

my $build = $ENV{BUILD} || 'build';
$ENV{LC_ALL} = 'C';

sub readelf {
	my ($option, $file) = @_;
	open(my $stream, '-|', 'readelf', '-W', $option, $file) or die "readelf: $!";
	local $/;
	my $said = <$stream> // '';
	close($stream) or die "readelf $option $file failed\n";
	return $said;
}

for my $program (qw(chroot-mounts chroot-enter)) {
	my $file = "$build/$program";
	ok(-x $file, "$program is built") or next;
	my $dynamic = readelf('-d', $file);
	my $segments = readelf('-l', $file);
	my $symbols = readelf('--dyn-syms', $file);

	like(readelf('-h', $file), qr/Type:\s+DYN/, "$program is position-independent");
	like($dynamic, qr/FLAGS_1\b.*\bPIE\b/, "$program is an executable, no library");
	like($segments, qr/^\s*GNU_RELRO\b/m, "$program has read-only relocations");
	like($dynamic, qr/\bBIND_NOW\b|FLAGS_1\b.*\bNOW\b/, "$program binds at once, so that they all are");
	unlike($dynamic, qr/\((?:RPATH|RUNPATH)\)/, "$program names no library folder");
	unlike($dynamic, qr/\(TEXTREL\)/, "$program has no text relocations");
	like($segments, qr/^\s*GNU_STACK\s+(?:\S+\s+){5}RW\s/m, "$program has a stack without execution");
	unlike($segments, qr/^\s*LOAD\s.*\bRWE\b/m, "$program maps nothing writable and executable");
	like($symbols, qr/\b__stack_chk_fail/, "$program guards its stack");
	SKIP: {
		# musl's fortified functions are inline and leave no symbol
		skip 'FORTIFY shows on glibc only', 1 unless $dynamic =~ /\[libc\.so\.6\]/;
		like($symbols, qr/\b__(?!stack)\w+_chk\b/, "$program calls fortified functions");
	}
	next if $program ne 'chroot-enter';

	my @needed = $dynamic =~ /\(NEEDED\)\s+Shared library: \[(.*?)\]/g;
	my @others = grep { !/^(?:libc\.(?:so|musl)[-.\w]*|ld-(?:linux|musl)[-.\w]*)$/ } @needed;
	is("@others", '', "$program needs no library but libc (@needed)");
}

done_testing();
