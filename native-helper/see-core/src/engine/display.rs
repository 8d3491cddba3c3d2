//! The display of a SEE: a nested X server of its own, in a window of the host's display; or the host's display itself,
//! when a person wants that. Knows no tree.

mod authority;
mod clipboard;
mod confinement;
mod graphical;
mod server;

use std::fs::File;
use std::io::Read as _;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags};
use rustix::process::{Pid, PidfdFlags, Signal, WaitOptions};
use serde::{Deserialize, Serialize};

use self::clipboard::End;
use self::confinement::Sockets;
pub use self::server::Server;
use self::server::{Ready, Window};

use crate::beneath;
use crate::cause::{Limit, LimitCause};
use crate::doctor::{Gap, Lack};
use crate::error::{ErrorCode, Reason, Result, SeeError};
use crate::path::HostPath;
use crate::policy::{Clipboard, Display, Policy, Promise};

use super::identity::pkexec_person;
use super::request::ProgramSpec;

/// Where every program looks for the socket of a display.
pub const SOCKETS: &str = "/tmp/.X11-unix";
/// The directory for the socket of a display of its own, in the session's.
pub const PLACE: &[u8] = b"display";
/// The cookie of the display, inside.
const AUTHORITY: &str = "/tmp/.X11-unix/authority";
/// The user that a server runs as which root started.
const NOBODY: u32 = 65_534;
/// How long a server may take to end.
const GOODBYE: Timespec = Timespec { tv_sec: 2, tv_nsec: 0 };
/// The longest authority file of the host that is taken over.
const LONGEST: u64 = 1024 * 1024;

/// What is wanted, and what the caller's environment knows of the host's display.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    /// Which server shows it; `None` for the host's own display.
    server: Option<Server>,
    /// `DISPLAY` of the caller, or the path of the Wayland socket.
    host: Vec<u8>,
    /// The host's cookies: `XAUTHORITY` of the caller, or the usual file.
    authority: Option<Vec<u8>>,
    /// The person on whose word alone this file is read: whom pkexec has started us for.
    person: Option<u32>,
    title: String,
    /// Who the server runs as.
    user: (u32, u32),
    /// What goes from one clipboard to the other.
    clipboard: Clipboard,
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
    /// Goes after the server.
    _sockets: Option<Sockets>,
    /// Carries text from one clipboard to the other.
    relay: Option<Relay>,
}

/// A process that carries text, and what becomes readable when it ends.
#[derive(Debug)]
struct Relay {
    process: Pid,
    end: OwnedFd,
}

/// Returns what is meant for this program: a display of its own when the desktop knows it as one that shows windows.
pub fn settle(kind: Display, program: &ProgramSpec) -> Display {
    if kind != Display::Auto {
        return kind;
    }
    let has_screen = variable(program, b"DISPLAY").is_some() || wayland_socket(program).is_some();
    let name = program.command.first().map(Vec::as_slice).unwrap_or_default();
    if has_screen && graphical::is_graphical(name, &data_directories(program)) {
        Display::Nested
    } else {
        Display::None
    }
}

impl Wish {
    /// Returns what a session's program is to get; `None` for no display. Fails when there is none to be had.
    pub fn of(policy: &Policy, program: &ProgramSpec, title: &str) -> Result<Option<Self>> {
        let (x, wayland) = (variable(program, b"DISPLAY").cloned(), wayland_socket(program));
        let server = match settle(policy.display, program) {
            Display::None | Display::Auto => return alone(policy.clipboard),
            Display::Host => None,
            Display::Nested => Some(choose(x.is_some(), wayland.is_some())?),
        };
        let host = if server == Some(Server::Xwayland) { wayland } else { x };
        let Some(host) = host else {
            return Err(unavailable(
                "there is no display here (DISPLAY is not set)",
                "Start it in a desktop session, or without a display: --display none",
            ));
        };
        let usual = variable(program, b"HOME").map(|home| [home.as_slice(), b"/.Xauthority"].concat());
        let authority = variable(program, b"XAUTHORITY").cloned().or(usual);
        let user = if program.uid == 0 { (NOBODY, NOBODY) } else { (program.uid, program.gid) };
        // On the host's own display there is but one clipboard.
        let clipboard = if server.is_some() { policy.clipboard } else { Clipboard::None };
        if clipboard != Clipboard::None
            && (server == Some(Server::Xwayland) || display_number(&host).is_none())
        {
            return Err(unavailable(
                "its clipboard can be shared with an X display of this machine only",
                "Run without --clipboard.",
            ));
        }
        let person = pkexec_person();
        Ok(Some(Self { server, host, authority, person, title: title.to_owned(), user, clipboard }))
    }

