//! The name spaces of a SEE: makes the process that becomes its init, and takes it inside step by step.

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};

use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, Signal};
use rustix::thread::{Gid, LinkNameSpaceType, ThreadNameSpaceType, Uid};
use see_sys::process::{exit_now, fork, fork_into, namespace};

use crate::cause::{Limit, LimitCause};
use crate::error::{ErrorCode, Result, SeeError};
use crate::path::HostPath;
use crate::session::Mode;

use super::filesystems::copy_of_host;
use super::tree::Ids;

/// The first id on the host that a SEE's ids stand for in system mode, and how many there are.
pub const SHIFT: (u32, u32) = (2_147_483_648, 2_147_483_647);

/// Who on the host the owner of a connected network is: nobody.
const NOBODY: u32 = 65534;

/// Where the kernel says how much of some things each user may have: of the user name space of whoever looks.
const ALLOWANCES: &str = "/proc/sys/user";

const SHARED: i32 = namespace::NET | namespace::IPC | namespace::UTS;

/// The name spaces that do not begin with the init: user (with its map), network, IPC, host name.
#[derive(Debug)]
pub struct Shell {
    holder: Holder,
    /// The user name space.
    users: OwnedFd,
    /// A network that does not belong to the SEE's user name space: whoever is root inside has no rights over it, and
    /// can neither change its packet filter nor go round it. `None`: the network is the SEE's own and leads nowhere.
    network: Option<Holder>,
    /// Whether ids are shifted; else they are as on the host.
    pub shifted: bool,
    /// The place whose mount cannot map ids, when that is why they are not.
    pub unmapped: Option<HostPath>,
}

/// What becomes of a user name space.
#[derive(Clone, Copy, Debug)]
enum Kind {
    /// It belongs to whoever makes it.
    Own,
    /// It belongs to this one of the host's users.
    Of(u32),
    /// Nobody makes another one in it. Where root inside has the number of the host's root, another one would give back the right to
    /// mount, and control groups that are mounted trust that number.
    Sealed,
}

impl Kind {
    /// In the process that makes it.
    fn make(self, namespaces: i32) -> std::result::Result<(), Errno> {
        if let Self::Of(owner) = self {
            see_sys::identity::act_as(owner)?;
        }
        see_sys::process::unshare(namespace::USER | namespaces)?;
        match self {
            Self::Sealed => std::fs::write(format!("{ALLOWANCES}/max_user_namespaces"), "0")
                .map_err(|e| Errno::from_io_error(&e).unwrap_or(Errno::IO)),
            Self::Own | Self::Of(_) => Ok(()),
        }
    }
}

/// A process that does nothing but live in name spaces, until it is let go.
#[derive(Debug)]
struct Holder {
    process: Pid,
    /// The process, as a descriptor.
    pidfd: OwnedFd,
}

impl Holder {
    /// Makes one in new name spaces, a user name space with these maps among them, of this kind.
    fn make(namespaces: i32, users: &str, groups: &str, kind: Kind) -> Result<Self> {
        let pipe = || {
            rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC)
                .map_err(|e| cannot("a pipe could not be made", e))
        };
        let ((ours, theirs), (heard, said)) = (pipe()?, pipe()?);
        let Some(process) = fork(0).map_err(|e| cannot("a process could not be made", e))? else {
            drop((theirs, heard));
            let made = kind.make(namespaces);
            let errno = made.err().map_or(0, Errno::raw_os_error);
            let _ = rustix::io::write(&said, &errno.to_ne_bytes());
            drop(said);
            // Lives until the other side lets go (or dies).
            let _ = rustix::io::read(&ours, &mut [0; 1]);
            exit_now(0)
        };
        drop((ours, said));
        let whole = || -> Result<Self> {
            let mut errno = [0; 4];
            match rustix::io::read(&heard, &mut errno) {
                Ok(4) if errno == [0; 4] => {}
                Ok(4) => return Err(cannot_unshare(Errno::from_raw_os_error(i32::from_ne_bytes(errno)))),
                Ok(_) => return Err(cannot("a process ended", Errno::SRCH)),
                Err(e) => return Err(cannot("a process could not be heard", e)),
            }
            let write = |file: &str, map: &str| {
                std::fs::write(format!("/proc/{}/{file}", process.as_raw_nonzero()), map).map_err(|e| {
                    cannot("ids could not be mapped", Errno::from_io_error(&e).unwrap_or(Errno::IO))
                })
            };
            if !rustix::process::geteuid().is_root() {
                write("setgroups", "deny")?;
            }
            write("uid_map", users)?;
            write("gid_map", groups)?;
            let pidfd = rustix::process::pidfd_open(process, PidfdFlags::empty())
                .map_err(|e| cannot("a process could not be held", e))?;
            Ok(Self { process, pidfd })
        };
        let made = whole();
        if made.is_err() {
            end(process);
        } else {
            // The holder must outlive this function: its end of the pipe stays open with the supervisor.
            std::mem::forget(theirs);
        }
        made
    }

    fn namespace(&self, name: &str) -> Result<OwnedFd> {
        let file = std::fs::File::open(format!("/proc/{}/ns/{name}", self.process.as_raw_nonzero()));
        file.map(OwnedFd::from).map_err(|e| {
            cannot("a name space could not be held", Errno::from_io_error(&e).unwrap_or(Errno::IO))
        })
    }

    fn enter(&self, types: ThreadNameSpaceType) -> Result<()> {
        rustix::thread::move_into_thread_name_spaces(self.pidfd.as_fd(), types)
            .map_err(|e| cannot("name spaces could not be entered", e))
    }
}

