//! The life of sessions over the wire: run, watch, look, check, commit, undo, abort; and two helpers on one store.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends with what it did not expect"
)]

use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit};
use serde_json::{Value, json};

use crate::support::Lab;
use crate::support::client::Client;
use crate::support::mirror::Mirror;

mod support;

/// Starts a shell script through the helper and returns the session's id.
fn start(client: &mut Client, lab: &Lab, script: &str) -> String {
    let params = json!({ "command": ["/bin/sh", "-ec", script], "cwd": lab.work(), "rows": 24, "cols": 80 });
    let session = client.ask("sessions.run", params)["session"].clone();
    assert_eq!(session["cwd"], lab.work().to_str().unwrap());
    session["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_session_from_run_to_undo() {
    let lab = Lab::new();
    lab.write("old", "one\ntwo\n");
    let mut client = Client::new(&lab);
    let id = start(&mut client, &lab, "echo new > new; echo three >> old");
    client.wait_for_state(&id, "finished");

    let mut mirror = Mirror::open(&mut client, &id);
    mirror.until(&mut client, |mirror| !mirror.is_live());
    assert!(mirror.has(&lab, "new") && mirror.has(&lab, "old"));

    let old = lab.work().join("old");
    let sides = client.ask("describe", json!({ "session": id, "path": old }));
    assert_eq!((&sides["before"]["size"], &sides["after"]["size"]), (&json!(8), &json!(14)));
    assert_eq!(sides["after"]["content"], "text");
    let slice = |client: &mut Client, side: &str, offset: u64, length: u64| {
        let params = json!({ "session": id, "path": old, "side": side, "offset": offset, "length": length });
        client.ask("content", params)
    };
    assert_eq!(
        slice(&mut client, "before", 0, 100),
        json!({ "data": "b25lCnR3bwo=", "size": 8, "eof": true })
    );
    assert_eq!(slice(&mut client, "after", 0, 3), json!({ "data": "b25l", "size": 14, "eof": false }));
    let error = client.refused("describe", json!({ "session": id, "path": "/nothing/here" }));
    assert_eq!(error["code"], "no-such-change");

    let check = client.ask("check", json!({ "session": id }));
    assert_eq!((&check["consistent"], &check["conflicts"]), (&json!(true), &json!([])));
    let tried = client.ask("commit", json!({ "session": id, "dry_run": true }));
    assert_eq!(tried["commit"], "dry-run");
    let result = client.ask("commit", json!({ "session": id }));
    assert_eq!(lab.read("old"), "one\ntwo\nthree\n");
    client.wait_for_state(&id, "committed");
    let history = client.ask("history.list", json!({}))["commits"].clone();
    assert_eq!((&history[0]["id"], &history[0]["undoable"]), (&result["commit"], &json!(true)));
    let undo = client.ask("history.undo", json!({ "commit": result["commit"] }));
    assert_eq!(undo["undid"], result["commit"]);
    assert_eq!((lab.read("old").as_str(), lab.exists("new")), ("one\ntwo\n", false));
    client.ask("history.drop", json!({ "commit": undo["commit"] }));
    client.close();
}

#[test]
fn what_the_one_who_asks_always_hides_is_hidden_in_each_run_whether_it_is_there_or_not() {
    let lab = Lab::new();
    std::fs::create_dir(lab.work().join("keys")).unwrap();
    lab.write("keys/key", "secret");
    let places = [lab.work().join("keys"), lab.work().join("later")];
    let mut client = Client::new(&lab);
    let params = json!({
        "command": ["/bin/sh", "-c", "cat keys/key later | grep secret"], "cwd": lab.work(), "policy": { "always": places }
    });
    let first = client.ask("sessions.run", params)["session"]["id"].as_str().unwrap().to_owned();
    let ended = |client: &mut Client, id: &str| {
        client.wait_for_state(id, "finished");
        let all = client.ask("sessions.list", json!({}))["sessions"].clone();
        all.as_array().unwrap().iter().find(|each| each["id"] == id).unwrap()["exit_status"].clone()
    };
    assert_eq!(ended(&mut client, &first), 1);
    std::fs::remove_dir_all(&places[0]).unwrap();
    lab.write("later", "secret");
    let again = client.ask("sessions.retry", json!({ "session": first }))["session"].clone();
    let hidden: Vec<_> =
        again["policy"]["hidden"].as_array().unwrap().iter().map(|place| &place["path"]).collect();
    assert!(hidden.contains(&&json!(places[1])), "{hidden:?}");
    assert_eq!(ended(&mut client, again["id"].as_str().unwrap()), 1);
    client.close();
}

/// Keeps a page of a mapping dirty, and stores something else by it when it is asked to end: nothing but the mapping is used for that,
/// so the kernel has no reason of its own to move the file's times.
const MAPPING: &str = "
import mmap, os, signal
file = os.open('mapped', os.O_RDWR | os.O_CREAT)
os.write(file, b'harmless')
mapping = mmap.mmap(file, 8)
mapping[0:8] = b'harmless'
def end(*_):
    mapping[0:8] = b'harmful!'
    os._exit(0)
signal.signal(signal.SIGTERM, end)
os.close(os.open('ready', os.O_CREAT))
while True:
    signal.pause()
";

#[test]
fn what_is_stored_through_a_mapping_after_somebody_looked_is_no_longer_what_was_looked_at() {
    let lab = Lab::new();
    lab.write("mapping.py", MAPPING);
    let mut client = Client::new(&lab);
    let id = start(&mut client, &lab, "exec python3 mapping.py");
    let mut mirror = Mirror::open(&mut client, &id);
    mirror.until(&mut client, |mirror| mirror.has(&lab, "ready"));
    let mapped = lab.work().join("mapped");
    let seen = |client: &mut Client| {
        let params = json!({ "session": id, "path": mapped, "side": "after", "offset": 0, "length": 100 });
        client.ask("content", params)["data"].clone()
    };
    assert_eq!(seen(&mut client), "aGFybWxlc3M=");
    let before = client.ask("check", json!({ "session": id }))["stamp"].clone();
    client.ask("sessions.stop", json!({ "session": id }));
    client.wait_for_state(&id, "finished");
    let after = client.ask("check", json!({ "session": id }))["stamp"].clone();
    assert_eq!(seen(&mut client), "aGFybWZ1bCE=");
    assert_ne!(before, after);
    client.refused("commit", json!({ "session": id, "stamp": before }));
    assert!(!lab.exists("mapped"));
    client.close();
}

#[test]
fn a_feed_follows_a_running_program() {
    let lab = Lab::new();
    lab.write("go", "");
    let mut client = Client::new(&lab);
    // The program waits for lines on its terminal; other programs in the same SEE do the work.
    let id = start(&mut client, &lab, "echo first > first; sleep 1000");
    let mut mirror = Mirror::open(&mut client, &id);
    mirror.until(&mut client, |mirror| mirror.has(&lab, "first"));
    assert!(mirror.is_live());
    let enter = |script: &str| {
        let outcome = lab.run(["enter", &id, "--", "/bin/sh", "-ec", script]);
        assert_eq!(outcome.status, 0, "{outcome:?}");
    };
    enter("mkdir d; echo x > d/e; mv first second");
    mirror.until(&mut client, |mirror| {
        mirror.has(&lab, "d/e") && mirror.has(&lab, "second") && !mirror.has(&lab, "first")
    });
    // The record is written a moment later, and what it has is told as well.
    mirror.until(&mut client, |mirror| mirror.record > 0);
    let log = client.ask("sessions.log", json!({ "session": id }));
    assert!(log["next"].as_u64().unwrap() >= mirror.record, "{log}");
    enter("rm -r d second; for i in $(seq 3000); do echo > f$i; done");
    mirror.until(&mut client, |mirror| mirror.has(&lab, "f3000") && !mirror.has(&lab, "d"));
    assert_eq!(
        mirror.rows.keys().filter(|path| path.starts_with(lab.work().to_str().unwrap())).count(),
        3000
    );
    client.ask("sessions.stop", json!({ "session": id }));
    mirror.until(&mut client, |mirror| !mirror.is_live());
    client.ask("changes.unwatch", json!({ "watch": mirror.watch }));
    client.ask("sessions.abort", json!({ "session": id }));
    client.wait_for_state(&id, "aborted");
    client.close();
}

#[test]
fn a_feed_that_fails_says_so_and_another_starts_over() {
    let lab = Lab::new();
    let mut client = Client::new(&lab);
    let id = start(&mut client, &lab, "echo first > first; sleep 1000");
    let mut mirror = Mirror::open(&mut client, &id);
    mirror.until(&mut client, |mirror| mirror.has(&lab, "first"));
    // The helper may open nothing more, so the next look fails.
    let helper = Pid::from_raw(i32::try_from(client.pid()).unwrap());
    let limit = |current| {
        let new = Rlimit { current: Some(current), maximum: getrlimit(Resource::Nofile).maximum };
        prlimit(helper, Resource::Nofile, new).unwrap().current.unwrap()
    };
    let usual = limit(8);
    let outcome = lab.run(["enter", &id, "--", "/bin/sh", "-c", "mkdir d; echo > d/second"]);
    assert_eq!(outcome.status, 0, "{outcome:?}");
    let watch = mirror.watch;
    let failed = client.wait_for(|m| m["params"]["watch"] == watch && m["params"]["event"] == "failed");
    assert_eq!(failed["params"]["error"]["code"], "io", "{failed}");
    limit(usual);
    // A feed that has ended is closed like any other.
    client.ask("changes.unwatch", json!({ "watch": watch }));
    let mut mirror = Mirror::open(&mut client, &id);
    mirror.until(&mut client, |mirror| mirror.has(&lab, "d/second"));
    client.ask("sessions.stop", json!({ "session": id }));
    client.ask("sessions.abort", json!({ "session": id }));
}

#[test]
fn an_app_that_does_not_read_holds_up_nothing_but_itself() {
    let lab = Lab::new();
    let mut client = Client::new(&lab);
    let script =
        "mkdir many; cd many; i=0; while [ $i -lt 6000 ]; do : > file-with-a-long-name-$i; i=$((i+1)); done";
    let id = start(&mut client, &lab, script);
    client.wait_for_state(&id, "finished");
    // The support's reader keeps reading; so open many feeds, each tells all rows, and answer must still come soon.
    let mut mirrors: Vec<_> = (0..8).map(|_| Mirror::open(&mut client, &id)).collect();
    client.ask("sessions.list", json!({}));
    for mirror in &mut mirrors {
        mirror.until(&mut client, |mirror| mirror.has(&lab, "many/file-with-a-long-name-5999"));
    }
    client.ask("sessions.abort", json!({ "session": id }));
}

#[test]
fn progress_is_told_and_never_runs_backwards() {
    let lab = Lab::new();
    let mut client = Client::new(&lab);
    let id = start(&mut client, &lab, "i=0; while [ $i -lt 2000 ]; do echo $i > f$i; i=$((i+1)); done");
    client.wait_for_state(&id, "finished");
    let request = client.send("commit", json!({ "session": id }));
    let reply = client.reply(request);
    assert_eq!(reply["result"]["applied"], 2000);
    let told: Vec<_> =
        client.aside.iter().filter(|m| m["method"] == "progress").map(|m| m["params"].clone()).collect();
    assert!(!told.is_empty());
    assert!(told.iter().all(|progress| progress["request"] == request));
    let order = ["scan", "check", "stage", "journal", "apply", "publish"];
    let phases: Vec<_> =
        told.iter().map(|p| order.iter().position(|phase| p["phase"] == *phase).unwrap()).collect();
    assert!(phases.is_sorted(), "{told:?}");
    assert!(phases.contains(&4), "{told:?}");
    assert_eq!(lab.read("f1999"), "1999\n");
}

#[test]
fn a_cancelled_request_fails_and_changes_nothing() {
    let lab = Lab::new();
    let mut client = Client::new(&lab);
    let id = start(&mut client, &lab, "i=0; while [ $i -lt 3000 ]; do echo $i > f$i; i=$((i+1)); done");
    client.wait_for_state(&id, "finished");
    let request = client.send("commit", json!({ "session": id }));
    client.cancel(request);
    let reply = client.reply(request);
    assert_eq!(reply["error"]["data"]["code"], "cancelled", "{reply}");
    assert!(!lab.exists("f0"));
    assert_eq!(lab.state(&id), "finished");
    assert_eq!(client.ask("history.list", json!({}))["commits"], json!([]));
    client.ask("commit", json!({ "session": id }));
    assert!(lab.exists("f2999"));
}

#[test]
fn no_order_to_a_session_waits_for_work_that_waits() {
    let lab = Lab::new();
    let commits: Vec<String> = ["a", "b"].map(|name| lab.see(&format!("echo x > {name}"))).into();
    let mut client = Client::new(&lab);
    let id = start(&mut client, &lab, "echo x > f; sleep 1000");
    let _unused = lab.json(["commit", "--dry-run", &commits[0]]);
    // Somebody else changes the host, for ever.
    let lock = std::fs::File::open(lab.store().join("commits/lock")).unwrap();
    rustix::fs::flock(&lock, rustix::fs::FlockOperation::LockExclusive).unwrap();
    let mut waiting: Vec<i64> =
        commits.iter().map(|session| client.send("commit", json!({ "session": session }))).collect();
    waiting.extend([1, 2].map(|_| client.send("history.limit", json!({ "limit": 1 }))));
    client.ask("sessions.list", json!({}));
    client.ask("sessions.tighten", json!({ "session": id, "net": "none" }));
    client.ask("sessions.stop", json!({ "session": id }));
    for request in waiting {
        client.cancel(request);
        assert_eq!(client.reply(request)["error"]["data"]["code"], "cancelled");
    }
    client.close();
}

#[test]
fn conflicts_and_needs_come_as_data() {
    let lab = Lab::new();
    let mut client = Client::new(&lab);
    let id = start(&mut client, &lab, "mkdir d; echo x > d/e; echo x >> taken");
    client.wait_for_state(&id, "finished");
    lab.write("taken", "the host's own");
    let error = client.refused("commit", json!({ "session": id }));
    assert_eq!(error["code"], "conflicts");
    let taken = lab.work().join("taken");
    assert_eq!(error["conflicts"][0]["path"], taken.to_str().unwrap());
    assert_eq!(client.ask("check", json!({ "session": id }))["conflicts"], error["conflicts"]);
    let only = json!([{ "path": lab.work().join("d/e") }]);
    let error = client.refused("commit", json!({ "session": id, "only": only }));
    assert_eq!(error["code"], "selection-needs");
    let resolve = json!([{ "path": taken, "choice": "skip" }]);
    let result = client.ask("commit", json!({ "session": id, "resolve": resolve }));
    assert_eq!((&result["applied"], &result["skipped"]), (&json!(2), &json!(1)));
    assert_eq!((lab.read("taken").as_str(), lab.read("d/e").as_str()), ("the host's own", "x\n"));
}

#[test]
fn errors_of_a_run_come_as_data() {
    let lab = Lab::new();
    let mut client = Client::new(&lab);
    for (command, code) in [("/nowhere/x", "command-not-found"), ("/etc/passwd", "command-not-executable")] {
        assert_eq!(client.refused("sessions.run", json!({ "command": [command] }))["code"], code);
    }
    let error = client.refused("sessions.run", json!({ "command": ["true"], "as": "no-such-user" }));
    assert_eq!(error["code"], "no-such-user");
    let error = client.refused("sessions.run", json!({ "command": ["true"], "cwd": "/nowhere" }));
    assert_eq!(error["code"], "bad-request");
}

#[test]
fn what_another_process_does_is_told() {
    let lab = Lab::new();
    let mut client = Client::new(&lab);
    let id = lab.see("echo x > f");
    client.wait_for_state(&id, "finished");
    assert_eq!(lab.run(["abort", &id, "-q"]).status, 0);
    client.wait_for_state(&id, "aborted");
}

#[test]
fn sessions_outlive_the_helper_and_the_next_one_finds_them() {
    let lab = Lab::new();
    let mut client = Client::new(&lab);
    let id = start(&mut client, &lab, "echo x > f; sleep 1000");
    client.kill();
    assert_eq!(lab.state(&id), "running");
    let mut client = Client::new(&lab);
    let listed = client.ask("sessions.list", json!({}));
    assert_eq!(
        (&listed["sessions"][0]["id"], &listed["sessions"][0]["state"]),
        (&json!(id), &json!("running"))
    );
    Mirror::open(&mut client, &id).until(&mut client, |mirror| mirror.has(&lab, "f"));
    let session = client.ask("sessions.stop", json!({ "session": id }))["session"].clone();
    assert_eq!(session["state"], "finished");
    client.ask("commit", json!({ "session": id }));
    assert_eq!(lab.read("f"), "x\n");
    client.close();
}

#[test]
fn an_app_that_asks_for_the_list_is_told_what_the_news_told() {
    let lab = Lab::new();
    let (idle, busy) = (lab.see("true"), lab.see("echo x > f"));
    let mut client = Client::new(&lab);
    let listed = client.ask("sessions.list", json!({}))["sessions"].clone();
    let unchanged = |id: &str| {
        let mut sessions = listed.as_array().unwrap().iter();
        sessions.find(|session| session["id"] == id).unwrap()["unchanged"].clone()
    };
    assert_eq!((unchanged(&idle), unchanged(&busy)), (json!(true), Value::Null));
    // The news have told it before, and tell it no second time: who missed that has nothing but the answer.
    let told = client.wait_for(|message| message["method"] == "sessions");
    assert_eq!(told["params"]["sessions"], listed);
}

#[test]
fn a_session_of_which_all_was_discarded_changed_nothing_and_one_that_goes_on_may() {
    let lab = Lab::new();
    let id = lab.see("echo x > f");
    let mut client = Client::new(&lab);
    let told = |message: &Value| {
        let sessions = message["sessions"].as_array();
        let it = sessions.into_iter().flatten().find(|session| session["id"] == id.as_str());
        it.map(|it| (it["state"].clone(), it["unchanged"].clone()))
    };
    let first = client.wait_for(|message| message["method"] == "sessions");
    assert_eq!(told(&first["params"]), Some((json!("finished"), Value::Null)));
    assert_eq!(lab.run(["discard", "-q", &id, "f"]).status, 0);
    client.wait_for(|message| told(&message["params"]) == Some((json!("finished"), json!(true))));
    // Another program in it: its end is not that of the first one.
    assert_eq!(lab.run(["enter", &id, "--", "sh", "-c", "echo y > g"]).status, 0);
    while lab.state(&id) != "finished" {}
    let now = client.ask("sessions.list", json!({}));
    assert_eq!(told(&now), Some((json!("finished"), Value::Null)));
}

#[test]
fn two_helpers_share_one_store() {
    let lab = Lab::new();
    let mut one = Client::new(&lab);
    let mut two = Client::new(&lab);
    let id = start(&mut one, &lab, "echo x > f");
    two.wait_for_state(&id, "finished");
    let mut mirror = Mirror::open(&mut two, &id);
    mirror.until(&mut two, |mirror| mirror.has(&lab, "f"));
    let first = one.send("commit", json!({ "session": id }));
    let second = two.send("commit", json!({ "session": id }));
    let replies = [one.reply(first), two.reply(second)];
    let done = replies.iter().filter(|reply| reply.get("result").is_some()).count();
    assert_eq!(done, 1, "{replies:?}");
    let refused = replies.iter().find(|reply| reply.get("error").is_some()).unwrap();
    assert!(["wrong-state", "session-busy"].contains(&refused["error"]["data"]["code"].as_str().unwrap()));
    one.wait_for_state(&id, "committed");
    two.wait_for_state(&id, "committed");
}
