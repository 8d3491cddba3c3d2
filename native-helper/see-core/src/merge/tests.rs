//! Merges from end to end, on a layer that a real overlay filled: what is joined, what is offered, what is refused.

use super::bases::Keeper;
use super::{ByHand, How, Preview, preview};
use crate::changes;
use crate::check::{Checked, check};
use crate::commit::selection::Selection;
use crate::commit::tests::bench::{Bench, SESSION};
use crate::error::{ErrorCode, Resolution};
use crate::layer::MarkSpace;
use crate::monitor::Unmonitored;
use crate::read_set::access::Access;
use crate::read_set::entry::Object;

const BASE: &str = "one\ntwo\nthree\nfour\nfive\n";

/// Runs a session on a host with the file `f`, whose base is kept as a supervisor would do it.
fn session(base: &str, program: &str) -> Bench {
    let mut bench = Bench::on(std::path::Path::new("/var/tmp"), MarkSpace::Trusted, "true");
    std::fs::write(bench.host.join("f"), base).unwrap();
    bench.begin();
    let path = bench.path("f");
    let root = crate::beneath::Root::open_exact(&path.parent().unwrap()).unwrap();
    let seen = Object::from(&root.facts(std::path::Path::new("f")).unwrap());
    Keeper::new(&bench.store.session_dir(SESSION)).keep(&path, &seen);
    bench.record(&[("f", Access::APPEND)]);
    bench.enter(program);
    bench
}

fn on_host(bench: &Bench, content: &str) {
    std::fs::write(bench.host.join("f"), content).unwrap();
}

fn read(bench: &Bench) -> String {
    std::fs::read_to_string(bench.host.join("f")).unwrap()
}

fn checked(bench: &Bench, selection: &Selection) -> Checked {
    let session = bench.store.session(SESSION).unwrap();
    let changes = changes::scan(&session, &Unmonitored).unwrap();
    check(&bench.store, &session, &changes, selection, &Unmonitored).unwrap()
}

fn shown(bench: &Bench) -> Preview {
    let session = bench.store.session(SESSION).unwrap();
    let changes = changes::scan(&session, &Unmonitored).unwrap();
    preview(&bench.store, &session, changes.get(&bench.path("f")).unwrap()).unwrap()
}

fn merge(bench: &Bench) -> Selection {
    Selection { resolve: [(bench.path("f"), Resolution::Merge)].into(), ..Selection::default() }
}

fn is_inside(name: &str) -> bool {
    crate::commit::tests::lab::is_inside(&format!("merge::tests::{name}"))
}

#[test]
fn what_both_appended_is_joined_without_a_question() {
    if !is_inside("what_both_appended_is_joined_without_a_question") {
        return;
    }
    let bench = session(BASE, "echo inside >> f");
    on_host(&bench, &format!("{BASE}host one\nhost two\n"));
    let result = checked(&bench, &Selection::default());
    assert!(result.conflicts.is_empty(), "{result:?}");
    assert_eq!(result.joined, [bench.path("f")]);
    let preview = shown(&bench);
    assert_eq!((preview.how, preview.hunks.len(), preview.omitted), (How::Append, 3, 0));
    let outcome = bench.commit().unwrap();
    assert_eq!(outcome.joined, [bench.path("f")]);
    assert_eq!(read(&bench), format!("{BASE}host one\nhost two\ninside\n"));
    bench.undo(&outcome.id).unwrap();
    assert_eq!(read(&bench), format!("{BASE}host one\nhost two\n"));
    assert!(!bench.store.session_dir(SESSION).join("bases").exists(), "a session that is over keeps no base");
}

#[test]
fn only_whole_lines_at_the_end_of_the_same_text_are_joined() {
    if !is_inside("only_whole_lines_at_the_end_of_the_same_text_are_joined") {
        return;
    }
    for (base, program, host) in [
        // The host cut a line, or changed one, or left its last one open.
        ("a\nb\n", "echo c >> f", "a\nx\n".to_owned()),
        ("a\nb\n", "echo c >> f", "X\nb\nd\n".to_owned()),
        ("a\nb\n", "echo c >> f", "a\nb\nd".to_owned()),
        // The base's last line went on.
        ("a\nb", "echo c >> f", "a\nb!\n".to_owned()),
        // The session did more than to append.
        ("a\nb\n", "printf 'A\\nb\\nc\\n' > f", "a\nb\nd\n".to_owned()),
        // No text.
        ("a\nb\n", "printf 'x\\0\\n' >> f", "a\nb\nd\n".to_owned()),
    ] {
        let bench = session(base, program);
        on_host(&bench, &host);
        let result = checked(&bench, &Selection::default());
        assert_eq!((result.joined.len(), result.conflicts.len()), (0, 1), "{base:?} {program:?} {host:?}");
        assert_ne!(result.conflicts[0].merge, Some(How::Append), "{base:?} {program:?} {host:?}");
        assert_eq!(bench.commit().unwrap_err().code, ErrorCode::Conflicts);
        assert_eq!(read(&bench), host);
    }
}

#[test]
fn an_answer_beats_the_join() {
    if !is_inside("an_answer_beats_the_join") {
        return;
    }
    let bench = session(BASE, "echo inside >> f; echo k > k");
    on_host(&bench, &format!("{BASE}host\n"));
    let mut selection = merge(&bench);
    selection.resolve.insert(bench.path("f"), Resolution::Skip);
    let outcome = bench.commit_part(&selection).unwrap();
    assert_eq!((outcome.applied, outcome.joined.len()), (1, 0));
    assert_eq!(read(&bench), format!("{BASE}host\n"));
    // What was committed meanwhile does not touch the base of the rest.
    assert_eq!(bench.commit().unwrap().joined.len(), 1);
    assert_eq!(read(&bench), format!("{BASE}host\ninside\n"));
}

