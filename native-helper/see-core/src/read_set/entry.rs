//! One path of the read set: the first time of each way in which it was seen, and what it was then. Merging is pure.

use std::sync::Arc;

use crate::beneath::Facts;
use crate::change::FileType;
use crate::commit::stat::Stat;
use crate::path::HostPath;
use crate::timestamp::Timestamp;

use super::access::Access;
use super::names::NamesDigest;

/// Nanoseconds of the host's coarse clock, which also stamps files: a file changed later never has an earlier stamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(pub i64);

impl Moment {
    /// Returns the coarse clock's time.
    pub fn now() -> Self {
        let now = rustix::time::clock_gettime(rustix::time::ClockId::RealtimeCoarse);
        Self(now.tv_sec.saturating_mul(1_000_000_000).saturating_add(now.tv_nsec))
    }

    /// Returns the same time as a general stamp.
    pub fn timestamp(self) -> Timestamp {
        Timestamp(i128::from(self.0))
    }
}

impl From<Timestamp> for Moment {
    fn from(stamp: Timestamp) -> Self {
        Self(i64::try_from(stamp.0).unwrap_or(if stamp.0 < 0 { i64::MIN } else { i64::MAX }))
    }
}

/// What identifies an object of the host and its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Object {
    /// File system.
    pub device: u64,
    /// Inode number.
    pub ino: u64,
    /// Type.
    pub kind: FileType,
    /// Bytes.
    pub size: u64,
    /// Last change of content.
    pub mtime: Moment,
    /// Last change of anything.
    pub ctime: Moment,
}

impl Object {
    /// Returns what stands for an object that was there and cannot be told any more: like none that the host has.
    pub fn unknown(at: Moment) -> Self {
        Self { device: 0, ino: 0, kind: FileType::File, size: 0, mtime: at, ctime: at }
    }

    /// Tells whether both are the same inode of the same type.
    pub fn is_same_inode(&self, other: &Self) -> bool {
        (self.device, self.ino, self.kind) == (other.device, other.ino, other.kind)
    }
}

impl From<&Facts> for Object {
    fn from(facts: &Facts) -> Self {
        Self {
            device: facts.device,
            ino: facts.ino,
            kind: facts.file_type(),
            size: facts.size,
            mtime: facts.mtime.into(),
            ctime: facts.ctime.into(),
        }
    }
}

impl From<&Stat> for Object {
    fn from(stat: &Stat) -> Self {
        Self {
            device: stat.dev,
            ino: stat.identity.ino,
            kind: stat.identity.kind,
            size: stat.size,
            mtime: stat.mtime.into(),
            ctime: stat.ctime.into(),
        }
    }
}

/// What a path of the host named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Nothing.
    Absent,
    /// This.
    Object(Object),
}

/// Who looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Looker {
    /// The thread, by the host's number.
    pub thread: u32,
    /// Its program: an index into the read set's programs.
    pub program: u32,
}

/// What is known of one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The path on the host.
    pub path: Arc<HostPath>,
    /// Everything that was done with it so far.
    pub access: Access,
    /// When it was first touched in any way.
    pub first: Moment,
    /// Who touched it first.
    pub by: Looker,
    /// When something first depended on whether the name is there.
    pub name: Option<Moment>,
    /// When something first depended on the object's content or attributes.
    pub content: Option<Moment>,
    /// When it was first opened so that its names could be read, or they were read: what somebody lists may be as old as
    /// the open of it. [`Entry::listing`] tells whether they were read at all.
    pub opened: Option<Moment>,
    /// What it was at the first of these, or, when none has happened, at the first touch.
    pub seen: Seen,
    /// The names in it when first listed; `None` when unknown.
    pub names: Option<NamesDigest>,
}

/// What one observation makes a later commit depend on.
#[derive(Clone, Copy, Debug, Default)]
struct Depends {
    name: bool,
    content: bool,
    opened: bool,
}

