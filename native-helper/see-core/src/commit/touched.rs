//! What steps changed, or taking them back did, and has to be on the disk before the journal says so.

use std::collections::BTreeSet;

use crate::change::FileType;
use crate::error::Result;

use super::places::{Places, Spot};
use super::stage::{FEW, sync_trees};
use super::step::Step;

/// Objects that were changed since they were last written to the disk.
#[derive(Debug, Default)]
pub struct Touched {
    /// Directories whose entries or attributes were changed.
    dirs: BTreeSet<Spot>,
    /// Files whose attributes or content were changed.
    files: BTreeSet<Spot>,
    /// Trees in which something has another name by now.
    trees: BTreeSet<u16>,
}

impl Touched {
    /// Looks at what these steps changed, in places that are `wanted`.
    pub fn by<'s>(
        places: &mut Places,
        steps: impl Iterator<Item = &'s Step>,
        wanted: impl Fn(&Places, &Spot) -> Result<bool>,
    ) -> Result<Self> {
        let mut touched = Self::default();
        for step in steps {
            match step {
                Step::Attributes { at, object, .. }
                | Step::Rewrite { at, object, .. }
                | Step::Marks { at, object, .. }
                | Step::SetTime { at, object, .. } => match object.kind {
                    FileType::Directory => touched.dirs.insert(at.clone()),
                    FileType::File if places.stat(at)?.is_some_and(|stat| stat.identity == *object) => {
                        touched.files.insert(at.clone())
                    }
                    // Another step gave it another name.
                    FileType::File => touched.trees.insert(at.base),
                    _ => touched.dirs.insert(at.parent()),
                },
                // They are for the time of another step, and change nothing in the end.
                Step::Mode { .. } | Step::KeepTime { .. } => false,
                Step::Move { .. } | Step::Replace { .. } | Step::Link { .. } | Step::Unlink { .. } => {
                    touched.dirs.extend(step.names().into_iter().map(Spot::parent));
                    false
                }
            };
        }
        let mut there = BTreeSet::new();
        for dir in std::mem::take(&mut touched.dirs) {
            if wanted(places, &dir)? && places.stat(&dir)?.is_some_and(|stat| stat.is_dir()) {
                there.insert(dir);
            }
        }
        touched.dirs = there;
        Ok(touched)
    }

    /// Writes it to the disk: few objects each on its own, else their file systems.
    pub fn write(mut self, places: &mut Places) -> Result<()> {
        if self.dirs.len() + self.files.len() > FEW || !self.trees.is_empty() {
            self.trees.extend(self.dirs.iter().chain(&self.files).map(|spot| spot.base));
            return sync_trees(places, self.trees);
        }
        self.files.iter().try_for_each(|file| places.sync_file(file))?;
        self.dirs.iter().try_for_each(|dir| places.sync_dir(dir))
    }
}

#[cfg(test)]
mod tests {
    use super::super::attributes;
    use super::super::places::Role;
    use super::*;

    #[test]
    fn what_was_changed_in_its_place_is_written_as_what_got_a_name_is() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("f"), "text").unwrap();
        let mut places = Places::new(Vec::new());
        let base = places.base(Role::Host, dir.path()).unwrap();
        let spot = |name: &str| Spot { base, path: super::super::bytes::Bytes(name.into()) };
        let (at, new) = (spot("f"), spot("stage/1"));
        let object = places.stat(&at).unwrap().unwrap().identity;
        let before = attributes::read(&mut places, &at, None).unwrap();
        let after = before.clone();
        let (backup, name) = (new.clone(), spot("g"));
        let rewrite = Step::Rewrite { at: at.clone(), object, new, backup, before, after };
        let link = Step::Link { target: at.clone(), at: name, object };
        let touched = |places: &mut Places, step: &Step| {
            Touched::by(places, std::iter::once(step), |_, _| Ok(true)).unwrap()
        };
        let rewritten = touched(&mut places, &rewrite);
        assert_eq!((rewritten.files, rewritten.dirs.len()), (BTreeSet::from([at.clone()]), 0));
        assert_eq!(touched(&mut places, &link).dirs, BTreeSet::from([spot("")]));
        // Under another name it is looked for nowhere.
        std::fs::rename(dir.path().join("f"), dir.path().join("g")).unwrap();
        assert_eq!(touched(&mut places, &rewrite).trees, BTreeSet::from([base]));
    }
}
