//! What the doctor tries: a name for presenters, who have the words.

use serde::{Deserialize, Serialize};

/// One thing that a machine can enforce (`protocol/src/doctor.ts`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "what each is called is for presenters to say")]
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
