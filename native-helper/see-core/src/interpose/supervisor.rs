//! The threads that answer a SEE's calls, from its first process to its last: what an [`Actor`] claims is its to decide,
//! everything else is observed and goes on.

use std::fs::File;
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32};
use std::thread::JoinHandle;

use rustix::io::Errno;
use rustix::process::{Signal, pidfd_send_signal};
use see_sys::seccomp_notify::{Listener, Notification};

use crate::error::{ErrorCode, Reason, Result, SeeError};
use crate::layer::Layer;
use crate::mounts::Mount;
use crate::path::HostPath;
use crate::read_set::recorder::Recorder;
use crate::read_set::set::Missing;

use super::actor::{Actor, Actors, Answer};
use super::binfmt::Registered;
use super::by_thread::ByThread;
use super::calls::Level;
use super::deferred::Deferred;
use super::frozen::Frozen;
use super::observer::{Observer, Shared};
use super::seen_calls::SeenCalls;
use super::stores::Stores;
use super::tables::Tables;
use super::tracee;
use super::tree::Tree;
use super::unfinished::Unfinished;
use super::view::{Sight, Table};
use super::waiting::Waiting;
use super::witnesses::Witnesses;

/// Programs that run at once wait for each other only when there are more of them than threads.
const MOST_THREADS: usize = 16;
/// More directories than this are not worth their descriptors.
const MOST_DIRS: usize = 1000;
/// `RLIMIT_NOFILE`.
const OPEN_FILES: u32 = 7;

/// What a SEE hands over before its first program runs.
#[derive(Debug)]
pub struct Inside {
    /// What [`see_sys::seccomp_notify::install`] returned in its first process.
    pub listener: OwnedFd,
    /// Its root directory, by place only.
    pub root: OwnedFd,
    /// Its mounts.
    pub mounts: Vec<Mount>,
    /// Where the kernel tells them.
    pub mount_list: File,
    /// Its mount name space, by number.
    pub namespace: u64,
    /// Its pid name space.
    pub pids: OwnedFd,
    /// Its first process (`pidfd_open`): what runs ends with it.
    pub first: OwnedFd,
}

/// What is recorded, and where.
#[derive(Debug)]
pub struct Recording<'a> {
    /// The SEE's layers.
    pub layers: &'a [Layer],
    /// Mount points of the layers that lie on a copy, made when the session began, of what the host has.
    pub mirrored: Vec<HostPath>,
    /// How much is recorded.
    pub level: Level,
    /// Whether programs have run in it before.
    pub again: bool,
    /// Where it goes.
    pub recorder: Arc<Recorder>,
}

/// Answers the calls of one SEE.
#[derive(Debug)]
pub struct Interposer {
    threads: Vec<JoinHandle<()>>,
    /// Looks that can wait, and the thread that works them off.
    deferred: Option<(Arc<Deferred>, JoinHandle<()>)>,
    /// For what is told beforehand.
    foreseer: Option<Observer>,
}

impl Interposer {
    /// Begins to answer. Without `recording` only the actors and witnesses see calls. The calls that were reported to the
    /// kernel must be those of `recording`'s level, of the actors and of the witnesses.
    pub fn start(
        inside: Inside,
        recording: Option<&Recording<'_>>,
        actors: Vec<Arc<dyn Actor>>,
        witnesses: Witnesses,
    ) -> Result<Self> {
        let Inside { listener, root, mounts, mount_list, namespace, first, .. } = inside;
        let (root, first) = (Arc::new(root), Arc::new(first));
        let count = std::thread::available_parallelism().map_or(2, |count| count.get() + 1).min(MOST_THREADS);
        let watch = recording
            .map(|recording| Watch::new(recording, &root, (mounts, mount_list), namespace, count, &witnesses))
            .transpose()?;
        let listener = Arc::new(Listener::new(listener));
        let actors = Arc::new(Actors::new(actors));
        let deferred = watch.as_ref().map(work_off).transpose()?;
        let mut threads = Vec::new();
        for number in 0..count {
            let queue = deferred.as_ref().map(|(queue, _)| Arc::clone(queue));
            let watcher = watch.as_ref().map(Watch::watcher).zip(queue);
            let (listener, actors, witnesses) =
                (Arc::clone(&listener), Arc::clone(&actors), witnesses.clone());
            let first = Arc::clone(&first);
            let thread = std::thread::Builder::new()
                .name(format!("calls-{number}"))
                .spawn(move || {
                    if answer_all(&listener, watcher, &actors, &witnesses).is_err() {
                        // Nobody would refuse any more. It may have ended by itself.
                        let _ = pidfd_send_signal(&*first, Signal::KILL);
                    }
                })
                .map_err(|error| cannot(&error.to_string()))?;
            threads.push(thread);
        }
        Ok(Self { threads, deferred, foreseer: watch.as_ref().map(Watch::watcher) })
    }

