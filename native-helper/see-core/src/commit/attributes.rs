//! Everything of an object but its content: mode, owner, extended attributes, modification time.

use std::collections::BTreeMap;
use std::ffi::{CString, OsStr};
use std::os::fd::{AsFd as _, AsRawFd as _, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, Gid, Mode, OFlags, Timespec, Timestamps, UTIME_OMIT, Uid, XattrFlags};
use rustix::io::Errno;
use serde::{Deserialize, Serialize};

use crate::beneath::{Facts, proc_path};
use crate::change::FileType;
use crate::error::Result;
use crate::layer::MarkSpace;
use crate::overlay_marks;
use crate::timestamp::Timestamp;

use super::bytes::Bytes;
use super::crash;
use super::places::{Places, Spot};
use super::stat::Identity;
use super::step::changed;

/// The attributes of one object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attributes {
    /// Permission, set-id and sticky bits.
    pub mode: u32,
    /// User.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Last change of the content.
    pub mtime: Timestamp,
    /// ACLs, capabilities, user attributes.
    pub xattrs: BTreeMap<Bytes, Bytes>,
}

/// More bytes of extended attributes are not kept with a base.
const FEW: usize = 8 * 1024;

impl Attributes {
    /// Returns the attributes of the host's entry `name` of `dir`, of which these facts are known.
    pub(crate) fn of_host(dir: BorrowedFd<'_>, name: &[u8], facts: &Facts) -> rustix::io::Result<Self> {
        let (mode, uid, gid, mtime) = (facts.permissions(), facts.uid, facts.gid, facts.mtime);
        Ok(Self { mode, uid, gid, mtime, xattrs: all_at(dir, name)? })
    }

    /// Tells whether the extended attributes take up little room.
    pub(crate) fn are_few(&self) -> bool {
        self.xattrs.iter().map(|(name, value)| name.0.len() + value.0.len()).sum::<usize>() <= FEW
    }
}

/// Reads the attributes of an object. In a layer give its mark space: marks are left out then.
pub fn read(places: &mut Places, spot: &Spot, marks: Option<MarkSpace>) -> Result<Attributes> {
    let stat =
        places.stat(spot)?.ok_or_else(|| places.error("reading the attributes of", spot, Errno::NOENT))?;
    let dir = places.holder(spot)?;
    let name = spot.split().1;
    let xattrs = match marks {
        Some(space) => overlay_marks::attributes_at(dir.as_fd(), name, space).map(in_bytes),
        None => all_at(dir.as_fd(), name),
    };
    let xattrs = xattrs.map_err(|errno| places.error("reading the attributes of", spot, errno))?;
    Ok(Attributes { mode: stat.mode, uid: stat.uid, gid: stat.gid, mtime: stat.mtime, xattrs })
}

/// Reads the extended attributes of the entry `name` of `dir`: all that we may read, marks of layers as well.
pub(crate) fn all_at(dir: BorrowedFd<'_>, name: &[u8]) -> rustix::io::Result<BTreeMap<Bytes, Bytes>> {
    let names = overlay_marks::list_at(dir, name)?;
    let mut found = BTreeMap::new();
    if names.is_empty() {
        return Ok(found);
    }
    let path = proc_path(dir, name);
    for attribute in names {
        if let Some(value) = overlay_marks::get_at(dir, name, &path, &attribute)? {
            found.insert(Bytes(attribute.into_bytes()), Bytes(value));
        }
    }
    Ok(found)
}

/// Returns a checksum of extended attributes.
pub fn sum(xattrs: &BTreeMap<Bytes, Bytes>) -> u32 {
    let mut sum = crc32fast::Hasher::new();
    for bytes in xattrs.iter().flat_map(|(name, value)| [name, value]) {
        sum.update(&bytes.0.len().to_le_bytes());
        sum.update(&bytes.0);
    }
    sum.finalize()
}

fn in_bytes(xattrs: BTreeMap<Vec<u8>, Vec<u8>>) -> BTreeMap<Bytes, Bytes> {
    xattrs.into_iter().map(|(name, value)| (Bytes(name), Bytes(value))).collect()
}

/// Gives an object these attributes; changes only what differs. With `only`, here and below: to no other object than this one,
/// whatever came to its place a moment ago.
pub fn write(places: &mut Places, spot: &Spot, only: Option<Identity>, wanted: &Attributes) -> Result<()> {
    let now = read(places, spot, None)?;
    let object = Object::open(places, spot, only)?;
    if now == *wanted {
        return Ok(());
    }
    let failed = |errno| places.error("setting the attributes of", spot, errno);
    object.write(&now, wanted).map_err(failed)
}

/// Gives an object this modification time and leaves its time of access alone.
pub fn set_mtime(places: &mut Places, spot: &Spot, only: Option<Identity>, mtime: Timestamp) -> Result<()> {
    let object = Object::open(places, spot, only)?;
    object.set_mtime(mtime).map_err(|errno| places.error("setting the time of", spot, errno))
}

/// Gives an object these permission bits.
pub fn set_mode(places: &mut Places, spot: &Spot, only: Option<Identity>, mode: u32) -> Result<()> {
    let object = Object::open(places, spot, only)?;
    let set = rustix::fs::chmod(&object.through, Mode::from_raw_mode(mode));
    set.map_err(|errno| places.error("setting the mode of", spot, errno))
}

