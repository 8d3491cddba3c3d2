//! One look at one path: whether it tells anything new, what is there, and the record of that. `late` knows whether it can wait.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::change::FileType;
use crate::path::HostPath;
use crate::read_set::access::Access;
use crate::read_set::entry::{Looker, Moment, Object, Seen};
use crate::read_set::set::Missing;

use super::deferred::Deferred;
use super::found::Found;
use super::late::Aim;
use super::observer::{Observer, Shared};
use super::own_links::{is_own_link, leads_to_own, own_link};
use super::resolve::{Reached, Walk, nothing_at};
use super::tracee::{self, AT_FDCWD, Place};
use super::view::Sight;
use super::waiting::Waiting;

pub const AT_SYMLINK_NOFOLLOW: u64 = 0x100;
pub const AT_EMPTY_PATH: u64 = 0x1000;
/// `/proc/self/fd/3` may lead to `/proc/self/cwd`.
const MOST_MAGIC: u32 = 4;
const DEV: &[u8] = b"/dev/";

/// What a call means to do with an object.
#[derive(Clone, Copy, Debug)]
pub struct Intent {
    /// When it is a file.
    pub file: Access,
    /// When it is a directory.
    pub directory: Access,
    /// Whether a symlink at the end is followed.
    pub follows: bool,
    /// Whether the call changes nothing, so that it may run before it is known what it will see.
    pub can_wait: bool,
    /// Whether it makes what is not there.
    pub makes: bool,
}

impl Intent {
    /// Returns the intent of a call that does this.
    pub fn of(access: Access, follows: bool) -> Self {
        let directory = if access.has(Access::LIST | Access::WRITE) { access } else { Access::LOOKUP };
        Self { file: access, directory, follows, can_wait: access == Access::STAT, makes: false }
    }

    /// Returns the intent of a call that reads the names of a directory that is open.
    pub fn of_listing() -> Self {
        Self { file: Access::LOOKUP, directory: Access::LIST, follows: true, can_wait: true, makes: false }
    }

    /// Returns the intent of a call that gives an object another name: what a directory is like stays as it is.
    pub fn of_name(access: Access, follows: bool) -> Self {
        Self { directory: Access::LOOKUP, ..Self::of(access, follows) }
    }

    /// Returns the intent of a call that brings an object to a name.
    pub fn of_new_name(access: Access) -> Self {
        Self { makes: true, ..Self::of_name(access, false) }
    }
}

/// A path and the directory that it counts from.
pub struct Named<'a> {
    /// A descriptor, or `AT_FDCWD`.
    pub dir: i32,
    /// As the program says it.
    pub path: &'a [u8],
}

/// Who looks, and when.
pub struct Context<'a, 'w> {
    /// The thread.
    pub thread: u32,
    /// When it began.
    pub at: Moment,
    /// The call that waits meanwhile; none for looks that have waited, and while a program is about to be started.
    pub call: Option<&'a Waiting<'w>>,
    /// Its program, when it is known.
    pub program: Option<u32>,
    /// Where looks go that can wait; none for those that have waited.
    pub deferred: Option<&'a Deferred>,
}

impl Context<'_, '_> {
    fn still_waits(&self) -> bool {
        self.call.is_none_or(Waiting::still_waits)
    }

    /// Tells whether the call may have run already.
    fn is_late(&self) -> bool {
        self.call.is_none()
    }

    /// Lets other calls be received meanwhile: this look may take long.
    pub fn pass_turn(&self) {
        if let Some(call) = self.call {
            call.pass_turn();
        }
    }
}

impl Observer {
    /// Looks at a path unless the same was looked at before with the same intent. `flags` tell intents apart; `is_jailed`
    /// says that the directory is a root directory for this call.
    pub(super) fn look(
        &mut self,
        context: &Context<'_, '_>,
        named: &Named<'_>,
        intent: Intent,
        flags: u32,
        is_jailed: bool,
    ) -> Option<()> {
        let thread = context.thread;
        let is_remounted = self.shared.is_remounted.load(Ordering::SeqCst);
        let is_absolute = named.path.first() == Some(&b'/') && !is_jailed;
        let told = if is_absolute { None } else { Some(self.directory(thread, named.dir)?) };
        let stamp =
            if is_remounted || is_own_link(named.path) { None } else { self.shared.unfinished.names() };
        self.describe(flags, told.as_deref(), named.path);
        if stamp.is_some() && self.shared.seen.has(&self.key) {
            return Some(());
        }
        if !is_jailed && self.run_first(context, named, told.as_deref(), Aim::Object(intent), stamp) {
            return Some(());
        }
        let mut sight = self.sight(context, is_remounted)?;
        let start = match &told {
            Some(told) => {
                self.shared.begin(&mut sight, told, Place::of(named.dir).link(thread).as_bytes())?
            }
            None => sight.root.clone(),
        };
        if is_jailed {
            sight.root = start.clone();
        }
        self.note(context, &sight, &start, named.path, intent)?;
        if let Some(stamp) = stamp {
            self.shared.seen.put(&self.key, stamp);
        }
        Some(())
    }

