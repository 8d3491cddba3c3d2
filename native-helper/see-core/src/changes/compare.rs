//! Tells in what two objects of the same type differ. Streams contents, skips holes, opens regular files only.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::FileExt;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustix::fs::SeekFrom;
use rustix::io::{Errno, Result};

use crate::beneath::Facts;
use crate::change::{Aspect, FileType};
use crate::layer::MarkSpace;
use crate::monitor::Monitor;
use crate::overlay_marks::attributes_at;
use crate::own_files::{open_file_at, read_link_at};
use crate::timestamp::Timestamp;

/// How much of two files is compared at a time, in bytes.
const CHUNK: usize = 256 * 1024;

/// One object, reached by its directory.
#[derive(Clone, Copy)]
pub struct Object<'a> {
    /// Directory that holds it.
    pub dir: BorrowedFd<'a>,
    /// Its name there.
    pub name: &'a [u8],
    /// Its facts.
    pub facts: &'a Facts,
}

/// What a comparison goes by.
#[derive(Clone, Copy)]
pub struct Rules<'a> {
    /// Name space of overlay marks, which are no attributes.
    pub space: MarkSpace,
    /// When the session began: a modification time from then until now is the trace of a write, not a change.
    pub began: Timestamp,
    /// Whether contents may differ at all (not for metacopies, whose content is the host's).
    pub contents: bool,
    /// Asked while long files are read.
    pub monitor: &'a dyn Monitor,
    /// What earlier comparisons found.
    pub memory: &'a Memory,
}

/// Remembers of pairs of files whether their contents are the same, as long as neither changes: so that the watcher's
/// walk reads nothing twice.
#[derive(Default)]
pub struct Memory(Mutex<HashMap<Pair, Finding>>);

/// What one comparison found, of files in which state, and when.
struct Finding {
    new: Stamp,
    old: Stamp,
    same: bool,
    at: Instant,
}

/// Device and inode numbers of both.
type Pair = (u64, u64, u64, u64);

/// Size, time of the last write, and of the last change of anything.
type Stamp = (u64, Timestamp, Timestamp);

/// More pairs than these are not remembered.
const MOST_PAIRS: usize = 500_000;

/// A finding is trusted this long: writes through a mapping can come after the last change of a file's times.
const TRUSTED: Duration = Duration::from_secs(60);

/// A file that changed less than this long ago may change again without its times telling, in nanoseconds.
const TOO_FRESH: i128 = 100_000_000;

impl Memory {
    fn pair(new: &Facts, old: &Facts) -> (Pair, Stamp, Stamp) {
        let stamp = |facts: &Facts| (facts.size, facts.mtime, facts.ctime);
        ((new.device, new.ino, old.device, old.ino), stamp(new), stamp(old))
    }

    fn recall(&self, new: &Facts, old: &Facts) -> Option<bool> {
        let (pair, new, old) = Self::pair(new, old);
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let finding = known.get(&pair)?;
        let holds = finding.new == new && finding.old == old && finding.at.elapsed() < TRUSTED;
        holds.then_some(finding.same)
    }

    /// Keeps a finding, when the facts were taken before the contents were read and are old enough to be trusted.
    fn keep(&self, new: &Facts, old: &Facts, began: Timestamp, same: bool) {
        if began.0 - new.ctime.0.max(old.ctime.0) < TOO_FRESH {
            return;
        }
        let (pair, new, old) = Self::pair(new, old);
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST_PAIRS {
            known.clear();
        }
        known.insert(pair, Finding { new, old, same, at: Instant::now() });
    }
}

/// Attributes that the kernel's security modules give and check for one inode; the host gives its own.
const LABELS: [&[u8]; 4] = [b"security.selinux", b"security.ima", b"security.evm", b"security.SMACK64"];

/// Tells whether an attribute is such a label: it says nothing of what a program did.
pub(crate) fn is_label(name: &[u8]) -> bool {
    LABELS.contains(&name)
}

