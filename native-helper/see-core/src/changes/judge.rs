//! Judges one name of one directory: what the SEE has there against what the host has. Looks at nothing else;
//! renames of files and hard links, which need more than one name, are left to `links.rs`.

use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;

use rustix::io::{Errno, Result};

use super::compare::{Object, Rules, aspects};
use super::found::{Found, UpperState};
use super::ground::{Ground, Source, absent_is_none, look};
use super::layer_path::LayerPath;
use super::stamp::Version;
use super::verdict::{Copy, Displaced, Look, LostTree, Name, OpenDir, Row, Seat, Telling, Verdict, deleted};
use crate::beneath::Facts;
use crate::change::{Aspect, Change, ChangeKind, FileType};
use crate::layer::{Layer, MarkSpace};
use crate::monitor::Monitor;
use crate::overlay_marks::{Marks, Opacity, Origin, handle_at, marks_at, resolve_redirect};
use crate::path::HostPath;

/// Judges names.
pub struct Judge<'a> {
    /// The layers.
    pub ground: &'a Ground,
    /// Asked while long files are read.
    pub monitor: &'a dyn Monitor,
    /// Tells whether a host directory lives on at another place in the SEE.
    pub is_moved: &'a (dyn Fn(&HostPath) -> bool + Sync),
}

impl Judge<'_> {
    /// Returns what there is to say of `name` in `dir`.
    pub fn judge(&self, source: &Source, dir: &OpenDir, name: &[u8]) -> Result<Verdict> {
        // What vanishes between two looks is looked at again; after a few times it counts as gone.
        for _ in 0..3 {
            match self.judge_once(source, dir, name, false) {
                Err(Errno::NOENT | Errno::STALE) => {}
                other => return other,
            }
        }
        self.judge_once(source, dir, name, true)
    }

    fn judge_once(&self, source: &Source, dir: &OpenDir, name: &[u8], gone: bool) -> Result<Verdict> {
        let view = dir.view.join(name);
        let base_dir = dir.base.as_ref().map(AsFd::as_fd);
        let (compared, compared_dir) = match &dir.seat.base {
            Some(base) => (Some(base), base_dir),
            None => (dir.seat.lost.first(), dir.lost.first().and_then(Option::as_ref).map(AsFd::as_fd)),
        };
        let place = compared.map(|path| path.join(name));
        let foreign = |path: &HostPath| self.ground.is_foreign(dir.layer, path);
        if foreign(&view) || place.as_ref().is_some_and(foreign) {
            return Ok(Verdict::default());
        }
        let host = look(compared_dir, name)?;
        let (upper, whiteout, marks) = if gone { (None, false, None) } else { examine(source, dir, name)? };
        let mut case = Case { judge: self, source, dir, name, view, place, host, compared_dir };
        let mut verdict = Verdict::default();
        match (upper, marks) {
            (Some(facts), Some(marks)) if facts.is_dir() => case.directory(&facts, &marks, &mut verdict)?,
            (Some(facts), Some(marks)) => case.other(&facts, &marks, &mut verdict)?,
            _ if whiteout || dir.seat.base.is_none() => case.nothing(&mut verdict),
            _ => {}
        }
        let shines = upper.is_none() && !whiteout && dir.seat.base.is_some() && host.is_some();
        case.also_lost(upper.as_ref(), shines, &mut verdict)?;
        Ok(verdict)
    }
}

/// Looks at the layer's object: its facts and marks, or that it is a whiteout.
fn examine(source: &Source, dir: &OpenDir, name: &[u8]) -> Result<(Option<Facts>, bool, Option<Marks>)> {
    let Some(upper) = &dir.upper else { return Ok((None, false, None)) };
    let Some(facts) = look(Some(upper.as_fd()), name)? else { return Ok((None, false, None)) };
    if facts.is_whiteout() {
        return Ok((None, true, None));
    }
    let space = source.layer.marks;
    // User attributes exist on files and directories only.
    let marks = if space == MarkSpace::User && !facts.is_dir() && !facts.is_file() {
        Marks::default()
    } else {
        absent_is_none(marks_at(upper.as_fd(), name, space))?.unwrap_or_default()
    };
    let whiteout = marks.whiteout && dir.seat.marked_whiteouts && facts.is_file() && facts.size == 0;
    Ok(if whiteout { (None, true, None) } else { (Some(facts), false, Some(marks)) })
}

/// One name, with what both sides have.
struct Case<'a> {
    judge: &'a Judge<'a>,
    source: &'a Source,
    dir: &'a OpenDir,
    name: &'a [u8],
    view: HostPath,
    place: Option<HostPath>,
    host: Option<Facts>,
    compared_dir: Option<BorrowedFd<'a>>,
}

