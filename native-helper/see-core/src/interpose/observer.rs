//! One thread's work: takes a call apart, finds out what it will see of the host, and records that. Never decides, and
//! never fails: what cannot be told is left out, and the call goes on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use rustix::io::Errno;
use see_sys::seccomp_notify::{Arch, Notification};

use crate::read_set::access::Access;
use crate::read_set::entry::Moment;
use crate::read_set::recorder::Recorder;
use crate::read_set::set::Missing;
use crate::roll::Refusals;

use super::binfmt::Registered;
use super::by_thread::ByThread;
use super::calls::{Call, PathCall, call};
use super::deferred::Deferred;
use super::flags::{CREAT, OpenFlags};
use super::frozen::Frozen;
use super::look::{AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW, Context, Intent, Named};
use super::resolve::Reached;
use super::seen_calls::SeenCalls;
use super::stores::Stores;
use super::tables::Tables;
use super::tracee::{self, AT_FDCWD, Descriptors, Place};
use super::tree::Tree;
use super::unfinished::{Effect, Unfinished};
use super::view::Sight;
use super::waiting::Waiting;

const AT_SYMLINK_FOLLOW: u64 = 0x400;
const RESOLVE_IN_ROOT: u64 = 0x10;
const RENAME_NOREPLACE: u64 = 1;
const RENAME_EXCHANGE: u64 = 2;
const BINFMT: &[u8] = b"binfmt_misc";
/// Marks the numbers of calls for 32 bits.
const I386: u32 = 1 << 30;

/// What all threads share.
#[derive(Debug)]
pub struct Shared {
    /// Where observations go.
    pub recorder: Arc<Recorder>,
    /// Who is told of devices that only the host has.
    pub refusals: Option<Arc<Refusals>>,
    /// Calls that told nothing new.
    pub seen: SeenCalls,
    /// Calls that may not have run yet.
    pub unfinished: Arc<Unfinished>,
    /// Working directories.
    pub directories: ByThread<Arc<[u8]>>,
    /// Programs, by the read set's numbers.
    pub programs: ByThread<u32>,
    /// How the SEE's first process sees paths.
    pub main: Sight,
    /// Who runs programs that the kernel does not run by itself.
    pub registered: Registered,
    /// How the host stores.
    pub stores: Stores,
    /// What it shows as it was.
    pub frozen: Arc<Frozen>,
    /// Whether the SEE may have symlinks, or names of directories, that the host has not.
    pub has_own_links: AtomicBool,
    /// Whether the removal of a name is reported, too.
    pub sees_removals: bool,
    /// Whether some program has had a hand in mounts or root directories: then each is asked for its own.
    pub is_remounted: AtomicBool,
    /// How many programs are being started by the init, which lets nobody look into it.
    pub starting: AtomicU32,
    /// Theirs.
    pub tables: Tables,
}

/// One thread's state.
#[derive(Debug)]
pub struct Observer {
    pub(super) shared: Arc<Shared>,
    pub(super) tree: Tree,
    pub(super) descriptors: Descriptors,
    pub(super) key: Vec<u8>,
}

impl Observer {
    /// Returns an observer.
    pub fn new(shared: Arc<Shared>, tree: Tree) -> Self {
        Self { shared, tree, descriptors: Descriptors::default(), key: Vec::with_capacity(512) }
    }

    /// Says that something lacks in the record from now on.
    pub fn lose(&self, why: Missing) {
        self.shared.recorder.lose(why);
    }

    /// Says that a thread makes a call.
    pub fn returned(&self, thread: u32) {
        self.shared.unfinished.returned(thread);
    }

    /// Records what a call that waits will see.
    pub fn observe(&mut self, waiting: &Waiting<'_>, deferred: &Deferred) {
        let notification = &waiting.call;
        let Some(kind) = call(notification.arch, notification.number) else { return };
        if may_change_files(kind) {
            self.files_change(waiting, deferred);
        }
        let context = Context {
            thread: notification.thread,
            at: Moment::now(),
            call: Some(waiting),
            program: None,
            deferred: Some(deferred),
        };
        // `None`: the call fails by itself, or sees nothing that could be told.
        let _ = self.take_apart(&context, notification, kind);
        self.tell_trouble();
    }

    /// Says that a call comes which sees nothing, but may take a name away. Where the SEE has symlinks of its own, everything
    /// before it is looked at first.
    pub fn removal(&self, waiting: &Waiting<'_>, deferred: &Deferred) {
        if self.shared.has_own_links.load(Ordering::SeqCst) {
            self.files_change(waiting, deferred);
        }
    }

    pub(super) fn tell_trouble(&self) {
        if self.tree.take_trouble() {
            self.lose(Missing::Blind);
        }
    }

