//! The display of a SEE: a nested X server of its own, in a window of the host's display; or the host's display itself,
//! when a person wants that. The server runs outside, without privilege, and takes one cookie. Knows no tree.

use std::ffi::{CStr, CString};
use std::io::{Read as _, Write as _};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;

use rustix::fs::{MemfdFlags, SeekFrom};
use rustix::io::Errno;
use rustix::pipe::{PipeFlags, pipe_with};
use rustix::process::{Gid, Pid, Signal, Uid, WaitOptions};
use see_sys::process::{close_on_exec_from, execve, exit_now, fork};
use serde::{Deserialize, Serialize};

use crate::error::{ErrorCode, Result, SeeError};
use crate::path::HostPath;
use crate::policy::{Display, Promise};

use super::request::ProgramSpec;

/// Where every program looks for the socket of a display.
pub const SOCKETS: &str = "/tmp/.X11-unix";
/// The cookie of the display, inside.
const AUTHORITY: &str = "/tmp/.X11-unix/authority";
const SERVERS: [&CStr; 2] = [c"/usr/bin/Xephyr", c"/usr/local/bin/Xephyr"];
/// The user that a server runs as which root started.
const NOBODY: u32 = 65_534;
const COOKIE_KIND: &[u8] = b"MIT-MAGIC-COOKIE-1";
/// The longest authority file of the host that is taken over.
const LONGEST: u64 = 1024 * 1024;

/// What is wanted, and what the caller's environment knows of the host's display.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    kind: Display,
    /// `DISPLAY` of the caller.
    host: Vec<u8>,
    /// The host's cookies: `XAUTHORITY` of the caller, or the usual file.
    authority: Option<Vec<u8>>,
    title: String,
    /// Who the server runs as.
    user: (u32, u32),
}

/// What the SEE shows of it: a socket, and the cookies that it takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Screen {
    /// The socket, on the host.
    pub socket: HostPath,
    /// Number of the display.
    pub number: u32,
    /// Content of the authority file.
    pub authority: Vec<u8>,
}

/// A display that is there. A nested server ends when this is dropped.
#[derive(Debug)]
pub struct Shown {
    screen: Screen,
    server: Option<Pid>,
}

impl Wish {
    /// Returns what a session's program is to get; `None` for no display. Fails when there is none to be had.
    pub fn of(kind: Display, program: &ProgramSpec, title: &str) -> Result<Option<Self>> {
        if kind == Display::None {
            return Ok(None);
        }
        let variable =
            |wanted: &[u8]| program.env.iter().find(|(name, _)| name == wanted).map(|(_, value)| value);
        let Some(host) = variable(b"DISPLAY").filter(|value| !value.is_empty()) else {
            return Err(unavailable(
                "there is no display here (DISPLAY is not set)",
                "Start it in a desktop session, or without a display: --display none",
            ));
        };
        if kind == Display::Nested && server_path().is_none() {
            return Err(unavailable(
                "Xephyr, which shows the window, is not installed",
                "Install it: sudo apt-get install xserver-xephyr. Or run without a display: --display none",
            ));
        }
        let usual = variable(b"HOME").map(|home| [home.as_slice(), b"/.Xauthority"].concat());
        let authority = variable(b"XAUTHORITY").cloned().or(usual);
        let user = if program.uid == 0 { (NOBODY, NOBODY) } else { (program.uid, program.gid) };
        Ok(Some(Self { kind, host: host.clone(), authority, title: title.to_owned(), user }))
    }

    /// Makes the display. For a process with one thread.
    pub fn show(&self) -> Result<Shown> {
        match self.kind {
            Display::Host => Ok(Shown { screen: self.host_screen()?, server: None }),
            _ => self.start_server(),
        }
    }

    fn host_screen(&self) -> Result<Screen> {
        let number = display_number(&self.host).ok_or_else(|| {
            let shown = crate::path::escape_for_display(&self.host);
            unavailable(
                &format!("the display {shown} is not one of this machine"),
                "Use --display nested or none.",
            )
        })?;
        Ok(Screen { socket: socket_of(number), number, authority: self.cookies_of_host() })
    }

