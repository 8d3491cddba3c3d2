//! One changed object, looked at closely: facts of both sides, and its bytes in slices (`protocol/src/content.ts`).
//! Follows no symlink and opens regular files only.

use std::fs::File;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileExt;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use rustix::io::Errno;
use see_sys::writeback;
use serde::{Deserialize, Serialize};

use crate::beneath::{Facts, Root};
use crate::change::{ChangeKind, FileType};
use crate::changes::found::{Found, UpperState};
use crate::error::{ErrorCode, Result, SeeError};
use crate::layer::{Layer, MarkSpace};
use crate::overlay_marks::attributes_at;
use crate::own_files::{facts_at, open_file_at, read_link_at};
use crate::path::{HostPath, wire_text};
use crate::session::{Session, SessionState};

mod held;
mod kind;
mod owners;

pub use held::{Held, held};
pub use kind::{ContentKind, decode_text};

use kind::{SAMPLE, judge};
use owners::id_name;

/// The most bytes that one slice has.
pub const SLICE_LIMIT: u64 = 4 * 1024 * 1024;

/// The host's side or the session's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// What the host has.
    Before,
    /// What the SEE has.
    After,
}

/// An extended attribute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attribute {
    /// Its name.
    pub name: String,
    /// Its value, in base64.
    pub value: String,
}

/// Facts of one side of a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names are those of protocol/src/content.ts, where they are told")]
pub struct SideFacts {
    pub r#type: FileType,
    pub size: u64,
    pub mode: u32,
    pub uid: u32,
    pub gid: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    pub mtime: String,
    pub links: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    pub xattrs: Vec<Attribute>,
    pub content: ContentKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mime: Option<String>,
}

/// Both sides of a change, as far as there are any.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Description {
    /// The host's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<SideFacts>,
    /// The session's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<SideFacts>,
}

/// A slice of content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slice {
    /// The bytes, in base64.
    pub data: String,
    /// Size of the whole content now, in bytes.
    pub size: u64,
    /// Whether the slice reaches its end.
    pub eof: bool,
}

/// Returns the facts of both sides of a change.
pub fn describe(session: &Session, found: &Found) -> Result<Description> {
    let layer = layer_of(session, found)?;
    Ok(Description {
        before: Object::open(layer, found, Side::Before)?
            .map(|object| object.facts(layer.marks))
            .transpose()?,
        after: Object::open(layer, found, Side::After)?
            .map(|object| object.facts(layer.marks))
            .transpose()?,
    })
}

/// Returns bytes of one side's content, at most [`SLICE_LIMIT`]; none for what is no regular file. Fails with
/// `no-such-change` when that side has no object.
pub fn slice(session: &Session, found: &Found, side: Side, offset: u64, length: u64) -> Result<Slice> {
    let layer = layer_of(session, found)?;
    let Some(object) = Object::open(layer, found, side)? else {
        return Err(no_such_side(&found.change.path));
    };
    if side == Side::After && session.state == SessionState::Running {
        object.settle(offset, length.min(SLICE_LIMIT))?;
    }
    object.slice(offset, length)
}

/// Returns the facts of what the host has at a path, changed in the session or not; `None` when it has nothing there.
pub fn describe_host(session: &Session, path: &HostPath) -> Result<Option<SideFacts>> {
    let layer = covering(session, path)?;
    Object::on_host(layer, path)?.map(|object| object.facts(layer.marks)).transpose()
}

/// Returns bytes of what the host has at a path, as [`slice`] does.
pub fn slice_of_host(session: &Session, path: &HostPath, offset: u64, length: u64) -> Result<Slice> {
    match Object::on_host(covering(session, path)?, path)? {
        Some(object) => object.slice(offset, length),
        None => Err(no_such_side(path)),
    }
}

/// Returns the facts of an entry of a directory that is open already; `None` when there is none of that name. `path` is
/// what it is called in messages.
pub fn describe_at(
    dir: OwnedFd,
    name: &[u8],
    path: &HostPath,
    marks: MarkSpace,
) -> Result<Option<SideFacts>> {
    Object::at(dir, name, path)?.map(|object| object.facts(marks)).transpose()
}

/// Returns bytes of such an entry, as [`slice`] does.
pub fn slice_at(dir: OwnedFd, name: &[u8], path: &HostPath, offset: u64, length: u64) -> Result<Slice> {
    match Object::at(dir, name, path)? {
        Some(object) => object.slice(offset, length),
        None => Err(no_such_side(path)),
    }
}

