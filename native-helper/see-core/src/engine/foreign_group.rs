//! A directory of one's own that a session in user mode cannot change: the kernel shows its group as nobody's, and makes nothing in it.
//! Looks at the directory that a program begins in alone: people are told before it fails there.

use crate::cause::{Limit, LimitCause};
use crate::path::HostPath;
use crate::session::Mode;

/// Returns what to tell of the directory that a program begins in.
pub fn limit(mode: Mode, directory: &HostPath) -> Option<Limit> {
    let (me, group) = (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw());
    let stat = rustix::fs::stat(directory.as_path()).ok()?;
    let is_foreign = mode == Mode::User && stat.st_uid == me && stat.st_gid != group;
    is_foreign.then(|| LimitCause::OtherGroup.at(directory.display()))
}
