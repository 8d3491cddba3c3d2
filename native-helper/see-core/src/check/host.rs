//! The host as the criterion sees it. Looks many paths up that are sorted, so that each directory is opened once.

use std::os::fd::{AsFd as _, OwnedFd};
use std::path::Path;

use rustix::fs::{AtFlags, StatxFlags};
use rustix::io::Errno;

use crate::beneath::Root;
use crate::commit::left::{LeftByUs, Origin};
use crate::commit::stat::{Stat, keeps_birth};
use crate::criterion::{Host, Now};
use crate::path::HostPath;
use crate::read_set::entry::Object;
use crate::read_set::names::{NamesDigest, digest_now};

/// What was seen at one path already.
pub struct OneLook(pub Now);

impl Host for OneLook {
    fn now(&mut self, _path: &HostPath) -> Now {
        self.0
    }

    fn names(&mut self, path: &HostPath) -> Option<NamesDigest> {
        names(path)
    }
}

/// A directory, and whether its objects keep their times of birth.
type Holder = (OwnedFd, bool);

/// The host, and what our own commits did to it.
pub struct Live<'a> {
    left: &'a LeftByUs,
    /// The directory that was looked into last; `Err` says why it cannot be.
    holder: Option<(HostPath, Result<Holder, Errno>)>,
}

impl<'a> Live<'a> {
    /// Returns the host.
    pub fn new(left: &'a LeftByUs) -> Self {
        Self { left, holder: None }
    }

    fn leads_through_ours(&mut self, path: &HostPath) -> bool {
        let left = self.left;
        let mut above = std::iter::successors(path.parent(), HostPath::parent);
        let Some(placed) = above.find(|dir| left.has_placed(dir)) else { return false };
        let stat = self.stat(&placed).ok().flatten();
        stat.is_some_and(|stat| left.origin_at(&placed, &stat) == Origin::Ours)
    }

    fn stat(&mut self, path: &HostPath) -> Result<Option<Stat>, Errno> {
        let holder = path.parent().unwrap_or_else(HostPath::root);
        if self.holder.as_ref().is_none_or(|(known, _)| *known != holder) {
            let opened = Root::open_exact(&holder).and_then(|root| root.place(Path::new("")));
            let opened = opened.and_then(|dir| keeps_birth(dir.as_fd()).map(|keeps| (dir, keeps)));
            self.holder = Some((holder, opened));
        }
        let (dir, keeps_birth) = match &self.holder {
            Some((_, Ok((dir, keeps)))) => (dir, *keeps),
            Some((_, Err(errno))) => return Err(*errno),
            None => return Err(Errno::IO),
        };
        let name = if path.name().is_empty() { &b"."[..] } else { path.name() };
        let flags = AtFlags::SYMLINK_NOFOLLOW | AtFlags::NO_AUTOMOUNT;
        let raw = rustix::fs::statx(dir.as_fd(), name, flags, StatxFlags::BASIC_STATS | StatxFlags::BTIME)?;
        Ok(Stat::new(&raw).map(|stat| if keeps_birth { stat } else { stat.ageless() }))
    }
}

impl Host for Live<'_> {
    fn now(&mut self, path: &HostPath) -> Now {
        match self.stat(path) {
            Ok(Some(stat)) => match self.left.origin_at(path, &stat) {
                Origin::Ours => Now::Ours,
                Origin::Host(stat) => Now::Object(Object::from(&stat)),
            },
            Err(Errno::NOENT | Errno::NOTDIR) if self.left.has_cleared(path) => Now::Ours,
            Err(Errno::NOENT | Errno::NOTDIR) => Now::Absent,
            // The way there leads through what an earlier commit of the same session has brought.
            Err(Errno::LOOP) if self.leads_through_ours(path) => Now::Ours,
            Ok(None) | Err(_) => Now::Unknown,
        }
    }

    fn names(&mut self, path: &HostPath) -> Option<NamesDigest> {
        names(path)
    }
}

/// Returns the digest of a directory's names; `None` when it cannot be read, or changes all the time.
fn names(path: &HostPath) -> Option<NamesDigest> {
    digest_now(path).ok().map(|(digest, _)| digest)
}
