//! The watching thread: turns notices into fresh looks at single names, looks at growing files again, and walks
//! everything now and then, so that what no notice told is found too.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::SyncSender;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::notices::{Notice, Notices};
use super::teller::Teller;
use super::{Shared, WatchEvent};
use crate::changes::entry::{Dir, DirKey, Spot};
use crate::changes::ground::{Ground, Source};
use crate::changes::model::{Audience, Model};
use crate::error::{Result, SeeError};
use crate::makers::Makers;
use crate::monitor::{Monitor, Phase};
use crate::path::HostPath;

/// Notices are gathered at least this long before they are followed.
const SHORTEST_PAUSE: Duration = Duration::from_millis(20);

/// And at most this long, however much work the last ones made.
const LONGEST_PAUSE: Duration = Duration::from_millis(100);

/// A changed file is looked at again after this time, and then at thrice the interval as long as it stays the same.
const FIRST_LOOK: Duration = Duration::from_millis(100);
const LAST_LOOK: Duration = Duration::from_secs(10);

/// No more files than these are looked at again one by one.
const MOST_HOT: usize = 20_000;

/// Names that the walk looks at in one go: some milliseconds.
const WALK_STEP: usize = 1000;

/// The walk rests this many times as long as it worked.
const WALK_REST: u32 = 9;

/// And at least this long between two rounds: live with all directories watched, live without, and not live.
const ROUND_REST: Duration = Duration::from_secs(1);
const BLIND_REST: Duration = Duration::from_millis(150);
const QUIET_REST: Duration = Duration::from_secs(5);

/// How often is asked who made what, while programs run or anything else is to be done.
const NAMES_REST: Duration = Duration::from_millis(250);

/// How often the change in hand is looked at while programs run: a write through a mapping, or by another name, gives no notice.
const HAND_REST: Duration = Duration::from_millis(300);

/// How a spot is looked at that is not to be looked at again unless it changed.
const ONCE: Duration = Duration::from_secs(60);

/// A round of the walk.
#[derive(Default)]
struct Walk {
    /// Notices were lost: it takes no rest.
    is_urgent: bool,
    dirs: Vec<DirKey>,
    names: Vec<Box<[u8]>>,
    at: Option<DirKey>,
}

/// The state of the watching thread.
pub struct Keeper {
    model: Model,
    teller: Teller,
    notices: Notices,
    shared: Arc<Shared>,
    dirty: HashMap<DirKey, HashSet<Box<[u8]>>>,
    dirty_roots: HashSet<DirKey>,
    hot: BinaryHeap<Reverse<(Instant, Duration, Spot)>>,
    is_hot: HashSet<Spot>,
    walk: Walk,
    next_step: Instant,
    next_cycle: Instant,
    next_names: Instant,
    next_hand: Instant,
}

/// Cancels what the thread does when the watcher is dropped.
struct UntilStopped<'a>(&'a Shared);

impl Monitor for UntilStopped<'_> {
    fn progress(&self, _: Phase, _: u64, _: Option<u64>) {}

    fn is_cancelled(&self) -> bool {
        self.0.stop.load(Ordering::Acquire)
    }
}

/// Watches each directory before its entries are looked at.
struct Watching<'a>(&'a mut Notices);

impl Audience for Watching<'_> {
    fn enters(&mut self, key: DirKey, source: &Source, dir: &Dir) {
        self.0.add(key, source, dir);
    }
}

/// The same, and tells rows as they are found.
struct Telling<'a> {
    notices: &'a mut Notices,
    teller: &'a mut Teller,
    /// The first rows do not wait for who made them; all others are told once.
    knows_makers: bool,
}

impl Audience for Telling<'_> {
    fn enters(&mut self, key: DirKey, source: &Source, dir: &Dir) {
        self.notices.add(key, source, dir);
    }

    fn looked(&mut self, model: &mut Model) {
        self.teller.take_in(model);
        self.teller.send();
        if !self.knows_makers && self.teller.has_told_rows() {
            self.teller.name_makers();
            self.knows_makers = true;
        }
    }
}

