//! Ways to change the kernel's own state, which is everybody's.

use crate::attack::{Attack, Harm, PLAIN, ROOT};
use crate::canaries::Canary;
use crate::canaries::kernel::Settings;
use crate::canaries::mounts::Formats;
use crate::range::{Area, Range};

const SYSCTL: Attack = Attack { harm: Harm::Host("sysctl/vm/stat_interval"), ..ROOT };

pub const AREA: Area = Area { attacks: ATTACKS, canaries };

fn canaries(range: &Range) -> Vec<Box<dyn Canary>> {
    vec![Box::new(Settings::remember()), Box::new(Formats(range.mounts.place("formats")))]
}

const ATTACKS: &[Attack] = &[
    Attack { name: "write a setting", program: "sysctl.sh", source: "Docker --privileged", ..SYSCTL },
    Attack {
        name: "write it by another /proc",
        program: "sysctl_proc_again.sh",
        source: "LXC CVE-2015-1335",
        ..SYSCTL
    },
    Attack {
        name: "write it when uncovered",
        program: "sysctl_remount.sh",
        source: "runc CVE-2019-16884",
        ..SYSCTL
    },
    Attack {
        name: "write it by another name",
        program: "sysctl_bind.sh",
        source: "runc CVE-2023-27561",
        ..SYSCTL
    },
    Attack {
        name: "name the crash handler",
        program: "core_pattern.sh",
        source: "core_pattern escape",
        ..ROOT
    },
    Attack {
        name: "rename the machine",
        program: "host_name.sh",
        source: "Docker --uts=host",
        harm: Harm::Host("name"),
        ..ROOT
    },
    Attack {
        name: "rename its domain",
        program: "domain_name.sh",
        source: "Docker --uts=host",
        harm: Harm::Host("name"),
        ..ROOT
    },
    Attack { name: "write to /sys", program: "sysfs.sh", source: "uevent_helper escape", ..ROOT },
    Attack {
        name: "write to another /sys",
        program: "sysfs_again.sh",
        source: "runc CVE-2022-24769",
        ..ROOT
    },
    Attack {
        name: "mount the kernel's file systems",
        program: "kernel_file_systems.sh",
        source: "debugfs escape",
        ..ROOT
    },
    Attack { name: "make a control group", program: "control_group.sh", source: "LXC", ..ROOT },
    Attack { name: "name a release agent", program: "release_agent.sh", source: "CVE-2022-0492", ..ROOT },
    Attack {
        name: "name a program format",
        program: "program_format.sh",
        source: "binfmt_misc escape",
        harm: Harm::Host("formats"),
        ..ROOT
    },
    Attack { name: "make a BPF map", program: "bpf.c", source: "CVE-2021-3490's way in", ..ROOT },
    Attack {
        name: "count everybody's events",
        program: "counters.c",
        source: "CVE-2013-2094's way in",
        ..ROOT
    },
    Attack { name: "queue calls", program: "uring.c", source: "CVE-2022-29582's way in", ..PLAIN },
    Attack { name: "handle page faults", program: "page_faults.c", source: "CVE-2021-22555's help", ..ROOT },
    Attack { name: "lend swap", program: "swap.sh", source: "CAP_SYS_ADMIN", ..ROOT },
    Attack { name: "record all programs", program: "accounting.c", source: "CAP_SYS_PACCT", ..ROOT },
    Attack { name: "set the console's level", program: "log_level.c", source: "CAP_SYSLOG", ..ROOT },
    Attack { name: "set the clock's status", program: "clock_status.c", source: "CAP_SYS_TIME", ..ROOT },
    Attack { name: "veto opens", program: "watch_opens.c", source: "CAP_SYS_ADMIN", ..ROOT },
    Attack { name: "reach the hypervisor", program: "hypervisor.c", source: "vsock", ..PLAIN },
    Attack {
        name: "mount where the host shares",
        program: "propagate.sh",
        source: "Docker rshared",
        harm: Harm::Host("mounts"),
        ..ROOT
    },
    Attack {
        name: "set up a file system anew",
        program: "remount.sh",
        source: "Docker, CAP_SYS_ADMIN",
        harm: Harm::Host("mounts"),
        ..ROOT
    },
    Attack {
        name: "set it up anew by descriptor",
        program: "reconfigure.c",
        source: "fspick",
        harm: Harm::Host("mounts"),
        ..ROOT
    },
    Attack {
        name: "look below a mount",
        program: "uncover.sh",
        source: "CVE-2014-5207",
        harm: Harm::Secret,
        ..ROOT
    },
];
