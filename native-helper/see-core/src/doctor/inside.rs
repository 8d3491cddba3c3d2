//! What the walls look like from inside: the doctor starts this in a trial SEE, where it tries to get past each of them,
//! at canaries that the doctor made. A wall that gives way is a row that says so.

use std::hash::{BuildHasher as _, RandomState};
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixListener, UnixStream};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, FileType, Mode as Bits, OFlags};
use rustix::process::{Pid, test_kill_process};
use serde::{Deserialize, Serialize};

use crate::error::{ErrorCode, Result, SeeError};
use crate::path::HostPath;

use super::{DoctorRow, Feature, Gap, Lack};

/// What a trial SEE must not reach. Gone from the host when this is dropped.
#[derive(Debug)]
pub struct Canaries {
    dir: PathBuf,
    _listeners: [UnixListener; 2],
}

/// Where the canaries are, for the one who tries.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Targets {
    dir: HostPath,
    process: u32,
}

const SECRET: &str = "secret";
const OPEN: &str = "open";
const SOCKET: &str = "socket";

fn abstract_name(process: u32) -> String {
    format!("alcatraz-canary-{process}")
}

impl Canaries {
    /// Makes them.
    pub fn make() -> Result<Self> {
        let process = std::process::id();
        // A name that nobody can have taken before; what lies there by chance is somebody else's.
        let chance = RandomState::new().hash_one(process);
        let dir = std::env::temp_dir().join(format!("alcatraz-canaries-{chance:016x}"));
        let failed = |error: &std::io::Error| {
            SeeError::new(
                ErrorCode::Io,
                format!("What a trial aims at could not be made: {error}."),
                "Check the free space and the rights of the directory for temporary files.",
            )
        };
        std::fs::create_dir(&dir).map_err(|error| failed(&error))?;
        let make = || -> std::io::Result<[UnixListener; 2]> {
            std::fs::write(dir.join(SECRET), "canary")?;
            std::fs::write(dir.join(OPEN), "canary")?;
            let name = SocketAddr::from_abstract_name(abstract_name(process))?;
            Ok([UnixListener::bind(dir.join(SOCKET))?, UnixListener::bind_addr(&name)?])
        };
        match make() {
            Ok(listeners) => Ok(Self { dir, _listeners: listeners }),
            Err(error) => {
                let _ = std::fs::remove_dir_all(&dir);
                Err(failed(&error))
            }
        }
    }

    /// Returns the place that the SEE has to hide.
    pub fn secret(&self) -> Result<HostPath> {
        Ok(self.targets()?.dir.join(SECRET.as_bytes()))
    }

    /// Returns where they are.
    pub fn targets(&self) -> Result<Targets> {
        use std::os::unix::ffi::OsStrExt as _;
        let real = std::fs::canonicalize(&self.dir).ok();
        let dir = real.and_then(|dir| HostPath::new(dir.as_os_str().as_bytes()));
        let dir = dir.ok_or_else(|| SeeError::internal("The canaries of a trial have no absolute path."))?;
        Ok(Targets { dir, process: std::process::id() })
    }

    /// Tells whether those that could be written are as they were.
    pub fn are_untouched(&self) -> bool {
        [SECRET, OPEN]
            .iter()
            .all(|name| std::fs::read(self.dir.join(name)).is_ok_and(|text| text == b"canary"))
    }
}

impl Drop for Canaries {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

/// Tries everything; returns a row for each promise.
pub fn attempt(targets: &Targets) -> Vec<DoctorRow> {
    let held = |feature: Feature, lack: Option<Lack>| match lack {
        None => DoctorRow::full(feature),
        Some(lack) => DoctorRow::none(feature, lack),
    };
    vec![
        held(Feature::WallFiles, files(targets)),
        held(Feature::WallProcesses, processes(targets)),
        held(Feature::WallKernel, kernel()),
        held(Feature::WallDevices, devices()),
        held(Feature::WallSockets, sockets(targets)),
        held(Feature::WallNetwork, network()),
        held(Feature::WallHidden, secrets(targets)),
    ]
}

fn at(targets: &Targets, name: &str) -> PathBuf {
    targets.dir.join(name.as_bytes()).as_path().to_owned()
}

/// Writes; the doctor looks afterwards whether it reached the host.
fn files(targets: &Targets) -> Option<Lack> {
    let path = at(targets, OPEN);
    match std::fs::write(&path, "changed") {
        Ok(()) => None,
        Err(error) => Some(Lack::new(Gap::UnwritableInside).with("said", error.to_string())),
    }
}

fn processes(targets: &Targets) -> Option<Lack> {
    let pid = i32::try_from(targets.process).ok().and_then(Pid::from_raw)?;
    // The number may belong to a process of the SEE's own; it has only a handful.
    let is_low = pid.as_raw_nonzero().get() < 10;
    (!is_low && test_kill_process(pid).is_ok()).then(|| Lack::new(Gap::ProcessReached))
}

fn kernel() -> Option<Lack> {
    let writable = [
        "/proc/sys/kernel/hostname",
        "/proc/sys/vm/swappiness",
        "/proc/sysrq-trigger",
        "/sys/kernel/uevent_helper",
    ];
    let opened = writable.iter().find(|path| {
        rustix::fs::openat(CWD, **path, OFlags::WRONLY | OFlags::CLOEXEC, Bits::empty()).is_ok()
    });
    opened.map(|path| Lack::new(Gap::KernelWritable).with("path", *path))
}

fn devices() -> Option<Lack> {
    const KNOWN: [&str; 15] = [
        "fd", "full", "mqueue", "null", "ptmx", "pts", "random", "shm", "stderr", "stdin", "stdout", "tty",
        "urandom", "zero", "core",
    ];
    let entries = std::fs::read_dir("/dev").into_iter().flatten().flatten();
    let mut names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    if let Some(name) = names.find(|name| !KNOWN.contains(&name.as_str())) {
        return Some(Lack::new(Gap::DeviceThere).with("path", format!("/dev/{name}")));
    }
    // Memory of the kernel, made anew where writing is allowed.
    let node = Path::new("/dev/shm/alcatraz-node");
    let number = rustix::fs::makedev(1, 1);
    let made = rustix::fs::mknodat(CWD, node, FileType::CharacterDevice, Bits::RUSR | Bits::WUSR, number);
    let opened = made.is_ok() && std::fs::File::open(node).is_ok();
    opened.then(|| Lack::new(Gap::DeviceMade))
}

fn sockets(targets: &Targets) -> Option<Lack> {
    if UnixStream::connect(at(targets, SOCKET)).is_ok() {
        return Some(Lack::new(Gap::SocketByPath));
    }
    let name = SocketAddr::from_abstract_name(abstract_name(targets.process)).ok()?;
    UnixStream::connect_addr(&name).is_ok().then(|| Lack::new(Gap::SocketByName))
}

fn network() -> Option<Lack> {
    let names = std::fs::read_dir("/sys/class/net").into_iter().flatten().flatten();
    let other = names.map(|entry| entry.file_name()).find(|name| name != "lo");
    other.map(|name| Lack::new(Gap::InterfaceThere).with("interface", name.to_string_lossy()))
}

fn secrets(targets: &Targets) -> Option<Lack> {
    let path = at(targets, SECRET);
    match std::fs::read(&path) {
        Ok(content) if content.is_empty() => {}
        Ok(_) => return Some(Lack::new(Gap::HiddenRead)),
        Err(error) => return Some(Lack::new(Gap::HiddenFails).with("said", error.to_string())),
    }
    std::fs::write(&path, "x").is_ok().then(|| Lack::new(Gap::HiddenWritten))
}
