//! What programs of a session look at is what `alcatraz reads` tells, in both modes, however they look.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod engine_lab;

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use engine_lab::{Lab, both, finish, finish_child, wait_until};
use serde_json::Value;

const WAYS: &str = include_str!("../../see-core/tests/tracking/ways.c");
const RING: &str = include_str!("../../see-core/tests/tracking/ring.c");

/// The read set of a session, by name.
struct Reads(Value);

impl Reads {
    fn of(lab: &Lab, session: &str) -> Self {
        let outcome = lab.run(&["reads", session, "--json"]);
        assert_eq!(outcome.status, 0, "{outcome:?}");
        Self(serde_json::from_str(&outcome.stdout).unwrap())
    }

    fn get(&self, path: &Path) -> Option<&Value> {
        let all = self.0["reads"].as_array().unwrap();
        all.iter().find(|read| read["path"] == path.to_str().unwrap())
    }

    /// Demands that a path is there with this access.
    fn expect(&self, path: &Path, access: &str) -> &Value {
        let read = self.get(path).unwrap_or_else(|| panic!("{} is not in {}", path.display(), self.paths()));
        let has = read["access"].as_array().unwrap().iter().any(|one| one == access);
        assert!(has, "{access}: {read}");
        read
    }

    fn paths(&self) -> String {
        let all = self.0["reads"].as_array().unwrap().iter();
        all.filter_map(|read| read["path"].as_str()).collect::<Vec<_>>().join("\n")
    }
}

/// Runs a script in a named session and returns its read set.
fn reads_of(lab: &Lab, options: &[&str], script: &str) -> Reads {
    let start = ["run", "--keep", "-q", "--name", "it"];
    let outcome = lab.run(&[&start[..], options, &["--", "/bin/sh", "-c", script]].concat());
    assert_eq!(outcome.status, 0, "{script}: {outcome:?}");
    let reads = Reads::of(lab, "it");
    assert_eq!(reads.0["missing"], Value::Null, "{}", reads.0["missing"]);
    reads
}

fn compile(lab: &Lab, name: &str, source: &str, flags: &[&str]) -> PathBuf {
    let file = lab.dir().join(format!("{name}.c"));
    std::fs::write(&file, source).unwrap();
    let program = lab.home().join(name);
    let built = Command::new("gcc").args(["-O1", "-w", "-o"]).arg(&program).arg(&file).args(flags).status();
    assert!(built.unwrap().success(), "{name}");
    program
}

#[test]
fn files_programs_and_names_that_are_not_there() {
    both(|lab| {
        lab.write("a", "text\n");
        let home = lab.home();
        let reads =
            reads_of(lab, &[], "cat a; cat none; cat none/below; echo x > new; ls >/dev/null; exit 0");
        assert_eq!(reads.0["tracking"], "opens");
        let a = reads.expect(&home.join("a"), "read");
        assert_eq!(
            (&a["seen"], &a["found"], &a["program"]),
            (&"read".into(), &"file".into(), &"/usr/bin/cat".into())
        );
        for absent in ["none", "none/below"] {
            assert_eq!(reads.expect(&home.join(absent), "read")["found"], "absent");
        }
        assert_eq!(reads.expect(&home.join("new"), "truncate")["seen"], "written");
        assert_eq!(reads.expect(&home, "list")["seen"], "directory");
        reads.expect(Path::new("/usr/bin/cat"), "exec");
        // The first program of all, and what the kernel opens to run it.
        reads.expect(&std::fs::canonicalize("/bin/sh").unwrap(), "exec");
        reads.expect(&std::fs::canonicalize("/lib64/ld-linux-x86-64.so.2").unwrap(), "exec");
    });
}

/// Every way to open and run of `ways.c`, by a static program with threads.
fn ways(flags: &[&str]) {
    both(|lab| {
        std::fs::create_dir(lab.home().join("d")).unwrap();
        let names =
            ["open", "openat", "openat2", "inroot", "fchdir", "chrooted", "thread", "fdpath", "relative"];
        for name in names {
            std::fs::write(lab.home().join("d").join(name), name).unwrap();
        }
        std::fs::copy("/bin/true", lab.home().join("byfd")).unwrap();
        let program = compile(lab, "ways", WAYS, flags);
        // The program makes a file in the directory: it must be its user's.
        let owner = std::fs::metadata(lab.home()).unwrap();
        std::os::unix::fs::chown(lab.home().join("d"), Some(owner.uid()), Some(owner.gid())).unwrap();
        let reads = reads_of(lab, &[], "./ways");
        for name in names {
            reads.expect(&lab.home().join("d").join(name), "read");
        }
        reads.expect(&program, "exec");
        reads.expect(&lab.home().join("byfd"), "exec");
        reads.expect(&lab.home().join("d/creat"), "truncate");
    });
}

