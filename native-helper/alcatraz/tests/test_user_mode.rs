//! The whole way of a session without any privilege: as an ordinary user, made for the test.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends with what it did not expect"
)]

use serde_json::json;

use crate::support::Lab;
use crate::support::client::Client;

mod support;

const SCRIPT: &str =
    "echo new > new; echo more >> old; rm gone; mkdir d; echo x > d/e; ln -s /etc sym; chmod 600 mode";

fn lab() -> Lab {
    let lab = Lab::ordinary();
    // Made by the user's own shell, so that they are the user's.
    let outcome = lab.run([
        "run",
        "--commit",
        "-q",
        "--",
        "/bin/sh",
        "-ec",
        "for name in old gone mode; do echo $name > $name; done",
    ]);
    assert_eq!(outcome.status, 0, "{outcome:?}");
    assert_eq!(lab.read("old"), "old\n");
    lab
}

#[test]
fn run_review_commit_and_undo() {
    let lab = lab();
    let id = lab.see(SCRIPT);
    assert!(!lab.exists("new") && lab.exists("gone"));
    let answer = lab.json(["changes", &id]);
    assert_eq!(answer["session"]["mode"], "user");
    let told: Vec<_> = lab.changes(&id).into_iter().map(|(path, kind)| format!("{kind} {path}")).collect();
    let expected = [
        "created d",
        "created d/e",
        "deleted gone",
        "modified mode",
        "created new",
        "modified old",
        "created sym",
    ];
    assert_eq!(told, expected);
    assert!(lab.run(["diff", &id, "old"]).text().contains("+more"));
    let result = lab.json(["commit", &id]);
    assert_eq!(result["applied"], 7);
    assert_eq!((lab.read("new").as_str(), lab.read("old").as_str()), ("new\n", "old\nmore\n"));
    assert!(!lab.exists("gone") && lab.exists("d/e") && lab.exists("sym"));
    lab.json(["undo", result["commit"].as_str().unwrap()]);
    assert_eq!(lab.read("old"), "old\n");
    assert!(lab.exists("gone") && !lab.exists("new") && !lab.exists("d"));
}

#[test]
fn abort_conflicts_and_parts() {
    let lab = lab();
    let id = lab.see(SCRIPT);
    lab.write("old", "the host's own\n");
    let refused = lab.run(["commit", &id, "--json"]);
    assert_eq!((refused.status, &refused.error()["code"]), (3, &json!("conflicts")));
    let part = lab.json(["commit", &id, "--only", "d"]);
    assert_eq!((&part["applied"], &part["skipped"]), (&json!(2), &json!(5)));
    assert!(lab.exists("d/e") && lab.exists("gone"));
    assert_eq!(lab.json(["abort", &id])["session"]["state"], "aborted");
    assert!(lab.exists("gone") && !lab.exists("new"));
}

#[test]
fn a_store_of_ones_own_is_refused_to_others_and_theirs_to_us() {
    let lab = Lab::ordinary();
    let refused = lab.run(["--store", "/root/store", "list", "--json"]);
    assert_eq!((refused.status, &refused.error()["code"]), (1, &json!("store-unusable")));
    lab.see("true");
    let mode =
        std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(lab.store()).unwrap().permissions());
    assert_eq!(mode & 0o7777, 0o700);
}

#[test]
fn the_helper_serves_an_ordinary_user() {
    let lab = lab();
    let mut client = Client::new(&lab);
    assert_eq!(client.ask("hello", json!({ "protocol": 1 }))["mode"], "user");
    let params =
        json!({ "command": ["/bin/sh", "-c", "echo new > new"], "cwd": lab.work(), "rows": 24, "cols": 80 });
    let id = client.ask("sessions.run", params)["session"]["id"].as_str().unwrap().to_owned();
    client.wait_for_state(&id, "finished");
    client.ask("commit", json!({ "session": id }));
    assert_eq!(lab.read("new"), "new\n");
    client.close();
}

#[test]
fn a_directory_that_its_own_mode_closes_is_told_and_can_be_left_out() {
    let lab = lab();
    let id = lab.see("mkdir closed; echo x > closed/file; chmod 111 closed; echo new > new");
    let closed = lab.work().join("closed");
    let answer = lab.json(["changes", &id]);
    assert_eq!(answer["unlisted"], json!([{"path": closed.to_str().unwrap()}]));
    assert!(lab.json(["changes", &id, "new"]).get("unlisted").is_none());
    let told = lab.run(["changes", &id]).text();
    assert!(told.contains("/closed  (cannot be listed: what changed in it is not shown)"), "{told}");
    assert_eq!(lab.run(["commit", "-q", &id]).status, 1, "what nobody can look at is not committed");
    assert!(!lab.exists("new"));
    let part = lab.json(["commit", "--skip", "closed", &id]);
    assert_eq!((lab.read("new").as_str(), &part["applied"]), ("new\n", &json!(1)));
    assert_eq!((lab.exists("closed"), lab.state(&id)), (false, "finished".to_owned()));
}
