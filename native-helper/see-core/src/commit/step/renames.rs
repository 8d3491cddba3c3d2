//! The renames that steps are made of, and how those of a replacement are taken back.

use rustix::fs::RenameFlags;
use rustix::io::Errno;

use crate::change::FileType;
use crate::error::Result;

use super::super::crash;
use super::super::places::{Places, Spot};
use super::super::stat::Identity;
use super::{appeared, changed, holds};

pub(super) fn move_free(places: &mut Places, from: &Spot, to: &Spot, object: Identity) -> Result<()> {
    let moved = places.rename(from, to, RenameFlags::NOREPLACE)?;
    if object.kind == FileType::Directory {
        places.forget();
    }
    moved.map_err(|errno| match errno {
        Errno::EXIST => appeared(places, to),
        Errno::NOENT => changed(places, from),
        errno => places.error("moving", to, errno),
    })
}

pub(super) fn swap(places: &mut Places, one: &Spot, other: &Spot, old: Identity) -> Result<()> {
    let swapped = places.rename(one, other, RenameFlags::EXCHANGE)?;
    if old.kind == FileType::Directory {
        places.forget();
    }
    swapped.map_err(|errno| match errno {
        Errno::NOENT => changed(places, other),
        errno => places.error("replacing", other, errno),
    })
}

/// Gives whatever is at `to` its former name back, which must be free.
pub(super) fn move_back(places: &mut Places, to: &Spot, from: &Spot) -> Result<()> {
    let moved = places.rename(to, from, RenameFlags::NOREPLACE)?;
    places.forget();
    moved.map_err(|errno| match errno {
        Errno::EXIST => appeared(places, from),
        errno => places.error("moving", from, errno),
    })
}

/// Brings the three names of a replacement back: `at` to what it had, `new` to the new object. What it had need not be
/// the object that the plan knew: the host may have put another one there right before the exchange.
pub(super) fn revert_replace(
    places: &mut Places,
    (at, new, backup): (&Spot, &Spot, &Spot),
    object: Identity,
) -> Result<()> {
    let holds_theirs = |places: &mut Places, place: &Spot| -> Result<bool> {
        Ok(places.stat(place)?.is_some_and(|stat| stat.identity != object))
    };
    // The new object is on the host: swap it with what it displaced, wherever that is by now.
    if holds(places, at, object)? {
        for place in [new, backup] {
            if holds_theirs(places, place)? {
                let swapped = places.rename(place, at, RenameFlags::EXCHANGE)?;
                places.forget();
                swapped.map_err(|errno| places.error("putting back", at, errno))?;
                crash::point();
                break;
            }
        }
    }
    // The swap was taken back through the backup: the new object goes home.
    if holds(places, backup, object)? && places.stat(new)?.is_none() {
        move_free(places, backup, new, object)?;
    }
    // Somebody removed the new object from the host: what it displaced comes back all the same.
    if places.stat(at)?.is_none() {
        for place in [new, backup] {
            if holds_theirs(places, place)? {
                move_back(places, place, at)?;
                break;
            }
        }
    }
    Ok(())
}