/// The overlay marks of an object that leaves its layer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarkChange {
    /// Attributes to take off, with their values.
    pub off: Vec<(Bytes, Bytes)>,
    /// Attributes to put on: those that overlayfs had escaped.
    pub on: Vec<(Bytes, Bytes)>,
}

impl MarkChange {
    /// Tells whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.off.is_empty() && self.on.is_empty()
    }

    /// Returns the change that takes this one back.
    pub fn inverse(&self) -> Self {
        Self { off: self.on.clone(), on: self.off.clone() }
    }
}

/// Returns what must change about an object's attributes when it leaves the layer.
pub fn marks(places: &mut Places, spot: &Spot, space: MarkSpace) -> Result<MarkChange> {
    let (dir, path) = places.proc_path(spot)?;
    let mut change = MarkChange::default();
    let names = overlay_marks::list_at(dir.as_fd(), spot.split().1);
    let names = names.map_err(|errno| places.error("reading", spot, errno))?;
    for name in names.into_iter().filter(|name| name.as_bytes().starts_with(space.prefix().as_bytes())) {
        let value = overlay_marks::get_at(dir.as_fd(), spot.split().1, &path, &name)
            .map_err(|errno| places.error("reading", spot, errno))?;
        let value = Bytes(value.unwrap_or_default());
        if !overlay_marks::is_mark(name.as_bytes(), space) {
            change.on.push((Bytes(overlay_marks::unescape(name.as_bytes(), space)), value.clone()));
        }
        change.off.push((Bytes(name.into_bytes()), value));
    }
    Ok(change)
}

/// Changes the marks of an object. Can be repeated.
pub fn change_marks(
    places: &mut Places,
    spot: &Spot,
    only: Option<Identity>,
    change: &MarkChange,
) -> Result<()> {
    let object = Object::open(places, spot, only)?;
    let done = || -> rustix::io::Result<()> {
        for (name, _) in &change.off {
            object.remove_xattr(name)?;
            crash::point();
        }
        for (name, value) in &change.on {
            object.set_xattr(name, value)?;
            crash::point();
        }
        Ok(())
    };
    done().map_err(|errno| places.error("setting the attributes of", spot, errno))
}

/// An object, held by place only, and the path that reaches it.
struct Object {
    fd: OwnedFd,
    through: PathBuf,
    identity: Identity,
}

impl Object {
    fn open(places: &mut Places, spot: &Spot, only: Option<Identity>) -> Result<Self> {
        let fd = places.open(spot, OFlags::PATH)?;
        let identity = Identity::of(fd.as_fd()).map_err(|errno| places.error("opening", spot, errno))?;
        if only.is_some_and(|only| only != identity) {
            return Err(changed(places, spot));
        }
        let through = PathBuf::from(format!("/proc/self/fd/{}", fd.as_raw_fd()));
        Ok(Self { fd, through, identity })
    }

    fn write(&self, now: &Attributes, wanted: &Attributes) -> rustix::io::Result<()> {
        let owner_changes = (now.uid, now.gid) != (wanted.uid, wanted.gid);
        if owner_changes {
            let (uid, gid) = (Uid::from_raw(wanted.uid), Gid::from_raw(wanted.gid));
            rustix::fs::chownat(&self.fd, "", Some(uid), Some(gid), AtFlags::EMPTY_PATH)?;
            crash::point();
        }
        // A change of owner clears set-id bits and capabilities: those come after it.
        for name in now.xattrs.keys().filter(|name| !wanted.xattrs.contains_key(*name)) {
            self.remove_xattr(name)?;
            crash::point();
        }
        for (name, value) in &wanted.xattrs {
            if owner_changes || now.xattrs.get(name) != Some(value) {
                self.set_xattr(name, value)?;
                crash::point();
            }
        }
        if self.identity.kind != FileType::Symlink
            && (owner_changes || now.mode != wanted.mode || now.xattrs != wanted.xattrs)
        {
            rustix::fs::chmod(&self.through, Mode::from_raw_mode(wanted.mode))?;
            crash::point();
        }
        self.set_mtime(wanted.mtime)
    }

    fn set_mtime(&self, mtime: Timestamp) -> rustix::io::Result<()> {
        let (tv_sec, tv_nsec) = mtime.parts();
        let times = Timestamps {
            last_access: Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT },
            last_modification: Timespec { tv_sec, tv_nsec },
        };
        rustix::fs::utimensat(&self.fd, "", &times, AtFlags::EMPTY_PATH)
    }

    fn set_xattr(&self, name: &Bytes, value: &Bytes) -> rustix::io::Result<()> {
        rustix::fs::setxattr(&self.through, attribute(name)?, &value.0, XattrFlags::empty())
    }

    fn remove_xattr(&self, name: &Bytes) -> rustix::io::Result<()> {
        match rustix::fs::removexattr(&self.through, attribute(name)?) {
            Err(Errno::NODATA) => Ok(()),
            other => other,
        }
    }
}

fn attribute(name: &Bytes) -> rustix::io::Result<CString> {
    CString::new(name.0.as_slice()).map_err(|_| Errno::INVAL)
}

/// Returns the path as the standard library wants it.
pub fn as_path(bytes: &Bytes) -> &Path {
    Path::new(OsStr::from_bytes(&bytes.0))
}