    /// Makes the display, with a directory of its own, `place`, as long as it is there. For a process with one thread.
    pub fn show(&self, place: HostPath) -> Result<Shown> {
        let Some(server) = self.server else {
            return Ok(Shown { screen: self.host_screen()?, server: None, _sockets: None, relay: None });
        };
        let (cookies, host) = match server {
            Server::Xephyr => (self.cookies_of_host(), display_number(&self.host)),
            Server::Xwayland => (Vec::new(), None),
        };
        let sockets = Sockets::make(place, host, self.user)?;
        let (title, user) = (self.title.as_str(), self.user);
        let window = Window { host: &self.host, cookies: &cookies, title, user, sockets: &sockets };
        let Ready { process, number, authority } = server.start(&window)?;
        let screen = Screen { socket: sockets.of(number), number, authority };
        // From here on it ends with this.
        let mut shown = Shown { screen, server: Some(process), _sockets: Some(sockets), relay: None };
        if self.clipboard != Clipboard::None {
            shown.relay = Some(self.share_clipboard(&shown.screen, cookies)?);
        }
        Ok(shown)
    }

    fn share_clipboard(&self, inside: &Screen, cookies: Vec<u8>) -> Result<Relay> {
        let number = display_number(&self.host).unwrap_or(0);
        let host = End::of(&socket_of(number), number, cookies)?;
        let inside = End::of(&inside.socket, inside.number, inside.authority.clone())?;
        let process = clipboard::share(host, inside, self.clipboard, self.user)?;
        match rustix::process::pidfd_open(process, PidfdFlags::empty()) {
            Ok(end) => Ok(Relay { process, end }),
            Err(e) => {
                end(process);
                Err(unavailable(
                    &format!("its clipboard could not be shared: {e}"),
                    "Run without --clipboard.",
                ))
            }
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
        let mut content = Vec::new();
        let file = path.and_then(|path| open_plain(&path, self.person));
        // A display without cookies lets in whom it knows otherwise.
        let _ = file.map(|file| file.take(LONGEST).read_to_end(&mut content));
        content
    }
}

impl Shown {
    /// Returns what the tree has to show.
    pub fn screen(&self) -> &Screen {
        &self.screen
    }

    /// Shares the clipboard no longer.
    pub fn cut_clipboard(&mut self) {
        self.relay.take().into_iter().for_each(|relay| end(relay.process));
    }

    /// Returns what becomes readable when the clipboard is shared no longer although nobody cut it.
    pub fn clipboard_end(&self) -> Option<BorrowedFd<'_>> {
        self.relay.as_ref().map(|relay| relay.end.as_fd())
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
        self.cut_clipboard();
        if let Some(server) = self.server {
            end(server);
        }
    }
}

/// Ends a server: politely first, for then it removes its socket and lock file. One that waits for an answer of the host's
/// display does not heed that.
fn end(server: Pid) {
    let _ = rustix::process::kill_process(server, Signal::TERM);
    let ended = rustix::process::pidfd_open(server, PidfdFlags::empty()).is_ok_and(|server| {
        let mut ends = [PollFd::new(&server, PollFlags::IN)];
        matches!(poll(&mut ends, Some(&GOODBYE)), Ok(1))
    });
    if !ended {
        let _ = rustix::process::kill_process(server, Signal::KILL);
    }
    let _ = rustix::process::waitpid(Some(server), WaitOptions::empty());
}

/// Chooses who shows a nested display. Xephyr's window has the program's name also on a Wayland desktop that shows X windows.
fn choose(x: bool, wayland: bool) -> Result<Server> {
    let wanted = [(x, Server::Xephyr), (wayland, Server::Xwayland)];
    let usable = |(shown, server): &(bool, Server)| *shown && server.path().is_some();
    match wanted.into_iter().find(usable) {
        Some((_, server)) => Ok(server),
        None if x => Err(unavailable(
            "Xephyr, which shows the window, is not installed",
            "Install it: sudo apt-get install xserver-xephyr. Or run without a display: --display none",
        )),
        None if wayland => Err(unavailable(
            "Xwayland, which shows the window, is not installed",
            "Install it: sudo apt-get install xwayland. Or run without a display: --display none",
        )),
        None => Err(unavailable(
            "there is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set)",
            "Start it in a desktop session, or without a display: --display none",
        )),
    }
}

/// Returns a variable of the program's environment that says something.
fn variable<'a>(program: &'a ProgramSpec, wanted: &[u8]) -> Option<&'a Vec<u8>> {
    program.env.iter().find(|(name, value)| name == wanted && !value.is_empty()).map(|(_, value)| value)
}

/// Returns the path of the host's Wayland socket.
fn wayland_socket(program: &ProgramSpec) -> Option<Vec<u8>> {
    let name = variable(program, b"WAYLAND_DISPLAY")?;
    if name.starts_with(b"/") {
        return Some(name.clone());
    }
    Some([variable(program, b"XDG_RUNTIME_DIR")?.as_slice(), b"/", name].concat())
}

