//! The trials behind the rows. Each makes what a SEE is made of, in a child, and tells how it went.

use std::io::Read as _;
use std::path::Path;

use rustix::io::Errno;
use rustix::pipe::{PipeFlags, pipe_with};
use rustix::process::WaitOptions;
use see_sys::process::{exit_now, fork, namespace};
use see_sys::seccomp::CORE;

use crate::cause::Limit;
use crate::engine::display::{self, Server};
use crate::engine::group_mend::{Need, way};
use crate::engine::{bounds, devices, trial};
use crate::error::{ErrorCode, Result, SeeError};
use crate::layer::Layer;
use crate::mounts::{Kind, Mount, visible};
use crate::net::trial::{Deed, answer_a_call};
use crate::policy::{Device, Promise};
use crate::session::Mode;
use crate::store::Store;

use super::inside::Canaries;
use super::shift::unshifted;
use super::{DoctorRow, Feature, Gap, Lack, Status, Topic, refused};

/// Tries everything. For a process with one thread.
pub fn measure(store: Option<&Path>) -> Vec<DoctorRow> {
    let mode = if rustix::process::geteuid().is_root() { Mode::System } else { Mode::User };
    let mut rows = vec![user_namespaces(mode)];
    let tried = Store::try_out(store, |store| {
        rows.push(DoctorRow::full(Feature::Store));
        rows.extend(whole(store));
        rows.push(directory_renames(store, mode));
    });
    if let Err(error) = tried {
        rows.push(DoctorRow::failed(Feature::Store, error));
    }
    rows.push(other_owners(mode));
    rows.push(simple(Feature::Processes, namespace::PID, mode, || Ok(())));
    rows.push(simple(Feature::NetworkOff, namespace::NET, mode, || {
        see_sys::loopback::bring_up().map_err(|e| told("the loopback interface could not be set up", e))
    }));
    rows.push(DoctorRow::of(Feature::NetworkByChoice, trial::connect()));
    rows.push(simple(Feature::IpcAndName, namespace::IPC | namespace::UTS, mode, || Ok(())));
    rows.push(simple(Feature::ControlGroups, namespace::CGROUP, mode, || Ok(())));
    rows.push(simple(Feature::CallFilter, 0, mode, filter));
    rows.push(crashes());
    for (feature, deed) in [(Feature::Recorded, Deed::Read), (Feature::HandedIn, Deed::HandIn)] {
        rows.push(DoctorRow::of(feature, in_child(0, || answer_a_call(deed))));
    }
    rows.extend(limits(mode));
    let is_shifted = rows.iter().any(|row| row.feature == Feature::ShiftedIds && row.status == Status::Full);
    rows.push(counts(is_shifted));
    rows.push(nested_display());
    rows.push(clipboard());
    rows.push(devices());
    rows
}

/// Tells whether the kernel hands crashes inside to a program outside.
fn crashes() -> DoctorRow {
    let feature = Feature::Crashes;
    let pattern = std::fs::read_to_string("/proc/sys/kernel/core_pattern").unwrap_or_default();
    let may_write = see_sys::process::limit(CORE).is_ok_and(|(_, most)| most > 0);
    let is_root = rustix::process::geteuid().is_root();
    match pattern.bytes().next() {
        Some(b'@') => DoctorRow::none(feature, Lack::new(Gap::CrashesToSocket)),
        Some(b'|') if !may_write && !is_root => DoctorRow::none(feature, Lack::new(Gap::CrashesToHandler)),
        _ => DoctorRow::full(feature),
    }
}

/// Tells whether the clipboard of a nested display could be shared here.
fn clipboard() -> DoctorRow {
    let feature = Feature::Clipboard;
    display::clipboard_lack().map_or_else(|| DoctorRow::full(feature), |lack| DoctorRow::none(feature, lack))
}

/// Tells which kinds of devices a session can have.
fn devices() -> DoctorRow {
    const KINDS: [Device; 3] = [Device::Gpu, Device::Sound, Device::Camera];
    let feature = Feature::Devices;
    let lacking = devices::find(&KINDS).1;
    let names: Vec<_> = lacking.iter().map(|device| device.name()).collect();
    let lack = Lack::new(Gap::NoDevice).with("devices", names.join(", "));
    match lacking.len() {
        0 => DoctorRow::full(feature),
        all if all == KINDS.len() => DoctorRow::none(feature, lack),
        _ => DoctorRow::partial(feature, lack),
    }
    .about(Topic::Device)
}

