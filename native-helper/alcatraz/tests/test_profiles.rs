//! Choices that are saved by name, and what is typed beside them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends with what it did not expect"
)]

mod support;

use serde_json::{Value, json};
use support::Lab;

#[test]
fn a_run_begins_with_saved_choices_and_what_is_typed_counts_more() {
    let lab = Lab::new();
    let saved = ["--hide", "/srv", "--quota", "2G", "--reads", "lookups"];
    let answer = lab.run([&["--json", "profile", "careful"], &saved[..]].concat());
    assert_eq!(answer.json()["profiles"][0]["options"], json!(saved), "{answer:?}");
    let policy = |typed: &[&str]| -> Value {
        let ran = lab.run([&["run", "--keep", "--profile", "careful"], typed, &["--", "true"]].concat());
        assert_eq!(ran.status, 0, "{ran:?}");
        lab.json(["list"])["sessions"][0]["policy"].clone()
    };
    let policy_of_all = policy(&[]);
    assert_eq!((&policy_of_all["quota"], &policy_of_all["reads"]), (&json!(2_u64 << 30), &json!("lookups")));
    let more = policy(&["--quota", "1G", "--hide", "/mnt"]);
    assert_eq!((&more["quota"], &more["reads"]), (&json!(1_u64 << 30), &json!("lookups")));
    let hidden: Vec<_> = more["hide"].as_array().unwrap().iter().map(|place| place["path"].clone()).collect();
    assert_eq!(hidden, ["/srv", "/mnt"]);
    // What is no option of a run, or about one run alone, is not saved; who is not there refuses the run.
    for wrong in [
        &["--nets", "web"][..],
        &["--name", "x"],
        &["--abort"],
        &["--json"],
        &["--profile", "careful"],
        &["--", "ls"],
        &["--engine", "interpose"],
        &["--hide", "secrets"],
    ] {
        let refused = lab.run([&["profile", "wrong"], wrong].concat());
        assert_eq!(refused.status, 2, "{wrong:?}: {refused:?}");
    }
    assert_eq!(lab.run(["run", "--profile", "wrong", "true"]).status, 125);
    assert_eq!(lab.run(["profile", "careful", "--remove", "careful"]).status, 2);
    assert_eq!(lab.json(["profile"])["profiles"][0]["name"], "careful");
    assert_eq!(lab.json(["profile", "--remove", "careful"])["profiles"], json!([]));
    assert_eq!(lab.run(["profile", "careful"]).status, 2);
}
