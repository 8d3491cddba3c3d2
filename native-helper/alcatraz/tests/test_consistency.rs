//! When a commit is consistent: what the host changed counts as far as the session has seen it, and no further. In both
//! modes, with real programs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod engine_lab;

use std::os::unix::fs::MetadataExt as _;
use std::process::{Command, Stdio};

use engine_lab::{Lab, both, finish_child, wait_until};
use serde_json::{Value, json};

/// Runs a script in the session `it`, and waits until every file of the host that it may have seen is older than the next
/// change of the host: stamps are coarse, and a tie is a conflict.
fn session(lab: &Lab, script: &str) {
    let outcome = lab.run(&["run", "--keep", "-q", "--name", "it", "--", "/bin/sh", "-c", script]);
    assert_eq!(outcome.status, 0, "{script}: {outcome:?}");
}

/// Waits until the coarse clock, which also stamps files, is past what the exact one says now: a file that was looked at gets an
/// exact stamp.
fn tick() {
    use rustix::time::{ClockId, clock_gettime};
    let exact = clock_gettime(ClockId::Realtime);
    wait_until("the clock moves on", || clock_gettime(ClockId::RealtimeCoarse) > exact);
}

fn check(lab: &Lab) -> Value {
    let outcome = lab.run(&["check", "it", "--json"]);
    assert!(matches!(outcome.status, 0 | 3), "{outcome:?}");
    serde_json::from_str(&outcome.stdout).unwrap()
}

/// The conflicts in the home directory: name and reason.
fn conflicts(lab: &Lab) -> Vec<(String, String)> {
    let all = check(lab)["conflicts"].clone();
    let home = format!("{}/", lab.home().display());
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let named = all.as_array().unwrap().iter().map(|one| {
        let path = text(&one["path"]);
        (path.strip_prefix(&home).unwrap_or(&path).to_owned(), text(&one["reason"]))
    });
    named.collect()
}

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(path, reason)| ((*path).to_owned(), (*reason).to_owned())).collect()
}

fn read(lab: &Lab, name: &str) -> String {
    std::fs::read_to_string(lab.home().join(name)).unwrap()
}

#[test]
fn a_blind_write_never_conflicts_and_an_append_does() {
    both(|lab| {
        for name in ["blind", "append", "both", "mode"] {
            lab.write(name, "host\n");
        }
        tick();
        session(
            lab,
            "echo see > blind; echo see > new; echo see >> append; exec 3<>both; echo see >&3; echo see > mode",
        );
        for name in ["blind", "append", "both", "new"] {
            lab.write(name, "host again\n");
        }
        // Emptying a file leaves its mode alone: the session would have seen the host's.
        let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        std::fs::set_permissions(lab.home().join("mode"), private).unwrap();
        let wanted = [
            ("append", "write-then-changed"),
            ("both", "write-then-changed"),
            ("mode", "write-then-changed"),
        ];
        assert_eq!(conflicts(lab), pairs(&wanted));
        let skips = ["--skip", "append", "--skip", "both", "--skip", "mode"];
        let done = lab.run(&[&["commit", "it", "-q"][..], &skips].concat());
        assert_eq!(done.status, 0, "{done:?}");
        assert_eq!((read(lab, "blind"), read(lab, "new")), ("see\n".into(), "see\n".into()));
        assert_eq!(read(lab, "append"), "host again\n");
    });
}

