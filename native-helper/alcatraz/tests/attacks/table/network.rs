//! Ways to the network of the host, which a session does not have unless it is asked for: its services, its neighbours, its
//! settings.

use crate::attack::{Attack, Harm, PLAIN, ROOT};
use crate::canaries::Canary;
use crate::canaries::network::Network;
use crate::range::{Area, Range};

pub const AREA: Area = Area { attacks: ATTACKS, canaries };

fn canaries(_range: &Range) -> Vec<Box<dyn Canary>> {
    vec![Box::new(Network::open())]
}

const TCP: Attack = Attack { program: "reach.pl", harm: Harm::Host("heard/TCP"), ..PLAIN };

const ATTACKS: &[Attack] = &[
    Attack {
        name: "reach a service of the host",
        source: "Docker --network=host",
        arguments: &["tcp", "127.0.0.1", "TCP_PORT"],
        ..TCP
    },
    Attack {
        name: "reach it by another loopback address",
        source: "slirp4netns CVE-2020-10756's way in",
        arguments: &["tcp", "127.7.7.7", "TCP_PORT"],
        ..TCP
    },
    Attack {
        name: "reach it by the address of none",
        source: "0.0.0.0 day",
        arguments: &["tcp", "0.0.0.0", "TCP_PORT"],
        ..TCP
    },
    Attack {
        name: "reach it by IPv6",
        source: "Docker, IPv6",
        arguments: &["tcp", "::1", "TCP_PORT"],
        ..TCP
    },
    Attack {
        name: "reach it by a mapped address",
        source: "filters of IPv4 only",
        arguments: &["tcp", "::ffff:127.0.0.1", "TCP_PORT"],
        ..TCP
    },
    Attack {
        name: "reach it by the mapped address of the host",
        source: "filters of IPv4 only",
        arguments: &["tcp", "::ffff:192.0.2.1", "TCP_PORT"],
        ..TCP
    },
    Attack {
        name: "reach it by IPv6's address of none",
        source: "0.0.0.0 day",
        arguments: &["tcp", "::", "TCP_PORT"],
        ..TCP
    },
    Attack {
        name: "send a datagram to the host's name server",
        source: "systemd-resolved's address",
        arguments: &["udp", "127.0.0.53", "NAMES_PORT"],
        harm: Harm::Host("heard/NAMES"),
        ..TCP
    },
    Attack { name: "connect without connecting", source: "TCP Fast Open", program: "fast_open.c", ..TCP },
    Attack {
        name: "reach it by the host's own address",
        source: "slirp4netns, gateway",
        arguments: &["tcp", "192.0.2.1", "TCP_PORT"],
        ..TCP
    },
    Attack {
        name: "ask the cloud who this machine is",
        source: "metadata address",
        arguments: &["tcp", "169.254.169.254", "METADATA_PORT"],
        harm: Harm::Host("heard/METADATA"),
        ..TCP
    },
    Attack {
        name: "send a datagram to the host",
        source: "Docker --network=host",
        arguments: &["udp", "127.0.0.1", "UDP_PORT"],
        harm: Harm::Host("heard/UDP"),
        ..TCP
    },
    Attack {
        name: "send a forged packet",
        source: "CAP_NET_RAW",
        program: "raw_packet.pl",
        harm: Harm::Host("heard/UDP"),
        ..ROOT
    },
    Attack {
        name: "tell a secret to a name server",
        source: "DNS tunnels",
        program: "ask_name.pl",
        harm: Harm::Host("heard/NAMES"),
        ..PLAIN
    },
    Attack { name: "listen to everybody", source: "CVE-2020-14386's way in", program: "listen_in.c", ..ROOT },
    Attack {
        name: "add an address",
        source: "netlink, CAP_NET_ADMIN",
        program: "address.sh",
        harm: Harm::Host("network/addresses"),
        ..ROOT
    },
    Attack {
        name: "add a rule",
        source: "netlink, CVE-2022-32250's way in",
        program: "rules.sh",
        harm: Harm::Host("network/rules"),
        ..ROOT
    },
];
