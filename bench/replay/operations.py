#!/usr/bin/env python3
"""Makes a log of operations out of what strace saw of a program, for replay.c. For measurements only.

operations.py TRACE OUT ROOT: TRACE is strace -f -y -s (all) -xx of file, descriptor and process calls; only what happens below
ROOT is kept. OUT is a sequence of records: a letter, two numbers, and two texts (path and other path, or data).
"""
import os
import re
import struct
import sys

LINE = re.compile(rb"^(\d+) +(\w+)\((.*)\) += +(0x[0-9a-f]+|-?\d+)")
UNFINISHED = re.compile(rb"^(\d+) +(.*) <unfinished \.\.\.>$")
RESUMED = re.compile(rb"^(\d+) +<\.\.\. \w+ resumed>(.*)$")
STRING = re.compile(rb'"((?:\\x[0-9a-f]{2})*)"')
WRITTEN = re.compile(rb'^(\d+)(?:<[^>]*>)?, "((?:\\x[0-9a-f]{2})*)"(?:\.\.\.)?, \d+(?:, (\d+))?$')
PLACE = re.compile(rb"^(-?\w+)(?:<((?:\\x[0-9a-f]{2}|[^>])*)>)?$")


def plain(text):
    return bytes.fromhex(text.replace(b"\\x", b"").decode()) if text.startswith(b"\\x") else text


def arguments(text):
    """Splits what stands between the parentheses; no text in it has a comma outside of quotes or braces."""
    found, depth, quoted, start = [], 0, False, 0
    for index, byte in enumerate(text):
        if byte == 0x22:
            quoted = not quoted
        elif not quoted and byte in b"[{":
            depth += 1
        elif not quoted and byte in b"]}":
            depth -= 1
        elif not quoted and depth == 0 and byte == 0x2C:
            found.append(text[start:index].strip())
            start = index + 1
    found.append(text[start:].strip())
    return found


class Opened:
    """An open file: where the next write goes is shared by all descriptors for it."""

    def __init__(self, path, appends):
        self.path, self.appends, self.at = path, appends, 0


