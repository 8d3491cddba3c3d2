//! What the host puts into a new directory while a commit applies, or before its recovery: when the directory goes home
//! again, that stays with the host. The journal knows what each new directory held; whatever else is in it is a guest.

use std::collections::{HashMap, HashSet};

use rustix::fs::RenameFlags;
use rustix::io::Errno;
use serde::{Deserialize, Serialize};

use crate::beneath::Entry;
use crate::change::FileType;
use crate::error::{ErrorCode, Result, SeeError};
use crate::layer::MarkSpace;
use crate::overlay_marks::is_mark;
use crate::path::HostPath;
use crate::timestamp::Timestamp;

use super::arrived::{Arrival, Standing, arrival};
use super::attributes;
use super::bytes::Bytes;
use super::copy;
use super::crash;
use super::places::{Places, Spot};
use super::stat::Identity;
use super::step::Step;

/// How many entries one record of a journal names.
const MANY: usize = 10_000;
/// How many bytes all records of one journal may take in memory. Directories beyond, however many and deep a program made
/// them, go home with all that is in them.
const MOST: usize = 64 << 20;

/// Some of what a directory held, or how a file stood, before it went to the host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holding {
    /// The object that goes to the host.
    pub object: Identity,
    /// The directory beneath it; empty for the object itself.
    pub dir: Bytes,
    /// When the directory was last changed.
    pub mtime: Timestamp,
    /// Names and inode numbers.
    pub entries: Vec<(Bytes, u64)>,
    /// How it stood, when the object is a file that comes by itself: then it holds no entries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<Standing>,
}

/// Returns what the directories hold that these steps bring to the host whole.
pub fn holdings<'s>(places: &mut Places, steps: impl Iterator<Item = &'s Step>) -> Result<Vec<Holding>> {
    let (mut all, mut left) = (Vec::new(), MOST);
    for arrival in steps.filter_map(directory) {
        // A directory of the host that gets another name comes by there later, and all that is in it is the host's.
        if !arrival.is_home(places)? {
            continue;
        }
        walk(places, arrival.home, |places, below, there| {
            let spot = arrival.home.join(below);
            let stat = places.stat(&spot)?.ok_or_else(|| places.error("looking at", &spot, Errno::NOENT))?;
            let names: usize = there.iter().map(|one| one.name.len() + size_of::<(Bytes, u64)>()).sum();
            let Some(rest) = left.checked_sub(names + below.len() + size_of::<Holding>()) else {
                return Ok(Vec::new());
            };
            left = rest;
            let pairs: Vec<_> = there.iter().map(|one| (Bytes(one.name.to_vec()), one.ino)).collect();
            let holding = |entries: &[(Bytes, u64)]| Holding {
                object: arrival.object,
                dir: Bytes(below.to_vec()),
                mtime: stat.mtime,
                entries: entries.to_vec(),
                file: None,
            };
            match pairs.is_empty() {
                true => all.push(holding(&[])),
                false => all.extend(pairs.chunks(MANY).map(holding)),
            }
            Ok(there)
        })?;
    }
    Ok(all)
}

/// Gives the host back what it had put into directories that are home again. Can be repeated. Returns where that is
/// now: at the same path, or beside it where something else has the name.
pub fn give_back(places: &mut Places, steps: &[&Step], holdings: &[Holding]) -> Result<Vec<HostPath>> {
    let mut known: HashMap<Identity, HashMap<&[u8], Dir<'_>>> = HashMap::new();
    for holding in holdings {
        let dirs = known.entry(holding.object).or_default();
        let dir = dirs
            .entry(&holding.dir.0)
            .or_insert_with(|| Dir { mtime: holding.mtime, entries: HashSet::new() });
        dir.entries.extend(holding.entries.iter().map(|(name, ino)| (name.0.as_slice(), *ino)));
    }
    let mut given = Vec::new();
    for arrival in steps.iter().copied().filter_map(directory) {
        let Some(dirs) = known.get(&arrival.object) else { continue };
        if !arrival.is_home(places)? {
            continue;
        }
        let mut guests = Vec::new();
        walk(places, arrival.home, |_, below, there| {
            let Some(dir) = dirs.get(below) else { return Ok(Vec::new()) };
            let (ours, theirs): (Vec<_>, Vec<_>) =
                there.into_iter().partition(|one| dir.entries.contains(&(&*one.name, one.ino)));
            guests.extend(theirs.into_iter().map(|guest| join(below, &guest.name)));
            Ok(ours)
        })?;
        for guest in &guests {
            crash::point();
            given.push(give_one(places, &arrival, guest)?);
        }
        for (below, dir) in dirs {
            let spot = arrival.home.join(below);
            if places.stat(&spot)?.is_some_and(|stat| stat.is_dir() && stat.mtime != dir.mtime) {
                attributes::set_mtime(places, &spot, None, dir.mtime)?;
            }
        }
    }
    Ok(given)
}

