# A secret in the key ring that all processes of the user share.
my ($type, $name) = ("user", $ENV{KEY_NAME});
my $key = syscall(250, 10, -4, $type, $name, 0);
exit 1 if $key < 0;
my $secret = " " x 64;
my $length = syscall(250, 11, $key, $secret, 64);
exit 1 if $length < 0;
print substr($secret, 0, $length), "\n";
