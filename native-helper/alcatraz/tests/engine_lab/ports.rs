//! Ports for servers of tests.

use std::net::TcpListener;
use std::sync::atomic::{AtomicU16, Ordering};

/// Where ports begin that other programs of a machine rarely have.
const FIRST: u16 = 10_000;

/// Returns a port that nobody has now, on any address, and that the kernel lends to nobody who asks for just any: those
/// are the local ends of everybody's connections.
pub fn free_port() -> u16 {
    static TAKEN: AtomicU16 = AtomicU16::new(0);
    let lent = std::fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").unwrap();
    let end: u16 = lent.split_whitespace().next().unwrap().parse().unwrap();
    let Some(room) = end.checked_sub(FIRST).filter(|room| *room > 0) else {
        // Here the kernel lends what there is.
        return TcpListener::bind(("::", 0)).unwrap().local_addr().unwrap().port();
    };
    // Tests of other processes begin elsewhere.
    let start = u16::try_from(std::process::id().wrapping_mul(61) % u32::from(room)).unwrap();
    let mut all = (0..room).map(|_| {
        let place = u32::from(start) + u32::from(TAKEN.fetch_add(1, Ordering::Relaxed));
        FIRST + u16::try_from(place % u32::from(room)).unwrap()
    });
    all.find(|port| TcpListener::bind(("::", *port)).is_ok()).unwrap()
}
