//! The clipboard of a nested display, shared with the host's as far as a person allowed: a process without privilege that copies
//! from one X server to the other. What comes from inside is hostile: text alone goes on, of bounded length, no control
//! characters, none that deceive who looks at them, and no line break at its end. What is cleared on one side is cleared on the other.

use std::os::fd::{AsFd as _, AsRawFd as _, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use rustix::pipe::{PipeFlags, pipe_with};
use rustix::process::Pid;
use see_sys::process::{close_all_but, exit_now, fork};
use x11rb::connection::{Connection as _, RequestConnection as _};
use x11rb::protocol::Event;
use x11rb::protocol::xfixes::{ConnectionExt as _, SelectionEventMask};
use x11rb::protocol::xproto::{
    Atom, AtomEnum, ConnectionExt as _, CreateWindowAux, EventMask, GetPropertyReply, PropMode, Property,
    SELECTION_NOTIFY_EVENT, SelectionNotifyEvent, SelectionRequestEvent, Time, Window, WindowClass,
};
use x11rb::rust_connection::{DefaultStream, RustConnection};
use x11rb::wrapper::ConnectionExt as _;

use crate::error::{Result, SeeError};
use crate::path::{HostPath, is_deceptive};
use crate::policy::Clipboard;

use super::{authority, server, unavailable};

/// The longest text that is copied, in bytes.
const LONGEST: usize = 1024 * 1024;
/// How long the servers may take to let it in.
const PATIENCE: Timespec = Timespec { tv_sec: 30, tv_nsec: 0 };
/// How long one of them may keep it waiting later. A program inside can hold up its whole display; what the host pastes waits for
/// this process then.
const HELD_UP: Duration = Duration::from_secs(5);
/// The most bytes of data that it may have.
const MOST_DATA: u64 = 256 << 20;

type Done = std::result::Result<(), Broken>;

/// A display to share with: its socket, by place only, and what opens it.
pub(super) struct End {
    socket: OwnedFd,
    number: u32,
    authority: Vec<u8>,
}

impl End {
    /// Returns the one with this socket, which the process that copies may not come to by its path.
    pub(super) fn of(socket: &HostPath, number: u32, authority: Vec<u8>) -> Result<Self> {
        let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let socket = rustix::fs::open(socket.as_path(), flags, Mode::empty())
            .map_err(|e| SeeError::os("opening", socket, e))?;
        Ok(Self { socket, number, authority })
    }
}

/// Starts the process, and returns when it listens. It ends with its parent, with either display, and when one of them keeps it
/// waiting: whoever has the clipboard then loses it. For a process with one thread.
pub(super) fn share(host: End, inside: End, allowed: Clipboard, user: (u32, u32)) -> Result<Pid> {
    let failed = |why: &str| {
        unavailable(&format!("the clipboard could not be shared: {why}"), "Run without --clipboard.")
    };
    let (heard, said) = pipe_with(PipeFlags::CLOEXEC).map_err(|e| failed(&e.to_string()))?;
    let Some(relay) = fork(0).map_err(|e| failed(&e.to_string()))? else {
        drop(heard);
        let _ = work(host, inside, allowed, user, said);
        exit_now(1)
    };
    drop(said);
    let mut answer = [PollFd::new(&heard, PollFlags::IN)];
    let answered = matches!(poll(&mut answer, Some(&PATIENCE)), Ok(1));
    if answered && rustix::io::read(&heard, &mut [0_u8; 1]) == Ok(1) {
        return Ok(relay);
    }
    super::end(relay);
    Err(failed("the displays do not let it in"))
}

/// In the child: copies until a display goes away.
fn work(host: End, inside: End, allowed: Clipboard, user: (u32, u32), said: OwnedFd) -> Done {
    close_all_but(&[said.as_raw_fd(), host.socket.as_raw_fd(), inside.socket.as_raw_fd()])?;
    see_sys::signals::reset_all()?;
    server::become_user(user, MOST_DATA, false)?;
    let (goes_in, goes_out) = (allowed.goes_in(), allowed.goes_out());
    let (mut host, mut inside) = (Side::open(host, true)?, Side::open(inside, false)?);
    host.begin(goes_in)?;
    inside.begin(goes_out)?;
    rustix::io::write(&said, b"!")?;
    drop(said);
    let guard = guard()?;
    loop {
        guard.send(Work::Begins)?;
        host.pump(&mut inside, goes_in)?;
        inside.pump(&mut host, goes_out)?;
        // What came while the other side was asked has been read already.
        let more = host.pump(&mut inside, goes_in)? || inside.pump(&mut host, goes_out)?;
        guard.send(Work::Ends)?;
        if more {
            continue;
        }
        let (a, b) = (host.display.stream().as_fd(), inside.display.stream().as_fd());
        let mut events =
            [PollFd::from_borrowed_fd(a, PollFlags::IN), PollFd::from_borrowed_fd(b, PollFlags::IN)];
        match poll(&mut events, None) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(e) => return Err(e.into()),
        }
    }
}

