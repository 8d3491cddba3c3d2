//! UNIX sockets and a named pipe of the host that tell when anybody reached them.

use std::os::fd::{AsFd as _, OwnedFd};
use std::path::PathBuf;
use std::process::Command;

use rustix::fs::{Mode, OFlags};
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType, bind, listen, socket_with};

use crate::engine_lab::Lab;

use super::{Canary, Facts};

struct Heard {
    variable: &'static str,
    name: String,
    socket: OwnedFd,
    listens: bool,
}

pub struct Sockets {
    all: Vec<Heard>,
    fifo: (PathBuf, OwnedFd),
    in_run: PathBuf,
    /// A file that is a mount of the first one.
    mounted: PathBuf,
}

impl Sockets {
    /// `read_only` is a directory whose mount of the host's is made read-only after this.
    pub fn open(lab: &Lab, read_only: &std::path::Path) -> Self {
        let path = |name: &str| lab.home().join(name).display().to_string();
        let unique = lab.dir().file_name().unwrap().to_string_lossy().into_owned();
        let in_run = PathBuf::from(format!("/run/{unique}.sock"));
        let wanted = [
            ("SOCKET", path("stream"), SocketType::STREAM),
            ("DATAGRAMS", path("datagrams"), SocketType::DGRAM),
            ("PACKETS", path("packets"), SocketType::SEQPACKET),
            ("RUN_SOCKET", in_run.display().to_string(), SocketType::STREAM),
            ("READ_ONLY_SOCKET", read_only.join("stream").display().to_string(), SocketType::STREAM),
            ("ABSTRACT", format!("@{unique}-stream"), SocketType::STREAM),
            ("ABSTRACT_DATAGRAMS", format!("@{unique}-datagrams"), SocketType::DGRAM),
            ("ABSTRACT_PACKETS", format!("@{unique}-packets"), SocketType::SEQPACKET),
            ("SCREEN", "@/tmp/.X11-unix/X7071".to_owned(), SocketType::STREAM),
        ];
        let all =
            wanted.into_iter().map(|(variable, name, kind)| Heard::open(variable, name, kind)).collect();
        let fifo = lab.home().join("fifo");
        let made = rustix::fs::mknodat(
            rustix::fs::CWD,
            &fifo,
            rustix::fs::FileType::Fifo,
            Mode::from_raw_mode(0o666),
            0,
        );
        made.unwrap();
        std::fs::set_permissions(&fifo, std::os::unix::fs::PermissionsExt::from_mode(0o666)).unwrap();
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let reader = rustix::fs::open(&fifo, flags, Mode::empty()).unwrap();
        let mounted = lab.dir().join("mounted");
        std::fs::write(&mounted, "").unwrap();
        mount(&["--bind".as_ref(), path("stream").as_ref(), mounted.as_os_str()]);
        Self { all, fifo: (fifo, reader), in_run, mounted }
    }
}

impl Heard {
    fn open(variable: &'static str, name: String, kind: SocketType) -> Self {
        let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
        let socket = socket_with(AddressFamily::UNIX, kind, flags, None).unwrap();
        let address = match name.strip_prefix('@') {
            Some(abstract_name) => SocketAddrUnix::new_abstract_name(abstract_name.as_bytes()).unwrap(),
            None => SocketAddrUnix::new(name.as_str()).unwrap(),
        };
        // One that lies outside the home is left from the attempt before.
        let _ = std::fs::remove_file(&name);
        bind(&socket, &address).unwrap();
        if !name.starts_with('@') {
            std::fs::set_permissions(&name, std::os::unix::fs::PermissionsExt::from_mode(0o777)).unwrap();
        }
        let listens = kind != SocketType::DGRAM;
        if listens {
            listen(&socket, 8).unwrap();
        }
        Self { variable, name, socket, listens }
    }

    /// Tells whether anybody has come.
    fn was_reached(&self) -> bool {
        if self.listens {
            return rustix::net::accept(&self.socket).is_ok();
        }
        let mut buffer = [0_u8; 64];
        rustix::net::recv(&self.socket, buffer.as_mut_slice(), rustix::net::RecvFlags::empty()).is_ok()
    }
}

impl Canary for Sockets {
    fn env(&self) -> Vec<(&'static str, String)> {
        let sockets = self.all.iter().map(|heard| (heard.variable, heard.name.clone()));
        let others = [("FIFO", &self.fifo.0), ("MOUNTED_SOCKET", &self.mounted)];
        sockets.chain(others.map(|(variable, path)| (variable, path.display().to_string()))).collect()
    }

    fn tell(&self, facts: &mut Facts) {
        for heard in &self.all {
            facts.insert(format!("heard/{}", heard.variable), heard.was_reached().to_string());
        }
        let mut buffer = [0_u8; 64];
        let heard = rustix::io::read(self.fifo.1.as_fd(), &mut buffer).is_ok_and(|count| count > 0);
        facts.insert("heard/FIFO".to_owned(), heard.to_string());
    }
}

impl Drop for Sockets {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.in_run);
        // Lazily: a session that starts beside it may hold it for a moment.
        let _ = Command::new("umount").arg("--lazy").arg(&self.mounted).status();
        let _ = std::fs::remove_file(&self.mounted);
    }
}

fn mount(arguments: &[&std::ffi::OsStr]) {
    assert!(Command::new("mount").args(arguments).status().unwrap().success(), "mount {arguments:?}");
}
