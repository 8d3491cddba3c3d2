//! Why a session is limited, or stands as it does, in the words of the command line: each a part of a sentence. Exhaustive: a new cause does not compile
//! without its words.

use see_core::cause::{Limit, LimitCause, SessionCause};
use see_core::commit::waiting;
use see_core::error::SeeError;

/// Returns a limit on a line.
pub fn limit_line(Limit { path, cause }: &Limit) -> String {
    format!("{path}: {}.", limit_words(cause))
}

/// Returns why a place is limited.
pub fn limit_words(cause: &LimitCause) -> String {
    let words = match cause {
        LimitCause::UnlayeredKind { kind } => {
            return format!("a {kind} file system cannot be kept apart, so it is read-only here");
        }
        LimitCause::FileAlone => {
            "this file is a mount of its own or lies beside mounts, so it is read-only here"
        }
        LimitCause::OtherDisk => {
            "another file system is here than when the session began, so it is read-only"
        }
        LimitCause::DiskGone => "its file system is not mounted now; what the session changed there is kept",
        LimitCause::SeenLater => "what the host makes here while the session runs can be read inside",
        LimitCause::MountsBelow => {
            "mounts lie below it, so directories that are right in it can be neither renamed nor removed"
        }
        LimitCause::NoLayer { error } => {
            return format!("the kernel takes no layer here, so it is read-only ({})", error.message);
        }
        LimitCause::Unmapped => {
            "user numbers cannot be shifted here, so it is read-only, and all in it is nobody's"
        }
        LimitCause::UnshiftedRoot => {
            "user numbers cannot be shifted here: root in the session has the number of this machine's root, but none of its \
             rights outside"
        }
        LimitCause::OtherGroup => {
            "nothing can be made or changed there: it is of another group than your own first one, which takes root (sudo) to \
             cover"
        }
        LimitCause::LittleRoom => {
            "less is free there already than was to stay free: of what is left, half stays free"
        }
        LimitCause::NoDevice { device } => {
            return format!("this machine has no device of this kind now: {}", device.name());
        }
        LimitCause::NoDisplay { error } => return part(error).to_owned(),
        LimitCause::ClipboardEnded => {
            "the clipboard is shared no longer: one of the two displays went away or was held up for too long"
        }
        LimitCause::NetworkOff { error } => return format!("the network is off: {}", part(error)),
        LimitCause::RecordLacks { error } => {
            return format!("the record may lack what left it: {}", part(error));
        }
        LimitCause::Said { why } => why,
    };
    words.to_owned()
}

/// Returns what to do about it.
pub fn limit_mend(cause: &LimitCause) -> &str {
    match cause {
        LimitCause::UnlayeredKind { .. } => {
            "Copy what is to be changed to a disk whose file system is Linux's own (ext4, xfs, btrfs)."
        }
        LimitCause::FileAlone => "Unmount it, or the mounts beside it.",
        LimitCause::OtherDisk => "Mount the disk that was there when the session began, then enter it again.",
        LimitCause::DiskGone => "Mount it again.",
        LimitCause::SeenLater => "Make that place before the session begins: then it is hidden.",
        LimitCause::MountsBelow => "Run Alcatraz with sudo, or unmount what lies below it.",
        LimitCause::Unmapped => {
            "Unmount that place or stop the container that it belongs to; before Linux 6.3, use a newer kernel."
        }
        LimitCause::UnshiftedRoot => {
            "Run Alcatraz outside of containers; before Linux 6.3, use a newer kernel."
        }
        LimitCause::OtherGroup => "Run Alcatraz with sudo.",
        LimitCause::LittleRoom => "Make room there.",
        LimitCause::NoDevice { .. } => "Plug it in, or load its driver.",
        LimitCause::ClipboardEnded => "Start a new session: there it is shared again.",
        LimitCause::NoDisplay { error }
        | LimitCause::NetworkOff { error }
        | LimitCause::RecordLacks { error } => &error.hint,
        LimitCause::NoLayer { .. } | LimitCause::Said { .. } => "None is known.",
    }
}

/// Returns why a session ended, or stands, as it does.
pub fn session_words(cause: &SessionCause) -> String {
    match cause {
        SessionCause::Failed { error } => error.message.clone(),
        SessionCause::Overrun => {
            "it reached a limit of disk space and went on writing although it was frozen".to_owned()
        }
        SessionCause::Unheeded => "it did not end when it was asked to, and was killed".to_owned(),
        SessionCause::KilledEarly => "its supervisor was killed before the SEE was ready".to_owned(),
        SessionCause::Killed => "its supervisor was killed".to_owned(),
        SessionCause::NotRemoved { error } => {
            format!("what it wrote could not be removed: {error} It is tried again at the next start.")
        }
        SessionCause::CommitWaits { commit, error } => {
            let error = waiting(commit, error);
            format!("{} {}", error.message, error.hint)
        }
        SessionCause::Said { why } => why.clone(),
    }
}

/// Returns the sentence of an error as a part of another one.
fn part(error: &SeeError) -> &str {
    error.message.trim_end_matches('.')
}