/// Returns in what `new` differs from `old`, sorted. Both must have the same type. Fails with `ECANCELED` when the
/// monitor says so.
pub fn aspects(new: Object<'_>, old: Object<'_>, rules: Rules<'_>) -> Result<Vec<Aspect>> {
    let mut found = Vec::new();
    let kind = new.facts.file_type();
    if rules.contents && !same_content(new, old, rules)? {
        found.push(Aspect::Content);
    }
    if kind != FileType::Symlink && new.facts.permissions() != old.facts.permissions() {
        found.push(Aspect::Mode);
    }
    if (new.facts.uid, new.facts.gid) != (old.facts.uid, old.facts.gid) {
        found.push(Aspect::Owner);
    }
    if attributes(new, rules.space)? != attributes(old, rules.space)? {
        found.push(Aspect::Xattrs);
    }
    let wrote = found.contains(&Aspect::Content);
    if kind != FileType::Directory && !wrote && set_on_purpose(new.facts.mtime, old.facts.mtime, rules.began)
    {
        found.push(Aspect::Times);
    }
    Ok(found)
}

/// Tells whether a modification time was set, not left behind by a write during the session.
fn set_on_purpose(new: Timestamp, old: Timestamp, began: Timestamp) -> bool {
    new != old && (new < began || new > Timestamp::now())
}

fn attributes(object: Object<'_>, space: MarkSpace) -> Result<BTreeMap<Vec<u8>, Vec<u8>>> {
    let mut found = attributes_at(object.dir, object.name, space)?;
    found.retain(|name, _| !is_label(name));
    Ok(found)
}

fn same_content(new: Object<'_>, old: Object<'_>, rules: Rules<'_>) -> Result<bool> {
    match new.facts.file_type() {
        FileType::File => {
            if new.facts.size != old.facts.size {
                return Ok(false);
            }
            if new.facts.size == 0 {
                return Ok(true);
            }
            if let Some(same) = rules.memory.recall(new.facts, old.facts) {
                return Ok(same);
            }
            let began = Timestamp::now();
            let (Some(a), Some(b)) = (open(new)?, open(old)?) else { return Ok(false) };
            let same = same_bytes(&a, &b, rules.monitor)?;
            rules.memory.keep(new.facts, old.facts, began, same);
            Ok(same)
        }
        FileType::Symlink => Ok(read_link_at(new.dir, new.name)? == read_link_at(old.dir, old.name)?),
        FileType::Device => Ok(new.facts.rdev == old.facts.rdev
            && new.facts.raw_mode & 0o170_000 == old.facts.raw_mode & 0o170_000),
        FileType::Directory | FileType::Fifo | FileType::Socket => Ok(true),
    }
}

/// Opens a file; `None` when it may not be read: then nobody can say that it is the same.
fn open(object: Object<'_>) -> Result<Option<File>> {
    match open_file_at(object.dir, object.name) {
        Ok((file, _)) => Ok(Some(file)),
        Err(Errno::ACCESS | Errno::PERM | Errno::INVAL | Errno::TXTBSY) => Ok(None),
        Err(errno) => Err(errno),
    }
}

/// Compares two files to their ends; what is a hole in both is not read.
pub fn same_bytes(a: &File, b: &File, monitor: &dyn Monitor) -> Result<bool> {
    let size = length(a)?;
    let room = usize::try_from(size).unwrap_or(CHUNK).clamp(1, CHUNK);
    let (mut left, mut right) = (vec![0; room], vec![0; room]);
    if size <= CHUNK as u64 {
        // Looking for holes would cost more than reading.
        let (read_left, read_right) = (fill(a, &mut left, 0)?, fill(b, &mut right, 0)?);
        return Ok(left.get(..read_left) == right.get(..read_right) && length(b)? == size);
    }
    let mut offset = 0;
    loop {
        if monitor.is_cancelled() {
            return Err(Errno::CANCELED);
        }
        let next = match (next_data(a, offset)?, next_data(b, offset)?) {
            // Nothing but holes: the same when both end at the same place.
            (None, None) => return Ok(length(a)? == length(b)?),
            (one, other) => one.unwrap_or(u64::MAX).min(other.unwrap_or(u64::MAX)),
        };
        let read_left = fill(a, &mut left, next)?;
        let read_right = fill(b, &mut right, next)?;
        if read_left == 0 && read_right == 0 {
            return Ok(true);
        }
        if left.get(..read_left) != right.get(..read_right) {
            return Ok(false);
        }
        offset = next.saturating_add(read_left as u64);
    }
}

