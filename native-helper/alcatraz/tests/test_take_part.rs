//! `discard` and `export`: a part of what a session did goes, or is taken along.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends with what it did not expect"
)]

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::support::Lab;

mod support;

#[test]
fn discarding_shows_the_hosts_own_again_and_leaves_the_rest() {
    let lab = Lab::new();
    lab.write("old", "host");
    lab.write("gone", "host");
    let id = lab.see("echo new > old; rm gone; mkdir d; echo x > d/x; echo y > kept");
    let work = lab.work();
    let at = |name: &str| work.join(name).to_str().unwrap().to_owned();
    let answer = lab.json(["discard", &id, &at("old"), &at("gone"), &at("d")]);
    assert_eq!(answer, json!({ "session": id, "discarded": 4 }));
    let left: Vec<String> = lab.changes(&id).into_iter().map(|(path, _)| path).collect();
    assert_eq!(left, ["kept"]);
    // In the session, too: what runs there next sees the host's files.
    let seen = lab.run(["enter", &id, "--", "/bin/sh", "-c", "cat old gone kept; ls -d d"]);
    assert!(seen.text().contains("hosthost") || seen.text().contains("host\nhost"), "{}", seen.text());
    let nothing = lab.run(["--json", "discard", &id, &at("nowhere")]);
    assert_eq!(nothing.error()["code"], "no-such-change");
    lab.json(["commit", &id]);
    assert_eq!(
        (lab.read("old"), lab.read("gone"), lab.read("kept")),
        ("host".into(), "host".into(), "y\n".into())
    );
    assert!(!lab.exists("d"));
}

#[test]
fn a_part_that_something_else_needs_is_refused_by_name() {
    let lab = Lab::new();
    std::fs::create_dir(lab.work().join("dir")).unwrap();
    lab.write("dir/a", "a");
    let id = lab.see("rm -r dir");
    let path = lab.work().join("dir/a");
    let refused = lab.run(["--json", "discard", &id, path.to_str().unwrap()]);
    let error = &refused.error();
    assert_eq!(error["code"], "selection-needs");
    assert_eq!(error["needs"][0]["needs"]["path"], lab.work().join("dir").to_str().unwrap());
}

#[test]
fn an_archive_holds_what_changed_as_it_is_in_the_session() {
    let lab = Lab::new();
    lab.write("old", "host");
    lab.write("gone", "host");
    let long = "n".repeat(180);
    let id = lab.see(&format!(
        "echo new > old; chmod 640 old; touch -d '2001-02-03 04:05:06.789' old; rm gone; mkdir -m 750 d; ln -s /etc/passwd d/link; \
         echo x > d/größe; mkfifo d/pipe; echo long > d/{long}; ln d/größe d/second; setfattr -n user.tag -v hello d/größe; \
         head -c 100000 /dev/urandom > big"
    ));
    let archive = lab.work().join("out.tar");
    let told = lab.json(["export", &id, "-o", archive.to_str().unwrap()]);
    assert_eq!((&told["deleted"], &told["other"]), (&json!(1), &json!(0)));
    let said = lab.run(["export", &id, "-o", "again.tar"]).stderr;
    assert!(said.starts_with(&format!("Exported {} objects.\n", told["entries"])), "{said}");
    let out = tempfile::tempdir().unwrap();
    let unpacked = Command::new("tar")
        .args(["--xattrs", "-xpf"])
        .arg(&archive)
        .arg("-C")
        .arg(out.path())
        .status()
        .unwrap();
    assert!(unpacked.success());
    let root = out.path().join(lab.work().strip_prefix("/").unwrap());
    let facts = |name: &str| std::fs::symlink_metadata(root.join(name)).unwrap();
    assert_eq!(std::fs::read(root.join("old")).unwrap(), b"new\n");
    assert_eq!((facts("old").permissions().mode() & 0o7777, facts("old").mtime_nsec()), (0o640, 789_000_000));
    assert_eq!(facts("d").permissions().mode() & 0o7777, 0o750);
    assert_eq!(std::fs::read_link(root.join("d/link")).unwrap(), Path::new("/etc/passwd"));
    assert_eq!(facts("d/größe").ino(), facts("d/second").ino());
    assert_eq!(std::fs::read(root.join("d").join(&long)).unwrap(), b"long\n");
    assert_eq!(facts("big").len(), 100_000);
    let mut value = [0; 16];
    let length = rustix::fs::getxattr(root.join("d/größe"), "user.tag", &mut value[..]).unwrap();
    assert_eq!(&value[..length], b"hello");
    assert!(!root.join("gone").exists());
    assert!(!lab.exists("out.tar.part"));
}
