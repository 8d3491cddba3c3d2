//! Why root keeps its number inside.

use crate::path::HostPath;

use super::{DoctorRow, Feature, Gap, Lack};

/// The row for root that keeps its number; `place`: what is mounted there cannot map ids.
pub(super) fn unshifted(place: Option<HostPath>) -> DoctorRow {
    let (gap, place) = match place {
        None => (Gap::NoShift, String::new()),
        Some(at) => (Gap::UnmappedPlace, at.display()),
    };
    // Overlays map ids since 5.19, tmpfs since 6.3.
    let is_new = see_sys::kernel::is_since((6, 3));
    let lack = Lack::new(gap).with("place", place).with("new-kernel", is_new);
    DoctorRow::none(Feature::ShiftedIds, lack)
}
