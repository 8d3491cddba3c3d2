//! Every kind of change on every state of the host: what each pair comes to, through the real engine. The compiler
//! sees to it that `expected` names every pair, and `matrix_whole.rs` that every pair was tried.

use std::collections::HashSet;

use super::bench::{Bench, SESSION, assert_same, is_inside};
use super::matrix_whole::{Pair, every, pair};
use crate::change::ChangeKind;
use crate::changes;
use crate::error::{ConflictReason, ErrorCode};
use crate::layer::MarkSpace;
use crate::monitor::Unmonitored;
use crate::session::SessionState;

every! {
/// What the session did at the path `p`.
pub enum Change {
    CreateFile,
    CreateDirectory,
    CreateSymlink,
    CreateSpecial,
    NewContent,
    NewMode,
    Delete,
    DeleteTree,
    RenameFrom,
    RenameTo,
    ReplaceByDirectory,
    RemakeDirectory,
    EditInDirectory,
    Link,
}
}

every! {
/// What the host has at `p` when the commit begins.
pub enum Host {
    Same,
    Absent,
    File,
    EmptyDirectory,
    FullDirectory,
    Symlink,
    Special,
    ContentChanged,
    ModeChanged,
    HardLinked,
}
}

/// What comes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// The host has what the session shows, and an undo brings the former state back.
    Applied,
    /// Nothing is committed.
    Conflict(ConflictReason),
}

use Change as C;
use Host as H;

/// Returns the change by which the matrix has one that is told as this kind: none can be added to the product without one.
fn shown_by(kind: ChangeKind) -> Change {
    match kind {
        ChangeKind::Created => C::CreateFile,
        ChangeKind::Modified => C::NewContent,
        ChangeKind::Deleted => C::Delete,
        ChangeKind::Renamed => C::RenameTo,
        ChangeKind::Replaced => C::ReplaceByDirectory,
        ChangeKind::Linked => C::Link,
    }
}

/// Returns the host tree at the beginning, and the program.
fn scripts(change: Change) -> (&'static str, &'static str) {
    match change {
        C::CreateFile => ("true", "echo n > p"),
        C::CreateDirectory => ("true", "mkdir p; echo n > p/n"),
        C::CreateSymlink => ("true", "ln -s n p"),
        C::CreateSpecial => ("true", "mkfifo p"),
        C::NewContent => ("echo o > p", "echo n > p"),
        C::NewMode => ("echo o > p", "chmod 600 p"),
        C::Delete => ("echo o > p", "rm p"),
        C::DeleteTree => ("mkdir p; echo o > p/o", "rm -r p"),
        C::RenameFrom => ("echo o > p", "mv p q"),
        C::RenameTo => ("echo o > q", "mv q p"),
        C::ReplaceByDirectory => ("echo o > p", "rm p; mkdir p; echo n > p/n"),
        C::RemakeDirectory => ("mkdir p; echo o > p/o", "rm -r p; mkdir p; echo n > p/n"),
        C::EditInDirectory => ("mkdir p; echo o > p/o", "echo n > p/n"),
        C::Link => ("echo o > q", "ln q p"),
    }
}

/// Returns what the host does meanwhile.
pub fn meanwhile(host: Host) -> &'static str {
    match host {
        H::Same => "true",
        H::Absent => "rm -rf p",
        H::File => "rm -rf p; echo h > p",
        H::EmptyDirectory => "rm -rf p; mkdir p",
        H::FullDirectory => "rm -rf p; mkdir p; echo h > p/h",
        H::Symlink => "rm -rf p; ln -s h p",
        H::Special => "rm -rf p; mkfifo p",
        H::ContentChanged => "if [ -d p ]; then echo h > p/o; else echo h > p; fi",
        H::ModeChanged => "[ -e p ] || touch p; chmod 711 p",
        H::HardLinked => {
            "l=\"../${PWD##*/}.l\"; if [ -d p ]; then ln p/o \"$l\"; else touch p; ln p \"$l\"; fi"
        }
    }
}

