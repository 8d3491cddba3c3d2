//! The steps that a commit is made of. Each changes one name or one inode, knows from the inodes where it stands,
//! and can be taken back from wherever it was cut off.

mod renames;

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::error::{ErrorCode, Reason, Result, SeeError};
use crate::timestamp::Timestamp;

use super::attributes::{self, Attributes, MarkChange};
use super::copy;
use super::crash;
use super::places::{Places, Role, Spot};
use super::reclaim::{self, Content};
use super::stat::Identity;
use renames::{move_back, move_free, revert_replace, swap};

/// Why an object moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Purpose {
    /// Out of a layer or a backup onto the host.
    Create,
    /// From the host into the backup.
    Remove,
    /// From one name on the host to another, or to and from a resting place on the way.
    Rename,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    /// Gives the object at `from` the free name `to`.
    Move { from: Spot, to: Spot, object: Identity, purpose: Purpose },
    /// Puts `object` from `new` in the place of `old` at `at`; `old` ends at `backup`.
    Replace { at: Spot, new: Spot, backup: Spot, object: Identity, old: Identity },
    /// Gives the object at `target` the free name `at` as well.
    Link { target: Spot, at: Spot, object: Identity },
    /// Takes the name `at` from the object that `target` names too. Only journals of versions before have it: an undo moves the
    /// name into its backup, because it may be the last one by then.
    Unlink { target: Spot, at: Spot, object: Identity },
    /// Changes attributes in place.
    Attributes { at: Spot, object: Identity, before: Attributes, after: Attributes },
    /// Writes the content and attributes of `new` over the object, of which `backup` is a copy.
    Rewrite { at: Spot, object: Identity, new: Spot, backup: Spot, before: Attributes, after: Attributes },
    /// Gives an object other permission bits, for the time of a step that needs them.
    Mode { at: Spot, object: Identity, before: u32, after: u32 },
    /// Takes overlay marks off.
    Marks { at: Spot, object: Identity, change: MarkChange },
    /// Does nothing; taken back, it gives a directory its time of change back.
    KeepTime { at: Spot, object: Identity, mtime: Timestamp },
    /// Gives a directory its final time of change.
    SetTime { at: Spot, object: Identity, mtime: Timestamp },
}

impl Step {
    /// Returns the names whose directories the step changes.
    pub fn names(&self) -> Vec<&Spot> {
        self.leaves().into_iter().map(|(name, _)| name).collect()
    }

    /// Returns the names whose directories the step changes, each with the inode number of what it leaves there.
    pub fn leaves(&self) -> Vec<(&Spot, Option<u64>)> {
        match self {
            Self::Move { from, to, object, .. } => vec![(from, None), (to, Some(object.ino))],
            Self::Replace { at, new, backup, object, old } => {
                vec![(at, Some(object.ino)), (new, None), (backup, Some(old.ino))]
            }
            Self::Link { at, object, .. } => vec![(at, Some(object.ino))],
            Self::Unlink { at, .. } => vec![(at, None)],
            Self::Attributes { .. }
            | Self::Rewrite { .. }
            | Self::Mode { .. }
            | Self::Marks { .. }
            | Self::KeepTime { .. }
            | Self::SetTime { .. } => Vec::new(),
        }
    }

    /// Returns where an object of the host goes that the step takes from its name: to a backup, or to another name.
    pub fn displaces(&self) -> Option<(&Spot, &Spot)> {
        match self {
            Self::Replace { at, backup, .. } => Some((at, backup)),
            Self::Move { from, to, purpose: Purpose::Remove | Purpose::Rename, .. } => Some((from, to)),
            _ => None,
        }
    }

    /// Returns the inodes that the step itself changes: how they stood before is no measure any more.
    pub fn objects(&self) -> Vec<Identity> {
        match self {
            Self::Replace { object, old, .. } => vec![*object, *old],
            Self::Move { object, .. }
            | Self::Link { object, .. }
            | Self::Unlink { object, .. }
            | Self::Attributes { object, .. }
            | Self::Rewrite { object, .. }
            | Self::Mode { object, .. }
            | Self::Marks { object, .. }
            | Self::SetTime { object, .. } => vec![*object],
            Self::KeepTime { .. } => Vec::new(),
        }
    }

