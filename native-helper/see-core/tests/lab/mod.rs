//! A laboratory for tests: a host tree below a temporary directory, a real overlay on it, and a session that says so.
//! Each test runs again in a process with a mount namespace of its own, so that no mount outlives it.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

pub mod follow;
pub mod random;

use std::collections::BTreeMap;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::fs::CWD;
use rustix::mount::{MountFlags, UnmountFlags};
use see_core::layer::{Layer, MarkSpace};
use see_core::path::HostPath;
use see_core::policy::Policy;
use see_core::session::{Mode, Session, SessionState};
use see_core::timestamp::Timestamp;

/// Set in the process with the private mount namespace.
const INSIDE: &str = "ALCATRAZ_TEST_LAB";

/// Runs the test `name` of this test program in a process with private mounts; as an ordinary user also with a user
/// namespace. Returns whether this is that process.
pub fn is_inside(name: &str) -> bool {
    is_inside_by(name, private_mounts(Command::new("unshare")))
}

/// As [`is_inside`], in a process of an ordinary user (the user `nobody` when the tests run as root) with a user
/// namespace, as the engine makes them for those without privilege.
pub fn is_inside_as_ordinary_user(name: &str) -> bool {
    if !rustix::process::geteuid().is_root() {
        return is_inside(name);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups", "unshare", "--map-root-user"]);
    is_inside_by(name, private_mounts(command))
}

/// As [`is_inside`], in a process of an ordinary user without any namespace of its own: what a commit has.
pub fn is_inside_without_privilege(name: &str) -> bool {
    let mut command = Command::new("setpriv");
    if rustix::process::geteuid().is_root() {
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
    }
    is_inside_by(name, command)
}

fn private_mounts(mut command: Command) -> Command {
    command.args(["--mount", "--propagation", "private"]);
    if !rustix::process::geteuid().is_root() {
        command.arg("--map-root-user");
    }
    command
}

fn is_inside_by(name: &str, mut command: Command) -> bool {
    if std::env::var_os(INSIDE).is_some() {
        return true;
    }
    // A copy that every user may run: the build directory may be closed to others.
    let program = tempfile::Builder::new().prefix("lab").tempdir_in("/var/tmp").unwrap();
    std::fs::set_permissions(program.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let copy = program.path().join("test");
    // By a process of its own: a descriptor that is open for writing here could be inherited by the child of another
    // test for a moment, and the copy could not be run meanwhile (ETXTBSY).
    let copied = Command::new("cp").arg(std::env::current_exe().unwrap()).arg(&copy).status().unwrap();
    assert!(copied.success());
    command.arg(copy).args([name, "--exact", "--nocapture", "--test-threads=1"]).env(INSIDE, "1");
    let output = command.current_dir("/").output().expect("util-linux is installed");
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}\n{errors}");
    assert!(text.contains("1 passed"), "the test {name} did not run:\n{text}\n{errors}");
    print!("{text}");
    false
}

/// A host tree, an overlay on it, a session.
pub struct Lab {
    dir: tempfile::TempDir,
    /// The host tree.
    pub host: PathBuf,
    /// The merged view.
    pub view: PathBuf,
    /// The layer.
    pub upper: PathBuf,
    work: PathBuf,
    pub marks: MarkSpace,
    began: Timestamp,
    mounted: bool,
}

impl Lab {
    /// Returns a lab with an empty host tree, not mounted. In a user namespace marks are user attributes always.
    pub fn new(marks: MarkSpace) -> Self {
        let dir = tempfile::tempdir_in("/var/tmp").unwrap();
        let at = |name: &str| {
            let path = dir.path().join(name);
            std::fs::create_dir(&path).unwrap();
            path
        };
        let (host, view, upper, work) = (at("host"), at("view"), at("upper"), at("work"));
        let began = Timestamp(0);
        Self { dir, host, view, upper, work, marks, began, mounted: false }
    }

    /// Mounts the overlay: what is done in `view` from now on happens in the session.
    pub fn mount(&mut self) {
        let probe = self.dir.path().join("probe");
        std::fs::write(&probe, "").unwrap();
        let facts = std::fs::metadata(&probe).unwrap();
        self.began = Timestamp::from_parts(facts.mtime(), facts.mtime_nsec());
        let extra = match self.marks {
            MarkSpace::Trusted => "redirect_dir=on,metacopy=on,index=off",
            MarkSpace::User => "userxattr",
        };
        let (host, upper, work) = (self.host.display(), self.upper.display(), self.work.display());
        let options = format!("lowerdir={host},upperdir={upper},workdir={work},{extra}");
        let options = std::ffi::CString::new(options).unwrap();
        rustix::mount::mount("overlay", &self.view, "overlay", MountFlags::empty(), options.as_c_str())
            .unwrap();
        self.mounted = true;
    }

    /// Ends the session: the layer stays.
    pub fn unmount(&mut self) {
        rustix::mount::unmount(&self.view, UnmountFlags::empty()).unwrap();
        self.mounted = false;
    }

    /// Returns the session.
    pub fn session(&self) -> Session {
        Session {
            id: "lab".to_owned(),
            name: None,
            state: SessionState::Running,
            command: vec![b"true".to_vec()],
            cwd: HostPath::root(),
            mode: Mode::System,
            owner_uid: 0,
            run_as: (0, 0),
            created: self.began,
            ended: None,
            exit_status: None,
            why: None,
            layers: vec![Layer {
                index: 0,
                mount_point: self.path(""),
                upper: self.upper.clone(),
                work: self.work.clone(),
                room: self.dir.path().to_owned(),
                device: std::fs::metadata(&self.host).unwrap().dev(),
                same_mount: true,
                marks: self.marks,
                began: self.began,
                mounted: self.began,
                masked: Vec::new(),
                unnoted_masks: false,
                covered: None,
                untouched: false,
            }],
            limits: Vec::new(),
            policy: Policy::default(),
            frozen: None,
            near: Vec::new(),
        }
    }

    /// Returns the host path of something in the tree.
    pub fn path(&self, relative: &str) -> HostPath {
        HostPath::new(self.host.join(relative).as_os_str().as_bytes()).unwrap()
    }

    /// Runs a shell script in the view.
    pub fn run(&self, script: &str) {
        run_in(&self.view, script);
    }

    /// Runs a shell script in the host tree.
    pub fn on_host(&self, script: &str) {
        run_in(&self.host, script);
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        if self.mounted {
            let _ = rustix::mount::unmount(&self.view, UnmountFlags::DETACH);
        }
    }
}

fn run_in(dir: &Path, script: &str) {
    let status = Command::new("bash").args(["-euc", script]).current_dir(dir).status().unwrap();
    assert!(status.success(), "{script}");
}

/// What a program can see of an object, but for times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    pub kind: char,
    pub content: Vec<u8>,
    pub mode: u32,
    pub owner: (u32, u32),
    pub xattrs: BTreeMap<Vec<u8>, Vec<u8>>,
}

