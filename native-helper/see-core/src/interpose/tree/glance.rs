//! What one look tells, past all that is remembered: whether something seems to be there, and what, and whether there was nothing.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use rustix::fs::{AtFlags, CWD, FileType, StatxFlags, makedev};

use crate::beneath::Root;
use crate::change;
use crate::path::HostPath;
use crate::read_set::entry::{Moment, Object, Seen};
use crate::timestamp::Timestamp;

use super::Tree;

/// What there seems to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glance {
    /// Nothing.
    Nothing,
    /// A file of the host: its file system, and when it was changed last.
    File { device: u64, changed: Moment },
    /// Something else.
    Something,
}

impl Tree {
    /// Tells what the host or a layer has by this path, as far as one quick look tells: good enough to choose when to look, and no
    /// more.
    pub fn glance(&self, path: &HostPath, follows: bool) -> Glance {
        let follow = if follows { AtFlags::empty() } else { AtFlags::SYMLINK_NOFOLLOW };
        let flags = follow | AtFlags::NO_AUTOMOUNT | AtFlags::STATX_DONT_SYNC;
        let look = |path: &Path| rustix::fs::statx(CWD, path, flags, StatxFlags::BASIC_STATS);
        let is_own = || {
            let around = self.layers.iter().filter(|layer| path.is_within(&layer.mount_point));
            let layer = around.max_by_key(|layer| layer.mount_point.as_bytes().len());
            layer.is_some_and(|layer| {
                let below = path.below(&layer.mount_point).map(OsStr::from_bytes);
                let facts =
                    below.and_then(|below| Root::open(&layer.upper).ok()?.facts(Path::new(below)).ok());
                // A program has made the links there, and nobody follows them: what they lead to is looked at before the call runs.
                facts.is_some_and(|facts| !follows || facts.file_type() != change::FileType::Symlink)
            })
        };
        match look(path.as_path()) {
            Ok(stat) if FileType::from_raw_mode(stat.stx_mode.into()) == FileType::RegularFile => {
                let changed = stat.stx_ctime;
                let changed = Timestamp::from_parts(changed.tv_sec, i64::from(changed.tv_nsec)).into();
                let device = makedev(stat.stx_dev_major, stat.stx_dev_minor);
                Glance::File { device, changed }
            }
            Ok(_) => Glance::Something,
            Err(_) if is_own() => Glance::Something,
            Err(_) => Glance::Nothing,
        }
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