    /// Puts other identities in the place of some: stand-ins become the objects that were made for them.
    pub fn rename_objects(&mut self, names: &HashMap<Identity, Identity>) {
        let (one, other) = match self {
            Self::Replace { object, old, .. } => (object, Some(old)),
            Self::Move { object, .. }
            | Self::Link { object, .. }
            | Self::Unlink { object, .. }
            | Self::Attributes { object, .. }
            | Self::Rewrite { object, .. }
            | Self::Mode { object, .. }
            | Self::Marks { object, .. }
            | Self::KeepTime { object, .. }
            | Self::SetTime { object, .. } => (object, None),
        };
        for identity in [Some(one), other].into_iter().flatten() {
            if let Some(real) = names.get(identity) {
                *identity = *real;
            }
        }
    }

    /// Does the step. It must not have been done.
    pub fn apply(&self, places: &mut Places) -> Result<()> {
        match self {
            Self::Move { from, to, object, .. } => {
                move_free(places, from, to, *object)?;
                if holds(places, to, *object)? {
                    return Ok(());
                }
                // What the host put there a moment ago goes back at once: of a name on the host nobody could tell later.
                move_back(places, to, from)?;
                Err(changed(places, from))
            }
            Self::Replace { at, new, backup, old, .. } => {
                swap(places, new, at, *old)?;
                crash::point();
                move_free(places, new, backup, *old)
            }
            Self::Link { target, at, object } => copy::link(places, target, at, *object),
            Self::Unlink { at, .. } => places.unlink(at).map(|_| ()),
            Self::Attributes { at, object, after, .. } => attributes::write(places, at, Some(*object), after),
            Self::Rewrite { at, object, new, after, .. } => {
                copy::rewrite(places, new, at, *object)?;
                crash::point();
                attributes::write(places, at, Some(*object), after)
            }
            Self::Mode { at, object, after, .. } => attributes::set_mode(places, at, Some(*object), *after),
            Self::Marks { at, object, change } => {
                match attributes::change_marks(places, at, Some(*object), change) {
                    // What the host has put there since has marks of its own, or none.
                    Err(error) if self.was_refused(&error) => Ok(()),
                    changed => changed,
                }
            }
            Self::KeepTime { .. } => Ok(()),
            // It is the same directory still: what was put there is where it belongs.
            Self::SetTime { at, object, mtime } => attributes::set_mtime(places, at, Some(*object), *mtime),
        }
    }

    /// Tells whether the step found another object than the one that it is about, and changed nothing.
    pub fn was_refused(&self, error: &SeeError) -> bool {
        let is_one = matches!(
            self,
            Self::Attributes { .. } | Self::Mode { .. } | Self::Marks { .. } | Self::SetTime { .. }
        );
        is_one && error.code == ErrorCode::RolledBack
    }

    /// Takes the step back, whether it was not begun, half done or done. Leaves alone what somebody else put in the way,
    /// and gives back what of theirs it took: an object that the steps do not name (`known`).
    pub fn revert(&self, places: &mut Places, known: &HashSet<Identity>) -> Result<()> {
        match self {
            Self::Move { from, to, object, .. } => {
                let taken = places.stat(to)?.map(|stat| stat.identity);
                // Nobody but us puts anything into a stage, and this slot serves this step first.
                let is_theirs = places.role(to)? == Role::Stage
                    && places.role(from)? == Role::Host
                    && taken.is_some_and(|taken| !known.contains(&taken));
                if (taken == Some(*object) || is_theirs) && places.stat(from)?.is_none() {
                    move_back(places, to, from)?;
                }
            }
            Self::Replace { at, new, backup, object, .. } => {
                revert_replace(places, (at, new, backup), *object)?;
            }
            Self::Link { at, object, .. } => {
                if holds(places, at, *object)? {
                    places.unlink(at)?;
                }
            }
            Self::Unlink { target, at, object } => {
                if places.stat(at)?.is_none() && holds(places, target, *object)? {
                    copy::link(places, target, at, *object)?;
                }
            }
            Self::Attributes { at, object, before, after } => {
                if holds(places, at, *object)? {
                    reclaim::attributes(places, at, *object, (before, after), Content::Theirs)?;
                }
            }
            Self::Rewrite { at, object, new, backup, before, after } => {
                if holds(places, at, *object)? {
                    let content = reclaim::content(places, at, new, backup)?;
                    // Whoever runs it by now lets nobody write to it, but then it was not written to either.
                    if content == Content::Ours {
                        copy::rewrite(places, backup, at, *object)?;
                    }
                    crash::point();
                    reclaim::attributes(places, at, *object, (before, after), content)?;
                }
            }
            Self::Mode { at, object, before, .. } => {
                let stat = places.stat(at)?.filter(|stat| stat.identity == *object);
                if stat.is_some_and(|stat| reclaim::is_same_but_open(stat.mode, *before)) {
                    attributes::set_mode(places, at, Some(*object), *before)?;
                }
            }
            Self::Marks { at, object, change } => {
                if holds(places, at, *object)? {
                    attributes::change_marks(places, at, Some(*object), &change.inverse())?;
                }
            }
            Self::KeepTime { at, object, mtime } => {
                if holds(places, at, *object)? {
                    attributes::set_mtime(places, at, Some(*object), *mtime)?;
                }
            }
            Self::SetTime { .. } => {}
        }
        Ok(())
    }

