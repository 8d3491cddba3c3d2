//! Files of the host with several names, of which a commit changes the file itself: what it brings to one name, all others show,
//! also those that no change is of. Tells which they are, as far as they lie beside it; looking through all of a disk takes too long.

use std::collections::{HashMap, HashSet};
use std::os::fd::AsFd as _;

use crate::beneath;
use crate::change::{ChangeKind, FileType};
use crate::changes::found::ChangeSet;
use crate::commit::selection::Selection;
use crate::commit::stat::Identity;
use crate::commit::units::{Units, changes_inode};
use crate::commit::view::View;
use crate::error::Result;
use crate::path::HostPath;

/// So many entries of directories are looked at.
const MOST_ENTRIES: usize = 100_000;
/// So many names of one file are told.
const MOST_NAMES: usize = 16;

/// One such file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherNames {
    /// Where the change is.
    pub path: HostPath,
    /// Other names that change as well: some of those in the same directory.
    pub names: Vec<HostPath>,
    /// How many more there are.
    pub more: u64,
}

/// Returns the files that the chosen changes change under other names, too, in the order of the changes.
pub(crate) fn other_names(
    view: &mut View<'_>,
    changes: &ChangeSet,
    chosen: &[bool],
    selection: &Selection,
) -> Result<Vec<OtherNames>> {
    // By file: the change that it is told at, where it is on the host, and how many names it has.
    let mut shared: HashMap<Identity, (usize, u32, HostPath, u64)> = HashMap::new();
    for (index, found) in
        changes.found.iter().enumerate().filter(|(index, _)| chosen.get(*index) == Some(&true))
    {
        let (FileType::File, Some(lower)) = (found.change.file_type, &found.lower) else { continue };
        if found.change.kind == ChangeKind::Deleted || !changes_inode(found) {
            continue;
        }
        let Some(stat) = view.host(found.layer, lower)?.filter(|stat| stat.links > 1) else { continue };
        if view.keeps_inode(lower, &stat) {
            shared.entry(stat.identity).or_insert((index, found.layer, lower.clone(), u64::from(stat.links)));
        }
    }
    if shared.is_empty() {
        return Ok(Vec::new());
    }
    // By file: the names that changes are of. What cannot be looked at of those that are left out is not known, and that is all.
    let mut told: HashMap<Identity, HashSet<HostPath>> = HashMap::new();
    for found in &changes.found {
        let (FileType::File, Some(lower)) = (found.change.file_type, &found.lower) else { continue };
        if let Ok(Some(stat)) = view.host(found.layer, lower) {
            if shared.contains_key(&stat.identity) {
                told.entry(stat.identity).or_default().insert(lower.clone());
            }
        }
    }
    let units = Units::find(view, changes, chosen, selection)?;
    let mut files: Vec<_> = shared.into_iter().filter(|(file, _)| !units.is_contested(file)).collect();
    files.sort_by_key(|(_, (index, ..))| *index);
    let (mut room, mut listed) = (MOST_ENTRIES, HashMap::new());
    let mut all = Vec::new();
    for (file, (index, layer, at, links)) in files {
        let known = told.remove(&file).unwrap_or_default();
        let others = links.saturating_sub(u64::try_from(known.len()).unwrap_or(u64::MAX));
        let Some(found) = changes.found.get(index).filter(|_| others > 0) else { continue };
        let Some(above) = at.parent() else { continue };
        if !listed.contains_key(&above) {
            let names = beside(view, layer, &at, &mut room)?;
            listed.insert(above.clone(), names);
        }
        let here = listed.get(&above).and_then(|names| names.get(&file.ino));
        let here = here.into_iter().flatten().map(|name| above.join(name));
        let mut names: Vec<_> = here.filter(|path| !known.contains(path)).collect();
        names.sort();
        names.truncate(MOST_NAMES);
        let more = others.saturating_sub(u64::try_from(names.len()).unwrap_or(u64::MAX));
        all.push(OtherNames { path: found.change.path.clone(), names, more });
    }
    Ok(all)
}

/// Returns the names in the directory of a file, by inode number; none once too many have been looked at.
fn beside(
    view: &mut View<'_>,
    layer: u32,
    at: &HostPath,
    room: &mut usize,
) -> Result<HashMap<u64, Vec<Box<[u8]>>>> {
    let mut names: HashMap<u64, Vec<Box<[u8]>>> = HashMap::new();
    if *room == 0 {
        return Ok(names);
    }
    let spot = view.host_spot(layer, at)?;
    let holder = view.places.holder(&spot)?;
    let dir = beneath::open_dir_at(holder.as_fd(), b".");
    // What cannot be listed, or is too much, is counted.
    let Ok(Some(entries)) = dir.and_then(|dir| beneath::entries_within(dir.as_fd(), *room)) else {
        return Ok(names);
    };
    *room = room.saturating_sub(entries.len());
    for entry in entries.into_iter().filter(|entry| entry.is_dir != Some(true)) {
        names.entry(entry.ino).or_default().push(entry.name);
    }
    Ok(names)
}
