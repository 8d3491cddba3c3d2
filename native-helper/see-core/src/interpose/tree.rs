//! Looks names up as the SEE does, in the layer's upper directory and in the host's directory below it, so that it is
//! known which of the two a program gets. Never goes through a mount of the SEE: a file system there may be served by a
//! program that waits for us.

pub mod glance;

use std::cell::Cell;
use std::ffi::OsStr;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::sync::Arc;

use rustix::fs::{CWD, Mode, OFlags, ResolveFlags};
use rustix::io::Errno;

use crate::beneath::{Facts, Root, facts_at, facts_of, read_link_at};
use crate::change::FileType;
use crate::layer::Layer;
use crate::overlay_marks::{Opacity, marks_at, resolve_redirect};
use crate::path::HostPath;
use crate::read_set::entry::{Moment, Object};

use super::dir::{Dir, Lower, Own, open_dir};
use super::dirs::Dirs;
use super::found::Found;
use super::frozen::Frozen;
use super::shown::{self, Way};
use super::unfinished::{Stamp, Unfinished};
use super::view::{Table, Target};

/// The SEE's file tree, for one thread.
#[derive(Debug)]
pub struct Tree {
    layers: Arc<Vec<Layer>>,
    unfinished: Arc<Unfinished>,
    /// The SEE's root directory, by place only.
    root: Arc<OwnedFd>,
    /// What it shows as it was.
    frozen: Arc<Frozen>,
    dirs: Dirs,
    /// Whether something could not be told for a reason that is not the files'.
    is_troubled: Cell<bool>,
}

impl Tree {
    /// Returns the tree of these layers, which keeps so many directories open.
    pub fn new(
        layers: Arc<Vec<Layer>>,
        unfinished: Arc<Unfinished>,
        root: Arc<OwnedFd>,
        frozen: Arc<Frozen>,
        most: usize,
    ) -> Self {
        Self { layers, unfinished, root, frozen, dirs: Dirs::new(most), is_troubled: Cell::new(false) }
    }

    /// Returns a directory; `None` when it is none or cannot be told. No part of `path` may be a symlink.
    pub fn dir(&mut self, table: &Table, main: &Table, path: &HostPath) -> Option<Arc<Dir>> {
        // Before anything is found: a call that changes names in between makes it a past one.
        let stamp = self.unfinished.names();
        let mut missing = Vec::new();
        let mut at = path.clone();
        let mut dir = loop {
            if let Some(dir) = self.cached(table, &at) {
                break dir;
            }
            missing.push(at.clone());
            match at.parent() {
                Some(parent) => at = parent,
                None => {
                    let top = missing.pop()?;
                    let dir = match table.at(&top).cloned() {
                        // A name space that began as a copy of the main one, mostly.
                        Some(Target::Alias(alias)) if table.id != main.id => self.dir(main, main, &alias)?,
                        target => Arc::new(self.mounted(&target.unwrap_or(Target::Memory), stamp)?),
                    };
                    break self.dirs.keep(table, &top, dir);
                }
            }
        };
        while let Some(next) = missing.pop() {
            let child = match table.at(&next).cloned() {
                Some(Target::Alias(alias)) => self.dir(main, main, &alias)?,
                Some(target) => Arc::new(self.mounted(&target, stamp)?),
                None => {
                    let child = self.child(&dir, next.name(), stamp)?;
                    let way = match table.id == main.id && !dir.is_other {
                        true => self.way(&dir, &child, &next),
                        false => Way::Same,
                    };
                    let is_other = dir.is_other || way != Way::Same;
                    let link = if let Way::Former(link) = way { link } else { None };
                    Arc::new(Dir { is_other, link, ..child })
                }
            };
            dir = self.dirs.keep(table, &next, child);
        }
        Some(dir)
    }

    /// Tells whether, since this was asked last, something could not be told for want of descriptors, of memory, or because of
    /// a broken disk: then the record lacks what a program may have seen.
    pub fn take_trouble(&self) -> bool {
        self.is_troubled.take()
    }

    /// Says that something could not be told.
    pub fn lose(&self) {
        self.is_troubled.set(true);
    }

