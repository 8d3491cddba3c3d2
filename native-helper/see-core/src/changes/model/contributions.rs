//! What each name contributes to the model: taken in, taken back, and gone through again where it lost whole trees. Looks at
//! the host only for those.

use std::path::Path;

use super::super::entry::{DirKey, Entry, Special, Spot};
use super::super::lost::Losses;
use super::super::room::{entry_bytes, name_bytes};
use super::super::verdict::{OpenDir, Verdict};
use super::Model;
use crate::error::Result;
use crate::monitor::Monitor;
use crate::path::HostPath;

impl Model {
    /// Replaces what a name contributed.
    pub(super) fn apply(&mut self, key: DirKey, open: &OpenDir, name: Box<[u8]>, mut verdict: Verdict) {
        let Some(dir) = self.dirs.get_mut(&key) else { return };
        let dir_is_provisional = dir.is_provisional;
        let has_any = verdict.row.is_some() || verdict.sub.is_some() || verdict.is_special();
        if self.room.left() == 0 && has_any && !dir.entries.has(&name) {
            // What names are can take up more than was kept free for them.
            self.cut.insert(open.view.clone());
            return;
        }
        if !self.tracking && !dir_is_provisional && verdict.sub.is_none() && !verdict.is_special() {
            // Nobody will come back to this name.
            self.room.take(verdict.row.as_ref().map_or(0, |_| name_bytes(&open.view, &open.relative, &name)));
            self.lone.extend(verdict.row);
            return;
        }
        let old = dir.entries.take(&name);
        if let Some(old) = &old {
            self.room.give_back(entry_bytes(&open.view, &open.relative, &name, old));
        }
        let old = old.unwrap_or_default();
        let mut row = verdict.row.take();
        if let Some(row) = &mut row {
            if let Some(before) = self.plain.get(&row.found.change.path).filter(|before| *before == row) {
                // Whoever was told has the old one: two of each would be kept else, once everything was looked at again.
                row.clone_from(before);
            }
        }
        let view = row.as_ref().map_or_else(|| open.view.join(&name), |row| row.found.change.path.clone());
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

        let mut entry = Entry { has_row: row.is_some(), sub: kept, special: None };
        let layer = open.layer;
        let provisional = dir_is_provisional || !verdict.asked.is_empty();
        if verdict.is_special() {
            let mut special = Special { moved_from: verdict.moved_from.clone(), ..Special::default() };
            for displaced in verdict.displaced {
                self.links.displace(layer, &displaced, &view);
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
        if let Some(row) = row {
            self.plain.put(row);
        }
        self.links.touch(&view);
        if let Some(seat) = verdict.sub.filter(|_| kept.is_none()) {
            let relative = open.relative.join(Path::new(as_os(&spot.1)));
            entry.sub = Some(self.add_dir(layer, view.clone(), relative, seat, provisional));
        }
        let empty = !entry.has_row && entry.sub.is_none() && entry.special.is_none();
        if let Some(dir) = self.dirs.get_mut(&key).filter(|_| !empty) {
            self.room.take(entry_bytes(&open.view, &open.relative, &spot.1, &entry));
            dir.entries.put(spot.1, view, entry);
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
        self.room.give_back(special.tree_kept);
        for dir in &special.tree_cut {
            self.cut.remove(dir);
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
            let entries = dir.entries.take_all();
            let (view, relative) = (dir.view.clone(), std::mem::take(&mut dir.relative));
            for (name, entry) in entries {
                self.room.give_back(entry_bytes(&view, &relative, &name, &entry));
                doomed.extend(entry.sub);
                let path = view.join(&name);
                self.retract(&(key, name), &path, &entry);
                if let Some(special) = &entry.special {
                    self.moved(special.moved_from.as_ref(), false);
                }
            }
            self.unlisted.remove(&view);
            self.cut.remove(&view);
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
    pub(super) fn expand(&mut self, spot: &Spot, monitor: &dyn Monitor) -> Result<()> {
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
        self.room.give_back(std::mem::take(&mut special.tree_kept));
        for dir in std::mem::take(&mut special.tree_cut) {
            self.cut.remove(&dir);
        }
        let (mut rows, mut displaced, mut cut) = (Vec::new(), Vec::new(), Vec::new());
        let before = self.room.left();
        let mut room = before;
        let source = self.ground.source(layer)?;
        for tree in trees {
            let is_moved = |path: &HostPath| self.moves.is_moved(path);
            let mut losses = Losses::new(&self.ground, source, layer, &is_moved, monitor, room);
            losses.go_through(&tree)?;
            room = losses.room;
            cut.extend(losses.cut);
            self.unlisted.extend(losses.unlisted);
            for (lost, at) in losses.displaced {
                self.links.displace(layer, &lost, &at);
                displaced.push((lost.host, at));
            }
            for row in losses.rows {
                let path = row.found.change.path.clone();
                if self.plain.put_new(row) {
                    self.links.touch(&path);
                    rows.push(path);
                }
            }
        }
        let entry = self.dirs.get_mut(&spot.0).and_then(|dir| dir.entries.get_mut(&spot.1));
        if let Some(special) = entry.and_then(|entry| entry.special.as_mut()) {
            special.tree_rows = rows;
            special.tree_displaced = displaced;
            special.tree_kept = before - room;
            special.tree_cut.clone_from(&cut);
            self.room.take(before - room);
            self.cut.extend(cut);
        }
        Ok(())
    }
}

fn as_os(name: &[u8]) -> &std::ffi::OsStr {
    std::os::unix::ffi::OsStrExt::from_bytes(name)
}
