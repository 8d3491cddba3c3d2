//! What stores that are gone have left on other file systems. Nothing that the machine lacks: told to who asks the doctor by hand.

use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use crate::engine::rooms;
use crate::mounts::visible;
use crate::path::escape_for_display;
use crate::session::Mode;

use super::{DoctorRow, Feature, Gap, Lack};

/// Returns one row for each private directory whose store is gone: nothing else tells of what lies in it.
pub fn left_behind() -> Vec<DoctorRow> {
    let mode = if rustix::process::geteuid().is_root() { Mode::System } else { Mode::User };
    let shown = |path: &Path| escape_for_display(path.as_os_str().as_bytes());
    let row = |(room, store): (std::path::PathBuf, std::path::PathBuf)| {
        let facts = [("room", shown(&room)), ("store", shown(&store))];
        DoctorRow::partial(Feature::RoomLeftBehind, Lack::new(Gap::StoreGone)).at(&facts)
    };
    rooms::forsaken(&visible().unwrap_or_default(), mode).into_iter().map(row).collect()
}
