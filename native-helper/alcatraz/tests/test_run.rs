//! `run`, `enter`, `stop` and `list`: exit statuses, streams, names, many at once, killed supervisors.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends with what it did not expect"
)]

use std::ffi::OsStr;
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::Lab;

mod support;

#[test]
fn the_exit_status_is_the_programs() {
    let lab = Lab::new();
    for (script, status) in [("exit 0", 0), ("exit 7", 7), ("kill -TERM $$", 143), ("kill -KILL $$", 137)] {
        let outcome = lab.run(["run", "--keep", "-q", "--", "/bin/sh", "-c", script]);
        assert_eq!(outcome.status, status, "{script}: {outcome:?}");
    }
    for (command, status, code) in [
        ("/nowhere/program", 127, "command-not-found"),
        ("no-such-program-anywhere", 127, "command-not-found"),
        ("/etc/passwd", 126, "command-not-executable"),
        ("/etc", 126, "command-not-executable"),
    ] {
        let outcome = lab.run(["--json", "run", command]);
        assert_eq!(
            (outcome.status, &outcome.error()["code"]),
            (status, &json!(code)),
            "{command}: {outcome:?}"
        );
    }
    let outcome = lab.run(["--json", "run", "--as", "no-such-user", "true"]);
    assert_eq!((outcome.status, &outcome.error()["code"]), (125, &json!("no-such-user")), "{outcome:?}");
    let list = lab.json(["list"]);
    let states: Vec<_> = list["sessions"].as_array().unwrap().iter().map(|s| s["state"].clone()).collect();
    assert!(lab.run(["list"]).text().contains("did not start"));
    // A program that could not be started has changed nothing: its session is over at once.
    assert_eq!(
        states,
        ["aborted", "aborted", "aborted", "aborted", "finished", "finished", "finished", "finished"]
    );
}

