//! A person hears that a session nears a limit before it stands still or loses a program, and what it ran out of; and gives it more.
//! As root, and as an ordinary user who has control groups.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod engine_lab;

use std::io::Write as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use engine_lab::limits::MIB;
use engine_lab::{Lab, Mode, Outcome, finish_child, wait_until};
use serde_json::Value;

/// A user's own groups for processes and memory, in the hierarchies of the first version. Gone at the end.
struct Groups(Vec<PathBuf>);

impl Groups {
    /// Gives some to the user of a lab; none as root, who makes its own, and none where the second version has the controllers: there
    /// they come from the account's manager.
    fn of(lab: &Lab, mode: Mode) -> Self {
        let own = std::fs::read_to_string("/proc/self/cgroup").unwrap();
        let owner = std::fs::metadata(lab.home()).unwrap().uid();
        // Tests run beside each other, each in a lab of its own.
        let name = Path::new(lab.dir().file_name().unwrap());
        let make = |controller: &str| {
            let line = own.lines().find(|line| line.split(':').nth(1) == Some(controller))?;
            let top = Path::new("/sys/fs/cgroup").join(controller);
            let dir = top
                .join(line.split(':').nth(2)?.trim_start_matches('/'))
                .join(format!("near-{}", name.display()));
            std::fs::create_dir(&dir).unwrap();
            for name in ["", "cgroup.procs", "tasks"] {
                std::os::unix::fs::chown(dir.join(name), Some(owner), Some(owner)).unwrap();
            }
            Some(dir)
        };
        Self(if mode == Mode::User {
            ["pids", "memory"].into_iter().filter_map(make).collect()
        } else {
            Vec::new()
        })
    }
}

impl Drop for Groups {
    fn drop(&mut self) {
        for dir in &self.0 {
            wait_until("the group is gone", || std::fs::remove_dir(dir).is_ok());
        }
    }
}

/// Runs a test as root, and as a user with groups.
fn both(test: impl Fn(&Lab, &dyn Fn(&[&str], &str) -> Child)) {
    for mode in [Mode::System, Mode::User] {
        let lab = Lab::new(mode);
        let groups = Groups::of(&lab, mode);
        if mode == Mode::User && groups.0.is_empty() {
            continue;
        }
        // Goes on with its script each time when a line comes.
        test(&lab, &|options, script| {
            let inner = lab.command(
                &[&["run", "--keep", "--name", "near"], options, &["--", "/bin/sh", "-c", script]].concat(),
            );
            let mut command = Command::new("/bin/sh");
            let enter = "for group in $GROUPS_OF_TEST; do echo $$ > \"$group/cgroup.procs\"; done; unset GROUPS_OF_TEST; exec \"$@\"";
            let dirs: Vec<_> = groups.0.iter().map(|dir| dir.display().to_string()).collect();
            command.args(["-c", enter, "sh"]).arg(inner.get_program()).args(inner.get_args());
            command.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
            command.env("GROUPS_OF_TEST", dirs.join(" ")).current_dir(lab.home());
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        });
    }
}

fn go_on(child: &mut Child) {
    child.stdin.as_mut().unwrap().write_all(b"\n").unwrap();
}

fn near(lab: &Lab) -> Value {
    lab.session("near").map(|session| session["near"].clone()).unwrap_or_default()
}

fn wait_near(lab: &Lab, what: &str) -> Value {
    wait_until("it is near", || near(lab)[0]["what"] == what);
    near(lab)[0].clone()
}

fn refused(lab: &Lab) -> Vec<String> {
    let log: Value = serde_json::from_str(&lab.run(&["--json", "log", "near"]).stdout).unwrap();
    log["refused"].as_array().unwrap().iter().map(|one| one["what"].as_str().unwrap().to_owned()).collect()
}

/// Has 51 MiB and what its interpreter needs, then as many more as it is told.
const HOG: &str = "exec python3 -c 'import sys; x = b\"x\" * (51 << 20); input(); y = b\"x\" * (int(sys.argv[1]) << 20); print(\"had it\", flush=True); input()'";

