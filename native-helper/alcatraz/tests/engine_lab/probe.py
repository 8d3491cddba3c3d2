"""Tries to reach places and prints for each what answered, or which error kept it away. A wall says so at once; an answer may take
a while on a busy machine, and a datagram may get lost."""
import errno
import socket
import sys


def reach(kind, host, port):
    if kind == "raw":
        return socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) and "open"
    if kind == "packet":
        return socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 3) and "open"
    found = socket.getaddrinfo(host, int(port), type=socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM)
    family, sort, proto, _, address = found[0]
    with socket.socket(family, sort, proto) as probe:
        probe.settimeout(20)
        probe.connect(address)
        for _ in range(20 if kind == "udp" else 0):
            probe.settimeout(1)
            probe.send(b"hello")
            try:
                return probe.recv(100).decode().strip()
            except TimeoutError:
                pass
        return probe.recv(100).decode().strip()


for spec in sys.argv[1:]:
    try:
        print(spec, "=", reach(*spec.split(",")), flush=True)
    except OSError as error:
        print(spec, "! ", errno.errorcode.get(error.errno, type(error).__name__), flush=True)
