//! Ways to reach the terminals of the user.

use crate::attack::{Attack, Harm, Launch, PLAIN, ROOT};
use crate::canaries::Canary;
use crate::canaries::terminal::OtherTerminal;
use crate::range::{Area, Range};

pub const AREA: Area = Area { attacks: ATTACKS, canaries };

fn canaries(_range: &Range) -> Vec<Box<dyn Canary>> {
    vec![Box::new(OtherTerminal::open())]
}

const ATTACKS: &[Attack] = &[
    Attack {
        name: "type into the terminal",
        source: "bubblewrap CVE-2017-5226, TIOCSTI",
        program: "push_input.c",
        harm: Harm::Host("terminal/typed"),
        launch: Launch::Terminal,
        ..ROOT
    },
    Attack {
        name: "type into it by its other name",
        program: "push_input_again.c",
        source: "bubblewrap CVE-2017-5226, TIOCSTI",
        harm: Harm::Host("terminal/typed"),
        launch: Launch::Terminal,
        ..ROOT
    },
    Attack {
        name: "leave it so that nothing shows",
        program: "modes.sh",
        source: "stty",
        harm: Harm::Host("terminal/modes"),
        launch: Launch::Terminal,
        ..PLAIN
    },
    Attack {
        name: "leave it with another size",
        program: "size.sh",
        source: "TIOCSWINSZ",
        harm: Harm::Host("terminal/size"),
        launch: Launch::Terminal,
        ..PLAIN
    },
    Attack {
        name: "write on another terminal",
        source: "write(1), mesg",
        program: "other_terminal.sh",
        harm: Harm::Host("terminal/shown"),
        ..PLAIN
    },
];
