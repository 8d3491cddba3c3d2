//! A supervisor's clients: lets them in, hears what they ask, and moves bytes between them and the programs. Waits for
//! none of them.

use std::time::Instant;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;

use crate::engine::client::not_running;
use crate::engine::halted::is_halted;
use crate::engine::program;
use crate::engine::request::{Ask, Channel, Entered, Order, Size, Tell};
use crate::engine::stream::{Client, Program};
use crate::engine::wire::Kind;
use crate::error::{ErrorCode, Reason, Result, SeeError};
use crate::session::Session;

use super::{Answering, FIRST, Supervisor, TOGETHER};

/// How many chunks of one program are relayed before the others get their turn.
const READS_IN_A_ROW: usize = 16;

impl Supervisor {
    /// Moves bytes both ways, and tells clients of programs that ended and have nothing more to say.
    pub(super) fn pump(&mut self) -> Result<()> {
        for program in self.programs.values_mut() {
            program.push_input();
            for _ in 0..READS_IN_A_ROW {
                let watchers =
                    self.clients.iter_mut().filter(|c| c.program == Some(program.number) && !c.gone);
                let mut watchers: Vec<_> = watchers.collect();
                // With nobody left to write there is an end to it.
                if watchers.iter().any(|client| client.is_full()) && !self.empty {
                    break;
                }
                let more = program.pull_output(|kind, bytes| {
                    for client in &mut watchers {
                        client.show(kind, bytes);
                    }
                });
                if !more {
                    break;
                }
            }
        }
        self.tell_ends(false);
        self.dismiss();
        for client in &mut self.clients {
            client.push();
        }
        self.drop_gone()
    }

    /// Tells the clients of each program that ended, once all its output is queued.
    pub(super) fn tell_ends(&mut self, all: bool) {
        for program in self.programs.values_mut() {
            // The end of the last one is told at rest; and the last ones often end together.
            let goes_on = !self.empty && program.is_drained() && program.has_ended_for(TOGETHER);
            if program.told || !(goes_on || all) {
                continue;
            }
            let watched = |client: &Client| client.program == Some(program.number) && !client.gone;
            program.told = true;
            // Whoever asks for the record next finds it up to here.
            self.answering.iter().for_each(Answering::flush);
            let status = program.exited.unwrap_or(137);
            // What it has left behind keeps its output, as natively.
            let others = !self.empty && !all;
            let open = others && program.is_open();
            for client in self.clients.iter_mut().filter(|client| watched(client)) {
                let told = match &self.failed {
                    Some(error) => client.tell(&Tell::Failed { error: error.clone() }),
                    None => client.tell(&Tell::Exited { status, others, open }),
                };
                client.leaving = !open;
                client.gone |= told.is_err();
            }
            if !open {
                program.disconnect();
            }
        }
    }

    /// Lets the clients of programs go that are over and whose output has come to its end.
    fn dismiss(&mut self) {
        for program in self.programs.values().filter(|program| program.told && !program.is_open()) {
            let its = self.clients.iter_mut().filter(|client| client.program == Some(program.number));
            its.for_each(|client| client.leaving = true);
        }
    }

    fn drop_gone(&mut self) -> Result<()> {
        for client in self.clients.iter().filter(|client| client.gone && client.is_starter) {
            // Nobody will ever type again into a pipe; a terminal can be attached again.
            if let Some(program) = client.program.and_then(|number| self.programs.get_mut(&number)) {
                if program.exited.is_none() && program.channels.first() == Some(&Channel::Pipe) {
                    program.end_input();
                }
            }
        }
        let gone = self.clients.iter().filter(|client| client.gone);
        let left: Vec<u32> = gone.filter_map(|client| client.program).collect();
        self.clients.retain(|client| !client.gone);
        // Nobody would let it go on.
        left.into_iter().try_for_each(|number| self.go_on(number))
    }

    /// A program was stopped: whoever shows it stops as well, and says when it goes on.
    pub(super) fn note_stop(&mut self, number: u32) -> Result<()> {
        let Some(program) = self.programs.get_mut(&number).filter(|program| program.exited.is_none()) else {
            return Ok(());
        };
        (program.is_stopped, program.key_at) = (true, None);
        // What it has said before comes first.
        self.pump()?;
        let watchers = || self.clients.iter().filter(|client| client.program == Some(number));
        if watchers().next().is_none() {
            return self.go_on(number);
        }
        // The user's shell has it as a job; who only looks on does not.
        let starter = watchers().any(|client| client.is_starter);
        for client in self.clients.iter_mut().filter(|client| client.program == Some(number)) {
            if client.is_starter || !starter {
                client.tell(&Tell::Suspended)?;
            }
        }
        Ok(())
    }

