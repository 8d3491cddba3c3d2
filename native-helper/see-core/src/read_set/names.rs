//! A digest of the names in a directory and their types: tells, long after, whether a listing would show the same. Reads
//! the host.

use std::mem::MaybeUninit;
use std::os::fd::AsFd;
use std::path::Path;

use rustix::fs::{FileType, RawDir};
use rustix::io::Errno;

use crate::beneath::{Root, facts_of};
use crate::path::HostPath;

use super::entry::{Moment, Object};

/// What we ourselves put beside the host's files: hidden inside, and no change of the host's.
const OURS: &[u8] = b".alcatraz-";

/// How many names there are, and a sum over them that does not depend on their order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NamesDigest {
    /// Names, without `.` and `..`.
    pub count: u64,
    /// The sum.
    pub sum: u64,
}

impl NamesDigest {
    /// Adds a name, with the type that a listing tells of it.
    pub fn add(&mut self, name: &[u8], kind: FileType) {
        // FNV-1a, then a mix, so that sums of similar names do not meet. Chance is what it must withstand, not malice:
        // who can choose the host's names can change the host.
        let step = |hash: u64, more: u64| (hash ^ more).wrapping_mul(0x0100_0000_01b3);
        let hash = name.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| step(hash, u64::from(*byte)));
        // A regular file, of which there are most, adds nothing: digests of older versions still hold for these.
        let hash = match kind {
            FileType::RegularFile | FileType::Unknown => hash,
            other => step(hash, u64::from(other.as_raw_mode())),
        };
        let mixed = (hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.sum = self.sum.wrapping_add(mixed ^ (mixed >> 29));
        self.count += 1;
    }
}

/// Returns the digest of the host's directory as it is now, and its facts, when it did not change meanwhile.
pub fn digest_now(path: &HostPath) -> Result<(NamesDigest, Object), Errno> {
    let dir = Root::open_exact(path)?.dir(Path::new(""))?;
    for _ in 0..3 {
        let before = Object::from(&facts_of(dir.as_fd())?);
        let mut digest = NamesDigest::default();
        let mut buffer = [MaybeUninit::<u8>::uninit(); 16 * 1024];
        rustix::fs::seek(&dir, rustix::fs::SeekFrom::Start(0))?;
        let mut entries = RawDir::new(&dir, &mut buffer);
        while let Some(entry) = entries.next() {
            let entry = entry?;
            let name = entry.file_name().to_bytes();
            if name != b"." && name != b".." && !name.starts_with(OURS) {
                digest.add(name, entry.file_type());
            }
        }
        if Object::from(&facts_of(dir.as_fd())?) == before {
            return Ok((digest, before));
        }
    }
    Err(Errno::AGAIN)
}

/// Returns the digest of the names that a listing at `at` has shown; `None` when the directory may have changed since.
pub fn digest_as_of(path: &HostPath, seen: &Object, at: Moment) -> Option<NamesDigest> {
    let (digest, object) = digest_now(path).ok()?;
    // A change within the tick of the listing would not show in the stamps.
    (object == *seen && object.mtime < at && object.ctime < at).then_some(digest)
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStrExt as _;

    use super::*;

    #[test]
    fn tells_names_apart_and_not_their_order() {
        let of = |names: &[&str]| {
            let mut digest = NamesDigest::default();
            names.iter().for_each(|name| digest.add(name.as_bytes(), FileType::RegularFile));
            digest
        };
        assert_eq!(of(&["a", "b"]), of(&["b", "a"]));
        assert_ne!(of(&["a", "b"]), of(&["a", "c"]));
        assert_ne!(of(&["ab"]), of(&["a", "b"]));
        let mut directory = NamesDigest::default();
        directory.add(b"a", FileType::Directory);
        assert_ne!(directory, of(&["a"]));
    }

    #[test]
    fn says_nothing_of_a_directory_that_changed() {
        let dir = tempfile::tempdir().unwrap();
        let path = HostPath::new(dir.path().as_os_str().as_bytes()).unwrap();
        std::fs::write(dir.path().join("a"), "").unwrap();
        let (digest, object) = digest_now(&path).unwrap();
        assert_eq!(digest.count, 1);
        let later = Moment(object.ctime.0 + 1);
        assert_eq!(digest_as_of(&path, &object, later), Some(digest));
        assert_eq!(digest_as_of(&path, &object, object.ctime), None, "a tie");
        std::thread::sleep(std::time::Duration::from_millis(20));
        std::fs::rename(dir.path().join("a"), dir.path().join("b")).unwrap();
        assert_eq!(digest_as_of(&path, &object, Moment(i64::MAX)), None);
        assert_ne!(digest_now(&path).unwrap().0, digest);
    }
}
