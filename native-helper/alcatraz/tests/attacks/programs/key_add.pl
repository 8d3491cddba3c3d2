# A key in the key ring that all processes of the user share.
my ($type, $name, $data) = ("user", $ENV{KEY_NAME}, "hurt");
exit(syscall(248, $type, $name, $data, length $data, -4) < 0 ? 1 : 0);
