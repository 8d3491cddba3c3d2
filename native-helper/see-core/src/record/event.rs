//! The events of a session. Plain data; texts come from hostile programs, escaped for display.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::program::{Ended, Started};
use super::refused::Refused;

/// One event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// A program tried to use the network.
    Network(NetworkTry),
    /// A program was started.
    Program(Started),
    /// A program ended.
    Ended(Ended),
    /// Something was refused, or was not there on purpose.
    Refused(Refused),
    /// Its quota was nearly used up: told here by versions before, which did not keep it with the session.
    Near {},
    /// So many events of a kind are not kept. The last one of a kind counts.
    Dropped {
        /// Of which kind.
        kind: Kind,
        /// How many.
        count: u64,
    },
}

/// Kinds of events that are bounded each by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Tries with the network.
    Network,
    /// Starts of programs, and room for their ends.
    Programs,
    /// What was refused.
    Refused,
    /// What ordinary programs try, and go on without.
    Tried,
}

/// What was tried with the network. The first of many equal tries stands for all of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkTry {
    /// When, RFC 3339.
    pub time: String,
    /// What was done.
    pub action: Action,
    /// Kind of transport.
    pub protocol: Protocol,
    /// To where, or for `bind` at which address.
    pub address: IpAddr,
    /// Port.
    pub port: u16,
    /// What became of it.
    pub verdict: Verdict,
    /// Where it went instead, when it was redirected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead: Option<String>,
    /// The program's file.
    pub program: String,
    /// Its number, where its start was recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program_id: Option<u32>,
}

/// A kind of try.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// To serve at an address.
    Bind,
    /// To connect to one.
    Connect,
    /// To send to one without connecting.
    Send,
}

/// A kind of transport.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
    /// Something else.
    Other,
}

/// What became of a try, by the session's policy; whether the other side answered is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It stayed inside the session.
    Local,
    /// It could leave.
    Allowed,
    /// It could not.
    Refused,
    /// It went elsewhere, as the session's user had asked.
    Redirected,
}
