//! Allowing a session less while it runs.

use crate::cause::LimitCause;
use crate::engine::bounds::Bounds;
use crate::engine::display::SOCKETS;
use crate::error::Result;
use crate::net::policy::Net;
use crate::policy::{Clipboard, Policy, Tightening};

use super::{Supervisor, Tell, audience, frost};

/// What a session lacks whose network is off.
pub(super) const NETWORK: &str = "/sys/class/net";

impl Supervisor {
    /// Notes that the clipboard is shared no longer although nobody asked for that.
    pub(super) fn note_clipboard_end(&mut self) -> Result<()> {
        self.cut_clipboard();
        self.session.policy.clipboard = Clipboard::None;
        self.session.limits.push(LimitCause::ClipboardEnded.at(SOCKETS));
        self.store.update_session(&self.session)
    }

    /// Parts what programs show from the clipboards of displays and terminals.
    fn cut_clipboard(&mut self) {
        self.display.iter_mut().for_each(|display| display.cut_clipboard());
        self.tell_all(&Tell::ClipboardEnded);
    }

    /// Keeps the host's new addresses out of reach, too. Where that fails the network is off.
    pub(super) fn note_addresses(&mut self) -> Result<()> {
        let Some(uplink) = &mut self.uplink else { return Ok(()) };
        let policy = &self.session.policy;
        match uplink.heed_news(policy) {
            // It is tried again, and nothing passes meanwhile.
            Ok(None) => Ok(()),
            Ok(Some(filter)) => {
                let noted = self.note_what_left();
                self.reach.change(filter);
                noted
            }
            Err(error) => {
                self.session.policy.net = Net::None;
                self.session.limits.push(LimitCause::NetworkOff { error }.at(NETWORK));
                self.store.update_session(&self.session)
            }
        }
    }

    /// Allows the session less, at once. Limits that cannot be had leave all as it was; where the network cannot be changed it is off.
    /// What was cut stays so, also where that cannot be written down: asking again does.
    pub(super) fn tighten(&mut self, to: &Tightening) -> Result<()> {
        let policy = self.session.policy.tighten(to)?;
        let is_measured =
            (policy.quota, policy.floor) != (self.session.policy.quota, self.session.policy.floor);
        if is_measured && self.session.frozen.is_some() {
            return Err(audience::stands_still(&self.session.id));
        }
        if let Err(error) = Bounds::change(&mut self.bounds, &policy) {
            // One of them may have changed. Where it cannot be had back, less is allowed than was said.
            let _ = Bounds::change(&mut self.bounds, &self.session.policy);
            return Err(error);
        }
        if policy.clipboard == Clipboard::None {
            self.cut_clipboard();
        }
        let changed = self
            .uplink
            .as_mut()
            .map(|uplink| uplink.change(&policy).and_then(|()| uplink.filter(&policy)))
            .transpose();
        // What left until now is judged by what was allowed then.
        let noted = self.note_what_left();
        let changed = changed.map(|filter| filter.into_iter().for_each(|filter| self.reach.change(filter)));
        let policy = match changed {
            Ok(()) => policy,
            // Nothing passes any more.
            Err(_) => Policy { net: Net::None, ..policy },
        };
        // The network, the clipboard and the control group are as they are; so is what is told of them.
        let written = self.adopt(policy.clone(), is_measured);
        if written.is_err() {
            self.session.policy = policy;
            if is_measured {
                self.meter.set(frost::limits(&self.session));
            }
        }
        changed.and(noted).and(written)
    }
}
