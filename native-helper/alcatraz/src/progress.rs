//! Progress of long work, for a person at a terminal: one line on stderr that is gone when the work is done.

use std::io::{IsTerminal as _, Write as _};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use see_core::monitor::{Monitor, Phase};

/// Work that is over sooner than this shows nothing.
const PATIENCE: Duration = Duration::from_millis(400);
const PAUSE: Duration = Duration::from_millis(100);

/// Shows progress when stderr is a terminal. Never cancels: Ctrl-C ends the process, which is safe at any time.
pub struct TerminalMonitor {
    shown: Option<Mutex<Shown>>,
}

struct Shown {
    due: Instant,
    on_screen: bool,
}

impl TerminalMonitor {
    /// Shows nothing unless `wanted`.
    pub fn new(wanted: bool) -> Self {
        let wanted = wanted && std::io::stderr().is_terminal();
        let shown = Shown { due: Instant::now() + PATIENCE, on_screen: false };
        Self { shown: wanted.then(|| Mutex::new(shown)) }
    }
}

impl Monitor for TerminalMonitor {
    fn progress(&self, phase: Phase, done: u64, total: Option<u64>) {
        let Some(shown) = &self.shown else { return };
        let mut shown = shown.lock().unwrap_or_else(PoisonError::into_inner);
        if Instant::now() < shown.due {
            return;
        }
        shown.due = Instant::now() + PAUSE;
        shown.on_screen = true;
        let word = match phase {
            Phase::Scan => "Looking for changes",
            Phase::Check => "Checking",
            Phase::Stage => "Staging",
            Phase::Journal => "Writing the journal",
            Phase::Apply => "Applying",
            Phase::Publish => "Publishing",
            Phase::Recover => "Recovering",
        };
        let count = total.map_or_else(|| done.to_string(), |total| format!("{done} of {total}"));
        let _ = write!(std::io::stderr(), "\r\x1b[K{word}: {count}");
    }

    fn is_cancelled(&self) -> bool {
        false
    }
}

impl Drop for TerminalMonitor {
    fn drop(&mut self) {
        let Some(shown) = &self.shown else { return };
        if shown.lock().unwrap_or_else(PoisonError::into_inner).on_screen {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}
