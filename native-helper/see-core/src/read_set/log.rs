//! The read set on disk: one file per session, blocks with a checksum, only ever added to. A torn end is cut off.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use crate::error::{ErrorCode, Result, SeeError};
use crate::path::HostPath;

use super::coding::{self, Reader, Record};
use super::entry::Entry;
use super::set::{Missing, ReadSet};

const MAGIC: &[u8; 8] = b"SEEREAD\x02";
/// Of logs that say nothing of changed attributes of directories: what they hold is not all.
const FIRST: &[u8; 8] = b"SEEREAD\x01";
/// A block has at most this many bytes; a longer length means damage.
const MOST: u32 = 64 << 20;
/// A log that has so many bytes takes no observation more: each path may have several.
const FULL: u64 = 1 << 30;
/// What is read of a log: what ends a full one has room, too.
const MOST_READ: u64 = 2 * FULL;
/// A new log is written in blocks of about so many bytes.
const BLOCK: usize = 8 << 20;

/// Reads what a session's log holds. No log means that nothing was recorded: `None`.
pub fn load(path: &Path) -> Result<Option<ReadSet>> {
    match File::open(path) {
        Ok(file) => Ok(Some(parse(&read_all(file, path)?).set)),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(cannot(path, &e)),
    }
}

/// Replaces a session's log by one that holds just this set, at once and durably.
pub fn save(path: &Path, set: &ReadSet) -> Result<()> {
    let mut new = path.as_os_str().to_owned();
    new.push(".new");
    let new = Path::new(&new);
    let attempt = || -> Result<()> {
        let (mut writer, _) = LogWriter::open(new, Start::New)?;
        (0..set.programs()).filter_map(|id| set.program(id)).for_each(|name| writer.program(name));
        for entry in set.entries() {
            writer.entry(entry);
            if writer.pending() > BLOCK {
                let block = writer.take_block();
                writer.file.write_all(&block).map_err(|e| cannot(new, &e))?;
            }
        }
        writer.end(set.missing());
        let block = writer.take_block();
        writer.file.write_all(&block).and_then(|()| writer.file.sync_data()).map_err(|e| cannot(new, &e))
    };
    match std::fs::remove_file(new) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(cannot(new, &e)),
        _ => attempt()?,
    }
    let dir = path.parent().unwrap_or(Path::new("."));
    let renamed = std::fs::rename(new, path).and_then(|()| File::open(dir)?.sync_all());
    renamed.map_err(|e| cannot(path, &e))
}

struct Parsed {
    set: ReadSet,
    dirs: Vec<HostPath>,
    /// How many bytes make sense.
    good: u64,
    /// Whether there was no room for something.
    is_full: bool,
}

fn parse(bytes: &[u8]) -> Parsed {
    let mut parsed = Parsed { set: ReadSet::default(), dirs: Vec::new(), good: 0, is_full: false };
    // What is not properly ended was cut off; a later end record says better.
    parsed.set.set_missing(Some(Missing::CutOff));
    let first = bytes.strip_prefix(FIRST);
    let Some(mut rest) = bytes.strip_prefix(MAGIC).or(first) else { return parsed };
    parsed.good = MAGIC.len() as u64;
    // An entry takes some fifty bytes; growing the table later would cost more than room that stays empty.
    parsed.set.reserve(bytes.len() / 48);
    while let Some((payload, after)) = next_block(rest) {
        if !parse_block(payload, &mut parsed) {
            break;
        }
        parsed.good += (rest.len() - after.len()) as u64;
        rest = after;
    }
    if !rest.is_empty() || first.is_some() {
        parsed.set.set_missing(Some(Missing::CutOff));
    }
    parsed
}

/// Tells, without reading it all, whether a log may be whole: its last record says so.
pub fn may_be_whole(path: &Path) -> bool {
    let mut end = [0; 2];
    let last = File::open(path).and_then(|mut file| {
        file.seek(SeekFrom::End(-2))?;
        file.read_exact(&mut end)
    });
    last.is_ok() && coding::is_good_end(end)
}

fn next_block(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (header, rest) = bytes.split_first_chunk::<8>()?;
    let [a, b, c, d, e, f, g, h] = *header;
    let length = u32::from_le_bytes([a, b, c, d]);
    let (payload, rest) = rest.split_at_checked(usize::try_from(length).ok().filter(|_| length <= MOST)?)?;
    (crc32fast::hash(payload) == u32::from_le_bytes([e, f, g, h])).then_some((payload, rest))
}

fn parse_block(payload: &[u8], parsed: &mut Parsed) -> bool {
    let mut reader = Reader::new(payload);
    let mut unended = parsed.set.missing();
    let mut is_full = false;
    while !reader.is_empty() {
        match reader.record(&parsed.dirs) {
            Some(Record::Dir(path)) => match HostPath::new(path) {
                Some(path) => parsed.dirs.push(path),
                None => return false,
            },
            Some(Record::Program(name)) => {
                parsed.set.program_id(name);
            }
            Some(Record::Entry(entry)) => {
                is_full |= parsed.set.put(entry).is_none();
            }
            Some(Record::End(missing)) => unended = missing,
            // What an earlier run lost stays lost; else this run has yet to end well.
            Some(Record::Resumed) => unended = unended.or(Some(Missing::CutOff)),
            None => return false,
        }
    }
    // Whoever wrote it knew no limit, or another one.
    parsed.is_full |= is_full;
    parsed.set.set_missing(if parsed.is_full { Some(Missing::TooMany) } else { unended });
    true
}

