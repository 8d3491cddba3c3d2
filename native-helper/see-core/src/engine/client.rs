//! A connection to a session's supervisor, for whoever shows a program to a person. Knows frames, not terminals.

use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;

use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags};

use crate::error::{ErrorCode, Reason, Result, SeeError};
use crate::policy::Tightening;
use crate::session::{Frozen, Session};
use crate::store::Store;

use super::request::{Ask, Channel, Entered, More, ProgramSpec, Size, Tell};
use super::wire::{self, CHUNK, Frame, Kind};
use super::{socket, stream};

/// Input that the supervisor has not taken yet, from which on no more should be queued.
const HIGH_WATER: usize = 256 * 1024;

/// What comes from the supervisor.
#[derive(Debug)]
pub enum Event {
    /// Bytes that the terminal shows.
    Output(Vec<u8>),
    /// Bytes of standard output, when that is a pipe.
    StandardOutput(Vec<u8>),
    /// Bytes of standard error, when that is a pipe.
    StandardError(Vec<u8>),
    /// The program ended.
    Exited(Ended),
    /// The program could not be started.
    Failed(Box<SeeError>),
    /// What it shows reaches no clipboard from now on.
    ClipboardEnded,
    /// The program was stopped.
    Suspended,
    /// It was let go on, as was asked for; whether in the background of its terminal.
    Continued(bool),
    /// The SEE is at rest.
    Stopped,
    /// Everything stands still until somebody decides.
    Frozen(Frozen),
    /// It goes on.
    Resumed,
    /// The supervisor is gone.
    Closed,
}

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Its status.
    pub status: i32,
    /// Whether other programs still run in the SEE.
    pub others: bool,
    /// Whether they can still write to what it wrote to: more output follows.
    pub open: bool,
}

/// A client.
#[derive(Debug)]
pub struct Client {
    stream: UnixStream,
    received: Vec<u8>,
    unsent: Vec<u8>,
    channels: [Channel; 3],
    at_end: bool,
}

impl Client {
    /// Takes over a connection on which a program was asked for; waits until it runs.
    pub(super) fn started(stream: UnixStream) -> Result<Self> {
        let answer = wire::receive::<Tell>(stream.as_fd())?.ok_or_else(|| wire::gone(Errno::CONNRESET))?;
        match answer.0 {
            Tell::Started { channels } => {
                stream::never_wait(stream.as_fd()).map_err(wire::gone)?;
                Ok(Self { stream, received: Vec::new(), unsent: Vec::new(), channels, at_end: false })
            }
            Tell::Failed { error } => Err(error),
            // It came to rest before it had heard what was asked.
            Tell::Exited { .. }
            | Tell::Tightened
            | Tell::Granted
            | Tell::Terminals { .. }
            | Tell::ClipboardEnded
            | Tell::Suspended
            | Tell::Continued { .. }
            | Tell::Stopped
            | Tell::Frozen { .. }
            | Tell::Resumed => Err(wire::gone(Errno::CONNRESET)),
        }
    }

    /// Connects to a program of a running session: the one with this number, or the session's own. The first output is what
    /// its terminal showed last.
    pub fn attach(
        store: &Store,
        session: &Session,
        size: Option<Size>,
        program: Option<u32>,
    ) -> Result<Self> {
        let stream = reach(store, session)?;
        let asked = wire::send(stream.as_fd(), &Ask::Attach { size, program }, &[]);
        asked.and_then(|()| Self::started(stream)).map_err(|error| match error.code {
            ErrorCode::HelperGone => not_running(session),
            _ => error,
        })
    }

    /// Starts another program in a running session.
    pub(super) fn enter(store: &Store, session: &Session, program: ProgramSpec) -> Result<Self> {
        let stream = reach(store, session)?;
        wire::send(stream.as_fd(), &Ask::Enter { program: Box::new(program) }, &[])?;
        Self::started(stream)
    }

    /// Returns what descriptors 0 to 2 of the program are.
    pub fn channels(&self) -> [Channel; 3] {
        self.channels
    }

    /// Queues bytes for the program's standard input.
    pub fn input(&mut self, bytes: &[u8]) {
        for piece in bytes.chunks(CHUNK) {
            wire::encode(Kind::Input, piece, &mut self.unsent);
        }
    }

    /// Queues the end of standard input.
    pub fn end_input(&mut self) {
        wire::encode(Kind::EndOfInput, b"", &mut self.unsent);
    }

    /// Queues a message.
    pub fn ask(&mut self, ask: &Ask) -> Result<()> {
        Frame::message(ask)?.encode(&mut self.unsent);
        Ok(())
    }

    /// Tells whether more input would only pile up.
    pub fn is_choked(&self) -> bool {
        self.unsent.len() >= HIGH_WATER
    }

    /// Tells whether something is queued.
    pub fn has_unsent(&self) -> bool {
        !self.unsent.is_empty()
    }

