//! What the receiver of a change feed knows, and what it has yet to be told. Memory grows with the number of
//! changes, never with how often they change or how slowly they are read: only the net difference is kept.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Untold, WatchEvent};
use crate::change::{Change, Summary};
use crate::changes::found::Found;
use crate::makers::{Hand, Makers, News};
use crate::path::HostPath;

/// The most rows or paths in one event.
const BATCH: usize = 2000;

/// A backlog longer than this, and longer than twice the list, is thrown away: telling the list anew is shorter.
const FAR_BEHIND: u64 = 50_000;

/// What is known of each path, in order: what lies below a directory comes right after it. Shared with who looks at single ones.
pub type Shown = Arc<Mutex<BTreeMap<HostPath, Known>>>;

/// What is true of a path, and what the receiver knows of it.
#[derive(Default)]
pub struct Known {
    /// Its row, without who made it: shared with the model. None when it is gone and the receiver has yet to be told so.
    pub found: Option<Arc<Found>>,
    maker: Option<Hand>,
    told: bool,
    waiting: bool,
}

/// A directory that is told only when something below it is.
struct Tentative {
    found: Arc<Found>,
    below: usize,
}

/// The state of a feed.
pub struct Feed {
    shown: Shown,
    tentative: HashMap<HostPath, Tentative>,
    waiting: VecDeque<HostPath>,
    summary: Summary,
    untold: Untold,
    revision: u64,
    must_reset: bool,
    must_settle: bool,
    /// The first picture has come together, and the one after programs have ended.
    is_whole: bool,
    /// Who made what.
    makers: Option<Makers>,
}

impl Feed {
    /// Returns a feed that has told nothing yet.
    pub fn new(shown: Shown, makers: Option<Makers>) -> Self {
        Self {
            shown,
            tentative: HashMap::new(),
            waiting: VecDeque::new(),
            summary: Summary::default(),
            untold: Untold::default(),
            revision: 0,
            must_reset: true,
            must_settle: true,
            is_whole: false,
            makers,
        }
    }

    /// Learns who made what since it was asked last, and tells the rows anew that say something else now.
    pub fn name_makers(&mut self) {
        let Some(makers) = &mut self.makers else { return };
        let named = match makers.refresh() {
            News::Paths(paths) => paths,
            News::All => lock(&self.shown).keys().cloned().collect(),
        };
        for path in named {
            let mut shown = lock(&self.shown);
            let Some((key, known)) = shown.get_key_value(&path) else { continue };
            let (key, maker) = (key.clone(), makers.hand(key));
            if known.found.is_none() || known.maker == maker {
                continue;
            }
            let Some(known) = shown.get_mut(&key) else { continue };
            known.maker = maker;
            if !std::mem::replace(&mut known.waiting, true) {
                self.waiting.push_back(key);
            }
            self.must_settle = true;
        }
    }

    /// Takes in what is true of a path now; `if_below`: only when anything below it is told. Returns whether its row
    /// changed.
    pub fn update(&mut self, path: &HostPath, found: Option<Arc<Found>>, if_below: bool) -> bool {
        if !if_below {
            self.tentative.remove(path);
            return self.show(path, found);
        }
        let Some(found) = found else { return false };
        let below = match self.tentative.get(path) {
            Some(tentative) => tentative.below,
            None => {
                let shown = lock(&self.shown);
                let after = shown.range::<HostPath, _>((Bound::Excluded(path), Bound::Unbounded));
                let below = after.take_while(|(other, _)| other.is_within(path));
                below.filter(|(_, known)| known.found.is_some()).count()
            }
        };
        let row = (below > 0).then(|| found.clone());
        self.tentative.insert(path.clone(), Tentative { found, below });
        self.show(path, row)
    }

    /// Makes a row appear, change or vanish, and with it the directories above that depend on it.
    fn show(&mut self, path: &HostPath, found: Option<Arc<Found>>) -> bool {
        let mut changed = false;
        let mut todo = vec![(path.clone(), found)];
        while let Some((path, found)) = todo.pop() {
            let maker = found.as_ref().and_then(|found| self.makers.as_mut()?.hand(&found.change.path));
            let old = {
                let mut shown = lock(&self.shown);
                let is_same = |known: &Known| known.found == found && known.maker == maker;
                if shown.get(&path).map_or(found.is_none(), is_same) {
                    continue;
                }
                let key = found.as_ref().map_or(&path, |found| &found.change.path);
                let known = shown.entry(key.clone()).or_default();
                if !std::mem::replace(&mut known.waiting, true) {
                    self.waiting.push_back(path.clone());
                }
                known.maker = maker;
                std::mem::replace(&mut known.found, found.clone())
            };
            changed = true;
            if let Some(old) = &old {
                self.summary.remove(&old.change);
            }
            if let Some(found) = &found {
                self.summary.add(&found.change);
            }
            self.must_settle = true;
            if old.is_some() != found.is_some() && !self.tentative.is_empty() {
                self.count_below(&path, found.is_some(), &mut todo);
            }
        }
        changed
    }

