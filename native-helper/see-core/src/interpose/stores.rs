//! Stores through shared mappings. One to a page that the disk does not have yet sets no time, so a file would look as it did
//! before. Sees to it that the next store to a file does, before a program reads that; knows nothing of calls.

use std::collections::HashMap;
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::fs::{Access, Mode, OFlags};
use rustix::io::Errno;
use see_sys::lease;

use crate::read_set::entry::{Moment, Object};

/// Files on these have no disk: a store never sets a time but for the first one to a page.
const IN_MEMORY: &[u64] = &[0x0102_1994, 0x8584_58f6];
/// Nanoseconds of what the kernel counts in (`dirty_expire_centisecs`).
const CENTISECOND: i64 = 10_000_000;
/// A disk that is busy takes pages later than it should.
const SLACK: i64 = 10_000_000_000;
/// For so many nanoseconds a file is not asked about again, however often programs read it.
const SOON: i64 = 1_000_000_000;
/// What was found of so many files is kept.
const MOST_TOLD: usize = 4096;

/// What is known of how the host stores.
#[derive(Debug)]
pub struct Stores {
    /// Pages that were changed longer ago than so many nanoseconds are on the disk.
    settled: i64,
    /// Which file systems are in memory.
    in_memory: Mutex<HashMap<u64, bool>>,
    /// What was found of files, by device and number.
    told: Mutex<HashMap<(u64, u64), Told>>,
    /// How many may wait for a disk at once, and how many do.
    most: usize,
    asking: AtomicUsize,
}

/// What was found of a file.
#[derive(Clone, Copy, Debug)]
struct Told {
    asked: Moment,
    /// When it had been changed last. As long as that stays, nothing was stored since: it would have shown.
    changed: Moment,
    shows: bool,
}

impl Told {
    /// Tells whether later stores will show to a file that was changed last at this time, as far as can be told without asking
    /// again; `None` when it is time to. One that was changed since, or in the very tick, may be written to without end.
    fn answer(self, changed: Moment, now: Moment) -> Option<bool> {
        let is_recent = (0..SOON).contains(&now.0.saturating_sub(self.asked.0));
        is_recent.then_some(self.shows && self.changed == changed && changed < self.asked)
    }
}

impl Stores {
    /// Asks the kernel how long pages may wait. No more than `most` will wait for a disk at once.
    pub fn new(most: usize) -> Self {
        let number = |name: &str| {
            let text = std::fs::read_to_string(format!("/proc/sys/vm/{name}")).ok()?;
            text.trim().parse::<i64>().ok().filter(|number| *number > 0)
        };
        let waits = number("dirty_expire_centisecs").zip(number("dirty_writeback_centisecs"));
        let settled = waits.map(|(expire, wake)| (expire + 2 * wake).saturating_mul(CENTISECOND));
        Self {
            // Where pages wait until somebody says `sync`, none is known to be on the disk.
            settled: settled.map_or(i64::MAX, |it| it.saturating_add(SLACK)),
            in_memory: Mutex::default(),
            told: Mutex::default(),
            most,
            asking: AtomicUsize::new(0),
        }
    }

    /// Tells whether somebody may store in this file without a sign after this moment. A store sets the time of the last change
    /// when its page was on the disk, and nobody can set that back.
    pub fn may_hide(&self, path: &Path, device: u64, changed: Moment, at: Moment) -> bool {
        at.0.saturating_sub(changed.0) < self.settled || self.is_in_memory(path, device)
    }

    /// Makes later stores to a file of the host show, before a program reads it. Tells whether they will; not where that is not
    /// known without asking too often. May wait for the disk.
    pub fn show(&self, path: &Path, object: &Object) -> bool {
        let (file, changed, now) = ((object.device, object.ino), object.ctime, Moment::now());
        let told = self.told().get(&file).and_then(|told| told.answer(changed, now));
        told.unwrap_or_else(|| {
            let is_among_few = self.asking.fetch_add(1, Ordering::SeqCst) < self.most;
            let shows = is_among_few
                && match self.is_free(path, file.0) {
                    Ok(()) => true,
                    Err(Some(file)) => rustix::fs::fdatasync(&file).is_ok(),
                    Err(None) => false,
                };
            self.asking.fetch_sub(1, Ordering::SeqCst);
            if is_among_few {
                self.remember(file, Told { asked: now, changed, shows });
            }
            shows
        })
    }

    /// Tells whether stores show to a file that a program may have read already: nothing can be done about it any more.
    pub fn shows(&self, path: &Path, device: u64) -> bool {
        self.is_free(path, device).is_ok()
    }

