//! Removes a session's layers from the disk. They hold whatever a hostile program left: every step goes through a
//! descriptor of the directory above, follows nothing, and needs no stack for deep trees.

use std::collections::BTreeSet;
use std::ffi::CString;
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode as Bits, OFlags};
use rustix::io::Errno;

use crate::error::Result;
use crate::layer::Layer;
use crate::session::Session;
use crate::store::Store;

use super::rooms::os;

/// How many directories are held open at once; a deeper tree is flattened by moving what is below up.
const DEPTH: usize = 64;

/// Removes every layer of a session, and the directories that only it used. The caller holds the session's lock.
pub fn layers(session: &Session) -> Result<()> {
    for layer in &session.layers {
        self::layer(&session.id, layer)?;
    }
    Ok(())
}

/// Removes what is left of a session that never got a record, also of layers that were made in part.
pub fn traces(store: &Store, session: &Session) -> Result<()> {
    let rooms: BTreeSet<&Path> =
        session.layers.iter().map(|layer| layer.room.as_path()).chain([store.root()]).collect();
    for room in rooms {
        let all = room.join("layers");
        if let Some(dir) = open(CWD, &all).map_err(|e| os("opening", &all, e))? {
            remove(&dir, &c_string(session.id.as_bytes())).map_err(|e| os("removing", &all, e))?;
        }
    }
    let own = store.session_dir(&session.id);
    std::fs::remove_dir_all(&own).map_err(|e| super::rooms::io("removing", &own, &e))
}

/// Removes one layer.
pub fn layer(session: &str, layer: &Layer) -> Result<()> {
    let all = layer.room.join("layers");
    let Some(all_dir) = open(CWD, &all).map_err(|e| os("opening", &all, e))? else { return Ok(()) };
    let own = all.join(session);
    let Some(own_dir) = open(&all_dir, Path::new(session)).map_err(|e| os("opening", &own, e))? else {
        return Ok(());
    };
    let name = c_string(layer.index.to_string().as_bytes());
    remove(&own_dir, &name).map_err(|e| os("removing", &own.join(layer.index.to_string()), e))?;
    // The last layer takes the session's directory with it.
    match rustix::fs::unlinkat(&all_dir, session, AtFlags::REMOVEDIR) {
        Ok(()) | Err(Errno::NOTEMPTY | Errno::EXIST | Errno::NOENT) => Ok(()),
        Err(e) => Err(os("removing", &own, e)),
    }
}

/// Removes the tree `name` in `dir`, whatever it holds. It need not be there.
pub fn remove(dir: &OwnedFd, name: &CString) -> std::result::Result<(), Errno> {
    match rustix::fs::unlinkat(dir, name.as_c_str(), AtFlags::empty()) {
        Ok(()) | Err(Errno::NOENT) => return Ok(()),
        Err(Errno::ISDIR | Errno::PERM) => {}
        Err(e) => return Err(e),
    }
    let top = open_dir(dir, name)?;
    empty(&top)?;
    rustix::fs::unlinkat(dir, name.as_c_str(), AtFlags::REMOVEDIR)
}

/// Removes everything in a directory.
fn empty(top: &OwnedFd) -> std::result::Result<(), Errno> {
    let mut way: Vec<(OwnedFd, CString)> = Vec::new();
    let mut moved = 0_u64;
    loop {
        let here = way.last().map_or(top, |(dir, _)| dir);
        let Some((name, is_directory)) = clear_files(here)? else {
            // Empty now: go up and remove it.
            let Some((dir, name)) = way.pop() else { return Ok(()) };
            drop(dir);
            let above = way.last().map_or(top, |(dir, _)| dir);
            rustix::fs::unlinkat(above, name.as_c_str(), AtFlags::REMOVEDIR)?;
            continue;
        };
        debug_assert!(is_directory);
        if way.len() >= DEPTH {
            // Too deep to hold every directory open: move this one up to the top, under a name that is free.
            let free = loop {
                moved += 1;
                let free = c_string(format!(".{moved}").as_bytes());
                match rustix::fs::renameat_with(
                    here,
                    name.as_c_str(),
                    top,
                    free.as_c_str(),
                    rustix::fs::RenameFlags::NOREPLACE,
                ) {
                    Ok(()) => break free,
                    Err(Errno::EXIST) => {}
                    Err(e) => return Err(e),
                }
            };
            drop(free);
            continue;
        }
        let below = open_dir(here, &name)?;
        way.push((below, name));
    }
}

/// Removes what is not a directory and every empty directory; returns the name of a directory that is left.
fn clear_files(dir: &OwnedFd) -> std::result::Result<Option<(CString, bool)>, Errno> {
    let mut left = None;
    for entry in Dir::read_from(dir)? {
        let entry = entry?;
        let name = entry.file_name();
        if name == c"." || name == c".." {
            continue;
        }
        let known_directory = entry.file_type() == FileType::Directory;
        let flags = if known_directory { AtFlags::REMOVEDIR } else { AtFlags::empty() };
        match rustix::fs::unlinkat(dir, name, flags) {
            Ok(()) | Err(Errno::NOENT) => {}
            Err(Errno::NOTEMPTY | Errno::EXIST) if known_directory => left = Some((name.to_owned(), true)),
            // A directory that nobody may write (an ordinary user's) has to be opened up first.
            Err(Errno::ISDIR | Errno::ACCESS | Errno::PERM) => left = Some((name.to_owned(), true)),
            Err(e) => return Err(e),
        }
    }
    Ok(left)
}

/// Opens a directory, after giving its owner the right to empty it.
fn open_dir(dir: &OwnedFd, name: &CString) -> std::result::Result<OwnedFd, Errno> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    if !rustix::process::geteuid().is_root() {
        let path = rustix::fs::openat(dir, name.as_c_str(), flags | OFlags::PATH, Bits::empty())?;
        let mode = rustix::fs::fstat(&path)?.st_mode;
        if mode & 0o700 != 0o700 {
            // By name, for a path descriptor has no fchmod; the name is in a directory that is ours alone.
            rustix::fs::chmodat(dir, name.as_c_str(), Bits::RWXU, AtFlags::empty())?;
        }
    }
    rustix::fs::openat(dir, name.as_c_str(), flags, Bits::empty())
}

/// Opens a directory; `None` when it is not there.
fn open<Fd: std::os::fd::AsFd>(dir: Fd, path: &Path) -> std::result::Result<Option<OwnedFd>, Errno> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    match rustix::fs::openat(dir, path, flags, Bits::empty()) {
        Ok(opened) => Ok(Some(opened)),
        Err(Errno::NOENT) => Ok(None),
        Err(e) => Err(e),
    }
}

/// Returns bytes without NUL as a C string.
fn c_string(bytes: &[u8]) -> CString {
    CString::new(bytes).unwrap_or_default()
}