/// Returns one side's content when it is a regular file of at most `limit` bytes, `None` otherwise.
pub fn whole(session: &Session, found: &Found, side: Side, limit: u64) -> Result<Option<Vec<u8>>> {
    let layer = layer_of(session, found)?;
    let Some(object) = Object::open(layer, found, side)? else { return Ok(None) };
    let Some((file, facts)) = object.content()? else { return Ok(None) };
    if side == Side::After && session.state == SessionState::Running && facts.size <= limit {
        object.settle(0, limit)?;
    }
    let most = usize::try_from(limit).unwrap_or(usize::MAX).saturating_add(1);
    let bytes = object.checked(read_at(&file, 0, most))?;
    Ok((bytes.len() < most).then_some(bytes))
}

fn layer_of<'a>(session: &'a Session, found: &Found) -> Result<&'a Layer> {
    let index = usize::try_from(found.layer).unwrap_or(usize::MAX);
    session.layers.get(index).ok_or_else(|| SeeError::internal("A change names a layer that is not there."))
}

/// Returns the layer that covers a path: that of the innermost mount point above it.
fn covering<'a>(session: &'a Session, path: &HostPath) -> Result<&'a Layer> {
    let covers = session.layers.iter().filter(|layer| path.is_within(&layer.mount_point));
    covers.max_by_key(|layer| layer.mount_point.as_bytes().len()).ok_or_else(|| no_such_side(path))
}

fn no_such_side(path: &HostPath) -> Box<SeeError> {
    let message = format!("{} has no such side any more.", path.display());
    SeeError::new(ErrorCode::NoSuchChange, message, "Look at the list of changes again.").with_path(path)
}

/// One side of a change, reached by its directory.
struct Object {
    dir: OwnedFd,
    name: Vec<u8>,
    facts: Facts,
    /// Where the content is, when that is another object.
    data: Option<(OwnedFd, Vec<u8>)>,
    path: HostPath,
}

impl Object {
    /// Reaches one side; `None` when it has nothing, or nothing any more.
    fn open(layer: &Layer, found: &Found, side: Side) -> Result<Option<Self>> {
        let path = found.change.path.clone();
        let failed = |errno| SeeError::os("reading", &path, errno);
        let lower = || match &found.lower {
            Some(lower) => present(host_place(layer, lower)).map_err(failed),
            None => Ok(None),
        };
        let (place, data) = match side {
            Side::Before if found.change.kind == ChangeKind::Created => (None, None),
            Side::Before => (lower()?, None),
            Side::After => {
                let upper = match &found.upper {
                    Some(upper) => present(upper_place(layer, upper)).map_err(failed)?,
                    None => None,
                };
                let data = if found.state == UpperState::AttributesOnly { lower()? } else { None };
                (upper, data)
            }
        };
        let Some((dir, name)) = place else { return Ok(None) };
        let Some(facts) = present(facts_at(dir.as_fd(), &name)).map_err(failed)? else { return Ok(None) };
        if side == Side::After && facts.is_whiteout() {
            return Ok(None);
        }
        Ok(Some(Self { dir, name, facts, data, path }))
    }

    /// Reaches what the host has at a path; `None` when it has nothing.
    fn on_host(layer: &Layer, path: &HostPath) -> Result<Option<Self>> {
        let failed = |errno| SeeError::os("reading", path, errno);
        match present(host_place(layer, path)).map_err(failed)? {
            Some((dir, name)) => Self::at(dir, &name, path),
            None => Ok(None),
        }
    }

    /// Reaches an entry of an open directory; `None` when it has none of that name.
    fn at(dir: OwnedFd, name: &[u8], path: &HostPath) -> Result<Option<Self>> {
        let facts =
            present(facts_at(dir.as_fd(), name)).map_err(|errno| SeeError::os("reading", path, errno))?;
        Ok(facts.map(|facts| Self { dir, name: name.to_vec(), facts, data: None, path: path.clone() }))
    }

    /// Reads a slice; of what is no regular file there is none.
    fn slice(&self, offset: u64, length: u64) -> Result<Slice> {
        let Some((file, facts)) = self.content()? else {
            return Ok(Slice { data: String::new(), size: 0, eof: true });
        };
        let wanted = usize::try_from(length.min(SLICE_LIMIT)).unwrap_or(usize::MAX);
        let bytes = self.checked(read_at(&file, offset, wanted))?;
        // A file that grows or shrinks meanwhile: what was read decides.
        let end = offset.saturating_add(bytes.len() as u64);
        let size = facts.size.max(if bytes.is_empty() { 0 } else { end });
        Ok(Slice { data: BASE64.encode(&bytes), size, eof: bytes.len() < wanted || end >= size })
    }

