//! Parts of a tree that are only looked at: a session's layers on the host's directories, with nothing to write to.
//! Runs where the tree is built.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{CWD, Mode as Bits};
use see_sys::mount_attributes as attributes;

use crate::error::Result;
use crate::mounts::Kind;
use crate::path::HostPath;

use super::filesystems::{Setting, carried, copy_of_host, failed, make, overlay};
use super::plan::Part;
use super::tree::{Builder, Ids, path_flags};

/// How a layer's marks are followed where nothing is written. An ordinary user's layers have none of these.
const FOLLOWED: [Setting<'static>; 3] =
    [Setting::Value("index", "off"), Setting::Value("redirect_dir", "on"), Setting::Value("metacopy", "on")];
const OWN: [Setting<'static>; 2] = [Setting::Value("index", "off"), Setting::Flag("userxattr")];

impl Builder<'_> {
    /// The host's directory with a session's layer on top.
    pub(super) fn viewed(&self, part: &Part, layer: &HostPath) -> Result<OwnedFd> {
        // The layer lies within the directory as a rule, and the kernel takes no two layers one of which holds the other.
        // An overlay of the directory is another file system.
        let host = self.parked(self.read_only(part, Kind::Disk)?, &part.point)?;
        self.seen_on_top(part, host.as_fd(), layer).or_else(|error| {
            // Nor one overlay too many: on one of the host's only a layer that lies elsewhere can be shown.
            let host = copy_of_host(&part.point, self.ids.map(), attributes::READ_ONLY)?;
            let host = self.parked(host, &part.point)?;
            self.seen_on_top(part, host.as_fd(), layer).map_err(|_| error)
        })
    }

    /// A session's layer on top of a directory, to look at.
    pub(super) fn seen_on_top(
        &self,
        part: &Part,
        lower: BorrowedFd<'_>,
        layer: &HostPath,
    ) -> Result<OwnedFd> {
        let upper = match self.ids.map() {
            Some(map) => {
                let upper = copy_of_host(layer, Some(map), attributes::READ_ONLY)?;
                self.parked(upper, layer)?
            }
            None => rustix::fs::openat(CWD, layer.as_path(), path_flags(), Bits::empty())
                .map_err(|e| failed("opening", layer, e))?,
        };
        let upper = rustix::fs::openat(&upper, "upper", path_flags(), Bits::empty())
            .map_err(|e| failed("opening", layer, e))?;
        let settings: &[Setting<'_>] = if matches!(self.ids, Ids::Own) { &OWN } else { &FOLLOWED };
        overlay(&[upper.as_fd(), lower], None, settings, carried(part.flags) | attributes::READ_ONLY)
    }
}

/// Makes a memory file system that everybody may write to.
pub(super) fn scratch() -> Result<OwnedFd> {
    let settings = [Setting::Value("mode", "1777"), Setting::Value("size", "256m")];
    make("tmpfs", &settings, attributes::NO_DEV | attributes::NO_SUID)
}
