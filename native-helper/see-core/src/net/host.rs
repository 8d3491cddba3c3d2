//! Which addresses are near: the host itself, its neighbours, and all that the Internet does not carry. A SEE reaches
//! them only when it was asked for.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use rustix::io::Errno;

/// A range of addresses: those whose first `length` bits are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Range {
    /// One of its addresses.
    pub address: IpAddr,
    /// How many bits are the same.
    pub length: u8,
}

/// What belongs to nobody in the Internet (RFC 6890): private, shared, link-local, multicast, reserved. Those of documents are not among
/// them: no machine has them, and tests have them stand for machines of the Internet.
const NEAR_V4: &[(Ipv4Addr, u8)] = &[
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

const NEAR_V6: &[(Ipv6Addr, u8)] = &[
    // Unspecified, loopback, and IPv4 in disguise.
    (Ipv6Addr::UNSPECIFIED, 95),
    (Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0), 96),
    // Translation by the local network.
    (Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, 0, 0), 48),
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7),
    (Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10),
    (Ipv6Addr::new(0xfec0, 0, 0, 0, 0, 0, 0, 0), 10),
    (Ipv6Addr::new(0xff00, 0, 0, 0, 0, 0, 0, 0), 8),
];

/// Always out of reach, even when near addresses were asked for: the host's loopback under any name.
pub const LOOPBACK: &[Range] = &[
    Range { address: IpAddr::V4(Ipv4Addr::new(127, 0, 0, 0)), length: 8 },
    Range { address: IpAddr::V4(Ipv4Addr::new(0, 0, 0, 0)), length: 8 },
    Range { address: IpAddr::V6(Ipv6Addr::UNSPECIFIED), length: 127 },
    Range { address: IpAddr::V6(Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0x7f00, 0)), length: 104 },
];

/// Returns every range that is near: the list above, the networks that the host is part of, and whatever would be
/// translated to one of these by a gateway.
pub fn near() -> Result<Vec<Range>, Errno> {
    let v4 = NEAR_V4.iter().map(|(address, length)| Range { address: (*address).into(), length: *length });
    let v6 = NEAR_V6.iter().map(|(address, length)| Range { address: (*address).into(), length: *length });
    let own = see_sys::network::interfaces()?
        .into_iter()
        .map(|own| Range { address: own.address, length: usual(own.address, own.prefix) });
    let mut near: Vec<Range> = v4.chain(own).map(Range::trimmed).collect();
    let translated: Vec<Range> = near.iter().filter_map(Range::translated).flatten().collect();
    near.extend(v6);
    near.extend(translated);
    near.sort();
    near.dedup();
    Ok(near)
}

/// Returns the length of an interface's prefix; without one (a tunnel's end) the address stands for itself.
fn usual(address: IpAddr, prefix: u8) -> u8 {
    match (prefix, address) {
        (0, IpAddr::V4(_)) => 32,
        (0, IpAddr::V6(_)) => 128,
        (prefix, _) => prefix,
    }
}

impl Range {
    /// Returns the same range by its first address.
    fn trimmed(self) -> Self {
        let address = match self.address {
            IpAddr::V4(address) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(self.length.min(32))).unwrap_or(0);
                IpAddr::V4(Ipv4Addr::from(u32::from(address) & mask))
            }
            IpAddr::V6(address) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(self.length.min(128))).unwrap_or(0);
                IpAddr::V6(Ipv6Addr::from(u128::from(address) & mask))
            }
        };
        Self { address, ..self }
    }

    /// Returns the IPv6 ranges that gateways translate to this IPv4 range: NAT64 and 6to4.
    fn translated(&self) -> Option<[Self; 2]> {
        let IpAddr::V4(address) = self.address else { return None };
        let bits = u128::from(u32::from(address));
        let nat64 = (0x0064_ff9b_u128 << 96) | bits;
        let six_to_four = (0x2002_u128 << 112) | (bits << 80);
        let range = |bits: u128, length: u8| Self { address: Ipv6Addr::from(bits).into(), length };
        Some([range(nat64, 96 + self.length), range(six_to_four, 16 + self.length)])
    }

    /// Tells whether an address lies in the range.
    pub fn has(&self, address: IpAddr) -> bool {
        Self { address, ..*self }.trimmed() == self.trimmed()
    }
}

impl std::fmt::Display for Range {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.address, self.length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_near(address: &str) -> bool {
        let address: IpAddr = address.parse().unwrap();
        near().unwrap().iter().any(|range| range.has(address))
    }

    #[test]
    fn near_is_what_the_internet_does_not_carry() {
        for address in [
            "127.0.0.1",
            "127.8.8.8",
            "10.1.2.3",
            "172.31.255.255",
            "192.168.0.1",
            "169.254.169.254",
            "100.64.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "0.0.0.0",
            "::",
            "::1",
            "::ffff:8.8.8.8",
            "fe80::1",
            "fd00::1",
            "ff02::1",
            "64:ff9b::10.0.0.1",
            "64:ff9b:1::1",
            "2002:a00:1::1",
            "2002:7f00:1::1",
        ] {
            assert!(is_near(address), "{address}");
        }
        for address in ["1.1.1.1", "172.32.0.1", "9.255.255.255", "2606:4700::1111", "64:ff9b::1.1.1.1"] {
            assert!(!is_near(address), "{address}");
        }
    }

    #[test]
    fn ranges_begin_at_their_first_address() {
        let range = Range { address: "10.11.12.13".parse().unwrap(), length: 20 };
        assert_eq!(range.trimmed().to_string(), "10.11.0.0/20");
        let whole = Range { address: "1.2.3.4".parse().unwrap(), length: 0 };
        assert_eq!(whole.trimmed().to_string(), "0.0.0.0/0");
        let one = Range { address: "fd00::5".parse().unwrap(), length: 128 };
        assert_eq!(one.trimmed().to_string(), "fd00::5/128");
    }
}