#[test]
fn the_programs_streams_are_its_own() {
    let lab = Lab::new();
    let mut child = lab
        .command(["run", "--keep", "--", "/bin/sh", "-c", "cat; echo to-stderr >&2"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(b"through\0the\xffpipe\n").unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(output.stdout, b"through\0the\xffpipe\n");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.starts_with("to-stderr\n"), "{said}");
    assert!(said.contains(&format!("Session {} was kept", lab.newest())), "{said}");
}

#[test]
fn what_was_asked_for_on_the_command_line_is_done_at_the_end() {
    let lab = Lab::new();
    let run = |then: &str, script: &str| lab.run(["run", then, "--", "/bin/sh", "-c", script]);
    assert_eq!(run("--keep", "echo x > kept").status, 0);
    assert_eq!(lab.state(&lab.newest()), "finished");
    assert_eq!(run("--abort", "echo x > aborted").status, 0);
    assert_eq!(lab.state(&lab.newest()), "aborted");
    assert_eq!(run("--commit", "echo x > committed").status, 0);
    assert_eq!(lab.state(&lab.newest()), "committed");
    assert_eq!(run("--commit", "echo x > failed; exit 3").status, 3);
    assert_eq!(lab.state(&lab.newest()), "finished", "half of the work is not committed");
    let there = ["kept", "aborted", "committed", "failed"].map(|name| lab.exists(name));
    assert_eq!(there, [false, false, true, false]);
}

#[test]
fn sessions_go_by_id_prefix_and_name() {
    let lab = Lab::new();
    let run = |name: &str| lab.run(["run", "--keep", "--name", name, "--", "/bin/sh", "-c", "echo x > f"]);
    assert_eq!(run("my session").status, 0);
    let id = lab.newest();
    assert_eq!(lab.json(["list"])["sessions"][0]["name"], "my session");
    for key in ["my session", &id, id.get(..8).unwrap()] {
        assert_eq!(lab.json(["changes", key])["session"]["id"], id, "{key}");
    }
    let taken = lab.run(["--json", "run", "--name", "my session", "true"]);
    assert_eq!((taken.status, &taken.error()["code"]), (125, &json!("name-taken")));
    for bad in ["", "a\nb", "-x"] {
        let refused =
            lab.run([OsStr::new("--json"), "run".as_ref(), "--name".as_ref(), bad.as_ref(), "true".as_ref()]);
        assert_eq!(refused.status, 125, "{bad:?}");
    }
    lab.json(["abort", "my session"]);
    assert_eq!(run("my session").status, 0);
    assert_ne!(lab.json(["changes", "my session"])["session"]["id"], id);
}

#[test]
fn a_prefix_of_two_sessions_is_ambiguous() {
    let lab = Lab::new();
    // Ids begin with one of 26 letters: 27 sessions have two that begin alike.
    let mut ids = Vec::new();
    for _ in 0..27 {
        assert_eq!(lab.run(["run", "--keep", "-q", "true"]).status, 0);
        ids.push(lab.newest());
    }
    let first = |id: &str| id.get(..1).unwrap().to_owned();
    let shared = ids
        .iter()
        .map(|id| first(id))
        .find(|letter| ids.iter().filter(|id| first(id) == *letter).count() > 1);
    let refused = lab.run(["abort", shared.as_ref().unwrap(), "--json"]);
    assert_eq!((refused.status, &refused.error()["code"]), (4, &json!("ambiguous-session")));
}

#[test]
fn another_program_enters_the_same_see() {
    let lab = Lab::new();
    let id = lab.see("echo one > f");
    let outcome = lab.run(["enter", &id, "--", "/bin/sh", "-c", "cat f; echo two >> f; exit 5"]);
    assert_eq!((outcome.status, outcome.text().as_str()), (5, "one\n"), "{outcome:?}");
    assert_eq!(lab.state(&id), "finished");
    assert_eq!(lab.run(["enter", &id, "--", "/nowhere"]).status, 127);
    lab.json(["commit", &id]);
    assert_eq!(lab.read("f"), "one\ntwo\n");
    let over = lab.run(["--json", "enter", &id, "true"]);
    assert_eq!((over.status, &over.error()["code"]), (125, &json!("wrong-state")));
}

#[test]
fn a_running_session_can_be_watched_entered_stopped_but_not_committed() {
    let lab = Lab::new();
    let mut child = lab
        .command([
            "run",
            "--keep",
            "--name",
            "long",
            "--",
            "/bin/sh",
            "-c",
            "echo x > f; echo ready; sleep 1000",
        ])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut ready = [0_u8; 6];
    std::io::Read::read_exact(child.stdout.as_mut().unwrap(), &mut ready).unwrap();
    assert_eq!(lab.state("long"), "running");
    assert_eq!(lab.changes("long"), [("f".to_owned(), "created".to_owned())]);
    assert_eq!(lab.run(["enter", "long", "cat", "f"]).text(), "x\n");
    let refused = lab.run(["commit", "long", "--json"]);
    assert_eq!(refused.status, 4, "{refused:?}");
    assert!(["wrong-state", "session-busy"].contains(&refused.error()["code"].as_str().unwrap()));
    assert!(!lab.exists("f"));
    let stopped = lab.run(["stop", "long", "--json"]);
    assert_eq!(stopped.status, 0, "{stopped:?}");
    assert_eq!(stopped.json()["session"]["state"], "finished");
    assert!(child.wait().unwrap().code().unwrap() > 128, "its client learns of the signal");
    assert_eq!(lab.run(["stop", "long"]).status, 4);
    lab.json(["commit", "long"]);
    assert_eq!(lab.read("f"), "x\n");
}

#[test]
fn an_abort_ends_the_programs_first() {
    let lab = Lab::new();
    let mut child = lab
        .command([
            "run",
            "--keep",
            "--name",
            "long",
            "--",
            "/bin/sh",
            "-c",
            "echo x > f; echo ready; sleep 1000",
        ])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut ready = [0_u8; 6];
    std::io::Read::read_exact(child.stdout.as_mut().unwrap(), &mut ready).unwrap();
    assert_eq!(lab.json(["abort", "long"])["session"]["state"], "aborted");
    child.wait().unwrap();
    assert!(!lab.exists("f"));
}

#[test]
fn a_session_outlives_its_client_and_is_settled_when_its_supervisor_is_killed() {
    let lab = Lab::new();
    let mut child = lab
        .command([
            "run",
            "--keep",
            "--name",
            "long",
            "--",
            "/bin/sh",
            "-c",
            "echo x > f; echo ready; sleep 1000",
        ])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut ready = [0_u8; 6];
    std::io::Read::read_exact(child.stdout.as_mut().unwrap(), &mut ready).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(lab.state("long"), "running", "a killed terminal does not end it");
    let id = lab.newest();
    let holder = std::fs::read_to_string(lab.store().join("sessions").join(&id).join("lock")).unwrap();
    let pid = rustix::process::Pid::from_raw(holder.trim().parse().unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    while lab.state("long") != "finished" {
        assert!(Instant::now() < deadline, "{}", lab.json(["list"]));
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(lab.json(["list"])["sessions"][0]["why"], "its supervisor was killed");
    lab.json(["commit", "long"]);
    assert_eq!(lab.read("f"), "x\n");
}

#[test]
fn sixteen_at_once_share_one_store() {
    let lab = Lab::new();
    let children: Vec<_> = (0..16)
        .map(|number| {
            let script = format!("echo {number} > f{number}");
            lab.command(["run", "--commit", "-q", "--", "/bin/sh", "-c", &script]).spawn().unwrap()
        })
        .collect();
    for mut child in children {
        assert_eq!(child.wait().unwrap().code(), Some(0));
    }
    for number in 0..16 {
        assert_eq!(lab.read(format!("f{number}")), format!("{number}\n"));
    }
    assert_eq!(lab.json(["list"])["sessions"].as_array().unwrap().len(), 16);
    assert_eq!(lab.json(["history"])["commits"].as_array().unwrap().len(), 16);
}

#[test]
fn arguments_are_bytes() {
    let lab = Lab::new();
    let line = [&b"run"[..], b"--keep", b"-q", b"--", b"printf", b"%s|", b"\xff\n", b"", b"--json"];
    let outcome = lab.run(line.map(OsStr::from_bytes));
    assert_eq!((outcome.status, outcome.stdout.as_slice()), (0, &b"\xff\n||--json|"[..]));
    let list = lab.run(["list"]);
    assert!(list.text().contains(r"printf '%s|' '\xff\n' '' --json"), "{}", list.text());
    assert_eq!(lab.json(["list"])["sessions"][0]["command"][2], "\u{fffd}\n");
}