/// What the guard hears.
enum Work {
    Begins,
    Ends,
}

/// Starts the thread that ends this process when its work takes too long: a server that is held up answers nothing.
fn guard() -> std::result::Result<Sender<Work>, Broken> {
    let (tell, heard) = channel();
    let watch = move || {
        while let Ok(Work::Begins) = heard.recv() {
            if matches!(heard.recv_timeout(HELD_UP), Err(RecvTimeoutError::Timeout)) {
                exit_now(1);
            }
        }
    };
    std::thread::Builder::new().name("guard".to_owned()).spawn(watch)?;
    Ok(tell)
}

/// Names of things that X knows by numbers.
struct Names {
    clipboard: Atom,
    text: Atom,
    mime: Atom,
    targets: Atom,
    piecemeal: Atom,
    /// The property that text comes in.
    inbox: Atom,
}

/// One display, and what is offered there of the other's.
struct Side {
    /// Whether it is the host's: what it is offered is hostile.
    is_hosts: bool,
    display: RustConnection,
    window: Window,
    names: Names,
    offered: Option<Vec<u8>>,
    /// What has come of a text that comes in pieces.
    coming: Option<Vec<u8>>,
}

impl Side {
    fn open(end: End, is_hosts: bool) -> std::result::Result<Self, Broken> {
        let (name, cookie) = authority::for_display(&end.authority, end.number);
        let socket = format!("/proc/self/fd/{}", end.socket.as_raw_fd());
        let (stream, _) = DefaultStream::from_unix_stream(UnixStream::connect(socket)?)?;
        let display = RustConnection::connect_to_stream_with_auth_info(stream, 0, name, cookie)?;
        let root = display.setup().roots.first().ok_or(Broken)?.root;
        let window = display.generate_id()?;
        let look = CreateWindowAux::new().event_mask(EventMask::PROPERTY_CHANGE);
        display.create_window(0, window, root, 0, 0, 1, 1, 0, WindowClass::INPUT_ONLY, 0, &look)?;
        let atom = |name: &str| -> std::result::Result<Atom, Broken> {
            Ok(display.intern_atom(false, name.as_bytes())?.reply()?.atom)
        };
        let names = Names {
            clipboard: atom("CLIPBOARD")?,
            text: atom("UTF8_STRING")?,
            mime: atom("text/plain;charset=utf-8")?,
            targets: atom("TARGETS")?,
            piecemeal: atom("INCR")?,
            inbox: atom("ALCATRAZ_CLIPBOARD")?,
        };
        Ok(Self { is_hosts, display, window, names, offered: None, coming: None })
    }

    /// Listens; asks for what is there already when it may leave.
    fn begin(&self, leaves: bool) -> Done {
        self.display.xfixes_query_version(5, 0)?.reply()?;
        let changes = SelectionEventMask::SET_SELECTION_OWNER
            | SelectionEventMask::SELECTION_WINDOW_DESTROY
            | SelectionEventMask::SELECTION_CLIENT_CLOSE;
        self.display.xfixes_select_selection_input(self.window, self.names.clipboard, changes)?;
        let owner = self.display.get_selection_owner(self.names.clipboard)?.reply()?.owner;
        if leaves && owner != x11rb::NONE {
            self.ask(Time::CURRENT_TIME.into())?;
        }
        Ok(self.display.flush()?)
    }

    /// Handles what has happened here. Returns whether anything had.
    fn pump(&mut self, there: &mut Self, leaves: bool) -> std::result::Result<bool, Broken> {
        let mut any = false;
        while let Some(event) = self.display.poll_for_event()? {
            any = true;
            self.heed(event, there, leaves)?;
        }
        if any {
            self.display.flush()?;
            there.display.flush()?;
        }
        Ok(any)
    }

    fn heed(&mut self, event: Event, there: &mut Self, leaves: bool) -> Done {
        match event {
            Event::XfixesSelectionNotify(change) if change.owner == self.window => {}
            Event::XfixesSelectionNotify(change) => {
                // Somebody else's is here now.
                self.offered = None;
                self.coming = None;
                match change.owner {
                    _ if !leaves => {}
                    x11rb::NONE => there.offer(None)?,
                    _ => self.ask(change.timestamp)?,
                }
            }
            Event::SelectionNotify(answer) if answer.property == x11rb::NONE && leaves => {
                there.offer(None)?
            }
            Event::SelectionNotify(answer) if answer.property == self.names.inbox && leaves => {
                let read = self.read()?;
                if read.type_ == self.names.piecemeal {
                    self.coming = Some(Vec::new());
                } else {
                    there.offer(text_of(&read, self.names.text))?;
                }
            }
            Event::PropertyNotify(change)
                if change.state == Property::NEW_VALUE && change.atom == self.names.inbox =>
            {
                if let Some(mut whole) = self.coming.take() {
                    let read = self.read()?;
                    let piece = text_of(&read, self.names.text);
                    match piece {
                        Some(piece) if piece.is_empty() => there.offer(Some(whole))?,
                        Some(piece) if whole.len() + piece.len() <= LONGEST => {
                            whole.extend(piece);
                            self.coming = Some(whole);
                        }
                        _ => there.offer(None)?,
                    }
                }
            }
            Event::SelectionRequest(request) => self.answer(&request)?,
            // Whoever asked may be gone by now, and whatever else happens is nothing to us.
            _ => {}
        }
        Ok(())
    }