    /// Finds out whether nobody has a file open so that stores might not show. `Err` has the file when a disk can take it.
    fn is_free(&self, path: &Path, device: u64) -> Result<(), Option<OwnedFd>> {
        let file = match open(path) {
            Ok(file) => file,
            // Whoever holds a lease of their own may write.
            Err(Errno::AGAIN) => return Err(None),
            // Then no program of the session reads it.
            Err(_) => return Ok(()),
        };
        match (lease::is_written(&file), self.is_in_memory(path, device)) {
            (Ok(false), _) => Ok(()),
            (_, false) => Err(Some(file)),
            (Ok(true), true) => Err(None),
            // Of another user's file the kernel does not say. Whether that user has it mapped is shown to nobody else.
            (Err(_), true) => {
                if may_write(&file) {
                    Err(None)
                } else {
                    Ok(())
                }
            }
        }
    }

    fn remember(&self, file: (u64, u64), found: Told) {
        let mut told = self.told();
        if told.len() >= MOST_TOLD {
            told.clear();
        }
        told.insert(file, found);
    }

    fn told(&self) -> MutexGuard<'_, HashMap<(u64, u64), Told>> {
        // Every entry stands alone: after a panic the rest is as good as before.
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_in_memory(&self, path: &Path, device: u64) -> bool {
        let all = || self.in_memory.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = all().get(&device).copied() {
            return known;
        }
        // May wait for whoever serves the file system: not with what others need locked.
        let Ok(told) = rustix::fs::statfs(path) else { return false };
        let is_in_memory = u64::try_from(told.f_type).is_ok_and(|magic| IN_MEMORY.contains(&magic));
        all().insert(device, is_in_memory);
        is_in_memory
    }
}

/// Tells whether this user may open for writing what is open.
fn may_write(file: &OwnedFd) -> bool {
    rustix::fs::access(format!("/proc/self/fd/{}", file.as_raw_fd()), Access::WRITE_OK).is_ok()
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

    /// Asks as if nobody had asked before.
    fn show(stores: &Stores, path: &Path) -> bool {
        stores.told().clear();
        stores.show(path, &look(path))
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
        let (stores, dir) = (Stores::new(1), tempfile::tempdir_in("/var/tmp").unwrap());
        let path = file(dir.path());
        let object = look(&path);
        assert!(stores.may_hide(&path, object.device, object.ctime, Moment::now()));
        assert!(show(&stores, &path) && stores.shows(&path, object.device), "nobody has it open");
        // By itself a second store in the same page sets no time.
        let mut mapper = Mapper::new(&path);
        assert!(!stores.shows(&path, object.device), "what it has stored since a program read it");
        assert!(show(&stores, &path));
        let seen = look(&path);
        tick();
        mapper.store();
        assert_ne!(look(&path), seen);
    }

    #[test]
    fn of_a_file_in_memory_it_is_told_while_somebody_may_have_it_mapped() {
        let (stores, dir) = (Stores::new(1), tempfile::tempdir_in("/dev/shm").unwrap());
        let path = file(dir.path());
        let object = look(&path);
        let old = Moment(object.ctime.0.saturating_add(i64::MAX / 2));
        assert!(stores.may_hide(&path, object.device, object.ctime, old));
        let writer = std::fs::OpenOptions::new().append(true).open(&path).unwrap();
        assert!(!show(&stores, &path), "it is not looked for in all processes whether it is mapped");
        drop(writer);
        let mapper = Mapper::new(&path);
        assert!(!show(&stores, &path) && !stores.shows(&path, object.device));
        drop(mapper);
        assert!(show(&stores, &path));
    }

    #[test]
    fn however_often_a_file_is_read_it_is_asked_about_once_in_a_while() {
        let (stores, dir) = (Stores::new(1), tempfile::tempdir_in("/var/tmp").unwrap());
        let path = file(dir.path());
        tick();
        let first = look(&path);
        let asked = || stores.told().values().next().unwrap().asked;
        assert!(stores.show(&path, &first));
        let then = asked();
        tick();
        assert!(stores.show(&path, &first), "nothing was stored since");
        std::fs::write(&path, "another text").unwrap();
        assert!(!stores.show(&path, &look(&path)), "this may go on without end");
        assert_eq!(asked(), then);
        stores.told().values_mut().for_each(|told| told.asked.0 -= SOON);
        assert!(stores.show(&path, &look(&path)));
        assert!(asked() > then);
    }

    #[test]
    fn no_more_than_so_many_wait_for_a_disk() {
        let (stores, dir) = (Stores::new(1), tempfile::tempdir_in("/var/tmp").unwrap());
        let path = file(dir.path());
        stores.asking.fetch_add(1, Ordering::SeqCst);
        assert!(!show(&stores, &path));
        stores.asking.fetch_sub(1, Ordering::SeqCst);
        assert!(show(&stores, &path));
    }

    #[test]
    fn what_the_disk_has_for_long_hides_nothing() {
        let (stores, dir) = (Stores::new(1), tempfile::tempdir_in("/var/tmp").unwrap());
        let path = file(dir.path());
        let device = std::fs::metadata(&path).unwrap().dev();
        let (now, before) = (Moment::now(), Moment(Moment::now().0 - 3_600_000_000_000));
        assert!(!stores.may_hide(&path, device, before, now));
    }
}
