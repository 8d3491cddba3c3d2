//! `commit`, `abort`, `undo`, `drop`, `check`: what reaches the host, what does not, and how scripts learn of it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends with what it did not expect"
)]

use see_sys::faults::{Fault, begin};
use serde_json::json;

use crate::support::{Lab, Outcome};

mod support;

const SCRIPT: &str = "set -C; echo new > new; echo more >> old; rm gone; mv a b; mkdir d; echo x > d/e";

/// A lab whose work directory holds what `SCRIPT` changes.
fn lab() -> Lab {
    let lab = Lab::new();
    for name in ["old", "gone", "a"] {
        lab.write(name, &format!("{name}\n"));
    }
    lab
}

fn untouched(lab: &Lab) {
    assert_eq!(lab.read("old"), "old\n");
    assert!(
        lab.exists("gone") && lab.exists("a") && !lab.exists("b") && !lab.exists("new") && !lab.exists("d")
    );
}

fn changed(lab: &Lab) {
    assert_eq!((lab.read("new").as_str(), lab.read("old").as_str()), ("new\n", "old\nmore\n"));
    assert_eq!((lab.read("b").as_str(), lab.read("d/e").as_str()), ("a\n", "x\n"));
    assert!(!lab.exists("gone") && !lab.exists("a"));
}

#[test]
fn nothing_reaches_the_host_before_the_commit_and_all_of_it_after() {
    let lab = lab();
    let id = lab.see(SCRIPT);
    untouched(&lab);
    let expected = [
        ("b", "renamed"),
        ("d", "created"),
        ("d/e", "created"),
        ("gone", "deleted"),
        ("new", "created"),
        ("old", "modified"),
    ];
    assert_eq!(lab.changes(&id), expected.map(|(path, kind)| (path.to_owned(), kind.to_owned())));
    let result = lab.json(["commit", &id]);
    assert_eq!(
        (&result["session"], &result["applied"], &result["skipped"]),
        (&json!(id), &json!(6), &json!(0))
    );
    changed(&lab);
    assert_eq!(lab.state(&id), "committed");
    let again = lab.run(["commit", &id, "--json"]);
    assert_eq!((again.status, &again.error()["code"]), (4, &json!("wrong-state")));
    let gone = lab.run(["changes", &id, "--json"]);
    assert_eq!((gone.status, &gone.error()["code"]), (4, &json!("wrong-state")));
}

#[test]
fn an_aborted_session_leaves_nothing_behind() {
    let lab = lab();
    let id = lab.see(SCRIPT);
    assert_eq!(lab.json(["abort", &id])["session"]["state"], "aborted");
    untouched(&lab);
    assert_eq!(lab.state(&id), "aborted");
    assert_eq!(lab.run(["commit", &id]).status, 4);
    assert_eq!(lab.run(["abort", &id]).status, 4);
    let layers = std::fs::read_dir(lab.store().join("layers")).unwrap().count();
    assert_eq!(layers, 0, "its layers are gone");
}

#[test]
fn an_undo_brings_everything_back_and_is_itself_a_commit() {
    let lab = lab();
    let id = lab.see(SCRIPT);
    let commit = lab.json(["commit", &id])["commit"].as_str().unwrap().to_owned();
    let undo = lab.json(["undo", commit.get(..6).unwrap()]);
    assert_eq!(undo["undid"], commit);
    assert!(undo["applied"].as_u64().unwrap() > 0);
    untouched(&lab);
    let history = lab.json(["history"])["commits"].clone();
    assert_eq!(history.as_array().unwrap().len(), 2);
    assert_eq!((&history[0]["id"], &history[0]["undid"]), (&undo["commit"], &json!(commit)));
    assert_eq!((&history[1]["undoable"], &history[1]["undone_by"]), (&json!(false), &undo["commit"]));
    let again = lab.run(["undo", &commit, "--json"]);
    assert_eq!((again.status, &again.error()["code"]), (4, &json!("not-undoable")));
    lab.json(["undo", undo["commit"].as_str().unwrap()]);
    changed(&lab);
}

