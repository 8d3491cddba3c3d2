//! What is not as natively, and why. `docs/compatibility.md` has a row for each, with the same words.

use crate::engine_lab::Mode;

/// A case that gives something else inside.
pub struct Difference {
    pub case: &'static str,
    pub modes: &'static [Mode],
    pub why: &'static str,
}

const SYSTEM: &[Mode] = &[Mode::System];
const USER: &[Mode] = &[Mode::User];
const BOTH: &[Mode] = &[Mode::System, Mode::User];

const NO_ROOT: &str = "root inside is no root of the machine";
const APART: &str = "overlayfs: changing one of two old names separates them";
const NO_RENAME: &str = "a directory of the host's cannot be renamed without privilege; mv copies";
const ONE_USER: &str = "the kernel knows one user and one group inside";

pub const DIFFERENCES: &[Difference] = &[
    Difference { case: "device_nodes", modes: SYSTEM, why: "devices are few, and no others can be made" },
    Difference { case: "handles", modes: BOTH, why: "files are not reached by handle" },
    Difference { case: "immutable_flag", modes: SYSTEM, why: NO_ROOT },
    Difference { case: "trusted_attributes", modes: SYSTEM, why: NO_ROOT },
    Difference { case: "rights_of_root_over_the_machine", modes: SYSTEM, why: NO_ROOT },
    Difference {
        case: "read_only_memory_from_before_the_change",
        modes: BOTH,
        why: "overlayfs: a reader's mapping from before the first change keeps showing the old content",
    },
    Difference { case: "rename_one_of_two_names", modes: BOTH, why: APART },
    Difference { case: "two_names_of_old", modes: BOTH, why: APART },
    Difference { case: "rename_whiteout", modes: BOTH, why: "overlayfs has no such rename" },
    Difference {
        case: "room_for_the_names_of_attributes",
        modes: BOTH,
        why: "overlayfs asks for more room than the names need",
    },
    Difference { case: "rename_old_directory", modes: USER, why: NO_RENAME },
    Difference { case: "rename_old_directory_over", modes: USER, why: NO_RENAME },
    Difference { case: "rename_exchange_directory", modes: USER, why: NO_RENAME },
    Difference {
        case: "hard_link",
        modes: USER,
        why: "overlayfs without privilege gives a new name of an old file another number",
    },
    Difference { case: "access_lists_with_others", modes: USER, why: ONE_USER },
    Difference { case: "owners_of_others", modes: USER, why: ONE_USER },
    Difference { case: "identities", modes: USER, why: ONE_USER },
    Difference { case: "file_of_another_group", modes: USER, why: ONE_USER },
    Difference {
        case: "reserved_space",
        modes: BOTH,
        why: "space that is only reserved would slip past the quota",
    },
];
