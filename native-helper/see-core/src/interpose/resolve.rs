//! Follows a path as the kernel would for the program: part by part, symlinks, `..`, the program's own root directory.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::path::HostPath;
use crate::read_set::access::Access;
use crate::read_set::entry::{Moment, Object};

use super::dir::Dir;
use super::found::Found;
use super::own_links::leads_back_through_own;
use super::shown;
use super::tree::Tree;
use super::view::{Sight, Table};

/// The kernel follows no more symlinks in one path.
const MOST_LINKS: u32 = 40;
/// The kernel takes no longer path; symlinks can make one of many times that.
const PATH_MOST: usize = 4096;

/// Where a path leads.
#[derive(Clone, Debug)]
pub struct Reached {
    /// What is there.
    pub found: Found,
    /// The path without symlinks, in the program's mount table; below what is private, what was left to follow.
    pub path: HostPath,
    /// The directory that holds it; `None` for the root directory.
    pub dir: Option<Arc<Dir>>,
    /// Whether the path goes on beyond something that is no directory: the call fails.
    pub is_blocked: bool,
    /// Where it would have led from something of the host that is absent, when it goes on and that can be told.
    pub beyond: Option<HostPath>,
}

impl Reached {
    fn at(found: Found, path: HostPath, dir: Option<Arc<Dir>>) -> Self {
        Self { found, path, dir, is_blocked: false, beyond: None }
    }

    /// Tells whether nothing is there.
    pub fn is_nothing(&self) -> bool {
        matches!(self.found, Found::Absent { .. })
    }

    /// Tells whether a directory is there.
    pub fn is_directory(&self) -> bool {
        matches!(self.found, Found::Directory { .. })
    }

    /// Tells whether a file may be brought to this name, whatever of that kind is there.
    pub fn is_free_for_a_file(&self) -> bool {
        !self.is_blocked && !self.is_directory()
    }

    /// Returns what a program gets where the SEE does not show what the host has by now. Only for the main mount table.
    fn shown_otherwise(&self, tree: &mut Tree, main: &Table) -> Option<Found> {
        tree.shown_otherwise(main, self.dir.as_ref()?, &self.path, &self.found)
    }
}

/// Returns what a call depends on that finds nothing at `first`, with its access there: the end of its path, and where that
/// cannot be told, that `first` is absent. A call that `makes` the end fails as long as the directory is absent that is to hold it.
pub fn nothing_at(
    first: HostPath,
    beyond: Option<HostPath>,
    access: Access,
    makes: bool,
) -> (HostPath, Access) {
    match beyond {
        Some(beyond) if makes => (beyond.parent().unwrap_or(first), Access::LOOKUP),
        Some(beyond) => (beyond, access),
        None => (first, Access::LOOKUP),
    }
}

/// Follows paths.
pub struct Walk<'a> {
    /// Where names are looked up.
    pub tree: &'a mut Tree,
    /// The SEE's main mount table.
    pub main: &'a Table,
    /// How the program sees paths.
    pub sight: &'a Sight,
    /// When the call began, when it may have run already.
    pub since: Option<Moment>,
    /// Called before more than one name is looked up.
    pub before_long: &'a dyn Fn(),
}

