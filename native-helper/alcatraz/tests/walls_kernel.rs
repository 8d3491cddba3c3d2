//! What the kernel counts or shares for a whole machine or user stays out of a session's hands.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod engine_lab;

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use engine_lab::{Lab, Mode, both, finish};

/// Takes all instances of inotify that its user may have, and says how many those were.
const WATCHES: &str = "\
import ctypes, sys
libc = ctypes.CDLL(None)
taken = 0
while libc.inotify_init() >= 0: taken += 1
print(taken, flush=True)
sys.stdin.read()
";

#[test]
fn what_is_counted_for_a_user_is_left_to_what_runs_outside() {
    both(|lab| {
        lab.write("watches.py", WATCHES);
        let watch = ["-c", "import ctypes; print(ctypes.CDLL(None).inotify_init() >= 0)"];
        let outside = || {
            let mut command = lab.as_user("/usr/bin/python3".as_ref());
            command.args(watch);
            finish(command).stdout
        };
        let taken = |mut command: Command| {
            let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
            let mut line = String::new();
            BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
            (child, line.trim().parse::<u32>().unwrap())
        };
        // Natively it works; not tried with root's, which everybody here needs.
        if lab.mode == Mode::User {
            let mut command = lab.as_user("/usr/bin/python3".as_ref());
            command.arg("watches.py").current_dir(lab.home());
            let (mut child, count) = taken(command);
            assert!(count > 0 && outside() == "False\n", "{count}");
            drop(child.stdin.take());
            child.wait().unwrap();
            assert_eq!(outside(), "True\n");
        }
        let words = ["run", "--keep", "-q", "--", "/usr/bin/python3", "watches.py"];
        let (mut child, count) = taken(lab.command(&words));
        assert!(count > 0 && outside() == "True\n", "{count}");
        drop(child.stdin.take());
        child.wait().unwrap();
    });
}

/// Moves who waits at a word of a file to a word of its own, where nobody will be woken.
const STEAL: &str = "\
import ctypes
libc, word = ctypes.CDLL(None, use_errno=True), open('word')
libc.mmap.restype = ctypes.c_void_p
theirs = libc.mmap(None, ctypes.c_size_t(4096), 1, 1, word.fileno(), ctypes.c_long(0))
own = ctypes.c_int(0)
FUTEX, CMP_REQUEUE = 202, 4
moved = libc.syscall(FUTEX, ctypes.c_void_p(theirs), CMP_REQUEUE, 0, ctypes.c_long(1), ctypes.byref(own), 0)
print(moved, ctypes.get_errno() if moved < 0 else 0)
";

/// Waits at a word of a file, until somebody wakes it.
const WAIT: &str = "\
import ctypes
libc, word = ctypes.CDLL(None, use_errno=True), open('word')
libc.mmap.restype = ctypes.c_void_p
place = libc.mmap(None, ctypes.c_size_t(4096), 1, 1, word.fileno(), ctypes.c_long(0))
print('waits', flush=True)
libc.syscall(202, ctypes.c_void_p(place), 0, 0, None, None, 0)
";