    fn take_apart(&mut self, context: &Context<'_, '_>, call: &Notification, kind: Call) -> Option<()> {
        let thread = context.thread;
        let argument = |place: u8| call.arguments.get(usize::from(place)).copied().unwrap_or(0);
        let descriptor = |place: u8| argument(place) as u32 as i32;
        // Tells calls apart where they are remembered: the numbers of both architectures overlap.
        let number = call.number | if call.arch == Arch::I386 { I386 } else { 0 };
        let mut buffer = [0; 4096];
        let shared = Arc::clone(&self.shared);
        let read = |place: u8, buffer| match tracee::read_path(thread, argument(place), buffer) {
            Ok(path) => Some(path),
            Err(errno) => {
                // Only the init, and what it starts before that has become a program, may be closed to us.
                if errno == Errno::PERM && shared.starting.load(Ordering::SeqCst) == 0 {
                    shared.recorder.lose(Missing::Blind);
                }
                None
            }
        };
        match kind {
            Call::Open => {
                let path = read(0, &mut buffer)?;
                self.open(context, &Named { dir: AT_FDCWD, path }, argument(1), 0)
            }
            Call::Creat => {
                let path = read(0, &mut buffer)?;
                self.open(context, &Named { dir: AT_FDCWD, path }, CREAT, 0)
            }
            Call::OpenAt => {
                let path = read(1, &mut buffer)?;
                self.open(context, &Named { dir: descriptor(0), path }, argument(2), 0)
            }
            Call::OpenAt2 => {
                let path = read(1, &mut buffer)?;
                let how = tracee::read_open_how(thread, argument(2)).ok()?;
                self.open(context, &Named { dir: descriptor(0), path }, how.flags, how.resolve)
            }
            Call::List if descriptor(0) < 0 => None,
            Call::List => {
                let named = Named { dir: descriptor(0), path: b"." };
                self.look(context, &named, Intent::of_listing(), number, false)
            }
            Call::Exec => {
                let path = read(0, &mut buffer)?;
                self.exec(context, &Named { dir: AT_FDCWD, path }, 0)
            }
            Call::ExecAt => {
                let path = read(1, &mut buffer)?;
                self.exec(context, &Named { dir: descriptor(0), path }, argument(4))
            }
            Call::Path(PathCall { dir, path, flags, follows, access }) => {
                let path = read(path, &mut buffer)?;
                let flags = flags.map_or(0, argument);
                let follows = (follows && flags & AT_SYMLINK_NOFOLLOW == 0) || flags & AT_SYMLINK_FOLLOW != 0;
                let named = Named { dir: dir.map_or(AT_FDCWD, descriptor), path };
                if path.is_empty() {
                    let is_change = access == Access::WRITE && flags & AT_EMPTY_PATH != 0;
                    return is_change.then(|| self.change_open(context, named.dir, access)).flatten();
                }
                self.look(context, &named, Intent::of(access, follows), number, false)
            }
            Call::Descriptor => self.change_open(context, descriptor(0), Access::default()),
            Call::Make(made) => {
                let path = read(made.path, &mut buffer)?;
                let named = Named { dir: made.dir.map_or(AT_FDCWD, descriptor), path };
                self.look(context, &named, Intent::of_new_name(made.access), number, false)
            }
            Call::Bind => self.bind(context, argument(1), argument(2), number),
            Call::SocketCall => {
                let [_, address, length] = tracee::read_words(thread, argument(1)).ok()?;
                self.bind(context, address.into(), length.into(), number)
            }
            Call::Rename { at, flags } => {
                let ((old_dir, old), (new_dir, new)) = two_paths(at);
                let old = Named { dir: old_dir.map_or(AT_FDCWD, descriptor), path: read(old, &mut buffer)? };
                if self.is_tree_or_link(context, &old) {
                    self.names_change(call);
                }
                let source = self.note_path(context, &old, Intent::of_name(Access::WRITE, false));
                if source.as_ref().is_some_and(Reached::is_nothing) {
                    // Then it fails whatever the new name is.
                    return None;
                }
                let flags = flags.map_or(0, argument);
                let moves_tree = source.as_ref().is_some_and(Reached::is_directory);
                let access = match flags {
                    _ if flags & RENAME_EXCHANGE != 0 => Access::WRITE | Access::REPLACE,
                    _ if flags & RENAME_NOREPLACE != 0 => Access::EXCLUSIVE,
                    // It never takes the place of a file.
                    _ if moves_tree => Access::LOOKUP | Access::TRUNCATE,
                    _ => Access::TRUNCATE | Access::REPLACE,
                };
                let mut other = [0; 4096];
                let new = Named { dir: new_dir.map_or(AT_FDCWD, descriptor), path: read(new, &mut other)? };
                if flags & RENAME_EXCHANGE != 0 && self.is_tree_or_link(context, &new) {
                    self.names_change(call);
                }
                let target = self.note_path(context, &new, Intent::of_new_name(access));
                let goes = target.as_ref().is_none_or(|target| match flags {
                    _ if flags & RENAME_EXCHANGE != 0 => !target.is_nothing(),
                    _ => target.is_free_for_a_file(),
                });
                // Only now is it known that it may go.
                source.filter(|_| goes).map(|source| self.record_move(context, &source))
            }
            Call::Link { at } => {
                let ((old_dir, old), (new_dir, new)) = two_paths(at);
                let follows = at && argument(4) & AT_SYMLINK_FOLLOW != 0;
                let old = Named { dir: old_dir.map_or(AT_FDCWD, descriptor), path: read(old, &mut buffer)? };
                if !follows && self.is_tree_or_link(context, &old) {
                    self.names_change(call);
                }
                let source = self.note_path(context, &old, Intent::of_name(Access::WRITE, follows));
                if source.as_ref().is_some_and(Reached::is_nothing) {
                    // Then it fails whatever the new name is.
                    return None;
                }
                let mut other = [0; 4096];
                let new = Named { dir: new_dir.map_or(AT_FDCWD, descriptor), path: read(new, &mut other)? };
                self.note_path(context, &new, Intent::of_new_name(Access::EXCLUSIVE)).map(drop)
            }
            Call::Symlink { dir, path } => {
                self.names_change(call);
                let named = Named { dir: dir.map_or(AT_FDCWD, descriptor), path: read(path, &mut buffer)? };
                self.note_path(context, &named, Intent::of_new_name(Access::EXCLUSIVE)).map(drop)
            }
            Call::Renames => {
                self.names_change(call);
                None
            }
            Call::Chdir => {
                self.shared.unfinished.begin(thread, call.number, Effect::Directory);
                // Others may have the very same one: threads, and whatever was made with `CLONE_FS`.
                self.shared.directories.clear();
                None
            }
            Call::Detach => {
                // What is opened through such a mount has a path that means nothing elsewhere.
                self.lose(Missing::Blind);
                None
            }
            Call::NewFileSystem => {
                // Interpreters of programs' own, which the kernel opens without a word.
                if read(0, &mut buffer)? == BINFMT {
                    self.lose(Missing::Blind);
                }
                None
            }
            Call::Mount | Call::Remount => {
                if kind == Call::Mount && read(2, &mut buffer).is_some_and(|what| what == BINFMT) {
                    self.lose(Missing::Blind);
                }
                self.shared.is_remounted.store(true, Ordering::SeqCst);
                self.names_change(call);
                None
            }
        }
    }