/// What a directory held, and when it was last changed.
struct Dir<'h> {
    mtime: Timestamp,
    entries: HashSet<(&'h [u8], u64)>,
}

fn directory(step: &Step) -> Option<Arrival<'_>> {
    arrival(step, FileType::Directory)
}

/// Shows every directory at and below one with its entries, but those with too many; goes into those that are returned.
fn walk(
    places: &mut Places,
    top: &Spot,
    mut show: impl FnMut(&mut Places, &[u8], Vec<Entry>) -> Result<Vec<Entry>>,
) -> Result<()> {
    let mut todo = vec![Vec::new()];
    while let Some(below) = todo.pop() {
        let spot = top.join(&below);
        let there = match places.entries_within(&spot, MOST / size_of::<(Bytes, u64)>()) {
            // What its owner may not list does not show what is in it, now or later.
            Err(error) if error.code == ErrorCode::PermissionDenied => continue,
            there => there?,
        };
        let Some(there) = there else { continue };
        for entry in show(places, &below, there)? {
            let inner = join(&below, &entry.name);
            let is_dir = match entry.is_dir {
                Some(is_dir) => is_dir,
                None => places.stat(&top.join(&inner))?.is_some_and(|stat| stat.is_dir()),
            };
            if is_dir {
                todo.push(inner);
            }
        }
    }
    Ok(())
}

fn give_one(places: &mut Places, arrival: &Arrival<'_>, guest: &[u8]) -> Result<HostPath> {
    for serial in 0..1000_u32 {
        let mut top = arrival.at.clone();
        match serial {
            0 => {}
            1 => top.path.0.extend_from_slice(b".alcatraz-kept"),
            serial => top.path.0.extend_from_slice(format!(".alcatraz-kept-{serial}").as_bytes()),
        }
        let to = top.join(guest);
        if !make_way(places, arrival.home, &top, guest)? {
            continue;
        }
        let moved = places.rename(&arrival.home.join(guest), &to, RenameFlags::NOREPLACE)?;
        places.forget();
        match moved {
            Ok(()) => return Ok(places.path(&to)),
            Err(Errno::EXIST) => {}
            Err(errno) => return Err(places.error("putting back", &to, errno)),
        }
    }
    let path = places.path(arrival.at);
    Err(SeeError::internal("No name is free for what the host has put into a directory.").with_path(&path))
}

/// Makes the directories that a guest lies in, as they were; tells whether they are there.
fn make_way(places: &mut Places, home: &Spot, top: &Spot, guest: &[u8]) -> Result<bool> {
    let cuts = guest.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(cut, _)| cut);
    for below in std::iter::once(0).chain(cuts).map(|cut| guest.get(..cut).unwrap_or_default()) {
        let dir = top.join(below);
        match places.stat(&dir)? {
            Some(stat) if stat.is_dir() => {}
            Some(_) => return Ok(false),
            None => {
                let mut wanted = attributes::read(places, &home.join(below), None)?;
                let is_ours = |name: &Bytes| {
                    [MarkSpace::Trusted, MarkSpace::User].iter().any(|space| is_mark(&name.0, *space))
                };
                wanted.xattrs.retain(|name, _| !is_ours(name));
                copy::make_dir(places, &dir)?;
                attributes::write(places, &dir, None, &wanted)?;
            }
        }
    }
    Ok(true)
}

fn join(below: &[u8], name: &[u8]) -> Vec<u8> {
    match below.is_empty() {
        true => name.to_vec(),
        false => [below, b"/", name].concat(),
    }
}
