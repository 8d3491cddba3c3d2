//! One file in three versions: finds out how it can be merged, and what of. Reads, and changes nothing.

use std::fs::File;
use std::os::fd::AsFd as _;
use std::os::unix::fs::FileExt as _;

use crate::change::{Aspect, ChangeKind, FileType};
use crate::changes::found::{Found, UpperState};
use crate::commit::merged::{Merged, Piece};
use crate::commit::stat::Stat;
use crate::commit::view::View;
use crate::error::{ErrorCode, Result, SeeError};
use crate::store::Store;

use super::bases::{Base, base};
use super::three_way::{self, Hunk};
use super::{How, is_text};

/// Longer texts are not merged line by line, in bytes.
const TEXT: u64 = 1024 * 1024;
/// Longer files are not compared to find out whether they were only appended to.
const COMPARED: u64 = 256 * 1024 * 1024;
const PIECE: usize = 128 * 1024;

/// What can be made of a file.
#[derive(Debug)]
pub struct Mergeable {
    /// How the host's file stood when it was looked at.
    pub host: Stat,
    /// What of.
    pub of: Of,
}

/// What a merge is made of.
#[derive(Debug)]
pub enum Of {
    /// Both appended to what was so long.
    Tails {
        /// The common beginning, in bytes.
        base: u64,
        /// Size of the host's file.
        host: u64,
        /// Size of the session's.
        session: u64,
        /// Both files, for a look at what they appended.
        files: Box<(File, File)>,
    },
    /// Lines.
    Lines(Vec<Hunk>),
}

impl Mergeable {
    /// Returns how it can be merged.
    pub fn how(&self) -> How {
        match &self.of {
            Of::Tails { .. } => How::Append,
            Of::Lines(hunks) if hunks.iter().all(|hunk| hunk.merged().is_some()) => How::Clean,
            Of::Lines(_) => How::ByHand,
        }
    }

    /// Returns what the file becomes; `None` when a person has to decide.
    pub fn merged(&self, found: &Found) -> Option<Merged> {
        let pieces = match &self.of {
            Of::Tails { base, host, session, .. } => {
                vec![Piece::Host(0..*host), Piece::Session(*base..*session)]
            }
            Of::Lines(hunks) => vec![Piece::Bytes(three_way::text(hunks)?.into_bytes())],
        };
        Some(Merged { path: found.change.path.clone(), host: self.host, pieces })
    }

    /// Returns what tells this state of the host's file from any other.
    pub fn stamp(&self) -> String {
        let Stat { identity, size, mtime, ctime, .. } = &self.host;
        format!("{:x}.{:x}.{:x}.{:x}.{size:x}", identity.ino, identity.born.0, mtime.0, ctime.0)
    }
}

/// Finds out how a change's file can be merged with the host's; `None` when it cannot.
pub fn look(store: &Store, view: &mut View<'_>, found: &Found) -> Result<Option<Mergeable>> {
    let change = &found.change;
    let is_candidate = change.kind == ChangeKind::Modified
        && change.file_type == FileType::File
        && change.aspects.contains(&Aspect::Content)
        && found.state == UpperState::Whole
        && found.lower.as_ref() == Some(&change.path);
    if !is_candidate {
        return Ok(None);
    }
    let Some(base) = base(&store.session_dir(&view.session.id), &change.path) else { return Ok(None) };
    let is_file = |stat: &Stat| stat.identity.kind == FileType::File;
    let Some(host) = view.host(found.layer, &change.path)?.filter(is_file) else { return Ok(None) };
    match compare(view, found, &base, host) {
        // What cannot be read cannot be merged; the conflict says why there is one.
        Err(error) if error.code == ErrorCode::PermissionDenied => Ok(None),
        other => other,
    }
}

