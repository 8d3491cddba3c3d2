//! Copies objects with all that belongs to them, for targets that no rename reaches and for files that must keep
//! their inode. Holes stay holes; on file systems that can, the copy shares its blocks with the original.

use std::collections::HashMap;
use std::ops::Range;
use std::os::fd::{AsFd as _, AsRawFd as _, OwnedFd};

use rustix::fs::{AtFlags, CWD, FileType as RawType, Mode, OFlags, SeekFrom};
use rustix::io::Errno;

use crate::beneath;
use crate::change::FileType;
use crate::error::Result;
use crate::layer::MarkSpace;
use crate::monitor::Monitor;
use crate::own_files;

use super::attributes;
use super::crash;
use super::merged::Piece;
use super::places::{Places, Spot, name};
use super::stat::Identity;
use super::step::changed;

/// What a file system writes at once.
const BLOCK: usize = 512;

/// Copies one object, and all below it when `deep`, to a name that is free. Gives `marks` when the original lies in
/// a layer: overlay marks are left out then. Hard links among the copied objects are kept.
pub fn copy(
    places: &mut Places,
    from: &Spot,
    to: &Spot,
    deep: bool,
    marks: Option<MarkSpace>,
    monitor: &dyn Monitor,
) -> Result<()> {
    let mut links: HashMap<Identity, Spot> = HashMap::new();
    let mut todo = vec![(from.clone(), to.clone())];
    // Directories get their attributes last: filling them changes their times, and they may be read-only.
    let mut directories = Vec::new();
    while let Some((from, to)) = todo.pop() {
        monitor.check_cancelled()?;
        let stat = places.stat(&from)?.ok_or_else(|| places.error("copying", &from, Errno::NOENT))?;
        if stat.is_dir() {
            make_dir(places, &to)?;
            if deep {
                let dir = places.open(&from, OFlags::RDONLY | OFlags::DIRECTORY)?;
                for entry in beneath::names(dir.as_fd()).map_err(|e| places.error("reading", &from, e))? {
                    todo.push((from.join(&entry), to.join(&entry)));
                }
            }
            directories.push((from, to));
            continue;
        }
        if stat.links > 1 {
            if let Some(first) = links.get(&stat.identity) {
                link_copy(places, first, &to)?;
                continue;
            }
            links.insert(stat.identity, to.clone());
        }
        copy_object(places, &from, &to, stat.identity.kind)?;
        let wanted = attributes::read(places, &from, marks)?;
        attributes::write(places, &to, None, &wanted)?;
    }
    for (from, to) in directories.into_iter().rev() {
        let wanted = attributes::read(places, &from, marks)?;
        attributes::write(places, &to, None, &wanted)?;
    }
    Ok(())
}

fn link_copy(places: &mut Places, from: &Spot, to: &Spot) -> Result<()> {
    let (old, new) = (places.holder(from)?, places.holder(to)?);
    rustix::fs::linkat(&*old, name(from), &*new, name(to), AtFlags::empty())
        .map_err(|errno| places.error("linking", to, errno))
}

/// Gives an object another name; fails when another one has its name by now.
pub fn link(places: &mut Places, from: &Spot, to: &Spot, object: Identity) -> Result<()> {
    let (old, new) = (places.holder(from)?, places.holder(to)?);
    let held = match own_files::open_at(old.as_fd(), from.split().1, OFlags::PATH) {
        Err(Errno::NOENT) => return Err(changed(places, from)),
        held => held.map_err(|errno| places.error("opening", from, errno))?,
    };
    let found = Identity::of(held.as_fd()).map_err(|errno| places.error("looking at", from, errno))?;
    if found != object {
        return Err(changed(places, from));
    }
    // What is open is linked, whatever bears its name a moment later.
    let open = format!("/proc/self/fd/{}", held.as_raw_fd());
    rustix::fs::linkat(CWD, open, &*new, name(to), AtFlags::SYMLINK_FOLLOW)
        .map_err(|errno| places.error("linking", to, errno))
}

/// Makes an empty directory that only its owner may use.
pub fn make_dir(places: &mut Places, spot: &Spot) -> Result<()> {
    let dir = places.holder(spot)?;
    rustix::fs::mkdirat(&*dir, name(spot), Mode::RWXU).map_err(|errno| places.error("making", spot, errno))
}

