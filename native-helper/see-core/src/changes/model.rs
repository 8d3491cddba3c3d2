//! Everything that is known of a session's changes, directory by directory, kept up to date name by name. A scan
//! fills it once; the watcher goes on refreshing what was touched. Both read the same rows from it.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::io::Errno;

use super::entry::{Dir, DirKey, Entry, Special, Spot};
use super::found::Found;
use super::ground::{Ground, Source, absent_is_none, reading};
use super::judge::Judge;
use super::links::{Links, in_light_of};
use super::moves::Moves;
use super::root;
use super::verdict::{OpenDir, Row, Seat, Telling, Verdict};
use super::waves::{Listed, judge_wave, waves};
use crate::beneath::{facts_of, names};
use crate::error::{Result, SeeError};
use crate::monitor::{Monitor, Phase};
use crate::path::HostPath;

/// Directories with a longer path are told, but not looked into: no program can name what lies there, and the
/// paths of a chain without end would fill the memory. In bytes.
pub const DEEPEST: usize = 16 * 1024;

/// How many new directories are opened at once.
const DIRS_AT_ONCE: usize = 64;

/// The state of a session's changes.
pub struct Model {
    ground: Ground,
    dirs: HashMap<DirKey, Dir>,
    next_key: DirKey,
    /// Whether the model is kept up to date; if not, names that nothing hangs on are not remembered.
    tracking: bool,
    /// Rows of such names.
    pub(super) lone: Vec<Row>,
    /// What each name alone tells.
    pub(super) plain: HashMap<HostPath, Row>,
    /// What names tell together.
    pub(super) links: Links,
    moves: Moves,
    /// How far the moves had come when the verdicts that are taken in were made.
    judged_at: u64,
    to_scan: Vec<DirKey>,
    to_judge: Vec<Spot>,
    to_expand: HashSet<Spot>,
    /// Directories whose entries are not told: too deep, or not for us to read.
    pub(super) unlisted: BTreeSet<HostPath>,
    dropped: Vec<DirKey>,
    seen: u64,
}

/// Who follows a model while it settles.
pub trait Audience {
    /// A directory is new; its entries are not listed yet.
    fn enters(&mut self, _: DirKey, _: &Source, _: &Dir) {}

    /// Some names were looked at. What the touched rows say now may still change before all is settled.
    fn looked(&mut self, _: &mut Model) {}
}

/// Nobody follows.
pub struct Nobody;

impl Audience for Nobody {}

impl Model {
    /// Returns a model that has yet to look: every layer's root waits in the queue.
    pub fn new(ground: Ground, tracking: bool) -> Result<Self> {
        let mut model = Self {
            ground,
            dirs: HashMap::new(),
            next_key: 0,
            tracking,
            lone: Vec::new(),
            plain: HashMap::new(),
            links: Links::new(tracking),
            moves: Moves::default(),
            judged_at: 0,
            to_scan: Vec::new(),
            to_judge: Vec::new(),
            to_expand: HashSet::new(),
            unlisted: BTreeSet::new(),
            dropped: Vec::new(),
            seen: 0,
        };
        for index in 0..model.ground.sources.len() {
            if model.ground.sources.get(index).is_none_or(Option::is_none) {
                continue;
            }
            let layer = u32::try_from(index).map_err(|_| SeeError::internal("There are too many layers."))?;
            let source = model.ground.source(layer)?;
            let view = source.layer.mount_point.clone();
            let ino = facts_of(source.upper.as_fd()).map(|facts| facts.ino).unwrap_or_default();
            let base = source.host_place(&view).map_err(reading(&view))?.map(|_| view.clone());
            let seat = Seat { base, lost: Vec::new(), marked_whiteouts: false, ino };
            model.add_dir(layer, view, PathBuf::new(), seat, false);
        }
        Ok(model)
    }

    /// Does all that is queued, until nothing is left to do.
    pub fn settle(&mut self, monitor: &dyn Monitor, audience: &mut dyn Audience) -> Result<()> {
        loop {
            if !self.to_scan.is_empty() {
                let batch = self.to_scan.split_off(self.to_scan.len().saturating_sub(DIRS_AT_ONCE));
                for key in &batch {
                    if let Some(dir) = self.dirs.get(key) {
                        audience.enters(*key, self.ground.source(dir.layer)?, dir);
                    }
                }
                self.scan_dirs(&batch, monitor, audience)?;
            } else if let Some((key, name)) = self.to_judge.pop() {
                self.refresh_names(key, std::iter::once(name), monitor)?;
            } else if !self.to_expand.is_empty() {
                for spot in std::mem::take(&mut self.to_expand) {
                    self.expand(&spot, monitor)?;
                }
            } else if !self.links.settle(&self.ground, &self.plain, monitor)? {
                return Ok(());
            }
        }
    }

