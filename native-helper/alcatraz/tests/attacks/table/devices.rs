//! Ways to reach hardware, and the disks below the file systems.

use crate::attack::{Attack, Harm, PLAIN, ROOT};
use crate::canaries::Canary;
use crate::canaries::disk::Disk;
use crate::range::{Area, Range};

const DISK: Attack = Attack { harm: Harm::Host("disk"), ..ROOT };

pub const AREA: Area = Area { attacks: ATTACKS, canaries };

fn canaries(range: &Range) -> Vec<Box<dyn Canary>> {
    vec![Box::new(Disk::attach(&range.lab))]
}

const ATTACKS: &[Attack] = &[
    Attack { name: "make a device node", program: "own_node.sh", source: "Docker, CAP_MKNOD", ..ROOT },
    Attack { name: "open a device node that is there", program: "found_node.sh", source: "LXC", ..PLAIN },
    Attack { name: "open the kernel's log", program: "kernel_log.sh", source: "Docker, CAP_MKNOD", ..ROOT },
    Attack { name: "make a disk of a file", program: "loop.sh", source: "loop-control", ..ROOT },
    Attack { name: "write to a disk", program: "disk.sh", source: "Docker --privileged", ..DISK },
    Attack { name: "write to a disk by a node", program: "raw_disk.sh", source: "Docker, CAP_MKNOD", ..DISK },
    Attack {
        name: "write to a disk by a memory file system",
        program: "disk_again.sh",
        source: "devtmpfs",
        ..DISK
    },
];
