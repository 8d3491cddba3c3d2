//! Who decides calls instead of only observing them. An actor claims call numbers; what it claims the observer never
//! sees. Knows nothing of reads.

use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::Arc;

use rustix::io::Errno;
use see_sys::seccomp_notify::{Arch, Listener, Notification};

use super::calls::Reported;

/// What becomes of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It runs as it is. Never the answer to what must be refused: its thread can change what its arguments point to.
    Run,
    /// It does not run and returns this.
    Value(i64),
    /// It does not run and fails.
    Fail(Errno),
    /// The actor answers it by itself, or has done so.
    Later,
}

/// Decides calls. Used by many threads at once.
///
/// While it works, one of the few threads that answer calls is busy: what may take long (a connection, for instance)
/// goes to a thread of the actor's own, and the answer is [`Answer::Later`].
pub trait Actor: Debug + Send + Sync {
    /// Returns the calls that it decides.
    fn claims(&self) -> Reported;

    /// Decides a call that waits.
    fn act(&self, listener: &Arc<Listener>, call: &Notification) -> Answer;
}

/// All actors of a SEE, by the calls that they claim.
#[derive(Debug, Default)]
pub struct Actors {
    by_call: HashMap<(Arch, u32), Arc<dyn Actor>>,
}

impl Actors {
    /// Puts them together. Of two that claim the same call the first gets it.
    pub fn new(actors: Vec<Arc<dyn Actor>>) -> Self {
        let mut by_call: HashMap<(Arch, u32), Arc<dyn Actor>> = HashMap::new();
        for actor in actors {
            let claims = actor.claims();
            let x86_64 = claims.x86_64.iter().map(|one| (Arch::X86_64, one.number));
            let i386 = claims.i386.iter().map(|one| (Arch::I386, one.number));
            for call in x86_64.chain(i386) {
                by_call.entry(call).or_insert_with(|| Arc::clone(&actor));
            }
        }
        Self { by_call }
    }

    /// Returns who decides this call.
    pub fn of(&self, call: &Notification) -> Option<&Arc<dyn Actor>> {
        if self.by_call.is_empty() {
            return None;
        }
        self.by_call.get(&(call.arch, call.number))
    }
}