impl Depends {
    fn of(access: Access, seen: &Seen) -> Self {
        if access.is_blind() {
            return Self::default();
        }
        let is_dir = matches!(seen, Seen::Object(object) if object.kind == FileType::Directory);
        let is_there = matches!(seen, Seen::Object(_));
        Self {
            name: true,
            // A directory's own stamps change with every name in it: only its being there counts.
            content: is_there && !is_dir && access.sees_content(),
            opened: is_dir && access.has(Access::LIST | Access::OPEN),
        }
    }
}

impl Entry {
    /// Returns the entry for a path that was not seen before.
    pub fn new(path: Arc<HostPath>, access: Access, seen: Seen, at: Moment, by: Looker) -> Self {
        let depends = Depends::of(access, &seen);
        Self {
            path,
            access,
            first: at,
            by,
            name: depends.name.then_some(at),
            content: depends.content.then_some(at),
            opened: depends.opened.then_some(at),
            seen,
            names: None,
        }
    }

    /// Adds an observation. The first time of each kind wins. Returns whether anything is new.
    pub fn merge(&mut self, access: Access, seen: Seen, at: Moment) -> bool {
        let depends = Depends::of(access, &seen);
        let before = (self.access, self.name, self.content, self.opened);
        let depended = self.name.is_some();
        let first_content = depends.content && self.content.is_none();
        let first_opened = depends.opened && self.opened.is_none();
        if !depended && depends.name {
            self.seen = seen;
        } else if (first_content || first_opened) && self.content.is_none() && self.opened.is_none() {
            // So far only the name mattered: what it holds counts from now, unless the name means another object
            // by now, which then stays to be found.
            if let (Seen::Object(old), Seen::Object(new)) = (self.seen, seen) {
                if old.is_same_inode(&new) {
                    self.seen = seen;
                }
            }
        }
        self.access |= access;
        self.name = self.name.or(depends.name.then_some(at));
        self.content = self.content.or(depends.content.then_some(at));
        self.opened = self.opened.or(depends.opened.then_some(at));
        before != (self.access, self.name, self.content, self.opened)
    }

    /// Returns since when what its names are is seen; `None` when nobody has read them.
    pub fn listing(&self) -> Option<Moment> {
        self.opened.filter(|_| self.access.has(Access::LIST))
    }

    /// Tells whether the SEE put another object in its place, or took it away from there.
    pub fn is_replaced(&self) -> bool {
        self.access.has(Access::REPLACE)
    }

