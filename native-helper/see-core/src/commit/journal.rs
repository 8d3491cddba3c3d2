//! The durable record of one commit: what it will do, and that it was done. A record that was cut off counts as
//! not written; one that was damaged does not.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::os::fd::AsFd as _;
use std::path::{Path, PathBuf};

use rustix::io::Errno;
use serde::{Deserialize, Serialize};

use crate::error::{ErrorCode, Result, SeeError};
use crate::path::escape_for_display;

use super::attributes;
use super::crash;
use super::guests::Holding;
use super::places::{Base, Places, Spot};
use super::records::{self, Ending};
use super::rooms::Room;
use super::stat::Stat;
use super::step::Step;

const MAGIC: &[u8; 16] = b"alcatraz jrnl 1\n";
/// How the journals of all versions begin.
const FAMILY: &[u8] = b"alcatraz jrnl ";

/// What a commit is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Id of the commit.
    pub commit: String,
    /// Id of the session.
    pub session: String,
    /// Whether nothing of the session is left afterwards.
    pub whole: bool,
    /// The commit that it takes back.
    pub undoes: Option<String>,
    /// The trees that it works in.
    pub bases: Vec<Base>,
    /// The rooms for all that it changes.
    pub rooms: Vec<Room>,
    /// The objects of the host, and those in backups, that the commit changes or moves: where they are before it, and
    /// how they stand.
    pub before: Vec<Seen>,
    /// The start of the machine in which it began; `None` in journals that do not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boot: Option<String>,
}

/// An object, where it is and how it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Where.
    pub at: Spot,
    /// How.
    pub stat: Stat,
    /// A checksum of its extended attributes as it stood like that; `None` when that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub xattrs: Option<u32>,
}

impl Seen {
    /// Returns an object that was looked at before, and by now perhaps changed.
    pub fn new(places: &mut Places, at: Spot, stat: Stat) -> Result<Self> {
        let xattrs = xattrs_of(places, &at)?;
        let is_same = places.stat(&at)? == Some(stat);
        Ok(Self { at, stat, xattrs: xattrs.filter(|_| is_same) })
    }

    /// Tells whether an object that differs from this has the same extended attributes.
    pub fn has_kept_attributes(&self, places: &mut Places) -> Result<bool> {
        Ok(self.xattrs.is_some() && xattrs_of(places, &self.at)? == self.xattrs)
    }
}

/// Returns a checksum of an object's extended attributes; `None` when it is not there.
fn xattrs_of(places: &mut Places, at: &Spot) -> Result<Option<u32>> {
    if places.stat(at)?.is_none() {
        return Ok(None);
    }
    let dir = places.holder(at)?;
    match attributes::all_at(dir.as_fd(), at.split().1) {
        Ok(xattrs) => Ok(Some(attributes::sum(&xattrs))),
        Err(Errno::NOENT) => Ok(None),
        Err(errno) => Err(places.error("reading the attributes of", at, errno)),
    }
}

/// What is left to do in the layer of a session that keeps the rest of its changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Residue {
    /// The layer's object has no use any more.
    Remove(Spot),
    /// The host has not the deleted object any more: its whiteout has no use either.
    Whiteout(Spot),
    /// The host has this directory now: its own entries shine through.
    Unmark(Spot),
    /// What comes before may have opened up this directory: it ends with these permission bits.
    Mode(Spot, u32),
}

/// An object as the commit left it on the host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    /// Where.
    pub at: Spot,
    /// How.
    pub stat: Stat,
    /// How the same object stood before the commit; `None` when the host had it not.
    pub before: Option<Stat>,
}

#[derive(Serialize, Deserialize)]
enum Record {
    Header(Header),
    Step(Step),
    Residue(Residue),
    Holding(Holding),
    End { steps: u64 },
    Left(Left),
    Applied { left: u64 },
    Reverted { left: u64 },
}

/// A journal as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Journal {
    /// What the commit is about.
    pub header: Header,
    /// Its steps, in order; `None` when the plan was not written to its end: nothing was applied then.
    pub steps: Option<Vec<Step>>,
    /// What is left to do in the layer afterwards.
    pub residue: Vec<Residue>,
    /// What new directories held, and how new files stood, before they went to the host.
    pub holdings: Vec<Holding>,
    /// What the host had when all was applied; `None` when that point was not reached.
    pub left: Option<Vec<Left>>,
    /// What the host had when all was taken back; nothing else is left to do then. Where there are steps as well, those stayed,
    /// and what they displaced is kept.
    pub reverted: Option<Vec<Left>>,
}

impl Journal {
    /// Returns the journal of a commit of which nothing else is written.
    pub fn new(header: Header) -> Self {
        let (residue, holdings) = (Vec::new(), Vec::new());
        Self { header, steps: None, residue, holdings, left: None, reverted: None }
    }

    /// Tells whether all was taken back, so that nothing is kept but what the host had then.
    pub fn is_cleared_up(&self) -> bool {
        self.reverted.is_some() && self.steps.is_none()
    }
}

