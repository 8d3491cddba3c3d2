//! The whole way of a session without any privilege: as an ordinary user, made for the test.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends with what it did not expect"
)]

use std::process::Command;

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
fn a_directory_of_another_group_is_told_before_anything_fails_there() {
    let lab = Lab::ordinary();
    let told = |lab: &Lab| lab.run(["run", "--keep", "--", "/bin/true"]).stderr;
    assert!(!told(&lab).contains("another group"));
    let other = rustix::fs::Gid::from_raw(1);
    rustix::fs::chown(lab.work(), None, Some(other)).unwrap();
    assert!(told(&lab).contains("it is of another group than your own first one"), "{}", told(&lab));
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

/// Runs a shell script as the lab's user, without a session.
fn natively(lab: &Lab, dir: &str, script: &str) {
    let binary = lab.command::<_, &str>([]);
    let given: Vec<_> = binary.get_args().collect();
    let mut command = match given.split_last() {
        Some((_, options)) => {
            let mut command = Command::new(binary.get_program());
            command.args(options).arg("/bin/sh");
            command
        }
        None => Command::new("/bin/sh"),
    };
    let status = command.args(["-ec", script]).current_dir(lab.work().join(dir)).status().unwrap();
    assert!(status.success(), "{script}");
}

/// Type, mode, names, size and content of all below a directory, whatever its owner may read.
fn tree(lab: &Lab, dir: &str) -> String {
    let list = "find . -mindepth 1 -name '.alcatraz-*' -prune -o -mindepth 1 -printf '%P %y %m %n ' \\( -type f -exec md5sum {} ';' -o -print \\) | LC_ALL=C sort";
    let mut command = Command::new("unshare");
    command.args(if rustix::process::geteuid().is_root() { "-m" } else { "-rm" }.split(' '));
    let output = command.args(["/bin/sh", "-ec", list]).current_dir(lab.work().join(dir)).output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn what_its_owner_has_closed_is_looked_at_committed_and_taken_back() {
    let lab = Lab::ordinary();
    let made = "echo one > one; echo two > two; ln two other; mkdir -p d/sub shut; echo x > d/file; echo y > d/sub/file; \
                echo z > closed; chmod 000 closed; echo in > shut/in; chmod 000 shut";
    let done = "chmod 000 one two; mkdir -p nd/deep; echo n > nd/f; ln -s nowhere nd/link; echo m > nd/deep/g; \
                chmod 000 nd/deep/g nd/deep; chmod 111 nd; echo w >> d/file; chmod 000 d; echo secret > w; chmod 200 w; \
                mv closed moved; chmod 700 shut; echo more > shut/more; chmod 000 shut; mkdir -m 000 void";
    for dir in ["", "native"] {
        natively(&lab, dir, &format!("{made}; mkdir -p native"));
    }
    natively(&lab, "native", done);
    natively(&lab, "", "rmdir native/native; mv native ..");
    let before = tree(&lab, "");
    let id = lab.see(done);
    let answer = lab.json(["changes", &id]);
    assert!(answer.get("unlisted").is_none(), "{answer}");
    let all = answer["changes"].as_array().unwrap().iter();
    let told = all.map(|change| {
        let path =
            change["path"].as_str().unwrap().strip_prefix(&format!("{}/", lab.work().display())).unwrap();
        format!("{} {path} {}", change["change"].as_str().unwrap(), change["aspects"])
    });
    let expected = [
        "modified d [\"mode\"]",
        "modified d/file [\"content\"]",
        "renamed moved []",
        "created nd []",
        "created nd/deep []",
        "created nd/deep/g []",
        "created nd/f []",
        "created nd/link []",
        "modified one [\"mode\"]",
        "created shut/more []",
        "modified two [\"mode\"]",
        "created void []",
        "created w []",
    ];
    assert_eq!(told.collect::<Vec<_>>(), expected);
    let diff = lab.run(["diff", &id]).text();
    for line in ["+w", "+n", "+m", "+secret", "+more"] {
        assert!(diff.lines().any(|found| found == line), "{line}: {diff}");
    }
    assert_eq!(lab.run(["export", "-q", &id, "-o", "all.tar"]).status, 0);
    natively(&lab, "", "tar tf all.tar | grep -q nd/deep/g; rm all.tar");
    let commit = lab.json(["commit", &id])["commit"].as_str().unwrap().to_owned();
    assert_eq!(tree(&lab, ""), tree(&lab, "../native"));
    lab.json(["undo", &commit]);
    assert_eq!(tree(&lab, ""), before);
    let id = lab.see(done);
    assert_eq!(lab.run(["discard", "-q", &id, "nd", "w"]).status, 0);
    assert_eq!(lab.changes(&id).len(), 7);
    lab.json(["abort", &id]);
    assert_eq!(tree(&lab, ""), before);
    let left = std::fs::read_dir(lab.store().join("layers")).unwrap().count();
    assert_eq!(left, 0, "nothing of it is left");
    natively(&lab, "", "chmod -R u+rwX . ../native");
}
