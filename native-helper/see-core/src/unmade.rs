//! Places that are not there: what the host would have to make for them to be. Looks at the host, changes nothing.

use std::os::unix::ffi::OsStrExt as _;

use rustix::fs::FileType;
use rustix::io::Errno;

use crate::path::HostPath;

/// Links that lead to nothing are followed so far.
const MOST_LINKS: u32 = 8;

/// Returns the true path of the first thing that is missing on the way to a place; `None` when nothing is, or when nothing can be
/// made there.
pub fn first_missing(place: &HostPath) -> Option<HostPath> {
    missing(place, MOST_LINKS)
}

fn missing(place: &HostPath, links: u32) -> Option<HostPath> {
    let mut here = HostPath::root();
    let mut names = place.as_bytes().split(|byte| *byte == b'/').filter(|name| !name.is_empty());
    while let Some(name) = names.next() {
        let next = here.join(name);
        let kind = match rustix::fs::lstat(next.as_path()) {
            Ok(stat) => FileType::from_raw_mode(stat.st_mode),
            Err(Errno::NOENT) => return Some(next),
            Err(_) => return None,
        };
        here = match (kind, std::fs::canonicalize(next.as_path())) {
            (FileType::Directory, _) => next,
            (FileType::Symlink, Ok(real)) => HostPath::new(real.as_os_str().as_bytes())?,
            (FileType::Symlink, Err(_)) => {
                let target = rustix::fs::readlink(next.as_path(), Vec::new()).ok()?.into_bytes();
                let rest = names.fold(target, |rest, name| [&rest, b"/".as_slice(), name].concat());
                let whole =
                    if rest.starts_with(b"/") { rest } else { [here.as_bytes(), b"/", &rest].concat() };
                return missing(&HostPath::new(&whole)?, links.checked_sub(1)?);
            }
            _ => return None,
        };
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_missing_name_is_found_through_links() {
        let dir = tempfile::tempdir().unwrap();
        let dir = HostPath::new(dir.path().canonicalize().unwrap().as_os_str().as_bytes()).unwrap();
        let at = |name: &str| dir.join(name.as_bytes());
        std::fs::create_dir(at("real").as_path()).unwrap();
        std::fs::write(at("file").as_path(), "").unwrap();
        let link = |to: &str, name: &str| std::os::unix::fs::symlink(to, at(name).as_path()).unwrap();
        link("real", "link");
        link("real/none", "dangling");
        link("round", "round");
        assert_eq!(first_missing(&at("link/a/b")), Some(at("real/a")));
        assert_eq!(first_missing(&at("dangling/a")), Some(at("real/none")));
        for there in ["link", "real", "file", "file/a", "round", "round/a"] {
            assert_eq!(first_missing(&at(there)), None, "{there}");
        }
    }
}
