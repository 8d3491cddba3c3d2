//! Ways to what a session must not see.

use crate::attack::{Attack, Harm, PLAIN, ROOT};
use crate::canaries::Canary;
use crate::canaries::private::Private;
use crate::range::{Area, Range};

pub const AREA: Area = Area { attacks: ATTACKS, canaries };

fn canaries(range: &Range) -> Vec<Box<dyn Canary>> {
    vec![Box::new(Private::lay_out(&range.lab))]
}

/// The directory is the attacker's `../private`.
const HIDDEN: Attack =
    Attack { harm: Harm::Secret, options: &["--hide", "../private"], source: "aliases", ..PLAIN };
const BY_MOUNTS: Attack = Attack { rights: ROOT.rights, ..HIDDEN };

const ATTACKS: &[Attack] = &[
    Attack { name: "read a hidden file", program: "read_secret.sh", source: "SSH and cloud keys", ..HIDDEN },
    Attack { name: "read it by a link", program: "read_link.sh", ..HIDDEN },
    Attack { name: "read it through processes", program: "read_root.sh", source: "/proc/PID/root", ..HIDDEN },
    Attack {
        name: "read it by a mount",
        program: "read_bind.sh",
        source: "bubblewrap, bind mounts",
        ..BY_MOUNTS
    },
    Attack {
        name: "read it in another place",
        program: "read_moved.sh",
        source: "LXC CVE-2015-1335",
        ..HIDDEN
    },
    Attack {
        name: "read it with nothing mounted",
        program: "read_nested.sh",
        source: "CVE-2014-5207",
        ..HIDDEN
    },
];
