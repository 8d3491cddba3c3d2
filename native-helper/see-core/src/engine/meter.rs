//! Measures what a SEE has written and how much room is left for it, often enough that it cannot get far past a limit.
//! A thread of its own; it says what it found, and others act. Reads layers, writes nothing.

use std::collections::HashSet;
use std::fs::File;
use std::io::Write as _;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::pipe::{PipeFlags, pipe_with};
use rustix::process::Pid;

use crate::error::{ErrorCode, Result, SeeError};
use crate::layer::Layer;
use crate::session::{Frozen, FrozenWhy};
use crate::timestamp::Timestamp;

use super::finding::{Bounds, Finding};
use super::floors::Floors;
use super::footprint::INODE;
use super::room::{Kind, Room};

mod measure;
mod near;

/// No program is taken to write faster than this, in bytes a second: as fast as memory.
const FASTEST: u64 = 4 << 30;
/// Nor to make more inodes a second.
const FASTEST_INODES: u64 = 4 << 20;
const MOST_OFTEN: Duration = Duration::from_millis(2);
const SELDOM: Duration = Duration::from_secs(1);
/// A whole measurement may take this part of the time.
const SHARE: u32 = 50;
/// At least this long from one whole measurement to the next.
const WHOLE_AGAIN: Duration = Duration::from_secs(5);
/// What a frozen SEE may still write before it counts as not to be held: calls that are under way end.
const SLACK: u64 = 64 << 20;
/// The same in inodes.
const SLACK_INODES: u64 = 4 << 10;
/// After this time none is under way.
const SETTLED: Duration = Duration::from_secs(5);

enum Order {
    Held,
    Bounds(Bounds),
}

/// The running meter. Ends when it is dropped.
#[derive(Debug)]
pub struct Meter {
    orders: Option<Sender<Order>>,
    findings: Receiver<Finding>,
    /// Becomes readable when there is a finding.
    bell: OwnedFd,
    thread: Option<JoinHandle<()>>,
}

impl Meter {
    /// Begins to measure these layers, and what the processes below `init` hold. `freezer` freezes the SEE, in a way that nothing
    /// inside undoes, when a 1 is written to it.
    pub fn start(layers: &[Layer], init: Pid, bounds: Bounds, freezer: Option<File>) -> Result<Self> {
        let failed = |e: &dyn std::fmt::Display| {
            SeeError::new(
                ErrorCode::CannotIsolate,
                format!("What the session writes could not be measured: {e}."),
                "Check how many processes and open files you may have (ulimit -a).",
            )
        };
        let (bell, ringer) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK).map_err(|e| failed(&e))?;
        let (orders, heard) = channel();
        let (said, findings) = channel();
        let places: Vec<_> = layers.iter().map(|layer| layer.upper.clone()).collect();
        let mut work = Work {
            floors: Floors::begin(&places, init, bounds.floor),
            places,
            names: layers.iter().map(|layer| layer.mount_point.display()).collect(),
            init,
            bounds,
            freezer,
            used: 0,
            free: Vec::new(),
            measured: Instant::now(),
            took: Duration::ZERO,
            held: None,
            nearness: near::Disks::default(),
            heard,
            said,
            ringer,
        };
        let thread = std::thread::Builder::new().name("meter".to_owned()).spawn(move || {
            hurry();
            work.begin();
            while work.step() {}
        });
        Ok(Self { orders: Some(orders), findings, bell, thread: Some(thread.map_err(|e| failed(&e))?) })
    }

    /// Returns the next finding; `None` when there is none.
    pub fn next(&self) -> Option<Finding> {
        let _ = rustix::io::read(&self.bell, &mut [0_u8; 64]);
        self.findings.try_recv().ok()
    }

    /// Says that everything is held since it asked for that.
    pub fn held(&self) {
        self.order(Order::Held);
    }

    /// Sets other limits; what is held goes on.
    pub fn set(&self, bounds: Bounds) {
        self.order(Order::Bounds(bounds));
    }

    fn order(&self, order: Order) {
        // A meter that is gone has nothing to hold.
        let _ = self.orders.as_ref().map(|orders| orders.send(order));
    }
}

impl AsFd for Meter {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.bell.as_fd()
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        self.orders = None;
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// Has this thread run before the programs that it watches, where that is allowed: a crowd of them must not delay a freeze.
pub fn hurry() {
    const BEFORE_OTHERS: i32 = -10;
    // Refused to ordinary users; then it waits its turn.
    let _ = rustix::process::nice(BEFORE_OTHERS);
}

struct Work {
    /// What the layers hold. What overlayfs is working on beside it is closed to ordinary users, and soon part of it.
    places: Vec<PathBuf>,
    /// What they cover, for people.
    names: Vec<String>,
    init: Pid,
    bounds: Bounds,
    freezer: Option<File>,
    /// How much must stay free, by place.
    floors: Floors,
    /// What the layers held when they were last measured.
    used: u64,
    /// What was free then, by place; of places on one file system only the first counts.
    free: Vec<Option<Room>>,
    measured: Instant,
    took: Duration,
    /// While the SEE is frozen: since when, and what was used then.
    held: Option<(Instant, u64)>,
    /// How near the limits are.
    nearness: near::Disks,
    heard: Receiver<Order>,
    said: Sender<Finding>,
    ringer: OwnedFd,
}

impl Work {
    fn begin(&mut self) {
        let mut known = HashSet::new();
        self.free = self
            .places
            .iter()
            .map(|place| {
                let device = rustix::fs::stat(place).ok()?.st_dev;
                known.insert(device).then(|| Room::free(place))?
            })
            .collect();
        self.measure();
    }

