//! The system calls that say what a program sees of the host: their numbers, and where their arguments are. A table;
//! knows nothing of processes.
//!
//! `opens` has what a file's content or a directory's names come through, and what makes overlayfs copy a file of the
//! host (attribute changes, truncation, rename, link). It also has the few calls after which the same text may name
//! another object. `lookups` adds the calls that only ask about names and attributes.

use std::sync::OnceLock;

use see_sys::seccomp_notify::{Arch, Wanted, When};

use crate::read_set::access::Access;

/// How much is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Opens, execs, and changes of what was not opened.
    Opens,
    /// Also look-ups of names and attributes.
    Lookups,
}

/// Which argument is what, and what the call does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// open(path, flags).
    Open,
    /// openat(dir, path, flags).
    OpenAt,
    /// openat2(dir, path, how).
    OpenAt2,
    /// creat(path).
    Creat,
    /// execve(path).
    Exec,
    /// execveat(dir, path, …, flags).
    ExecAt,
    /// Sees or changes the object that a path names.
    Path(PathCall),
    /// Changes the attributes of what is open: fchmod, fchown, fsetxattr, fremovexattr. Of a file the open was seen.
    Descriptor,
    /// Reads the names of a directory that is open: getdents. Many open one only to stand in it.
    List,
    /// Makes a directory or a special file, where nothing is: mkdir, mknod.
    Make(PathCall),
    /// Makes a socket, where nothing is: bind(socket, address, length), for names in a file system.
    Bind,
    /// The same with its arguments in memory: socketcall(2, arguments).
    SocketCall,
    /// rename(old, new) and its kin.
    Rename {
        /// Whether directory arguments come before the paths.
        at: bool,
        /// Which argument has flags.
        flags: Option<u8>,
    },
    /// link(old, new), linkat(dir, old, dir, new, flags).
    Link {
        /// Whether directory arguments come before the paths.
        at: bool,
    },
    /// Makes a symlink, where nothing is: symlink(target, path), symlinkat(target, dir, path).
    Symlink {
        /// Which argument is the directory descriptor.
        dir: Option<u8>,
        /// Which argument is the path.
        path: u8,
    },
    /// A name begins to mean another object: rmdir.
    Renames,
    /// The working directory changes: chdir, fchdir.
    Chdir,
    /// A mount of its own that no path leads to: open_tree with a copy.
    Detach,
    /// A file system is begun that may be mounted later: fsopen(kind).
    NewFileSystem,
    /// mount(source, path, kind): what paths mean changes.
    Mount,
    /// What paths mean changes: mounts, roots, name spaces.
    Remount,
}

/// A call on one path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PathCall {
    /// Which argument is the directory descriptor; without one, the working directory.
    pub dir: Option<u8>,
    /// Which argument is the path.
    pub path: u8,
    /// Which argument has `AT_*` flags.
    pub flags: Option<u8>,
    /// Whether a symlink at the end is followed when no flag says otherwise.
    pub follows: bool,
    /// What it does.
    pub access: Access,
}

struct Row {
    x86_64: &'static [u32],
    i386: &'static [u32],
    level: Level,
    when: When,
    call: Call,
}

const fn row(x86_64: &'static [u32], i386: &'static [u32], level: Level, call: Call) -> Row {
    Row { x86_64, i386, level, when: When::Always, call }
}

const fn path(path: u8, follows: bool, access: Access) -> Call {
    Call::Path(PathCall { dir: None, path, flags: None, follows, access })
}

const fn path_at(flags: Option<u8>, follows: bool, access: Access) -> Call {
    Call::Path(PathCall { dir: Some(0), path: 1, flags, follows, access })
}

const fn make(dir: Option<u8>, path: u8) -> Call {
    Call::Make(PathCall { dir, path, flags: None, follows: false, access: Access::EXCLUSIVE })
}

const WRITE: Access = Access::WRITE;
const STAT: Access = Access::STAT;
/// `AT_REMOVEDIR`.
const REMOVE_DIR: u32 = 0x200;

/// `SYS_BIND` of socketcall.
pub const SOCKETCALL_BIND: u32 = 2;

/// The copy is a mount; without it the call only opens a place.
const OPEN_TREE_CLONE: u32 = 1;

use Level::{Lookups, Opens};

