//! A supervisor's clients: lets them in, hears what they ask, and moves bytes between them and the programs. Waits for
//! none of them.

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;

use crate::engine::program;
use crate::engine::request::{Ask, Channel, Order, Size, Tell};
use crate::engine::stream::{Client, Program};
use crate::engine::wire::Kind;
use crate::error::{ErrorCode, Reason, Result, SeeError};

use super::{FIRST, Supervisor, TOGETHER};

/// How many chunks of one program are relayed before the others get their turn.
const READS_IN_A_ROW: usize = 16;

impl Supervisor {
    /// Moves bytes both ways, and tells clients of programs that ended and have nothing more to say.
    pub(super) fn pump(&mut self) {
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
        for client in &mut self.clients {
            client.push();
        }
        self.drop_gone();
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
            let status = program.exited.unwrap_or(137);
            for client in self.clients.iter_mut().filter(|client| watched(client)) {
                let told = match &self.failed {
                    Some(error) => client.tell(&Tell::Failed { error: error.clone() }),
                    None => client.tell(&Tell::Exited { status, others: !self.empty && !all }),
                };
                client.leaving = true;
                client.gone |= told.is_err();
            }
            program.disconnect();
        }
    }

    fn drop_gone(&mut self) {
        for client in self.clients.iter().filter(|client| client.gone && client.is_starter) {
            // Nobody will ever type again into a pipe; a terminal can be attached again.
            if let Some(program) = client.program.and_then(|number| self.programs.get_mut(&number)) {
                if program.exited.is_none() && program.channels.first() == Some(&Channel::Pipe) {
                    program.end_input();
                }
            }
        }
        for client in self.clients.iter().filter(|client| client.gone) {
            // Nobody would let it go on.
            if let Some(program) = client.program.and_then(|number| self.programs.get_mut(&number)) {
                program.resume();
            }
        }
        self.clients.retain(|client| !client.gone);
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
            Ask::Attach { size } => {
                let Some(program) = self.programs.get_mut(&FIRST) else { return Ok(()) };
                program.resume();
                resize(program, size);
                if let Some(client) = self.clients.get_mut(place) {
                    client.program = Some(FIRST);
                    client.tell(&Tell::Started { channels: program.channels })?;
                    client.show(Kind::Output, program.scrollback());
                    if let Some(frozen) = self.session.frozen.clone() {
                        client.tell(&Tell::Frozen { frozen })?;
                    }
                    if let (true, Some(status)) = (program.told, program.exited) {
                        client.tell(&Tell::Exited { status, others: !self.empty })?;
                        client.leaving = true;
                    }
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
            Ask::Suspend => {
                let program = number.and_then(|number| self.programs.get_mut(&number));
                if program.is_some_and(Program::suspend) {
                    if let Some(client) = self.clients.get_mut(place) {
                        client.tell(&Tell::Suspended)?;
                    }
                }
            }
            Ask::Continue => {
                if let Some(program) = number.and_then(|number| self.programs.get_mut(&number)) {
                    program.resume();
                }
            }
            Ask::Signal { signal } => {
                if let Some(number) = number {
                    self.order(&Order::Signal(number, signal))?;
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
            Ask::Resume { quota } => {
                let answer = self.resume(quota);
                if let (Err(error), Some(client)) = (answer, self.clients.get_mut(place)) {
                    client.tell(&Tell::Failed { error })?;
                    client.leaving = true;
                }
            }
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
