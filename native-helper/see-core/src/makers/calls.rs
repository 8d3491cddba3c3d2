//! The system calls that make, change, move or remove what a path names: numbers, and where their arguments are. A table.

use see_sys::seccomp_notify::{Arch, Notification, Wanted, When};

use crate::interpose::calls::Reported;

/// A directory's descriptor and a path, by their places among the arguments.
pub type Named = (Option<u8>, u8);

/// What a call does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hand {
    /// Opens, with flags in this argument; `creat` has none.
    Open(Named, Option<u8>),
    /// Opens, with flags in memory.
    OpenHow,
    /// Changes what is there, with `AT_*` flags in this argument; `true`: through a symlink.
    Change(Named, Option<u8>, bool),
    /// Changes what this descriptor has open.
    Held,
    /// Makes what is not there.
    Make(Named),
    /// Removes what is there.
    Remove(Named),
    /// Moves, with `RENAME_*` flags in this argument.
    Move(Named, Named, Option<u8>),
    /// Gives programs another view of paths.
    Remount,
}

use Hand::{Change, Make, Move, Open, OpenHow, Remove};

/// Which calls others report already, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    Always,
    Never,
    /// Only to remove a directory.
    Directories,
}

struct Row {
    x86_64: &'static [u32],
    i386: &'static [u32],
    hand: Hand,
    known: Known,
}

const fn row(x86_64: &'static [u32], i386: &'static [u32], hand: Hand) -> Row {
    Row { x86_64, i386, hand, known: Known::Always }
}

const fn new(x86_64: &'static [u32], i386: &'static [u32], hand: Hand, known: Known) -> Row {
    Row { x86_64, i386, hand, known }
}

const HERE: Named = (None, 0);
const AT: Named = (Some(0), 1);
/// `AT_REMOVEDIR`.
const REMOVE_DIR: u64 = 0x200;

const ROWS: &[Row] = &[
    row(&[2], &[5], Open(HERE, Some(1))),
    row(&[257], &[295], Open(AT, Some(2))),
    row(&[437], &[437], OpenHow),
    row(&[85], &[8], Open(HERE, None)),
    // truncate, chmod, chown, utime, utimes, setxattr, removexattr
    row(
        &[76, 90, 92, 132, 235, 188, 197],
        &[92, 193, 15, 182, 212, 30, 271, 226, 235],
        Change(HERE, None, true),
    ),
    // lchown, lsetxattr, lremovexattr
    row(&[94, 189, 198], &[16, 198, 227, 236], Change(HERE, None, false)),
    row(&[268], &[306], Change(AT, None, true)),    // fchmodat
    row(&[452], &[452], Change(AT, Some(3), true)), // fchmodat2
    row(&[260], &[298], Change(AT, Some(4), true)), // fchownat
    row(&[463, 466], &[463, 466], Change(AT, Some(2), true)), // setxattrat, removexattrat
    row(&[91, 93, 190, 199], &[94, 95, 207, 228, 237], Hand::Held), // fchmod, fchown, fsetxattr, fremovexattr
    row(&[82], &[38], Move(HERE, (None, 1), None)),
    row(&[264], &[302], Move(AT, (Some(2), 3), None)),
    row(&[316], &[353], Move(AT, (Some(2), 3), Some(4))),
    row(&[86], &[9], Make((None, 1))),                   // link
    row(&[265], &[303], Make((Some(2), 3))),             // linkat
    row(&[88], &[83], Make((None, 1))),                  // symlink
    row(&[266], &[304], Make((Some(1), 2))),             // symlinkat
    row(&[84], &[40], Remove(HERE)),                     // rmdir
    new(&[263], &[301], Remove(AT), Known::Directories), // unlinkat
    new(&[87], &[10], Remove(HERE), Known::Never),       // unlink
    row(&[83, 133], &[39, 14], Make(HERE)),              // mkdir, mknod
    row(&[258, 259], &[296, 297], Make(AT)),             // mkdirat, mknodat
    // mount, umount2, pivot_root, setns, move_mount
    row(&[165, 166, 155, 308, 429], &[21, 22, 52, 217, 346, 429], Hand::Remount),
];

fn find(arch: Arch, number: u32) -> Option<&'static Row> {
    ROWS.iter().find(|row| match arch {
        Arch::X86_64 => row.x86_64.contains(&number),
        Arch::I386 => row.i386.contains(&number),
    })
}

/// Returns what a call does to what it names.
pub fn hand(call: &Notification) -> Option<Hand> {
    find(call.arch, call.number).map(|row| row.hand)
}

/// Returns the calls that nobody else reports.
pub fn reported() -> Reported {
    let of = |numbers: fn(&Row) -> &'static [u32]| -> Vec<Wanted> {
        let rows = ROWS.iter().filter(|row| row.known != Known::Always);
        rows.flat_map(|row| numbers(row).iter().map(|number| Wanted { number: *number, when: When::Always }))
            .collect()
    };
    Reported { x86_64: of(|row| row.x86_64), i386: of(|row| row.i386) }
}

/// Tells whether a call is reported for this alone.
pub fn is_only_ours(call: &Notification) -> bool {
    let known = find(call.arch, call.number).map(|row| row.known);
    match known {
        None | Some(Known::Always) => false,
        Some(Known::Never) => true,
        Some(Known::Directories) => call.arguments.get(2).is_none_or(|flags| flags & REMOVE_DIR == 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn others_see_what_they_saw_before() {
        let call = |number, third| Notification {
            id: 0,
            thread: 0,
            arch: Arch::X86_64,
            number,
            arguments: [0, 0, third, 0, 0, 0],
        };
        let unlink_at = 263;
        assert!(is_only_ours(&call(unlink_at, 0)) && is_only_ours(&call(87, 0)));
        assert!(!is_only_ours(&call(unlink_at, REMOVE_DIR)));
        let make_dir = 83;
        assert!([2, make_dir, 400].into_iter().all(|number| !is_only_ours(&call(number, 0))));
    }

    #[test]
    fn what_is_not_reported_for_this_is_reported_for_reads() {
        let reads = Reported::observed(Some(crate::interpose::calls::Level::Opens));
        for row in ROWS.iter().filter(|row| row.known == Known::Always) {
            for number in row.x86_64 {
                assert!(reads.x86_64.iter().any(|one| one.number == *number), "{number}");
            }
            for number in row.i386 {
                assert!(reads.i386.iter().any(|one| one.number == *number), "i386 {number}");
            }
        }
    }
}
