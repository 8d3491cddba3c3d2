//! Forking into name spaces, and replacing the program. Knows nothing of what the child does.

use std::ffi::{CStr, CString};
use std::os::fd::{AsRawFd as _, BorrowedFd, RawFd};

use rustix::io::Errno;
use rustix::process::Pid;

use crate::{check, last_errno};

/// Name spaces for a new process: `CLONE_NEW*` bits.
pub mod namespace {
    /// Mounts.
    pub const MOUNT: i32 = libc::CLONE_NEWNS;
    /// Host name.
    pub const UTS: i32 = libc::CLONE_NEWUTS;
    /// System V IPC and POSIX message queues.
    pub const IPC: i32 = libc::CLONE_NEWIPC;
    /// User and group ids, capabilities.
    pub const USER: i32 = libc::CLONE_NEWUSER;
    /// Processes.
    pub const PID: i32 = libc::CLONE_NEWPID;
    /// Network.
    pub const NET: i32 = libc::CLONE_NEWNET;
    /// Control groups.
    pub const CGROUP: i32 = libc::CLONE_NEWCGROUP;
}

/// Forks into new name spaces. Returns the child's id in the parent and `None` in the child.
///
/// Fails with `EBUSY` when this process has other threads: the child of such a fork could meet locks that nobody
/// will ever free.
pub fn fork(namespaces: i32) -> Result<Option<Pid>, Errno> {
    if thread_count()? != 1 {
        return Err(Errno::BUSY);
    }
    fork_single_threaded(namespaces)
}

/// `CLONE_INTO_CGROUP`, which the C library's header has as a number too large for its type.
const INTO_GROUP: u64 = 0x2_0000_0000;

/// Like [`fork`], and the child is born in a control group of the second version, by its directory. Moving a process
/// there makes the kernel wait until every processor has passed by; being born there does not.
pub fn fork_into(group: BorrowedFd<'_>, namespaces: i32) -> Result<Option<Pid>, Errno> {
    if thread_count()? != 1 {
        return Err(Errno::BUSY);
    }
    let namespaces = u64::try_from(namespaces).map_err(|_| Errno::INVAL)?;
    let arguments = libc::clone_args {
        flags: namespaces | INTO_GROUP,
        exit_signal: u64::try_from(libc::SIGCHLD).map_err(|_| Errno::INVAL)?,
        cgroup: u64::try_from(group.as_raw_fd()).map_err(|_| Errno::BADF)?,
        pidfd: 0,
        child_tid: 0,
        parent_tid: 0,
        stack: 0,
        stack_size: 0,
        tls: 0,
        set_tid: 0,
        set_tid_size: 0,
    };
    // SAFETY: the arguments are whole and outlive the call; without CLONE_VM and with no stack of its own the child is
    // a plain copy of this process, which has one thread, as in `fork_single_threaded`.
    let pid = check(unsafe {
        libc::syscall(libc::SYS_clone3, &raw const arguments, size_of::<libc::clone_args>())
    })?;
    Ok(Pid::from_raw(i32::try_from(pid).unwrap_or(0)))
}

fn fork_single_threaded(namespaces: i32) -> Result<Option<Pid>, Errno> {
    let flags = libc::c_long::from(libc::SIGCHLD) | libc::c_long::from(namespaces);
    // SAFETY: without CLONE_VM and with no stack of its own the child is a plain copy of this process, as after
    // fork(2); there is one thread, so no lock of the allocator is held by a thread that the child lacks.
    let pid = check(unsafe { libc::syscall(libc::SYS_clone, flags, 0, 0, 0, 0) })?;
    Ok(Pid::from_raw(i32::try_from(pid).unwrap_or(0)))
}

/// Gives this process new name spaces of its own. Not for descriptors: see `close_all_but`.
pub fn unshare(namespaces: i32) -> Result<(), Errno> {
    // SAFETY: takes plain numbers, and none of them parts the descriptor table.
    check(unsafe { libc::unshare(namespaces & !libc::CLONE_FILES) }.into()).map(drop)
}

/// Returns how many threads this process has, by the number of links of its task directory.
fn thread_count() -> Result<u64, Errno> {
    let stat = rustix::fs::stat("/proc/self/task")?;
    Ok(stat.st_nlink.saturating_sub(2))
}