    /// Looks once, then waits. Returns whether to go on.
    fn step(&mut self) -> bool {
        let pause = match self.held {
            // Calls that were under way end within moments; after that only cheats write.
            Some((since, _)) if since.elapsed() < SETTLED => MOST_OFTEN,
            Some(_) => SELDOM / 2,
            None => self.pause(),
        };
        match self.heard.recv_timeout(pause) {
            Ok(Order::Held) => self.weigh(),
            Ok(Order::Bounds(bounds)) => {
                self.nearness = near::Disks::default();
                self.bounds = bounds;
                self.held = None;
                self.floors.set(bounds.floor);
                self.measure();
                self.look();
            }
            Err(RecvTimeoutError::Timeout) => self.look(),
            Err(RecvTimeoutError::Disconnected) => return false,
        }
        true
    }

    /// Returns how long nothing can go wrong.
    fn pause(&self) -> Duration {
        let quota = self.bounds.quota.map(|quota| quota.saturating_sub(self.estimate()));
        let rooms = self.lacking().map(|at| {
            let left = at.free.saturating_sub(at.floor);
            if at.kind == Kind::Bytes { left } else { left.saturating_mul(FASTEST / FASTEST_INODES) }
        });
        let left = rooms.chain(quota).min().unwrap_or(u64::MAX);
        Duration::from_millis(left / (FASTEST / 1000)).clamp(MOST_OFTEN, SELDOM)
    }

    fn look(&mut self) {
        self.floors.look();
        if let Some((_, used)) = self.held {
            let is_near_harm = |kind| self.lacking().any(|at| at.kind == kind && at.free < at.floor / 2);
            // Inodes weigh little: a flood of them is told by what is left of them.
            let are_inodes_gone = is_near_harm(Kind::Inodes);
            let slack = if are_inodes_gone { SLACK_INODES * INODE } else { SLACK };
            if self.estimate() > used.saturating_add(slack) {
                let is_harmful = self.freezer.is_none() || are_inodes_gone || is_near_harm(Kind::Bytes);
                self.measure();
                if self.used > used.saturating_add(slack) && is_harmful {
                    self.say(Finding::NotHeld);
                }
            }
            return;
        }
        let is_due = self.measured.elapsed() > WHOLE_AGAIN.max(self.took * SHARE);
        if self.bounds.quota.is_some() && is_due && !self.is_at_limit() {
            // Others may have freed what the SEE took.
            self.measure();
        }
        if self.is_at_limit() {
            // At once; whoever holds the SEE then sees that it is done, and answers.
            self.freezer.iter_mut().for_each(|freezer| drop(freezer.write_all(b"1")));
            self.say(Finding::Hold);
            self.held = Some((Instant::now(), u64::MAX));
        } else {
            self.look_whether_near();
        }
    }

    fn is_at_limit(&self) -> bool {
        self.bounds.quota.is_some_and(|quota| self.estimate() >= quota) || self.low().is_some()
    }

    /// With everything held: decides whether a limit is reached.
    fn weigh(&mut self) {
        self.measure();
        let low = self.low_by_itself();
        let quota = self.bounds.quota.filter(|quota| self.used >= quota.saturating_sub(quota / 100));
        let since = Timestamp::now().to_rfc3339();
        let used = self.used;
        let reached = match (quota, low) {
            (Some(limit), _) => Some(Frozen {
                why: FrozenWhy::Quota,
                used,
                limit,
                free: None,
                inodes: None,
                place: None,
                since,
            }),
            (None, Some(at)) => Some(Frozen {
                why: FrozenWhy::Disk,
                used,
                limit: at.floor,
                free: (at.kind == Kind::Bytes).then_some(at.free),
                inodes: (at.kind == Kind::Inodes).then_some(at.free),
                place: Some(self.names.get(at.index).cloned().unwrap_or_default()),
                since,
            }),
            (None, None) => None,
        };
        match reached {
            Some(frozen) => {
                self.held = Some((Instant::now(), self.used));
                self.say(Finding::Reached(frozen));
            }
            None => {
                self.held = None;
                self.say(Finding::GoOn);
            }
        }
    }

    /// Returns a file system with too little room.
    fn low(&self) -> Option<Left> {
        self.lacking().find(|at| at.free < at.floor)
    }

    /// Returns one where the session may have a part in that.
    fn low_by_itself(&mut self) -> Option<Left> {
        while let Some(at) = self.low() {
            if self.floors.is_its_doing(at.index, at.kind, at.free) {
                return Some(at);
            }
        }
        None
    }

    fn say(&self, finding: Finding) {
        if self.said.send(finding).is_ok() {
            // A full pipe rings as well.
            let _ = rustix::io::write(&self.ringer, b"!");
        }
    }
}

/// What is left of a file system.
#[derive(Clone, Copy, Debug)]
struct Left {
    index: usize,
    kind: Kind,
    free: u64,
    floor: u64,
}

#[cfg(test)]
#[path = "meter_tests.rs"]
mod tests;
