//! Frames between a supervisor, its clients and its init: a kind, a length, bytes; and descriptors beside them.
//! Knows no terminal and no process.

use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::io::Errno;
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage,
    SendFlags,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{ErrorCode, Result, SeeError};

/// The most bytes that one frame of output carries.
pub const CHUNK: usize = 64 * 1024;
/// The most bytes that any frame may have: a whole command line and environment.
const LIMIT: usize = 16 * 1024 * 1024;
/// The most descriptors that one frame brings.
const DESCRIPTORS: usize = 8;

/// What a frame carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// A JSON message.
    Message = 1,
    /// Bytes for the program's standard input or terminal.
    Input = 2,
    /// Nothing more will come for standard input.
    EndOfInput = 3,
    /// Bytes that the terminal shows.
    Output = 4,
    /// Bytes from standard output, when that is a pipe.
    StandardOutput = 5,
    /// Bytes from standard error, when that is a pipe.
    StandardError = 6,
}

impl Kind {
    fn of(byte: u8) -> Option<Self> {
        [
            Self::Message,
            Self::Input,
            Self::EndOfInput,
            Self::Output,
            Self::StandardOutput,
            Self::StandardError,
        ]
        .into_iter()
        .find(|kind| *kind as u8 == byte)
    }
}

/// One frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// What it carries.
    pub kind: Kind,
    /// The bytes.
    pub bytes: Vec<u8>,
}

impl Frame {
    /// Returns a message frame.
    pub fn message(value: &impl Serialize) -> Result<Self> {
        let bytes = serde_json::to_vec(value)
            .map_err(|e| SeeError::internal(format!("A message could not be written: {e}.")))?;
        Ok(Self { kind: Kind::Message, bytes })
    }

    /// Returns the message that a frame carries.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T> {
        if self.kind != Kind::Message {
            return Err(broken("a message was expected"));
        }
        serde_json::from_slice(&self.bytes).map_err(|e| broken(&e.to_string()))
    }

    /// Appends the frame's encoding.
    pub fn encode(&self, out: &mut Vec<u8>) {
        encode(self.kind, &self.bytes, out);
    }
}

/// Appends the encoding of a frame.
pub fn encode(kind: Kind, bytes: &[u8], out: &mut Vec<u8>) {
    out.push(kind as u8);
    out.extend_from_slice(&u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes());
    out.extend_from_slice(bytes);
}

/// Takes the first whole frame off the front of `buffer`; `None` when it is not all there.
pub fn decode(buffer: &mut Vec<u8>) -> Result<Option<Frame>> {
    let Some((kind, length)) = buffer.first_chunk::<5>().map(|h| (h[0], [h[1], h[2], h[3], h[4]])) else {
        return Ok(None);
    };
    let kind = Kind::of(kind).ok_or_else(|| broken("a frame of an unknown kind"))?;
    let length = u32::from_le_bytes(length) as usize;
    if length > LIMIT {
        return Err(broken("a frame is too long"));
    }
    let Some(bytes) = buffer.get(5..5 + length) else { return Ok(None) };
    let frame = Frame { kind, bytes: bytes.to_vec() };
    buffer.drain(..5 + length);
    Ok(Some(frame))
}

/// Sends a message and descriptors, waiting until all of it is gone.
pub fn send(socket: BorrowedFd<'_>, value: &impl Serialize, descriptors: &[BorrowedFd<'_>]) -> Result<()> {
    let mut bytes = Vec::new();
    Frame::message(value)?.encode(&mut bytes);
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(DESCRIPTORS))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    if !descriptors.is_empty() && !ancillary.push(SendAncillaryMessage::ScmRights(descriptors)) {
        return Err(SeeError::internal("Too many descriptors for one frame."));
    }
    let mut rest: &[u8] = &bytes;
    while !rest.is_empty() {
        let slices = [std::io::IoSlice::new(rest)];
        match rustix::net::sendmsg(socket, &slices, &mut ancillary, SendFlags::NOSIGNAL) {
            Ok(count) => {
                rest = rest.get(count..).unwrap_or_default();
                ancillary.clear();
            }
            Err(Errno::INTR) => {}
            Err(e) => return Err(gone(e)),
        }
    }
    Ok(())
}

/// Messages that wait until the other side takes them: whoever sends never does.
#[derive(Debug, Default)]
pub struct Outbox(Vec<u8>);

impl Outbox {
    /// Sends a message, or what of it goes now.
    pub fn send(&mut self, socket: BorrowedFd<'_>, value: &impl Serialize) -> Result<()> {
        Frame::message(value)?.encode(&mut self.0);
        self.push(socket)
    }

    /// Sends what the other side takes now.
    pub fn push(&mut self, socket: BorrowedFd<'_>) -> Result<()> {
        while !self.0.is_empty() {
            match rustix::net::send(socket, &self.0, SendFlags::NOSIGNAL | SendFlags::DONTWAIT) {
                Ok(count) => drop(self.0.drain(..count)),
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return Ok(()),
                Err(e) => return Err(gone(e)),
            }
        }
        Ok(())
    }

