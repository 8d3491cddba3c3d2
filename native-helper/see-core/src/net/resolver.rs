//! Where a SEE asks for names: one address that is the host's name server in disguise. Knows `resolv.conf`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};

use crate::path::HostPath;

/// The host's list of name servers.
const FILE: &str = "/etc/resolv.conf";
/// More is no configuration.
const LIMIT: u64 = 64 * 1024;

/// What the name server is called inside. A link-local address is nobody's behind a router, a locally chosen one (in
/// which `alcatraz` is spelled) nobody else's.
const INSIDE_V4: Ipv4Addr = Ipv4Addr::new(169, 254, 1, 53);
const INSIDE_V6: Ipv6Addr = Ipv6Addr::new(0xfda1, 0xca7a, 0x7a00, 0, 0, 0, 0, 0x53);

/// How names are asked for inside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolver {
    /// The address to ask.
    pub address: IpAddr,
    /// The file that has to be replaced, all links followed.
    pub file: Option<HostPath>,
    /// What has to stand there.
    pub content: String,
}

impl Resolver {
    /// Reads how the host asks.
    pub fn of_host() -> Self {
        use std::io::Read as _;
        use std::os::unix::ffi::OsStrExt as _;
        let mut text = Vec::new();
        if let Ok(file) = std::fs::File::open(FILE) {
            // A file that cannot be read to its end names the servers that were read so far.
            let _ = file.take(LIMIT).read_to_end(&mut text);
        }
        let file = std::fs::canonicalize(FILE).ok();
        let file = file.and_then(|file| HostPath::new(file.as_os_str().as_bytes()));
        Self { file, ..Self::instead_of(&String::from_utf8_lossy(&text)) }
    }

    fn instead_of(text: &str) -> Self {
        let mut servers = text.lines().filter_map(server);
        // pasta forwards to a server of the same family.
        let address = match servers.next() {
            Some(IpAddr::V6(_)) if !servers.any(|server| server.is_ipv4()) => IpAddr::V6(INSIDE_V6),
            _ => IpAddr::V4(INSIDE_V4),
        };
        let kept = text.lines().filter(|line| {
            matches!(line.split_whitespace().next(), Some("search" | "domain" | "options" | "sortlist"))
        });
        let mut content = format!("nameserver {address}\n");
        kept.for_each(|line| {
            content.push_str(line);
            content.push('\n');
        });
        Self { address, file: None, content }
    }
}

fn server(line: &str) -> Option<IpAddr> {
    let mut words = line.split_whitespace();
    let address = words.next().filter(|word| *word == "nameserver").and_then(|_| words.next())?;
    address.split('%').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_servers_are_replaced_and_the_rest_is_kept() {
        let text =
            "# by hand\nnameserver 127.0.0.53\nnameserver 10.0.0.1\noptions edns0 trust-ad\nsearch lan\n";
        let resolver = Resolver::instead_of(text);
        assert_eq!(resolver.content, "nameserver 169.254.1.53\noptions edns0 trust-ad\nsearch lan\n");
        let six = Resolver::instead_of("nameserver fe80::1%eth0\n");
        assert_eq!(six.address, IpAddr::V6(INSIDE_V6));
        assert_eq!(Resolver::instead_of("nameserver ::1\nnameserver 1.1.1.1").address, IpAddr::V4(INSIDE_V4));
        assert_eq!(Resolver::instead_of("").address, IpAddr::V4(INSIDE_V4));
    }
}
