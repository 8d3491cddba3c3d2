//! Events about what was refused. Plain data; texts come from hostile programs, as text of the wire.

use serde::{Deserialize, Serialize};

/// Something that a program tried and that a wall kept from it. The first of many equal tries stands for all of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refused {
    /// When, RFC 3339.
    pub time: String,
    /// What was tried.
    pub what: What,
    /// At which place, or by which name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The program's file; of what concerns the whole session none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program: Option<String>,
    /// Its number, where its start was recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program_id: Option<u32>,
}

/// What was tried, and so which wall it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// To change mounts or the root directory without the right to: `detail` is the call.
    Mount,
    /// To open something in a hidden place: `detail` is its path.
    HiddenPlace,
    /// To run a program with its owner's rights, where nobody gains rights: `detail` is its path.
    SetId,
    /// To write more than the session may, which was frozen: `detail` is the limit.
    Disk,
    /// To use more memory than the session may: the kernel ended a program.
    Memory,
    /// To make more processes than the session may.
    Processes,
    /// To make a call that reaches the kernel as a whole: `detail` is its name.
    KernelCall,
    /// To make a socket of a family that no name space parts: `detail` is the family.
    SocketFamily,
    /// To reach a device that the host has: `detail` is its path.
    Device,
    /// To connect to a socket of the host's programs: `detail` is its path, or `@` and its name.
    HostSocket,
}

impl What {
    /// Tells whether ordinary programs try it as they start, and go on without. No alarm is raised for it, and it takes no
    /// room from what does raise one.
    pub fn is_ordinary(self) -> bool {
        match self {
            Self::Mount | Self::HiddenPlace | Self::SetId | Self::Disk => false,
            Self::Memory | Self::Processes => false,
            Self::KernelCall | Self::SocketFamily | Self::Device | Self::HostSocket => true,
        }
    }
}
