//! Conflicts and needs for people.

use see_core::error::{Conflict, ConflictReason, Need};
use see_core::path::{PathRef, escape_for_display};

/// Returns one line a conflict: the path and why the criterion does not hold for it.
pub fn conflict_lines(conflicts: &[Conflict]) -> Vec<String> {
    let line = |conflict: &Conflict| {
        let why = match conflict.reason {
            ConflictReason::ReadThenChanged => "the host changed it after the session read it",
            ConflictReason::NameAppeared => "the host has something here now",
            ConflictReason::NameVanished => "the host has nothing here any more",
            ConflictReason::WriteThenChanged => "the host changed it too",
            ConflictReason::TypeChanged => "the host has an object of another type here now",
            ConflictReason::InUse => "a program of the host has it open for writing",
        };
        format!("  {}  ({why})", shown(&conflict.path))
    };
    conflicts.iter().map(line).collect()
}

/// Returns one line a need: the path and what it cannot do without.
pub fn need_lines(needs: &[Need]) -> Vec<String> {
    needs.iter().map(|need| format!("  {}  (needs {})", shown(&need.path), shown(&need.needs))).collect()
}

fn shown(path: &PathRef) -> String {
    path.to_host_path().map_or_else(|| escape_for_display(path.path.as_bytes()), |path| path.display())
}
