//! What names tell together: files that were renamed (an upper inode whose original is a displaced host object)
//! and hard links (several names of one upper inode). Overrides the rows that each name alone would tell.

mod alike;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::os::fd::AsFd;
use std::sync::Arc;

use rustix::io::Errno;
use see_sys::handle::FileHandle;

use super::compare::{Memory, Object, Rules, aspects};
use super::found::{Found, UpperState};
use super::ground::scan_error;
use super::ground::{Ground, Source, absent_is_none};
use super::rows::Rows;
use super::stamp::Version;
use super::verdict::{Displaced, Look, Name, Row, Telling};
use crate::change::ChangeKind;
use crate::error::Result;
use crate::monitor::Monitor;
use crate::overlay_marks::handle_at;
use crate::own_files::facts_at;
use crate::path::HostPath;
use alike::Alike;

/// An upper inode: layer and inode number.
type NodeKey = (u32, u64);

/// An upper inode with the names that we know.
#[derive(Default)]
struct Node {
    names: BTreeMap<HostPath, Name>,
    /// The displaced host object that it is.
    source: Option<HostPath>,
    overridden: Vec<HostPath>,
}

/// A displaced host object.
struct Spot {
    layer: u32,
    ino: u64,
    look: Option<Look>,
    /// The row that tells its loss, or what stands in its place.
    view: HostPath,
}

/// All upper inodes of interest and all displaced host objects.
pub struct Links {
    nodes: HashMap<NodeKey, Node>,
    dirty: HashSet<NodeKey>,
    overrides: HashMap<HostPath, Arc<Found>>,
    displaced: HashMap<HostPath, Spot>,
    /// By layer and the low half of the inode number, which handles contain.
    displaced_by_ino: HashMap<(u32, u32), Vec<HostPath>>,
    wanted_inos: HashMap<(u32, u32), Vec<NodeKey>>,
    wanted_paths: HashMap<HostPath, Vec<NodeKey>>,
    /// What looks alike, where nothing else tells what became of what.
    alike: HashMap<(u32, Look), Alike>,
    /// Displaced host objects that live on elsewhere, and as what.
    sources: HashMap<HostPath, NodeKey>,
    touched: Option<HashSet<HostPath>>,
}

impl Links {
    /// Returns an empty set; with `tracking`, paths whose row may have changed are remembered.
    pub fn new(tracking: bool) -> Self {
        Self {
            nodes: HashMap::new(),
            dirty: HashSet::new(),
            overrides: HashMap::new(),
            displaced: HashMap::new(),
            displaced_by_ino: HashMap::new(),
            wanted_inos: HashMap::new(),
            wanted_paths: HashMap::new(),
            alike: HashMap::new(),
            sources: HashMap::new(),
            touched: tracking.then(HashSet::new),
        }
    }

    /// Remembers that the row of this path may have changed.
    pub fn touch(&mut self, path: &HostPath) {
        if let Some(touched) = &mut self.touched {
            touched.insert(path.clone());
        }
    }

