//! The nested X server: Xephyr, which shows a window on an X display, or Xwayland with a window of its own, on Wayland. It runs
//! outside, confined and without privilege, and takes one cookie.

use std::ffi::{CStr, CString};
use std::io::{BufRead as _, BufReader, Read as _};
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::Command;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{MemfdFlags, Mode, OFlags, SealFlags};
use rustix::io::{Errno, FdFlags};
use rustix::pipe::{PipeFlags, pipe_with};
use rustix::process::{Gid, Pid, Resource, Rlimit, Signal, Uid};
use see_sys::process::{close_on_exec_from, execve, exit_now, fork};
use serde::{Deserialize, Serialize};

use crate::engine::init::keep_crashes;
use crate::error::Result;

use super::confinement::{Confinement, SHOWN, Sockets, TAKEN};
use super::{authority, unavailable};

/// How long a server may take until it is ready.
const PATIENCE: Timespec = Timespec { tv_sec: 30, tv_nsec: 0 };
/// The most bytes of data that a server may hold for its clients, which are hostile: it lives outside of their limits.
const MOST_DATA: u64 = 2 << 30;
/// How much of what a server complains of is kept.
const COMPLAINTS: u64 = 4096;
/// Width and height of the window.
const SIZE: &str = "1280x800";
/// What every server is told. Its number goes to descriptor 1. It shares no memory with its clients.
const COMMON: [&str; 8] = ["-displayfd", "1", "-auth", TAKEN, "-nolisten", "tcp", "-extension", "MIT-SHM"];

/// A program that shows displays in a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Server {
    /// On an X display.
    Xephyr,
    /// On Wayland. It neither takes a title nor, before version 23.1, a size; it is then as large as the screen.
    Xwayland,
}

/// Where the window goes, and whose it is.
pub(super) struct Window<'a> {
    /// `DISPLAY` of the host, or the path of its Wayland socket.
    pub(super) host: &'a [u8],
    /// The cookies of the host's X display.
    pub(super) cookies: &'a [u8],
    pub(super) title: &'a str,
    /// Who the server runs as.
    pub(super) user: (u32, u32),
    /// Where its own socket goes.
    pub(super) sockets: &'a Sockets,
}

/// A server that is ready: its process, its number, and the authority file that opens it.
pub(super) struct Ready {
    pub(super) process: Pid,
    pub(super) number: u32,
    pub(super) authority: Vec<u8>,
}

