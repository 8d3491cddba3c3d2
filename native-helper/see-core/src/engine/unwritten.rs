//! Which layers nothing was ever put into, also when their file systems go away while the session runs: then nobody can look
//! any more. Asks the kernel for one notice of each (inotify), which holds no file system in use.

use std::collections::HashMap;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;

use rustix::fs::inotify::{self, CreateFlags, ReadFlags, WatchFlags};

use crate::layer::Layer;

/// The layers that were empty at the beginning, and are watched.
#[derive(Debug)]
pub struct Unwritten {
    /// `None` where the kernel gives none: then every layer that went away counts as touched.
    notices: Option<OwnedFd>,
    /// By the kernel's number of the watch.
    watched: HashMap<i32, u32>,
}

impl Unwritten {
    /// Begins to watch the layers over what is mounted. No program may run in the session yet.
    pub fn watch(layers: &[Layer]) -> Self {
        let notices = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK).ok();
        let watch = |layer: &Layer| {
            // Whatever a program changes below, its directory is copied into the top of the layer first.
            let flags = WatchFlags::CREATE
                | WatchFlags::MOVE
                | WatchFlags::DELETE
                | WatchFlags::ATTRIB
                | WatchFlags::ONLYDIR
                | WatchFlags::ONESHOT;
            let number = inotify::add_watch(notices.as_ref()?, &layer.upper, flags).ok()?;
            layer.is_empty().then_some((number, layer.index))
        };
        let may_go = layers.iter().filter(|layer| layer.covered.is_some_and(|covered| covered.is_mount()));
        let watched = may_go.filter_map(watch).collect();
        Self { notices, watched }
    }

    /// Tells whether nothing was put into this layer. Of one that is there it can be seen.
    pub fn has(&mut self, layer: &Layer) -> bool {
        if rustix::fs::lstat(&layer.upper).is_ok() {
            return layer.is_empty();
        }
        self.take_notices();
        self.watched.values().any(|index| *index == layer.index)
    }

    fn take_notices(&mut self) {
        let Some(notices) = &self.notices else { return };
        let mut space = [MaybeUninit::uninit(); 4096];
        let mut reader = inotify::Reader::new(notices, &mut space);
        while let Ok(notice) = reader.next() {
            // That the file system itself went is no writing; nor is that a watch went with it.
            let is_change = !notice.events().intersects(ReadFlags::UNMOUNT | ReadFlags::IGNORED);
            if is_change {
                self.watched.remove(&notice.wd());
            }
            if notice.events().contains(ReadFlags::QUEUE_OVERFLOW) {
                self.watched.clear();
            }
        }
    }
}