impl Keeper {
    /// Returns a keeper that has not looked yet.
    pub fn new(
        ground: Ground,
        makers: Option<Makers>,
        shared: Arc<Shared>,
        events: SyncSender<WatchEvent>,
    ) -> Result<Self> {
        let notices = Notices::new().map_err(|errno| SeeError::os("watching", &HostPath::root(), errno))?;
        let now = Instant::now();
        Ok(Self {
            model: Model::new(ground, true)?,
            teller: Teller::new(Arc::clone(&shared), events, makers),
            notices,
            shared,
            dirty: HashMap::new(),
            dirty_roots: HashSet::new(),
            hot: BinaryHeap::new(),
            is_hot: HashSet::new(),
            walk: Walk::default(),
            next_step: now,
            next_cycle: now,
            next_names: now,
            next_hand: now,
        })
    }

    /// Works until the watcher is dropped or something fails.
    pub fn run(mut self) {
        if let Err(error) = self.work() {
            if !self.stopped() {
                self.teller.send_last(WatchEvent::Failed(error));
            }
        }
    }

    fn stopped(&self) -> bool {
        self.shared.stop.load(Ordering::Acquire)
    }

    fn work(&mut self) -> Result<()> {
        self.first_picture()?;
        self.next_step = Instant::now() + ROUND_REST;
        while !self.stopped() {
            self.teller.send();
            self.wait()?;
            for notice in self.notices.read().map_err(watching)? {
                self.note(notice);
            }
            if self.teller.look_whether_live() {
                self.note(Notice::Everywhere);
            }
            let now = Instant::now();
            if now >= self.next_names {
                self.teller.name_makers();
                self.next_names = now + NAMES_REST;
            }
            if now >= self.next_cycle {
                self.cycle(now)?;
            }
        }
        Ok(())
    }

    /// Sleeps until there is something to do.
    fn wait(&mut self) -> Result<()> {
        let now = Instant::now();
        let mut until =
            self.next_step.min(if self.teller.was_live() { self.next_names } else { self.next_step });
        if let Some(Reverse((due, ..))) = self.hot.peek() {
            until = until.min((*due).max(self.next_cycle));
        }
        if self.teller.was_live() && self.shared.in_hand().is_some() {
            until = until.min(self.next_hand);
        }
        let gathering = !self.dirty.is_empty() || !self.dirty_roots.is_empty();
        if gathering {
            until = until.min(self.next_cycle);
        }
        until = until.max(now).max(self.next_cycle);
        // With notices already at hand there is nothing to learn from more of them before the pause is over.
        let hold = gathering && self.next_cycle > now;
        let pause = Timespec::try_from(until.saturating_duration_since(now))
            .unwrap_or(Timespec { tv_sec: 1, tv_nsec: 0 });
        let wake = PollFd::new(&self.shared.wake, PollFlags::IN);
        let notices = PollFd::from_borrowed_fd(self.notices.as_fd(), PollFlags::IN);
        let mut both = [wake, notices];
        let watched = if hold { both.get_mut(..1) } else { both.get_mut(..) };
        match poll(watched.unwrap_or_default(), Some(&pause)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(errno) => return Err(watching(errno)),
        }
        let mut counter = [0; 8];
        // Nothing to read when nobody woke us.
        let _ = rustix::io::read(&self.shared.wake, &mut counter);
        Ok(())
    }

    fn note(&mut self, notice: Notice) {
        match notice {
            Notice::Name(key, name) => {
                self.dirty.entry(key).or_default().insert(name);
            }
            Notice::Itself(key) => {
                if self.model.dir(key).is_some_and(|dir| dir.relative.as_os_str().is_empty()) {
                    self.dirty_roots.insert(key);
                }
            }
            Notice::Everywhere => {
                // The walk starts over and takes no rest until it is through.
                self.walk = Walk { is_urgent: true, dirs: self.model.dir_keys(), ..Walk::default() };
                self.next_step = Instant::now();
            }
        }
    }

    /// Looks at all that is due.
    fn cycle(&mut self, now: Instant) -> Result<()> {
        let mut spots: Vec<(Spot, Duration)> = Vec::new();
        for (key, names) in std::mem::take(&mut self.dirty) {
            spots.extend(names.into_iter().map(|name| ((key, name), ONCE)));
        }
        while let Some(Reverse((due, ..))) = self.hot.peek() {
            if *due > now {
                break;
            }
            let Some(Reverse((_, interval, spot))) = self.hot.pop() else { break };
            self.is_hot.remove(&spot);
            spots.push((spot, interval * 3));
        }
        if self.teller.was_live() && now >= self.next_hand {
            let spot = self.shared.in_hand().as_ref().and_then(|path| self.model.spot_of(path));
            spots.extend(spot.map(|spot| (spot, ONCE)));
            self.next_hand = now + HAND_REST;
        }
        let has_work = !spots.is_empty() || !self.dirty_roots.is_empty();
        if has_work {
            for key in std::mem::take(&mut self.dirty_roots) {
                let monitor = UntilStopped(&self.shared);
                self.model.refresh_root(key, &monitor)?;
            }
            self.look(&spots)?;
            self.settle(&spots)?;
        }
        let after = Instant::now();
        if now >= self.next_step && self.dirty.is_empty() {
            self.step(after)?;
        }
        if has_work {
            let pause = after.saturating_duration_since(now).clamp(SHORTEST_PAUSE, LONGEST_PAUSE);
            self.next_cycle = Instant::now() + pause;
        }
        Ok(())
    }

