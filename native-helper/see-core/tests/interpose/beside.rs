//! What is done beside a program that reads: by whoever has its working directory, by the host through a mapping, and with names
//! that are made by other calls than those for files.

use std::io::{Read as _, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::process::{Command, Stdio};

use see_core::interpose::calls::Level;
use see_core::read_set::access::Access;
use see_core::read_set::entry::Seen;

use super::tracking::{See, compile};
use super::{entry, shell};

#[test]
fn a_working_directory_may_be_another_process_s_too() {
    let see = See::new();
    for dir in ["one", "two"] {
        std::fs::create_dir(see.host().join(dir)).unwrap();
        for name in ["before", "after"] {
            std::fs::write(see.host().join(dir).join(name), dir).unwrap();
        }
    }
    let source = "#define _GNU_SOURCE\n#include <fcntl.h>\n#include <sched.h>\n#include <signal.h>\n#include <sys/wait.h>\n\
        #include <unistd.h>\nstatic char stack[65536];\nstatic int leave(void *to) { return chdir(to); }\n\
        int main(void) { chdir(\"one\"); close(open(\"before\", 0));\n\
        int child = clone(leave, stack + sizeof stack, CLONE_FS | SIGCHLD, \"../two\"), status;\n\
        waitpid(child, &status, 0); return status || open(\"after\", 0) < 0; }";
    let program = compile(&see.host(), "shares", source, &[]);
    let ran = see.run(Some(Level::Opens), &[program.to_str().unwrap()]);
    assert!(ran.status.success(), "{:?}", ran.status);
    for name in ["one/before", "two/after"] {
        assert!(entry(&ran, &see.path(name)).access.has(Access::READ), "{name}");
    }
    assert!(ran.reads.get(&see.path("one/after")).is_none());
}

#[test]
fn a_name_of_a_socket_has_to_be_free() {
    let see = See::new();
    std::fs::write(see.host().join("taken"), "").unwrap();
    let script = "import os, socket\n\
        for name in ['came', 'taken', b'\\0unnamed', 'none/below']:\n\
        \x20   try:\n        socket.socket(socket.AF_UNIX).bind(name)\n\
        \x20   except OSError as error: print(error.errno)\n\
        os.unlink('came')";
    let ran = see.run(Some(Level::Opens), &["/usr/bin/python3", "-c", script]);
    assert_eq!(ran.output.split_whitespace().collect::<Vec<_>>(), ["98", "2"]);
    assert_eq!(ran.reads.missing(), None);
    let came = entry(&ran, &see.path("came"));
    assert_eq!((came.seen, came.access), (Seen::Absent, Access::EXCLUSIVE));
    assert!(matches!(entry(&ran, &see.path("taken")).seen, Seen::Object(_)));
    assert_eq!(entry(&ran, &see.path("none")).seen, Seen::Absent);
}

#[test]
fn what_the_host_stores_through_a_mapping_after_a_look_shows() {
    let see = See::new();
    let path = see.host().join("mapped");
    std::fs::write(&path, "some text").unwrap();
    // Its second store is in a page that the disk does not have yet: by itself the kernel sets no time for it.
    let program = "import mmap, os, sys\nf = os.open(sys.argv[1], os.O_RDWR)\nm = mmap.mmap(f, 0)\nos.close(f)\n\
        for n in range(2):\n    m[n] = 120\n    os.write(1, b'.')\n    os.read(0, 1)";
    let mut host = Command::new("python3")
        .args(["-c", program])
        .arg(&path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stored = || host.stdout.as_mut().unwrap().read_exact(&mut [0]).unwrap();
    stored();
    let ran = shell(&see, "cat mapped; cat mapped");
    assert_eq!(ran.output, "xome textxome text");
    host.stdin.as_mut().unwrap().write_all(b"+").unwrap();
    stored();
    drop(host.stdin.take());
    host.wait().unwrap();
    let Seen::Object(seen) = entry(&ran, &see.path("mapped")).seen else { panic!("nothing was seen") };
    let now = std::fs::metadata(&path).unwrap();
    assert_eq!(seen.ino, now.ino(), "it could be told");
    assert_ne!(seen.ctime.0, now.ctime() * 1_000_000_000 + now.ctime_nsec());
}

#[test]
fn interpreters_that_a_program_registers_are_not_known() {
    let see = See::new();
    std::fs::create_dir(see.host().join("list")).unwrap();
    let ran = see.run(Some(Level::Opens), &["/bin/sh", "-c", "mount -t binfmt_misc none list; exit 0"]);
    assert_eq!(ran.reads.missing(), Some(see_core::read_set::set::Missing::Blind));
}
