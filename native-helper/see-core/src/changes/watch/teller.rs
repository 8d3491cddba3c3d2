//! Tells the receiver what the model says: takes rows into the feed and hands its events over as there is room. Looks
//! at no file.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{SyncSender, TrySendError};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::feed::Feed;
use super::{Shared, Untold, WatchEvent};
use crate::change::FileType;
use crate::changes::model::Model;
use crate::makers::Makers;
use crate::path::HostPath;

/// So many directories that are not told whole are named.
const FEW: usize = 4;

/// The watching thread's end of the channel to the receiver.
pub struct Teller {
    feed: Feed,
    shared: Arc<Shared>,
    events: SyncSender<WatchEvent>,
    unsent: Option<WatchEvent>,
    was_live: bool,
    /// All is told anew, and has not been told whole.
    is_long: bool,
    has_told_rows: bool,
}

impl Teller {
    /// Returns a teller that has told nothing yet.
    pub fn new(shared: Arc<Shared>, events: SyncSender<WatchEvent>, makers: Option<Makers>) -> Self {
        let feed = Feed::new(Arc::clone(&shared.shown), makers);
        let was_live = shared.live.load(Ordering::Acquire);
        Self { feed, shared, events, unsent: None, was_live, is_long: false, has_told_rows: false }
    }

    /// Takes in the rows that were touched. Returns the files among them whose rows changed.
    pub fn take_in(&mut self, model: &mut Model) -> HashSet<HostPath> {
        let mut touched: Vec<HostPath> = model.links.take_touched().into_iter().collect();
        self.feed.leave_out(untold(model));
        // Rows of one directory are told together.
        touched.sort_unstable();
        let mut changed = HashSet::new();
        for path in touched {
            let (found, if_below) = model.row(&path);
            let is_file = found.as_ref().is_some_and(|found| found.change.file_type == FileType::File);
            if self.feed.update(&path, found, if_below) && is_file {
                changed.insert(path);
            }
        }
        changed
    }

    /// Learns who made what since it was asked last.
    pub fn name_makers(&mut self) {
        self.feed.name_makers();
    }

    /// Says that all there is has been looked at.
    pub fn complete(&mut self) {
        self.feed.complete();
    }

    /// Tells whether there is something to look at for the receiver.
    pub fn has_told_rows(&self) -> bool {
        self.has_told_rows
    }

    /// Whether programs ran when it was last asked.
    pub fn was_live(&self) -> bool {
        self.was_live
    }

    /// Asks whether programs run; the receiver is told when that has changed. Tells whether they have just ended: then that is said
    /// together with all that they did, when everything has been looked at once more.
    pub fn look_whether_live(&mut self) -> bool {
        let live = self.shared.live.load(Ordering::Acquire);
        if live == self.was_live {
            return false;
        }
        self.was_live = live;
        self.feed.settle_again();
        if !live {
            self.feed.hold_back();
        }
        !live
    }

    /// Hands over events until all are told or the receiver has no room.
    pub fn send(&mut self) {
        while let Some(event) = self.unsent.take().or_else(|| self.feed.next(self.was_live)) {
            match event {
                WatchEvent::Reset => self.is_long = true,
                WatchEvent::Rows(_) => self.has_told_rows = true,
                // What the first look and the rows on their way took up is free by now, all of it.
                WatchEvent::Settled { .. } if std::mem::take(&mut self.is_long) => see_sys::heap::give_back(),
                _ => {}
            }
            self.shared.is_held_up.store(true, Ordering::Release);
            match self.events.try_send(event) {
                Ok(()) => self.shared.is_held_up.store(false, Ordering::Release),
                Err(TrySendError::Full(event)) => {
                    self.unsent = Some(event);
                    return;
                }
                Err(TrySendError::Disconnected(_)) => return,
            }
        }
    }

    /// Hands over the last event, however long it takes until there is room.
    pub fn send_last(&mut self, event: WatchEvent) {
        self.unsent = Some(event);
        while let Some(event) = self.unsent.take().filter(|_| !self.shared.stop.load(Ordering::Acquire)) {
            self.shared.is_held_up.store(true, Ordering::Release);
            if let Err(TrySendError::Full(event)) = self.events.try_send(event) {
                self.unsent = Some(event);
                let mut wake = [PollFd::new(&self.shared.wake, PollFlags::IN)];
                // Whatever ends the pause, the loop looks again.
                let _ = poll(&mut wake, Some(&Timespec { tv_sec: 1, tv_nsec: 0 }));
            }
        }
    }
}

fn untold(model: &Model) -> Untold {
    let dirs: Vec<HostPath> = model.unlisted().take(FEW).cloned().collect();
    let more = model.count_unlisted().saturating_sub(dirs.len());
    Untold { dirs, more: more as u64 }
}
