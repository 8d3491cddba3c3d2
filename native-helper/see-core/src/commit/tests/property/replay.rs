//! What the property test compares: trees as anybody may rely on them, and the replay of a part of a story on a plain directory.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::commit::tests::bench::{Sight, look};
use crate::commit::tests::operations::{Lesson, Operation, TODAY};

pub type Tree = BTreeMap<PathBuf, Sight>;

/// Reads a tree; of times only those that were set on purpose are anybody's business here.
pub fn tree(root: &Path) -> Tree {
    let mut seen = look(root);
    seen.values_mut().filter(|sight| sight.mtime.0 > TODAY).for_each(|sight| sight.mtime = (0, 0));
    seen
}

/// Tells whether every file below a directory has its content still.
pub fn can_be_read(dir: &Path) -> bool {
    let is_whole = |entry: std::io::Result<std::fs::DirEntry>| -> std::io::Result<bool> {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_file() {
            std::fs::read(entry.path())?;
        }
        Ok(!kind.is_dir() || can_be_read(&entry.path()))
    };
    std::fs::read_dir(dir).is_ok_and(|mut entries| entries.all(|entry| is_whole(entry).unwrap_or(false)))
}

/// A plain directory where some of a story is done again.
pub struct Replay {
    pub dir: tempfile::TempDir,
    /// Whether everything went and taught the same as at first.
    pub same: bool,
}

impl Replay {
    /// Begins with what there is at first.
    pub fn of(start: &[Operation]) -> Self {
        let dir = tempfile::tempdir_in("/dev/shm").unwrap();
        for operation in start {
            operation.run(dir.path());
        }
        Self { dir, same: true }
    }

    pub fn then(mut self, done: &[(Operation, Option<Lesson>)]) -> Self {
        for (operation, lesson) in done.iter().filter(|(_, lesson)| lesson.is_some()) {
            self.same &= operation.run(self.dir.path()) == *lesson;
        }
        self
    }

    /// As [`then`](Self::then), also with what failed, which may not go now, and with what was seen before each.
    pub fn then_all(mut self, done: &[(Operation, Option<Lesson>)], seen: &[Vec<String>]) -> Self {
        for ((operation, lesson), seen) in done.iter().zip(seen) {
            self.same &= operation.sights(self.dir.path()) == *seen;
            self.same &= operation.run(self.dir.path()) == *lesson;
        }
        self
    }

    pub fn tree(&self) -> Tree {
        tree(self.dir.path())
    }
}
