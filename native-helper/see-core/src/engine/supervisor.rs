//! The supervisor of one SEE: makes it, starts programs in it, relays between them and any number of clients, and
//! brings it to rest. A process of its own that outlives the terminal and the app. Knows no user interface.

use std::collections::BTreeMap;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{CWD, Mode as Bits, OFlags};
use rustix::io::Errno;
use rustix::process::{Pid, Signal};
use see_sys::process::{close_all_but, fork};
use see_sys::signals::SignalQueue;

use crate::error::{Result, SeeError};
use crate::net::reach::Reach;
use crate::net::uplink::Uplink;
use crate::session::{Session, SessionState};
use crate::store::{SessionLock, Store};

use super::bounds::Bounds;
use super::display::Shown;
use super::interposition::Answering;
use super::meter::Meter;
use super::request::{Order, Report, Start, Tell};
use super::socket;
use super::stream::{Client, Program};
use super::unwritten::Unwritten;
use super::wire::{self, Outbox};

mod audience;
mod end;
mod frost;
mod less;
mod making;
mod scarce;
mod starts;

use starts::Starts;

/// How long programs may take to end after they were asked to.
const GRACE: Duration = Duration::from_secs(2);
/// Programs that end within this time of each other count as ending together.
const TOGETHER: Duration = Duration::from_millis(50);
/// What a program leaves that the kernel ended.
const KILLED: i32 = 128 + 9;
/// The number of a session's first program.
const FIRST: u32 = 0;

/// Runs the supervisor; its request comes on descriptor 0. Returns the exit status of the process.
pub fn run() -> i32 {
    match detach().and_then(|request| request.map_or(Ok(()), supervise)) {
        Ok(()) => 0,
        Err(_) => 1,
    }
}

/// Leaves terminal, process group and parent behind. Returns the connection that the request comes on; `None` in the
/// process that has done its part.
fn detach() -> Result<Option<UnixStream>> {
    let request = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdin(), 3).map_err(wire::gone)?;
    let null = rustix::fs::openat(CWD, "/dev/null", OFlags::RDWR | OFlags::CLOEXEC, Bits::empty())
        .map_err(wire::gone)?;
    rustix::stdio::dup2_stdin(&null).map_err(wire::gone)?;
    rustix::stdio::dup2_stdout(&null).map_err(wire::gone)?;
    rustix::stdio::dup2_stderr(&null).map_err(wire::gone)?;
    drop(null);
    if fork(0).map_err(wire::gone)?.is_some() {
        return Ok(None);
    }
    close_all_but(&[request.as_raw_fd()]).map_err(wire::gone)?;
    rustix::process::setsid().map_err(wire::gone)?;
    rustix::process::chdir("/").map_err(wire::gone)?;
    rustix::process::umask(Bits::from_raw_mode(0o077));
    Ok(Some(request.into()))
}

fn supervise(request: UnixStream) -> Result<()> {
    let received = wire::receive::<Start>(request.as_fd())?;
    let Some((start, descriptors)) = received else { return Ok(()) };
    let lock = descriptors.into_iter().next().ok_or_else(|| wire::broken("the session's lock is missing"))?;
    let mut client = Client::new(request)?;
    match Supervisor::begin(&start, lock) {
        Ok(mut supervisor) => {
            client.is_starter = true;
            client.program = Some(FIRST);
            supervisor.clients.push(client);
            supervisor.start_program(FIRST, start.program)?;
            supervisor.attached = start.attached;
            supervisor.serve()
        }
        Err(error) => {
            // A new session is settled by whoever asked, who may try again; one from before is as it was.
            let settled = match start.fresh {
                true => Ok(()),
                false => Store::open(Some(start.store.as_path()))
                    .and_then(|store| store.finish_session(&start.session, None, None)),
            };
            client.tell(&Tell::Failed { error: error.clone() })?;
            client.push();
            settled.and(Err(error))
        }
    }
}

struct Supervisor {
    store: Store,
    session: Session,
    lock: Option<SessionLock>,
    fresh: bool,
    /// Whether it is to be aborted at its end.
    throw_away: bool,
    /// Whether the connection that asked for the session stays as a client.
    attached: bool,
    control: OwnedFd,
    /// What the init has not taken yet.
    orders: Outbox,
    /// Programs that do not run yet.
    starts: Starts,
    init: Pid,
    /// Answers the calls that wait for this process.
    answering: Option<Answering>,
    /// Holds the SEE's mounts until this process lets go: they are gone when the descriptor is closed.
    mounts: Option<OwnedFd>,
    /// Layers that nothing was put into.
    unwritten: Unwritten,
    /// Connects the SEE's network to the host's.
    uplink: Option<Uplink>,
    /// What passes, for the record.
    reach: Arc<Reach>,
    signals: SignalQueue,
    listener: Option<UnixListener>,
    programs: BTreeMap<u32, Program>,
    clients: Vec<Client>,
    next_number: u32,
    empty: bool,
    /// When what still runs is killed.
    kill_at: Option<Instant>,
    /// Whether programs that did not heed a stop were told that their terminal went away.
    hung_up: bool,
    /// Why the SEE could not run its first program.
    failed: Option<Box<SeeError>>,
    /// What the SEE may use.
    bounds: Bounds,
    display: Option<Shown>,
    meter: Meter,
    counted: scarce::Counted,
    /// Whether everything stands still.
    is_held: bool,
    /// Whether it went on writing all the same.
    overrun: bool,
    /// It was asked to stop and is ended because it did not.
    unheeded: bool,
}

