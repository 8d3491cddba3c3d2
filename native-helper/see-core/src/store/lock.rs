//! The lock of a session: held by whoever mounts, commits or aborts it. The kernel frees it when its holder dies.

use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::FileExt as _;
use std::time::{Duration, Instant, SystemTime};

use rustix::fs::FlockOperation;
use rustix::io::Errno;

use crate::error::{ErrorCode, Result, SeeError};

use super::{Store, disk_full, unusable};

/// How long a taker waits: a supervisor that has told of its end still needs a moment to let go.
const PATIENCE: Duration = Duration::from_secs(2);

/// Exclusive use of a session. Freed when dropped and when every process that inherited the descriptor ended.
#[derive(Debug)]
pub struct SessionLock {
    file: File,
}

impl SessionLock {
    /// Takes over a lock whose descriptor was inherited from the process that took it, and names this one as holder.
    pub fn inherit(descriptor: OwnedFd) -> Result<Self> {
        let mut lock = Self { file: File::from(descriptor) };
        lock.record_holder()?;
        Ok(lock)
    }

    /// Writes down who holds it, over who held it before: that asks for no room. Where there is none at all nobody is named, for
    /// a full disk must keep nobody from what would make room.
    fn record_holder(&mut self) -> Result<()> {
        let failed = |e: std::io::Error| {
            SeeError::new(
                ErrorCode::Io,
                format!("A session's lock cannot be written: {e}."),
                "Look at the store's disk and rights.",
            )
        };
        match self.file.write_all_at(format!("{:<10}", std::process::id()).as_bytes(), 0) {
            Err(e) if matches!(e.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded) => {
                self.file.set_len(0).map_err(failed)
            }
            written => written.map_err(failed),
        }
    }
}

impl AsFd for SessionLock {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }
}

/// Nobody uses a session as long as this is there. Leaves no trace of having been.
#[derive(Debug)]
pub struct Rest {
    /// Holds the lock.
    _file: File,
}

impl Store {
    /// Returns when a session's lock was taken last: since then nobody has changed anything of it, unless it is held still.
    pub fn last_used(&self, session: &str) -> Option<SystemTime> {
        std::fs::metadata(self.session_dir(session).join("lock")).ok()?.modified().ok()
    }

    /// Keeps everybody from a session for a moment; `None` when somebody uses it.
    pub fn rest(&self, session: &str) -> Result<Option<Rest>> {
        Ok(self.try_lock_session(session)?.map(|file| Rest { _file: file }))
    }

    /// Takes the lock of a session; makes the session's directory when it is not there.
    ///
    /// Take it before `insert_session`: a session that lives and has a free lock counts as dead. Fails with
    /// `session-busy` (fact `pid`) when another process holds it.
    pub fn lock_session(&self, session: &str) -> Result<SessionLock> {
        let file = self.lock_file(session)?;
        let deadline = Instant::now() + PATIENCE;
        loop {
            match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => {
                    let mut lock = SessionLock { file };
                    lock.record_holder()?;
                    return Ok(lock);
                }
                Err(Errno::WOULDBLOCK) if Instant::now() < deadline => {
                    std::thread::sleep(Duration::from_millis(5));
                }
                Err(Errno::WOULDBLOCK) => return Err(busy(session, file)),
                Err(e) => return Err(self.lock_failed(session, e)),
            }
        }
    }

    /// Waits until nobody holds a session's lock: until its programs have ended and its layers are at rest.
    pub fn wait_for_rest(&self, session: &str) -> Result<()> {
        let file = self.lock_file(session)?;
        loop {
            match rustix::fs::flock(&file, FlockOperation::LockShared) {
                Ok(()) => return Ok(()),
                Err(Errno::INTR) => {}
                Err(e) => return Err(self.lock_failed(session, e)),
            }
        }
    }

    /// Takes the lock of a session only when it is free now; leaves the recorded holder alone.
    pub(crate) fn try_lock_session(&self, session: &str) -> Result<Option<File>> {
        let file = self.lock_file(session)?;
        match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Some(file)),
            Err(Errno::WOULDBLOCK) => Ok(None),
            Err(e) => Err(self.lock_failed(session, e)),
        }
    }

    fn lock_file(&self, session: &str) -> Result<File> {
        let dir = self.session_dir(session);
        let failed = |e: std::io::Error| match e.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => disk_full(),
            _ => unusable(
                &dir,
                format_args!("a session's lock cannot be opened: {e}"),
                "Check the store's disk and rights.",
            ),
        };
        let open =
            || File::options().read(true).write(true).create(true).truncate(false).open(dir.join("lock"));
        match open() {
            Ok(file) => Ok(file),
            Err(e) if e.kind() == ErrorKind::NotFound => {
                use std::os::unix::fs::DirBuilderExt as _;
                std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&dir).map_err(failed)?;
                open().map_err(failed)
            }
            Err(e) => Err(failed(e)),
        }
    }

    fn lock_failed(&self, session: &str, errno: Errno) -> Box<SeeError> {
        unusable(
            &self.session_dir(session),
            format_args!("it cannot be locked: {errno}"),
            "Name a store on a local file system with --store.",
        )
    }
}

fn busy(session: &str, mut file: File) -> Box<SeeError> {
    let mut text = String::new();
    let pid = file.read_to_string(&mut text).ok().and_then(|_| text.trim().parse::<u32>().ok());
    let holder = pid.map_or_else(|| "another process".to_owned(), |pid| format!("process {pid}"));
    let error = SeeError::new(
        ErrorCode::SessionBusy,
        format!("The session {session} is in use by {holder}."),
        "Wait until that is done, or stop the session first (alcatraz stop).",
    )
    .with_fact("session", session);
    match pid {
        Some(pid) => error.with_fact("pid", pid),
        None => error,
    }
}
