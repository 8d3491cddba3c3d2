# Tries to get out with a socket that was handed in: directly, disguised, with its first bytes, and in a race with the
# look that is taken at the call. Prints what it reached.
import ctypes, errno, os, socket, struct, sys, threading
canary = ('127.0.0.1', int(sys.argv[1]))
outside = int(sys.argv[2])
libc = ctypes.CDLL(None, use_errno=True)
UNSPEC = struct.pack('H14x', 0)
RAW = struct.pack('=H', socket.AF_INET) + struct.pack('!H4s8x', canary[1], socket.inet_aton(canary[0]))

def door():
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if outside:
        s.bind(('0.0.0.0', 8080))
    return s

def reached(s):
    s.settimeout(10)
    try:
        return s.recv(100) == b'canary\n'
    except OSError:
        return False

def direct(s):
    s.connect(canary)

def unspecified(s):
    libc.connect(s.fileno(), UNSPEC, 16)
    s.connect(canary)

def listening(s):
    if outside:
        s.listen(1)
        s.shutdown(socket.SHUT_RDWR)
    s.connect(canary)

def accepted(s):
    if not outside:
        return s.connect(canary)
    s.listen(1)
    print('visit me', flush=True)
    conn, _ = s.accept()
    libc.connect(conn.fileno(), UNSPEC, 16)
    os.dup2(conn.fileno(), s.fileno())
    s.connect(canary)

def first_bytes(s):
    s.sendto(b'x', 0x20000000, canary)

def first_message(s):
    s.sendmsg([b'x'], [], 0x20000000, canary)

def deferred(s):
    s.setsockopt(6, 30, 1)
    s.connect(canary)
    s.send(b'x')

def released(s):
    s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b'')
    s.setsockopt(socket.SOL_SOCKET, 27, b'\0' * 4)
    s.connect(canary)

def raced(s):
    if not outside:
        return s.connect(canary)
    victim = socket.socket().detach()
    spare = os.dup(victim)
    stop = threading.Event()
    def swap():
        while not stop.is_set():
            os.dup2(s.fileno(), victim)
            os.dup2(spare, victim)
    swapper = threading.Thread(target=swap)
    swapper.start()
    s.setblocking(False)
    for _ in range(3000):
        libc.connect(victim, RAW, 16)
    stop.set()
    swapper.join()

for attack in (direct, unspecified, listening, accepted, first_bytes, first_message, deferred, released, raced):
    s = door()
    try:
        attack(s)
        print(attack.__name__, 'reached' if reached(s) else 'nothing', flush=True)
    except OSError as error:
        print(attack.__name__, errno.errorcode.get(error.errno, error), flush=True)
    s.close()
