//! Words, exit statuses and error forms that need no SEE.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends with what it did not expect"
)]

use std::io::Read as _;
use std::os::unix::fs::MetadataExt as _;
use std::process::Stdio;

use serde_json::Value;

use crate::support::Lab;

mod support;

#[test]
fn wrong_words_are_a_usage_error_and_leave_stdout_empty() {
    let lab = Lab::new();
    let lines: [&[&str]; 8] = [
        &[],
        &["fly"],
        &["prob"],
        &["list", "--bogus"],
        &["commit"],
        &["commit", "x", "--only"],
        &["list", "-q", "-v"],
        &["retry"],
    ];
    for line in lines {
        let outcome = lab.run(line);
        assert_eq!((outcome.status, outcome.stdout.len()), (2, 0), "{line:?} {outcome:?}");
        assert!(!outcome.stderr.is_empty());
        for own in ["supervise", "probe"] {
            assert!(!outcome.stderr.contains(own), "no command of our own is offered: {outcome:?}");
        }
        assert!(!outcome.stderr.contains("Usage: alcatraz commit --store"), "{outcome:?}");
    }
    for line in [
        &["run"][..],
        &["run", "--net", "some", "true"],
        &["run", "--keep", "--abort", "true"],
        &["run", "--kep", "true"],
        &["run", "--engine", "none", "true"],
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
        (&["retry", "nobody", "--json"], "no-such-session", 4),
        (&["--json", "enter", "nobody", "true"], "no-such-session", 125),
        (&["--json", "run"], "bad-request", 125),
        (&["export", "x", "-o", "-", "--json"], "bad-request", 2),
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
fn who_wants_to_know_more_is_told_each_step() {
    let lab = Lab::new();
    let told = |line: &[&str], words: &[&str]| {
        let outcome = lab.run(line);
        assert_eq!(outcome.status, 0, "{outcome:?}");
        for word in words {
            assert!(outcome.stderr.contains(word), "{line:?} {word}: {}", outcome.stderr);
        }
    };
    told(&["-v", "run", "--keep", "--name", "one", "sh", "-c", "echo x > new"], &["system mode, "]);
    let steps = [
        "Looking for changes: ",
        "Checking: ",
        "Staging: ",
        "Writing the journal: ",
        "Applying: ",
        "Publishing: ",
    ];
    told(&["commit", "one", "-v"], &steps);
    let quiet = lab.run(["run", "--keep", "--name", "two", "true"]);
    assert!(!quiet.stderr.contains("system mode"), "{quiet:?}");
    told(&["-v", "abort", "two"], &["removed."]);
}

#[test]
fn the_engine_that_is_not_there_is_refused_by_name_and_the_help_says_so() {
    let lab = Lab::new();
    let outcome = lab.run(["run", "--engine", "interpose", "--json", "true"]);
    assert_eq!((outcome.status, &outcome.error()["code"]), (125, &"bad-request".into()), "{outcome:?}");
    let told = lab.run(["run", "--engine", "interpose", "true"]).stderr;
    assert!(
        told.contains("(interpose) is not in this version") && told.contains("alcatraz doctor"),
        "{told}"
    );
    assert!(!lab.store().exists(), "nothing was made");
    for page in [["help", "run"], ["man", "run"]] {
        let page = lab.run(page).text();
        assert!(page.contains("not in this version"), "{page}");
    }
}

/// Asserts how a command ends and what its answer has in it; without any field, that it is an error.
fn row(lab: &Lab, line: &[&str], status: i32, fields: &[&str]) -> Value {
    let outcome = lab.run([&["--json"], line].concat());
    assert_eq!(outcome.status, status, "{line:?} {outcome:?}");
    if fields.is_empty() {
        assert_eq!(outcome.stdout, b"", "{line:?}");
        return outcome.error();
    }
    let answer = outcome.json();
    for field in fields {
        assert!(answer.get(field).is_some(), "{line:?} has no {field}: {answer}");
    }
    answer
}

#[test]
fn every_command_of_the_table_answers_and_ends_as_it_says() {
    for lab in [Lab::new(), Lab::ordinary()] {
        let owner = std::fs::metadata(lab.work()).unwrap();
        for name in ["old", "read"] {
            lab.write(name, "host\n");
            std::os::unix::fs::chown(lab.work().join(name), Some(owner.uid()), Some(owner.gid())).unwrap();
        }
        let script = "cat read; echo inside > old; echo new > new; mkfifo pipe; exit 7";
        let options =
            ["--name", "one", "--net", "none", "--reads", "opens", "--engine", "auto", "--tty", "auto"];
        let run = [&["run"], &options[..], &["--display", "none", "--keep", "sh", "-c", script]].concat();
        assert_eq!(lab.run(run).status, 7);
        assert_eq!(lab.run(["enter", "one", "--", "sh", "-c", "kill -9 $$"]).status, 137);
        assert_eq!(lab.run(["run", "./nothing"]).status, 127);
        assert_eq!(lab.run(["run", "./old"]).status, 126);
        let session = row(&lab, &["list"], 0, &["sessions"])["sessions"][2].clone();
        for field in ["id", "name", "state", "command", "mode", "created"] {
            assert!(session.get(field).is_some(), "{field}: {session}");
        }
        let id = session["id"].as_str().unwrap();
        let changes = row(&lab, &["changes", id], 0, &["session", "changes", "summary"]);
        for field in ["path", "change", "aspects", "type", "size", "mode", "uid", "gid"] {
            assert!(changes["changes"][0].get(field).is_some(), "{field}: {changes}");
        }
        for field in ["created", "modified", "deleted", "renamed", "replaced", "linked", "bytes"] {
            assert!(changes["summary"][field].is_u64(), "{field}: {changes}");
        }
        row(&lab, &["changes", "one", "new"], 0, &["changes"]);
        row(&lab, &["diff", "one", "new"], 0, &["diff"]);
        row(&lab, &["reads", "one"], 0, &["reads"]);
        row(&lab, &["log", "one"], 0, &["programs", "network", "refused"]);
        assert_eq!(row(&lab, &["check", "one"], 0, &["conflicts"])["consistent"], true);
        lab.write("read", "host, later\n");
        let checked = row(&lab, &["check", "one"], 3, &["consistent", "conflicts"]);
        for field in ["path", "reason", "first_seen", "host_changed", "choices"] {
            assert!(checked["conflicts"][0].get(field).is_some(), "{field}: {checked}");
        }
        let refused = row(&lab, &["commit", "one"], 3, &[]);
        assert_eq!(
            (&refused["code"], &refused["conflicts"][0]["reason"]),
            (&"conflicts".into(), &"read-then-changed".into())
        );
        assert_eq!(lab.read("old"), "host\n");
        let told = lab.run(["commit", "one"]).stderr;
        assert!(told.contains("the session only looked)  [skip: commit all the same]"), "{told}");
        let elsewhere = row(&lab, &["commit", "one", "--resolve", "other=skip"], 1, &[]);
        assert_eq!(elsewhere["hint"], "Look at what changed with: alcatraz changes one");
        row(&lab, &["stop", "one"], 4, &[]);
        row(&lab, &["export", "one", "-o", "out.tar"], 0, &["file"]);
        let resolved = format!("{}=skip", lab.work().join("read").display());
        let resolve = ["commit", "one", "--skip", "pipe", "--resolve", &resolved];
        row(&lab, &[&resolve[..], &["--dry-run"]].concat(), 0, &["commit", "session", "applied", "skipped"]);
        let done = row(&lab, &resolve, 0, &["commit", "session", "applied", "skipped"]);
        assert_eq!((&done["applied"], &done["skipped"]), (&2.into(), &1.into()));
        let commit = done["commit"].as_str().unwrap();
        let history = row(&lab, &["history"], 0, &["commits"]);
        for field in ["id", "session", "time", "command", "applied", "undoable"] {
            assert!(history["commits"][0].get(field).is_some(), "{field}: {history}");
        }
        row(&lab, &["undo", commit, "--resolve", "old=fly"], 2, &[]);
        lab.write("old", "used since\n");
        assert_eq!(row(&lab, &["undo", commit], 3, &[])["code"], "conflicts");
        let over = ["undo", commit, "--resolve", "old=overwrite"];
        let undone = row(&lab, &over, 0, &["commit", "undid", "applied"]);
        assert_eq!((&undone["undid"], lab.read("old").as_str()), (&done["commit"], "host\n"));
        row(&lab, &["undo", commit], 4, &[]);
        row(&lab, &["drop", undone["commit"].as_str().unwrap()], 0, &["commit"]);
        // The program's own status, in a session of its own.
        assert_eq!(lab.run(["retry", "one", "--name", "two", "--abort"]).status, 7);
        row(&lab, &["abort", "one"], 0, &["session"]);
        let over = row(&lab, &["abort", "one"], 4, &[]);
        assert_eq!(over["message"], "The session one was aborted.");
        let over = row(&lab, &["commit", "one"], 4, &[]);
        assert_eq!(over["hint"], "Run its command again with: alcatraz retry one");
        let doctor = row(&lab, &["doctor"], 0, &["rows"]);
        assert!(doctor["rows"].as_array().unwrap().iter().all(|row| row["feature"].is_string()));
        row(&lab, &["completions", "bash"], 0, &["script"]);
        row(&lab, &["man"], 0, &["page"]);
        row(&lab, &["--help"], 0, &["text"]);
        row(&lab, &["--version"], 0, &["text"]);
    }
}

#[test]
fn what_waits_is_listed_first_and_what_is_decided_not_for_ever() {
    let lab = Lab::new();
    assert_eq!(lab.run(["run", "-q", "--keep", "--name", "waits", "true"]).status, 0);
    for _ in 0..11 {
        assert_eq!(lab.run(["run", "-q", "--abort", "true"]).status, 0);
    }
    let lines = |line: &[&str]| {
        let listed = lab.run(line);
        (listed.text().lines().map(str::to_owned).collect::<Vec<_>>(), listed.stderr)
    };
    let (brief, more) = lines(&["list"]);
    assert!(brief[1].contains("waits") && brief.len() == 12, "{brief:?}");
    assert_eq!(more, "1 more was decided before. All of them: alcatraz list --all\n");
    let (all, more) = lines(&["list", "--all"]);
    assert!(all.len() == 13 && more.is_empty(), "{all:?} {more}");
    assert_eq!(lab.json(["list"])["sessions"].as_array().unwrap().len(), 12);
}

#[test]
fn a_commit_that_was_taken_back_is_told_as_such() {
    let lab = Lab::new();
    assert_eq!(lab.run(["run", "-q", "--commit", "--name", "back", "touch", "new"]).status, 0);
    let commit = lab.json(["history"])["commits"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(lab.run(["undo", &commit]).status, 0);
    for line in [["commit", "back"], ["abort", "back"]] {
        let outcome = lab.run(line);
        assert_eq!(outcome.status, 4);
        let said = "Error: The session back was committed, and that was undone.\n\
                    Hint: Run its command again with: alcatraz retry back\n";
        assert_eq!(outcome.stderr, said);
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
fn who_only_asks_makes_no_store() {
    let lab = Lab::new();
    let place = lab.work().join("mistyped/store");
    let ask = |line: &[&str]| lab.run([&["--store", place.to_str().unwrap()], line].concat());
    for line in [&["list"][..], &["history"], &["ignore"], &["hidden"], &["profile"], &["doctor"]] {
        assert_eq!(ask(line).status, 0, "{line:?}");
    }
    for line in [&["changes", "x"][..], &["check", "x"], &["commit", "x"], &["abort", "x"], &["undo", "x"]] {
        assert_eq!(ask(line).status, 4, "{line:?}");
    }
    let left: Vec<_> = std::fs::read_dir(lab.work()).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
    assert_eq!(ask(&["run", "-q", "true"]).status, 0);
    assert!(place.join("version").exists());
}

#[test]
fn a_store_without_its_records_says_so() {
    let lab = Lab::new();
    lab.see("true");
    std::fs::remove_file(lab.store().join("alcatraz.db")).unwrap();
    let error = lab.run(["list", "--json"]).error();
    assert_eq!(error["code"], "store-unusable");
    assert!(error["message"].as_str().unwrap().contains("(alcatraz.db) are missing"), "{error}");
    assert!(!lab.store().join("alcatraz.db").exists());
}

#[test]
fn a_store_of_the_future_is_refused() {
    let lab = Lab::new();
    lab.see("true");
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
        let outcome = lab.run(["--store", place, "run", "--json", "true"]);
        assert_eq!(outcome.status, 125, "{outcome:?}");
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
