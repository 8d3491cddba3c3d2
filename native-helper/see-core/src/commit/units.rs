//! Which new directories reach the host in one piece, and which inodes have several names in the layers.

use std::collections::{HashMap, HashSet};

use crate::change::{Aspect, ChangeKind, FileType};
use crate::changes::found::{ChangeSet, Found, UpperState};
use crate::error::Result;
use crate::path::HostPath;

use super::attributes::{self, Attributes};
use super::namespace::moves_host_object;
use super::selection::Selection;
use super::stat::Identity;
use super::view::View;

/// What was found out about the chosen changes as a whole.
#[derive(Debug, Default)]
pub struct Units {
    /// New directories all of whose content is new, chosen, and may move with them.
    whole: HashSet<HostPath>,
    /// Inodes of layers that have other names there too, which are left out or are no change: they must not reach the
    /// host.
    shared: HashSet<Identity>,
    /// Inodes of layers that are chosen under a name whose own object arrives.
    arriving: HashSet<Identity>,
    /// Inodes of the host that several changes want to look different: each gets an inode of its own.
    contested: HashSet<Identity>,
}

impl Units {
    /// Looks at the changes.
    pub fn find(
        view: &mut View<'_>,
        changes: &ChangeSet,
        chosen: &[bool],
        selection: &Selection,
    ) -> Result<Self> {
        let mut units = Self::default();
        units.find_inodes(view, changes, chosen)?;
        let mut mixed: HashSet<HostPath> = HashSet::new();
        for (found, is_chosen) in changes.found.iter().zip(chosen) {
            let is_merged = selection.merged(&found.change.path).is_some();
            if *is_chosen && !is_merged && units.moves_along(view, found)? {
                continue;
            }
            let mut at = found.change.path.parent();
            while let Some(dir) = at {
                let above = dir.parent();
                if !mixed.insert(dir) {
                    break;
                }
                at = above;
            }
        }
        for (found, is_chosen) in changes.found.iter().zip(chosen) {
            let is_new_dir =
                found.state == UpperState::Whole && found.change.file_type == FileType::Directory;
            if *is_chosen && is_new_dir && !mixed.contains(&found.change.path) {
                units.whole.insert(found.change.path.clone());
            }
        }
        Ok(units)
    }

    fn find_inodes(&mut self, view: &mut View<'_>, changes: &ChangeSet, chosen: &[bool]) -> Result<()> {
        let mut claims: HashMap<Identity, Vec<Claim>> = HashMap::new();
        let mut candidates = Vec::new();
        let mut names: HashMap<Identity, (u32, u32)> = HashMap::new();
        for (found, is_chosen) in changes.found.iter().zip(chosen) {
            if found.change.file_type == FileType::Directory {
                continue;
            }
            let mut keeps = None;
            if let Some(lower) = found.lower.as_ref().filter(|_| changes_inode(found)) {
                let host = view.host(found.layer, lower)?;
                if let Some(stat) = host.filter(|stat| view.keeps_inode(lower, stat)) {
                    let claim = Claim::of(view, found)?;
                    keeps = (claim == Claim::Content).then_some(stat.identity);
                    claims.entry(stat.identity).or_default().push(claim);
                }
            }
            if found.state != UpperState::Whole || found.upper.is_none() || !found.is_linked {
                continue;
            }
            let source = view.source(found)?;
            let Some(stat) = view.places.stat(&source)?.filter(|stat| stat.links > 1) else { continue };
            names.entry(stat.identity).or_insert((0, stat.links)).0 += 1;
            if !is_chosen {
                self.shared.insert(stat.identity);
            } else if arrives_itself(found) {
                candidates.push((stat.identity, keeps));
            }
        }
        // A name that is no change stays in the layer, and goes with it: that shows in the time of the inode.
        let others = names.into_iter().filter(|(_, (told, all))| told < all);
        self.shared.extend(others.map(|(inode, _)| inode));
        let disagree = |claims: &Vec<Claim>| match claims.split_first() {
            Some((first, others)) => others.iter().any(|other| other != first || *other == Claim::Content),
            None => false,
        };
        self.contested =
            claims.into_iter().filter(|(_, claims)| disagree(claims)).map(|(inode, _)| inode).collect();
        let arrives = |keeps: Option<Identity>| keeps.is_none_or(|host| self.contested.contains(&host));
        let arriving = candidates.into_iter().filter(|(_, keeps)| arrives(*keeps)).map(|(inode, _)| inode);
        self.arriving = arriving.collect();
        Ok(())
    }

