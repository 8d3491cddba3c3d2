//! A SEE made for a moment, so that the doctor can tell how it went. Leaves nothing behind.

use std::io::Read as _;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::ffi::OsStringExt as _;
use std::path::Path;

use rustix::fs::{CWD, Mode as Bits, OFlags};
use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};

use crate::cause::Limit;
use crate::doctor::DoctorRow;
use crate::doctor::inside::{Canaries, Targets};
use crate::error::{Result, SeeError};
use crate::interpose::calls::Reported;
use crate::layer::Layer;
use crate::net::policy::Net;
use crate::net::resolver::Resolver;
use crate::net::uplink::Uplink;
use crate::path::HostPath;
use crate::policy::Policy;
use crate::secrets::Hidden;
use crate::session::Mode;
use crate::store::Store;

use super::filesystems::{Setting, failed, overlay};
use super::namespaces::EmptyNetwork;
use super::request::{Channel, Order, ProgramSpec, Report};
use super::{birth, dismantle, over_steady_mounts, path_of, plan, wire};

/// The most bytes that are taken from the one who tries the walls.
const MOST_SAID: u64 = 64 * 1024;

/// What a trial showed.
#[derive(Clone, Debug)]
pub struct Made {
    /// Whether ids are shifted.
    pub shifted: bool,
    /// What keeps them from being shifted, when it is one place.
    pub unmapped: Option<HostPath>,
    /// Where layers go.
    pub layers: Vec<Layer>,
    /// What cannot be changed.
    pub limits: Vec<Limit>,
    /// What the walls looked like from inside.
    pub walls: Vec<DoctorRow>,
}

/// Makes a SEE over everything that is mounted, has its walls tried from inside, and takes it down. For a process with
/// one thread.
pub fn make(store: &Store, canaries: &Canaries) -> Result<Made> {
    over_steady_mounts(|| make_once(store, canaries))
}

fn make_once(store: &Store, canaries: &Canaries) -> Result<Made> {
    let secret = canaries.secret()?;
    let session = store.new_id()?;
    let lock = store.lock_session(&session)?;
    let plan = plan::make(store, &session, Vec::new(), &[], |_| {
        Ok(Hidden { places: vec![secret.clone()], unmade: Vec::new() })
    })?;
    let (control, theirs) = socketpair(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None)
        .map_err(wire::gone)?;
    let reported = Reported::default();
    let made =
        birth::make_init(&path_of(store.root())?, &session, &plan.tree, &reported, theirs.as_fd(), None);
    drop(theirs);
    let made = made.and_then(|(init, shell)| {
        let shifted = shell.as_ref().is_some_and(|shell| shell.shifted);
        let unmapped = shell.as_ref().and_then(|shell| shell.unmapped.clone());
        let made = birth::await_ready(control.as_fd(), &init, shell)?;
        let walls = try_walls(control.as_fd(), &canaries.targets()?);
        birth::end_init(init.keep())?;
        Ok((shifted, unmapped, made.limits, walls?))
    });
    for layer in &plan.layers {
        dismantle::layer(layer)?;
    }
    let dir = store.session_dir(&session);
    std::fs::remove_dir_all(&dir).map_err(|e| super::rooms::io("removing", &dir, &e))?;
    drop(lock);
    let (shifted, unmapped, found, walls) = made?;
    let limits = plan.limits.into_iter().chain(found).collect();
    Ok(Made { shifted, unmapped, layers: plan.layers, limits, walls })
}

/// Starts the one who tries the walls, inside, and returns what it found.
fn try_walls(control: BorrowedFd<'_>, targets: &Targets) -> Result<Vec<DoctorRow>> {
    let unclear = |why: &str| SeeError::internal(format!("A trial of the walls said nothing clear: {why}."));
    let binary = std::fs::read_link("/proc/self/exe").map_err(|e| unclear(&e.to_string()))?;
    let targets = serde_json::to_vec(targets).map_err(|e| unclear(&e.to_string()))?;
    let program = ProgramSpec {
        command: vec![binary.into_os_string().into_vec(), b"probe".to_vec(), b"--inside".to_vec(), targets],
        cwd: b"/".to_vec(),
        env: Vec::new(),
        uid: rustix::process::geteuid().as_raw(),
        gid: rustix::process::getegid().as_raw(),
        groups: None,
        channels: [Channel::Pipe; 3],
        size: None,
        umask: 0o077,
        limits: Vec::new(),
        ignored: Vec::new(),
        behind: false,
        input: None,
    };
    wire::send(control, &Order::Spawn(0, Box::new(program)), &[])?;
    let outcome = loop {
        match wire::receive::<Report>(control)? {
            Some((Report::Starting(..), _)) => {}
            other => break other,
        }
    };
    match outcome {
        Some((Report::Spawned(_), mut ends)) if ends.len() == 3 => {
            let mut text = Vec::new();
            let output = std::fs::File::from(ends.swap_remove(1));
            output.take(MOST_SAID).read_to_end(&mut text).map_err(|e| unclear(&e.to_string()))?;
            serde_json::from_slice(&text).map_err(|e| unclear(&e.to_string()))
        }
        Some((Report::NotSpawned(_, error), _)) => Err(error),
        _ => Err(unclear("its init ended")),
    }
}

/// Connects a network in which nothing runs, and lets go of it. For a process with one thread.
pub fn connect() -> Result<()> {
    let network = EmptyNetwork::make()?;
    let policy = Policy { net: Net::Web, ..Policy::default() };
    Uplink::connect(network.open()?, &policy, Resolver::of_host().address).map(drop)
}

/// Renames a directory of a lower layer in an overlay made of the directories below `dir`. For a child with a mount
/// name space of its own, and in user mode a user name space; `caller` are the ids from before.
pub fn rename_in_overlay(dir: &Path, mode: Mode, caller: (u32, u32)) -> Result<()> {
    if mode == Mode::User {
        super::namespaces::map_self(caller.0, caller.1)?;
    }
    let place = path_of(dir)?;
    let open = |path: &Path| {
        rustix::fs::openat(CWD, path, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Bits::empty())
            .map_err(|e| failed("opening", &place, e))
    };
    let lower = open(&dir.join("lower"))?;
    let layer = open(dir)?;
    let settings: &[Setting<'_>] = match mode {
        Mode::System => &[Setting::Value("redirect_dir", "on")],
        Mode::User => &[Setting::Flag("userxattr")],
    };
    let merged = overlay(&[lower.as_fd()], Some(layer.as_fd()), settings, 0)?;
    rustix::fs::renameat(&merged, "old", &merged, "new")
        .map_err(|e| failed("renaming", &HostPath::root().join(b"old"), e))
}
