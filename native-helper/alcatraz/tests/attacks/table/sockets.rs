//! Ways to reach the host's services over UNIX sockets and named pipes.

use crate::attack::{Attack, Harm, PLAIN, ROOT};
use crate::canaries::Canary;
use crate::canaries::services::Services;
use crate::canaries::sockets::Sockets;
use crate::range::{Area, Range};

pub const AREA: Area = Area { attacks: ATTACKS, canaries };

fn canaries(range: &Range) -> Vec<Box<dyn Canary>> {
    range.mounts.open_read_only(true);
    let sockets = Sockets::open(&range.lab, &range.mounts.place("read-only"));
    range.mounts.open_read_only(false);
    vec![Box::new(sockets), Box::new(Services::start(&range.lab))]
}

const STREAM: Attack = Attack { program: "connect.pl", ..PLAIN };

const ATTACKS: &[Attack] = &[
    Attack {
        name: "connect to a socket in the home",
        source: "gpg-agent, PulseAudio",
        arguments: &["stream", "SOCKET"],
        harm: Harm::Host("heard/SOCKET"),
        ..STREAM
    },
    Attack {
        name: "send to one that takes datagrams",
        source: "syslog, systemd's notify",
        arguments: &["dgram", "DATAGRAMS"],
        harm: Harm::Host("heard/DATAGRAMS"),
        ..STREAM
    },
    Attack {
        name: "connect to one that takes packets",
        source: "udev",
        arguments: &["seqpacket", "PACKETS"],
        harm: Harm::Host("heard/PACKETS"),
        ..STREAM
    },
    Attack {
        name: "connect to a socket in /run",
        source: "docker.sock, containerd, CUPS",
        arguments: &["stream", "RUN_SOCKET"],
        harm: Harm::Host("heard/RUN_SOCKET"),
        ..STREAM
    },
    Attack {
        name: "connect through a read-only mount",
        source: "greywall #32",
        arguments: &["stream", "READ_ONLY_SOCKET"],
        harm: Harm::Host("heard/READ_ONLY_SOCKET"),
        ..STREAM
    },
    Attack {
        name: "connect to one that is a mount itself",
        source: "docker.sock in a container",
        arguments: &["stream", "MOUNTED_SOCKET"],
        harm: Harm::Host("heard/SOCKET"),
        ..STREAM
    },
    Attack {
        name: "connect to an abstract socket",
        source: "containerd-shim CVE-2020-15257",
        arguments: &["stream", "ABSTRACT"],
        harm: Harm::Host("heard/ABSTRACT"),
        ..STREAM
    },
    Attack {
        name: "send to an abstract socket",
        source: "bubblewrap #330",
        arguments: &["dgram", "ABSTRACT_DATAGRAMS"],
        harm: Harm::Host("heard/ABSTRACT_DATAGRAMS"),
        ..STREAM
    },
    Attack {
        name: "connect to abstract packets",
        source: "bubblewrap #330",
        arguments: &["seqpacket", "ABSTRACT_PACKETS"],
        harm: Harm::Host("heard/ABSTRACT_PACKETS"),
        ..STREAM
    },
    Attack {
        name: "connect to the screen's abstract socket",
        source: "firejail #544, X11",
        arguments: &["stream", "SCREEN"],
        harm: Harm::Host("heard/SCREEN"),
        ..STREAM
    },
    Attack {
        name: "connect below a process's root",
        source: "docker.sock",
        program: "connect_root.pl",
        harm: Harm::Host("heard/SOCKET"),
        ..PLAIN
    },
    Attack {
        name: "connect by a link",
        source: "docker.sock",
        program: "connect_link.sh",
        harm: Harm::Host("heard/SOCKET"),
        ..PLAIN
    },
    Attack {
        name: "connect by a mount",
        source: "docker.sock",
        program: "connect_bind.sh",
        harm: Harm::Host("heard/SOCKET"),
        ..ROOT
    },
    Attack {
        name: "write to a named pipe",
        source: "host pipes",
        program: "fifo.sh",
        harm: Harm::Host("heard/FIFO"),
        ..PLAIN
    },
    Attack { name: "use the ssh-agent", source: "ssh-agent", program: "agent.sh", ..PLAIN },
    Attack {
        name: "call on the D-Bus",
        source: "firejail #796, systemd-run --user",
        program: "bus.sh",
        ..PLAIN
    },
    Attack {
        name: "call on an abstract D-Bus",
        source: "bubblewrap #330",
        program: "bus_abstract.sh",
        ..PLAIN
    },
    Attack {
        name: "have tmux run a command",
        source: "tmux, screen",
        program: "tmux.sh",
        harm: Harm::Host("files/canary"),
        ..PLAIN
    },
];