    /// Says that the first of these paths that is there will be run, from this directory. The process that will do it
    /// is still the SEE's init, which (in user mode) lets nobody look into it. `input` is the file of the host that is relayed to it.
    pub fn starting(&mut self, cwd: &HostPath, candidates: &[Vec<u8>], input: Option<&HostPath>) {
        if let Some(observer) = &mut self.foreseer {
            if let Some(input) = input {
                observer.relayed(input, candidates.first().map_or(&[], Vec::as_slice));
            }
            observer.starting(cwd, candidates);
        }
    }

    /// Says that a program whose start was announced runs, or failed to start.
    pub fn started(&self) {
        if let Some(observer) = &self.foreseer {
            observer.started();
        }
    }

    /// Waits until nothing of the SEE runs any more.
    pub fn join(self) -> Result<()> {
        let mut panicked =
            self.threads.into_iter().map(JoinHandle::join).filter(std::result::Result::is_err).count();
        if let Some((queue, thread)) = self.deferred {
            queue.end();
            panicked += usize::from(thread.join().is_err());
        }
        if panicked == 0 { Ok(()) } else { Err(SeeError::internal("A thread that answers calls panicked.")) }
    }
}

/// Starts the thread that does what can wait.
fn work_off(watch: &Watch) -> Result<(Arc<Deferred>, JoinHandle<()>)> {
    let queue = Arc::new(Deferred::new(watch.watcher()));
    let theirs = Arc::clone(&queue);
    let thread = std::thread::Builder::new().name("reads-late".into()).spawn(move || theirs.work());
    Ok((queue, thread.map_err(|error| cannot(&error.to_string()))?))
}

fn cannot(what: &str) -> Box<SeeError> {
    SeeError::new(
        ErrorCode::CannotIsolate,
        format!("What the SEE reads cannot be recorded: {what}."),
        "Run it with `--reads off`; then every change of the host counts as a conflict.",
    )
    .because(Reason::NoRecord)
}

/// What every observer is made from.
struct Watch {
    shared: Arc<Shared>,
    layers: Arc<Vec<Layer>>,
    root: Arc<OwnedFd>,
    /// How many directories one thread keeps open.
    dirs: usize,
}

impl Watch {
    fn new(
        recording: &Recording<'_>,
        root: &Arc<OwnedFd>,
        (mounts, list): (Vec<Mount>, File),
        namespace: u64,
        threads: usize,
        witnesses: &Witnesses,
    ) -> Result<Self> {
        let told = tracee::link_path(format!("/proc/self/fd/{}", root.as_raw_fd()).as_bytes());
        let prefix = told.and_then(|told| HostPath::new(&told));
        let prefix = prefix.ok_or_else(|| cannot("its root directory is not visible"))?;
        let table = Table::main(mounts.clone(), recording.layers)
            .ok_or_else(|| cannot("the mounts are not visible"))?;
        let main = Sight { table: Arc::new(table), root: HostPath::root(), prefix, is_borrowed: false };
        let unfinished = Arc::new(Unfinished::default());
        let shared = Shared {
            recorder: Arc::clone(&recording.recorder),
            refusals: witnesses.refusals.clone(),
            seen: SeenCalls::new(Arc::clone(&unfinished)),
            directories: ByThread::new(),
            programs: ByThread::new(),
            tables: Tables::new(
                main.clone(),
                (mounts, list),
                Arc::clone(root),
                namespace,
                Arc::clone(&unfinished),
            ),
            unfinished,
            main,
            registered: Registered::here(),
            // One is left to receive calls.
            stores: Stores::new(threads.saturating_sub(1).max(1)),
            frozen: Arc::new(Frozen::new(recording.layers, &recording.mirrored)),
            has_own_links: AtomicBool::new(recording.again),
            sees_removals: witnesses.makers.is_some(),
            is_remounted: AtomicBool::new(false),
            starting: AtomicU32::new(0),
        };
        Ok(Self {
            shared: Arc::new(shared),
            layers: Arc::new(recording.layers.to_vec()),
            root: Arc::clone(root),
            // Two more see calls beforehand and afterwards.
            dirs: dirs_at_hand(threads + 2),
        })
    }

