//! Hears from the kernel when this machine gets an address: what is near is another thing then. Knows no filter.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::io::Errno;

const AF_NETLINK: u16 = 16;
/// `SOCK_RAW`, which does not wait.
const KIND: i32 = 3 | 0o4000;
/// `RTMGRP_IPV4_IFADDR` and `RTMGRP_IPV6_IFADDR`.
const ADDRESSES: u32 = 0x10 | 0x100;

/// A listener.
#[derive(Debug)]
pub struct News(OwnedFd);

impl News {
    /// Listens from now on.
    pub fn listen() -> Result<Self, Errno> {
        let socket = see_sys::socket::socket(i32::from(AF_NETLINK), KIND, 0)?;
        let nobody = 0_u16.to_ne_bytes();
        let address =
            [&AF_NETLINK.to_ne_bytes()[..], &nobody, &0_u32.to_ne_bytes(), &ADDRESSES.to_ne_bytes()];
        see_sys::socket::bind(socket.as_fd(), &address.concat())?;
        Ok(Self(socket))
    }

    /// Takes all that was said since. What it was does not matter, nor whether some of it was lost: whoever hears looks anew.
    pub fn take(&self) {
        let mut message = [0; 8192];
        while matches!(rustix::io::read(&self.0, &mut message), Ok(1..) | Err(Errno::INTR | Errno::NOBUFS)) {}
    }
}

impl AsFd for News {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}