    /// Tells whether a change below a new directory arrives with it when the directory is renamed as one.
    fn moves_along(&self, view: &mut View<'_>, found: &Found) -> Result<bool> {
        if found.change.kind == ChangeKind::Deleted {
            return Ok(true);
        }
        if found.state != UpperState::Whole || moves_host_object(found) || changes_attributes(found) {
            return Ok(false);
        }
        if found.change.file_type == FileType::Directory || !found.is_linked {
            return Ok(true);
        }
        let same_mount = view.layer(found.layer)?.same_mount;
        let source = view.source(found)?;
        let Some(stat) = view.places.stat(&source)?.filter(|stat| stat.links > 1) else { return Ok(true) };
        // In copies links are kept within one unit only, so linked files travel on their own there.
        Ok(same_mount && self.arriving.contains(&stat.identity) && !self.shared.contains(&stat.identity))
    }

    /// Tells whether this new directory moves as one.
    pub fn is_unit(&self, path: &HostPath) -> bool {
        self.whole.contains(path)
    }

    /// Tells whether this arrives with a directory above it.
    pub fn covers(&self, path: &HostPath) -> bool {
        path.parent().is_some_and(|holder| self.whole.contains(&holder))
    }

    /// Tells whether this inode of a layer must stay there, because something that is left out is the same one.
    pub fn is_shared(&self, inode: &Identity) -> bool {
        self.shared.contains(inode)
    }

    /// Tells whether this inode of a layer arrives on the host under some name.
    pub fn arrives(&self, inode: &Identity) -> bool {
        self.arriving.contains(inode)
    }

    /// Tells whether several changes do not agree on this inode of the host.
    pub fn is_contested(&self, inode: &Identity) -> bool {
        self.contested.contains(inode)
    }
}

/// What a change wants an inode of the host to look like.
#[derive(PartialEq, Eq)]
enum Claim {
    /// Of other content.
    Content,
    /// Of these attributes.
    Attributes(Attributes),
}

impl Claim {
    fn of(view: &mut View<'_>, found: &Found) -> Result<Self> {
        if found.change.kind == ChangeKind::Modified && !changes_attributes(found) {
            return Ok(Self::Content);
        }
        let source = view.source(found)?;
        let space = view.layer(found.layer)?.marks;
        attributes::read(&mut view.places, &source, Some(space)).map(Self::Attributes)
    }
}

/// Tells whether a change changes an inode of the host, wherever that is then.
pub fn changes_inode(found: &Found) -> bool {
    match found.change.kind {
        ChangeKind::Modified => found.state == UpperState::Whole || changes_attributes(found),
        ChangeKind::Renamed => moves_host_object(found) && !found.change.aspects.is_empty(),
        _ => false,
    }
}

/// Tells whether a change touches nothing but the attributes of the host's object, whatever its layer copied.
pub fn changes_attributes(found: &Found) -> bool {
    found.change.kind == ChangeKind::Modified
        && (found.state != UpperState::Whole || !found.change.aspects.contains(&Aspect::Content))
}

/// Tells whether it is the layer's own inode that reaches the host under this name.
fn arrives_itself(found: &Found) -> bool {
    let linked_to_host = found.change.kind == ChangeKind::Linked && found.lower.is_some();
    !linked_to_host && !changes_attributes(found) && !moves_host_object(found)
}
