//! Looks at what the host has by a name that a program chose, and wakes nothing by that: an automounter would ask the network for
//! whatever host the name has in it, and make whoever looks wait.

use std::os::fd::{AsFd as _, OwnedFd};

use rustix::fs::{CWD, FileType, Mode, OFlags};
use rustix::io::{Errno, Result};

use crate::beneath::{Facts, facts_of};
use crate::path::HostPath;

/// As many links as the kernel follows.
const MOST_LINKS: u32 = 40;
const AUTOFS_MAGIC: u64 = 0x187;

/// Returns the facts of what is there; of a symlink its own, unless it is followed. What an automounter would have to be asked for is
/// not there (`EXDEV`).
pub fn look(path: &HostPath, follows: bool) -> Result<Facts> {
    let by_place = OFlags::PATH | OFlags::CLOEXEC | OFlags::NOFOLLOW;
    let split =
        |path: &[u8]| path.split(|byte| *byte == b'/').rev().map(Box::from).collect::<Vec<Box<[u8]>>>();
    let mut rest = split(path.as_bytes());
    // The directories on the way, for the links that lead up.
    let mut way = vec![rustix::fs::openat(CWD, "/", by_place, Mode::empty())?];
    let mut links = 0;
    while let Some(name) = rest.pop() {
        match &*name {
            b"" | b"." => continue,
            b".." if way.len() > 1 => {
                way.pop();
                continue;
            }
            b".." => continue,
            _ => {}
        }
        let here = way.last().ok_or(Errno::NOENT)?;
        // By place only, and one name at a time: that mounts nothing.
        let there = rustix::fs::openat(here, &*name, by_place, Mode::empty())?;
        let kind = FileType::from_raw_mode(rustix::fs::fstat(&there)?.st_mode);
        let is_last = rest.iter().all(|name| name.is_empty());
        if kind == FileType::Symlink && (follows || !is_last) {
            links += 1;
            if links > MOST_LINKS {
                return Err(Errno::LOOP);
            }
            let target = rustix::fs::readlinkat(&there, "", Vec::new())?.into_bytes();
            if target.first() == Some(&b'/') {
                way.truncate(1);
            }
            rest.append(&mut split(&target));
            continue;
        }
        if !is_last && kind == FileType::Directory && is_automounters(&there)? {
            return Err(Errno::XDEV);
        }
        way.push(there);
    }
    facts_of(way.last().ok_or(Errno::NOENT)?.as_fd())
}

fn is_automounters(dir: &OwnedFd) -> Result<bool> {
    Ok(u64::try_from(rustix::fs::fstatfs(dir)?.f_type).ok() == Some(AUTOFS_MAGIC))
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;

    use super::*;
    use crate::change::FileType as Kind;

    #[test]
    fn it_is_seen_what_the_host_has_through_its_links() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| HostPath::new(dir.path().join(name).as_os_str().as_bytes()).unwrap();
        std::fs::create_dir_all(dir.path().join("a/b")).unwrap();
        let _socket = UnixListener::bind(dir.path().join("a/socket")).unwrap();
        symlink("../socket", dir.path().join("a/b/up")).unwrap();
        symlink(dir.path().join("a/b"), dir.path().join("whole")).unwrap();
        symlink("round", dir.path().join("round")).unwrap();
        let kind = |name: &str, follows| look(&path(name), follows).map(|facts| facts.file_type());
        assert_eq!(kind("a/socket", false), Ok(Kind::Socket));
        assert_eq!(kind("whole/up", true), Ok(Kind::Socket));
        assert_eq!(kind("whole/up", false), Ok(Kind::Symlink));
        assert_eq!(kind("whole", true), Ok(Kind::Directory));
        assert_eq!(kind("a/none/x", false), Err(Errno::NOENT));
        assert_eq!(kind("a/socket/x", false), Err(Errno::NOTDIR));
        assert_eq!(kind("round", true), Err(Errno::LOOP));
        assert_eq!(look(&HostPath::root(), false).map(|facts| facts.is_dir()), Ok(true));
    }
}