#[test]
fn a_dropped_backup_cannot_be_undone() {
    let lab = lab();
    let id = lab.see(SCRIPT);
    let commit = lab.json(["commit", &id])["commit"].as_str().unwrap().to_owned();
    assert_eq!(lab.json(["drop", &commit]), json!({ "commit": commit }));
    let refused = lab.run(["undo", &commit, "--json"]);
    assert_eq!((refused.status, &refused.error()["code"]), (4, &json!("not-undoable")));
    assert_eq!(lab.json(["history"])["commits"][0]["undoable"], false);
    changed(&lab);
}

#[test]
fn conflicts_exit_with_3_name_the_paths_and_change_nothing() {
    let lab = lab();
    let id = lab.see(SCRIPT);
    lab.write("old", "the host's own\n");
    lab.write("new", "the host's own\n");
    let check = lab.run(["check", &id, "--json"]);
    assert_eq!((check.status, &check.json()["consistent"]), (3, &json!(false)));
    let refused = lab.run(["commit", &id, "--json"]);
    assert_eq!((refused.status, refused.stdout.len()), (3, 0), "{refused:?}");
    let error = refused.error();
    assert_eq!(error["code"], "conflicts");
    let named: Vec<_> =
        error["conflicts"].as_array().unwrap().iter().map(|c| c["path"].as_str().unwrap()).collect();
    assert_eq!(named, [lab.work().join("new").to_str().unwrap(), lab.work().join("old").to_str().unwrap()]);
    assert_eq!(check.json()["conflicts"], error["conflicts"]);
    assert_eq!(
        (lab.read("old").as_str(), lab.read("new").as_str()),
        ("the host's own\n", "the host's own\n")
    );
    assert!(lab.exists("gone") && lab.exists("a"), "nothing was committed");
    let people = lab.run(["commit", &id]);
    assert!(people.stderr.contains("old  (") && people.stderr.contains("Hint: "), "{}", people.stderr);
    let old = lab.work().join("old");
    let new = format!("{}=overwrite", lab.work().join("new").display());
    let result = lab.json(["commit", &id, "--skip", old.to_str().unwrap(), "--resolve", &new]);
    assert_eq!((&result["applied"], &result["skipped"]), (&json!(5), &json!(1)));
    assert_eq!((lab.read("old").as_str(), lab.read("new").as_str()), ("the host's own\n", "new\n"));
}

#[test]
fn a_dry_run_checks_and_changes_nothing() {
    let lab = lab();
    let id = lab.see(SCRIPT);
    let tried = lab.json(["commit", &id, "--dry-run"]);
    assert_eq!((&tried["commit"], &tried["applied"]), (&json!("dry-run"), &json!(6)));
    untouched(&lab);
    assert_eq!(lab.state(&id), "finished");
    assert_eq!(lab.json(["history"]), json!({ "commits": [] }));
    lab.write("old", "the host's own\n");
    assert_eq!(lab.run(["commit", &id, "--dry-run"]).status, 3);
}

#[test]
fn a_part_is_committed_and_the_rest_stays_for_later() {
    let lab = lab();
    let id = lab.see(SCRIPT);
    // A relative path means the working directory.
    let first = lab.json(["commit", &id, "--only", "d", "--only", "new"]);
    assert_eq!((&first["applied"], &first["skipped"]), (&json!(3), &json!(3)));
    assert!(lab.exists("d/e") && lab.exists("new") && lab.exists("gone"));
    assert_eq!(lab.state(&id), "finished");
    let rest: Vec<_> = lab.changes(&id).into_iter().map(|(path, _)| path).collect();
    assert_eq!(rest, ["b", "gone", "old"]);
    lab.json(["commit", &id, "--skip", "old"]);
    assert!(!lab.exists("gone") && lab.exists("b"));
    assert_eq!(lab.read("old"), "old\n");
    lab.json(["commit", &id]);
    changed(&lab);
    assert_eq!(lab.state(&id), "committed");
}