/// Tells what shows the display of a session.
fn nested_display() -> DoctorRow {
    let feature = Feature::OwnDisplay;
    match [Server::Xephyr, Server::Xwayland].map(|server| server.path().is_some()) {
        [true, _] => DoctorRow::full(feature),
        [_, true] => DoctorRow::partial(feature, Lack::new(Gap::OnlyWayland)),
        _ => DoctorRow::none(feature, Lack::new(Gap::NoX11Tool)),
    }
}

/// Makes a control group, and tells what it can do.
fn limits(mode: Mode) -> [DoctorRow; 3] {
    let powers = bounds::powers(mode);
    let held = |feature: Feature, gap: Gap, need: Need, is_held: bool| match is_held {
        true => DoctorRow::full(feature),
        false => DoctorRow::partial(feature, Lack::new(gap).by(&way(mode, need))),
    };
    let holds = |promise| bounds::lack(promise, mode, powers).is_none();
    let by_account = if mode == Mode::System { Gap::NoProcessGroups } else { Gap::ProcessesByAccount };
    [
        held(Feature::Freezing, Gap::StopsBySignals, Need::Freeze, powers.freezes),
        held(Feature::ProcessLimit, by_account, Need::Processes, holds(Promise::Processes)),
        held(Feature::MemoryLimit, Gap::NoMemoryGroups, Need::Memory, holds(Promise::Memory)),
    ]
}

/// Tells whether programs inside take what the kernel gives each user of the host as a whole.
fn counts(is_shifted: bool) -> DoctorRow {
    let feature = Feature::AccountLimits;
    if is_shifted {
        // No user of the host is anybody inside.
        return DoctorRow::full(feature);
    }
    DoctorRow::partial(feature, Lack::new(Gap::AccountCounts))
}

fn user_namespaces(mode: Mode) -> DoctorRow {
    let tried = in_child(namespace::USER | namespace::MOUNT, move || {
        if mode == Mode::User {
            // Only with rights inside is it of any use: some distributions give the name space and take the rights.
            rustix::mount::mount_change("/", rustix::mount::MountPropagationFlags::PRIVATE)
                .map_err(refused)?;
        }
        Ok(())
    });
    DoctorRow::of(Feature::UserNamespaces, tried)
}

/// Makes a whole SEE, with layers everywhere, and takes it down again.
fn whole(store: &Store) -> Vec<DoctorRow> {
    let mut rows = Vec::new();
    match Canaries::make().and_then(|canaries| Ok((trial::make(store, &canaries)?, canaries))) {
        Ok((made, canaries)) => {
            rows.push(DoctorRow::full(Feature::WholeSee));
            if store.mode() == Mode::System {
                rows.push(if made.shifted {
                    DoctorRow::full(Feature::ShiftedIds)
                } else {
                    unshifted(made.unmapped)
                });
            }
            rows.extend(made.walls);
            if !canaries.are_untouched() {
                rows.push(DoctorRow::none(Feature::NothingGotOut, Lack::new(Gap::HostChanged)));
            }
            rows.extend(places(&made.layers));
            rows.extend(made.limits.into_iter().map(|Limit { path, cause }| {
                DoctorRow {
                    limit: Some(cause),
                    ..DoctorRow::partial(Feature::Place, Lack::new(Gap::PlaceLimited))
                        .at(&[("place", path)])
                        .about(Topic::Place)
                }
            }));
        }
        Err(error) => rows.push(DoctorRow::failed(Feature::WholeSee, error)),
    }
    rows
}

/// One row for each file system with layers: does a commit rename or copy?
fn places(layers: &[Layer]) -> Vec<DoctorRow> {
    let mounts = visible().unwrap_or_default();
    let is_open = |mount: &&Mount| mount.kind() == Kind::Disk && !mount.flags.read_only;
    let rows = mounts.iter().filter(is_open).filter_map(|mount| {
        let layer = layers.iter().find(|layer| {
            crate::mounts::covering(&mounts, &layer.mount_point)
                .is_some_and(|covering| covering.id == mount.id)
        })?;
        let row = match layer.same_mount {
            true => DoctorRow::full(Feature::DiskCommits),
            false => DoctorRow::partial(Feature::DiskCommits, Lack::new(Gap::CommitCopies)),
        };
        let facts = [("place", mount.point.display()), ("kind", mount.fs_type.clone())];
        Some(row.at(&facts).about(Topic::Disk))
    });
    rows.collect()
}

