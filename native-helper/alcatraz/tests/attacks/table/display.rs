//! Ways to the screen of the user: what is typed, shown and copied there.

use crate::attack::{Attack, Harm, PLAIN};
use crate::canaries::Canary;
use crate::canaries::screen::Screen;
use crate::range::{Area, Range};

pub const AREA: Area = Area { attacks: ATTACKS, canaries };

fn canaries(_range: &Range) -> Vec<Box<dyn Canary>> {
    vec![Box::new(Screen::show())]
}

const X11: Attack = Attack { source: "firejail #544, X11", ..PLAIN };

const ATTACKS: &[Attack] = &[
    Attack { name: "hear the keys", program: "keys.c", ..X11 },
    Attack { name: "take a picture of the screen", program: "picture.sh", ..X11 },
    Attack { name: "read the titles of windows", program: "titles.sh", ..X11 },
    Attack { name: "type into windows", program: "type.sh", ..X11 },
    Attack { name: "read what was copied", program: "copied.sh", harm: Harm::Secret, ..X11 },
    Attack { name: "change what is pasted", program: "copy.sh", harm: Harm::Host("screen/copied"), ..X11 },
    Attack { name: "take a picture by the network", program: "picture_by_network.sh", ..X11 },
];
