//! What earlier commits left on the host: a check must not take our own work for somebody else's.

use std::collections::HashMap;

use crate::error::Result;
use crate::store::Store;

use super::journal;
use super::record::CommitState;
use super::stat::{Identity, Stat};

/// The objects that the commits of a session left, as they left them.
#[derive(Debug, Default)]
pub struct LeftByUs {
    objects: HashMap<Identity, Vec<Stat>>,
}

impl LeftByUs {
    /// Reads what every commit and undo of this session left.
    pub fn of_session(store: &Store, session: &str) -> Result<Self> {
        let mut objects: HashMap<Identity, Vec<Stat>> = HashMap::new();
        for commit in store.commits()? {
            if commit.session != session || commit.state != CommitState::Done {
                continue;
            }
            let journal = journal::read(&super::commit_dir(store, &commit.id))?;
            for left in journal.and_then(|journal| journal.left).unwrap_or_default() {
                objects.entry(left.stat.identity).or_default().push(left.stat);
            }
        }
        Ok(Self { objects })
    }

    /// Tells whether the object is as one of the commits left it.
    pub fn holds(&self, stat: &Stat) -> bool {
        let known = self.objects.get(&stat.identity);
        known.is_some_and(|known| known.iter().any(|left| stat.is_unchanged_since(left)))
    }
}
