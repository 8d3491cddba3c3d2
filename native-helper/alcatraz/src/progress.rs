//! Progress of long work, for a person at a terminal: one line on stderr that is gone when the work is done.

use std::io::{IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustix::process::Signal;
use see_core::error::{Result, SeeError};
use see_core::monitor::{Monitor, Phase};
use see_sys::signals::{SignalQueue, is_ignored};

/// Work that is over sooner than this shows nothing.
const PATIENCE: Duration = Duration::from_millis(400);
const PAUSE: Duration = Duration::from_millis(100);

/// The signals by which people and terminals end a process.
pub const ENDING: [Signal; 4] = [Signal::INT, Signal::TERM, Signal::QUIT, Signal::HUP];

/// Shows progress when stderr is a terminal. What only looks is ended by Ctrl-C as any process is.
pub struct TerminalMonitor {
    shown: Option<Mutex<Shown>>,
    /// The step in hand, for a person who wants to know more.
    step: Option<Mutex<Option<Step>>>,
    /// What would end this process, when the work must come to an end of its own: done, or taken back.
    signals: Option<SignalQueue>,
    cancelled: AtomicBool,
}

/// A step of the work that has begun.
struct Step {
    phase: Phase,
    since: Instant,
    done: u64,
}

struct Shown {
    due: Instant,
    on_screen: bool,
}

/// Returns the signals that would end this process: not what its caller has it ignore, as `nohup` does.
pub fn ending() -> Vec<i32> {
    ENDING.map(Signal::as_raw).into_iter().filter(|signal| !is_ignored(*signal)).collect()
}

impl TerminalMonitor {
    /// Shows nothing unless `wanted`; names each step, once it is over, when `named`.
    pub fn new(wanted: bool, named: bool) -> Self {
        let wanted = wanted && std::io::stderr().is_terminal();
        let shown = Shown { due: Instant::now() + PATIENCE, on_screen: false };
        Self {
            shown: wanted.then(|| Mutex::new(shown)),
            step: named.then(Mutex::default),
            signals: None,
            cancelled: AtomicBool::new(false),
        }
    }

    /// Makes signals cancel the work instead of cutting it off.
    pub fn cancelled_by_signals(mut self) -> Result<Self> {
        let signals = SignalQueue::collect(&ending())
            .map_err(|errno| SeeError::internal(format!("Signals could not be collected: {errno}.")))?;
        self.signals = Some(signals);
        Ok(self)
    }

    /// Takes notice of a step; of the one before it, says how it went.
    fn note_step(&self, phase: Phase, done: u64) {
        let Some(step) = &self.step else { return };
        let mut step = step.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *step {
            Some(step) if step.phase == phase => step.done = done,
            other => {
                let before = other.replace(Step { phase, since: Instant::now(), done });
                before.iter().for_each(|step| self.tell(step));
            }
        }
    }

    fn tell(&self, step: &Step) {
        self.clear();
        let Step { phase, since, done } = step;
        let count = if *done > 0 { format!("{done}, ") } else { String::new() };
        let seconds = since.elapsed().as_secs_f64();
        let _ = writeln!(std::io::stderr(), "{}: {count}{seconds:.3} s", word(*phase));
    }

    /// Takes the progress off the screen.
    fn clear(&self) {
        let Some(shown) = &self.shown else { return };
        let mut shown = shown.lock().unwrap_or_else(PoisonError::into_inner);
        if std::mem::take(&mut shown.on_screen) {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }

    fn look_for_signals(&self) {
        let Some(signals) = &self.signals else { return };
        if !matches!(signals.next(), Ok(None)) {
            self.cancelled.store(true, Ordering::Relaxed);
        }
    }
}

fn word(phase: Phase) -> &'static str {
    match phase {
        Phase::Scan => "Looking for changes",
        Phase::Check => "Checking",
        Phase::Stage => "Staging",
        Phase::Journal => "Writing the journal",
        Phase::Apply => "Applying",
        Phase::Publish => "Publishing",
        Phase::Recover => "Recovering",
    }
}

impl Monitor for TerminalMonitor {
    fn progress(&self, phase: Phase, done: u64, total: Option<u64>) {
        self.note_step(phase, done);
        let Some(shown) = &self.shown else { return };
        let mut shown = shown.lock().unwrap_or_else(PoisonError::into_inner);
        if Instant::now() < shown.due {
            return;
        }
        shown.due = Instant::now() + PAUSE;
        shown.on_screen = true;
        let word = word(phase);
        let count = total.map_or_else(|| done.to_string(), |total| format!("{done} of {total}"));
        let _ = write!(std::io::stderr(), "\r\x1b[K{word}: {count}");
    }

    fn is_cancelled(&self) -> bool {
        self.look_for_signals();
        self.cancelled.load(Ordering::Relaxed)
    }
}

impl Drop for TerminalMonitor {
    fn drop(&mut self) {
        if let Some(signals) = self.signals.take() {
            // What came too late to cancel anything must not end the process before it has told what was done.
            while matches!(signals.next(), Ok(Some(_))) {}
            let _ = signals.release();
        }
        if let Some(step) = &self.step {
            step.lock().unwrap_or_else(PoisonError::into_inner).iter().for_each(|step| self.tell(step));
        }
        self.clear();
    }
}
