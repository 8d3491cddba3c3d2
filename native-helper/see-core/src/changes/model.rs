//! Everything that is known of a session's changes, directory by directory, kept up to date name by name. A scan
//! fills it once; the watcher goes on refreshing what was touched. Both read the same rows from it.

mod contributions;
mod listing;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use rustix::io::Errno;

use super::entry::{Dir, DirKey, Entries, Spot};
use super::found::Found;
use super::ground::{Ground, Source, absent_is_none, reading};
use super::judge::Judge;
use super::links::{Links, in_light_of};
use super::moves::Moves;
use super::room::Room;
use super::root;
use super::rows::Rows;
use super::verdict::{OpenDir, Row, Seat, Telling};
use super::waves::{Listed, judge_wave, waves};
use crate::beneath::facts_of;
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
    /// Those that are the layers' own.
    roots: Vec<DirKey>,
    next_key: DirKey,
    /// Whether the model is kept up to date; if not, names that nothing hangs on are not remembered.
    tracking: bool,
    /// Rows of such names.
    pub(super) lone: Vec<Row>,
    /// What each name alone tells.
    pub(super) plain: Rows,
    /// What names tell together.
    pub(super) links: Links,
    moves: Moves,
    /// How far the moves had come when the verdicts that are taken in were made.
    judged_at: u64,
    to_scan: Vec<DirKey>,
    to_judge: Vec<Spot>,
    to_expand: HashSet<Spot>,
    /// Directories whose entries are not told: too deep, or not for us to read.
    unlisted: BTreeSet<HostPath>,
    /// Directories of which a part is not told, because there was no room for it.
    cut: BTreeSet<HostPath>,
    room: Room,
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
            roots: Vec::new(),
            next_key: 0,
            tracking,
            lone: Vec::new(),
            plain: Rows::default(),
            links: Links::new(tracking),
            moves: Moves::default(),
            judged_at: 0,
            to_scan: Vec::new(),
            to_judge: Vec::new(),
            to_expand: HashSet::new(),
            unlisted: BTreeSet::new(),
            cut: BTreeSet::new(),
            room: Room::default(),
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
            let root = model.add_dir(layer, view, PathBuf::new(), seat, false);
            model.roots.push(root);
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

    /// Returns the directories whose entries are not all told.
    pub fn unlisted(&self) -> impl Iterator<Item = &HostPath> {
        self.unlisted.union(&self.cut)
    }

    /// Returns how many there are.
    pub fn count_unlisted(&self) -> usize {
        self.unlisted.len() + self.cut.difference(&self.unlisted).count()
    }

    /// Returns those of them that are not told because there was no room for them.
    pub fn cut(&self) -> impl Iterator<Item = &HostPath> {
        self.cut.iter()
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

    /// Returns the name that tells what is at a path of the SEE; `None` where no layer has its directory.
    pub fn spot_of(&self, path: &HostPath) -> Option<Spot> {
        let roots = self.roots.iter().filter_map(|key| Some((*key, &self.dirs.get(key)?.view)));
        let above = roots.filter(|(_, view)| path.is_within(view));
        let (mut key, view) = above.max_by_key(|(_, view)| view.as_bytes().len())?;
        let mut names = path.below(view)?.split(|byte| *byte == b'/').peekable();
        loop {
            let name = names.next()?;
            if names.peek().is_none() {
                return Some((key, Box::from(name)));
            }
            key = self.dirs.get(&key)?.entries.get(name)?.sub?;
        }
    }

    /// Looks at every name of some directories.
    fn scan_dirs(
        &mut self,
        keys: &[DirKey],
        monitor: &dyn Monitor,
        audience: &mut dyn Audience,
    ) -> Result<()> {
        let mut work = Vec::new();
        let mut reserved = 0;
        for key in keys {
            let Some(open) = self.open(*key)? else { continue };
            if open.relative.as_os_str().is_empty() {
                self.judge_root(&open, monitor)?;
            }
            let listed = self.list(*key, &open, &mut reserved)?;
            work.push((*key, open, listed));
        }
        self.judge_all(&work, monitor, audience)
    }

    /// Returns every name of a directory that there is or was.
    pub fn names_of(&mut self, key: DirKey) -> Result<Vec<Box<[u8]>>> {
        let Some(open) = self.open(key)? else { return Ok(Vec::new()) };
        // There may be room by now.
        self.cut.remove(&open.view);
        self.list(key, &open, &mut 0)
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
        let moved = row.covers.as_deref().is_some_and(|host| self.links.is_source(host));
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
        let names = self.admit(key, &open, names.collect(), &mut 0);
        self.judge_all(&[(key, open, names)], monitor, &mut Nobody)
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
        row.into_iter().for_each(|row| self.plain.put(row));
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
        let entries = Entries::default();
        self.dirs.insert(key, Dir { layer, view, relative, seat, is_provisional, entries });
        self.to_scan.push(key);
        key
    }
}
