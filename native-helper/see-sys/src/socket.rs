//! Sockets by raw addresses and numbered options: what a supervisor needs that acts for another process. Knows nothing of
//! why.

use std::ffi::c_void;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

use rustix::io::Errno;

use crate::check;

const SO_NETNS_COOKIE: i32 = 71;
const ADDRESS_MOST: usize = 128;

/// Which packets a locked socket never sees.
///
/// The answer to a connection that it asked for, consent or refusal: it can listen, and what it accepts can talk, but it
/// can never connect to anybody. And what asks it for a connection at another port than `door`: if it is let go and bound
/// anew, it serves nobody. Offsets count from the TCP header: 2 has the port asked for, 13 the flags, 4 the sequence number,
/// which is 0 in a refusal.
const fn lock(door: Option<u16>) -> [libc::sock_filter; 11] {
    // No port is this large.
    let door = match door {
        Some(port) => port as u32,
        None => 1 << 16,
    };
    [
        filter(0x30, 0, 0, 13),       // A = flags
        filter(0x54, 0, 0, 0x16),     // A &= ACK | SYN | RST
        filter(0x15, 7, 0, 0x12),     // SYN, ACK: drop
        filter(0x15, 3, 0, 0x02),     // SYN: look at the port
        filter(0x15, 0, 4, 0x14),     // RST, ACK:
        filter(0x20, 0, 0, 4),        //   A = sequence number
        filter(0x15, 3, 2, 0),        //   0: drop
        filter(0x28, 0, 0, 2),        // A = port
        filter(0x15, 0, 1, door),     // the door's: keep
        filter(0x06, 0, 0, u32::MAX), // keep
        filter(0x06, 0, 0, 0),        // drop
    ]
}

const fn filter(code: u16, jt: u8, jf: u8, k: u32) -> libc::sock_filter {
    libc::sock_filter { code, jt, jf, k }
}

