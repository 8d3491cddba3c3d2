//! What remains of a refused commit when every conflict is answered by leaving its path out.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::replay::{Tree, tree};
use super::{Tally, fail, part, related};
use crate::commit::selection::Selection;
use crate::commit::tests::bench::Bench;
use crate::commit::tests::operations::{Lesson, Operation};
use crate::error::{ErrorCode, Resolution, SeeError};
use crate::path::HostPath;

/// Returns where nothing is known of the rest: the paths that were left out, and what else came from there or went there.
fn left_out(
    host: &Path,
    skipped: &[HostPath],
    by_session: &[(Operation, Option<Lesson>)],
) -> BTreeSet<PathBuf> {
    let relative = |path: &HostPath| path.as_path().strip_prefix(host).unwrap().to_owned();
    let mut left: BTreeSet<PathBuf> = skipped.iter().map(relative).collect();
    loop {
        let meets = |paths: &Vec<&Path>| paths.iter().any(|path| left.iter().any(|one| related(one, path)));
        let moves = by_session.iter().map(|(operation, _)| operation.paths()).filter(|paths| paths.len() > 1);
        let more: Vec<PathBuf> = moves.filter(meets).flatten().map(Path::to_owned).collect();
        let known = left.len();
        left.extend(more);
        if left.len() == known {
            return left;
        }
    }
}

/// Answers every conflict by leaving its path out: what is left out stays the host's, the rest is as it was seen.
pub(super) fn skip(
    bench: &mut Bench,
    error: &SeeError,
    (before, view, alone, start): (&Tree, &Tree, &Tree, &Tree),
    by_session: &[(Operation, Option<Lesson>)],
    tally: &mut Tally,
) -> Result<(), TestCaseError> {
    let mut skipped: Vec<HostPath> = Vec::new();
    // Of what was only read there is nothing to leave out.
    let mut kept: Vec<HostPath> = Vec::new();
    let mut conflicts = error.conflicts.clone();
    loop {
        let new: Vec<HostPath> =
            conflicts.iter().map(|conflict| conflict.path.to_host_path().unwrap()).collect();
        // An answer stays one: nothing that was left out is asked about again.
        prop_assert!(!new.iter().any(|path| skipped.contains(path)), "asked again: {:?}", conflicts);
        let changed = conflicts.iter().filter(|conflict| !conflict.only_read);
        kept.extend(changed.map(|conflict| conflict.path.to_host_path().unwrap()));
        skipped.extend(new);
        let resolve = skipped.iter().map(|path| (path.clone(), Resolution::Skip)).collect();
        match bench.commit_part(&Selection { resolve, ..Selection::default() }) {
            Ok(outcome) => {
                tally.skipped += 1;
                let after = tree(&bench.host);
                let left = left_out(&bench.host, &skipped, by_session);
                let is_left_out = |path: &Path| left.iter().any(|left| related(left, path));
                for path in &kept {
                    let path = path.as_path().strip_prefix(&bench.host).unwrap();
                    if let Some(host) = before.get(path).filter(|sight| sight.kind != 'd') {
                        let content = after.get(path).map(|sight| &sight.content);
                        prop_assert_eq!(content, Some(&host.content), "what was left out changed");
                    }
                }
                let touched = by_session.iter().filter(|(o, _)| o.changes()).flat_map(|(o, _)| o.paths());
                for path in
                    touched.filter(|path| !is_left_out(path) && part(alone, path) != part(start, path))
                {
                    prop_assert_eq!(part(&after, path), part(view, path), "the rest is not what was seen");
                }
                if bench.store.commit(&outcome.id).is_ok_and(|commit| commit.is_undoable()) {
                    bench.undo(&outcome.id).map_err(fail)?;
                    prop_assert_eq!(&tree(&bench.host), before, "the undo does not bring the former state");
                }
                return Ok(());
            }
            Err(error) if error.code == ErrorCode::Conflicts => conflicts.clone_from(&error.conflicts),
            Err(error) => {
                let is_known = matches!(error.code, ErrorCode::SelectionNeeds | ErrorCode::BadRequest);
                prop_assert!(is_known, "{error:?}");
                prop_assert_eq!(&tree(&bench.host), before, "a refused part changed the host");
                return Ok(());
            }
        }
    }
}