/// What a supervisor waits for.
struct Happened {
    /// The init said something.
    from_init: bool,
    signalled: bool,
    /// The meter found something.
    measured: bool,
    clipboard_ended: bool,
    /// This machine has got another address.
    moved: bool,
    /// A new client came.
    knocks: bool,
    /// Clients that said something.
    heard: Vec<usize>,
}

impl Supervisor {
    /// Has the init do something, as soon as it listens: a first process that does not must not hold this one up.
    fn order(&mut self, order: &Order) -> Result<()> {
        self.orders.send(self.control.as_fd(), order)
    }

    /// Works until nothing runs any more, then brings the SEE to rest.
    fn serve(mut self) -> Result<()> {
        let worked = self.work();
        self.end(worked)
    }

    fn work(&mut self) -> Result<()> {
        loop {
            self.pump()?;
            self.orders.push(self.control.as_fd())?;
            if self.failed.is_some() {
                return Ok(());
            }
            if self.empty && !self.programs.is_empty() && self.programs.values().all(Program::is_drained) {
                return Ok(());
            }
            let Happened { from_init, signalled, measured, clipboard_ended, moved, knocks, heard } =
                self.wait()?;
            if signalled {
                while self.signals.next().map_err(wire::gone)?.is_some() {
                    self.begin_stop()?;
                }
            }
            if from_init {
                match wire::receive::<Report>(self.control.as_fd())? {
                    Some((report, ends)) => self.note(report, ends)?,
                    None => return Ok(()),
                }
            }
            if (measured || self.is_held) && self.heed_meter()? {
                return Ok(());
            }
            if clipboard_ended {
                self.note_clipboard_end()?;
            }
            let again = self.uplink.as_ref().and_then(Uplink::again_at);
            if moved || again.is_some_and(|at| at <= Instant::now()) {
                self.note_addresses()?;
            }
            if knocks {
                self.welcome();
            }
            self.look_at_use();
            self.hear(&heard)?;
            self.give_up_late_start()?;
            self.note_halted()?;
            if self.press_on()? {
                return Ok(());
            }
        }
    }

