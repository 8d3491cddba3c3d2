//! A layer's root against its mount point: the one directory that is nobody's entry.

use std::os::fd::AsFd;
use std::sync::Arc;

use super::compare::{Object, Rules, aspects};
use super::found::{Found, UpperState};
use super::ground::{Ground, reading, scan_error};
use super::layer_path::LayerPath;
use super::stamp::Version;
use super::verdict::{Row, Telling};
use crate::beneath::facts_of;
use crate::change::{Change, ChangeKind};
use crate::error::Result;
use crate::layer::MarkSpace;
use crate::monitor::Monitor;

/// Returns the row of a layer's root; `None` when its attributes are the host's.
pub fn judge(ground: &Ground, index: u32, monitor: &dyn Monitor) -> Result<Option<Row>> {
    let source = ground.source(index)?;
    let layer = &source.layer;
    let path = &layer.mount_point;
    let Some(host_dir) = source.host_place(path).map_err(reading(path))? else { return Ok(None) };
    let new = facts_of(source.upper.as_fd()).map_err(reading(path))?;
    let old = facts_of(host_dir.as_fd()).map_err(reading(path))?;
    let (space, began, memory) = (layer.marks, layer.began, &ground.memory);
    let rules = Rules { space, began, contents: false, monitor, memory };
    let object = Object { dir: source.upper.as_fd(), name: b".", facts: &new };
    let host = Object { dir: host_dir.as_fd(), name: b".", facts: &old };
    let aspects = aspects(object, host, rules).map_err(|errno| scan_error(path, errno))?;
    // An ordinary user's layer cannot have a root that belongs to somebody else: it says nothing.
    let says_something = layer.marks == MarkSpace::Trusted || (old.uid, old.gid) == (new.uid, new.gid);
    if !says_something || aspects.is_empty() || ground.is_hosts_doing(path, &old) {
        return Ok(None);
    }
    let change = Change {
        path: path.clone(),
        kind: ChangeKind::Modified,
        aspects,
        file_type: new.file_type(),
        from: None,
        size: 0,
        size_before: Some(0),
        mode: new.permissions(),
        uid: new.uid,
        gid: new.gid,
        privileged: false,
        program: None,
    };
    let (upper, lower) = (Some(LayerPath::top(path)), Some(path.clone()));
    let state = UpperState::MergedDirectory;
    let version = Version::default();
    let found = Found { change, layer: index, state, upper, lower, is_linked: false, version };
    Ok(Some(Row { found: Arc::new(found), telling: Telling::Always, covers: None }))
}
