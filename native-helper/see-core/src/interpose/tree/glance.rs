//! What one look tells, past all that is remembered: whether something seems to be there, and whether there was nothing.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use rustix::fs::{AtFlags, CWD, StatxFlags};

use crate::beneath::Root;
use crate::path::HostPath;
use crate::read_set::entry::{Moment, Object, Seen};

use super::Tree;

impl Tree {
    /// Tells whether the host or a layer has something by this path, as far as one quick look tells: good enough to choose
    /// when to look, and no more.
    pub fn seems_to_have(&self, path: &HostPath, follows: bool) -> bool {
        let follow = if follows { AtFlags::empty() } else { AtFlags::SYMLINK_NOFOLLOW };
        let flags = follow | AtFlags::NO_AUTOMOUNT | AtFlags::STATX_DONT_SYNC;
        let is_there = |path: &Path| rustix::fs::statx(CWD, path, flags, StatxFlags::TYPE).is_ok();
        let is_own = || {
            let around = self.layers.iter().filter(|layer| path.is_within(&layer.mount_point));
            let layer = around.max_by_key(|layer| layer.mount_point.as_bytes().len());
            layer.is_some_and(|layer| {
                let below = path.below(&layer.mount_point).map(OsStr::from_bytes);
                below.is_some_and(|below| is_there(&layer.upper.join(below)))
            })
        };
        is_there(path.as_path()) || is_own()
    }

    /// Returns what a call at this time has seen at a path of the host where there is nothing now: something that cannot be
    /// told any more, when the directory has changed since.
    pub fn absent_since(&self, path: &HostPath, at: Moment) -> Seen {
        let holder = path.parent().and_then(|holder| Root::open_exact(&holder).ok());
        let holder = holder.and_then(|root| root.facts(Path::new("")).ok()).map(|facts| Object::from(&facts));
        match holder {
            Some(holder) if holder.mtime >= at => Seen::Object(Object::unknown(at)),
            _ => Seen::Absent,
        }
    }
}