    /// Sends what the supervisor takes now.
    pub fn push(&mut self) {
        while !self.unsent.is_empty() {
            match rustix::net::send(&self.stream, &self.unsent, SendFlags::NOSIGNAL) {
                Ok(count) => {
                    self.unsent.drain(..count);
                }
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return,
                // What is left to read comes first; the end shows there.
                Err(_) => self.unsent.clear(),
            }
        }
    }

    /// Returns what has come. Empty when nothing has.
    pub fn pull(&mut self) -> Result<Vec<Event>> {
        let mut buffer = vec![0_u8; CHUNK];
        match rustix::net::recv(&self.stream, buffer.as_mut_slice(), RecvFlags::empty()) {
            Ok((_, 0)) | Err(Errno::CONNRESET) => self.at_end = true,
            Ok((_, count)) => self.received.extend_from_slice(buffer.get(..count).unwrap_or_default()),
            Err(Errno::AGAIN | Errno::INTR) => {}
            Err(e) => return Err(wire::gone(e)),
        }
        let mut events = Vec::new();
        while let Some(frame) = wire::decode(&mut self.received)? {
            events.push(match frame.kind {
                Kind::Output => Event::Output(frame.bytes),
                Kind::StandardOutput => Event::StandardOutput(frame.bytes),
                Kind::StandardError => Event::StandardError(frame.bytes),
                Kind::Message => match frame.parse::<Tell>()? {
                    Tell::Exited { status, others, open } => Event::Exited(Ended { status, others, open }),
                    Tell::Failed { error } => Event::Failed(error),
                    Tell::ClipboardEnded => Event::ClipboardEnded,
                    Tell::Suspended => Event::Suspended,
                    Tell::Continued { behind } => Event::Continued(behind),
                    Tell::Stopped => Event::Stopped,
                    Tell::Frozen { frozen } => Event::Frozen(frozen),
                    Tell::Resumed => Event::Resumed,
                    Tell::Started { .. } | Tell::Tightened | Tell::Granted | Tell::Terminals { .. } => {
                        continue;
                    }
                },
                Kind::Input | Kind::EndOfInput => return Err(wire::broken("input from the wrong side")),
            });
        }
        if self.at_end {
            events.push(Event::Closed);
        }
        Ok(events)
    }
}

impl AsFd for Client {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }
}

/// Ends every program of a running session and waits until its layers are at rest.
pub fn stop(store: &Store, session: &Session) -> Result<()> {
    let stream = reach(store, session)?;
    wire::send(stream.as_fd(), &Ask::Stop, &[])?;
    // Whatever it says: it is at rest when it is gone.
    while let Ok(Some((tell, _))) = wire::receive::<Tell>(stream.as_fd()) {
        if matches!(tell, Tell::Stopped) {
            break;
        }
    }
    Ok(())
}

/// Returns the terminals of a session that can be attached to beside its own: none when nothing runs in it.
pub fn terminals(store: &Store, session: &Session) -> Result<Vec<Entered>> {
    let Ok(stream) = reach(store, session) else { return Ok(Vec::new()) };
    let asked = wire::send(stream.as_fd(), &Ask::Terminals, &[]);
    match asked.and_then(|()| wire::receive::<Tell>(stream.as_fd())) {
        Ok(Some((Tell::Terminals { terminals }, _))) => Ok(terminals),
        // It came to rest meanwhile.
        Ok(None | Some((Tell::Stopped, _))) => Ok(Vec::new()),
        Err(error) if error.code == ErrorCode::HelperGone => Ok(Vec::new()),
        Err(error) => Err(error),
        Ok(Some(_)) => Err(wire::gone(Errno::CONNRESET)),
    }
}

/// Lets a frozen session go on, with as much again where nothing is said; gives one that runs more.
pub fn resume(store: &Store, session: &Session, more: More) -> Result<()> {
    let stream = reach(store, session)?;
    wire::send(stream.as_fd(), &Ask::Resume { more }, &[])?;
    match wire::receive::<Tell>(stream.as_fd())? {
        Some((Tell::Failed { error }, _)) => Err(error),
        // A supervisor of before tells all, and so whoever asked.
        Some((Tell::Granted | Tell::Resumed, _)) => Ok(()),
        _ => Err(wire::gone(Errno::CONNRESET)),
    }
}

/// Allows a running session less; returns when that holds.
pub(super) fn tighten(store: &Store, session: &Session, to: &Tightening) -> Result<()> {
    let stream = reach(store, session)?;
    wire::send(stream.as_fd(), &Ask::Tighten { to: to.clone() }, &[])?;
    match wire::receive::<Tell>(stream.as_fd())? {
        Some((Tell::Tightened, _)) => Ok(()),
        Some((Tell::Failed { error }, _)) => Err(error),
        _ => Err(not_running(session)),
    }
}

fn reach(store: &Store, session: &Session) -> Result<UnixStream> {
    socket::connect(store, &session.id).map_err(|_| not_running(session))
}

pub(super) fn not_running(session: &Session) -> Box<SeeError> {
    SeeError::new(
        ErrorCode::WrongState,
        format!("No program runs in the session {}.", session.id),
        "See the sessions with: alcatraz list",
    )
    .because(Reason::NothingRuns)
    .with_fact("session", session.id.as_str())
}
