//! Diffs and contents of changes in a real overlay.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod lab;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use lab::Lab;
use see_core::changes::found::ChangeSet;
use see_core::content::{ContentKind, SLICE_LIMIT, Side, describe, slice};
use see_core::diff::{Output, unified};
use see_core::error::ErrorCode;
use see_core::export::{Exported, export};
use see_core::layer::MarkSpace;
use see_core::monitor::Unmonitored;

fn scan(lab: &Lab) -> ChangeSet {
    see_core::changes::scan(&lab.session(), &Unmonitored).unwrap()
}

fn diff(lab: &Lab, only: &[&str], output: Output) -> String {
    let mut text = Vec::new();
    let only: Vec<_> = only.iter().map(|path| lab.path(path)).collect();
    unified(&lab.session(), &scan(lab), &only, output, &mut text).unwrap();
    let text = String::from_utf8_lossy(&text).into_owned();
    text.replace(&format!("{}/", lab.host.display()), "/")
}

#[test]
fn tells_text_by_lines_and_the_rest_by_facts() {
    if !lab::is_inside("tells_text_by_lines_and_the_rest_by_facts") {
        return;
    }
    let mut lab = Lab::new(MarkSpace::Trusted);
    lab.on_host(
        "printf 'one\\ntwo\\nthree\\n' > text; printf 'x\\0y' > bin; echo gone > gone; ln -s a link
         printf 'keep\\n' > old; echo m > meta; chmod 644 text bin gone old meta; printf '\\xff\\xfeh\\0\\n\\0' > wide",
    );
    lab.mount();
    lab.run(
        "printf 'one\\n2\\nthree\\n' > text; printf 'x\\0yz' > bin; rm gone; ln -sfn b link; mv old new
         chmod 600 meta; setfattr -n user.tag -v 1 meta; printf 'fresh' > fresh; chmod 644 fresh
         printf '\\xff\\xfeH\\0\\n\\0' > wide; truncate -s 9M huge; chmod 644 huge; mkfifo pipe",
    );
    let text = diff(&lab, &["text"], Output::Plain);
    assert_eq!(
        text,
        "diff /text\nmodified file\n--- /text\n+++ /text\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n"
    );
    assert!(diff(&lab, &["bin"], Output::Plain).ends_with("content differs: 3 -> 4 bytes\n"));
    let gone = diff(&lab, &["gone"], Output::Plain);
    assert!(gone.contains("deleted file\nmode 0644, owner root:root\n--- /gone\n+++ /dev/null\n"), "{gone}");
    assert!(gone.ends_with("@@ -1 +0,0 @@\n-gone\n"), "{gone}");
    assert_eq!(diff(&lab, &["link"], Output::Plain), "diff /link\nmodified symlink\n-target a\n+target b\n");
    assert_eq!(diff(&lab, &["new"], Output::Plain), "diff /new\nrenamed file, from /old\n");
    assert_eq!(
        diff(&lab, &["meta"], Output::Plain),
        "diff /meta\nmodified file\nmode 0644 -> 0600\nattribute user.tag added\n"
    );
    let fresh = diff(&lab, &["fresh"], Output::Plain);
    assert!(fresh.contains("--- /dev/null\n+++ /fresh\n@@ -0,0 +1 @@\n+fresh\n\\ No newline"), "{fresh}");
    assert!(diff(&lab, &["wide"], Output::Plain).ends_with("@@ -1 +1 @@\n-h\n+H\n"));
    assert!(diff(&lab, &["huge"], Output::Plain).ends_with("content: 9437184 bytes\n"));
    assert!(diff(&lab, &["pipe"], Output::Plain).starts_with("diff /pipe\ncreated pipe\nmode "));

    let all = diff(&lab, &[], Output::Plain);
    assert_eq!(all.matches("diff /").count(), scan(&lab).found.len());
    let mut sink = Vec::new();
    let error =
        unified(&lab.session(), &scan(&lab), &[lab.path("nix")], Output::Plain, &mut sink).unwrap_err();
    assert_eq!(error.code, ErrorCode::NoSuchChange);
}

/// Rights that come with a new file are no less than its mode: capabilities, access lists.
#[test]
fn a_new_object_is_told_with_its_attributes() {
    if !lab::is_inside("a_new_object_is_told_with_its_attributes") {
        return;
    }
    let mut lab = Lab::new(MarkSpace::Trusted);
    lab.on_host("touch gone; setfattr -n user.old -v 1 gone");
    lab.mount();
    lab.run(
        "umask 022; touch tool both; setcap cap_setuid+ep tool; setfattr -n user.tag -v 1 both
         setfacl -m u:nobody:rwx both; mkdir dir; setfacl -d -m o::rwx dir; rm gone",
    );
    let told = |name: &str| -> Vec<String> {
        let text = diff(&lab, &[name], Output::Plain);
        text.lines().filter_map(|line| line.strip_prefix("attribute ")).map(str::to_owned).collect()
    };
    assert_eq!(told("tool"), ["security.capability"]);
    assert_eq!(told("both"), ["system.posix_acl_access", "user.tag"]);
    assert_eq!(told("dir"), ["system.posix_acl_default"]);
    assert_eq!(told("gone"), ["user.old"]);
}

#[test]
fn a_hostile_text_cannot_drive_the_terminal() {
    if !lab::is_inside("a_hostile_text_cannot_drive_the_terminal") {
        return;
    }
    let mut lab = Lab::new(MarkSpace::Trusted);
    lab.mount();
    lab.run("printf 'a\\e[2J\\rb\\n' > $'evil\\e[31m\\nname'; ln -s $'\\e]0;x\\a' link");
    let safe = diff(&lab, &[], Output::Terminal);
    assert!(safe.contains("+a\\u{1b}[2J\\u{d}b\n"), "{safe}");
    assert!(safe.contains("evil\\u{1b}[31m\\nname"), "{safe}");
    assert!(safe.chars().all(|c| c == '\n' || !c.is_control()), "{safe:?}");
    let plain = diff(&lab, &[], Output::Plain);
    assert!(plain.contains("+a\x1b[2J\rb\n"), "{plain:?}");
    assert!(!plain.contains("evil\x1b"), "{plain:?}");
}