    /// Makes the key, and the text, of a look.
    pub(super) fn describe(&mut self, flags: u32, told: Option<&[u8]>, path: &[u8]) {
        self.key.clear();
        self.key.extend_from_slice(&flags.to_le_bytes());
        self.key.extend_from_slice(told.unwrap_or_default());
        self.key.push(0);
        self.key.extend_from_slice(path);
    }

    pub(super) fn program(&self, context: &Context<'_, '_>) -> Option<u32> {
        let Shared { recorder, main, programs, .. } = &*self.shared;
        let ask = || {
            let told = tracee::place(context.thread, Place::Program).unwrap_or_default();
            let inner = main.inner(&told);
            Some(recorder.program(inner.as_ref().map_or(&told, HostPath::as_bytes)))
        };
        context.program.or_else(|| programs.get(context.thread, ask, || true))
    }

    /// Looks at a path, without remembering the call. Returns what is there.
    pub(super) fn note_path(
        &mut self,
        context: &Context<'_, '_>,
        named: &Named<'_>,
        intent: Intent,
    ) -> Option<Reached> {
        let (sight, start) = self.place(context, named)?;
        self.note(context, &sight, &start, named.path, intent)
    }

    /// Records that an object leaves its name, which was looked at already.
    pub(super) fn record_move(&self, context: &Context<'_, '_>, from: &Reached) {
        if let Found::Other { host: Some((path, object)) } = &from.found {
            let access = Access::WRITE | Access::REPLACE;
            self.record(context, path.clone(), access, Seen::Object(*object));
        }
    }

    pub(super) fn place(
        &mut self,
        context: &Context<'_, '_>,
        named: &Named<'_>,
    ) -> Option<(Sight, HostPath)> {
        let thread = context.thread;
        let mut sight = self.sight(context, self.shared.is_remounted.load(Ordering::SeqCst))?;
        let start = match named.path.first() {
            None => return None,
            Some(b'/') => sight.root.clone(),
            Some(_) => {
                let told = self.directory(thread, named.dir)?;
                self.shared.begin(&mut sight, &told, Place::of(named.dir).link(thread).as_bytes())?
            }
        };
        Some((sight, start))
    }

    /// Tells whether names below or through this one will mean something else once it has moved.
    pub(super) fn is_tree_or_link(&mut self, context: &Context<'_, '_>, named: &Named<'_>) -> bool {
        let Some((sight, start)) = self.place(context, named) else { return true };
        let main = Arc::clone(&self.shared.main.table);
        let before_long = || context.pass_turn();
        let mut walk =
            Walk { tree: &mut self.tree, main: &main, sight: &sight, since: None, before_long: &before_long };
        match walk.follow(&start, named.path, false, &mut Vec::new()) {
            Some(reached) => {
                !matches!(reached.found, Found::Other { .. } | Found::Absent { .. } | Found::Private)
            }
            None => true,
        }
    }

    pub(super) fn directory(&mut self, thread: u32, dir: i32) -> Option<Arc<[u8]>> {
        let told = self.told_directory(thread, dir);
        if told.is_none() && tracee::is_too_deep(thread, Place::of(dir)) {
            self.lose(Missing::Blind);
        }
        told
    }

    fn told_directory(&mut self, thread: u32, dir: i32) -> Option<Arc<[u8]>> {
        if dir != AT_FDCWD {
            return self.descriptors.place(thread, dir).map(Arc::from);
        }
        let Shared { unfinished, directories, .. } = &*self.shared;
        let stamp = Cell::new(None);
        let ask = || {
            stamp.set(unfinished.directories());
            tracee::place(thread, Place::Cwd).map(Arc::from)
        };
        directories.get(thread, ask, || stamp.get().is_some_and(|stamp| unfinished.stay(stamp)))
    }

    pub(super) fn sight(&self, context: &Context<'_, '_>, is_remounted: bool) -> Option<Sight> {
        if !is_remounted {
            return Some(self.shared.main.clone());
        }
        let sight = self.shared.tables.sight(context.thread, || context.pass_turn());
        sight.unwrap_or_else(|_| {
            self.lose(Missing::Blind);
            None
        })
    }

