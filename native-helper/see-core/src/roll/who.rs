//! The roll itself: takes notice of every program that begins or ends, brings that into the record, and knows of each
//! thread which program it is. Used by many threads at once.

use std::os::fd::{AsFd as _, OwnedFd};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use see_sys::process::is_leader;
use see_sys::seccomp_notify::Notification;

use crate::error::{ErrorCode, Result, SeeError};
use crate::interpose::by_thread::ByThread;
use crate::interpose::tracee::{self, Place};
use crate::path::wire_text;
use crate::record::event::Event;
use crate::record::log::Log;
use crate::record::program::{End, Ended, Start};
use crate::record::refused::{Refused, What};
use crate::timestamp::Timestamp;

use super::arguments;
use super::calls::{Call, call};
use super::deaths::{Waits, status_of};
use super::file::Files;
use super::kin::{self, Kin};
use super::members::{Member, Members, Run};
use super::process::{self, Facts};

const AT_FDCWD: i32 = -100;
/// The ends of no more processes at once are waited for: as many as a session usually may have.
const MOST_WAITS: u64 = 4096;
/// `RLIMIT_NOFILE`.
const OPEN_FILES: u32 = 7;
/// The init names a leader at once when it has made it; whoever is faster waits so long for that.
const NAMING: Duration = Duration::from_secs(1);
/// A process's ancestors are followed so far.
const MOST_ANCESTORS: usize = 64;

/// Who is who in one SEE.
#[derive(Debug)]
pub struct Roll {
    log: Arc<Log>,
    files: Files,
    /// The SEE's first process, by its number here.
    init: u32,
    /// The SEE's pid name space.
    names: OwnedFd,
    waits: Waits,
    most_waits: usize,
    state: Mutex<State>,
    /// Told when the init has named the leader of what is coming.
    named: Condvar,
    /// Threads that are not the first of their process.
    threads: ByThread<Arc<Run>>,
}

#[derive(Debug, Default)]
struct State {
    members: Members,
    /// What the init is about to start.
    coming: Option<Coming>,
    /// Whether all that still runs ends with the session.
    is_closing: bool,
}

/// A program that the init starts: its child cannot be asked, in user mode.
#[derive(Debug)]
struct Coming {
    start: Start,
    /// Who leads its login session, by its number inside.
    leader: Option<u32>,
    process: Option<u32>,
}

/// What a process is until it becomes another program.
struct Known {
    run: Arc<Run>,
    is_main: bool,
    inside: Option<u32>,
}