/// A journal being written.
pub struct Writer {
    path: PathBuf,
    out: BufWriter<File>,
    /// How much of it is known to be on the disk.
    written: u64,
}

/// Why it could not be written that everything was applied.
pub enum Unapplied {
    /// The journal says, durably, that it was not.
    Not(Box<SeeError>),
    /// The journal may say so, or not: only the next look at it decides, and until then nothing may be taken back.
    Unknown(Box<SeeError>),
}

impl Writer {
    /// Begins the journal of a commit in the commit's directory, durably. It has the name of a plan until it is one.
    pub fn begin(dir: &Path, header: &Header) -> Result<Self> {
        let mut writer = Self::open(plan_path(dir), header)?;
        writer.flush()?;
        sync_dir(dir)?;
        if let Some(parent) = dir.parent() {
            sync_dir(parent)?;
        }
        Ok(writer)
    }

    /// Writes the plan, and gives the journal its name. When this returns, the commit can be taken back after any crash.
    pub fn plan(&mut self, steps: &[Step], residue: &[Residue], holdings: &[Holding]) -> Result<()> {
        self.write_plan(steps, residue, holdings)?;
        let new = self.path.clone();
        self.path.set_file_name("journal");
        replace(&self.path, &new)
    }

    fn write_plan(&mut self, steps: &[Step], residue: &[Residue], holdings: &[Holding]) -> Result<()> {
        for holding in holdings {
            self.record(&Record::Holding(holding.clone()))?;
        }
        for step in steps {
            self.record(&Record::Step(step.clone()))?;
        }
        for rest in residue {
            self.record(&Record::Residue(rest.clone()))?;
        }
        crash::point();
        self.record(&Record::End { steps: steps.len().try_into().unwrap_or(u64::MAX) })?;
        self.flush()
    }

    /// Writes that everything was applied. When this succeeds, the commit stays, whatever happens; when it fails, what
    /// was written in part goes again: a recovery would believe it.
    pub fn applied(mut self, left: &[Left]) -> std::result::Result<(), Unapplied> {
        let Err(error) = self.write_applied(left) else { return Ok(()) };
        // Nothing that waits in memory may be written later.
        let (file, _) = self.out.into_parts();
        match file.set_len(self.written).and_then(|()| file.sync_all()) {
            Ok(()) => Err(Unapplied::Not(error)),
            Err(cause) => {
                let mut unknown = failed(&self.path, &cause);
                unknown.message = format!("{} {}", error.message, unknown.message);
                Err(Unapplied::Unknown(unknown))
            }
        }
    }

    fn write_applied(&mut self, left: &[Left]) -> Result<()> {
        for one in left {
            self.record(&Record::Left(one.clone()))?;
        }
        crash::point();
        self.record(&Record::Applied { left: left.len().try_into().unwrap_or(u64::MAX) })?;
        self.flush()
    }

    fn open(path: PathBuf, header: &Header) -> Result<Self> {
        use std::os::unix::fs::OpenOptionsExt as _;
        let file = File::options().write(true).create(true).truncate(true).mode(0o600).open(&path);
        let file = file.map_err(|e| failed(&path, &e))?;
        let mut writer = Self { path, out: BufWriter::new(file), written: 0 };
        writer.put(MAGIC)?;
        writer.record(&Record::Header(header.clone()))?;
        Ok(writer)
    }

    fn record(&mut self, record: &Record) -> Result<()> {
        self.put(&records::encode(record)?)
    }

    fn put(&mut self, bytes: &[u8]) -> Result<()> {
        self.out.write_all(bytes).map_err(|e| failed(&self.path, &e))
    }

    fn flush(&mut self) -> Result<()> {
        let done = self.out.flush().and_then(|()| self.out.get_ref().sync_data());
        let length = done.and_then(|()| self.out.get_ref().metadata()).map(|facts| facts.len());
        self.written = length.map_err(|e| failed(&self.path, &e))?;
        Ok(())
    }
}

/// Replaces a commit's journal by one of the steps that could not be taken back yet: nobody may take back the others
/// again, for what they changed is the host's own by then.
pub fn write_rest(dir: &Path, header: &Header, rest: &[Step], holdings: &[Holding]) -> Result<()> {
    let new = dir.join("journal.new");
    Writer::open(new, header)?.plan(rest, &[], holdings)
}

/// Replaces a commit's journal by the statement that nothing of it is on the host, and what the host had then; but for
/// the steps that stay (`rest`), where the host has its own by now.
pub fn write_reverted(dir: &Path, header: &Header, rest: Option<&[Step]>, left: &[Left]) -> Result<()> {
    let new = dir.join("journal.new");
    let mut writer = Writer::open(new.clone(), header)?;
    if let Some(rest) = rest {
        writer.write_plan(rest, &[], &[])?;
    }
    for one in left {
        writer.record(&Record::Left(one.clone()))?;
    }
    writer.record(&Record::Reverted { left: left.len().try_into().unwrap_or(u64::MAX) })?;
    writer.flush()?;
    replace(&journal_path(dir), &new)
}