    /// Notes programs that the key has stopped but for a child that holds them up: nobody would ever say so.
    pub(super) fn note_halted(&mut self) -> Result<()> {
        let is_due = |at: Instant| at.elapsed() >= TOGETHER;
        let due = self.programs.values_mut().filter(|program| program.key_at.is_some_and(is_due));
        let mut halted = Vec::new();
        for program in due {
            program.key_at = None;
            if !program.is_stopped && program.terminal().is_some_and(is_halted) {
                halted.push(program.number);
            }
        }
        halted.into_iter().try_for_each(|number| self.note_stop(number))
    }

    /// Lets a program go on that was stopped.
    fn go_on(&mut self, number: u32) -> Result<()> {
        let program = self.programs.get_mut(&number);
        match program.is_some_and(|program| std::mem::take(&mut program.is_stopped)) {
            true => self.order(&Order::Continue(number, false)),
            false => Ok(()),
        }
    }

    /// Lets in a client of the same user, or root.
    pub(super) fn welcome(&mut self) {
        let Some(listener) = &self.listener else { return };
        let Ok((stream, _)) = listener.accept() else { return };
        let me = rustix::process::geteuid();
        let peer = rustix::net::sockopt::socket_peercred(&stream);
        if !peer.is_ok_and(|peer| peer.uid == me || peer.uid.is_root()) {
            return;
        }
        self.clients.extend(Client::new(stream).ok());
    }

    /// Reads what these clients sent.
    pub(super) fn hear(&mut self, places: &[usize]) -> Result<()> {
        for place in places {
            let Some(client) = self.clients.get_mut(*place) else { continue };
            let (number, frames) = (client.program, client.pull());
            let mut program = number.and_then(|number| self.programs.get_mut(&number));
            for frame in frames {
                match (frame.kind, &mut program) {
                    (Kind::Input, Some(program)) => program.feed(&frame.bytes),
                    (Kind::EndOfInput, Some(program)) => program.end_input(),
                    (Kind::Message, _) => {
                        match frame.parse::<Ask>() {
                            Ok(ask) => self.answer(*place, ask)?,
                            Err(_) => self.cut(*place),
                        }
                        program = number.and_then(|number| self.programs.get_mut(&number));
                    }
                    _ => {
                        self.cut(*place);
                        program = None;
                    }
                }
            }
        }
        Ok(())
    }

    fn cut(&mut self, place: usize) {
        if let Some(client) = self.clients.get_mut(place) {
            client.gone = true;
        }
    }

    fn answer(&mut self, place: usize, ask: Ask) -> Result<()> {
        let number = self.clients.get(place).and_then(|client| client.program);
        match ask {
            Ask::Attach { size, program } => self.attach(place, size, program.or_else(|| self.own()))?,
            Ask::Terminals => {
                let terminals = self.entered();
                if let Some(client) = self.clients.get_mut(place) {
                    client.tell(&Tell::Terminals { terminals })?;
                    client.leaving = true;
                }
            }
            Ask::Enter { .. } if self.session.frozen.is_some() => {
                if let Some(client) = self.clients.get_mut(place) {
                    client.tell(&Tell::Failed { error: stands_still(&self.session.id) })?;
                    client.leaving = true;
                }
            }
            Ask::Enter { program } => {
                let number = self.next_number;
                self.next_number += 1;
                if let Some(client) = self.clients.get_mut(place) {
                    client.program = Some(number);
                    client.is_starter = true;
                }
                self.start_program(number, *program)?;
            }
            Ask::Resize { size } => {
                if let Some(program) = number.and_then(|number| self.programs.get(&number)) {
                    resize(program, Some(size));
                }
            }
            Ask::Continue { behind } => {
                if let Some(program) = number.and_then(|number| self.programs.get_mut(&number)) {
                    program.is_stopped = false;
                    let number = program.number;
                    self.order(&Order::Continue(number, behind))?;
                }
            }
            Ask::Signal { signal, group } => {
                if let Some(number) = number {
                    self.order(&Order::Signal(number, signal, group))?;
                }
            }
            Ask::CloseOutput { error } => {
                if let Some(program) = number.and_then(|number| self.programs.get_mut(&number)) {
                    program.close_output(error);
                }
            }
            Ask::Tighten { to } => {
                let tell = match self.tighten(&to) {
                    Ok(()) => Tell::Tightened,
                    Err(error) => Tell::Failed { error },
                };
                if let Some(client) = self.clients.get_mut(place) {
                    client.tell(&tell)?;
                    client.leaving = true;
                }
            }
            Ask::Stop => self.begin_stop()?,
            Ask::Resume { more } => {
                let answer = match self.resume(more) {
                    Ok(()) => Tell::Granted,
                    Err(error) => Tell::Failed { error },
                };
                // Who watches a program is told with all that it goes on, also when somebody else was faster.
                let is_told = self.session.frozen.is_none();
                if let Some(client) =
                    self.clients.get_mut(place).filter(|client| !(client.watches && is_told))
                {
                    client.tell(&answer)?;
                    client.leaving = true;
                }
            }
        }
        Ok(())
    }