    fn watcher(&self) -> Observer {
        let unfinished = Arc::clone(&self.shared.unfinished);
        let (layers, root) = (Arc::clone(&self.layers), Arc::clone(&self.root));
        let tree = Tree::new(layers, unfinished, root, Arc::clone(&self.shared.frozen), self.dirs);
        Observer::new(Arc::clone(&self.shared), tree)
    }
}

/// Returns how many directories each thread may keep open, with two descriptors each and half of all left for others.
fn dirs_at_hand(threads: usize) -> usize {
    let open_files = see_sys::process::limit(OPEN_FILES).map_or(0, |(soft, _)| soft);
    usize::try_from(open_files / 4)
        .unwrap_or(usize::MAX)
        .checked_div(threads)
        .unwrap_or(0)
        .clamp(16, MOST_DIRS)
}

/// Answers calls until no program is left. Fails when the kernel gives none any more.
fn answer_all(
    listener: &Arc<Listener>,
    mut watch: Option<(Observer, Arc<Deferred>)>,
    actors: &Actors,
    witnesses: &Witnesses,
) -> std::result::Result<(), Errno> {
    let mut turn = None;
    loop {
        let ours = turn.take().unwrap_or_else(|| listener.turn());
        match ours.receive() {
            Ok(Some(call)) => {
                if let Some((observer, _)) = &watch {
                    observer.returned(call.thread);
                }
                let is_done = witnesses.see(&call);
                match (actors.of(&call), &mut watch) {
                    (Some(actor), watch) => {
                        drop(ours);
                        if let Some((observer, deferred)) = watch.as_mut() {
                            observe(observer, deferred, &Waiting::decided(listener, call), is_done);
                        }
                        act(listener, actor, call);
                    }
                    (None, watch) => {
                        let waiting = Waiting::new(listener, call, ours);
                        if let Some((observer, deferred)) = watch.as_mut() {
                            observe(observer, deferred, &waiting, is_done);
                        }
                        turn = waiting.finish();
                    }
                }
            }
            Ok(None) => return Ok(()),
            Err(error) => {
                // Every call waits for ever now, or fails once the last thread is gone: nothing goes on unseen.
                if let Some((observer, _)) = &watch {
                    observer.lose(Missing::Blind);
                }
                return Err(error);
            }
        }
    }
}

/// Has a call observed; of one that a witness alone wants (`is_done`) only that it comes.
fn observe(observer: &mut Observer, deferred: &Deferred, waiting: &Waiting<'_>, is_done: bool) {
    let observed = catch_unwind(AssertUnwindSafe(|| match is_done {
        true => observer.removal(waiting, deferred),
        false => observer.observe(waiting, deferred),
    }));
    if observed.is_err() {
        observer.lose(Missing::Blind);
    }
}

/// Has an actor decide. A panic refuses the call: nothing that must be decided goes on undecided.
fn act(listener: &Arc<Listener>, actor: &Arc<dyn Actor>, call: Notification) {
    let decided = catch_unwind(AssertUnwindSafe(|| actor.act(listener, &call)));
    // An error means that the listener is closed: the kernel fails the call itself then.
    let _ = match decided {
        Ok(Answer::Run) => listener.let_run(call.id).map(drop),
        Ok(Answer::Value(value)) => listener.answer(call.id, Ok(value)),
        Ok(Answer::Fail(errno)) => listener.answer(call.id, Err(errno)),
        Ok(Answer::Later) => Ok(()),
        Err(_) => listener.answer(call.id, Err(Errno::PERM)),
    };
}
