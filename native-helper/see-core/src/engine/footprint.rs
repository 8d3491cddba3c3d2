//! How much of a disk a tree holds. Reads names and sizes, follows nothing.

use std::collections::HashSet;
use std::path::Path;

use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode as Bits, OFlags};
use rustix::io::Errno;

/// A tree that is deeper than this is not looked at whole.
const DEPTH: usize = 128;
/// What an inode counts at least: an empty file takes room, too.
pub const INODE: u64 = 512;

/// Returns how many bytes of disk a tree holds, and whether all of it could be looked at; `None` when `goes_on`, which is asked at
/// every step, said no.
pub fn of(
    top: &Path,
    seen: &mut HashSet<(u64, u64)>,
    goes_on: &mut dyn FnMut() -> bool,
) -> std::result::Result<Option<(u64, bool)>, Errno> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mut way = vec![Dir::new(rustix::fs::openat(CWD, top, flags, Bits::empty())?)?];
    let (mut bytes, mut whole) = (0_u64, true);
    while let Some(dir) = way.last_mut() {
        if !goes_on() {
            return Ok(None);
        }
        let Some(entry) = dir.read() else {
            way.pop();
            continue;
        };
        // A directory that changes while it is read: what was missed is found the next time.
        let Ok(entry) = entry else { continue };
        let name = entry.file_name();
        if name == c"." || name == c".." {
            continue;
        }
        let Ok(stat) = rustix::fs::statat(dir.fd()?, name, AtFlags::SYMLINK_NOFOLLOW) else { continue };
        if stat.st_nlink > 1
            && !FileType::from_raw_mode(stat.st_mode).is_dir()
            && !seen.insert((stat.st_dev, stat.st_ino))
        {
            continue;
        }
        bytes = bytes.saturating_add(weight(u64::try_from(stat.st_blocks).unwrap_or(0)));
        if FileType::from_raw_mode(stat.st_mode).is_dir() {
            match rustix::fs::openat(dir.fd()?, name, flags, Bits::empty()).and_then(Dir::new) {
                Ok(_) if way.len() >= DEPTH => whole = false,
                Ok(below) => way.push(below),
                Err(Errno::NOENT) => {}
                Err(_) => whole = false,
            }
        }
    }
    Ok(Some((bytes, whole)))
}

/// Returns what a file of so many blocks counts.
pub fn weight(blocks: u64) -> u64 {
    const BLOCK: u64 = 512;
    blocks.saturating_mul(BLOCK).max(INODE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_files_count() {
        let dir = tempfile::tempdir().unwrap();
        let measure = || of(dir.path(), &mut HashSet::new(), &mut || true).unwrap().unwrap();
        let empty = measure();
        for name in 0..100 {
            std::fs::write(dir.path().join(name.to_string()), "").unwrap();
        }
        assert_eq!((empty, measure()), ((0, true), (100 * INODE, true)));
    }

    #[test]
    fn a_measurement_ends_when_it_is_told() {
        let dir = tempfile::tempdir().unwrap();
        for name in 0..100 {
            std::fs::write(dir.path().join(name.to_string()), "").unwrap();
        }
        let mut steps = 0;
        let mut goes_on = || {
            steps += 1;
            steps < 10
        };
        assert_eq!(of(dir.path(), &mut HashSet::new(), &mut goes_on), Ok(None));
        assert_eq!(steps, 10);
    }
}