    fn cookies_of_host(&self) -> Vec<u8> {
        let path = self.authority.as_ref().map(|path| PathBuf::from(std::ffi::OsStr::from_bytes(path)));
        let file = path.and_then(|path| std::fs::File::open(path).ok());
        let mut content = Vec::new();
        // A display without cookies lets in whom it knows otherwise.
        let _ = file.map(|file| file.take(LONGEST).read_to_end(&mut content));
        content
    }

    fn start_server(&self) -> Result<Shown> {
        let failed = |what: &str, e: Errno| {
            unavailable(
                &format!("the nested display could not be started: {what}: {e}"),
                "Use --display none.",
            )
        };
        let mut cookie = [0_u8; 16];
        rustix::rand::getrandom(&mut cookie, rustix::rand::GetRandomFlags::empty())
            .map_err(|e| failed("no random numbers", e))?;
        let authority = authority_file(&cookie);
        let own = in_memory(&authority).map_err(|e| failed("no memory", e))?;
        let hosts = in_memory(&self.cookies_of_host()).map_err(|e| failed("no memory", e))?;
        let (heard, said) = pipe_with(PipeFlags::CLOEXEC).map_err(|e| failed("no pipe", e))?;
        let Some(server) = fork(0).map_err(|e| failed("no process", e))? else {
            drop(heard);
            let _ = self.become_server(&own, &said, &hosts);
            exit_now(127)
        };
        drop(said);
        let mut told = String::new();
        let _ = std::fs::File::from(heard).take(16).read_to_string(&mut told);
        let shown = |number| Shown {
            screen: Screen { socket: socket_of(number), number, authority: authority.clone() },
            server: Some(server),
        };
        match told.trim().parse() {
            Ok(number) => Ok(shown(number)),
            Err(_) => {
                drop(shown(0));
                Err(unavailable(
                    "the nested display ended before it was ready",
                    "Look whether programs can open windows on your display, or use --display none.",
                ))
            }
        }
    }

    /// In the child: becomes the server. Returns only when that failed. The server's cookies come on descriptor 0, its
    /// number goes to 1, and 2 holds the cookies of the host's display.
    fn become_server(
        &self,
        own: &OwnedFd,
        said: &OwnedFd,
        hosts: &OwnedFd,
    ) -> std::result::Result<(), Errno> {
        rustix::stdio::dup2_stdin(own)?;
        rustix::stdio::dup2_stdout(said)?;
        rustix::stdio::dup2_stderr(hosts)?;
        close_on_exec_from(3)?;
        see_sys::signals::reset_all()?;
        if rustix::process::geteuid().is_root() {
            let (user, group) = (Uid::from_raw(self.user.0), Gid::from_raw(self.user.1));
            rustix::thread::set_thread_groups(&[])?;
            rustix::thread::set_thread_res_gid(group, group, group)?;
            rustix::thread::set_thread_res_uid(user, user, user)?;
        }
        rustix::thread::set_no_new_privs(true)?;
        rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
        let path = server_path().ok_or(Errno::NOENT)?;
        // It listens by its abstract name too: that is how servers find out which numbers are taken.
        let arguments: Vec<CString> = [
            "Xephyr",
            "-displayfd",
            "1",
            "-auth",
            "/proc/self/fd/0",
            "-screen",
            "1280x800",
            "-resizeable",
            "-no-host-grab",
            "-nolisten",
            "tcp",
            "-title",
        ]
        .iter()
        .filter_map(|word| CString::new(*word).ok())
        .chain(CString::new(self.title.as_str()).ok())
        .collect();
        let display = [b"DISPLAY=".as_slice(), &self.host].concat();
        let environment: Vec<CString> =
            [display, b"XAUTHORITY=/proc/self/fd/2".to_vec(), b"PATH=/usr/bin:/bin".to_vec()]
                .into_iter()
                .filter_map(|variable| CString::new(variable).ok())
                .collect();
        Err(execve(path, &arguments, &environment))
    }
}

