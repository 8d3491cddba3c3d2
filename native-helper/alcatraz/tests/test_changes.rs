//! `changes`, `diff` and `reads`: every name survives, in JSON and on a terminal.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends with what it did not expect"
)]

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::Lab;

mod support;

#[test]
fn json_has_the_shape_of_the_contract() {
    let lab = Lab::new();
    lab.write("old", "12345");
    lab.write("moved", "x");
    let id =
        lab.see("printf 123 > old; chmod 600 old; mv moved there; mkfifo pipe; ln old link; ln -s /etc sym");
    let answer = lab.json([OsStr::new("changes"), OsStr::new(&id), lab.work().as_os_str()]);
    let session = &answer["session"];
    assert_eq!(
        (&session["id"], &session["name"], &session["state"]),
        (&json!(id), &Value::Null, &json!("finished"))
    );
    assert_eq!(session["command"][0], "/bin/sh");
    assert!(["system", "user"].contains(&session["mode"].as_str().unwrap()));
    assert!(session["created"].as_str().unwrap().ends_with('Z'));
    let find = |name: &str| {
        let path = lab.work().join(name);
        let all = answer["changes"].as_array().unwrap().iter();
        all.clone()
            .find(|change| change["path"] == path.to_str().unwrap())
            .unwrap_or_else(|| panic!("{name}"))
            .clone()
    };
    let old = find("old");
    assert_eq!((&old["change"], &old["type"]), (&json!("modified"), &json!("file")));
    assert_eq!((&old["size"], &old["size_before"], &old["mode"]), (&json!(3), &json!(5), &json!(0o600)));
    let aspects = old["aspects"].as_array().unwrap();
    assert!(aspects.contains(&json!("content")) && aspects.contains(&json!("mode")), "{old}");
    let there = find("there");
    assert_eq!((&there["change"], &there["from"]), (&json!("renamed"), &json!(lab.work().join("moved"))));
    assert_eq!(find("pipe")["type"], "fifo");
    assert_eq!(find("sym")["type"], "symlink");
    assert_eq!(find("link")["change"], "linked");
    let summary = &answer["summary"];
    assert_eq!(
        (&summary["created"], &summary["modified"], &summary["renamed"]),
        (&json!(2), &json!(1), &json!(1))
    );
    assert_eq!(
        (&summary["linked"], &summary["deleted"], &summary["replaced"]),
        (&json!(1), &json!(0), &json!(0))
    );
}

#[test]
fn a_program_that_gets_rights_by_its_file_is_told() {
    let lab = Lab::new();
    if !rustix::process::geteuid().is_root() {
        // Without privilege nobody gives rights to a file.
        return;
    }
    let id = lab.see("cp /bin/true new; cp new old; setcap cap_net_raw+ep new");
    let answer = lab.json(["changes", &id]);
    let told = |name: &str| {
        let path = lab.work().join(name);
        let mut all = answer["changes"].as_array().unwrap().iter();
        all.find(|change| change["path"] == path.to_str().unwrap()).unwrap()["privileged"].clone()
    };
    assert_eq!((told("new"), told("old")), (json!(true), Value::Null));
    let text = lab.run(["changes", &id]).text();
    let told = |name: &str| text.lines().find(|line| line.contains(&format!("/{name}"))).unwrap().to_owned();
    assert!(told("new").ends_with("(runs with some of root's rights)"), "{text}");
    assert!(told("old").ends_with("/old"), "{text}");
}

#[test]
fn hostile_names_survive_json_and_cannot_drive_the_terminal() {
    let lab = Lab::new();
    let names: [&[u8]; 6] = [
        b"new\nline",
        b"esc\x1b[2Jape",
        b"in\xff\xfevalid",
        "rtl\u{202e}fdp".as_bytes(),
        b" lead",
        b"back\\slash",
    ];
    let mut script = b"set -e\n".to_vec();
    for name in names {
        script.extend_from_slice(b"echo x > '");
        script.extend_from_slice(name);
        script.extend_from_slice(b"'\n");
    }
    let arguments = [&b"run"[..], b"--keep", b"-q", b"--", b"/bin/sh", b"-c", &script].map(OsStr::from_bytes);
    let outcome = lab.run(arguments);
    assert_eq!(outcome.status, 0, "{outcome:?}");
    let id = lab.newest();
    let answer = lab.json([OsStr::new("changes"), OsStr::new(&id), lab.work().as_os_str()]);
    let told = answer["changes"].as_array().unwrap();
    assert_eq!(told.len(), names.len());
    let bytes: Vec<Vec<u8>> = told
        .iter()
        .map(|change| match change.get("path_bytes") {
            Some(encoded) => base64(encoded.as_str().unwrap()),
            None => change["path"].as_str().unwrap().as_bytes().to_vec(),
        })
        .collect();
    for name in names {
        let path = [lab.work().as_os_str().as_bytes(), b"/", name].concat();
        assert!(bytes.contains(&path), "{name:?}");
        assert_eq!(
            told.iter().filter(|c| c.get("path_bytes").is_some()).count(),
            1,
            "only where it is needed"
        );
    }
    for line in [&["changes", &id][..], &["list"], &["diff", &id]] {
        let outcome = lab.run(line);
        assert_eq!(outcome.status, 0, "{outcome:?}");
        let text = outcome.text() + &outcome.stderr;
        let bad = text.chars().find(|c| (c.is_control() && *c != '\n' && *c != '\t') || *c == '\u{202e}');
        assert_eq!(bad, None, "{line:?}: {text}");
    }
    assert!(lab.run(["changes", &id]).text().contains("new\\nline"));
    lab.json(["commit", &id]);
    for name in names {
        assert!(lab.exists(OsStr::from_bytes(name)), "{name:?}");
    }
}

