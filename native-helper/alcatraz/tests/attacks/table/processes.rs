//! Ways to reach the host's processes.

use crate::attack::{Attack, Harm, PLAIN, ROOT};
use crate::canaries::Canary;
use crate::canaries::victim::Victim;
use crate::range::{Area, Range};

const VICTIM: Attack = Attack { harm: Harm::Host("victim/"), source: "Linux", ..PLAIN };

pub const AREA: Area = Area { attacks: ATTACKS, canaries };

fn canaries(range: &Range) -> Vec<Box<dyn Canary>> {
    vec![Box::new(Victim::start(&range.lab, &range.tools))]
}

const ATTACKS: &[Attack] = &[
    Attack { name: "signal", program: "kill.sh", ..VICTIM },
    Attack { name: "stop", program: "stop.sh", ..VICTIM },
    Attack { name: "signal a group", program: "kill_group.sh", ..VICTIM },
    Attack { name: "signal everybody", program: "kill_all.c", ..VICTIM },
    Attack { name: "signal by descriptor", program: "pidfd_signal.c", ..VICTIM },
    Attack { name: "signal with a forged origin", program: "queue_signal.c", ..VICTIM },
    Attack { name: "signal by the kernel", program: "owner_signal.c", ..VICTIM },
    Attack { name: "debug", program: "ptrace.c", source: "Docker, CAP_SYS_PTRACE", ..VICTIM },
    Attack {
        name: "write its memory",
        program: "write_memory.c",
        source: "Docker, CAP_SYS_PTRACE",
        ..VICTIM
    },
    Attack { name: "write its memory as a file", program: "proc_mem.c", ..VICTIM },
    Attack {
        name: "take its descriptor",
        program: "steal_descriptor.c",
        harm: Harm::Host("files/canary"),
        ..VICTIM
    },
    Attack {
        name: "enter its name spaces",
        program: "enter_spaces.sh",
        source: "Docker --pid=host",
        harm: Harm::Host("files/canary"),
        ..ROOT
    },
    Attack { name: "lower its priority", program: "priority.sh", ..VICTIM },
    Attack { name: "keep its user from the disks", program: "disk_turn.sh", source: "ioprio_set", ..VICTIM },
    Attack {
        name: "read what it was told",
        program: "environment.sh",
        source: "tokens in environments",
        harm: Harm::Secret,
        ..VICTIM
    },
    Attack { name: "bind it to a processor", program: "processors.c", ..VICTIM },
    Attack { name: "change how it is scheduled", program: "scheduling.sh", ..VICTIM },
    Attack { name: "lower its limits", program: "limits.sh", ..VICTIM },
    Attack { name: "offer it to the memory killer", program: "memory_killer.sh", ..VICTIM },
    Attack { name: "change what its crash leaves", program: "core_filter.sh", ..VICTIM },
];