impl Shown {
    /// Returns what the tree has to show.
    pub fn screen(&self) -> &Screen {
        &self.screen
    }

    /// Tells a program where its display is.
    pub fn adapt(&self, program: &mut ProgramSpec) {
        let gone = [b"DISPLAY".as_slice(), b"XAUTHORITY", b"WAYLAND_DISPLAY", b"WAYLAND_SOCKET"];
        program.env.retain(|(name, _)| !gone.contains(&name.as_slice()));
        program.env.push((b"DISPLAY".to_vec(), format!(":{}", self.screen.number).into_bytes()));
        program.env.push((b"XAUTHORITY".to_vec(), AUTHORITY.as_bytes().to_vec()));
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        let Some(server) = self.server else { return };
        // Politely first: it removes its socket and lock file.
        let _ = rustix::process::kill_process(server, Signal::TERM);
        let _ = rustix::process::waitpid(Some(server), WaitOptions::empty());
    }
}

/// Returns the program of nested displays, when it is installed.
pub fn server_path() -> Option<&'static CStr> {
    let is_there = |path: &&CStr| rustix::fs::access(*path, rustix::fs::Access::EXEC_OK).is_ok();
    SERVERS.into_iter().find(is_there)
}

fn socket_of(number: u32) -> HostPath {
    HostPath::new(SOCKETS.as_bytes()).unwrap_or_else(HostPath::root).join(format!("X{number}").as_bytes())
}

/// Returns the number of a display of this machine: `:0`, `unix:1.0`.
fn display_number(display: &[u8]) -> Option<u32> {
    let text = std::str::from_utf8(display).ok()?;
    let rest = text.strip_prefix("unix").unwrap_or(text).strip_prefix(':')?;
    rest.split('.').next()?.parse().ok()
}

/// Returns an authority file with one cookie, for any display.
fn authority_file(cookie: &[u8; 16]) -> Vec<u8> {
    const ANY: [u8; 2] = [0xff, 0xff];
    let with_length = |bytes: &[u8]| {
        let length = u16::try_from(bytes.len()).unwrap_or(0).to_be_bytes();
        [&length[..], bytes].concat()
    };
    [&ANY[..], &with_length(b""), &with_length(b""), &with_length(COOKIE_KIND), &with_length(cookie)].concat()
}

/// Returns a file in memory with this content, from its beginning.
fn in_memory(content: &[u8]) -> std::result::Result<OwnedFd, Errno> {
    let fd = rustix::fs::memfd_create("authority", MemfdFlags::CLOEXEC)?;
    let mut file = std::fs::File::from(fd.try_clone().map_err(|_| Errno::MFILE)?);
    file.write_all(content).map_err(|e| Errno::from_io_error(&e).unwrap_or(Errno::IO))?;
    rustix::fs::seek(fd.as_fd(), SeekFrom::Start(0))?;
    Ok(fd)
}

fn unavailable(why: &str, hint: &str) -> Box<SeeError> {
    SeeError::new(
        ErrorCode::CannotIsolate,
        format!("The program cannot get a display of its own: {why}."),
        hint,
    )
    .with_fact("promise", Promise::Display.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn displays_of_this_machine_have_a_number() {
        assert_eq!(display_number(b":0"), Some(0));
        assert_eq!(display_number(b"unix:12.1"), Some(12));
        for other in [b"localhost:10.0".as_slice(), b"", b":", b":x", b"0"] {
            assert_eq!(display_number(other), None);
        }
    }

    #[test]
    fn an_authority_file_has_the_form_that_libraries_read() {
        let file = authority_file(&[7; 16]);
        assert_eq!(&file[..8], [0xff, 0xff, 0, 0, 0, 0, 0, 18]);
        assert_eq!(&file[8..26], COOKIE_KIND);
        assert_eq!(file.len(), 26 + 2 + 16);
    }
}
