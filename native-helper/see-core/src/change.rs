//! A change: one difference between the SEE's view and the host. Plain data; `changes/` finds them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::path::{HostPath, wire_text};

/// What happened to a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeKind {
    /// The host has nothing here.
    Created,
    /// Same object, other content or attributes.
    Modified,
    /// The SEE has nothing here.
    Deleted,
    /// The host's object of another path is here now.
    Renamed,
    /// An object of another type, or a directory that was deleted and made anew.
    Replaced,
    /// A new name of an inode that has another name too.
    Linked,
}

/// In what a modified (or renamed, or replaced) object differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Aspect {
    /// Bytes, or the target of a symlink.
    Content,
    /// Permission, set-id and sticky bits.
    Mode,
    /// User or group.
    Owner,
    /// Extended attributes: ACLs, capabilities, user attributes.
    Xattrs,
    /// A modification time that was set on purpose.
    Times,
}

/// Type of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FileType {
    /// Regular file.
    File,
    /// Directory.
    Directory,
    /// Symbolic link.
    Symlink,
    /// Named pipe.
    Fifo,
    /// UNIX socket.
    Socket,
    /// Character or block device.
    Device,
}

/// One difference, as `alcatraz changes` and the feed tell it.
///
/// For a deletion, type, mode, owner and `size_before` tell what the host has, and `size` is 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(into = "WireChange")]
pub struct Change {
    /// Where.
    pub path: HostPath,
    /// What happened.
    pub kind: ChangeKind,
    /// In what it differs; sorted.
    pub aspects: Vec<Aspect>,
    /// Type of the object.
    pub file_type: FileType,
    /// Where a renamed object was; which path a new link shares its inode with.
    pub from: Option<HostPath>,
    /// Bytes now.
    pub size: u64,
    /// Bytes on the host, when it has the object.
    pub size_before: Option<u64>,
    /// Permission, set-id and sticky bits.
    pub mode: u32,
    /// User, as seen inside and on disk.
    pub uid: u32,
    /// Group, likewise.
    pub gid: u32,
    /// Whether its file gives whoever starts it capabilities; not told of what is deleted.
    pub privileged: bool,
    /// The program that made it, when known.
    pub program: Option<Maker>,
}

/// The program that made a change: the last one that had a hand in the object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Maker {
    /// Its file; of a script the script. Text of the wire: hostile, with U+FFFD for what is not UTF-8.
    pub name: Arc<str>,
    /// Its number in the session's record, where it was recorded.
    pub id: Option<u32>,
}

/// The JSON form of a change (`protocol/src/change.ts`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WireChange {
    path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path_bytes: Option<String>,
    change: ChangeKind,
    aspects: Vec<Aspect>,
    r#type: FileType,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from_bytes: Option<String>,
    size: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    size_before: Option<u64>,
    mode: u32,
    uid: u32,
    gid: u32,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    privileged: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    program: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    program_id: Option<u32>,
}

impl From<Change> for WireChange {
    fn from(change: Change) -> Self {
        let (path, path_bytes) = wire_text(change.path.as_bytes());
        let (from, from_bytes) = match &change.from {
            None => (None, None),
            Some(from) => {
                let (text, bytes) = wire_text(from.as_bytes());
                (Some(text), bytes)
            }
        };
        Self {
            path,
            path_bytes,
            change: change.kind,
            aspects: change.aspects,
            r#type: change.file_type,
            from,
            from_bytes,
            size: change.size,
            size_before: change.size_before,
            mode: change.mode,
            uid: change.uid,
            gid: change.gid,
            privileged: change.privileged,
            program_id: change.program.as_ref().and_then(|program| program.id),
            program: change.program.map(|program| program.name.as_ref().to_owned()),
        }
    }
}

/// Counts by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Paths the host has not.
    pub created: u64,
    /// Objects that differ.
    pub modified: u64,
    /// Paths the SEE has not.
    pub deleted: u64,
    /// Objects that moved.
    pub renamed: u64,
    /// Objects of another type.
    pub replaced: u64,
    /// New names of inodes.
    pub linked: u64,
    /// Bytes of content that a whole commit brings to the host.
    pub bytes: u64,
}

impl Summary {
    /// Counts one change.
    pub fn add(&mut self, change: &Change) {
        let count = self.count_of(change.kind);
        *count = count.saturating_add(1);
        self.bytes = self.bytes.saturating_add(carried(change));
    }

    /// Takes back one change that was counted.
    pub fn remove(&mut self, change: &Change) {
        let count = self.count_of(change.kind);
        *count = count.saturating_sub(1);
        self.bytes = self.bytes.saturating_sub(carried(change));
    }

    /// Returns the count of one kind.
    pub fn count_of(&mut self, kind: ChangeKind) -> &mut u64 {
        match kind {
            ChangeKind::Created => &mut self.created,
            ChangeKind::Modified => &mut self.modified,
            ChangeKind::Deleted => &mut self.deleted,
            ChangeKind::Renamed => &mut self.renamed,
            ChangeKind::Replaced => &mut self.replaced,
            ChangeKind::Linked => &mut self.linked,
        }
    }

    /// Returns how many changes there are.
    pub fn total(&self) -> u64 {
        self.created + self.modified + self.deleted + self.renamed + self.replaced + self.linked
    }
}

/// Returns how many bytes of content a change brings to the host.
fn carried(change: &Change) -> u64 {
    let carries_content = match change.kind {
        ChangeKind::Created | ChangeKind::Replaced => true,
        ChangeKind::Modified | ChangeKind::Renamed => change.aspects.contains(&Aspect::Content),
        ChangeKind::Deleted | ChangeKind::Linked => false,
    };
    if carries_content && change.file_type == FileType::File { change.size } else { 0 }
}
