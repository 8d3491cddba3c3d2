#!/usr/bin/perl
# A "clean-up" script that fills the home directory: three files that grow until somebody stops it, or until there are
# 60 MiB of them. Only ever in a home that a test made for it: without the canary file it refuses to do anything.
use strict;
use warnings;

my $home = $ENV{HOME};
-e "$home/.made-by-a-test" or die "this program runs in a test's home only\n";
for my $round (1 .. 2048) {
    # Fast at first; then so slowly that there is still something to see on a slow machine.
    my $chunk = "." x ($round < 64 ? 65536 : 8192);
    for my $number (1 .. 3) {
        open my $out, ">>", "$home/junk-$number.dat" or die "$!\n";
        print $out $chunk;
    }
    select undef, undef, undef, 0.05;
}
sleep 600;