    /// Takes the mount points of layers that went away, with what was in them.
    pub(super) fn take_astray(&mut self) -> Vec<HostPath> {
        std::mem::take(&mut self.ground.astray)
    }

    /// Takes the directories that went away since the last call.
    pub fn take_dropped(&mut self) -> Vec<DirKey> {
        std::mem::take(&mut self.dropped)
    }

    /// Returns a directory.
    pub fn dir(&self, key: DirKey) -> Option<&Dir> {
        self.dirs.get(&key)
    }

    /// Returns all directories.
    pub fn dir_keys(&self) -> Vec<DirKey> {
        self.dirs.keys().copied().collect()
    }

    /// Looks at every name of some directories.
    fn scan_dirs(
        &mut self,
        keys: &[DirKey],
        monitor: &dyn Monitor,
        audience: &mut dyn Audience,
    ) -> Result<()> {
        let mut work = Vec::new();
        for key in keys {
            let Some(open) = self.open(*key)? else { continue };
            if open.relative.as_os_str().is_empty() {
                self.judge_root(&open, monitor)?;
            }
            let listed = self.list(*key, &open)?;
            work.push((*key, open, listed));
        }
        self.judge_all(&work, monitor, audience)
    }

    /// Returns every name of a directory that there is or was.
    pub fn names_of(&mut self, key: DirKey) -> Result<Vec<Box<[u8]>>> {
        let Some(open) = self.open(key)? else { return Ok(Vec::new()) };
        self.list(key, &open)
    }

    fn list(&self, key: DirKey, open: &OpenDir) -> Result<Vec<Box<[u8]>>> {
        let mut listed = match &open.upper {
            Some(upper) => names(upper.as_fd()).map_err(reading(&open.view))?,
            None => Vec::new(),
        };
        let known = self.dirs.get(&key).map(|dir| &dir.entries).filter(|entries| !entries.is_empty());
        if known.is_none() && open.lost.iter().all(Option::is_none) {
            return Ok(listed);
        }
        for fd in open.lost.iter().flatten() {
            listed.extend(names(fd.as_fd()).map_err(reading(&open.view))?);
        }
        listed.extend(known.into_iter().flat_map(HashMap::keys).cloned());
        listed.sort_unstable();
        listed.dedup();
        Ok(listed)
    }

    /// Compares a layer's root with its mount point again; does nothing for other directories.
    pub fn refresh_root(&mut self, key: DirKey, monitor: &dyn Monitor) -> Result<()> {
        match self.open(key)? {
            Some(open) if open.relative.as_os_str().is_empty() => self.judge_root(&open, monitor),
            _ => Ok(()),
        }
    }

    /// Returns the row of a path as it stands once the model has settled, and whether it is told only when something
    /// below it is.
    pub fn row(&self, path: &HostPath) -> (Option<Arc<Found>>, bool) {
        if let Some(found) = self.links.get(path) {
            return (Some(Arc::clone(found)), false);
        }
        let Some(row) = self.plain.get(path) else { return (None, false) };
        let moved = row.covers.as_ref().is_some_and(|host| self.links.is_source(host));
        (in_light_of(row, moved), row.telling == Telling::IfBelow)
    }

    /// Looks at some names of a directory again.
    pub fn refresh_names(
        &mut self,
        key: DirKey,
        names: impl Iterator<Item = Box<[u8]>>,
        monitor: &dyn Monitor,
    ) -> Result<()> {
        let Some(open) = self.open(key)? else { return Ok(()) };
        self.judge_all(&[(key, open, names.collect())], monitor, &mut Nobody)
    }

    /// Judges names, by two threads when they are many, and takes the verdicts in.
    fn judge_all(
        &mut self,
        work: &[Listed],
        monitor: &dyn Monitor,
        audience: &mut dyn Audience,
    ) -> Result<()> {
        for wave in waves(work) {
            monitor.check_cancelled()?;
            self.judged_at = self.moves.made();
            let verdicts = {
                let is_moved = |path: &HostPath| self.moves.is_moved(path);
                let judge = Judge { ground: &self.ground, monitor, is_moved: &is_moved };
                judge_wave(&judge, work, &wave)?
            };
            self.seen += verdicts.len() as u64;
            monitor.progress(Phase::Scan, self.seen, None);
            for (at, name, verdict) in verdicts {
                if let Some((key, open, _)) = work.get(at) {
                    self.apply(*key, open, name, verdict);
                }
            }
            audience.looked(self);
        }
        Ok(())
    }

