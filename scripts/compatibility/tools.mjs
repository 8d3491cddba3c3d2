// What is run to compare a session with the machine: shells, editors, compilers, archives. Each script works in an empty
// home directory; what it prints and what it leaves there must be the same natively and inside.

/** Process numbers and times in outputs. */
const NUMBERS = [[/\b\d{2,}\b/g, "N"]];

export const tools = [
  {
    name: "bash",
    does: "job control on a terminal: stop, list, go on, kill, exit statuses",
    shows: "status: 7",
    needs: ["bash", "script"],
    quick: true,
    normal: NUMBERS,
    script: `cat > jobs.sh <<'END'
set -m
sleep 100 & kill -STOP %1; until read -r _ _ state _ < /proc/$!/stat; [ "$state" = T ]; do :; done; wait %1; echo "stopped: $?"
jobs
bg %1 >/dev/null; kill %1; wait %1; echo "ended: $?"
(exit 7); echo "status: $?"; tty -s && echo terminal; stty size
cat <(echo process substitution) | tee copy; ulimit -n > limit; umask
END
script -qec 'bash --norc -i jobs.sh' /dev/null; echo "in all: $?"`,
  },
  {
    name: "vim",
    does: "edits, writes, keeps a backup and an undo file, on a terminal",
    shows: "four",
    needs: ["vim", "script"],
    script: `printf 'one\\ntwo\\n' > text
script -qec "vim -u NONE -N --cmd 'set backup backupskip= undofile' -c '%s/two/three/' -c 'normal Gofour' -c wq text" /dev/null > /dev/null
echo $?; cat text text~; ls -A`,
    unlike: [/un~$/, /viminfo/],
  },
  {
    name: "tmux",
    does: "server, two windows, keys sent, what is on the screen captured",
    shows: "in 42",
    needs: ["tmux"],
    quick: true,
    script: `tmux -S ./socket -f /dev/null new-session -d -x 80 -y 10 'sh'
tmux -S ./socket new-window -d 'echo second > second; tmux -S ./socket wait-for -S second'
tmux -S ./socket wait-for second
tmux -S ./socket send-keys 'clear; echo in $((40 + 2)); tmux wait-for -S first' Enter
tmux -S ./socket wait-for first
tmux -S ./socket capture-pane -p | grep '^in'; tmux -S ./socket list-windows | wc -l; tmux -S ./socket kill-server; cat second; rm -f socket`,
  },
  {
    name: "git",
    does: "init, commits, branch, merge, clone, gc, fsck, worktree",
    shows: "Merge branch 'side'",
    needs: ["git"],
    quick: true,
    script: `export GIT_AUTHOR_DATE='2024-01-01T00:00:00Z' GIT_COMMITTER_DATE='2024-01-01T00:00:00Z' GIT_CONFIG_NOSYSTEM=1
git config --global user.name A; git config --global user.email a@example.org; git config --global init.defaultBranch main
git init -q repo && cd repo && for n in 1 2 3; do echo $n > f$n; git add .; git commit -qm "c$n"; done
git checkout -qb side HEAD~1; echo side > side; git add .; git commit -qm side; git checkout -q main; git merge -q --no-edit side
git log --oneline --graph; git gc -q; git fsck --strict; cd ..; git clone -q repo copy; git -C repo worktree add -q ../tree side; ls tree copy; git -C copy status -sb`,
    unlike: [/\.git\/(index|logs\/|worktrees\/.*(index|logs)|objects\/(pack|info)\/)/],
  },
  {
    name: "python",
    does: "a virtual environment, pip installs a package from a directory, multiprocessing, sqlite",
    shows: "[0, 1, 4, 9, 16]",
    needs: ["/usr/bin/python3", "/usr/bin/pip3"],
    script: `/usr/bin/python3 -m venv --system-site-packages v && mkdir -p p && printf 'from setuptools import setup\\nsetup(name="probe", version="1.0", py_modules=["probe"], entry_points={"console_scripts": ["probe=probe:main"]})\\n' > p/setup.py
cat > p/probe.py <<'END'
import multiprocessing, sqlite3, tempfile, os, fcntl
def square(n): return n * n
def main():
    with multiprocessing.Pool(2) as pool: print(pool.map(square, range(5)))
    with open("lock", "w") as lock: fcntl.flock(lock, fcntl.LOCK_EX)
    with sqlite3.connect("data.db") as db: db.execute("create table t(a)"); print(db.execute("pragma integrity_check").fetchone())
END
v/bin/pip install -q --no-index --no-build-isolation --disable-pip-version-check ./p 2>&1 | grep -v 'running pip as' ; v/bin/probe; v/bin/pip list --format=freeze --disable-pip-version-check 2>/dev/null | grep probe; rm -rf .cache p/build p/*.egg-info`,
    unlike: [/\.pyc$/, /direct_url|RECORD|pyvenv/],
  },
  {
    name: "node, npm",
    does: "npm init, a package installed from a directory, a script run, a child process, a server",
    shows: "served",
    needs: ["node", "npm"],
    script: `export npm_config_update_notifier=false npm_config_fund=false npm_config_audit=false npm_config_offline=true
mkdir lib app && (cd lib && npm init -y >/dev/null && echo 'module.exports = () => "from the package"' > index.js)
cd app && npm init -y >/dev/null && npm install -s ../lib && npm pkg set scripts.go='node go.js' && cat > go.js <<'END'
const { execFileSync } = require("node:child_process"); const http = require("node:http"); const fs = require("node:fs");
console.log(require("lib")(), execFileSync("echo", ["child"]).toString().trim());
const server = http.createServer((q, a) => a.end("served")).listen(0, "127.0.0.1", () => {
  http.get({ port: server.address().port }, (a) => { a.pipe(fs.createWriteStream("served")).on("finish", () => { server.close(); console.log(fs.readFileSync("served", "utf8")); }); });
});
END
npm run -s go; npm pack -s ../lib; rm -rf ~/.npm ~/.node-compile-cache`,
    unlike: [/\.tgz$/],
  },
  {
    name: "gcc, make",
    does: "a library and a program built in parallel, linked, run, rebuilt in part, debugged symbols stripped",
    shows: "21",
    needs: ["gcc", "make", "ar", "strip"],
    quick: true,
    script: `for n in 1 2 3 4 5 6; do echo "int f$n(void) { return $n; }" > f$n.c; done
cat > main.c <<'END'
#include <stdio.h>
int f1(void), f2(void), f3(void), f4(void), f5(void), f6(void);
int main(void) { printf("%d\\n", f1() + f2() + f3() + f4() + f5() + f6()); return 3; }
END
printf 'CFLAGS=-O1\\nall: prog\\nlibf.a: f1.o f2.o f3.o f4.o f5.o f6.o\\n\\tar rcsD $@ $^\\nprog: main.o libf.a\\n\\t$(CC) -o $@ $^\\n' > Makefile
make -sj4; ./prog; echo $?; touch -d '+1 hour' f3.c; make -j4 | wc -l; strip prog; ./prog; rm -f *.o libf.a`,
  },
  {
    name: "perl",
    does: "fork, pipes, in-place edit, locks, sockets of its own",
    shows: "child said: hello",
    needs: ["perl"],
    quick: true,
    script: `seq 1 1000 > numbers; perl -i.old -pe 's/^(\\d)$/0$1/' numbers; md5sum < numbers
perl -MSocket -MFcntl=:flock -e 'socketpair(my $a, my $b, AF_UNIX, SOCK_STREAM, 0); if (my $p = fork) { close $b; print "child said: ", <$a>; waitpid $p, 0; print $? >> 8, "\\n" } else { close $a; print $b "hello\\n"; exit 9 } open my $l, ">", "lock"; print flock($l, LOCK_EX) ? "locked\\n" : "not\\n"'`,
  },
  {
    name: "ghostscript",
    does: "PostScript to PDF and to an image, with its own safe mode",
    shows: "0\n0\n",
    needs: ["gs"],
    script: `printf '%%!PS\\n/Helvetica findfont 40 scalefont setfont 72 500 moveto (Alcatraz) show showpage\\n' > in.ps
gs -q -dNOPAUSE -dBATCH -sDEVICE=pdfwrite -sOutputFile=out.pdf in.ps; echo $?
gs -q -dNOPAUSE -dBATCH -sDEVICE=pnggray -r40 -sOutputFile=out.png out.pdf; echo $?; md5sum < out.png
printf '%%!PS\\n(/etc/hostname) (w) file\\n' > bad.ps; gs -q -dNOPAUSE -dBATCH -sDEVICE=nullpage bad.ps > said 2>&1; echo $?; grep -c invalidfileaccess said; rm said`,
    unlike: [/\.pdf$/],
  },
  {
    name: "sqlite",
    does: "write-ahead log, two writers at once, a check of the file",
    shows: "ok",
    needs: ["sqlite3"],
    script: `sqlite3 d.db 'pragma journal_mode=wal; create table t(a integer);'
for w in 1 2; do (for i in $(seq 20); do echo 'pragma busy_timeout=9000; insert into t values(1);'; done | sqlite3 d.db > /dev/null) & done; wait
sqlite3 d.db 'select count(*) from t; pragma integrity_check; pragma wal_checkpoint(truncate);'; ls`,
    unlike: [/d\.db$/],
  },
  {
    name: "java",
    does: "compiled, run with threads, a jar made and run",
    shows: "499500",
    needs: ["javac", "java", "jar"],
    script: `cat > Probe.java <<'END'
import java.nio.file.*; import java.util.stream.*;
public class Probe { public static void main(String[] a) throws Exception {
  System.out.println(IntStream.range(0, 1000).parallel().sum()); Files.writeString(Path.of("written"), "by java\\n");
  Process p = new ProcessBuilder("echo", "child").inheritIO().start(); System.out.println(p.waitFor()); System.exit(4); } }
END
javac Probe.java && java Probe; echo $?; jar cfe probe.jar Probe Probe.class; java -jar probe.jar; rm -rf .java`,
    unlike: [/\.jar$/],
  },
  {
    name: "strace",
    does: "follows its own children",
    shows: "traced",
    needs: ["strace"],
    normal: NUMBERS,
    script: `strace -f -qq -e trace=execve -e signal=none -o trace sh -c 'true; /bin/echo traced; exit 5'; echo $?; grep -c execve trace; rm trace`,
  },
  {
    name: "tar",
    does: "an archive with links, holes, attributes and access lists, unpacked again",
    shows: "same",
    needs: ["tar", "setfattr", "setfacl", "getfattr", "getfacl"],
    quick: true,
    script: `mkdir -p a/b; echo x > a/b/x; ln a/b/x a/hard; ln -s b/x a/soft; mkfifo a/pipe; truncate -s 1M a/hole; chmod 4750 a/b/x; touch -d 2001-02-03 a/hole a/b/x
setfattr -n user.mark -v yes a/hole; setfacl -m "u:$(id -u):r" a/b
tar --xattrs --acls -Scf t.tar a; mkdir out; tar --xattrs --acls -xpf t.tar -C out; (cd out/a; getfattr -n user.mark hole; getfacl -n b; stat -c '%n %A %h %s %b %y' b/x hole hard); tar -df t.tar && echo same; rm t.tar`,
  },
  {
    name: "rsync",
    does: "a tree with links, attributes and times copied, then its differences only",
    shows: "same",
    needs: ["rsync"],
    script: `mkdir -p a/b; seq 10000 > a/b/n; ln a/b/n a/hard; ln -s b/n a/soft; touch -d 2001-02-03 a/b/n; setfattr -n user.mark -v yes a/b/n
rsync -aHAX a/ copy/; echo more >> a/b/n; rm a/soft; touch -d 2001-02-03 a; rsync -aHAX --delete --itemize-changes a/ copy/; diff -r a copy && echo same`,
  },
];
