//! Which package owns which changed path. Filled by the readers of package records; knows none of them.

use std::collections::HashMap;
use std::path::Path;

use crate::changes::found::ChangeSet;
use crate::path::HostPath;

use super::{Package, PackageState};

/// Directories that became links to those of the same name below `/usr`: packages name files by either.
const MERGED: [&str; 6] = ["/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"];

/// The owner of a path: nobody yet, one package, or several (directories that packages share).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Owner {
    Nobody,
    One(u32),
    Several,
}

/// The owners of the changed paths.
pub struct Owners<'a> {
    /// The packages that own something.
    pub packages: Vec<Package>,
    by_path: HashMap<&'a [u8], Owner>,
    merged: Vec<&'static str>,
}

impl<'a> Owners<'a> {
    /// Returns that nobody owns any of these changes.
    pub fn new(changes: &'a ChangeSet) -> Self {
        let paths = changes.found.iter().map(|found| (found.change.path.as_bytes(), Owner::Nobody));
        let is_link =
            |place: &&str| std::fs::symlink_metadata(Path::new(place)).is_ok_and(|f| f.is_symlink());
        Self {
            packages: Vec::new(),
            by_path: paths.collect(),
            merged: MERGED.into_iter().filter(is_link).collect(),
        }
    }

    /// Adds a package with the paths that it owns, one a line.
    pub fn add(&mut self, name: &str, state: PackageState, list: &[u8]) {
        let Ok(number) = u32::try_from(self.packages.len()) else { return };
        let mut owns = false;
        for line in list.split(|byte| *byte == b'\n') {
            owns |= self.own(line, number);
        }
        if owns {
            self.packages.push(Package { name: name.to_owned(), state });
        }
    }

    /// Returns the package that alone owns this path, as an index into `packages`.
    pub fn of(&self, path: &HostPath) -> Option<u32> {
        match self.by_path.get(path.as_bytes()) {
            Some(Owner::One(number)) => Some(*number),
            _ => None,
        }
    }

    /// Notes an owner. Tells whether the path is one that changed.
    fn own(&mut self, path: &[u8], number: u32) -> bool {
        let usual = self.by_path.get_mut(path);
        let moved = |place: &&&str| {
            path.strip_prefix(place.as_bytes()).is_some_and(|rest| rest.first() == Some(&b'/'))
        };
        let owner = match usual {
            Some(owner) => Some(owner),
            None if self.merged.iter().any(|place| moved(&place)) => {
                self.by_path.get_mut([b"/usr", path].concat().as_slice())
            }
            None => None,
        };
        let Some(owner) = owner else { return false };
        *owner = match *owner {
            Owner::Nobody => Owner::One(number),
            Owner::One(known) if known == number => Owner::One(number),
            Owner::One(_) | Owner::Several => Owner::Several,
        };
        true
    }
}
