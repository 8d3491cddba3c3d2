//! Ways to write to the host's files.

use crate::attack::{Attack, Harm, Launch, PLAIN, ROOT};
use crate::canaries::Canary;
use crate::canaries::victim::Victim;
use crate::range::{Area, Range};

const CANARY: Attack = Attack { harm: Harm::Host("files/canary"), source: "POSIX", ..PLAIN };
const PROTECTED: Attack = Attack { harm: Harm::Host("files/protected"), source: "POSIX", ..PLAIN };

pub const AREA: Area = Area { attacks: ATTACKS, canaries };

fn canaries(range: &Range) -> Vec<Box<dyn Canary>> {
    vec![Box::new(Victim::start(&range.lab, &range.tools))]
}

const ATTACKS: &[Attack] = &[
    Attack { name: "write by name", program: "write.sh", ..CANARY },
    Attack { name: "delete", program: "delete.sh", ..CANARY },
    Attack { name: "rename another file over it", program: "rename_over.sh", ..CANARY },
    Attack { name: "exchange it", program: "exchange.c", ..CANARY },
    Attack {
        name: "move its directory away",
        program: "move_tree.sh",
        harm: Harm::Host("files/tree"),
        ..CANARY
    },
    Attack {
        name: "write by a second name",
        program: "hard_link.sh",
        source: "firejail --private",
        ..CANARY
    },
    Attack {
        name: "write through symbolic links",
        program: "symlink.sh",
        source: "runc CVE-2019-19921",
        ..CANARY
    },
    Attack { name: "write through memory", program: "mmap.c", ..CANARY },
    Attack { name: "punch a hole", program: "punch.sh", source: "Linux", ..CANARY },
    Attack { name: "copy by the kernel", program: "copy_range.c", source: "Linux", ..CANARY },
    Attack { name: "splice", program: "splice.c", source: "Dirty Pipe's way in", ..CANARY },
    Attack {
        name: "name a nameless file",
        program: "tmpfile_link.c",
        harm: Harm::Host("files/planted"),
        ..CANARY
    },
    Attack { name: "change permissions", program: "mode.sh", ..CANARY },
    Attack { name: "change times", program: "times.sh", ..CANARY },
    Attack { name: "set an attribute", program: "attribute.sh", source: "CVE-2021-3493's way in", ..CANARY },
    Attack { name: "set an access list", program: "access_list.sh", ..CANARY },
    Attack { name: "set the file system's flags", program: "inode_flags.sh", source: "Linux", ..CANARY },
    Attack {
        name: "plant a key",
        program: "persist.sh",
        harm: Harm::Host("files/.ssh"),
        source: "scenario 1",
        ..CANARY
    },
    Attack { name: "plant a command", program: "startup.sh", harm: Harm::Host("files/.profile"), ..CANARY },
    Attack {
        name: "write below a process's root",
        program: "proc_root.sh",
        source: "Docker --pid=host",
        ..CANARY
    },
    Attack {
        name: "write below a process's directory",
        program: "proc_cwd.sh",
        source: "runc CVE-2024-21626",
        ..CANARY
    },
    Attack {
        name: "write to another's descriptor",
        program: "victim_fd.pl",
        source: "runc CVE-2016-9962",
        ..CANARY
    },
    Attack {
        name: "write to an inherited descriptor",
        program: "inherited_file.pl",
        source: "runc CVE-2016-9962",
        launch: Launch::Descriptors,
        ..CANARY
    },
    Attack {
        name: "write below an inherited directory",
        program: "inherited_dir.c",
        source: "runc CVE-2024-21626",
        launch: Launch::Descriptors,
        ..CANARY
    },
    Attack {
        name: "empty the file behind standard output",
        program: "stdout_again.sh",
        source: "/proc/self/fd",
        launch: Launch::Output,
        ..CANARY
    },
    Attack {
        name: "write to the file behind standard input",
        program: "stdin_again.sh",
        source: "/proc/self/fd",
        launch: Launch::Input,
        ..CANARY
    },
    Attack {
        name: "open by handle",
        program: "file_handle.c",
        source: "Docker 2014, \"shocker\"",
        harm: Harm::Host("files/canary"),
        ..ROOT
    },
    Attack {
        name: "mount it elsewhere",
        program: "bind_mount.sh",
        source: "Docker --privileged",
        harm: Harm::Host("files/canary"),
        ..ROOT
    },
    Attack {
        name: "copy the tree of mounts",
        program: "clone_mount.c",
        source: "open_tree",
        harm: Harm::Host("files/canary"),
        ..ROOT
    },
    Attack {
        name: "nest user name spaces",
        program: "nested_users.sh",
        source: "bubblewrap CVE-2020-5291",
        ..CANARY
    },
    Attack {
        name: "climb out of a root directory",
        program: "chroot_out.c",
        source: "chroot",
        harm: Harm::Host("files/canary"),
        ..ROOT
    },
    Attack {
        name: "a set-id program writes",
        program: "set_id.sh",
        source: "firejail CVE-2022-31214's way in",
        ..PROTECTED
    },
    Attack {
        name: "a capable program writes",
        program: "file_capability.sh",
        source: "CVE-2021-3493",
        ..PROTECTED
    },
    Attack {
        name: "overwrite the program that started it",
        program: "helper_binary.c",
        source: "runc CVE-2019-5736",
        harm: Harm::Host("victim/binary"),
        ..PLAIN
    },
];