    /// Sees to it that what a program stores after this in what is shown next, moves the file's times: through a mapping that it has
    /// stored by before, it could change it unnoticed.
    fn settle(&self, offset: u64, length: u64) -> Result<()> {
        match self.content()? {
            Some((file, _)) => self.checked(writeback::settle(&file, offset, length)),
            None => Ok(()),
        }
    }

    fn checked<T>(&self, result: rustix::io::Result<T>) -> Result<T> {
        result.map_err(|errno| SeeError::os("reading", &self.path, errno))
    }

    /// Opens the content; `None` when it is no regular file.
    fn content(&self) -> Result<Option<(File, Facts)>> {
        if !self.facts.is_file() {
            return Ok(None);
        }
        let opened = match &self.data {
            Some((dir, name)) => open_file_at(dir.as_fd(), name),
            None => open_file_at(self.dir.as_fd(), &self.name),
        };
        match opened {
            Err(Errno::INVAL) => Ok(None),
            other => self.checked(other).map(Some),
        }
    }

    fn facts(&self, marks: MarkSpace) -> Result<SideFacts> {
        let facts = &self.facts;
        let target = if facts.file_type() == FileType::Symlink {
            let target = self.checked(read_link_at(self.dir.as_fd(), &self.name))?;
            Some(wire_text(&target).0)
        } else {
            None
        };
        let xattrs = self.checked(attributes_at(self.dir.as_fd(), &self.name, marks))?;
        let xattrs = xattrs
            .into_iter()
            .map(|(name, value)| Attribute { name: wire_text(&name).0, value: BASE64.encode(value) });
        let (content, mime) = match self.content() {
            Ok(Some((file, _))) => judge(&self.checked(read_at(&file, 0, SAMPLE))?),
            Ok(None) => (ContentKind::None, None),
            // Facts are told even of a file that we may not read.
            Err(error) if error.code == ErrorCode::PermissionDenied => (ContentKind::Binary, None),
            Err(error) => return Err(error),
        };
        Ok(SideFacts {
            r#type: facts.file_type(),
            size: facts.shown_size(),
            mode: facts.permissions(),
            uid: facts.uid,
            gid: facts.gid,
            user: id_name("/etc/passwd", facts.uid),
            group: id_name("/etc/group", facts.gid),
            mtime: facts.mtime.to_rfc3339(),
            links: facts.links,
            target,
            xattrs: xattrs.collect(),
            content,
            mime: mime.map(str::to_owned),
        })
    }
}

fn host_place(layer: &Layer, path: &HostPath) -> rustix::io::Result<(OwnedFd, Vec<u8>)> {
    let below = path.below(&layer.mount_point).ok_or(Errno::NOENT)?;
    place(&Root::open_exact(&layer.mount_point)?.as_owner(), Path::new(std::ffi::OsStr::from_bytes(below)))
}

fn upper_place(layer: &Layer, relative: &Path) -> rustix::io::Result<(OwnedFd, Vec<u8>)> {
    place(&Root::open(&layer.upper)?.as_owner(), relative)
}

fn place(root: &Root, relative: &Path) -> rustix::io::Result<(OwnedFd, Vec<u8>)> {
    if relative.file_name().is_none() {
        return Ok((root.place(Path::new(""))?, b".".to_vec()));
    }
    let (dir, name) = root.parent(relative)?;
    Ok((dir, name.to_vec()))
}

fn present<T>(result: rustix::io::Result<T>) -> rustix::io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP | Errno::STALE) => Ok(None),
        Err(errno) => Err(errno),
    }
}

fn read_at(file: &File, offset: u64, length: usize) -> rustix::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut buffer = vec![0; length.min(256 * 1024)];
    while bytes.len() < length {
        let want = (length - bytes.len()).min(buffer.len());
        let Some(room) = buffer.get_mut(..want) else { break };
        match file.read_at(room, offset.saturating_add(bytes.len() as u64)) {
            Ok(0) => break,
            Ok(count) => bytes.extend_from_slice(room.get(..count).unwrap_or_default()),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Errno::from_io_error(&error).unwrap_or(Errno::IO)),
        }
    }
    Ok(bytes)
}
