//! What a session is allowed and what is recorded of it: chosen when it begins, kept with it. Plain data; whoever makes
//! an item true reads it here.

mod tightening;

use serde::{Deserialize, Serialize};

pub use self::tightening::Tightening;

use crate::error::{ErrorCode, Reason, Result, SeeError};
use crate::interpose::calls::Level;
use crate::net::policy::{Net, Redirect, Reroute};
use crate::path::PathRef;

/// The most processes and threads, when nothing else was asked for.
const USUAL_PROCESSES: u64 = 4096;
/// With fewer a shell could start nothing, and no client could enter to look.
pub const FEWEST_PROCESSES: u64 = 8;
/// With less not even the first process could be made.
const LEAST_MEMORY: u64 = 16 << 20;

/// The choices of one session. A field that an older record lacks has its default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// How much of what the programs look at is recorded.
    pub reads: Reads,
    /// The session whose command this one runs once more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_of: Option<String>,
    /// How far the network reaches.
    pub net: Net,
    /// Whether the network reaches the host's neighbours: private and link-local addresses, and the host's own.
    pub lan: bool,
    /// Ports of the SEE that the host can reach.
    pub redirect: Vec<Redirect>,
    /// Connections that go elsewhere.
    pub connect: Vec<Reroute>,
    /// Places of the host that it does not see.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hide: Vec<PathRef>,
    /// Usual places of secrets that it sees all the same.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub show: Vec<PathRef>,
    /// Places that it does not see besides those of its store's list: that of the person who asked another's helper for it.
    /// They need not be there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub always: Vec<String>,
    /// All that it does not see, in the end. Found when the SEE is made; what a request says here does not count.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hidden: Vec<PathRef>,
    /// The most bytes that its layers may hold before it is frozen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quota: Option<u64>,
    /// How many bytes must stay free on each disk, else it is frozen; `None` for the usual.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub floor: Option<u64>,
    /// The most processes and threads; `None` for the usual.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub processes: Option<u64>,
    /// The most bytes of memory; `None` for the usual.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<u64>,
    /// What its programs can show windows on.
    #[serde(skip_serializing_if = "Display::is_none")]
    pub display: Display,
    /// Which way text goes between the clipboard of its display and the host's.
    #[serde(skip_serializing_if = "Clipboard::is_none")]
    pub clipboard: Clipboard,
    /// Devices of the host that its programs may open, with the rights that they have natively.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub devices: Vec<Device>,
    /// What this machine need not keep in full, though it was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub accept: Vec<Promise>,
}

/// A promise that not every machine can keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Promise {
    /// A limit of memory.
    Memory,
    /// A limit of processes.
    Processes,
    /// A display.
    Display,
    /// Devices that were asked for.
    Devices,
    /// Ports of the host that lead in.
    Ports,
    /// Room that stays free on a disk.
    Floor,
}

impl Promise {
    /// Returns its name, as people type it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Processes => "processes",
            Self::Display => "display",
            Self::Devices => "devices",
            Self::Ports => "ports",
            Self::Floor => "floor",
        }
    }
}

impl Policy {
    /// Tells whether the usual places of secrets are hidden: when what is read there could be sent somewhere.
    pub fn hides_usual_secrets(&self) -> bool {
        self.net != Net::None || !self.connect.is_empty()
    }

    /// Refuses limits that no session can live with.
    pub fn check_limits(&self) -> Result<()> {
        let refused = |reason, what: &str, least: u64| {
            let hint = format!("Allow {least} or more.");
            SeeError::new(ErrorCode::BadRequest, format!("A session cannot live with {what}."), hint)
                .because(reason)
                .with_fact("least", least)
        };
        if let Some(most) = self.processes.filter(|most| *most < FEWEST_PROCESSES) {
            return Err(refused(Reason::FewProcesses, &format!("{most} processes"), FEWEST_PROCESSES));
        }
        match self.memory.filter(|most| *most < LEAST_MEMORY) {
            Some(most) => {
                Err(refused(Reason::LittleMemory, &format!("{most} bytes of memory"), LEAST_MEMORY))
            }
            None => Ok(()),
        }
    }

    /// Sets the limits of memory and processes that are given.
    pub fn allow(&mut self, memory: Option<u64>, processes: Option<u64>) {
        self.memory = memory.or(self.memory);
        self.processes = processes.or(self.processes);
    }

    /// Returns the most processes and threads that it may have.
    pub fn most_processes(&self) -> u64 {
        self.processes.unwrap_or(USUAL_PROCESSES)
    }
}

/// Which way text goes between two clipboards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Clipboard {
    /// Neither.
    #[default]
    None,
    /// What is copied on the host can be pasted inside.
    In,
    /// What is copied inside can be pasted on the host.
    Out,
    /// Both.
    Both,
}

impl Clipboard {
    /// Tells whether programs inside can read what is copied on the host.
    pub fn goes_in(self) -> bool {
        matches!(self, Self::In | Self::Both)
    }

    /// Tells whether programs inside can set what is pasted on the host.
    pub fn goes_out(self) -> bool {
        matches!(self, Self::Out | Self::Both)
    }

    fn is_none(&self) -> bool {
        *self == Self::None
    }
}

/// A kind of devices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Device {
    /// What computes pictures; not what shows them.
    Gpu,
    /// Sound cards: speakers and microphones.
    Sound,
    /// Cameras.
    Camera,
}

impl Device {
    /// Returns its name, as people type it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gpu => "gpu",
            Self::Sound => "sound",
            Self::Camera => "camera",
        }
    }
}

/// What the programs of a session can show windows on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Display {
    /// Nothing.
    #[default]
    None,
    /// A display of their own, which is one window of the host's.
    Nested,
    /// The host's display: they see and control every window on it.
    Host,
    /// A display of their own when the desktop knows the program as one that shows windows, else nothing. Settled when the
    /// session begins.
    Auto,
}

impl Display {
    fn is_none(&self) -> bool {
        *self == Self::None
    }
}

/// How much is recorded of what the programs of a session look at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reads {
    /// Nothing: any change of the host since the session began speaks against a commit.
    Off,
    /// What is opened and run.
    #[default]
    Opens,
    /// Also names and attributes that are only asked for.
    Lookups,
}

impl Reads {
    /// Returns what the interposer records; `None` when it is not needed.
    pub fn level(self) -> Option<Level> {
        match self {
            Self::Off => None,
            Self::Opens => Some(Level::Opens),
            Self::Lookups => Some(Level::Lookups),
        }
    }
}
