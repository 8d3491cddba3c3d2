//! Tells when the store's records change, whoever changed them. Costs nothing while nothing happens.

use std::os::fd::OwnedFd;
use std::path::Path;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::inotify;
use rustix::io::Errno;

use crate::error::Result;

use super::unusable;

/// Waits for changes of a store. A signal says "look again", not what changed, and may be one too many.
#[derive(Debug)]
pub struct StoreWatch {
    notify: OwnedFd,
}

impl StoreWatch {
    pub(super) fn new(root: &Path) -> Result<Self> {
        let failed = |e: Errno| {
            unusable(root, format_args!("it cannot be watched: {e}"), "Raise fs.inotify.max_user_instances.")
        };
        let notify =
            inotify::init(inotify::CreateFlags::CLOEXEC | inotify::CreateFlags::NONBLOCK).map_err(failed)?;
        // Every transaction writes to the database's log, which lies in this directory.
        inotify::add_watch(&notify, root, inotify::WatchFlags::MODIFY).map_err(failed)?;
        Ok(Self { notify })
    }

    /// Waits for a change, at most this long (`None`: for ever). Tells whether there was one.
    pub fn wait(&self, limit: Option<Duration>) -> bool {
        let limit = limit.and_then(|limit| Timespec::try_from(limit).ok());
        let mut ready = [PollFd::new(&self.notify, PollFlags::IN)];
        if !matches!(poll(&mut ready, limit.as_ref()), Ok(count) if count > 0) {
            return false;
        }
        let mut buffer = [0_u8; 4096];
        while matches!(rustix::io::read(&self.notify, &mut buffer[..]), Ok(count) if count > 0) {}
        true
    }
}
