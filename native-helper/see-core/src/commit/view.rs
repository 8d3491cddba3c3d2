//! The host and the layers as a check and a commit see them: every host object is looked at once, so that what was
//! checked, what was planned and what is expected when a step begins are the same observation.

use std::collections::{HashMap, HashSet};
use std::os::unix::ffi::OsStrExt as _;

use crate::change::FileType;
use crate::changes::found::Found;
use crate::error::{Result, SeeError};
use crate::layer::Layer;
use crate::path::HostPath;
use crate::session::Session;

use super::bytes::Bytes;
use super::places::{Places, Role, Spot};
use super::stat::Stat;

/// One look at a session's surroundings.
#[derive(Debug)]
pub struct View<'a> {
    /// Whose.
    pub session: &'a Session,
    /// The trees.
    pub places: Places,
    seen: HashMap<HostPath, Option<Stat>>,
    covered: HashSet<HostPath>,
    anew: HashSet<HostPath>,
}

impl<'a> View<'a> {
    /// Returns a view that has looked at nothing yet.
    pub fn new(session: &'a Session) -> Self {
        Self {
            session,
            places: Places::new(Vec::new()),
            seen: HashMap::new(),
            covered: HashSet::new(),
            anew: HashSet::new(),
        }
    }

    /// Returns the layer with this index.
    pub fn layer(&self, index: u32) -> Result<&'a Layer> {
        let layer = usize::try_from(index).ok().and_then(|index| self.session.layers.get(index));
        layer.ok_or_else(|| SeeError::internal("A change names a layer that the session does not have."))
    }

    /// Returns the spot of a host path that this layer covers.
    pub fn host_spot(&mut self, number: u32, path: &HostPath) -> Result<Spot> {
        let layer = self.layer(number)?;
        let below = path.below(&layer.mount_point).ok_or_else(|| {
            SeeError::internal("A change lies outside of what its layer covers.").with_path(path)
        })?;
        let base = self.places.host(&layer.mount_point, layer.covered)?;
        Ok(Spot { base, path: Bytes(below.to_vec()) })
    }

    /// Returns the spot in the layer of a path as the SEE names it.
    pub fn upper_spot(&mut self, layer: u32, path: &HostPath) -> Result<Spot> {
        let layer = self.layer(layer)?;
        let below = path.below(&layer.mount_point).ok_or_else(|| {
            SeeError::internal("A change lies outside of what its layer covers.").with_path(path)
        })?;
        let base = self.places.base(Role::Upper, &layer.upper)?;
        Ok(Spot { base, path: Bytes(below.to_vec()) })
    }

    /// Returns the spot of what a layer holds for a change.
    pub fn source(&mut self, found: &Found) -> Result<Spot> {
        let relative = found.upper.as_deref().ok_or_else(|| {
            SeeError::internal("A change has no object in its layer.").with_path(&found.change.path)
        })?;
        let relative = relative.strip_prefix(".").unwrap_or(relative);
        let base = self.places.base(Role::Upper, &self.layer(found.layer)?.upper)?;
        Ok(Spot { base, path: Bytes(relative.as_os_str().as_bytes().to_vec()) })
    }

    /// Returns how the host's object stood at the first look; `None` when there is none, or it is covered.
    pub fn host(&mut self, layer: u32, path: &HostPath) -> Result<Option<Stat>> {
        if let Some(stat) = self.seen.get(path) {
            return Ok(*stat);
        }
        let spot = self.host_spot(layer, path)?;
        let is_top = spot.path.0.is_empty();
        let mut stat = None;
        if self.places.is_elsewhere(&spot.parent())? {
            self.covered.insert(path.clone());
        } else {
            stat = self.places.stat(&spot)?;
        }
        if !is_top && stat.is_some_and(|stat| stat.mount_root) {
            self.covered.insert(path.clone());
            stat = None;
        }
        self.seen.insert(path.clone(), stat);
        Ok(stat)
    }

    /// Notes the files of the host that the session did not write to, but put others in their places.
    pub fn set_anew(&mut self, paths: HashSet<HostPath>) {
        self.anew = paths;
    }

    /// Tells whether the host's file at this path, which stands like this, must live on when a change of it is committed: it
    /// has other names, and the session changed that very file, as far as is known.
    pub fn keeps_inode(&self, path: &HostPath, stat: &Stat) -> bool {
        let has_other_names = stat.identity.kind == FileType::File && stat.links > 1;
        has_other_names && !self.anew.contains(path)
    }

    /// Tells whether the session put another file in the place of this one, which has other names.
    pub fn leaves_names(&self, path: &HostPath, stat: &Stat) -> bool {
        stat.links > 1 && self.anew.contains(path)
    }

    /// Tells whether the host has mounted something here, or above it, since the session began: what the layer covers is
    /// out of reach then.
    pub fn is_covered(&mut self, layer: u32, path: &HostPath) -> Result<bool> {
        self.host(layer, path)?;
        Ok(self.covered.contains(path))
    }
}
