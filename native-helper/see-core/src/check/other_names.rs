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
    // By file: the change that it is told at, where it is on the host, how many names it has, and those that changes are of.
    let mut shared: HashMap<Identity, (usize, u32, HostPath, u64)> = HashMap::new();
    let mut told: HashMap<Identity, HashSet<HostPath>> = HashMap::new();
    for (index, found) in changes.found.iter().enumerate() {
        let (FileType::File, Some(lower)) = (found.change.file_type, &found.lower) else { continue };
        let Some(stat) = view.host(found.layer, lower)?.filter(|stat| stat.links > 1) else { continue };
        told.entry(stat.identity).or_default().insert(lower.clone());
        let is_chosen = chosen.get(index).copied().unwrap_or(false);
        let changes_it = found.change.kind != ChangeKind::Deleted && changes_inode(found);
        if is_chosen && changes_it && view.keeps_inode(lower, &stat) {
            let links = u64::from(stat.links);
            shared.entry(stat.identity).or_insert((index, found.layer, lower.clone(), links));
        }
    }
    if shared.is_empty() {
        return Ok(Vec::new());
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
    let entries = beneath::open_dir_at(holder.as_fd(), b".").and_then(|dir| beneath::entries(dir.as_fd()));
    // What cannot be listed is counted.
    let entries = entries.unwrap_or_default();
    *room = room.saturating_sub(entries.len());
    for entry in entries.into_iter().filter(|entry| entry.is_dir != Some(true)) {
        names.entry(entry.ino).or_default().push(entry.name);
    }
    Ok(names)
}