#[test]
fn memory_that_nears_its_end_is_told_and_so_is_who_was_ended() {
    both(|lab, start| {
        let mut child = start(&["--memory", "64M"], &format!("{HOG} 100"));
        let told = wait_near(lab, "memory");
        assert!(told["limit"] == 64 * MIB && told["used"].as_u64().unwrap() >= 51 * MIB, "{told}");
        assert!(told["hits"].is_null(), "{told}");
        let list = lab.run(&["list"]);
        let said = "near: its programs use most of the memory that they may, 64.0 MiB. Allow it more: alcatraz resume near --memory SIZE";
        assert!(list.stderr.contains(said), "{list:?}");
        go_on(&mut child);
        let Outcome { status, stdout, stderr } = finish_child(child);
        assert_eq!((status, stdout.as_str()), (137, ""), "{stderr}");
        let said = "near: it ran out of the memory it was allowed, 64.0 MiB, and the kernel ended 1 program. Run it once more with more: alcatraz retry near --memory SIZE";
        assert!(stderr.contains(said), "{stderr}");
        assert_eq!((near(lab)[0]["what"].as_str(), near(lab)[0]["hits"].as_u64()), (Some("memory"), Some(1)));
        assert_eq!(refused(lab), ["memory"]);
        assert!(lab.run(&["list"]).stdout.contains("finished (out of memory)"));
        assert_eq!(lab.run(&["abort", "near"]).status, 0);
    });
}

#[test]
fn a_session_that_is_given_more_memory_or_processes_goes_on() {
    both(|lab, start| {
        // Files of the page cache go back to the disk when memory is needed: with them alone it is near nothing.
        let crowd = "head -c 100000000 /dev/zero > fill; cat fill > /dev/null; for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14; do sleep 1000 >/dev/null 2>&1 & made=\"$made $!\"; done; read line";
        let more = "for i in 1 2 3 4 5 6 7 8 9 10; do sleep 1000 >/dev/null 2>&1 & made=\"$made $!\"; done; echo all; read line; kill $made";
        let mut child =
            start(&["--processes", "20", "--memory", "64M"], &format!("{crowd}; {more}; {HOG} 100"));
        let told = wait_near(lab, "processes");
        assert_eq!(near(lab).as_array().unwrap().len(), 1, "{}", near(lab));
        assert!(told["limit"] == 20 && told["used"].as_u64().unwrap() >= 16, "{told}");
        let given = lab.run(&["resume", "near", "--processes", "100", "--memory", "256M"]);
        assert!(given.status == 0 && given.stderr.contains("256.0 MiB"), "{given:?}");
        assert_eq!(near(lab), Value::Null);
        // Now the rest has room, and the memory too.
        go_on(&mut child);
        go_on(&mut child);
        go_on(&mut child);
        go_on(&mut child);
        let outcome = finish_child(child);
        assert_eq!((outcome.status, outcome.stdout.as_str()), (0, "all\nhad it\n"), "{outcome:?}");
        let policy = lab.session("near").unwrap()["policy"].clone();
        assert_eq!((policy["processes"].as_u64(), policy["memory"].as_u64()), (Some(100), Some(256 * MIB)));
        assert_eq!(refused(lab), [""; 0]);
        assert_eq!(lab.run(&["abort", "near"]).status, 0);
    });
}

#[test]
fn processes_that_could_not_be_made_are_told() {
    both(|lab, start| {
        let bomb = "exec perl -e 'while (defined($made = fork)) { sleep 1000 unless $made } $| = 1; print \"$!\\n\"; <STDIN>; kill 9, -getpgrp'";
        let mut child = start(&["--processes", "16"], bomb);
        wait_until("it ran out", || near(lab)[0]["hits"].as_u64().is_some_and(|hits| hits > 0));
        assert_eq!(near(lab)[0]["what"], "processes");
        let list = lab.run(&["list"]);
        assert!(list.stderr.contains("it ran out of the 16 processes it was allowed"), "{list:?}");
        wait_until("it is on record", || refused(lab) == ["processes"]);
        go_on(&mut child);
        assert!(finish_child(child).stdout.contains("temporarily unavailable"));
        assert_eq!(lab.run(&["abort", "near"]).status, 0);
    });
}
