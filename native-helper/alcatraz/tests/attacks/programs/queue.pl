# A message in a POSIX queue of the host's programs.
my ($name, $data) = ($ENV{QUEUE}, "hurt");
my $queue = syscall(240, $name, 1, 0, 0);
exit 1 if $queue < 0;
exit(syscall(242, $queue, $data, 4, 0, 0) < 0 ? 1 : 0);