    fn judge_root(&mut self, open: &OpenDir, monitor: &dyn Monitor) -> Result<()> {
        let row = root::judge(&self.ground, open.layer, monitor)?;
        self.plain.remove(&open.view);
        self.plain.extend(row.map(|row| (open.view.clone(), row)));
        self.links.touch(&open.view);
        Ok(())
    }

    fn open(&mut self, key: DirKey) -> Result<Option<OpenDir>> {
        let Some(dir) = self.dirs.get(&key) else { return Ok(None) };
        let view = dir.view.clone();
        let source = self.ground.source(dir.layer)?;
        let upper = if view.as_bytes().len() > DEEPEST {
            Err(Errno::NAMETOOLONG)
        } else {
            source.upper.dir(&dir.relative)
        };
        if matches!(upper, Err(Errno::ACCESS | Errno::PERM | Errno::NAMETOOLONG)) {
            self.unlisted.insert(view.clone());
        } else {
            self.unlisted.remove(&view);
        }
        let upper = absent_is_none(upper).map_err(reading(&view))?;
        let host_place = |path: &HostPath| source.host_place(path).map_err(reading(path));
        let base = dir.seat.base.as_ref().map(host_place).transpose()?.flatten();
        let lost = dir.seat.lost.iter().map(|path| source.host_dir(path).map_err(reading(path)));
        let lost = if upper.is_some() { lost.collect::<Result<Vec<_>>>()? } else { Vec::new() };
        let (seat, relative) = (dir.seat.clone(), dir.relative.clone());
        Ok(Some(OpenDir { layer: dir.layer, view, relative, seat, upper, base, lost }))
    }

    fn add_dir(
        &mut self,
        layer: u32,
        view: HostPath,
        relative: PathBuf,
        seat: Seat,
        is_provisional: bool,
    ) -> DirKey {
        let key = self.next_key;
        self.next_key += 1;
        let entries = HashMap::new();
        self.dirs.insert(key, Dir { layer, view, relative, seat, is_provisional, entries });
        self.to_scan.push(key);
        key
    }

    /// Replaces what a name contributed.
    fn apply(&mut self, key: DirKey, open: &OpenDir, name: Box<[u8]>, verdict: Verdict) {
        let Some(dir) = self.dirs.get_mut(&key) else { return };
        let dir_is_provisional = dir.is_provisional;
        if !self.tracking && !dir_is_provisional && verdict.sub.is_none() && !verdict.is_special() {
            // Nobody will come back to this name.
            self.lone.extend(verdict.row);
            return;
        }
        let old = dir.entries.remove(&name).unwrap_or_default();
        let view = open.view.join(&name);
        let kept = old.sub.filter(|sub| {
            let seat = self.dirs.get(sub).map(|dir| &dir.seat);
            seat.is_some() && seat == verdict.sub.as_ref()
        });
        if let Some(gone) = old.sub.filter(|_| kept.is_none()) {
            self.drop_dir(gone);
        }
        let old_move = old.special.as_ref().and_then(|special| special.moved_from.clone());
        let spot = (key, name);
        self.retract(&spot, &view, &old);

        let mut entry = Entry { has_row: verdict.row.is_some(), sub: kept, special: None };
        let layer = open.layer;
        let provisional = dir_is_provisional || !verdict.asked.is_empty();
        if verdict.is_special() {
            let mut special = Special { moved_from: verdict.moved_from.clone(), ..Special::default() };
            for displaced in verdict.displaced {
                self.links.displace(layer, displaced.host.clone(), displaced.ino, &view);
                special.displaced.push(displaced.host);
            }
            for tree in &verdict.trees {
                self.moves.lost(&tree.host, &spot);
                self.to_expand.insert(spot.clone());
            }
            special.trees = verdict.trees;
            for asked in &verdict.asked {
                self.moves.ask(asked, &spot);
            }
            if !verdict.asked.is_empty() && self.moves.made() != self.judged_at {
                // Moves came to light since the verdict was made.
                self.to_judge.push(spot.clone());
            }
            special.asked = verdict.asked;
            if let Some(name) = verdict.name {
                special.node = Some(name.ino);
                self.links.add_name(layer, view.clone(), name);
            }
            entry.special = Some(Box::new(special));
        }
        if let Some(row) = verdict.row {
            self.plain.insert(view.clone(), row);
        }
        self.links.touch(&view);
        if let Some(seat) = verdict.sub.filter(|_| kept.is_none()) {
            let relative = open.relative.join(Path::new(as_os(&spot.1)));
            entry.sub = Some(self.add_dir(layer, view, relative, seat, provisional));
        }
        let empty = !entry.has_row && entry.sub.is_none() && entry.special.is_none();
        if let Some(dir) = self.dirs.get_mut(&key).filter(|_| !empty) {
            dir.entries.insert(spot.1, entry);
        }
        if old_move != verdict.moved_from {
            self.moved(old_move.as_ref(), false);
            self.moved(verdict.moved_from.as_ref(), true);
        }
    }

