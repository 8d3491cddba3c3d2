//! What files of the host were when the session first changed them: the base of a merge. The session's layer has the
//! new version, and the host may change its own, so the old one is kept beside the session's record. Text of a moderate
//! size is kept whole; of the rest, how long it was, which is enough to join what both appended.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::io::{Read as _, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use rustix::io::Errno;
use serde::{Deserialize, Serialize};

use crate::beneath::{Facts, Root};
use crate::commit::attributes::Attributes;
use crate::error::{Result, SeeError};
use crate::path::HostPath;
use crate::read_set::entry::Object;
use crate::store::Store;
use crate::timestamp::Timestamp;

/// The longest text that is kept, in bytes.
pub const KEPT: u64 = 4 * 1024 * 1024;
/// The most bytes that are kept for one session.
const ROOM: u64 = 256 * 1024 * 1024;
/// The most files that are noted for one session.
const MOST: usize = 20_000;
/// A longer first line is none of ours.
const HEAD: usize = 32 * 1024;

/// What a file was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base {
    /// Its length.
    pub size: u64,
    /// When its content had been changed last.
    pub mtime: Timestamp,
    /// Its content, when that was kept.
    pub content: Option<Vec<u8>>,
    /// Its mode, owner and attributes, when those were kept.
    pub attributes: Option<Attributes>,
}

/// The first line of a kept file; what was kept of the content follows.
#[derive(Serialize, Deserialize)]
struct Head {
    path: HostPath,
    size: u64,
    mtime: i64,
    whole: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    attributes: Option<Attributes>,
}

/// Returns what the host's file at a path was before the session in this directory changed it; `None` when that is not
/// known.
pub fn base(session_dir: &Path, path: &HostPath) -> Option<Base> {
    let file = std::fs::File::open(dir(session_dir).join(name(path))).ok()?;
    let mut bytes = Vec::new();
    file.take(KEPT + HEAD as u64).read_to_end(&mut bytes).ok()?;
    let cut = bytes.iter().position(|byte| *byte == b'\n')?;
    let head: Head = serde_json::from_slice(bytes.get(..cut)?).ok()?;
    let content = bytes.get(cut + 1..)?.to_vec();
    // Two paths can have the same file name here, and a write can have been cut off.
    let is_whole = head.path == *path && content.len() as u64 == if head.whole { head.size } else { 0 };
    let mtime = Timestamp(i128::from(head.mtime));
    is_whole.then(|| Base {
        size: head.size,
        mtime,
        content: head.whole.then_some(content),
        attributes: head.attributes,
    })
}

/// Removes what was kept of a path.
pub fn forget(store: &Store, session: &str, path: &HostPath) -> Result<()> {
    let place = dir(&store.session_dir(session)).join(name(path));
    gone(&place, std::fs::remove_file(&place))
}

/// Removes all that was kept for a session.
pub fn forget_all(store: &Store, session: &str) -> Result<()> {
    let place = dir(&store.session_dir(session));
    gone(&place, std::fs::remove_dir_all(&place))
}

fn gone(place: &Path, removed: std::io::Result<()>) -> Result<()> {
    let Err(error) = removed else { return Ok(()) };
    let errno = Errno::from_io_error(&error).unwrap_or(Errno::IO);
    let path = HostPath::new(place.as_os_str().as_bytes()).unwrap_or_else(HostPath::root);
    if errno == Errno::NOENT { Ok(()) } else { Err(SeeError::os("removing", &path, errno)) }
}

/// Keeps the bases of one session, while it runs.
///
/// What cannot be kept is left out: a merge is then not offered, and the conflict stays one.
#[derive(Debug)]
pub struct Keeper {
    dir: PathBuf,
    known: HashSet<HostPath>,
    room: u64,
}

impl Keeper {
    /// Returns a keeper that puts bases into the session's directory.
    pub fn new(session_dir: &Path) -> Self {
        Self { dir: dir(session_dir), known: HashSet::new(), room: ROOM }
    }

    /// Keeps what a file of the host is, which the session is about to change. `seen` is how the session met it first:
    /// a file that stands otherwise by now is no base.
    pub fn keep(&mut self, path: &HostPath, seen: &Object) {
        if self.known.len() >= MOST || !self.known.insert(path.clone()) {
            return;
        }
        let place = self.dir.join(name(path));
        // A program entered later finds what an earlier one was met with: the first base is the right one.
        if place.exists() {
            return;
        }
        let Some((bytes, attributes)) = read(path, seen, self.room.min(KEPT)) else { return };
        self.room -= bytes.len() as u64;
        let head = Head {
            path: path.clone(),
            size: seen.size,
            mtime: seen.mtime.0,
            whole: bytes.len() as u64 == seen.size,
            attributes: Some(attributes).filter(Attributes::are_few),
        };
        if self.write(&place, &head, &bytes).is_err() {
            // A full disk: what was begun goes, and nothing else is tried.
            let _ = std::fs::remove_file(&place);
            self.room = 0;
        }
    }

    fn write(&self, place: &Path, head: &Head, bytes: &[u8]) -> std::io::Result<()> {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.dir)?;
        let mut file = std::fs::OpenOptions::new().write(true).create_new(true).open(place)?;
        serde_json::to_writer(&mut file, head)?;
        file.write_all(b"\n")?;
        file.write_all(bytes)
    }
}