/// Returns what a pair comes to: CASE(change, host).
fn expected(change: Change, host: Host) -> Outcome {
    use ConflictReason as R;
    use Outcome::{Applied as A, Conflict};
    match (change, host) {
        (C::CreateFile, H::Same | H::Absent) => A,
        (C::CreateFile, H::File | H::ContentChanged | H::ModeChanged | H::HardLinked) => {
            Conflict(R::NameAppeared)
        }
        (C::CreateFile, H::EmptyDirectory | H::FullDirectory | H::Symlink | H::Special) => {
            Conflict(R::TypeChanged)
        }
        (C::CreateDirectory, H::Same | H::Absent) => A,
        (
            C::CreateDirectory,
            H::File | H::Symlink | H::Special | H::ContentChanged | H::ModeChanged | H::HardLinked,
        ) => Conflict(R::TypeChanged),
        (C::CreateDirectory, H::EmptyDirectory | H::FullDirectory) => Conflict(R::NameAppeared),
        (C::CreateSymlink, H::Same | H::Absent) => A,
        (
            C::CreateSymlink,
            H::File
            | H::EmptyDirectory
            | H::FullDirectory
            | H::Special
            | H::ContentChanged
            | H::ModeChanged
            | H::HardLinked,
        ) => Conflict(R::TypeChanged),
        (C::CreateSymlink, H::Symlink) => Conflict(R::NameAppeared),
        (C::CreateSpecial, H::Same | H::Absent | H::Special) => A,
        (
            C::CreateSpecial,
            H::File
            | H::EmptyDirectory
            | H::FullDirectory
            | H::Symlink
            | H::ContentChanged
            | H::ModeChanged
            | H::HardLinked,
        ) => Conflict(R::TypeChanged),
        (C::NewContent, H::Same) => A,
        (C::NewContent, H::Absent) => Conflict(R::NameVanished),
        (C::NewContent, H::File) => Conflict(R::NameAppeared),
        (C::NewContent, H::EmptyDirectory | H::FullDirectory | H::Symlink | H::Special) => {
            Conflict(R::TypeChanged)
        }
        (C::NewContent, H::ContentChanged | H::ModeChanged | H::HardLinked) => Conflict(R::WriteThenChanged),
        (C::NewMode, H::Same) => A,
        (C::NewMode, H::Absent) => Conflict(R::NameVanished),
        (C::NewMode, H::File) => Conflict(R::NameAppeared),
        (C::NewMode, H::EmptyDirectory | H::FullDirectory | H::Symlink | H::Special) => {
            Conflict(R::TypeChanged)
        }
        (C::NewMode, H::ContentChanged | H::ModeChanged | H::HardLinked) => Conflict(R::WriteThenChanged),
        (C::Delete, H::Same | H::Absent) => A,
        (C::Delete, H::File | H::EmptyDirectory | H::FullDirectory | H::Symlink | H::Special) => {
            Conflict(R::NameAppeared)
        }
        (C::Delete, H::ContentChanged | H::ModeChanged | H::HardLinked) => Conflict(R::WriteThenChanged),
        (C::DeleteTree, H::Same | H::Absent) => A,
        (C::DeleteTree, H::File | H::EmptyDirectory | H::FullDirectory | H::Symlink | H::Special) => {
            Conflict(R::NameAppeared)
        }
        (C::DeleteTree, H::ContentChanged | H::ModeChanged | H::HardLinked) => Conflict(R::WriteThenChanged),
        (C::RenameFrom, H::Same) => A,
        (C::RenameFrom, H::Absent) => Conflict(R::NameVanished),
        (C::RenameFrom, H::File | H::EmptyDirectory | H::FullDirectory) => Conflict(R::NameAppeared),
        (C::RenameFrom, H::Symlink | H::Special) => Conflict(R::TypeChanged),
        (C::RenameFrom, H::ContentChanged | H::ModeChanged | H::HardLinked) => Conflict(R::ReadThenChanged),
        (C::RenameTo, H::Same | H::Absent) => A,
        (
            C::RenameTo,
            H::File
            | H::EmptyDirectory
            | H::FullDirectory
            | H::Symlink
            | H::Special
            | H::ContentChanged
            | H::ModeChanged
            | H::HardLinked,
        ) => Conflict(R::NameAppeared),
        (C::ReplaceByDirectory, H::Same | H::Absent) => A,
        (C::ReplaceByDirectory, H::File | H::Symlink | H::Special) => Conflict(R::TypeChanged),
        (C::ReplaceByDirectory, H::EmptyDirectory | H::FullDirectory) => Conflict(R::NameAppeared),
        (C::ReplaceByDirectory, H::ContentChanged | H::ModeChanged | H::HardLinked) => {
            Conflict(R::WriteThenChanged)
        }
        (C::RemakeDirectory, H::Same | H::Absent) => A,
        (C::RemakeDirectory, H::File | H::Symlink | H::Special) => Conflict(R::TypeChanged),
        (C::RemakeDirectory, H::EmptyDirectory | H::FullDirectory) => Conflict(R::NameAppeared),
        (C::RemakeDirectory, H::ContentChanged | H::ModeChanged | H::HardLinked) => {
            Conflict(R::WriteThenChanged)
        }
        (C::EditInDirectory, H::Same | H::ContentChanged | H::HardLinked) => A,
        (C::EditInDirectory, H::Absent) => Conflict(R::NameVanished),
        (C::EditInDirectory, H::File | H::EmptyDirectory | H::FullDirectory | H::Symlink | H::Special) => {
            Conflict(R::TypeChanged)
        }
        (C::EditInDirectory, H::ModeChanged) => Conflict(R::WriteThenChanged),
        (C::Link, H::Same | H::Absent) => A,
        (
            C::Link,
            H::File
            | H::EmptyDirectory
            | H::FullDirectory
            | H::Symlink
            | H::Special
            | H::ContentChanged
            | H::ModeChanged
            | H::HardLinked,
        ) => Conflict(R::NameAppeared),
    }
}

