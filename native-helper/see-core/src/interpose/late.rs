//! Looks that come after their call: which of them may, what has to be known of the thread before, and the look itself.

use std::sync::atomic::Ordering;

use crate::path::HostPath;
use crate::read_set::entry::Moment;

use super::look::{Context, Intent, Named};
use super::observer::{Observer, Shared};
use super::own_links::is_own_link;
use super::tree::glance::Glance;
use super::unfinished::Stamp;

/// The flags that tell intents apart come first in a look's text.
const FLAGS: usize = 4;

/// What is looked for.
#[derive(Clone, Copy, Debug)]
pub enum Aim {
    /// An object.
    Object(Intent),
    /// A program, and who the kernel opens to run it.
    Program {
        /// Whether a symlink at the end is followed.
        follows: bool,
    },
}

impl Aim {
    fn can_wait(self) -> bool {
        match self {
            Self::Object(intent) => intent.can_wait,
            Self::Program { .. } => true,
        }
    }

    fn follows(self) -> bool {
        match self {
            Self::Object(intent) => intent.follows,
            Self::Program { follows } => follows,
        }
    }
}

/// A look that can wait: all that the thread itself had to be asked for is known. Its text is kept apart.
#[derive(Debug)]
pub struct Look {
    thread: u32,
    program: Option<u32>,
    at: Moment,
    aim: Aim,
    /// How much of the text is the directory that a relative path counts from.
    told: usize,
    /// What names meant; `None` when this is not to be remembered.
    stamp: Option<Stamp>,
}

impl Observer {
    /// Lets a call that changes nothing run before it is known what it sees, where that can still be found out after it.
    /// Tells whether it did. The key is the look's.
    pub(super) fn run_first(
        &mut self,
        context: &Context<'_, '_>,
        named: &Named<'_>,
        told: Option<&[u8]>,
        aim: Aim,
        stamp: Option<Stamp>,
    ) -> bool {
        // Through `/proc` and `/dev` a path may lead to what only the thread has, and only now.
        let is_own = told.is_some_and(is_own_link) || is_own_link(named.path);
        let is_remounted = self.shared.is_remounted.load(Ordering::SeqCst);
        let can_wait = aim.can_wait() && !is_own && !is_remounted;
        let Some((call, deferred)) = context.call.zip(context.deferred).filter(|_| can_wait) else {
            return false;
        };
        // A link of the SEE's own that is gone meanwhile leaves no trace of where it led: somebody must see it go.
        let is_lasting = self.shared.sees_removals || !self.shared.has_own_links.load(Ordering::SeqCst);
        if !is_lasting || !call.is_latest() || self.shared.unfinished.may_change_files() {
            return false;
        }
        if !self.is_there_to_stay(told, named.path, aim.follows(), context.at) {
            return false;
        }
        let program = self.program(context);
        // Whatever is received after this call comes after this look, too: the turn is ours.
        if call.let_run() {
            let told = told.map_or(0, <[u8]>::len);
            let look = Look { thread: context.thread, program, at: context.at, aim, told, stamp };
            deferred.push(look, &self.key);
        }
        true
    }

    /// Lets a thread become a program before it is known what that is, where that can still be found out after it. Tells
    /// whether it did.
    pub(super) fn start_first(
        &mut self,
        context: &Context<'_, '_>,
        named: &Named<'_>,
        follows: bool,
    ) -> bool {
        let is_absolute = named.path.first() == Some(&b'/');
        let told = if is_absolute { None } else { self.directory(context.thread, named.dir) };
        if named.path.is_empty() || !is_absolute && told.is_none() {
            return false;
        }
        self.describe(0, told.as_deref(), named.path);
        self.run_first(context, named, told.as_deref(), Aim::Program { follows }, None)
    }

    /// Tells whether there seems to be something by this path that can be looked at later. Where the host has nothing, nobody could
    /// say after the call what was there before: other names in a busy directory come and go all the time. A file into
    /// which somebody may be storing without a sign is looked at before it is read; that takes too long to find out who while
    /// no other call is received.
    fn is_there_to_stay(&self, told: Option<&[u8]>, path: &[u8], follows: bool, at: Moment) -> bool {
        let Shared { main, stores, .. } = &*self.shared;
        let start = match told {
            Some(told) => main.inner(told),
            None => Some(main.root.clone()),
        };
        let whole = start.and_then(|start| HostPath::new(&[start.as_bytes(), b"/", path].concat()));
        whole.is_some_and(|whole| match self.tree.glance(&whole, follows) {
            Glance::Nothing => false,
            Glance::File { device, changed } => !stores.may_hide(whole.as_path(), device, changed, at),
            Glance::Something => true,
        })
    }

    /// Records what a call has seen that was let go.
    pub fn look_late(&mut self, look: &Look, text: &[u8]) {
        if look.stamp.is_none() || !self.shared.seen.has(text) {
            let split = (FLAGS + look.told).min(text.len());
            let (told, path) = text.split_at(split);
            let (told, path) = (told.get(FLAGS..), path.get(1..));
            if let (Some(told), Some(path)) = (told, path) {
                self.look_at(look, told, path, text);
            }
        }
        self.tell_trouble();
    }

    fn look_at(&mut self, look: &Look, told: &[u8], path: &[u8], text: &[u8]) -> Option<()> {
        let Look { thread, program, at, aim, stamp, .. } = *look;
        let context = Context { thread, at, call: None, program, deferred: None };
        let sight = self.shared.main.clone();
        let start = if told.is_empty() { sight.root.clone() } else { sight.inner(told)? };
        match aim {
            Aim::Object(intent) => drop(self.note(&context, &sight, &start, path, intent)?),
            Aim::Program { follows } => drop(self.run_file(&context, &sight, &start, path, follows)?),
        }
        self.shared.seen.put(text, stamp?);
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd as _;

    use super::*;
    use crate::beneath::facts_of;
    use crate::interpose::binfmt::Registered;
    use crate::read_set::entry::Object;
    use crate::read_set::recorder::{Recorder, Start};

    #[test]
    fn nobody_asks_who_stores_while_no_other_call_is_received() {
        let room = tempfile::tempdir_in("/var/tmp").unwrap();
        let path = room.path().join("file");
        std::fs::write(&path, "text").unwrap();
        let recorder = std::sync::Arc::new(Recorder::open(&room.path().join("reads"), Start::New).unwrap());
        let observer = Observer::rehearsed(recorder, Registered::at(room.path()));
        let path = HostPath::new(path.as_os_str().as_encoded_bytes()).unwrap();
        let can_wait = |at| observer.is_there_to_stay(None, path.as_bytes(), true, at);
        let file = std::fs::File::open(path.as_path()).unwrap();
        let object = Object::from(&facts_of(file.as_fd()).unwrap());
        assert!(!can_wait(Moment::now()), "nobody has it open, which is not found out here");
        assert!(can_wait(Moment(object.ctime.0 + 3_600_000_000_000)));
    }
}
