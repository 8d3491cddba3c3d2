//! Renames that nothing but the objects themselves tells (user mode: overlayfs notes no origin there, and what it cannot
//! move programs copy): something is gone and something came that looks alike and holds the same.

use super::super::compare::Memory;
use super::super::found::UpperState;
use super::super::ground::Source;
use super::super::rows::Rows;
use super::super::verdict::Look;
use super::{Links, Node, NodeKey, renamed};
use crate::change::Aspect;
use crate::error::Result;
use crate::monitor::Monitor;
use crate::path::HostPath;

/// Displaced host objects and upper inodes with one look.
#[derive(Default)]
pub(super) struct Alike {
    pub hosts: Vec<HostPath>,
    pub nodes: Vec<NodeKey>,
}

/// With more than this that look alike, nobody can say which is which: all would have to be compared with all.
const MOST_ALIKE: usize = 16;

impl Links {
    /// Changes what looks like this, and looks again at all who do, as long as they are few enough to be told apart.
    pub(super) fn change_alike(&mut self, layer: u32, look: Look, change: impl FnOnce(&mut Alike)) {
        let alike = self.alike.entry((layer, look)).or_default();
        change(alike);
        if alike.nodes.len() <= MOST_ALIKE + 1 {
            self.dirty.extend(&alike.nodes);
        }
        if alike.hosts.is_empty() && alike.nodes.is_empty() {
            self.alike.remove(&(layer, look));
        }
    }

    /// Returns the displaced host object that this upper inode looks like and equals in content, when nobody else is it. Of
    /// several the one of the same name.
    pub(super) fn find_alike(
        &self,
        (source, layer): (&Source, u32),
        node: &Node,
        plain: &Rows,
        (monitor, memory): (&dyn Monitor, &Memory),
    ) -> Result<Option<HostPath>> {
        let Some((view, copy)) = node.names.iter().find_map(|(view, name)| Some((view, name.copy?))) else {
            return Ok(None);
        };
        let (Some(row), Some(alike)) = (plain.get(view), self.alike.get(&(layer, copy.look))) else {
            return Ok(None);
        };
        if alike.hosts.len().max(alike.nodes.len()) > MOST_ALIKE {
            return Ok(None);
        }
        // What only looks like a copy may be one of something that is still in use: then it is another thing.
        let is_gone = |host: &HostPath| {
            let spot = self.displaced.get(host);
            let lost = spot.and_then(|spot| plain.get(&spot.view));
            copy.is_certain || lost.is_some_and(|row| row.found.state == UpperState::Absent)
        };
        let mut equal = Vec::new();
        for host in alike.hosts.iter().filter(|host| !self.sources.contains_key(*host) && is_gone(host)) {
            let found = renamed(source, row, host, monitor, memory)?;
            if found.is_some_and(|found| !found.change.aspects.contains(&Aspect::Content)) {
                equal.push(host);
            }
        }
        let namesakes: Vec<_> = equal.iter().filter(|host| host.name() == view.name()).collect();
        Ok(match (equal.as_slice(), namesakes.as_slice()) {
            ([host], _) => Some((*host).clone()),
            (_, [host]) => Some((**host).clone()),
            _ => None,
        })
    }
}
