//! A workbench: a host tree, a store, and a session whose layer a real overlay filled.

mod apart;
mod sight;

use std::collections::BTreeMap;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use crate::commit::selection::Selection;
use crate::commit::stat::Stat;
use crate::commit::{self, CommitOutcome};
use crate::error::{Resolution, Result};
use crate::layer::{Layer, MarkSpace};
use crate::monitor::Unmonitored;
use crate::path::HostPath;
use crate::policy::Policy;
use crate::read_set::access::Access;
use crate::read_set::entry::{Looker, Moment, Object, Seen};
use crate::read_set::log;
use crate::read_set::recorder::{Recorder, Start};
use crate::read_set::set::ReadSet;
use crate::session::{Mode, Session, SessionState};
use crate::store::Store;
use crate::timestamp::Timestamp;

pub use sight::{Sight, assert_same, look};

pub const SESSION: &str = "sandbox";

/// A host tree, a store and a session.
pub struct Bench {
    pub dir: tempfile::TempDir,
    pub store: Store,
    pub host: PathBuf,
    /// The SEE's root directory, of which nothing is there but the way to `view`.
    pub see: PathBuf,
    pub view: PathBuf,
    pub upper: PathBuf,
    work: PathBuf,
    marks: MarkSpace,
    mounted: bool,
    /// Holds the host tree when it lies on another file system than the layer.
    apart: Option<tempfile::TempDir>,
}

impl Bench {
    /// Returns a bench whose host tree was made by this script, with a session that has not begun.
    pub fn new(marks: MarkSpace, host_script: &str) -> Self {
        Self::on(Path::new("/var/tmp"), marks, host_script)
    }

    /// Returns a bench with an empty host tree where nothing waits for a disk.
    pub fn in_memory(marks: MarkSpace) -> Self {
        Self::on(memory(), marks, "true")
    }

    /// Like `new`, on the file system of this directory.
    pub fn on(place: &Path, marks: MarkSpace, host_script: &str) -> Self {
        let dir = tempfile::tempdir_in(place).unwrap();
        let store = Store::open(Some(&dir.path().join("store"))).unwrap();
        let layer = store.root().join("layers").join(SESSION).join("0");
        let at = |path: PathBuf| {
            std::fs::create_dir_all(&path).unwrap();
            path
        };
        let (host, see) = (at(dir.path().join("host")), dir.path().join("see"));
        let view = at(see.join(host.strip_prefix("/").unwrap()));
        let (upper, work) = (at(layer.join("upper")), at(layer.join("work")));
        let bench = Self { dir, store, host, see, view, upper, work, marks, mounted: false, apart: None };
        bench.on_host(host_script);
        bench
    }

    /// Runs a whole session: this script, in the SEE.
    pub fn session(marks: MarkSpace, host_script: &str, program: &str) -> Self {
        let mut bench = Self::new(marks, host_script);
        bench.begin();
        bench.enter(program);
        bench
    }

    /// Runs a whole session where nothing waits for a disk.
    pub fn fast_session(marks: MarkSpace, host_script: &str, program: &str) -> Self {
        let mut bench = Self::on(memory(), marks, host_script);
        bench.begin();
        bench.enter(program);
        bench
    }

    /// Begins the session: what the host does from now on counts as meanwhile.
    pub fn begin(&self) {
        // The clock of the file system has to move on, or the set-up is a tie.
        let (host, upper) = (self.host.display(), self.upper.display());
        run_in(
            self.dir.path(),
            &format!(
                "chmod --reference={host} {upper}; chown --reference={host} {upper}; touch -r {host} {upper}"
            ),
        );
        let (began, device) = self.clock();
        self.store
            .insert_session(&Session {
                id: SESSION.to_owned(),
                name: None,
                state: SessionState::Finished,
                command: vec![b"true".to_vec()],
                cwd: HostPath::root(),
                mode: Mode::System,
                owner_uid: 0,
                run_as: (0, 0),
                created: began,
                ended: None,
                exit_status: Some(0),
                why: None,
                layers: vec![Layer {
                    index: 0,
                    mount_point: self.path(""),
                    upper: self.upper.clone(),
                    work: self.work.clone(),
                    room: self.store.root().to_owned(),
                    device,
                    same_mount: self.apart.is_none(),
                    marks: self.marks,
                    began,
                    mounted: began,
                    masked: Vec::new(),
                    unnoted_masks: false,
                    covered: None,
                    untouched: false,
                }],
                limits: Vec::new(),
                policy: Policy::default(),
                frozen: None,
                near: Vec::new(),
            })
            .unwrap();
    }

