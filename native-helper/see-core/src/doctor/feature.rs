//! What the doctor tries: a name for presenters, and what the command line calls it.

use serde::{Deserialize, Serialize};

/// One thing that a machine can enforce (`protocol/src/doctor.ts`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "each one's words stand below")]
pub enum Feature {
    UserNamespaces,
    Store,
    WholeSee,
    ShiftedIds,
    NothingGotOut,
    DirectoryRenames,
    OtherOwners,
    Processes,
    NetworkOff,
    NetworkByChoice,
    IpcAndName,
    ControlGroups,
    CallFilter,
    Crashes,
    Recorded,
    HandedIn,
    Freezing,
    ProcessLimit,
    MemoryLimit,
    AccountLimits,
    OwnDisplay,
    Clipboard,
    Devices,
    DiskCommits,
    Place,
    RoomLeftBehind,
    WallFiles,
    WallProcesses,
    WallKernel,
    WallDevices,
    WallSockets,
    WallNetwork,
    WallHidden,
}

impl Feature {
    /// Returns what the command line calls it; what there are many of is called by its place.
    pub fn words(self) -> &'static str {
        match self {
            Self::UserNamespaces => "User namespaces",
            Self::Store => "Store",
            Self::WholeSee => "A whole SEE",
            Self::ShiftedIds => "Root inside is nobody outside (id-mapped mounts)",
            Self::NothingGotOut => "Nothing got out",
            Self::DirectoryRenames => "Renaming directories",
            Self::OtherOwners => "Changes to files of other owners",
            Self::Processes => "Processes kept apart",
            Self::NetworkOff => "Network off",
            Self::NetworkByChoice => "Network by choice (web, full)",
            Self::IpcAndName => "IPC and host name kept apart",
            Self::ControlGroups => "Control groups kept apart",
            Self::CallFilter => "System-call filter",
            Self::Crashes => "Crashes are told to nobody outside",
            Self::Recorded => "Programs, network and reads recorded",
            Self::HandedIn => "Ports that lead in, connections elsewhere",
            Self::Freezing => "Freezing at a limit of disk space",
            Self::ProcessLimit => "Limit of processes",
            Self::MemoryLimit => "Limit of memory",
            Self::AccountLimits => "Limits of your account left alone",
            Self::OwnDisplay => "A display of its own for each session",
            Self::Clipboard => "A clipboard shared with it on request",
            Self::Devices => "Devices on request (gpu, sound, camera)",
            Self::DiskCommits => "Commits by renaming",
            Self::Place => "Changes in a place",
            Self::RoomLeftBehind => "Room left behind",
            Self::WallFiles => "Files: what is written stays inside",
            Self::WallProcesses => "Processes of the host out of sight",
            Self::WallKernel => "Settings of the kernel read-only",
            Self::WallDevices => "No devices of the host",
            Self::WallSockets => "Sockets of the host do not answer",
            Self::WallNetwork => "No network unless asked for",
            Self::WallHidden => "Hidden places are empty",
        }
    }
}