const ROWS: &[Row] = &[
    row(&[2], &[5], Opens, Call::Open),
    row(&[257], &[295], Opens, Call::OpenAt),
    row(&[437], &[437], Opens, Call::OpenAt2),
    row(&[85], &[8], Opens, Call::Creat),
    row(&[78, 217], &[89, 141, 220], Opens, Call::List), // getdents, getdents64, the old readdir
    row(&[59], &[11], Opens, Call::Exec),
    row(&[322], &[358], Opens, Call::ExecAt),
    row(&[76], &[92, 193], Opens, path(0, true, WRITE)), // truncate, truncate64
    row(&[90, 92], &[15, 182, 212], Opens, path(0, true, WRITE)), // chmod, chown, chown32
    row(&[94], &[16, 198], Opens, path(0, false, WRITE)), // lchown, lchown32
    row(&[268], &[306], Opens, path_at(None, true, WRITE)), // fchmodat
    row(&[452], &[452], Opens, path_at(Some(3), true, WRITE)), // fchmodat2
    row(&[260], &[298], Opens, path_at(Some(4), true, WRITE)), // fchownat
    row(&[132, 235], &[30, 271], Opens, path(0, true, WRITE)), // utime, utimes
    // With no path these change an open file's times.
    Row {
        x86_64: &[261],
        i386: &[299],
        level: Opens,
        when: When::NotZero(1),
        call: path_at(None, true, WRITE),
    }, // futimesat
    Row {
        x86_64: &[280],
        i386: &[320, 412],
        level: Opens,
        when: When::NotZero(1),
        call: path_at(Some(3), true, WRITE),
    }, // utimensat
    row(&[188, 197], &[226, 235], Opens, path(0, true, WRITE)), // setxattr, removexattr
    row(&[189, 198], &[227, 236], Opens, path(0, false, WRITE)), // lsetxattr, lremovexattr
    row(&[463, 466], &[463, 466], Opens, path_at(Some(2), true, WRITE)), // setxattrat, removexattrat
    row(&[469], &[469], Opens, path_at(Some(4), true, WRITE)),  // file_setattr
    row(&[91, 93, 190, 199], &[94, 95, 207, 228, 237], Opens, Call::Descriptor), // fchmod, fchown, fsetxattr, fremovexattr
    row(&[82], &[38], Opens, Call::Rename { at: false, flags: None }),
    row(&[264], &[302], Opens, Call::Rename { at: true, flags: None }),
    row(&[316], &[353], Opens, Call::Rename { at: true, flags: Some(4) }),
    row(&[86], &[9], Opens, Call::Link { at: false }),
    row(&[265], &[303], Opens, Call::Link { at: true }),
    row(&[88], &[83], Opens, Call::Symlink { dir: None, path: 1 }),
    row(&[266], &[304], Opens, Call::Symlink { dir: Some(1), path: 2 }),
    row(&[84], &[40], Opens, Call::Renames), // rmdir
    Row {
        x86_64: &[263],
        i386: &[301],
        level: Opens,
        when: When::AnyBit(2, REMOVE_DIR),
        call: Call::Renames,
    },
    row(&[80, 81], &[12, 133], Opens, Call::Chdir), // chdir, fchdir
    row(&[83, 133], &[39, 14], Opens, make(None, 0)), // mkdir, mknod
    row(&[258, 259], &[296, 297], Opens, make(Some(0), 1)), // mkdirat, mknodat
    row(&[49], &[361], Opens, Call::Bind),
    Row {
        x86_64: &[],
        i386: &[102],
        level: Opens,
        when: When::Is(0, SOCKETCALL_BIND),
        call: Call::SocketCall,
    },
    Row {
        x86_64: &[428, 467],
        i386: &[428, 467],
        level: Opens,
        when: When::AnyBit(2, OPEN_TREE_CLONE),
        call: Call::Detach,
    }, // open_tree, open_tree_attr
    row(&[430], &[430], Opens, Call::NewFileSystem),
    row(&[165], &[21], Opens, Call::Mount),
    // umount2, pivot_root, chroot, setns, move_mount
    row(&[166, 155, 161, 308, 429], &[22, 52, 217, 61, 346, 429], Opens, Call::Remount),
    row(&[4, 21], &[18, 106, 195, 33], Lookups, path(0, true, STAT)), // stat, access
    row(&[6], &[84, 107, 196], Lookups, path(0, false, STAT)),        // lstat
    row(&[262], &[300], Lookups, path_at(Some(3), true, STAT)),       // newfstatat, fstatat64
    row(&[332], &[383], Lookups, path_at(Some(2), true, STAT)),       // statx
    row(&[269], &[307], Lookups, path_at(None, true, STAT)),          // faccessat
    row(&[439], &[439], Lookups, path_at(Some(3), true, STAT)),       // faccessat2
    row(&[89], &[85], Lookups, path(0, false, STAT)),                 // readlink
    row(&[267], &[305], Lookups, path_at(None, false, STAT)),         // readlinkat
    row(&[191, 194], &[229, 232], Lookups, path(0, true, STAT)),      // getxattr, listxattr
    row(&[192, 195], &[230, 233], Lookups, path(0, false, STAT)),     // lgetxattr, llistxattr
    row(&[464, 465], &[464, 465], Lookups, path_at(Some(2), true, STAT)), // getxattrat, listxattrat
    row(&[468], &[468], Lookups, path_at(Some(4), true, STAT)),       // file_getattr
    row(&[303], &[341], Lookups, path_at(None, false, STAT)),         // name_to_handle_at
    row(&[137], &[99, 268], Lookups, path(0, true, STAT)),            // statfs, statfs64
    row(&[254], &[292], Lookups, path(1, true, STAT)),                // inotify_add_watch
];

