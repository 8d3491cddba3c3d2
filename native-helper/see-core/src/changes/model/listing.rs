//! Which names of a directory are looked at: all, or, where there is no room for them, those that are taken in already.

use std::os::fd::AsFd;

use super::Model;
use crate::beneath::names_within;
use crate::changes::entry::{DirKey, Entries};
use crate::changes::ground::reading;
use crate::changes::room::name_bytes;
use crate::changes::verdict::OpenDir;
use crate::error::Result;

impl Model {
    /// Returns every name of a directory that there is or was, or of too many those that are taken in already.
    pub(super) fn list(
        &mut self,
        key: DirKey,
        open: &OpenDir,
        reserved: &mut usize,
    ) -> Result<Vec<Box<[u8]>>> {
        let known = self.dirs.get(&key).map(|dir| &dir.entries).filter(|entries| !entries.is_empty());
        let count = known.map_or(0, |entries| entries.names().count());
        let left = self.room.left().saturating_sub(*reserved);
        let most = left / name_bytes(&open.view, &open.relative, b"") + count;
        let (mut listed, mut fits) = (Vec::new(), true);
        for fd in open.upper.iter().map(AsFd::as_fd).chain(open.lost.iter().flatten().map(AsFd::as_fd)) {
            match names_within(fd, most).map_err(reading(&open.view))? {
                Some(names) if listed.is_empty() => listed = names,
                Some(names) => listed.extend(names),
                None => fits = false,
            }
        }
        let is_plain = known.is_none() && open.lost.iter().all(Option::is_none);
        if !fits {
            listed.clear();
            self.cut.insert(open.view.clone());
        }
        listed.extend(known.into_iter().flat_map(Entries::names).map(Box::from));
        if !is_plain {
            listed.sort_unstable();
            listed.dedup();
        }
        Ok(self.admit(key, open, listed, reserved))
    }

    /// Returns the names for which there is room beside what is reserved: all, or those that are taken in already.
    pub(super) fn admit(
        &mut self,
        key: DirKey,
        open: &OpenDir,
        mut names: Vec<Box<[u8]>>,
        reserved: &mut usize,
    ) -> Vec<Box<[u8]>> {
        let known = self.dirs.get(&key).map(|dir| &dir.entries);
        let is_known = |name: &[u8]| known.is_some_and(|entries| entries.has(name));
        let needed = names
            .iter()
            .filter(|name| !is_known(name))
            .map(|name| name_bytes(&open.view, &open.relative, name))
            .sum::<usize>();
        if *reserved + needed <= self.room.left() {
            *reserved += needed;
            return names;
        }
        names.retain(|name| is_known(name));
        self.cut.insert(open.view.clone());
        names
    }
}
