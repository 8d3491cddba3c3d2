//! Merged content reaches the host like any other change: all or nothing, with an undo, and only when the host's file
//! is still the one that was merged.

use super::bench::{Bench, SESSION, assert_same, is_inside};
use crate::commit::merged::{Merged, Piece};
use crate::commit::selection::Selection;
use crate::commit::view::View;
use crate::error::{ErrorCode, Resolution};
use crate::layer::MarkSpace;

/// Returns the selection that gives a file this content, merged from the host as it is now.
fn merge(bench: &Bench, path: &str, pieces: Vec<Piece>) -> Selection {
    let session = bench.store.session(SESSION).unwrap();
    let path = bench.path(path);
    let host = View::new(&session).host(0, &path).unwrap().unwrap();
    let resolve = [(path.clone(), Resolution::Merge)].into();
    Selection { resolve, merged: vec![Merged { path, host, pieces }], ..Selection::default() }
}

fn read(bench: &Bench, path: &str) -> String {
    std::fs::read_to_string(bench.host.join(path)).unwrap()
}

/// The host's log, then what the session added.
fn both_tails() -> Vec<Piece> {
    vec![Piece::Host(0..8), Piece::Bytes(b"--\n".to_vec()), Piece::Session(4..8)]
}

const LOG: &str = "echo old > log; chmod 640 log; setfattr -n user.tag -v theirs log; echo k > k";
const APPENDS: &str = "echo see >> log; chmod 600 log; echo j > k";

#[test]
fn a_merged_file_reaches_the_host() {
    if !is_inside("merges::a_merged_file_reaches_the_host") {
        return;
    }
    let makers: [fn() -> Bench; 2] = [
        || Bench::fast_session(MarkSpace::Trusted, LOG, APPENDS),
        || Bench::apart(MarkSpace::Trusted, LOG, APPENDS, false),
    ];
    for make in makers {
        let bench = make();
        bench.on_host("echo our >> log");
        let before = bench.has();
        let outcome = bench.commit_part(&merge(&bench, "log", both_tails())).unwrap();
        assert_eq!((outcome.applied, outcome.skipped), (2, 0));
        assert_eq!((read(&bench, "log"), read(&bench, "k")), ("old\nour\n--\nsee\n".into(), "j\n".into()));
        let log = &bench.has()[std::path::Path::new("log")];
        assert_eq!((log.mode, log.xattrs["user.tag"].as_slice()), (0o640, &b"theirs"[..]));
        let undone = bench.undo(&outcome.id).unwrap();
        assert_same("undo", &bench.has(), &before);
        bench.undo(&undone.id).unwrap();
        assert_eq!(read(&bench, "log"), "old\nour\n--\nsee\n");
    }
}

#[test]
fn a_merged_file_with_other_names_keeps_its_inode() {
    if !is_inside("merges::a_merged_file_with_other_names_keeps_its_inode") {
        return;
    }
    let bench = Bench::fast_session(MarkSpace::Trusted, "echo old > log; ln log ../other", "echo see >> log");
    bench.on_host("echo our >> log");
    let outcome = bench.commit_part(&merge(&bench, "log", both_tails())).unwrap();
    assert_eq!(read(&bench, "../other"), "old\nour\n--\nsee\n");
    bench.undo(&outcome.id).unwrap();
    assert_eq!(read(&bench, "../other"), "old\nour\n");
}

#[test]
fn a_part_with_a_merged_file_leaves_the_rest_in_the_session() {
    if !is_inside("merges::a_part_with_a_merged_file_leaves_the_rest_in_the_session") {
        return;
    }
    let mut bench = Bench::fast_session(MarkSpace::Trusted, LOG, APPENDS);
    bench.on_host("echo our >> log");
    let part = Selection { skip: bench.paths(&["k"]).into(), ..merge(&bench, "log", both_tails()) };
    bench.commit_part(&part).unwrap();
    assert_eq!((read(&bench, "log"), read(&bench, "k")), ("old\nour\n--\nsee\n".into(), "k\n".into()));
    let seen = bench.seen();
    let content = |path: &str| seen[std::path::Path::new(path)].content.clone();
    assert_eq!((content("log"), content("k")), (b"old\nour\n--\nsee\n".to_vec(), b"j\n".to_vec()));
    bench.commit().unwrap();
    assert_eq!((read(&bench, "log"), read(&bench, "k")), ("old\nour\n--\nsee\n".into(), "j\n".into()));
}

#[test]
fn what_was_merged_before_the_host_changed_again_is_refused() {
    if !is_inside("merges::what_was_merged_before_the_host_changed_again_is_refused") {
        return;
    }
    let bench = Bench::fast_session(MarkSpace::Trusted, LOG, APPENDS);
    bench.on_host("echo our >> log");
    let selection = merge(&bench, "log", both_tails());
    bench.on_host("echo more >> log");
    let before = bench.has();
    assert_eq!(bench.commit_part(&selection).unwrap_err().code, ErrorCode::Conflicts);
    assert_same("host", &bench.has(), &before);

    // A piece that the host's file does not have is a failure as well, and leaves nothing behind.
    let torn = merge(&bench, "log", vec![Piece::Host(0..4000)]);
    bench.commit_part(&torn).unwrap_err();
    assert_same("host", &bench.has(), &before);

    let linked = Bench::fast_session(MarkSpace::Trusted, "echo old > log", "echo see >> log; ln log link");
    linked.on_host("echo our >> log");
    let error = linked.commit_part(&merge(&linked, "log", both_tails())).unwrap_err();
    // The new name rests on the host's file as it was.
    assert_eq!(error.code, ErrorCode::Conflicts, "{error:?}");
}