    /// Follows a path and records what is there. Returns where it led.
    pub(super) fn note(
        &mut self,
        context: &Context<'_, '_>,
        sight: &Sight,
        start: &HostPath,
        path: &[u8],
        intent: Intent,
    ) -> Option<Reached> {
        let main = Arc::clone(&self.shared.main.table);
        let mut links = Vec::new();
        let before_long = || context.pass_turn();
        let since = context.call.is_none().then_some(context.at);
        let shared = Arc::clone(&self.shared);
        let mut walk = Walk { tree: &mut self.tree, main: &main, sight, since, before_long: &before_long };
        let mut reached = walk.follow(start, path, intent.follows, &mut links)?;
        let mut through: Option<Sight> = None;
        for _ in 0..MOST_MAGIC {
            if !leads_to_own(&reached) {
                break;
            }
            if context.is_late() {
                // A symlink led there, and the thread has gone on.
                self.lose(Missing::Blind);
                return None;
            }
            let Some(own) = own_link(context.thread, &reached) else { break };
            if own.is_others && through.as_ref().unwrap_or(sight).is_borrowed {
                // The kernel goes through the `/proc` that lies there, which need not be the thread's.
                self.lose(Missing::Blind);
                return None;
            }
            let Some(told) = tracee::link_path(&own.link) else { break };
            let sight = through.get_or_insert_with(|| sight.clone());
            let start = shared.begin(sight, &told, &own.link)?;
            let real = [start.as_bytes(), &own.rest].concat();
            let mut walk =
                Walk { tree: &mut self.tree, main: &main, sight, since, before_long: &before_long };
            reached = walk.follow(&start, &real, intent.follows, &mut links)?;
        }
        // The host may have something else by now, or nothing, and the SEE does not show that.
        let sight = through.as_ref().unwrap_or(sight);
        let mut walk = Walk { tree: &mut self.tree, main: &main, sight, since, before_long: &before_long };
        let reached = walk.as_shown(reached, intent.follows, &mut links)?;
        if !context.still_waits() {
            return None;
        }
        for (path, object) in links {
            self.record(context, path, Access::READ, Seen::Object(object));
        }
        let file = if reached.is_blocked { Access::LOOKUP } else { intent.file };
        match &reached.found {
            Found::Other { .. } | Found::Symlink { .. } | Found::Absent { .. }
                if file == Access::default() => {}
            Found::Directory { host: Some((path, object)) } => {
                self.record(context, path.clone(), intent.directory, Seen::Object(*object));
            }
            Found::Other { host: Some((path, object)) } => {
                let seen = if file.sees_content() { self.settled(context, path, object) } else { *object };
                self.record(context, path.clone(), file, Seen::Object(seen));
            }
            Found::Symlink { host: Some((path, object)), .. } => {
                self.record(context, path.clone(), file, Seen::Object(*object));
            }
            Found::Absent { host: Some(first) } => {
                let seen =
                    if context.is_late() { self.tree.absent_since(first, context.at) } else { Seen::Absent };
                let (path, access) = match seen {
                    Seen::Absent if reached.is_blocked => {
                        nothing_at(first.clone(), reached.beyond.clone(), intent.file, intent.makes)
                    }
                    _ => (first.clone(), file),
                };
                self.record(context, path, access, seen);
            }
            Found::Absent { host: None } => self.absent(context, &reached.path),
            Found::Unknown => return None,
            _ => {}
        }
        Some(reached)
    }

    /// Returns what a file of the host is, of which later stores will show; something that cannot be told where they may not.
    pub(super) fn settled(&self, context: &Context<'_, '_>, path: &HostPath, object: &Object) -> Object {
        let (stores, path) = (&self.shared.stores, path.as_path());
        if object.kind != FileType::File || !stores.may_hide(path, object.device, object.ctime, context.at) {
            return *object;
        }
        // Whoever serves the file system may not answer, and a disk may be busy.
        context.pass_turn();
        let shows =
            if context.is_late() { stores.shows(path, object.device) } else { stores.show(path, object) };
        if shows { *object } else { Object::unknown(context.at) }
    }

    /// Something is not there that no file of the host is about: it may be one of its devices.
    fn absent(&self, context: &Context<'_, '_>, path: &HostPath) {
        if let Some(refusals) = self.shared.refusals.as_ref().filter(|_| path.as_bytes().starts_with(DEV)) {
            refusals.absent_in_dev(context.thread, path);
        }
    }

    pub(super) fn record(&self, context: &Context<'_, '_>, path: HostPath, access: Access, seen: Seen) {
        let by = Looker { thread: context.thread, program: self.program(context).unwrap_or(0) };
        let at = self.shared.frozen.shown_since(&path, context.at);
        self.shared.recorder.note(path, access, seen, at, by);
    }
}