    fn count_below(
        &mut self,
        path: &HostPath,
        appeared: bool,
        todo: &mut Vec<(HostPath, Option<Arc<Found>>)>,
    ) {
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

    /// Says which directories are not told whole.
    pub fn leave_out(&mut self, untold: Untold) {
        if self.untold != untold {
            self.untold = untold;
            self.must_settle = true;
        }
    }

    /// Says that all there is has been looked at: from now on pictures settle.
    pub fn complete(&mut self) {
        self.is_whole = true;
    }

    /// Says that not all has been looked at yet: no picture settles until it has.
    pub fn hold_back(&mut self) {
        self.is_whole = false;
    }

    /// Says that whether programs run has changed: the receiver is told even when nothing else is new.
    pub fn settle_again(&mut self) {
        self.must_settle = true;
    }

    /// Returns the next event; `None` when all is told. The caller must deliver it.
    pub fn next(&mut self, live: bool) -> Option<WatchEvent> {
        let total = self.summary.total();
        if (self.waiting.len() as u64) > (2 * total).max(FAR_BEHIND) {
            self.start_over();
        }
        if self.must_reset {
            self.must_reset = false;
            return Some(WatchEvent::Reset);
        }
        if let Some(event) = self.next_batch() {
            return Some(event);
        }
        // A million paths may have waited here.
        self.waiting.shrink_to(BATCH);
        if !self.must_settle || !self.is_whole {
            return None;
        }
        self.must_settle = false;
        self.revision += 1;
        let (revision, summary, untold) = (self.revision, self.summary, self.untold.clone());
        Some(WatchEvent::Settled { revision, total, summary, live, untold })
    }

    /// Forgets what was told: all that is true waits to be told.
    fn start_over(&mut self) {
        self.must_reset = true;
        let mut shown = lock(&self.shown);
        shown.retain(|_, known| known.found.is_some());
        for known in shown.values_mut() {
            (known.told, known.waiting) = (false, true);
        }
        self.waiting = shown.keys().cloned().collect();
    }

    /// Takes from the waiting paths a batch of rows, or a batch of paths that are gone.
    fn next_batch(&mut self) -> Option<WatchEvent> {
        let (mut rows, mut gone) = (Vec::new(), Vec::new());
        let mut shown = lock(&self.shown);
        while let Some(path) = self.waiting.pop_front() {
            let Some(known) = shown.get_mut(&path) else { continue };
            match &known.found {
                Some(found) => {
                    let makers = self.makers.as_ref();
                    let program = known.maker.and_then(|maker| makers?.name(maker));
                    rows.push(Change { program, ..found.change.clone() });
                    (known.told, known.waiting) = (true, false);
                }
                None if known.told => gone.push(path),
                None => drop(shown.remove(&path)),
            }
            if rows.len() == BATCH || gone.len() == BATCH {
                break;
            }
        }
        if !rows.is_empty() {
            // Both kinds came up: the paths that are gone wait for the next event.
            for path in gone.into_iter().rev() {
                self.waiting.push_front(path);
            }
            return Some(WatchEvent::Rows(rows));
        }
        for path in &gone {
            shown.remove(path);
        }
        (!gone.is_empty()).then_some(WatchEvent::Gone(gone))
    }
}

/// Locks the rows; a panic elsewhere leaves them whole, since every change of them is one call.
pub fn lock(shown: &Shown) -> MutexGuard<'_, BTreeMap<HostPath, Known>> {
    shown.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd as _;
    use std::time::{Duration, Instant};

    use super::*;
    use crate::beneath::facts_of;
    use crate::changes::verdict::deleted;

    #[test]
    fn directories_made_anew_are_told_with_what_is_below_them_however_long_the_list() {
        let facts = facts_of(std::fs::File::open("/").unwrap().as_fd()).unwrap();
        let path = |text: String| HostPath::new(text.as_bytes()).unwrap();
        let row = |path: &HostPath| Some(deleted(0, path.clone(), path.clone(), &facts).found);
        let mut feed = Feed::new(Shown::default(), None);
        for i in 0..50_000 {
            let path = path(format!("/a/{i}"));
            assert!(feed.update(&path, row(&path), false));
        }
        let start = Instant::now();
        for i in 0..20_000 {
            let path = path(format!("/b/{i}"));
            assert!(!feed.update(&path, row(&path), true));
        }
        assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
        let (above, beside, inner) = (path("/a".into()), path("/a-b".into()), path("/a/7".into()));
        assert!(!feed.update(&beside, row(&beside), true) && feed.update(&above, row(&above), true));
        assert_eq!(feed.tentative.get(&above).map(|tentative| tentative.below), Some(50_000));
        assert!(feed.update(&inner, None, false));
        assert_eq!(feed.tentative.get(&above).map(|tentative| tentative.below), Some(49_999));
    }
}
