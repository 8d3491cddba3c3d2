//! One thread's work: takes a call apart, finds out what it will see of the host, and records that. Never answers, and
//! never fails: what cannot be told is left out, and the call goes on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use rustix::io::Errno;
use see_sys::seccomp_notify::{Listener, Notification};

use crate::layer::Layer;
use crate::path::HostPath;
use crate::read_set::access::Access;
use crate::read_set::entry::{Looker, Moment, Seen};
use crate::read_set::recorder::Recorder;
use crate::read_set::set::Missing;

use super::calls::{Call, PathCall, call};
use super::deferred::Deferred;
use super::flags::{CREAT, OpenFlags};
use super::program::{Runner, may_run, runner};
use super::resolve::{Reached, walk};
use super::seen_calls::{ByThread, SeenCalls};
use super::tracee::{self, Descriptors, Place};
use super::tree::{Epoch, Found, Tree, milliseconds};
use super::view::Sight;

const AT_FDCWD: i32 = -100;
const AT_SYMLINK_NOFOLLOW: u64 = 0x100;
const AT_SYMLINK_FOLLOW: u64 = 0x400;
const AT_EMPTY_PATH: u64 = 0x1000;
const RESOLVE_IN_ROOT: u64 = 0x10;
const RENAME_NOREPLACE: u64 = 1;
const RENAME_EXCHANGE: u64 = 2;
/// A script's interpreter may be a script; the kernel goes no deeper.
const DEEPEST_SCRIPT: u32 = 5;
/// `/proc/self/fd/3` may lead to `/proc/self/cwd`.
const MOST_MAGIC: u32 = 4;

/// Parts of the SEE that show the host as it was when the session began: that is when they were looked at.
#[derive(Debug)]
pub struct Frozen {
    /// Every layer's mount point, and since when it shows what it does when that is not now. Inner ones come first.
    parts: Vec<(HostPath, Option<Moment>)>,
}

impl Frozen {
    /// Returns the parts of these layers that lie on a copy.
    pub fn new(layers: &[Layer], mirrored: &[HostPath]) -> Self {
        if mirrored.is_empty() {
            return Self { parts: Vec::new() };
        }
        let since = |layer: &Layer| mirrored.contains(&layer.mount_point).then(|| Moment::from(layer.began));
        let mut parts: Vec<_> =
            layers.iter().map(|layer| (layer.mount_point.clone(), since(layer))).collect();
        parts.sort_by(|a, b| b.0.cmp(&a.0));
        Self { parts }
    }

    /// Returns since when what is seen at a path now has been shown.
    fn shown_since(&self, path: &HostPath, now: Moment) -> Moment {
        let part = self.parts.iter().find(|(point, _)| path.is_within(point));
        part.and_then(|(_, since)| *since).unwrap_or(now)
    }
}

/// What all threads share.
#[derive(Debug)]
pub struct Shared {
    /// Where observations go.
    pub recorder: Arc<Recorder>,
    /// Calls that told nothing new.
    pub seen: SeenCalls,
    /// Since when names mean what they mean.
    pub epoch: Arc<Epoch>,
    /// Working directories.
    pub directories: ByThread<Arc<[u8]>>,
    /// Programs, by the read set's numbers.
    pub programs: ByThread<u32>,
    /// How the SEE's first process sees paths.
    pub main: Sight,
    /// What it shows as it was.
    pub frozen: Frozen,
    /// Its mount name space.
    pub namespace: u64,
    /// Whether some program has had a hand in mounts or root directories: then each is asked for its own.
    pub is_remounted: AtomicBool,
    /// How many programs are being started by the init, which lets nobody look into it.
    pub starting: AtomicU32,
    /// The next number of a mount table.
    pub next_table: AtomicU32,
}

/// One thread's state.
#[derive(Debug)]
pub struct Observer {
    shared: Arc<Shared>,
    tree: Tree,
    descriptors: Descriptors,
    key: Vec<u8>,
}

