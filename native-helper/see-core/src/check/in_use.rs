//! Files of the host that a program has open for writing: what it writes after the commit would go to the old file, which
//! is in the backup then. Asks the kernel for a lease, which it grants only when nobody writes; where that is not allowed,
//! looks at what the processes that can be seen have open or mapped.

use std::collections::HashSet;
use std::os::fd::{AsFd, OwnedFd};

use rustix::fs::{AtFlags, CWD, Mode, OFlags, ResolveFlags, StatxFlags};
use rustix::io::Errno;
use see_sys::lease;

use crate::change::{ChangeKind, FileType};
use crate::changes::found::Found;
use crate::commit::namespace::moves_host_object;
use crate::commit::places::{Places, Spot};
use crate::commit::stat::Stat;
use crate::commit::units::changes_attributes;
use crate::commit::view::View;
use crate::error::Result;

/// How a program of the host holds a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// Open for writing.
    Write,
    /// As the program that it runs.
    Run,
}

/// Tells which files are being written. Looks at processes at most once.
#[derive(Debug, Default)]
pub struct InUse {
    open: Option<HashSet<(u64, u64)>>,
}

impl InUse {
    /// Returns how somebody holds the host's file that a commit of this change replaces; `None` when nobody does.
    ///
    /// Only for files that stay the same file when a program changes them: one that is deleted, moved or given other attributes
    /// while it is open goes on as natively.
    pub fn hold(&mut self, view: &mut View<'_>, found: &Found) -> Result<Option<Hold>> {
        let is_changed = match found.change.kind {
            ChangeKind::Modified => !changes_attributes(found),
            ChangeKind::Renamed => !moves_host_object(found),
            _ => false,
        };
        if !is_changed || found.change.file_type != FileType::File {
            return Ok(None);
        }
        let path = found.lower.as_ref().unwrap_or(&found.change.path);
        let Some(stat) = view.host(found.layer, path)?.filter(|stat| stat.identity.kind == FileType::File)
        else {
            return Ok(None);
        };
        let spot = view.host_spot(found.layer, path)?;
        // One that keeps its inode is written to; others are replaced, and who runs the old one may.
        if view.keeps_inode(path, &stat) && is_run(&mut view.places, &spot)? {
            return Ok(Some(Hold::Run));
        }
        Ok(self.is_written(&mut view.places, &spot, &stat)?.then_some(Hold::Write))
    }

    /// Tells whether somebody has the file at this spot, which stands like this, open for writing.
    pub fn is_written(&mut self, places: &mut Places, spot: &Spot, stat: &Stat) -> Result<bool> {
        Ok(match is_written(places, spot)? {
            Some(is_written) => is_written,
            None => self.seen().contains(&(stat.dev, stat.identity.ino)),
        })
    }

    /// Returns the files that processes have open for writing, as far as this user may see.
    fn seen(&mut self) -> &HashSet<(u64, u64)> {
        self.open.get_or_insert_with(|| {
            processes().filter(|number| *number != std::process::id()).flat_map(written_by).collect()
        })
    }
}

/// Tells whether somebody runs a file, so that nobody may write to it.
fn is_run(places: &mut Places, spot: &Spot) -> Result<bool> {
    let holder = places.holder(spot)?;
    let flags = OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let opened = rustix::fs::openat(&*holder, spot.split().1, flags, Mode::empty());
    Ok(matches!(opened, Err(Errno::TXTBSY)))
}

/// Tells whether somebody has a file open for writing; `None` when the kernel does not say.
pub(crate) fn is_written(places: &mut Places, spot: &Spot) -> Result<Option<bool>> {
    let holder = places.holder(spot)?;
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let file = match rustix::fs::openat(&*holder, spot.split().1, flags, Mode::empty()) {
        Ok(file) => file,
        // Whoever holds a lease of their own is asked about it here, not waited for.
        Err(Errno::AGAIN) => return Ok(Some(true)),
        Err(_) => return Ok(None),
    };
    Ok(lease::is_written(&file).ok())
}

