//! The control group of one SEE: what freezes it, and what limits its processes and memory. Made where this machine
//! lets the caller make one; a SEE without one is stopped by signals and limited by resource limits. Knows no policy.

use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::{Access, CWD, Mode as Bits, OFlags};
use rustix::io::Errno;

use crate::session::Mode;

use super::gauge::{self, Reading};

/// Where control groups are mounted on every Linux.
pub(super) const TOP: &str = "/sys/fs/cgroup";
/// Where the second version is when the first one has the controllers.
pub(super) const BESIDE: &str = "/sys/fs/cgroup/unified";
pub(super) const CGROUP2: u64 = 0x6367_7270;
pub(super) const CGROUP1: u64 = 0x0027_e0eb;
/// What takes the limit of memory in the second version.
const SECOND_MEMORY: &str = "memory.max";
/// The directory at the top that holds the groups of system mode.
const OURS: &str = "alcatraz";
/// Where the SEE lives in its group of the second version. In user mode it may change what is there, once it has mounted the hierarchy;
/// its view begins there, so what freezes and limits it lies above.
const INSIDE: &str = "in";

/// A group; its directories are gone when it is dropped.
#[derive(Debug)]
pub struct Group {
    /// In the second version's hierarchy: for freezing. Whoever belongs there is born there.
    unified: Option<(Seat, OwnedFd)>,
    processes: Option<Seat>,
    memory: Option<Seat>,
}

/// A directory for the SEE in one hierarchy.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Seat {
    dir: PathBuf,
    /// Where the caller was before, in a hierarchy of the first version.
    origin: PathBuf,
    /// The file that takes the limit of this controller.
    limit: &'static str,
}

/// What a group can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Powers {
    /// It can be frozen, in a way that nothing inside undoes.
    pub freezes: bool,
    /// The number of its processes is limited.
    pub processes: bool,
    /// Its memory is limited.
    pub memory: bool,
}

impl Group {
    /// Makes a group with this name, with whatever this machine allows.
    pub fn make(mode: Mode, name: &str) -> Self {
        let origins = std::fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
        let unified = unified_place(mode, &origins).and_then(|(parent, origin)| {
            let seat = Seat::make(&parent, name, origin, "cgroup.freeze")?;
            let inside = birthplace_in(&seat.dir);
            if inside.is_none() {
                remove(&seat.dir);
            }
            Some((seat, inside?))
        });
        let of = |controller: &str, second: &'static str, first: &'static str| {
            let here = unified.as_ref().filter(|(seat, _)| seat.dir.join(second).exists());
            let here = here.map(|(seat, _)| Seat { limit: second, ..seat.clone() });
            here.or_else(|| first_version(controller, name, &origins, first))
        };
        let processes = of("pids", "pids.max", "pids.max");
        let memory = of("memory", SECOND_MEMORY, "memory.limit_in_bytes");
        Self { unified, processes, memory }
    }

    /// Tells what it can do.
    pub fn powers(&self) -> Powers {
        Powers {
            freezes: self.unified.is_some(),
            processes: self.processes.is_some(),
            memory: self.memory.is_some(),
        }
    }

    /// Limits the number of processes and threads. Nothing happens where that is not offered.
    pub fn limit_processes(&self, most: u64) -> std::result::Result<(), Errno> {
        self.processes.as_ref().map_or(Ok(()), |seat| seat.set_limit(most))
    }

    /// Limits the bytes of memory, the page cache and memory file systems included. `BUSY` when more is in use that cannot be
    /// given back: the first version says so itself, the second would end programs instead.
    pub fn limit_memory(&self, most: u64) -> std::result::Result<(), Errno> {
        let Some(seat) = &self.memory else { return Ok(()) };
        if seat.limit == SECOND_MEMORY && seat.memory_kept().is_none_or(|kept| kept >= most) {
            return Err(Errno::BUSY);
        }
        seat.set_limit(most)
    }

    /// Returns how many processes there are; `None` where they are not counted.
    pub fn processes(&self) -> Option<Reading> {
        let seat = self.processes.as_ref()?;
        gauge::processes(&seat.dir, &seat.dir.join(INSIDE))
    }