/// What a call means to do with an object.
#[derive(Clone, Copy, Debug)]
struct Intent {
    file: Access,
    directory: Access,
    follows: bool,
    /// Whether the call changes nothing, so that it may run before it is known what it will see.
    can_wait: bool,
}

impl Intent {
    fn of(access: Access, follows: bool) -> Self {
        let directory = if access.has(Access::LIST | Access::WRITE) { access } else { Access::LOOKUP };
        Self { file: access, directory, follows, can_wait: access == Access::STAT }
    }

    /// Returns the intent of a call that gives an object another name: what a directory is like stays as it is.
    fn of_name(access: Access, follows: bool) -> Self {
        Self { directory: Access::LOOKUP, ..Self::of(access, follows) }
    }
}

/// A path and the directory that it counts from.
struct Named<'a> {
    /// A descriptor, or `AT_FDCWD`.
    dir: i32,
    path: &'a [u8],
}

/// Who looks, and when.
struct Context<'a> {
    thread: u32,
    at: Moment,
    now: u64,
    /// The call that waits meanwhile; none while a program is about to be started.
    waits: Option<(&'a Listener, &'a Notification)>,
    /// Its program, when it is known.
    program: Option<u32>,
    /// Where looks go that can wait; none for those that have waited.
    deferred: Option<&'a Deferred>,
}

impl Context<'_> {
    /// Tells whether what was read of the thread was read of this thread: it still waits.
    fn still_waits(&self) -> bool {
        self.waits.is_none_or(|(listener, call)| listener.is_waiting(call.id))
    }

    /// Tells whether the call may have run already.
    fn is_late(&self) -> bool {
        self.waits.is_none()
    }
}

/// A look that can wait: all that the thread itself had to be asked for is known.
#[derive(Debug)]
pub struct Look {
    thread: u32,
    program: Option<u32>,
    at: Moment,
    now: u64,
    sight: Sight,
    start: HostPath,
    path: Vec<u8>,
    intent: Intent,
    /// What to remember the call by.
    key: Option<Box<[u8]>>,
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

    /// Records what a call that waits will see.
    pub fn observe(&mut self, listener: &Listener, notification: &Notification, deferred: &Deferred) {
        let Some(kind) = call(notification.arch, notification.number) else { return };
        if !may_wait(kind) {
            deferred.settle();
        }
        let context = Context {
            thread: notification.thread,
            at: Moment::now(),
            now: milliseconds(),
            waits: Some((listener, notification)),
            program: None,
            deferred: Some(deferred),
        };
        // `None`: the call fails by itself, or sees nothing that could be told.
        let _ = self.take_apart(&context, notification, kind);
        self.tell_trouble();
    }

    fn tell_trouble(&self) {
        if self.tree.take_trouble() {
            self.lose(Missing::Blind);
        }
    }

    /// Records what the start of a program will see: the first of these paths that is there is run. For the moment in
    /// which the process that starts it does not let itself be looked into.
    pub fn starting(&mut self, cwd: &HostPath, candidates: &[Vec<u8>]) {
        self.shared.starting.fetch_add(1, Ordering::SeqCst);
        for path in candidates {
            let program = Some(self.shared.recorder.program(path));
            let context = Context {
                thread: 0,
                at: Moment::now(),
                now: milliseconds(),
                waits: None,
                program,
                deferred: None,
            };
            let sight = self.shared.main.clone();
            match self.run_file(&context, &sight, cwd, path, true) {
                Some(Ran::Text) => {
                    self.run_file(&context, &sight, cwd, b"/bin/sh", true);
                    return;
                }
                Some(Ran::Program) => return,
                Some(Ran::Nothing) | None => {}
            }
        }
    }

    /// Says that a program whose start was announced runs, or failed to start.
    pub fn started(&self) {
        self.shared.starting.fetch_sub(1, Ordering::SeqCst);
    }