fn try_one(
    change: Change,
    host: Host,
    marks: MarkSpace,
    told: &mut HashSet<(Change, ChangeKind)>,
) -> Outcome {
    let what = format!("CASE({change:?}, {host:?})");
    let (start, program) = scripts(change);
    let mut bench = Bench::fast_session(marks, start, program);
    if host == H::Same {
        let found = changes::scan(&bench.store.session(SESSION).unwrap(), &Unmonitored).unwrap().found;
        told.extend(found.iter().map(|found| (change, found.change.kind)));
    }
    let seen = bench.seen();
    bench.on_host(meanwhile(host));
    let (before, layer) = (bench.has(), bench.layer());
    match bench.commit() {
        Ok(outcome) => {
            if host == H::Same {
                assert_same(&what, &bench.has(), &seen);
            }
            assert_eq!(bench.state(), SessionState::Committed, "{what}");
            let after = bench.has();
            if outcome.applied > 0 {
                let undone = bench.undo(&outcome.id).unwrap_or_else(|e| panic!("undo of {what}: {e:?}"));
                assert_same(&format!("undo of {what}"), &bench.has(), &before);
                bench.undo(&undone.id).unwrap_or_else(|e| panic!("redo of {what}: {e:?}"));
                assert_same(&format!("redo of {what}"), &bench.has(), &after);
            }
            Outcome::Applied
        }
        Err(error) => {
            assert_eq!(error.code, ErrorCode::Conflicts, "{what}: {error:?}");
            assert_same(&what, &bench.has(), &before);
            assert_same(&what, &bench.layer(), &layer);
            Outcome::Conflict(error.conflicts[0].reason)
        }
    }
}

/// Tries every pair; returns which these were.
pub fn try_all(marks: MarkSpace) -> Vec<Pair> {
    let (mut wrong, mut tried, mut told) = (String::new(), Vec::new(), HashSet::new());
    for change in Change::ALL {
        for host in Host::ALL {
            let found = try_one(*change, *host, marks, &mut told);
            tried.push(pair(change, host));
            let expected = expected(*change, *host);
            // Without redirects and handles an object is known less well, and the reason may be the coarser one.
            let is_alike =
                marks == MarkSpace::User && found != Outcome::Applied && expected != Outcome::Applied;
            if found != expected && !is_alike {
                wrong += &format!("CASE({change:?}, {host:?}) is {found:?}\n");
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    let missing = |kind: &ChangeKind| !told.contains(&(shown_by(*kind), *kind));
    let kinds: HashSet<ChangeKind> = told.iter().map(|(_, kind)| *kind).collect();
    // Without redirects a rename looks like a new file and a deleted one.
    assert!(marks == MarkSpace::User || kinds.len() == 6, "{kinds:?}");
    assert!(marks == MarkSpace::User || !kinds.iter().any(missing), "{told:?}");
    tried
}

#[test]
fn every_change_meets_every_state_of_the_host_with_marks_of_user_mode() {
    if is_inside("matrix::every_change_meets_every_state_of_the_host_with_marks_of_user_mode") {
        try_all(MarkSpace::User);
    }
}
