//! The session's version of a changed object as a whole: facts, attributes, and the file itself.

use std::collections::BTreeMap;
use std::fs::File;
use std::os::fd::AsFd as _;

use crate::change::FileType;
use crate::changes::found::Found;
use crate::error::Result;
use crate::overlay_marks::attributes_at;
use crate::own_files::read_link_at;
use crate::session::Session;
use crate::timestamp::Timestamp;

use super::{Object, Side, layer_of};

/// The session's version of a changed object, at hand.
#[derive(Debug)]
pub struct Held {
    /// Permission, set-id and sticky bits.
    pub mode: u32,
    /// User.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Last change of the content.
    pub mtime: Timestamp,
    /// Bytes of the content.
    pub size: u64,
    /// Where a symlink points to.
    pub target: Option<Vec<u8>>,
    /// Extended attributes, without overlayfs's own.
    pub xattrs: BTreeMap<Vec<u8>, Vec<u8>>,
    /// The content of a regular file.
    pub file: Option<File>,
}

/// Opens the session's version of a change; `None` when it has none any more.
pub fn held(session: &Session, found: &Found) -> Result<Option<Held>> {
    let layer = layer_of(session, found)?;
    let Some(object) = Object::open(layer, found, Side::After)? else { return Ok(None) };
    let is_link = object.facts.file_type() == FileType::Symlink;
    let target =
        is_link.then(|| object.checked(read_link_at(object.dir.as_fd(), &object.name))).transpose()?;
    let xattrs = object.checked(attributes_at(object.dir.as_fd(), &object.name, layer.marks))?;
    let content = object.content()?;
    Ok(Some(Held {
        mode: object.facts.permissions(),
        uid: object.facts.uid,
        gid: object.facts.gid,
        mtime: object.facts.mtime,
        size: content.as_ref().map_or(0, |(_, facts)| facts.size),
        target,
        xattrs,
        file: content.map(|(file, _)| file),
    }))
}
