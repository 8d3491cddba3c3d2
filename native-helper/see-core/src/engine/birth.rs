//! A SEE's beginning and end as its supervisor sees them: forks the init, waits until the SEE is made, ends the init.

use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};

use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitOptions};
use see_sys::process::{close_all_but, exit_now};

use crate::error::{ErrorCode, Result, SeeError};
use crate::path::HostPath;
use crate::session::{Limit, Mode};

use super::init::{self, Birth};
use super::namespaces::{Shell, fork_init};
use super::plan::{Tree, What};
use super::request::Report;
use super::wire;

/// Forks the init, which builds the SEE around itself; returns it with the name spaces that it is about to enter.
pub fn make_init(
    store: &HostPath,
    session: &str,
    tree: &Tree,
    control: BorrowedFd<'_>,
) -> Result<(Pid, Option<Shell>)> {
    let mode = if rustix::process::geteuid().is_root() { Mode::System } else { Mode::User };
    let shell = match mode {
        Mode::System => Some(Shell::make(&mapped_places(tree))?),
        Mode::User => None,
    };
    let caller = (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw());
    let workshop = store.join(b"sessions").join(session.as_bytes());
    let Some(init) = fork_init(mode)? else {
        let mut kept = vec![control.as_raw_fd()];
        kept.extend(shell.iter().flat_map(Shell::descriptors));
        let status = match close_all_but(&kept) {
            Ok(()) => {
                let birth = Birth { control, tree, workshop: &workshop, shell: shell.as_ref(), caller };
                init::run(&birth)
            }
            Err(_) => 1,
        };
        exit_now(status)
    };
    Ok((init, shell))
}

/// Returns the host's places whose file systems must support id maps for ids to be shifted: all that are layered.
fn mapped_places(tree: &Tree) -> Vec<HostPath> {
    let layered = tree.parts.iter().filter_map(|part| match &part.what {
        What::Layered(layer) => Some([part.point.clone(), layer.clone()]),
        _ => None,
    });
    layered.flatten().collect()
}

/// Waits until the SEE is made. Returns a descriptor that holds its mounts, and limits that making it showed.
pub fn await_ready(
    control: BorrowedFd<'_>,
    init: Pid,
    shell: Option<Shell>,
) -> Result<(OwnedFd, Vec<Limit>)> {
    let ready = match wire::receive::<Report>(control) {
        Ok(Some((Report::Ready(limits), held))) => {
            let held = held.into_iter().next().ok_or_else(|| wire::broken("the SEE's mounts are missing"));
            held.map(|held| (held, limits))
        }
        Ok(Some((Report::Failed(error), _))) => Err(error),
        Ok(_) => Err(SeeError::new(
            ErrorCode::CannotIsolate,
            "The SEE could not be made: its first process ended without a word.",
            "Run `alcatraz doctor` to see what this machine can enforce.",
        )),
        Err(error) => Err(error),
    };
    if let Some(shell) = shell {
        shell.release();
    }
    if ready.is_err() {
        end_init(init)?;
    }
    ready
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