    /// Says that the session is mounted anew from now on.
    pub fn mounts_again(&self) {
        let (now, _) = self.clock();
        self.change_layer(|layer| layer.mounted = now);
    }

    /// Says that a mask keeps this place out of the session's sight.
    pub fn masks(&self, place: &str) {
        self.change_layer(|layer| layer.masked.push(self.path(place)));
    }

    /// Changes the record of the session's layer.
    pub fn change_layer(&self, change: impl FnMut(&mut Layer)) {
        let mut session = self.store.session(SESSION).unwrap();
        session.layers.iter_mut().for_each(change);
        self.store.update_session(&session).unwrap();
    }

    /// Returns a time between what was and what will be changed, and the device whose clock tells it.
    fn clock(&self) -> (Timestamp, u64) {
        tick();
        let probe = self.dir.path().join("probe");
        std::fs::write(&probe, "").unwrap();
        let facts = std::fs::metadata(&probe).unwrap();
        tick();
        (Timestamp::from_parts(facts.mtime(), facts.mtime_nsec()), facts.dev())
    }

    /// Records, as the interposer would, that the session looks at these paths now.
    pub fn record(&self, looks: &[(&str, Access)]) {
        std::fs::create_dir_all(self.store.session_dir(SESSION)).unwrap();
        let start = if self.reads().exists() { Start::GoOn } else { Start::New };
        let recorder = Recorder::open(&self.reads(), start).unwrap();
        for (path, access) in looks {
            recorder.note(self.path(path), *access, see(&self.host.join(path)), Moment::now(), LOOKER);
        }
        recorder.finish().unwrap();
    }

    /// Keeps a record as the session's.
    pub fn keep_record(&self, seen: &ReadSet) {
        std::fs::create_dir_all(self.store.session_dir(SESSION)).unwrap();
        log::save(&self.reads(), seen).unwrap();
    }

    /// Returns the session's layer.
    pub fn session_layer(&self) -> Layer {
        self.store.session(SESSION).unwrap().layers.remove(0)
    }

    fn reads(&self) -> PathBuf {
        crate::engine::reads_path(&self.store, SESSION)
    }

    /// Runs a script in the SEE, which is mounted for that long.
    pub fn enter(&mut self, program: &str) {
        if !may_mount() {
            return self.enter_without_privilege(program);
        }
        self.mount();
        self.run(program);
        self.unmount();
    }

    /// The mount lies in namespaces of a process of its own, as the engine makes them: we stay outside.
    fn enter_without_privilege(&self, program: &str) {
        let (options, view) = (self.options(), self.view.display());
        let script = format!("mount -t overlay overlay -o {options} {view}; cd {view}; {program}");
        let mut command = std::process::Command::new("unshare");
        command.args(["--map-root-user", "--mount", "--propagation", "private"]);
        let status = command.args(["bash", "-euc", &script]).status().unwrap();
        assert!(status.success(), "{program}");
    }

    fn options(&self) -> String {
        let extra = match self.marks {
            MarkSpace::Trusted => "redirect_dir=on,metacopy=on,index=off",
            MarkSpace::User => "userxattr",
        };
        let (host, upper, work) = (self.host.display(), self.upper.display(), self.work.display());
        format!("lowerdir={host},upperdir={upper},workdir={work},{extra}")
    }

    pub fn mount(&mut self) {
        let options = std::ffi::CString::new(self.options()).unwrap();
        let flags = rustix::mount::MountFlags::empty();
        rustix::mount::mount("overlay", &self.view, "overlay", flags, options.as_c_str()).unwrap();
        self.mounted = true;
    }

    pub fn unmount(&mut self) {
        rustix::mount::unmount(&self.view, rustix::mount::UnmountFlags::empty()).unwrap();
        self.mounted = false;
    }

    pub fn run(&self, script: &str) {
        run_in(&self.view, script);
    }

    pub fn on_host(&self, script: &str) {
        run_in(&self.host, script);
    }

    /// Returns what the SEE sees.
    pub fn seen(&mut self) -> BTreeMap<PathBuf, Sight> {
        if !may_mount() {
            let copy = tempfile::tempdir_in(self.dir.path()).unwrap();
            self.enter_without_privilege(&format!("cp -a . {}", copy.path().display()));
            let seen = look(copy.path());
            make_writable(copy.path());
            return seen;
        }
        self.mount();
        let seen = look(&self.view);
        self.unmount();
        seen
    }

    /// Returns what the host has.
    pub fn has(&self) -> BTreeMap<PathBuf, Sight> {
        look(&self.host)
    }