#[test]
fn changes_in_different_places_are_merged_on_request() {
    if !is_inside("changes_in_different_places_are_merged_on_request") {
        return;
    }
    let bench = session(BASE, "sed -i s/one/ONE/ f");
    on_host(&bench, &BASE.replace("five", "FIVE"));
    let result = checked(&bench, &Selection::default());
    let [conflict] = &result.conflicts[..] else { panic!("{result:?}") };
    assert_eq!(conflict.merge, Some(How::Clean));
    assert!(conflict.choices.contains(&Resolution::Merge), "{conflict:?}");
    assert!(checked(&bench, &merge(&bench)).conflicts.is_empty());
    let outcome = bench.commit_part(&merge(&bench)).unwrap();
    assert_eq!(read(&bench), "ONE\ntwo\nthree\nfour\nFIVE\n");
    bench.undo(&outcome.id).unwrap();
    assert_eq!(read(&bench), BASE.replace("five", "FIVE"));
}

#[test]
fn changes_of_the_same_lines_need_a_person() {
    if !is_inside("changes_of_the_same_lines_need_a_person") {
        return;
    }
    let bench = session(BASE, "sed -i s/three/inside/ f");
    on_host(&bench, &BASE.replace("three", "host"));
    let result = checked(&bench, &Selection::default());
    let [conflict] = &result.conflicts[..] else { panic!("{result:?}") };
    assert_eq!(conflict.merge, Some(How::ByHand));
    assert!(!conflict.choices.contains(&Resolution::Merge), "{conflict:?}");
    let refused = bench.commit_part(&merge(&bench)).unwrap_err();
    assert_eq!(refused.code, ErrorCode::Conflicts, "{refused:?}");

    let by_hand = |stamp: String, content: &str| Selection {
        by_hand: vec![ByHand { path: bench.path("f"), stamp, content: content.to_owned() }],
        ..merge(&bench)
    };
    // Made of a state of the host's file that has passed, it is refused.
    let old = shown(&bench).stamp;
    on_host(&bench, &BASE.replace("three", "host again"));
    let refused = bench.commit_part(&by_hand(old, "mine\n")).unwrap_err();
    assert_eq!(
        (refused.code, read(&bench).as_str()),
        (ErrorCode::Conflicts, "one\ntwo\nhost again\nfour\nfive\n")
    );
    let selection = by_hand(shown(&bench).stamp, "one\ntwo\nboth\nfour\nfive\n");
    assert!(checked(&bench, &selection).conflicts.is_empty());
    bench.commit_part(&selection).unwrap();
    assert_eq!(read(&bench), "one\ntwo\nboth\nfour\nfive\n");
}

#[test]
fn without_a_base_nothing_is_merged() {
    if !is_inside("without_a_base_nothing_is_merged") {
        return;
    }
    let bench = session(BASE, "echo inside >> f");
    super::bases::forget_all(&bench.store, SESSION).unwrap();
    on_host(&bench, &format!("{BASE}host\n"));
    let result = checked(&bench, &Selection::default());
    assert_eq!((result.conflicts.len(), result.conflicts[0].merge), (1, None));
    assert!(!result.conflicts[0].choices.contains(&Resolution::Merge));
}

#[test]
fn a_base_ends_with_the_commit_of_its_file() {
    if !is_inside("a_base_ends_with_the_commit_of_its_file") {
        return;
    }
    let mut bench = session(BASE, "echo first >> f; echo k > k");
    let part = Selection { only: Some(bench.paths(&["f"]).into()), ..Selection::default() };
    bench.commit_part(&part).unwrap();
    bench.enter("echo second >> f");
    on_host(&bench, &format!("{BASE}first\nhost\n"));
    // With the old base, "first" would come twice.
    let result = checked(&bench, &Selection::default());
    assert_eq!((result.conflicts.len(), result.joined.len()), (1, 0));
}

#[test]
fn what_the_ignore_list_covers_stays_behind() {
    if !is_inside("what_the_ignore_list_covers_stays_behind") {
        return;
    }
    let make = || {
        let script = "mkdir -p d/old; echo x > d/old/x.log; echo l > a.log";
        let program = "echo k > k; echo new > a.log; mkdir n; echo b > n/b.log; echo c > n/c; rm -r d/old";
        Bench::session(MarkSpace::Trusted, script, program)
    };
    let ignore = || crate::ignore::IgnoreList::new(["*.log".to_owned()]).unwrap();
    let selection = || Selection { ignore: ignore(), ..Selection::default() };
    let bench = make();
    let result = checked(&bench, &selection());
    assert_eq!(result.ignored, bench.paths(&["a.log", "n/b.log"]), "what goes with its directory goes");
    let outcome = bench.commit_part(&selection()).unwrap();
    assert_eq!((outcome.skipped, outcome.ignored.len()), (2, 2));
    let has = |path: &str| bench.host.join(path).exists();
    assert!(has("n/c") && has("k") && !has("n/b.log") && !has("d/old"));
    assert_eq!(std::fs::read_to_string(bench.host.join("a.log")).unwrap(), "l\n");
    assert_eq!(bench.state(), crate::session::SessionState::Finished);

    let bench = make();
    let included = Selection { include: bench.paths(&["n"]).into(), ..selection() };
    assert_eq!(checked(&bench, &included).ignored, bench.paths(&["a.log"]));
    let named = Selection { only: Some(bench.paths(&["a.log"]).into()), ..selection() };
    assert_eq!(bench.commit_part(&named).unwrap().applied, 1);
    let nothing = Selection { only: Some(bench.paths(&["n/b.log"]).into()), ..selection() };
    assert!(checked(&bench, &nothing).ignored.is_empty(), "what is named itself is meant");
}
