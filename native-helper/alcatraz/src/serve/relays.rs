//! Commands of ours that run for the app, which has not the rights to run them: a terminal of a session, or an export. What they
//! show and what is typed goes over the app's own connection, so that nobody else can come by it. Knows no session.

use std::collections::HashMap;
use std::io::{Read, Write as _};
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use rustix::process::{Pid, Signal};
use rustix::pty::{OpenptFlags, grantpt, ioctl_tiocgptpeer, openpt, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use see_core::engine::request::Size;
use see_core::error::{ErrorCode, Result, SeeError};
use see_core::path::escape_for_display;

use crate::commands::relayed::Started;

use super::methods::Then;
use super::relay_messages::{RelayData, RelayEnd, RelayResize, RelaySeen};
use super::writer::Writer;

/// The most at once.
const LIMIT: usize = 64;
/// So much may be on its way to the app before its reader says that it has seen some, in bytes.
const UNSEEN: u64 = 512 * 1024;
/// The most that is sent at once.
const PIECE: usize = 64 * 1024;
/// More typed bytes than this are not kept for a command that reads none.
const TYPED: usize = 16 * 1024 * 1024;
/// So much of what an export says is told.
const SAID: u64 = 2000;

/// The relays of one app.
#[derive(Clone)]
pub struct Relays {
    writer: Writer,
    open: Arc<Mutex<Open>>,
}

#[derive(Default)]
struct Open {
    last: u64,
    relays: HashMap<u64, Arc<Relay>>,
}

/// A command that runs.
struct Relay {
    /// None, once it was collected: its number may be another process's then.
    process: Mutex<Option<Pid>>,
    terminal: Option<Terminal>,
    /// The thread that types holds this alone: it ends when the terminal goes.
    flow: Arc<Mutex<Flow>>,
    changed: Condvar,
}

struct Terminal {
    master: OwnedFd,
    typed: Sender<Vec<u8>>,
}

#[derive(Default)]
struct Flow {
    /// Bytes that are on their way to the app's reader.
    unseen: u64,
    /// Typed bytes that the terminal has not taken.
    typed: usize,
    closed: bool,
}

impl Relays {
    /// None yet.
    pub fn new(writer: Writer) -> Self {
        Self { writer, open: Arc::default() }
    }

    /// Starts a command on a terminal; `program` is about the program that it starts. Returns its number, and what begins to
    /// tell of it.
    pub fn on_terminal(&self, words: &[String], size: Size, program: &Started) -> Result<(u64, Then)> {
        self.room()?;
        let (master, slave) = pty(size).map_err(|e| failed(&e))?;
        let reader = std::fs::File::from(master.try_clone().map_err(|e| failed(&e))?);
        let mut command = ourselves();
        let own = (slave.try_clone().map_err(|e| failed(&e))?, slave);
        command.arg("relayed").arg("--").args(words).stdin(Stdio::piped()).stdout(own.0).stderr(own.1);
        let mut child = command.spawn().map_err(|e| failed(&e))?;
        // The descriptors of the terminal's other end are the child's alone from here on.
        drop(command);
        if let Some(mut stdin) = child.stdin.take() {
            // A child that has ended meanwhile says why by itself.
            let _ = serde_json::to_writer(&mut stdin, program);
        }
        let (typed, keys) = channel::<Vec<u8>>();
        let mut keyboard = std::fs::File::from(master.try_clone().map_err(|e| failed(&e))?);
        let (number, relay) = self.add(&child, Some(Terminal { master, typed }));
        let flow = Arc::clone(&relay.flow);
        std::thread::spawn(move || {
            while let Ok(bytes) = keys.recv() {
                let gone = keyboard.write_all(&bytes).is_err();
                locked(&flow).typed -= bytes.len();
                if gone {
                    return;
                }
            }
        });
        Ok((number, self.tell(number, relay, child, reader)))
    }

    /// Starts a command whose output is told as it is.
    pub fn of_output(&self, words: &[String]) -> Result<(u64, Then)> {
        self.room()?;
        let mut command = ourselves();
        command.args(words).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|e| failed(&e))?;
        let output = child.stdout.take().ok_or_else(|| failed(&"it has no output"))?;
        let (number, relay) = self.add(&child, None);
        Ok((number, self.tell(number, relay, child, output)))
    }

    /// Passes on what was typed.
    pub fn input(&self, RelayData { relay, data }: &RelayData) -> Result<()> {
        let bytes =
            BASE64.decode(data).map_err(|_| super::envelope::bad_request("its data is not base64"))?;
        let Some(relay) = self.find(*relay) else { return Ok(()) };
        let Some(terminal) = &relay.terminal else { return Ok(()) };
        let mut flow = relay.flow();
        if flow.typed + bytes.len() <= TYPED {
            flow.typed += bytes.len();
            // One whose command has ended takes nothing.
            let _ = terminal.typed.send(bytes);
        }
        Ok(())
    }

    /// Gives a terminal another size.
    pub fn resize(&self, wanted: &RelayResize) -> Result<()> {
        let size = super::messages::window(Some(wanted.rows), Some(wanted.cols))?;
        let relay = self.find(wanted.relay);
        if let (Some(size), Some(terminal)) = (size, relay.as_ref().and_then(|relay| relay.terminal.as_ref()))
        {
            // One that has ended has no size.
            let _ = tcsetwinsize(&terminal.master, window(size));
        }
        Ok(())
    }

    /// The app's reader has dealt with so many bytes.
    pub fn seen(&self, RelaySeen { relay, count }: &RelaySeen) {
        if let Some(relay) = self.find(*relay) {
            let mut flow = relay.flow();
            flow.unseen = flow.unseen.saturating_sub(*count);
            relay.changed.notify_all();
        }
    }

    /// Ends a command as a terminal that is closed does: what it shows goes on without it. One that has ended is no error.
    pub fn close(&self, relay: u64) {
        if let Some(relay) = self.find(relay) {
            relay.close();
        }
    }

    /// Ends all: the app is gone.
    pub fn close_all(&self) {
        let all: Vec<_> = self.open().relays.values().cloned().collect();
        all.iter().for_each(|relay| relay.close());
    }

    fn room(&self) -> Result<()> {
        if self.open().relays.len() < LIMIT {
            return Ok(());
        }
        Err(SeeError::new(
            ErrorCode::Io,
            format!("{LIMIT} terminals are open already."),
            "Close one of them first.",
        ))
    }

    fn add(&self, child: &Child, terminal: Option<Terminal>) -> (u64, Arc<Relay>) {
        let process = Mutex::new(Pid::from_raw(i32::try_from(child.id()).unwrap_or(0)));
        let relay = Arc::new(Relay { process, terminal, flow: Arc::default(), changed: Condvar::new() });
        let mut open = self.open();
        open.last += 1;
        let number = open.last;
        open.relays.insert(number, Arc::clone(&relay));
        (number, relay)
    }

    /// Returns what tells the app whatever comes, and then how the command ended.
    fn tell(&self, number: u64, relay: Arc<Relay>, child: Child, output: impl Read + Send + 'static) -> Then {
        let (writer, open) = (self.writer.clone(), Arc::clone(&self.open));
        Box::new(move || {
            std::thread::spawn(move || {
                let said = relay.pass_on(number, child, output, &writer);
                open.lock().unwrap_or_else(PoisonError::into_inner).relays.remove(&number);
                writer.notify("relay-end", serde_json::to_value(said).unwrap_or_default());
            });
        })
    }

    fn find(&self, number: u64) -> Option<Arc<Relay>> {
        self.open().relays.get(&number).cloned()
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Relay {
    /// Tells the app whatever the command shows; returns how it ended.
    fn pass_on(&self, relay: u64, mut child: Child, mut output: impl Read, writer: &Writer) -> RelayEnd {
        let words = child.stderr.take().map(|stderr| {
            std::thread::spawn(move || {
                let (mut text, mut stderr) = (Vec::new(), stderr);
                let _ = stderr.by_ref().take(SAID).read_to_end(&mut text);
                // Read to its end, so that it is not kept waiting.
                let _ = std::io::copy(&mut stderr, &mut std::io::sink());
                text
            })
        });
        let mut buffer = vec![0_u8; PIECE];
        // A terminal whose other end is closed fails to be read.
        while let Ok(count) = output.read(&mut buffer) {
            let bytes = buffer.get(..count).unwrap_or_default();
            if bytes.is_empty() || !self.wait_to_send(bytes.len()) {
                break;
            }
            let data = RelayData { relay, data: BASE64.encode(bytes) };
            writer.notify("relay", serde_json::to_value(data).unwrap_or_default());
        }
        drop(output);
        let status = self.collect(&mut child);
        let said = words.and_then(|words| words.join().ok()).unwrap_or_default();
        let said = String::from_utf8_lossy(&said)
            .lines()
            .map(|line| escape_for_display(line.as_bytes()))
            .collect::<Vec<_>>();
        RelayEnd { relay, status, said: said.join("\n") }
    }

    /// Waits until the app's reader has seen enough; false: nobody reads any more.
    fn wait_to_send(&self, count: usize) -> bool {
        let mut flow = self.flow();
        while flow.unseen > UNSEEN && !flow.closed {
            flow = self.changed.wait(flow).unwrap_or_else(PoisonError::into_inner);
        }
        flow.unseen += u64::try_from(count).unwrap_or(0);
        !flow.closed
    }

    /// Waits for the process's end. Nobody sends it a signal after that.
    fn collect(&self, child: &mut Child) -> i32 {
        use std::os::unix::process::ExitStatusExt as _;
        let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        if let Some(pid) = pid {
            // It stays there to be collected until its number is taken out of reach.
            let options = rustix::process::WaitIdOptions::EXITED | rustix::process::WaitIdOptions::NOWAIT;
            let ended = || rustix::process::waitid(rustix::process::WaitId::Pid(pid), options);
            while matches!(ended(), Err(rustix::io::Errno::INTR)) {}
        }
        *self.process.lock().unwrap_or_else(PoisonError::into_inner) = None;
        let status = child.wait().ok();
        status.and_then(|status| status.code().or(status.signal().map(|signal| 128 + signal))).unwrap_or(1)
    }

    fn close(&self) {
        self.flow().closed = true;
        self.changed.notify_all();
        if let Some(process) = *self.process.lock().unwrap_or_else(PoisonError::into_inner) {
            // It may have ended just now.
            let _ = rustix::process::kill_process(process, Signal::HUP);
        }
    }

    fn flow(&self) -> MutexGuard<'_, Flow> {
        locked(&self.flow)
    }
}

fn locked(flow: &Mutex<Flow>) -> MutexGuard<'_, Flow> {
    flow.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns a command that is this very program, with this process's environment and a terminal's name.
fn ourselves() -> Command {
    let mut command = Command::new("/proc/self/exe");
    command.arg0("alcatraz").env("TERM", "xterm-256color").current_dir("/");
    command
}

/// Makes a terminal of this size; both ends are closed to processes that others start.
fn pty(size: Size) -> std::io::Result<(OwnedFd, OwnedFd)> {
    let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
    let master = openpt(flags)?;
    grantpt(&master)?;
    unlockpt(&master)?;
    let slave = ioctl_tiocgptpeer(&master, flags)?;
    tcsetwinsize(master.as_fd(), window(size))?;
    Ok((master, slave))
}

fn window(Size { rows, cols }: Size) -> Winsize {
    Winsize { ws_row: rows, ws_col: cols, ws_xpixel: 0, ws_ypixel: 0 }
}

fn failed(why: &dyn std::fmt::Display) -> Box<SeeError> {
    SeeError::new(
        ErrorCode::Io,
        format!("No terminal could be opened: {why}."),
        "Close other terminals or programs, then try again. The session runs on without it.",
    )
}
