# Reaches a service of the host: reach.pl tcp|udp ADDRESS PORT-VARIABLE.
use Socket qw(:DEFAULT inet_pton pack_sockaddr_in6);
my ($kind, $address, $variable) = @ARGV;
my $port = $ENV{$variable} or exit 77;
my $family = $address =~ /:/ ? AF_INET6 : AF_INET;
my $binary = inet_pton($family, $address) or exit 77;
my $place = $family == AF_INET6 ? pack_sockaddr_in6($port, $binary) : pack_sockaddr_in($port, $binary);
socket(my $socket, $family, $kind eq "tcp" ? SOCK_STREAM : SOCK_DGRAM, 0) or exit 1;
connect($socket, $place) or exit 1;
send($socket, "hurt", 0) or exit 1;
