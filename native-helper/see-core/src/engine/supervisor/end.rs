//! How a SEE comes to rest: its processes end, the end is recorded and told, and only then what takes its time is done.

use crate::abort;
use crate::cause::{LimitCause, SessionCause};
use crate::engine::birth::end_init;
use crate::error::{ErrorCode, Result, SeeError};
use crate::session::SessionState;

use super::less::NETWORK;
use super::{Answering, FIRST, Program, Supervisor, socket};
use crate::engine::{give_up, last_screen, rooms};

impl Supervisor {
    /// Brings the SEE to rest after its work, which went like this.
    pub(super) fn end(mut self, worked: Result<()>) -> Result<()> {
        let is_aborted = self.is_to_be_aborted(&worked);
        let rested = self.rest(&worked, is_aborted);
        // With every process dead nothing writes to the layers any more: whoever wants the session may have it, unless
        // nobody may any more.
        if !is_aborted {
            self.lock = None;
        }
        self.tell_ends(true);
        for client in &mut self.clients {
            if client.program.is_none() {
                client.tell(&super::Tell::Stopped)?;
            }
            client.leaving = true;
            client.push();
        }
        // The unmounting, which waits for the disk, needs nobody's patience, nor does the removal of what nobody wants.
        self.mounts = None;
        let removed = match is_aborted && rested.is_ok() {
            true => abort::clear_away(&self.store, &self.session.id),
            false => Ok(()),
        };
        self.lock = None;
        self.store.tidy_up();
        self.see_off();
        worked.and(rested).and(removed)
    }

    /// Tells whether the session is over with its first program: that was wished for, and whoever wished it still waits
    /// for the answer.
    fn is_to_be_aborted(&self, worked: &Result<()>) -> bool {
        let first = self.programs.get(&FIRST);
        let is_last = first.is_some_and(|first| first.exited.is_some() && !first.told);
        let waits = self.clients.iter().any(|client| client.is_starter && client.program == Some(FIRST));
        self.throw_away && worked.is_ok() && self.failed.is_none() && is_last && waits
    }

    /// Ends every process and records the end.
    fn rest(&mut self, worked: &Result<()>, is_aborted: bool) -> Result<()> {
        self.answering.iter().for_each(Answering::closing);
        end_init(self.init)?;
        self.note_last_use();
        self.display = None;
        let noted = self.note_what_left();
        self.uplink = None;
        let answered = self.answering.take().map(|answering| answering.end(!is_aborted));
        let recorded = match is_aborted {
            true => self.store.abort_session(&self.session.id, self.first_status()),
            false => {
                // Without its last screen a session is as good as with it: it must come to rest also on a full disk.
                // What was entered later leaves the screen of the session's own program alone.
                if self.fresh {
                    let shown = self.programs.get(&FIRST).map(Program::scrollback).unwrap_or_default();
                    let _ = last_screen::keep(&self.store, &self.session.id, shown);
                }
                self.record_end(&worked.clone().and(answered.unwrap_or(Ok(()))))
            }
        };
        let recorded = recorded.and(noted);
        // Whoever comes too late for an answer finds the end recorded.
        if self.listener.take().is_some() {
            let path = socket::place(&self.store, &self.session.id);
            rustix::fs::unlink(&path).map_err(|e| rooms::os("removing", &path, e))?;
        }
        recorded
    }

    /// Compares the record with what the kernel noted, by what is allowed now.
    pub(super) fn note_what_left(&mut self) -> Result<()> {
        let (Some(uplink), Some(answering)) = (&self.uplink, &self.answering) else { return Ok(()) };
        match uplink.notes() {
            Ok(notes) => {
                answering.left(notes);
                Ok(())
            }
            Err(error) => {
                self.session.limits.push(LimitCause::RecordLacks { error }.at(NETWORK));
                self.store.update_session(&self.session)
            }
        }
    }

    fn first_status(&self) -> Option<i32> {
        self.programs.get(&FIRST).map(|first| first.exited.unwrap_or(137))
    }

    fn record_end(&mut self, worked: &Result<()>) -> Result<()> {
        match self.failed.clone() {
            Some(error) => self.forget(&error),
            None => {
                // A read set that could not be kept says so itself: the session is as good as before.
                let failed = worked.as_ref().err().map(|error| SessionCause::Failed { error: error.clone() });
                let why = match failed {
                    _ if self.overrun => Some(SessionCause::Overrun),
                    None if self.unheeded => Some(SessionCause::Unheeded),
                    failed => failed,
                };
                self.note_untouched()?;
                self.store.finish_session(&self.session.id, self.first_status(), why.as_ref())
            }
        }
    }

    /// Remembers which layers of other file systems hold nothing: those may go away before anybody decides.
    fn note_untouched(&mut self) -> Result<()> {
        let store = self.store.root();
        let away = self.session.layers.iter_mut().filter(|layer| layer.room != store || !layer.same_mount);
        away.for_each(|layer| layer.untouched = self.unwritten.has(layer));
        if self.session.layers.iter().any(|layer| layer.untouched) {
            self.store.update_session(&self.session)?;
        }
        Ok(())
    }

    /// Leaves nothing of a session whose first program could not be started.
    fn forget(&mut self, error: &SeeError) -> Result<()> {
        if !self.fresh {
            return self.store.finish_session(&self.session.id, None, None);
        }
        let is_command = matches!(error.code, ErrorCode::CommandNotFound | ErrorCode::CommandNotExecutable);
        let state = if is_command { SessionState::Aborted } else { SessionState::Broken };
        give_up(&self.store, self.session.clone(), state, error)
    }
}
