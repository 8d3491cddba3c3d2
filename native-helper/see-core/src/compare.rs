//! Compares what two sessions did: which changes both made, and where they differ. For a second try of the same command.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use crate::change::{ChangeKind, FileType};
use crate::changes::found::{ChangeSet, Found};
use crate::content::{self, Description, Side, SideFacts};
use crate::error::{ErrorCode, Result};
use crate::monitor::{Monitor, Phase};
use crate::path::{HostPath, PathRef};
use crate::session::Session;

/// What differs between two changes of one path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Difference {
    /// One created what the other modified, for instance.
    Kind,
    /// A file here, a directory there.
    Type,
    /// The bytes of a file, or the target of a symlink.
    Content,
    /// Permissions.
    Mode,
    /// User or group.
    Owner,
    /// Extended attributes.
    Xattrs,
}

/// A path that both sessions changed, each in its own way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Differing {
    /// Where.
    #[serde(flatten)]
    pub path: PathRef,
    /// How.
    pub differences: Vec<Difference>,
}

/// How the changes of two sessions relate. Times are not compared: they always differ.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// How many changes are the same.
    pub same: u64,
    /// Paths that only the first changed.
    pub first: Vec<PathRef>,
    /// Paths that only the second changed.
    pub second: Vec<PathRef>,
    /// Paths that both changed, differently.
    pub differing: Vec<Differing>,
}

/// Compares the changes of two sessions.
pub fn compare(
    (first, theirs): (&Session, &ChangeSet),
    (second, ours): (&Session, &ChangeSet),
    monitor: &dyn Monitor,
) -> Result<Comparison> {
    let mut result = Comparison::default();
    let (mut left, mut right) = (theirs.found.iter().peekable(), ours.found.iter().peekable());
    let total = u64::try_from(theirs.found.len().max(ours.found.len())).ok();
    let mut done = 0;
    loop {
        if done % 64 == 0 {
            monitor.check_cancelled()?;
            monitor.progress(Phase::Check, done, total);
        }
        done += 1;
        let order = match (left.peek(), right.peek()) {
            (Some(one), Some(other)) => one.change.path.cmp(&other.change.path),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return Ok(result),
        };
        let one = if order == Ordering::Greater { None } else { left.next() };
        let other = if order == Ordering::Less { None } else { right.next() };
        match (one, other) {
            (Some(one), Some(other)) => match differences((first, one), (second, other))? {
                differences if differences.is_empty() => result.same += 1,
                differences => {
                    result.differing.push(Differing { path: one.change.path.to_ref(), differences });
                }
            },
            (Some(one), None) => result.first.push(one.change.path.to_ref()),
            (None, Some(other)) => result.second.push(other.change.path.to_ref()),
            (None, None) => {}
        }
    }
}

fn differences(
    (first, one): (&Session, &Found),
    (second, other): (&Session, &Found),
) -> Result<Vec<Difference>> {
    let from = |found: &Found| -> Option<HostPath> { found.change.from.clone() };
    let mut differ = Vec::new();
    if one.change.kind != other.change.kind || from(one) != from(other) {
        differ.push(Difference::Kind);
    }
    if one.change.file_type != other.change.file_type {
        differ.push(Difference::Type);
        return Ok(differ);
    }
    if one.change.kind == ChangeKind::Deleted || other.change.kind == ChangeKind::Deleted {
        return Ok(differ);
    }
    let side = |description: Description| description.after.or(description.before);
    let facts = (side(content::describe(first, one)?), side(content::describe(second, other)?));
    let (Some(left), Some(right)) = facts else { return Ok(differ) };
    if left.target != right.target || !same_content((first, one, &left), (second, other, &right))? {
        differ.push(Difference::Content);
    }
    if left.mode != right.mode {
        differ.push(Difference::Mode);
    }
    if (left.uid, left.gid) != (right.uid, right.gid) {
        differ.push(Difference::Owner);
    }
    if left.xattrs != right.xattrs {
        differ.push(Difference::Xattrs);
    }
    Ok(differ)
}

fn same_content(
    (first, one, left): (&Session, &Found, &SideFacts),
    (second, other, right): (&Session, &Found, &SideFacts),
) -> Result<bool> {
    if left.r#type != FileType::File {
        return Ok(true);
    }
    if left.size != right.size {
        return Ok(false);
    }
    let mut at = 0;
    while at < left.size {
        let read = |session, found| content::slice(session, found, Side::After, at, content::SLICE_LIMIT);
        let (a, b) = match (read(first, one), read(second, other)) {
            (Ok(a), Ok(b)) => (a, b),
            // What we may not read cannot be said to be the same.
            (Err(error), _) | (_, Err(error)) if error.code == ErrorCode::PermissionDenied => {
                return Ok(false);
            }
            (Err(error), _) | (_, Err(error)) => return Err(error),
        };
        if a.data != b.data {
            return Ok(false);
        }
        if a.eof || b.eof {
            return Ok(a.eof == b.eof);
        }
        at += content::SLICE_LIMIT;
    }
    Ok(true)
}
