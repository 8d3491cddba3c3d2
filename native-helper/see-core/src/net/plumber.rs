//! The process that enters a SEE's network with just the rights that this takes, and becomes the program that works
//! there: pasta, which connects it, or nft, which sets its filter. Started by the supervisor; knows no policy.

use std::ffi::CString;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, FileType, MemfdFlags, Mode as Bits, OFlags};
use rustix::io::Errno;
use rustix::mount::{MountFlags, MountPropagationFlags};
use rustix::process::{Pid, Signal};
use rustix::thread::{CapabilitySet, Gid, LinkNameSpaceType, Uid};
use see_sys::process::{execve, namespace};
use serde::{Deserialize, Serialize};

use crate::engine::wire;
use crate::error::{ErrorCode, Result, SeeError};

/// Where programs of the system are. Never the caller's `PATH`: this may be root.
const DIRECTORIES: &[&str] = &[
    "/usr/sbin",
    "/usr/bin",
    "/sbin",
    "/bin",
    "/usr/local/sbin",
    "/usr/local/bin",
    "/run/current-system/sw/bin",
];
/// What pasta makes the SEE's interface with.
pub const TUN: &str = "/dev/net/tun";
const TUN_DEVICE: (u32, u32) = (10, 200);

/// The largest group that the kernel takes for a limit.
const GROUP_MAX: u64 = (1 << 31) - 1;

/// What has to be done. The network name space comes with it, as a descriptor.
#[derive(Debug, Serialize, Deserialize)]
pub enum Job {
    /// Become pasta. Its standard output says when it is ready; it ends with its parent.
    Attach {
        /// The program.
        program: PathBuf,
        /// Its arguments.
        arguments: Vec<String>,
        /// The parent.
        parent: i32,
    },
    /// Become nft and set these rules, or tell what they ask for.
    Filter {
        /// The program.
        program: PathBuf,
        /// The rules.
        rules: String,
    },
}

/// Returns the path of a program of the system.
pub fn find(name: &str) -> Option<PathBuf> {
    let runs = |path: &PathBuf| rustix::fs::access(path, rustix::fs::Access::EXEC_OK).is_ok();
    DIRECTORIES.iter().map(|dir| Path::new(dir).join(name)).find(runs)
}

/// Does the job that comes on descriptor 0. Returns only when that failed; the reason is on standard error.
pub fn run() -> i32 {
    let failed = match take() {
        Ok(never) => match never {},
        Err(error) => error,
    };
    // With nobody left to read it there is nobody to tell.
    let _ = rustix::io::write(rustix::stdio::stderr(), failed.message.as_bytes());
    1
}

enum Never {}

fn take() -> Result<Never> {
    let received = wire::receive::<Job>(rustix::stdio::stdin())?;
    let Some((job, descriptors)) = received else { return Err(wire::broken("no job")) };
    let network = descriptors.into_iter().next().ok_or_else(|| wire::broken("the network is missing"))?;
    match job {
        Job::Attach { program, arguments, parent } => attach(&network, &program, &arguments, parent),
        Job::Filter { program, rules } => filter(&network, &program, &rules),
    }
}

fn attach(network: &OwnedFd, program: &Path, arguments: &[String], parent: i32) -> Result<Never> {
    if rustix::process::geteuid().is_root() {
        show_tun().map_err(|e| cannot("/dev/net/tun could not be opened to pasta", e))?;
    }
    // pasta opens it anew, as somebody else.
    rustix::fs::fchmod(rustix::stdio::stdout(), Bits::from_raw_mode(0o622))
        .map_err(|e| cannot("a pipe could not be shared", e))?;
    become_owner(network.as_fd())?;
    rustix::stdio::dup2_stdin(network).map_err(|e| cannot("the network could not be handed over", e))?;
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))
        .map_err(|e| cannot("the process could not be tied to its supervisor", e))?;
    if rustix::process::getppid().map(Pid::as_raw_nonzero).map(i32::from) != Some(parent) {
        return Err(cannot("the supervisor is gone", Errno::SRCH));
    }
    become_program(program, arguments)
}

fn filter(network: &OwnedFd, program: &Path, rules: &str) -> Result<Never> {
    let text = || -> std::result::Result<OwnedFd, Errno> {
        let text = rustix::fs::memfd_create("rules", MemfdFlags::CLOEXEC)?;
        let mut rest = rules.as_bytes();
        while !rest.is_empty() {
            rest = rest.get(rustix::io::write(&text, rest)?..).unwrap_or_default();
        }
        rustix::fs::seek(&text, rustix::fs::SeekFrom::Start(0))?;
        Ok(text)
    };
    let text = text().map_err(|e| cannot("the rules could not be handed over", e))?;
    become_owner(network.as_fd())?;
    rustix::thread::move_into_link_name_space(network.as_fd(), Some(LinkNameSpaceType::Network))
        .map_err(|e| cannot("the SEE's network could not be entered", e))?;
    settle().map_err(|e| cannot("the network could not be set up", e))?;
    rustix::stdio::dup2_stdin(&text).map_err(|e| cannot("the rules could not be handed over", e))?;
    // With numbers, when it tells something.
    become_program(program, &["-n", "-f", "-"].map(str::to_owned))
}

