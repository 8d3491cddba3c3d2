//! Stores and hosts that are in the way: file systems that cannot hold layers, full disks, terminals, huge files.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends with what it did not expect"
)]

use std::process::{Command, Stdio};

use serde_json::json;

use crate::support::client::Client;
use crate::support::{Lab, Outcome};

mod support;

/// Runs a shell script with `mount` at hand, in a mount name space of its own: nothing is left mounted. `$1` is the
/// binary, `$2` a directory to mount on.
fn apart(lab: &Lab, script: &str) -> Outcome {
    let place = lab.work().join("place");
    std::fs::create_dir_all(&place).unwrap();
    let mut command = Command::new("unshare");
    let root = rustix::process::geteuid().is_root();
    command.args(if root { &["-m", "--propagation", "private"][..] } else { &["-rm"] });
    command.args(["/bin/sh", "-ec", script, "sh", env!("CARGO_BIN_EXE_alcatraz")]).arg(&place);
    command.stdin(Stdio::null()).output().unwrap().into()
}

#[test]
fn a_file_system_without_attributes_cannot_hold_a_store() {
    let lab = Lab::new();
    let outcome =
        apart(&lab, "mount -t ramfs x $2; chmod 700 $2; exec $1 --store $2/store run --json /bin/true");
    assert_eq!(outcome.status, 125, "{outcome:?}");
    let error = outcome.error();
    assert_eq!(error["code"], "store-unusable");
    assert!(error["message"].as_str().unwrap().contains("extended attributes"), "{error}");
    assert!(error["hint"].as_str().unwrap().contains("--store"), "{error}");
}

#[test]
fn a_read_only_file_system_cannot_hold_a_store() {
    let lab = Lab::new();
    let outcome =
        apart(&lab, "mount -t tmpfs -o ro,mode=700 x $2; exec $1 --store $2/store run --json /bin/true");
    assert_eq!((outcome.status, &outcome.error()["code"]), (125, &json!("store-unusable")), "{outcome:?}");
}

#[test]
fn a_full_disk_is_named_and_what_was_there_stays() {
    let lab = Lab::new();
    let script = "mount -t tmpfs -o size=2m,mode=700 x $2; $1 --store $2/store run -q --abort /bin/true; \
                  cat /dev/zero > $2/fill 2>/dev/null || true; \
                  $1 --store $2/store run --json /bin/true || echo status $?; \
                  rm $2/fill; $1 --store $2/store list --json";
    let outcome = apart(&lab, script);
    assert_eq!(outcome.status, 0, "{outcome:?}");
    assert!(outcome.text().starts_with("status 125\n"), "{outcome:?}");
    assert_eq!(outcome.error()["code"], "disk-full");
    assert!(outcome.text().contains("{\"sessions\":["), "{outcome:?}");
}

#[test]
fn a_read_only_target_is_told_by_a_dry_run_too() {
    assert!(rustix::process::geteuid().is_root(), "this test mounts: run it as root");
    let lab = Lab::new();
    let script = "mount -t tmpfs -o mode=700 x $2; alcatraz() { \"$binary\" --store \"$store\" \"$@\"; }; \
                  binary=$1; store=$2.store; cd $2; alcatraz run -q --keep --name ro -- /bin/sh -c 'echo x > new'; \
                  mount -o remount,ro $2; \
                  for way in --dry-run ''; do alcatraz commit ro --json $way 2>&1 | grep -o 'read-only-target'; done; \
                  mount -o remount,rw $2; alcatraz commit -q ro > $2.said; cat new";
    let outcome = apart(&lab, script);
    assert_eq!(outcome.text(), "read-only-target\nread-only-target\nx\n", "{outcome:?}");
}