    /// Asks whoever has the clipboard here for its text.
    fn ask(&self, time: u32) -> Done {
        let Names { clipboard, text, inbox, .. } = self.names;
        self.display.convert_selection(self.window, clipboard, text, inbox, time)?;
        Ok(())
    }

    fn read(&self) -> std::result::Result<GetPropertyReply, Broken> {
        let most = u32::try_from(LONGEST / 4).unwrap_or(0) + 1;
        Ok(self.display.get_property(true, self.window, self.names.inbox, AtomEnum::ANY, 0, most)?.reply()?)
    }

    /// Offers a text of the other side here, or what was offered no longer.
    fn offer(&mut self, text: Option<Vec<u8>>) -> Done {
        let text = text.and_then(|text| clean(text, self.is_hosts));
        let owner = if text.is_some() { self.window } else { x11rb::NONE };
        if text.is_some() || self.offered.is_some() {
            self.display.set_selection_owner(owner, self.names.clipboard, Time::CURRENT_TIME)?;
        }
        self.offered = text;
        Ok(())
    }

    /// Gives a client here what it asked for.
    fn answer(&self, request: &SelectionRequestEvent) -> Done {
        let Names { clipboard, text, mime, targets, .. } = self.names;
        // A client of long ago names no property.
        let property = if request.property == x11rb::NONE { request.target } else { request.property };
        let offered = self.offered.as_ref().filter(|_| request.selection == clipboard);
        let fits = |text: &Vec<u8>| text.len() + 64 <= self.display.maximum_request_bytes();
        let given = match offered.filter(|text| fits(text)) {
            Some(_) if request.target == targets => {
                let kinds = [targets, text, mime];
                self.display.change_property32(
                    PropMode::REPLACE,
                    request.requestor,
                    property,
                    AtomEnum::ATOM,
                    &kinds,
                )?;
                true
            }
            Some(bytes) if [text, mime].contains(&request.target) => {
                let kind = request.target;
                self.display.change_property8(PropMode::REPLACE, request.requestor, property, kind, bytes)?;
                true
            }
            _ => false,
        };
        let told = SelectionNotifyEvent {
            response_type: SELECTION_NOTIFY_EVENT,
            sequence: 0,
            time: request.time,
            requestor: request.requestor,
            selection: request.selection,
            target: request.target,
            property: if given { property } else { x11rb::NONE },
        };
        self.display.send_event(false, request.requestor, EventMask::NO_EVENT, told)?;
        Ok(())
    }
}

/// Returns the text that came; `None` when it is none, or longer than what is copied.
fn text_of(read: &GetPropertyReply, text: Atom) -> Option<Vec<u8>> {
    let is_whole =
        read.type_ == text && read.format == 8 && read.bytes_after == 0 && read.value.len() <= LONGEST;
    is_whole.then(|| read.value.clone())
}

/// Returns text that cannot end a bracketed paste: a terminal then shows what is pasted and runs nothing. One without bracketed
/// paste runs every line that a line break ends; of hostile text the last line has none, and nothing in it deceives who
/// looks at it. `None` when nothing is left.
fn clean(text: Vec<u8>, is_hostile: bool) -> Option<Vec<u8>> {
    let text = String::from_utf8(text).ok()?;
    let is_kept = |sign: &char| match sign {
        '\n' | '\t' => true,
        sign => !(sign.is_control() || is_hostile && is_deceptive(*sign)),
    };
    let kept: String = text.chars().filter(is_kept).collect();
    let kept = if is_hostile { kept.trim_end_matches('\n') } else { &kept };
    (!kept.is_empty()).then(|| kept.as_bytes().to_vec())
}

/// A display went away, or never answered as displays do. There is nobody to tell.
#[derive(Debug)]
struct Broken;

impl<E: std::error::Error> From<E> for Broken {
    fn from(_: E) -> Self {
        Self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_end_a_bracketed_paste_and_hostile_text_does_not_deceive() {
        let clean = |text: &str, is_hostile| {
            clean(text.as_bytes().to_vec(), is_hostile).map(|text| String::from_utf8(text).unwrap())
        };
        let text = "a\u{1b}[201~\r\n\tb\u{9b}é\u{202e}\n\n";
        assert_eq!(clean(text, true).as_deref(), Some("a[201~\n\tbé"));
        assert_eq!(clean(text, false).as_deref(), Some("a[201~\n\tbé\u{202e}\n\n"));
        assert_eq!([clean("\u{1b}\0", true), clean("\u{1b}\0", false)], [None, None]);
        assert_eq!(clean("\n\u{200b}\n", true), None);
        assert_eq!(super::clean(b"\xff\xfe".to_vec(), false), None);
    }
}
