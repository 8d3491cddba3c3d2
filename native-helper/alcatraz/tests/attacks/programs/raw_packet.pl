# A datagram that is built by hand, its sender forged.
use Socket;
socket(my $socket, AF_INET, SOCK_RAW, 17) or exit 1;
my $packet = pack("nnnn", 53, $ENV{UDP_PORT} || exit(77), 12, 0) . "hurt";
send($socket, $packet, 0, pack_sockaddr_in(0, inet_aton("127.0.0.1"))) or exit 1;