fn base64(text: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.decode(text).unwrap()
}

#[test]
fn a_path_limits_the_answer() {
    let lab = Lab::new();
    let id = lab.see("mkdir d e; echo x > d/f; echo y > e/g");
    let answer = lab.json(["changes", &id, "d"]);
    let paths: Vec<_> = answer["changes"].as_array().unwrap().iter().map(|c| c["path"].clone()).collect();
    assert_eq!(paths, [json!(lab.work().join("d")), json!(lab.work().join("d/f"))]);
    assert_eq!(answer["summary"]["created"], 2);
    // A path without a change is an error wherever one is named.
    for command in [
        &["changes", &id, "/nowhere"][..],
        &["diff", &id, "/nowhere"],
        &["commit", &id, "--only", "/nowhere"],
    ] {
        let outcome = lab.run([command, &["--json"]].concat());
        assert_eq!((outcome.status, &outcome.error()["code"]), (1, &json!("no-such-change")), "{command:?}");
    }
}

#[test]
fn people_read_letters_sizes_and_a_summary() {
    let lab = Lab::new();
    for name in ["m", "d", "r"] {
        lab.write(name, "12345\n");
    }
    let id = lab.see("echo longer >> m; rm d; mv r s; mkdir a; printf %2048s x > big");
    let work = lab.work();
    let outcome = lab.run([OsStr::new("changes"), OsStr::new(&id), work.as_os_str()]);
    let work = work.display();
    let text = outcome.text();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], format!("A              {work}/a  (directory)"));
    assert_eq!(lines[1], format!("A     2.0 KiB  {work}/big"));
    assert_eq!(lines[2], format!("D              {work}/d"));
    assert_eq!(lines[3], format!("M        13 B  {work}/m  (content)"));
    assert_eq!(lines[4], format!("R         6 B  {work}/s  (from {work}/r)"));
    assert!(outcome.stderr.starts_with("5 changes: 2 created, 1 modified, 1 deleted, 1 renamed; 2.0 KiB"));
    assert!(!text.contains('\u{1b}'), "no colours in a pipe");
}

#[test]
fn diffs_show_lines_of_text_and_facts_of_the_rest() {
    let lab = Lab::new();
    lab.write("text", "one\ntwo\nthree\n");
    let id = lab.see("printf 'one\\n2\\nthree\\n' > text; printf '\\000\\001' > blob; echo hello > new");
    let work = lab.work();
    let text = lab.run([OsStr::new("diff"), OsStr::new(&id), work.as_os_str()]).text();
    assert!(text.contains("-two\n+2\n"), "{text}");
    assert!(text.contains("+hello\n"), "{text}");
    assert!(text.contains("@@"), "{text}");
    assert!(text.contains("blob"), "{text}");
    let only = lab.run(["diff", &id, "new"]).text();
    assert!(only.contains("+hello") && !only.contains("+2"), "{only}");
    assert_eq!(lab.run(["diff", &id, "nothing"]).status, 1);
}

#[test]
fn reads_tell_what_the_changes_rest_on() {
    let lab = Lab::new();
    lab.write("old", "x");
    let id = lab.see("echo y > old");
    let reads = lab.json(["reads", &id])["reads"].clone();
    let old = json!(lab.work().join("old"));
    assert!(
        reads.as_array().unwrap().iter().any(|read| read["path"] == old && read["first_seen"].is_string())
    );
}

#[test]
fn a_hundred_thousand_changes_times_three_are_one_document() {
    let lab = Lab::new();
    // Further names of a thousand files, and nobody records who looked: made in seconds, and a change each all the same.
    let script = "for my $f (1..1000) { open(my $h, '>', \"f$f\") or die } \
                  for my $d (1..300) { mkdir \"d$d\"; for my $f (1..1000) { link(\"f$f\", \"d$d/f$f\") or die } }";
    let outcome = lab.run(["run", "--keep", "-q", "--reads", "off", "--", "perl", "-e", script]);
    assert_eq!(outcome.status, 0, "{outcome:?}");
    let id = lab.newest();
    let work = lab.work();
    let answer = lab.json([OsStr::new("changes"), OsStr::new(&id), work.as_os_str()]);
    assert_eq!(answer["changes"].as_array().unwrap().len(), 301_300);
    let summary = &answer["summary"];
    assert_eq!((&summary["created"], &summary["linked"]), (&json!(1_300), &json!(300_000)));
    // A reader that has seen enough is no failure.
    let mut child = lab
        .command([OsStr::new("changes"), OsStr::new(&id), work.as_os_str()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = [0_u8; 100];
    std::io::Read::read_exact(child.stdout.as_mut().unwrap(), &mut first).unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(!String::from_utf8_lossy(&output.stderr).contains("Error"), "{output:?}");
    assert_eq!(lab.json(["abort", &id])["session"]["state"], "aborted");
}
