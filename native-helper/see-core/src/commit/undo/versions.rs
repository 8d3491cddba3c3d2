//! The versions of a place that an undo asks about, for a person who has to decide: what it was before the commit, what
//! the commit left, what the host has now. Only looks.

use std::os::fd::{AsFd as _, OwnedFd};

use serde::{Deserialize, Serialize};

use crate::change::FileType;
use crate::content::{self, Attribute, SideFacts, Slice};
use crate::error::{ErrorCode, Result, SeeError};
use crate::layer::MarkSpace;
use crate::path::{HostPath, wire_text};
use crate::session::Mode;
use crate::store::Store;

use super::super::attributes::Attributes;
use super::super::journal::Journal;
use super::super::places::{Places, Spot};
use super::super::step::{Purpose, Step};
use super::moves::Moves;
use super::readable;

/// What a commit left at a place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Committed {
    /// Its type.
    pub r#type: FileType,
    /// Bytes.
    pub size: u64,
    /// Last change of the content.
    pub mtime: String,
}

/// The versions of one place, as far as there are any.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UndoVersions {
    /// What it was before the commit: what an undo brings back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<SideFacts>,
    /// What the commit left there. Its content is not kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub committed: Option<Committed>,
    /// What the host has there now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub now: Option<SideFacts>,
}

/// Which of the versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UndoSide {
    /// What it was before the commit.
    Before,
    /// What the host has now.
    Now,
}

/// Returns the versions of a place that a commit changed. Fails with `no-such-change` for any other path, and with
/// `not-undoable` when the commit cannot be taken back.
pub fn undo_versions(store: &Store, commit: &str, path: &HostPath) -> Result<UndoVersions> {
    let (mut places, journal) = open(store, commit)?;
    let found = find(&places, &journal, path)?;
    let marks = marks_of(store);
    let now = facts(&mut places, &found.now, marks)?;
    let before = match found.before {
        Before::Nothing => None,
        Before::Object(spot) => facts(&mut places, &spot, marks)?,
        Before::Attributes(before) => now.clone().map(|now| with_attributes(now, before)),
    };
    let left = journal.left.iter().flatten().find(|left| places.path(&left.at) == *path);
    let committed = left.map(|left| Committed {
        r#type: left.stat.identity.kind,
        size: left.stat.size,
        mtime: left.stat.mtime.to_rfc3339(),
    });
    Ok(UndoVersions { before, committed, now })
}

/// Returns bytes of one of the versions, as [`content::slice`] does.
pub fn undo_slice(
    store: &Store,
    commit: &str,
    path: &HostPath,
    side: UndoSide,
    (offset, length): (u64, u64),
) -> Result<Slice> {
    let (mut places, journal) = open(store, commit)?;
    let found = find(&places, &journal, path)?;
    let spot = match (side, found.before) {
        (UndoSide::Before, Before::Object(spot)) => spot,
        (UndoSide::Before, Before::Nothing) => return Err(unknown(path)),
        (UndoSide::Now, _) | (UndoSide::Before, Before::Attributes(_)) => found.now,
    };
    let dir = holder(&mut places, &spot)?;
    content::slice_at(dir, spot.split().1, path, offset, length)
}

fn open(store: &Store, commit: &str) -> Result<(Places, Journal)> {
    let journal = readable(store, &store.commit(commit)?)?;
    Ok((Places::new(journal.header.bases.clone()), journal))
}

/// A place that the commit changed, as it is named now, and what was there before.
struct Found {
    now: Spot,
    before: Before,
}

enum Before {
    Nothing,
    Object(Spot),
    /// The object that is there now, with these attributes.
    Attributes(Attributes),
}

/// Finds the first step that changed a path, or something above it that came or went as a whole.
fn find(places: &Places, journal: &Journal, path: &HostPath) -> Result<Found> {
    let steps = journal.steps.as_deref().unwrap_or_default();
    let moves = Moves::new(places, steps.iter());
    for (index, step) in steps.iter().enumerate() {
        let (at, before) = match step {
            Step::Move { from: at, to: backup, purpose: Purpose::Remove, .. }
            | Step::Replace { at, backup, .. }
            | Step::Rewrite { at, backup, .. } => (at, Before::Object(backup.clone())),
            Step::Move { to: at, .. } | Step::Link { at, .. } => (at, Before::Nothing),
            Step::Unlink { at, target, .. } => (at, Before::Object(moves.forward(target, index))),
            Step::Attributes { at, before, .. } => (at, Before::Attributes(before.clone())),
            Step::Mode { .. } | Step::Marks { .. } | Step::KeepTime { .. } | Step::SetTime { .. } => continue,
        };
        // What was removed has no name that later steps could have moved with it, but what holds it has.
        let now = match step {
            Step::Move { purpose: Purpose::Remove, .. } | Step::Unlink { .. } => {
                moves.forward(&at.parent(), index).join(at.split().1)
            }
            _ => moves.forward(at, index),
        };
        let Some(rest) = path.below(&places.path(&now)).map(<[u8]>::to_vec) else { continue };
        let before = match before {
            Before::Object(spot) => Before::Object(spot.join(&rest)),
            // A directory's own attributes say nothing of what is in it.
            Before::Attributes(_) if !rest.is_empty() => continue,
            other => other,
        };
        return Ok(Found { now: now.join(&rest), before });
    }
    Err(unknown(path))
}

fn unknown(path: &HostPath) -> Box<SeeError> {
    let message = format!("The commit had nothing before it at {}.", path.display());
    SeeError::new(ErrorCode::NoSuchChange, message, "Look at the list of conflicts again.").with_path(path)
}

fn facts(places: &mut Places, spot: &Spot, marks: MarkSpace) -> Result<Option<SideFacts>> {
    if places.stat(spot)?.is_none() {
        return Ok(None);
    }
    let path = places.path(spot);
    content::describe_at(holder(places, spot)?, spot.split().1, &path, marks)
}

fn holder(places: &mut Places, spot: &Spot) -> Result<OwnedFd> {
    let dir = places.holder(spot)?;
    let copied = dir.as_fd().try_clone_to_owned();
    copied.map_err(|error| SeeError::internal(format!("A directory cannot be kept open: {error}.")))
}

fn with_attributes(now: SideFacts, before: Attributes) -> SideFacts {
    let Attributes { mode, uid, gid, mtime, xattrs } = before;
    let encode = |value: &[u8]| base64::Engine::encode(&base64::engine::general_purpose::STANDARD, value);
    let xattrs = xattrs
        .into_iter()
        .map(|(name, value)| Attribute { name: wire_text(&name.0).0, value: encode(&value.0) })
        .collect();
    SideFacts { mode, uid, gid, user: None, group: None, mtime: mtime.to_rfc3339(), xattrs, ..now }
}

fn marks_of(store: &Store) -> MarkSpace {
    match store.mode() {
        Mode::System => MarkSpace::Trusted,
        Mode::User => MarkSpace::User,
    }
}