    /// Takes the paths whose rows may have changed.
    pub fn take_touched(&mut self) -> HashSet<HostPath> {
        self.touched.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// Returns the row of a path that names tell together.
    pub fn get(&self, path: &HostPath) -> Option<&Arc<Found>> {
        self.overrides.get(path)
    }

    /// Takes all rows that names tell together.
    pub fn take_overrides(&mut self) -> HashMap<HostPath, Arc<Found>> {
        std::mem::take(&mut self.overrides)
    }

    /// Tells whether this displaced host object lives on elsewhere.
    pub fn is_source(&self, host: &HostPath) -> bool {
        self.sources.contains_key(host)
    }

    /// Notes that a host object is not in its place.
    pub fn displace(&mut self, layer: u32, displaced: &Displaced, view: &HostPath) {
        let Displaced { host, ino, look } = displaced;
        let bucket = (layer, low(*ino));
        self.displaced_by_ino.entry(bucket).or_default().push(host.clone());
        self.wake(bucket, host);
        if let Some(look) = look {
            self.change_alike(layer, *look, |alike| alike.hosts.push(host.clone()));
        }
        let spot = Spot { layer, ino: *ino, look: *look, view: view.clone() };
        self.displaced.insert(host.clone(), spot);
    }

    /// Notes that a host object is in its place again, or that `view` does not say otherwise any more.
    pub fn replace_back(&mut self, host: &HostPath, view: &HostPath) {
        if self.displaced.get(host).is_none_or(|spot| spot.view != *view) {
            return;
        }
        let Some(spot) = self.displaced.remove(host) else { return };
        let bucket = (spot.layer, low(spot.ino));
        if let Some(hosts) = self.displaced_by_ino.get_mut(&bucket) {
            if let Some(at) = hosts.iter().position(|other| other == host) {
                hosts.swap_remove(at);
            }
            if hosts.is_empty() {
                self.displaced_by_ino.remove(&bucket);
            }
        }
        self.wake(bucket, host);
        if let Some(look) = spot.look {
            self.change_alike(spot.layer, look, |alike| alike.hosts.retain(|other| other != host));
        }
        self.dirty.extend(self.sources.get(host));
    }

    fn wake(&mut self, bucket: (u32, u32), host: &HostPath) {
        self.dirty.extend(self.wanted_inos.get(&bucket).into_iter().flatten());
        self.dirty.extend(self.wanted_paths.get(host).into_iter().flatten());
    }

    /// Adds a name of an upper inode.
    pub fn add_name(&mut self, layer: u32, view: HostPath, name: Name) {
        let key = (layer, name.ino);
        for word in name.origin.iter().flat_map(words) {
            self.wanted_inos.entry((layer, word)).or_default().push(key);
        }
        if let Some(source) = &name.source {
            self.wanted_paths.entry(source.clone()).or_default().push(key);
        }
        if let Some(copy) = &name.copy {
            self.change_alike(layer, copy.look, |alike| alike.nodes.push(key));
        }
        self.nodes.entry(key).or_default().names.insert(view, name);
        self.dirty.insert(key);
    }

    /// Removes a name of an upper inode.
    pub fn remove_name(&mut self, layer: u32, ino: u64, view: &HostPath) {
        let key = (layer, ino);
        let Some(name) = self.nodes.get_mut(&key).and_then(|node| node.names.remove(view)) else { return };
        for word in name.origin.iter().flat_map(words) {
            drop_one(&mut self.wanted_inos, &(layer, word), key);
        }
        if let Some(source) = &name.source {
            drop_one(&mut self.wanted_paths, source, key);
        }
        if let Some(copy) = &name.copy {
            self.change_alike(layer, copy.look, |alike| {
                if let Some(at) = alike.nodes.iter().position(|other| *other == key) {
                    alike.nodes.swap_remove(at);
                }
            });
        }
        self.dirty.insert(key);
    }

    /// Brings all overrides up to date. Returns whether there was anything to do.
    pub fn settle(&mut self, ground: &Ground, plain: &Rows, monitor: &dyn Monitor) -> Result<bool> {
        if self.dirty.is_empty() {
            return Ok(false);
        }
        let mut dirty: Vec<_> = std::mem::take(&mut self.dirty).into_iter().collect();
        // Let all go first, so that swaps and chains find every source free; then by name, so that the outcome does
        // not depend on the order of discovery.
        for key in &dirty {
            self.release(*key);
        }
        dirty
            .sort_by_cached_key(|key| self.nodes.get(key).and_then(|node| node.names.keys().next().cloned()));
        for key in dirty {
            self.resolve(ground, key, plain, monitor)?;
        }
        Ok(true)
    }

    fn release(&mut self, key: NodeKey) {
        let Some(node) = self.nodes.get_mut(&key) else { return };
        let (overridden, source) = (std::mem::take(&mut node.overridden), node.source.take());
        if node.names.is_empty() {
            self.nodes.remove(&key);
        }
        for path in overridden {
            self.overrides.remove(&path);
            self.touch(&path);
        }
        if let Some(source) = source {
            self.sources.remove(&source);
            self.touch_spot(&source);
        }
    }

    fn touch_spot(&mut self, host: &HostPath) {
        if let Some(view) = self.displaced.get(host).map(|spot| spot.view.clone()) {
            self.touch(&view);
        }
    }

    fn resolve(&mut self, ground: &Ground, key: NodeKey, plain: &Rows, monitor: &dyn Monitor) -> Result<()> {
        let source = ground.source(key.0)?;
        let Some(node) = self.nodes.get(&key) else { return Ok(()) };
        let anchor = find_anchor(node, plain);
        let doubt = anchor.as_ref().and_then(|(view, _)| node.names.get(view)?.doubt);
        let Some(first) = node.names.keys().next().cloned() else { return Ok(()) };
        let moved = match &anchor {
            Some(_) => None,
            None => match self.find_source(source, key.0, node)? {
                Some(host) => Some(host),
                None => self.find_alike((source, key.0), node, plain, (monitor, &ground.memory))?,
            },
        };
        let (main, lower) = match (anchor, &moved) {
            (Some((view, host)), _) => (view, Some(host)),
            (None, Some(host)) => (first, Some(host.clone())),
            (None, None) => (first, None),
        };
        let is_wrong = |name: &Name| name.doubt.is_some() && name.doubt != doubt;
        let others = node
            .names
            .iter()
            .filter(|(view, name)| **view != main && (name.anchor.is_none() || is_wrong(name)));
        let others: Vec<HostPath> = others.map(|(view, _)| view.clone()).collect();

        let mut told = Vec::new();
        if let (Some(host), Some(row)) = (&moved, plain.get(&main)) {
            told.extend(renamed(source, row, host, monitor, &ground.memory)?);
        }
        for view in others {
            let Some(row) = plain.get(&view) else { continue };
            let mut found = Found::clone(&row.found);
            found.change.kind = ChangeKind::Linked;
            found.change.aspects.clear();
            found.change.from = Some(main.clone());
            found.lower.clone_from(&lower);
            told.push(found);
        }
        if let Some(host) = &moved {
            self.sources.insert(host.clone(), key);
            self.touch_spot(host);
        }
        let paths: Vec<_> = told.iter().map(|found| found.change.path.clone()).collect();
        for found in told {
            self.touch(&found.change.path);
            self.overrides.insert(found.change.path.clone(), Arc::new(found));
        }
        if let Some(node) = self.nodes.get_mut(&key) {
            node.overridden = paths;
            node.source = moved;
        }
        Ok(())
    }

    /// Returns the displaced host object that this upper inode is, when nobody else is it.
    fn find_source(&self, source: &Source, layer: u32, node: &Node) -> Result<Option<HostPath>> {
        let free = |host: &&HostPath| self.displaced.contains_key(*host) && !self.sources.contains_key(*host);
        if let Some(host) = node.names.values().filter_map(|name| name.source.as_ref()).find(free) {
            return Ok(Some(host.clone()));
        }
        let Some(origin) = node.names.values().find_map(|name| name.origin.as_ref()) else { return Ok(None) };
        let mut candidates: Vec<&HostPath> = words(origin)
            .filter_map(|word| self.displaced_by_ino.get(&(layer, word)))
            .flatten()
            .filter(free)
            .collect();
        candidates.sort();
        candidates.dedup();
        for host in candidates {
            let Some(parent) = source.host_parent(host).map_err(|errno| scan_error(host, errno))? else {
                continue;
            };
            let handle = absent_is_none(handle_at(parent.as_fd(), host.name()));
            if handle.map_err(|errno| scan_error(host, errno))?.flatten().as_ref() == Some(origin) {
                return Ok(Some(host.clone()));
            }
        }
        Ok(None)
    }
}

/// Returns the name that the host has too, and the host's: the one that is beyond doubt, or that does not differ.
fn find_anchor(node: &Node, plain: &Rows) -> Option<(HostPath, HostPath)> {
    let differs = |view: &HostPath| plain.get(view).is_some_and(|row| row.telling != Telling::IfCoveredMoved);
    let anchored = node.names.iter().filter_map(|(view, name)| Some((view, name, name.anchor.as_ref()?)));
    let best = anchored.min_by_key(|(view, name, _)| name.doubt.is_some().then(|| differs(view)));
    best.map(|(view, _, host)| (view.clone(), host.clone()))
}

/// Returns the row of a file that is the host's object `host`; `None` when one of them just went away.
fn renamed(
    source: &Source,
    row: &Row,
    host: &HostPath,
    monitor: &dyn Monitor,
    memory: &Memory,
) -> Result<Option<Found>> {
    let mut found = Found::clone(&row.found);
    let (Some(upper), Some(parent)) =
        (&found.upper, source.host_parent(host).map_err(|errno| scan_error(host, errno))?)
    else {
        return Ok(None);
    };
    let layer = &source.layer;
    let contents = found.state == UpperState::Whole;
    let rules = Rules { space: layer.marks, began: layer.began, contents, monitor, memory };
    let compare = || {
        let (dir, name) = source.upper.parent(upper)?;
        let new = facts_at(dir.as_fd(), name)?;
        let old = facts_at(parent.as_fd(), host.name())?;
        if new.file_type() != old.file_type() {
            return Err(Errno::NOENT);
        }
        let new = Object { dir: dir.as_fd(), name, facts: &new };
        let host = Object { dir: parent.as_fd(), name: host.name(), facts: &old };
        let version = Version::of(Some(new.facts), Some(host.facts));
        Ok((aspects(new, host, rules)?, old.shown_size(), version))
    };
    let Some((aspects, size, version)) =
        absent_is_none(compare()).map_err(|errno| scan_error(host, errno))?
    else {
        return Ok(None);
    };
    found.change.kind = ChangeKind::Renamed;
    found.change.aspects = aspects;
    found.change.from = Some(host.clone());
    found.change.size_before = Some(size);
    found.version = version;
    found.lower = Some(host.clone());
    Ok(Some(found))
}

/// Returns what a row alone tells, in the light of whether the object that it covers lives on elsewhere.
pub fn in_light_of(row: &Row, covered_moved: bool) -> Option<Arc<Found>> {
    let mut found = Arc::clone(&row.found);
    match (covered_moved, row.telling) {
        (true, _) if found.state == UpperState::Absent => None,
        // A directory that moved here says already what became of this place.
        (true, _) if found.change.kind == ChangeKind::Renamed => Some(found),
        (true, _) => {
            // Another object than the host's, even when nothing else about it differs.
            Arc::make_mut(&mut found).change.kind = ChangeKind::Replaced;
            Some(found)
        }
        (false, Telling::IfCoveredMoved) => None,
        (false, Telling::Always | Telling::IfBelow) => Some(found),
    }
}

fn low(ino: u64) -> u32 {
    u32::try_from(ino & u64::from(u32::MAX)).unwrap_or_default()
}

/// Returns the words of a handle: in the handles of every common file system one of them is the low half of the
/// inode number.
fn words(handle: &FileHandle) -> impl Iterator<Item = u32> + '_ {
    handle.bytes.chunks_exact(4).filter_map(|word| word.try_into().ok().map(u32::from_ne_bytes))
}

fn drop_one<K: std::hash::Hash + Eq>(map: &mut HashMap<K, Vec<NodeKey>>, at: &K, key: NodeKey) {
    if let Some(keys) = map.get_mut(at) {
        if let Some(position) = keys.iter().position(|other| *other == key) {
            keys.swap_remove(position);
        }
        if keys.is_empty() {
            map.remove(at);
        }
    }
}