    fn take_apart(&mut self, context: &Context<'_>, call: &Notification, kind: Call) -> Option<()> {
        let thread = context.thread;
        let argument = |place: u8| call.arguments.get(usize::from(place)).copied().unwrap_or(0);
        let descriptor = |place: u8| argument(place) as u32 as i32;
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
                self.look(context, &named, Intent::of(access, follows), call.number, 0)
            }
            Call::Descriptor => self.change_open(context, descriptor(0), Access::default()),
            Call::Rename { at, flags } => {
                let ((old_dir, old), (new_dir, new)) = two_paths(at);
                let old = Named { dir: old_dir.map_or(AT_FDCWD, descriptor), path: read(old, &mut buffer)? };
                if self.is_tree_or_link(context, &old) {
                    self.names_change();
                }
                let source = self.note_path(context, &old, Intent::of_name(Access::WRITE, false));
                let flags = flags.map_or(0, argument);
                let access = match flags {
                    _ if flags & RENAME_EXCHANGE != 0 => Access::WRITE,
                    _ if flags & RENAME_NOREPLACE != 0 => Access::EXCLUSIVE,
                    _ => Access::TRUNCATE,
                };
                let mut other = [0; 4096];
                let new = Named { dir: new_dir.map_or(AT_FDCWD, descriptor), path: read(new, &mut other)? };
                if flags & RENAME_EXCHANGE != 0 && self.is_tree_or_link(context, &new) {
                    self.names_change();
                }
                self.note_path(context, &new, Intent::of_name(access, false)).and(source)
            }
            Call::Link { at } => {
                let ((old_dir, old), (new_dir, new)) = two_paths(at);
                let follows = at && argument(4) & AT_SYMLINK_FOLLOW != 0;
                let old = Named { dir: old_dir.map_or(AT_FDCWD, descriptor), path: read(old, &mut buffer)? };
                if !follows && self.is_tree_or_link(context, &old) {
                    self.names_change();
                }
                let source = self.note_path(context, &old, Intent::of_name(Access::WRITE, follows));
                let mut other = [0; 4096];
                let new = Named { dir: new_dir.map_or(AT_FDCWD, descriptor), path: read(new, &mut other)? };
                self.note_path(context, &new, Intent::of_name(Access::EXCLUSIVE, false)).and(source)
            }
            Call::Renames => {
                self.shared.epoch.turn();
                None
            }
            Call::Chdir => {
                tracee::threads(thread).into_iter().for_each(|thread| self.shared.directories.forget(thread));
                None
            }
            Call::Detach => {
                // What is opened through such a mount has a path that means nothing elsewhere.
                self.lose(Missing::Blind);
                None
            }
            Call::Remount => {
                self.shared.is_remounted.store(true, Ordering::SeqCst);
                self.names_change();
                None
            }
        }
    }

    /// Records that the attributes of what is open change: of a directory, and with some `file` access also of a file.
    fn change_open(&mut self, context: &Context<'_>, descriptor: i32, file: Access) -> Option<()> {
        let told = self.directory(context.thread, descriptor)?;
        let sight = self.sight(context.thread, self.shared.is_remounted.load(Ordering::SeqCst))?;
        let path = sight.inner(&told)?;
        let intent = Intent { file, ..Intent::of(Access::WRITE, false) };
        self.note(context, &sight, &path, path.as_bytes(), intent).map(drop)
    }

    fn names_change(&self) {
        self.shared.epoch.turn();
        self.shared.directories.clear();
    }

    fn open(&mut self, context: &Context<'_>, named: &Named<'_>, flags: u64, resolve: u64) -> Option<()> {
        let flags = OpenFlags::new(flags);
        let can_wait = flags.only_reads();
        let intent = Intent {
            file: flags.access(),
            directory: flags.directory_access(),
            follows: flags.follows(),
            can_wait,
        };
        if let Some(deferred) = context.deferred.filter(|_| !can_wait) {
            deferred.settle();
        }
        self.look(context, named, intent, flags.bits() | 1 << 31, resolve & RESOLVE_IN_ROOT)
    }

    /// Looks at a path unless the same was looked at before with the same intent. `flags` tell intents apart.
    fn look(
        &mut self,
        context: &Context<'_>,
        named: &Named<'_>,
        intent: Intent,
        flags: u32,
        resolve: u64,
    ) -> Option<()> {
        let thread = context.thread;
        let is_remounted = self.shared.is_remounted.load(Ordering::SeqCst);
        let is_absolute = named.path.first() == Some(&b'/') && resolve == 0;
        let told = if is_absolute { None } else { Some(self.directory(thread, named.dir)?) };
        let can_remember = !is_remounted && !is_own_link(named.path);
        self.key.clear();
        self.key.extend_from_slice(&flags.to_le_bytes());
        self.key.extend_from_slice(told.as_deref().unwrap_or_default());
        self.key.push(0);
        self.key.extend_from_slice(named.path);
        if can_remember && self.shared.seen.has(&self.key) {
            return Some(());
        }
        let mut sight = self.sight(thread, is_remounted)?;
        let start = match &told {
            Some(told) => sight.inner(told)?,
            None => sight.root.clone(),
        };
        if resolve != 0 {
            sight.root = start.clone();
        }
        // Through `/proc` and `/dev` a path may lead to what only the thread has, and only now.
        let is_own = told.as_deref().is_some_and(is_own_link) || is_own_link(named.path);
        if let Some(deferred) = context.deferred.filter(|_| intent.can_wait && !is_own) {
            let program = self.program(context);
            if !context.still_waits() {
                return None;
            }
            deferred.push(Look {
                thread,
                program,
                at: context.at,
                now: context.now,
                sight,
                start,
                path: named.path.to_vec(),
                intent,
                key: can_remember.then(|| self.key.as_slice().into()),
            });
            return Some(());
        }
        self.note(context, &sight, &start, named.path, intent)?;
        if can_remember {
            self.shared.seen.put(&self.key, context.now);
        }
        Some(())
    }

    /// Records what a call has seen that was let go.
    pub fn look_late(&mut self, look: Look) {
        let Look { thread, program, at, now, sight, start, path, intent, key } = look;
        if key.as_ref().is_some_and(|key| self.shared.seen.has(key)) {
            return;
        }
        let context = Context { thread, at, now, waits: None, program, deferred: None };
        if self.note(&context, &sight, &start, &path, intent).is_some() {
            if let Some(key) = key {
                self.shared.seen.put(&key, now);
            }
        }
        self.tell_trouble();
    }

    fn program(&self, context: &Context<'_>) -> Option<u32> {
        let Shared { recorder, main, programs, .. } = &*self.shared;
        context.program.or_else(|| {
            programs.get(context.thread, || {
                let told = tracee::place(context.thread, Place::Program).unwrap_or_default();
                let inner = main.inner(&told);
                Some(recorder.program(inner.as_ref().map_or(&told, HostPath::as_bytes)))
            })
        })
    }

    /// Looks at a path, without remembering the call.
    fn note_path(&mut self, context: &Context<'_>, named: &Named<'_>, intent: Intent) -> Option<()> {
        let (sight, start) = self.place(context, named)?;
        self.note(context, &sight, &start, named.path, intent).map(drop)
    }

    fn place(&mut self, context: &Context<'_>, named: &Named<'_>) -> Option<(Sight, HostPath)> {
        let thread = context.thread;
        let sight = self.sight(thread, self.shared.is_remounted.load(Ordering::SeqCst))?;
        let start = match named.path.first() {
            None => return None,
            Some(b'/') => sight.root.clone(),
            Some(_) => sight.inner(&self.directory(thread, named.dir)?)?,
        };
        Some((sight, start))
    }

    /// Tells whether names below or through this one will mean something else once it has moved.
    fn is_tree_or_link(&mut self, context: &Context<'_>, named: &Named<'_>) -> bool {
        let Some((sight, start)) = self.place(context, named) else { return true };
        let main = Arc::clone(&self.shared.main.table);
        match walk(&mut self.tree, &sight, &main, &start, named.path, false, &mut Vec::new()) {
            Some(reached) => {
                !matches!(reached.found, Found::Other { .. } | Found::Absent { .. } | Found::Private)
            }
            None => true,
        }
    }

    fn directory(&mut self, thread: u32, dir: i32) -> Option<Arc<[u8]>> {
        if dir == AT_FDCWD {
            return self.shared.directories.get(thread, || tracee::place(thread, Place::Cwd).map(Arc::from));
        }
        self.descriptors.place(thread, dir).map(Arc::from)
    }

    fn sight(&self, thread: u32, is_remounted: bool) -> Option<Sight> {
        if !is_remounted {
            return Some(self.shared.main.clone());
        }
        let id = self.shared.next_table.fetch_add(1, Ordering::Relaxed);
        Sight::of_thread(thread, &self.shared.main, self.shared.namespace, id)
    }

    /// Follows a path and records what is there. Returns where it led.
    fn note(
        &mut self,
        context: &Context<'_>,
        sight: &Sight,
        start: &HostPath,
        path: &[u8],
        intent: Intent,
    ) -> Option<Reached> {
        let main = Arc::clone(&self.shared.main.table);
        let mut links = Vec::new();
        let mut reached = walk(&mut self.tree, sight, &main, start, path, intent.follows, &mut links)?;
        for _ in 0..MOST_MAGIC {
            if !leads_to_own(&reached) {
                break;
            }
            if context.is_late() {
                // A symlink led there, and the thread has gone on.
                self.lose(Missing::Blind);
                return None;
            }
            let Some(real) = own_link(context.thread, &reached) else { break };
            let real = sight.inner(&real)?;
            reached = walk(&mut self.tree, sight, &main, &real, real.as_bytes(), intent.follows, &mut links)?;
        }
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
            Found::Other { host: Some((path, object)) }
            | Found::Symlink { host: Some((path, object)), .. } => {
                self.record(context, path.clone(), file, Seen::Object(*object));
            }
            Found::Absent { host: Some(path) } => {
                let seen =
                    if context.is_late() { self.tree.absent_since(path, context.at) } else { Seen::Absent };
                self.record(context, path.clone(), file, seen);
            }
            Found::Unknown => return None,
            _ => {}
        }
        Some(reached)
    }

    fn record(&self, context: &Context<'_>, path: HostPath, access: Access, seen: Seen) {
        let by = Looker { thread: context.thread, program: self.program(context).unwrap_or(0) };
        let at = self.shared.frozen.shown_since(&path, context.at);
        self.shared.recorder.note(path, access, seen, at, by);
    }

    /// Records a program and what the kernel opens to run it.
    fn exec(&mut self, context: &Context<'_>, named: &Named<'_>, flags: u64) -> Option<()> {
        let thread = context.thread;
        let follows = flags & AT_SYMLINK_NOFOLLOW == 0;
        let (sight, start, path) = if named.path.is_empty() && flags & AT_EMPTY_PATH != 0 {
            let sight = self.sight(thread, self.shared.is_remounted.load(Ordering::SeqCst))?;
            let file = sight.inner(&tracee::place(thread, Place::Descriptor(named.dir))?)?;
            (sight, file.clone(), file.as_bytes().to_vec())
        } else {
            let (sight, start) = self.place(context, named)?;
            (sight, start, named.path.to_vec())
        };
        self.run_file(context, &sight, &start, &path, follows);
        self.shared.programs.forget(thread);
        Some(())
    }

    /// Records a program file and, when it is one, who the kernel opens to run it.
    fn run_file(
        &mut self,
        context: &Context<'_>,
        sight: &Sight,
        start: &HostPath,
        path: &[u8],
        follows: bool,
    ) -> Option<Ran> {
        let intent = Intent::of(Access::EXEC, follows);
        let mut next = path.to_vec();
        let mut ran = Ran::Nothing;
        for _ in 0..DEEPEST_SCRIPT {
            let reached = self.note(context, sight, start, &next, intent)?;
            let (Found::Other { .. }, Some(dir)) = (&reached.found, &reached.dir) else { return Some(ran) };
            let Some(file) = self.tree.program(dir, reached.path.name()) else { return Some(ran) };
            if !may_run(&file) {
                return Some(ran);
            }
            let runner = runner(&file);
            ran = Ran::Program;
            match runner {
                Runner::Interpreter(path) => next = path,
                Runner::Loader(path) => {
                    self.note(context, sight, start, &path, intent)?;
                    return Some(ran);
                }
                Runner::Itself => return Some(ran),
                Runner::Text => return Some(Ran::Text),
            }
        }
        Some(ran)
    }
}

