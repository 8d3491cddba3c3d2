//! How entries become bytes: variable-length integers, times as differences. Pure; takes any bytes without harm.

use std::sync::Arc;

use crate::change::FileType;
use crate::path::HostPath;

use super::access::Access;
use super::entry::{Entry, Looker, Moment, Object, Seen};
use super::names::NamesDigest;
use super::set::Missing;

/// A piece of the log.
#[derive(Debug)]
pub(super) enum Record<'a> {
    /// The next directory's path.
    Dir(&'a [u8]),
    /// The next program's path.
    Program(&'a [u8]),
    /// What is known of one path now.
    Entry(Entry),
    /// Nothing was lost: `None`; else why.
    End(Option<Missing>),
    /// A later run adds to the log.
    Resumed,
}

const DIR: u8 = 1;
const PROGRAM: u8 = 2;
const ENTRY: u8 = 3;
const END: u8 = 4;
const RESUMED: u8 = 5;

const HAS_NAME: u8 = 1;
const HAS_CONTENT: u8 = 1 << 1;
const HAS_OPENED: u8 = 1 << 2;
const HAS_OBJECT: u8 = 1 << 3;
const HAS_NAMES: u8 = 1 << 4;

fn put_number(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Small numbers of either sign stay short.
fn put_difference(out: &mut Vec<u8>, value: i64, base: i64) {
    let difference = value.wrapping_sub(base);
    put_number(out, ((difference << 1) ^ (difference >> 63)) as u64);
}

fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_number(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

pub(super) fn put_dir(out: &mut Vec<u8>, path: &[u8]) {
    out.push(DIR);
    put_bytes(out, path);
}

pub(super) fn put_program(out: &mut Vec<u8>, name: &[u8]) {
    out.push(PROGRAM);
    put_bytes(out, name);
}

pub(super) fn put_end(out: &mut Vec<u8>, missing: Option<Missing>) {
    out.extend([END, missing.map_or(0, missing_code)]);
}

/// Tells whether these can be the last bytes of a log of which nothing was lost.
pub(super) fn is_good_end(bytes: [u8; 2]) -> bool {
    bytes == [END, 0]
}

pub(super) fn put_resumed(out: &mut Vec<u8>) {
    out.push(RESUMED);
}

fn missing_code(missing: Missing) -> u8 {
    match missing {
        Missing::CutOff => 1,
        Missing::TooMany => 2,
        Missing::Blind => 3,
    }
}

/// Writes an entry whose directory has the number `dir`.
pub(super) fn put_entry(out: &mut Vec<u8>, entry: &Entry, dir: u64) {
    let flag = |is_there: bool, bit: u8| if is_there { bit } else { 0 };
    let object = match &entry.seen {
        Seen::Absent => None,
        Seen::Object(object) => Some(object),
    };
    let flags = flag(entry.name.is_some(), HAS_NAME)
        | flag(entry.content.is_some(), HAS_CONTENT)
        | flag(entry.opened.is_some(), HAS_OPENED)
        | flag(object.is_some(), HAS_OBJECT)
        | flag(entry.names.is_some(), HAS_NAMES);
    out.extend([ENTRY, flags]);
    put_number(out, dir);
    put_bytes(out, entry.path.name());
    put_number(out, u64::from(entry.access.bits()));
    put_number(out, u64::from(entry.by.program));
    put_number(out, u64::from(entry.by.thread));
    put_number(out, entry.first.0 as u64);
    for moment in [entry.name, entry.content, entry.opened].into_iter().flatten() {
        put_difference(out, moment.0, entry.first.0);
    }
    if let Some(object) = object {
        out.push(kind_code(object.kind));
        put_number(out, object.device);
        put_number(out, object.ino);
        put_number(out, object.size);
        put_number(out, object.mtime.0 as u64);
        put_difference(out, object.ctime.0, object.mtime.0);
    }
    if let Some(names) = entry.names {
        put_number(out, names.count);
        put_number(out, names.sum);
    }
}

/// Reads records off the front of bytes; `None` when they make no sense.
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Reads the next record. `dirs` are the directories so far.
    pub(super) fn record(&mut self, dirs: &[HostPath]) -> Option<Record<'a>> {
        Some(match self.byte()? {
            DIR => Record::Dir(self.bytes()?),
            PROGRAM => Record::Program(self.bytes()?),
            ENTRY => Record::Entry(self.entry(dirs)?),
            RESUMED => Record::Resumed,
            END => Record::End(match self.byte()? {
                0 => None,
                2 => Some(Missing::TooMany),
                3 => Some(Missing::Blind),
                _ => Some(Missing::CutOff),
            }),
            _ => return None,
        })
    }

    fn entry(&mut self, dirs: &[HostPath]) -> Option<Entry> {
        let flags = self.byte()?;
        let dir = dirs.get(usize::try_from(self.number()?).ok()?)?;
        let name = self.bytes()?;
        let path = if name.is_empty() { HostPath::root() } else { dir.join(name) };
        let access = Access::from_bits(u16::try_from(self.number()?).ok()?);
        let program = u32::try_from(self.number()?).ok()?;
        let thread = u32::try_from(self.number()?).ok()?;
        let first = Moment(self.number()? as i64);
        let mut moment = |bit: u8| -> Option<Option<Moment>> {
            if flags & bit == 0 { Some(None) } else { Some(Some(Moment(self.difference(first.0)?))) }
        };
        let (name, content, opened) = (moment(HAS_NAME)?, moment(HAS_CONTENT)?, moment(HAS_OPENED)?);
        let seen = if flags & HAS_OBJECT == 0 { Seen::Absent } else { Seen::Object(self.object()?) };
        let names = if flags & HAS_NAMES == 0 {
            None
        } else {
            Some(NamesDigest { count: self.number()?, sum: self.number()? })
        };
        let by = Looker { thread, program };
        Some(Entry { path: Arc::new(path), access, first, by, name, content, opened, seen, names })
    }

    fn object(&mut self) -> Option<Object> {
        let kind = kind_of(self.byte()?)?;
        let (device, ino, size) = (self.number()?, self.number()?, self.number()?);
        let mtime = Moment(self.number()? as i64);
        Some(Object { device, ino, kind, size, mtime, ctime: Moment(self.difference(mtime.0)?) })
    }

    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    fn number(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn difference(&mut self, base: i64) -> Option<i64> {
        let raw = self.number()?;
        Some(base.wrapping_add((raw >> 1) as i64 ^ -((raw & 1) as i64)))
    }

    fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        let (bytes, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(bytes)
    }
}

const KINDS: [FileType; 6] = [
    FileType::File,
    FileType::Directory,
    FileType::Symlink,
    FileType::Fifo,
    FileType::Socket,
    FileType::Device,
];

fn kind_code(kind: FileType) -> u8 {
    KINDS.iter().zip(0_u8..).find(|(one, _)| **one == kind).map_or(0, |(_, code)| code)
}

fn kind_of(code: u8) -> Option<FileType> {
    KINDS.get(usize::from(code)).copied()
}