fn copy_object(places: &mut Places, from: &Spot, to: &Spot, kind: FileType) -> Result<()> {
    let (source, target) = (places.holder(from)?, places.holder(to)?);
    let made = match kind {
        FileType::File => {
            let old = open_original(places, from)?;
            let new = places.open(to, OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL)?;
            copy_content(&old, &new).and_then(|()| rustix::fs::fsync(&new))
        }
        FileType::Symlink => own_files::read_link_at(source.as_fd(), from.split().1)
            .and_then(|link| rustix::fs::symlinkat(link.as_slice(), &*target, name(to))),
        FileType::Fifo => node(places, to, RawType::Fifo, 0),
        FileType::Socket => node(places, to, RawType::Socket, 0),
        FileType::Device => rustix::fs::statat(&*source, name(from), AtFlags::SYMLINK_NOFOLLOW)
            .and_then(|stat| node(places, to, RawType::from_raw_mode(stat.st_mode), stat.st_rdev)),
        FileType::Directory => Err(Errno::ISDIR),
    };
    made.map_err(|errno| places.error("copying", to, errno))
}

fn node(places: &mut Places, spot: &Spot, kind: RawType, device: u64) -> rustix::io::Result<()> {
    let dir = places.holder(spot).map_err(|_| Errno::NOENT)?;
    rustix::fs::mknodat(&*dir, name(spot), kind, Mode::RUSR | Mode::WUSR, device)
}

fn open_original(places: &mut Places, spot: &Spot) -> Result<OwnedFd> {
    let dir = places.holder(spot)?;
    let (file, _) = own_files::open_file_at(dir.as_fd(), spot.split().1)
        .map_err(|errno| places.error("opening", spot, errno))?;
    Ok(file.into())
}

/// Writes the content of one file over that of another, `object`, whose inode stays. Can be repeated.
pub fn rewrite(places: &mut Places, from: &Spot, to: &Spot, object: Identity) -> Result<()> {
    let old = open_original(places, from)?;
    let new = places.open(to, OFlags::WRONLY | OFlags::NONBLOCK)?;
    if Identity::of(new.as_fd()).map_err(|errno| places.error("opening", to, errno))? != object {
        return Err(changed(places, to));
    }
    let failed = |errno| places.error("rewriting", to, errno);
    rustix::fs::ftruncate(&new, 0).map_err(failed)?;
    crash::point();
    copy_content(&old, &new).map_err(failed)?;
    crash::point();
    rustix::fs::fsync(&new).map_err(failed)
}

/// Tells whether two files have the same content.
pub fn is_alike(places: &mut Places, one: &Spot, other: &Spot) -> Result<bool> {
    let (left, right) = (open_original(places, one)?, open_original(places, other)?);
    let failed = |errno| places.error("comparing", other, errno);
    let mut at = 0;
    let (mut mine, mut theirs) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    loop {
        let length = read_full(&left, &mut mine, at).map_err(failed)?;
        let same = read_full(&right, &mut theirs, at).map_err(failed)?;
        if mine.get(..length) != theirs.get(..same) {
            return Ok(false);
        }
        if length == 0 {
            return Ok(true);
        }
        at += length as u64;
    }
}

/// Tells whether a file may be what a write of `whole` over an empty file left when it was cut off: its beginning, where
/// what had not reached the disk is blank.
pub fn is_cut_off(places: &mut Places, one: &Spot, whole: &Spot) -> Result<bool> {
    let (left, right) = (open_original(places, one)?, open_original(places, whole)?);
    let failed = |errno| places.error("comparing", one, errno);
    let mut at = 0;
    let (mut mine, mut theirs) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    loop {
        let length = read_full(&left, &mut mine, at).map_err(failed)?;
        let there = read_full(&right, &mut theirs, at).map_err(failed)?;
        let (part, whole) = (mine.get(..length).unwrap_or_default(), theirs.get(..there).unwrap_or_default());
        let fits =
            |(part, whole): (&[u8], &[u8])| whole.starts_with(part) || part.iter().all(|byte| *byte == 0);
        if length > there || !part.chunks(BLOCK).zip(whole.chunks(BLOCK)).all(fits) {
            return Ok(false);
        }
        if length < mine.len() {
            return Ok(true);
        }
        at += length as u64;
    }
}