    /// Takes what was asked for. What the program's own call fails with as well is no trouble.
    fn told<T>(&self, result: Result<T, Errno>) -> Option<T> {
        let is_natural = |errno| {
            use Errno as E;
            matches!(
                errno,
                E::NOENT | E::NOTDIR | E::LOOP | E::ACCESS | E::PERM | E::NAMETOOLONG | E::XDEV | E::INVAL
            )
        };
        result.map_err(|errno| self.is_troubled.set(self.is_troubled.get() || !is_natural(errno))).ok()
    }

    /// Tells whether a directory can be had without a walk, and is the one that programs get.
    pub fn knows(&self, table: &Table, path: &HostPath) -> bool {
        self.cached(table, path).is_some_and(|dir| !dir.is_other)
    }

    /// Returns what the root directory of a table is.
    pub fn top(&mut self, table: &Table, main: &Table) -> Found {
        match table.at(&HostPath::root()) {
            Some(Target::Alias(path)) if *path == HostPath::root() => self.top(main, main),
            Some(Target::Alias(path)) => {
                let dir = path.parent().and_then(|parent| self.dir(main, main, &parent));
                dir.map_or(Found::Unknown, |dir| self.look(main, main, &dir, path, None))
            }
            Some(Target::Layer(place)) => {
                self.layers.get(*place).map_or(Found::Unknown, |layer| host_object(&layer.mount_point))
            }
            Some(Target::Host(path)) => host_object(path),
            Some(Target::Unknown) => {
                self.lose();
                Found::Directory { host: None }
            }
            _ => Found::Directory { host: None },
        }
    }

    fn cached(&self, table: &Table, path: &HostPath) -> Option<Arc<Dir>> {
        self.dirs.find(table, path, &self.unfinished)
    }

    /// Returns the directory that is mounted somewhere.
    fn mounted(&self, target: &Target, stamp: Option<Stamp>) -> Option<Dir> {
        let mut dir = Dir::empty(stamp);
        match target {
            Target::Layer(place) => {
                let layer = self.layers.get(*place)?;
                let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
                dir.upper = Some(self.told(rustix::fs::openat(CWD, &layer.upper, flags, Mode::empty()))?);
                dir.lower = self.told(Lower::open(layer.mount_point.clone()));
                dir.layer = Some(*place);
            }
            Target::Host(path) => dir.lower = self.told(Lower::open(path.clone())),
            // An alias is found through the main table; here it means one that the main table lacks.
            Target::Kernel | Target::Alias(_) => dir.own = Some(Own::Kernel),
            Target::Memory => dir.own = Some(Own::Memory),
            Target::Unknown => {
                self.lose();
                dir.own = Some(Own::Memory);
            }
        }
        Some(dir)
    }

    fn child(&self, dir: &Arc<Dir>, name: &[u8], stamp: Option<Stamp>) -> Option<Dir> {
        let mut child = Dir { layer: dir.layer, own: dir.own, ..Dir::empty(stamp) };
        if dir.own.is_some() {
            return Some(child);
        }
        let mut below = dir.lower.as_ref().map(|lower| lower.path.join(name));
        let mut is_redirected = false;
        match &dir.upper {
            None => child.ends = dir.ends.clone(),
            Some(upper) => match open_dir(upper, name) {
                Ok(fd) => {
                    (below, is_redirected) = self.below(dir, name);
                    child.upper = Some(fd);
                }
                Err(Errno::NOENT) => child.ends = Some((Arc::clone(dir), name.to_vec())),
                Err(errno) => return self.told(Err(errno)),
            },
        }
        child.lower = match (&dir.lower, below) {
            (_, None) => None,
            (Some(lower), Some(path)) if !is_redirected => {
                self.told(open_dir(&lower.fd, name)).map(|fd| Lower { path, fd })
            }
            (_, Some(path)) => self.told(Lower::open(path)),
        };
        (child.upper.is_some() || child.lower.is_some()).then_some(child)
    }

    /// Tells what programs get by the path of this child. Of what a part shows that is a copy nothing is compared, nor of what the
    /// SEE has by another name.
    fn way(&self, dir: &Dir, child: &Dir, path: &HostPath) -> Way {
        let layer = child.layer.and_then(|place| self.layers.get(place));
        let (Some(layer), Some(lower)) = (layer, &child.lower) else { return Way::Same };
        let is_beside = dir.lower.as_ref().is_some_and(|above| above.path.join(path.name()) == lower.path);
        let copied = child.upper.as_ref().and(dir.upper.as_ref()).map(|upper| upper.as_fd());
        match is_beside && !self.frozen.has(path) && !layer.is_masked(&lower.path) {
            true => shown::way(&self.root, path, lower, copied, layer),
            false => Way::Same,
        }
    }