/// Reads a whole tree, by relative path.
pub fn snapshot(root: &Path) -> BTreeMap<PathBuf, Node> {
    let mut found = BTreeMap::new();
    let mut waiting = vec![PathBuf::new()];
    while let Some(relative) = waiting.pop() {
        let path = root.join(&relative);
        let facts = std::fs::symlink_metadata(&path).unwrap();
        let kind = facts.file_type();
        let (kind, content) = if kind.is_dir() {
            for entry in std::fs::read_dir(&path).unwrap() {
                waiting.push(relative.join(entry.unwrap().file_name()));
            }
            ('d', Vec::new())
        } else if kind.is_symlink() {
            ('l', std::fs::read_link(&path).unwrap().as_os_str().as_bytes().to_vec())
        } else if kind.is_file() {
            ('f', std::fs::read(&path).unwrap())
        } else if kind.is_fifo() {
            ('p', Vec::new())
        } else {
            ('s', facts.rdev().to_be_bytes().to_vec())
        };
        let mut xattrs = BTreeMap::new();
        let mut names = vec![0; 65536];
        let length = rustix::fs::llistxattr(&path, &mut names[..]).unwrap();
        for name in names[..length].split(|b| *b == 0).filter(|n| !n.is_empty()) {
            if name.starts_with(b"trusted.overlay.") || name.starts_with(b"user.overlay.") {
                continue;
            }
            let mut value = vec![0; 65536];
            let length = rustix::fs::lgetxattr(&path, name, &mut value[..]).unwrap();
            xattrs.insert(name.to_vec(), value[..length].to_vec());
        }
        let mode = if kind == 'l' { 0 } else { facts.mode() & 0o7777 };
        let owner = (facts.uid(), facts.gid());
        found.insert(relative, Node { kind, content, mode, owner, xattrs });
    }
    found
}

/// Makes a pipe.
pub fn make_fifo(path: &Path) -> rustix::io::Result<()> {
    rustix::fs::mknodat(CWD, path, rustix::fs::FileType::Fifo, rustix::fs::Mode::from_raw_mode(0o640), 0)
}