fn length(file: &File) -> Result<u64> {
    Ok(crate::beneath::facts_of(file.as_fd())?.size)
}

/// Returns where data goes on, at or behind `offset`; `None` when only holes follow.
fn next_data(file: &File, offset: u64) -> Result<Option<u64>> {
    match rustix::fs::seek(file, SeekFrom::Data(offset)) {
        Ok(at) => Ok(Some(at)),
        Err(Errno::NXIO) => Ok(None),
        // A file system that knows no holes.
        Err(Errno::INVAL) => Ok((offset < length(file)?).then_some(offset)),
        Err(errno) => Err(errno),
    }
}

fn fill(file: &File, buffer: &mut [u8], at: u64) -> Result<usize> {
    let mut done = 0;
    while let Some(rest) = buffer.get_mut(done..).filter(|rest| !rest.is_empty()) {
        match file.read_at(rest, at.saturating_add(done as u64)) {
            Ok(0) => break,
            Ok(count) => done += count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Errno::from_io_error(&error).unwrap_or(Errno::IO)),
        }
    }
    Ok(done)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitor::Unmonitored;

    fn file(bytes: &[(u64, &[u8])], length: u64) -> File {
        let file = tempfile::tempfile_in("/var/tmp").unwrap();
        file.set_len(length).unwrap();
        for (at, data) in bytes {
            file.write_all_at(data, *at).unwrap();
        }
        file
    }

    #[test]
    fn sparse_files_are_compared_by_what_they_read_as() {
        let same = |a: &File, b: &File| same_bytes(a, b, &Unmonitored).unwrap();
        let giant = 5 << 30;
        let a = file(&[(giant - 10, b"end")], giant);
        assert!(same(&a, &file(&[(giant - 10, b"end")], giant)));
        assert!(!same(&a, &file(&[(giant - 10, b"eng")], giant)));
        assert!(!same(&a, &file(&[], giant)));
        assert!(!same(&file(&[], giant), &file(&[], giant + 1)));
        // A hole and written zeros read the same.
        let zeros = file(&[(0, &[0; 100_000])], 1 << 20);
        assert!(same(&zeros, &file(&[], 1 << 20)));
        assert!(same(&file(&[], 1 << 20), &zeros));
        assert!(!same(&zeros, &file(&[(99_999, b"x")], 1 << 20)));
    }

    #[test]
    fn remembers_only_what_cannot_have_changed_unseen() {
        let facts = |ctime: i128| {
            let mut facts = crate::beneath::facts_of(file(&[], 9).as_fd()).unwrap();
            facts.ctime = Timestamp(ctime);
            facts
        };
        let (memory, now) = (Memory::default(), Timestamp(10_000_000_000));
        let (old, settled, fresh) = (facts(1), facts(5_000_000_000), facts(9_999_000_000));
        memory.keep(&fresh, &old, now, true);
        assert_eq!(memory.recall(&fresh, &old), None);
        memory.keep(&settled, &old, now, true);
        assert_eq!(memory.recall(&settled, &old), Some(true));
        let mut written = settled;
        written.ctime = Timestamp(6_000_000_000);
        assert_eq!(memory.recall(&written, &old), None);
    }

    #[test]
    fn times_count_only_when_they_were_set() {
        let (old, began) = (Timestamp(1_000), Timestamp(5_000));
        assert!(!set_on_purpose(Timestamp(1_000), old, began));
        assert!(set_on_purpose(Timestamp(2_000), old, began));
        assert!(!set_on_purpose(Timestamp(6_000), old, began));
        assert!(set_on_purpose(Timestamp(Timestamp::now().0 + 60_000_000_000), old, began));
    }
}