#[test]
fn what_was_only_read_counts_until_somebody_accepts_it() {
    both(|lab| {
        for name in ["config", "other", "gone"] {
            lab.write(name, "host\n");
        }
        tick();
        session(lab, "cat config other gone none > result; exit 0");
        lab.write("config", "host again\n");
        lab.write("none", "there now\n");
        std::fs::remove_file(lab.home().join("gone")).unwrap();
        let wanted = [("config", "read-then-changed"), ("gone", "name-vanished"), ("none", "name-appeared")];
        assert_eq!(conflicts(lab), pairs(&wanted));
        let all = check(lab)["conflicts"].clone();
        for one in all.as_array().unwrap() {
            assert_eq!((&one["choices"], &one["only_read"]), (&json!(["skip"]), &json!(true)), "{one}");
        }
        let refused = lab.run(&["commit", "it", "--json"]);
        assert_eq!(refused.status, 3, "{refused:?}");
        assert!(!lab.home().join("result").exists());
        let unread = lab.run(&["commit", "it", "--resolve", "nothing=skip"]);
        assert_eq!(unread.status, 1, "{unread:?}");
        let accept = ["--resolve", "config=skip", "--resolve", "gone=skip", "--skip", "none"];
        let done = lab.run(&[&["commit", "it", "-q"][..], &accept].concat());
        assert_eq!(done.status, 0, "{done:?}");
        assert_eq!(read(lab, "result"), "host\nhost\nhost\n");
        assert_eq!((read(lab, "config"), read(lab, "none")), ("host again\n".into(), "there now\n".into()));
    });
}

#[test]
fn what_the_host_changed_before_the_first_look_does_not_count() {
    both(|lab| {
        lab.write("early", "host\n");
        lab.write("late", "host\n");
        tick();
        let script = "cat early > seen-early; : > ready; while ! test -e .go; do sleep 0.02; done; cat late > seen-late";
        let child = lab.start("it", script);
        wait_until("it has looked", || lab.run(&["enter", "it", "--", "test", "-e", "ready"]).status == 0);
        lab.write("early", "host again\n");
        lab.write("late", "host again\n");
        tick();
        assert_eq!(lab.run(&["enter", "it", "--", "touch", ".go"]).status, 0);
        assert_eq!(finish_child(child).status, 0);
        assert_eq!(conflicts(lab), pairs(&[("early", "read-then-changed")]));
    });
}

#[test]
fn names_that_overlayfs_remembers_are_recorded_as_the_program_met_them() {
    both(|lab| {
        for name in ["swapped", "gone", "later"] {
            lab.write(name, "host\n");
        }
        tick();
        let look =
            "test -e lock; test -e sought; test -e swapped; test -e gone; test -e later; test -e fresh";
        let wait = ": > ready; while ! test -e .go; do sleep 0.02; done";
        let act = "set -C; echo mine > lock; cat sought swapped gone; cat later unasked";
        let child = lab.start("it", &format!("{look}; {wait}; ({act}) >out 2>&1; true"));
        wait_until("it has looked", || lab.run(&["enter", "it", "--", "test", "-e", "ready"]).status == 0);
        for name in ["lock", "sought", "unasked"] {
            lab.write(name, "host\n");
        }
        lab.write("new", "host again\n");
        std::fs::rename(lab.home().join("new"), lab.home().join("swapped")).unwrap();
        std::fs::remove_file(lab.home().join("gone")).unwrap();
        lab.write("later", "host again\n");
        tick();
        assert_eq!(lab.run(&["enter", "it", "--", "touch", ".go"]).status, 0);
        assert_eq!(finish_child(child).status, 0);
        // What the host wrote in place, and what nobody had asked for before, was met as it is.
        let met = [
            ("gone", "name-vanished"),
            ("lock", "name-appeared"),
            ("sought", "name-appeared"),
            ("swapped", "read-then-changed"),
        ];
        let mut found = conflicts(lab);
        found.sort();
        assert_eq!(found, pairs(&met));
        assert_eq!(read(lab, "lock"), "host\n");
    });
}