    /// Returns the host's path whose object shines through an object in the layer, and whether it is not simply the
    /// one of the same name; `None` when none does.
    fn below(&self, dir: &Dir, name: &[u8]) -> (Option<HostPath>, bool) {
        let layer = dir.layer.and_then(|place| self.layers.get(place));
        let (Some(layer), Some(upper)) = (layer, &dir.upper) else { return (None, false) };
        let Ok(marks) = marks_at(upper.as_fd(), name, layer.marks) else { return (None, false) };
        if marks.opacity == Opacity::Opaque {
            return (None, false);
        }
        let beside = dir.lower.as_ref().map(|lower| &lower.path);
        match marks.redirect {
            Some(redirect) => (resolve_redirect(&redirect, &layer.mount_point, beside), true),
            None => (beside.map(|path| path.join(name)), false),
        }
    }

    /// Returns what a path in a directory is. `since` says when the call that is looked at began, when it may have run
    /// already: a file that the SEE took away later was still there.
    pub fn look(
        &mut self,
        table: &Table,
        main: &Table,
        dir: &Dir,
        path: &HostPath,
        since: Option<Moment>,
    ) -> Found {
        let name = path.name();
        match table.at(path) {
            None => {}
            Some(Target::Kernel) => return Found::Private,
            Some(Target::Memory) => return Found::Directory { host: None },
            Some(Target::Unknown) => {
                self.lose();
                return Found::Directory { host: None };
            }
            Some(Target::Host(host)) => return host_object(host),
            Some(Target::Layer(place)) => {
                let layer = self.layers.get(*place);
                return layer.map_or(Found::Unknown, |layer| host_object(&layer.mount_point));
            }
            Some(Target::Alias(path)) if *path == HostPath::root() => return self.top(main, main),
            Some(Target::Alias(path)) => {
                let above = path.parent().and_then(|parent| self.dir(main, main, &parent));
                return above.map_or(Found::Unknown, |above| self.look(main, main, &above, path, since));
            }
        }
        match dir.own {
            Some(Own::Kernel) => return Found::Private,
            Some(Own::Memory) => return self.in_memory(table, path),
            None => {}
        }
        if let Some(upper) = &dir.upper {
            match facts_at(upper.as_fd(), name) {
                Err(Errno::NOENT) => {}
                Err(errno) => return self.told(Err(errno)).unwrap_or(Found::Unknown),
                // A removal waits for nobody, so it may be later than what is looked at.
                Ok(facts)
                    if facts.is_whiteout() && since.is_some_and(|since| since <= facts.ctime.into()) => {}
                Ok(facts) if facts.is_whiteout() => return Found::Absent { host: None },
                Ok(facts) if facts.is_dir() => {
                    return Found::Directory { host: self.host_below(dir, name, true) };
                }
                Ok(facts) if facts.is_file() => {
                    return Found::Other { host: self.host_below(dir, name, false) };
                }
                Ok(_) => {
                    return match read_link_at(upper.as_fd(), name) {
                        Ok(target) => Found::Symlink { target, host: None },
                        Err(_) => Found::Other { host: None },
                    };
                }
            }
        }
        let Some(lower) = &dir.lower else { return Found::Absent { host: None } };
        let host = lower.path.join(name);
        match facts_at(lower.fd.as_fd(), name) {
            Err(Errno::NOENT) => Found::Absent { host: Some(host) },
            Err(errno) => self.told(Err(errno)).unwrap_or(Found::Unknown),
            Ok(facts) if facts.is_whiteout() => Found::Absent { host: Some(host) },
            Ok(facts) => {
                let host = Some((host, Object::from(&facts)));
                match read_link_of(&facts, lower, name) {
                    Some(target) => Found::Symlink { target, host },
                    None if facts.is_dir() => Found::Directory { host },
                    None => Found::Other { host },
                }
            }
        }
    }

