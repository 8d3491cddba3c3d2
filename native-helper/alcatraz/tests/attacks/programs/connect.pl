# Connects to (or sends to) a socket of the host: connect.pl TYPE VARIABLE. A name that begins with @ is abstract.
use Socket;
my ($type, $variable) = @ARGV;
my %types = (stream => SOCK_STREAM, dgram => SOCK_DGRAM, seqpacket => SOCK_SEQPACKET);
my $name = $ENV{$variable};
$name =~ s/^@/\0/;
socket(my $socket, PF_UNIX, $types{$type}, 0) or exit 77;
connect($socket, pack_sockaddr_un($name)) or exit 1;
send($socket, "hurt", 0) or exit 1;
