//! What the receiver of a change feed knows, and what it has yet to be told. Memory grows with the number of
//! changes, never with how often they change or how slowly they are read: only the net difference is kept.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::WatchEvent;
use crate::change::Summary;
use crate::changes::found::Found;
use crate::path::HostPath;

/// The most rows or paths in one event.
const BATCH: usize = 2000;

/// A backlog longer than this, and longer than twice the list, is thrown away: telling the list anew is shorter.
const FAR_BEHIND: usize = 50_000;

/// The rows that are true now, by path; shared with who looks at single ones.
pub type Shown = Arc<Mutex<HashMap<HostPath, Found>>>;

/// A directory that is told only when something below it is.
struct Tentative {
    found: Found,
    below: usize,
}

/// The state of a feed.
pub struct Feed {
    shown: Shown,
    tentative: HashMap<HostPath, Tentative>,
    told: HashSet<HostPath>,
    waiting: Vec<HostPath>,
    is_waiting: HashSet<HostPath>,
    summary: Summary,
    revision: u64,
    must_reset: bool,
    must_settle: bool,
}

impl Feed {
    /// Returns a feed that has told nothing yet.
    pub fn new(shown: Shown) -> Self {
        Self {
            shown,
            tentative: HashMap::new(),
            told: HashSet::new(),
            waiting: Vec::new(),
            is_waiting: HashSet::new(),
            summary: Summary::default(),
            revision: 0,
            must_reset: true,
            must_settle: true,
        }
    }

    /// Takes in what is true of a path now; `if_below`: only when anything below it is told. Returns whether its row
    /// changed.
    pub fn update(&mut self, path: &HostPath, found: Option<Found>, if_below: bool) -> bool {
        if !if_below {
            self.tentative.remove(path);
            return self.show(path, found);
        }
        let Some(found) = found else { return false };
        let below = match self.tentative.get(path) {
            Some(tentative) => tentative.below,
            None => lock(&self.shown).keys().filter(|other| *other != path && other.is_within(path)).count(),
        };
        let row = (below > 0).then(|| found.clone());
        self.tentative.insert(path.clone(), Tentative { found, below });
        self.show(path, row)
    }

    /// Makes a row appear, change or vanish, and with it the directories above that depend on it.
    fn show(&mut self, path: &HostPath, found: Option<Found>) -> bool {
        let mut changed = false;
        let mut todo = vec![(path.clone(), found)];
        while let Some((path, found)) = todo.pop() {
            let old = {
                let mut shown = lock(&self.shown);
                if shown.get(&path) == found.as_ref() {
                    continue;
                }
                match &found {
                    Some(found) => shown.insert(path.clone(), found.clone()),
                    None => shown.remove(&path),
                }
            };
            changed = true;
            if let Some(old) = &old {
                self.summary.remove(&old.change);
            }
            if let Some(found) = &found {
                self.summary.add(&found.change);
            }
            if self.is_waiting.insert(path.clone()) {
                self.waiting.push(path.clone());
            }
            self.must_settle = true;
            if old.is_some() != found.is_some() && !self.tentative.is_empty() {
                self.count_below(&path, found.is_some(), &mut todo);
            }
        }
        changed
    }

    fn count_below(&mut self, path: &HostPath, appeared: bool, todo: &mut Vec<(HostPath, Option<Found>)>) {
        let mut ancestor = path.parent();
        while let Some(path) = ancestor {
            if let Some(tentative) = self.tentative.get_mut(&path) {
                let before = tentative.below;
                tentative.below = if appeared { before + 1 } else { before.saturating_sub(1) };
                if (before == 0) != (tentative.below == 0) {
                    todo.push((path.clone(), appeared.then(|| tentative.found.clone())));
                }
            }
            ancestor = path.parent();
        }
    }

    /// Says that whether programs run has changed: the receiver is told even when nothing else is new.
    pub fn settle_again(&mut self) {
        self.must_settle = true;
    }

    /// Returns the next event; `None` when all is told. The caller must deliver it.
    pub fn next(&mut self, live: bool) -> Option<WatchEvent> {
        let total = lock(&self.shown).len();
        if self.waiting.len() > FAR_BEHIND.max(2 * total) {
            self.must_reset = true;
            self.waiting = lock(&self.shown).keys().cloned().collect();
            self.is_waiting = self.waiting.iter().cloned().collect();
        }
        if self.must_reset {
            self.must_reset = false;
            self.told.clear();
            return Some(WatchEvent::Reset);
        }
        if let Some(event) = self.next_batch() {
            return Some(event);
        }
        if !self.must_settle {
            return None;
        }
        self.must_settle = false;
        self.revision += 1;
        let total = total as u64;
        Some(WatchEvent::Settled { revision: self.revision, total, summary: self.summary, live })
    }

    /// Takes from the waiting paths a batch of rows, or a batch of paths that are gone.
    fn next_batch(&mut self) -> Option<WatchEvent> {
        let (mut rows, mut gone) = (Vec::new(), Vec::new());
        let shown = lock(&self.shown);
        while let Some(path) = self.waiting.pop() {
            self.is_waiting.remove(&path);
            match shown.get(&path) {
                Some(found) => {
                    rows.push(found.change.clone());
                    self.told.insert(path);
                }
                None if self.told.remove(&path) => gone.push(path),
                None => {}
            }
            if rows.len() == BATCH || gone.len() == BATCH {
                break;
            }
        }
        drop(shown);
        if !rows.is_empty() {
            // Both kinds came up: the paths that are gone wait for the next event.
            for path in gone {
                self.told.insert(path.clone());
                self.is_waiting.insert(path.clone());
                self.waiting.push(path);
            }
            return Some(WatchEvent::Rows(rows));
        }
        (!gone.is_empty()).then_some(WatchEvent::Gone(gone))
    }
}

/// Locks the rows; a panic elsewhere leaves them whole, since every change of them is one call.
pub fn lock(shown: &Shown) -> MutexGuard<'_, HashMap<HostPath, Found>> {
    shown.lock().unwrap_or_else(PoisonError::into_inner)
}