#[test]
fn what_is_written_to_a_file_is_a_patch_whatever_the_names_are() {
    if !lab::is_inside("what_is_written_to_a_file_is_a_patch_whatever_the_names_are") {
        return;
    }
    let mut lab = Lab::new(MarkSpace::Trusted);
    let names = [
        "two words",
        "quote\"d",
        "back\\slash",
        "line\nbreak",
        "k\u{f6}nig",
        "\u{202e}txt",
        " lead",
        "tab\tbed",
    ];
    for name in names {
        std::fs::write(lab.host.join(name), "one\ntwo\n").unwrap();
    }
    let bytes = <std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(b"latin\xe9");
    std::fs::write(lab.host.join(bytes), "one\ntwo\n").unwrap();
    lab.mount();
    let all = || names.iter().map(std::ffi::OsStr::new).chain([bytes]);
    for name in all() {
        std::fs::write(lab.view.join(name), "one\nmore\ntwo\n").unwrap();
    }
    let patch = diff(&lab, &[], Output::Plain);
    for tool in [&["patch", "-s", "-p1"][..], &["git", "apply", "-p1", "--unsafe-paths"]] {
        let copy = tempfile::tempdir().unwrap();
        for name in all() {
            std::fs::write(copy.path().join(name), "one\ntwo\n").unwrap();
        }
        let file = copy.path().join("all.patch");
        std::fs::write(&file, &patch).unwrap();
        let input = std::fs::File::open(&file).unwrap();
        let mut command = std::process::Command::new(tool[0]);
        let done = command.args(&tool[1..]).current_dir(copy.path()).stdin(input).output().unwrap();
        assert!(done.status.success(), "{tool:?} {done:?}\n{patch}");
        for name in all() {
            let text = std::fs::read_to_string(copy.path().join(name)).unwrap();
            assert_eq!(text, "one\nmore\ntwo\n", "{name:?} by {tool:?}");
        }
    }
}

#[test]
fn both_sides_are_described_and_read() {
    if !lab::is_inside("both_sides_are_described_and_read") {
        return;
    }
    let mut lab = Lab::new(MarkSpace::Trusted);
    lab.on_host("echo host > f; echo meta > m; ln -s /etc/passwd l; chmod 644 f m; echo moved > from");
    lab.mount();
    lab.run(
        "echo session > f; chmod 600 m; setfattr -n user.t -v v m; rm l; ln -s /etc/shadow l
             mkfifo p; head -c 9000000 /dev/zero > z; mv from to",
    );
    let (session, set) = (lab.session(), scan(&lab));
    let get = |path: &str| set.get(&lab.path(path)).unwrap();
    let bytes =
        |path: &str, side| BASE64.decode(slice(&session, get(path), side, 0, 100).unwrap().data).unwrap();
    assert_eq!(bytes("f", Side::Before), b"host\n");
    assert_eq!(bytes("f", Side::After), b"session\n");
    // Only attributes are in the layer: the content is the host's.
    assert_eq!(bytes("m", Side::After), b"meta\n");
    assert_eq!(bytes("to", Side::After), b"moved\n");
    assert_eq!(bytes("to", Side::Before), b"moved\n");
    let meta = describe(&session, get("m")).unwrap();
    let (before, after) = (meta.before.unwrap(), meta.after.unwrap());
    assert_eq!((before.mode, after.mode, after.size, after.content), (0o644, 0o600, 5, ContentKind::Text));
    assert_eq!((after.xattrs[0].name.as_str(), after.user.as_deref()), ("user.t", Some("root")));
    // Links and pipes are told, not followed and not opened.
    let link = describe(&session, get("l")).unwrap();
    assert_eq!(link.before.unwrap().target.as_deref(), Some("/etc/passwd"));
    assert_eq!(link.after.unwrap().target.as_deref(), Some("/etc/shadow"));
    assert_eq!(bytes("l", Side::After), b"");
    assert_eq!(bytes("p", Side::After), b"");
    assert_eq!(describe(&session, get("p")).unwrap().before, None);
    assert_eq!(slice(&session, get("p"), Side::Before, 0, 1).unwrap_err().code, ErrorCode::NoSuchChange);
    // Slices are bounded, and say where the end is.
    let first = slice(&session, get("z"), Side::After, 0, u64::MAX).unwrap();
    assert_eq!((BASE64.decode(first.data).unwrap().len() as u64, first.eof), (SLICE_LIMIT, false));
    let last = slice(&session, get("z"), Side::After, 2 * SLICE_LIMIT, SLICE_LIMIT).unwrap();
    assert_eq!((last.size, last.eof), (9_000_000, true));
    assert!(slice(&session, get("z"), Side::After, 9_000_000, 10).unwrap().eof);
}

#[test]
fn an_archive_counts_only_what_is_in_it() {
    if !lab::is_inside("an_archive_counts_only_what_is_in_it") {
        return;
    }
    let mut lab = Lab::new(MarkSpace::Trusted);
    lab.mount();
    lab.run("echo a > a; echo b > b; mkdir d");
    let changes = scan(&lab);
    lab.run("rm b");
    let mut archive = Vec::new();
    let exported = export(&lab.session(), &changes, &mut archive, &Unmonitored).unwrap();
    assert_eq!(exported, Exported { entries: 2, gone: 1, ..Exported::default() });
}