    pub fn path(&self, relative: &str) -> HostPath {
        HostPath::new(self.host.join(relative).as_os_str().as_bytes()).unwrap()
    }

    pub fn paths(&self, relative: &[&str]) -> Vec<HostPath> {
        relative.iter().map(|path| self.path(path)).collect()
    }

    pub fn commit(&self) -> Result<CommitOutcome> {
        self.commit_part(&Selection::default())
    }

    pub fn commit_part(&self, selection: &Selection) -> Result<CommitOutcome> {
        commit::commit(&self.store, SESSION, selection, false, &Unmonitored)
    }

    pub fn undo(&self, commit: &str) -> Result<CommitOutcome> {
        self.undo_with(commit, &[])
    }

    pub fn undo_with(&self, commit: &str, resolve: &[(&str, Resolution)]) -> Result<CommitOutcome> {
        let resolve: Vec<_> = resolve.iter().map(|(path, choice)| (self.path(path), *choice)).collect();
        commit::undo(&self.store, commit, &resolve, &Unmonitored)
    }

    pub fn recover(&self) -> Vec<commit::Recovered> {
        commit::recover(&self.store, &Unmonitored).unwrap()
    }

    pub fn state(&self) -> SessionState {
        self.store.session(SESSION).unwrap().state
    }

    /// Returns what lies in the layer: the raw tree, marks included.
    pub fn layer(&self) -> BTreeMap<PathBuf, Sight> {
        let mut seen = look(&self.upper);
        for (path, sight) in &mut seen {
            let whole = self.upper.join(path);
            for name in crate::overlay_marks::list(&whole).unwrap() {
                let value = crate::overlay_marks::get(&whole, &name).unwrap().unwrap_or_default();
                sight.xattrs.insert(name.into_string().unwrap(), value);
            }
        }
        seen
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        if self.mounted {
            let _ = rustix::mount::unmount(&self.view, rustix::mount::UnmountFlags::DETACH);
        }
        for tree in std::iter::once(&self.dir).chain(&self.apart) {
            make_writable(tree.path());
        }
    }
}

/// Waits until the clock that stamps files has moved on: what was stamped before is then no tie. That clock may lag behind, and
/// then move to a time that was already when something was stamped by the exact one, as the kernel does after a look.
pub fn tick() {
    let exact = rustix::time::clock_gettime(rustix::time::ClockId::Realtime);
    let exact = Moment(exact.tv_sec * 1_000_000_000 + exact.tv_nsec);
    while Moment::now() <= exact {
        std::hint::spin_loop();
    }
}

pub const LOOKER: Looker = Looker { thread: 1, program: 0 };

/// Returns what the host has at a path, as a record would say it.
pub fn see(path: &Path) -> Seen {
    let flags = rustix::fs::AtFlags::SYMLINK_NOFOLLOW;
    let wanted = rustix::fs::StatxFlags::BASIC_STATS | rustix::fs::StatxFlags::BTIME;
    match rustix::fs::statx(rustix::fs::CWD, path, flags, wanted) {
        Ok(raw) => Seen::Object(Object::from(&Stat::new(&raw).unwrap())),
        Err(_) => Seen::Absent,
    }
}

fn may_mount() -> bool {
    rustix::process::geteuid().is_root()
}

/// Lets an ordinary user remove a tree with closed directories.
fn make_writable(tree: &Path) {
    if !may_mount() {
        let _ = std::process::Command::new("chmod").args(["-R", "u+rwX"]).arg(tree).status();
    }
}

/// Returns a directory in memory, or a usual one where files in memory cannot have attributes.
fn memory() -> &'static Path {
    let probe = tempfile::NamedTempFile::new_in("/dev/shm");
    let flags = rustix::fs::XattrFlags::empty();
    let has_attributes = |file: &tempfile::NamedTempFile| {
        rustix::fs::setxattr(file.path(), "user.alcatraz", b"x", flags).is_ok()
    };
    Path::new(if probe.is_ok_and(|file| has_attributes(&file)) { "/dev/shm" } else { "/var/tmp" })
}

pub fn run_in(dir: &Path, script: &str) {
    let status = std::process::Command::new("bash").args(["-euc", script]).current_dir(dir).status().unwrap();
    assert!(status.success(), "{script}");
}

pub fn is_inside(name: &str) -> bool {
    super::lab::is_inside(&format!("commit::tests::{name}"))
}

/// As [`is_inside`], as an ordinary user.
pub fn is_inside_without_privilege(name: &str) -> bool {
    super::lab::is_inside_without_privilege(&format!("commit::tests::{name}"))
}
