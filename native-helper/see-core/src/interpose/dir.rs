//! One directory of the SEE, held open: the layer's and the host's below it. Looks nothing up.

use std::os::fd::OwnedFd;
use std::sync::Arc;

use rustix::fs::{CWD, Mode, OFlags, ResolveFlags};
use rustix::io::Errno;

use crate::path::HostPath;

use super::clock::milliseconds;
use super::unfinished::Stamp;

/// One directory of the SEE.
#[derive(Debug)]
pub struct Dir {
    /// The directory in the layer.
    pub upper: Option<OwnedFd>,
    /// Where, further up, the layer ends: nothing by this name is there.
    pub ends: Option<(Arc<Dir>, Vec<u8>)>,
    /// The directory of the host below it.
    pub lower: Option<Lower>,
    /// Which layer it is in.
    pub layer: Option<usize>,
    /// Set when it is on a file system of the SEE's own.
    pub own: Option<Own>,
    /// Whether programs get another directory of the host than this one: the one that was here before.
    pub is_other: bool,
    /// Where programs are led from here, when what they get is a symlink that was here before.
    pub link: Option<Vec<u8>>,
    /// When it was found, in milliseconds.
    pub found: u64,
    /// What names meant then; `None` while they were about to change.
    pub stamp: Option<Stamp>,
}

/// What kind of file system of the SEE's own a directory is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Own {
    /// Of the kernel's making: `/proc`, `/sys`.
    Kernel,
    /// In memory: it can hold symlinks to, and mount points of, what is the host's.
    Memory,
}

/// A directory of the host.
#[derive(Debug)]
pub struct Lower {
    /// Its path on the host.
    pub path: HostPath,
    /// The directory, by place only.
    pub fd: OwnedFd,
}

impl Dir {
    /// Returns a directory of which nothing but this is known.
    pub fn empty(stamp: Option<Stamp>) -> Self {
        let (upper, ends, lower, layer, own, link) = (None, None, None, None, None, None);
        Self { upper, ends, lower, layer, own, is_other: false, link, found: milliseconds(), stamp }
    }
}

impl Lower {
    /// Opens it.
    pub fn open(path: HostPath) -> Result<Self, Errno> {
        // A directory of the host that was mounted or has moved is found by its path as the host has it now.
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let fd = rustix::fs::openat2(
            CWD,
            path.as_path(),
            flags,
            Mode::empty(),
            ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS,
        );
        fd.map(|fd| Self { path, fd })
    }
}

/// Opens a directory in another one, by place only.
pub fn open_dir(dir: &OwnedFd, name: &[u8]) -> Result<OwnedFd, Errno> {
    rustix::fs::openat2(
        dir,
        name,
        OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC,
        Mode::empty(),
        ResolveFlags::BENEATH | ResolveFlags::NO_XDEV,
    )
}
