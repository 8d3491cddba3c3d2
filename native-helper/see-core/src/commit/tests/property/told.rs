//! Stories that the property test has told wrong: refusals without a reason, and commits that were not the replay.

use std::path::PathBuf;

use super::Who::{Host, Session};
use super::{Story, Tally, tell};
use crate::commit::tests::bench::{is_inside, tick};
use crate::commit::tests::operations::Operation::{
    Append, Attribute, Exchange, Fifo, Link, MakeDir, Owner, Rename, Symlink, Time, Write,
};
use crate::layer::MarkSpace;
use crate::read_set::entry::{Moment, Object, Seen};

#[test]
fn stories_that_went_wrong_go_right() {
    if !is_inside("property::told::stories_that_went_wrong_go_right") {
        return;
    }
    let at = PathBuf::from;
    let (a, b, c) = (|| at("a"), || at("b"), || at("c"));
    let stories = [
        // What fails for another reason than before was not refused for nothing.
        (
            vec![],
            vec![(Session, Write(at("b/a"), 0)), (Session, Write(a(), 0)), (Host, Write(b(), 0))],
            false,
        ),
        // What stands where a directory was moved away does nothing to that directory.
        (
            vec![MakeDir(c()), MakeDir(b())],
            vec![(Session, Rename(b(), c())), (Host, Write(at("b/a"), 0)), (Session, Write(b(), 0))],
            true,
        ),
        // A name more changes nothing of a file that only got another name.
        (vec![Write(a(), 1)], vec![(Session, Rename(a(), b())), (Host, Link(a(), c()))], true),
        // A rename that fails puts no other file in the place of one: all its names are written to.
        (
            vec![Write(b(), 0), Link(b(), a())],
            vec![(Session, Rename(a(), at("a/a"))), (Session, Append(a(), 0))],
            true,
        ),
        (
            vec![Write(b(), 0), Link(b(), a()), MakeDir(c())],
            vec![(Session, Rename(a(), c())), (Session, Rename(c(), a())), (Session, Append(a(), 0))],
            true,
        ),
        // What a rename takes the place of may be of any type.
        (
            vec![Write(b(), 0)],
            vec![(Host, Fifo(a())), (Session, Rename(a(), b())), (Host, Append(b(), 0))],
            true,
        ),
        // What fails because a directory is missing fails also when the host makes one on the way there.
        (vec![], vec![(Session, Fifo(at("b/a/c"))), (Session, Write(a(), 0)), (Host, MakeDir(b()))], true),
        // overlayfs goes on showing nothing by a name that it has looked for.
        (
            vec![],
            vec![(Session, Attribute(at("a/a"), 0)), (Host, Symlink(a(), 1)), (Session, Symlink(a(), 2))],
            false,
        ),
    ];
    for (start, then, goes) in stories {
        let mut tally = Tally::default();
        let story = Story { start, then, recorded: true, part: None };
        tell(&story, MarkSpace::Trusted, &mut tally).unwrap_or_else(|error| panic!("{error}\n{story:#?}"));
        assert_eq!((tally.committed, tally.refused[1]), (u32::from(goes), u32::from(!goes)), "{story:#?}");
    }
}

/// Refusals that have a reason, whatever is left when they are answered, and a part of what has several names.
#[test]
fn what_the_model_knew_too_little_of_is_told() {
    if !is_inside("property::told::what_the_model_knew_too_little_of_is_told") {
        return;
    }
    let at = PathBuf::from;
    let (a, b) = (|| at("a"), || at("b"));
    let stories = [
        // Nobody knows who gave the file its owner: had the session only written to the host's, it would be the host's.
        (vec![], vec![(Session, Write(a(), 0)), (Session, Owner(a(), 1)), (Host, Write(a(), 0))], None),
        // What was only read is another name of what is committed, or lies in it.
        (
            vec![Write(a(), 0), Link(a(), b())],
            vec![(Session, Link(a(), a())), (Session, Write(b(), 0)), (Host, Write(a(), 1))],
            None,
        ),
        (
            vec![MakeDir(a())],
            vec![(Session, Rename(at("a/a"), a())), (Session, Rename(a(), b())), (Host, Fifo(at("a/a")))],
            None,
        ),
        // A symlink that got a further name is the host's own still.
        (vec![Symlink(a(), 0)], vec![(Session, Rename(a(), b())), (Session, Link(b(), a()))], Some(b())),
        (vec![Symlink(a(), 0)], vec![(Session, Link(a(), b()))], None),
        (vec![Write(a(), 0)], vec![(Session, Time(a(), 0)), (Host, Time(a(), 1))], None),
        (
            vec![Write(a(), 0), Write(b(), 1)],
            vec![(Host, Link(b(), at("c"))), (Session, Exchange(b(), a()))],
            None,
        ),
        // The host's own symlink was seen as it is now: a directory may take its place.
        (vec![], vec![(Host, Symlink(b(), 0)), (Session, Rename(b(), a())), (Session, MakeDir(b()))], None),
    ];
    for (start, then, part) in stories {
        for marks in [MarkSpace::Trusted, MarkSpace::User] {
            let story = Story {
                start: start.clone(),
                then: then.clone(),
                recorded: part.is_none(),
                part: part.clone(),
            };
            tell(&story, marks, &mut Tally::default())
                .unwrap_or_else(|error| panic!("{marks:?} {error}\n{story:#?}"));
        }
    }
}

/// A listing right after a change of the host was a tie now and then, and so a conflict without a reason: what was looked at
/// before gets an exact stamp, and the clock of the looks may lag behind it and then move on to a time before it.
#[test]
fn what_was_stamped_before_a_tick_is_no_tie_after_it() {
    let dir = tempfile::tempdir_in("/dev/shm").unwrap();
    let look = || match crate::commit::tests::bench::see(dir.path()) {
        Seen::Object(object) => object,
        Seen::Absent => panic!("it is there"),
    };
    for round in 0..100 {
        for _ in 0..3 {
            std::fs::create_dir(dir.path().join("a")).unwrap();
            look();
            std::fs::remove_dir(dir.path().join("a")).unwrap();
            look();
        }
        tick();
        let (at, object): (Moment, Object) = (Moment::now(), look());
        assert!(!crate::criterion::is_tie(&object, at), "round {round}: {object:?} at {at:?}");
    }
}
