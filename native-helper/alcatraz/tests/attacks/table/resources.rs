//! Ways to take more of the machine than was given.

use crate::attack::{Attack, PLAIN, ROOT};
use crate::canaries::Canary;
use crate::range::{Area, Range};

pub const AREA: Area = Area { attacks: ATTACKS, canaries };

fn canaries(_range: &Range) -> Vec<Box<dyn Canary>> {
    Vec::new()
}

const ATTACKS: &[Attack] = &[
    Attack {
        name: "make more processes than allowed",
        source: "fork bomb",
        program: "forks.c",
        options: &["--processes", "100"],
        ..PLAIN
    },
    Attack {
        name: "use more memory than allowed",
        source: "memory hog",
        program: "memory.c",
        options: &["--memory", "100M", "--accept", "memory"],
        ..PLAIN
    },
    Attack { name: "reserve the disk", source: "disk filler", program: "reserve.sh", ..PLAIN },
    Attack { name: "keep a processor", source: "CAP_SYS_NICE", program: "real_time.sh", ..ROOT },
    Attack { name: "go before others", source: "CAP_SYS_NICE", program: "first.sh", ..ROOT },
];