/// Numbers are below this.
const NUMBERS: usize = 512;

struct Index {
    x86_64: [Option<Call>; NUMBERS],
    i386: [Option<Call>; NUMBERS],
}

/// Returns what a reported call is.
pub fn call(arch: Arch, number: u32) -> Option<Call> {
    static INDEX: OnceLock<Index> = OnceLock::new();
    let index = INDEX.get_or_init(|| {
        let mut index = Index { x86_64: [None; NUMBERS], i386: [None; NUMBERS] };
        for row in ROWS {
            for (numbers, calls) in [(row.x86_64, &mut index.x86_64), (row.i386, &mut index.i386)] {
                for number in numbers {
                    if let Some(place) = calls.get_mut(*number as usize) {
                        *place = Some(row.call);
                    }
                }
            }
        }
        index
    });
    let calls = match arch {
        Arch::X86_64 => &index.x86_64,
        Arch::I386 => &index.i386,
    };
    calls.get(number as usize).copied().flatten()
}

/// Calls to report, by architecture: what `seccomp_notify::install` wants.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reported {
    /// By their numbers for 64 bits.
    pub x86_64: Vec<Wanted>,
    /// By their numbers for 32 bits.
    pub i386: Vec<Wanted>,
}

impl Reported {
    /// Returns the calls that are observed at this level; none without one.
    pub fn observed(level: Option<Level>) -> Self {
        let of = |numbers: fn(&Row) -> &'static [u32]| -> Vec<Wanted> {
            let rows = ROWS.iter().filter(|row| Some(row.level) <= level);
            rows.flat_map(|row| numbers(row).iter().map(|number| Wanted { number: *number, when: row.when }))
                .collect()
        };
        Self { x86_64: of(|row| row.x86_64), i386: of(|row| row.i386) }
    }

    /// Adds the calls that somebody else wants, in place of what was wanted of them.
    pub fn claim(&mut self, claims: Self) {
        for (ours, theirs) in [(&mut self.x86_64, claims.x86_64), (&mut self.i386, claims.i386)] {
            ours.retain(|one| theirs.iter().all(|other| other.number != one.number));
            ours.extend(theirs);
        }
    }

    /// Tells whether there is nothing to report.
    pub fn is_empty(&self) -> bool {
        self.x86_64.is_empty() && self.i386.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_number_is_there_once() {
        let Reported { x86_64, i386 } = Reported::observed(Some(Lookups));
        for list in [&x86_64, &i386] {
            let numbers: HashSet<u32> = list.iter().map(|one| one.number).collect();
            assert_eq!(numbers.len(), list.len());
        }
        for one in x86_64 {
            assert!(call(Arch::X86_64, one.number).is_some());
        }
        assert!(Reported::observed(Some(Opens)).x86_64.iter().all(|one| one.number != 4));
        assert!(Reported::observed(None).is_empty());
        assert_eq!(call(Arch::I386, 5), Some(Call::Open));
        assert_eq!(call(Arch::X86_64, 5), None);
        assert_eq!(call(Arch::X86_64, u32::MAX), None);
    }

    #[test]
    fn what_is_claimed_is_reported_once() {
        let mut reported = Reported::observed(Some(Opens));
        let before = reported.x86_64.len();
        let claim = |number| Wanted { number, when: When::Always };
        reported.claim(Reported { x86_64: vec![claim(2), claim(42)], i386: Vec::new() });
        assert_eq!(reported.x86_64.len(), before + 1);
        assert_eq!(reported.x86_64.iter().filter(|one| one.number == 2).count(), 1);
    }
}
