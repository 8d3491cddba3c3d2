//! Where the store lies, and whether that place is safe: nobody but its owner may write there or swap a part of
//! the way to it. Knows nothing of what is in the store.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{AtFlags, CWD, FileType, Mode as Bits, OFlags, Stat};
use rustix::io::Errno;

use crate::error::{ErrorCode, Result, SeeError};
use crate::session::Mode;

use super::unusable;

/// The most symlinks on the way to a store, as in the kernel.
const LINK_LIMIT: usize = 40;
pub(super) const OTHER_STORE: &str = "Name a directory of your own with --store or ALCATRAZ_STORE.";

/// A directory that was found safe.
pub(super) struct Place {
    pub path: PathBuf,
    pub dir: OwnedFd,
}

/// Returns where the store is when nobody names another place.
pub(super) fn default_root(mode: Mode) -> Result<PathBuf> {
    if mode == Mode::System {
        return Ok(PathBuf::from("/var/lib/alcatraz"));
    }
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    absolute("XDG_DATA_HOME")
        .or_else(|| absolute("HOME").map(|home| home.join(".local/share")))
        .map(|data| data.join("alcatraz"))
        .ok_or_else(|| {
            SeeError::new(
                ErrorCode::StoreUnusable,
                "There is no place for the store: HOME is not set.",
                "Set HOME, or name a directory with --store or ALCATRAZ_STORE.",
            )
        })
}

/// What is to be done where a part of the way is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Missing {
    /// Make it.
    Make,
    /// Leave it so: there is no such place.
    Leave,
}

/// Walks to `wanted`, which is absolute, part by part, checks every part, and returns the open directory; `None` when a part is missing and is left so.
pub(super) fn enter(wanted: &Path, mode: Mode, missing: Missing) -> Result<Option<Place>> {
    let me = rustix::process::geteuid().as_raw();
    let fail = |why: String, mend: &str| unusable(wanted, why, mend);

    let mut left = parts_of(wanted);
    let mut path = PathBuf::from("/");
    let mut dir = rustix::fs::openat(CWD, "/", dir_flags(), Bits::empty())
        .map_err(|e| fail(format!("/ cannot be opened: {e}"), OTHER_STORE))?;
    let mut links = 0;
    while let Some(name) = left.pop_front() {
        if name == ".." {
            path.pop();
            dir = rustix::fs::openat(&dir, "..", dir_flags(), Bits::empty())
                .map_err(|e| fail(format!("{} cannot be opened: {e}", path.display()), OTHER_STORE))?;
            continue;
        }
        let part = path.join(&name);
        let shown = part.display().to_string();
        let stat = match rustix::fs::statat(&dir, &name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => stat,
            Err(Errno::NOENT) if missing == Missing::Leave => return Ok(None),
            Err(Errno::NOENT) => {
                make_directory(&dir, &name).map_err(|e| {
                    fail(
                        format!("{shown} cannot be made: {e}"),
                        "Make that directory writable for you, or name another store with --store.",
                    )
                })?;
                rustix::fs::statat(&dir, &name, AtFlags::SYMLINK_NOFOLLOW)
                    .map_err(|e| fail(format!("{shown} cannot be read: {e}"), OTHER_STORE))?
            }
            Err(e) => return Err(fail(format!("{shown} cannot be read: {e}"), OTHER_STORE)),
        };
        if !(stat.st_uid == 0 || stat.st_uid == me) {
            return Err(fail(format!("{shown} belongs to another user"), OTHER_STORE));
        }
        if FileType::from_raw_mode(stat.st_mode) == FileType::Symlink {
            links += 1;
            let target = rustix::fs::readlinkat(&dir, &name, Vec::new())
                .map_err(|e| fail(format!("{shown} cannot be read: {e}"), OTHER_STORE))?;
            if links > LINK_LIMIT {
                return Err(fail(format!("there are too many symlinks at {shown}"), OTHER_STORE));
            }
            let target = PathBuf::from(OsString::from_vec(target.into_bytes()));
            if target.is_absolute() {
                path = PathBuf::from("/");
                dir = rustix::fs::openat(CWD, "/", dir_flags(), Bits::empty())
                    .map_err(|e| fail(format!("/ cannot be opened: {e}"), OTHER_STORE))?;
            }
            let mut next = parts_of(&target);
            next.append(&mut left);
            left = next;
            continue;
        }
        dir = rustix::fs::openat(&dir, &name, dir_flags(), Bits::empty())
            .map_err(|e| fail(format!("{shown} cannot be opened: {e}"), OTHER_STORE))?;
        let stat =
            rustix::fs::fstat(&dir).map_err(|e| fail(format!("{shown} cannot be read: {e}"), OTHER_STORE))?;
        if !(stat.st_uid == 0 || stat.st_uid == me) {
            return Err(fail(format!("{shown} belongs to another user"), OTHER_STORE));
        }
        path = part;
        if !left.is_empty() && others_can_swap(&stat, mode) {
            return Err(fail(
                format!("others can write in {shown}"),
                "Take that right away (chmod go-w), or name another store with --store.",
            ));
        }
    }
    own(&dir, me, &path)?;
    Ok(Some(Place { path, dir }))
}