/// Returns the numbers of all processes.
fn processes() -> impl Iterator<Item = u32> {
    let all = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    all.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

fn written_by(process: u32) -> Vec<(u64, u64)> {
    let Ok(descriptors) = std::fs::read_dir(format!("/proc/{process}/fd")) else { return Vec::new() };
    let mut written = Vec::new();
    for descriptor in descriptors.flatten() {
        let name = descriptor.file_name();
        let info = format!("/proc/{process}/fdinfo/{}", name.to_string_lossy());
        let may_write = std::fs::read_to_string(info).is_ok_and(|text| opened_for_writing(&text));
        if may_write {
            written.extend(number(CWD, descriptor.path()));
        }
    }
    written.extend(mapped_by(process));
    written
}

/// Returns the files that a process has mapped so that what it writes there reaches them, with or without a descriptor.
fn mapped_by(process: u32) -> Vec<(u64, u64)> {
    let Ok(maps) = std::fs::read(format!("/proc/{process}/maps")) else { return Vec::new() };
    maps.split(|byte| *byte == b'\n').filter_map(mapped).collect()
}

/// Reads a line of `maps`: `from-to rw-s offset device inode path`.
fn mapped(line: &[u8]) -> Option<(u64, u64)> {
    let mut words = line.splitn(6, |byte| *byte == b' ');
    let (rights, device, ino) = (words.nth(1)?, words.nth(1)?, words.next()?);
    if rights.get(1) != Some(&b'w') || rights.get(3) != Some(&b's') {
        return None;
    }
    let ino = std::str::from_utf8(ino).ok()?.parse().ok()?;
    let path = words.next().unwrap_or_default().trim_ascii_start();
    // Some file systems show another device here than to whoever asks for the file.
    if let Some(number) = cached(path).and_then(|file| number(&file, "")).filter(|number| number.1 == ino) {
        return Some(number);
    }
    let (major, minor) = std::str::from_utf8(device).ok()?.split_once(':')?;
    let device = |hex| u32::from_str_radix(hex, 16).ok();
    Some((rustix::fs::makedev(device(major)?, device(minor)?), ino))
}

/// Opens by place what the kernel knows the way to by itself: nobody who serves a file system is asked.
fn cached(path: &[u8]) -> Option<OwnedFd> {
    let flags = OFlags::PATH | OFlags::CLOEXEC;
    rustix::fs::openat2(CWD, path, flags, Mode::empty(), ResolveFlags::CACHED).ok()
}

/// Returns device and inode number of what is at a path, as the kernel knows them: whoever serves the file system may not answer,
/// and is not asked.
fn number(dir: impl AsFd, path: impl rustix::path::Arg) -> Option<(u64, u64)> {
    let flags = AtFlags::EMPTY_PATH | AtFlags::STATX_DONT_SYNC;
    let stat = rustix::fs::statx(dir, path, flags, StatxFlags::INO).ok()?;
    Some((rustix::fs::makedev(stat.stx_dev_major, stat.stx_dev_minor), stat.stx_ino))
}

fn opened_for_writing(info: &str) -> bool {
    let flags = info.lines().find_map(|line| line.strip_prefix("flags:"));
    flags.and_then(|flags| u32::from_str_radix(flags.trim(), 8).ok()).is_some_and(|flags| flags & 0o3 != 0)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt as _;

    use super::*;

    #[test]
    fn flags_tell_writers() {
        assert!(!opened_for_writing("pos:\t0\nflags:\t0100000\nmnt_id:\t1\n"));
        assert!(opened_for_writing("pos:\t0\nflags:\t0100001\n"));
        assert!(opened_for_writing("flags:\t02\n"));
        assert!(!opened_for_writing(""));
    }

    /// Lets another process hold the file in some way, says what `InUse` must find meanwhile and what after.
    fn while_held(program: &str, args: &[&str], name: &str, test: impl FnOnce(u32)) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(name);
        std::fs::write(&path, "text").unwrap();
        let mut holder = std::process::Command::new(program)
            .args(args)
            .arg(&path)
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let mut ready = [0; 6];
        std::io::Read::read_exact(holder.stdout.as_mut().unwrap(), &mut ready).unwrap();
        let meta = std::fs::metadata(&path).unwrap();
        let is_seen = || InUse::default().seen().contains(&(meta.dev(), meta.ino()));
        assert!(is_seen());
        test(holder.id());
        drop(holder.stdin.take());
        holder.wait().unwrap();
        assert!(!is_seen());
    }

    #[test]
    fn descriptors_of_other_processes_are_found() {
        while_held("sh", &["-c", "exec 3>>\"$0\"; echo ready; read x"], "f", |_| ());
    }

    #[test]
    fn what_is_only_mapped_is_found() {
        let program = "import mmap, os, sys\nf = os.open(sys.argv[1], os.O_RDWR)\nm = mmap.mmap(f, 0)\nos.close(f)\n\
            for n in os.listdir('/proc/self/fd'):\n    int(n) > 2 and os.closerange(int(n), int(n) + 1)\n\
            print('ready', flush=True)\nsys.stdin.read()";
        while_held("python3", &["-c", program], "with a blank", |holder| {
            assert_eq!(mapped_by(holder).len(), 1);
        });
        assert_eq!(mapped(b"7f00-7f01 rw-p 0 08:01 12 /none"), None);
        assert_eq!(mapped(b"7f00-7f01 r--s 0 08:01 12 /none"), None);
        assert_eq!(mapped(b"7f00-7f01 rw-s 0 08:01 12  /none"), Some((rustix::fs::makedev(8, 1), 12)));
        assert_eq!(mapped(b"7f00"), None);
    }
}
