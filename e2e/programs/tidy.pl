#!/usr/bin/perl
# A "clean-up" script that fills the home directory: three files that grow until somebody stops it, or until there are
# 96 MiB of them. Only ever in a home that a test made for it: without the canary file it refuses to do anything.
use strict;
use warnings;

my $home = $ENV{HOME};
-e "$home/.made-by-a-test" or die "this program runs in a test's home only\n";
my $chunk = "." x 65536;
for my $round (1 .. 512) {
    for my $number (1 .. 3) {
        open my $out, ">>", "$home/junk-$number.dat" or die "$!\n";
        print $out $chunk;
    }
    select undef, undef, undef, 0.05;
}
sleep 600;
