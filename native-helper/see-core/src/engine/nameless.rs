//! Files of a SEE that have no name any more, or never had one, and take up disk as long as a process has them open. Found by
//! the descriptors of its processes; what lies in a message under way, is only mapped, or is a process's whose descriptors
//! we may not look at, is not.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, FileType, StatxFlags};
use rustix::process::Pid;

use super::footprint;

/// More descriptors than these are not looked at.
const MOST: usize = 1 << 18;
const OVERLAY_MAGIC: u64 = 0x794c_7630;

/// Returns how many bytes of the layers the processes below `init` hold so, as far as they can be looked at: what others
/// write to the same disk must not be held against a session for what it does not show. `None` when `goes_on`, which is asked at
/// every step, said no.
pub fn held_below(init: Pid, goes_on: &mut dyn FnMut() -> bool) -> Option<u64> {
    let processes = processes_below(init);
    let mut search = Search { seen: HashSet::new(), bytes: 0, left: MOST, goes_on };
    processes.iter().try_for_each(|process| search.table(&PathBuf::from(format!("/proc/{process}/fd"))))?;
    // A thread may have descriptors of its own; mostly they are those of its process once more.
    processes.iter().try_for_each(|process| search.threads(*process))?;
    Some(search.bytes)
}

/// Tells whether the processes below `init` hold such files, or may: also what is only mapped, lies in a message under way, or cannot
/// be looked at. Everything has to stand still.
pub fn may_be_held_below(init: Pid) -> bool {
    processes_below(init).into_iter().any(|process| {
        let threads = list(Path::new(&format!("/proc/{process}/task")));
        may_be_mapped(process) || threads.into_iter().any(|thread| may_be_open(&thread))
    })
}

/// A file system in memory that is the kernel's own: no program chooses what lies there.
const KERNELS: &str = "00:01";

fn may_be_mapped(process: u32) -> bool {
    match std::fs::read(format!("/proc/{process}/maps")) {
        Ok(maps) => maps.split(|byte| *byte == b'\n').any(|line| {
            let device = line.split(|byte| *byte == b' ').nth(3);
            line.ends_with(b" (deleted)") && device != Some(KERNELS.as_bytes())
        }),
        Err(error) => !is_gone(&error),
    }
}

fn may_be_open(thread: &Path) -> bool {
    let open = match std::fs::read_dir(thread.join("fd")) {
        Ok(open) => open,
        Err(error) => return !is_gone(&error),
    };
    open.flatten().any(|open| {
        let told = rustix::fs::readlink(open.path(), Vec::new()).unwrap_or_default();
        if told.as_bytes().starts_with(b"socket:") {
            let info = std::fs::read_to_string(thread.join("fdinfo").join(open.file_name()));
            return info.unwrap_or_default().lines().any(holds_descriptors);
        }
        told.as_bytes().ends_with(b" (deleted)") && is_of_layer(&open.path())
    })
}

/// So the kernel says how many descriptors lie in a socket's messages.
fn holds_descriptors(line: &str) -> bool {
    line.strip_prefix("scm_fds:").is_some_and(|count| count.trim() != "0")
}

fn is_gone(error: &std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::NotFound
        || error.raw_os_error() == Some(rustix::io::Errno::SRCH.raw_os_error())
}

struct Search<'a> {
    seen: HashSet<(u32, u32, u64)>,
    bytes: u64,
    left: usize,
    goes_on: &'a mut dyn FnMut() -> bool,
}

impl Search<'_> {
    fn threads(&mut self, process: u32) -> Option<()> {
        let first = process.to_string();
        let threads = list(Path::new(&format!("/proc/{process}/task")));
        threads
            .filter(|thread| thread.file_name().is_some_and(|name| name != first.as_str()))
            .try_for_each(|thread| self.table(&thread.join("fd")))
    }

    fn table(&mut self, table: &Path) -> Option<()> {
        if !(self.goes_on)() {
            return None;
        }
        for open in list(table) {
            let Some(left) = self.left.checked_sub(1) else { break };
            self.left = left;
            self.look(&open);
            if !(self.goes_on)() {
                return None;
            }
        }
        Some(())
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
fn processes_below(init: Pid) -> Vec<u32> {
    let numbers = list(Path::new("/proc")).filter_map(|path| path.file_name()?.to_str()?.parse::<u32>().ok());
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
    found
}

fn parent(process: u32) -> Option<u32> {
    let stat = std::fs::read(format!("/proc/{process}/stat")).ok()?;
    // The name may hold anything, also brackets and blanks.
    let after = stat.iter().rposition(|byte| *byte == b')')?;
    let rest = std::str::from_utf8(stat.get(after + 1..)?).ok()?;
    rest.split_ascii_whitespace().nth(1)?.parse().ok()
}

/// Returns what a directory of the kernel's lists; nothing when it is gone, or not for us to see.
fn list(dir: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    std::fs::read_dir(dir).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()))
}