impl Walk<'_> {
    /// Follows `raw` from the directory `start`. `links` gets the symlinks of the host on the way. Returns `None` when it
    /// cannot be told, or the call fails for a reason that is not the host's files.
    pub fn follow(
        &mut self,
        start: &HostPath,
        raw: &[u8],
        follows: bool,
        links: &mut Vec<(HostPath, Object)>,
    ) -> Option<Reached> {
        let table = &*self.sight.table;
        let mut at = if raw.first() == Some(&b'/') { self.sight.root.clone() } else { start.clone() };
        let follows = follows || raw.last() == Some(&b'/');
        let mut rest: VecDeque<Vec<u8>> = VecDeque::new();
        match self.known(&at, raw) {
            Some((known, name)) => {
                at = known;
                rest.push_back(name);
            }
            None => {
                (self.before_long)();
                rest = parts(raw);
            }
        }
        let mut followed = 0;
        while let Some(part) = rest.pop_front() {
            let is_up = part == b"..";
            if is_up && at == self.sight.root {
                continue;
            }
            let dir = self.tree.dir(table, self.main, &at);
            // The way up is known also from a directory that is gone.
            let is_former_link = dir.as_ref().is_some_and(|dir| dir.link.is_some());
            if is_up && !is_former_link {
                at = at.parent().unwrap_or_else(HostPath::root);
                continue;
            }
            let dir = dir?;
            if let Some(target) = &dir.link {
                // The host has a directory here by now; programs go where the symlink leads that was here.
                followed += 1;
                if followed > MOST_LINKS {
                    return None;
                }
                links.extend(dir.lower.as_ref().map(|lower| (lower.path.clone(), shown::former_link())));
                let above = at.parent().unwrap_or_else(HostPath::root);
                self.leads_on(target)?;
                at = if target.first() == Some(&b'/') { self.sight.root.clone() } else { above };
                rest.push_front(part);
                for part in parts(target).into_iter().rev() {
                    rest.push_front(part);
                }
                continue;
            }
            let path = at.join(&part);
            let is_last = rest.is_empty();
            let mut found = self.tree.look(table, self.main, &dir, &path, self.since);
            let is_way = matches!(found, Found::Symlink { .. }) && (!is_last || follows);
            if is_way && table.id == self.main.id {
                match self.tree.shown_otherwise(self.main, &dir, &path, &found) {
                    None => {}
                    Some(link @ Found::Symlink { .. }) => found = link,
                    // Programs go on below something that the host has no more: no further can be told.
                    Some(_) => {
                        let reached = Reached::at(shown::untold(path.clone()), path, Some(dir));
                        return Some(Reached { is_blocked: true, ..reached });
                    }
                }
            }
            match found {
                Found::Directory { .. } if !is_last => at = path,
                Found::Symlink { target, host } if !is_last || follows => {
                    followed += 1;
                    if followed > MOST_LINKS {
                        return None;
                    }
                    links.extend(host);
                    self.leads_on(&target)?;
                    if target.first() == Some(&b'/') {
                        at = self.sight.root.clone();
                    }
                    for part in parts(&target).into_iter().rev() {
                        rest.push_front(part);
                    }
                    if rest.is_empty() {
                        return self.here(at);
                    }
                }
                Found::Private => {
                    if leads_back_through_own(&path, &rest) {
                        // Where such a link leads only the thread itself knows, and so what is above that.
                        self.tree.lose();
                        return None;
                    }
                    return Some(Reached::at(Found::Private, with_rest(&path, &rest), Some(dir)));
                }
                Found::Absent { host } => {
                    let beyond = host.as_ref().and_then(|host| beyond(host, &rest));
                    let reached = Reached::at(Found::Absent { host }, path, Some(dir));
                    return Some(Reached { is_blocked: !is_last, beyond, ..reached });
                }
                found => {
                    return Some(Reached { is_blocked: !is_last, ..Reached::at(found, path, Some(dir)) });
                }
            }
            if rest.is_empty() {
                return self.here(at);
            }
        }
        self.here(at)
    }

    /// Returns what programs get where the host has something else by now than the SEE shows: they go on by a symlink that was
    /// there before.
    pub fn as_shown(
        &mut self,
        mut reached: Reached,
        follows: bool,
        links: &mut Vec<(HostPath, Object)>,
    ) -> Option<Reached> {
        for _ in 0..MOST_LINKS {
            if self.sight.table.id != self.main.id {
                return Some(reached);
            }
            let Some(shown) = reached.shown_otherwise(self.tree, self.main) else { return Some(reached) };
            let Found::Symlink { target, host } = shown else {
                return Some(Reached { found: shown, ..reached });
            };
            if !follows || reached.is_blocked {
                return Some(Reached { found: Found::Symlink { target, host }, ..reached });
            }
            links.extend(host);
            let above = reached.path.parent().unwrap_or_else(HostPath::root);
            self.leads_on(&target)?;
            reached = self.follow(&above, &target, true, links)?;
        }
        None
    }

    /// Ends where a symlink leads to what nobody can tell: the record lacks it then.
    fn leads_on(&self, target: &[u8]) -> Option<()> {
        if self.sight.loses(target) {
            self.tree.lose();
            return None;
        }
        Some(())
    }

    /// Returns the directory that holds what `raw` names, and the name there, when the directory is known by this very
    /// path: then no symlink is in it.
    fn known(&self, at: &HostPath, raw: &[u8]) -> Option<(HostPath, Vec<u8>)> {
        let end = raw.iter().rposition(|byte| *byte != b'/')? + 1;
        let raw = raw.get(..end)?;
        let cut = raw.iter().rposition(|byte| *byte == b'/').map_or(0, |slash| slash + 1);
        let (above, name) = raw.split_at(cut);
        if name == b"." || name == b".." || above.split(|byte| *byte == b'/').any(|part| part == b"..") {
            return None;
        }
        let known = if above.is_empty() {
            at.clone()
        } else {
            HostPath::new(&[at.as_bytes(), b"/", above].concat())?
        };
        self.tree.knows(&self.sight.table, &known).then(|| (known, name.to_vec()))
    }

    /// Returns a directory that was reached by its name alone: `/`, `.`, `a/..`.
    fn here(&mut self, path: HostPath) -> Option<Reached> {
        let table = &*self.sight.table;
        let Some(parent) = path.parent() else {
            let found = self.tree.top(table, self.main);
            return Some(Reached::at(found, path, None));
        };
        let dir = self.tree.dir(table, self.main, &parent)?;
        let found = self.tree.look(table, self.main, &dir, &path, self.since);
        Some(Reached::at(found, path, Some(dir)))
    }
}