fn replace(path: &Path, new: &Path) -> Result<()> {
    crash::point();
    std::fs::rename(new, path).map_err(|e| failed(path, &e))?;
    path.parent().map_or(Ok(()), sync_dir)
}

/// Removes a commit's journal: for a commit of which nothing is on the host.
pub fn forget(dir: &Path) -> Result<()> {
    for path in [dir.join("journal.new"), plan_path(dir), journal_path(dir)] {
        match std::fs::remove_file(&path) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(failed(&path, &e)),
            _ => {}
        }
    }
    sync_dir(dir)
}

/// Reads the journal in a commit's directory; `None` when not even its header can be read.
pub fn read(dir: &Path) -> Result<Option<Journal>> {
    Ok(look(dir)?.0)
}

/// As [`read`]; tells as well how the journal ends. One that has its name had a whole plan on the disk: without one it is damaged,
/// however it ends. One that has not is of a commit that did nothing yet.
pub fn look(dir: &Path) -> Result<(Option<Journal>, Ending)> {
    if let Some(bytes) = bytes_of(&journal_path(dir))? {
        let (journal, ending) = parse(&bytes);
        let is_told = journal.as_ref().is_some_and(|told| told.steps.is_some() || told.reverted.is_some());
        return Ok((journal, if is_told || ending == Ending::Newer { ending } else { Ending::Damaged }));
    }
    let (journal, ending) = parse(&bytes_of(&plan_path(dir))?.unwrap_or_default());
    let begun = journal.map(|journal| Journal::new(journal.header));
    Ok((begun, if ending == Ending::Newer { ending } else { Ending::Torn }))
}

fn bytes_of(path: &Path) -> Result<Option<Vec<u8>>> {
    match std::fs::read(path) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        bytes => bytes.map(Some).map_err(|e| failed(path, &e)),
    }
}

/// Returns what the bytes of a journal tell, up to where they were cut off or damaged, and how they end.
pub fn parse(bytes: &[u8]) -> (Option<Journal>, Ending) {
    let Some(mut rest) = bytes.strip_prefix(MAGIC) else {
        let is_newer = bytes.starts_with(FAMILY) && bytes.get(MAGIC.len() - 1) == MAGIC.last();
        return (None, if is_newer { Ending::Newer } else { Ending::Damaged });
    };
    let mut journal = match records::next(&mut rest) {
        Ok(Record::Header(header)) => Journal::new(header),
        Ok(_) => return (None, Ending::Damaged),
        Err(ending) => return (None, ending),
    };
    let (mut steps, mut left) = (Vec::new(), Vec::new());
    let ending = loop {
        match records::next(&mut rest) {
            Err(ending) => break ending,
            Ok(Record::Step(step)) => steps.push(step),
            Ok(Record::Residue(one)) => journal.residue.push(one),
            Ok(Record::Holding(one)) => journal.holdings.push(one),
            Ok(Record::End { steps: count }) if is_count(&steps, count) => {
                journal.steps = Some(std::mem::take(&mut steps));
            }
            Ok(Record::Left(one)) => left.push(one),
            Ok(Record::Applied { left: count }) if is_count(&left, count) && journal.steps.is_some() => {
                journal.left = Some(std::mem::take(&mut left));
            }
            Ok(Record::Reverted { left: count }) if is_count(&left, count) => {
                journal.reverted = Some(std::mem::take(&mut left));
            }
            Ok(_) => break Ending::Damaged,
        }
    };
    (Some(journal), ending)
}

fn is_count<T>(found: &[T], count: u64) -> bool {
    u64::try_from(found.len()) == Ok(count)
}

/// Returns where the journal of a commit is.
pub fn journal_path(dir: &Path) -> PathBuf {
    dir.join("journal")
}

/// Returns where it is while its plan is written.
pub fn plan_path(dir: &Path) -> PathBuf {
    dir.join("journal.plan")
}

/// Writes what a commit's journal says to the disk: its last record may be seen and yet not be there.
pub fn sync(dir: &Path) -> Result<()> {
    let path = journal_path(dir);
    File::open(&path).and_then(|file| file.sync_all()).map_err(|e| failed(&path, &e))
}

/// Writes a directory's entries to the disk.
pub fn sync_dir(dir: &Path) -> Result<()> {
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(|e| failed(dir, &e))
}

fn failed(path: &Path, error: &std::io::Error) -> Box<SeeError> {
    use std::os::unix::ffi::OsStrExt as _;
    let shown = escape_for_display(path.as_os_str().as_bytes());
    let full = matches!(error.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded);
    if full {
        return SeeError::new(
            ErrorCode::DiskFull,
            "There is no room left for the commit's journal.",
            "Free some space on the store's file system, then try again; nothing was lost.",
        )
        .with_fact("store", shown);
    }
    SeeError::new(
        ErrorCode::Io,
        format!("The journal {shown} cannot be used: {error}."),
        "Look at the store's disk and the system's log, then try again.",
    )
}
