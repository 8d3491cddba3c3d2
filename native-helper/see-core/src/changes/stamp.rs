//! What tells one state of a session's changes from any other: a person decides about what was shown, and about nothing that a
//! program made since. Looks at facts, reads no contents.

use std::ffi::OsStr;
use std::hash::{BuildHasher as _, Hash as _, Hasher as _, RandomState};
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::sync::LazyLock;

use super::found::{ChangeSet, Found};
use crate::beneath::{Facts, Root};
use crate::error::{ErrorCode, Reason, Result, SeeError};
use crate::own_files::facts_at;
use crate::session::Session;

/// Programs choose what is digested, and must not be able to choose the digest. Another helper has other keys: then one looks again.
static KEYS: LazyLock<RandomState> = LazyLock::new(RandomState::new);

/// Tells one state of the two objects of a change from any other, as long as this process lives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Version(u64);

impl Version {
    /// Returns the version of what the layer has and what the host has. A directory changes with every name in it: those are
    /// changes of their own.
    pub fn of(upper: Option<&Facts>, host: Option<&Facts>) -> Self {
        let told = [upper, host].map(|facts| {
            let facts = facts.filter(|facts| !facts.is_dir())?;
            Some((facts.ino, facts.size, facts.mtime, facts.ctime))
        });
        Self(KEYS.hash_one(told))
    }
}

/// Returns the stamp of these changes: the same as long as neither they nor what the layers hold for them changed.
pub fn stamp(session: &Session, changes: &ChangeSet) -> String {
    let mut layers: Vec<Upper> = session.layers.iter().map(|layer| Upper::open(&layer.upper)).collect();
    let mut hasher = KEYS.build_hasher();
    changes.found.len().hash(&mut hasher);
    for found in &changes.found {
        let change = &found.change;
        (change.path.as_bytes(), change.kind, change.file_type, &change.aspects).hash(&mut hasher);
        (change.size, change.mode, change.uid, change.gid).hash(&mut hasher);
        change.from.as_ref().map(|from| from.as_bytes()).hash(&mut hasher);
        // Nobody but the kernel sets the time of the last change: whatever was written since shows in it.
        let layer = usize::try_from(found.layer).ok().and_then(|index| layers.get_mut(index));
        let facts = layer.and_then(|layer| layer.facts(found));
        facts.map(|facts| (facts.ino, facts.size, facts.mtime.0, facts.ctime.0)).hash(&mut hasher);
    }
    format!("{:016x}", hasher.finish())
}

/// Fails with `wrong-state` (fact `stamp`) when the session's changes are not those any more that were decided about.
pub fn check(decided: &str, session: &Session, changes: &ChangeSet) -> Result<()> {
    let now = stamp(session, changes);
    if now == decided {
        return Ok(());
    }
    Err(SeeError::new(
        ErrorCode::WrongState,
        format!(
            "What the session {} changed is not what was looked at any more; nothing was done.",
            session.id
        ),
        "Look at the changes again, then decide again.",
    )
    .because(Reason::ChangedSince)
    .with_fact("session", session.id.clone())
    .with_fact("stamp", now))
}

/// The directory of a layer, with the one in it that was looked into last.
struct Upper {
    root: Option<Root>,
    holder: Option<(Vec<u8>, OwnedFd)>,
}

impl Upper {
    fn open(path: &Path) -> Self {
        Self { root: Root::open(path).ok().map(Root::as_owner), holder: None }
    }

    /// Returns the facts of what the layer holds for a change; `None` when there is nothing, or it cannot be looked at.
    fn facts(&mut self, found: &Found) -> Option<Facts> {
        let bytes = found.upper.as_deref()?.as_os_str().as_bytes();
        let (dir, name) = match bytes.iter().rposition(|byte| *byte == b'/') {
            Some(cut) => (bytes.get(..cut)?, bytes.get(cut + 1..)?),
            None => (&b""[..], bytes),
        };
        if self.holder.as_ref().is_none_or(|(known, _)| known != dir) {
            let opened = self.root.as_ref()?.place(Path::new(OsStr::from_bytes(dir))).ok()?;
            self.holder = Some((dir.to_vec(), opened));
        }
        let (_, holder) = self.holder.as_ref()?;
        facts_at(holder.as_fd(), if name.is_empty() { b"." } else { name }).ok()
    }
}