/// What a session's programs have done before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// Nothing: the log begins.
    New,
    /// Some ran: the log goes on. Where there is none, what they read was lost.
    GoOn,
}

/// Adds to a session's log.
#[derive(Debug)]
pub struct LogWriter {
    file: File,
    dirs: HashMap<HostPath, u64>,
    pending: Vec<u8>,
    /// Bytes in the file.
    size: u64,
    /// What an earlier run lost.
    lost: Option<Missing>,
}

impl LogWriter {
    /// Opens a log; returns what it holds. A torn end is cut off, and remembered as a loss.
    pub fn open(path: &Path, start: Start) -> Result<(Self, ReadSet)> {
        use std::os::unix::fs::OpenOptionsExt as _;
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600);
        let file = options.open(path).map_err(|e| cannot(path, &e))?;
        if !file.metadata().is_ok_and(|meta| meta.is_file()) {
            return Err(cannot(path, &std::io::Error::other("it is not a file")));
        }
        let bytes = read_all(file.try_clone().map_err(|e| cannot(path, &e))?, path)?;
        let mut parsed = parse(&bytes);
        let size = parsed.good.max(MAGIC.len() as u64);
        let mut writer = Self { file, dirs: HashMap::new(), pending: Vec::new(), size, lost: None };
        let prepared = if bytes.is_empty() {
            writer.lost = (start == Start::GoOn).then_some(Missing::CutOff);
            parsed.set.set_missing(writer.lost);
            writer.file.write_all(MAGIC)
        } else {
            writer.lost = parsed.set.missing();
            coding::put_resumed(&mut writer.pending);
            let at = writer.file.set_len(size);
            let magic = at.and_then(|()| writer.file.rewind()).and_then(|()| writer.file.write_all(MAGIC));
            magic.and_then(|()| writer.file.seek(SeekFrom::End(0)).map(drop))
        };
        prepared.map_err(|e| cannot(path, &e))?;
        writer.dirs = parsed.dirs.into_iter().zip(0..).collect();
        Ok((writer, parsed.set))
    }

    /// Adds what is known of a path now.
    pub fn entry(&mut self, entry: &Entry) {
        let parent = entry.path.parent().unwrap_or_else(HostPath::root);
        let next = self.dirs.len() as u64;
        let number = match self.dirs.get(&parent) {
            Some(number) => *number,
            None => {
                coding::put_dir(&mut self.pending, parent.as_bytes());
                self.dirs.insert(parent, next);
                next
            }
        };
        coding::put_entry(&mut self.pending, entry, number);
    }

    /// Adds a program.
    pub fn program(&mut self, name: &[u8]) {
        coding::put_program(&mut self.pending, name);
    }

    /// Says that the run has ended and what lacks.
    pub fn end(&mut self, missing: Option<Missing>) {
        let missing = self.lost.or(missing);
        coding::put_end(&mut self.pending, missing);
    }

    /// Returns the block of everything added since, ready for the file; empty when there is nothing.
    pub fn take_block(&mut self) -> Vec<u8> {
        if self.pending.is_empty() {
            return Vec::new();
        }
        let payload = std::mem::take(&mut self.pending);
        let mut block = Vec::with_capacity(payload.len() + 8);
        block.extend_from_slice(&u32::try_from(payload.len()).unwrap_or(u32::MAX).to_le_bytes());
        block.extend_from_slice(&crc32fast::hash(&payload).to_le_bytes());
        block.extend_from_slice(&payload);
        self.size += block.len() as u64;
        block
    }

    /// Tells whether there is no room for more observations.
    pub fn is_full(&self) -> bool {
        self.size + self.pending.len() as u64 >= FULL
    }

    /// Returns how many bytes wait.
    pub fn pending(&self) -> usize {
        self.pending.len()
    }

    /// Returns another handle of the file, for whoever writes the blocks.
    pub fn file(&self) -> std::io::Result<File> {
        self.file.try_clone()
    }
}

fn read_all(file: File, path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(MOST_READ).read_to_end(&mut bytes).map_err(|e| cannot(path, &e))?;
    Ok(bytes)
}

pub(super) fn cannot(path: &Path, error: &std::io::Error) -> Box<SeeError> {
    let code =
        if error.kind() == std::io::ErrorKind::StorageFull { ErrorCode::DiskFull } else { ErrorCode::Io };
    SeeError::new(
        code,
        format!("The read set in {} cannot be kept: {error}.", path.display()),
        "Make room or mend the disk, then run again.",
    )
}

#[cfg(test)]
#[path = "log_tests.rs"]
mod tests;
