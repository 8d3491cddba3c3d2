//! Tells the app whenever the list of sessions or a state in it changes, whoever changed it.

use std::sync::Arc;
use std::time::Duration;

use see_core::error::Result;
use see_core::store::{Store, StoreWatch};
use serde_json::Value;

use super::envelope::too_long;
use super::mend::{Mending, Troubles};
use super::messages::SessionsResult;
use super::session_list::SessionList;
use super::writer::{Sent, Writer};

/// How often to look whether a process was killed: that alone leaves no mark in the store.
const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// The news of one app, which nobody has told it yet.
pub struct News {
    list: Arc<SessionList>,
    watch: StoreWatch,
    troubles: Troubles,
    /// The list as it was told last.
    told: Value,
    /// Whether a process should be at work on a session.
    alive: bool,
}

impl News {
    /// Watches the store from now on.
    pub fn gather(store: &Store, list: Arc<SessionList>) -> Result<Self> {
        let watch = store.watch()?;
        Ok(Self { list, watch, troubles: Troubles::default(), told: Value::Null, alive: true })
    }

    /// Tells an app that has greeted, and knows nothing yet: the whole list, with its alerts, and from then on whatever it becomes.
    /// The thread ends with the process, or when the app is gone.
    pub fn begin(mut self, writer: Writer, mending: Mending) {
        self.tell(&writer);
        std::thread::spawn(move || {
            loop {
                self.watch.wait(self.alive.then_some(LOOK_AGAIN));
                // What it settles is a change again.
                mending.wake();
                if self.tell(&writer) == Sent::Gone {
                    return;
                }
            }
        });
    }

    /// Looks, and tells the list when it is another one.
    fn tell(&mut self, writer: &Writer) -> Sent {
        let _turn = writer.turn();
        let now = match self.list.all() {
            Ok((sessions, alive)) => {
                self.alive = alive;
                serde_json::to_value(SessionsResult { sessions }).unwrap_or_default()
            }
            Err(error) => {
                self.troubles.tell(&error.to_string());
                return Sent::Yes;
            }
        };
        if now == self.told {
            return Sent::Yes;
        }
        let sent = writer.notify("sessions", now.clone());
        if sent == Sent::TooLong {
            self.troubles.tell(&too_long("The list of sessions").to_string());
        }
        self.told = now;
        sent
    }
}