/// Renames a directory of a lower layer.
fn directory_renames(store: &Store, mode: Mode) -> DoctorRow {
    let feature = Feature::DirectoryRenames;
    let dir = store.root().join("layers").join(format!("probe-{}", std::process::id()));
    let tried = prepare_rename(&dir).and_then(|()| {
        let dir = dir.clone();
        let caller = (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw());
        in_child(privileged(mode, namespace::MOUNT), move || trial::rename_in_overlay(&dir, mode, caller))
    });
    let _ = std::fs::remove_dir_all(&dir);
    match tried {
        Ok(()) => DoctorRow::full(feature),
        Err(error) if error.errno() == Some(Errno::XDEV) => {
            DoctorRow::partial(feature, Lack::new(Gap::RenamesCopy))
        }
        Err(error) => DoctorRow::failed(feature, error),
    }
}

fn prepare_rename(dir: &Path) -> Result<()> {
    let made = ["lower/old/below", "upper", "work", "merged"]
        .iter()
        .try_for_each(|part| std::fs::create_dir_all(dir.join(part)));
    made.map_err(|e| {
        told("a directory for a trial could not be made", Errno::from_io_error(&e).unwrap_or(Errno::IO))
    })
}

fn other_owners(mode: Mode) -> DoctorRow {
    let feature = Feature::OtherOwners;
    if mode == Mode::System {
        return DoctorRow::full(feature);
    }
    // With one mapped id the kernel has no way to own a copy as somebody else.
    let me = rustix::process::geteuid().as_raw();
    let tried = in_child(namespace::USER, move || {
        let map = |file: &str, text: String| {
            std::fs::write(format!("/proc/self/{file}"), text)
                .map_err(|e| told("ids could not be mapped", Errno::from_io_error(&e).unwrap_or(Errno::IO)))
        };
        map("uid_map", format!("{me} {me} 1\n0 0 1"))
    });
    match tried {
        Ok(()) => DoctorRow::full(feature),
        Err(_) => DoctorRow::partial(feature, Lack::new(Gap::OwnIdOnly)),
    }
}

fn filter() -> Result<()> {
    rustix::thread::set_no_new_privs(true).map_err(|e| told("privileges could not be given up", e))?;
    see_sys::seccomp::install(&[], &[], false).map_err(|e| told("the filter could not be installed", e))?;
    // A socket of a family that no network name space parts must be refused now.
    match rustix::net::socket(rustix::net::AddressFamily::VSOCK, rustix::net::SocketType::STREAM, None) {
        Err(Errno::AFNOSUPPORT) => Ok(()),
        _ => Err(SeeError::new(
            ErrorCode::CannotIsolate,
            "The filter was installed and does nothing.",
            "Use a kernel with CONFIG_SECCOMP_FILTER=y.",
        )),
    }
}

fn simple(feature: Feature, namespaces: i32, mode: Mode, work: impl FnOnce() -> Result<()>) -> DoctorRow {
    let namespaces = if namespaces == 0 { 0 } else { privileged(mode, namespaces) };
    DoctorRow::of(feature, in_child(namespaces, work))
}

/// An ordinary user may make other name spaces only inside a user name space.
fn privileged(mode: Mode, namespaces: i32) -> i32 {
    match mode {
        Mode::System => namespaces,
        Mode::User => namespaces | namespace::USER,
    }
}

/// Runs a trial in a child with name spaces of its own.
fn in_child(namespaces: i32, work: impl FnOnce() -> Result<()>) -> Result<()> {
    let (heard, said) = pipe_with(PipeFlags::CLOEXEC).map_err(|e| told("a pipe could not be made", e))?;
    let forked = fork(namespaces).map_err(|e| match namespaces & namespace::USER {
        0 => told("a process with name spaces of its own could not be made", e),
        _ => refused(e),
    })?;
    let Some(child) = forked else {
        let text = match work() {
            Ok(()) => Vec::new(),
            Err(error) => serde_json::to_vec(&error).unwrap_or_else(|_| b"?".to_vec()),
        };
        let _ = rustix::io::write(&said, &text);
        exit_now(0)
    };
    drop(said);
    let mut text = Vec::new();
    let read = std::fs::File::from(heard).read_to_end(&mut text);
    let _ = rustix::process::waitpid(Some(child), WaitOptions::empty());
    match read {
        Ok(0) => Ok(()),
        Ok(_) => Err(serde_json::from_slice(&text)
            .unwrap_or_else(|_| SeeError::internal("A trial said nothing clear."))),
        Err(e) => Err(told("a trial could not be heard", Errno::from_io_error(&e).unwrap_or(Errno::IO))),
    }
}

fn told(what: &str, errno: Errno) -> Box<SeeError> {
    SeeError::new(
        ErrorCode::CannotIsolate,
        format!("The trial failed: {what}: {errno}."),
        "Update the kernel, or run Alcatraz outside of containers.",
    )
    .with_fact("errno", errno.raw_os_error())
}
