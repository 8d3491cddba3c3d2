//! Ways to reach what the host's programs share in memory, and the user's key ring.

use crate::attack::{Attack, Harm, PLAIN};
use crate::canaries::Canary;
use crate::canaries::ipc::Ipc;
use crate::range::{Area, Range};

const IPC: Attack = Attack { harm: Harm::Host("ipc/"), source: "Docker --ipc=host", ..PLAIN };

pub const AREA: Area = Area { attacks: ATTACKS, canaries };

fn canaries(range: &Range) -> Vec<Box<dyn Canary>> {
    vec![Box::new(Ipc::make(&range.lab, &range.mounts.place("queues")))]
}

const ATTACKS: &[Attack] = &[
    Attack { name: "write shared memory", program: "shm.pl", ..IPC },
    Attack { name: "remove shared memory", program: "shm_remove.pl", ..IPC },
    Attack { name: "send a message", program: "message.pl", ..IPC },
    Attack { name: "move a semaphore", program: "semaphore.pl", ..IPC },
    Attack { name: "send to a queue", program: "queue.pl", ..IPC },
    Attack { name: "write named shared memory", program: "shm_file.sh", ..IPC },
    Attack {
        name: "change a key",
        program: "key_add.pl",
        source: "Docker 2016, key rings",
        harm: Harm::Host("key"),
        ..PLAIN
    },
    Attack {
        name: "read a key",
        program: "key_read.pl",
        source: "Docker 2016, key rings",
        harm: Harm::Secret,
        ..PLAIN
    },
    Attack {
        name: "change a key by 32-bit calls",
        program: "key_other_numbers.c",
        source: "seccomp by number only",
        harm: Harm::Host("key"),
        ..PLAIN
    },
];
