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
        let changed = uplink.heed_news(policy).and_then(|()| uplink.filter(policy));
        match changed {
            Ok(filter) => {
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

    /// Allows the session less, at once. What fails leaves the rest as it was, but for the network, which is off then.
    pub(super) fn tighten(&mut self, to: &Tightening) -> Result<()> {
        let policy = self.session.policy.tighten(to)?;
        let is_measured =
            (policy.quota, policy.floor) != (self.session.policy.quota, self.session.policy.floor);
        if is_measured && self.session.frozen.is_some() {
            return Err(audience::stands_still(&self.session.id));
        }
        Bounds::change(&mut self.bounds, &policy)?;
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
        let before = std::mem::replace(&mut self.session.policy, policy);
        self.forget_changed(&before, is_measured);
        if is_measured {
            self.meter.set(frost::limits(&self.session));
        }
        self.store.update_session(&self.session)?;
        changed.and(noted)
    }
}