impl Drop for Holder {
    /// Whoever entered the name spaces keeps them.
    fn drop(&mut self) {
        end(self.process);
    }
}

/// A connected network's name space with nobody in it, for a trial.
#[derive(Debug)]
pub struct EmptyNetwork(Holder);

impl EmptyNetwork {
    /// Makes one.
    pub fn make() -> Result<Self> {
        let (uid, gid) = (rustix::process::geteuid(), rustix::process::getegid());
        let own = |id: u32| format!("{id} {id} 1");
        let nobody = format!("0 {NOBODY} 1");
        match uid.is_root() {
            true => Holder::make(namespace::NET, &nobody, &nobody, Kind::Own),
            false => Holder::make(namespace::NET, &own(uid.as_raw()), &own(gid.as_raw()), Kind::Own),
        }
        .map(Self)
    }

    /// Returns the name space.
    pub fn open(&self) -> Result<OwnedFd> {
        self.0.namespace("net")
    }
}

fn end(process: Pid) {
    // It may have been killed already.
    let _ = rustix::process::kill_process(process, Signal::KILL);
    let _ = rustix::process::waitpid(Some(process), rustix::process::WaitOptions::empty());
}

impl Shell {
    /// Makes them, in system mode. `probes` are directories of the host whose mounts have to support id maps;
    /// `is_connected` says whether the network will lead somewhere.
    pub fn make(probes: &[HostPath], is_connected: bool) -> Result<Self> {
        let shell = Self::make_with(&format!("0 {} {}", SHIFT.0, SHIFT.1), true, is_connected);
        let fails =
            |shell: &Self, probe: &HostPath| copy_of_host(probe, Some(shell.users.as_fd()), 0).is_err();
        let unmapped = match shell {
            Ok(shell) => match probes.iter().find(|probe| fails(&shell, probe)) {
                None => return Ok(shell),
                unmapped => unmapped.cloned(),
            },
            Err(_) => None,
        };
        Ok(Self { unmapped, ..Self::make_with(&identity_map()?, false, is_connected)? })
    }

    /// Returns what a session has to be told of its ids.
    pub fn limit(&self) -> Option<Limit> {
        if self.shifted {
            return None;
        }
        let path = self.unmapped.clone().unwrap_or_else(HostPath::root).display();
        Some(LimitCause::UnshiftedRoot.at(path))
    }

    fn make_with(map: &str, shifted: bool, is_connected: bool) -> Result<Self> {
        let network = match is_connected {
            // Its groups are the SEE's: the kernel tells by them who may send echo requests.
            true => Some(Holder::make(namespace::NET, &format!("0 {NOBODY} 1"), map, Kind::Own)?),
            false => None,
        };
        let holder = Holder::make(SHARED, map, map, if shifted { Kind::Of(owner()) } else { Kind::Sealed })?;
        Ok(Self { users: holder.namespace("user")?, holder, network, shifted, unmapped: None })
    }

    /// Returns how ids go through this shell.
    pub fn ids(&self) -> Ids<'_> {
        if self.shifted { Ids::Shifted(self.users.as_fd()) } else { Ids::Identity }
    }

    /// Descriptors that the init has to keep.
    pub fn descriptors(&self) -> Vec<RawFd> {
        let holders = [Some(&self.holder), self.network.as_ref()];
        let pidfds = holders.into_iter().flatten().map(|holder| holder.pidfd.as_raw_fd());
        pidfds.chain([self.users.as_raw_fd()]).collect()
    }

    /// In the init: enters all but the user name space, keeping the host's privilege for what must be built with it.
    pub fn enter_shared(&self) -> Result<()> {
        let types = ThreadNameSpaceType::INTER_PROCESS_COMMUNICATION
            | ThreadNameSpaceType::HOST_NAME_AND_NIS_DOMAIN_NAME;
        self.holder.enter(types)?;
        self.network.as_ref().unwrap_or(&self.holder).enter(ThreadNameSpaceType::NETWORK)?;
        let root = if self.shifted { SHIFT.0 } else { 0 };
        see_sys::identity::set_file_ids(root, root).map_err(|e| cannot("file ids could not be set", e))?;
        begin_groups()
    }

    /// In the init: becomes root of the SEE and nobody on the host. The mounts are locked by being copied, and the
    /// view of control groups, which began with the host's rights, becomes the SEE's own.
    pub fn enter_users(&self) -> Result<()> {
        rustix::thread::move_into_link_name_space(self.users.as_fd(), Some(LinkNameSpaceType::User))
            .map_err(|e| cannot("the user name space could not be entered", e))?;
        become_root().map_err(|e| cannot("ids could not be changed", e))?;
        see_sys::process::unshare(namespace::MOUNT).map_err(|e| cannot("mounts could not be locked", e))?;
        begin_groups()
    }
}

