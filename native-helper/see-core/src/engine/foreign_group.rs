//! A directory of one's own that a session in user mode cannot change: the kernel shows its group as nobody's, and makes nothing in it.
//! Looks at the directory that a program begins in alone: people are told before it fails there.

use crate::path::HostPath;
use crate::session::{Limit, Mode};

/// Returns what to tell of the directory that a program begins in.
pub fn limit(mode: Mode, directory: &HostPath) -> Option<Limit> {
    let (me, group) = (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw());
    let stat = rustix::fs::stat(directory.as_path()).ok()?;
    let is_foreign = mode == Mode::User && stat.st_uid == me && stat.st_gid != group;
    is_foreign.then(|| Limit {
        path: directory.display(),
        why: "nothing can be made or changed there: it is of another group than your own first one, which takes root (sudo) to cover"
            .to_owned(),
    })
}