    /// Tells whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Waits for a message and its descriptors. `None` when the other side is gone.
pub fn receive<T: DeserializeOwned>(socket: BorrowedFd<'_>) -> Result<Option<(T, Vec<OwnedFd>)>> {
    let mut buffer = Vec::new();
    let mut descriptors = Vec::new();
    loop {
        if let Some(frame) = decode(&mut buffer)? {
            return Ok(Some((frame.parse()?, descriptors)));
        }
        // Never reads past the end of the frame: the next one's descriptors belong to the next call.
        let wanted = match buffer.first_chunk::<5>() {
            None => 5 - buffer.len(),
            Some(h) => {
                (5 + u32::from_le_bytes([h[1], h[2], h[3], h[4]]) as usize).saturating_sub(buffer.len())
            }
        };
        let mut piece = vec![0; wanted.min(CHUNK)];
        match receive_some(socket, &mut piece, &mut descriptors) {
            Ok(0) if buffer.is_empty() => return Ok(None),
            Ok(0) => return Err(broken("the connection broke in the middle of a message")),
            Ok(count) => buffer.extend_from_slice(piece.get(..count).unwrap_or_default()),
            Err(Errno::INTR) => {}
            Err(Errno::CONNRESET) => return Ok(None),
            Err(e) => return Err(gone(e)),
        }
    }
}

fn receive_some(
    socket: BorrowedFd<'_>,
    piece: &mut [u8],
    descriptors: &mut Vec<OwnedFd>,
) -> std::result::Result<usize, Errno> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(DESCRIPTORS))];
    let mut ancillary = RecvAncillaryBuffer::new(&mut space);
    let mut slices = [std::io::IoSliceMut::new(piece)];
    let got = rustix::net::recvmsg(socket.as_fd(), &mut slices, &mut ancillary, RecvFlags::CMSG_CLOEXEC)?;
    for message in ancillary.drain() {
        if let RecvAncillaryMessage::ScmRights(list) = message {
            descriptors.extend(list);
        }
    }
    Ok(got.bytes)
}

/// Returns the error for bytes that make no sense.
pub fn broken(why: &str) -> Box<SeeError> {
    SeeError::internal(format!("The parts of Alcatraz do not understand each other: {why}."))
}

/// Returns the error for a connection that ended.
pub fn gone(errno: Errno) -> Box<SeeError> {
    SeeError::new(
        ErrorCode::HelperGone,
        format!("The session's supervisor is gone ({errno})."),
        "See with `alcatraz list` whether the session is finished.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_survive_in_pieces() {
        let mut encoded = Vec::new();
        encode(Kind::Output, b"abc", &mut encoded);
        encode(Kind::EndOfInput, b"", &mut encoded);
        let mut buffer = Vec::new();
        let mut seen = Vec::new();
        for byte in encoded {
            buffer.push(byte);
            while let Some(frame) = decode(&mut buffer).unwrap() {
                seen.push(frame);
            }
        }
        assert_eq!(seen.len(), 2);
        assert_eq!(seen[0], Frame { kind: Kind::Output, bytes: b"abc".to_vec() });
        assert!(decode(&mut vec![9, 0, 0, 0, 0]).is_err());
        assert!(decode(&mut vec![1, 255, 255, 255, 255]).is_err());
    }

    #[test]
    fn nobody_waits_for_who_does_not_read() {
        let (a, b) = std::os::unix::net::UnixStream::pair().unwrap();
        let mut outbox = Outbox::default();
        let mut sent = 0_u32;
        while outbox.is_empty() {
            outbox.send(a.as_fd(), &sent).unwrap();
            sent += 1;
        }
        outbox.send(a.as_fd(), &sent).unwrap();
        for number in 0..=sent {
            outbox.push(a.as_fd()).unwrap();
            assert_eq!(receive::<u32>(b.as_fd()).unwrap().unwrap().0, number);
        }
        assert!(outbox.is_empty());
    }

    #[test]
    fn descriptors_travel_with_their_message() {
        let (a, b) = std::os::unix::net::UnixStream::pair().unwrap();
        let file = std::fs::File::open("/dev/null").unwrap();
        send(a.as_fd(), &"first", &[file.as_fd(), file.as_fd()]).unwrap();
        send(a.as_fd(), &"second", &[]).unwrap();
        drop(a);
        let (text, fds): (String, _) = receive(b.as_fd()).unwrap().unwrap();
        assert_eq!((text.as_str(), fds.len()), ("first", 2));
        let (text, fds): (String, _) = receive(b.as_fd()).unwrap().unwrap();
        assert_eq!((text.as_str(), fds.len()), ("second", 0));
        assert!(receive::<String>(b.as_fd()).unwrap().is_none());
    }
}
