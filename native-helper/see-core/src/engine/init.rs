//! The init of a SEE: builds the tree, becomes process 1 inside, starts programs when its supervisor says so, and reaps.
//! Takes orders from its one socket; when that closes, it ends, and every process of the SEE with it.

use std::collections::HashMap;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::CWD;
use rustix::io::Errno;
use rustix::pipe::PipeFlags;
use rustix::process::{DumpableBehavior, Pid, Signal, WaitOptions};
use see_sys::seccomp::CORE;
use see_sys::signals::SignalQueue;

use crate::cause::Limit;
use crate::error::{ErrorCode, Result, SeeError};
use crate::interpose::calls::Reported;
use crate::net::plumber;
use crate::path::HostPath;

use super::kernel_places;
use super::leader;
use super::namespaces::{self, Shell};
use super::plan::Tree;
use super::program::{self, Started, Starting};
use super::request::{Order, Report};
use super::tree::{self, Ids};
use super::wire;

/// What the init is made from.
pub struct Birth<'a> {
    /// Its supervisor.
    pub control: BorrowedFd<'a>,
    /// The tree to build.
    pub tree: &'a Tree,
    /// A directory of the host to build it on.
    pub workshop: &'a HostPath,
    /// The name spaces to enter, in system mode.
    pub shell: Option<&'a Shell>,
    /// User and group of the caller, as they were before the init had its own name space.
    pub caller: (u32, u32),
    /// In user mode: what the kernel allows the caller to have of some things.
    pub allowances: &'a [(String, u64)],
    /// The calls that wait for the supervisor.
    pub reported: &'a Reported,
}

/// Runs the init; the process ends when this returns. Errors have been told to the supervisor.
pub fn run(birth: &Birth<'_>) -> i32 {
    let inside = match settle(birth) {
        Ok(inside) => inside,
        Err(error) => {
            // With a supervisor that is gone there is nobody to tell.
            let _ = wire::send(birth.control, &Report::Failed(error), &[]);
            return 1;
        }
    };
    match inside.hand_over(birth.control).and_then(|inside| inside.serve(birth.control)) {
        Ok(()) => 0,
        Err(_) => 1,
    }
}

/// Makes the SEE around this process.
fn settle(birth: &Birth<'_>) -> Result<Init> {
    let own = |doing: &str, e: Errno| {
        SeeError::new(
            ErrorCode::CannotIsolate,
            format!("The SEE could not be made: {doing}: {e}."),
            "Run `alcatraz doctor` to see what this machine can enforce.",
        )
    };
    rustix::process::umask(rustix::fs::Mode::empty());
    keep_crashes().map_err(|e| own("the limit of core files could not be set", e))?;
    let ids = match birth.shell {
        Some(shell) => {
            shell.enter_shared()?;
            shell.ids()
        }
        None => {
            namespaces::enter_own(birth.caller.0, birth.caller.1, birth.allowances)?;
            Ids::Own
        }
    };
    let network = plumber::current().map_err(|e| own("its network could not be held", e))?;
    see_sys::loopback::bring_up().map_err(|e| own("its loopback interface could not be set up", e))?;
    let limits = tree::enter(birth.tree, birth.workshop, ids)?;
    if let Some(shell) = birth.shell {
        shell.enter_users()?;
    }
    let root = rustix::fs::openat(
        CWD,
        "/",
        rustix::fs::OFlags::PATH | rustix::fs::OFlags::CLOEXEC,
        rustix::fs::Mode::empty(),
    )
    .map_err(|e| own("its root could not be opened", e))?;
    let terminals = kernel_places::mount_terminals(root.as_fd(), ids)?;
    if birth.tree.is_view && !matches!(ids, Ids::Own) {
        see_sys::identity::keep_only_reading().map_err(|e| own("rights could not be given up", e))?;
    }
    if birth.tree.is_view || matches!(ids, Ids::Own) {
        rustix::thread::set_no_new_privs(true).map_err(|e| own("privileges could not be given up", e))?;
    }
    let open = |path: &str| {
        let flags = rustix::fs::OFlags::RDONLY | rustix::fs::OFlags::CLOEXEC;
        rustix::fs::openat(CWD, path, flags, rustix::fs::Mode::empty())
            .map_err(|e| own("its mounts could not be held", e))
    };
    let (mounts, mount_list) = (open("/proc/self/ns/mnt")?, open("/proc/self/mountinfo")?);
    let pids = open("/proc/self/ns/pid")?;
    let Reported { x86_64, i386 } = birth.reported;
    see_sys::seccomp::install(x86_64, i386, birth.tree.shows_own_files)
        .map_err(|e| own("system calls could not be filtered", e))?;
    // From here on this process's own calls wait too, until the supervisor has the listener: nothing may be opened.
    let listener = if birth.reported.is_empty() {
        None
    } else {
        let installed = see_sys::seccomp_notify::install(x86_64, i386);
        Some(installed.map_err(|e| own("system calls could not be observed", e))?)
    };
    if matches!(ids, Ids::Own) {
        see_sys::identity::drop_all_capabilities()
            .map_err(|e| own("capabilities could not be dropped", e))?;
    }
    if matches!(ids, Ids::Identity) && !birth.tree.is_view {
        see_sys::identity::drop_mounting().map_err(|e| own("the right to mount could not be dropped", e))?;
    }
    // Changing ids cleared what was set before: only now is it certain that the init dies with its supervisor (the
    // closed socket tells it too), and that no program of the SEE can look into it.
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))
        .map_err(|e| own("its init could not be tied to its supervisor", e))?;
    rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable)
        .map_err(|e| own("its init could not be protected", e))?;
    // The children's deaths wake it; nothing else may.
    let signals = SignalQueue::collect(&[libc_signal(Signal::CHILD)])
        .map_err(|e| own("signals could not be collected", e))?;
    let (words, mouth) = rustix::pipe::pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK)
        .map_err(|e| own("a pipe could not be made", e))?;
    Ok(Init {
        limits,
        held: [mounts, network, root, mount_list, pids].into_iter().chain(listener).collect(),
        signals,
        words,
        mouth,
        terminals,
        programs: HashMap::new(),
        is_held: false,
        starting: Vec::new(),
        told_empty: false,
    })
}

