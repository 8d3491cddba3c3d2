//! The threads that observe a SEE's calls, from its first process to its last.

use std::os::fd::OwnedFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32};
use std::thread::JoinHandle;

use rustix::fs::{CWD, Mode, OFlags};
use see_sys::seccomp_notify::{Listener, Notification};

use crate::error::{ErrorCode, Result, SeeError};
use crate::layer::Layer;
use crate::path::HostPath;
use crate::read_set::recorder::Recorder;
use crate::read_set::set::Missing;

use super::observer::{Observer, Shared};
use super::seen_calls::{ByThread, SeenCalls};
use super::tracee::{self, Place};
use super::tree::{Epoch, Tree};
use super::view::{Sight, Table};

/// Programs that run at once wait for each other only when there are more of them than threads.
const MOST_THREADS: usize = 16;

/// Observes one SEE.
#[derive(Debug)]
pub struct Interposer {
    threads: Vec<JoinHandle<()>>,
}

impl Interposer {
    /// Begins to observe. `listener` comes from [`see_sys::seccomp_notify::install`] in a process of the SEE; `init` is
    /// a process with the SEE's root directory, by its number here, which must live until this returns.
    pub fn start(listener: OwnedFd, init: u32, layers: &[Layer], recorder: &Arc<Recorder>) -> Result<Self> {
        let cannot = |what: &str| {
            SeeError::new(
                ErrorCode::CannotIsolate,
                format!("What the SEE reads cannot be recorded: {what}."),
                "Run it with `--reads off`; then every change of the host counts as a conflict.",
            )
        };
        let told = tracee::place(init, Place::Root).and_then(|root| HostPath::new(&root));
        let prefix = told.ok_or_else(|| cannot("its root directory is not visible"))?;
        let table = Table::main(init, layers).ok_or_else(|| cannot("its mounts are not visible"))?;
        let main = Sight { table: Arc::new(table), root: HostPath::root(), prefix };
        let namespace = tracee::mount_namespace(init).ok_or_else(|| cannot("its mounts are not visible"))?;
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let root = rustix::fs::openat(CWD, format!("/proc/{init}/root"), flags, Mode::empty());
        let root = Arc::new(root.map_err(|errno| cannot(&errno.to_string()))?);
        let epoch = Arc::new(Epoch::default());
        let shared = Arc::new(Shared {
            recorder: Arc::clone(recorder),
            seen: SeenCalls::new(Arc::clone(&epoch)),
            epoch: Arc::clone(&epoch),
            directories: ByThread::new(),
            programs: ByThread::new(),
            main,
            namespace,
            is_remounted: AtomicBool::new(false),
            next_table: AtomicU32::new(1),
        });
        let layers = Arc::new(layers.to_vec());
        let listener = Arc::new(Listener::new(listener));
        let count = std::thread::available_parallelism().map_or(2, |count| count.get() + 1).min(MOST_THREADS);
        let mut threads = Vec::new();
        for number in 0..count {
            let tree = Tree::new(Arc::clone(&layers), Arc::clone(&epoch), Arc::clone(&root));
            let observer = Observer::new(Arc::clone(&shared), tree);
            let (listener, recorder) = (Arc::clone(&listener), Arc::clone(recorder));
            let thread = std::thread::Builder::new()
                .name(format!("reads-{number}"))
                .spawn(move || observe_all(&listener, observer, &recorder))
                .map_err(|error| cannot(&error.to_string()))?;
            threads.push(thread);
        }
        Ok(Self { threads })
    }

    /// Waits until nothing of the SEE runs any more.
    pub fn join(self) -> Result<()> {
        let panicked =
            self.threads.into_iter().map(JoinHandle::join).filter(std::result::Result::is_err).count();
        if panicked == 0 { Ok(()) } else { Err(SeeError::internal("A thread that records reads panicked.")) }
    }
}

/// Lets a call run when it is dropped, whatever happened while it was looked at.
struct Waiting<'a> {
    listener: &'a Listener,
    call: Notification,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        // A refusal means that the listener is closed: the kernel answers every call itself then.
        let _ = self.listener.let_run(self.call.id);
    }
}

fn observe_all(listener: &Listener, mut observer: Observer, recorder: &Recorder) {
    loop {
        match listener.receive() {
            Ok(Some(call)) => {
                let waiting = Waiting { listener, call };
                let looked = catch_unwind(AssertUnwindSafe(|| observer.observe(listener, &waiting.call)));
                if looked.is_err() {
                    recorder.lose(Missing::Blind);
                }
            }
            Ok(None) => return,
            Err(_) => {
                recorder.lose(Missing::Blind);
                return;
            }
        }
    }
}