/// Makes a socket that ends with this process's next program.
pub fn socket(family: i32, kind: i32, protocol: i32) -> Result<OwnedFd, Errno> {
    // SAFETY: takes plain numbers.
    let fd = check(unsafe { libc::socket(family, kind | libc::SOCK_CLOEXEC, protocol) }.into())?;
    let fd = i32::try_from(fd).map_err(|_| Errno::BADF)?;
    // SAFETY: the kernel has just given this descriptor to us alone.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// Binds to a raw address.
pub fn bind(socket: BorrowedFd<'_>, address: &[u8]) -> Result<(), Errno> {
    let (pointer, length) = raw(address)?;
    // SAFETY: `pointer` has `length` readable bytes that outlive the call; the kernel checks what is in them.
    check(unsafe { libc::bind(socket.as_raw_fd(), pointer, length) }.into()).map(drop)
}

/// Connects to a raw address.
pub fn connect(socket: BorrowedFd<'_>, address: &[u8]) -> Result<(), Errno> {
    let (pointer, length) = raw(address)?;
    // SAFETY: as for `bind`.
    check(unsafe { libc::connect(socket.as_raw_fd(), pointer, length) }.into()).map(drop)
}

fn raw(address: &[u8]) -> Result<(*const libc::sockaddr, libc::socklen_t), Errno> {
    let length = libc::socklen_t::try_from(address.len()).map_err(|_| Errno::INVAL)?;
    Ok((address.as_ptr().cast(), length))
}

/// Returns the raw address that a socket is bound to.
pub fn name(socket: BorrowedFd<'_>) -> Result<Vec<u8>, Errno> {
    let mut address = vec![0_u8; ADDRESS_MOST];
    let mut length = ADDRESS_MOST as libc::socklen_t;
    let (fd, start) = (socket.as_raw_fd(), address.as_mut_ptr().cast());
    // SAFETY: the kernel writes at most `length` bytes, which `address` has.
    check(unsafe { libc::getsockname(fd, start, &raw mut length) }.into())?;
    address.truncate(length as usize);
    Ok(address)
}

/// Returns an option that is a number.
pub fn option(socket: BorrowedFd<'_>, level: i32, name: i32) -> Result<i32, Errno> {
    let mut value = 0_i32;
    read_option(socket, level, name, &raw mut value)?;
    Ok(value)
}

/// Sets an option that is a number.
pub fn set_option(socket: BorrowedFd<'_>, level: i32, name: i32, value: i32) -> Result<(), Errno> {
    write_option(socket, level, name, &raw const value)
}

/// Returns the number of the network name space that a socket belongs to, unique while the machine runs.
pub fn network(socket: BorrowedFd<'_>) -> Result<u64, Errno> {
    let mut cookie = 0_u64;
    read_option(socket, libc::SOL_SOCKET, SO_NETNS_COOKIE, &raw mut cookie)?;
    Ok(cookie)
}

fn read_option<T>(socket: BorrowedFd<'_>, level: i32, name: i32, value: *mut T) -> Result<(), Errno> {
    let mut length = size_of::<T>() as libc::socklen_t;
    let fd = socket.as_raw_fd();
    // SAFETY: the kernel writes at most `length` bytes, the size of what `value` points to, a plain number.
    check(unsafe { libc::getsockopt(fd, level, name, value.cast(), &raw mut length) }.into()).map(drop)
}

fn write_option<T>(socket: BorrowedFd<'_>, level: i32, name: i32, value: *const T) -> Result<(), Errno> {
    let length = size_of::<T>() as libc::socklen_t;
    // SAFETY: the kernel reads `length` bytes, the size of what `value` points to.
    check(unsafe { libc::setsockopt(socket.as_raw_fd(), level, name, value.cast::<c_void>(), length) }.into())
        .map(drop)
}

/// Makes sure for good that a TCP socket, and what it accepts, can never connect to anybody, and that nobody can connect to it
/// but at `door`: not even by whoever gets it.
pub fn forbid_connecting(socket: BorrowedFd<'_>, door: Option<u16>) -> Result<(), Errno> {
    let filters = lock(door);
    let program = libc::sock_fprog {
        len: u16::try_from(filters.len()).map_err(|_| Errno::INVAL)?,
        filter: filters.as_ptr().cast_mut(),
    };
    write_option(socket, libc::SOL_SOCKET, libc::SO_ATTACH_FILTER, &raw const program)?;
    set_option(socket, libc::SOL_SOCKET, libc::SO_LOCK_FILTER, 1)
}

/// Ties a socket to the loopback interface. Whoever gets it cannot undo that without rights over the network.
pub fn tie_to_loopback(socket: BorrowedFd<'_>) -> Result<(), Errno> {
    let name = *b"lo\0\0";
    write_option(socket, libc::SOL_SOCKET, libc::SO_BINDTODEVICE, &raw const name)
}

/// Tells whether a descriptor of another process's open file does not wait.
pub fn is_nonblocking(socket: impl AsFd) -> Result<bool, Errno> {
    Ok(rustix::fs::fcntl_getfl(socket)?.contains(rustix::fs::OFlags::NONBLOCK))
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};

    use super::*;

    fn raw_v4(address: SocketAddr) -> Vec<u8> {
        let mut raw = (libc::AF_INET as u16).to_ne_bytes().to_vec();
        raw.extend(address.port().to_be_bytes());
        raw.extend(Ipv4Addr::LOCALHOST.octets());
        raw.extend([0; 8]);
        raw
    }

    #[test]
    fn a_locked_socket_listens_and_never_connects() {
        let listener = socket(libc::AF_INET, libc::SOCK_STREAM, 0).unwrap();
        if !rustix::process::geteuid().is_root()
            && forbid_connecting(listener.as_fd(), None) == Err(Errno::PERM)
        {
            // Some kernels let only root lock a socket; callers have to know.
            return;
        }
        let listener = socket(libc::AF_INET, libc::SOCK_STREAM, 0).unwrap();
        tie_to_loopback(listener.as_fd()).unwrap();
        bind(listener.as_fd(), &raw_v4("127.0.0.1:0".parse().unwrap())).unwrap();
        let port = u16::from_be_bytes(name(listener.as_fd()).unwrap()[2..4].try_into().unwrap());
        forbid_connecting(listener.as_fd(), Some(port)).unwrap();
        let listener = TcpListener::from(listener);
        // SAFETY: listens on an own socket.
        assert_eq!(unsafe { libc::listen(listener.as_raw_fd(), 8) }, 0);
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (mut accepted, _) = listener.accept().unwrap();
        client.write_all(b"in").unwrap();
        accepted.write_all(b"out").unwrap();
        let mut heard = [0; 2];
        accepted.read_exact(&mut heard).unwrap();
        assert_eq!(&heard, b"in");
        // Neither can be unlocked, nor untied.
        for locked in [listener.as_fd(), accepted.as_fd()] {
            assert_eq!(set_option(locked, libc::SOL_SOCKET, libc::SO_DETACH_FILTER, 0), Err(Errno::PERM));
        }
        // Another one of the same kind does not get through to a server that answers everybody else.
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = server.local_addr().unwrap();
        assert!(TcpStream::connect(address).is_ok());
        let locked = socket(libc::AF_INET, libc::SOCK_STREAM | libc::SOCK_NONBLOCK, 0).unwrap();
        forbid_connecting(locked.as_fd(), None).unwrap();
        assert_eq!(connect(locked.as_fd(), &raw_v4(address)), Err(Errno::INPROGRESS));
        let mut poll = libc::pollfd { fd: locked.as_raw_fd(), events: libc::POLLOUT, revents: 0 };
        // SAFETY: one entry, which outlives the call.
        assert_eq!(unsafe { libc::poll(&raw mut poll, 1, 200) }, 0, "it connected, or was refused");
        drop(server);
        let refused = socket(libc::AF_INET, libc::SOCK_STREAM | libc::SOCK_NONBLOCK, 0).unwrap();
        forbid_connecting(refused.as_fd(), None).unwrap();
        let _ = connect(refused.as_fd(), &raw_v4(address));
        poll.fd = refused.as_raw_fd();
        // SAFETY: as above.
        assert_eq!(unsafe { libc::poll(&raw mut poll, 1, 200) }, 0, "it learnt that nobody listens");
    }

    #[test]
    fn a_locked_socket_that_is_let_go_serves_nobody_elsewhere() {
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let door = server.local_addr().unwrap().port();
        let led = socket(libc::AF_INET, libc::SOCK_STREAM, 0).unwrap();
        connect(led.as_fd(), &raw_v4(server.local_addr().unwrap())).unwrap();
        let locked = forbid_connecting(led.as_fd(), None);
        if !rustix::process::geteuid().is_root() && locked == Err(Errno::PERM) {
            // As above.
            return;
        }
        locked.unwrap();
        forbid_connecting(server.as_fd(), Some(door)).unwrap();
        let client = TcpStream::connect(server.local_addr().unwrap()).unwrap();
        let mut accepted = server.accept().unwrap().0;
        if accepted.peer_addr().unwrap() != client.local_addr().unwrap() {
            accepted = server.accept().unwrap().0;
        }
        let ordinary = socket(libc::AF_INET, libc::SOCK_STREAM, 0).unwrap();
        for (socket, is_served) in [(ordinary.as_fd(), true), (led.as_fd(), false), (accepted.as_fd(), false)]
        {
            // AF_UNSPEC lets it go.
            let _ = connect(socket, &[0; 16]);
            bind(socket, &raw_v4("127.0.0.1:0".parse().unwrap())).unwrap();
            // SAFETY: listens on an own socket.
            assert_eq!(unsafe { libc::listen(socket.as_raw_fd(), 8) }, 0);
            let port = u16::from_be_bytes(name(socket).unwrap()[2..4].try_into().unwrap());
            assert_ne!(port, door);
            let visitor = super::socket(libc::AF_INET, libc::SOCK_STREAM | libc::SOCK_NONBLOCK, 0).unwrap();
            let _ = connect(visitor.as_fd(), &raw_v4(SocketAddr::from((Ipv4Addr::LOCALHOST, port))));
            let mut poll = libc::pollfd { fd: visitor.as_raw_fd(), events: libc::POLLOUT, revents: 0 };
            let patience = if is_served { 10_000 } else { 200 };
            // SAFETY: one entry, which outlives the call.
            assert_eq!(unsafe { libc::poll(&raw mut poll, 1, patience) }, i32::from(is_served));
        }
    }

    #[test]
    fn networks_have_numbers() {
        let one = socket(libc::AF_INET, libc::SOCK_STREAM, 0).unwrap();
        let two = socket(libc::AF_INET6, libc::SOCK_DGRAM, 0).unwrap();
        assert_eq!(network(one.as_fd()).unwrap(), network(two.as_fd()).unwrap());
        assert_ne!(network(one.as_fd()).unwrap(), 0);
    }
}