/// Keeps crashes from the host's handler, which would run outside, as root, on what a program inside has chosen: the kernel starts
/// none for who may write a core file of one byte. The filter sees that it stays so.
pub(super) fn keep_crashes() -> std::result::Result<(), Errno> {
    match see_sys::process::set_limit(CORE, 1, 1) {
        // The caller may have none, and only root can give more: the doctor tells.
        Err(Errno::PERM) if see_sys::process::limit(CORE)?.1 == 0 => Ok(()),
        done => done,
    }
}

fn libc_signal(signal: Signal) -> i32 {
    signal.as_raw()
}

struct Init {
    /// What it turned out that the SEE cannot change.
    limits: Vec<Limit>,
    /// What the supervisor gets: mount and network name space, root directory, list of mounts, pid name space; the listener
    /// when there is one.
    held: Vec<OwnedFd>,
    signals: SignalQueue,
    /// What leaders say.
    words: OwnedFd,
    /// Where they say it.
    mouth: OwnedFd,
    /// Root of the SEE's devpts; by descriptor, for programs may mount what they like over the path.
    terminals: OwnedFd,
    /// Programs that the supervisor knows, by their leaders.
    programs: HashMap<Pid, Running>,
    /// Those of them that are still being started.
    starting: Vec<(u32, Starting)>,
    /// Whether everything was stopped, leaders too.
    is_held: bool,
    told_empty: bool,
}

/// A program that runs.
struct Running {
    number: u32,
    process: Pid,
    orders: OwnedFd,
}

impl Init {
    /// Says that the SEE is made. Keeps nothing of what the supervisor holds from then on.
    fn hand_over(mut self, control: BorrowedFd<'_>) -> Result<Self> {
        let held = std::mem::take(&mut self.held);
        let descriptors: Vec<_> = held.iter().map(AsFd::as_fd).collect();
        wire::send(control, &Report::Ready(self.limits.clone()), &descriptors).map(|()| self)
    }

    fn serve(mut self, control: BorrowedFd<'_>) -> Result<()> {
        loop {
            let fixed = [
                PollFd::new(&control, PollFlags::IN),
                PollFd::new(&self.signals, PollFlags::IN),
                PollFd::new(&self.words, PollFlags::IN),
            ];
            let starting = self.starting.iter().map(|(_, starting)| PollFd::new(starting, PollFlags::IN));
            let mut waits: Vec<_> = fixed.into_iter().chain(starting).collect();
            match poll(&mut waits, None) {
                Ok(_) | Err(Errno::INTR) => {}
                Err(e) => return Err(wire::gone(e)),
            }
            let happened = |place: usize| waits.get(place).is_some_and(|wait| !wait.revents().is_empty());
            let (ordered, signalled, told) = (happened(0), happened(1), happened(2));
            let started = (3..waits.len()).any(happened);
            if told {
                self.pass_on_words(control)?;
            }
            if started {
                self.note_starts(control)?;
            }
            if signalled {
                while self.signals.next().map_err(wire::gone)?.is_some() {}
                self.reap(control)?;
            }
            if ordered {
                match wire::receive(control)? {
                    Some((order, _)) => self.obey(control, order)?,
                    None => return Ok(()),
                }
            }
        }
    }

