//! What a person should hear of while sessions run, from their records: each is read on when it has grown.

use std::collections::HashMap;

use see_core::error::SeeError;
use see_core::record::event::{Event, Verdict};
use see_core::record::log;
use see_core::record::refused::What;
use see_core::session::{Session, SessionState};
use see_core::store::Store;

use crate::wire::session::{Alerts, Refusal, Wall};

/// The sessions that ran since this began.
#[derive(Debug, Default)]
pub struct Watched(HashMap<String, Seen>);

#[derive(Debug, Default)]
struct Seen {
    /// Where to read on.
    next: u64,
    alerts: Alerts,
}

impl Watched {
    /// Returns what is to be told of a session; `None` when there is nothing. A record that cannot be read is told to
    /// `trouble`, and what was known before stays.
    pub fn alerts(
        &mut self,
        store: &Store,
        session: &Session,
        trouble: impl FnOnce(&SeeError),
    ) -> Option<Alerts> {
        let is_live = matches!(session.state, SessionState::Starting | SessionState::Running);
        if !is_live && !self.0.contains_key(&session.id) {
            return None;
        }
        let seen = self.0.entry(session.id.clone()).or_default();
        let path = log::path(store, &session.id);
        if std::fs::metadata(&path).is_ok_and(|meta| meta.len() > seen.next) {
            match log::read(&path, seen.next) {
                Ok(record) => {
                    seen.next = seen.next.max(record.next);
                    record.events.into_iter().for_each(|event| seen.alerts.take(event));
                }
                Err(error) => trouble(&error),
            }
        }
        Some(seen.alerts.clone()).filter(|alerts| *alerts != Alerts::default())
    }
}

impl Alerts {
    /// Takes an event of the record.
    fn take(&mut self, event: Event) {
        let refusal = match event {
            Event::Network(tried) if tried.verdict == Verdict::Refused => Refusal {
                what: Wall::Network,
                detail: Some(std::net::SocketAddr::new(tried.address, tried.port).to_string()),
                program: Some(tried.program),
            },
            Event::Refused(refused) => {
                let what = match refused.what {
                    What::Mount => Wall::Mount,
                    What::HiddenPlace => Wall::HiddenPlace,
                    What::SetId => Wall::SetId,
                    // A session that is frozen, or ran out of something, says so itself.
                    What::Disk | What::Memory | What::Processes => return,
                    // Ordinary programs try these as they start, and go on without: the record has them.
                    What::KernelCall | What::SocketFamily | What::Device | What::HostSocket => return,
                };
                Refusal { what, detail: refused.detail, program: refused.program }
            }
            Event::Network(_)
            | Event::Program(_)
            | Event::Ended(_)
            | Event::Near {}
            | Event::Dropped { .. } => return,
        };
        self.refused.get_or_insert(refusal);
    }
}