#[test]
fn what_makes_room_works_on_a_store_whose_disk_is_full() {
    assert!(rustix::process::geteuid().is_root(), "this test makes a file system: run it as root");
    let lab = Lab::new();
    // Of 1-KiB blocks: a page of a mapped file has several, and those that are missing when it is written to are deadly.
    let script = "truncate -s 8M $2.img; mkfs.ext4 -q -m 0 -b 1024 $2.img; mount -o loop $2.img $2; chmod 700 $2; cd $2; \
                  alcatraz() { \"$binary\" --store \"$store\" \"$@\"; }; binary=$1; store=$2/store; mkdir work; cd work; \
                  alcatraz run -q --commit --name done -- /bin/sh -c 'echo x > done; dd if=/dev/zero of=old bs=1k count=300 2> $0' /dev/null; \
                  alcatraz run -q --commit -- /bin/rm old; \
                  alcatraz run -q --keep --name one -- /bin/sh -c 'dd if=/dev/zero of=new bs=1k count=300 2> $0' /dev/null; \
                  commit() { alcatraz history --json | grep -o '\"id\":\"[^\"]*' | cut -d '\"' -f 4 | \"$@\"; }; \
                  cat /dev/zero > $2/fill 2> /dev/null || true; cat /dev/zero > $2/more 2> /dev/null || true; \
                  for command in list history 'changes one' doctor 'check one'; do \
                  alcatraz $command > $2.said 2>&1 || { echo $command: $?; cat $2.said; }; done; \
                  echo '{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"hello\",\"params\":{\"protocol\":1}}' | alcatraz serve | grep -q result; \
                  alcatraz run --keep --json /bin/true 2> $2.said || { test $? = 125; grep -q disk-full $2.said; }; \
                  alcatraz undo --json $(commit head -1) > $2.said 2>&1 || { test $? = 1; grep -q disk-full $2.said; test ! -e old; }; \
                  alcatraz abort -q one; alcatraz list; cat /dev/zero > $2/again 2> /dev/null || true; \
                  alcatraz drop -q $(commit tail -1); alcatraz undo --json $(commit tail -1) 2>&1 | grep -o not-undoable; \
                  stat -c %s $store/reserve";
    let outcome = apart(&lab, script);
    assert_eq!(outcome.status, 0, "{outcome:?}");
    let text = outcome.text();
    assert!(
        text.starts_with("SESSION") && text.contains("aborted") && text.contains("not-undoable"),
        "{outcome:?}"
    );
    assert_eq!(text.lines().last(), Some("262144"), "the reserve is kept for the next time: {outcome:?}");
}

#[test]
fn a_file_of_five_gigabytes_is_looked_at_and_committed_without_reading_it() {
    let lab = Lab::new();
    let id = lab.see("truncate -s 5G big; printf end >> big; echo 5368709123 > size");
    let mut client = Client::new(&lab);
    let big = lab.work().join("big");
    let sides = client.ask("describe", json!({ "session": id, "path": big }));
    assert_eq!(sides["after"]["size"], 5_368_709_123_u64);
    let params =
        json!({ "session": id, "path": big, "side": "after", "offset": 5_368_709_120_u64, "length": 100 });
    let slice = client.ask("content", params);
    assert_eq!(slice, json!({ "data": "ZW5k", "size": 5_368_709_123_u64, "eof": true }));
    assert!(lab.run(["diff", &id, "big"]).text().contains("big"));
    assert_eq!(lab.json(["commit", &id])["applied"], 2);
    let there = std::fs::metadata(&big).unwrap();
    assert_eq!(there.len(), 5_368_709_123);
    assert!(std::os::unix::fs::MetadataExt::blocks(&there) < 1000, "it is as sparse as it was");
}

/// A program that reads its terminal's keys up to a line `done`, then changes something: what is typed after that is for
/// the question.
const PROGRAM: &str =
    "run -- /bin/sh -c 'while read line; do [ \"$line\" = done ] && break; done; echo x > f; exit 4'";

#[test]
fn a_terminal_gets_the_summary_and_the_question() {
    for (keys, state, there) in [
        ("r\nd\nc\n", "committed", true),
        ("a\n", "aborted", false),
        ("k\n", "finished", false),
        ("huh\n\n", "finished", false),
    ] {
        let lab = Lab::new();
        let (status, screen) = on_terminal(&lab, keys);
        assert_eq!(status, 4, "the program's: {screen}");
        assert!(screen.contains("1 change: 1 created; 2 B"), "{screen}");
        assert_eq!(lab.state(&lab.newest()), state, "{keys:?}: {screen}");
        assert_eq!(lab.exists("f"), there, "{keys:?}");
        if keys.starts_with('r') {
            assert!(screen.contains(&format!("A         2 B  {}/f", lab.work().display())), "{screen}");
            assert!(screen.contains("+x"), "{screen}");
        }
    }
}

/// Types for the program first, and for the question when it has been asked.
fn on_terminal(lab: &Lab, keys: &str) -> (i32, String) {
    use std::io::{Read as _, Write as _};
    let line = format!("{} {PROGRAM}", env!("CARGO_BIN_EXE_alcatraz"));
    let mut child = Command::new("script")
        .args(["-qefc", &line, "/dev/null"])
        .env("ALCATRAZ_STORE", lab.store())
        .env("NO_COLOR", "1")
        .current_dir(lab.work())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    stdin.write_all(b"done\n").unwrap();
    let mut screen = Vec::new();
    let mut answers = keys.split_inclusive('\n');
    let mut asked = 0;
    let mut buffer = [0_u8; 4096];
    loop {
        let count = stdout.read(&mut buffer).unwrap();
        if count == 0 {
            break;
        }
        screen.extend_from_slice(&buffer[..count]);
        let questions = String::from_utf8_lossy(&screen).matches("keep (K)? ").count();
        while asked < questions {
            asked += 1;
            stdin.write_all(answers.next().unwrap().as_bytes()).unwrap();
        }
    }
    (child.wait().unwrap().code().unwrap(), String::from_utf8_lossy(&screen).into_owned())
}