    /// Returns the number of the session's own program; `None` when that ended before this supervisor began.
    fn own(&self) -> Option<u32> {
        self.fresh.then_some(FIRST)
    }

    /// Returns the programs on terminals that run beside the session's own.
    fn entered(&self) -> Vec<Entered> {
        let others = self.programs.values().filter(|program| Some(program.number) != self.own());
        let running = others.filter(|program| program.exited.is_none() && program.terminal().is_some());
        running.map(|program| Entered { number: program.number, command: program.command.clone() }).collect()
    }

    /// Shows a program's terminal to a client.
    fn attach(&mut self, place: usize, size: Option<Size>, number: Option<u32>) -> Result<()> {
        number.map_or(Ok(()), |number| self.go_on(number))?;
        let Some(client) = self.clients.get_mut(place) else { return Ok(()) };
        let Some(program) = number.and_then(|number| self.programs.get(&number)) else {
            client.leaving = true;
            return client.tell(&Tell::Failed { error: not_running(&self.session) });
        };
        resize(program, size);
        client.program = Some(program.number);
        tell_start(client, program.channels, &self.session, program.scrollback())?;
        if let (true, Some(status)) = (program.told, program.exited) {
            let open = program.is_open();
            client.tell(&Tell::Exited { status, others: !self.empty, open })?;
            client.leaving = !open;
        }
        Ok(())
    }

    /// Waits until every client has taken what is left for it or is gone.
    pub(super) fn see_off(&mut self) {
        loop {
            for client in &mut self.clients {
                client.push();
            }
            self.clients.retain(|client| !client.gone);
            if self.clients.is_empty() {
                return;
            }
            let mut waits: Vec<_> = self
                .clients
                .iter()
                .map(|client| PollFd::from_borrowed_fd(client.wait(true).0, PollFlags::OUT))
                .collect();
            if poll(&mut waits, None).is_err_and(|e| e != Errno::INTR) {
                return;
            }
        }
    }
}

/// Tells a client that it sees its program from now on, and what that has shown. What it knows of the clipboard it has read before it
/// came: less may be allowed since, and where the store's disk is full only this process knows.
pub(super) fn tell_start(
    client: &mut Client,
    channels: [Channel; 3],
    session: &Session,
    shown: &[u8],
) -> Result<()> {
    client.watches = true;
    client.tell(&Tell::Started { channels })?;
    if !session.policy.clipboard.goes_out() {
        client.tell(&Tell::ClipboardEnded)?;
    }
    client.show(Kind::Output, shown);
    match session.frozen.clone() {
        Some(frozen) => client.tell(&Tell::Frozen { frozen }),
        None => Ok(()),
    }
}

pub(super) fn stands_still(session: &str) -> Box<SeeError> {
    SeeError::new(
        ErrorCode::SessionBusy,
        format!("The session {session} is frozen."),
        format!("Let it go on first: alcatraz resume {session}"),
    )
    .because(Reason::Frozen)
    .with_fact("session", session)
}

fn resize(program: &Program, size: Option<Size>) {
    if let (Some(terminal), Some(size)) = (program.terminal(), size) {
        // A terminal that everybody closed has no size.
        let _ = rustix::termios::tcsetwinsize(terminal, program::winsize(size));
    }
}