fn compare(view: &mut View<'_>, found: &Found, base: &Base, host: Stat) -> Result<Option<Mergeable>> {
    let (at_host, at_session) = (view.host_spot(found.layer, &found.change.path)?, view.source(found)?);
    let mut open = |spot| {
        let dir = view.places.holder(spot)?;
        let opened = crate::own_files::open_file_at(dir.as_fd(), spot.split().1);
        opened.map_err(|errno| view.places.error("reading", spot, errno))
    };
    let ((theirs, facts), (ours, our_facts)) = (open(&at_host)?, open(&at_session)?);
    let read = |error: std::io::Error| {
        let errno = rustix::io::Errno::from_io_error(&error).unwrap_or(rustix::io::Errno::IO);
        SeeError::os("reading", &found.change.path, errno)
    };
    let of = match append(&theirs, &ours, (base.size, facts.size, our_facts.size)).map_err(read)? {
        true => Some(Of::Tails {
            base: base.size,
            host: facts.size,
            session: our_facts.size,
            files: Box::new((theirs, ours)),
        }),
        false => lines(base, &theirs, &ours).map_err(read)?.map(Of::Lines),
    };
    // What was read is the host's file as it was looked at, or it is no base for a decision.
    let is_same = view.places.stat(&at_host)?.is_some_and(|now| now.is_unchanged_since(&host));
    Ok(of.filter(|_| is_same).map(|of| Mergeable { host, of }))
}

/// Tells whether both files are the same text of whole lines up to `base`, and go on with whole lines of text.
fn append(theirs: &File, ours: &File, (base, host, session): (u64, u64, u64)) -> std::io::Result<bool> {
    if host.max(session) > COMPARED || base > host || base >= session {
        return Ok(false);
    }
    let ends_a_line = |file: &File, size: u64| -> std::io::Result<bool> {
        let mut last = [0];
        if size > 0 {
            file.read_exact_at(&mut last, size - 1)?;
        }
        Ok(size == 0 || last == *b"\n")
    };
    if !ends_a_line(ours, base)? || !ends_a_line(theirs, host)? {
        return Ok(false);
    }
    let (mut left, mut right) = (vec![0; PIECE], vec![0; PIECE]);
    let mut at = 0;
    while at < base {
        let length = usize::try_from(base - at).unwrap_or(PIECE).min(PIECE);
        let (left, right) =
            (left.get_mut(..length).unwrap_or_default(), right.get_mut(..length).unwrap_or_default());
        theirs.read_exact_at(left, at)?;
        ours.read_exact_at(right, at)?;
        if left != right || !is_text(left) {
            return Ok(false);
        }
        at += length as u64;
    }
    Ok(is_text_from(theirs, base, host)? && is_text_from(ours, base, session)?)
}

fn is_text_from(file: &File, start: u64, end: u64) -> std::io::Result<bool> {
    let mut piece = vec![0; PIECE];
    let mut at = start;
    while at < end {
        let length = usize::try_from(end - at).unwrap_or(PIECE).min(PIECE);
        let piece = piece.get_mut(..length).unwrap_or_default();
        file.read_exact_at(piece, at)?;
        if !is_text(piece) {
            return Ok(false);
        }
        at += length as u64;
    }
    Ok(true)
}

/// Merges line by line; `None` when one of the versions is no UTF-8 text of a moderate length.
fn lines(base: &Base, theirs: &File, ours: &File) -> std::io::Result<Option<Vec<Hunk>>> {
    let Some(base) = base.content.as_ref().filter(|content| content.len() as u64 <= TEXT) else {
        return Ok(None);
    };
    let (Some(theirs), Some(ours)) = (whole_text(theirs)?, whole_text(ours)?) else { return Ok(None) };
    Ok(std::str::from_utf8(base).ok().map(|base| three_way::merge(base, &theirs, &ours)))
}

fn whole_text(file: &File) -> std::io::Result<Option<String>> {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    file.take(TEXT + 1).read_to_end(&mut bytes)?;
    let fits = bytes.len() as u64 <= TEXT && is_text(&bytes);
    Ok(if fits { String::from_utf8(bytes).ok() } else { None })
}
