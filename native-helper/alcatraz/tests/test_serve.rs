//! The protocol itself, spoken with the real helper over pipes: what it answers, refuses and survives.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends with what it did not expect"
)]

use std::fs::File;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::Lab;
use crate::support::client::Client;

mod support;

#[test]
fn greets_and_answers_in_its_own_words_only() {
    let lab = Lab::new();
    let mut client = Client::new(&lab);
    let hello = client.ask("hello", json!({ "protocol": 1 }));
    assert_eq!(hello["store"].as_str().unwrap(), lab.store().to_str().unwrap());
    assert!(["system", "user"].contains(&hello["mode"].as_str().unwrap()));
    assert_eq!(client.ask("sessions.list", json!({})), json!({ "sessions": [] }));
    let history = client.ask("history.list", json!({}));
    assert_eq!(history["commits"], json!([]));
    assert!(history["limit"].as_u64().is_some_and(|bytes| bytes > 0), "what backups may take up: {history}");
    assert!(only_the_list(&client.close()));
}

#[test]
fn refuses_to_talk_before_hello_and_with_another_protocol() {
    let lab = Lab::new();
    let mut client = Client::silent(&lab);
    assert_eq!(client.refused("sessions.list", json!({}))["code"], "protocol-mismatch");
    let error = client.refused("hello", json!({ "protocol": 2 }));
    assert_eq!((&error["code"], &error["facts"]["ours"]), (&json!("protocol-mismatch"), &json!(1)));
    assert_eq!(client.refused("sessions.list", json!({}))["code"], "protocol-mismatch");
    client.ask("hello", json!({ "protocol": 1 }));
    client.ask("sessions.list", json!({}));
}

#[test]
fn a_store_that_cannot_be_used_is_the_answer_to_the_greeting() {
    let lab = Lab::new();
    lab.see("true");
    std::fs::write(lab.store().join("version"), "99\n").unwrap();
    let mut client = Client::silent(&lab);
    let error = client.refused("hello", json!({ "protocol": 1 }));
    assert_eq!((&error["code"], &error["facts"]["found"]), (&json!("store-too-new"), &json!(99)));
}

#[test]
fn survives_nonsense_and_answers_it_with_id_null() {
    let lab = Lab::new();
    let mut client = Client::new(&lab);
    let nonsense: [&[u8]; 9] = [
        b"hello\n",
        b"\n",
        b"{}\n",
        b"[]\n",
        b"{\"jsonrpc\":\"1.0\",\"id\":9,\"method\":\"hello\",\"params\":{}}\n",
        b"{\"jsonrpc\":\"2.0\",\"id\":\"9\",\"method\":\"hello\",\"params\":{}}\n",
        b"{\"jsonrpc\":\"2.0\",\"method\":\"fly\",\"params\":{}}\n",
        b"{\"jsonrpc\":\"2.0\",\"method\":\"cancel\",\"params\":{\"request\":\"x\"}}\n",
        b"\xff\xfe\x00\n",
    ];
    for line in nonsense {
        client.write(line);
        let reply = client.wait_for(|message| message.get("error").is_some());
        assert!(reply["id"].is_null(), "{reply}");
        assert_eq!(reply["error"]["data"]["code"], "bad-request", "{reply}");
    }
    client.cancel(4711);
    client.ask("sessions.list", json!({}));
}

#[test]
fn refuses_unknown_methods_and_unknown_or_missing_fields() {
    let lab = Lab::new();
    let mut client = Client::new(&lab);
    assert_eq!(client.refused("sessions.fly", json!({}))["code"], "unknown-method");
    for (method, params) in [
        ("sessions.list", json!({ "x": 1 })),
        ("sessions.list", json!(null)),
        ("sessions.run", json!({})),
        ("sessions.run", json!({ "command": [] })),
        ("sessions.run", json!({ "command": ["true"], "sudo": true })),
        ("sessions.run", json!({ "command": ["true\u{0}"] })),
        ("sessions.run", json!({ "command": ["true"], "cwd": "relative" })),
        ("sessions.run", json!({ "command": ["true"], "rows": 0 })),
        ("sessions.stop", json!({ "session": 7 })),
        ("changes.unwatch", json!({ "watch": -1 })),
        ("content", json!({ "session": "x", "path": "/x", "side": "left", "offset": 0, "length": 1 })),
        (
            "content",
            json!({ "session": "x", "path": "/x", "side": "after", "offset": 0, "length": 4_194_305 }),
        ),
        ("content", json!({ "session": "x", "path": "/x", "side": "after", "offset": 0, "length": 0 })),
        ("describe", json!({ "session": "x", "path": "relative" })),
        ("describe", json!({ "session": "x", "path": "/x", "path_bytes": "!" })),
        ("commit", json!({ "session": "x", "only": [{ "path": "/x", "deep": true }] })),
        ("check", json!({ "session": "x", "dry_run": true })),
        ("check", json!({ "session": "x", "stamp": "1" })),
    ] {
        let error = client.refused(method, params.clone());
        assert_eq!(error["code"], "bad-request", "{method} {params}: {error}");
    }
    for (method, params) in [
        ("sessions.stop", json!({ "session": "nobody" })),
        ("sessions.abort", json!({ "session": "nobody" })),
        ("changes.watch", json!({ "session": "nobody" })),
        ("describe", json!({ "session": "nobody", "path": "/x" })),
        ("content", json!({ "session": "nobody", "path": "/x", "side": "after", "offset": 0, "length": 1 })),
        ("check", json!({ "session": "nobody" })),
        ("commit", json!({ "session": "nobody" })),
    ] {
        let error = client.refused(method, params);
        assert_eq!(error["code"], "no-such-session", "{method}: {error}");
    }
    for method in ["history.undo", "history.drop"] {
        assert_eq!(client.refused(method, json!({ "commit": "nothing" }))["code"], "no-such-commit");
    }
    assert_eq!(client.ask("changes.unwatch", json!({ "watch": 99 })), json!({}));
}