    /// Waits for something to happen.
    fn wait(&self) -> Result<Happened> {
        let to_init =
            PollFlags::IN | if self.orders.is_empty() { PollFlags::empty() } else { PollFlags::OUT };
        let mut waits = vec![
            PollFd::new(&self.control, to_init),
            PollFd::new(&self.signals, PollFlags::IN),
            PollFd::new(&self.meter, PollFlags::IN),
        ];
        let mut place_of = |fd| {
            waits.push(PollFd::from_borrowed_fd(fd, PollFlags::IN));
            waits.len() - 1
        };
        let knock = self.listener.as_ref().map(|listener| place_of(listener.as_fd()));
        let clipboard_end = self.display.as_ref().and_then(Shown::clipboard_end).map(&mut place_of);
        let news = self.uplink.as_ref().map(|uplink| place_of(uplink.news()));
        let first_client = waits.len();
        for client in &self.clients {
            let program = client.program.and_then(|number| self.programs.get(&number));
            let (fd, flags) = client.wait(program.is_some_and(Program::is_choked));
            waits.push(PollFd::from_borrowed_fd(fd, flags));
        }
        let after_clients = waits.len();
        for program in self.programs.values() {
            let quiet = self.clients.iter().any(|c| c.program == Some(program.number) && c.is_full());
            waits.extend(
                program.waits(quiet).into_iter().map(|(fd, flags)| PollFd::from_borrowed_fd(fd, flags)),
            );
        }
        let lingers = self.programs.values().any(|program| program.exited.is_some() && !program.told);
        let look_again = lingers.then(|| Instant::now() + TOGETHER);
        let hang_up = self.kill_at.filter(|_| !self.hung_up).and_then(|at| at.checked_sub(GRACE / 2));
        let stop_again = (self.is_held && !self.bounds.is_firm()).then(|| Instant::now() + TOGETHER);
        let key = self.programs.values().filter_map(|program| program.key_at).min().map(|at| at + TOGETHER);
        let late = self.starts.late_at().filter(|_| !self.is_held);
        // What stands still uses no more.
        let counts = self.bounds.counts() && !self.is_held;
        let count = counts.then(|| Instant::now() + self.counted.wait());
        let network = self.uplink.as_ref().and_then(Uplink::again_at);
        let wake_at = [self.kill_at, hang_up, look_again, stop_again, late, key, count, network];
        let wake_at = wake_at.into_iter().flatten().min();
        let timeout = wake_at.map(|at| at.saturating_duration_since(Instant::now()));
        let timeout = timeout.and_then(|left| Timespec::try_from(left).ok());
        match poll(&mut waits, timeout.as_ref()) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(e) => return Err(wire::gone(e)),
        }
        let happened = |place: usize| waits.get(place).is_some_and(|wait| !wait.revents().is_empty());
        let heard =
            (first_client..after_clients).filter(|place| happened(*place)).map(|place| place - first_client);
        Ok(Happened {
            from_init: waits
                .first()
                .is_some_and(|wait| !wait.revents().difference(PollFlags::OUT).is_empty()),
            signalled: happened(1),
            measured: happened(2),
            clipboard_ended: clipboard_end.is_some_and(happened),
            moved: news.is_some_and(happened),
            knocks: knock.is_some_and(happened),
            heard: heard.collect(),
        })
    }

    /// Acts on what the init reports.
    fn note(&mut self, report: Report, ends: Vec<OwnedFd>) -> Result<()> {
        if matches!(report, Report::Spawned(_) | Report::NotSpawned(..)) {
            self.note_start(matches!(report, Report::Spawned(_)))?;
        }
        match report {
            Report::Ready(_) => {}
            Report::Starting(number, leader) => self.note_leader(number, leader),
            Report::Failed(error) => return Err(error),
            Report::Spawned(number) => {
                self.empty = false;
                let Some(program) = self.programs.get_mut(&number) else { return Ok(()) };
                program.connect(ends)?;
                for client in self.clients.iter_mut().filter(|client| client.program == Some(number)) {
                    audience::tell_start(client, program.channels, &self.session, &[])?;
                    client.leaving = number == FIRST && !self.attached;
                }
                if number == FIRST {
                    self.open_for_clients()?;
                    self.session.state = SessionState::Running;
                    self.store.update_session(&self.session)?;
                }
            }
            Report::NotSpawned(number, error) => {
                if number == FIRST {
                    // Told when nothing is left of the session.
                    self.failed = Some(error);
                    return Ok(());
                }
                self.programs.remove(&number);
                for client in self.clients.iter_mut().filter(|client| client.program == Some(number)) {
                    client.tell(&Tell::Failed { error: error.clone() })?;
                    client.leaving = true;
                }
            }
            Report::Stopped(number) => self.note_stop(number)?,
            Report::Continued(number, behind) => {
                for client in self.clients.iter_mut().filter(|client| client.program == Some(number)) {
                    client.tell(&Tell::Continued { behind })?;
                }
            }
            Report::Reaped { exited, empty } => {
                self.empty = empty;
                if exited.iter().any(|(_, status)| *status == KILLED) {
                    // Whoever asks why finds it told.
                    self.note_use();
                }
                for (number, status) in exited {
                    if let Some(program) = self.programs.get_mut(&number) {
                        program.end(status);
                    }
                    if number == FIRST && !empty {
                        self.session.exit_status.get_or_insert(status);
                        self.store.update_session(&self.session)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn open_for_clients(&mut self) -> Result<()> {
        let path = socket::place(&self.store, &self.session.id);
        match rustix::fs::unlink(&path) {
            Ok(()) | Err(Errno::NOENT) => {}
            Err(e) => return Err(super::rooms::os("removing", &path, e)),
        }
        let listener = socket::listen(&path)?;
        self.listener = Some(listener);
        Ok(())
    }

    /// Asks every program to end; those that do not are killed after a while.
    fn begin_stop(&mut self) -> Result<()> {
        if self.kill_at.is_none() {
            // What stands still hears no goodbyes.
            self.kill_at = Some(if self.is_held { Instant::now() } else { Instant::now() + GRACE });
        }
        if !self.is_held {
            self.signal_all(&[Signal::TERM, Signal::CONT])?;
        }
        Ok(())
    }

    fn signal_all(&mut self, signals: &[Signal]) -> Result<()> {
        signals.iter().try_for_each(|signal| self.order(&Order::SignalAll(signal.as_raw())))
    }

    /// Goes on with a stop: shells that people type into ignore the polite signal and heed a terminal that goes away.
    /// Returns whether the time for goodbyes is over.
    fn press_on(&mut self) -> Result<bool> {
        let Some(kill_at) = self.kill_at else { return Ok(false) };
        let now = Instant::now();
        if !self.hung_up && now + GRACE / 2 >= kill_at {
            self.hung_up = true;
            self.signal_all(&[Signal::HUP, Signal::CONT])?;
        }
        // What stands still was not asked.
        self.unheeded = now >= kill_at && !self.is_held;
        Ok(now >= kill_at)
    }
}
