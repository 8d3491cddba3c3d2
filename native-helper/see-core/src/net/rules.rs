//! The packet filter inside a SEE's network, as text for nft. It looks at every packet by itself, so that a policy which
//! is tightened also cuts what is already connected.

use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};

use super::host::{LOOPBACK, Range};
use super::policy::Net;

/// What decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// How far the network reaches.
    pub net: Net,
    /// Whether it reaches near addresses.
    pub lan: bool,
    /// Addresses that are near.
    pub near: Vec<Range>,
    /// Where names are asked for.
    pub resolver: IpAddr,
}

/// Neighbour discovery: without it there is no IPv6.
const NEIGHBOURS: &str = "icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-solicit }";

/// The table in which the kernel notes what left, or tried to: beside the filter, which is replaced as a whole. It sees packets before
/// the filter does, and what is full notes nothing more.
pub const NOTES: &str = "table inet alcatraz_notes {\n\
     set four { type inet_proto . ipv4_addr . inet_service; flags dynamic; size 16384; }\n\
     set six { type inet_proto . ipv6_addr . inet_service; flags dynamic; size 16384; }\n\
     chain output { type filter hook output priority -1; policy accept;\n oifname \"lo\" return\n \
     meta l4proto tcp tcp flags & (fin | syn | rst | ack) != syn return\n \
     meta l4proto { tcp, udp } meta nfproto ipv4 add @four { meta l4proto . ip daddr . th dport }\n \
     meta l4proto { tcp, udp } meta nfproto ipv6 add @six { meta l4proto . ip6 daddr . th dport }\n}\n}\n";

/// What nft is asked for to tell them.
pub const TELL_NOTES: &str = "list table inet alcatraz_notes\n";

/// Returns what nft told: places, and whether TCP was spoken to them.
pub fn notes(told: &str) -> Vec<(SocketAddr, bool)> {
    let note = |text: &str| {
        let mut words = text.split(" . ").map(str::trim);
        let is_tcp = match words.next()? {
            "6" | "tcp" => true,
            "17" | "udp" => false,
            _ => return None,
        };
        let place = SocketAddr::new(words.next()?.parse().ok()?, words.next()?.parse().ok()?);
        Some((place, is_tcp))
    };
    let elements = told.split("elements = {").skip(1).filter_map(|rest| rest.split('}').next());
    elements.flat_map(|list| list.split(',')).filter_map(note).collect()
}

/// Returns rules that replace all that were there, in one step.
pub fn text(filter: &Filter) -> String {
    let mut text = String::from(
        "table inet alcatraz\ndelete table inet alcatraz\ntable inet alcatraz {\n\
         chain output { type filter hook output priority 0; policy drop;\n oifname \"lo\" accept\n",
    );
    let mut rule = |line: &str| {
        text.push(' ');
        text.push_str(line);
        text.push('\n');
    };
    if filter.net != Net::None {
        rule(&format!("{NEIGHBOURS} accept"));
        let family = if filter.resolver.is_ipv4() { "ip" } else { "ip6" };
        rule(&format!("{family} daddr {} meta l4proto {{ tcp, udp }} th dport 53 accept", filter.resolver));
        let far = if filter.lan { LOOPBACK } else { &filter.near };
        for (family, ranges) in by_family(far) {
            rule(&format!("{family} daddr {{ {ranges} }} reject with icmpx admin-prohibited"));
        }
        match filter.net {
            Net::None => {}
            Net::Web => rule("tcp dport { 80, 443 } accept"),
            Net::Full => rule("accept"),
        }
    }
    rule("reject with icmpx admin-prohibited");
    // Nothing connects from outside: pasta forwards no port. Said here again, for the day when it would.
    text.push_str(
        "}\nchain input { type filter hook input priority 0; policy drop;\n iifname \"lo\" accept\n",
    );
    if filter.net != Net::None {
        text.push_str(" tcp flags & (fin | syn | rst | ack) == syn drop\n accept\n");
    }
    text.push_str("}\nchain forward { type filter hook forward priority 0; policy drop; }\n}\n");
    text
}

/// Returns the ranges of each family as a list for nft. Those inside others are left out, for nft wants no overlaps.
fn by_family(ranges: &[Range]) -> Vec<(&'static str, String)> {
    let covered = |range: &Range| {
        ranges.iter().any(|other| {
            other.length < range.length
                && other.address.is_ipv4() == range.address.is_ipv4()
                && other.has(range.address)
        })
    };
    let list = |v4: bool| {
        let mut list = String::new();
        for range in ranges.iter().filter(|range| range.address.is_ipv4() == v4 && !covered(range)) {
            let comma = if list.is_empty() { "" } else { ", " };
            // Writing to a string does not fail.
            let _ = write!(list, "{comma}{range}");
        }
        list
    };
    [("ip", list(true)), ("ip6", list(false))].into_iter().filter(|(_, list)| !list.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(net: Net, lan: bool) -> Filter {
        let near = ["10.0.0.0", "10.1.0.0", "fd00::"].map(|a| a.parse().unwrap());
        let near = near.into_iter().zip([8, 16, 8]).map(|(address, length)| Range { address, length });
        Filter { net, lan, near: near.collect(), resolver: "169.254.1.53".parse().unwrap() }
    }

    #[test]
    fn nothing_leaves_without_a_network() {
        let rules = text(&filter(Net::None, true));
        let accepted: Vec<_> = rules.lines().filter(|line| line.contains("accept")).collect();
        assert_eq!(accepted, [" oifname \"lo\" accept", " iifname \"lo\" accept"]);
        assert_eq!(rules.matches("policy drop").count(), 3);
    }

    #[test]
    fn what_nft_tells_is_understood() {
        let told = "table inet alcatraz_notes {\n\tset four {\n\t\tflags dynamic\n\t\telements = { 17 . 127.0.0.9 . 99,\n\t\t\t \
                    6 . 1.2.3.4 . 443 }\n\t}\n\tset six {\n\t\telements = { 17 . 2001:db8::1 . 53 }\n\t}\n\tchain output {\n\t}\n}\n";
        let places = [("127.0.0.9:99", false), ("1.2.3.4:443", true), ("[2001:db8::1]:53", false)];
        assert_eq!(notes(told), places.map(|(place, is_tcp)| (place.parse().unwrap(), is_tcp)));
        assert!(notes("nothing").is_empty());
    }

    #[test]
    fn near_addresses_are_refused_before_anything_is_allowed() {
        for net in [Net::Web, Net::Full] {
            let rules = text(&filter(net, false));
            let refused = rules.find("ip daddr { 10.0.0.0/8 } reject").unwrap();
            assert!(
                refused
                    < rules.find(if net == Net::Web { "dport { 80, 443 }" } else { "\n accept" }).unwrap()
            );
            assert!(rules.contains("ip6 daddr { fd00::/8 } reject"));
        }
        assert!(!text(&filter(Net::Full, true)).contains("10.0.0.0/8"));
        assert!(text(&filter(Net::Full, true)).contains("127.0.0.0/8"));
    }
}