#[test]
fn an_abort_of_the_rest_says_what_stays() {
    let lab = lab();
    let id = lab.see(SCRIPT);
    lab.json(["commit", &id, "--only", "new"]);
    let outcome = lab.run(["abort", &id]);
    assert!(outcome.stderr.contains("still there: 1 change."), "{outcome:?}");
    assert!(lab.exists("new") && !outcome.stderr.contains("as it was"), "{outcome:?}");
}

#[test]
fn a_selection_that_means_nothing_says_what_it_needs() {
    let lab = lab();
    let id = lab.see(SCRIPT);
    let refused = lab.run(["commit", &id, "--only", "d/e", "--json"]);
    let error = refused.error();
    assert_eq!((refused.status, &error["code"]), (1, &json!("selection-needs")));
    assert_eq!(error["needs"][0]["needs"]["path"], lab.work().join("d").to_str().unwrap());
    let refused = lab.run(["commit", &id, "--only", "nothing", "--json"]);
    assert_eq!((refused.status, &refused.error()["code"]), (1, &json!("no-such-change")));
    let refused = lab.run(["commit", &id, "--resolve", "d", "--json"]);
    assert_eq!((refused.status, &refused.error()["code"]), (2, &json!("bad-request")));
    untouched(&lab);
}

#[test]
fn what_the_host_changed_after_a_commit_stops_its_undo() {
    let lab = lab();
    let id = lab.see(SCRIPT);
    let commit = lab.json(["commit", &id])["commit"].as_str().unwrap().to_owned();
    lab.write("new", "used since\n");
    lab.write("old", "used since\n");
    let refused = lab.run(["undo", &commit, "--json"]);
    assert_eq!((refused.status, refused.stdout.len()), (3, 0), "{refused:?}");
    let error = refused.error();
    assert_eq!(error["code"], "conflicts");
    let told: Vec<_> =
        error["conflicts"].as_array().unwrap().iter().map(|c| (&c["path"], &c["choices"])).collect();
    let (new, old) = (json!(lab.work().join("new")), json!(lab.work().join("old")));
    let [made, changed] = [json!(["skip", "overwrite"]), json!(["skip", "overwrite", "both"])];
    assert_eq!(told, [(&new, &made), (&old, &changed)]);
    let people = lab.run(["undo", &commit]);
    assert_eq!(people.status, 3);
    let says = |words: &str| assert!(people.stderr.contains(words), "{words}: {}", people.stderr);
    says("new  (the host changed it too)  [skip, overwrite]");
    says("Hint: Decide with --resolve PATH=CHOICE");
    // One answer is not enough, and one that is no choice is none.
    let answer = |path: &str, choice: &str| format!("--resolve={}={choice}", lab.work().join(path).display());
    for second in [answer("new", "skip"), answer("old", "merge")] {
        assert_eq!(lab.run(["undo", &commit, &answer("new", "skip"), &second]).status, 3, "{second}");
    }
    assert_eq!((lab.read("new"), lab.read("old")), ("used since\n".to_owned(), "used since\n".to_owned()));
    assert!(lab.exists("b"), "nothing was undone");
    let undone = lab.json(["undo", &commit, &answer("new", "skip"), &answer("old", "overwrite")]);
    assert_eq!((&undone["undid"], &undone["skipped"]), (&json!(commit), &json!(1)));
    assert_eq!(lab.read("new"), "used since\n");
    lab.run(["undo", undone["commit"].as_str().unwrap(), "--json"]);
    assert_eq!(lab.read("old"), "used since\n", "what it displaced comes back with the undo of the undo");
}