impl Server {
    /// Returns the program, when it is installed.
    pub fn path(self) -> Option<&'static CStr> {
        let places = match self {
            Self::Xephyr => [c"/usr/bin/Xephyr", c"/usr/local/bin/Xephyr"],
            Self::Xwayland => [c"/usr/bin/Xwayland", c"/usr/local/bin/Xwayland"],
        };
        let is_there = |path: &&CStr| rustix::fs::access(*path, rustix::fs::Access::EXEC_OK).is_ok();
        places.into_iter().find(is_there)
    }

    /// Starts it and waits until it takes connections. For a process with one thread.
    pub(super) fn start(self, window: &Window<'_>) -> Result<Ready> {
        let failed = |what: &str, e: &dyn std::fmt::Display| {
            unavailable(
                &format!("the nested display could not be started: {what}: {e}"),
                "Use --display none.",
            )
        };
        let mut cookie = [0_u8; 16];
        rustix::rand::getrandom(&mut cookie, rustix::rand::GetRandomFlags::empty())
            .map_err(|e| failed("no random numbers", &e))?;
        let authority = authority::file_with(&cookie);
        let outlet = match self {
            Self::Xephyr => None,
            Self::Xwayland => Some(connect(window.host).map_err(|e| failed("the Wayland display", &e))?),
        };
        let confinement = Confinement {
            sockets: window.sockets,
            taken: &authority,
            shown: window.cookies,
            is_connected: outlet.is_some(),
        };
        let complaints = complaints().map_err(|e| failed("no memory", &e))?;
        let arguments = self.arguments(window.title);
        let (heard, said) = pipe_with(PipeFlags::CLOEXEC).map_err(|e| failed("no pipe", &e))?;
        let caller = (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw());
        let Some(process) = fork(confinement.namespaces()).map_err(|e| failed("no process", &e))? else {
            drop(heard);
            let descriptors = (&said, &complaints, outlet.as_ref());
            let confined = confinement.enter(caller).map_err(|error| error.message);
            let why = confined.and_then(|()| {
                self.exec(window, &arguments, &confinement, descriptors).map_err(|e| e.to_string())
            });
            let _ = rustix::io::pwrite(&complaints, why.err().unwrap_or_default().as_bytes(), 0);
            exit_now(127)
        };
        drop(said);
        let mut told = String::new();
        let mut answer = [PollFd::new(&heard, PollFlags::IN)];
        if !matches!(poll(&mut answer, Some(&PATIENCE)), Ok(1)) {
            super::end(process);
            return Err(failed(&blamed(&complaints, "it did not answer"), &Errno::TIMEDOUT));
        }
        // One line: Xwayland leaves the descriptor open.
        let _ = BufReader::new(std::fs::File::from(heard).take(16)).read_line(&mut told);
        match told.trim().parse() {
            Ok(number) => Ok(Ready { process, number, authority }),
            Err(_) => {
                super::end(process);
                Err(unavailable(
                    &blamed(&complaints, "the nested display ended before it was ready"),
                    "Look whether programs can open windows on your display, or use --display none.",
                ))
            }
        }
    }

    fn arguments(self, title: &str) -> Vec<CString> {
        let name = match self {
            Self::Xephyr => "Xephyr",
            Self::Xwayland => "Xwayland",
        };
        let own: &[&str] = match self {
            Self::Xephyr => &["-screen", SIZE, "-resizeable", "-no-host-grab", "-title", title],
            Self::Xwayland if self.knows("-geometry") => &["-shm", "-geometry", SIZE, "-decorate"],
            Self::Xwayland => &["-shm"],
        };
        let words = std::iter::once(&name).chain(&COMMON).chain(own);
        words.filter_map(|word| CString::new(*word).ok()).collect()
    }

    /// Tells whether this version of the program has an option.
    fn knows(self, option: &str) -> bool {
        let Some(path) = self.path() else { return false };
        let path = std::ffi::OsStr::from_bytes(path.to_bytes());
        let help = Command::new(path).arg("-help").env_clear().output();
        help.is_ok_and(|help| {
            let text = [help.stdout, help.stderr].concat();
            String::from_utf8_lossy(&text).lines().any(|line| line.split_whitespace().next() == Some(option))
        })
    }

    /// In the child: becomes the server. Returns only when that failed. `outlet` is the connection to the host's display, where there
    /// is one already; what the server complains of must not get into it.
    fn exec(
        self,
        window: &Window<'_>,
        arguments: &[CString],
        confinement: &Confinement<'_>,
        (said, complaints, outlet): (&OwnedFd, &OwnedFd, Option<&OwnedFd>),
    ) -> std::result::Result<(), Errno> {
        let null = rustix::fs::open("/dev/null", OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?;
        rustix::stdio::dup2_stdin(&null)?;
        rustix::stdio::dup2_stdout(said)?;
        rustix::stdio::dup2_stderr(complaints)?;
        close_on_exec_from(3)?;
        see_sys::signals::reset_all()?;
        let path = self.path().ok_or(Errno::NOENT)?;
        let display = match outlet {
            None => vec![
                [b"DISPLAY=".as_slice(), window.host].concat(),
                [b"XAUTHORITY=", SHOWN.as_bytes()].concat(),
            ],
            Some(outlet) => {
                rustix::io::fcntl_setfd(outlet, FdFlags::empty())?;
                vec![format!("WAYLAND_SOCKET={}", outlet.as_raw_fd()).into_bytes()]
            }
        };
        let environment: Vec<CString> = display
            .into_iter()
            .chain([b"PATH=/usr/bin:/bin".to_vec()])
            .filter_map(|variable| CString::new(variable).ok())
            .collect();
        become_user(window.user, MOST_DATA, confinement.is_networked())?;
        Err(execve(path, arguments, &environment))
    }
}

/// Gives up what a process that serves hostile programs has no use for: rights, most system calls, and what the host would make of
/// its crash. It may have so many bytes of data, and ends with its parent.
pub(super) fn become_user(
    (user, group): (u32, u32),
    most_data: u64,
    is_networked: bool,
) -> std::result::Result<(), Errno> {
    keep_crashes()?;
    let most = Rlimit { current: Some(most_data), maximum: Some(most_data) };
    rustix::process::setrlimit(Resource::Data, most)?;
    if rustix::process::geteuid().is_root() {
        let (user, group) = (Uid::from_raw(user), Gid::from_raw(group));
        rustix::thread::set_thread_groups(&[])?;
        rustix::thread::set_thread_res_gid(group, group, group)?;
        rustix::thread::set_thread_res_uid(user, user, user)?;
    }
    see_sys::identity::drop_all_capabilities()?;
    rustix::thread::set_no_new_privs(true)?;
    // Changing the user forgets this.
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
    see_sys::seccomp_server::install(is_networked)
}

/// Returns where a server complains: a file in memory that cannot grow, whatever its clients do.
fn complaints() -> std::result::Result<OwnedFd, Errno> {
    let file = rustix::fs::memfd_create("complaints", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?;
    rustix::fs::ftruncate(&file, COMPLAINTS)?;
    rustix::fs::fcntl_add_seals(&file, SealFlags::GROW | SealFlags::SHRINK)?;
    Ok(file)
}

/// Returns what went wrong, with the last that the server complained of.
fn blamed(complaints: &OwnedFd, what: &str) -> String {
    let mut text = [0_u8; COMPLAINTS as usize];
    let length = rustix::io::pread(complaints, &mut text, 0).unwrap_or(0);
    let lines = text.get(..length).unwrap_or_default().split(|byte| *byte == b'\n' || *byte == 0);
    match lines.map(<[u8]>::trim_ascii).rfind(|line| !line.is_empty()) {
        Some(line) => format!("{what} (“{}”)", crate::path::escape_for_display(line)),
        None => what.to_owned(),
    }
}

/// Connects to a Wayland display with the caller's rights: who the server runs as may not come to the socket.
fn connect(path: &[u8]) -> std::io::Result<OwnedFd> {
    UnixStream::connect(Path::new(std::ffi::OsStr::from_bytes(path))).map(OwnedFd::from)
}
