//! What the standard library does not tell about networks: the addresses of this machine, and who owns a network name
//! space. Knows nothing of policies.

use std::ffi::c_void;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

use rustix::io::Errno;

use crate::{check, last_errno};

/// `NS_GET_USERNS` of `ioctl_ns(2)`.
const GET_OWNER: libc::c_ulong = 0xb701;

/// An address of this machine, and how many of its first bits are the same for all neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interface {
    /// The address.
    pub address: IpAddr,
    /// Length of the network's prefix.
    pub prefix: u8,
}

/// Returns every address of every interface of the current network name space.
pub fn interfaces() -> Result<Vec<Interface>, Errno> {
    let mut first: *mut libc::ifaddrs = std::ptr::null_mut();
    // SAFETY: the C library fills in the pointer to a list that it allocates.
    check(unsafe { libc::getifaddrs(&raw mut first) }.into())?;
    let mut found = Vec::new();
    let mut next = first;
    while !next.is_null() {
        // SAFETY: a node of the list that is freed only below.
        let node = unsafe { &*next };
        // SAFETY: both point to addresses in the same allocation, or are null.
        let (address, mask) = unsafe { (ip_of(node.ifa_addr), ip_of(node.ifa_netmask)) };
        found.extend(address.map(|address| Interface { address, prefix: mask.map_or(0, ones) }));
        next = node.ifa_next;
    }
    // SAFETY: the list from above, once; nothing of it was kept.
    unsafe { libc::freeifaddrs(first) };
    Ok(found)
}

/// Returns the address that a C structure holds, when it is one of the Internet's.
///
/// # Safety
/// The pointer is null or points to an address that is as long as its family demands.
unsafe fn ip_of(pointer: *const libc::sockaddr) -> Option<IpAddr> {
    if pointer.is_null() {
        return None;
    }
    let start = pointer.cast::<c_void>();
    // SAFETY: every address begins with its family.
    match i32::from(unsafe { (*pointer).sa_family }) {
        libc::AF_INET => {
            // SAFETY: of this family it is a `sockaddr_in`.
            let inner = unsafe { std::ptr::read_unaligned(start.cast::<libc::sockaddr_in>()) };
            Some(IpAddr::V4(Ipv4Addr::from(u32::from_be(inner.sin_addr.s_addr))))
        }
        libc::AF_INET6 => {
            // SAFETY: of this family it is a `sockaddr_in6`.
            let inner = unsafe { std::ptr::read_unaligned(start.cast::<libc::sockaddr_in6>()) };
            Some(IpAddr::V6(Ipv6Addr::from(inner.sin6_addr.s6_addr)))
        }
        _ => None,
    }
}

/// Returns how many leading bits of a mask are set.
fn ones(mask: IpAddr) -> u8 {
    let count = match mask {
        IpAddr::V4(mask) => u32::from(mask).leading_ones(),
        IpAddr::V6(mask) => u128::from(mask).leading_ones(),
    };
    u8::try_from(count).unwrap_or(128)
}

/// Returns the user name space that owns a network name space: who has rights there has them over the network.
pub fn owner(network: BorrowedFd<'_>) -> Result<OwnedFd, Errno> {
    // SAFETY: takes no argument and returns a new descriptor.
    let fd = unsafe { libc::ioctl(network.as_raw_fd(), GET_OWNER) };
    if fd < 0 {
        return Err(last_errno());
    }
    // SAFETY: the kernel has just given this descriptor to us alone.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd;

    use super::*;

    #[test]
    fn loopback_is_an_interface() {
        let found = interfaces().unwrap();
        assert!(found.contains(&Interface { address: Ipv4Addr::LOCALHOST.into(), prefix: 8 }), "{found:?}");
    }

    #[test]
    fn a_network_has_an_owner() {
        let network = std::fs::File::open("/proc/self/ns/net").unwrap();
        // The host's own owner may be out of sight, in a container for example; then the kernel says so.
        match owner(network.as_fd()) {
            Ok(_) | Err(Errno::PERM) => {}
            Err(e) => panic!("{e}"),
        }
        let file = std::fs::File::open("/dev/null").unwrap();
        assert_eq!(owner(file.as_fd()).unwrap_err(), Errno::NOTTY);
    }
}
