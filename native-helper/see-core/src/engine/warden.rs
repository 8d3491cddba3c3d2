//! Looks after one program in a tree that is only looked at, for one client, and ends it with the connection. Nothing of it
//! is kept: no session, no record. Runs in a process of its own.

use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::net::UnixStream;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::{CWD, Mode as Bits, OFlags};
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};
use rustix::process::Pid;
use see_sys::process::{close_all_but, exit_now, fork};

use crate::error::{Result, SeeError};
use crate::interpose::calls::Reported;
use crate::path::HostPath;

use super::birth::{await_ready, end_init, make_init};
use super::client;
use super::plan::Tree;
use super::program::winsize;
use super::request::{Ask, Order, ProgramSpec, Report, Tell};
use super::stream::{Client, Program};
use super::wire::{self, Frame, Kind};

/// The number of the only program.
const ONLY: u32 = 0;
/// How many chunks of output are relayed before anybody else gets a turn.
const READS_IN_A_ROW: usize = 16;

/// Starts a program in a tree around it; `session` lends the directory that it is built on. For a process with one thread.
pub fn start(store: &HostPath, session: &str, tree: &Tree, program: ProgramSpec) -> Result<client::Client> {
    let gone = |e: std::io::Error| wire::gone(Errno::from_io_error(&e).unwrap_or(Errno::MFILE));
    let (ours, theirs) = UnixStream::pair().map_err(gone)?;
    if fork(0).map_err(wire::gone)?.is_none() {
        let served = detach(&theirs).and_then(|()| serve(theirs, store, session, tree, program));
        exit_now(i32::from(served.is_err()));
    }
    drop(theirs);
    client::Client::started(ours)
}

/// Leaves the terminal and its signals to the parent.
fn detach(connection: &UnixStream) -> Result<()> {
    let null = rustix::fs::openat(CWD, "/dev/null", OFlags::RDWR | OFlags::CLOEXEC, Bits::empty())
        .map_err(wire::gone)?;
    rustix::stdio::dup2_stdin(&null).map_err(wire::gone)?;
    rustix::stdio::dup2_stdout(&null).map_err(wire::gone)?;
    rustix::stdio::dup2_stderr(&null).map_err(wire::gone)?;
    drop(null);
    close_all_but(&[connection.as_raw_fd()]).map_err(wire::gone)?;
    rustix::process::setsid().map_err(wire::gone)?;
    rustix::process::umask(Bits::from_raw_mode(0o077));
    Ok(())
}

fn serve(
    connection: UnixStream,
    store: &HostPath,
    session: &str,
    tree: &Tree,
    program: ProgramSpec,
) -> Result<()> {
    let mut client = Client::new(connection)?;
    let served = Warden::begin(store, session, tree).and_then(|warden| warden.serve(&mut client, program));
    if let Err(error) = &served {
        client.tell(&Tell::Failed { error: error.clone() })?;
    }
    see_off(client)?;
    served
}

struct Warden {
    control: OwnedFd,
    init: Pid,
}

impl Warden {
    /// Makes the tree.
    fn begin(store: &HostPath, session: &str, tree: &Tree) -> Result<Self> {
        let (control, theirs) =
            socketpair(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None)
                .map_err(wire::gone)?;
        let (init, shell) = make_init(store, session, tree, &Reported::default(), theirs.as_fd(), None)?;
        drop(theirs);
        rustix::thread::set_no_new_privs(true).map_err(wire::gone)?;
        await_ready(control.as_fd(), &init, shell)?;
        Ok(Self { control, init: init.keep() })
    }

    /// Runs the program until it ends or its client goes, and ends everything with it.
    fn serve(self, client: &mut Client, spec: ProgramSpec) -> Result<()> {
        let mut program = Program::new(ONLY, &spec);
        let worked = wire::send(self.control.as_fd(), &Order::Spawn(ONLY, Box::new(spec)), &[])
            .and_then(|()| self.work(client, &mut program));
        end_init(self.init)?;
        worked?;
        client.tell(&Tell::Exited { status: program.exited.unwrap_or(137), others: false, open: false })
    }

