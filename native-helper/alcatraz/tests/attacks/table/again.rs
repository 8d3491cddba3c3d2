//! What a first program prepares in its layer for the second one that runs in its session.

use crate::attack::{Attack, Harm, Launch, PLAIN, ROOT};
use crate::canaries::Canary;
use crate::canaries::again::Again;
use crate::range::{Area, Range};

pub const AREA: Area = Area { attacks: ATTACKS, canaries };

fn canaries(range: &Range) -> Vec<Box<dyn Canary>> {
    vec![Box::new(Again::lay_out(&range.lab))]
}

/// The directory is the attacker's `../again`.
const TWICE: Attack =
    Attack { launch: Launch::Twice, options: &["--hide", "../again/deep/private"], ..PLAIN };
const TWICE_AS_ROOT: Attack = Attack { rights: ROOT.rights, ..TWICE };

const ATTACKS: &[Attack] = &[
    Attack {
        name: "a link where a mount was",
        program: "again_link.sh",
        harm: Harm::Host("files/again/victim/mnt/canary"),
        source: "runc CVE-2019-19921, CVE-2023-27561",
        ..TWICE
    },
    Attack {
        name: "a mount that was moved away",
        program: "again_moved.sh",
        harm: Harm::Host("files/again/away/mnt/canary"),
        source: "LXC CVE-2015-1335",
        ..TWICE
    },
    Attack {
        name: "a file where a mount was",
        program: "again_file.sh",
        harm: Harm::Host("files/again/away/mnt/canary"),
        source: "LXC CVE-2015-1335",
        ..TWICE
    },
    Attack {
        name: "a hidden place that was moved away",
        program: "again_uncovered.sh",
        harm: Harm::Secret,
        source: "CVE-2014-5207",
        ..TWICE
    },
    Attack {
        name: "a link where a hidden place was",
        program: "again_cover.sh",
        harm: Harm::Secret,
        source: "runc CVE-2025-31133",
        ..TWICE
    },
    Attack {
        name: "a layer's marks that lead elsewhere",
        program: "again_marks.sh",
        harm: Harm::Secret,
        source: "CVE-2021-3493, CVE-2023-0386",
        ..TWICE_AS_ROOT
    },
    Attack {
        name: "a set-id program of before",
        program: "again_set_id.sh",
        harm: Harm::Host("files/protected"),
        source: "CVE-2023-0386",
        ..TWICE_AS_ROOT
    },
    Attack { name: "a node of before", program: "again_node.sh", source: "Linux, nodev", ..TWICE_AS_ROOT },
];