    /// Returns what is at a path of a memory file system of the SEE, where no other file system is in between.
    fn in_memory(&self, table: &Table, path: &HostPath) -> Found {
        if table.id != 0 {
            return Found::Private;
        }
        let resolve = ResolveFlags::IN_ROOT | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
        let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let fd = match rustix::fs::openat2(&self.root, path.relative(), flags, Mode::empty(), resolve) {
            Err(Errno::NOENT) => return Found::Absent { host: None },
            Err(_) => return Found::Private,
            Ok(fd) => fd,
        };
        match (facts_of(fd.as_fd()).map(|facts| facts.file_type()), read_link_at(fd.as_fd(), b"")) {
            (Ok(FileType::Symlink), Ok(target)) => Found::Symlink { target, host: None },
            (Ok(FileType::Directory), _) => Found::Directory { host: None },
            _ => Found::Private,
        }
    }

    /// Returns the object of the host that shines through one in the layer: a directory's, or the content of a file of
    /// which only the attributes were copied.
    fn host_below(&self, dir: &Dir, name: &[u8], is_dir: bool) -> Option<(HostPath, Object)> {
        if !is_dir {
            let layer = self.layers.get(dir.layer?)?;
            let upper = dir.upper.as_ref()?;
            if !marks_at(upper.as_fd(), name, layer.marks).is_ok_and(|marks| marks.metacopy) {
                return None;
            }
        }
        let path = self.below(dir, name).0?;
        let facts = Root::open_exact(&path.parent()?).ok()?.facts(Path::new(OsStr::from_bytes(path.name())));
        facts.ok().filter(|facts| facts.is_dir() == is_dir).map(|facts| (path, Object::from(&facts)))
    }

    /// Returns what programs get by a path where overlayfs goes on showing what the host has no more. Only for paths of the
    /// main mount table; `dir` holds what was found there.
    pub fn shown_otherwise(
        &mut self,
        main: &Table,
        dir: &Dir,
        path: &HostPath,
        found: &Found,
    ) -> Option<Found> {
        let (Found::Directory { host: Some((host, _)) }
        | Found::Symlink { host: Some((host, _)), .. }
        | Found::Other { host: Some((host, _)) }
        | Found::Absent { host: Some(host) }) = found
        else {
            return None;
        };
        let (layer, lower) = (self.layers.get(dir.layer?)?, dir.lower.as_ref()?);
        // What is mounted on its own is no name of the directory around it.
        if self.frozen.has(path) || host.parent().as_ref() != Some(&lower.path) {
            return None;
        }
        if dir.is_other {
            return shown::instead_of(found);
        }
        let is_own = |upper: &OwnedFd| !matches!(facts_at(upper.as_fd(), path.name()), Err(Errno::NOENT));
        if !dir.upper.as_ref().is_some_and(is_own) {
            return shown::otherwise(&self.root, path, lower, layer);
        }
        let is_changed = matches!(
            found,
            Found::Directory { host: Some((_, object)) } if object.ctime >= layer.began.into()
        );
        let is_other = is_changed && self.dir(main, main, path).is_some_and(|dir| dir.is_other);
        is_other.then(|| shown::instead_of(found))?
    }

    /// Opens a program file for reading its first bytes.
    pub fn program(&self, dir: &Dir, name: &[u8]) -> Option<std::fs::File> {
        let upper = dir.upper.as_ref().filter(|_| self.host_below(dir, name, false).is_none());
        let places = upper.into_iter().chain(dir.lower.as_ref().map(|lower| &lower.fd));
        places
            .into_iter()
            .find_map(|fd| crate::beneath::open_file_at(fd.as_fd(), name).ok())
            .map(|(file, _)| file)
    }
}

fn read_link_of(facts: &Facts, lower: &Lower, name: &[u8]) -> Option<Vec<u8>> {
    (facts.file_type() == FileType::Symlink).then(|| read_link_at(lower.fd.as_fd(), name).ok())?
}

/// Returns the object at the root of a mount.
fn host_object(path: &HostPath) -> Found {
    let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let resolve = ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
    let fd = rustix::fs::openat2(CWD, path.as_path(), flags, Mode::empty(), resolve);
    match fd.and_then(|fd| facts_of(fd.as_fd())) {
        Ok(facts) if facts.is_dir() => Found::Directory { host: Some((path.clone(), Object::from(&facts))) },
        Ok(facts) => Found::Other { host: Some((path.clone(), Object::from(&facts))) },
        Err(_) => Found::Unknown,
    }
}