/// Returns content and attributes of a file that stands as it was seen; no content of what is no text or too long.
fn read(path: &HostPath, seen: &Object, limit: u64) -> Option<(Vec<u8>, Attributes)> {
    let is_seen = |facts: &Facts| Object::from(facts) == *seen;
    let root = Root::open_exact(&path.parent()?).ok()?;
    let name = Path::new(OsStr::from_bytes(path.name()));
    let facts = root.facts(name).ok()?;
    if !facts.is_file() || !is_seen(&facts) {
        return None;
    }
    let attributes = Attributes::of_host(root.as_fd(), path.name(), &facts).ok()?;
    let mut bytes = Vec::new();
    if facts.size <= limit {
        let (file, _) = root.file(name).ok()?;
        file.take(limit + 1).read_to_end(&mut bytes).ok()?;
    }
    let is_whole =
        is_seen(&root.facts(name).ok()?) && (facts.size > limit || bytes.len() as u64 == seen.size);
    if !super::is_text(&bytes) {
        bytes.clear();
    }
    is_whole.then_some((bytes, attributes))
}

fn dir(session_dir: &Path) -> PathBuf {
    session_dir.join("bases")
}

/// Returns the file name for a path: short, and the same in every version (FNV-1a).
fn name(path: &HostPath) -> String {
    let mix = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    format!("{:016x}", path.as_bytes().iter().fold(0xcbf2_9ce4_8422_2325, mix))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Lab {
        dir: tempfile::TempDir,
        store: Store,
        keeper: Keeper,
    }

    impl Lab {
        fn new() -> Self {
            let dir = tempfile::tempdir().unwrap();
            let store = Store::open(Some(&dir.path().join("store"))).unwrap();
            let keeper = Keeper::new(&store.session_dir("see"));
            Self { dir, store, keeper }
        }

        fn file(&self, name: &str, content: &[u8]) -> (HostPath, Object) {
            let path = self.dir.path().canonicalize().unwrap().join(name);
            std::fs::write(&path, content).unwrap();
            let path = HostPath::new(path.as_os_str().as_bytes()).unwrap();
            let root = Root::open_exact(&path.parent().unwrap()).unwrap();
            let facts = root.facts(Path::new(name)).unwrap();
            (path, Object::from(&facts))
        }

        fn base(&self, path: &HostPath) -> Option<Base> {
            base(&self.store.session_dir("see"), path)
        }
    }

    #[test]
    fn text_is_kept_whole_and_of_the_rest_its_length() {
        let mut lab = Lab::new();
        let (text, seen) = lab.file("text", b"one\ntwo\n");
        assert_eq!(lab.base(&text), None);
        lab.keeper.keep(&text, &seen);
        let base = lab.base(&text).unwrap();
        assert_eq!((base.size, base.content.as_deref()), (8, Some(&b"one\ntwo\n"[..])));
        let (binary, seen) = lab.file("binary", b"one\0two\n");
        lab.keeper.keep(&binary, &seen);
        assert_eq!(lab.base(&binary).map(|base| (base.size, base.content)), Some((8, None)));
        let (empty, seen) = lab.file("empty", b"");
        lab.keeper.keep(&empty, &seen);
        assert_eq!(lab.base(&empty).unwrap().content.as_deref(), Some(&b""[..]));
        let (odd, seen) = lab.file("odd\n\"name", b"x\n");
        lab.keeper.keep(&odd, &seen);
        assert_eq!(lab.base(&odd).unwrap().size, 2);
        forget(&lab.store, "see", &odd).unwrap();
        forget(&lab.store, "see", &odd).unwrap();
        assert!(lab.base(&odd).is_none() && lab.base(&text).is_some());
        forget_all(&lab.store, "see").unwrap();
        assert_eq!(lab.base(&text), None);
        forget_all(&lab.store, "see").unwrap();
    }

    #[test]
    fn the_first_base_stays() {
        let mut lab = Lab::new();
        let (text, seen) = lab.file("text", b"first\n");
        lab.keeper.keep(&text, &seen);
        let (_, later) = lab.file("text", b"second\n");
        lab.keeper.keep(&text, &later);
        Keeper::new(&lab.store.session_dir("see")).keep(&text, &later);
        assert_eq!(lab.base(&text).unwrap().content.unwrap(), b"first\n");
    }

    #[test]
    fn what_the_host_has_changed_by_then_is_no_base() {
        let mut lab = Lab::new();
        let (text, seen) = lab.file("text", b"seen\n");
        lab.file("text", b"changed\n");
        lab.keeper.keep(&text, &seen);
        assert_eq!(lab.base(&text), None);
        let link = lab.dir.path().canonicalize().unwrap().join("link");
        std::os::unix::fs::symlink("text", &link).unwrap();
        lab.keeper.keep(&HostPath::new(link.as_os_str().as_bytes()).unwrap(), &seen);
        assert!(!dir(&lab.store.session_dir("see")).exists());
    }

    #[test]
    fn a_damaged_base_is_none() {
        let mut lab = Lab::new();
        let (text, seen) = lab.file("text", b"kept\n");
        lab.keeper.keep(&text, &seen);
        let place = dir(&lab.store.session_dir("see")).join(name(&text));
        let whole = std::fs::read(&place).unwrap();
        for cut in 0..whole.len() {
            std::fs::write(&place, &whole[..cut]).unwrap();
            assert_eq!(lab.base(&text), None, "{cut}");
        }
        let (other, _) = lab.file("other", b"kept\n");
        std::fs::write(dir(&lab.store.session_dir("see")).join(name(&other)), &whole).unwrap();
        assert_eq!(lab.base(&other), None);
    }
}
