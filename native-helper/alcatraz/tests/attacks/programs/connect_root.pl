# The same through the root directory of a process.
use Socket;
my $done = 1;
for my $root (glob "/proc/[0-9]*/root") {
    socket(my $socket, PF_UNIX, SOCK_STREAM, 0) or exit 77;
    connect($socket, pack_sockaddr_un("$root$ENV{SOCKET}")) or next;
    send($socket, "hurt", 0) and $done = 0;
}
exit $done;
