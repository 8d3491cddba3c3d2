//! What the model keeps of a layer's directories and their names: plain data that `model.rs` fills and takes back.

use std::borrow::Borrow;
use std::collections::{HashMap, HashSet};
use std::hash::{Hash, Hasher};
use std::path::PathBuf;

use super::verdict::{LostTree, Seat};
use crate::path::HostPath;

/// Names a directory of the model for as long as it lives; never given twice.
pub type DirKey = u64;

/// A name of a directory.
pub type Spot = (DirKey, Box<[u8]>);

/// A directory of a layer.
pub struct Dir {
    /// Index of its layer.
    pub layer: u32,
    /// Its path in the SEE.
    pub view: HostPath,
    /// Its path in the layer.
    pub relative: PathBuf,
    /// How it sits on the host.
    pub seat: Seat,
    /// Its seat hangs on what else is found, so that it may have to be judged again.
    pub is_provisional: bool,
    /// What its names contributed.
    pub entries: Entries,
}

/// What the names of a directory contributed. Most have a row and no more: of them only the path is kept, which the row has too.
#[derive(Default)]
pub struct Entries {
    rows: HashSet<Named>,
    others: HashMap<Box<[u8]>, Entry>,
}

/// A path by its last part.
struct Named(HostPath);

impl Borrow<[u8]> for Named {
    fn borrow(&self) -> &[u8] {
        self.0.name()
    }
}

impl PartialEq for Named {
    fn eq(&self, other: &Self) -> bool {
        self.0.name() == other.0.name()
    }
}

impl Eq for Named {}

impl Hash for Named {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.name().hash(state);
    }
}

impl Entries {
    /// Tells whether no name contributed anything.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.others.is_empty()
    }

    /// Tells whether a name contributed anything.
    pub fn has(&self, name: &[u8]) -> bool {
        self.rows.contains(name) || self.others.contains_key(name)
    }

    /// Returns the names that contributed anything.
    pub fn names(&self) -> impl Iterator<Item = &[u8]> {
        self.rows.iter().map(|named| named.0.name()).chain(self.others.keys().map(Box::as_ref))
    }

    /// Returns what a name contributed beside a row.
    pub fn get(&self, name: &[u8]) -> Option<&Entry> {
        self.others.get(name)
    }

    /// The same, to be changed.
    pub fn get_mut(&mut self, name: &[u8]) -> Option<&mut Entry> {
        self.others.get_mut(name)
    }

    /// Puts what a name contributed, which had nothing; `view` is its path.
    pub fn put(&mut self, name: Box<[u8]>, view: HostPath, entry: Entry) {
        if entry.sub.is_some() || entry.special.is_some() {
            self.others.insert(name, entry);
        } else if entry.has_row {
            self.rows.insert(Named(view));
        }
    }

    /// Takes back what a name contributed.
    pub fn take(&mut self, name: &[u8]) -> Option<Entry> {
        let row = || Entry { has_row: true, ..Entry::default() };
        if self.rows.remove(name) { Some(row()) } else { self.others.remove(name) }
    }

    /// Takes back all of it.
    pub fn take_all(&mut self) -> impl Iterator<Item = (Box<[u8]>, Entry)> + use<> {
        let Self { rows, others } = std::mem::take(self);
        let row = |named: Named| (Box::from(named.0.name()), Entry { has_row: true, ..Entry::default() });
        rows.into_iter().map(row).chain(others)
    }
}

/// What one name contributed.
#[derive(Default)]
pub struct Entry {
    /// A row of its own.
    pub has_row: bool,
    /// The directory that it is.
    pub sub: Option<DirKey>,
    /// What has to do with other names.
    pub special: Option<Box<Special>>,
}

/// The rarer contributions.
#[derive(Default)]
pub struct Special {
    /// Host objects that are not in their places any more.
    pub displaced: Vec<HostPath>,
    /// Lost trees of the host.
    pub trees: Vec<LostTree>,
    /// Rows of what these held.
    pub tree_rows: Vec<HostPath>,
    /// Host objects of these that are not in their places any more: where on the host, where in the SEE.
    pub tree_displaced: Vec<(HostPath, HostPath)>,
    /// Bytes that these take up.
    pub tree_kept: usize,
    /// Directories of these that were not gone through, because there was no room for what is in them.
    pub tree_cut: Vec<HostPath>,
    /// The upper inode, when other names may have to do with it.
    pub node: Option<u64>,
    /// Where on the host the directory came from.
    pub moved_from: Option<HostPath>,
    /// Host directories on whose moves the verdict depends.
    pub asked: Vec<HostPath>,
}