/// Forks again in a process that [`fork`] made and that never started a thread.
pub fn fork_again() -> Result<Option<Pid>, Errno> {
    fork_single_threaded(0)
}

/// Replaces the program. Returns only when that failed.
pub fn execve(path: &CStr, arguments: &[CString], environment: &[CString]) -> Errno {
    let pointers = |strings: &[CString]| -> Vec<*const libc::c_char> {
        strings.iter().map(|s| s.as_ptr()).chain([std::ptr::null()]).collect()
    };
    let (arguments, environment) = (pointers(arguments), pointers(environment));
    // SAFETY: both arrays end with a null pointer and hold pointers to C strings that outlive the call.
    unsafe { libc::execve(path.as_ptr(), arguments.as_ptr(), environment.as_ptr()) };
    last_errno()
}

/// Ends this process at once: no destructors, no buffers, nothing that the parent would do again.
pub fn exit_now(status: i32) -> ! {
    // SAFETY: always sound.
    unsafe { libc::_exit(status) }
}

/// Tells whether a thread is the first of its process, whose number it then has. Sends nothing.
pub fn is_leader(thread: u32) -> bool {
    // SAFETY: takes plain numbers; signal 0 is only looked up.
    let found = unsafe { libc::syscall(libc::SYS_tgkill, thread, thread, 0) };
    found == 0 || last_errno() == Errno::PERM
}

/// Sends a signal to every process of this pid name space but this one and its init.
pub fn signal_all(signal: i32) -> Result<(), Errno> {
    // SAFETY: takes plain numbers.
    check(unsafe { libc::kill(-1, signal) }.into()).map(drop)
}

/// Closes every descriptor from `first` up.
pub fn close_from(first: RawFd) -> Result<(), Errno> {
    let first = libc::c_uint::try_from(first).map_err(|_| Errno::INVAL)?;
    // SAFETY: takes plain numbers. Callers hold no owned descriptor at or above `first`, or never use it again.
    check(unsafe { libc::syscall(libc::SYS_close_range, first, libc::c_uint::MAX, 0) }).map(drop)
}

/// Makes every descriptor from `first` up close when the program is replaced.
pub fn close_on_exec_from(first: RawFd) -> Result<(), Errno> {
    let first = libc::c_uint::try_from(first).map_err(|_| Errno::INVAL)?;
    // SAFETY: takes plain numbers and changes flags only.
    check(unsafe {
        libc::syscall(libc::SYS_close_range, first, libc::c_uint::MAX, libc::CLOSE_RANGE_CLOEXEC)
    })
    .map(drop)
}

/// Sets a resource limit (`RLIMIT_*` number) of this process.
pub fn set_limit(resource: u32, soft: u64, hard: u64) -> Result<(), Errno> {
    let limit = libc::rlimit { rlim_cur: soft, rlim_max: hard };
    // SAFETY: the limit is a whole `rlimit` that outlives the call; an unknown number fails.
    check(unsafe { libc::setrlimit(resource as _, &raw const limit) }.into()).map(drop)
}

/// Returns soft and hard value of a resource limit of this process.
pub fn limit(resource: u32) -> Result<(u64, u64), Errno> {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the limit is a whole `rlimit` that outlives the call; an unknown number fails.
    check(unsafe { libc::getrlimit(resource as _, &raw mut limit) }.into())?;
    Ok((limit.rlim_cur, limit.rlim_max))
}

/// Closes every descriptor from 3 up but these.
pub fn close_all_but(kept: &[RawFd]) -> Result<(), Errno> {
    let mut kept: Vec<libc::c_uint> = kept.iter().filter_map(|fd| libc::c_uint::try_from(*fd).ok()).collect();
    kept.sort_unstable();
    let mut first: libc::c_uint = 3;
    for fd in kept.into_iter().chain([libc::c_uint::MAX]) {
        if first < fd {
            // SAFETY: takes plain numbers. Callers are processes that never use what they inherited otherwise.
            check(unsafe { libc::syscall(libc::SYS_close_range, first, fd.saturating_sub(1), 0) })?;
        }
        first = first.max(fd.saturating_add(1));
    }
    Ok(())
}