/// What a path turned out to be that was to be run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ran {
    /// No file.
    Nothing,
    /// Something that the kernel runs.
    Program,
    /// Something that only a shell runs.
    Text,
}

/// Returns which arguments are directory and path, of the old name and the new one.
type TwoPaths = ((Option<u8>, u8), (Option<u8>, u8));

fn two_paths(at: bool) -> TwoPaths {
    if at { ((Some(0), 1), (Some(2), 3)) } else { ((None, 0), (None, 1)) }
}

/// Tells whether a call can be one that changes nothing; of an open its flags say more.
fn may_wait(kind: Call) -> bool {
    match kind {
        Call::Open | Call::OpenAt | Call::OpenAt2 | Call::Chdir => true,
        Call::Path(call) => call.access == Access::STAT,
        _ => false,
    }
}

/// Tells whether a path may lead through a link that means something else for each thread.
fn is_own_link(path: &[u8]) -> bool {
    let is_below =
        |top: &[u8]| path.strip_prefix(top).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"));
    is_below(b"/proc") || is_below(b"/dev")
}

/// Tells whether a path led to a link of `/proc` that means something else for each thread.
fn leads_to_own(reached: &Reached) -> bool {
    let path = reached.path.as_bytes();
    let own = [&b"/fd/"[..], b"/cwd", b"/root", b"/exe"];
    let is_link = path.starts_with(b"/proc/") && own.iter().any(|part| contains(path, part));
    let is_standard = [&b"/dev/fd/"[..], b"/dev/stdin", b"/dev/stdout", b"/dev/stderr"];
    reached.found == Found::Private && (is_link || is_standard.iter().any(|start| path.starts_with(start)))
}