#[test]
fn who_waits_at_a_word_of_a_file_is_not_taken_away() {
    both(|lab| {
        lab.write("word", &"\0".repeat(4096));
        lab.write("steal.py", STEAL);
        let mut waits = lab.as_user("/usr/bin/python3".as_ref());
        let mut waiter =
            waits.args(["-c", WAIT]).current_dir(lab.home()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(waiter.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "waits\n");
        let inside = lab.run(&["run", "--keep", "-q", "--", "/usr/bin/python3", "steal.py"]);
        assert_eq!(inside.stdout, "-1 38\n", "{inside:?}");
        // Natively it works, once the other one waits.
        engine_lab::wait_until("somebody is moved", || {
            let mut native = lab.as_user("/usr/bin/python3".as_ref());
            native.arg("steal.py").current_dir(lab.home());
            finish(native).stdout == "1 0\n"
        });
        waiter.kill().unwrap();
        waiter.wait().unwrap();
    });
}

#[test]
fn contexts_of_asynchronous_input_are_left_to_the_machine() {
    both(|lab| {
        let script = "import ctypes; libc = ctypes.CDLL(None, use_errno=True); context = ctypes.c_ulong(0); \
                      print(libc.syscall(206, 64, ctypes.byref(context)), ctypes.get_errno())";
        let inside = lab.run(&["run", "--keep", "-q", "--", "/usr/bin/python3", "-c", script]);
        assert_eq!(inside.stdout, "-1 38\n", "{inside:?}");
    });
}

#[test]
fn a_crash_is_told_to_nobody_outside() {
    both(|lab| {
        // A limit of one byte is what keeps the kernel from starting the host's handler, whose limit counts for nothing else.
        let look = "import resource as r; print(r.getrlimit(r.RLIMIT_CORE))";
        let words = ["run", "--keep", "-q", "--", "/usr/bin/python3", "-c"];
        let inside = lab.run(&[&words[..], &[look]].concat());
        assert_eq!(inside.stdout, "(1, 1)\n", "{inside:?}");
        // Who wants another one is content and has none.
        let change =
            format!("{look}; r.setrlimit(r.RLIMIT_CORE, (0, 0)); {}", &look[look.find("print").unwrap()..]);
        let inside = lab.run(&[&words[..], &[&change]].concat());
        assert_eq!(inside.stdout, "(1, 1)\n(1, 1)\n", "{inside:?}");
        let shell = lab.see("ulimit -c 0 && ulimit -c unlimited; ulimit -c; sh -c 'kill -SEGV $$'; echo $?; ls -A | grep -c core");
        assert!(shell.stdout.ends_with("139\n0\n"), "{shell:?}");
    });
}

#[test]
fn files_that_are_the_hosts_own_are_not_leased() {
    let lab = Lab::new(Mode::User);
    // Large, and beside a mount: such a file has no layer.
    std::fs::File::create(lab.home().join("large")).unwrap().set_len(2 << 20).unwrap();
    std::fs::create_dir(lab.home().join("mount")).unwrap();
    lab.give_to_user(&["large", "mount"]);
    let ask = "import fcntl; print(fcntl.fcntl(open('large'), fcntl.F_SETLEASE, fcntl.F_RDLCK))";
    let run = ["run", "--keep", "-q", "--", "/usr/bin/python3", "-c", ask];
    let beside_a_mount = |inner: Command| {
        let mut command = Command::new("unshare");
        let script = "mount -t tmpfs none mount; exec \"$@\"";
        command.args(["-m", "--propagation", "private", "sh", "-ec", script, "sh"]).arg(inner.get_program());
        command.args(inner.get_args()).current_dir(lab.home()).stdin(Stdio::null());
        command.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
        finish(command)
    };
    let mut native = lab.as_user("/usr/bin/python3".as_ref());
    native.args(["-c", ask]);
    assert_eq!(beside_a_mount(native).stdout, "0\n");
    let inside = beside_a_mount(lab.command(&run));
    assert!(inside.stdout.is_empty() && inside.stderr.contains("Invalid argument"), "{inside:?}");
    // Where every file has a layer, a lease is one of the session's.
    assert_eq!(lab.run(&run).stdout, "0\n");
}

#[test]
fn where_root_keeps_its_number_it_mounts_nothing() {
    let lab = Lab::new(Mode::System);
    // Ids of an overlay cannot be mapped, as those of a container that runs cannot.
    let machine = "mkdir lower upper work merged; mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work o merged; \
                   cd merged; mkdir cg; ";
    let tries = "for way in '' 'unshare -Ur'; do for what in tmpfs cgroup2 'cgroup -o freezer' 'cgroup -o memory'; do \
                 $way unshare -m mount -t $what none cg && echo \"mounted $what\"; \
                 mount -t $what none cg && echo \"mounted $what\"; \
                 done; done 2>/dev/null; \
                 find /proc -path '/proc/[0-9]*' -prune -o -path /proc/sys -prune -o -type f -perm /222 -print \
                 | while read -r file; do true 2>/dev/null >>$file && echo \"open $file\"; done; \
                 find /proc -maxdepth 2 -path '/proc/[0-9]*' -prune -o -path /proc/sys -prune -o ! -type l ! -path /proc -print \
                 | while read -r file; do chmod $(stat -c %a $file) $file && echo \"mode $file\"; done 2>/dev/null; \
                 echo tried; cat /proc/self/uid_map";
    let run = |wrap: &str| {
        let mut command = Command::new("unshare");
        let script = format!("{machine}{wrap} \"$0\"");
        command.args(["-m", "--propagation", "private", "sh", "-ec", &script, tries]);
        command.env("ALCATRAZ", lab.binary()).env("ALCATRAZ_STORE", lab.store()).current_dir(lab.home());
        command.env_remove("SUDO_UID").stdin(Stdio::null());
        let outcome = finish(command);
        let mut clean = Command::new("rm");
        clean.args(["-rf", "lower", "upper", "work", "merged"]).current_dir(lab.home());
        assert_eq!(finish(clean).status, 0);
        outcome
    };
    let native = run("sh -c");
    let mounted = |what: &str| native.stdout.contains(&format!("mounted {what}\n"));
    assert!(mounted("cgroup2") && mounted("tmpfs"), "{native:?}");
    assert!(native.stdout.contains("open /proc/irq/"), "{native:?}");
    // Each gets the mode that it has: to be allowed to is enough.
    assert!(native.stdout.contains("mode /proc/meminfo\n"), "{native:?}");
    let inside = run("\"$ALCATRAZ\" run --keep -q -- sh -c");
    let told: Vec<&str> = inside.stdout.split_whitespace().collect();
    assert_eq!(told.first(), Some(&"tried"), "{inside:?}");
    assert_eq!(told.get(1..3), Some(&["0", "0"][..]), "its root has another number: {inside:?}");
}

#[test]
fn device_nodes_of_the_host_stay_as_they_are() {
    both(|lab| {
        let about = || {
            let stat = rustix::fs::stat("/dev/null").unwrap();
            (stat.st_mode, stat.st_atime, stat.st_mtime, stat.st_uid)
        };
        let before = about();
        let outcome = lab.see(
            "touch -c -d 2001-01-01 /dev/null /dev/zero; chmod 600 /dev/null; echo x > /dev/null && echo ok",
        );
        assert_eq!(outcome.stdout, "ok\n", "{outcome:?}");
        assert_eq!(about(), before);
    });
}
