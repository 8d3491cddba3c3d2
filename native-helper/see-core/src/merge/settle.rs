//! Merges within a selection: carries out those that were chosen, joins what both sides only appended to, and says of the
//! other conflicts whether they can be merged.

use crate::changes::found::ChangeSet;
use crate::check::in_use::InUse;
use crate::check::{self, Grounds};
use crate::commit::merged::{Merged, Piece};
use crate::commit::selection::Selection;
use crate::commit::view::View;
use crate::error::{Conflict, ConflictReason, ErrorCode, Resolution, Result, SeeError};
use crate::monitor::Monitor;
use crate::path::HostPath;
use crate::store::Store;

use super::How;
use super::file::look;

/// So many conflicts are looked at closely; of more than that, merging is not offered.
const MOST: usize = 2000;

/// What is left of conflicts.
#[derive(Debug)]
pub(crate) struct Settled {
    /// The selection, with what was joined.
    pub selection: Selection,
    /// What was joined without being asked.
    pub joined: Vec<HostPath>,
    /// What has to be decided.
    pub open: Vec<Conflict>,
}

/// Makes the merges that a selection asks for. Fails with `conflicts` when one cannot be made without a person, or rests
/// on a state of the host that has passed.
pub(crate) fn carry_out(
    store: &Store,
    view: &mut View<'_>,
    changes: &ChangeSet,
    selection: &Selection,
    monitor: &dyn Monitor,
) -> Result<Selection> {
    let mut done = selection.clone();
    let wanted = selection.resolve.iter().filter(|(_, choice)| **choice == Resolution::Merge);
    for path in wanted.map(|(path, _)| path).filter(|path| selection.merged(path).is_none()) {
        monitor.check_cancelled()?;
        let Some(found) = changes.get(path) else { continue };
        let Some(mergeable) = look(store, view, found)? else { continue };
        let by_hand = selection.by_hand.iter().find(|text| text.path == *path);
        let merged = match by_hand {
            Some(text) if text.stamp != mergeable.stamp() => {
                let message = format!("{} was changed on the host since it was merged.", path.display());
                return Err(refuse(path, message, "Look at the merge again, then commit again."));
            }
            Some(text) => {
                let pieces = vec![Piece::Bytes(text.content.clone().into_bytes())];
                Some(Merged { path: path.clone(), host: mergeable.host, pieces })
            }
            None => mergeable.merged(found),
        };
        done.merged.push(merged.ok_or_else(|| {
            let message = format!("The host and the session changed the same lines of {}.", path.display());
            let hint =
                "See them with: alcatraz diff SESSION --merge PATH. Then give the result: --merged PATH=FILE";
            refuse(path, message, hint)
        })?);
    }
    Ok(done)
}

/// Joins what both sides only appended to, takes away the conflicts that the selection resolves, and says of the others
/// whether they can be merged.
pub(crate) fn settle(
    store: &Store,
    view: &mut View<'_>,
    changes: &ChangeSet,
    (mut selection, grounds): (Selection, &Grounds),
    conflicts: Vec<(usize, Conflict)>,
    monitor: &dyn Monitor,
) -> Result<Settled> {
    let mut open = Vec::new();
    let mut joined = Vec::new();
    let mut in_use = InUse::default();
    for (place, (index, mut conflict)) in
        check::unresolved(changes, &selection, conflicts).into_iter().enumerate()
    {
        monitor.check_cancelled()?;
        let found = changes.found.get(index).filter(|_| place < MOST && is_of_content(conflict.reason));
        let mergeable = match found {
            Some(found) => look(store, view, found)?.map(|mergeable| (found, mergeable)),
            None => None,
        };
        if let Some((found, mergeable)) = &mergeable {
            // An answer that does not fit is no reason to do something else by ourselves.
            let is_unanswered = selection.resolution(&found.change.path).is_none();
            let may_join = is_unanswered && mergeable.how() == How::Append && grounds.may_join(found);
            if let Some(merged) = mergeable.merged(found).filter(|_| may_join) {
                if in_use.hold(view, found)?.is_none() {
                    joined.push(merged.path.clone());
                    selection.merged.push(merged);
                    continue;
                }
                // What it writes from now on would go to the old file: a person has to know.
                conflict.reason = ConflictReason::InUse;
            }
            conflict.merge = Some(mergeable.how());
            if mergeable.how() != How::ByHand {
                conflict.choices.push(Resolution::Merge);
            }
        }
        open.push(conflict);
    }
    Ok(Settled { selection, joined, open })
}

/// Tells whether a conflict can be about what a file holds: also a new file of the same name is what an editor leaves
/// when it saves. A file that a program has open for writing goes on to change.
fn is_of_content(reason: ConflictReason) -> bool {
    use ConflictReason::{NameAppeared, ReadThenChanged, WriteThenChanged};
    matches!(reason, ReadThenChanged | WriteThenChanged | NameAppeared)
}

fn refuse(path: &HostPath, message: String, hint: &str) -> Box<SeeError> {
    SeeError::new(ErrorCode::Conflicts, message, hint).with_path(path)
}
