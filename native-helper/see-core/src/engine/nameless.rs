//! Files of a SEE that have no name any more, or never had one, and take up disk as long as a process has them open. Found by
//! the descriptors of its processes; what lies in a message under way, or is only mapped, is not.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, FileType, StatxFlags};
use rustix::io::Errno;
use rustix::process::Pid;

use super::footprint;

/// More descriptors than these are not looked at.
const MOST: usize = 1 << 18;
const OVERLAY_MAGIC: u64 = 0x794c_7630;

/// Returns how many bytes of the layers the processes below `init` hold so, and whether all of them could be looked at.
pub fn held_below(init: Pid) -> (u64, bool) {
    let mut search = Search { seen: HashSet::new(), bytes: 0, left: MOST };
    let whole = processes_below(init)
        .and_then(|processes| processes.into_iter().try_for_each(|process| search.process(process)));
    (search.bytes, whole.is_ok())
}

struct Search {
    seen: HashSet<(u32, u32, u64)>,
    bytes: u64,
    left: usize,
}

impl Search {
    /// Each thread may have descriptors of its own.
    fn process(&mut self, process: u32) -> Result<(), Errno> {
        for thread in list(format!("/proc/{process}/task").as_ref())? {
            for open in list(&thread.join("fd"))? {
                self.left = self.left.checked_sub(1).ok_or(Errno::TOOBIG)?;
                self.look(&open);
            }
        }
        Ok(())
    }

    /// What was closed meanwhile holds nothing.
    fn look(&mut self, open: &Path) {
        let Ok(told) = rustix::fs::readlink(open, Vec::new()) else { return };
        // The kernel says so of every file without a name; any other is not touched: it may be of a file system that does not
        // answer.
        if !told.as_bytes().ends_with(b" (deleted)") {
            return;
        }
        let Ok(stat) = rustix::fs::statx(CWD, open, AtFlags::STATX_DONT_SYNC, StatxFlags::BASIC_STATS) else {
            return;
        };
        let is_file = FileType::from_raw_mode(stat.stx_mode.into()).is_file() && stat.stx_nlink == 0;
        let place = (stat.stx_dev_major, stat.stx_dev_minor, stat.stx_ino);
        if is_file && is_of_layer(open) && self.seen.insert(place) {
            self.bytes = self.bytes.saturating_add(footprint::weight(stat.stx_blocks));
        }
    }
}

/// What lies in memory is not the disk's.
fn is_of_layer(open: &Path) -> bool {
    rustix::fs::statfs(open).is_ok_and(|stat| u64::try_from(stat.f_type).ok() == Some(OVERLAY_MAGIC))
}

/// Returns the processes that `init` made, and those that they made.
fn processes_below(init: Pid) -> Result<Vec<u32>, Errno> {
    let numbers = list(Path::new("/proc"))?
        .into_iter()
        .filter_map(|path| path.file_name()?.to_str()?.parse::<u32>().ok());
    let mut made: HashMap<u32, Vec<u32>> = HashMap::new();
    for process in numbers {
        made.entry(parent(process).unwrap_or(0)).or_default().push(process);
    }
    let mut found = Vec::new();
    let mut asked = vec![init.as_raw_nonzero().get().unsigned_abs()];
    while let Some(process) = asked.pop() {
        let below = made.remove(&process).unwrap_or_default();
        found.extend_from_slice(&below);
        asked.extend(below);
    }
    Ok(found)
}

fn parent(process: u32) -> Option<u32> {
    let stat = std::fs::read(format!("/proc/{process}/stat")).ok()?;
    // The name may hold anything, also brackets and blanks.
    let after = stat.iter().rposition(|byte| *byte == b')')?;
    let rest = std::str::from_utf8(stat.get(after + 1..)?).ok()?;
    rest.split_ascii_whitespace().nth(1)?.parse().ok()
}

/// Returns what a directory of the kernel's lists; nothing when it is gone.
fn list(dir: &Path) -> Result<Vec<PathBuf>, Errno> {
    let failed = |e: std::io::Error| Errno::from_io_error(&e).unwrap_or(Errno::IO);
    let gone = |e: &Errno| matches!(*e, Errno::NOENT | Errno::SRCH);
    let listed = std::fs::read_dir(dir).map_err(failed);
    let listed = listed
        .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path()).map_err(failed)).collect());
    listed.or_else(|e| if gone(&e) { Ok(Vec::new()) } else { Err(e) })
}
