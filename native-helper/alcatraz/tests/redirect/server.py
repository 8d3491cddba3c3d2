# Answers one connection after the other with what it thinks its own address is.
import socket,sys
family = socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET
s = socket.socket(family, socket.SOCK_STREAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind((sys.argv[1], int(sys.argv[2])))
s.listen(16)
print('port', s.getsockname()[1], flush=True)
while True:
    c, _ = s.accept()
    c.sendall(b'inside %d\n' % c.getsockname()[1])
    c.close()
