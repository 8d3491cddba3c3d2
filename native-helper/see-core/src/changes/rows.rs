//! What each name alone tells: rows by their paths, of which the rows themselves are the keys.

use std::borrow::Borrow;
use std::collections::HashSet;
use std::hash::{Hash, Hasher};

use super::verdict::Row;
use crate::path::HostPath;

/// A set of rows, one for each path.
#[derive(Default)]
pub struct Rows(HashSet<ByPath>);

struct ByPath(Row);

impl ByPath {
    fn path(&self) -> &HostPath {
        &self.0.found.change.path
    }
}

impl Borrow<HostPath> for ByPath {
    fn borrow(&self) -> &HostPath {
        self.path()
    }
}

impl PartialEq for ByPath {
    fn eq(&self, other: &Self) -> bool {
        self.path() == other.path()
    }
}

impl Eq for ByPath {}

impl Hash for ByPath {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.path().hash(state);
    }
}

impl Rows {
    /// Returns how many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns the row of a path.
    pub fn get(&self, path: &HostPath) -> Option<&Row> {
        self.0.get(path).map(|row| &row.0)
    }

    /// Puts a row in the place of the one that its path had.
    pub fn put(&mut self, row: Row) {
        self.0.replace(ByPath(row));
    }

    /// Puts a row where its path has none; tells whether it had none.
    pub fn put_new(&mut self, row: Row) -> bool {
        self.0.insert(ByPath(row))
    }

    /// Takes out the row of a path.
    pub fn remove(&mut self, path: &HostPath) {
        self.0.remove(path);
    }

    /// Takes out all rows.
    pub fn take_all(&mut self) -> impl Iterator<Item = Row> + use<> {
        std::mem::take(&mut self.0).into_iter().map(|row| row.0)
    }
}