impl Roll {
    /// Returns an empty roll of a SEE with this root directory, first process and pid name space.
    pub fn new(log: Arc<Log>, root: OwnedFd, init: u32, names: OwnedFd) -> Result<Self> {
        let waits = Waits::new().map_err(|e| {
            SeeError::new(
                ErrorCode::CannotIsolate,
                format!("The programs of the SEE cannot be recorded: {e}."),
                "Let other programs end, or raise the limit of open files, then try again.",
            )
        })?;
        Ok(Self {
            log,
            files: Files::new(root),
            init,
            names,
            waits,
            // Each takes a descriptor, of which others need most.
            most_waits: see_sys::process::limit(OPEN_FILES).map_or(0, |(soft, _)| soft / 4).min(MOST_WAITS)
                as usize,
            state: Mutex::default(),
            named: Condvar::new(),
            threads: ByThread::new(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Every change is one call: after a panic the rest is as good as before.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the files that the SEE's programs see.
    pub fn files(&self) -> &Files {
        &self.files
    }

    pub(super) fn waits(&self) -> &Waits {
        &self.waits
    }

    /// Says what the init is about to start: the first of these files that is there, with these words.
    pub fn starting(&self, cwd: &[u8], candidates: &[Vec<u8>], args: &[Vec<u8>]) {
        let Some(file) = self.files.first(cwd, candidates) else { return };
        let (args, cut) = arguments::bounded(args);
        let start = Start { file, args, cut, cwd: Some(cwd.to_vec()) };
        self.lock().coming = Some(Coming { start, leader: None, process: None });
    }

    /// Says which process, by its number inside, leads the login session of that program.
    pub fn led_by(&self, leader: u32) {
        self.lock().coming.iter_mut().for_each(|coming| coming.leader = Some(leader));
        self.named.notify_all();
    }

    /// Says whether that program runs.
    pub fn started(&self, is_running: bool) {
        let mut state = self.lock();
        let process = state.coming.take().and_then(|coming| coming.process);
        let failed = process.filter(|_| !is_running).and_then(|process| state.members.remove(process));
        drop(state);
        if let Some(member) = failed {
            self.ended(&member.run, End::Failed);
        }
    }

    /// Takes notice of a call that waits.
    pub fn see(&self, notification: &Notification) {
        match call(notification) {
            Some(Call::Exit) => self.exit(notification),
            Some(Call::Remount) => self.files.remounted(),
            Some(kind @ (Call::Exec | Call::ExecAt)) => drop(self.exec(notification, kind == Call::ExecAt)),
            None => {}
        }
    }

    /// Returns the program that a thread is; `None` when nobody knows.
    pub fn of(&self, thread: u32) -> Option<Arc<Run>> {
        if let Some(member) = self.lock().members.get(thread) {
            return Some(Arc::clone(&member.run));
        }
        self.threads.get(thread, || self.find(thread), || true)
    }

    /// Returns the file of the program that a thread is, also when nothing else is known of it.
    pub fn file_of(&self, thread: u32) -> Option<Vec<u8>> {
        self.of(thread).map(|run| run.file.clone()).or_else(|| self.files.place(thread, Place::Program))
    }

    fn find(&self, thread: u32) -> Option<Arc<Run>> {
        let kin = Kin::of(thread, self.names.as_fd())?;
        if let Some(member) = self.lock().members.get(kin.process) {
            return Some(Arc::clone(&member.run));
        }
        let run = self.maker(thread, kin.parent)?;
        self.adopt(kin, Arc::clone(&run));
        Some(run)
    }

    /// Returns the program whose process made a process that has not become a program by itself yet.
    fn maker(&self, thread: u32, parent: u32) -> Option<Arc<Run>> {
        self.ancestor(parent).or_else(|| {
            // Whoever made it is over, and the init has taken it over.
            let words = process::words(thread)?;
            self.bury();
            let run = self.lock().members.left_by(&words)?;
            // Its words are what it says itself.
            self.files.is_running(thread, &run.file).then_some(run)
        })
    }

    fn ancestor(&self, process: u32) -> Option<Arc<Run>> {
        let mut at = process;
        for _ in 0..MOST_ANCESTORS {
            if at == self.init || at <= 1 {
                return None;
            }
            if let Some(run) = self.lock().members.run(at) {
                return Some(run);
            }
            at = Kin::of(at, self.names.as_fd())?.parent;
        }
        None
    }

    /// Remembers which program a process is that one of its processes made, as long as its end can be waited for.
    fn adopt(&self, kin: Kin, run: Arc<Run>) {
        let Kin { process, inside, descriptor, .. } = kin;
        if let Some(watch) = self.watch(process, descriptor) {
            let member = Member { run, is_main: false, inside, watch: Some(watch) };
            self.lock().members.put(process, member);
        }
    }

    /// Begins to wait for the end of a process, by this descriptor of it when there is one.
    fn watch(&self, process: u32, descriptor: Option<OwnedFd>) -> Option<OwnedFd> {
        if self.lock().members.len() >= self.most_waits {
            return None;
        }
        let descriptor = descriptor.or_else(|| kin::open(process))?;
        self.waits.add(process, descriptor.as_fd()).ok()?;
        Some(descriptor)
    }

    /// A process is about to become another program, if the kernel takes it. `None`: it stays what it is.
    fn exec(&self, notification: &Notification, at: bool) -> Option<()> {
        let thread = notification.thread;
        let mut kin = None;
        let coming = self.lock().coming.as_ref().map(|coming| (coming.process, coming.start.clone()));
        let start = match coming {
            // Half of all starts fail: a name is tried in one directory after the other.
            None => Some(self.start(notification, at)?),
            Some(_) => None,
        };
        let (process, known) = self.known(thread, &mut kin)?;
        let announced = match coming {
            // The same start, by the next path.
            Some((Some(started), _)) if started == process => return None,
            Some((None, start)) if known.is_none() => Some(start),
            _ => None,
        };
        let announced = announced.filter(|_| kin.as_ref().is_some_and(|kin| self.leads(kin.parent, NAMING)));
        let is_announced = announced.is_some();
        if let Some(coming) = self.lock().coming.as_mut().filter(|_| is_announced) {
            coming.process = Some(process);
        }
        let start = match start.or(announced) {
            Some(start) => start,
            None => self.start(notification, at)?,
        };
        let (inside, parent) = match &known {
            Some(known) => (known.inside, Some(Arc::clone(&known.run))),
            None if is_announced => (kin.as_ref()?.inside, None),
            None => kin.as_ref().map(|kin| (kin.inside, self.maker(thread, kin.parent)))?,
        };
        if let Some(Known { run, is_main: true, .. }) = &known {
            self.ended(run, End::Replaced);
        }
        let parent = parent.and_then(|run| run.id);
        let id = self.log.add_program(|id| Event::Program(start.event(id, parent, inside, now())));
        let words = start.args.iter().flat_map(|arg| arg.iter().copied().chain([0])).collect();
        let run = Arc::new(Run { id, file: start.file, words });
        // Beyond the limit nobody hears its end, so nothing is kept of it but the event.
        let watch = self.watch(process, kin.and_then(|kin| kin.descriptor));
        self.lock().members.put(process, Member { run, is_main: true, inside, watch });
        self.threads.forget(thread);
        Some(())
    }

    /// Returns the process of a thread, and what it is known to be until now; its kin, where that was needed.
    fn known(&self, thread: u32, kin: &mut Option<Kin>) -> Option<(u32, Option<Known>)> {
        let of = |process| {
            let state = self.lock();
            let member = state.members.get(process)?;
            Some(Known { run: Arc::clone(&member.run), is_main: member.is_main, inside: member.inside })
        };
        // Only the first thread of a process has a process's number.
        if let Some(known) = of(thread) {
            return Some((thread, Some(known)));
        }
        *kin = Kin::of(thread, self.names.as_fd());
        let process = kin.as_ref()?.process;
        Some((process, of(process)))
    }

    /// Tells whether a process leads the login session of the program that is coming: the init's child, as is whoever was left
    /// behind, and the one that the init names, for which this waits so long.
    fn leads(&self, process: u32, patience: Duration) -> bool {
        let facts = Facts::of(process).filter(|facts| facts.parent == self.init);
        let Some(inside) = facts.and_then(|facts| facts.inside) else { return false };
        let is_unnamed = |state: &mut State| state.coming.as_ref().is_some_and(|one| one.leader.is_none());
        let waited = self.named.wait_timeout_while(self.lock(), patience, is_unnamed);
        let state = waited.unwrap_or_else(PoisonError::into_inner).0;
        state.coming.as_ref().is_some_and(|coming| coming.leader == Some(inside))
    }

    /// Returns what a thread is about to become.
    fn start(&self, notification: &Notification, at: bool) -> Option<Start> {
        let thread = notification.thread;
        let argument = |place: usize| notification.arguments.get(place).copied().unwrap_or(0);
        let (place, path, args) = match (at, argument(0) as u32 as i32) {
            (true, AT_FDCWD) => (Place::Cwd, argument(1), argument(2)),
            (true, fd) => (Place::Descriptor(fd), argument(1), argument(2)),
            (false, _) => (Place::Cwd, argument(0), argument(1)),
        };
        let mut buffer = [0; 4096];
        let raw = tracee::read_path(thread, path, &mut buffer).ok().filter(|raw| at || !raw.is_empty())?;
        let program = self.files.program(thread, place, raw)?;
        let own = rustix::process::geteuid();
        if !own.is_root() && program.set_user.is_some_and(|owner| owner != own.as_raw()) {
            self.without_rights(thread, &program.path);
        }
        let (args, cut) = arguments::read(thread, notification.arch, args);
        Some(Start { file: program.path, args, cut, cwd: self.files.place(thread, Place::Cwd) })
    }

    /// A program with its owner's rights is started where nobody gains rights: in user mode.
    fn without_rights(&self, thread: u32, path: &[u8]) {
        let file = self.file_of(thread).unwrap_or_default();
        let program_id = self.of(thread).and_then(|run| run.id);
        self.log.add_once((What::SetId, path, &file), || {
            let (detail, program) = (Some(wire_text(path).0), Some(wire_text(&file).0));
            Event::Refused(Refused { time: now(), what: What::SetId, detail, program, program_id })
        });
    }

    fn exit(&self, notification: &Notification) {
        let thread = notification.thread;
        let mut gone = self.lock().members.remove(thread);
        if gone.is_none() && !is_leader(thread) {
            gone = Facts::of(thread).and_then(|facts| self.lock().members.remove(facts.process));
        }
        let Some(member) = gone.filter(|member| member.is_main) else { return };
        let status = notification.arguments.first().map_or(0, |status| *status as u8);
        self.ended(&member.run, End::Exited { status });
    }

    /// Takes notice of the end of a process that did not say so.
    pub(super) fn died(&self, process: u32) {
        let mut state = self.lock();
        // Its number may already be another's.
        let Some(watch) = state.members.get(process).and_then(|member| member.watch.as_ref()) else { return };
        let Some(status) = status_of(process, watch) else { return };
        let is_closing = state.is_closing;
        let Some(member) = state.members.remove(process).filter(|member| member.is_main) else { return };
        drop(state);
        let end = match status {
            _ if is_closing => End::Session,
            Some(status) if status & 0x7f == 0 => End::Exited { status: (status >> 8) as u8 },
            status => End::Killed { signal: status.map(|status| (status & 0x7f) as u8) },
        };
        self.ended(&member.run, end);
    }

    /// Takes notice of all that are over: the thread that waits for them may not have come to it yet.
    fn bury(&self) {
        let over = self.lock().members.over();
        over.into_iter().for_each(|process| self.died(process));
    }

    fn ended(&self, run: &Run, end: End) {
        if let Some(id) = run.id {
            self.log.add(&Event::Ended(Ended { id, time: now(), end }));
        }
    }

    /// Says that all that still runs ends with the session; what is over has ended by itself.
    pub fn closing(&self) {
        self.bury();
        self.lock().is_closing = true;
    }

    /// Says so of what is left, when nothing runs any more.
    pub fn close(&self) {
        self.bury();
        let left = self.lock().members.drain();
        left.iter().for_each(|member| self.ended(&member.run, End::Session));
    }
}

fn now() -> String {
    Timestamp::now().to_rfc3339()
}

#[cfg(test)]
#[path = "who_tests.rs"]
mod tests;
