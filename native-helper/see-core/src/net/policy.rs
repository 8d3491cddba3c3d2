//! The network choices of a session, as plain data, and how they are written on a command line.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How far a SEE's network reaches. A later one allows more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Net {
    /// A loopback of its own, and nothing else.
    #[default]
    None,
    /// Names, and TCP to the ports 80 and 443.
    Web,
    /// Everything.
    Full,
}

/// A port of the SEE that the host can reach: who listens on it inside really listens outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Redirect {
    /// Address on the host; its loopback when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
    /// Port on the host.
    pub outside: u16,
    /// Port that the program asks for.
    pub inside: u16,
}

/// A destination, as people write it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Endpoint {
    /// Name or address.
    pub host: String,
    /// Port.
    pub port: u16,
}

/// Connections to one place go to another one of the host's network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reroute {
    /// Where the program wants to go.
    pub from: Endpoint,
    /// Where it gets.
    pub to: Endpoint,
}

impl Redirect {
    /// Returns the address on the host for a listener of this family.
    pub fn address_for(&self, v6: bool) -> IpAddr {
        match (self.address, v6) {
            (Some(address), _) => address,
            (None, false) => Ipv4Addr::LOCALHOST.into(),
            (None, true) => std::net::Ipv6Addr::LOCALHOST.into(),
        }
    }
}

/// What is wrong with a written choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed(&'static str);

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Malformed {}

fn port(text: &str) -> Result<u16, Malformed> {
    match text.parse() {
        Ok(0) | Err(_) => Err(Malformed("a port is a number from 1 to 65535")),
        Ok(port) => Ok(port),
    }
}

impl FromStr for Redirect {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let shape = Malformed("write OUTSIDE:INSIDE, two ports of which the first is the host's");
        let (outside, inside) = text.rsplit_once(':').ok_or(shape)?;
        let (address, outside) = match outside.rsplit_once(':') {
            Some((address, outside)) => {
                let address = address.strip_prefix('[').and_then(|a| a.strip_suffix(']')).unwrap_or(address);
                let address = address
                    .parse()
                    .map_err(|_| Malformed("before OUTSIDE stands an address of this machine"));
                (Some(address?), outside)
            }
            None => (None, outside),
        };
        Ok(Self { address, outside: port(outside)?, inside: port(inside)? })
    }
}

impl FromStr for Endpoint {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let shape = Malformed("write HOST:PORT");
        let (host, number) = text.rsplit_once(':').ok_or(shape.clone())?;
        let host = host.strip_prefix('[').and_then(|h| h.strip_suffix(']')).unwrap_or(host);
        if host.is_empty() {
            return Err(shape);
        }
        Ok(Self { host: host.to_owned(), port: port(number)? })
    }
}

impl FromStr for Reroute {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let (from, to) = text.split_once('=').ok_or(Malformed("write HOST:PORT=HOST:PORT"))?;
        Ok(Self { from: from.parse()?, to: to.parse()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_written_as_people_write_them() {
        let redirect = |text: &str| text.parse::<Redirect>();
        assert_eq!(redirect("3080:80").unwrap(), Redirect { address: None, outside: 3080, inside: 80 });
        let all = redirect("[::]:3080:80").unwrap();
        assert_eq!(all.address, Some("::".parse().unwrap()));
        assert_eq!(redirect("0.0.0.0:1:2").unwrap().address_for(true), "0.0.0.0".parse::<IpAddr>().unwrap());
        for wrong in ["80", "80:", ":80", "0:80", "80:65536", "host:80:80", "a:b"] {
            assert!(redirect(wrong).is_err(), "{wrong}");
        }
        let reroute: Reroute = "db.example:5432=[::1]:5433".parse().unwrap();
        assert_eq!(reroute.from, Endpoint { host: "db.example".to_owned(), port: 5432 });
        assert_eq!(reroute.to, Endpoint { host: "::1".to_owned(), port: 5433 });
        for wrong in ["a:1", "a:1=b", "=b:1", ":1=b:1", "a:1=b:0"] {
            assert!(wrong.parse::<Reroute>().is_err(), "{wrong}");
        }
    }
}
