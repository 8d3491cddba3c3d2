//! What a command works with: the caller's wishes and the store, opened when first needed and set right first.

use std::path::PathBuf;

use see_core::commit::record::CommitState;
use see_core::commit::{self, Recovered};
use see_core::error::Result;
use see_core::store::Store;

use crate::args::Global;
use crate::output::Output;
use crate::progress::TerminalMonitor;

/// Handed to every command.
pub struct Context {
    store: Option<PathBuf>,
    /// Whether an option named that directory.
    pub names_store: bool,
    /// Where words go.
    pub output: Output,
}

impl Context {
    /// Opens nothing yet.
    pub fn new(global: &Global) -> Self {
        Self { output: Output::new(global), store: global.store(), names_store: global.names_store() }
    }

    /// Returns a monitor that shows long work to a person.
    pub fn monitor(&self) -> TerminalMonitor {
        TerminalMonitor::new(
            !self.output.json && !self.output.is_quiet(),
            !self.output.json && self.output.is_verbose(),
        )
    }

    /// Returns the same for work that changes the host: Ctrl-C cancels it, and it is done or taken back, never half done.
    pub fn host_monitor(&self) -> Result<TerminalMonitor> {
        self.monitor().cancelled_by_signals()
    }

    /// Returns the directory that was named for the store.
    pub fn store_dir(&self) -> Option<&std::path::Path> {
        self.store.as_deref()
    }

    /// Opens the store, and settles what processes that were killed left behind. One that is not there is empty, and is not made.
    pub fn open_store(&self) -> Result<Store> {
        Ok(self.settle(self.open_store_as_it_is()?))
    }

    /// The same for what needs a store: makes it where there is none.
    pub fn make_store(&self) -> Result<Store> {
        Ok(self.settle(self.make_store_as_it_is()?))
    }

    /// As [`Context::open_store`]; a commit that was cut off stays cut off.
    pub fn open_store_as_it_is(&self) -> Result<Store> {
        self.repair(Store::look(self.store_dir())?)
    }

    /// As [`Context::make_store`]; a commit that was cut off stays cut off.
    pub fn make_store_as_it_is(&self) -> Result<Store> {
        self.repair(Store::open(self.store_dir())?)
    }

    fn repair(&self, store: Store) -> Result<Store> {
        if store.repair_dead_sessions()? {
            self.output.detail("A session whose supervisor was killed is settled now.");
        }
        Ok(store)
    }

    fn settle(&self, store: Store) -> Store {
        match commit::recover(&store, &self.monitor()) {
            Ok(all) => all.iter().for_each(|recovered| self.tell(recovered)),
            // Its session stays locked in state; everything else can still be done.
            Err(error) => {
                self.output.say(&format!("A commit that was cut off waits: {} {}", error.message, error.hint))
            }
        }
        store
    }

    /// Tells what became of a commit that was cut off.
    pub fn tell(&self, recovered: &Recovered) {
        told(recovered).iter().for_each(|line| self.output.say(line));
    }
}

/// Returns what there is to tell of a commit that was cut off, line by line.
pub fn told(recovered: &Recovered) -> Vec<String> {
    let foreign = recovered.foreign.iter().map(|path| {
        format!("  {} was changed by somebody else meanwhile and stays as it is.", path.display())
    });
    let kept = recovered
        .kept
        .iter()
        .map(|place| format!("  What was there before the commit is kept in {}", place.display()));
    let given_up = recovered
        .given_up
        .iter()
        .map(|point| format!("  What it did on {} stays there, with what it had replaced.", point.display()));
    let guests = recovered.guests.iter().map(|path| {
        format!("  {} was put into a new directory by somebody else meanwhile and stays.", path.display())
    });
    std::iter::once(outcome(recovered)).chain(foreign).chain(kept).chain(given_up).chain(guests).collect()
}

/// Returns what to tell of a commit that was cut off.
fn outcome(recovered: &Recovered) -> String {
    let what = match (recovered.waits(), recovered.state) {
        (Some(error), _) => return format!("{} {}", error.message, error.hint),
        (None, CommitState::Done) => "finished",
        (None, CommitState::Applying | CommitState::Reverted) => "taken back",
    };
    format!("The commit {} was cut off; it is {what} now.", recovered.commit)
}

#[cfg(test)]
mod tests {
    use see_core::error::{ErrorCode, SeeError};

    use super::*;

    #[test]
    fn what_could_not_be_taken_back_is_not_told_as_done() {
        let mut recovered = Recovered {
            commit: "c1".to_owned(),
            session: "s1".to_owned(),
            state: CommitState::Reverted,
            foreign: Vec::new(),
            kept: Vec::new(),
            guests: Vec::new(),
            given_up: Vec::new(),
            failed: None,
        };
        assert_eq!(outcome(&recovered), "The commit c1 was cut off; it is taken back now.");
        recovered.state = CommitState::Applying;
        recovered.failed = Some(SeeError::new(ErrorCode::Io, "The disk is broken.", "Mend it."));
        let waits = "The commit c1 was cut off and still waits: The disk is broken. Mend it. \
                     Or leave what cannot be put back as it is now: alcatraz drop c1 --give-up";
        assert_eq!(outcome(&recovered), waits);
    }
}