    fn work(&self, client: &mut Client, program: &mut Program) -> Result<()> {
        loop {
            program.push_input();
            for _ in 0..READS_IN_A_ROW {
                if client.is_full() || !program.pull_output(|kind, bytes| client.show(kind, bytes)) {
                    break;
                }
            }
            client.push();
            if client.gone || program.is_drained() {
                return Ok(());
            }
            let (from_init, heard) = self.wait(client, program)?;
            if from_init {
                match wire::receive::<Report>(self.control.as_fd())? {
                    Some((report, ends)) => note(report, ends, client, program)?,
                    None => return Ok(()),
                }
            }
            if heard {
                for frame in client.pull() {
                    self.hear(&frame, client, program)?;
                }
            }
        }
    }

    /// Waits for something to happen. Tells whether the init and the client have something to say.
    fn wait(&self, client: &Client, program: &Program) -> Result<(bool, bool)> {
        let (stream, flags) = client.wait(program.is_choked());
        let mut waits =
            vec![PollFd::new(&self.control, PollFlags::IN), PollFd::from_borrowed_fd(stream, flags)];
        let ends = program.waits(client.is_full());
        waits.extend(ends.into_iter().map(|(fd, flags)| PollFd::from_borrowed_fd(fd, flags)));
        match poll(&mut waits, None) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(e) => return Err(wire::gone(e)),
        }
        let happened = |place: usize| waits.get(place).is_some_and(|wait| !wait.revents().is_empty());
        Ok((happened(0), happened(1)))
    }

    fn hear(&self, frame: &Frame, client: &mut Client, program: &mut Program) -> Result<()> {
        match frame.kind {
            Kind::Input => program.feed(&frame.bytes),
            Kind::EndOfInput => program.end_input(),
            Kind::Message => match frame.parse::<Ask>() {
                Ok(Ask::Resize { size }) => {
                    if let Some(terminal) = program.terminal() {
                        // A terminal that everybody closed has no size.
                        let _ = rustix::termios::tcsetwinsize(terminal, winsize(size));
                    }
                }
                Ok(Ask::Signal { signal, group }) => {
                    wire::send(self.control.as_fd(), &Order::Signal(ONLY, signal, group), &[])?;
                }
                Ok(Ask::Continue { behind }) => {
                    wire::send(self.control.as_fd(), &Order::Continue(ONLY, behind), &[])?;
                }
                Ok(Ask::CloseOutput { error }) => program.close_output(error),
                _ => client.gone = true,
            },
            Kind::Output | Kind::StandardOutput | Kind::StandardError => client.gone = true,
        }
        Ok(())
    }
}

/// Acts on what the init reports.
fn note(report: Report, ends: Vec<OwnedFd>, client: &mut Client, program: &mut Program) -> Result<()> {
    match report {
        Report::Ready(_) | Report::Starting(..) => {}
        Report::Failed(error) | Report::NotSpawned(_, error) => return Err(error),
        Report::Spawned(_) => {
            program.connect(ends)?;
            client.tell(&Tell::Started { channels: program.channels })?;
        }
        Report::Stopped(_) => client.tell(&Tell::Suspended)?,
        Report::Continued(_, behind) => client.tell(&Tell::Continued { behind })?,
        Report::Reaped { exited, .. } => {
            for (_, status) in exited {
                program.end(status);
            }
        }
    }
    Ok(())
}

/// Waits until the client has taken what is left for it or is gone.
fn see_off(mut client: Client) -> Result<()> {
    client.leaving = true;
    loop {
        client.push();
        if client.gone {
            return Ok(());
        }
        let (stream, _) = client.wait(true);
        match poll(&mut [PollFd::from_borrowed_fd(stream, PollFlags::OUT)], None) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(e) => return Err(SeeError::internal(format!("A client could not be waited for: {e}."))),
        }
    }
}
