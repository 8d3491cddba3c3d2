//! The system calls that Alcatraz needs and no library wraps well. The only crate where `unsafe` is
//! allowed; it must not know what a session, a layer or a commit is.
#![allow(unsafe_code)]

mod bpf;
pub mod byte_lock;
#[cfg(feature = "faults")]
pub mod faults;
pub mod handle;
pub mod heap;
pub mod identity;
pub mod kernel;
pub mod lease;
pub mod loopback;
pub mod memory;
pub mod mount_attributes;
pub mod network;
pub mod pidfd;
pub mod process;
pub mod seccomp;
pub mod seccomp_notify;
pub mod seccomp_server;
pub mod signals;
pub mod socket;
pub mod users;
pub mod writeback;
pub mod xattr;

use rustix::io::Errno;

/// Returns the value of a C call that says -1 when it failed.
fn check(value: libc::c_long) -> Result<libc::c_long, Errno> {
    if value == -1 { Err(last_errno()) } else { Ok(value) }
}

fn last_errno() -> Errno {
    Errno::from_io_error(&std::io::Error::last_os_error()).unwrap_or(Errno::IO)
}