fn contains(path: &[u8], part: &[u8]) -> bool {
    path.windows(part.len()).any(|window| window == part)
}

/// Returns where a link of `/proc` leads that a path goes through, and the rest of the path, as the supervisor sees it.
fn own_link(thread: u32, reached: &Reached) -> Option<Vec<u8>> {
    if reached.found != Found::Private {
        return None;
    }
    let mut parts = reached.path.as_bytes().split(|byte| *byte == b'/').skip(1).peekable();
    let (who, what): (&[u8], Vec<u8>) = match parts.next()? {
        b"dev" => match parts.next()? {
            b"fd" => (b"self", [b"fd/", parts.next()?].concat()),
            b"stdin" => (b"self", b"fd/0".to_vec()),
            b"stdout" => (b"self", b"fd/1".to_vec()),
            b"stderr" => (b"self", b"fd/2".to_vec()),
            _ => return None,
        },
        b"proc" => {
            let who = parts.next()?;
            if parts.next_if_eq(&&b"task"[..]).is_some() {
                parts.next()?;
            }
            match parts.next()? {
                b"fd" => (who, [b"fd/", parts.next()?].concat()),
                link @ (b"cwd" | b"root" | b"exe") => (who, link.to_vec()),
                _ => return None,
            }
        }
        _ => return None,
    };
    let link = match who {
        b"self" | b"thread-self" => format!("/proc/{thread}/").into_bytes(),
        // Another process, by its number inside: through the `/proc` that the thread sees.
        who if who.iter().all(u8::is_ascii_digit) => {
            [format!("/proc/{thread}/root/proc/").as_bytes(), who, b"/"].concat()
        }
        _ => return None,
    };
    let mut real = tracee::link_path(&[link, what].concat())?;
    for part in parts {
        real.push(b'/');
        real.extend_from_slice(part);
    }
    Some(real)
}
