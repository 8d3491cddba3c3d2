//! What comes to its end while a session runs: told to the store, and so to whoever looks, before it stands still or loses a
//! program; and what ran out, which stays told when it is over.

use std::time::{Duration, Instant};

use crate::engine::bounds::Use;
use crate::engine::nearness::{Nearness, Turn};
use crate::error::Result;
use crate::policy::Policy;
use crate::session::{Near, Scarce, Session};
use crate::timestamp::Timestamp;

use super::{Supervisor, frost};

/// So often the control group is asked.
const OFTEN: Duration = Duration::from_secs(1);

/// How near a session is to what its control group counts.
#[derive(Debug, Default)]
pub(super) struct Counted {
    memory: Counter,
    processes: Counter,
    /// When to look again.
    next: Option<Instant>,
}

#[derive(Debug, Default)]
struct Counter {
    nearness: Nearness,
    /// How often it ran out until the last look.
    hits: u64,
}

impl Counted {
    /// Returns how long to wait until the next look.
    pub(super) fn wait(&self) -> Duration {
        self.next.map_or(Duration::ZERO, |next| next.saturating_duration_since(Instant::now()))
    }
}

impl Supervisor {
    /// Asks the control group, when it is time to.
    pub(super) fn look_at_use(&mut self) {
        if self.bounds.counts() && self.counted.wait().is_zero() {
            self.note_use();
        }
    }

    /// Asks the control group now.
    pub(super) fn note_use(&mut self) {
        let now = Instant::now();
        self.counted.next = Some(now + OFTEN);
        for Use { what, limit, reading } in self.bounds.uses() {
            let counter = match what {
                Scarce::Memory => &mut self.counted.memory,
                _ => &mut self.counted.processes,
            };
            let turn = counter.nearness.look(reading.used, limit, now);
            let hits = reading.hits.saturating_sub(std::mem::replace(&mut counter.hits, reading.hits));
            if turn == Some(Turn::Left) {
                self.note_away(what, None);
            }
            if turn == Some(Turn::Came) || hits > 0 {
                let since = Timestamp::now().to_rfc3339();
                self.note_near(Near { what, used: reading.used, limit, place: None, hits, since });
            }
        }
    }

    /// Notes that a limit is near, or was not enough once more.
    pub(super) fn note_near(&mut self, near: Near) {
        if near.hits > 0 && !self.session.ran_out().any(|known| known.what == near.what) {
            self.answering.iter().for_each(|answering| answering.ran_out(&near));
        }
        let known = self.session.near.iter_mut().find(|known| is_of(known, near.what, near.place.as_deref()));
        match known {
            // That it runs out again is no news, and no reason to write to the disk each second: the end tells how often it did.
            Some(known) if known.hits > 0 && near.hits > 0 => {
                known.hits = known.hits.saturating_add(near.hits);
            }
            Some(known) => {
                *known = Near { hits: known.hits.saturating_add(near.hits), ..near };
                self.tell_near();
            }
            None => {
                self.session.near.push(near);
                self.tell_near();
            }
        }
    }

    /// Notes that a limit is well away again; what ran out all the same stays told.
    pub(super) fn note_away(&mut self, what: Scarce, place: Option<&str>) {
        let before = self.session.near.len();
        self.session.near.retain(|near| near.hits > 0 || !is_of(near, what, place));
        if self.session.near.len() < before {
            self.tell_near();
        }
    }

    /// Takes over a policy, once it is written down; when that fails all is as before. What was near of limits that are other ones
    /// since is forgotten; where space is measured anew (`is_measured`) nothing is frozen any more.
    pub(super) fn adopt(&mut self, policy: Policy, is_measured: bool) -> Result<()> {
        let before = &self.session.policy;
        let (memory, processes) = (before.memory != policy.memory, before.processes != policy.processes);
        let mut session = Session { policy, ..self.session.clone() };
        if is_measured {
            session.frozen = None;
        }
        session.near.retain(|near| match near.what {
            Scarce::Quota | Scarce::Disk | Scarce::Inodes => !is_measured,
            Scarce::Memory => !memory,
            Scarce::Processes => !processes,
        });
        self.store.update_session(&session)?;
        self.session = session;
        for (is_changed, counter) in
            [(memory, &mut self.counted.memory), (processes, &mut self.counted.processes)]
        {
            if is_changed {
                counter.nearness = Nearness::default();
            }
        }
        if is_measured {
            self.meter.set(frost::limits(&self.session));
        }
        Ok(())
    }

    /// Leaves, when nothing runs any more, what ran out.
    pub(super) fn note_last_use(&mut self) {
        self.note_use();
        if !self.session.near.is_empty() {
            self.session.near.retain(|near| near.hits > 0);
            self.tell_near();
        }
    }

    fn tell_near(&self) {
        // Where not even that can be written nobody is warned; the limit holds all the same.
        let _ = self.store.update_session(&self.session);
    }
}

fn is_of(near: &Near, what: Scarce, place: Option<&str>) -> bool {
    near.what == what && near.place.as_deref() == place
}