#[test]
fn static_programs_threads_and_every_way_to_open() {
    ways(&["-static", "-pthread"]);
}

#[test]
fn programs_of_32_bits() {
    ways(&["-m32", "-static", "-pthread"]);
}

#[test]
fn scripts_bring_their_interpreters_along() {
    both(|lab| {
        use std::os::unix::fs::PermissionsExt as _;
        let home = lab.home();
        std::fs::copy("/bin/sh", home.join("mysh")).unwrap();
        for (name, interpreter) in [("inner", "mysh"), ("outer", "inner")] {
            std::fs::write(home.join(name), format!("#!{}\n. \"$1\"\n", home.join(interpreter).display()))
                .unwrap();
            std::fs::set_permissions(home.join(name), std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        let reads = reads_of(lab, &[], "./outer ./canary 2>/dev/null; exit 0");
        for name in ["outer", "inner", "mysh"] {
            reads.expect(&home.join(name), "exec");
        }
    });
}

#[test]
fn io_uring_is_closed() {
    both(|lab| {
        compile(lab, "ring", RING, &[]);
        let outcome = lab.see("./ring");
        assert_eq!((outcome.status, outcome.stdout.trim()), (0, "refused"), "{outcome:?}");
    });
}

#[test]
fn names_of_sockets_and_what_is_fed_to_a_program_count() {
    both(|lab| {
        lab.write("input", "fed\n");
        let script =
            "cat; python3 -c \"import os, socket; socket.socket(socket.AF_UNIX).bind('s'); os.unlink('s')\"";
        let mut command =
            lab.command(&["run", "--keep", "-q", "--name", "it", "--", "/bin/sh", "-c", script]);
        command.stdin(std::fs::File::open(lab.home().join("input")).unwrap());
        let outcome = finish(command);
        assert_eq!((outcome.status, outcome.stdout.as_str()), (0, "fed\n"), "{outcome:?}");
        let reads = Reads::of(lab, "it");
        assert_eq!(reads.0["missing"], Value::Null);
        reads.expect(&lab.home().join("input"), "read");
        let socket = reads.expect(&lab.home().join("s"), "exclusive");
        assert_eq!(socket["found"], "absent", "{socket}");
    });
}

#[test]
fn lookups_only_when_asked() {
    both(|lab| {
        lab.write("f", "");
        let script = "test -e f; test -r gone; cat none; exit 0";
        let reads = reads_of(lab, &["--reads", "lookups"], script);
        assert_eq!(reads.0["tracking"], "lookups");
        reads.expect(&lab.home().join("f"), "stat");
        assert_eq!(reads.expect(&lab.home().join("gone"), "stat")["found"], "absent");
    });
    both(|lab| {
        let reads = reads_of(lab, &[], "test -r gone; cat none; exit 0");
        assert!(reads.get(&lab.home().join("gone")).is_none());
        assert!(reads.get(&lab.home().join("none")).is_some());
    });
}

#[test]
fn nothing_is_recorded_when_it_is_off() {
    both(|lab| {
        lab.write("a", "text\n");
        let reads = reads_of(lab, &["--reads", "off"], "cat a; echo x > new");
        assert_eq!(reads.0["tracking"], "off");
        assert!(reads.get(&lab.home().join("a")).is_none());
        // What the changes rest on is told all the same.
        assert!(reads.get(&lab.home().join("new")).is_some());
    });
}

/// Reads 200 files and starts 20 programs through symlinks of its own, each of which is gone at once.
const GONE_LINKS: &str = r#"
#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
int main(void) {
  char name[9];
  for (int i = 0; i < 200; i++) {
    sprintf(name, "f%d", i);
    symlink(name, "own");
    close(open("own", O_RDONLY));
    if (i % 2) unlink("own"); else { close(open("plain", O_CREAT, 0600)); rename("plain", "own"); unlink("own"); }
  }
  for (int i = 0; i < 20; i++) {
    sprintf(name, "p%d", i);
    symlink(name, "own");
    pid_t child = vfork();
    if (child == 0) { execl("own", "own", NULL); _exit(1); }
    unlink("own");
    waitpid(child, NULL, 0);
  }
  return 0;
}
"#;

#[test]
fn what_is_read_or_run_through_a_link_that_is_gone_at_once_is_recorded() {
    both(|lab| {
        for i in 0..200 {
            lab.write(&format!("f{i}"), "text");
        }
        for i in 0..20 {
            std::fs::copy("/bin/true", lab.home().join(format!("p{i}"))).unwrap();
        }
        let program = compile(lab, "links", GONE_LINKS, &[]);
        let reads = reads_of(lab, &[], &format!("exec {}", program.display()));
        for i in 0..200 {
            reads.expect(&lab.home().join(format!("f{i}")), "read");
        }
        for i in 0..20 {
            reads.expect(&lab.home().join(format!("p{i}")), "exec");
        }
    });
}

#[test]
fn a_later_program_and_a_later_day_add_to_the_same_set() {
    both(|lab| {
        for name in ["first", "second", "third"] {
            lab.write(name, name);
        }
        let child = lab.start("it", "cat first; while ! test -e .go; do sleep 0.05; done");
        assert_eq!(lab.run(&["enter", "it", "--", "cat", "second"]).stdout, "second");
        // It is there while programs still run.
        wait_until("the read set is written", || {
            let reads = Reads::of(lab, "it");
            reads.0["missing"].is_null() && reads.get(&lab.home().join("second")).is_some()
        });
        assert_eq!(lab.run(&["enter", "it", "--", "touch", ".go"]).status, 0);
        assert_eq!(finish_child(child).status, 0);
        let before = Reads::of(lab, "it").expect(&lab.home().join("first"), "read")["first_seen"].clone();
        assert_eq!(lab.run(&["enter", "it", "--", "cat", "third", "first"]).status, 0);
        let reads = Reads::of(lab, "it");
        assert!(reads.0["missing"].is_null());
        reads.expect(&lab.home().join("third"), "read");
        assert_eq!(reads.expect(&lab.home().join("first"), "read")["first_seen"], before);
        reads.expect(Path::new("/usr/bin/cat"), "exec");
    });
}

#[test]
fn a_stopped_session_keeps_its_set_and_a_killed_one_says_what_it_lost() {
    both(|lab| {
        lab.write("a", "text\n");
        let child = lab.start("stopped", "cat a; exec sleep 1000");
        assert_eq!(lab.run(&["stop", "stopped"]).status, 0);
        finish_child(child);
        let reads = Reads::of(lab, "stopped");
        assert!(reads.0["missing"].is_null());
        reads.expect(&lab.home().join("a"), "read");

        let child = lab.start("killed", "cat a; exec sleep 1000");
        wait_until("the read set is written", || {
            Reads::of(lab, "killed").get(&lab.home().join("a")).is_some()
        });
        let pid = rustix::process::Pid::from_raw(lab.supervisor("killed")).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
        finish_child(child);
        wait_until("the session is settled", || lab.state("killed").as_deref() == Some("finished"));
        let reads = Reads::of(lab, "killed");
        assert_eq!(reads.0["missing"], "cut-off");
        reads.expect(&lab.home().join("a"), "read");
        // What was lost stays lost, whatever comes later.
        assert_eq!(lab.run(&["enter", "killed", "--", "true"]).status, 0);
        assert_eq!(Reads::of(lab, "killed").0["missing"], "cut-off");
    });
}

#[test]
fn many_programs_at_once() {
    both(|lab| {
        lab.write("in", "text\n");
        let script = "for i in $(seq 200); do cat in > out$i & done; wait; cat canary";
        let reads = reads_of(lab, &[], script);
        reads.expect(&lab.home().join("in"), "read");
        for i in 1..=200 {
            assert_eq!(reads.expect(&lab.home().join(format!("out{i}")), "truncate")["found"], "absent");
        }
        lab.assert_untouched();
    });
}

#[test]
fn what_was_read_is_forgotten_with_the_decision() {
    both(|lab| {
        let kept = || {
            let sessions = std::fs::read_dir(lab.store().join("sessions")).unwrap();
            let dirs: Vec<_> = sessions.map(|entry| entry.unwrap().path()).collect();
            ["reads", "makers"].map(|name| dirs.iter().filter(|dir| dir.join(name).exists()).count())
        };
        for verb in ["commit", "abort"] {
            let run = ["run", "--keep", "-q", "--name", verb, "--", "/bin/sh", "-c", "echo x > new"];
            assert_eq!(lab.run(&run).status, 0);
            assert_eq!(kept(), [1, 1], "{verb}");
            assert_eq!(lab.run(&[verb, verb]).status, 0);
            // What cannot be committed may be left; then the session lives on.
            if verb == "commit" && lab.run(&["changes", verb]).status == 0 {
                assert_eq!(kept(), [1, 1], "it is still needed");
                assert_eq!(lab.run(&["abort", verb]).status, 0);
            }
            assert_eq!(kept(), [0, 0], "{verb}");
            let told = lab.run(&["reads", verb]);
            assert_eq!((told.status, told.stdout.as_str()), (4, ""), "it says what became of it: {told:?}");
        }
    });
}
