//! A SEE's beginning and end as its supervisor sees them: forks the init, waits until the SEE is made, ends the init.

use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};

use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, Signal, WaitOptions, pidfd_open};
use see_sys::process::{close_all_but, exit_now};

use crate::cause::Limit;
use crate::error::{ErrorCode, Result, SeeError};
use crate::interpose::calls::Reported;
use crate::interpose::supervisor::Inside;
use crate::mounts;
use crate::path::HostPath;
use crate::session::Mode;

use super::init::{self, Birth};
use super::namespaces::{Shell, allowances, fork_init};
use super::plan::{Part, Tree, What};
use super::request::Report;
use super::wire;

/// An init that is still being made: it ends with this, and every process of the SEE with it, unless it is kept.
#[derive(Debug)]
pub struct Newborn(Pid);

impl Newborn {
    /// Returns the init, which lives on.
    pub fn keep(self) -> Pid {
        std::mem::ManuallyDrop::new(self).0
    }

    /// Returns its process.
    pub fn pid(&self) -> Pid {
        self.0
    }
}

impl Drop for Newborn {
    fn drop(&mut self) {
        // Fails only where there is no such process.
        let _ = end_init(self.0);
    }
}

/// Forks the init, into a control group when there is one; it builds the SEE around itself. Returns it with the name
/// spaces that it is about to enter.
pub fn make_init(
    store: &HostPath,
    session: &str,
    tree: &Tree,
    reported: &Reported,
    control: BorrowedFd<'_>,
    group: Option<BorrowedFd<'_>>,
) -> Result<(Newborn, Option<Shell>)> {
    let is_connected = tree.resolver.is_some();
    let mode = if rustix::process::geteuid().is_root() { Mode::System } else { Mode::User };
    let shell = match mode {
        Mode::System => Some(Shell::make(&mapped_places(tree), is_connected)?),
        Mode::User => None,
    };
    let caller = (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw());
    let workshop = store.join(b"sessions").join(session.as_bytes());
    let allowances = if mode == Mode::User { allowances() } else { Vec::new() };
    let Some(init) = fork_init(mode, group)? else {
        let mut kept = vec![control.as_raw_fd()];
        kept.extend(shell.iter().flat_map(Shell::descriptors));
        let status = match close_all_but(&kept) {
            Ok(()) => {
                let (shell, workshop, allowances) = (shell.as_ref(), &workshop, &allowances);
                let birth = Birth { control, tree, workshop, shell, caller, allowances, reported };
                init::run(&birth)
            }
            Err(_) => 1,
        };
        exit_now(status)
    };
    Ok((Newborn(init), shell))
}

/// Returns the host's places whose file systems must support id maps for ids to be shifted: all that are layered, but for what the
/// session can do without.
fn mapped_places(tree: &Tree) -> Vec<HostPath> {
    let layered =
        tree.parts.iter().filter(|part| !is_dispensable(tree, part)).filter_map(|part| match &part.what {
            What::Layered(layer) => Some([part.point.clone(), layer.clone()]),
            _ => None,
        });
    layered.flatten().collect()
}

/// Tells whether a part may be read-only rather than cost all others the shift: an overlay (of a container that runs) or a file system
/// of a program's, in which the session neither begins nor lives, and has no changes.
fn is_dispensable(tree: &Tree, part: &Part) -> bool {
    const OVERLAY: u64 = 0x794c_7630;
    const FUSE: u64 = 0x6573_5546;
    let holds = |needed: &HostPath| {
        let around = tree.parts.iter().filter(|part| needed.is_within(&part.point));
        around.max_by_key(|part| part.point.as_bytes().len()).is_some_and(|holder| holder.point == part.point)
    };
    let is_foreign = || {
        rustix::fs::statfs(part.point.as_path())
            .is_ok_and(|stat| u64::try_from(stat.f_type).is_ok_and(|kind| [OVERLAY, FUSE].contains(&kind)))
    };
    part.point != HostPath::root() && !tree.needed.iter().any(holds) && is_foreign()
}

/// A SEE that is made.
pub struct Made {
    /// Holds its mounts: they are gone when nobody has it any more.
    pub mounts: OwnedFd,
    /// Its network.
    pub network: OwnedFd,
    /// What it cannot change, as making it showed.
    pub limits: Vec<Limit>,
    /// What answering its calls needs; `None` when none are reported.
    pub inside: Option<Inside>,
}

/// Waits until the SEE is made. The name spaces that it enters are let go of then.
pub fn await_ready(control: BorrowedFd<'_>, init: &Newborn, _shell: Option<Shell>) -> Result<Made> {
    match wire::receive::<Report>(control)? {
        Some((Report::Ready(limits), held)) => made(init.pid(), limits, held),
        Some((Report::Failed(error), _)) => Err(error),
        _ => Err(SeeError::new(
            ErrorCode::CannotIsolate,
            "The SEE could not be made: its first process ended without a word.",
            "Run `alcatraz doctor` to see what this machine can enforce.",
        )),
    }
}

fn made(first: Pid, limits: Vec<Limit>, held: Vec<OwnedFd>) -> Result<Made> {
    let mut held = held.into_iter();
    let mut next = || held.next();
    let (Some(mounts), Some(network), Some(root), Some(list), Some(pids)) =
        (next(), next(), next(), next(), next())
    else {
        return Err(wire::broken("what holds the SEE is missing"));
    };
    let inside = held.next().map(|listener| -> Result<Inside> {
        let mount_list = std::fs::File::from(list);
        let told = mounts::of_list(&mount_list, u64::MAX).map_err(|e| wire::broken(&e.to_string()))?;
        let namespace = rustix::fs::fstat(&mounts).map_err(wire::gone)?.st_ino;
        let first = pidfd_open(first, PidfdFlags::empty()).map_err(wire::gone)?;
        Ok(Inside { listener, root, mounts: told, mount_list, namespace, pids, first })
    });
    Ok(Made { mounts, network, limits, inside: inside.transpose()? })
}

/// Kills the init, and every process of the SEE with it; returns when all are gone.
pub fn end_init(init: Pid) -> Result<()> {
    let _ = rustix::process::kill_process(init, Signal::KILL);
    loop {
        match rustix::process::waitpid(Some(init), WaitOptions::empty()) {
            Ok(_) | Err(Errno::CHILD) => return Ok(()),
            Err(Errno::INTR) => {}
            Err(e) => return Err(wire::gone(e)),
        }
    }
}