/// Reads until the buffer is full or the file ends.
fn read_full(file: &OwnedFd, buffer: &mut [u8], at: u64) -> rustix::io::Result<usize> {
    let mut length = 0;
    while let Some(rest) = buffer.get_mut(length..).filter(|rest| !rest.is_empty()) {
        match rustix::io::pread(file, rest, at + length as u64) {
            Ok(0) => break,
            Ok(count) => length += count,
            Err(Errno::INTR) => {}
            Err(errno) => return Err(errno),
        }
    }
    Ok(length)
}

/// Makes a file of pieces of two others, on the disk.
pub fn put_together(
    places: &mut Places,
    (host, session): (&Spot, &Spot),
    to: &Spot,
    pieces: &[Piece],
) -> Result<()> {
    let (theirs, ours) = (open_original(places, host)?, open_original(places, session)?);
    let new = places.open(to, OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL)?;
    let mut end = 0;
    let mut add = |piece: &Piece| {
        let length = match piece {
            Piece::Host(range) => copy_range(&theirs, &new, range.clone(), end).map(|()| length(range))?,
            Piece::Session(range) => copy_range(&ours, &new, range.clone(), end).map(|()| length(range))?,
            Piece::Bytes(bytes) => write_all(&new, bytes, end)?,
        };
        end += length;
        Ok(())
    };
    let made = pieces.iter().try_for_each(&mut add).and_then(|()| rustix::fs::fsync(&new));
    made.map_err(|errno| places.error("merging", to, errno))
}

fn length(range: &Range<u64>) -> u64 {
    range.end.saturating_sub(range.start)
}

fn write_all(new: &OwnedFd, bytes: &[u8], at: u64) -> rustix::io::Result<u64> {
    let (mut rest, mut to) = (bytes, at);
    while !rest.is_empty() {
        let written = rustix::io::pwrite(new, rest, to)?;
        rest = rest.get(written..).ok_or(Errno::IO)?;
        to += u64::try_from(written).map_err(|_| Errno::IO)?;
    }
    Ok(to - at)
}

/// Fills an empty file with the data of another; holes stay holes.
fn copy_content(old: &OwnedFd, new: &OwnedFd) -> rustix::io::Result<()> {
    let size = u64::try_from(rustix::fs::fstat(old)?.st_size).unwrap_or(0);
    match rustix::fs::ioctl_ficlone(new, old) {
        Ok(()) => return Ok(()),
        Err(Errno::OPNOTSUPP | Errno::XDEV | Errno::INVAL | Errno::NOTTY | Errno::NOSYS) => {}
        Err(errno) => return Err(errno),
    }
    let mut at = 0;
    while at < size {
        let start = match rustix::fs::seek(old, SeekFrom::Data(at)) {
            Ok(start) => start,
            Err(Errno::NXIO) => break,
            Err(errno) => return Err(errno),
        };
        let end = rustix::fs::seek(old, SeekFrom::Hole(start))?.min(size);
        copy_range(old, new, start..end, start)?;
        at = end;
    }
    rustix::fs::ftruncate(new, size)
}

fn copy_range(old: &OwnedFd, new: &OwnedFd, range: Range<u64>, to: u64) -> rustix::io::Result<()> {
    let (mut from, end, mut to) = (range.start, range.end, to);
    let mut buffer = Vec::new();
    while from < end {
        let want = usize::try_from(end - from).unwrap_or(usize::MAX).min(1 << 30);
        if buffer.is_empty() {
            match rustix::fs::copy_file_range(old, Some(&mut from), new, Some(&mut to), want) {
                Ok(0) => return Err(Errno::IO),
                Ok(_) => continue,
                Err(Errno::XDEV | Errno::OPNOTSUPP | Errno::NOSYS | Errno::INVAL) => {
                    buffer.resize(1 << 17, 0)
                }
                Err(Errno::INTR) => continue,
                Err(errno) => return Err(errno),
            }
        }
        let length = want.min(buffer.len());
        let piece = buffer.get_mut(..length).ok_or(Errno::IO)?;
        let got = rustix::io::pread(old, &mut *piece, from)?;
        let mut rest = piece.get(..got).filter(|data| !data.is_empty()).ok_or(Errno::IO)?;
        while !rest.is_empty() {
            let put = rustix::io::pwrite(new, rest, to)?;
            rest = rest.get(put..).unwrap_or_default();
            to += u64::try_from(put).unwrap_or(0);
        }
        from = to;
    }
    Ok(())
}