fn parts(raw: &[u8]) -> VecDeque<Vec<u8>> {
    raw.split(|byte| *byte == b'/')
        .filter(|part| !part.is_empty() && *part != b".")
        .map(<[u8]>::to_vec)
        .collect()
}

/// Returns where what is left of a path leads from something absent; `None` when it leads back, or further than any path:
/// then only that something is absent can matter.
fn beyond(absent: &HostPath, rest: &VecDeque<Vec<u8>>) -> Option<HostPath> {
    let length = absent.as_bytes().len() + rest.iter().map(|part| part.len() + 1).sum::<usize>();
    let leads_back = rest.iter().any(|part| part == b"..");
    (!rest.is_empty() && !leads_back && length < PATH_MOST).then(|| with_rest(absent, rest))
}

fn with_rest(path: &HostPath, rest: &VecDeque<Vec<u8>>) -> HostPath {
    let mut bytes = path.as_bytes().to_vec();
    for part in rest {
        if part == b".." {
            bytes.truncate(bytes.iter().rposition(|byte| *byte == b'/').unwrap_or(0));
        } else {
            bytes.push(b'/');
            bytes.extend_from_slice(part);
        }
    }
    HostPath::new(&[b"/", bytes.as_slice()].concat()).unwrap_or_else(HostPath::root)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> HostPath {
        HostPath::new(text.as_bytes()).unwrap()
    }

    #[test]
    fn what_is_left_is_followed() {
        let rest = |text: &str| with_rest(&path("/a/b"), &parts(text.as_bytes()));
        assert_eq!(rest("c/../../d"), path("/a/d"));
        assert_eq!(rest("../../../../x"), path("/x"));
        assert_eq!(rest("../.."), HostPath::root());
        assert_eq!(rest(""), path("/a/b"));
    }

    #[test]
    fn what_nothing_is_below_of_is_told_where_it_matters() {
        let beyond = |text: &str| beyond(&path("/a"), &parts(text.as_bytes()));
        assert_eq!((beyond("b//c"), beyond(""), beyond("../x")), (Some(path("/a/b/c")), None, None));
        assert_eq!(beyond(&"x/".repeat(2000)).map(|path| path.as_bytes().len()), Some(4002));
        assert_eq!(beyond(&"x/".repeat(100_000)), None);
        let at = |beyond, access, makes| nothing_at(path("/a"), beyond, access, makes);
        assert_eq!(at(Some(path("/a/b")), Access::READ, false), (path("/a/b"), Access::READ));
        assert_eq!(at(None, Access::READ, false), (path("/a"), Access::LOOKUP));
        assert_eq!(at(Some(path("/a/b")), Access::TRUNCATE, true), (path("/a"), Access::LOOKUP));
        assert_eq!(at(Some(path("/a/b/c")), Access::TRUNCATE, true), (path("/a/b"), Access::LOOKUP));
    }
}
