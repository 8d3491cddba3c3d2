//! What stores that are gone have left on other file systems. Nothing that the machine lacks: told to who asks the doctor by hand.

use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use crate::engine::rooms;
use crate::mounts::visible;
use crate::path::escape_for_display;
use crate::session::Mode;

use super::DoctorRow;

/// Returns one row for each private directory whose store is gone: nothing else tells of what lies in it.
pub fn left_behind() -> Vec<DoctorRow> {
    let mode = if rustix::process::geteuid().is_root() { Mode::System } else { Mode::User };
    let shown = |path: &Path| escape_for_display(path.as_os_str().as_bytes());
    let row = |(room, store): (std::path::PathBuf, std::path::PathBuf)| {
        DoctorRow::partial(
            format!("Room left behind: {}", shown(&room)),
            format!(
                "its store {} is not there any more; what its sessions wrote may still lie in it",
                shown(&store)
            ),
            format!("When you want nothing of that: rm -r {}", quoted(&shown(&room))),
        )
    };
    rooms::forsaken(&visible().unwrap_or_default(), mode).into_iter().map(row).collect()
}

/// Returns a path as it is typed into a shell.
fn quoted(path: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+@%".contains(c);
    if path.chars().all(is_plain) { path.to_owned() } else { format!("'{}'", path.replace('\'', "'\\''")) }
}