    /// Returns how much memory is in use, looked at closely when that is near the limit; `None` where it is not counted.
    pub fn memory(&self, limit: u64) -> Option<Reading> {
        let seat = self.memory.as_ref()?;
        gauge::memory(&seat.dir, seat.limit == SECOND_MEMORY, limit)
    }

    /// Returns the directory in the second version's hierarchy, for a process to be born in.
    pub fn birthplace(&self) -> Option<BorrowedFd<'_>> {
        self.unified.as_ref().map(|(_, dir)| dir.as_fd())
    }

    /// Moves this process, which has one thread, into its place in each hierarchy of the first version; what it starts
    /// from now on is born there.
    pub fn enter(&self) -> std::result::Result<(), Errno> {
        self.first_version().try_for_each(|seat| move_to(&seat.dir))
    }

    /// Moves this process back to where it was.
    pub fn leave(&self) -> std::result::Result<(), Errno> {
        self.first_version().try_for_each(|seat| move_to(&seat.origin))
    }

    /// Returns what takes the order to freeze.
    pub fn freezer(&self) -> Option<std::fs::File> {
        let (seat, _) = self.unified.as_ref()?;
        std::fs::OpenOptions::new().write(true).open(seat.dir.join("cgroup.freeze")).ok()
    }

    /// Freezes everything in it, or lets it go on. The kernel does it soon after.
    pub fn freeze(&self, frozen: bool) -> std::result::Result<(), Errno> {
        let Some((seat, _)) = &self.unified else { return Err(Errno::NOSYS) };
        write(&seat.dir.join("cgroup.freeze"), if frozen { "1" } else { "0" })
    }

    /// Its directories, each once.
    fn seats(&self) -> impl Iterator<Item = &Seat> {
        let mut known: Vec<&Path> = Vec::new();
        let unified = self.unified.as_ref().map(|(seat, _)| seat);
        [unified, self.processes.as_ref(), self.memory.as_ref()].into_iter().flatten().filter(move |seat| {
            let is_new = !known.contains(&seat.dir.as_path());
            known.push(&seat.dir);
            is_new
        })
    }

    fn first_version(&self) -> impl Iterator<Item = &Seat> {
        let unified = self.unified.as_ref().map(|(seat, _)| seat.dir.as_path());
        self.seats().filter(move |seat| Some(seat.dir.as_path()) != unified)
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        for seat in self.seats() {
            remove(&seat.dir);
        }
    }
}

impl Seat {
    fn make(parent: &Path, name: &str, origin: PathBuf, limit: &'static str) -> Option<Self> {
        let dir = parent.join(name);
        sweep(parent);
        std::fs::create_dir(&dir).ok()?;
        Some(Self { dir, origin, limit })
    }

    fn set_limit(&self, most: u64) -> std::result::Result<(), Errno> {
        write(&self.dir.join(self.limit), &most.to_string())
    }

    /// Returns how much memory is in use that the kernel could not take back; `None` when it does not say.
    fn memory_kept(&self) -> Option<u64> {
        let read = |name: &str| std::fs::read_to_string(self.dir.join(name)).ok();
        Some(gauge::kept(read("memory.current")?.trim().parse().ok()?, &read("memory.stat")?))
    }
}

/// Makes the place for the SEE's processes in a group of the second version, which has no other group in it, nor ever gets one.
/// `None` where the group cannot be frozen.
fn birthplace_in(group: &Path) -> Option<OwnedFd> {
    rustix::fs::access(group.join("cgroup.freeze"), Access::EXISTS).ok()?;
    let inside = group.join(INSIDE);
    std::fs::create_dir(&inside).ok()?;
    write(&group.join("cgroup.max.descendants"), "1").ok()?;
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    rustix::fs::openat(CWD, &inside, flags, Bits::empty()).ok()
}

/// Removes a group and those in it. Processes that are dying still count for a moment; what stays then is swept by the next group.
fn remove(group: &Path) {
    let entries = std::fs::read_dir(group).into_iter().flatten().flatten();
    for inner in entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())) {
        remove(&inner.path());
    }
    let _ = std::fs::remove_dir(group);
}