#[test]
fn ways_that_overlayfs_remembers_are_recorded_as_the_program_went_them() {
    both(|lab| {
        let place = |name: &str| lab.home().join(name);
        for name in ["read", "append", "mode", "deep", "listed", "absent"] {
            for side in ["b", "c"] {
                std::fs::create_dir_all(place(&format!("{name}/{side}/in"))).unwrap();
                lab.write(&format!("{name}/{side}/f"), "host\n");
                lab.write(&format!("{name}/{side}/in/f"), "host\n");
            }
        }
        lab.write("absent/c/g", "host\n");
        for (name, content) in [("link1", "one\n"), ("link2", "two\n")] {
            std::fs::create_dir(place(name)).unwrap();
            lab.write(&format!("{name}/f"), content);
        }
        std::os::unix::fs::symlink("link1", place("cur")).unwrap();
        // Two files that differ in nothing that is told of them but their numbers.
        lab.write("equal", "one\n");
        lab.write("like", "two\n");
        for name in ["equal", "like"] {
            let file = std::fs::File::options().write(true).open(place(name)).unwrap();
            let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000);
            file.set_times(std::fs::FileTimes::new().set_modified(time)).unwrap();
        }
        std::fs::create_dir(place("still")).unwrap();
        lab.write("still/f", "host\n");
        tick();
        let look = "for d in */b */b/in cur still; do test -d $d; done; test -e equal";
        let wait = ": > ready; while ! test -e .go; do sleep 0.02; done";
        let act = "cat read/b/f; echo more >>append/b/f; chmod 600 mode/b/f; cat deep/b/in/f; ls listed/b; \
                   cat absent/b/g; cat cur/f equal still/f";
        let child = lab.start("it", &format!("{look}; {wait}; ({act}) >out 2>&1; true"));
        wait_until("it has looked", || lab.run(&["enter", "it", "--", "test", "-e", "ready"]).status == 0);
        for name in ["read", "append", "mode", "deep", "listed", "absent"] {
            std::fs::rename(place(&format!("{name}/b")), place(&format!("{name}/old"))).unwrap();
            std::fs::rename(place(&format!("{name}/c")), place(&format!("{name}/b"))).unwrap();
        }
        std::os::unix::fs::symlink("link2", place("next")).unwrap();
        std::fs::rename(place("next"), place("cur")).unwrap();
        std::fs::rename(place("like"), place("equal")).unwrap();
        lab.write("still/new", "host\n");
        tick();
        assert_eq!(lab.run(&["enter", "it", "--", "touch", ".go"]).status, 0);
        assert_eq!(finish_child(child).status, 0);
        // A directory in which the host only made something is the same.
        let met: Vec<String> = conflicts(lab).into_iter().map(|(path, _)| path).collect();
        for path in
            ["read/b/f", "append/b/f", "mode/b/f", "deep/b/in/f", "listed/b", "absent/b/g", "cur", "equal"]
        {
            assert!(met.iter().any(|met| met == path), "{path} is not in {met:?}");
        }
        assert!(!met.iter().any(|met| met.starts_with("still")), "{met:?}");
    });
}

#[test]
fn a_directory_that_the_host_changed_is_no_conflict_for_what_the_session_put_into_it() {
    let mode = |lab: &Lab, name: &str| {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::metadata(lab.home().join(name)).unwrap().permissions().mode() & 0o7777
    };
    let set = |lab: &Lab, name: &str, bits: u32| {
        let bits = std::os::unix::fs::PermissionsExt::from_mode(bits);
        std::fs::set_permissions(lab.home().join(name), bits).unwrap();
    };
    both(|lab| {
        for name in ["filled", "emptied", "chosen", "deep", "deep/er"] {
            std::fs::create_dir(lab.home().join(name)).unwrap();
            set(lab, name, 0o755);
        }
        lab.give_to_user(&["filled", "emptied", "chosen", "deep", "deep/er"]);
        lab.write("emptied/f", "host\n");
        tick();
        session(lab, "mkdir filled/d; rm emptied/f; echo n > deep/er/n; echo n > chosen/n; chmod 750 chosen");
        for name in ["filled", "emptied", "chosen", "deep", "deep/er"] {
            set(lab, name, 0o711);
        }
        assert_eq!(conflicts(lab), pairs(&[("chosen", "write-then-changed")]));
        let listed = lab.run(&["changes", "it", "--json"]);
        let listed: Value = serde_json::from_str(&listed.stdout).unwrap();
        let changed = listed["changes"].as_array().unwrap().iter().map(|one| one["path"].as_str().unwrap());
        let changed: Vec<&str> = changed.filter_map(|path| path.strip_prefix(lab.home().to_str()?)).collect();
        assert_eq!(changed, ["/chosen", "/chosen/n", "/deep/er/n", "/emptied/f", "/filled/d"]);
        let done = lab.run(&["commit", "it", "-q", "--skip", "chosen"]);
        assert_eq!(done.status, 0, "{done:?}");
        for name in ["filled", "emptied", "chosen", "deep", "deep/er"] {
            assert_eq!(mode(lab, name), 0o711, "{name}");
        }
        assert_eq!(read(lab, "deep/er/n"), "n\n");
        assert!(lab.home().join("filled/d").is_dir() && !lab.home().join("emptied/f").exists());
    });
}

