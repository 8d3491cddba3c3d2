//! The record of a session: every program with its arguments, who started it and how it ended, in both modes.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod engine_lab;

use engine_lab::{Lab, both, finish_child, wait_until};
use serde_json::{Value, json};

fn log(lab: &Lab, session: &str) -> Value {
    serde_json::from_str(&lab.run(&["log", session, "--json"]).stdout).unwrap()
}

fn run_named(lab: &Lab, name: &str, options: &[&str], script: &str) -> Value {
    let arguments = [&["run", "--keep", "--name", name], options, &["--", "sh", "-c", script]].concat();
    let outcome = lab.run(&arguments);
    assert!(outcome.status < 125, "{outcome:?}");
    log(lab, name)
}

/// The run whose arguments are these.
fn find<'a>(log: &'a Value, args: &[&str]) -> &'a Value {
    let runs = log["programs"].as_array().unwrap();
    let found = runs.iter().find(|run| run["args"] == json!(args));
    found.unwrap_or_else(|| panic!("{args:?} is not there: {runs:#?}"))
}

fn end(run: &Value) -> Value {
    let mut end = run["ended"].clone();
    if let Some(end) = end.as_object_mut() {
        assert!(end.remove("time").is_some() && end.remove("id") == Some(run["id"].clone()));
    }
    end
}

#[test]
fn every_program_is_told_with_its_parent_and_its_end() {
    both(|lab| {
        lab.write("mine", "#!/bin/sh\nexit 4\n");
        lab.give_to_user(&["mine"]);
        let mine = lab.home().join("mine");
        std::fs::set_permissions(&mine, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
        let script = "true one; ./mine 'a b'; (false; echo sub); sh -c 'kill -9 $$'; env sh -c 'exit 5'; \
                      ./none; perl -e 'exec \"no-such-program\"'; sh -c 'cat /dev/null & exec sleep 0'; \
                      /bin/true \"$(printf '\\033[31m\\n')\" \"$(printf '\\377')\"; exit 6";
        let log = run_named(lab, "tree", &[], script);
        assert_eq!(log["complete"], true, "{log:#}");
        let first = find(&log, &["sh", "-c", script]);
        assert_eq!((first["id"].clone(), first.get("parent")), (json!(0), None));
        assert!(["/usr/bin/sh", "/bin/sh"].contains(&first["program"].as_str().unwrap()), "{first}");
        assert_eq!(first["cwd"], json!(lab.home()));
        assert_eq!(end(first), json!({"end": "exited", "status": 6}));
        assert!(first["pid"].as_u64().unwrap() > 1);

        let script_run = find(&log, &["./mine", "a b"]);
        assert_eq!(script_run["program"], json!(mine));
        assert_eq!(
            (script_run["parent"].clone(), end(script_run)),
            (json!(0), json!({"end": "exited", "status": 4}))
        );

        let killed = find(&log, &["sh", "-c", "kill -9 $$"]);
        assert_eq!(end(killed), json!({"end": "killed", "signal": 9}));
        let env = find(&log, &["env", "sh", "-c", "exit 5"]);
        assert_eq!(end(env), json!({"end": "replaced"}));
        let inner = find(&log, &["sh", "-c", "exit 5"]);
        assert_eq!((inner["parent"].clone(), inner["pid"].clone()), (env["id"].clone(), env["pid"].clone()));
        assert_eq!(end(inner), json!({"end": "exited", "status": 5}));
        // What is not there was not started, and whoever wanted it goes on.
        let perl = find(&log, &["perl", "-e", "exec \"no-such-program\""]);
        assert_eq!(perl["ended"]["end"], "exited", "{perl}");
        assert!(!log["programs"].to_string().contains("/none\""), "{log:#}");
        // Arguments are data, also when they are no text.
        let runs = log["programs"].as_array().unwrap();
        let hostile = runs.iter().find(|run| run["args"].to_string().contains("\\u001b")).unwrap();
        assert_eq!(hostile["args"], json!(["/bin/true", "\u{1b}[31m", "\u{fffd}"]));
        assert_eq!(hostile["args_bytes"], "L2Jpbi90cnVlABtbMzFtAP8A");
        for run in runs {
            assert_eq!(run.get("parent").is_none(), run["id"] == 0, "{run}");
            assert!(run.get("ended").is_some(), "{run}");
        }

        let text = lab.run(&["log", "tree"]).stdout;
        assert!(text.contains("exit 4      ") && text.contains("/mine 'a b'"), "{text}");
        assert!(text.contains("\\u{1b}[31m") && !text.contains('\u{1b}'), "{text}");
    });
}

#[test]
fn a_session_that_is_stopped_or_entered_again_goes_on_with_its_record() {
    both(|lab| {
        let child = lab.start("again", "sleep 1000 & while ! test -e go; do sleep 0.05; done; exit 0");
        let running = log(lab, "again");
        assert!(find(&running, &["sleep", "1000"]).get("ended").is_none(), "{running:#}");
        assert_eq!(lab.run(&["enter", "again", "--", "touch", "go"]).status, 0);
        assert_eq!(lab.run(&["stop", "again"]).status, 0);
        finish_child(child);
        wait_until("it ends", || lab.state("again").as_deref() == Some("finished"));
        assert_eq!(lab.run(&["enter", "again", "--", "touch", "later"]).status, 0);
        let log = log(lab, "again");
        let sleeper = end(find(&log, &["sleep", "1000"]));
        assert_eq!(sleeper, json!({"end": "killed", "signal": 15}), "{log:#}");
        let (go, later) = (find(&log, &["touch", "go"]), find(&log, &["touch", "later"]));
        assert!(later["id"].as_u64() > go["id"].as_u64(), "{log:#}");
        assert_eq!((go.get("parent"), later.get("parent")), (None, None));
    });
}

#[test]
fn without_reads_programs_are_told_all_the_same() {
    both(|lab| {
        let log = run_named(lab, "off", &["--reads", "off"], "true; exit 2");
        assert_eq!(end(find(&log, &["sh", "-c", "true; exit 2"])), json!({"end": "exited", "status": 2}));
    });
}
