//! For tests: what a call would see of the host, found by the same walk and noted in the same way as when a program makes
//! it, but without a program.

use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32};

use rustix::fs::{CWD, Mode, OFlags};

use super::binfmt::Registered;
use super::by_thread::ByThread;
use super::found::Found;
use super::frozen::Frozen;
use super::observer::{Observer, Shared};
use super::resolve::{Walk, nothing_at};
use super::seen_calls::SeenCalls;
use super::stores::Stores;
use super::tables::Tables;
use super::tree::Tree;
use super::unfinished::Unfinished;
use super::view::{Sight, Table};
use crate::layer::Layer;
use crate::mounts::{self, Mount};
use crate::path::HostPath;
use crate::read_set::access::Access;
use crate::read_set::entry::{Looker, Moment, Seen};
use crate::read_set::names::digest_as_of;
use crate::read_set::recorder::Recorder;
use crate::read_set::set::ReadSet;

/// How many directories are kept open.
const KEPT: usize = 64;

/// A SEE of one layer, as a program in it would see it.
pub struct Rehearsal {
    layers: Arc<Vec<Layer>>,
    root: Arc<OwnedFd>,
    sight: Sight,
    /// What was seen so far.
    pub seen: ReadSet,
}

impl Rehearsal {
    /// Returns a SEE that shows the host with this layer on top, which is mounted at its place below `see`.
    pub fn new(layer: Layer, see: &Path) -> Self {
        let mut mounts = mounts::of_process(std::process::id(), u64::MAX).unwrap();
        // The host tree of a test may lie below what shows the kernel in a real SEE, as `/dev/shm` does.
        mounts.iter_mut().for_each(|mount| "tmpfs".clone_into(&mut mount.fs_type));
        let lower = mounts.first().cloned().unwrap();
        let (point, fs_type) = (layer.mount_point.clone(), "overlay".to_owned());
        mounts.push(Mount { id: u64::MAX, device: u64::MAX, root: b"/".to_vec(), point, fs_type, ..lower });
        let layers = Arc::new(vec![layer]);
        let table = Arc::new(Table::main(mounts, &layers).unwrap());
        let root = rustix::fs::openat(CWD, see, OFlags::PATH | OFlags::CLOEXEC, Mode::empty()).unwrap();
        let sight = Sight { table, root: HostPath::root(), prefix: HostPath::root(), is_borrowed: false };
        Self { layers, root: Arc::new(root), sight, seen: ReadSet::default() }
    }

    /// Notes what a call sees that means to do `file` with what is no directory, and `directory` with one.
    pub fn look(&mut self, path: &HostPath, file: Access, directory: Access, follows: bool) {
        let at = Moment::now();
        let unfinished = Arc::new(Unfinished::default());
        let frozen = Arc::new(Frozen::new(&self.layers, &[]));
        let mut tree = Tree::new(Arc::clone(&self.layers), unfinished, Arc::clone(&self.root), frozen, KEPT);
        let (sight, mut links) = (self.sight.clone(), Vec::new());
        let start = HostPath::root();
        let (main, before_long) = (&*sight.table, || {});
        let mut walk = Walk { tree: &mut tree, main, sight: &sight, since: None, before_long: &before_long };
        let reached = walk.follow(&start, path.as_bytes(), follows, &mut links).unwrap();
        let reached = walk.as_shown(reached, follows, &mut links).unwrap();
        assert!(!tree.take_trouble());
        for (path, object) in links {
            self.note(path, Access::READ, Seen::Object(object), at);
        }
        let intended = file;
        let file = if reached.is_blocked { Access::LOOKUP } else { file };
        match reached.found {
            Found::Directory { host: Some((path, object)) } => {
                self.note(path, directory, Seen::Object(object), at);
            }
            Found::Other { host: Some((path, object)) }
            | Found::Symlink { host: Some((path, object)), .. } => {
                self.note(path, file, Seen::Object(object), at);
            }
            Found::Absent { host: Some(first) } => {
                let (path, access) = if reached.is_blocked {
                    nothing_at(
                        first,
                        reached.beyond,
                        intended,
                        intended.has(Access::TRUNCATE | Access::EXCLUSIVE),
                    )
                } else {
                    (first, file)
                };
                self.note(path, access, Seen::Absent, at);
            }
            Found::Private | Found::Unknown => panic!("{} cannot be told", path.display()),
            _ => {}
        }
    }

    fn note(&mut self, path: HostPath, access: Access, seen: Seen, at: Moment) {
        self.seen.note(path.clone(), access, seen, at, Looker { thread: 1, program: 0 });
        // The names of a directory that was listed just now; the recorder does that a moment later.
        let entry = self.seen.get(&path).cloned();
        if let Some(mut entry) = entry.filter(|entry| entry.listing() == Some(at)) {
            if let Seen::Object(object) = entry.seen {
                entry.names = digest_as_of(&path, &object, at);
                self.seen.put(entry).unwrap();
            }
        }
    }
}

impl Observer {
    /// Returns one that sees the host as it is, with this list of interpreters.
    pub fn rehearsed(recorder: Arc<Recorder>, registered: Registered) -> Self {
        let mounts = mounts::of_process(std::process::id(), u64::MAX).unwrap();
        let table = Arc::new(Table::main(mounts.clone(), &[]).unwrap());
        let main = Sight { table, root: HostPath::root(), prefix: HostPath::root(), is_borrowed: false };
        let root =
            Arc::new(rustix::fs::openat(CWD, "/", OFlags::PATH | OFlags::CLOEXEC, Mode::empty()).unwrap());
        let list = std::fs::File::open("/proc/self/mountinfo").unwrap();
        let unfinished = Arc::new(Unfinished::default());
        let frozen = Arc::new(Frozen::new(&[], &[]));
        let tree =
            Tree::new(Arc::default(), Arc::clone(&unfinished), Arc::clone(&root), Arc::clone(&frozen), KEPT);
        let shared = Shared {
            recorder,
            refusals: None,
            seen: SeenCalls::new(Arc::clone(&unfinished)),
            directories: ByThread::new(),
            programs: ByThread::new(),
            tables: Tables::new(main.clone(), (mounts, list), root, 0, Arc::clone(&unfinished)),
            unfinished,
            main,
            registered,
            stores: Stores::new(1),
            frozen,
            has_own_links: AtomicBool::new(false),
            sees_removals: false,
            is_remounted: AtomicBool::new(false),
            starting: AtomicU32::new(0),
        };
        Self::new(Arc::new(shared), tree)
    }
}