    fn obey(&mut self, control: BorrowedFd<'_>, order: Order) -> Result<()> {
        match order {
            Order::Spawn(number, spec) => {
                match program::start(number, &spec, self.terminals.as_fd(), &self.mouth) {
                    Ok(starting) => {
                        let leader = starting.leader.as_raw_nonzero().get().unsigned_abs();
                        wire::send(control, &Report::Starting(number, leader), &[])?;
                        self.starting.push((number, starting));
                        self.told_empty = false;
                    }
                    Err(error) => wire::send(control, &Report::NotSpawned(number, error), &[])?,
                }
            }
            Order::GiveUp(number) => {
                self.note_starts(control)?;
                let late = self.starting.iter_mut().find(|(known, _)| *known == number);
                late.into_iter().for_each(|(_, starting)| starting.give_up());
            }
            Order::Signal(number, signal, group) => {
                let target = self.programs.values().find(|program| program.number == number);
                // A program that has just ended needs no signal.
                if let (Some(program), Some(signal)) = (target, Signal::from_named_raw(signal)) {
                    let _ = match group {
                        true => rustix::process::kill_process_group(program.process, signal),
                        false => rustix::process::kill_process(program.process, signal),
                    };
                }
            }
            Order::Continue(number, behind) => {
                let program = self.programs.values().find(|program| program.number == number);
                let order = if behind { leader::IN_BACK } else { leader::IN_FRONT };
                // The same. Full only when its leader has not listened for long.
                let _ = program.map(|program| rustix::io::write(&program.orders, &[order]));
            }
            Order::SignalAll(signal) => {
                self.is_held = match Signal::from_named_raw(signal) {
                    Some(Signal::STOP) => true,
                    Some(Signal::CONT) => false,
                    _ => self.is_held,
                };
                // ESRCH: nobody is left.
                let _ = see_sys::process::signal_all(signal);
            }
        }
        self.reap(control)
    }

    /// Says how starts went whose outcome is known by now.
    fn note_starts(&mut self, control: BorrowedFd<'_>) -> Result<()> {
        for (number, mut starting) in std::mem::take(&mut self.starting) {
            match starting.outcome() {
                None => self.starting.push((number, starting)),
                Some(Ok(Started { process, ends, orders })) => {
                    self.programs.insert(starting.leader, Running { number, process, orders });
                    let ends: Vec<_> = ends.iter().map(AsFd::as_fd).collect();
                    wire::send(control, &Report::Spawned(number), &ends)?;
                }
                Some(Err(error)) => wire::send(control, &Report::NotSpawned(number, error), &[])?,
            }
        }
        Ok(())
    }

    /// Passes on what leaders say.
    fn pass_on_words(&self, control: BorrowedFd<'_>) -> Result<()> {
        let mut word: leader::Word = [0; 5];
        while rustix::io::read(&self.words, &mut word) == Ok(word.len()) {
            let [a, b, c, d, what] = word;
            let number = u32::from_ne_bytes([a, b, c, d]);
            let report = match what {
                leader::STOPPED => Report::Stopped(number),
                what => Report::Continued(number, what == leader::IN_BACK),
            };
            wire::send(control, &report, &[])?;
        }
        Ok(())
    }

    /// Collects the dead, and says who they were and whether anybody is left.
    fn reap(&mut self, control: BorrowedFd<'_>) -> Result<()> {
        let mut exited = Vec::new();
        let empty = loop {
            match rustix::process::wait(WaitOptions::NOHANG | WaitOptions::UNTRACED) {
                Ok(Some((pid, status))) if status.stopped() => {
                    let is_leader = self.programs.contains_key(&pid)
                        || self.starting.iter().any(|(_, starting)| starting.leader == pid);
                    // A leader that a program has stopped would never tell of that program's end.
                    if is_leader && !self.is_held {
                        let _ = rustix::process::kill_process(pid, Signal::CONT);
                    }
                }
                Ok(Some((pid, status))) => {
                    // A start ends at the latest with its process.
                    if self.starting.iter().any(|(_, starting)| starting.leader == pid) {
                        self.note_starts(control)?;
                    }
                    let code = status
                        .exit_status()
                        .or_else(|| status.terminating_signal().map(|signal| 128 + signal))
                        .unwrap_or(255);
                    exited.extend(self.programs.remove(&pid).map(|program| (program.number, code)));
                }
                Ok(None) => break false,
                Err(Errno::CHILD) => break true,
                Err(Errno::INTR) => {}
                Err(e) => return Err(wire::gone(e)),
            }
        };
        if exited.is_empty() && (!empty || self.told_empty) {
            return Ok(());
        }
        self.told_empty = empty;
        wire::send(control, &Report::Reaped { exited, empty }, &[])
    }
}