/// Returns where the second version lets us make a group, and where we are.
fn unified_place(mode: Mode, origins: &str) -> Option<(PathBuf, PathBuf)> {
    let top = [TOP, BESIDE].into_iter().find(|place| is_mounted(place, CGROUP2))?;
    let own = origins.lines().find_map(|line| line.strip_prefix("0::"))?;
    let origin = Path::new(top).join(own.trim_start_matches('/'));
    if mode == Mode::User {
        return Some((delegated(Path::new(top), &origin)?, origin));
    }
    if top == BESIDE {
        return Some((origin.clone(), origin));
    }
    let ours = Path::new(top).join(OURS);
    match std::fs::create_dir(&ours) {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
        Err(_) => return None,
    }
    for controller in ["+pids", "+memory"] {
        // What the machine does not offer is found missing in the group.
        let _ = write(&Path::new(top).join("cgroup.subtree_control"), controller);
        let _ = write(&ours.join("cgroup.subtree_control"), controller);
    }
    Some((ours, origin))
}

/// Returns the outermost group above ours that belongs to us: the user's session manager gave it to us.
fn delegated(top: &Path, origin: &Path) -> Option<PathBuf> {
    let me = rustix::process::geteuid().as_raw();
    let is_ours = |dir: &&Path| std::fs::metadata(dir).is_ok_and(|meta| meta.uid() == me);
    origin.ancestors().take_while(|dir| *dir != top).take_while(is_ours).last().map(Path::to_owned)
}

/// Makes a directory in a hierarchy of the first version, below where we are: its limits hold for us as well.
fn first_version(controller: &str, name: &str, origins: &str, limit: &'static str) -> Option<Seat> {
    let top = Path::new(TOP).join(controller);
    if !is_mounted(&top.to_string_lossy(), CGROUP1) {
        return None;
    }
    let own = origins.lines().find_map(|line| {
        let (_, rest) = line.split_once(':')?;
        let (controllers, path) = rest.split_once(':')?;
        controllers.split(',').any(|each| each == controller).then_some(path)
    })?;
    let origin = top.join(own.trim_start_matches('/'));
    Seat::make(&origin, name, origin.clone(), limit)
}

/// Removes groups whose SEE ended before they could go. Those in use refuse; one that was just made is empty too, and
/// waits for its SEE.
fn sweep(parent: &Path) {
    const LONG: Duration = Duration::from_secs(600);
    let Ok(entries) = std::fs::read_dir(parent) else { return };
    for entry in entries.flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with(PREFIX)) {
        let made = entry.metadata().and_then(|meta| meta.modified()).ok();
        if made.and_then(|made| made.elapsed().ok()).is_some_and(|age| age > LONG) {
            remove(&entry.path());
        }
    }
}

/// How the name of every group begins.
pub const PREFIX: &str = "alcatraz-see-";

/// Moves this thread alone, for which the kernel need not wait until every processor has passed by.
fn move_to(dir: &Path) -> std::result::Result<(), Errno> {
    write(&dir.join("tasks"), "0")
}

/// Tells whether a file system of this kind is there.
pub(super) fn is_mounted(place: &str, magic: u64) -> bool {
    rustix::fs::statfs(place).is_ok_and(|stat| u64::try_from(stat.f_type).ok() == Some(magic))
}

fn write(file: &Path, text: &str) -> std::result::Result<(), Errno> {
    std::fs::write(file, text).map_err(|e| Errno::from_io_error(&e).unwrap_or(Errno::IO))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_that_programs_use_is_not_limited_away_in_the_second_version() {
        let dir = tempfile::tempdir().unwrap();
        let put = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).unwrap();
        let group = || Group {
            unified: None,
            processes: None,
            memory: Some(Seat { dir: dir.path().into(), origin: dir.path().into(), limit: SECOND_MEMORY }),
        };
        put("memory.current", "1000\n");
        put("memory.stat", "anon 300\nfile 700\ninactive_file 400\nactive_file 200\nshmem 100\n");
        // Removing the test's directory is refused, as that of a group in use is.
        assert_eq!(group().limit_memory(400), Err(Errno::BUSY));
        assert_eq!(group().limit_memory(401), Ok(()));
        assert_eq!(std::fs::read_to_string(dir.path().join(SECOND_MEMORY)).unwrap(), "401");
        put("memory.current", "");
        assert_eq!(group().limit_memory(1 << 40), Err(Errno::BUSY));
    }
}