    fn look(&mut self, spots: &[(Spot, Duration)]) -> Result<()> {
        let monitor = UntilStopped(&self.shared);
        let mut by_dir: HashMap<DirKey, Vec<Box<[u8]>>> = HashMap::new();
        for ((key, name), _) in spots {
            by_dir.entry(*key).or_default().push(name.clone());
        }
        for (key, names) in by_dir {
            self.model.refresh_names(key, names.into_iter(), &monitor)?;
        }
        Ok(())
    }

    /// Looks at everything for the first time, and tells rows as they are found. That nothing else changed is said at
    /// the end only.
    fn first_picture(&mut self) -> Result<()> {
        let monitor = UntilStopped(&self.shared);
        let mut audience =
            Telling { notices: &mut self.notices, teller: &mut self.teller, knows_makers: false };
        self.model.settle(&monitor, &mut audience)?;
        for key in self.model.take_dropped() {
            self.notices.remove(key);
        }
        self.teller.take_in(&mut self.model);
        self.teller.complete();
        Ok(())
    }

    /// Lets the model settle, takes the difference into the feed, and plans further looks at files that changed.
    fn settle(&mut self, spots: &[(Spot, Duration)]) -> Result<()> {
        let monitor = UntilStopped(&self.shared);
        self.model.settle(&monitor, &mut Watching(&mut self.notices))?;
        for key in self.model.take_dropped() {
            self.notices.remove(key);
        }
        let changed = self.teller.take_in(&mut self.model);
        let now = Instant::now();
        for (spot, interval) in spots {
            let Some(dir) = self.model.dir(spot.0) else { continue };
            let has_changed = changed.contains(&dir.view.join(&spot.1));
            let interval = if has_changed { FIRST_LOOK } else { *interval };
            let worth = interval <= LAST_LOOK && self.is_hot.len() < MOST_HOT;
            if worth && self.is_hot.insert(spot.clone()) {
                self.hot.push(Reverse((now + interval, interval, spot.clone())));
            }
        }
        Ok(())
    }

    /// Does one step of the walk.
    fn step(&mut self, now: Instant) -> Result<()> {
        if self.walk.at.is_none() && self.walk.dirs.is_empty() {
            self.walk.dirs = self.model.dir_keys();
        }
        if self.walk.at.is_none() {
            self.walk.at = self.walk.dirs.pop();
            if let Some(key) = self.walk.at {
                self.model.refresh_root(key, &UntilStopped(&self.shared))?;
                self.walk.names = self.model.names_of(key)?;
            }
        }
        let left = self.walk.names.len().saturating_sub(WALK_STEP);
        let names = self.walk.names.split_off(left);
        if let Some(key) = self.walk.at {
            let spots: Vec<_> = names.into_iter().map(|name| ((key, name), ONCE)).collect();
            self.look(&spots)?;
            self.settle(&spots)?;
        }
        if self.walk.names.is_empty() {
            self.walk.at = None;
        }
        let worked = now.elapsed();
        let round_over = self.walk.at.is_none() && self.walk.dirs.is_empty();
        let rest = match (round_over, self.teller.was_live(), self.notices.is_blind) {
            (false, ..) if self.walk.is_urgent => Duration::ZERO,
            (false, ..) => worked * WALK_REST,
            (true, false, _) => QUIET_REST.max(worked * WALK_REST),
            (true, true, true) => BLIND_REST.max(worked * WALK_REST),
            (true, true, false) => ROUND_REST.max(worked * WALK_REST),
        };
        self.walk.is_urgent &= !round_over;
        if round_over {
            self.teller.complete();
        }
        self.next_step = Instant::now() + rest;
        Ok(())
    }
}

fn watching(errno: rustix::io::Errno) -> Box<SeeError> {
    SeeError::os("watching", &HostPath::root(), errno)
}
