# Through a descriptor that somebody else holds on the canary.
for my $fd (glob "/proc/[0-9]*/fd/*") {
    next unless (readlink $fd // "") =~ m{/canary$};
    open my $out, ">>", $fd or next;
    print $out "hurt\n";
}
