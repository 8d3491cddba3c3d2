//! Freezing: what the supervisor does when a limit is reached, and how it goes on when somebody has decided.

use rustix::process::Signal;

use crate::engine::finding::{Bounds, Finding};
use crate::engine::request::Tell;
use crate::error::{ErrorCode, Reason, Result, SeeError};
use crate::session::{Frozen, FrozenWhy, Session};

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
                Finding::Near(used, limit) => {
                    self.answering.iter().for_each(|answering| answering.near(used, limit));
                }
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

    /// Goes on with as much again, or sets the quota; `unlimited` takes it away.
    pub(super) fn resume(&mut self, quota: Option<u64>, unlimited: bool) -> Result<()> {
        let frozen = self.session.frozen.clone();
        match (&frozen, quota) {
            (None, None) if !unlimited => return Err(not_frozen(&self.session)),
            (None, _) => self.session.policy.quota = quota,
            (Some(frozen), _) => {
                if let Some(quota) = quota.filter(|quota| *quota <= frozen.used) {
                    return Err(too_small(quota, frozen));
                }
                match frozen.why {
                    FrozenWhy::Quota if unlimited => self.session.policy.quota = None,
                    FrozenWhy::Quota => {
                        self.session.policy.quota = quota.or(Some(frozen.used.saturating_add(frozen.limit)));
                    }
                    FrozenWhy::Disk => {
                        self.session.policy.quota =
                            quota.or(self.session.policy.quota).filter(|_| !unlimited);
                        // Half of what is left: it is frozen again before the disk is full. Of inodes the meter says that itself.
                        if let Some(free) = frozen.free {
                            self.session.policy.floor = Some(free / 2);
                        }
                    }
                }
            }
        }
        self.session.frozen = None;
        self.store.update_session(&self.session)?;
        self.meter.set(limits(&self.session));
        if self.is_held {
            self.hold(false)?;
        }
        self.tell_all(&Tell::Resumed);
        Ok(())
    }

    fn tell_all(&mut self, tell: &Tell) {
        for client in &mut self.clients {
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