#[test]
fn names_in_a_directory_count_one_by_one_unless_all_were_listed() {
    both(|lab| {
        for name in ["looked", "listed", "restored"] {
            std::fs::create_dir(lab.home().join(name)).unwrap();
            std::fs::write(lab.home().join(name).join("a"), "").unwrap();
        }
        tick();
        // The names of a listing are taken down within half a second; the directory must be as it was until then.
        session(lab, "cat looked/none; ls listed restored > result; exec sleep 0.7");
        std::fs::write(lab.home().join("looked/other"), "").unwrap();
        assert_eq!(conflicts(lab), []);
        std::fs::write(lab.home().join("restored/b"), "").unwrap();
        std::fs::remove_file(lab.home().join("restored/b")).unwrap();
        assert_eq!(conflicts(lab), []);
        std::fs::write(lab.home().join("listed/b"), "").unwrap();
        assert_eq!(conflicts(lab), pairs(&[("listed", "name-appeared")]));
        std::fs::remove_file(lab.home().join("listed/b")).unwrap();
        std::fs::remove_file(lab.home().join("listed/a")).unwrap();
        assert_eq!(conflicts(lab), pairs(&[("listed", "name-vanished")]));
        std::fs::write(lab.home().join("looked/none"), "").unwrap();
        assert_eq!(conflicts(lab), pairs(&[("listed", "name-vanished"), ("looked/none", "name-appeared")]));
    });
}

