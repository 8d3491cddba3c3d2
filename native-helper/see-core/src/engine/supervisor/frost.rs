//! Freezing: what the supervisor does when a limit is reached, and how it goes on when somebody has decided.

use rustix::process::Signal;

use crate::engine::finding::{Bounds, Finding};
use crate::engine::request::{More, Tell};
use crate::error::{ErrorCode, Reason, Result, SeeError};
use crate::session::{Frozen, FrozenWhy, Scarce, Session};

use super::Supervisor;

/// Returns the limits of disk use that a session has.
pub fn limits(session: &Session) -> Bounds {
    Bounds { quota: session.policy.quota, floor: session.policy.floor }
}

impl Supervisor {
    /// Acts on what the meter found. Returns whether the SEE has to be ended.
    pub(super) fn heed_meter(&mut self) -> Result<bool> {
        while let Some(finding) = self.meter.next() {
            match finding {
                Finding::Hold => {
                    self.hold(true)?;
                    self.meter.held();
                }
                Finding::GoOn => self.hold(false)?,
                Finding::Reached(frozen) => {
                    self.session.frozen = Some(frozen.clone());
                    self.store.update_session(&self.session)?;
                    self.answering.iter().for_each(|answering| answering.frozen(&frozen));
                    self.tell_all(&Tell::Frozen { frozen });
                }
                // One that was said of another quota came too late.
                Finding::Near(near)
                    if near.what == Scarce::Quota && Some(near.limit) != self.session.policy.quota => {}
                Finding::Near(near) => self.note_near(near),
                Finding::Away(what, place) => self.note_away(what, place.as_deref()),
                Finding::NotHeld => {
                    self.overrun = true;
                    return Ok(true);
                }
            }
        }
        if self.is_held && !self.bounds.is_firm() && self.orders.is_empty() {
            // A program may have arranged to be woken: it is stopped again, until it stays so.
            self.signal_all(&[Signal::STOP])?;
        }
        Ok(false)
    }

    /// Holds every process of the SEE, those that are just being made included, or lets them go on.
    fn hold(&mut self, held: bool) -> Result<()> {
        self.is_held = held;
        self.starts.begin_anew();
        if self.bounds.freeze(held) {
            return Ok(());
        }
        self.signal_all(&[if held { Signal::STOP } else { Signal::CONT }])
    }

    /// Goes on with as much again, or with what is asked for; one that runs gets that.
    pub(super) fn resume(&mut self, more: More) -> Result<()> {
        let More { quota, unlimited, memory, processes } = more;
        let frozen = self.session.frozen.clone();
        if frozen.is_none() && more == More::default() {
            return Err(not_frozen(&self.session));
        }
        let mut policy = self.session.policy.clone();
        policy.allow(memory, processes);
        policy.check_limits()?;
        match &frozen {
            None if quota.is_some() || unlimited => policy.quota = quota,
            None => {}
            Some(frozen) => {
                if let Some(quota) = quota.filter(|quota| *quota <= frozen.used) {
                    return Err(too_small(quota, frozen));
                }
                match frozen.why {
                    FrozenWhy::Quota if unlimited => policy.quota = None,
                    FrozenWhy::Quota => {
                        policy.quota = quota.or(Some(frozen.used.saturating_add(frozen.limit)));
                    }
                    FrozenWhy::Disk => {
                        policy.quota = quota.or(policy.quota).filter(|_| !unlimited);
                        // Half of what is left: it is frozen again before the disk is full. Of inodes the meter says that itself.
                        if let Some(free) = frozen.free {
                            policy.floor = Some(free / 2);
                        }
                    }
                }
            }
        }
        let is_measured = frozen.is_some() || quota.is_some() || unlimited;
        if let Err(error) = self.bounds.change(&policy).and_then(|()| self.adopt(policy, is_measured)) {
            // It stays as frozen as it was, and can be asked again. Where the old limits cannot be had back, the new ones stand.
            let _ = self.bounds.change(&self.session.policy);
            return Err(error);
        }
        if self.is_held {
            self.hold(false)?;
        }
        if frozen.is_some() {
            self.tell_all(&Tell::Resumed);
        }
        Ok(())
    }

    /// Tells all who watch a program.
    pub(super) fn tell_all(&mut self, tell: &Tell) {
        for client in self.clients.iter_mut().filter(|client| client.watches) {
            client.gone |= client.tell(tell).is_err();
        }
    }
}

fn not_frozen(session: &Session) -> Box<SeeError> {
    SeeError::new(
        ErrorCode::WrongState,
        format!("The session {} is not frozen.", session.handle()),
        "Give --quota SIZE to change what it may write.",
    )
    .with_fact("session", session.id.as_str())
    .with_fact("state", "running")
}

fn too_small(quota: u64, frozen: &Frozen) -> Box<SeeError> {
    SeeError::new(
        ErrorCode::BadRequest,
        format!("The session holds {} bytes already; {quota} would not let it go on.", frozen.used),
        "Give a larger quota, or abort the session.",
    )
    .because(Reason::SmallQuota)
    .with_fact("used", frozen.used)
}