    /// Takes back what a name contributed, but for its directory and its move.
    fn retract(&mut self, spot: &Spot, view: &HostPath, entry: &Entry) {
        if entry.has_row {
            self.plain.remove(view);
        }
        self.links.touch(view);
        let Some(special) = &entry.special else { return };
        let layer = self.dirs.get(&spot.0).map_or(0, |dir| dir.layer);
        for host in &special.displaced {
            self.links.replace_back(host, view);
        }
        for (host, at) in &special.tree_displaced {
            self.links.replace_back(host, at);
        }
        for row in &special.tree_rows {
            self.plain.remove(row);
            self.links.touch(row);
        }
        for tree in &special.trees {
            self.moves.lost_no_more(&tree.host, spot);
        }
        for asked in &special.asked {
            self.moves.ask_no_more(asked, spot);
        }
        if let Some(ino) = special.node {
            self.links.remove_name(layer, ino, view);
        }
        self.to_expand.remove(spot);
    }

    /// Forgets a directory and all below it.
    fn drop_dir(&mut self, key: DirKey) {
        let mut doomed = vec![key];
        while let Some(key) = doomed.pop() {
            let Some(dir) = self.dirs.get_mut(&key) else { continue };
            let entries = std::mem::take(&mut dir.entries);
            let view = dir.view.clone();
            for (name, entry) in entries {
                doomed.extend(entry.sub);
                let path = view.join(&name);
                self.retract(&(key, name), &path, &entry);
                if let Some(special) = &entry.special {
                    self.moved(special.moved_from.as_ref(), false);
                }
            }
            self.unlisted.remove(&view);
            self.dirs.remove(&key);
            self.dropped.push(key);
        }
    }

    /// Notes that a host directory lives on elsewhere, or does not any more, and queues who depends on it.
    fn moved(&mut self, host: Option<&HostPath>, added: bool) {
        let dependents = self.moves.moved(host, added);
        self.to_judge.extend(dependents.judge);
        self.to_expand.extend(dependents.expand);
    }

    /// Goes through the lost trees of a name again.
    fn expand(&mut self, spot: &Spot, monitor: &dyn Monitor) -> Result<()> {
        let Some(dir) = self.dirs.get_mut(&spot.0) else { return Ok(()) };
        let layer = dir.layer;
        let entry = dir.entries.get_mut(&spot.1);
        let Some(special) = entry.and_then(|entry| entry.special.as_mut()) else { return Ok(()) };
        let trees = special.trees.clone();
        for row in std::mem::take(&mut special.tree_rows) {
            self.plain.remove(&row);
            self.links.touch(&row);
        }
        for (host, at) in std::mem::take(&mut special.tree_displaced) {
            self.links.replace_back(&host, &at);
        }
        let (mut rows, mut displaced) = (Vec::new(), Vec::new());
        let source = self.ground.source(layer)?;
        for tree in trees {
            let is_moved = |path: &HostPath| self.moves.is_moved(path);
            let mut losses = super::lost::Losses::new(&self.ground, source, layer, &is_moved, monitor);
            losses.go_through(&tree)?;
            self.unlisted.extend(losses.unlisted);
            for (host, ino, at) in losses.displaced {
                self.links.displace(layer, host.clone(), ino, &at);
                displaced.push((host, at));
            }
            for row in losses.rows {
                let path = row.found.change.path.clone();
                if let std::collections::hash_map::Entry::Vacant(slot) = self.plain.entry(path.clone()) {
                    slot.insert(row);
                    self.links.touch(&path);
                    rows.push(path);
                }
            }
        }
        let entry = self.dirs.get_mut(&spot.0).and_then(|dir| dir.entries.get_mut(&spot.1));
        if let Some(special) = entry.and_then(|entry| entry.special.as_mut()) {
            special.tree_rows = rows;
            special.tree_displaced = displaced;
        }
        Ok(())
    }
}

fn as_os(name: &[u8]) -> &std::ffi::OsStr {
    std::os::unix::ffi::OsStrExt::from_bytes(name)
}
