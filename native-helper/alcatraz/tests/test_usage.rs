//! Words, exit statuses and error forms that need no SEE.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends with what it did not expect"
)]

use std::io::Read as _;
use std::process::Stdio;

use crate::support::Lab;

mod support;

#[test]
fn wrong_words_are_a_usage_error_and_leave_stdout_empty() {
    let lab = Lab::new();
    let lines: [&[&str]; 6] =
        [&[], &["fly"], &["list", "--bogus"], &["commit"], &["commit", "x", "--only"], &["list", "-q", "-v"]];
    for line in lines {
        let outcome = lab.run(line);
        assert_eq!((outcome.status, outcome.stdout.len()), (2, 0), "{line:?} {outcome:?}");
        assert!(!outcome.stderr.is_empty());
    }
    for line in [
        &["run"][..],
        &["run", "--net", "some", "true"],
        &["run", "--keep", "--abort", "true"],
        &["enter", "x"],
    ] {
        let outcome = lab.run(line);
        assert_eq!((outcome.status, outcome.stdout.len()), (125, 0), "{line:?} {outcome:?}");
    }
    assert!(!lab.store().exists(), "nothing was made");
}

#[test]
fn json_errors_are_one_document_with_code_message_and_hint() {
    let lab = Lab::new();
    for (line, code, status) in [
        (&["list", "--json", "--bogus"][..], "bad-request", 2),
        (&["changes", "nobody", "--json"], "no-such-session", 4),
        (&["abort", "nobody", "--json"], "no-such-session", 4),
        (&["stop", "nobody", "--json"], "no-such-session", 4),
        (&["commit", "nobody", "--json"], "no-such-session", 4),
        (&["undo", "nobody", "--json"], "no-such-commit", 4),
        (&["drop", "nobody", "--json"], "no-such-commit", 4),
        (&["--json", "enter", "nobody", "true"], "no-such-session", 125),
    ] {
        let outcome = lab.run(line);
        assert_eq!((outcome.status, outcome.stdout.len()), (status, 0), "{line:?} {outcome:?}");
        let error = outcome.error();
        assert_eq!(error["code"], code, "{line:?}");
        assert!(
            !error["message"].as_str().unwrap().is_empty() && !error["hint"].as_str().unwrap().is_empty()
        );
    }
}

#[test]
fn people_get_an_error_and_a_hint_without_control_characters() {
    let lab = Lab::new();
    let outcome = lab.run(["changes", "x\u{1b}[31m\ny"]);
    assert_eq!(outcome.status, 4);
    assert_eq!(
        outcome.stderr,
        "Error: There is no session x\\u{1b}[31m\\ny.\nHint: See the sessions with: alcatraz list\n"
    );
}

#[test]
fn an_empty_store_lists_nothing() {
    let lab = Lab::new();
    assert_eq!(lab.json(["list"]), serde_json::json!({ "sessions": [] }));
    assert_eq!(lab.json(["history"]), serde_json::json!({ "commits": [] }));
    let outcome = lab.run(["list"]);
    assert_eq!((outcome.status, outcome.stdout.len()), (0, 0));
    assert!(outcome.stderr.contains("No sessions yet"));
    assert!(lab.run(["list", "-q"]).stderr.is_empty());
}

#[test]
fn a_store_of_the_future_is_refused() {
    let lab = Lab::new();
    lab.json(["list"]);
    std::fs::write(lab.store().join("version"), "99\n").unwrap();
    let outcome = lab.run(["list", "--json"]);
    assert_eq!(outcome.status, 1);
    assert_eq!(outcome.error()["code"], "store-too-new");
    let outcome = lab.run(["run", "--json", "true"]);
    assert_eq!(outcome.status, 125);
    assert_eq!(outcome.error()["code"], "store-too-new");
}

#[test]
fn a_store_that_cannot_be_made_says_why() {
    let lab = Lab::new();
    for place in ["/proc/alcatraz", "/dev/null", "/sys/alcatraz/store"] {
        let outcome = lab.run(["--store", place, "list", "--json"]);
        assert_eq!(outcome.status, 1, "{outcome:?}");
        let error = outcome.error();
        assert_eq!(error["code"], "store-unusable");
        assert!(error["message"].as_str().unwrap().contains(place), "{error}");
        assert!(error["hint"].as_str().unwrap().contains("--store"), "{error}");
    }
}

#[test]
fn help_version_and_completions_are_answers() {
    let lab = Lab::new();
    assert!(lab.run(["--version"]).text().starts_with("alcatraz "));
    let help = lab.run(["--help"]).text();
    for command in ["run", "enter", "list", "changes", "diff", "commit", "abort", "undo", "doctor", "serve"] {
        assert!(help.contains(&format!("  {command} ")), "{command}");
    }
    assert!(!help.contains("supervise"));
    assert!(lab.run(["help", "run"]).text().contains("--keep"));
    for shell in ["bash", "zsh", "fish"] {
        let outcome = lab.run(["completions", shell]);
        assert_eq!(outcome.status, 0);
        assert!(outcome.text().contains("alcatraz"));
    }
}

#[test]
fn the_manual_is_a_page_that_man_reads() {
    let lab = Lab::new();
    let page = lab.run(["man"]);
    assert_eq!(page.status, 0, "{page:?}");
    for part in [".TH alcatraz 1", "EXIT STATUS", "alcatraz\\-undo(1)", "ALCATRAZ_STORE"] {
        assert!(page.text().contains(part), "{part}: {}", page.text());
    }
    let page = lab.run(["man", "commit"]);
    assert!(page.text().contains(".TH alcatraz-commit 1"), "{page:?}");
    assert!(page.text().contains("dry\\-run"), "{page:?}");
    let unknown = lab.run(["man", "nothing"]);
    assert_eq!(unknown.status, 2, "{unknown:?}");
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let lab = Lab::new();
    let mut child =
        lab.command(["completions", "bash"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let status = child.wait().unwrap();
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!((status.code(), said.as_str()), (Some(0), ""));
}
