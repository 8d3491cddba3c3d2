"""The far side of a test's network: answers TCP and UDP with a name, and asks for names. Prints "ready" when it listens."""
import socket
import struct
import sys
import threading

NAMES = {"far.example": ("203.0.113.10", "2001:db8:1::10"), "near.example": ("10.11.0.1", "fd11::1"),
         "self.example": ("127.0.0.1", "::1")}


def tcp(address, port, name):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    listener.bind((address, port))
    listener.listen(64)

    def talk(connection):
        with connection:
            try:
                connection.sendall(f"{name}\n".encode())
                while data := connection.recv(4096):
                    connection.sendall(data)
            except OSError:
                pass

    def serve():
        while True:
            threading.Thread(target=talk, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()


def udp(address, port, answer):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    server = socket.socket(family, socket.SOCK_DGRAM)
    server.bind((address, port))

    def serve():
        while True:
            data, peer = server.recvfrom(4096)
            server.sendto(answer(data), peer)

    threading.Thread(target=serve, daemon=True).start()


def answer_name(query):
    labels, at = [], 12
    while query[at]:
        labels.append(query[at + 1 : at + 1 + query[at]].decode())
        at += 1 + query[at]
    kind = struct.unpack(">H", query[at + 1 : at + 3])[0]
    v4, v6 = NAMES.get(".".join(labels).lower(), (None, None))
    data = {1: v4 and socket.inet_aton(v4), 28: v6 and socket.inet_pton(socket.AF_INET6, v6)}.get(kind)
    count, code = (1, 0) if data else (0, 0 if v4 else 3)
    head = query[:2] + struct.pack(">HHHHH", 0x8180 | code, 1, count, 0, 0)
    record = b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 0, len(data)) + data if data else b""
    return head + query[12 : at + 5] + record


for spec in sys.argv[1:]:
    kind, address, port, name = spec.split(",")
    if kind == "tcp":
        tcp(address, int(port), name)
    elif kind == "udp":
        udp(address, int(port), lambda _, name=name: f"{name}\n".encode())
    else:
        udp(address, int(port), answer_name)
print("ready", flush=True)
sys.stdin.read()
