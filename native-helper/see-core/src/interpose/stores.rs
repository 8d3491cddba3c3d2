//! Stores through shared mappings. One to a page that the disk does not have yet sets no time, so a file would look as it did
//! before. Sees to it that the next store to a file does, before a program reads that; knows nothing of calls.

use std::collections::HashMap;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use see_sys::lease;

use crate::check::in_use;
use crate::read_set::entry::Moment;

/// Files on these have no disk: a store never sets a time but for the first one to a page.
const IN_MEMORY: &[u64] = &[0x0102_1994, 0x8584_58f6];
/// Nanoseconds of what the kernel counts in (`dirty_expire_centisecs`).
const CENTISECOND: i64 = 10_000_000;
/// A disk that is busy takes pages later than it should.
const SLACK: i64 = 10_000_000_000;

/// What is known of how the host stores.
#[derive(Debug)]
pub struct Stores {
    /// Pages that were changed longer ago than so many nanoseconds are on the disk.
    settled: i64,
    /// Which file systems are in memory.
    in_memory: Mutex<HashMap<u64, bool>>,
}

/// Whether later stores to a file will show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shows {
    /// They will.
    Always,
    /// Now they will. Those that came between two looks may not have.
    FromNowOn,
    /// They may not.
    Perhaps,
}

impl Stores {
    /// Asks the kernel how long pages may wait.
    pub fn new() -> Self {
        let number = |name: &str| {
            let text = std::fs::read_to_string(format!("/proc/sys/vm/{name}")).ok()?;
            text.trim().parse::<i64>().ok().filter(|number| *number > 0)
        };
        let waits = number("dirty_expire_centisecs").zip(number("dirty_writeback_centisecs"));
        let settled = waits.map(|(expire, wake)| (expire + 2 * wake).saturating_mul(CENTISECOND));
        // Where pages wait until somebody says `sync`, none is known to be on the disk.
        Self { settled: settled.map_or(i64::MAX, |it| it.saturating_add(SLACK)), in_memory: Mutex::default() }
    }

    /// Tells whether somebody may store in this file without a sign after this moment. A store sets the time of the last change
    /// when its page was on the disk, and nobody can set that back.
    pub fn may_hide(&self, path: &Path, device: u64, changed: Moment, at: Moment) -> bool {
        at.0.saturating_sub(changed.0) < self.settled || self.is_in_memory(path, device)
    }

    /// Makes later stores to a file of the host show, if somebody has it open for writing.
    pub fn show(&self, path: &Path, (device, ino): (u64, u64)) -> Shows {
        let file = match open(path) {
            Ok(file) => file,
            // Whoever holds a lease of their own may write.
            Err(Errno::AGAIN) => return Shows::Perhaps,
            // Then no program of the session reads it.
            Err(_) => return Shows::Always,
        };
        if lease::is_written(&file) == Ok(false) {
            return Shows::Always;
        }
        if self.is_in_memory(path, device) {
            return if in_use::is_mapped((device, ino)) { Shows::Perhaps } else { Shows::Always };
        }
        match rustix::fs::fdatasync(&file) {
            Ok(()) => Shows::FromNowOn,
            Err(_) => Shows::Perhaps,
        }
    }

    fn is_in_memory(&self, path: &Path, device: u64) -> bool {
        // Every entry stands alone: after a panic the rest is as good as before.
        let mut known = self.in_memory.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.get(&device) {
            return *known;
        }
        let Ok(told) = rustix::fs::statfs(path) else { return false };
        let is_in_memory = u64::try_from(told.f_type).is_ok_and(|magic| IN_MEMORY.contains(&magic));
        known.insert(device, is_in_memory);
        is_in_memory
    }
}