    /// Tells whether the SEE only ever wrote it without looking.
    pub fn is_blind(&self) -> bool {
        self.name.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BY: Looker = Looker { thread: 1, program: 0 };

    fn object(ino: u64, kind: FileType, mtime: i64) -> Seen {
        Seen::Object(Object { device: 1, ino, kind, size: 10, mtime: Moment(mtime), ctime: Moment(mtime) })
    }

    fn file(mtime: i64) -> Seen {
        object(7, FileType::File, mtime)
    }

    fn entry(access: Access, seen: Seen, at: i64) -> Entry {
        Entry::new(Arc::new(HostPath::root()), access, seen, Moment(at), BY)
    }

    #[test]
    fn what_depends_on_what() {
        let cases = [
            (Access::READ, file(1), (true, true, false)),
            (Access::EXEC, file(1), (true, true, false)),
            (Access::APPEND, file(1), (true, true, false)),
            (Access::WRITE, file(1), (true, true, false)),
            (Access::READ | Access::WRITE, file(1), (true, true, false)),
            (Access::TRUNCATE, file(1), (false, false, false)),
            (Access::TRUNCATE, Seen::Absent, (false, false, false)),
            (Access::EXCLUSIVE, Seen::Absent, (true, false, false)),
            (Access::TRUNCATE | Access::LOOKUP, file(1), (true, false, false)),
            (Access::WRITE, Seen::Absent, (true, false, false)),
            (Access::READ, Seen::Absent, (true, false, false)),
            (Access::LOOKUP, file(1), (true, false, false)),
            (Access::LOOKUP | Access::READ, object(7, FileType::Directory, 1), (true, false, false)),
            (Access::LIST, object(7, FileType::Directory, 1), (true, false, true)),
            (Access::LOOKUP | Access::OPEN, object(7, FileType::Directory, 1), (true, false, false)),
        ];
        for (access, seen, wanted) in cases {
            let entry = entry(access, seen, 5);
            let got = (entry.name.is_some(), entry.content.is_some(), entry.listing().is_some());
            assert_eq!(got, wanted, "{access:?} {seen:?}");
        }
    }

    #[test]
    fn the_first_time_wins() {
        let mut it = entry(Access::READ, file(1), 5);
        assert!(it.merge(Access::APPEND, file(6), Moment(9)));
        assert_eq!((it.first, it.content, it.seen), (Moment(5), Some(Moment(5)), file(1)));
        assert_eq!(it.access, Access::READ | Access::APPEND);
        assert!(!it.merge(Access::READ, file(8), Moment(10)));
    }

    #[test]
    fn a_read_after_a_blind_write_that_failed_counts_from_then() {
        let mut it = entry(Access::TRUNCATE, file(1), 5);
        assert!(it.is_blind());
        assert!(it.merge(Access::READ, file(6), Moment(9)));
        assert_eq!((it.first, it.content, it.seen), (Moment(5), Some(Moment(9)), file(6)));
    }

    #[test]
    fn a_blind_write_after_a_read_takes_nothing_back() {
        let mut it = entry(Access::READ, file(1), 5);
        assert!(it.merge(Access::TRUNCATE, file(6), Moment(9)));
        assert_eq!((it.content, it.seen), (Some(Moment(5)), file(1)));
    }

    #[test]
    fn a_rename_to_its_place_is_blind_and_stays_known() {
        let mut it = entry(Access::TRUNCATE | Access::REPLACE, file(1), 5);
        assert!(it.is_blind() && it.is_replaced());
        assert!(it.merge(Access::READ, file(1), Moment(6)) && !it.is_blind() && it.is_replaced());
        assert!(!entry(Access::TRUNCATE, file(1), 5).is_replaced());
    }

    #[test]
    fn a_listing_counts_from_when_the_directory_was_opened() {
        let directory = |mtime| object(7, FileType::Directory, mtime);
        let mut it = entry(Access::LOOKUP, directory(1), 3);
        assert!(it.merge(Access::LOOKUP | Access::OPEN, directory(4), Moment(5)));
        assert_eq!((it.listing(), it.seen), (None, directory(4)));
        // Some file systems show a directory as it was when it was opened.
        assert!(it.merge(Access::LIST, directory(6), Moment(9)));
        assert_eq!((it.listing(), it.seen), (Some(Moment(5)), directory(4)));
        assert!(!it.merge(Access::LIST, directory(6), Moment(10)));
    }

    #[test]
    fn content_counts_from_when_it_was_looked_at() {
        let mut it = entry(Access::LOOKUP, file(1), 5);
        assert!(it.merge(Access::READ, file(6), Moment(9)));
        assert_eq!((it.name, it.content, it.seen), (Some(Moment(5)), Some(Moment(9)), file(6)));
        // Another object under the same name: the first look at the name was at something else.
        let mut it = entry(Access::LOOKUP, file(1), 5);
        assert!(it.merge(Access::READ, object(8, FileType::File, 6), Moment(9)));
        assert_eq!(it.seen, file(1));
        // Absent first: later presence does not hide that.
        let mut it = entry(Access::LOOKUP, Seen::Absent, 5);
        assert!(it.merge(Access::READ, file(6), Moment(9)));
        assert_eq!(it.seen, Seen::Absent);
    }
}
