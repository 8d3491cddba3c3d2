//! Internet addresses as system calls carry them. What comes from a program is hostile data: too short, of a strange
//! family, or not an address at all.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

const AF_INET: u16 = 2;
const AF_INET6: u16 = 10;

/// Returns the address that these bytes hold, when it is one of the Internet's.
pub fn parse(raw: &[u8]) -> Option<SocketAddr> {
    let two = |at: usize| raw.get(at..at + 2).and_then(|bytes| <[u8; 2]>::try_from(bytes).ok());
    let port = u16::from_be_bytes(two(2)?);
    let ip = match u16::from_ne_bytes(two(0)?) {
        // The kernel demands all 16 bytes, and 24 for the newer one.
        AF_INET if raw.len() >= 16 => IpAddr::V4(Ipv4Addr::from(<[u8; 4]>::try_from(raw.get(4..8)?).ok()?)),
        AF_INET6 if raw.len() >= 24 => {
            IpAddr::V6(Ipv6Addr::from(<[u8; 16]>::try_from(raw.get(8..24)?).ok()?))
        }
        _ => return None,
    };
    Some(SocketAddr::new(ip, port))
}

/// Returns the bytes of an address for a socket of this family; an IPv4 address in disguise where the socket is newer.
/// `None` when such a socket cannot have it.
pub fn encode(ip: IpAddr, port: u16, is_v6: bool) -> Option<Vec<u8>> {
    let head = |family: u16| [family.to_ne_bytes(), port.to_be_bytes()].concat();
    match (ip, is_v6) {
        (IpAddr::V4(ip), false) => Some([head(AF_INET), ip.octets().to_vec(), vec![0; 8]].concat()),
        (IpAddr::V4(ip), true) => encode(ip.to_ipv6_mapped().into(), port, true),
        (IpAddr::V6(ip), true) => {
            Some([head(AF_INET6), vec![0; 4], ip.octets().to_vec(), vec![0; 4]].concat())
        }
        (IpAddr::V6(_), false) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_survive_and_rubbish_is_none() {
        for (text, is_v6) in [("1.2.3.4:80", false), ("[2001:db8::1]:443", true)] {
            let address: SocketAddr = text.parse().unwrap();
            assert_eq!(parse(&encode(address.ip(), address.port(), is_v6).unwrap()), Some(address));
        }
        let mapped = encode("1.2.3.4".parse().unwrap(), 80, true).unwrap();
        assert_eq!(parse(&mapped), Some("[::ffff:1.2.3.4]:80".parse().unwrap()));
        assert_eq!(encode("::1".parse().unwrap(), 80, false), None);
        for rubbish in
            [&[][..], &[2, 0], &[2, 0, 0, 80, 1, 2, 3, 4], &[1, 0, b'/', b'a', 0, 0, 0, 0], &[10; 23]]
        {
            assert_eq!(parse(rubbish), None);
        }
    }
}
