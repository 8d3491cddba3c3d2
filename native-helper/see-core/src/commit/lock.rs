//! One commit at a time changes the host, whatever its session.

use std::fs::File;
use std::os::unix::fs::OpenOptionsExt as _;
use std::time::Duration;

use rustix::fs::FlockOperation;
use rustix::io::Errno;

use crate::error::{ErrorCode, Result, SeeError};
use crate::monitor::Monitor;
use crate::store::Store;

use super::rooms::make_private;

/// How often a waiter looks whether it should give up.
const PAUSE: Duration = Duration::from_millis(20);

/// The right to change the host. Freed when dropped, and by the kernel when its holder dies.
pub struct HostLock {
    _file: File,
}

/// Waits for the right to change the host.
pub fn lock_host(store: &Store, monitor: &dyn Monitor) -> Result<HostLock> {
    loop {
        if let Some(lock) = try_lock_host(store)? {
            return Ok(lock);
        }
        monitor.check_cancelled()?;
        std::thread::sleep(PAUSE);
    }
}

/// Takes the right to change the host when nobody has it.
pub fn try_lock_host(store: &Store) -> Result<Option<HostLock>> {
    let dir = store.root().join("commits");
    make_private(&dir)?;
    let path = dir.join("lock");
    let open = File::options().read(true).write(true).create(true).truncate(false).mode(0o600).open(path);
    let failed = |error: String| {
        SeeError::new(
            ErrorCode::StoreUnusable,
            format!("The store's commits cannot be locked: {error}."),
            "Look at the store's disk and rights.",
        )
    };
    let file = open.map_err(|e| failed(e.to_string()))?;
    match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(Some(HostLock { _file: file })),
        Err(Errno::WOULDBLOCK) => Ok(None),
        Err(errno) => Err(failed(errno.to_string())),
    }
}
