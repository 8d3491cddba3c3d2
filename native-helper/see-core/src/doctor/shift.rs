//! Why root keeps its number inside, and what to do about it on the kernel at hand.

use crate::path::HostPath;

use super::{DoctorRow, Feature, Gap, Lack};

/// The row for root that keeps its number; `place`: what is mounted there cannot map ids.
pub(super) fn unshifted(place: Option<HostPath>) -> DoctorRow {
    // Overlays map ids since 5.19, tmpfs since 6.3.
    let is_new = see_sys::kernel::is_since((6, 3));
    let (gap, what, place) = match place {
        None => (Gap::NoShift, "this kernel offers no shift".to_owned(), String::new()),
        Some(at) => {
            let place = at.display();
            (Gap::UnmappedPlace, format!("what is mounted at {place} cannot map ids"), place)
        }
    };
    let lack = Lack::new(
        gap,
        format!(
            "{what}, so in every session root keeps the number 0; it can neither mount nor make user name spaces, and \
             /proc and /sys are read-only for it"
        ),
        mend_of_shift(&place, is_new),
    );
    DoctorRow::none(Feature::ShiftedIds, lack.with("place", place).with("new-kernel", is_new))
}

/// Returns what to do so that ids can be shifted; `place`: what is mounted there cannot map them, if that is known.
fn mend_of_shift(place: &str, is_new: bool) -> &'static str {
    match (place, is_new) {
        ("", true) => "Run Alcatraz outside of containers.",
        ("", false) => "Use a kernel since 6.3, outside of containers.",
        ("/", true) => "Run Alcatraz outside of containers, where the root lies on ext4, xfs or btrfs.",
        ("/", false) => {
            "Use a kernel since 6.3, outside of containers, where the root lies on ext4, xfs or btrfs."
        }
        (_, true) => "Unmount that place or stop the container that it belongs to.",
        (_, false) => {
            "Unmount that place or stop the container that it belongs to; or use a kernel since 6.3."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kernel_is_named_only_where_another_one_helps_and_the_root_is_never_to_be_unmounted() {
        for place in ["", "/", "/mnt/disk"] {
            let mend = mend_of_shift(place, true);
            assert!(!mend.contains("kernel") && mend_of_shift(place, false).contains("kernel since 6.3"));
            assert_eq!(mend.contains("Unmount"), place == "/mnt/disk", "{mend}");
        }
    }
}