    /// Records the name of a socket that is to be made: nothing may be there.
    fn bind(&mut self, context: &Context<'_, '_>, address: u64, length: u64, number: u32) -> Option<()> {
        let path = tracee::read_socket_path(context.thread, address, length).ok()??;
        let named = Named { dir: AT_FDCWD, path: &path };
        self.look(context, &named, Intent::of_new_name(Access::EXCLUSIVE), number, false)
    }

    /// Records that the attributes of what is open change: of a directory, and with some `file` access also of a file.
    fn change_open(&mut self, context: &Context<'_, '_>, descriptor: i32, file: Access) -> Option<()> {
        let told = self.directory(context.thread, descriptor)?;
        let mut sight = self.sight(context, self.shared.is_remounted.load(Ordering::SeqCst))?;
        let link = Place::of(descriptor).link(context.thread);
        let path = self.shared.begin(&mut sight, &told, link.as_bytes())?;
        let intent = Intent { file, ..Intent::of(Access::WRITE, false) };
        self.note(context, &sight, &path, path.as_bytes(), intent).map(drop)
    }

    /// Says that a call is about to change something. Everything before it is looked at first, and until it has run
    /// nothing is looked at late.
    fn files_change(&self, waiting: &Waiting<'_>, deferred: &Deferred) {
        self.shared.unfinished.begin(waiting.call.thread, waiting.call.number, Effect::Files);
        if deferred.has_many() {
            waiting.pass_turn();
        }
        deferred.settle();
    }

    /// Says that a call is about to change what names mean.
    fn names_change(&self, call: &Notification) {
        self.shared.has_own_links.store(true, Ordering::SeqCst);
        self.shared.unfinished.begin(call.thread, call.number, Effect::Names);
        self.shared.directories.clear();
    }

    fn open(&mut self, context: &Context<'_, '_>, named: &Named<'_>, flags: u64, resolve: u64) -> Option<()> {
        let flags = OpenFlags::new(flags);
        let can_wait = flags.only_reads();
        let intent = Intent {
            file: flags.access(),
            directory: flags.directory_access(),
            follows: flags.follows(),
            can_wait,
            makes: flags.creates(),
        };
        if let Some((call, deferred)) = context.call.zip(context.deferred).filter(|_| !can_wait) {
            self.files_change(call, deferred);
        }
        self.look(context, named, intent, flags.bits() | 1 << 31, resolve & RESOLVE_IN_ROOT != 0)
    }
}

/// Returns which arguments are directory and path, of the old name and the new one.
type TwoPaths = ((Option<u8>, u8), (Option<u8>, u8));

fn two_paths(at: bool) -> TwoPaths {
    if at { ((Some(0), 1), (Some(2), 3)) } else { ((None, 0), (None, 1)) }
}

/// Tells whether a call may change what others see; of an open its flags say so.
fn may_change_files(kind: Call) -> bool {
    match kind {
        Call::Open | Call::OpenAt | Call::OpenAt2 | Call::List | Call::Exec | Call::ExecAt => false,
        Call::Chdir | Call::NewFileSystem => false,
        Call::Path(call) => call.access != Access::STAT,
        _ => true,
    }
}