class Log:
    def __init__(self, out, root):
        self.out, self.root, self.tables, self.cwds, self.sizes = out, root, {}, {}, {}

    def put(self, kind, first=0, second=0, one=b"", two=b""):
        self.out.write(struct.pack("<cqqII", kind, first, second, len(one), len(two)) + one + two)

    def path(self, process, place, name):
        name = plain(STRING.match(name).group(1))
        told = PLACE.match(place) if place is not None else None
        base = plain(told.group(2)) if told and told.group(2) else self.cwds.get(process, self.root)
        whole = os.path.normpath(os.path.join(base, name))
        return whole if whole.startswith(self.root + b"/") else None

    def inherit(self, parent, child):
        """Gives a new process what its parent has open; not again when it has been seen at work before its parent returned."""
        if child not in self.tables:
            self.tables[child] = dict(self.tables.get(parent, {}))
            if parent in self.cwds:
                self.cwds[child] = self.cwds[parent]

    def write(self, table, args, result):
        told = WRITTEN.match(args)
        file = table.get(int(told.group(1))) if told else None
        if file is None or result < 0:
            return
        if told.group(3) is not None:
            at = int(told.group(3))
        else:
            at = self.sizes.get(file.path, 0) if file.appends else file.at
            file.at = at + result
        self.sizes[file.path] = max(self.sizes.get(file.path, 0), at + result)
        self.put(b"w", at, 0, file.path, plain(told.group(2))[:result])

    def call(self, process, name, args, result):
        table = self.tables.setdefault(process, {})
        if name in (b"write", b"pwrite64"):
            self.write(table, args, result)
            return
        args = arguments(args)
        if name in (b"clone", b"clone3", b"fork", b"vfork") and result > 0:
            self.inherit(process, result)
        if result < 0:
            return
        if name in (b"open", b"openat", b"creat"):
            place, rest = (args[0], args[1:]) if name == b"openat" else (None, args)
            path = self.path(process, place, rest[0])
            flags = rest[1] if name != b"creat" else b"O_CREAT|O_TRUNC|O_WRONLY"
            if path is None or not re.search(rb"O_WRONLY|O_RDWR", flags):
                table.pop(result, None)
                return
            mode = int(rest[2], 8) if len(rest) > 2 and name != b"creat" else 0o666
            table[result] = Opened(path, b"O_APPEND" in flags)
            if b"O_TRUNC" in flags or b"O_CREAT" in flags:
                self.put(b"o", mode, int(b"O_TRUNC" in flags), path)
                if b"O_TRUNC" in flags:
                    self.sizes[path] = 0
        elif name in (b"dup", b"dup2", b"dup3") or name == b"fcntl" and args[1].startswith(b"F_DUPFD"):
            old = table.get(int(PLACE.match(args[0]).group(1)))
            table.pop(result, None)
            if old is not None:
                table[result] = old
        elif name == b"close":
            table.pop(int(PLACE.match(args[0]).group(1)), None)
        elif name == b"chdir":
            path = plain(STRING.match(args[0]).group(1))
            self.cwds[process] = os.path.normpath(os.path.join(self.cwds.get(process, self.root), path))
        elif name == b"fchdir":
            self.cwds[process] = plain(PLACE.match(args[0]).group(2))
        elif name == b"read":
            file = table.get(int(args[0], 0))
            if file is not None:
                file.at += result
        elif name in (b"lseek", b"ftruncate", b"fchmod"):
            file = table.get(int(PLACE.match(args[0]).group(1)))
            if file is None:
                return
            if name == b"lseek":
                file.at = result
            elif name == b"ftruncate":
                self.put(b"t", int(args[1]), 0, file.path)
                self.sizes[file.path] = int(args[1])
            else:
                self.put(b"m", int(args[1], 8), 0, file.path)
        elif name in (b"unlink", b"rmdir", b"unlinkat"):
            path = self.path(process, args[0], args[1]) if name == b"unlinkat" else self.path(process, None, args[0])
            if path is not None:
                is_dir = name == b"rmdir" or name == b"unlinkat" and b"AT_REMOVEDIR" in args[2]
                self.put(b"r" if is_dir else b"u", 0, 0, path)
        elif name in (b"mkdir", b"mkdirat"):
            at = name == b"mkdirat"
            path = self.path(process, args[0] if at else None, args[1] if at else args[0])
            if path is not None:
                self.put(b"d", int(args[-1], 8), 0, path)
        elif name in (b"rename", b"renameat", b"renameat2", b"link", b"linkat"):
            at = name not in (b"rename", b"link")
            old = self.path(process, args[0] if at else None, args[1] if at else args[0])
            new = self.path(process, args[2] if at else None, args[3] if at else args[1])
            if old is not None and new is not None:
                self.put(b"l" if name.startswith(b"link") else b"n", 0, 0, old, new)
                self.sizes[new] = self.sizes.get(old, 0)
        elif name in (b"symlink", b"symlinkat"):
            at = name == b"symlinkat"
            path = self.path(process, args[1] if at else None, args[2] if at else args[1])
            if path is not None:
                self.put(b"s", 0, 0, path, plain(STRING.match(args[0]).group(1)))
        elif name in (b"chmod", b"fchmodat"):
            at = name == b"fchmodat"
            path = self.path(process, args[0] if at else None, args[1] if at else args[0])
            if path is not None:
                self.put(b"m", int(args[2 if at else 1], 8), 0, path)


def adopt(log, begun, process):
    """A process that nobody has told of yet is the child of whoever is just making one."""
    makers = [who for who, text in begun.items() if text.startswith((b"clone", b"fork", b"vfork"))]
    if process not in log.tables and makers:
        log.inherit(int(makers[-1]), process)


def main():
    trace, out, root = sys.argv[1], sys.argv[2], os.fsencode(sys.argv[3])
    with open(trace, "rb") as lines, open(out, "wb") as into:
        log, begun = Log(into, root), {}
        for line in lines:
            line = line.rstrip(b"\n")
            if cut := UNFINISHED.match(line):
                begun[cut.group(1)] = cut.group(2)
                adopt(log, begun, int(cut.group(1)))
                continue
            if rest := RESUMED.match(line):
                line = rest.group(1) + b" " + begun.pop(rest.group(1), b"") + rest.group(2)
            if told := LINE.match(line):
                adopt(log, begun, int(told.group(1)))
                log.call(int(told.group(1)), told.group(2), told.group(3), int(told.group(4), 0))


main()
