//! Goes through a host directory that the SEE does not show any more, and tells each entry as deleted: but not
//! what lives on elsewhere, and not what stands at the same place in the directory shown instead.

use std::os::fd::{AsFd, OwnedFd};

use super::ground::reading;
use super::ground::{Ground, Source, look};
use super::model::DEEPEST;
use super::room::lost_bytes;
use super::verdict::{Displaced, LostTree, Row, deleted};
use crate::beneath::names_within;
use crate::error::Result;
use crate::monitor::{Monitor, Phase};
use crate::path::HostPath;

/// What is lost in some trees.
pub struct Losses<'a> {
    ground: &'a Ground,
    source: &'a Source,
    layer: u32,
    is_moved: &'a dyn Fn(&HostPath) -> bool,
    monitor: &'a dyn Monitor,
    /// A row for each lost object.
    pub rows: Vec<Row>,
    /// Objects, no directories, that are not in their places, and where in the SEE those would be.
    pub displaced: Vec<(Displaced, HostPath)>,
    /// Directories that are too deep to look into.
    pub unlisted: Vec<HostPath>,
    /// How many bytes there is still room for.
    pub room: usize,
    /// Directories for whose entries there is none.
    pub cut: Vec<HostPath>,
}

impl<'a> Losses<'a> {
    /// Starts with nothing lost, and with room for so many bytes.
    pub fn new(
        ground: &'a Ground,
        source: &'a Source,
        layer: u32,
        is_moved: &'a dyn Fn(&HostPath) -> bool,
        monitor: &'a dyn Monitor,
        room: usize,
    ) -> Self {
        let (rows, displaced, unlisted, cut) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { ground, source, layer, is_moved, monitor, rows, displaced, unlisted, room, cut }
    }

    /// Adds the losses of one tree.
    pub fn go_through(&mut self, tree: &LostTree) -> Result<()> {
        if self.is_not_ours(&tree.host) {
            return Ok(());
        }
        if tree.with_itself {
            // Seen from where it lies: something may be mounted on it by now.
            let holder = self.source.host_parent(&tree.host).map_err(reading(&tree.host))?;
            let facts = look(holder.as_ref().map(AsFd::as_fd), tree.host.name());
            let Some(facts) = facts.map_err(reading(&tree.host))? else { return Ok(()) };
            self.rows.push(deleted(self.layer, tree.view.clone(), tree.host.clone(), &facts));
        }
        let mut waiting = vec![(tree.host.clone(), tree.view.clone(), tree.against.clone())];
        while let Some((host, view, against)) = waiting.pop() {
            if view.as_bytes().len() > DEEPEST {
                self.unlisted.push(view);
                continue;
            }
            let Some(dir) = self.source.host_dir(&host).map_err(reading(&host))? else { continue };
            let shown = match &against {
                Some(path) => self.source.host_place(path).map_err(reading(path))?,
                None => None,
            };
            let most = self.room / lost_bytes(&host, &view, b"");
            let listed = names_within(dir.as_fd(), most).map_err(reading(&host))?;
            let needed = |listed: &[Box<[u8]>]| -> usize {
                listed.iter().map(|name| lost_bytes(&host, &view, name)).sum()
            };
            let fits = listed.and_then(|listed| Some((self.room.checked_sub(needed(&listed))?, listed)));
            let Some((left, listed)) = fits else {
                self.cut.push(view);
                continue;
            };
            self.room = left;
            for name in listed {
                let places =
                    (host.join(&name), view.join(&name), against.as_ref().map(|path| path.join(&name)));
                self.entry(&dir, shown.as_ref(), &name, places, &mut waiting)?;
            }
        }
        Ok(())
    }

    fn entry(
        &mut self,
        dir: &OwnedFd,
        shown: Option<&OwnedFd>,
        name: &[u8],
        (host, view, against): (HostPath, HostPath, Option<HostPath>),
        waiting: &mut Vec<(HostPath, HostPath, Option<HostPath>)>,
    ) -> Result<()> {
        if self.is_not_ours(&host) {
            return Ok(());
        }
        let Some(facts) = look(Some(dir.as_fd()), name).map_err(reading(&host))? else { return Ok(()) };
        let shown = look(shown.map(AsFd::as_fd), name).map_err(reading(&host))?;
        if shown.is_none() {
            self.rows.push(deleted(self.layer, view.clone(), host.clone(), &facts));
            if self.rows.len() % 1024 == 0 {
                self.monitor.check_cancelled()?;
                self.monitor.progress(Phase::Scan, self.rows.len() as u64, None);
            }
        }
        if facts.is_dir() {
            waiting.push((host, view, against.filter(|_| shown.is_some_and(|shown| shown.is_dir()))));
        } else {
            self.displaced.push((Displaced::new(&self.source.layer, host, &facts), view));
        }
        Ok(())
    }

    fn is_not_ours(&self, host: &HostPath) -> bool {
        (self.is_moved)(host) || self.ground.is_foreign(self.layer, host)
    }
}