/// Checks the store's own directory and closes it to others.
fn own(dir: &OwnedFd, me: u32, path: &Path) -> Result<()> {
    let stat = rustix::fs::fstat(dir)
        .map_err(|e| unusable(path, format_args!("it cannot be read: {e}"), OTHER_STORE))?;
    if stat.st_uid != me {
        return Err(unusable(path, "it belongs to another user", OTHER_STORE));
    }
    if stat.st_mode & 0o022 != 0 {
        return Err(unusable(
            path,
            "others can write in it",
            "Take that right away (chmod 0700) when you know all that is in it, or name another store with --store.",
        ));
    }
    if !is_store_or_empty(dir)
        .map_err(|e| unusable(path, format_args!("it cannot be read: {e}"), OTHER_STORE))?
    {
        return Err(unusable(path, "it holds other things", "Name a new or empty directory with --store."));
    }
    if stat.st_mode & 0o7777 != 0o700 {
        rustix::fs::fchmod(dir, Bits::RWXU)
            .map_err(|e| unusable(path, format_args!("it cannot be closed to others: {e}"), OTHER_STORE))?;
    }
    Ok(())
}

/// Tells whether a directory is a store, the beginning of one that was cut off, or empty. Anything else stays as it is.
fn is_store_or_empty(dir: &OwnedFd) -> rustix::io::Result<bool> {
    const OURS: [&str; 12] = [
        ".",
        "..",
        // Another process may finish making the store between the look for this file and the listing.
        "version",
        "version.new",
        "alcatraz.db",
        "alcatraz.db-journal",
        "alcatraz.db-wal",
        "alcatraz.db-shm",
        "sessions",
        "layers",
        "commits",
        super::reserve::FILE,
    ];
    if rustix::fs::statat(dir, "version", AtFlags::SYMLINK_NOFOLLOW).is_ok() {
        return Ok(true);
    }
    for entry in rustix::fs::Dir::read_from(dir)? {
        let entry = entry?;
        let name = entry.file_name().to_bytes();
        if !OURS.iter().any(|known| known.as_bytes() == name) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Tells whether another user can rename or replace the entries of a directory. The private group of an ordinary
/// user may write in that user's own tree.
fn others_can_swap(stat: &Stat, mode: Mode) -> bool {
    let sticky = stat.st_mode & 0o1000 != 0;
    let writers = match mode {
        Mode::System => 0o022,
        Mode::User => 0o002,
    };
    stat.st_mode & writers != 0 && !sticky
}

/// Makes one directory for its owner alone; another process may have made it first.
fn make_directory(dir: &OwnedFd, name: &OsString) -> rustix::io::Result<()> {
    match rustix::fs::mkdirat(dir, name, Bits::RWXU) {
        Ok(()) | Err(Errno::EXIST) => Ok(()),
        Err(e) => Err(e),
    }
}

fn dir_flags() -> OFlags {
    OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC
}

/// Returns the names on a path, `..` included.
fn parts_of(path: &Path) -> VecDeque<OsString> {
    path.components()
        .filter_map(|part| match part {
            Component::Normal(name) => Some(name.to_owned()),
            Component::ParentDir => Some(OsString::from("..")),
            Component::RootDir | Component::CurDir | Component::Prefix(_) => None,
        })
        .collect()
}