impl Case<'_> {
    /// The SEE has nothing here.
    fn nothing(&mut self, verdict: &mut Verdict) {
        if let (Some(host), Some(place)) = (self.host, self.place.clone()) {
            lose((self.dir.layer, &self.source.layer), place, &self.view, &host, verdict);
        }
    }

    /// The SEE has a directory of its layer here.
    fn directory(&mut self, facts: &Facts, marks: &Marks, verdict: &mut Verdict) -> Result<()> {
        let host_is_dir = self.host.is_some_and(|host| host.is_dir());
        let natural = self.place.clone().filter(|_| host_is_dir && self.dir.seat.base.is_some());
        let base = match &marks.redirect {
            Some(redirect) => {
                let mount_point = &self.source.layer.mount_point;
                resolve_redirect(redirect, mount_point, self.dir.seat.base.as_ref())
            }
            None if marks.opacity == Opacity::Opaque => None,
            None => natural,
        };
        let base_facts = match &base {
            Some(path) if base == self.place => self.host.filter(Facts::is_dir).map(|host| (path, host)),
            Some(path) => self.source.host_facts(path)?.filter(Facts::is_dir).map(|host| (path, host)),
            None => None,
        };
        let base = base_facts.map(|(path, _)| path.clone());
        let in_place = base.is_some() && base == self.place;
        let left = self.place.clone().filter(|_| host_is_dir && !in_place);
        let moved_away = left.as_ref().is_some_and(self.judge.is_moved);
        verdict.asked.extend(left.clone());
        let state = if base.is_some() { UpperState::MergedDirectory } else { UpperState::Whole };
        let row = match (&base_facts, self.host) {
            (Some((_, host)), _) if in_place => {
                let mut aspects = self.aspects(facts, self.compared_dir, self.name, host, false)?;
                let is_hosts = |place| self.judge.ground.is_hosts_doing(place, host);
                if !aspects.is_empty() && self.place.as_ref().is_some_and(is_hosts) {
                    aspects.clear();
                }
                // In a directory that was made anew, what lives on without data of its own is told always.
                let told = !aspects.is_empty() || self.dir.seat.base.is_none();
                let place = self.place.clone();
                told.then(|| {
                    self.row(ChangeKind::Modified, aspects, facts, state, place, Some(host.shown_size()))
                })
            }
            (Some((path, host)), _) => {
                let parent = self.source.host_parent(path)?;
                let parent = parent.as_ref().map(AsFd::as_fd);
                let aspects = self.aspects(facts, parent, path.name(), host, false)?;
                let size = Some(host.shown_size());
                let lower = Some((*path).clone());
                let mut row = self.row(ChangeKind::Renamed, aspects, facts, state, lower.clone(), size);
                Arc::make_mut(&mut row.found).change.from = lower;
                verdict.moved_from = base.clone();
                Some(row)
            }
            (None, None) => Some(self.row(ChangeKind::Created, Vec::new(), facts, state, None, None)),
            (None, Some(host)) => {
                let aspects = if host.is_dir() {
                    self.aspects(facts, self.compared_dir, self.name, &host, false)?
                } else {
                    vec![Aspect::Content]
                };
                let told = !host.is_dir() || moved_away || !aspects.is_empty();
                let size = Some(host.shown_size());
                let mut row = self.row(ChangeKind::Replaced, aspects, facts, state, self.place.clone(), size);
                row.telling = if told { Telling::Always } else { Telling::IfBelow };
                Some(row)
            }
        };
        verdict.row = row;
        self.cover(verdict);
        let lost = left.filter(|_| !moved_away).into_iter().collect();
        let marked_whiteouts = marks.opacity == Opacity::HoldsMarkedWhiteouts;
        verdict.sub = Some(Seat { base, lost, marked_whiteouts, ino: facts.ino });
        Ok(())
    }

    /// The SEE has something else here: a file, a symlink, a special file.
    fn other(&mut self, facts: &Facts, marks: &Marks, verdict: &mut Verdict) -> Result<()> {
        let base = self.dir.seat.base.as_ref();
        let noted = marks.redirect.as_deref();
        let noted = noted.and_then(|r| resolve_redirect(r, &self.source.layer.mount_point, base));
        // Where the content of a metacopy is.
        let data = if marks.metacopy { noted.clone().or_else(|| base.and(self.place.clone())) } else { None };
        let state = if data.is_some() { UpperState::AttributesOnly } else { UpperState::Whole };
        let same_type = self.host.is_some_and(|host| host.file_type() == facts.file_type());
        let anchored = same_type && self.is_original(facts, marks, data.as_ref())?;
        // Without a handle two names of one upper inode may both look like the original.
        let is_doubtful = anchored && facts.links > 1 && marks.origin == Some(Origin::Unknown);
        let elsewhere = data.clone().filter(|path| Some(path) != self.place.as_ref());
        let host_size = self.host.map(|host| host.shown_size());
        let row = match self.host {
            None if data.is_some() && elsewhere.is_none() => {
                Some(self.row(ChangeKind::Modified, Vec::new(), facts, state, self.place.clone(), None))
            }
            None => Some(self.row(ChangeKind::Created, Vec::new(), facts, state, data.clone(), None)),
            Some(host) if same_type => {
                let contents = data.is_none();
                let mut aspects = self.aspects(facts, self.compared_dir, self.name, &host, contents)?;
                if elsewhere.is_some() {
                    aspects.retain(|aspect| *aspect != Aspect::Times);
                    aspects.insert(0, Aspect::Content);
                }
                let lives_on = anchored && base.is_none() && data.is_some();
                let told = !aspects.is_empty() || lives_on;
                let lower = elsewhere.clone().or(self.place.clone());
                let mut row = self.row(ChangeKind::Modified, aspects, facts, state, lower, host_size);
                row.telling = if told { Telling::Always } else { Telling::IfCoveredMoved };
                (told || !anchored || is_doubtful).then_some(row)
            }
            Some(_) => {
                let lower = elsewhere.clone().or(self.place.clone());
                Some(self.row(ChangeKind::Replaced, vec![Aspect::Content], facts, state, lower, host_size))
            }
        };
        verdict.row = row;
        if let Some(row) = verdict.row.as_mut().filter(|_| marks.privileged) {
            Arc::make_mut(&mut row.found).change.privileged = true;
        }
        if !anchored {
            self.cover(verdict);
        }
        if let (true, Some(place)) = (self.host.is_some_and(|host| host.is_dir()), &self.place) {
            let (host, view) = (place.clone(), self.view.clone());
            verdict.trees.push(LostTree { host, view, against: None, with_itself: false });
        }
        let origin = match &marks.origin {
            Some(Origin::Handle(handle)) if !anchored => Some(handle.clone()),
            _ => None,
        };
        let source = noted.filter(|_| !anchored);
        let copy = if anchored || state != UpperState::Whole { None } else { self.copy(facts, marks) };
        if facts.links > 1 || origin.is_some() || source.is_some() || copy.is_some() {
            let anchor = self.place.clone().filter(|_| anchored);
            let doubt = self.host.filter(|_| is_doubtful).map(|host| host.ino);
            verdict.name = Some(Name { ino: facts.ino, anchor, doubt, origin, source, copy });
        }
        Ok(())
    }

    /// Tells whether an object that is new at its place may be the copy of one that was moved here: overlayfs says so, or it
    /// was written last before the session began.
    fn copy(&self, facts: &Facts, marks: &Marks) -> Option<Copy> {
        let is_certain = marks.origin == Some(Origin::Unknown);
        let is_old = facts.mtime < self.source.layer.began && facts.links == 1;
        let look = Look::of(&self.source.layer, facts).filter(|_| is_certain || is_old)?;
        Some(Copy { look, is_certain })
    }

    /// Tells whether the layer's object was copied up from the host's object of the same place.
    fn is_original(&self, facts: &Facts, marks: &Marks, data: Option<&HostPath>) -> Result<bool> {
        if data.is_some() {
            return Ok(data == self.place.as_ref());
        }
        match (&marks.origin, self.compared_dir) {
            (Some(Origin::Handle(origin)), Some(dir)) => Ok(absent_is_none(handle_at(dir, self.name))?
                .flatten()
                .is_none_or(|handle| handle == *origin)),
            (Some(Origin::Unknown), _) => Ok(!self.came_from_elsewhere(facts)),
            // Of a host file with several names overlayfs does not note the origin, nor in user mode that of a symlink.
            _ => Ok(self.host.is_some_and(|host| host.links > 1 || self.is_copied_link(facts, &host))),
        }
    }

    /// Tells whether a symlink that has got further names looks like a copy of the host's here.
    fn is_copied_link(&self, facts: &Facts, host: &Facts) -> bool {
        let look = |facts| Look::of(&self.source.layer, facts);
        let is_link = facts.file_type() == FileType::Symlink && facts.links > 1;
        is_link && look(facts).is_some_and(|here| Some(here) == look(host))
    }

    /// Tells whether a copy of something unnamed cannot be one of the host's object here: that one was written at another
    /// time, and whoever writes to a copy leaves the time of the session.
    fn came_from_elsewhere(&self, facts: &Facts) -> bool {
        let layer = &self.source.layer;
        let host = self.host.and_then(|host| Look::of(layer, &host));
        facts.links == 1 && facts.mtime < layer.began && Look::of(layer, facts) != host
    }

    /// Notes that the host's object of this place, when it is no directory, is not here any more.
    fn cover(&self, verdict: &mut Verdict) {
        let Some(host) = self.host.filter(|host| !host.is_dir()) else { return };
        let displaced = |place| Displaced::new(&self.source.layer, place, &host);
        verdict.displaced.extend(self.place.clone().map(displaced));
        if let Some(row) = &mut verdict.row {
            row.covers = self.place.clone().map(Box::new);
        }
    }

    /// Goes on with host directories that were here before the one that is compared.
    fn also_lost(&mut self, upper: Option<&Facts>, shines: bool, verdict: &mut Verdict) -> Result<()> {
        let compared = usize::from(self.dir.seat.base.is_none());
        for (path, fd) in self.dir.seat.lost.iter().zip(&self.dir.lost).skip(compared) {
            let place = path.join(self.name);
            let Some(host) = look(fd.as_ref().map(AsFd::as_fd), self.name)? else { continue };
            if self.judge.ground.is_foreign(self.dir.layer, &place) {
                continue;
            }
            let shown = if shines { self.host.as_ref() } else { upper };
            match shown {
                None if verdict.row.is_none() && verdict.trees.is_empty() => {
                    lose((self.dir.layer, &self.source.layer), place, &self.view, &host, verdict);
                }
                Some(shown) if shown.is_dir() && host.is_dir() => match &mut verdict.sub {
                    Some(sub) => {
                        if sub.base.as_ref() != Some(&place) {
                            if !(self.judge.is_moved)(&place) {
                                sub.lost.push(place.clone());
                            }
                            verdict.asked.push(place);
                        }
                    }
                    None => {
                        let (view, against) = (self.view.clone(), self.place.clone());
                        verdict.trees.push(LostTree { host: place, view, against, with_itself: false });
                    }
                },
                _ if host.is_dir() => {
                    let view = self.view.clone();
                    verdict.trees.push(LostTree { host: place, view, against: None, with_itself: false });
                }
                _ => verdict.displaced.push(Displaced::new(&self.source.layer, place, &host)),
            }
        }
        Ok(())
    }

    fn aspects(
        &self,
        facts: &Facts,
        host_dir: Option<BorrowedFd<'_>>,
        host_name: &[u8],
        host: &Facts,
        contents: bool,
    ) -> Result<Vec<Aspect>> {
        let (Some(upper), Some(host_dir)) = (&self.dir.upper, host_dir) else { return Ok(Vec::new()) };
        let layer = &self.source.layer;
        let rules = Rules {
            space: layer.marks,
            began: layer.began,
            contents,
            monitor: self.judge.monitor,
            memory: &self.judge.ground.memory,
        };
        let new = Object { dir: upper.as_fd(), name: self.name, facts };
        aspects(new, Object { dir: host_dir, name: host_name, facts: host }, rules)
    }

    fn row(
        &self,
        kind: ChangeKind,
        aspects: Vec<Aspect>,
        facts: &Facts,
        state: UpperState,
        lower: Option<HostPath>,
        size_before: Option<u64>,
    ) -> Row {
        let change = Change {
            path: self.view.clone(),
            kind,
            aspects,
            file_type: facts.file_type(),
            from: None,
            size: facts.shown_size(),
            size_before,
            mode: facts.permissions(),
            uid: facts.uid,
            gid: facts.gid,
            privileged: false,
            program: None,
        };
        let upper = Some(LayerPath::of(&self.view, &self.dir.relative, self.name));
        let is_linked = !facts.is_dir() && facts.links > 1;
        let version = Version::of(Some(facts), self.host.as_ref());
        let found = Found { change, layer: self.dir.layer, state, upper, lower, is_linked, version };
        Row { found: Arc::new(found), telling: Telling::Always, covers: None }
    }
}

/// Says that the host's object is lost: a row, or a tree to go through.
fn lose(
    (number, layer): (u32, &Layer),
    place: HostPath,
    view: &HostPath,
    host: &Facts,
    verdict: &mut Verdict,
) {
    if host.is_dir() {
        let view = view.clone();
        verdict.trees.push(LostTree { host: place, view, against: None, with_itself: true });
    } else {
        verdict.displaced.push(Displaced::new(layer, place.clone(), host));
        verdict.row = Some(deleted(number, view.clone(), place, host));
    }
}