/// Makes the tunnel device usable for those who may not open the host's, in this process's own view of the files.
fn show_tun() -> std::result::Result<(), Errno> {
    let device = rustix::fs::stat(TUN)?;
    if device.st_mode & 0o006 == 0o006 {
        return Ok(());
    }
    see_sys::process::unshare(namespace::MOUNT)?;
    rustix::mount::mount_change("/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC)?;
    let dir = Path::new(TUN).parent().unwrap_or(Path::new("/dev/net"));
    rustix::mount::mount("alcatraz", dir, "tmpfs", MountFlags::NOEXEC | MountFlags::NOSUID, None)?;
    rustix::process::umask(Bits::empty());
    let number = rustix::fs::makedev(TUN_DEVICE.0, TUN_DEVICE.1);
    rustix::fs::mknodat(CWD, TUN, FileType::CharacterDevice, Bits::from_raw_mode(0o666), number)
}

/// Gives up every right on the host for those of the network's owner.
fn become_owner(network: BorrowedFd<'_>) -> Result<()> {
    let owner =
        see_sys::network::owner(network).map_err(|e| cannot("the network's owner is not known", e))?;
    rustix::thread::move_into_link_name_space(owner.as_fd(), Some(LinkNameSpaceType::User))
        .map_err(|e| cannot("the network's user name space could not be entered", e))?;
    if has_root() {
        let (user, group) = (Uid::ROOT, Gid::ROOT);
        rustix::thread::set_thread_groups(&[])
            .and_then(|()| rustix::thread::set_thread_res_gid(group, group, group))
            .and_then(|()| rustix::thread::set_thread_res_uid(user, user, user))
            .map_err(|e| cannot("ids could not be changed", e))?;
    }
    // An ordinary user's rights in its own name space would end with the next program.
    keep_capabilities().map_err(|e| cannot("rights could not be kept", e))
}

/// Sets what programs expect of a network and cannot set themselves, for it is not their own: every group of the SEE may
/// send echo requests; and where there is a root inside, the low ports are open, as they must be to it.
fn settle() -> std::result::Result<(), Errno> {
    let set = |name: &str, value: &str| {
        std::fs::write(format!("/proc/sys/net/ipv4/{name}"), value)
            .map_err(|e| Errno::from_io_error(&e).unwrap_or(Errno::IO))
    };
    if has_root() {
        set("ip_unprivileged_port_start", "0")?;
    }
    let map = std::fs::read_to_string("/proc/self/gid_map").unwrap_or_default();
    let mut numbers = map.split_whitespace().map(str::parse::<u64>);
    let (Some(Ok(first)), Some(_), Some(Ok(count))) = (numbers.next(), numbers.next(), numbers.next()) else {
        return Err(Errno::INVAL);
    };
    let last = (first + count - 1).min(GROUP_MAX);
    set("ping_group_range", &format!("{first} {last}"))
}

/// Tells whether the user name space that this process is in has a root, which it may then become.
fn has_root() -> bool {
    let map = std::fs::read_to_string("/proc/self/uid_map").unwrap_or_default();
    map.lines().any(|line| line.split_whitespace().next() == Some("0"))
}

fn keep_capabilities() -> std::result::Result<(), Errno> {
    let wanted = [
        CapabilitySet::NET_ADMIN,
        CapabilitySet::NET_RAW,
        CapabilitySet::NET_BIND_SERVICE,
        CapabilitySet::SYS_ADMIN,
        CapabilitySet::SETUID,
        CapabilitySet::SETGID,
    ];
    let mut sets = rustix::thread::capabilities(None)?;
    let all = wanted.iter().copied().collect::<CapabilitySet>();
    sets.inheritable = all & sets.permitted;
    rustix::thread::set_capabilities(None, sets)?;
    wanted
        .into_iter()
        .filter(|one| sets.permitted.contains(*one))
        .try_for_each(|one| rustix::thread::configure_capability_in_ambient_set(one, true))
}

fn become_program(program: &Path, arguments: &[String]) -> Result<Never> {
    // pasta takes it for an error when a signal is ignored before it ignores it.
    see_sys::signals::reset_all().map_err(|e| cannot("signals could not be reset", e))?;
    rustix::process::chdir("/").map_err(|e| cannot("the root directory could not be entered", e))?;
    let text =
        |bytes: &[u8]| CString::new(bytes).map_err(|_| SeeError::internal("An argument with a zero byte."));
    let path = text(program.as_os_str().as_bytes())?;
    let arguments = std::iter::once(Ok(path.clone()))
        .chain(arguments.iter().map(|argument| text(argument.as_bytes())))
        .collect::<Result<Vec<_>>>()?;
    let environment = [c"PATH=/usr/sbin:/usr/bin:/sbin:/bin".to_owned(), c"LC_ALL=C".to_owned()];
    Err(cannot(
        &format!("{} could not be started", program.display()),
        execve(&path, &arguments, &environment),
    ))
}

fn cannot(what: &str, errno: Errno) -> Box<SeeError> {
    SeeError::new(
        ErrorCode::CannotIsolate,
        format!("{what}: {errno}"),
        "Run `alcatraz doctor` to see what this machine can enforce.",
    )
}

/// Opens this thread's network name space.
pub fn current() -> std::result::Result<OwnedFd, Errno> {
    rustix::fs::openat(CWD, "/proc/self/ns/net", OFlags::RDONLY | OFlags::CLOEXEC, Bits::empty())
}