/// Opens what is known to be a file. Should something else be there meanwhile: a pipe does not block us.
fn open(path: &Path) -> Result<OwnedFd, Errno> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    match rustix::fs::open(path, flags | OFlags::NOATIME, Mode::empty()) {
        Err(Errno::PERM) => rustix::fs::open(path, flags, Mode::empty()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::os::fd::AsFd as _;
    use std::os::unix::fs::MetadataExt as _;
    use std::path::PathBuf;
    use std::process::{Child, Command, Stdio};

    use super::*;
    use crate::read_set::entry::Object;

    /// A program of the host that has a file mapped, and stores one more byte each time it is told to.
    struct Mapper(Child);

    impl Mapper {
        fn new(path: &Path) -> Self {
            let program = "import mmap, os, sys\nf = os.open(sys.argv[1], os.O_RDWR)\nm = mmap.mmap(f, 0)\nos.close(f)\n\
                n = 0\nwhile True:\n    m[n] = 120\n    n += 1\n    os.write(1, b'.')\n    os.read(0, 1) or sys.exit()";
            let child = Command::new("python3")
                .args(["-c", program])
                .arg(path)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            let mut mapper = Self(child);
            mapper.wait();
            mapper
        }

        fn wait(&mut self) {
            self.0.stdout.as_mut().unwrap().read_exact(&mut [0]).unwrap();
        }

        fn store(&mut self) {
            self.0.stdin.as_mut().unwrap().write_all(b"+").unwrap();
            self.wait();
        }
    }

    impl Drop for Mapper {
        fn drop(&mut self) {
            drop(self.0.stdin.take());
            self.0.wait().unwrap();
        }
    }

    fn look(path: &Path) -> Object {
        Object::from(&crate::beneath::facts_of(open(path).unwrap().as_fd()).unwrap())
    }

    fn show(stores: &Stores, path: &Path) -> Shows {
        let object = look(path);
        stores.show(path, (object.device, object.ino))
    }

    /// Waits until the kernel stamps with a later time.
    fn tick() {
        let now = Moment::now();
        while Moment::now() == now {
            std::thread::yield_now();
        }
    }

    fn file(dir: &Path) -> PathBuf {
        let path = dir.join("f");
        std::fs::write(&path, "some text").unwrap();
        path
    }

    #[test]
    fn what_is_stored_after_a_look_shows() {
        let (stores, dir) = (Stores::new(), tempfile::tempdir_in("/var/tmp").unwrap());
        let path = file(dir.path());
        let object = look(&path);
        assert!(stores.may_hide(&path, object.device, object.ctime, Moment::now()));
        assert_eq!(show(&stores, &path), Shows::Always, "nobody has it open");
        // By itself a second store in the same page sets no time.
        let mut mapper = Mapper::new(&path);
        assert_eq!(show(&stores, &path), Shows::FromNowOn);
        let seen = look(&path);
        tick();
        mapper.store();
        assert_ne!(look(&path), seen);
    }

    #[test]
    fn of_a_file_in_memory_it_is_told_while_somebody_has_it_mapped() {
        let (stores, dir) = (Stores::new(), tempfile::tempdir_in("/dev/shm").unwrap());
        let path = file(dir.path());
        let object = look(&path);
        let old = Moment(object.ctime.0.saturating_add(i64::MAX / 2));
        assert!(stores.may_hide(&path, object.device, object.ctime, old));
        let writer = std::fs::OpenOptions::new().append(true).open(&path).unwrap();
        assert_eq!(show(&stores, &path), Shows::Always, "what it writes sets times");
        drop(writer);
        let mapper = Mapper::new(&path);
        assert_eq!(show(&stores, &path), Shows::Perhaps);
        drop(mapper);
        assert_eq!(show(&stores, &path), Shows::Always);
    }

    #[test]
    fn what_the_disk_has_for_long_hides_nothing() {
        let (stores, dir) = (Stores::new(), tempfile::tempdir_in("/var/tmp").unwrap());
        let path = file(dir.path());
        let device = std::fs::metadata(&path).unwrap().dev();
        let (now, before) = (Moment::now(), Moment(Moment::now().0 - 3_600_000_000_000));
        assert!(!stores.may_hide(&path, device, before, now));
    }
}