/// In the init: what it sees of control groups begins with the one that it was born in.
fn begin_groups() -> Result<()> {
    see_sys::process::unshare(namespace::CGROUP)
        .map_err(|e| cannot("control groups could not be kept apart", e))
}

/// Returns who owns the user name space of a SEE in system mode: what the kernel counts for each user of the host (watches, name
/// spaces, locked memory) is counted for the owner of a name space, too. So it is nobody else, not even another SEE; of those that
/// its ids stand for, who are no users of the host. Owning gives no rights to whoever is inside.
fn owner() -> u32 {
    SHIFT.0 + std::process::id().min(SHIFT.1 - 1)
}

/// Returns what the kernel allows each user to have of some things, and the files that say so.
pub fn allowances() -> Vec<(String, u64)> {
    let entries = std::fs::read_dir(ALLOWANCES).into_iter().flatten().flatten();
    let told = entries.filter_map(|entry| {
        let name = entry.file_name().into_string().ok().filter(|name| name.starts_with("max_"))?;
        let most = std::fs::read_to_string(entry.path()).ok()?.trim().parse().ok()?;
        Some((name, most))
    });
    told.collect()
}

/// In a user name space of its own, of an ordinary user: leaves half of what that user may have to what runs outside.
fn leave_half(allowances: &[(String, u64)]) -> Result<()> {
    allowances.iter().try_for_each(|(name, most)| {
        std::fs::write(format!("{ALLOWANCES}/{name}"), (most / 2).to_string())
            .map_err(|e| cannot("its share could not be set", Errno::from_io_error(&e).unwrap_or(Errno::IO)))
    })
}

fn become_root() -> std::result::Result<(), Errno> {
    rustix::thread::set_thread_groups(&[])?;
    let (user, group) = (Uid::from_raw(0), Gid::from_raw(0));
    rustix::thread::set_thread_res_gid(group, group, group)?;
    rustix::thread::set_thread_res_uid(user, user, user)
}

/// Forks the process that becomes the init, into a control group when there is one. Returns `None` in it.
pub fn fork_init(mode: Mode, group: Option<BorrowedFd<'_>>) -> Result<Option<Pid>> {
    let namespaces = match mode {
        Mode::System => namespace::PID | namespace::MOUNT,
        Mode::User => namespace::USER | namespace::PID | namespace::MOUNT | SHARED,
    };
    let made = group.map_or_else(|| fork(namespaces), |group| fork_into(group, namespaces));
    made.map_err(cannot_unshare)
}

/// In the init, in user mode: maps the caller to itself, and enters what could not begin before.
pub fn enter_own(uid: u32, gid: u32, allowances: &[(String, u64)]) -> Result<()> {
    map_self(uid, gid)?;
    leave_half(allowances)?;
    begin_groups()
}

/// In a process with a user name space of its own: maps the caller to itself.
pub fn map_self(uid: u32, gid: u32) -> Result<()> {
    let write = |file: &str, text: String| {
        std::fs::write(format!("/proc/self/{file}"), text)
            .map_err(|e| cannot("ids could not be mapped", Errno::from_io_error(&e).unwrap_or(Errno::IO)))
    };
    write("setgroups", "deny".to_owned())?;
    write("uid_map", format!("{uid} {uid} 1"))?;
    write("gid_map", format!("{gid} {gid} 1"))
}

/// Returns a map of every id that this process has to itself.
fn identity_map() -> Result<String> {
    let text = std::fs::read_to_string("/proc/self/uid_map").map_err(|e| {
        cannot("the map of ids could not be read", Errno::from_io_error(&e).unwrap_or(Errno::IO))
    })?;
    let lines = text.lines().filter_map(|line| {
        let mut fields = line.split_whitespace();
        let (inside, _, count) = (fields.next()?, fields.next()?, fields.next()?);
        Some(format!("{inside} {inside} {count}"))
    });
    Ok(lines.collect::<Vec<_>>().join("\n"))
}

fn cannot(what: &str, errno: Errno) -> Box<SeeError> {
    SeeError::new(
        ErrorCode::CannotIsolate,
        format!("The SEE could not be made: {what}: {errno}."),
        "Run `alcatraz doctor` to see what this machine can enforce.",
    )
    .with_fact("errno", errno.raw_os_error())
}

fn cannot_unshare(errno: Errno) -> Box<SeeError> {
    match errno {
        Errno::PERM | Errno::ACCESS | Errno::NOSPC | Errno::USERS | Errno::INVAL => {
            crate::doctor::refused(errno)
        }
        other => cannot("a process could not be made", other),
    }
}