    /// Brings the step to its end, from wherever it was cut off, because what it brought is the host's by now.
    pub fn settle(&self, places: &mut Places) -> Result<()> {
        match self {
            // What it displaced is not the session's.
            Self::Replace { at, new, backup, object, .. } => {
                let rests = places.stat(new)?.filter(|stat| stat.identity != *object);
                match rests {
                    Some(rests) if holds(places, at, *object)? && places.stat(backup)?.is_none() => {
                        move_free(places, new, backup, rests.identity)
                    }
                    _ => Ok(()),
                }
            }
            Self::Marks { at, object, .. } if holds(places, at, *object)? => self.apply(places),
            Self::Mode { .. } => self.revert(places, &HashSet::new()),
            _ => Ok(()),
        }
    }

    /// Tells, after everything was taken back, whether this step's objects are where they were (`homes`, of those of
    /// the host), and its resting places hold nothing of the host: not when somebody else put something in the way.
    pub fn is_reverted(
        &self,
        places: &mut Places,
        homes: &HashMap<Identity, &Spot>,
        known: &HashSet<Identity>,
    ) -> Result<bool> {
        let is_home = |places: &mut Places, object: Identity| match homes.get(&object) {
            Some(home) => holds(places, home, object),
            None => Ok(true),
        };
        Ok(match self {
            Self::Move { from, object, purpose: Purpose::Create, .. } => holds(places, from, *object)?,
            Self::Move { to, object, .. } => match (places.stat(to)?, places.role(to)?) {
                (None, _) => true,
                (Some(_), Role::Stage) => false,
                // It may be theirs from the beginning, or what we took from the other name.
                (Some(stat), _) => {
                    let is_named = stat.identity != *object && known.contains(&stat.identity);
                    is_named || is_home(places, *object)?
                }
            },
            Self::Replace { new, backup, object, .. } => {
                let is_back = match homes.get(object) {
                    Some(home) => holds(places, home, *object)?,
                    None => false,
                };
                places.stat(backup)?.is_none() && (is_back || holds(places, new, *object)?)
            }
            Self::Attributes { object, .. } => is_home(places, *object)?,
            Self::Rewrite { object, backup, .. } => match homes.get(object) {
                Some(home) => holds(places, home, *object)? && copy::is_alike(places, backup, home)?,
                None => true,
            },
            Self::Unlink { at, object, .. } => holds(places, at, *object)?,
            Self::Link { .. }
            | Self::Mode { .. }
            | Self::Marks { .. }
            | Self::KeepTime { .. }
            | Self::SetTime { .. } => true,
        })
    }

    /// Returns the place that the step is about, for messages.
    pub fn place(&self) -> &Spot {
        match self {
            Self::Move { from, purpose: Purpose::Remove, .. } => from,
            Self::Move { to: at, .. }
            | Self::Replace { at, .. }
            | Self::Link { at, .. }
            | Self::Unlink { at, .. }
            | Self::Attributes { at, .. }
            | Self::Rewrite { at, .. }
            | Self::Mode { at, .. }
            | Self::Marks { at, .. }
            | Self::KeepTime { at, .. }
            | Self::SetTime { at, .. } => at,
        }
    }
}

fn holds(places: &mut Places, spot: &Spot, object: Identity) -> Result<bool> {
    Ok(places.stat(spot)?.is_some_and(|stat| stat.identity == object))
}

/// Returns the error for a host object that is not as it was when the commit was planned.
pub fn changed(places: &Places, spot: &Spot) -> Box<SeeError> {
    let path = places.path(spot);
    SeeError::new(
        ErrorCode::RolledBack,
        format!("{} was changed on the host during the commit.", path.display()),
        "Check again, then commit again.",
    )
    .because(Reason::HostChanged)
    .with_path(&path)
}

fn appeared(places: &Places, spot: &Spot) -> Box<SeeError> {
    let path = places.path(spot);
    SeeError::new(
        ErrorCode::RolledBack,
        format!("{} appeared on the host during the commit.", path.display()),
        "Check again, then commit again.",
    )
    .because(Reason::HostChanged)
    .with_path(&path)
}
