//! A little room on the store's disk, kept for the day when it is full: with it what ends a session, or gives its room back,
//! can still be written down. Knows a file and no records.

use std::fs::File;
use std::path::Path;

use rustix::fs::{FallocateFlags, Mode as Bits, OFlags};

/// Its name in the store.
pub(super) const FILE: &str = "reserve";
/// Enough for some dozen records.
const SIZE: u64 = 256 * 1024;
const PIECE: u64 = 16 * 1024;

/// Fills it, as far as there is room: what lacks is added another time, by whoever opens the store or has made room.
pub(super) fn fill(root: &Path) {
    let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let open = rustix::fs::open(root.join(FILE), flags, Bits::RUSR | Bits::WUSR).map(File::from);
    let Ok(file) = open else { return };
    let mut there = file.metadata().map_or(SIZE, |facts| facts.len());
    while there < SIZE && rustix::fs::fallocate(&file, FallocateFlags::empty(), there, PIECE).is_ok() {
        there += PIECE;
    }
}

/// Gives it up. Tells whether there was any.
pub(super) fn spend(root: &Path) -> bool {
    let path = root.join(FILE);
    std::fs::metadata(&path).is_ok_and(|facts| facts.len() > 0) && std::fs::remove_file(&path).is_ok()
}