#[test]
fn a_file_that_a_program_of_the_host_writes_is_in_use() {
    both(|lab| {
        lab.write("log", "host\n");
        lab.write("quiet", "host\n");
        tick();
        session(lab, "echo see > log; echo see > quiet");
        let mut writer = lab.as_user(std::path::Path::new("/bin/sh"));
        writer.args(["-c", "exec 3>>log; echo ready; read x"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut writer = writer.spawn().unwrap();
        let mut ready = [0; 6];
        std::io::Read::read_exact(writer.stdout.as_mut().unwrap(), &mut ready).unwrap();
        assert_eq!(conflicts(lab), pairs(&[("log", "in-use")]));
        let reader =
            Command::new("tail").args(["-f", "quiet"]).current_dir(lab.home()).stdout(Stdio::null()).spawn();
        assert_eq!(conflicts(lab), pairs(&[("log", "in-use")]));
        let mut reader = reader.unwrap();
        reader.kill().unwrap();
        reader.wait().unwrap();
        drop(writer.stdin.take());
        writer.wait().unwrap();
        assert_eq!(conflicts(lab), []);
    });
}

#[test]
fn without_a_record_any_change_since_the_session_began_counts() {
    both(|lab| {
        lab.write("blind", "host\n");
        lab.write("config", "host\n");
        tick();
        let script = "cat config > /dev/null; echo see > blind";
        let run = ["run", "--keep", "-q", "--name", "it", "--reads", "off", "--", "/bin/sh", "-c", script];
        assert_eq!(lab.run(&run).status, 0);
        lab.write("blind", "host again\n");
        lab.write("config", "host again\n");
        assert_eq!(conflicts(lab), pairs(&[("blind", "write-then-changed")]));
    });
}

#[test]
fn a_record_that_was_cut_off_makes_no_write_blind() {
    both(|lab| {
        lab.write("blind", "host\n");
        tick();
        let child = lab.start("it", "echo see > blind; : > ready; exec sleep 1000");
        wait_until("it has written", || lab.run(&["enter", "it", "--", "test", "-e", "ready"]).status == 0);
        let pid = rustix::process::Pid::from_raw(lab.supervisor("it")).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
        finish_child(child);
        wait_until("the session is settled", || lab.state("it").as_deref() == Some("finished"));
        lab.write("blind", "host again\n");
        assert_eq!(conflicts(lab), pairs(&[("blind", "write-then-changed")]));
    });
}

#[test]
fn what_a_session_committed_is_no_change_of_the_hosts() {
    both(|lab| {
        for name in ["a", "gone", "kept"] {
            lab.write(name, "host\n");
        }
        std::fs::create_dir(lab.home().join("d")).unwrap();
        std::fs::write(lab.home().join("d/x"), "").unwrap();
        let owner = std::fs::metadata(lab.home()).unwrap();
        std::os::unix::fs::chown(lab.home().join("d"), Some(owner.uid()), Some(owner.gid())).unwrap();
        tick();
        session(
            lab,
            "cat a gone none d/x; ls . d; rm gone; mv a b; echo x > none; echo y > d/y; echo z > rest; exec sleep 0.7",
        );
        for part in ["gone", "b", "none", "d"] {
            let done = lab.run(&["commit", "it", "-q", "--only", part]);
            assert_eq!(done.status, 0, "{part}: {done:?}");
            assert_eq!(conflicts(lab), [], "after {part}");
        }
        assert_eq!(lab.run(&["commit", "it", "-q"]).status, 0);
        assert_eq!(read(lab, "rest"), "z\n");
    });
}

/// Mounted again, a session is shown the directory that the host has by now: what it does there is done there, and only what it
/// saw before in the former one is a conflict.
#[test]
fn a_session_that_is_entered_again_works_in_the_directory_that_the_host_has_by_then() {
    both(|lab| {
        let place = |name: &str| lab.home().join(name);
        let owner = std::fs::metadata(lab.home()).unwrap();
        for name in ["a", "an", "b", "bn"] {
            std::fs::create_dir(place(name)).unwrap();
            std::os::unix::fs::chown(place(name), Some(owner.uid()), Some(owner.gid())).unwrap();
            lab.write(&format!("{name}/f"), &format!("{name}\n"));
            lab.write(&format!("{name}/g"), &format!("{name}\n"));
            lab.write(&format!("{name}/h"), &format!("{name}\n"));
        }
        tick();
        session(lab, "cat a/f; echo own > a/own; echo own > b/own");
        for (old, new) in [("a", "an"), ("b", "bn")] {
            std::fs::rename(place(old), place(&format!("{old}.old"))).unwrap();
            std::fs::rename(place(new), place(old)).unwrap();
        }
        tick();
        let again = "[ $(cat b/f) = bn ] && echo more >> b/g && echo blind > b/f && rm b/h";
        assert_eq!(lab.run(&["enter", "it", "--", "/bin/sh", "-c", again]).status, 0);
        assert_eq!(conflicts(lab), pairs(&[("a/f", "read-then-changed")]));
        let commit = ["commit", "it", "--resolve", &format!("{}=skip", place("a/f").display())];
        assert_eq!(lab.run(&commit).status, 0);
        assert_eq!(
            ["b/g", "b/f", "b/own", "a/own"].map(|name| read(lab, name)),
            ["bn\nmore\n", "blind\n", "own\n", "own\n"]
        );
        assert_eq!(["b.old/g", "b.old/f", "b.old/h"].map(|name| read(lab, name)), ["b\n", "b\n", "b\n"]);
        assert!(!place("b/h").exists());
    });
}
