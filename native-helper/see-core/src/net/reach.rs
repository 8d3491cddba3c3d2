//! What a session's network reaches, as the filter decides it: for the record, which tells what became of each try.

use std::net::{IpAddr, SocketAddr};
use std::sync::RwLock;

use super::host::LOOPBACK;
use super::policy::Net;
use super::rules::Filter;

/// What becomes of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reached {
    /// It stays inside.
    Local,
    /// It may leave.
    Allowed,
    /// It does not get out.
    Refused,
}

/// What is reached now. A policy may be tightened while programs run.
#[derive(Debug)]
pub struct Reach(RwLock<Option<Filter>>);

impl Reach {
    /// Returns what a filter lets through; without one, nothing leaves.
    pub fn new(filter: Option<Filter>) -> Self {
        Self(RwLock::new(filter))
    }

    /// Lets this filter decide from now on.
    pub fn change(&self, filter: Filter) {
        *self.0.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(filter);
    }

    /// Returns what becomes of packets to this address.
    pub fn of(&self, to: SocketAddr, is_tcp: bool) -> Reached {
        let ip = to.ip().to_canonical();
        if ip.is_loopback() || ip.is_unspecified() {
            return Reached::Local;
        }
        let filter = self.0.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        match filter.as_ref() {
            Some(filter) if allows(filter, ip, to.port(), is_tcp) => Reached::Allowed,
            _ => Reached::Refused,
        }
    }
}

fn allows(filter: &Filter, ip: IpAddr, port: u16, is_tcp: bool) -> bool {
    if filter.net == Net::None {
        return false;
    }
    if ip == filter.resolver && port == 53 {
        return true;
    }
    let far = if filter.lan { LOOPBACK } else { &filter.near };
    let is_far = far.iter().any(|range| range.has(ip));
    !is_far && (filter.net == Net::Full || (is_tcp && matches!(port, 80 | 443)))
}

#[cfg(test)]
mod tests {
    use super::super::host::near;
    use super::*;

    #[test]
    fn the_record_says_what_the_filter_does() {
        let filter =
            |net, lan| Filter { net, lan, near: near().unwrap(), resolver: "169.254.1.53".parse().unwrap() };
        let reach = Reach::new(Some(filter(Net::Web, false)));
        let of = |reach: &Reach, to: &str, is_tcp| reach.of(to.parse().unwrap(), is_tcp);
        assert_eq!(of(&reach, "1.1.1.1:443", true), Reached::Allowed);
        assert_eq!(of(&reach, "1.1.1.1:443", false), Reached::Refused);
        assert_eq!(of(&reach, "1.1.1.1:25", true), Reached::Refused);
        assert_eq!(of(&reach, "169.254.1.53:53", false), Reached::Allowed);
        assert_eq!(of(&reach, "192.168.1.1:80", true), Reached::Refused);
        assert_eq!(of(&reach, "[::ffff:192.168.1.1]:80", true), Reached::Refused);
        assert_eq!(of(&reach, "[::1]:9", true), Reached::Local);
        reach.change(filter(Net::Full, true));
        assert_eq!(of(&reach, "192.168.1.1:9", false), Reached::Allowed);
        assert_eq!(of(&reach, "0.1.2.3:9", false), Reached::Refused);
        assert_eq!(of(&Reach::new(None), "1.1.1.1:443", true), Reached::Refused);
    }
}
