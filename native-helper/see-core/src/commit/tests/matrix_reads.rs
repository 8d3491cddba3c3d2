//! Every kind of look at a path that the session did not change, on every state of the host: what each pair comes to. The
//! compiler sees to it that `expected` names every pair, and `matrix_whole.rs` that every pair was tried.

use super::bench::{Bench, assert_same};
use super::matrix::{Host, meanwhile};
use super::matrix_whole::{Pair, every, pair};
use crate::commit::selection::Selection;
use crate::error::{ConflictReason, ErrorCode, Resolution};
use crate::layer::MarkSpace;
use crate::read_set::access::Access;

every! {
/// How the session looked at the path `p`.
pub enum Look {
    ReadFile,
    NamedFile,
    NamedNothing,
    ListedDirectory,
    NamedDirectory,
    OpenedDirectory,
    ReadSymlink,
}
}

use Host as H;
use Look as L;

/// Returns what the host has at first, and what the look is for.
fn start(look: Look) -> (&'static str, Access) {
    match look {
        L::ReadFile => ("echo o > p", Access::READ),
        L::NamedFile => ("echo o > p", Access::LOOKUP),
        L::NamedNothing => ("true", Access::LOOKUP),
        L::ListedDirectory => ("mkdir p; echo o > p/o", Access::LIST),
        L::NamedDirectory => ("mkdir p; echo o > p/o", Access::LOOKUP),
        // Opened so that its names could be read, which nobody did: `mkdir -p a/b` does that to where it stands.
        L::OpenedDirectory => ("mkdir p; echo o > p/o", Access::LOOKUP | Access::OPEN),
        L::ReadSymlink => ("ln -s o p", Access::READ),
    }
}

/// Returns why a pair is a conflict, if it is: CASE(look, host).
fn expected(look: Look, host: Host) -> Option<ConflictReason> {
    use ConflictReason::{NameAppeared, NameVanished, ReadThenChanged, TypeChanged};
    match (look, host) {
        (_, H::Same) => None,
        (L::NamedNothing, H::Absent) => None,
        (
            L::NamedNothing,
            H::File
            | H::EmptyDirectory
            | H::FullDirectory
            | H::Symlink
            | H::Special
            | H::ContentChanged
            | H::ModeChanged
            | H::HardLinked,
        ) => Some(NameAppeared),
        (
            L::ReadFile
            | L::NamedFile
            | L::ListedDirectory
            | L::NamedDirectory
            | L::OpenedDirectory
            | L::ReadSymlink,
            H::Absent,
        ) => Some(NameVanished),
        (L::ReadFile, H::File | H::ContentChanged | H::ModeChanged | H::HardLinked) => Some(ReadThenChanged),
        (L::NamedFile, H::File | H::ContentChanged | H::ModeChanged | H::HardLinked) => None,
        (L::ReadFile | L::NamedFile, H::EmptyDirectory | H::FullDirectory | H::Symlink | H::Special) => {
            Some(TypeChanged)
        }
        // The same names, but of another directory.
        (
            L::ListedDirectory | L::NamedDirectory | L::OpenedDirectory,
            H::EmptyDirectory | H::FullDirectory,
        ) => Some(ReadThenChanged),
        (L::ListedDirectory | L::NamedDirectory | L::OpenedDirectory, H::File | H::Symlink | H::Special) => {
            Some(TypeChanged)
        }
        (
            L::ListedDirectory | L::NamedDirectory | L::OpenedDirectory,
            H::ContentChanged | H::ModeChanged | H::HardLinked,
        ) => None,
        (L::ReadSymlink, H::Symlink | H::HardLinked) => Some(ReadThenChanged),
        (L::ReadSymlink, H::File | H::EmptyDirectory | H::FullDirectory | H::Special) => Some(TypeChanged),
        // That is of the file which it leads to.
        (L::ReadSymlink, H::ContentChanged | H::ModeChanged) => None,
    }
}

/// Tries every pair, all of them in one session, each in a directory of its own; returns which these were.
pub fn try_all() -> Vec<Pair> {
    let meetings = Look::ALL.iter().flat_map(|look| Host::ALL.iter().map(|host| (*look, *host)));
    let pairs: Vec<(String, Look, Host)> =
        meetings.map(|(look, host)| (format!("{look:?}-{host:?}"), look, host)).collect();
    let in_each = |script: &dyn Fn(Look, Host) -> &'static str| {
        let each = pairs.iter().map(|(dir, look, host)| format!("(cd {dir}; {})\n", script(*look, *host)));
        each.collect::<String>()
    };
    let dirs: Vec<&str> = pairs.iter().map(|(dir, ..)| dir.as_str()).collect();
    let setup = format!("echo f > f; mkdir {}\n{}", dirs.join(" "), in_each(&|look, _| start(look).0));
    let bench = Bench::fast_session(MarkSpace::Trusted, &setup, "echo b > f");
    let paths: Vec<String> = pairs.iter().map(|(dir, ..)| format!("{dir}/p")).collect();
    let mut looks: Vec<(&str, Access)> =
        paths.iter().zip(&pairs).map(|(path, (_, look, _))| (path.as_str(), start(*look).1)).collect();
    looks.push(("f", Access::TRUNCATE));
    bench.record(&looks);
    bench.on_host(&in_each(&|_, host| meanwhile(host)));
    let (before, layer) = (bench.has(), bench.layer());
    let error = bench.commit().unwrap_err();
    assert_eq!(error.code, ErrorCode::Conflicts, "{error:?}");
    assert_same("host", &bench.has(), &before);
    assert_same("layer", &bench.layer(), &layer);
    let mut wrong = String::new();
    for ((_, look, host), path) in pairs.iter().zip(&paths) {
        let at = bench.path(path).to_ref();
        let mut found = error.conflicts.iter().filter(|conflict| conflict.path == at);
        let conflict = found.next();
        assert!(found.next().is_none(), "{path}: twice");
        if let Some(conflict) = conflict {
            assert!(conflict.only_read && conflict.choices == [Resolution::Skip], "{conflict:?}");
        }
        let reason = conflict.map(|conflict| conflict.reason);
        if reason != expected(*look, *host) {
            wrong += &format!("CASE({look:?}, {host:?}) is {reason:?}\n");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    // Whoever accepts that commits.
    let resolve =
        error.conflicts.iter().map(|c| (c.path.to_host_path().unwrap(), Resolution::Skip)).collect();
    bench.commit_part(&Selection { resolve, ..Selection::default() }).unwrap();
    assert_eq!(std::fs::read(bench.host.join("f")).unwrap(), b"b\n");
    pairs.iter().map(|(_, look, host)| pair(look, host)).collect()
}