#[test]
fn a_line_that_is_too_long_is_refused_without_being_kept() {
    let lab = Lab::new();
    let mut client = Client::new(&lab);
    let before = peak_memory(client.pid());
    let chunk = vec![b'x'; 1 << 20];
    for _ in 0..200 {
        client.write(&chunk);
    }
    client.write(b"\n");
    let reply = client.wait_for(|message| message.get("error").is_some());
    assert_eq!((reply["id"].is_null(), &reply["error"]["data"]["code"]), (true, &json!("bad-request")));
    let grown = peak_memory(client.pid()).saturating_sub(before);
    assert!(grown < 64 * 1024, "memory grew by {grown} KiB");
    client.ask("sessions.list", json!({}));
}

/// Holds up the recovery of a commit that was cut off: its journal is a pipe, so whoever reads it waits.
#[test]
fn greets_at_once_however_long_it_takes_to_settle_what_was_cut_off() {
    let lab = Lab::new();
    let session = lab.see("echo x > f");
    let commit = lab.json(["commit", &session])["commit"].as_str().unwrap().to_owned();
    let journal = lab.store().join("commits").join(&commit).join("journal");
    std::fs::remove_file(&journal).unwrap();
    assert!(Command::new("mkfifo").arg(&journal).status().unwrap().success());
    // However this ends: what cleans up after the test must not wait for it.
    let gone = Gone(journal.clone());
    let cut_off = "import sqlite3, sys\n\
        with sqlite3.connect(sys.argv[1]) as db: db.execute(\"UPDATE commits SET state = 'applying'\")";
    let database = lab.store().join("alcatraz.db");
    assert!(Command::new("python3").args(["-c", cut_off]).arg(database).status().unwrap().success());

    let mut client = Client::new(&lab);
    let sessions = client.ask("sessions.list", json!({}));
    assert_eq!(sessions["sessions"][0]["id"], session.as_str());

    let (sender, opened) = std::sync::mpsc::channel();
    std::thread::spawn(move || sender.send(File::options().write(true).open(journal)));
    let pipe = opened.recv_timeout(Duration::from_secs(60)).expect("nobody settles what was cut off");
    // Whoever settles it next finds no journal: nothing was begun.
    std::fs::remove_file(&gone.0).unwrap();
    drop(pipe.unwrap());
    client.close();
    assert_eq!(lab.json(["history"])["commits"], json!([]), "nothing of it was done");
}

/// Takes a file away at the end.
struct Gone(PathBuf);

impl Drop for Gone {
    fn drop(&mut self) {
        // Recovery may have been here before.
        let _ = std::fs::remove_file(&self.0);
    }
}

#[test]
fn says_nothing_of_itself_before_a_greeting_that_fits() {
    let lab = Lab::new();
    lab.see("true");
    let mut client = Client::silent(&lab);
    assert_eq!(client.refused("hello", json!({ "protocol": 2 }))["code"], "protocol-mismatch");
    // Whatever happens meanwhile: the only words are answers.
    lab.see("true");
    assert_eq!(client.refused("sessions.list", json!({}))["code"], "protocol-mismatch");
    assert_eq!(client.close(), Vec::<Value>::new());
}

/// What the app is told first, unasked, is the list of sessions.
fn only_the_list(rest: &[Value]) -> bool {
    rest.iter().all(|message| message["method"] == "sessions")
}

/// The most memory that a process has had, in KiB.
fn peak_memory(pid: u32) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[test]
fn ends_with_its_input_even_in_the_middle_of_a_message() {
    let lab = Lab::new();
    let mut client = Client::new(&lab);
    client.write(b"{\"jsonrpc\":\"2.0\",\"id\":7,\"meth");
    let start = Instant::now();
    assert!(only_the_list(&client.close()));
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
fn answers_what_was_asked_before_its_input_ended() {
    let lab = Lab::new();
    let mut client = Client::new(&lab);
    let asked: Vec<_> = (0..20).map(|_| client.send("sessions.list", json!({}))).collect();
    let rest = client.close();
    for id in asked {
        assert!(rest.iter().any(|message| message["id"] == id && message.get("result").is_some()), "{id}");
    }
}