#[test]
fn a_signal_cancels_a_commit_instead_of_cutting_it_off() {
    let lab = lab();
    let id = lab.see(SCRIPT);
    // Another commit has the host: this one waits for it.
    let dir = lab.store().join("commits");
    std::fs::create_dir_all(&dir).unwrap();
    let other = std::fs::File::create(dir.join("lock")).unwrap();
    rustix::fs::flock(&other, rustix::fs::FlockOperation::LockExclusive).unwrap();
    let mut command = lab.command(["commit", &id, "--json"]);
    let mut child =
        command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap();
    // It listens to signals once it has closed itself to them.
    let status = format!("/proc/{}/status", child.id());
    let listens = || {
        let text = std::fs::read_to_string(&status).unwrap();
        let blocked = text.lines().find_map(|line| line.strip_prefix("SigBlk:")).unwrap();
        u64::from_str_radix(blocked.trim(), 16).unwrap() & 2 != 0
    };
    while !listens() {
        assert!(child.try_wait().unwrap().is_none(), "it has ended");
        std::thread::yield_now();
    }
    let pid = rustix::process::Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    let outcome = Outcome::from(child.wait_with_output().unwrap());
    assert_eq!((outcome.status, &outcome.error()["code"]), (1, &json!("cancelled")), "{outcome:?}");
    untouched(&lab);
    drop(other);
    assert_eq!(lab.run(["commit", &id]).status, 0);
    changed(&lab);
}

#[test]
fn two_commits_of_one_session_at_once_do_not_mix() {
    let lab = lab();
    let id = lab.see(SCRIPT);
    let spawn =
        || lab.command(["commit", &id, "--json"]).stdout(std::process::Stdio::null()).spawn().unwrap();
    let mut both = [spawn(), spawn()];
    let mut ends: Vec<_> = both.iter_mut().map(|child| child.wait().unwrap().code().unwrap()).collect();
    ends.sort_unstable();
    assert_eq!(ends, [0, 4]);
    changed(&lab);
    assert_eq!(lab.json(["history"])["commits"].as_array().unwrap().len(), 1);
}

/// Runs the binary where the disk has a fault.
fn with(fault: Fault, lab: &Lab, arguments: &[&str]) -> Outcome {
    let run = || {
        begin(fault).unwrap();
        lab.run(arguments)
    };
    std::thread::scope(|scope| scope.spawn(run).join().unwrap())
}

#[test]
fn what_a_broken_disk_lets_nobody_take_back_can_be_given_up() {
    let lab = lab();
    let id = lab.see(SCRIPT);
    assert_eq!(with(Fault::Deadly, &lab, &["commit", &id]).status, -1);
    changed(&lab);
    let waits = with(Fault::Stuck, &lab, &["commit", &id, "--json"]);
    let error = waits.error();
    assert_eq!(error["code"], "recovery-needed", "{waits:?}");
    let commit = error["facts"]["commit"].as_str().unwrap();
    let hint = error["hint"].as_str().unwrap();
    assert!(hint.ends_with(&format!("alcatraz drop {commit} --give-up")), "{hint}");
    let settled = with(Fault::Stuck, &lab, &["drop", commit, "--give-up", "--json"]);
    assert_eq!(settled.status, 0, "{settled:?}");
    let settled = settled.json();
    assert_eq!((&settled["commit"], &settled["given_up"]), (&json!(commit), &json!([])));
    let stayed: Vec<&str> =
        settled["stayed"].as_array().unwrap().iter().map(|path| path["path"].as_str().unwrap()).collect();
    let at = |name: &str| lab.work().join(name).display().to_string();
    assert!(
        ["b", "d", "gone", "new", "old"].iter().all(|name| stayed.contains(&at(name).as_str())),
        "{stayed:?}"
    );
    // What could not be taken back is the host's own now, and the session can be decided on again.
    changed(&lab);
    let again = lab.run(["drop", commit, "--give-up", "--json"]);
    assert_eq!((again.status, &again.error()["code"]), (4, &json!("wrong-state")));
    assert_eq!(lab.json(["abort", &id])["session"]["state"], "aborted");
    changed(&lab);
    assert_eq!(lab.json(["history"]), json!({ "commits": [] }));
}