/// Returns where the desktop keeps what it knows of programs, as the program's environment says.
fn data_directories(program: &ProgramSpec) -> Vec<PathBuf> {
    let own = variable(program, b"XDG_DATA_HOME")
        .cloned()
        .or_else(|| variable(program, b"HOME").map(|home| [home.as_slice(), b"/.local/share"].concat()));
    let all =
        variable(program, b"XDG_DATA_DIRS").map_or(b"/usr/local/share:/usr/share".as_slice(), Vec::as_slice);
    let paths = own.iter().map(Vec::as_slice).chain(all.split(|byte| *byte == b':'));
    paths
        .filter(|path| path.starts_with(b"/"))
        .map(|path| PathBuf::from(std::ffi::OsStr::from_bytes(path)))
        .collect()
}

/// Says that a session goes on without its display, or with one whose clipboard is not shared.
pub fn without(error: Box<SeeError>) -> Limit {
    LimitCause::NoDisplay { error }.at(SOCKETS)
}

/// Returns why no clipboard could be shared with a nested display here.
pub fn clipboard_lack() -> Option<Lack> {
    if Server::Xephyr.path().is_none() {
        return Some(Lack::new(Gap::NoX11Tool));
    }
    let host = std::env::var_os("DISPLAY").unwrap_or_default();
    let Some(number) = display_number(host.as_bytes()) else {
        return Some(Lack::new(Gap::NoX11Display));
    };
    let refused = UnixStream::connect(socket_of(number).as_path()).err()?;
    Some(Lack::new(Gap::DisplayRefuses).with("number", number).with("said", refused.to_string()))
}

/// Opens a plain file for reading: the person's own, where its name is that person's word, for one that only we can read would be
/// shown to the program. Nothing else is opened at all: a pipe would keep us waiting, and a device may do something.
fn open_plain(path: &Path, person: Option<u32>) -> Option<File> {
    let place = rustix::fs::open(path, OFlags::PATH | OFlags::CLOEXEC, Mode::empty()).ok()?;
    let owner = beneath::facts_of(place.as_fd()).ok()?.uid;
    let may = person.is_none_or(|person| person == owner);
    may.then(|| beneath::open_file(place.as_fd()).ok()).flatten().map(|(file, _)| file)
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

/// Says that there is no display, unless its clipboard was to be shared.
fn alone(clipboard: Clipboard) -> Result<Option<Wish>> {
    match clipboard {
        Clipboard::None => Ok(None),
        _ => Err(SeeError::new(
            ErrorCode::CannotIsolate,
            "The clipboard cannot be shared: the program gets no display of its own.",
            "Give it one with --display nested, or run without --clipboard. Or go on without: --accept display",
        )
        .because(Reason::NoClipboard)
        .with_fact("promise", Promise::Display.name())),
    }
}

fn unavailable(why: &str, hint: &str) -> Box<SeeError> {
    SeeError::new(
        ErrorCode::CannotIsolate,
        format!("The program cannot get a display of its own: {why}."),
        format!("{}. Or go on without: --accept display", hint.trim_end_matches('.')),
    )
    .because(Reason::NoDisplay)
    .with_fact("promise", Promise::Display.name())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt as _;

    use rustix::fs::inotify::{self, CreateFlags, WatchFlags};

    use super::*;

    #[test]
    fn cookies_are_read_from_the_persons_own_plain_file_alone() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("cookies");
        std::fs::write(&file, "cookie").unwrap();
        let owner = std::fs::metadata(&file).unwrap().uid();
        // A pipe that nobody writes to would keep whoever opens it waiting.
        let pipe = place.path().join("pipe");
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, Mode::RUSR, 0).unwrap();
        let notices = inotify::init(CreateFlags::NONBLOCK).unwrap();
        for path in [&file, &pipe] {
            inotify::add_watch(&notices, path, WatchFlags::OPEN).unwrap();
        }
        let mut space = [std::mem::MaybeUninit::uninit(); 4096];
        let mut opened = || inotify::Reader::new(&notices, &mut space).next().is_ok();
        assert!(open_plain(&file, Some(owner + 1)).is_none() && open_plain(&pipe, None).is_none());
        assert!(open_plain(place.path(), None).is_none() && !opened());
        assert!(open_plain(&file, Some(owner)).is_some() && opened());
    }

    #[test]
    fn displays_of_this_machine_have_a_number() {
        assert_eq!(display_number(b":0"), Some(0));
        assert_eq!(display_number(b"unix:12.1"), Some(12));
        for other in [b"localhost:10.0".as_slice(), b"", b":", b":x", b"0"] {
            assert_eq!(display_number(other), None);
        }
    }
}
